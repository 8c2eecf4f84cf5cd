// SPDX-License-Identifier: GPL-3.0-or-later
// One's own work: what waits for oneself now, and the cases of oneself and of whom one acts for.
import { get } from '../../lib/api.js';
import { html, useEffect, useState } from '../../lib/html.js';
import { t } from '../../lib/i18n.js';
import { Loading, Trouble } from '../../lib/page.js';
import { find } from '../../lib/programme.js';
import { CaseTable } from './table.js';

const LIMIT = 50;

/** Oneself, and whom one speaks for. @param {any} party as me/party tells it @returns {{id: string, name: string, kind: string}[]} */
export function partiesOf(party) {
  const others = (party.relations ?? []).filter((/** @type {any} */ r) => ['member', 'represents'].includes(r.relation));
  return [party, ...others.map((/** @type {any} */ r) => ({ id: r.to, name: r.name ?? r.to, kind: r.kind }))];
}

/** What the server lists; nothing where it does not, as of a relation or an appointment that is over.
 * @param {any} query @returns {Promise<any[]>} */
const listed = (query) => get('cases', { ...query, limit: LIMIT }).then((page) => page.cases, (error) => {
  if (error.status === 422) return [];
  throw error;
});

/** @param {string} scheme @param {string} [rev] */
const rulesOf = (scheme, rev) => get(`schemes/${encodeURIComponent(rev ? `${scheme}@${rev}` : scheme)}/rules`);

/** Cases at the stages where a role acts or votes. @param {{scheme: string, role: string}} post @returns {Promise<any[]>} */
async function atPost({ scheme, role }) {
  const rules = await rulesOf(scheme);
  const stages = rules.stages.filter((/** @type {any} */ s) => s.who?.includes(role) || find(rules.gates, s.gate)?.vote === role);
  return (await Promise.all(stages.map((/** @type {any} */ s) => listed({ scheme, stage: s.id })))).flat();
}

/** Does the case wait for its own party? @param {any} c */
async function asksOwn(c) {
  const rules = await rulesOf(c.scheme, c.rev), own = rules.roles.find((/** @type {any} */ r) => r.of_case)?.id;
  return find(rules.stages, c.stage)?.who?.includes(own) ?? false;
}

const isAsking = (/** @type {any} */ c) => ['open', 'returned'].includes(c.phase);
const byDue = (/** @type {any} */ a, /** @type {any} */ b) => Date.parse(a.due ?? '9999-12-31') - Date.parse(b.due ?? '9999-12-31');
/** @param {any[]} rows */
const once = (rows) => [...new Map(rows.map((c) => [c.id, c])).values()];

/** @param {any} party */
async function gather(party) {
  const [own, posts, queue] = await Promise.all([
    Promise.all(partiesOf(party).map((p) => listed({ party: p.id }))), Promise.all((party.appointments ?? []).map(atPost)), get('queue', { state: 'todo', limit: LIMIT })]);
  const cases = once(own.flat()), asking = cases.filter(isAsking);
  const isAsked = await Promise.all(asking.map(asksOwn));
  return { own: cases, asked: once([...posts.flat().filter(isAsking), ...asking.filter((_, i) => isAsked[i])]).sort(byDue), sheets: queue.cases.length };
}

/** @param {{party: any, nameOf: (scheme: string) => string}} props */
export function Mine({ party, nameOf }) {
  const [found, setFound] = useState(/** @type {any} */ (null));
  const [error, setError] = useState(/** @type {unknown} */ (null));
  const load = () => gather(party).then((all) => (setFound(all), setError(null)), setError);
  useEffect(() => void load(), [party.id]);
  if (error) return html`<${Trouble} error=${error} retry=${load} />`;
  if (!found) return html`<${Loading} />`;
  const { asked, own, sheets } = found;
  return html`<section class="card" aria-labelledby="asked"><h2 id="asked">${t('cases.asked')}</h2>
      ${sheets > 0 && html`<p><a class="button primary" href="/reviews">${t('cases.to-review', { n: sheets })}</a></p>`}
      ${asked.length > 0 && html`<${CaseTable} rows=${asked} label=${t('cases.asked')} nameOf=${nameOf} />`}
      ${!asked.length && !sheets && html`<p class="empty">${t('cases.asked-none')}</p>`}</section>
    <section class="card" aria-labelledby="own"><h2 id="own">${t('cases.own')}</h2>
      ${own.length ? html`<${CaseTable} rows=${own} label=${t('cases.own')} nameOf=${nameOf} />` : html`<p class="empty">${t('cases.own-none')}</p>`}</section>`;
}
