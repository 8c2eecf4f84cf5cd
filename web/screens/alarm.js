// SPDX-License-Identifier: GPL-3.0-or-later
// One alarm, one page: what fired, since when, what was done about it by whom, and the next step.
import { ruleWords, signOf, STATES } from '../lib/alarms.js';
import { dateTime, duration, pathParts } from '../lib/format.js';
import { useData, useEvents, useNow } from '../lib/hooks.js';
import { html, useMemo, useState } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { Title, whenLoaded } from '../lib/page.js';
import { Sign } from '../lib/sign.js';
import { NextStep } from './alarm/next.js';
import { Plan } from './alarm/plan.js';
import { modelOf } from './chart/model.js';
import { PlotPair } from './chart/pair.js';

const style = document.createElement('link');
style.rel = 'stylesheet';
style.href = new URL('../vendor/uplot.css', import.meta.url).href;
document.head.append(style);

const SHOWN = 50;

/** @param {{id: string, lang: string}} props */
export default function Alarm({ id, lang }) {
  const loaded = useData(`alarms/${id}`);
  const number = loaded.data?.characteristic;
  useEvents(number ? { kinds: ['alarm'], characteristic: number } : null, () => void loaded.reload());
  useNow(10000);
  return whenLoaded(loaded, (a) => {
    const [name, above] = pathParts(a.path);
    return html`<${Title} title=${name} under=${above} actions=${html`<a class="button" href="/chart/${a.characteristic}">${t('nav.chart')}</a>`} />
      <${What} a=${a} />
      <${Progress} a=${a} />
      <div class="alarm-main">
        <div class="stack">
          <${NextStep} key=${`${a.version}`} a=${a} reload=${loaded.reload} />
          <${Plan} a=${a} reload=${loaded.reload} />
          <${Theme} a=${a} />
        </div>
        <${Picture} number=${a.characteristic} path=${a.path} lang=${lang} />
      </div>
      <div class="cards wide-cards">
        <${Story} a=${a} />
        <${Hits} a=${a} />
      </div>`;
  });
}

/** What begins a case is fetched when it is wanted: most alarms become none. @param {{a: any}} props */
function Theme({ a }) {
  const [Form, setForm] = useState(/** @type {any} */ (null));
  const open = (/** @type {any} */ e) => e.target.open && import('./alarm/theme.js').then((m) => setForm(() => m.NewCase));
  return html`<details class="card" onToggle=${open}><summary><b>${t('alarm.theme')}</b></summary>${Form && html`<${Form} a=${a} />`}</details>`;
}

/** @param {{a: any}} props */
function What({ a }) {
  const isOver = a.state === 'closed' || a.state === 'withdrawn';
  return html`<div class="card what">${isOver ? html`<b>${t(/** @type {any} */ (`alarm.${a.state}`))}</b>` : html`<${Sign} state=${signOf(a)} large />`}
    <div><p><b>${ruleWords(a)}</b>${a.value !== null && a.rule !== 'no-data' ? html`: <span class="figure">${a.value}</span>` : ''}${a.stop ? html` · ${t('alarm.stops')}` : ''}</p>
    <p class="soft">${t('alarm.happened', { time: dateTime(a.time) })} · ${t('alarm.known', { time: dateTime(a.known) })}${a.late ? ` · ${t('alarm.late')}` : ''}${
      isOver ? '' : ` · ${t('alarm.open.for', { time: duration(Date.now() - Date.parse(a.known)) })}`}</p></div></div>`;
}

/** @param {{a: any}} props */
function Progress({ a }) {
  if (a.state === 'withdrawn') return html`<p class="notice">${t('alarm.withdrawn.text')}</p>`;
  const at = STATES.indexOf(a.state);
  return html`<ol class="steps">${STATES.map((s, i) => html`<li key=${s} class=${i < at ? 'is-done' : i === at ? 'is-now' : ''} aria-current=${i === at ? 'step' : undefined}>
    <span class="step-mark" aria-hidden="true">${i < at || a.state === 'closed' ? '✓' : i + 1}</span>${t(`alarm.${s}`)}${
      s === 'verified' && a.state === 'action' ? html` <small>${t('alarm.points', { n: a.verified.points, all: a.verified.wanted })}</small>` : ''}</li>`)}</ol>`;
}

/** The last points of its chart. @param {{number: number, path: string, lang: string}} props */
function Picture({ number, path, lang }) {
  const definition = useData(`characteristics/${number}`), chart = useData(`characteristics/${number}/chart`, { columns: 1200 });
  const [window, setWindow] = useState(/** @type {[number, number] | null | undefined} */ (undefined));
  const [point, setPoint] = useState(0);
  const model = useMemo(() => chart.data && definition.data && modelOf(chart.data, definition.data), [chart.data, definition.data]);
  useEvents({ kinds: ['point'], characteristic: number }, () => void chart.reload());
  if (!model) return chart.error ? null : html`<div class="plots" style=${{ height: '20rem' }}></div>`;
  const shown = window === undefined && model.count > SHOWN ? /** @type {[number, number]} */ ([model.count - SHOWN + 1, model.count]) : window ?? null;
  return html`<${PlotPair} model=${model} unit=${definition.data.unit} path=${path} window=${shown} setWindow=${setWindow} point=${point} setPoint=${setPoint} spec=${null} lang=${lang} />`;
}

/** What was done, by whom, when. @param {{a: any}} props */
function Story({ a }) {
  return html`<section class="card"><h2>${t('alarm.story')}</h2>
    ${a.steps.length === 0 ? html`<p class="soft">${t('alarm.untouched')}</p>` : html`<ol class="plain">${a.steps.map((/** @type {any} */ s, /** @type {number} */ i) => html`<li key=${i}>
      <b>${t(/** @type {any} */ (`alarm.${s.step}`))}</b> · ${s.actor === 'assay' ? t('alarm.program') : s.actor} · <time datetime=${s.time}>${dateTime(s.time)}</time>
      <br /><span>${said(s)}</span></li>`)}</ol>`}
    ${a.escalations.length > 0 && html`<p class="soft">${a.escalations.map((/** @type {any} */ e) => t('alarm.escalated', { to: e.to, time: dateTime(e.time) })).join(' · ')}</p>`}
  </section>`;
}

/** @param {any} step */
function said(step) {
  const s = step.said ?? {}, words = [];
  if (s.from || s.to) words.push(t('alarm.said.range', { from: s.from ?? '–', to: s.to ?? '–' }));
  if (s.quantity !== undefined && s.quantity !== null) words.push(t('alarm.said.quantity', { n: s.quantity }));
  for (const key of ['place', 'cause', 'action', 'note']) if (s[key]) words.push(s[key]);
  if (s.false) words.push(t('alarm.false'));
  if (typeof s.points === 'number') words.push(t('alarm.said.points', { n: s.points }));
  return words.join(' · ');
}

const HITS = 10;
/** The points that fired. @param {{a: any}} props */
function Hits({ a }) {
  const total = a.hits.length + a.more_hits;
  return html`<section class="card"><h2>${t('alarm.hits', { n: total })}</h2><ul class="plain">${a.hits.slice(-HITS).reverse().map((/** @type {any} */ h, /** @type {number} */ i) => html`<li key=${i}>
    <time datetime=${h.time}>${dateTime(h.time)}</time> · <span class="figure">${h.value}</span> · ${ruleWords(h)}${h.late ? ` · ${t('alarm.late')}` : ''}${h.withdrawn ? ` · ${t('alarm.withdrawn')}` : ''}</li>`)}</ul>
    ${total > HITS && html`<p class="soft">${t('signals.more', { n: total - HITS })}</p>`}</section>`;
}
