// SPDX-License-Identifier: GPL-3.0-or-later
// Two questions instead of red, amber, green. Variation: is it common cause, or did something special
// happen, for better or worse? Target: will it meet its limits, or only by chance? Blue for better,
// orange for worse, grey for common cause; red is kept for alarms; each has a shape of its own.
import { html } from '../../lib/html.js';
import { t } from '../../lib/i18n.js';

const GOOD = 1.33;

/** By the interval of Ppk: wholly above 1.33, wholly below, or astride. @param {number | null} low @param {number | null} high */
export function targetOf(low, high) {
  if (low === null && high === null) return null;
  if (low !== null && low >= GOOD) return 'hit';
  return high !== null && high < GOOD ? 'miss' : 'chance';
}

/** @type {Record<string, string>} */
const waves = { common: 'M2 10q2-6 4 0t4 0 4 0 4 0', special: 'M2 12h10l2-8 2 8h2', better: 'M2 12h10l2-8 2 8h2', worse: 'M2 8h10l2 8 2-8h2' };
/** @type {Record<string, string>} */
const rings = { hit: 'M10 2a8 8 0 1 0 0 16 8 8 0 1 0 0-16zM6 10l3 3 5-6', miss: 'M10 2a8 8 0 1 0 0 16 8 8 0 1 0 0-16zM7 7l6 6M13 7l-6 6', chance: 'M10 2a8 8 0 1 0 0 16 8 8 0 1 0 0-16zM7 8q0-3 3-3t3 2.500q0 2-3 2.500v1.500M10 14.500v.5' };

/** @param {{kind: string | null}} props */
export function Variation({ kind }) {
  return kind ? html`<span class="omen ${kind}"><svg viewBox="0 0 20 20" aria-hidden="true"><path d=${waves[kind]} /></svg>${t(/** @type {any} */ (`variation.${kind}`))}</span>` : '–';
}

/** @param {{kind: string | null}} props */
export function Target({ kind }) {
  return kind ? html`<span class="omen ${kind}"><svg viewBox="0 0 20 20" aria-hidden="true"><path d=${rings[kind]} /></svg>${t(/** @type {any} */ (`target.${kind}`))}</span>` : '–';
}
