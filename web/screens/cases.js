// SPDX-License-Identifier: GPL-3.0-or-later
// Cases: one's own work; for who may see all of them, those of one scheme, at one stage, in one state, or by their deadline.
import { Problem } from '../lib/api.js';
import { showDialog } from '../lib/dialog.js';
import { Check, Choice, Field } from '../lib/form.js';
import { useData } from '../lib/hooks.js';
import { html } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { Title, whenLoaded } from '../lib/page.js';
import { named, newest, PageEnd, phaseWords, SchemeChoice, usePages, useRules } from '../lib/programme.js';
import { go, setQuery } from '../lib/router.js';
import { may, useMe } from '../lib/shell.js';
import { Mine } from './case/mine.js';
import { OpenCase } from './case/open.js';
import { CaseTable } from './case/table.js';

const phases = ['open', 'returned', 'waiting', 'suspended', 'passed', 'rejected', 'withdrawn'];

/** @param {{query: Record<string, string>}} props */
export default function Cases({ query }) {
  const who = useMe(), isOfficial = may(who, 'audit'), isDesk = isOfficial && may(who, 'close');
  const me = useData('me/party'), isNobody = me.error instanceof Problem && me.error.status === 404;
  const schemes = newest(useData('schemes').data?.schemes ?? []);
  const isMine = isOfficial ? query.show === 'mine' : !(query.scheme && query.stage);
  const nameOf = (/** @type {string} */ id) => named(schemes.find((s) => s.id === id), id);
  const open = async () => {
    const id = await showDialog(t('case.new'), (close) => html`<${OpenCase} schemes=${schemes} scheme=${query.scheme ?? ''} party=${me.data} isDesk=${isDesk} close=${close} />`);
    if (id) go(`/case/${id}`);
  };
  return html`<${Title} title=${t('nav.cases')} under=${t(isMine ? 'cases.mine-under' : 'cases.under')}
      actions=${html`${isOfficial && !isNobody && html`<${Choice} label=${t('show')} value=${isMine ? 'mine' : 'all'} options=${[['all', t('cases.all')], ['mine', t('cases.mine')]]} onChange=${(/** @type {string} */ show) => setQuery({ show: show === 'mine' ? show : null })} />`}
        ${(isDesk || me.data) && schemes.length > 0 && html`<button type="button" class="primary" onClick=${open}>${t('case.new')}</button>`}`} />
    ${!isMine ? html`<${All} query=${query} schemes=${schemes} nameOf=${nameOf} />` : isNobody ? html`<p class="notice">${t('idea.nobody')}</p>`
    : whenLoaded(me, (party) => html`<div class="stack"><${Mine} party=${party} nameOf=${nameOf} /></div>`)}`;
}

/** @param {{query: Record<string, string>, schemes: any[], nameOf: (id: string) => string}} props */
function All({ query, schemes, nameOf }) {
  const { data: rules } = useRules(query.scheme);
  const isDue = query.due === '1';
  const pages = usePages('cases', 'cases', {
    scheme: query.scheme, round: query.round, stage: query.stage, state: query.state, due: isDue ? true : undefined, limit: 50 });
  return html`${pages.count ? html`<p class="soft">${t('cases.count', { n: pages.count })}</p>` : ''}
    <div class="toolbar">
      <${SchemeChoice} schemes=${schemes} value=${query.scheme ?? ''} all=${t('scheme.all')} onChange=${(/** @type {string} */ scheme) => setQuery({ scheme, stage: null, round: null })} />
      ${rules && html`<${Field} label=${t('case.stage')} value=${query.stage ?? ''} options=${[['', t('stage.all')], ...rules.stages.map((/** @type {any} */ s) => [s.id, named(s)])]}
        onChange=${(/** @type {any} */ e) => setQuery({ stage: e.target.value })} />`}
      <${Field} label=${t('state')} value=${query.state ?? ''} options=${[['', t('state.all')], ...phases.map((p) => [p, phaseWords(p)])]}
        onChange=${(/** @type {any} */ e) => setQuery({ state: e.target.value })} />
      <${Check} label=${t('cases.due')} checked=${isDue} onChange=${(/** @type {boolean} */ on) => setQuery({ due: on ? '1' : null })} />
    </div>
    ${pages.rows.length > 0 && html`<${CaseTable} rows=${pages.rows} label=${t('nav.cases')} nameOf=${nameOf} />`}
    <${PageEnd} pages=${pages} empty=${t('cases.none')} />`;
}
