// SPDX-License-Identifier: GPL-3.0-or-later
// For everybody, without an account: complain, get a receipt, and hear with it what became of it.
import { change, inWords, once } from '../lib/api.js';
import { askReason, tell, tellProblem } from '../lib/dialog.js';
import { fieldNamed, SchemeField } from '../lib/fields.js';
import { Field } from '../lib/form.js';
import { date } from '../lib/format.js';
import { useData } from '../lib/hooks.js';
import { html, useRef, useState } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { Title, Trouble, whenLoaded } from '../lib/page.js';
import { Due, find, named, Phase, SchemeChoice } from '../lib/programme.js';
import { PhotoField } from '../lib/photo.js';
import { PublicPage } from '../lib/public.js';
import { setQuery } from '../lib/router.js';
import { Decisions, Forms, Stages } from './case/parts.js';

/** Kinds of fields that need nothing of the plant. */
const plain = new Set(['text', 'int', 'num', 'money', 'percent', 'bool', 'date', 'time', 'duration', 'period', 'enum', 'set', 'scale', 'contact', 'rows']);

/** @param {string} scheme */
const useRulesOf = (scheme) => useData(`public/schemes/${encodeURIComponent(scheme)}/rules`);

/** @param {{query: Record<string, string>}} props */
export default function Complaint({ query }) {
  const schemes = useData('public/schemes');
  const [receipt, setReceipt] = useState(''), [isOld, setOld] = useState(false);
  const taken = (/** @type {string} */ given, /** @type {boolean} */ isBefore) => {
    setOld(isBefore);
    setReceipt(given);
  };
  return html`<${PublicPage} here="complaint"><${Title} title=${t('nav.complaint')} under=${t('complaint.under')} />
    ${whenLoaded(schemes, ({ schemes: all }) => {
    const open = all.filter((/** @type {any} */ s) => s.is_for_everybody), scheme = find(open, query.scheme) ?? open[0];
    if (!scheme) return html`<p class="empty">${t('complaint.nowhere')}</p>`;
    return html`<div class="case-main"><div class="stack">${open.length > 1 && html`<${SchemeChoice} schemes=${open} value=${scheme.id} onChange=${(/** @type {string} */ id) => setQuery({ scheme: id })} />`}
        ${receipt ? html`<${Taken} receipt=${receipt} isOld=${isOld} again=${() => setReceipt('')} />` : html`<${NewCase} key=${scheme.id} scheme=${scheme} done=${taken} />`}</div>
      <${Look} key=${receipt} given=${receipt} /></div>`;
  })}<//>`;
}

/** However often it is sent, one case is opened: until an answer came the same key goes with it.
 * @param {{scheme: any, done: (receipt: string, isBefore: boolean) => void}} props isBefore: what was sent first counts, not this */
function NewCase({ scheme, done }) {
  const rules = useRulesOf(scheme.id), first = useRef('');
  const send = async (/** @type {any} */ said) => {
    first.current ||= JSON.stringify(said);
    const answer = await once(['public/cases', scheme.id], (key) => change('POST', 'public/cases', { scheme: scheme.id, ...said, key }));
    done(answer.receipt, Boolean(answer.again) && first.current !== JSON.stringify(said));
  };
  return html`<section class="card" aria-labelledby="new"><h2 id="new">${named(scheme)}</h2>${whenLoaded(rules, (r) => html`<${FirstForm} form=${find(r.forms, r.stages[0].form)} isNew=${true} send=${send} />`)}</section>`;
}

/** isNew: with a name and photos. @param {{form: any, known?: any, isNew?: boolean, send: (said: {name?: string, values: any}) => Promise<void>}} props */
function FirstForm({ form, known, isNew, send }) {
  const [values, setValues] = useState(/** @type {Record<string, any>} */ (known ?? {}));
  const [name, setName] = useState('');
  const [wrong, setWrong] = useState(/** @type {{field?: string, words: string} | null} */ (null));
  const [isBusy, setBusy] = useState(false);
  const box = useRef(/** @type {HTMLFormElement | null} */ (null));
  const fields = form.fields.filter((/** @type {any} */ f) => plain.has(f.type) || (isNew && f.type === 'photo'));
  const blame = (/** @type {string | undefined} */ field, /** @type {string} */ words) => {
    setWrong({ field, words });
    if (field) requestAnimationFrame(() => /** @type {HTMLElement | null} */ (box.current?.querySelector(`[data-field="${field}"] :is(input, select, textarea)`))?.focus());
  };
  const submit = async (/** @type {Event} */ e) => {
    e.preventDefault();
    const missing = fields.find((/** @type {any} */ f) => f.needed && !f.when && (values[f.id] === undefined || values[f.id] === ''));
    if (missing) return blame(missing.id, t('field.missing', { name: named(missing) }));
    setBusy(true);
    try {
      await send({ ...(name.trim() && { name: name.trim() }), values: Object.fromEntries(Object.entries(values).filter(([, v]) => v !== undefined)) });
    } catch (error) {
      blame(error instanceof Error ? fieldNamed(error.message, fields) : undefined, inWords(error));
    }
    setBusy(false);
  };
  return html`<form class="scheme-form" ref=${box} novalidate onSubmit=${submit}>
    ${wrong && !wrong.field && html`<div class="trouble" role="alert"><p>${wrong.words}</p></div>`}
    <div class="form-grid">${fields.map((/** @type {any} */ f) => html`<div key=${f.id} data-field=${f.id} class=${f.type === 'rows' || f.list ? 'whole' : ''}><${f.type === 'photo' ? PhotoField : SchemeField} field=${f} value=${values[f.id]} error=${wrong?.field === f.id ? wrong?.words : null}
        onChange=${(/** @type {any} */ v) => setValues((old) => ({ ...old, [f.id]: v }))} /></div>`)}
      ${isNew && html`<div><${Field} label=${t('complaint.name')} hint=${t('complaint.name-hint')} autocomplete="name" maxlength="200" value=${name} onInput=${(/** @type {any} */ e) => setName(e.target.value)} /></div>`}</div>
    <p class="hint">${t('field.stars')} ${t('complaint.kept')}</p><button class="primary" disabled=${isBusy}>${t('notice.send')}</button></form>`;
}

/** @param {{receipt: string, isOld: boolean, again: () => void}} props */
function Taken({ receipt, isOld, again }) {
  const copy = () => navigator.clipboard?.writeText(receipt).then(() => tell(t('complaint.copied')), tellProblem);
  return html`<section class="card receipt" role="status"><h2>${t('complaint.taken')}</h2>${isOld && html`<p class="notice">${t('complaint.before')}</p>`}<p>${t('complaint.keep')}</p><p><code class="receipt-code">${receipt}</code></p>
    <div class="row screen-only">${navigator.clipboard && html`<button type="button" onClick=${copy}>${t('complaint.copy')}</button>`}<button type="button" onClick=${() => print()}>${t('complaint.print')}</button><button type="button" class="quiet" onClick=${again}>${t('complaint.again')}</button></div></section>`;
}

/** What became of it. @param {{given: string}} props */
function Look({ given }) {
  const [receipt, setReceipt] = useState(given);
  const [view, setView] = useState(/** @type {any} */ (null));
  const [error, setError] = useState(/** @type {unknown} */ (null));
  const look = async () => {
    try {
      setView(await change('POST', 'public/receipt', { receipt }));
      setError(null);
    } catch (problem) {
      setView(null);
      setError(problem);
    }
  };
  const submit = (/** @type {Event} */ e) => {
    e.preventDefault();
    if (receipt.trim()) void look();
  };
  return html`<section class="stack"><form class="card stack" onSubmit=${submit}><h2>${t('complaint.look')}</h2>
      <${Field} label=${t('complaint.receipt')} hint=${t('complaint.receipt-hint')} class="mono-field" autocomplete="off" spellcheck=${false} maxlength="80" value=${receipt} onInput=${(/** @type {any} */ e) => setReceipt(e.target.value)} />
      <div><button class="primary">${t('complaint.show')}</button></div></form>
    ${error && html`<${Trouble} error=${error} />`}${view && html`<${Standing} key=${view.id} view=${view} receipt=${receipt} reload=${look} />`}</section>`;
}

/** @param {{view: any, receipt: string, reload: () => Promise<void>}} props */
function Standing({ view, receipt, reload }) {
  const rules = useRulesOf(view.scheme);
  const act = (/** @type {string} */ name, /** @type {any} */ said) => once([receipt, name, said], (key) => change('POST', `public/receipt/${name}`, { receipt, said: { ...said, key } })).then(reload);
  const note = () => askReason({ title: t('case.note-add'), action: t('case.note-do'), label: t('notice.text-note'), missing: t('idea.comment-missing'), run: (text) => act('note', { text }) });
  const leave = () => askReason({ title: t('case.withdraw'), text: t('case.withdraw-text'), action: t('case.withdraw'), run: (why) => act('withdraw', { why }) });
  return whenLoaded(rules, (r) => html`<section class="card" role="status"><div class="row spread"><h2>${named(r, view.scheme)}</h2><${Phase} phase=${view.phase} /></div>
      <${Stages} view=${view} rules=${r} />${view.due && html`<p>${t('complaint.due')}: ${date(view.due)} (<${Due} due=${view.due} />)</p>`}
      ${view.notes?.map((/** @type {any} */ n, /** @type {number} */ i) => html`<p key=${i}>${typeof n.text === 'string' ? n.text : n.text?.text ?? ''} <small>${n.at ? date(n.at) : ''}</small></p>`)}
      <div class="row"><button type="button" onClick=${note}>${t('case.note-add')}</button>${['open', 'returned', 'waiting'].includes(view.phase) && html`<button type="button" class="quiet" onClick=${leave}>${t('case.withdraw')}</button>`}</div></section>
    ${view.turn?.form && html`<section class="card turn"><h2>${t('case.turn')}</h2><${FirstForm} form=${find(r.forms, view.turn.form)} known=${view.forms.find((/** @type {any} */ f) => f.form === view.turn.form)?.values} send=${(/** @type {any} */ said) => act('fill', { form: view.turn.form, values: said.values, seal: true })} /></section>`}
    <${Decisions} view=${view} rules=${r} /><${Forms} view=${view} rules=${r} isPublic=${true} />`);
}
