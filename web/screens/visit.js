// SPDX-License-Identifier: GPL-3.0-or-later
// A visit on site: check-list, photos and gauge readings on a tablet that may be without a connection for hours.
// What is said is kept here and sent later; what several people saw becomes one set, and where they differ both
// are shown until somebody settles it.
import { change, inWords, once, Problem } from '../lib/api.js';
import { tell } from '../lib/dialog.js';
import { clock } from '../lib/format.js';
import { useData } from '../lib/hooks.js';
import { html, useEffect, useState } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { Title, whenLoaded } from '../lib/page.js';
import { Due, find, named, useRules } from '../lib/programme.js';
import { newKey } from '../lib/local.js';
import { said, useOutbox } from '../lib/outbox.js';
import { keepPage } from '../lib/shelf.js';
import { criteria } from './review/sheet.js';
import { Checks, Differences, Fields, Photos, Readings } from './visit/parts.js';
import { merged } from './visit/set.js';

/** @typedef {{id: string, item: string, kind: 'value' | 'add' | 'note', value: any, at?: string, settles?: string[], mine?: boolean, hand?: number, late?: boolean, isHere?: boolean}} Entry */

/** @param {{id: string}} props */
export default function Visit({ id }) {
  const loaded = useData(`cases/${id}`), view = loaded.data;
  const rules = useRules(view?.scheme, view?.rev);
  useEffect(() => {
    if (view && rules.data) void keepPage();
  }, [Boolean(view && rules.data)]);
  return html`<main class="visit" id="main">${whenLoaded(loaded, (v) => whenLoaded(rules, (r) => {
    const stage = find(r.stages, v.judged ?? v.stage);
    if (!stage?.form || !v.turn && !v.seen?.[stage.id]) return html`<${Title} title=${t('nav.visit')} /><p class="notice">${t('visit.not-yours')} <a href="/case/${id}">${t('case')}</a></p>`;
    return html`<${Site} key=${id} view=${v} rules=${r} stage=${stage} reload=${loaded.reload} />`;
  }))}</main>`;
}

/** A photo goes first; its place in the set is told once the server has it. False: the server takes no photo now, it
 * stays here. @param {string} id @param {string} form @param {import('../lib/outbox.js').Said} one @returns {Promise<boolean>} */
async function bring(id, form, one) {
  const { blob } = one.said;
  if (!blob) return true;
  try {
    await send(id, form, one);
  } catch (error) {
    if (!(error instanceof Problem) || ![404, 405, 422, 507].includes(error.status)) throw error;
    return false;
  }
  return true;
}

/** @param {string} id @param {string} form @param {import('../lib/outbox.js').Said} one */
async function send(id, form, one) {
  const { blob, name, item } = one.said;
  const file = await change('POST', `cases/${id}/files`, blob, { query: { form, field: item, name }, headers: { 'Content-Type': 'application/octet-stream' } });
  one.said = { ...one.said, blob: null, entry: { ...one.said.entry, value: file } };
  await said.write('put', one);
}

/** @param {{view: any, rules: any, stage: any, reload: () => Promise<void>}} props */
function Site({ view, rules, stage, reload }) {
  const form = find(rules.forms, stage.form);
  const [here, setHere] = useState(/** @type {Entry[]} */ ([])); // kept on this device, not yet told
  const [wrong, setWrong] = useState('');
  const box = useOutbox(`visit/${view.id}`, async (list) => {
    const sent = [];
    for (const one of list) if (await bring(view.id, form?.id ?? '', one)) sent.push(one);
    if (sent.length) await change('POST', `cases/${view.id}/acts/observe`, { stage: stage.id, entries: sent.map((s) => s.said.entry) });
    if (sent.length) await reload();
    return sent;
  });
  useEffect(() => {
    void box.own().then((all) => setHere(all.map((s) => ({ ...s.said.entry, mine: true, isHere: true }))));
  }, [box, box.state.waiting, view]);
  const set = merged(view.seen?.[stage.id]?.entries ?? [], here);
  const say = (/** @type {string} */ item, /** @type {any} */ value, /** @type {Partial<Entry> & {blob?: Blob, name?: string}} */ { blob, name, ...more } = {}) => {
    const entry = /** @type {Entry} */ ({ id: newKey(), item, kind: 'value', value, at: new Date().toISOString(), ...more });
    return box.say({ entry, item, ...(blob && { blob, name }) }).catch((error) => setWrong(inWords(error)));
  };
  const isClosed = view.stage !== stage.id || view.forms.some((/** @type {any} */ f) => f.form === stage.form && f.stage === stage.id && f.final);
  const handIn = async () => {
    try {
      const values = Object.fromEntries((form?.fields ?? []).map((/** @type {any} */ f) => [f.id, set.valueOf(f)]).filter((/** @type {any} */ pair) => pair[1] !== undefined));
      await once([view.id, stage.form, values], (key) => change('POST', `cases/${view.id}/acts/fill`, { form: stage.form, values, seal: true, key }));
      setWrong('');
      tell(t('case.form-sealed'));
      await reload();
    } catch (error) {
      setWrong(inWords(error));
    }
  };
  const rubric = find(rules.rubrics, view.rubric), leaves = rubric ? criteria(/** @type {any} */ (rubric)).map((l) => ({ key: l.key, name: named(l.node) })) : [];
  const files = (form?.fields ?? []).filter((/** @type {any} */ f) => ['file', 'photo'].includes(f.type)), fields = (form?.fields ?? []).filter((/** @type {any} */ f) => !files.includes(f));
  return html`<${Title} title=${view.title || view.name || t('nav.visit')} under=${html`${named(rules, view.scheme)} · ${named(stage)}`} actions=${html`<a class="button" href="/case/${view.id}">${t('case')}</a>`} />
    <${State} box=${box} due=${view.due} />
    ${wrong && html`<div class="trouble" role="alert"><p>${wrong}</p></div>`}
    ${isClosed && html`<p class="notice">${t('visit.closed')}</p>`}
    <${Differences} set=${set} form=${form} leaves=${leaves} say=${say} />
    <${Fields} title=${named(form)} fields=${fields} set=${set} say=${say} isClosed=${isClosed} />
    ${leaves.length > 0 && html`<${Checks} leaves=${leaves} set=${set} say=${say} />`}
    <${Readings} set=${set} say=${say} />
    ${files.map((/** @type {any} */ f) => html`<${Photos} key=${f.id} field=${f} set=${set} say=${say} id=${view.id} />`)}
    ${!isClosed && html`<section class="card stack"><p>${t(set.differ.length ? 'visit.settle-first' : box.state.waiting ? 'visit.send-first' : 'visit.ready')}</p>
      <div class="row"><button type="button" class="primary" disabled=${set.differ.length > 0 || box.state.waiting > 0 || box.state.isAway} onClick=${handIn}>${t('visit.hand-in')}</button>${view.turn?.scores && html`<a class="button" href="/review/${view.id}">${t('case.to-sheet')}</a>`}</div></section>`}`;
}

/** @param {{box: import('../lib/outbox.js').Outbox, due?: string}} props */
function State({ box, due }) {
  const { state } = box;
  return html`<div class="exam-bar"><span role="status" class=${state.isAway ? 'worse' : 'soft'}>${state.isAway ? t('exam.away', { time: clock(new Date(state.awaySince).toISOString()), n: state.waiting }) : state.waiting ? t('exam.sending', { n: state.waiting }) : t('visit.sent')}${state.trouble && ` ${state.trouble}`}</span>${due && html`<${Due} due=${due} />`}</div>
    ${state.refused.map((r) => html`<p class="notice" role="alert" key=${r.key}>${t('visit.refused', { item: r.said.item })} ${r.refused} <button type="button" class="quiet" onClick=${() => box.drop(r.key)}>${t('close')}</button></p>`)}`;
}
