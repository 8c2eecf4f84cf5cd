// SPDX-License-Identifier: GPL-3.0-or-later
// A person, firm or team in a form: names are offered to who may look them up (persons by a whole word, firms and teams
// by the start of one); who is not known here is typed.
import { Field } from './form.js';
import { useData } from './hooks.js';
import { html, useRef } from './html.js';
import { may, useMe } from './shell.js';

const SHOWN = 8;
let lists = 0;

/** @param {{kind: string, value: string | undefined, onChange: (name: string | undefined) => void} & Record<string, any>} props */
export function PartyField({ kind, value, onChange, ...more }) {
  const me = useMe(), id = useRef(''), word = (value ?? '').trim();
  id.current ||= `parties-${++lists}`;
  const { data } = useData(me && may(me, 'audit') && word ? 'parties' : null, { search: word, limit: SHOWN });
  const found = (data?.parties ?? []).filter((/** @type {any} */ p) => p.kind === kind && p.name !== value);
  return html`<div><${Field} ...${more} list=${id.current} autocomplete="off" value=${value ?? ''} onInput=${(/** @type {any} */ e) => onChange(e.target.value || undefined)} />
    <datalist id=${id.current}>${found.map((/** @type {any} */ p) => html`<option key=${p.id} value=${p.name}></option>`)}</datalist></div>`;
}
