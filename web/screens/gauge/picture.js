// SPDX-License-Identifier: GPL-3.0-or-later
// The readings of a study: by part, by operator, or one after the other against the known value.
import { fixed } from '../../lib/format.js';
import { html } from '../../lib/html.js';
import { t } from '../../lib/i18n.js';

const W = 460, H = 200, LEFT = 56, RIGHT = 12, TOP = 12, BOTTOM = 28;

/** @typedef {{part: string, operator: string, value: number}} Reading */

/** @param {number[]} values @returns {(v: number) => number} from a value to its height */
function scaleOf(values) {
  const low = Math.min(...values), high = Math.max(...values), room = (high - low) * 0.06 || 1;
  return (v) => TOP + ((high + room - v) / (high - low + 2 * room)) * (H - TOP - BOTTOM);
}

/** @param {{y: (v: number) => number, values: number[], decimals: number}} props */
function Axis({ y, values, decimals }) {
  return html`<path class="axis" d="M${LEFT} ${TOP}V${H - BOTTOM}H${W - RIGHT}" />
    ${[Math.min(...values), Math.max(...values)].map((v) => html`<text key=${v} x=${LEFT - 6} y=${y(v) + 4} text-anchor="end">${fixed(v, decimals)}</text>`)}`;
}

/** @param {number[]} list */
const mean = (list) => list.reduce((a, b) => a + b, 0) / list.length;

/** Each reading a point, the means of the levels joined. @param {{rows: Reading[], by: 'part' | 'operator', decimals: number, label: string}} props */
export function ByFactor({ rows, by, decimals, label }) {
  const levels = [...new Set(rows.map((r) => r[by]))].sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  const values = rows.map((r) => r.value), y = scaleOf(values);
  const x = (/** @type {number} */ i) => LEFT + ((i + 0.5) / levels.length) * (W - LEFT - RIGHT);
  const means = levels.map((l) => mean(rows.filter((r) => r[by] === l).map((r) => r.value)));
  const step = Math.ceil(levels.length / 12);
  return html`<figure class="study-plot"><figcaption>${label}</figcaption><svg viewBox="0 0 ${W} ${H}" role="img" aria-label=${`${label}: ${levels.map((l, i) => `${l} ${fixed(means[i], decimals + 1)}`).join(', ')}`}>
    <${Axis} y=${y} values=${values} decimals=${decimals} />
    ${rows.map((r, i) => html`<circle key=${i} class="reading" cx=${x(levels.indexOf(r[by]))} cy=${y(r.value)} r="2.6" />`)}
    <path class="means" d=${means.map((m, i) => `${i ? 'L' : 'M'}${x(i).toFixed(1)} ${y(m).toFixed(1)}`).join('')} />
    ${means.map((m, i) => html`<path key=${i} class="mean" d="M${x(i) - 6} ${y(m)}h12" />`)}
    ${levels.map((l, i) => i % step === 0 && html`<text key=${l} x=${x(i)} y=${H - 9} text-anchor="middle">${l.length > 8 ? `${l.slice(0, 7)}…` : l}</text>`)}</svg></figure>`;
}

/** Readings in order; `room`: a tenth of the tolerance, drawn about the reference.
 * @param {{rows: Reading[], reference: number, room: number, decimals: number}} props */
export function Runs({ rows, reference, room, decimals }) {
  const lines = /** @type {[string, number, string][]} */ ([['+0.1 T', reference + room, 'spec'], [t('study.reference'), reference, 'target'], ['−0.1 T', reference - room, 'spec']]).filter((l) => Number.isFinite(l[1]));
  const values = [...rows.map((r) => r.value), ...lines.map((l) => l[1])], y = scaleOf(values);
  const x = (/** @type {number} */ i) => LEFT + ((i + 0.5) / rows.length) * (W - LEFT - RIGHT);
  return html`<figure class="study-plot one"><figcaption>${t('study.runs')}</figcaption><svg viewBox="0 0 ${W} ${H}" role="img" aria-label=${t('study.runs')}>
    <${Axis} y=${y} values=${values} decimals=${decimals} />
    ${lines.map(([name, v, kind]) => html`<g key=${name} class=${kind}><path d="M${LEFT} ${y(v)}H${W - RIGHT}" /><text x=${W - RIGHT} y=${y(v) - 4} text-anchor="end">${name}</text></g>`)}
    <path class="means" d=${rows.map((r, i) => `${i ? 'L' : 'M'}${x(i).toFixed(1)} ${y(r.value).toFixed(1)}`).join('')} />
    ${rows.map((r, i) => html`<circle key=${i} class="reading" cx=${x(i)} cy=${y(r.value)} r="2.6" />`)}</svg></figure>`;
}
