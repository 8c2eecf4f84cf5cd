// SPDX-License-Identifier: GPL-3.0-or-later
// Machines, cavities, batches side by side: the same chart for each, on one scale, by limits of all.
import { digits } from '../../lib/api.js';
import { count } from '../../lib/format.js';
import { Figure } from '../../lib/figure.js';
import { Field } from '../../lib/form.js';
import { useData } from '../../lib/hooks.js';
import { html, useState } from '../../lib/html.js';
import { t, tMaybe } from '../../lib/i18n.js';
import { setQuery } from '../../lib/router.js';

const MOST = 12, COLUMNS = 100;

/** @param {{base: string, query: Record<string, string>}} props */
export function Compare({ base, query }) {
  const [kind, setKind] = useState(query.compare ?? '');
  const contexts = useData(`${base}/contexts`);
  const kinds = (contexts.data?.contexts ?? []).filter((/** @type {any} */ c) => c.values.length > 1);
  if (kinds.length === 0) return null;
  const chosen = kinds.find((/** @type {any} */ c) => c.kind === kind);
  return html`<section class="card compare screen-only"><div class="row"><h2>${t('compare')}</h2>
    <${Field} label=${t('compare.by')} value=${kind} onChange=${(/** @type {any} */ e) => setKind(e.target.value)}
      options=${[['', '–'], ...kinds.map((/** @type {any} */ c) => [c.kind, `${tMaybe(`context.${c.kind}`, c.kind)} (${c.total})`])]} /></div>
    ${chosen && html`<div class="table-box short" tabindex="0" role="region" aria-label=${t('compare')}><table><thead><tr><th scope="col">${tMaybe(`context.${kind}`, kind)}</th><th scope="col" class="number">n</th>
      <th scope="col" class="number">${t('mean')}</th><th scope="col" class="number">${t('sd')}</th><th scope="col">${t('last.points')}</th><th></th></tr></thead>
      <tbody>${chosen.values.slice(0, MOST).map((/** @type {any} */ v) => html`<${Row} key=${v.text} base=${base} kind=${kind} value=${v} query=${query} />`)}</tbody></table></div>
      ${chosen.values.length > MOST && html`<p class="soft">${t('compare.more', { n: chosen.total - MOST })}</p>`}`}
  </section>`;
}

/** @param {{base: string, kind: string, value: any, query: Record<string, string>}} props */
function Row({ base, kind, value, query }) {
  const where = `${kind}:${value.text}`;
  const described = useData(`${base}/description`, { where, from: query.from, to: query.to }).data;
  const chart = useData(`${base}/chart`, { where, columns: COLUMNS, limits: 'analysis', rules: query.rules, from: query.from, to: query.to }).data;
  return html`<tr><th scope="row">${value.text}</th><td class="number" title=${digits(value, 'n')}>${count(value.n)}</td>
    <td class="number">${described ? html`<${Figure} of=${described} name="mean" n=${6} />` : '…'}</td>
    <td class="number">${described ? html`<${Figure} of=${described} name="sd" n=${4} />` : '…'}</td>
    <td>${chart && html`<${Trace} chart=${chart} />`}</td>
    <td><button type="button" onClick=${() => setQuery({ where })}>${t('compare.show')}</button></td></tr>`;
}

/** @param {{chart: any}} props */
function Trace({ chart }) {
  const { columns, points, lcl, center, ucl } = chart.location;
  const values = /** @type {(number | null)[]} */ (columns ? columns.max : points.map((/** @type {any} */ p) => p.value));
  const known = /** @type {number[]} */ ([...values, lcl, ucl].filter((v) => v !== null));
  const low = Math.min(...known), high = Math.max(...known);
  if (!(high > low) || values.length < 2) return html`<span class="spark"></span>`;
  const y = (/** @type {number} */ v) => (((high - v) * 24) / (high - low)).toFixed(1);
  const line = values.map((v, i) => (v === null ? '' : `${((i * 200) / (values.length - 1)).toFixed(1)},${y(v)}`)).join(' ');
  return html`<svg class="spark trace" viewBox="-3 -3 206 30" aria-hidden="true">${[lcl, center, ucl].map((v, i) => v !== null && html`<path class=${i === 1 ? 'center' : 'limit'} d="M0 ${y(v)}H200" />`)}<polyline points=${line} /></svg>`;
}
