// SPDX-License-Identifier: GPL-3.0-or-later
// Pictures in SVG that need no library: a histogram with its limits, bars of a Pareto.
import { fixed } from './format.js';
import { html } from './html.js';

const W = 460, H = 220, LEFT = 40, BOTTOM = 32, TOP = 24, RIGHT = 14;

/** What stands under the classes: both ends and the middle; one number where they are written alike. @param {number[]} edges @param {number} decimals */
function ends(edges, decimals) {
  const first = edges[0], last = /** @type {number} */ (edges.at(-1)), middle = (first + last) / 2;
  return last - first < 10 ** -decimals ? [middle] : [first, middle, last];
}

/** Classes of equal width with limits, target and fitted normal curve; words say the same beside it.
 * @param {{label: string, edges: number[], counts: number[], lsl?: number | null, usl?: number | null, target?: number | null, mean?: number | null, sd?: number | null, decimals: number}} props */
export function Histogram({ label, edges, counts, lsl, usl, target, mean, sd, decimals }) {
  const marks = /** @type {[string, number, string][]} */ ([['LSL', lsl, 'spec'], ['T', target, 'target'], ['USL', usl, 'spec']].filter((m) => typeof m[1] === 'number'));
  let low = Math.min(edges[0], ...marks.map((m) => m[1])), high = Math.max(/** @type {number} */ (edges.at(-1)), ...marks.map((m) => m[1]));
  const room = (high - low) * 0.04 || 1;
  low -= room;
  high += room;
  const n = counts.reduce((a, b) => a + b, 0), width = edges[1] - edges[0];
  const density = typeof mean === 'number' && typeof sd === 'number' && sd > 0 ? (/** @type {number} */ x) => (n * width * Math.exp(-(((x - mean) / sd) ** 2) / 2)) / (sd * Math.sqrt(2 * Math.PI)) : null;
  const most = Math.max(...counts, density ? density(/** @type {number} */ (mean)) : 0);
  const x = (/** @type {number} */ v) => LEFT + ((v - low) / (high - low)) * (W - LEFT - RIGHT);
  const y = (/** @type {number} */ c) => H - BOTTOM - (c / most) * (H - BOTTOM - TOP);
  const curve = density && Array.from({ length: 101 }, (_, i) => low + ((high - low) * i) / 100).map((v, i) => `${i ? 'L' : 'M'}${x(v).toFixed(1)} ${y(density(v)).toFixed(1)}`).join('');
  return html`<svg class="histogram" viewBox="0 0 ${W} ${H}" role="img" aria-label=${label}>
    <path class="axis" d="M${LEFT} ${H - BOTTOM}H${W - RIGHT}" />
    ${counts.map((c, i) => html`<rect key=${i} x=${x(edges[i]) + 0.5} width=${Math.max(1, x(edges[i + 1]) - x(edges[i]) - 1)} y=${y(c)} height=${H - BOTTOM - y(c)} />`)}
    ${curve && html`<path class="curve" d=${curve} />`}
    ${marks.map(([name, v, kind]) => html`<g key=${name} class=${kind}><path d="M${x(v)} ${TOP - 6}V${H - BOTTOM}" /><text x=${x(v)} y=${TOP - 9} text-anchor=${x(v) < 60 ? 'start' : x(v) > W - 60 ? 'end' : 'middle'}>${name} ${fixed(v, decimals)}</text></g>`)}
    ${ends(edges, decimals).map((v, i) => html`<text key=${`e${i}`} x=${x(v)} y=${H - 10} text-anchor="middle">${fixed(v, decimals)}</text>`)}
    <text x=${LEFT - 6} y=${y(Math.max(...counts)) + 4} text-anchor="end">${Math.max(...counts)}</text>
  </svg>`;
}
