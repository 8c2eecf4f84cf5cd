// SPDX-License-Identifier: GPL-3.0-or-later
// Persons, firms and teams of the programmes, for the desk: found by a word of the name, added, opened.
import { change, inWords } from '../lib/api.js';
import { Buttons, showDialog } from '../lib/dialog.js';
import { Field } from '../lib/form.js';
import { html, useState } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { Title } from '../lib/page.js';
import { PageEnd, usePages } from '../lib/programme.js';
import { go, setQuery } from '../lib/router.js';
import { may, useMe } from '../lib/shell.js';

const kinds = ['person', 'firm', 'team'];

/** @param {{query: Record<string, string>}} props */
export default function Parties({ query }) {
  const me = useMe(), [text, setText] = useState(query.search ?? '');
  const pages = usePages('parties', 'parties', { kind: query.search ? undefined : query.kind, search: query.search, limit: 60 });
  const rows = query.search && query.kind ? pages.rows.filter((p) => p.kind === query.kind) : pages.rows;
  const add = async () => {
    const made = await showDialog(t('parties.new'), (close) => html`<${NewParty} close=${close} />`);
    if (made) go(`/parties/${made.id}`);
  };
  return html`<${Title} title=${t('nav.parties')} under=${pages.count ? t('parties.count', { n: pages.count }) : t('parties.under')} actions=${may(me, 'close') && html`<button type="button" class="primary" onClick=${add}>${t('parties.new')}</button>`} />
    <form class="toolbar" role="search" onSubmit=${(/** @type {Event} */ e) => {
    e.preventDefault();
    setQuery({ search: text.trim() });
  }}><${Field} label=${t('parties.kind')} value=${query.kind ?? ''} options=${[['', t('parties.all')], ...kinds.map((k) => [k, t(/** @type {any} */ (`parties.${k}`))])]} onChange=${(/** @type {any} */ e) => setQuery({ kind: e.target.value })} />
      <${Field} label=${t('roll.search')} type="search" value=${text} onInput=${(/** @type {any} */ e) => setText(e.target.value)} /><button class="primary at-end">${t('search')}</button></form>
    ${rows.length > 0 && html`<div class="table-box short" tabindex="0" role="region" aria-label=${t('nav.parties')}><table><thead><tr><th scope="col">${t('party.name')}</th><th scope="col">${t('parties.kind')}</th></tr></thead>
      <tbody>${rows.map((p) => html`<tr key=${p.id}><td><a href="/parties/${p.id}">${p.name || p.id.slice(-6)}</a></td><td>${t(/** @type {any} */ (`parties.${p.kind}`))}</td></tr>`)}</tbody></table></div>`}
    <${PageEnd} pages=${{ ...pages, rows }} empty=${t(query.search ? 'roll.not-found' : 'parties.none')} />`;
}

/** @param {{close: (made?: any) => void}} props */
function NewParty({ close }) {
  const [wish, setWish] = useState({ kind: 'person', name: '', code: '', account: '', badge: '' });
  const [error, setError] = useState('');
  const field = (/** @type {'name' | 'code' | 'account' | 'badge'} */ key, hint = '') => html`<${Field} label=${t(/** @type {any} */ (`party.${key}`))} hint=${hint} autocomplete="off" value=${wish[key]} onInput=${(/** @type {any} */ e) => setWish({ ...wish, [key]: e.target.value })} />`;
  const submit = async (/** @type {Event} */ e) => {
    e.preventDefault();
    try {
      close(await change('POST', 'parties', Object.fromEntries(Object.entries(wish).filter(([, v]) => v.trim()))));
    } catch (problem) {
      setError(inWords(problem));
    }
  };
  return html`<form class="stack" novalidate onSubmit=${submit}>${error && html`<p class="error" role="alert">${error}</p>`}
    <${Field} label=${t('parties.kind')} value=${wish.kind} options=${kinds.map((k) => [k, t(/** @type {any} */ (`parties.${k}`))])} onChange=${(/** @type {any} */ e) => setWish({ ...wish, kind: e.target.value, ...(e.target.value !== 'person' && { badge: '', account: '' }) })} />
    ${field('name')}${field('code', t('parties.code-hint'))}${wish.kind === 'person' && html`${field('account', t('parties.account-hint'))}${field('badge', t('parties.badge-hint'))}`}<${Buttons} action=${t('parties.new')} close=${close} /></form>`;
}
