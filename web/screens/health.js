// SPDX-License-Identifier: GPL-3.0-or-later
// Is it running, and will it go on: disk, queue, commits, memory.
import { Figure } from '../lib/figure.js';
import { ago, count, dateTime } from '../lib/format.js';
import { useData, useNow } from '../lib/hooks.js';
import { html, useEffect } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { Title, whenLoaded } from '../lib/page.js';
import { Sign } from '../lib/sign.js';

const EVERY_MS = 5000, TIGHT = 0.1, SLOW_MS = 250;

/** 1234567 → "1.2 MB". @param {number} n */
export function bytes(n) {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let i = 0;
  for (; n >= 1000 && i < units.length - 1; i++) n /= 1000;
  return `${i && n < 100 ? n.toFixed(1) : Math.round(n)} ${units[i]}`;
}

export default function Health() {
  const health = useData('health');
  const turn = useNow(EVERY_MS);
  useEffect(() => void health.reload(), [turn]);
  return html`<${Title} title=${t('nav.health')} under=${t('health.under')} />
    ${whenLoaded(health, (h) => html`<${Verdict} h=${h} /><div class="cards">
      <${Card} title=${t('health.storing')} rows=${[
        [t('health.rows'), count(h.rows)], [t('health.commit'), count(h.commit)],
        [t('health.p50'), html`<${Figure} of=${h} name="commit_ms_p50" n=${3} unit="ms" />`], [t('health.p99'), html`<${Figure} of=${h} name="commit_ms_p99" n=${3} unit="ms" />`],
        [t('health.waiting'), count(h.waiting)]]} />
      <${Card} title=${t('health.disk')} rows=${[
        [t('health.free'), `${bytes(h.disk_free_bytes)} / ${bytes(h.disk_bytes)}`], [t('health.database'), bytes(h.database_bytes)], [t('health.log'), bytes(h.log_bytes)]]} />
      <${Card} title=${t('health.server')} rows=${[
        [t('health.version'), h.version], [t('health.started'), html`${dateTime(h.started)} <small>${ago(h.started)}</small>`], [t('health.memory'), bytes(h.memory_bytes)],
        [t('health.connections'), count(h.connections)], [t('health.listeners'), count(h.listeners)], [t('health.jobs'), count(h.jobs_waiting)]]} />
      <${Card} title=${t('health.plant')} rows=${[
        [t('health.characteristics'), count(h.characteristics)], [t('health.sources'), html`<a href="/sources">${count(h.sources)}</a>`], [t('health.stale'), count(h.stale_sources)]]} />
    </div>`)}`;
}

/** What somebody has to do something about. @param {{h: any}} props */
function Verdict({ h }) {
  const faults = [];
  if (h.disk_full) faults.push(t('health.full'));
  if (h.trouble) faults.push(h.trouble);
  if (h.disk_bytes && h.disk_free_bytes < h.disk_bytes * TIGHT) faults.push(t('health.tight', { free: bytes(h.disk_free_bytes) }));
  if (h.commit_ms_p99 > SLOW_MS) faults.push(t('health.slow', { ms: Math.round(h.commit_ms_p99) }));
  if (h.stale_sources) faults.push(t('health.silent', { n: h.stale_sources }));
  const state = h.disk_full || h.trouble ? 'stop' : faults.length ? 'check' : 'ok';
  return html`<section class="card verdict" role="status"><${Sign} state=${state} large />${faults.length
    ? html`<ul>${faults.map((f) => html`<li key=${f}>${f}</li>`)}</ul>` : html`<p>${t('health.fine')}</p>`}</section>`;
}

/** @param {{title: string, rows: [string, any][]}} props */
function Card({ title, rows }) {
  return html`<section class="card"><h2>${title}</h2><dl class="facts">${rows.map(([name, value]) => html`<dt key=${name}>${name}</dt><dd class="number">${value}</dd>`)}</dl></section>`;
}
