// SPDX-License-Identifier: GPL-3.0-or-later
// Public notices: what is about to be decided, until when anybody may object, and the form to do so.
import { change, inWords, once } from '../lib/api.js';
import { Buttons, showDialog, tell } from '../lib/dialog.js';
import { date } from '../lib/format.js';
import { Field } from '../lib/form.js';
import { useData } from '../lib/hooks.js';
import { html, useState } from '../lib/html.js';
import { t, tMaybe } from '../lib/i18n.js';
import { Title, whenLoaded } from '../lib/page.js';
import { Due, find, named, PageEnd, SchemeChoice, usePages } from '../lib/programme.js';
import { fieldWords, PublicPage, publicWords } from '../lib/public.js';
import { setQuery } from '../lib/router.js';

/** @param {{query: Record<string, string>}} props */
export default function Notices({ query }) {
  const schemes = useData('public/schemes');
  return html`<${PublicPage} here="notices"><${Title} title=${t('nav.notices')} under=${t('notices.under')} />
    ${whenLoaded(schemes, ({ schemes: all }) => html`<div class="toolbar"><${SchemeChoice} schemes=${all} value=${query.scheme ?? ''} all=${t('scheme.all')} onChange=${(/** @type {string} */ scheme) => setQuery({ scheme })} /></div>
      <${List} key=${query.scheme ?? ''} schemes=${all} scheme=${query.scheme} />`)}<//>`;
}

/** @param {{schemes: any[], scheme?: string}} props */
function List({ schemes, scheme }) {
  const pages = usePages('public/notices', 'notices', { scheme, limit: 30 });
  return html`<ul class="cards notice-cards">${pages.rows.map((n) => html`<${Notice} key=${n.notice} n=${n} scheme=${find(schemes, n.scheme)} />`)}</ul>
    <${PageEnd} pages=${pages} empty=${t('notices.none')} />`;
}

/** @param {{n: any, scheme: any}} props */
function Notice({ n, scheme }) {
  const { name, ...shown } = n.shown;
  const object = async () => {
    if (await showDialog(t('notice.object'), (close) => html`<${Objection} notice=${n.notice} close=${close} />`)) tell(t('notice.objected'));
  };
  return html`<li class="card"><h2>${name ?? named(scheme, n.scheme)}</h2><p class="soft">${named(scheme, n.scheme)}</p>
    <dl class="facts">${Object.entries(shown).map(([k, v]) => html`<dt>${fieldWords(scheme, k) ?? tMaybe(`roll.${k}`, k)}</dt><dd>${publicWords(scheme, k, v)}</dd>`)}<dt>${t('notice.since')}</dt><dd>${n.since ? date(n.since) : '–'}</dd>
      ${n.until && html`<dt>${t('notice.until')}</dt><dd>${date(n.until)} (<${Due} due=${n.until} />)</dd>`}</dl>
    ${n.until && html`<div class="row"><button type="button" onClick=${object}>${t('notice.object')}</button></div>`}</li>`;
}

/** @param {{notice: string, close: (done?: any) => void}} props */
function Objection({ notice, close }) {
  const [text, setText] = useState('');
  const [error, setError] = useState('');
  const [isBusy, setBusy] = useState(false);
  const submit = async (/** @type {Event} */ e) => {
    e.preventDefault();
    if (!text.trim()) {
      setError(t('notice.missing'));
      return;
    }
    setBusy(true);
    try {
      await once([notice, text.trim()], (key) => change('POST', `public/notices/${notice}/objections`, { text: text.trim(), key }));
      close(true);
    } catch (problem) {
      setError(inWords(problem));
      setBusy(false);
    }
  };
  return html`<form class="stack" novalidate onSubmit=${submit}><p>${t('notice.object-text')}</p>
    <${Field} label=${t('notice.text')} lines=${6} maxlength="4000" value=${text} error=${error} onInput=${(/** @type {any} */ e) => setText(e.target.value)} />
    <${Buttons} action=${t('notice.send')} isBusy=${isBusy} close=${close} /></form>`;
}
