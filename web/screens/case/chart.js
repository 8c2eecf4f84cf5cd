// SPDX-License-Identifier: GPL-3.0-or-later
// The live chart of the characteristic a case names, with the day of the change marked: everybody at the table
// looks at the same points, not at a picture of last week.
import { date, dateTime, fixed } from '../../lib/format.js';
import { useData, useEvents, useThrottled } from '../../lib/hooks.js';
import { html } from '../../lib/html.js';
import { t } from '../../lib/i18n.js';
import { Trouble } from '../../lib/page.js';

const LARGE = 760, H = 240, LEFT = 8, RIGHT = 100, TOP = 22, BOTTOM = 26;

/** What a case says of its characteristic, and of when something was changed. @param {any} view @param {any} rules */
export function subject(view, rules) {
  let path = view.from?.characteristic ?? null, changed = /** @type {string | null} */ (null);
  const look = (/** @type {any[]} */ fields, /** @type {any} */ values) => {
    for (const f of fields ?? []) {
      const v = values?.[f.id];
      if (v === undefined || v === null) continue;
      if (f.type === 'characteristic' && typeof v === 'string') path ??= v;
      if (f.type === 'evidence' && typeof v === 'object') {
        path ??= v.characteristics?.[0] ?? null;
        changed = v.after?.from ?? changed;
      }
      if (f.type === 'date' && /chang|done|applied|start/.test(f.id)) changed ??= v;
      if (f.type === 'rows' && Array.isArray(v)) for (const row of v) look(f.rows, row);
    }
  };
  for (const filled of view.forms ?? []) look(rules.forms.find((/** @type {any} */ f) => f.id === filled.form)?.fields, filled.values);
  for (const e of view.evidence ?? []) changed ??= e.claim?.after?.from ?? null;
  return { path, changed };
}

/** @param {{view: any, rules: any}} props */
export function LiveChart({ view, rules }) {
  const { path, changed } = subject(view, rules);
  const found = useData(path ? 'characteristics' : null, { path, limit: 1000 });
  if (!path) return null;
  const characteristic = found.data?.characteristics.find((/** @type {any} */ c) => c.path === path);
  if (!characteristic) return found.data ? html`<section class="card"><h2>${t('case.chart')}</h2><p class="soft">${t('case.no-characteristic', { path })}</p></section>` : null;
  return html`<${Chart} path=${path} number=${characteristic.number} changed=${changed} />`;
}

/** @param {{path: string, number: number, changed: string | null}} props */
function Chart({ path, number, changed }) {
  const chart = useData(`characteristics/${number}/chart`, { columns: 360 });
  useEvents({ kinds: ['point'], characteristic: number }, useThrottled(() => void chart.reload(), 2000));
  if (chart.error) return html`<${Trouble} error=${chart.error} />`;
  return html`<section class="card" aria-labelledby="live"><div class="row spread"><h2 id="live">${t('case.chart')}</h2><a href="/chart/${number}">${path}</a></div>
    ${chart.data && html`<${Picture} answer=${chart.data} path=${path} changed=${changed} />`}</section>`;
}

/** @param {any} part @returns {{time: number, low: number, high: number}[]} */
function pointsOf(part) {
  const c = part.columns;
  if (c) return c.index.map((/** @type {number} */ _, /** @type {number} */ i) => ({ time: Date.parse(c.time[i]), low: c.min[i], high: c.max[i] })).filter((/** @type {any} */ p) => p.low !== null);
  return part.points.filter((/** @type {any} */ p) => p.value !== null).map((/** @type {any} */ p) => ({ time: Date.parse(p.time), low: p.value, high: p.value }));
}

/** @param {{answer: any, path: string, changed: string | null}} props */
export function Picture({ answer, path, changed }) {
  const W = matchMedia('(max-width: 40rem)').matches ? 380 : LARGE;
  const points = pointsOf(answer.location), { center, lcl, ucl } = answer.location;
  if (!points.length) return html`<p class="soft">${t('nothing.yet')}</p>`;
  const limits = /** @type {[string, number][]} */ ([['UCL', ucl], ['', center], ['LCL', lcl]].filter((l) => typeof l[1] === 'number'));
  const values = points.flatMap((p) => [p.low, p.high]).concat(limits.map((l) => l[1]));
  const low = Math.min(...values), high = Math.max(...values), room = (high - low || 1) * 0.06;
  const x = (/** @type {number} */ i) => LEFT + ((i + 0.5) / points.length) * (W - LEFT - RIGHT);
  const y = (/** @type {number} */ v) => TOP + ((high + room - v) / (high - low + 2 * room)) * (H - TOP - BOTTOM);
  const at = changed ? Date.parse(changed) : NaN;
  const first = Number.isNaN(at) ? -1 : points.findIndex((p) => p.time >= at);
  const where = Number.isNaN(at) ? null : first < 0 ? W - RIGHT : Math.max(LEFT, x(first) - 0.5 * (W - LEFT - RIGHT) / points.length);
  const places = Math.max(0, 2 - Math.floor(Math.log10(limits.length > 1 ? Math.abs(limits[0][1] - limits[limits.length - 1][1]) || 1 : high - low || 1)));
  const [start, end] = [points[0].time, points[points.length - 1].time], isDay = date(start) === date(end), when = isDay ? (/** @type {number} */ x) => dateTime(x).slice(W < LARGE ? 11 : 0) : date; // within a day the hour counts
  const label = t('case.chart-words', { path, n: points.length, changed: changed ? date(changed) : '–' });
  return html`<svg class="trend live" viewBox="0 0 ${W} ${H}" role="img" aria-label=${label}>
      ${limits.map(([name, v]) => html`<g key=${name} class=${name ? 'limit' : ''}><path d="M${LEFT} ${y(v)}H${W - RIGHT}" /><text x=${W - RIGHT + 6} y=${y(v) + 4}>${name} ${fixed(v, places)}</text></g>`)}
      <path class="line" d=${points.map((p, i) => `${i ? 'L' : 'M'}${x(i).toFixed(1)} ${y(p.low).toFixed(1)}${p.high !== p.low ? `V${y(p.high).toFixed(1)}` : ''}`).join('')} />
      ${points.length <= 80 && points.map((p, i) => html`<circle key=${i} cx=${x(i)} cy=${y(p.high)} r="3.2" />`)}
      ${where !== null && html`<g class="change"><path d="M${where} ${TOP - 6}V${H - BOTTOM}" /><text x=${where > W / 2 ? where - 5 : where + 5} y="13" text-anchor=${where > W / 2 ? 'end' : 'start'}>${t('case.changed', { date: date(changed ?? '') })}</text></g>`}
      <text x=${LEFT} y=${H - 8}>${when(start)}</text><text x=${W - RIGHT} y=${H - 8} text-anchor="end">${when(end)}</text></svg>
    ${changed === null && html`<p class="hint">${t('case.no-change')}</p>`}`;
}
