// SPDX-License-Identifier: GPL-3.0-or-later
// The programme board: goal, strategies, tasks, projects and measures as a tree; cases by stage; money by line.
import { useData } from '../lib/hooks.js';
import { inWords } from '../lib/api.js';
import { html } from '../lib/html.js';
import { t, tMaybe } from '../lib/i18n.js';
import { Title, whenLoaded } from '../lib/page.js';
import { moneyName, named, PageEnd, usePages, useRules } from '../lib/programme.js';
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

/** Sums of the lines that are shown; exact to the last digit. @param {{scheme: string, rules: any}} props */
function Money({ scheme, rules }) {
  const pages = usePages('money', 'money', { scheme, limit: 500 });
  /** @type {Map<string, {line: string, currency: string, kinds: Map<string, bigint>}>} */
  const lines = new Map();
  for (const m of pages.rows) {
    const key = `${m.line ?? m.money} ${m.currency}`;
    const line = lines.get(key) ?? { line: moneyName(rules, m), currency: m.currency, kinds: new Map() };
    line.kinds.set(m.kind, (line.kinds.get(m.kind) ?? 0n) + cents(m.amount));
    lines.set(key, line);
  }
  const kinds = [...new Set(pages.rows.map((m) => m.kind))];
  return html`<section class="card" aria-labelledby="money"><h2 id="money">${t('money')}</h2>
    ${lines.size > 0 && html`<div class="table-box short" tabindex="0" role="region" aria-label=${t('money')}><table><thead><tr><th scope="col">${t('money.line')}</th>${kinds.map((k) => html`<th scope="col" class="number" key=${k}>${tMaybe(`money.${k}`, k)}</th>`)}</tr></thead>
      <tbody>${[...lines.values()].map((l) => html`<tr key=${l.line + l.currency}><th scope="row">${l.line} <small>${(l.currency ?? '').toUpperCase()}</small></th>${kinds.map((k) => html`<td class="number" key=${k}>${amount(l.kinds.get(k))}</td>`)}</tr>`)}</tbody></table></div>`}
    <${PageEnd} pages=${pages} empty=${t('money.none')} /></section>`;
}

const PLACES = 6;
/** Decimal text in millionths. @param {string} text */
function cents(text) {
  const [over, under] = String(text).split('/');
  if (under !== undefined) return (BigInt(over) * 10n ** BigInt(PLACES)) / BigInt(under);
  const [whole, part = ''] = over.split('.');
  return BigInt(whole + part.padEnd(PLACES, '0').slice(0, PLACES));
}

/** @param {bigint | undefined} v */
function amount(v) {
  if (v === undefined) return '–';
  const text = String(v < 0n ? -v : v).padStart(PLACES + 1, '0'), part = text.slice(-PLACES).replace(/0+$/, '');
  return `${v < 0n ? '−' : ''}${text.slice(0, -PLACES).replace(/\B(?=(\d{3})+$)/g, ',')}${part ? `.${part}` : ''}`;
}
