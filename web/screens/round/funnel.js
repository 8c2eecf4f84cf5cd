// SPDX-License-Identifier: GPL-3.0-or-later
// How many cases stand at each stage, and how.
import { count } from '../../lib/format.js';
import { html } from '../../lib/html.js';
import { t } from '../../lib/i18n.js';
import { Phase, named } from '../../lib/programme.js';

/** @param {{rules: any, counts: any[], scheme: string, round?: string}} props */
export function Funnel({ rules, counts, scheme, round }) {
  const stages = /** @type {{id: string, name: string, counts: any[]}[]} */ ([...rules.stages.map((/** @type {any} */ s) => ({ id: s.id, name: named(s) })), { id: '-', name: t('case.closed') }]
    .map((s) => ({ ...s, counts: /** @type {any[]} */ (counts).filter((c) => c.stage === s.id && c.count > 0) })));
  const most = Math.max(1, ...stages.map((s) => s.counts.reduce((n, c) => n + c.count, 0)));
  const link = (/** @type {string} */ stage, /** @type {string} */ state) => `/cases?scheme=${encodeURIComponent(scheme)}${round ? `&round=${round}` : ''}${stage === '-' ? '' : `&stage=${stage}`}&state=${state}`;
  return html`<section class="card" aria-labelledby="funnel"><h2 id="funnel">${t('funnel')}</h2>
    <table class="funnel"><thead class="hidden"><tr><th scope="col">${t('case.stage')}</th><th scope="col">${t('nav.cases')}</th></tr></thead>
    <tbody>${stages.map((s) => {
    const n = s.counts.reduce((sum, c) => sum + c.count, 0);
    return html`<tr key=${s.id}><th scope="row">${s.name}</th><td><span class="funnel-bar" aria-hidden="true"><span style=${{ width: `${(100 * n) / most}%` }}></span></span>
      <span class="row">${s.counts.map((c) => html`<a key=${c.state} class="funnel-count" href=${link(s.id, c.state)}><b>${count(c.count)}</b> <${Phase} phase=${c.state} /></a>`)}${!n && html`<span class="soft">0</span>`}</span></td></tr>`;
  })}</tbody></table></section>`;
}
