// SPDX-License-Identifier: GPL-3.0-or-later
// What is drawn, as a table in pages: for who reads it rather than looks at it.
import { digits } from '../../lib/api.js';
import { count, dateTime } from '../../lib/format.js';
import { html, useState } from '../../lib/html.js';
import { t, tMaybe } from '../../lib/i18n.js';

const PAGE = 50;

/** @param {{model: import('./model.js').Model, unit: string | null}} props */
export function PointsTable({ model, unit }) {
  const [page, setPage] = useState(0);
  const [isOpen, setOpen] = useState(false);
  const columns = model.answer.location.columns;
  const total = columns ? columns.index.length : model.location.points.length;
  const pages = Math.max(1, Math.ceil(total / PAGE)), at = Math.min(page, pages - 1);
  return html`<details class="points" onToggle=${(/** @type {any} */ e) => setOpen(e.target.open)}><summary>${t('chart.table', { n: count(total) })}</summary>
    ${isOpen && html`<div class="table-box short" tabindex="0" role="region" aria-label=${t('chart.table', { n: count(total) })}><table>${columns ? columnRows(columns, at) : pointRows(model, at, unit)}</table></div>
      ${pages > 1 && html`<div class="row"><button type="button" disabled=${at === 0} onClick=${() => setPage(at - 1)}>${t('page.before')}</button>
        <span>${t('page.of', { n: at + 1, all: pages })}</span>
        <button type="button" disabled=${at === pages - 1} onClick=${() => setPage(at + 1)}>${t('page.after')}</button></div>`}`}
  </details>`;
}

/** @param {import('./model.js').Model} model @param {number} page @param {string | null} unit */
function pointRows(model, page, unit) {
  const spread = new Map(model.spread?.points.map((p) => [p.index, p]));
  const { location } = model;
  return html`<thead><tr><th scope="col" class="number">${t('chart.index')}</th><th scope="col">${t('time')}</th><th scope="col" class="number">${tMaybe(`statistic.${location.name}`, location.name)}${unit ? ` [${unit}]` : ''}</th>
      ${model.spread && html`<th scope="col" class="number">${tMaybe(`statistic.${model.spread.name}`, model.spread.name)}</th>`}<th scope="col" class="number">LCL</th><th scope="col" class="number">UCL</th><th scope="col">${t('signals')}</th></tr></thead>
    <tbody>${location.points.slice(page * PAGE, (page + 1) * PAGE).map((p) => {
      const s = spread.get(p.index);
      return html`<tr key=${p.index}><th scope="row" class="number">${p.index}</th><td><time>${dateTime(p.time)}</time></td><td class="number">${digits(p, 'value')}</td>
        ${model.spread && html`<td class="number">${digits(s, 'value')}</td>`}<td class="number">${digits(p, 'lcl')}</td><td class="number">${digits(p, 'ucl')}</td>
        <td>${[...p.rules, ...(s?.rules ?? [])].map((r) => tMaybe(`rule.${r}`, String(r))).join('; ')}${p.excluded ? t('chart.excluded') : ''}</td></tr>`;
    })}</tbody>`;
}

/** @param {any} c @param {number} page */
function columnRows(c, page) {
  const rows = c.index.slice(page * PAGE, (page + 1) * PAGE);
  return html`<thead><tr><th scope="col" class="number">${t('chart.index')}</th><th scope="col">${t('time')}</th><th scope="col" class="number">n</th><th scope="col" class="number">${t('least')}</th><th scope="col" class="number">${t('greatest')}</th></tr></thead>
    <tbody>${rows.map((/** @type {number} */ index, /** @type {number} */ i) => {
      const k = page * PAGE + i;
      return html`<tr key=${index}><th scope="row" class="number">${count(index)}</th><td><time>${dateTime(c.time[k])}</time></td><td class="number">${count(c.n[k])}</td><td class="number">${digits(c.min, k)}</td><td class="number">${digits(c.max, k)}</td></tr>`;
    })}</tbody>`;
}
