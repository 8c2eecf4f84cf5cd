// SPDX-License-Identifier: GPL-3.0-or-later
// Files and photos in the fields of a form: sent as soon as they are chosen, shown to whom may see the field.
// Without a case to bring them to, a file is told by its name and SHA-256 alone.
import { change, inWords } from './api.js';
import { Field } from './form.js';
import { count } from './format.js';
import { html, useState } from './html.js';
import { t } from './i18n.js';

/** @typedef {{id: string, form: string, path?: string, reload?: () => Promise<void>, isKiosk?: boolean}} FilePlace the case, the form, and where a table
 * stands in it; at a kiosk files are named, not shown */

export const FILE_MOST = 50 << 20;
const drawn = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp']);

/** @param {number} bytes */
function size(bytes) {
  return bytes < 1 << 20 ? `${count(Math.ceil(bytes / 1024))} KiB` : `${count(Number((bytes / (1 << 20)).toFixed(1)))} MiB`;
}

/** @param {File} file @returns {Promise<{name: string, digest: string}>} */
async function told(file) {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', await file.arrayBuffer()));
  return { name: file.name, digest: [...digest].map((b) => b.toString(16).padStart(2, '0')).join('') };
}

/** @param {FilePlace} place @param {string} field @param {File} file */
function bring(place, field, file) {
  return change('POST', `cases/${place.id}/files`, file, {
    query: { form: place.form, field: place.path ? `${place.path}.${field}` : field, name: file.name },
    headers: { 'Content-Type': 'application/octet-stream' },
  });
}

/** What a field of kind file or photo holds. @param {{of: any, id?: string}} props */
export function FileValue({ of, id }) {
  const name = of.name ?? t('file.nameless'), digest = of.digest ?? of.sha256;
  if (!of.file || !id) return html`${name} ${digest && html`<small class="mono">${digest.slice(0, 12)}</small>`}`;
  const where = `/api/v1/cases/${id}/files/${of.file}`;
  if (drawn.has(of.type)) return html`<a class="thumb" href=${where} target="_blank" rel="noopener"><img src=${where} alt=${name} loading="lazy" /></a>`;
  return html`<a href=${where} download=${of.name ?? ''}>${name}</a> <small>${size(of.bytes)}</small>`;
}

/** @param {{field: import('./programme.js').Item, value: any, more: any, place?: FilePlace, onChange: (v: any) => void}} props */
export function FileField({ field: f, value, more, place, onChange }) {
  const [isBusy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState('');
  const known = value === undefined ? [] : Array.isArray(value) ? value : [value];
  const choose = async (/** @type {any} */ e) => {
    const files = /** @type {File[]} */ ([...e.target.files]), large = files.find((x) => x.size > FILE_MOST);
    setTrouble(large ? t('file.large', { name: large.name, most: size(FILE_MOST) }) : '');
    if (large || !files.length) return;
    setBusy(true);
    const came = [];
    try {
      for (const file of files) came.push(await (place ? bring(place, f.id.split('.')[0], file) : told(file)));
    } catch (error) {
      setTrouble(inWords(error));
    }
    setBusy(false);
    e.target.value = '';
    if (came.length) onChange(f.list ? [...known, ...came] : came[0]);
  };
  const remove = (/** @type {number} */ at) => onChange(f.list && known.length > 1 ? known.filter((_, k) => k !== at) : undefined);
  return html`<div><${Field} ...${more} error=${trouble || more.error} required=${undefined} type="file" multiple=${Boolean(f.list)} accept=${f.type === 'photo' ? 'image/*' : undefined}
      hint=${[more.hint, t(place ? 'file.kept' : 'field.file', { most: size(FILE_MOST) })].filter(Boolean).join(' · ')} disabled=${isBusy} onChange=${choose} />
    ${isBusy && html`<p role="status">${t('file.coming')}</p>`}
    ${known.length > 0 && html`<ul class="files">${known.map((x, i) => html`<li key=${x.file ?? i}><${FileValue} of=${typeof x === 'object' ? x : { name: String(x) }} id=${place?.isKiosk ? undefined : place?.id} />
      <button type="button" class="quiet" aria-label=${`${t('file.remove')} ${x.name ?? ''}`} onClick=${() => remove(i)}>✕</button></li>`)}</ul>`}</div>`;
}
