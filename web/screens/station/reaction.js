// SPDX-License-Identifier: GPL-3.0-or-later
// What is to be done about an open alarm, one question at a time: the steps of its reaction plan, what is
// contained, cause, action. Who answers the first question is on it; who cannot yet, says so. Then the next points verify, and a second person closes.
import { t, tMaybe } from '../../lib/i18n.js';

/** The most particular plan. @param {any[]} plans items of GET plans @param {any} alarm */
export function planOf(plans, alarm) {
  const suits = (/** @type {any} */ d) => (d.characteristic === '*' || d.characteristic === alarm.path) && (d.rule === '*' || d.rule === alarm.rule);
  const weight = (/** @type {any} */ d) => (d.characteristic !== '*' ? 2 : 0) + (d.rule !== '*' ? 1 : 0);
  return plans.map((p) => p.document).filter(suits).sort((a, b) => weight(b) - weight(a))[0] ?? null;
}

/** Where the ticks have led. null: the plan is through, or there is none. @param {any} plan @param {any} alarm */
export function stepOf(plan, alarm) {
  const steps = plan?.steps ?? [];
  let step = steps[0] ?? null;
  for (let turns = 0; step && turns <= steps.length; turns++) {
    const tick = alarm.ticks.findLast((/** @type {any} */ x) => x.step === step.id);
    if (!tick) return step;
    const to = tick.answer === 'yes' ? step.yes : tick.answer === 'no' ? step.no : null;
    step = steps.find((/** @type {any} */ s) => s.id === to) ?? null;
  }
  return null;
}

/** What was recorded most is on top. @param {any[]} lists items of GET lists @param {string} kind @param {string} path @returns {string[]} */
export function choices(lists, kind, path) {
  const items = lists.map((l) => l.document).filter((d) => d.for === kind && (d.characteristic === '*' || d.characteristic === path))
    .sort((a, b) => Number(a.characteristic === '*') - Number(b.characteristic === '*')).flatMap((d) => d.items);
  return [...new Set(items)].slice(0, 12);
}

/** @typedef {['steps' | 'ticks', any]} Act one after the other, each of the version the one before has made */

/** @param {any} alarm @param {{plan: any, lists: any[], mayClose: boolean, act: (...acts: Act[]) => void, other: (title: string, then: (text: string) => void) => void}} with_
 * @returns {import('./ask.js').Question | null} */
export function reaction(alarm, { plan, lists, mayClose, act, other }) {
  const kind = alarm.stop ? 'stop' : 'check';
  const name = alarm.path.split('/').pop();
  const what = t('station.alarm-what', { name, rule: tMaybe(`rule.${alarm.rule}`, t('station.rule', { rule: alarm.rule })), value: alarm.value ?? '–' });
  const title = t(alarm.stop ? 'station.alarm-stop' : 'station.alarm-check');
  const say = (/** @type {any} */ body) => () => act(['steps', body]);
  if (alarm.state === 'raised' || alarm.state === 'acknowledged') return first(alarm, { kind, title, what, step: stepOf(plan, alarm), act, other });
  if (alarm.state === 'contained')
    return { kind, title, text: t('station.cause'), answers: [
      ...choices(lists, 'cause', alarm.path).map((cause) => ({ label: cause, run: say({ step: 'cause', cause }) })),
      { label: t('station.other'), run: () => other(t('station.cause'), (cause) => act(['steps', { step: 'cause', cause }])) }] };
  if (alarm.state === 'cause')
    return { kind, title, text: t('station.action'), answers: [
      ...choices(lists, 'action', alarm.path).map((action) => ({ label: action, run: say({ step: 'action', action }) })),
      { label: t('station.other'), run: () => other(t('station.action'), (action) => act(['steps', { step: 'action', action }])) }] };
  if (alarm.state === 'verified' && mayClose)
    return { kind, title, text: t('station.close-what', { name }), answers: [{ label: t('station.close'), run: say({ step: 'closed' }), kind: 'primary' }] };
  return null;
}

/** A step of the plan, then what is contained. @param {any} alarm
 * @param {{kind: 'stop' | 'check', title: string, what: string, step: any, act: (...acts: Act[]) => void, other: (title: string, then: (text: string) => void) => void}} with_
 * @returns {import('./ask.js').Question} */
function first(alarm, { kind, title, what, step, act, other }) {
  const isNew = alarm.state === 'raised';
  const onIt = /** @type {Act} */ (['steps', { step: 'acknowledged' }]), before = isNew ? [onIt] : [];
  const tick = (/** @type {string} */ answer) => () => act(...before, ['ticks', { step: step.id, answer }]);
  const contained = (/** @type {any} */ more) => act(...before, ['steps', { step: 'contained', ...more }]);
  const answers = !step ? [
    { label: t('station.contain-none'), run: () => contained({ note: t('station.contain-none') }) },
    { label: t('station.contain-parts'), run: () => other(t('station.contain-which'), (text) => contained({ from: text })) }]
    : step.yes || step.no ? [{ label: t('station.yes'), run: tick('yes') }, { label: t('station.no'), run: tick('no') }]
      : [{ label: t('station.done'), run: tick('done'), kind: /** @type {const} */ ('primary') }];
  const text = step ? step.check : t('station.contain');
  return { kind, title, text: isNew ? what : text, ...(isNew && { then: text }), answers: isNew ? [...answers, { label: t('station.acknowledge'), run: () => act(onIt) }] : answers };
}

/** In one line, for alarms that wait for points or for somebody else. @param {any} alarm */
export function waiting(alarm) {
  const name = alarm.path.split('/').pop();
  return alarm.state === 'action'
    ? t('station.verifying', { name, points: alarm.verified.points, wanted: alarm.verified.wanted })
    : t('station.waits-for-closing', { name });
}
