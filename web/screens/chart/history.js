// SPDX-License-Identifier: GPL-3.0-or-later
// What people decided about this characteristic, with their reasons: the chart's notes.
import { dateTime } from '../../lib/format.js';
import { useData } from '../../lib/hooks.js';
import { html, useEffect } from '../../lib/html.js';
import { t, tMaybe } from '../../lib/i18n.js';
import { whenLoaded } from '../../lib/page.js';

const SHOWN = 8;

/** @param {{base: string, decided: number}} props decided: changes when something was */
export function History({ base, decided }) {
  const history = useData(`${base}/history`);
  useEffect(() => {
    if (decided) void history.reload();
  }, [decided]);
  return html`<section class="card"><h2>${t('history')}</h2>${whenLoaded(history, (data) => {
    const last = data.records.slice(-SHOWN).reverse();
    return last.length === 0 ? html`<p>${t('history.none')}</p>` : html`<ul class="plain">${last.map((/** @type {any} */ r) => html`<li key=${r.sequence}>
      <time datetime=${r.time}>${dateTime(r.time).slice(0, 16)}</time> ${tMaybe(`record.${r.type}`, r.type)} · ${r.actor ?? '–'}
      ${r.payload?.time ? html` · <span class="soft">${dateTime(r.payload.time)}</span>` : ''}
      ${r.payload?.reason || r.payload?.why || r.payload?.text ? html`<br /><span>“${r.payload.reason || r.payload.why || r.payload.text}”</span>` : ''}</li>`)}</ul>`;
  })}</section>`;
}
