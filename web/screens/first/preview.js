// SPDX-License-Identifier: GPL-3.0-or-later
// What would be stored: characteristics, the first rows, what cannot be read and why; the file as it is written.
import { digits } from '../../lib/api.js';
import { count, dateTime } from '../../lib/format.js';
import { html } from '../../lib/html.js';
import { t, tMaybe } from '../../lib/i18n.js';

const ROWS = 10, CHARACTERISTICS = 12;
const fixed = ['line', 'characteristic', 'time', 'why', 'value']; // why: there is no time

/** @param {{file: any}} props */
export function Preview({ file }) {
  const { preview } = file;
  return html`
    ${preview.refusals.length > 0 && html`<${Refusals} refusals=${preview.refusals} n=${preview.refused} of=${preview.received} />`}
    ${preview.rows.length > 0 && html`<section class="card stack"><h2>${t('first.preview')}</h2>
      <p class="soft">${t(preview.is_all ? 'first.counts' : 'first.counts-more', { rows: count(preview.given), n: preview.characteristic_count })}</p>
      <${Characteristics} list=${preview.characteristics} /><${Rows} rows=${preview.rows} /></section>`}
    ${preview.warnings.map((/** @type {string} */ w) => html`<p class="notice" key=${w}>${w}</p>`)}
    <details class="card" open=${Boolean(file.trouble)}><summary>${t('first.as-written')}</summary><pre class="as-written" tabindex="0">${preview.head.join('\n')}</pre></details>`;
}

/** @param {{refusals: any[], n: number, of: number}} props */
function Refusals({ refusals, n, of }) {
  return html`<section class="notice" aria-label=${t('first.refused')}><h2>${t('first.refused-n', { n: count(n), of: count(of) })}</h2>
    <div class="table-box short" tabindex="0" role="region" aria-label=${t('first.refused')}><table><thead><tr><th scope="col">${t('first.why')}</th><th scope="col" class="number">${t('first.rows')}</th><th scope="col" class="number">${t('first.line')}</th>
      <th scope="col">${t('first.found')}</th><th scope="col">${t('first.expected')}</th></tr></thead>
    <tbody>${refusals.map((r) => html`<tr key=${r.reason}><td>${tMaybe(`refused.${r.reason}`, r.reason)}</td><td class="number">${count(r.count)}</td><td class="number">${r.line}</td>
      <td><code>${r.found}</code>${r.column ? ` (${r.column})` : ''}</td><td>${r.expected}</td></tr>`)}</tbody></table></div></section>`;
}

/** @param {{list: any[]}} props */
function Characteristics({ list }) {
  return html`<div class="table-box short" tabindex="0" role="region" aria-label=${t('first.characteristics')}><table>
    <thead><tr><th scope="col">${t('characteristic')}</th><th scope="col" class="number">${t('first.values')}</th><th scope="col">${t('station.unit')}</th>
      <th scope="col" class="number">${t('station.lower')}</th><th scope="col" class="number">${t('station.upper')}</th></tr></thead>
    <tbody>${list.slice(0, CHARACTERISTICS).map((c) => html`<tr key=${c.path}><td>${c.path}</td><td class="number">${count(c.n)}</td><td>${c.unit ?? ''}</td>
      <td class="number">${digits(c, 'lower')}</td><td class="number">${digits(c, 'upper')}</td></tr>`)}</tbody></table></div>`;
}

/** @param {{rows: any[]}} props */
function Rows({ rows }) {
  const others = [...new Set(rows.flatMap((r) => Object.keys(r)))].filter((k) => !fixed.includes(k));
  return html`<div class="table-box short" tabindex="0" role="region" aria-label=${t('first.first-rows')}><table>
    <thead><tr><th scope="col" class="number">${t('first.line')}</th><th scope="col">${t('characteristic')}</th><th scope="col">${t('role.time')}</th><th scope="col" class="number">${t('role.value')}</th>
      ${others.map((k) => html`<th scope="col" key=${k}>${tMaybe(`role.${k}`, k)}</th>`)}</tr></thead>
    <tbody>${rows.slice(0, ROWS).map((r, i) => html`<tr key=${i}><td class="number">${r.line}</td><td>${r.characteristic}</td><td><time>${dateTime(r.time)}</time></td>
      <td class="number">${digits(r, 'value')}</td>${others.map((k) => html`<td key=${k}>${r[k] ?? ''}</td>`)}</tr>`)}</tbody></table></div>`;
}
