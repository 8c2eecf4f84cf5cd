// SPDX-License-Identifier: GPL-3.0-or-later
// The reaction plan of an alarm: one question after the other, each ticked with time and answer;
// what is skipped needs a reason.
import { change } from '../../lib/api.js';
import { askReason, tellProblem } from '../../lib/dialog.js';
import { clock } from '../../lib/format.js';
import { useData } from '../../lib/hooks.js';
import { html } from '../../lib/html.js';
import { t } from '../../lib/i18n.js';
import { may, useMe } from '../../lib/shell.js';

/** The most particular one counts. @param {any[]} plans @param {any} a */
export function planOf(plans, a) {
  const fit = (/** @type {any} */ d) => (d.characteristic === a.path ? 2 : d.characteristic === '*' ? 0 : -9) + (d.rule === a.rule ? 1 : (d.rule ?? '*') === '*' ? 0 : -9);
  return plans.map((p) => p.document).filter((d) => fit(d) >= 0).sort((x, y) => fit(y) - fit(x))[0];
}

/** The steps so far and the one to do now, as answers lead. @param {any} plan @param {any} a */
export function walk(plan, a) {
  const ticks = new Map(a.ticks.map((/** @type {any} */ x) => [x.step, x])), byId = new Map(plan.steps.map((/** @type {any} */ s) => [s.id, s]));
  /** @type {{step: any, tick: any}[]} */
  const path = [];
  let step = plan.steps[0];
  while (step && !path.some((p) => p.step === step)) {
    const tick = ticks.get(step.id);
    path.push({ step, tick });
    if (!tick) break;
    const to = step[tick.answer], hasBranch = step.yes || step.no;
    step = to ? byId.get(to) : hasBranch && tick.answer !== 'skipped' ? undefined : plan.steps[plan.steps.indexOf(step) + 1];
  }
  return path;
}

/** @param {{a: any, reload: () => Promise<any>}} props */
export function Plan({ a, reload }) {
  const me = useMe(), plans = useData('plans');
  const plan = plans.data && planOf(plans.data.items, a);
  if (!plan) return null;
  const isOpen = a.state !== 'closed' && a.state !== 'withdrawn';
  const tick = async (/** @type {string} */ step, /** @type {string} */ answer, /** @type {string} */ why = '') => {
    await change('POST', `alarms/${a.id}/ticks`, { step, answer, ...(why && { why }) }, { of: a });
    await reload();
  };
  const press = (/** @type {any} */ step, /** @type {string} */ answer) => () => tick(step.id, answer).catch(tellProblem);
  return html`<section class="card"><h2>${t('plan')}</h2><ol class="plain plan">${walk(plan, a).map(({ step, tick: done }) => html`<li key=${step.id}>
    <p>${step.check}</p>
    ${done ? html`<p class="soft">✓ ${answerWords(done)} · ${done.actor} · <time>${clock(done.time)}</time></p>`
    : isOpen && may(me, 'act') && html`<div class="row">${step.yes || step.no
      ? html`<button type="button" onClick=${press(step, 'yes')}>${t('yes')}</button><button type="button" onClick=${press(step, 'no')}>${t('no')}</button>`
      : html`<button type="button" onClick=${press(step, 'yes')}>${t('plan.done')}</button>`}
      <button type="button" class="quiet" onClick=${() => askReason({ title: t('plan.skip'), text: step.check, action: t('plan.skip'), run: (why) => tick(step.id, 'skipped', why) })}>${t('plan.skip')} …</button></div>`}
  </li>`)}</ol></section>`;
}

/** @param {any} tick */
function answerWords(tick) {
  if (tick.answer === 'skipped') return `${t('plan.skipped')}: ${tick.why_skipped ?? ''}`;
  return tick.answer === 'yes' ? t('yes') : tick.answer === 'no' ? t('no') : tick.answer;
}
