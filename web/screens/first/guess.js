// SPDX-License-Identifier: GPL-3.0-or-later
// What the file was taken for, each part of it in a field that corrects it.
import { Check, Field } from '../../lib/form.js';
import { html, useEffect, useState } from '../../lib/html.js';
import { t, tMaybe } from '../../lib/i18n.js';

/** Of the reader: offered, not assumed. */
const ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;
const encodings = ['utf-8', 'utf-16le', 'utf-16be', 'cp949', 'gb18030', 'windows-1252'];
const delimiters = ['comma', 'semicolon', 'tab', 'pipe', 'space'], decimals = ['.', ','];
const dates = ['none', 'iso', 'dmy', 'mdy', 'ymd', 's', 'ms', 'us', 'ns', 'excel'];
const signs = /** @type {Record<string, string>} */ ({ ',': 'comma', ';': 'semicolon', '\t': 'tab', '|': 'pipe', ' ': 'space' });
const roles = ['value', 'characteristic', 'time', 'unit', 'size', 'serial', 'batch', 'operator', 'machine', 'gauge', 'subgroup',
  'lower', 'upper', 'target', 'nominal', 'part_number', 'part_name'];

/** "encoding=utf-8;delimiter=;;decimal=," → its members. @param {string} text @returns {Record<string, string>} */
export function dialectOf(text) {
  /** @type {Record<string, string>} */
  const out = {};
  for (const [, key, value] of text.matchAll(/(?:^|;)(encoding|delimiter|decimal|date|zone|header|skip|layout|sheet|lower|upper|target|nominal|unit|part_number|part_name)=(;|[^;]*)/g)) out[key] = value;
  return out;
}

/** A text that is typed: an answer that comes meanwhile takes nothing of it away. @param {{value: string, take: (text: string) => void} & Record<string, any>} props */
function Typed({ value, take, ...rest }) {
  const [draft, setDraft] = useState(/** @type {string | null} */ (null));
  useEffect(() => setDraft(null), [value]);
  return html`<${Field} ...${rest} value=${draft ?? value} onInput=${(/** @type {any} */ e) => setDraft(e.target.value)}
    onChange=${(/** @type {any} */ e) => take(e.target.value.trim())} />`;
}

/** @param {{file: any, set: (more: any) => void}} props */
export function Guess({ file, set }) {
  const { preview, settings } = file;
  const guessed = dialectOf(preview.dialect), pinned = dialectOf(settings.dialect);
  const isText = Boolean(preview.columns.length || guessed.delimiter || file.trouble);
  const pin = (/** @type {string} */ key, /** @type {string} */ value) =>
    set({ dialect: Object.entries({ ...pinned, [key]: value }).map(([k, v]) => `${k}=${signs[v] && k === 'delimiter' ? signs[v] : v}`).join(';') });
  const choice = (/** @type {string} */ key, /** @type {string[]} */ options, /** @type {string} */ now) => html`<${Field} key=${key} label=${t(/** @type {any} */ (`first.${key}`))} value=${now}
    options=${[...new Set([now, ...options])].map((o) => [o, o ? tMaybe(`first.${key}.${o}`, o) : t('first.guessed')])} onChange=${(/** @type {any} */ e) => pin(key, e.target.value)} />`;
  const sheets = html`<${Field} label=${t('first.sheet')} value=${String(preview.sheet)} options=${preview.sheets.map((/** @type {string} */ name, /** @type {number} */ i) => [String(i + 1), name])}
    onChange=${(/** @type {any} */ e) => pin('sheet', e.target.value)} />`;
  const under = html`<${Typed} label=${t('first.under-path')} hint=${t('first.under-path-hint')} value=${settings.under} take=${(/** @type {string} */ text) => set({ under: text })} />`;
  return html`<section class="card stack"><h2>${t('first.guess')}</h2>
    ${isText ? html`<div class="two small-fields">
      ${preview.sheets.length ? sheets : html`${choice('encoding', encodings, (guessed.encoding ?? '').toLowerCase())}
        ${choice('delimiter', delimiters, signs[guessed.delimiter] ?? guessed.delimiter ?? '')}`}
      ${choice('decimal', decimals, guessed.decimal ?? '.')}
      ${choice('date', dates, guessed.date ?? 'none')}
      ${choice('header', ['1', '0'], guessed.header ?? '1')}
      <${Typed} label=${t('first.zone')} hint=${t('first.zone-hint')} value=${settings.zone} placeholder=${ZONE} list="own-zone" take=${(/** @type {string} */ zone) => set({ zone })} /><datalist id="own-zone"><option value=${ZONE} /></datalist>
      ${under}
    </div><${Columns} columns=${preview.columns} settings=${settings} set=${set} />`
    : html`<pre class="words">${preview.words}</pre><div class="two">${under}</div>`}
  </section>`;
}

/** @param {{columns: any[], settings: any, set: (more: any) => void}} props */
function Columns({ columns, settings, set }) {
  if (!columns.length) return null;
  const become = (/** @type {any} */ column, /** @type {string} */ role) => {
    /** @type {Record<string, string>} */
    const more = {};
    if (roles.includes(column.role)) more[`column_${column.role}`] = '-';
    if (column.role === 'value' && role !== 'value') more.column_value = ''; // guessed again
    if (roles.includes(role)) more[`column_${role}`] = `#${column.field}`;
    set(more);
  };
  return html`<fieldset class="columns"><legend>${t('first.columns')}</legend>
    ${columns.slice(0, 40).map((c) => html`<${Field} key=${c.field} label=${c.name ?? t('first.column', { n: c.field })} value=${c.role ?? ''}
      options=${[['', t('role.none')], ...[...new Set([...(c.role ? [c.role] : []), ...roles])].map((r) => [r, tMaybe(`role.${r}`, r)])]}
      onChange=${(/** @type {any} */ e) => become(c, e.target.value)} />`)}
    <div class="wide-check"><${Check} label=${t('first.wide')} checked=${settings.wide} onChange=${(/** @type {boolean} */ wide) => set({ wide })} /></div></fieldset>`;
}
