// SPDX-License-Identifier: GPL-3.0-or-later
// Words in the reader's language. A catalogue is a module of texts by key; a text may hold
//   {name}                                   a value
//   {n, plural, =0 {none} one {# alarm} other {# alarms}}
//   {x, select, a {...} other {...}}
// in the way of ICU MessageFormat. Every key is in every catalogue: the tests and tsc see to it.
import { recall, remember } from './storage.js';

/** @typedef {keyof typeof import('../lang/en.js').default} Key */
/** @typedef {Record<string, string | number>} Values */

export const languages = /** @type {const} */ ({ en: 'English', ko: '한국어', zh: '中文' });
/** @typedef {keyof typeof languages} Language */

const tags = { en: 'en', ko: 'ko', zh: 'zh-CN' };
/** @type {Record<string, string>} */
let words = {};
/** @type {Language} */
let current = 'en';
/** @type {Intl.PluralRules} */
let plurals = new Intl.PluralRules('en');

/** @param {string | null} text @returns {text is Language} */
function isLanguage(text) {
  return text !== null && Object.hasOwn(languages, text);
}

/** What was chosen on this device, else the first of the browser's that we have. @returns {Language} */
export function preferredLanguage() {
  const kept = recall('language');
  if (isLanguage(kept)) return kept;
  for (const tag of navigator.languages) if (isLanguage(tag.slice(0, 2))) return /** @type {Language} */ (tag.slice(0, 2));
  return 'en';
}

/** @param {Language} wanted */
export async function setLanguage(wanted) {
  words = (await import(`../lang/${wanted}.js`)).default;
  current = wanted;
  plurals = new Intl.PluralRules(tags[wanted]);
  document.documentElement.lang = tags[wanted];
}

/** @param {Language} wanted */
export function keepLanguage(wanted) {
  remember('language', wanted);
}

export function language() {
  return current;
}

/** The text of a key. @param {Key} key @param {Values} [values] @returns {string} */
export function t(key, values) {
  const text = words[key];
  if (text === undefined) return key;
  return text.includes('{') ? fill(text, values ?? {}) : text;
}

/** Is there a text of this key? For words that come from the server: unknown ones are shown as they are.
 * @param {string} key @param {string} otherwise @param {Values} [values] @returns {string} */
export function tMaybe(key, otherwise, values) {
  return Object.hasOwn(words, key) ? t(/** @type {Key} */ (key), values) : otherwise;
}

/** Why something is not there: the server's sentence is the key, # for each of its numbers, which are {0}, {1} ...
 * @param {string | null | undefined} why */
export function tWhy(why) {
  return why ? tMaybe(`why.${why.replace(/\d+/g, '#')}`, why, { .../** @type {any} */ (why.match(/\d+/g)) }) : '';
}

/** @param {string} text @param {Values} values @param {string | number} [count] what # stands for @returns {string} */
export function fill(text, values, count) {
  let out = '';
  for (let i = 0; i < text.length;) {
    const c = text[i];
    if (c === '#' && count !== undefined) {
      out += count;
      i++;
    } else if (c === '{') {
      const end = closing(text, i);
      out += argument(text.slice(i + 1, end), values);
      i = end + 1;
    } else {
      out += c;
      i++;
    }
  }
  return out;
}

/** The brace that closes the one at `at`. @param {string} text @param {number} at */
function closing(text, at) {
  for (let depth = 0, i = at; i < text.length; i++) {
    if (text[i] === '{') depth++;
    if (text[i] === '}' && --depth === 0) return i;
  }
  throw new Error(`a brace is not closed: ${text}`);
}

/** @param {string} inner "n, plural, one {...} other {...}" @param {Values} values */
function argument(inner, values) {
  const [name, kind] = inner.split(',', 2).map((part) => part.trim());
  const value = values[name] ?? '';
  if (kind === undefined) return String(value);
  const choices = branches(inner.slice(inner.indexOf(',', inner.indexOf(',') + 1) + 1));
  const branch = kind === 'plural'
    ? choices[`=${value}`] ?? choices[plurals.select(Number(value))] ?? choices.other
    : choices[String(value)] ?? choices.other;
  return fill(branch ?? '', values, kind === 'plural' ? value : undefined);
}

/** @param {string} text "one {...} other {...}" @returns {Record<string, string>} */
function branches(text) {
  /** @type {Record<string, string>} */
  const out = {};
  for (let i = 0; i < text.length;) {
    const open = text.indexOf('{', i);
    if (open < 0) break;
    const end = closing(text, open);
    out[text.slice(i, open).trim()] = text.slice(open + 1, end);
    i = end + 1;
  }
  return out;
}
