// SPDX-License-Identifier: GPL-3.0-or-later
// The last points of a characteristic, large: limits dashed and named at their right end, a signal a square.
import { fixed } from '../../lib/format.js';
import { html } from '../../lib/html.js';
import { t } from '../../lib/i18n.js';

const WIDTH = 640, HEIGHT = 210, LEFT = 8, RIGHT = 118, TOP = 14, BOTTOM = 14;

/** @param {{live: any, decimals: number, name: string}} props */
export function Trend({ live, decimals, name }) {
  const points = live?.spark ?? [];
  const known = points.filter((/** @type {any} */ x) => x !== null);
  if (!known.length) return html`<p class="trend-none">${t('station.no-points')}</p>`;
  const limits = [['UCL', live.ucl], ['CL', live.center], ['LCL', live.lcl]].filter(([, v]) => typeof v === 'number');
  const { low, high } = frameOf(known, limits.map(([, v]) => v), 10 ** -decimals);
  const x = (/** @type {number} */ i) => LEFT + ((WIDTH - LEFT - RIGHT) * i) / Math.max(24, points.length - 1);
  const y = (/** @type {number} */ v) => TOP + ((HEIGHT - TOP - BOTTOM) * (high - Math.min(high, Math.max(low, v)))) / (high - low);
  const far = points.map((/** @type {any} */ v, /** @type {number} */ i) => ({ v, i })).filter((/** @type {any} */ p) => p.v !== null && (p.v > high || p.v < low));
  const said = t('station.trend-says', { name, n: known.length, last: fixed(known.at(-1), decimals), signals: live.spark_signals.length });
  return html`<svg class="trend" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label=${said}>
    ${limits.map(([label, v]) => html`<g key=${label} class=${label === 'CL' ? 'center' : 'limit'}>
      <path d="M${LEFT} ${y(v)}H${WIDTH - RIGHT}" /><text x=${WIDTH - RIGHT + 6} y=${y(v) + 5}>${label} ${fixed(v, decimals)}</text></g>`)}
    <${Line} points=${points} x=${x} y=${y} />
    ${points.map((/** @type {any} */ v, /** @type {number} */ i) => v !== null && (live.spark_signals.includes(i)
      ? html`<rect key=${i} class="signal" x=${x(i) - 7} y=${y(v) - 7} width="14" height="14" />`
      : html`<circle key=${i} cx=${x(i)} cy=${y(v)} r="4" />`))}
    ${far.slice(-3).map((/** @type {any} */ { v, i }) => html`<text key=${i} class="far" x=${x(i) - 12} y=${y(v) + (v > high ? 6 : 2)} text-anchor="end">${fixed(v, decimals)} ${v > high ? '↑' : '↓'}</text>`)}
  </svg>`;
}

/** What is drawn: the limits and some room beyond them; a point farther out stands at the edge with its value, so
 * that it does not press all others into one line. @param {number[]} points @param {number[]} limits @param {number} least */
function frameOf(points, limits, least) {
  const all = [...points, ...limits];
  const low = Math.min(...all), high = Math.max(...all);
  if (limits.length < 2) return { low: low - least, high: high + least };
  const bottom = Math.min(...limits), top = Math.max(...limits), room = Math.max((top - bottom) * 0.6, least);
  return { low: Math.max(Math.min(low, bottom) - room * 0.1, bottom - room), high: Math.min(Math.max(high, top) + room * 0.1, top + room) };
}

/** Broken where a point is missing. @param {{points: (number | null)[], x: (i: number) => number, y: (v: number) => number}} props */
function Line({ points, x, y }) {
  let d = '', isOpen = false;
  points.forEach((v, i) => {
    if (v !== null) d += `${isOpen ? 'L' : 'M'}${x(i).toFixed(1)} ${y(v).toFixed(1)}`;
    isOpen = v !== null;
  });
  return html`<path class="line" d=${d} />`;
}
