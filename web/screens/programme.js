// SPDX-License-Identifier: GPL-3.0-or-later
// The programme board: goal, strategies, tasks, projects and measures as a tree; cases by stage; money by line.
import { useData } from '../lib/hooks.js';
import { inWords } from '../lib/api.js';
import { html } from '../lib/html.js';
import { t, tMaybe } from '../lib/i18n.js';
import { Title, whenLoaded } from '../lib/page.js';
import { Exact, moneyName, named, useRules } from '../lib/programme.js';
import { may, useMe } from '../lib/shell.js';
import { Goals } from './programme/goals.js';
import { Funnel } from './round/funnel.js';

/** @param {{scheme: string}} props */
export default function Programme({ scheme }) {
  const me = useMe(), rules = useRules(scheme), sees = may(me, 'audit');
  const measures = useData(`measures/${encodeURIComponent(scheme)}`);
  const funnel = useData(sees ? 'funnel' : null, { scheme });
  return whenLoaded(rules, (r) => html`<${Title} title=${named(r, scheme)} under=${t('nav.programme')} actions=${html`<a class="button" href="/schemes/${encodeURIComponent(scheme)}">${t('scheme.book')}</a><a class="button" href="/cases?scheme=${encodeURIComponent(scheme)}">${t('nav.cases')}</a>`} />
    <div class="stack"><section class="card map" aria-labelledby="goals"><h2 id="goals">${t('goals')}</h2>${measures.error ? html`<p class="soft">${inWords(measures.error)}</p>` : whenLoaded(measures, (m) => html`<${Goals} measures=${m.measures} />`)}</section>
      <div class="halves">${funnel.data && html`<${Funnel} rules=${r} counts=${funnel.data.stages} scheme=${scheme} />`}${sees && html`<${Money} scheme=${scheme} rules=${r} />`}</div></div>`);
}

/** What all lines come to, as the server says it. @param {{scheme: string, rules: any}} props */
function Money({ scheme, rules }) {
  const loaded = useData('money/sums', { scheme });
  return html`<section class="card" aria-labelledby="money"><h2 id="money">${t('money')}</h2>${whenLoaded(loaded, ({ sums }) => (sums.length ? html`<${Sums} sums=${sums} rules=${rules} />` : html`<p class="empty">${t('money.none')}</p>`))}</section>`;
}

/** A row a line and currency, a column a kind. @param {{sums: any[], rules: any}} props */
function Sums({ sums, rules }) {
  const kinds = [...new Set(sums.map((s) => s.kind))], nameOf = (/** @type {any} */ s) => `${s.line ?? s.money} ${s.currency ?? ''}`;
  const lines = [...new Map(sums.map((s) => [nameOf(s), s])).entries()];
  return html`<div class="table-box short" tabindex="0" role="region" aria-label=${t('money')}><table><thead><tr><th scope="col">${t('money.line')}</th>${kinds.map((k) => html`<th scope="col" class="number" key=${k}>${tMaybe(`money.${k}`, k)}</th>`)}</tr></thead>
    <tbody>${lines.map(([name, l]) => html`<tr key=${name}><th scope="row">${moneyName(rules, l)} <small>${(l.currency ?? '').toUpperCase()}</small></th>${kinds.map((k) => html`<td class="number" key=${k}><${Exact} of=${sums.find((s) => s.kind === k && nameOf(s) === name)?.amount} /></td>`)}</tr>`)}</tbody></table></div>`;
}
