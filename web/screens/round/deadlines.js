// SPDX-License-Identifier: GPL-3.0-or-later
// Which deadlines come next, and who was reminded of them: by the server, once for each, when three quarters of
// the time are over.
import { dateTime } from '../../lib/format.js';
import { useData } from '../../lib/hooks.js';
import { html } from '../../lib/html.js';
import { t } from '../../lib/i18n.js';
import { Due, named } from '../../lib/programme.js';

const MOST = 8;

/** @param {{round: string, rules: any, counts: any[]}} props */
export function Deadlines({ round, rules, counts }) {
  const open = rules.stages.filter((/** @type {any} */ s) => counts.some((c) => c.stage === s.id && c.state === 'open' && c.count > 0));
  return html`<section class="card" aria-labelledby="deadlines"><h2 id="deadlines">${t('round.deadlines')}</h2><p class="hint">${t('round.reminders')}</p>
    ${open.length ? open.map((/** @type {any} */ s) => html`<${OfStage} key=${s.id} round=${round} stage=${s} />`) : html`<p class="soft">${t('round.nothing-due')}</p>`}</section>`;
}

/** @param {{round: string, stage: any}} props */
function OfStage({ round, stage }) {
  const { data } = useData('cases', { round, stage: stage.id, state: 'open', limit: MOST });
  const due = (data?.cases ?? []).filter((/** @type {any} */ c) => c.due);
  if (!due.length) return null;
  return html`<h3>${named(stage)}</h3><ul class="plain deadlines">${due.map((/** @type {any} */ c) => html`<li key=${c.id} class="row spread"><a href="/case/${c.id}">${c.title || c.name || t('case.blind', { n: c.id.slice(-6) })}</a>
    <span><${Due} due=${c.due} /><small class="bound">${c.reminded ? t('round.reminded', { time: dateTime(c.reminded) }) : t('round.not-reminded')}</small></span></li>`)}</ul>`;
}
