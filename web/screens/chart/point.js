// SPDX-License-Identifier: GPL-3.0-or-later
// The chosen point: its readings may be left out of the figures with a reason, and taken in again.
import { change } from '../../lib/api.js';
import { askReason, tell } from '../../lib/dialog.js';
import { useData } from '../../lib/hooks.js';
import { html } from '../../lib/html.js';
import { t } from '../../lib/i18n.js';
import { may, useMe } from '../../lib/shell.js';
import { pointAt } from './model.js';
import { sayNote } from './notes.js';

/** Places name measurements of the whole series: with a filter they would name others. @param {Record<string, string>} query */
function isFiltered(query) {
  return Boolean(query.where || query.from || query.to || query.last);
}

/** @param {{model: import('./model.js').Model, point: number, setPoint: (i: number) => void, d: any, query: Record<string, string>, base: string, reload: () => Promise<any>, noted: () => Promise<any>}} props */
export function PointPanel({ model, point, setPoint, d, query, base, reload, noted }) {
  const me = useMe();
  const p = point ? pointAt(model.location, point) : null;
  const next = p && pointAt(model.location, point + 1);
  const places = p?.place ? (next?.place ? next.place - p.place : model.answer.n) : 0;
  const readings = useData(p?.place && !isFiltered(query) && places <= 100 ? `${base}/series` : null, p?.place ? { cursor: p.place - 1, limit: places, as_of: undefined } : {});
  if (!p) return null;
  const isOut = p.excluded || (readings.data?.status ?? []).some((/** @type {number} */ s) => s === 3);
  const act = () => askReason({
    title: t(isOut ? 'point.include' : 'point.exclude', { n: point }), action: t(isOut ? 'point.include.do' : 'point.exclude.do'),
    text: t(isOut ? 'point.include.text' : 'point.exclude.text', { n: places }),
    run: async (why) => {
      for (let i = 0; i < places; i++)
        await change('POST', `characteristics/${d.number}/amendments`, { place: /** @type {number} */ (p.place) + i, action: isOut ? 'include' : 'exclude', why });
      await reload();
      tell(t(isOut ? 'point.included' : 'point.excluded', { n: point }));
    },
  });
  const blocked = !may(me, 'engineer') ? t('point.engineer') : isFiltered(query) ? t('point.filtered') : '';
  return html`<section class="card point-panel" aria-label=${t('chart.point', { n: point })}>
    <div class="row">
      <b>${t('chart.point', { n: point })}</b>
      ${readings.data && html`<span class="soft">${t('point.readings')}: ${readings.data.value.map((/** @type {any} */ v) => v ?? '–').join(', ')} ${d.unit ?? ''}</span>`}
      <button type="button" disabled=${Boolean(blocked)} onClick=${act}>${t(isOut ? 'point.include.do' : 'point.exclude.do')}</button>
      ${may(me, 'act') && p.place && html`<button type="button" disabled=${isFiltered(query)} onClick=${() => sayNote(d, /** @type {number} */ (p.place), t('note.of', { n: point }), noted)}>${t('note')} …</button>`}
      <button type="button" class="quiet" onClick=${() => setPoint(0)}>${t('close')}</button>
    </div>
    ${blocked && html`<p class="hint">${blocked}</p>`}
  </section>`;
}
