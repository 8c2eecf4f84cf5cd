// SPDX-License-Identifier: GPL-3.0-or-later
// One of the seven tools, drawn by the server from what is stored: the picture, its words, and beside it the same as
// a table, for keys and screen readers.
import { useData } from './hooks.js';
import { html } from './html.js';
import { language, t } from './i18n.js';

/** `path`: of the drawing, after /api/v1/. `otherwise` stands there when nothing can be drawn.
 * @param {{path: string, link?: string, name: string, otherwise?: any}} props */
export function Tool({ path, link, name, otherwise }) {
  const query = { ...(link && { link }), language: language() };
  const { data, error } = useData(path, query);
  if (!data) return error && otherwise ? html`<p><b>${name}</b> ${otherwise}</p>` : null;
  const picture = `/api/v1/${path}?${new URLSearchParams({ ...query, picture: 'svg' })}`;
  return html`<figure class="tool"><figcaption><b>${name}</b>${data.link && data.link !== link && html` <a href=${data.link}>${t('field.chart-open')}</a>`}${!data.picture && html`<br /><small>${data.words}</small>`}</figcaption>
    ${data.picture ? html`<div class="tool-picture"><a href=${picture} target="_blank" rel="noopener"><img src=${picture} alt=${`${name}: ${data.words}`} onLoad=${data.of === 'cause_effect' && showEffect} /></a></div>
      <details><summary>${t('tool.table')}</summary><${Rows} data=${data} name=${name} /></details>` : html`<${Rows} data=${data} name=${name} />`}</figure>`;
}

/** A fishbone is read from its head, which lies at the right end: there it opens where it is wider than the screen,
 * and it is as wide as its branches need. @param {any} event */
function showEffect({ target }) {
  target.style.minWidth = `${target.naturalWidth * 0.75}px`;
  target.closest('.tool-picture').scrollLeft = target.naturalWidth;
}

/** @param {{data: any, name: string}} props */
function Rows({ data, name }) {
  return html`<div class="table-box short" tabindex="0" role="region" aria-label=${`${name}: ${t('tool.table')}`}><table><thead><tr>${data.columns.map((/** @type {string} */ c) => html`<th scope="col">${c}</th>`)}</tr></thead>
    <tbody>${data.rows.map((/** @type {string[]} */ row, /** @type {number} */ i) => html`<tr key=${i}>${row.map((cell, k) => (k ? html`<td>${cell}</td>` : html`<th scope="row">${cell}</th>`))}</tr>`)}</tbody></table></div>
    ${data.left_out > 0 && html`<p class="soft">${t('tool.left', { n: data.left_out })}</p>`}`;
}
