// SPDX-License-Identifier: GPL-3.0-or-later
// What screens of programmes share: names of a scheme's parts in the reader's language, states, deadlines,
// and the pages of a list.
import { get } from './api.js';
import { dateTime, duration } from './format.js';
import { useData } from './hooks.js';
import { html, useEffect, useState } from './html.js';
import { language, t, tMaybe, tWhy } from './i18n.js';
import { Trouble } from './page.js';

/** @typedef {{ko?: string, en?: string, zh?: string}} Words */
/** @typedef {{id: string, name?: Words, note?: string, assumed?: boolean} & Record<string, any>} Item */

/** The name of something a scheme defines: in the reader's language, else in any, else its id.
 * @param {{id?: string, name?: Words, words?: Words | null} | null | undefined} item @param {string} [otherwise] */
export function named(item, otherwise = '') {
  const words = item?.name ?? item?.words;
  return words?.[language()] || words?.en || words?.ko || words?.zh || item?.id || otherwise;
}

/** @param {Item[] | undefined} list @param {string | null | undefined} id @returns {Item | undefined} */
export function find(list, id) {
  return list?.find((item) => item.id === id);
}

/** The rules of a scheme's revision, or of its newest. @param {string | null | undefined} id @param {string} [rev] */
export function useRules(id, rev) {
  return useData(id ? `schemes/${encodeURIComponent(rev ? `${id}@${rev}` : id)}/rules` : null);
}

/** What money is booked under: a measure's line, else the payment itself. @param {any} rules @param {any} m */
export function moneyName(rules, m) {
  const id = m.line ?? m.money;
  return named(find([...rules.measures, ...(rules.money ?? [])], id), id);
}

/** @param {any} rules @param {string | null | undefined} id */
export function stageName(rules, id) {
  return id ? named(find(rules?.stages, id), id) : t('case.closed');
}

/** @param {string} phase */
export function phaseWords(phase) {
  return tMaybe(`phase.${phase}`, phase);
}

/** Why a gate let nobody through: what its rule says to people, and what it found. @param {{decision: any}} props */
export function Reasons({ decision }) {
  if (!decision?.reasons?.length) return null;
  return html`<ul class="reasons">${decision.reasons.map((/** @type {any} */ r, /** @type {number} */ i) => html`<li key=${i}>${typeof r === 'string' ? tWhy(r) : html`${named({ words: r.say }, tWhy(r.text))}${r.say && r.text ? html` <small class="mono">${r.text}</small>` : ''}`}</li>`)}</ul>`;
}

const looks = /** @type {Record<string, string>} */ ({
  passed: 'ok', done: 'ok', active: 'ok', valid: 'ok', given: 'ok', renewed: 'ok', closed: 'off', rejected: 'stop', revoked: 'stop', suspended: 'check', returned: 'check', withdrawn: 'off', over: 'off', expired: 'off',
});

/** A state as a word in a frame; its shape says the same as its colour. @param {{phase: string}} props */
export function Phase({ phase }) {
  const look = looks[phase] ?? 'going';
  const sign = { ok: '●', stop: '■', check: '▲', off: '–', going: '○' }[look];
  return html`<span class="phase ${look}"><span aria-hidden="true">${sign}</span> ${phaseWords(phase)}</span>`;
}

/** A deadline and how far it is. @param {{due?: string | null}} props */
export function Due({ due }) {
  if (!due) return html`<span class="soft">–</span>`;
  const left = Date.parse(due) - Date.now();
  return html`<time datetime=${due} title=${dateTime(due)} class=${left < 0 ? 'worse' : ''}>${
    left < 0 ? t('due.over', { time: duration(-left) }) : t('due.left', { time: duration(left) })}</time>`;
}

/** Newest revisions of all published schemes. @param {any[]} schemes @returns {any[]} */
export function newest(schemes) {
  /** @type {Map<string, any>} */
  const by = new Map();
  for (const s of schemes) {
    const known = by.get(s.id);
    if (!known || Date.parse(s.published) > Date.parse(known.published)) by.set(s.id, s);
  }
  return [...by.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** A list that the server gives in pages: the pages after the first come when asked for.
 * @param {string} path @param {string} member @param {Record<string, any>} query
 * @returns {{rows: any[], next: string | null, count: number | null, error: unknown, isLoading: boolean, more: () => Promise<void>, reload: () => Promise<void>}} */
export function usePages(path, member, query) {
  const first = useData(path, query);
  const [rest, setRest] = useState(/** @type {{of: any, rows: any[], next: string | null}} */ ({ of: null, rows: [], next: null }));
  const [error, setError] = useState(/** @type {unknown} */ (null));
  const isOurs = rest.of === first.data && first.data !== null;
  const rows = [...(first.data?.[member] ?? []), ...(isOurs ? rest.rows : [])];
  const next = isOurs ? rest.next : first.data?.next ?? null;
  useEffect(() => setError(null), [JSON.stringify(query)]);
  const more = async () => {
    try {
      const page = await get(path, { ...query, cursor: next });
      setRest({ of: first.data, rows: [...(isOurs ? rest.rows : []), ...page[member]], next: page.next });
    } catch (problem) {
      setError(problem);
    }
  };
  return { rows, next, count: first.data?.count ?? null, error: first.error ?? error, isLoading: !first.data && !first.error, more, reload: first.reload };
}

/** What is below a list: trouble, nothing, or the way to more. @param {{pages: ReturnType<typeof usePages>, empty: string}} props */
export function PageEnd({ pages, empty }) {
  if (pages.error) return html`<${Trouble} error=${pages.error} retry=${pages.reload} />`;
  if (pages.isLoading) return html`<p class="loading" role="status">${t('loading')}</p>`;
  if (!pages.rows.length && !pages.next) return html`<p class="empty">${empty}</p>`;
  return pages.next ? html`<div class="row more"><button type="button" onClick=${pages.more}>${t('list.more')}</button></div>` : null;
}

/** Which scheme: a choice from those published. @param {{schemes: any[], value: string, onChange: (id: string) => void, all?: string}} props */
export function SchemeChoice({ schemes, value, onChange, all }) {
  return html`<div class="field"><label for="scheme-choice">${t('scheme')}</label>
    <select id="scheme-choice" onChange=${(/** @type {any} */ e) => onChange(e.target.value)}>
      ${all !== undefined && html`<option value="" selected=${!value}>${all}</option>`}
      ${schemes.map((s) => html`<option key=${s.id} value=${s.id} selected=${s.id === value}>${named(s)}</option>`)}</select></div>`;
}

/** The same digits, in groups of three. @param {string} text */
export function grouped(text) {
  const [, whole = '', rest = ''] = /^(-?\d{4,})(\.\d+)?$/.exec(text) ?? [];
  return whole ? whole.replace(/\B(?=(\d{3})+$)/g, ',') + rest : text;
}

/** Exact numbers come as "317/4": shown as a decimal with at most six places, whole text in the title.
 * @param {{of: string | number | null | undefined}} props */
export function Exact({ of }) {
  if (of === null || of === undefined || of === '') return html`<span class="soft">–</span>`;
  const text = String(of), [over, under] = text.split('/');
  if (under === undefined) return html`<span class="number" title=${text}>${grouped(text)}</span>`;
  return html`<span class="number" title=${text}>${String(Number((Number(over) / Number(under)).toFixed(6)))}</span>`;
}
