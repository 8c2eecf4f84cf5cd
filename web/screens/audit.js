// SPDX-License-Identifier: GPL-3.0-or-later
// Every change: who, when, what before, what after, why. Newest first, by type, by person.
import { get } from '../lib/api.js';
import { tellProblem } from '../lib/dialog.js';
import { Field } from '../lib/form.js';
import { actorWords, dateTime } from '../lib/format.js';
import { html, useEffect, useRef, useState } from '../lib/html.js';
import { t, tMaybe } from '../lib/i18n.js';
import { Loading, Title } from '../lib/page.js';
import { setQuery } from '../lib/router.js';

const types = ['account.changed', 'badge.changed', 'badge.used', 'session.opened', 'chart.limits', 'chart.defined', 'measurement.excluded', 'measurement.corrected', 'characteristic.changed', 'alarm.closed', 'source.changed',
  'plan.changed', 'sampling.changed', 'station.changed', 'gauge.changed', 'call.changed', 'note.changed'];

/** @param {{query: Record<string, string>}} props */
export default function Audit({ query }) {
  const [records, setRecords] = useState(/** @type {any[]} */ ([]));
  const [earlier, setEarlier] = useState(/** @type {string | null} */ ('end'));
  const [isBusy, setBusy] = useState(true);
  const turn = useRef(0);
  const load = async (/** @type {string} */ before, /** @type {any[]} */ old) => {
    const mine = ++turn.current;
    setBusy(true);
    try {
      const page = await get('records', { before, limit: 100, type: query.type });
      if (mine !== turn.current) return;
      setRecords([...old, ...page.records.reverse()]);
      setEarlier(page.earlier);
    } catch (error) {
      tellProblem(error);
    }
    setBusy(false);
  };
  useEffect(() => {
    setRecords([]);
    void load('end', []);
  }, [query.type]);
  const wanted = (query.who ?? '').toLowerCase();
  const shown = records.filter((r) => !wanted || `${r.actor} ${JSON.stringify(r.payload)}`.toLowerCase().includes(wanted));
  return html`<${Title} title=${t('nav.audit')} under=${t('audit.under')} />
    <div class="row filters"><${Field} label=${t('audit.type')} value=${query.type ?? ''} options=${[['', t('audit.all')], ...[...new Set([...types, ...(query.type ? [query.type] : [])])].map((x) => [x, tMaybe(`record.${x}`, x)])]}
        onChange=${(/** @type {any} */ e) => setQuery({ type: e.target.value })} />
      <${Field} label=${t('audit.search')} type="search" value=${query.who ?? ''} onInput=${(/** @type {any} */ e) => setQuery({ who: e.target.value })} /></div>
    <ol class="records">${shown.map((r) => html`<${Entry} key=${r.sequence} record=${r} />`)}</ol>
    ${!shown.length && !isBusy && html`<p class="empty">${t('audit.none')}</p>`}
    ${isBusy ? html`<${Loading} />` : earlier && html`<p><button type="button" onClick=${() => load(earlier, records)}>${t('audit.earlier')}</button></p>`}`;
}

/** @param {{record: any}} props */
function Entry({ record: r }) {
  const { payload } = r;
  const what = payload && (payload.path ?? (payload.kind && `${payload.kind} ${payload.id}`)
    ?? (payload.characteristic ? html`<a href="/chart/${payload.characteristic}">${t('characteristic')} ${payload.characteristic}</a>` : ''));
  return html`<li class="card"><div class="row"><b title=${r.type}>${tMaybe(`record.${r.type}`, r.type)}</b><span>${what}</span><span class="grow"></span><span>${actorWords(r.actor)}</span><time datetime=${r.time}>${dateTime(r.time)}</time></div>
    ${payload?.why || payload?.reason ? html`<p class="why">${payload.why || payload.reason}</p>` : ''}
    ${payload === null ? html`<p class="soft">${t('audit.erased')}</p>` : html`<details><summary>${t('audit.details', { n: r.sequence })}</summary><${Changes} payload=${payload} />
      <p class="soft mono">${r.id}</p></details>`}</li>`;
}

/** Before and after side by side where both are there. @param {{payload: any}} props */
function Changes({ payload }) {
  const { before, after } = payload;
  const isObject = (/** @type {any} */ x) => x && typeof x === 'object';
  if (!isObject(before) && !isObject(after)) return html`<pre tabindex="0" class="as-written">${JSON.stringify(payload, null, 1)}</pre>`;
  const keys = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])];
  const text = (/** @type {any} */ x) => (x === undefined ? '–' : typeof x === 'string' ? x : JSON.stringify(x));
  return html`<div class="table-box short" tabindex="0" role="region" aria-label=${t('audit.changes')}><table><thead><tr><th scope="col">${t('audit.member')}</th><th scope="col">${t('audit.before')}</th><th scope="col">${t('audit.after')}</th></tr></thead>
    <tbody>${keys.map((k) => html`<tr key=${k} class=${text(before?.[k]) === text(after?.[k]) ? 'same' : ''}><th scope="row">${k}</th><td>${text(before?.[k])}</td><td>${text(after?.[k])}</td></tr>`)}</tbody></table></div>`;
}
