// SPDX-License-Identifier: GPL-3.0-or-later
// Numbers and times as people read them. Rounded figures keep the API's digits in their title
// (Figure in figure.js); times are ISO, in the time zone of the reader.
import { t } from './i18n.js';

/** So many decimals; – for none. @param {number | null | undefined} x @param {number} decimals */
export function fixed(x, decimals) {
  return x === null || x === undefined || !Number.isFinite(x) ? '–' : withMinus(x.toFixed(Math.max(0, Math.min(decimals, 20))));
}

/** Who acted, of whom only the account is told. @param {string | null | undefined} actor */
export function actorWords(actor) {
  const erased = /^\(erased (\d+)\)$/.exec(actor ?? '');
  return erased ? t('actor.erased', { n: erased[1] }) : actor === 'assay' ? t('alarm.program') : actor ?? '';
}

/** So many significant digits, without an exponent where that is readable.
 * @param {number | null | undefined} x @param {number} [n] */
export function significant(x, n = 4) {
  if (x === null || x === undefined || !Number.isFinite(x)) return '–';
  if (x === 0) return '0';
  const size = Math.floor(Math.log10(Math.abs(x)));
  if (size >= 9 || size < -6) return withMinus(x.toExponential(n - 1));
  return withMinus(x.toFixed(Math.max(0, n - 1 - size)));
}

/** Decimals of a number as it was written: "24.970" has 3. @param {string} text */
export function decimalsOf(text) {
  const point = text.indexOf('.');
  return point < 0 || /e/i.test(text) ? 0 : text.length - point - 1;
}

/** 1234567 → "1,234,567", in every language alike. @param {number | null | undefined} n */
export function count(n) {
  return n === null || n === undefined ? '–' : String(n).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** @param {string} text */
function withMinus(text) {
  return text.replace('-', '−');
}

/** @param {number} n */
const two = (n) => String(n).padStart(2, '0');

/** "2026-01-05 07:21:00". @param {string | number | Date | null | undefined} time */
export function dateTime(time) {
  if (time === null || time === undefined) return '–';
  const d = new Date(time);
  return `${date(d)} ${clock(d)}`;
}

/** "2026-01-05". @param {string | number | Date} time */
export function date(time) {
  const d = new Date(time);
  return `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())}`;
}

/** "07:21:00". @param {string | number | Date} time */
export function clock(time) {
  const d = new Date(time);
  return `${two(d.getHours())}:${two(d.getMinutes())}:${two(d.getSeconds())}`;
}

/** "3 min": how long ago or how long it lasts, in its largest unit. @param {number} ms */
export function duration(ms) {
  const s = Math.max(0, Math.round(ms / 1000));
  if (s < 60) return t('time.seconds', { n: s });
  if (s < 3600) return t('time.minutes', { n: Math.floor(s / 60) });
  if (s < 48 * 3600) return t('time.hours', { n: Math.floor(s / 3600) });
  return t('time.days', { n: Math.floor(s / 86400) });
}

/** @param {string | null | undefined} time */
export function ago(time) {
  return time ? t('time.ago', { time: duration(Date.now() - Date.parse(time)) }) : '–';
}

/** The last level of a path, and those above it. @param {string} path @returns {[string, string]} decoded */
export function pathParts(path) {
  const parts = path.split('/');
  return [/** @type {string} */ (parts.pop()), parts.join(' / ')];
}
