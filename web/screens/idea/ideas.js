// SPDX-License-Identifier: GPL-3.0-or-later
// A person's ideas: one short form for a new one, and what became of each: where it stands, who decides until
// when, what it brought. The same on one's own phone and at a kiosk.
import { change, once } from '../../lib/api.js';
import { askReason, tellProblem } from '../../lib/dialog.js';
import { date } from '../../lib/format.js';
import { useData } from '../../lib/hooks.js';
import { html, useState } from '../../lib/html.js';
import { t, tMaybe } from '../../lib/i18n.js';
import { Loading, whenLoaded } from '../../lib/page.js';
import { Due, Exact, find, named, newest, PageEnd, Phase, Reasons, SchemeChoice, stageName, usePages, useRules } from '../../lib/programme.js';
import { FormValues } from '../case/parts.js';
import { act, Turn } from '../case/turn.js';

/** @param {{party: any, isKiosk?: boolean}} props */
export function Ideas({ party, isKiosk }) {
  const schemes = useData('schemes');
  const open = newest(schemes.data?.schemes ?? []).filter((s) => s.case_of === 'idea' && s.is_open);
  const [chosen, setChosen] = useState('');
  const [begun, setBegun] = useState('');
  const scheme = chosen || open[0]?.id;
  const rules = useRules(scheme);
  const pages = usePages('cases', 'cases', { party: party.id, scheme, limit: 20 });
  if (!schemes.data) return html`<${Loading} />`;
  if (!open.length) return html`<p class="empty">${t('idea.no-scheme')}</p>`;
  const begin = async () => {
    try {
      const draft = pages.rows.find((c) => c.phase === 'open' && c.stage === rules.data?.stages[0].id);
      setBegun(draft?.id ?? (await once(['idea', scheme, party.id], (key) => change('POST', 'cases', { scheme, party: party.id, key }))).case);
    } catch (error) {
      tellProblem(error);
    }
  };
  if (begun) return html`<${NewIdea} id=${begun} isKiosk=${isKiosk} done=${async () => {
    setBegun('');
    await pages.reload();
  }} />`;
  return html`<div class="stack ideas">${open.length > 1 && html`<${SchemeChoice} schemes=${open} value=${scheme} onChange=${setChosen} />`}
    <button type="button" class="primary large" onClick=${begin}>${t('idea.new')}</button>
    <h2>${t('idea.mine')}</h2>${pages.rows.map((c) => html`<${Idea} key=${c.id} id=${c.id} isKiosk=${isKiosk} resume=${() => setBegun(c.id)} />`)}
    <${PageEnd} pages=${pages} empty=${t('idea.none')} /></div>`;
}

/** @param {{id: string, isKiosk?: boolean, done: () => Promise<void>}} props */
function NewIdea({ id, isKiosk, done }) {
  const loaded = useData(`cases/${id}`), rules = useRules(loaded.data?.scheme, loaded.data?.rev);
  return whenLoaded(loaded, (view) => whenLoaded(rules, (r) => {
    const isIn = view.stage !== r.stages[0].id;
    if (isIn) return html`<section class="card idea-thanks" role="status"><h2>${t('idea.thanks')}</h2><p>${t('idea.number', { n: id.slice(-6) })}</p>
      <${Where} view=${view} rules=${r} /><button type="button" class="primary large" onClick=${done}>${t('idea.back')}</button></section>`;
    return html`<div class="stack"><${Turn} view=${view} rules=${r} reload=${loaded.reload} isKiosk=${isKiosk} /><button type="button" class="quiet" onClick=${done}>${t('idea.later')}</button></div>`;
  }));
}

/** Where it stands, who decides, until when. @param {{view: any, rules: any}} props */
function Where({ view, rules }) {
  const stage = find(rules.stages, view.stage);
  const who = (stage?.who ?? []).map((/** @type {string} */ id) => named(find(rules.roles, id), id));
  const judges = stage?.assign ? [t('idea.judges')] : [];
  if (!stage) return null;
  return html`<dl class="facts"><dt>${t('idea.stands')}</dt><dd>${stageName(rules, view.stage)}</dd>
    ${[...who, ...judges].length > 0 && html`<dt>${t('idea.whose')}</dt><dd>${[...who, ...judges].join(', ')}</dd>`}${view.due && html`<dt>${t('idea.until')}</dt><dd>${date(view.due)} (<${Due} due=${view.due} />)</dd>`}</dl>`;
}

/** @param {{id: string, isKiosk?: boolean, resume: () => void}} props */
function Idea({ id, isKiosk, resume }) {
  const loaded = useData(`cases/${id}`), rules = useRules(loaded.data?.scheme, loaded.data?.rev);
  const [isOpen, setOpen] = useState(false);
  const say = () => askReason({ title: t('idea.comment'), action: t('case.note-do'), label: t('idea.comment'), missing: t('idea.comment-missing'), run: (text) => act(id, 'note', { text }) }).then((is) => (is ? loaded.reload() : undefined), tellProblem);
  if (!loaded.data || !rules.data) return loaded.error ? null : html`<section class="card"><${Loading} /></section>`;
  const view = loaded.data, r = rules.data, own = view.forms.find((/** @type {any} */ f) => f.stage === r.stages[0].id);
  const form = find(r.forms, own?.form), first = form?.fields.find((/** @type {any} */ f) => f.type === 'text');
  const title = own?.values[first?.id] ?? (view.title || t('idea.untitled'));
  const isDraft = view.stage === r.stages[0].id, effects = (view.evidence ?? []).flatMap((/** @type {any} */ e) => e.results ?? []);
  const last = (view.decisions ?? []).at(-1);
  return html`<article class="card idea"><div class="row spread"><h3>${title}</h3><${Phase} phase=${view.phase} /></div>
    <${Where} view=${view} rules=${r} />
    ${view.phase !== 'open' && html`<${Reasons} decision=${last} />`}
    ${view.titles?.length > 0 && html`<p>${view.titles.map((/** @type {any} */ x) => named(find(r.titles, x.title), x.title)).join(', ')}</p>`}
    ${effects.length > 0 && html`<p>${t('idea.effect')}: ${effects.map((/** @type {any} */ e) => `${e.path} ${e.effect ?? '–'}`).join('; ')}</p>`}
    ${view.money?.length > 0 && html`<ul class="plain">${view.money.map((/** @type {any} */ m, /** @type {number} */ i) => html`<li key=${i}>${tMaybe(`money.${m.kind}`, m.kind)} <b><${Exact} of=${m.amount} /> ${(m.currency ?? '').toUpperCase()}</b></li>`)}</ul>`}
    ${isOpen && html`<div class="stack">${view.forms.filter((/** @type {any} */ f) => f.final).map((/** @type {any} */ f, /** @type {number} */ i) => html`<div key=${i}><h4>${named(find(r.forms, f.form), f.form)}</h4><${FormValues} form=${find(r.forms, f.form)} values=${f.values} id=${isKiosk ? undefined : id} /></div>`)}
      ${view.notes?.length > 0 && html`<h4>${t('idea.comments')}</h4>${view.notes.map((/** @type {any} */ n, /** @type {number} */ i) => html`<p key=${i}>${typeof n.text === 'string' ? n.text : n.text?.text ?? ''} <small>${n.at ? date(n.at) : ''}</small></p>`)}`}</div>`}
    <div class="row">${isDraft && view.turn ? html`<button type="button" class="primary" onClick=${resume}>${t('idea.resume')}</button>` : html`<button type="button" aria-expanded=${isOpen ? 'true' : 'false'} onClick=${() => setOpen(!isOpen)}>${t('idea.more')}</button>`}
      ${view.phase !== 'withdrawn' && html`<button type="button" onClick=${say}>${t('idea.comment')}</button>`}</div></article>`;
}
