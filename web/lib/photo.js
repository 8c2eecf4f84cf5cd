// SPDX-License-Identifier: GPL-3.0-or-later
// Photos of somebody without an account: made small here and drawn anew, so that of what the camera wrote beside the
// picture (place, time, device) nothing leaves the device. The server takes out what is left.
import { Field } from './form.js';
import { html, useState } from './html.js';
import { t } from './i18n.js';
import { named } from './programme.js';

const MOST = 5, BYTES = 140000, SIDES = [1600, 1200, 900, 640]; // five of them fit one request

/** @param {File} file @returns {Promise<{name: string, bytes: string}>} a JPEG in base64 */
async function redrawn(file) {
  const image = await createImageBitmap(file);
  for (const side of SIDES)
    for (const quality of [0.8, 0.55]) {
      const scale = Math.min(1, side / Math.max(image.width, image.height));
      const canvas = new OffscreenCanvas(Math.max(1, Math.round(image.width * scale)), Math.max(1, Math.round(image.height * scale)));
      canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
      const blob = await canvas.convertToBlob({ type: 'image/jpeg', quality });
      if (blob.size > BYTES && (side !== SIDES[3] || quality > 0.6)) continue;
      const bytes = new Uint8Array(await blob.arrayBuffer());
      return { name: file.name, bytes: btoa(Array.from(bytes, (b) => String.fromCharCode(b)).join('')) };
    }
  throw new Error(file.name);
}

/** @param {{field: import('./programme.js').Item, value: any, error?: string | null, onChange: (v: any) => void}} props */
export function PhotoField({ field: f, value, error, onChange }) {
  const [trouble, setTrouble] = useState('');
  const known = value === undefined ? [] : Array.isArray(value) ? value : [value], most = f.list ? MOST : 1;
  const choose = async (/** @type {any} */ e) => {
    const files = /** @type {File[]} */ ([...e.target.files]), came = [];
    e.target.value = '';
    setTrouble(known.length + files.length > most ? t('photo.most', { n: most }) : '');
    for (const file of files.slice(0, most - known.length)) {
      try {
        came.push(await redrawn(file));
      } catch {
        setTrouble(t('photo.unread', { name: file.name }));
      }
    }
    if (came.length) onChange(f.list ? [...known, ...came] : came[0]);
  };
  const remove = (/** @type {number} */ at) => onChange(known.length > 1 ? known.filter((_, k) => k !== at) : undefined);
  return html`<div><${Field} label=${named(f)} type="file" multiple=${Boolean(f.list)} accept="image/*" error=${trouble || error} hint=${t('photo.kept', { n: most })} disabled=${known.length >= most} onChange=${choose} />
    ${known.length > 0 && html`<ul class="files">${known.map((x, i) => html`<li key=${i}><span class="thumb"><img src=${`data:image/jpeg;base64,${x.bytes}`} alt=${x.name} /></span>
      <button type="button" class="quiet" aria-label=${`${t('file.remove')} ${x.name}`} onClick=${() => remove(i)}>✕</button></li>`)}</ul>`}</div>`;
}
