// SPDX-License-Identifier: GPL-3.0-or-later
// The scale of a gauge as keys: one touch enters a value within the limits, two one beyond them. For hands
// that read a dial and have no gauge with a cable.
import { html, useState } from '../../lib/html.js';
import { t } from '../../lib/i18n.js';

const INSIDE_MOST = 44, BEYOND = 6, TEN = 10;

/** @typedef {{low: number, width: number, isBeyond: boolean}} Key all values from `low` on, `width` of them, in steps of the last digit; 1: this value */

/** The keys for values between two limits, and coarse ones on either side. null: there are no two limits, or they are not of the same digits.
 * @param {number | null | undefined} lower @param {number | null | undefined} upper @param {number} decimals @returns {Key[] | null} */
export function keysOf(lower, upper, decimals) {
  if (typeof lower !== 'number' || typeof upper !== 'number' || !(lower < upper)) return null;
  const first = Math.round(lower * 10 ** decimals), last = Math.round(upper * 10 ** decimals);
  let width = 1;
  while ((last - first) / width > INSIDE_MOST) width *= TEN;
  const begin = Math.floor(first / width) * width, outer = width * TEN;
  const keys = [];
  for (let low = begin; low <= last; low += width) keys.push({ low, width, isBeyond: false });
  const end = /** @type {Key} */ (keys.at(-1)).low + width;
  const under = Math.floor((begin - 1) / outer) * outer, over = Math.floor(end / outer) * outer;
  for (let i = 0; i < BEYOND; i++) {
    keys.unshift({ low: under - i * outer, width: outer, isBeyond: true });
    keys.push({ low: over + i * outer, width: outer, isBeyond: true });
  }
  return keys;
}

/** The values, or coarser keys, that a key stands for. @param {Key} key @returns {Key[]} */
export function within({ low, width, isBeyond }) {
  return Array.from({ length: TEN }, (_, i) => ({ low: low + (i * width) / TEN, width: width / TEN, isBeyond }));
}

/** @param {number} steps @param {number} decimals */
function written(steps, decimals) {
  return (steps / 10 ** decimals).toFixed(decimals);
}

/** @param {{lower: number, upper: number, decimals: number, enter: (value: string) => void}} props */
export function Scale({ lower, upper, decimals, enter }) {
  const [opened, open] = useState(/** @type {Key | null} */ (null));
  const keys = opened ? within(opened) : keysOf(lower, upper, decimals) ?? [];
  const hold = (/** @type {Event} */ e) => e.preventDefault(); // the focus stays where it is
  const press = (/** @type {Key} */ key) => {
    open(key.width > 1 ? key : null);
    if (key.width === 1) enter(written(key.low, decimals));
  };
  return html`<div class="scale" role="group" aria-label=${t('station.scale')}>
    ${keys.map((key) => html`<button type="button" key=${key.low} class=${key.isBeyond ? 'beyond' : ''} onMouseDown=${hold} onClick=${() => press(key)}>${written(key.low, decimals)}${key.width > 1 ? ' …' : ''}</button>`)}
    ${opened && html`<button type="button" class="words" onMouseDown=${hold} onClick=${() => open(null)}>${t('station.scale-back')}</button>`}
  </div>`;
}
