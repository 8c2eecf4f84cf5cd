// SPDX-License-Identifier: GPL-3.0-or-later
// What people said of single points, with who and when. A note stays as it was said; who disagrees answers it.
import { change } from '../../lib/api.js';
import { askReason, tell } from '../../lib/dialog.js';
import { dateTime } from '../../lib/format.js';
import { html } from '../../lib/html.js';
import { t } from '../../lib/i18n.js';
import { whenLoaded } from '../../lib/page.js';
import { may, useMe } from '../../lib/shell.js';
import { noteIndex } from './model.js';

/** @typedef {{sequence: number, time: string, by: string | null, note: {place: number, time?: string, text: string, to?: number} | null}} Note */

/** Asks for the text and stores it. @param {any} d of the characteristic @param {number} place @param {string} title @param {() => Promise<any>} again
 * @param {number} [to] the note it answers */
export function sayNote(d, place, title, again, to) {
  return askReason({ title, action: t('note.do'), label: t('note.text'), missing: t('note.missing'), run: async (text) => {
    await change('POST', `characteristics/${d.number}/notes`, { place, text, ...(to && { to }) });
    await again();
    tell(t('note.kept'));
  } });
}

/** @param {{notes: import('../../lib/hooks.js').Loaded<any>, model: import('./model.js').Model, d: any, setPoint: (i: number) => void}} props */
export function Notes({ notes, model, d, setPoint }) {
  const me = useMe();
  return html`<section class="card notes"><h2>${t('notes')}</h2>${whenLoaded(notes, (data) => {
    const all = /** @type {Note[]} */ (data.notes.filter((/** @type {Note} */ n) => n.note));
    const first = all.filter((n) => !n.note?.to).reverse();
    if (!first.length) return html`<p>${t('notes.none')}</p>`;
    const answersTo = (/** @type {Note} */ n) => all.filter((x) => x.note?.to === n.sequence);
    return html`<ul class="plain">${first.map((n) => {
      const index = noteIndex(model, n);
      return html`<li key=${n.sequence}><${Said} n=${n} />
        ${answersTo(n).map((x) => html`<div key=${x.sequence} class="answer"><${Said} n=${x} /></div>`)}
        <span class="row">${index && html`<button type="button" class="quiet" onClick=${() => setPoint(index)}>${t('chart.point', { n: index })}</button>`}
          ${may(me, 'act') && html`<button type="button" class="quiet" onClick=${() => sayNote(d, /** @type {any} */ (n.note).place, t('note.answer'), notes.reload, n.sequence)}>${t('note.answer')} …</button>`}</span></li>`;
    })}</ul>`;
  })}</section>`;
}

/** @param {{n: Note}} props */
function Said({ n }) {
  return html`<p><span class="soft"><time datetime=${n.time}>${dateTime(n.time).slice(0, 16)}</time> · ${n.by ?? '–'}</span><br />“${n.note?.text}”</p>`;
}
