// SPDX-License-Identifier: GPL-3.0-or-later
// Meetings, newest first; the desk opens one for a role that votes.
import { change, inWords } from '../lib/api.js';
import { Buttons, showDialog } from '../lib/dialog.js';
import { dateTime } from '../lib/format.js';
import { Field } from '../lib/form.js';
import { useData } from '../lib/hooks.js';
import { html, useState } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { Title } from '../lib/page.js';
import { find, named, newest, PageEnd, usePages, useRules } from '../lib/programme.js';
import { go } from '../lib/router.js';
import { may, useMe } from '../lib/shell.js';

export default function Meetings() {
  const me = useMe(), pages = usePages('meetings', 'meetings', { limit: 60 }), schemes = useData('schemes');
  const open = async () => {
    const made = await showDialog(t('meeting.open'), (close) => html`<${Opening} schemes=${newest(schemes.data?.schemes ?? [])} close=${close} />`);
    if (made) go(`/meeting/${made}`);
  };
  const nameOf = (/** @type {string} */ id) => named(schemes.data?.schemes.find((/** @type {any} */ s) => s.id === id), id);
  return html`<${Title} title=${t('nav.meetings')} actions=${may(me, 'close') && may(me, 'audit') && html`<button type="button" class="primary" onClick=${open}>${t('meeting.open')}</button>`} />
    ${pages.rows.length > 0 && html`<ul class="records">${pages.rows.map((m) => html`<li class="card" key=${m.id}><div class="row spread"><a href="/meeting/${m.id}"><b>${m.title}</b></a><span class="soft">${m.ended ? t('meeting.over') : t('meeting.is-open')}</span></div>
        <small>${nameOf(m.scheme)} · ${dateTime(m.at)}${m.place ? ` · ${m.place}` : ''}</small></li>`)}</ul>`}
    <${PageEnd} pages=${pages} empty=${t('meeting.none')} />`;
}

/** @param {{schemes: any[], close: (id: string | null) => void}} props */
function Opening({ schemes, close }) {
  const [wish, setWish] = useState({ scheme: schemes[0]?.id ?? '', role: '', title: '', place: '' });
  const [error, setError] = useState('');
  const rules = useRules(wish.scheme || null);
  const voters = [...new Set((rules.data?.gates ?? []).map((/** @type {any} */ g) => g.vote).filter(Boolean))];
  const roles = voters.length ? voters : (rules.data?.roles ?? []).map((/** @type {any} */ r) => r.id);
  const role = roles.includes(wish.role) ? wish.role : roles[0] ?? '';
  const put = (/** @type {string} */ key) => (/** @type {any} */ e) => setWish({ ...wish, [key]: e.target.value });
  const submit = async (/** @type {Event} */ e) => {
    e.preventDefault();
    try {
      close((await change('POST', 'meetings', { scheme: wish.scheme, role, title: wish.title.trim() || t('nav.meeting'), ...(wish.place.trim() && { place: wish.place.trim() }) })).id);
    } catch (problem) {
      setError(inWords(problem));
    }
  };
  return html`<form class="stack" novalidate onSubmit=${submit}>${error && html`<p class="error" role="alert">${error}</p>`}
    <${Field} label=${t('scheme')} value=${wish.scheme} options=${schemes.map((s) => [s.id, named(s)])} onChange=${put('scheme')} />
    <${Field} label=${t('meeting.role')} value=${role} options=${roles.map((/** @type {string} */ r) => [r, named(find(rules.data?.roles, r), r)])} onChange=${put('role')} />
    <${Field} label=${t('meeting.title')} value=${wish.title} onInput=${put('title')} /><${Field} label=${t('meeting.place')} value=${wish.place} onInput=${put('place')} />
    <${Buttons} action=${t('meeting.open')} isBusy=${false} close=${close} /></form>`;
}
