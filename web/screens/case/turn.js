// SPDX-License-Identifier: GPL-3.0-or-later
// What the viewer is asked for now: a form, a vote, a signature, or that it is done. What the server refuses
// stands beside the field it names.
import { change, inWords, once } from '../../lib/api.js';
import { askReason, tell } from '../../lib/dialog.js';
import { fieldNamed, SchemeField } from '../../lib/fields.js';
import { html, useState } from '../../lib/html.js';
import { t, tMaybe } from '../../lib/i18n.js';
import { Due, find, named, Reasons } from '../../lib/programme.js';

/** @param {string} id @param {string} act @param {any} said */
export function act(id, act, said) {
  return once([id, act, said], (key) => change('POST', `cases/${id}/acts/${act}`, { ...said, key }));
}

/** @param {{view: any, rules: any, reload: () => Promise<void>, isKiosk?: boolean}} props */
export function Turn({ view, rules, reload, isKiosk }) {
  const turn = view.turn;
  if (!turn) return null;
  const stage = find(rules.stages, view.stage);
  const form = find(rules.forms, turn.form);
  const isSealed = view.forms.some((/** @type {any} */ f) => f.form === turn.form && f.stage === view.stage && f.final && !f.earlier) && view.phase !== 'returned';
  const isDone = form && isSealed && !turn.votes && !turn.scores;
  return html`<section class="card turn" aria-labelledby="turn"><div class="row spread"><h2 id="turn">${t('case.turn')}</h2>${view.due && html`<${Due} due=${view.due} />`}</div>
    <p class="soft">${named(stage)}${turn.role && html` · ${t('case.as', { role: named(find(rules.roles, turn.role), turn.role) })}`}</p>
    ${view.phase === 'returned' && html`<div class="notice returned" tabindex="-1" role="alert"><p><b>${t('case.returned')}</b></p><${Reasons} decision=${(view.decisions ?? []).at(-1)} /></div>`}
    ${form && !isSealed && html`<${FormOf} key=${`${view.stage} ${form.id}`} view=${view} form=${form} reload=${reload} isKiosk=${isKiosk} />`}
    ${turn.scores && html`<p><a class="button" href="/review/${view.id}">${t('case.to-sheet')}</a></p>`}
    ${turn.scores && form && html`<p><a class="button" href="/visit/${view.id}">${t('case.to-visit')}</a></p>`}
    ${turn.exam && html`<p><a class="button primary" href="/exam/${view.id}">${t('case.to-exam')}</a></p>`}
    ${turn.votes && html`<${Vote} view=${view} reload=${reload} />`}
    ${turn.tied && html`<p class="tied">▲ ${t('vote.tied', { kind: tMaybe(`tie.${turn.tied}`, turn.tied) })}</p>`}
    ${isDone && html`<p>${turn.awaits ? t('case.awaits', { roles: turn.awaits.map((/** @type {string} */ r) => named(find(rules.roles, r), r)).join(', ') }) : t('case.sealed')}</p>`}
    ${!form && turn.role && !turn.votes && !turn.tied && !turn.scores && !turn.exam && html`<${Plain} view=${view} signs=${turn.signs} reload=${reload} />`}</section>`;
}

/** @param {{view: any, form: any, reload: () => Promise<void>, isKiosk?: boolean}} props */
function FormOf({ view, form, reload, isKiosk }) {
  const draft = view.forms.findLast((/** @type {any} */ f) => f.form === form.id);
  const [values, setValues] = useState(/** @type {Record<string, any>} */ (draft?.values ?? known(form, view)));
  const [wrong, setWrong] = useState(/** @type {{field?: string, words: string, hint: string} | null} */ (null));
  const [isBusy, setBusy] = useState(false);
  const isSealed = (/** @type {any} */ f) => f.type === 'evidence' && (view.evidence ?? []).some((/** @type {any} */ e) => e.claim?.field === f.id);
  const send = async (/** @type {boolean} */ isSealing) => {
    const missing = isSealing ? form.fields.find((/** @type {any} */ f) => f.needed && !f.when && !isSealed(f) && (values[f.id] === undefined || values[f.id] === '' || (Array.isArray(values[f.id]) && !values[f.id].length))) : null;
    if (missing) {
      setWrong({ field: missing.id, words: t('field.missing', { name: named(missing) }), hint: '' });
      focus(missing.id);
      return;
    }
    setBusy(true);
    try {
      const answer = await act(view.id, 'fill', { form: form.id, values: Object.fromEntries(Object.entries(values).filter(([, v]) => v !== undefined)), ...(isSealing && { seal: true }) });
      setWrong(null);
      if (answer.state !== 'returned') tell(t(isSealing ? 'case.form-sealed' : 'case.form-saved'));
      await reload();
      if (answer.state === 'returned') /** @type {HTMLElement | null} */ (document.querySelector('.returned'))?.focus();
    } catch (error) {
      const words = inWords(error), field = error instanceof Error ? fieldNamed(error.message, form.fields) : undefined;
      setWrong({ field, words, hint: /** @type {any} */ (error).hint ?? '' });
      if (field) focus(field);
    }
    setBusy(false);
  };
  return html`<form class="scheme-form" novalidate onSubmit=${(/** @type {Event} */ e) => {
    e.preventDefault();
    void send(true);
  }}><h3>${named(form)}</h3>${form.note && html`<p class="hint">${form.note}</p>`}
    ${wrong && !wrong.field && html`<div class="trouble" role="alert"><p>${wrong.words}</p>${wrong.hint && html`<p class="hint">${wrong.hint}</p>`}</div>`}
    <div class="form-grid">${form.fields.map((/** @type {any} */ f) => html`<div key=${f.id} data-field=${f.id} class=${['rows', 'evidence', 'chart'].includes(f.type) || f.list ? 'whole' : ''}><${SchemeField} field=${f} value=${values[f.id]} place=${{ id: view.id, form: form.id, reload, isKiosk }}
      error=${wrong?.field === f.id ? wrong?.words : null} onChange=${(/** @type {any} */ v) => setValues((old) => ({ ...old, [f.id]: v }))} /></div>`)}</div>
    <p class="hint">${t('field.stars')}</p>
    <div class="row"><button class="primary" disabled=${isBusy}>${t('case.seal')}</button><button type="button" disabled=${isBusy} onClick=${() => send(false)}>${t('case.save')}</button></div></form>`;
}

/** What the case was made of need not be typed again. @param {any} form @param {any} view */
function known(form, view) {
  const path = view.from?.characteristic, field = path && form.fields.find((/** @type {any} */ f) => f.type === 'characteristic' && !f.list);
  return field ? { [field.id]: path } : {};
}

/** @param {string} field */
function focus(field) {
  requestAnimationFrame(() => /** @type {HTMLElement | null} */ (document.querySelector(`[data-field="${field}"] :is(input, select, textarea, button)`))?.focus());
}

/** @param {{view: any, reload: () => Promise<void>}} props */
function Vote({ view, reload }) {
  const vote = (/** @type {string} */ choice) => askReason({ title: t(/** @type {any} */ (`vote.${choice}`)), action: t('vote.give'),
    run: (why) => act(view.id, 'vote', { choice, why }) }).then((done) => (done ? reload() : undefined));
  return html`<div class="row" role="group" aria-label=${t('vote')}>${['yes', 'no', 'abstain', 'recuse'].map((c) => html`<button type="button" key=${c} onClick=${() => vote(c)}>${t(/** @type {any} */ (`vote.${c}`))}</button>`)}</div>`;
}

/** @param {{view: any, signs: boolean, reload: () => Promise<void>}} props */
function Plain({ view, signs, reload }) {
  const run = () => askReason({ title: t(signs ? 'case.sign' : 'case.done'), action: t(signs ? 'case.sign' : 'case.done'),
    run: (why) => act(view.id, signs ? 'sign' : 'done', { why }) }).then((done) => (done ? reload() : undefined));
  return html`<button type="button" class="primary" onClick=${run}>${t(signs ? 'case.sign' : 'case.done')}</button>`;
}
