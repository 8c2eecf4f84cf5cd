// SPDX-License-Identifier: GPL-3.0-or-later
// An exam, for who sits it: one question at a time, the time that is left, and what has reached the server. An
// answer is kept here at once and sent in its order; without a connection one goes on answering.
import { inWords } from '../lib/api.js';
import { showDialog, tellProblem } from '../lib/dialog.js';
import { clock, dateTime } from '../lib/format.js';
import { useNow } from '../lib/hooks.js';
import { html, useEffect, useRef, useState } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { Loading, Title, Trouble } from '../lib/page.js';
import { find, named, useRules } from '../lib/programme.js';
import { keepPage } from '../lib/shelf.js';
import { unconfirmed, useSitting } from './exam/answers.js';

/** @param {{id: string}} props */
export default function Exam({ id }) {
  const exam = useSitting(id), { sitting } = exam;
  const rules = useRules(sitting?.scheme, sitting?.rev);
  useEffect(() => void keepPage(), []);
  const name = sitting ? named(find(rules.data?.banks, sitting.bank), t('nav.exam')) : t('nav.exam');
  return html`<main class="exam" id="main"><${Title} title=${name} under=${rules.data ? named(rules.data, sitting?.scheme) : ''} />
    ${exam.error ? html`<${Trouble} error=${exam.error} retry=${exam.load} />` : !sitting ? html`<${Loading} />`
      : sitting.state === 'running' && sitting.paper ? html`<${Paper} id=${id} exam=${exam} />` : html`<${Before} id=${id} exam=${exam} />`}</main>`;
}

/** Before it begins, and after it is over. @param {{id: string, exam: ReturnType<typeof useSitting>}} props */
function Before({ id, exam }) {
  const sitting = /** @type {import('./exam/answers.js').Sitting} */ (exam.sitting), { state } = exam.box;
  const [isBusy, setBusy] = useState(false);
  const begin = async () => {
    setBusy(true);
    await exam.act('start').catch(tellProblem);
    setBusy(false);
  };
  return html`<section class="card exam-before">
    ${sitting.state === 'ready' ? html`<p>${t('exam.about', { n: sitting.items ?? 0, minutes: sitting.minutes ?? 0 })}</p><ul><li>${t('exam.rule-time')}</li><li>${t('exam.rule-kept')}</li><li>${t('exam.rule-late')}</li></ul>
        <button type="button" class="primary" disabled=${isBusy} onClick=${begin}>${t('exam.start')}</button>`
      : html`<p class="exam-over">${t(/** @type {any} */ (`exam.is.${sitting.state}`))}</p>${sitting.ends && html`<p class="soft">${t('exam.ended', { time: dateTime(sitting.ends) })}</p>`}
        ${sitting.confirmed !== undefined && html`<p>${t('exam.confirmed', { n: sitting.confirmed })}</p>`}
        ${(sitting.late ?? 0) > 0 && html`<p class="notice">${t('exam.late', { n: sitting.late ?? 0 })}</p>`}
        ${state.waiting > 0 && html`<p class="notice" role="status">${t('exam.waiting', { n: state.waiting })}</p>`}
        ${state.refused.map((r) => html`<p class="notice" key=${r.key}>${r.refused}</p>`)}
        ${sitting.state === 'over' && html`<button type="button" class="primary" onClick=${() => exam.act('finish').catch(tellProblem)}>${t('exam.hand-in')}</button>`}
        <p><a class="button" href="/case/${id}">${t('exam.to-case')}</a></p>`}</section>`;
}

/** @param {{id: string, exam: ReturnType<typeof useSitting>}} props */
function Paper({ id, exam }) {
  const sitting = /** @type {import('./exam/answers.js').Sitting} */ (exam.sitting), paper = /** @type {import('./exam/answers.js').Question[]} */ (sitting.paper);
  const [answers, setAnswers] = useState(/** @type {Record<string, string | null>} */ (sitting.answers ?? {}));
  const [at, setAt] = useState(0);
  const heading = useRef(/** @type {HTMLElement | null} */ (null));
  useEffect(() => {
    void unconfirmed(id).then((more) => setAnswers((old) => ({ ...old, ...more })));
  }, []);
  const given = (/** @type {string} */ item) => Boolean(answers[item]);
  const done = paper.filter((q) => given(q.item)).length;
  const put = (/** @type {string} */ item, /** @type {string} */ answer) => {
    setAnswers((old) => ({ ...old, [item]: answer }));
    exam.box.say({ item, answer: answer || null }).catch((problem) => tellProblem(problem));
  };
  const move = (/** @type {number} */ to) => {
    setAt(Math.max(0, Math.min(paper.length - 1, to)));
    requestAnimationFrame(() => heading.current?.focus());
  };
  const handIn = async () => {
    const open = paper.length - done;
    if (!(await showDialog(t('exam.hand-in'), (close) => html`<p>${open ? t('exam.open', { n: open }) : t('exam.complete')}</p><p>${t('exam.hand-in-text')}</p>
      <div class="buttons"><button type="button" onClick=${() => close(null)}>${t('cancel')}</button><button type="button" class="primary" onClick=${() => close(true)}>${t('exam.hand-in')}</button></div>`))) return;
    await exam.box.flush();
    if (exam.box.state.waiting || exam.box.state.isAway) {
      await showDialog(t('exam.cannot-yet'), (close) => html`<p>${t('exam.cannot-text', { n: exam.box.state.waiting })}</p><div class="buttons"><button type="button" class="primary" onClick=${() => close(null)}>${t('close')}</button></div>`);
      return;
    }
    await exam.act('finish').catch(tellProblem);
  };
  const q = paper[at];
  return html`<${Bar} exam=${exam} done=${done} all=${paper.length} />
    <section class="card exam-item" aria-labelledby="question"><h2 id="question" tabindex="-1" ref=${heading}>${t('exam.question', { n: at + 1, of: paper.length })}</h2>
      <p class="soft">${t('exam.points', { n: Number(q.points) })}</p><p class="exam-text">${q.text}</p>
      <${Answer} key=${q.item} q=${q} value=${answers[q.item] ?? ''} put=${put} />
      <div class="row exam-moves"><button type="button" disabled=${at === 0} onClick=${() => move(at - 1)}>${t('exam.before')}</button>
        ${at < paper.length - 1 ? html`<button type="button" class="primary" onClick=${() => move(at + 1)}>${t('exam.next')}</button>` : html`<button type="button" class="primary" onClick=${handIn}>${t('exam.hand-in')}</button>`}</div></section>
    <nav class="exam-grid" aria-label=${t('exam.questions')}>${paper.map((p, i) => html`<button type="button" key=${p.item} class=${given(p.item) ? 'is-done' : ''} aria-current=${i === at ? 'step' : undefined}
      aria-label=${t(given(p.item) ? 'exam.nth-done' : 'exam.nth-open', { n: i + 1 })} onClick=${() => move(i)}>${i + 1}${given(p.item) ? html`<span aria-hidden="true"> ✓</span>` : ''}</button>`)}</nav>
    ${at < paper.length - 1 && html`<p><button type="button" onClick=${handIn}>${t('exam.hand-in')}</button></p>`}`;
}

/** Time left by the server's clock, and what has not reached it. @param {{exam: ReturnType<typeof useSitting>, done: number, all: number}} props */
function Bar({ exam, done, all }) {
  const now = useNow(1000), { state } = exam.box;
  const sitting = /** @type {import('./exam/answers.js').Sitting} */ (exam.sitting);
  const left = Math.max(0, Date.parse(sitting.ends ?? '') - (now + exam.skew)), isOver = left === 0;
  const asked = useRef(false);
  useEffect(() => {
    if (!isOver || asked.current) return;
    asked.current = true;
    void exam.load();
  }, [isOver]);
  const seconds = Math.ceil(left / 1000), text = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
  return html`<div class="exam-bar"><b class="exam-left ${left < 300000 ? 'worse' : ''}" role="timer" aria-label=${t('exam.left')}>${text}</b>
    <span>${t('exam.answered', { n: done, of: all })}</span>
    <span role="status" class=${state.isAway ? 'worse' : 'soft'}>${state.isAway ? t('exam.away', { time: clock(new Date(state.awaySince).toISOString()), n: state.waiting }) : state.waiting ? t('exam.sending', { n: state.waiting }) : t('exam.saved')}${state.trouble && ` ${state.trouble}`}</span>
    ${isOver && html`<b class="worse">${t('exam.time-over')}</b>`}</div>
    ${state.refused.map((r) => html`<p class="notice" role="alert" key=${r.key}>${r.refused} <button type="button" class="quiet" onClick=${() => exam.box.drop(r.key)}>${t('close')}</button></p>`)}`;
}

/** @param {{q: import('./exam/answers.js').Question, value: string, put: (item: string, answer: string) => void}} props */
function Answer({ q, value, put }) {
  const [text, setText] = useState(value);
  const timer = useRef(/** @type {ReturnType<typeof setTimeout> | undefined} */ (undefined)), latest = useRef(value), sent = useRef(value);
  const keep = () => {
    clearTimeout(timer.current);
    if (latest.current !== sent.current) put(q.item, latest.current);
    sent.current = latest.current;
  };
  useEffect(() => keep, []);
  useEffect(() => {
    if (sent.current === latest.current) setText(value);
  }, [value]);
  const typed = (/** @type {any} */ e) => {
    latest.current = e.target.value;
    setText(e.target.value);
    clearTimeout(timer.current);
    timer.current = setTimeout(keep, 300);
  };
  if (q.kind === 'single') return html`<div class="exam-options" role="radiogroup" aria-labelledby="question">${(q.options ?? []).map((o) => html`<label key=${o.key}><input type="radio" name=${q.item} checked=${value === o.key} onChange=${() => put(q.item, o.key)} /> <span>${o.text}</span></label>`)}</div>`;
  if (q.kind === 'multi') {
    const chosen = value.split(',').filter(Boolean);
    return html`<p class="hint">${t('exam.several')}</p><div class="exam-options" role="group" aria-labelledby="question">${(q.options ?? []).map((o) => html`<label key=${o.key}><input type="checkbox" checked=${chosen.includes(o.key)}
      onChange=${(/** @type {any} */ e) => put(q.item, (e.target.checked ? [...chosen, o.key] : chosen.filter((c) => c !== o.key)).sort().join(','))} /> <span>${o.text}</span></label>`)}</div>`;
  }
  const common = { 'aria-labelledby': 'question', value: text, onInput: typed, onBlur: keep };
  return q.kind === 'number' ? html`<input class="exam-number" inputmode="decimal" autocomplete="off" ...${common} />` : html`<textarea rows="8" ...${common}></textarea>`;
}
