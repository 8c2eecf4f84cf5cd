// SPDX-License-Identifier: GPL-3.0-or-later
// Cases: of one scheme, at one stage, in one state, or by their deadline.
import { date } from '../lib/format.js';
import { Check, Field } from '../lib/form.js';
import { useData } from '../lib/hooks.js';
import { html } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { Title } from '../lib/page.js';
import { Due, named, newest, PageEnd, Phase, phaseWords, SchemeChoice, usePages, useRules } from '../lib/programme.js';
import { setQuery } from '../lib/router.js';

const phases = ['open', 'returned', 'waiting', 'suspended', 'passed', 'rejected', 'withdrawn'];

/** @param {{query: Record<string, string>}} props */
export default function Cases({ query }) {
  const schemes = newest(useData('schemes').data?.schemes ?? []);
  const { data: rules } = useRules(query.scheme);
  const isDue = query.due === '1';
  const pages = usePages('cases', 'cases', {
    scheme: query.scheme, round: query.round, stage: query.stage, state: query.state, due: isDue ? true : undefined, limit: 50 });
  const nameOf = (/** @type {string} */ id) => named(schemes.find((s) => s.id === id), id);
  return html`<${Title} title=${t('nav.cases')} under=${pages.count ? t('cases.count', { n: pages.count }) : t('cases.under')} />
    <div class="toolbar">
      <${SchemeChoice} schemes=${schemes} value=${query.scheme ?? ''} all=${t('scheme.all')} onChange=${(/** @type {string} */ scheme) => setQuery({ scheme, stage: null, round: null })} />
      ${rules && html`<${Field} label=${t('case.stage')} value=${query.stage ?? ''} options=${[['', t('stage.all')], ...rules.stages.map((/** @type {any} */ s) => [s.id, named(s)])]}
        onChange=${(/** @type {any} */ e) => setQuery({ stage: e.target.value })} />`}
      <${Field} label=${t('state')} value=${query.state ?? ''} options=${[['', t('state.all')], ...phases.map((p) => [p, phaseWords(p)])]}
        onChange=${(/** @type {any} */ e) => setQuery({ state: e.target.value })} />
      <${Check} label=${t('cases.due')} checked=${isDue} onChange=${(/** @type {boolean} */ on) => setQuery({ due: on ? '1' : null })} />
    </div>
    ${pages.rows.length > 0 && html`<div class="table-box short" tabindex="0" role="region" aria-label=${t('nav.cases')}><table>
      <thead><tr><th scope="col">${t('case')}</th><th scope="col" class="wide">${t('scheme')}</th><th scope="col">${t('case.stage')}</th>
        <th scope="col">${t('state')}</th><th scope="col">${t('case.due')}</th><th scope="col" class="wide">${t('case.opened')}</th></tr></thead>
      <tbody>${pages.rows.map((c) => html`<tr key=${c.id}><td><a href="/case/${c.id}">${c.title || c.name || t('case.blind', { n: c.id.slice(-6) })}</a>
          ${c.title && c.name && html`<small class="bound">${c.name}</small>`}</td>
        <td class="wide">${nameOf(c.scheme)}</td><td>${c.stage ? named({ words: c.stage_name }, c.stage) : t('case.closed')}</td>
        <td><${Phase} phase=${c.phase} />${c.band && html` <small>${named({ words: c.band_name }, c.band)}</small>`}</td><td><${Due} due=${c.due} /></td><td class="wide">${c.opened ? date(c.opened) : ''}</td></tr>`)}</tbody></table></div>`}
    <${PageEnd} pages=${pages} empty=${t('cases.none')} />`;
}
