// SPDX-License-Identifier: GPL-3.0-or-later
// The frame of pages for everybody: no menu, no account; one's language.
import { html } from './html.js';
import { keepLanguage, language, languages, setLanguage, t } from './i18n.js';
import { named } from './programme.js';
import { go } from './router.js';

/** @param {{here: string, children?: any}} props */
export function PublicPage({ here, children }) {
  const speak = async (/** @type {any} */ e) => {
    await setLanguage(e.target.value);
    keepLanguage(e.target.value);
    go(location.pathname + location.search); // where one is, said anew
  };
  const pages = /** @type {const} */ (['roll', 'notices', 'complaint', 'verify', 'ledger']);
  return html`<div class="public"><a class="skip" href="#main">${t('skip')}</a>
    <header><a class="brand" href="/">Assay</a><nav aria-label=${t('menu')}><ul>${pages.map((p) => html`<li key=${p}><a href="/${p}" aria-current=${p === here ? 'page' : undefined}>${t(`nav.${p}`)}</a></li>`)}</ul></nav>
      <select aria-label=${t('language')} onChange=${speak}>${Object.entries(languages).map(([key, name]) => html`<option value=${key} lang=${key} selected=${key === language()}>${name}</option>`)}</select></header>
    <main id="main" tabindex="-1">${children}</main></div>`;
}

/** What a publication shows, by its field's name. @param {any} scheme @param {string} field */
export function fieldWords(scheme, field) {
  const words = scheme?.fields?.[field];
  return words?.[language()] || words?.en || words?.ko || words?.zh || null;
}

/** What stands in it, a choice in the reader's language. @param {any} scheme @param {string} field @param {any} v @returns {string} */
export function publicWords(scheme, field, v) {
  const choices = scheme?.fields?.[field]?.choices;
  const one = (/** @type {any} */ x) => (typeof x === 'string' && choices?.[x] ? named({ words: choices[x] }, x) : plain(x));
  return Array.isArray(v) ? v.map(one).join(', ') : one(v);
}

/** @param {any} v @returns {string} */
function plain(v) {
  if (v === null || v === undefined) return '–';
  if (Array.isArray(v)) return v.map(plain).join(', ');
  return typeof v === 'object' ? Object.values(v).map(plain).join(' – ') : String(v);
}
