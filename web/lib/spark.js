// SPDX-License-Identifier: GPL-3.0-or-later
// The last points between the limits that judge them; a signal is a square.
import { html } from './html.js';

const WIDTH = 100, HEIGHT = 20, PLACES = 25;

/** @param {{live: any}} props an engine's row: spark, spark_signals, lcl, center, ucl */
export function Spark({ live }) {
  const points = live.spark, limits = [live.lcl, live.center, live.ucl];
  const known = [...points, ...limits].filter((x) => x !== null && x !== undefined);
  const low = Math.min(...known), high = Math.max(...known);
  if (!(high > low) || points.length < 2) return html`<span class="spark"></span>`;
  const x = (/** @type {number} */ i) => ((i * WIDTH) / (PLACES - 1)).toFixed(1);
  const y = (/** @type {number} */ value) => (((high - value) * HEIGHT) / (high - low)).toFixed(1);
  /** @type {string[]} */
  const lines = [];
  let isBroken = true;
  points.forEach((/** @type {number | null} */ value, /** @type {number} */ i) => {
    if (value !== null) {
      if (isBroken) lines.push('');
      lines[lines.length - 1] += `${x(i)},${y(value)} `;
    }
    isBroken = value === null;
  });
  return html`<svg class="spark" viewBox="-3 -3 106 26" aria-hidden="true">
    ${limits.map((value, i) => value !== null && html`<path class=${i === 1 ? 'center' : 'limit'} d="M0 ${y(value)}H${WIDTH}" />`)}
    ${lines.map((line) => html`<polyline points=${line} />`)}
    ${live.spark_signals.map((/** @type {number} */ i) => points[i] !== null && html`<rect x=${Number(x(i)) - 2.5} y=${Number(y(points[i])) - 2.5} width="5" height="5" />`)}
  </svg>`;
}
