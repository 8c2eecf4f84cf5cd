// SPDX-License-Identifier: GPL-3.0-or-later
// Rounds: cycles of a scheme, newest first; the desk opens a new one.
import { change, inWords } from '../lib/api.js';
import { Buttons, showDialog } from '../lib/dialog.js';
import { date } from '../lib/format.js';
import { Field } from '../lib/form.js';
import { useData } from '../lib/hooks.js';
import { html, useState } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { Title } from '../lib/page.js';
import { named, newest, PageEnd, Phase, SchemeChoice, usePages } from '../lib/programme.js';
import { go, setQuery } from '../lib/router.js';
import { may, useMe } from '../lib/shell.js';

/** @param {{query: Record<string, string>}} props */
export default function Rounds({ query }) {
  const me = useMe();
  const schemes = newest(useData('schemes').data?.schemes ?? []);
  const pages = usePages('rounds', 'rounds', { scheme: query.scheme, limit: 60 });
  const open = async () => {
    const made = await showDialog(t('round.new'), (close) => html`<${RoundForm} schemes=${schemes} scheme=${query.scheme ?? schemes[0]?.id ?? ''} close=${close} />`);
    if (made) go(`/round/${made.id}`);
  };
  return html`<${Title} title=${t('nav.rounds')} under=${t('rounds.under')} actions=${may(me, 'close') && html`<button type="button" class="primary" onClick=${open}>${t('round.new')}</button>`} />
    <div class="toolbar"><${SchemeChoice} schemes=${schemes} value=${query.scheme ?? ''} all=${t('scheme.all')} onChange=${(/** @type {string} */ scheme) => setQuery({ scheme })} /></div>
    ${pages.rows.length > 0 && html`<div class="table-box short" tabindex="0" role="region" aria-label=${t('nav.rounds')}><table><thead><tr><th scope="col">${t('round')}</th><th scope="col">${t('scheme')}</th>
      <th scope="col">${t('state')}</th><th scope="col" class="wide">${t('round.opens')}</th><th scope="col">${t('round.closes')}</th></tr></thead>
      <tbody>${pages.rows.map((r) => html`<tr key=${r.id}><td><a href="/round/${r.id}">${r.title || r.name}</a></td><td>${named(schemes.find((s) => s.id === (r.scheme_id ?? r.scheme)) ?? schemes.find((s) => s.id === r.scheme), r.scheme_id ?? r.scheme)} <small>${r.rev}</small></td>
        <td><${Phase} phase=${r.phase} /></td><td class="wide">${r.opens ? date(r.opens) : '–'}</td><td>${r.closes ? date(r.closes) : '–'}</td></tr>`)}</tbody></table></div>`}
    <${PageEnd} pages=${pages} empty=${t('rounds.none')} />`;
}

/** @param {{schemes: any[], scheme: string, close: (made?: any) => void}} props */
function RoundForm({ schemes, scheme, close }) {
  const [wish, setWish] = useState({ scheme, name: '', opens: '', closes: '' });
  const [error, setError] = useState(/** @type {any} */ (null));
  const field = (/** @type {'name' | 'opens' | 'closes'} */ key, /** @type {any} */ more = {}) => html`<${Field} label=${t(`round.${key}`)} value=${wish[key]} ...${more} onInput=${(/** @type {any} */ e) => setWish({ ...wish, [key]: e.target.value })} />`;
  const submit = async (/** @type {Event} */ e) => {
    e.preventDefault();
    try {
      close(await change('POST', 'rounds', Object.fromEntries(Object.entries(wish).filter(([, v]) => v))));
    } catch (problem) {
      setError(problem);
    }
  };
  return html`<form class="stack" novalidate onSubmit=${submit}>${error && html`<div class="trouble" role="alert"><p>${inWords(error)}</p>${error.hint && html`<p class="hint">${error.hint}</p>`}</div>`}
    <${SchemeChoice} schemes=${schemes} value=${wish.scheme} onChange=${(/** @type {string} */ id) => setWish({ ...wish, scheme: id })} />
    ${field('name', { hint: t('round.name-hint') })}${field('opens', { type: 'date' })}${field('closes', { type: 'date' })}
    <p class="hint">${t('round.frozen')}</p><${Buttons} action=${t('round.new')} close=${close} /></form>`;
}
