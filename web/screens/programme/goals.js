// SPDX-License-Identifier: GPL-3.0-or-later
// Goals as a tree, each figure with where it began, where it is, and where it is to be. A single change says
// nothing: with fewer than three figures no direction is claimed.
import { date } from '../../lib/format.js';
import { html } from '../../lib/html.js';
import { t } from '../../lib/i18n.js';
import { Exact, named } from '../../lib/programme.js';
import { number } from '../review/sheet.js';

/** @param {{measures: any[]}} props */
export function Goals({ measures }) {
  if (!measures.length) return html`<p class="soft">${t('goals.none')}</p>`;
  const ids = new Set(measures.map((m) => m.id));
  return html`<${Branch} measures=${measures} of=${measures.filter((m) => !m.under || !ids.has(m.under))} />`;
}

/** @param {{measures: any[], of: any[]}} props */
function Branch({ measures, of }) {
  const ordered = [...of.filter((m) => m.kind === 'figure'), ...of.filter((m) => m.kind !== 'figure')]; // its own figures before what is under it
  return html`<ul class="goals">${ordered.map((m) => {
    const under = measures.filter((x) => x.under === m.id);
    return html`<li key=${m.id} class=${m.kind}><${Measure} m=${m} />${under.length > 0 && html`<${Branch} measures=${measures} of=${under} />`}</li>`;
  })}</ul>`;
}

/** @param {{m: any}} props */
function Measure({ m }) {
  const figures = m.figures ?? m.history ?? [], value = m.value ?? figures.at(-1)?.value ?? null;
  return html`<div class="measure"><div class="measure-name"><small>${t(/** @type {any} */ (`measure.${m.kind}`))}</small> <b>${named(m)}</b>${m.is_assumed && html` <small>${t('scheme.assumed')}</small>`}</div>
    ${(value !== null || m.target !== undefined || m.kind === 'figure') && html`<div class="row measure-figures"><span>${t('measure.now')} <b><${Exact} of=${value} /></b> ${named({ words: m.unit_words }, m.unit)}${m.at ? html` <small>${date(m.at)}</small>` : ''}</span>
      ${m.baseline !== undefined && m.baseline !== null && html`<span class="soft">${t('measure.baseline')} <${Exact} of=${m.baseline} /></span>`}
      ${m.target !== undefined && m.target !== null && html`<span class="soft">${t('measure.target')} <${Exact} of=${m.target} />${m.by ? ` · ${m.by}` : ''}</span>`}
      ${m.baseline !== undefined && m.target !== undefined && value !== null && html`<${Way} m=${m} value=${value} />`}<${Spark} figures=${figures} /></div>`}</div>`;
}

/** How much of the way from baseline to target is gone. @param {{m: any, value: any}} props */
function Way({ m, value }) {
  const from = number(m.baseline), to = number(m.target), share = (number(value) - from) / (to - from);
  if (!Number.isFinite(share)) return null;
  const percent = Math.round(100 * share);
  return html`<span class="way"><span class="funnel-bar" aria-hidden="true"><span style=${{ width: `${Math.max(0, Math.min(100, percent))}%` }}></span></span> ${t('measure.way', { n: percent })}</span>`;
}

/** Figures in their order, with mean and the limits that moving ranges give. @param {{figures: any[]}} props */
function Spark({ figures }) {
  const v = figures.map((f) => number(f.value)).filter((x) => Number.isFinite(x));
  if (v.length < 3) return null;
  const mean = v.reduce((a, b) => a + b, 0) / v.length, mr = v.slice(1).reduce((s, x, i) => s + Math.abs(x - v[i]), 0) / (v.length - 1);
  const limits = [mean - 2.66 * mr, mean + 2.66 * mr], low = Math.min(...v, limits[0]), high = Math.max(...v, limits[1]);
  const y = (/** @type {number} */ x) => 30 - ((x - low) / (high - low || 1)) * 26, x = (/** @type {number} */ i) => 3 + (i / (v.length - 1)) * 128;
  return html`<svg class="spark" viewBox="0 0 134 34" role="img" aria-label=${t('measure.chart', { n: v.length })}><path d="M2 ${y(mean)}H132" /><path class="limit" d="M2 ${y(limits[0])}H132M2 ${y(limits[1])}H132" />
    <polyline points=${v.map((one, i) => `${x(i)},${y(one)}`).join(' ')} />${v.map((one, i) => (one < limits[0] || one > limits[1]) && html`<rect key=${i} x=${x(i) - 3} y=${y(one) - 3} width="6" height="6" />`)}</svg>`;
}
