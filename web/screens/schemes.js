// SPDX-License-Identifier: GPL-3.0-or-later
// The scheme desk: which schemes are published, in which revisions; a new one begins here.
import { date } from '../lib/format.js';
import { useData } from '../lib/hooks.js';
import { html } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { Title, whenLoaded } from '../lib/page.js';
import { named, newest } from '../lib/programme.js';
import { may, useMe } from '../lib/shell.js';

export default function Schemes() {
  const me = useMe();
  const loaded = useData('schemes');
  return html`<${Title} title=${t('nav.schemes')} under=${t('schemes.under')} actions=${may(me, 'close') && html`<a class="button" href="/schemes/new">${t('scheme.new')}</a>`} />
    ${whenLoaded(loaded, ({ schemes }) => html`<ul class="cards">${newest(schemes).map((s) => html`<li class="card" key=${s.id}><h2><a href="/schemes/${encodeURIComponent(s.id)}">${named(s)}</a></h2>
        <dl class="facts"><dt>${t('scheme.id')}</dt><dd class="mono">${s.id}</dd><dt>${t('scheme.rev')}</dt><dd>${s.rev}${revisions(schemes, s.id) > 1 ? ` (${t('scheme.revs', { n: revisions(schemes, s.id) })})` : ''}</dd>
          <dt>${t('scheme.published')}</dt><dd>${s.published ? date(s.published) : '–'}</dd><dt>${t('scheme.kind')}</dt><dd>${t(s.is_open ? 'scheme.open' : 'scheme.rounds')}</dd></dl>
        <div class="row"><a class="button" href="/programme/${encodeURIComponent(s.id)}">${t('nav.programme')}</a><a class="button" href="/cases?scheme=${encodeURIComponent(s.id)}">${t('nav.cases')}</a></div></li>`)}</ul>
      ${!schemes.length && html`<p class="empty">${t('schemes.none')}</p>`}`)}`;
}

/** @param {any[]} schemes @param {string} id */
function revisions(schemes, id) {
  return schemes.filter((s) => s.id === id).length;
}
