// SPDX-License-Identifier: GPL-3.0-or-later
// Every characteristic of the plant as a row: what varies and why, whether it will meet its limits,
// what is alarmed. Sorted, filtered and grouped here: ten thousand rows are columns in memory.
import { get } from '../lib/api.js';
import { ago, count, dateTime, pathParts, significant } from '../lib/format.js';
import { Field } from '../lib/form.js';
import { useData, useEvents, useNow, useThrottled } from '../lib/hooks.js';
import { html, useCallback, useEffect, useMemo, useRef, useState } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { Title, whenLoaded } from '../lib/page.js';
import { PathLink } from '../lib/path.js';
import { setQuery } from '../lib/router.js';
import { Sign } from '../lib/sign.js';
import { Spark } from '../lib/spark.js';
import { sorted, Table } from '../lib/table.js';
import { Target, targetOf, Variation } from './overview/signs.js';

const URGENCY = ['stop', 'check', 'no-data', 'no-limits', 'ok'];
const REFRESH_MS = 3000, LARGE = 2000, LARGE_MS = 15000, PENDING_MS = 400;

/** @typedef {{number: number, path: string, lower: string, unit: string | null, urgency: import('../lib/sign.js').State, state: string, measurements: number, alarms: number,
 *   value: number | null, time: string | null, variation: string | null, stable: boolean | null, cpk: number | null, cpk_low: number | null,
 *   ppk: number | null, ppk_low: number | null, ppk_high: number | null, target: string | null, group: string}} Row */

/** Columns of the API to rows. @param {any} data @returns {Row[]} */
export function rowsOf(data) {
  return data.number.map((/** @type {number} */ number, /** @type {number} */ i) => ({
    number, path: data.path[i], lower: data.path[i].toLowerCase(), unit: data.unit[i], urgency: data.urgency[i], state: data.state[i],
    measurements: data.measurements[i], alarms: data.alarms[i], value: data.value[i], time: data.time[i], variation: data.variation[i],
    stable: data.stable[i], cpk: data.cpk[i], cpk_low: data.cpk_low[i], ppk: data.ppk[i], ppk_low: data.ppk_low[i], ppk_high: data.ppk_high[i],
    target: targetOf(data.ppk_low[i], data.ppk_high[i]), group: pathParts(data.path[i])[1],
  }));
}

/** @param {Row[]} rows @param {{search: string, show: string, under: string}} filter @returns {Row[]} */
export function filtered(rows, { search, show, under }) {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  return rows.filter((r) => words.every((w) => r.lower.includes(w)) && (!under || r.group === under) &&
    (!show || (show === 'unstable' ? r.stable === false : show === 'miss' ? r.target === 'miss' : r.urgency === show)));
}

const TARGETS = ['miss', 'chance', 'hit'], VARIATIONS = ['worse', 'special', 'better', 'common'];
/** @param {any} live by number @returns {import('../lib/table.js').Column<Row>[]} */
function columns(live) {
  return [
    { key: 'path', title: t('characteristic'), value: (r) => r.path, cell: (r) => html`<${PathLink} path=${r.path} number=${r.number} />` },
    { key: 'urgency', title: t('state'), value: (r) => URGENCY.indexOf(r.urgency), cell: (r) => html`<${Sign} state=${r.urgency} />${r.alarms > 1 ? html` <small>×${r.alarms}</small>` : ''}` },
    { key: 'variation', title: t('variation'), class: 'wide', hint: t('variation.hint'), value: (r) => (r.variation ? VARIATIONS.indexOf(r.variation) : null), cell: (r) => html`<${Variation} kind=${r.variation} />` },
    { key: 'target', title: t('target'), class: 'wide', hint: t('target.hint'), value: (r) => (r.target ? TARGETS.indexOf(r.target) : null), cell: (r) => html`<${Target} kind=${r.target} />` },
    { key: 'spark', title: t('last.points'), class: 'wide', cell: (r) => (live[r.number] ? html`<${Spark} live=${live[r.number]} />` : html`<span class="spark"></span>`) },
    { key: 'stable', title: t('stability'), class: 'wide', value: (r) => (r.stable === null ? null : Number(r.stable)), cell: (r) => (r.stable === null ? '–' : t(r.stable ? 'stable' : 'unstable')) },
    { key: 'ppk', title: 'Ppk', class: 'number', hint: t('ppk.hint'), value: (r) => r.ppk_low ?? r.ppk, cell: (r) => html`<${Index} value=${r.ppk} low=${r.ppk_low} />` },
    { key: 'cpk', title: 'Cpk', class: 'number wide', hint: t('cpk.hint'), value: (r) => r.cpk_low ?? r.cpk, cell: (r) => html`<${Index} value=${r.cpk} low=${r.cpk_low} isGrey=${r.stable === false} />` },
    { key: 'time', title: t('last.value'), class: 'number wide', value: (r) => r.time, cell: (r) => html`${r.value ?? '–'} <span class="unit">${r.unit ?? ''}</span>
      <small class="bound"><time datetime=${r.time} title=${dateTime(r.time)}>${ago(r.time)}</time></small>` },
  ];
}

/** With its lower confidence bound below it. @param {{value: number | null, low: number | null, isGrey?: boolean}} props */
function Index({ value, low, isGrey }) {
  if (value === null) return '–';
  return html`<span class=${isGrey ? 'soft' : ''} title=${isGrey ? `${value} (${t('unstable')})` : String(value)}>${significant(value, 3)}</span>${low !== null && html`<small class="bound" title=${String(low)}>≥ ${significant(low, 3)}</small>`}`;
}

/** Sparks of the rows in sight, asked for when the scrolling rests. @param {number} turn changes when they are old */
function useSparks(turn) {
  const [live, setLive] = useState(/** @type {Record<number, any>} */ ({}));
  const seen = useRef(/** @type {number[]} */ ([])), timer = useRef(/** @type {any} */ (0));
  const ask = useCallback(async () => {
    if (!seen.current.length) return;
    try {
      const { sparks } = await get('sparks', { numbers: seen.current.slice(0, 200).join(',') });
      setLive(Object.fromEntries(sparks.map((/** @type {any} */ s) => [s.number, s.live])));
    } catch { /* the next look asks again */ }
  }, []);
  const look = useCallback((/** @type {Row[]} */ rows) => {
    seen.current = rows.map((r) => r.number);
    clearTimeout(timer.current);
    timer.current = setTimeout(ask, 60);
  }, []);
  useEffect(() => {
    void ask();
  }, [turn]);
  return /** @type {const} */ ([live, look]);
}

/** @param {{query: Record<string, string>, lang: string}} props */
export default function Overview({ query, lang }) {
  const loaded = useData('outlook');
  const pending = loaded.data?.pending ?? 0, total = loaded.data?.total ?? 0;
  const refresh = useThrottled(loaded.reload, total > LARGE ? LARGE_MS : REFRESH_MS);
  useEvents({ kinds: ['point', 'alarm', 'limits'] }, refresh);
  useEffect(() => {
    if (!pending) return undefined;
    const timer = setTimeout(loaded.reload, PENDING_MS);
    return () => clearTimeout(timer);
  }, [loaded.data]);
  return html`<${Title} title=${t('nav.overview')} under=${loaded.data ? html`${t('overview.count', { n: count(total) })}${pending ? ` · ${t('overview.pending', { n: count(pending) })}` : ''}` : ''} />
    ${whenLoaded(loaded, (data) => html`<${Rows} data=${data} query=${query} lang=${lang} />`)}`;
}

/** @param {{data: any, query: Record<string, string>, lang: string}} props */
function Rows({ data, query, lang }) {
  const [live, look] = useSparks(data);
  useNow(20000);
  const rows = useMemo(() => rowsOf(data), [data]);
  const groups = useMemo(() => [...new Set(rows.map((r) => r.group))].sort(), [rows]);
  const order = { key: query.sort?.replace('-', '') ?? 'urgency', isDown: query.sort?.startsWith('-') ?? false };
  const filter = { search: query.search ?? '', show: query.show ?? '', under: query.group ?? '' };
  const shownColumns = useMemo(() => columns(live), [lang, live]);
  const shown = useMemo(() => sorted(filtered(rows, filter), shownColumns, order), [rows, filter.search, filter.show, filter.under, order.key, order.isDown]);
  return html`<${Signs} rows=${rows} show=${filter.show} />
    <form class="toolbar screen-only" role="search" onSubmit=${(/** @type {Event} */ e) => e.preventDefault()}>
      <${Field} label=${t('search')} type="search" value=${filter.search} onInput=${(/** @type {any} */ e) => setQuery({ search: e.target.value })} />
      <${Field} label=${t('group')} value=${filter.under} options=${[['', t('overview.all')], ...groups.map((g) => [g, g || '–'])]} onChange=${(/** @type {any} */ e) => setQuery({ group: e.target.value })} />
      <${Field} label=${t('show')} value=${filter.show} options=${[['', t('overview.all')], ...URGENCY.map((u) => [u, t(/** @type {any} */ (`state.${u}`))]), ['unstable', t('unstable')], ['miss', t('target.miss')]]}
        onChange=${(/** @type {any} */ e) => setQuery({ show: e.target.value })} />
    </form>
    <${Table} label=${t('nav.overview')} columns=${shownColumns} order=${order} rows=${shown} rowHeight=${54} onView=${look} rowKey=${(/** @type {Row} */ r) => r.number}
      onOrder=${(/** @type {any} */ o) => setQuery({ sort: `${o.isDown ? '-' : ''}${o.key}` })} empty=${rows.length ? t('overview.none') : t('nothing.yet')} />`;
}

/** How many of each state; a press shows only those. @param {{rows: Row[], show: string}} props */
function Signs({ rows, show }) {
  return html`<ul class="tally">${/** @type {const} */ (['stop', 'check', 'no-data', 'no-limits', 'ok']).map((state) => {
    const n = rows.filter((r) => r.urgency === state).length;
    return n > 0 && html`<li key=${state}><button type="button" aria-pressed=${show === state ? 'true' : 'false'} onClick=${() => setQuery({ show: show === state ? null : state })}>
      <${Sign} state=${state} /> <b>${count(n)}</b></button></li>`;
  })}</ul>`;
}
