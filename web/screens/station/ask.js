// SPDX-License-Identifier: GPL-3.0-or-later
// A question with lettered answers: touched, typed (letter, Enter), or scanned from a card with the letter.
import { Field } from '../../lib/form.js';
import { html, useEffect, useRef, useState } from '../../lib/html.js';
import { t } from '../../lib/i18n.js';

/** @typedef {{label: string, run: () => any, kind?: 'primary' | 'danger'}} Answer */
/** @typedef {{title: string, text?: string, then?: string, answers: Answer[], kind?: 'stop' | 'check', more?: any, leave?: () => void}} Question */

export const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** The answer a text means. @param {Question | null} question @param {string} text @returns {Answer | null} */
export function answerIn(question, text) {
  const i = text.length === 1 ? letters.indexOf(text.toUpperCase()) : -1;
  return question?.answers[i] ?? null;
}

/** @param {{question: Question}} props */
export function Ask({ question }) {
  const box = useRef(/** @type {HTMLElement | null} */ (null));
  useEffect(() => box.current?.scrollIntoView?.({ block: 'nearest' }), [question.title, question.text]);
  return html`<section class="ask ${question.kind ?? ''}" role="region" aria-label=${question.title} ref=${box}>
    <div role="alert"><h2>${question.title}</h2>${question.text && html`<p>${question.text}</p>`}${question.then && html`<p><b>${question.then}</b></p>`}</div>
    ${question.more}
    <div class="answers">${question.answers.map((answer, i) => html`<button type="button" key=${answer.label} class=${answer.kind ?? ''}
      onClick=${answer.run}><kbd>${letters[i]}</kbd><span>${answer.label}</span></button>`)}
      ${question.leave && html`<button type="button" class="quiet" onClick=${question.leave}>${t('station.leave-question')}</button>`}
    </div>
  </section>`;
}

/** The answer that is none of the list, in words. @param {{label: string, then: (text: string) => void}} props */
export function TextAnswer({ label, then }) {
  const [text, setText] = useState('');
  const form = useRef(/** @type {HTMLFormElement | null} */ (null));
  useEffect(() => form.current?.querySelector('input')?.focus(), []);
  const submit = (/** @type {Event} */ e) => {
    e.preventDefault();
    if (text.trim()) then(text.trim());
  };
  return html`<form class="text-answer" ref=${form} onSubmit=${submit}>
    <${Field} label=${label} value=${text} maxlength="500" onInput=${(/** @type {any} */ e) => setText(e.target.value)} />
    <button class="primary" disabled=${!text.trim()}>${t('station.say')}</button></form>`;
}
