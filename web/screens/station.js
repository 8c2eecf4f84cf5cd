// SPDX-License-Identifier: GPL-3.0-or-later
// The stations one may work at.
import { tell } from '../lib/dialog.js';
import { useData } from '../lib/hooks.js';
import { html, useState } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { Title, whenLoaded } from '../lib/page.js';
import { Field } from '../lib/form.js';
import { go } from '../lib/router.js';
import { may, useMe } from '../lib/shell.js';
import { useWedge } from '../lib/wedge.js';

export default function Station() {
  const me = useMe();
  const stations = useData('stations');
  useWedge((text) => { // the card of a workplace, scanned
    const found = stations.data?.items.find((/** @type {any} */ s) => s.id === text || s.document.name === text);
    if (found) go(`/station/${found.id}`);
    else tell(t('station.unknown-place', { text }), 'wrong');
  });
  return html`<${Title} title=${t('nav.station')} under=${t('station.choose')} />
    ${!('serviceWorker' in navigator) && html`<p class="notice">${t('station.no-shelf')}</p>`}
    ${whenLoaded(stations, ({ items }) => html`
      <div class="cards">${items.map((/** @type {any} */ s) => html`<article class="card station-card" key=${s.id}>
        <h2>${s.document.name}</h2><p class="soft">${t('station.measures', { n: s.document.items.length })}</p>
        <div class="row"><a class="button primary" href="/station/${s.id}">${t('station.work')}</a>
          ${may(me, 'engineer') && html`<a class="button" href="/setup/${s.id}">${t('station.setup')}</a>`}</div></article>`)}</div>
      ${!items.length && html`<p class="empty">${t(may(me, 'engineer') ? 'station.none-yet' : 'station.none-for-you')}</p>`}
      ${may(me, 'engineer') && html`<${NewStation} taken=${items.map((/** @type {any} */ s) => s.id)} />`}`)}`;
}

/** @param {{taken: string[]}} props */
function NewStation({ taken }) {
  const [id, setId] = useState('');
  const isGood = /^[A-Za-z0-9._-]{1,63}$/.test(id);
  const submit = (/** @type {Event} */ e) => {
    e.preventDefault();
    if (isGood) go(`/setup/${id}`);
  };
  return html`<form class="card new-station" onSubmit=${submit}><h2>${t('station.new')}</h2>
    <${Field} label=${t('station.id')} hint=${t('station.id-hint')} value=${id} error=${id && !isGood ? t('station.id-hint') : taken.includes(id) ? t('station.id-taken') : null}
      onInput=${(/** @type {any} */ e) => setId(e.target.value.trim())} />
    <p><button disabled=${!isGood}>${t('station.new-button')}</button></p></form>`;
}
