// SPDX-License-Identifier: GPL-3.0-or-later
// Fields with their label above, a hint below, and what is wrong in words beside them.
import { html, useRef } from './html.js';

let fields = 0;

/** A field. Everything else goes to the input: type, value, onInput, required ...
 * `options`: a choice from a list; `lines`: a text of several lines.
 * @param {{label: string, hint?: string, error?: string | null, options?: [string, string][], lines?: number} & Record<string, any>} props */
export function Field({ label, hint, error, options, lines, class: more, ...rest }) {
  const id = useRef('');
  id.current ||= `field-${++fields}`;
  const described = [error && `${id.current}-error`, hint && `${id.current}-hint`].filter(Boolean).join(' ');
  const attributes = {
    id: id.current, ...rest, 'aria-invalid': error ? 'true' : undefined, 'aria-describedby': described || undefined,
  };
  return html`<div class="field ${more ?? ''}">
    <label for=${id.current}>${label}</label>
    ${options ? html`<select ...${attributes}>${options.map(([value, text]) =>
      html`<option value=${value} selected=${value === rest.value}>${text}</option>`)}</select>`
    : lines ? html`<textarea rows=${lines} ...${attributes}></textarea>`
    : html`<input ...${attributes} />`}
    ${hint && html`<p class="hint" id="${id.current}-hint">${hint}</p>`}
    ${error && html`<p class="error" id="${id.current}-error" role="alert">${error}</p>`}
  </div>`;
}

/** @param {{label: string, checked: boolean, onChange: (on: boolean) => void} & Record<string, any>} props */
export function Check({ label, checked, onChange, ...rest }) {
  return html`<label class="tick"><input type="checkbox" checked=${checked} ...${rest}
    onChange=${(/** @type {any} */ e) => onChange(e.target.checked)} /> <span>${label}</span></label>`;
}

/** One of few, side by side. @param {{label: string, value: string, options: [string, string][], onChange: (value: string) => void}} props */
export function Choice({ label, value, options, onChange }) {
  return html`<div class="choice" role="group" aria-label=${label}>${options.map(([key, text]) =>
    html`<button type="button" aria-pressed=${key === value ? 'true' : 'false'} onClick=${() => onChange(key)}>${text}</button>`)}</div>`;
}
