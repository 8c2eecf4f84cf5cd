// SPDX-License-Identifier: GPL-3.0-or-later
// What was measured in a shift, a day, a month: the same document on the screen and on paper.
import { address } from '../lib/api.js';
import { Choice, Field } from '../lib/form.js';
import { date, dateTime } from '../lib/format.js';
import { useData } from '../lib/hooks.js';
import { html, useState } from '../lib/html.js';
import { language, t } from '../lib/i18n.js';
import { Title } from '../lib/page.js';
import { setQuery } from '../lib/router.js';
import { recall, remember } from '../lib/storage.js';

const HOUR = 3600000;

/** The stretch that a day belongs to, in the reader's time zone. @param {string} kind @param {string} day "2026-01-05" @param {number} shift @param {number[]} starts hours
 * @returns {[Date, Date]} */
export function span(kind, day, shift, starts) {
  const begin = new Date(`${day}T00:00:00`);
  if (kind === 'month') return [new Date(begin.getFullYear(), begin.getMonth(), 1), new Date(begin.getFullYear(), begin.getMonth() + 1, 1)];
  if (kind === 'day') return [begin, new Date(begin.getFullYear(), begin.getMonth(), begin.getDate() + 1)];
  const from = starts[shift] ?? starts[0], next = starts[shift + 1] ?? starts[0] + 24;
  return [new Date(begin.getTime() + from * HOUR), new Date(begin.getTime() + next * HOUR)];
}

/** With the reader's zone: "2026-01-05T06:00:00+09:00". @param {Date} time */
export function zoned(time) {
  const minutes = -time.getTimezoneOffset(), two = (/** @type {number} */ n) => String(Math.floor(Math.abs(n))).padStart(2, '0');
  return `${new Date(time.getTime() + minutes * 60000).toISOString().slice(0, 19)}${minutes < 0 ? '-' : '+'}${two(minutes / 60)}:${two(minutes % 60)}`;
}

/** "6, 14, 22" → hours in order. @param {string} text */
export function startsIn(text) {
  const hours = [...text.matchAll(/\d+(?:[.,]5)?/g)].map((m) => Number(m[0].replace(',', '.'))).filter((h) => h < 24);
  return hours.length ? [...new Set(hours)].sort((a, b) => a - b) : [6, 14, 22];
}

/** @param {{query: Record<string, string>}} props */
export default function Reports({ query }) {
  const kind = query.kind ?? 'day', day = query.day ?? date(new Date()), shift = Number(query.shift ?? 0), under = query.under ?? '';
  const [shifts, setShifts] = useState(recall('shifts') ?? '6, 14, 22');
  const starts = startsIn(shifts);
  const [from, to] = span(kind, day, shift, starts);
  const rows = useData('characteristics', { limit: 1000, sort: 'path' });
  const sites = [...new Set((rows.data?.characteristics ?? []).map((/** @type {any} */ r) => r.path.split('/')[0]))].sort();
  const title = `${t(/** @type {any} */ (`report.${kind}`))} ${kind === 'shift' ? `${day} ${starts[shift] ?? starts[0]}:00` : kind === 'month' ? day.slice(0, 7) : day}`;
  const at = (/** @type {string} */ form) => address('reports', { form, from: zoned(from), to: zoned(to), under: under && `${under}/`, title, language: language() });
  const words = (/** @type {number} */ h) => `${Math.floor(h)}:${h % 1 ? '30' : '00'}`;
  return html`<${Title} title=${t('nav.reports')} under=${`${dateTime(from)} – ${dateTime(to)}`}
      actions=${html`<a class="button primary" href=${at('html')} target="_blank">${t('report.print')}</a><a class="button" href=${at('pdf')} download="${title}.pdf">PDF</a><a class="button" href=${at('xlsx')} download="${title}.xlsx">XLSX</a>`} />
    <div class="row filters screen-only">
      <${Choice} label=${t('report.kind')} value=${kind} options=${[['shift', t('report.shift')], ['day', t('report.day')], ['month', t('report.month')]]} onChange=${(/** @type {string} */ k) => setQuery({ kind: k })} />
      <${Field} label=${t('report.date')} type="date" value=${day} onChange=${(/** @type {any} */ e) => e.target.value && setQuery({ day: e.target.value })} />
      ${kind === 'shift' && html`<${Field} label=${t('report.shift')} value=${String(shift)} options=${starts.map((h, i) => [String(i), `${words(h)} – ${words((starts[i + 1] ?? starts[0] + 24) % 24)}`])}
          onChange=${(/** @type {any} */ e) => setQuery({ shift: e.target.value })} />
        <${Field} label=${t('report.starts')} hint=${t('report.starts-hint')} value=${shifts} onChange=${(/** @type {any} */ e) => { setShifts(e.target.value); remember('shifts', e.target.value); }} />`}
      <${Field} label=${t('report.site')} value=${under} options=${[['', t('report.everything')], ...sites.map((s) => [s, s])]} onChange=${(/** @type {any} */ e) => setQuery({ under: e.target.value })} />
    </div>
    <${Preview} key=${at('html')} where=${at('html')} title=${title} />`;
}

/** What will be printed. @param {{where: string, title: string}} props */
function Preview({ where, title }) {
  const [state, setState] = useState(/** @type {{isAsked: boolean, fault: string}} */ ({ isAsked: false, fault: '' }));
  if (!state.isAsked) {
    setState({ isAsked: true, fault: '' });
    fetch(where, { method: 'HEAD' }).then(async (answer) => {
      if (!answer.ok) setState({ isAsked: true, fault: answer.status === 422 ? t('report.nothing') : `HTTP ${answer.status}` });
    }, () => setState({ isAsked: true, fault: t('problem.away') }));
  }
  return state.fault ? html`<p class="empty" role="status">${state.fault}</p>` : html`<iframe class="report" src=${where} title=${title}></iframe>`;
}
