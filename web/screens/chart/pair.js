// SPDX-License-Identifier: GPL-3.0-or-later
// The two panels on one x axis, their window, and the cursor that walks over points by keyboard and
// is read out.
import { count, dateTime, fixed } from '../../lib/format.js';
import { html, useEffect, useLayoutEffect, useRef, useState } from '../../lib/html.js';
import { t, tMaybe } from '../../lib/i18n.js';
import { onTheme } from '../../lib/theme.js';
import { columnAt, pointAt } from './model.js';
import { binsOf, labelRoom, Plot } from './plot.js';

const HEIGHT = { location: 330, spread: 180, low: 240 };
const NONE = /** @type {number[]} */ ([]);
let syncs = 0;

/** @param {{model: import('./model.js').Model, unit: string | null, path: string, window: [number, number] | null, setWindow: (w: [number, number] | null) => void,
 *   point: number, setPoint: (i: number) => void, spec: any, lang: string, bins?: import('./plot.js').Bin[], flags?: number[]}} props flags: points somebody said something of; bins: of all readings, where the points are too many to be there */
export function PlotPair({ model, unit, path, window, setWindow, point, setPoint, spec, lang, bins, flags = NONE }) {
  const box = useRef(/** @type {HTMLDivElement | null} */ (null));
  const plots = useRef(/** @type {Plot[]} */ ([]));
  const [width, setWidth] = useState(0);
  const [turn, setTurn] = useState(0);
  const shown = /** @type {[number, number]} */ (window ?? [1, model.count]);
  const isWide = model.from > shown[0] || model.to < shown[1];
  useEffect(() => onTheme(() => setTurn((n) => n + 1)), []);
  useLayoutEffect(() => {
    const element = /** @type {HTMLDivElement} */ (box.current);
    const look = () => setWidth(Math.floor(element.clientWidth));
    look();
    const watcher = new ResizeObserver(look);
    watcher.observe(element);
    return () => watcher.disconnect();
  }, []);
  const hasSpread = model.spread !== null;
  useLayoutEffect(() => {
    if (!width) return undefined;
    plots.current = make(/** @type {HTMLDivElement} */ (box.current), model, width, shown, spec, { setWindow, setPoint }, bins);
    return () => {
      for (const plot of plots.current) plot.destroy();
      plots.current = [];
    };
  }, [width, turn, hasSpread, model.location.name, spec, lang, bins]);
  useLayoutEffect(() => {
    panelsOf(model).forEach((panel, i) => plots.current[i]?.update({
      panel, decimals: model.decimals, bins: marginOf(panel, bins), from: shown[0], to: shown[1], onZoom: (from, to) => setWindow([from, to]), onPoint: setPoint }));
  }, [model, shown[0], shown[1]]);
  useLayoutEffect(() => {
    for (const plot of plots.current) plot.select(point);
  }, [point, model, width, turn]);
  useLayoutEffect(() => {
    plots.current[0]?.flag(flags);
  }, [flags, model, width, turn]);
  const moveTo = (/** @type {number} */ index) => setPoint(Math.max(shown[0], Math.min(shown[1], index)));
  return html`<figure class="plots" role="group" aria-label=${t('chart.name', { path })}>
    <${Zoom} shown=${shown} count=${model.count} setWindow=${setWindow} isPending=${isWide} />
    <div class="plot-box" ref=${box} tabindex="0" role="application" aria-roledescription=${t('chart.control')} aria-label=${summary(model, path)}
      aria-describedby="plot-keys" onKeyDown=${(/** @type {KeyboardEvent} */ e) => key(e, model, point, shown, moveTo, setWindow)}></div>
    <p class="hidden" id="plot-keys">${t('chart.keys')}</p>
    <p class="readout" role="status">${point ? readOut(model, point, unit) : html`<span class="soft">${t('chart.pick')}</span>`}</p>
  </figure>`;
}

/** @param {import('./model.js').Model} model */
function panelsOf(model) {
  return model.spread ? [model.location, model.spread] : [model.location];
}

/** The histogram beside a panel: columns hold extremes, which say nothing of a distribution.
 * @param {import('./model.js').Panel} panel @param {import('./plot.js').Bin[]} [bins] */
function marginOf(panel, bins) {
  if (panel.low) return []; // sums have no distribution of their own
  return panel.isWhole ? binsOf(panel.y) : panel.isSpread ? [] : bins ?? [];
}

/** @param {HTMLElement} box @param {import('./model.js').Model} model @param {number} width @param {[number, number]} shown @param {any} spec
 * @param {{setWindow: (w: [number, number]) => void, setPoint: (i: number) => void}} on @param {import('./plot.js').Bin[]} [bins] */
function make(box, model, width, shown, spec, on, bins) {
  const syncKey = `chart-${++syncs}`, isLow = width < 560;
  const panels = panelsOf(model); // both end at the same place: they have one x axis
  const room = Math.max(...panels.map((panel) => labelRoom(panel, model.decimals))), hasMargin = panels.some((panel) => marginOf(panel, bins).length > 1);
  return panels.map((panel) => {
    const host = document.createElement('div');
    box.append(host);
    const plot = new Plot(host, {
      panel, width, decimals: model.decimals, labelRoom: room, hasMargin, syncKey, from: shown[0], to: shown[1], bins: marginOf(panel, bins), spec,
      height: panel.isSpread ? HEIGHT.spread : isLow ? HEIGHT.low : HEIGHT.location,
      labels: { stageAt: (name) => t('chart.stage', { name }) },
      onZoom: (from, to) => on.setWindow([from, to]), onPoint: on.setPoint,
    });
    const destroy = plot.destroy.bind(plot);
    plot.destroy = () => {
      destroy();
      host.remove();
    };
    return plot;
  });
}

/** Nothing needs dragging: the window moves by buttons too. @param {{shown: [number, number], count: number, setWindow: (w: [number, number] | null) => void, isPending: boolean}} props */
function Zoom({ shown, count: all, setWindow, isPending }) {
  const [from, to] = shown, size = to - from + 1;
  const move = (/** @type {number} */ start, /** @type {number} */ length) => {
    const n = Math.max(2, Math.min(all, Math.round(length))), first = Math.max(1, Math.min(all - n + 1, Math.round(start)));
    setWindow(n >= all ? null : [first, first + n - 1]);
  };
  const button = (/** @type {string} */ label, /** @type {string} */ sign, /** @type {boolean} */ isOff, /** @type {() => void} */ run) =>
    html`<button type="button" aria-label=${label} title=${label} disabled=${isOff} onClick=${run}>${sign}</button>`;
  return html`<div class="zoom screen-only" role="group" aria-label=${t('chart.window')}>
    <button type="button" aria-pressed=${size >= all ? 'true' : 'false'} onClick=${() => setWindow(null)}>${t('chart.all')}</button>
    ${[100, 25].filter((n) => n < all).map((n) => html`<button key=${n} type="button" aria-pressed=${to === all && size === n ? 'true' : 'false'}
      onClick=${() => move(all - n + 1, n)}>${t('chart.last', { n })}</button>`)}
    ${button(t('chart.earlier'), '◀', from <= 1, () => move(from - size / 2, size))}
    ${button(t('chart.later'), '▶', to >= all, () => move(from + size / 2, size))}
    ${button(t('chart.closer'), '+', size <= 5, () => move(from + size / 4, size / 2))}
    ${button(t('chart.farther'), '−', size >= all, () => move(from - size / 2, size * 2))}
    <span class="soft">${count(from)} – ${count(to)}${isPending ? ' …' : ''}</span></div>`;
}

/** One sentence for who does not see it. @param {import('./model.js').Model} model @param {string} path */
function summary(model, path) {
  const { answer } = model;
  const verdict = answer.stable === null ? t('chart.verdict.unknown') : answer.stable ? t('chart.verdict.stable')
    : t('chart.verdict.unstable', { n: model.location.markedCount + (model.spread?.markedCount ?? 0) });
  return t('chart.summary', { path, type: tMaybe(`chart.type.${answer.chart}`, answer.chart), n: answer.subgroups, verdict });
}

/** @param {KeyboardEvent} e @param {import('./model.js').Model} model @param {number} point @param {[number, number]} shown
 * @param {(i: number) => void} moveTo @param {(w: [number, number] | null) => void} setWindow */
function key(e, model, point, shown, moveTo, setWindow) {
  const step = model.location.isWhole ? 1 : Math.max(1, Math.round((model.to - model.from + 1) / model.location.times.x.length));
  const now = point || shown[0] - 1;
  const marked = [...new Set([...model.location.marked.keys(), ...(model.spread?.marked.keys() ?? [])])].sort((a, b) => a - b);
  /** @type {Record<string, () => void>} */
  const does = {
    ArrowRight: () => moveTo(now + step), ArrowLeft: () => moveTo((point || shown[1] + 1) - step),
    PageDown: () => moveTo(now + 10 * step), PageUp: () => moveTo(now - 10 * step),
    Home: () => moveTo(shown[0]), End: () => moveTo(shown[1]),
    ArrowDown: () => moveTo(marked.find((i) => i > now) ?? now), ArrowUp: () => moveTo(marked.findLast((i) => i < now) ?? now),
    Escape: () => setWindow(null),
  };
  if (!does[e.key] || e.ctrlKey || e.altKey || e.metaKey) return;
  e.preventDefault();
  does[e.key]();
}

/** What is at a point, as it is shown and read out. @param {import('./model.js').Model} model @param {number} index @param {string | null} unit */
function readOut(model, index, unit) {
  const p = pointAt(model.location, index), s = model.spread && pointAt(model.spread, index);
  const words = [t('chart.point', { n: index })];
  if (!p) {
    const k = columnAt(model.location, index), columns = model.answer.location.columns;
    if (columns) words.push(dateTime(columns.time[k]), `${fixed(columns.min[k], model.decimals)} … ${fixed(columns.max[k], model.decimals)} ${unit ?? ''}`);
    return words.join(' · ');
  }
  if (p.time) words.push(dateTime(p.time));
  words.push(`${tMaybe(`statistic.${model.location.name}`, model.location.name)} ${p.value === null ? t('chart.missing') : fixed(p.value, model.decimals)} ${unit ?? ''}`);
  if (s) words.push(`${tMaybe(`statistic.${/** @type {any} */ (model.spread).name}`, /** @type {any} */ (model.spread).name)} ${fixed(s.value, model.decimals + 1)}`);
  for (const rule of [...p.rules, ...(s?.rules ?? [])]) words.push(tMaybe(`rule.${rule}`, t('rule.other', { rule })));
  if (p.excluded) words.push(t('chart.excluded'));
  return words.join(' · ');
}
