// SPDX-License-Identifier: GPL-3.0-or-later
// One characteristic as an engineer looks at it: location above, spread below, what judges them,
// and what one may decide: leave a point out, put limits in force, let them raise alarms.
import { address } from '../lib/api.js';
import { count, dateTime, pathParts } from '../lib/format.js';
import { Check, Field } from '../lib/form.js';
import { useData, useEvents, useRested, useThrottled } from '../lib/hooks.js';
import { html, useEffect, useMemo, useRef, useState } from '../lib/html.js';
import { language, t, tMaybe, tWhy } from '../lib/i18n.js';
import { Title, whenLoaded } from '../lib/page.js';
import { find, setQuery } from '../lib/router.js';
import { Compare } from './chart/compare.js';
import { History } from './chart/history.js';
import { Limits } from './chart/limits.js';
import { modelOf, noteIndex } from './chart/model.js';
import { Notes } from './chart/notes.js';
import { PointPanel } from './chart/point.js';
import { PlotPair } from './chart/pair.js';
import { PointsTable } from './chart/points_table.js';
import { arlWords, sigmaWord } from './chart/words.js';

const RULES = ['nelson', 'western-electric', 'aiag', 'westgard', '1', '1,2,3,5'];
const TYPES = ['i-mr', 'xbar-r', 'xbar-s', 'median', 'ewma', 'cusum', 'run'];
const EVERY_ROW = 1e12; // CSV has as many rows as there are
const APPEND_MS = 1000, REST_MS = 150;

const style = document.createElement('link');
style.rel = 'stylesheet';
style.href = new URL('../vendor/uplot.css', import.meta.url).href;
document.head.append(style);

/** What of the address goes to the API. @param {Record<string, string>} query */
function asked(query) {
  const { type, n, rules, limits, from, to, where, last } = query;
  return { type, n, rules, limits, from, to, where, last };
}

/** @param {{id: string, query: Record<string, string>, lang: string}} props */
export default function Chart({ id, query, lang }) {
  const base = `characteristics/${encodeURIComponent(id)}`;
  const definition = useData(base);
  const [window, setWindow] = useState(/** @type {[number, number] | null} */ (null));
  const columns = useColumns();
  const rested = useRested(window, REST_MS); // until then what is there is drawn at another scale
  const wanted = { ...asked(query), columns, window: rested ? `${rested[0]}:${rested[1]}` : undefined };
  const chart = useData(`${base}/chart`, wanted);
  const live = useData(`${base}/live`), notes = useData(`${base}/notes`);
  const [point, setPoint] = useState(0);
  useEffect(() => {
    setWindow(null);
    setPoint(0);
  }, [id, JSON.stringify(asked(query))]);
  const number = definition.data?.number;
  const refresh = usePaced(() => Promise.all([chart.reload(), live.reload()]));
  useFollowing(chart.data?.subgroups, window, setWindow);
  useEvents(number ? { kinds: ['point', 'alarm', 'limits'], characteristic: number } : null, refresh);
  return whenLoaded(definition, (d) => {
    const [name, above] = pathParts(d.path), own = chart.data?.characteristic === d.path ? chart.data : null; // not the one looked at before
    return html`<${Title} title=${name} under=${above} actions=${html`<${Links} d=${d} base=${base} query=${asked(query)} />`} />
      <${Toolbar} base=${base} query=${query} chart=${own} kind=${d.kind} />
      ${chart.error && own ? whenLoaded({ ...chart, data: null }, () => '') : ''}
      ${whenLoaded({ ...chart, data: own, error: own ? null : chart.error }, (answer) => html`<${Drawn} key=${d.number} answer=${answer} d=${d} query=${query} live=${live.data} notes=${notes} window=${window} setWindow=${setWindow}
          point=${point} setPoint=${setPoint} base=${base} lang=${lang} reload=${() => Promise.all([chart.reload(), live.reload(), notes.reload()])} />`)}`;
  });
}

/** As new points come, at most once a second, and the more seldom the longer an answer takes.
 * @param {() => Promise<any>} reload */
function usePaced(reload) {
  const [pace, setPace] = useState(APPEND_MS);
  return useThrottled(async () => {
    const began = performance.now();
    await reload();
    setPace(Math.max(1, Math.ceil((performance.now() - began) / 100)) * APPEND_MS);
  }, pace);
}

/** A window that ends at the last point goes on with it. @param {number | undefined} count @param {[number, number] | null} window
 * @param {(w: [number, number] | null) => void} setWindow */
function useFollowing(count, window, setWindow) {
  const before = useRef(count);
  useEffect(() => {
    const grown = before.current && count ? count - before.current : 0;
    if (window && grown > 0 && window[1] === before.current) setWindow([window[0] + grown, window[1] + grown]);
    before.current = count;
  }, [count]);
}

/** As many columns as the widest picture has pixels, in steps: resizing a little asks for nothing. */
function useColumns() {
  const [columns, set] = useState(() => stepped(innerWidth));
  useEffect(() => {
    const look = () => set(stepped(innerWidth));
    addEventListener('resize', look);
    return () => removeEventListener('resize', look);
  }, []);
  return columns;
}

/** @param {number} width */
function stepped(width) {
  return Math.max(800, Math.ceil(width / 400) * 400);
}

/** What else there is of it, and what one may take along. @param {{d: any, base: string, query: Record<string, any>}} props */
function Links({ d, base, query }) {
  const screens = /** @type {const} */ (['capability', 'describe']).filter((screen) => find(`/${screen}/1`));
  const file = pathParts(d.path)[0].replace(/[^\p{L}\p{N}]+/gu, '-');
  const picture = (/** @type {string} */ kind) => html`<a class="button" key=${kind} download="${file}.${kind}" href=${address(`${base}/chart`, { ...query, picture: kind, language: language() })}>${kind.toUpperCase()}</a>`;
  return html`${screens.map((screen) => html`<a class="button" key=${screen} href="/${screen}/${d.number}">${t(`nav.${screen}`)}</a>`)}
    <span class="row" role="group" aria-label=${t('export')}>${['png', 'svg', 'pdf'].map(picture)}
      <a class="button" download="${file}.csv" href=${address(`${base}/series`, { from: query.from, to: query.to, where: query.where, last: query.last, format: 'csv', limit: EVERY_ROW })}>CSV</a></span>`;
}

/** How it is charted. @param {{base: string, query: Record<string, string>, chart: any, kind: string}} props */
function Toolbar({ base, query, chart, kind }) {
  const contexts = useData(`${base}/contexts`);
  const places = (contexts.data?.contexts ?? []).flatMap((/** @type {any} */ c) => c.values.map((/** @type {any} */ v) => `${c.kind}:${v.text}`));
  const where = [...new Set([...(query.where ? [query.where] : []), ...places])];
  const types = kind === 'variable' ? TYPES : kind === 'defectives' ? ['p', 'np'] : ['c', 'u'];
  const rules = [...new Set([...(query.rules ? [query.rules] : []), ...RULES])];
  const set = (/** @type {string} */ name) => (/** @type {any} */ e) => setQuery({ [name]: e.target.value });
  return html`<form class="toolbar screen-only" onSubmit=${(/** @type {Event} */ e) => e.preventDefault()}>
    <${Field} label=${t('chart.type')} value=${query.type ?? ''} onChange=${set('type')}
      options=${[['', t('chart.type.auto', { type: chart ? tMaybe(`chart.type.${chart.chart}`, chart.chart) : '' })], ...types.map((x) => [x, tMaybe(`chart.type.${x}`, x)])]} />
    <${Field} label=${t('chart.n')} value=${query.n ?? ''} type="number" min="1" max="1000" inputmode="numeric" placeholder=${chart?.n ?? ''} onChange=${set('n')} />
    <${Field} label=${t('chart.rules')} value=${query.rules ?? ''} onChange=${set('rules')}
      options=${[['', t('chart.rules.usual')], ...rules.map((x) => [x, tMaybe(`rules.${x}`, x)])]} />
    ${(query.limits || chart?.limits.state === 'in force') && html`<${Field} label=${t('chart.judged')} value=${query.limits ?? ''} onChange=${set('limits')}
      options=${[['', t('chart.judged.force')], ['analysis', t('chart.judged.analysis')]]} />`}
    ${where.length > 0 && html`<${Field} label=${t('chart.only')} value=${query.where ?? ''} onChange=${set('where')}
      options=${[['', t('chart.only.all')], ...where.map((x) => [x, contextWord(x)])]} />`}
  </form>`;
}

/** "machine:M1" in words. @param {string} text */
function contextWord(text) {
  const colon = text.indexOf(':');
  return `${tMaybe(`context.${text.slice(0, colon)}`, text.slice(0, colon))} ${text.slice(colon + 1)}`;
}

/** @param {{answer: any, d: any, query: Record<string, string>, live: any, notes: import('../lib/hooks.js').Loaded<any>, window: [number, number] | null, setWindow: (w: [number, number] | null) => void,
 *   point: number, setPoint: (i: number) => void, base: string, lang: string, reload: () => Promise<any>}} props */
function Drawn({ answer, d, query, live, notes, window, setWindow, point, setPoint, base, lang, reload }) {
  const model = useMemo(() => modelOf(answer, d), [answer, d]);
  const flags = useMemo(() => [...new Set((notes.data?.notes ?? []).map((/** @type {any} */ n) => noteIndex(model, n)))].filter(Boolean), [model, notes.data]);
  const [withSpec, setSpec] = useState(false);
  const [decided, setDecided] = useState(0);
  const again = async () => {
    await reload();
    setDecided((n) => n + 1);
  };
  const isIndividuals = answer.chart === 'i-mr' || answer.chart === 'run';
  const { where, from, to, last } = query;
  const histogram = useData(isIndividuals && answer.location.columns ? `${base}/description` : null, { where, from, to, last }).data?.histogram;
  const bins = useMemo(() => histogram?.counts?.map((/** @type {number} */ n, /** @type {number} */ i) => ({ low: histogram.edges[i], high: histogram.edges[i + 1], count: n })), [histogram]);
  const spec = withSpec && isIndividuals && (d.lower !== null || d.upper !== null) ? { lower: d.lower, upper: d.upper } : null;
  if (answer.subgroups === 0) return html`<p class="empty">${t(where || from || to || last ? 'chart.empty' : 'measurements.none')}</p>`;
  return html`<${Facts} answer=${answer} d=${d} live=${live} />
    <${Warnings} answer=${answer} d=${d} />
    <${PlotPair} model=${model} unit=${d.unit} path=${d.path} window=${window} setWindow=${setWindow} point=${point} setPoint=${setPoint} spec=${spec} lang=${lang} bins=${bins} flags=${flags} />
    ${isIndividuals && (d.lower !== null || d.upper !== null) && html`<p class="screen-only"><${Check} label=${t('chart.spec')} checked=${withSpec} onChange=${setSpec} /></p>`}
    <${PointPanel} model=${model} point=${point} setPoint=${setPoint} d=${d} query=${query} base=${base} reload=${again} noted=${async () => { await notes.reload(); setDecided((n) => n + 1); }} />
    <div class="cards below">
      <${Limits} answer=${answer} live=${live} d=${d} base=${base} query=${asked(query)} reload=${again} />
      <${Signals} model=${model} setPoint=${setPoint} />
      <${Notes} notes=${notes} model=${model} d=${d} setPoint=${setPoint} />
      <${History} base=${base} decided=${decided} />
    </div>
    <${Compare} base=${base} query=${query} />
    <${PointsTable} model=${model} unit=${d.unit} />`;
}

/** What one must know to read it. @param {{answer: any, d: any, live: any}} props */
function Facts({ answer, d, live }) {
  const { arl, hint } = arlWords(answer.rules);
  return html`<ul class="facts-line">
    <li>${tMaybe(`chart.type.${answer.chart}`, answer.chart)}</li>
    ${answer.n > 1 && html`<li>n = ${answer.n}</li>`}
    <li>${t('chart.subgroups', { n: answer.subgroups, text: count(answer.subgroups) })}</li>
    ${d.unit && html`<li>${d.unit}</li>`}
    ${answer.sigma.value !== null && html`<li title=${answer.sigma.value}>σ: ${sigmaWord(answer.sigma.method)}</li>`}
    <li title=${hint}>${t('chart.ruleset', { set: tMaybe(`rules.${answer.rules.set}`, answer.rules.set) })}${arl && html` <span class="soft">(${arl})</span>`}</li>
    <li><b>${t(/** @type {any} */ (`chartstate.${stateOf(answer, live)}`))}</b>${answer.limits.state === 'in force' && html` <span class="soft">${t('limits.since', { version: answer.limits.version, time: dateTime(answer.limits.since).slice(0, 10), by: answer.limits.by })}</span>`}</li>
  </ul>`;
}

/** Analysis, proposed, in force, alerting: which one is on the screen. @param {any} answer @param {any} live */
export function stateOf(answer, live) {
  if (answer.limits.state === 'in force') return live?.state === 'alerting' ? 'alerting' : 'in-force';
  return live?.state === 'proposed' ? 'proposed' : 'analysis';
}

const FEW = 20;
/** @param {{answer: any, d: any}} props */
function Warnings({ answer }) {
  const words = [];
  if (answer.limits.state !== 'in force' && answer.location.ucl !== null && answer.subgroups < FEW) words.push(t('chart.few', { n: answer.subgroups }));
  if (answer.why?.stable) words.push(tWhy(answer.why.stable));
  if (answer.location.columns) words.push(t('chart.minmax', { text: count(answer.window.to - answer.window.from + 1) }));
  return words.length > 0 && html`<p class="remark">${words.join(' ')}</p>`;
}

const LISTED = 12;
/** @param {{model: import('./chart/model.js').Model, setPoint: (i: number) => void}} props */
function Signals({ model, setPoint }) {
  const box = useRef(/** @type {HTMLElement | null} */ (null));
  const marked = [...model.location.marked.values()].filter((p) => !p.excluded && p.rules.length).map((p) => ({ p, part: model.location }))
    .concat([...(model.spread?.marked.values() ?? [])].filter((p) => !p.excluded).map((p) => ({ p, part: /** @type {any} */ (model.spread) })))
    .sort((a, b) => b.p.index - a.p.index);
  const total = model.location.markedCount + (model.spread?.markedCount ?? 0);
  return html`<section class="card" ref=${box}><h2>${t('signals')}</h2>
    ${marked.length === 0 ? html`<p>${t('signals.none')}</p>` : html`<ul class="plain">${marked.slice(0, LISTED).map(({ p, part }) => html`<li key=${`${part.name}${p.index}`}>
      <button type="button" class="quiet line" onClick=${() => setPoint(p.index)}><span class="mark" aria-hidden="true"></span><b>${p.index}</b> ${tMaybe(`statistic.${part.name}`, part.name)}: ${p.rules.map((r) => tMaybe(`rule.${r}`, t('rule.other', { rule: r }))).join('; ')}</button></li>`)}</ul>
      ${total > LISTED && html`<p class="soft">${t('signals.more', { n: total - LISTED })}</p>`}`}
  </section>`;
}
