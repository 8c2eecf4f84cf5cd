// SPDX-License-Identifier: GPL-3.0-or-later
// Which few causes make most of the alarms.
import { Figure } from '../lib/figure.js';
import { fixed } from '../lib/format.js';
import { Choice, Field } from '../lib/form.js';
import { useData } from '../lib/hooks.js';
import { html } from '../lib/html.js';
import { t, tMaybe } from '../lib/i18n.js';
import { Title, whenLoaded } from '../lib/page.js';
import { setQuery } from '../lib/router.js';

const OF = /** @type {const} */ (['cause', 'action', 'rule', 'characteristic']);

/** The beginning of a day, the reader's. @param {string | undefined} day @param {number} [later] days */
function instant(day, later = 0) {
  if (!day || !/^\d{4}-\d\d-\d\d$/.test(day)) return undefined;
  const [year, month, date] = day.split('-').map(Number);
  return new Date(year, month - 1, date + later).toISOString();
}

/** @param {{query: Record<string, string>}} props */
export default function Pareto({ query }) {
  const of = /** @type {typeof OF[number]} */ (query.of ?? 'cause');
  const loaded = useData('pareto', { of, from: instant(query.from), to: instant(query.to, 1), under: query.under });
  const set = (/** @type {string} */ name) => (/** @type {any} */ e) => setQuery({ [name]: e.target.value });
  return html`<${Title} title=${t('nav.pareto')} under=${t('pareto.text')} />
    <form class="toolbar screen-only" onSubmit=${(/** @type {Event} */ e) => e.preventDefault()}>
      <div class="field"><span class="label">${t('pareto.of')}</span><${Choice} label=${t('pareto.of')} value=${of} options=${OF.map((x) => [x, t(`pareto.of.${x}`)])} onChange=${(/** @type {string} */ x) => setQuery({ of: x })} /></div>
      <${Field} label=${t('from')} type="date" value=${query.from ?? ''} onChange=${set('from')} />
      <${Field} label=${t('to')} type="date" value=${query.to ?? ''} onChange=${set('to')} />
    </form>
    ${whenLoaded(loaded, (data) => (data.categories.length ? html`<${Bars} data=${data} of=${of} />` : html`<p class="empty">${t('alarms.none')}</p>`))}`;
}

/** @param {string} of @param {string} category */
function nameOf(of, category) {
  if (category === '-') return t('pareto.unsaid');
  if (category === 'false' && of === 'cause') return t('alarm.false');
  return of === 'rule' ? tMaybe(`rule.${category}`, t('rule.other', { rule: category })) : category;
}

/** Bars and numbers are one table. @param {{data: any, of: string}} props */
function Bars({ data, of }) {
  const most = data.categories[0].weight;
  return html`<div class="card"><table class="pareto"><thead><tr><th scope="col">${t(/** @type {any} */ (`pareto.of.${of}`))}</th><th scope="col" class="number">${t('nav.alarms')}</th>
      <th scope="col" class="number wide">${t('pareto.share')}</th><th scope="col" class="number">${t('pareto.cumulative')}</th><th scope="col" class="wide"><span class="hidden">${t('pareto.bar')}</span></th></tr></thead>
    <tbody>${data.categories.map((/** @type {any} */ c, /** @type {number} */ i) => html`<tr key=${c.category} class=${c.vital ? 'vital' : ''}>
      <th scope="row">${nameOf(of, c.category)}</th><td class="number"><${Figure} of=${c} name="weight" /></td>
      <td class="number wide" title=${c.share}>${fixed(c.share * 100, 1)} %</td><td class="number" title=${c.cumulative}>${fixed(c.cumulative * 100, 1)} %</td>
      <td class="wide bar"><svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true"><rect width=${(c.weight / most) * 100} height="10" /></svg></td></tr>
      ${i + 1 === data.vital && i + 1 < data.categories.length ? html`<tr class="few"><td colspan="5">${t('pareto.vital')}</td></tr>` : ''}`)}</tbody></table></div>`;
}
