// SPDX-License-Identifier: GPL-3.0-or-later
// Which characteristics: chosen from a list that is searched, kept in the address.
import { useData } from './hooks.js';
import { html, useState } from './html.js';
import { t } from './i18n.js';
import { Field } from './form.js';
import { go } from './router.js';

const SHOWN = 8;

/** @param {{screen: string, ids: string[]}} props ids: numbers already chosen */
export function Picker({ screen, ids }) {
  const [search, setSearch] = useState('');
  const found = useData(search.trim() ? 'characteristics' : null, { search: search.trim(), limit: SHOWN, sort: 'path' });
  const add = (/** @type {number} */ number) => {
    setSearch('');
    go(`/${screen}/${[...new Set([...ids, String(number)])].join(',')}`);
  };
  return html`<div class="picker screen-only"><${Field} label=${t(ids.length ? 'picker.more' : 'picker.first')} type="search" value=${search} autocomplete="off" onInput=${(/** @type {any} */ e) => setSearch(e.target.value)} />
    ${search.trim() && found.data && html`<ul class="plain picked">${found.data.characteristics.map((/** @type {any} */ c) => html`<li key=${c.number}><button type="button" class="line quiet" onClick=${() => add(c.number)}>${c.path}</button></li>`)}
      ${found.data.characteristics.length === 0 && html`<li class="soft">${t('overview.none')}</li>`}</ul>`}</div>`;
}

/** One fewer. @param {{screen: string, ids: string[], id: string, name: string}} props */
export function Drop({ screen, ids, id, name }) {
  if (ids.length < 2) return null;
  return html`<a class="soft" href="/${screen}/${ids.filter((x) => x !== id).join(',')}" aria-label=${t('picker.drop', { name })}>✕</a>`;
}
