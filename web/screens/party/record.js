// SPDX-License-Identifier: GPL-3.0-or-later
// All that is kept of a person, firm or team: what it is, its titles and cases, consent; handed out as a file, or
// forgotten for good.
import { change, getBytes, inWords } from '../../lib/api.js';
import { askReason, Buttons, showDialog, tell, tellProblem } from '../../lib/dialog.js';
import { date } from '../../lib/format.js';
import { Field } from '../../lib/form.js';
import { useData } from '../../lib/hooks.js';
import { html, useState } from '../../lib/html.js';
import { t, tMaybe } from '../../lib/i18n.js';
import { find, named, newest, PageEnd, Phase, stageName, usePages, useRules } from '../../lib/programme.js';
import { Answers } from './answers.js';
import { Appointment, Relation, Ties } from './ties.js';

const known = new Set(['id', 'kind', 'relations', 'appointments', 'consents', 'merged', 'into', 'is_erased', 'has_badge']);

/** @param {{party: any, isDesk: boolean, reload: () => Promise<void>, gone: () => void}} props */
export function Record({ party: p, isDesk, reload, gone }) {
  const schemes = newest(useData('schemes').data?.schemes ?? []);
  const facts = Object.entries(p).filter(([k, v]) => !known.has(k) && typeof v !== 'object');
  const save = () => saveExport(p).catch(tellProblem);
  const answer = async () => {
    if (await showDialog(t('party.answers'), (close) => html`<${Answers} party=${p} schemes=${schemes} close=${close} />`)) await reload();
  };
  const tie = async (/** @type {'relate' | 'appoint'} */ what, /** @type {any} */ old = null) => {
    const form = what === 'relate' ? Relation : Appointment;
    if (await showDialog(t(`party.${what}`), (close) => html`<${form} party=${p} schemes=${schemes} old=${old} close=${close} />`)) await reload();
  };
  const erase = async () => {
    const done = await showDialog(t('party.erase'), (close) => html`<${Erase} party=${p} close=${close} />`);
    if (done) gone();
  };
  return html`<div class="case-main"><div class="stack"><section class="card"><h2>${t('party.known')}</h2>
        ${p.is_erased ? html`<p class="notice">${t('party.is-erased')}</p>` : html`<dl class="facts">${facts.map(([k, v]) => html`<dt>${tMaybe(`party.${k}`, k)}</dt><dd>${typeof v === 'boolean' ? t(v ? 'yes' : 'no') : String(v)}</dd>`)}
          ${p.kind === 'person' && html`<dt>${t('party.badge')}</dt><dd>${t(p.has_badge ? 'party.has-badge' : 'party.no-badge')}</dd>`}</dl>`}
        <${Ties} party=${p} schemes=${schemes} change=${isDesk && !p.is_erased ? tie : null} />${isDesk && !p.is_erased && html`<div class="row"><button type="button" onClick=${() => tie('relate')}>${t('party.relate')}</button>${schemes.length > 0 && html`<button type="button" onClick=${() => tie('appoint')}>${t('party.appoint')}</button><button type="button" onClick=${answer}>${t('party.answers')}</button>`}${p.kind === 'person' && html`<button type="button" onClick=${() => giveBadge(p).then((is) => (is ? reload() : undefined))}>${t('party.give-badge')}</button>`}</div>`}</section>
      <${Titles} party=${p} schemes=${schemes} /><${Cases} party=${p} schemes=${schemes} /></div>
    <div class="stack">${p.kind === 'person' && !p.is_erased && html`<${Consents} party=${p} reload=${reload} />`}
      <section class="card"><h2>${t(p.kind === 'person' ? 'party.data' : 'party.all')}</h2><p>${t(p.kind === 'person' ? 'party.data-text' : 'party.data-open')}</p><div class="row"><button type="button" onClick=${save}>${t('party.export')}</button>${!p.is_erased && p.kind === 'person' && html`<button type="button" class="danger" onClick=${erase}>${t('party.erase')}</button>`}</div></section></div></div>`;
}

/** The server's own bytes, as a file. @param {any} p */
async function saveExport(p) {
  const url = URL.createObjectURL(new Blob([await getBytes(`parties/${p.id}/export`)], { type: 'application/json' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = `${p.id}.json`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10000);
}

/** @param {{party: any, schemes: any[]}} props */
function Titles({ party, schemes }) {
  const pages = usePages('titles', 'titles', { party: party.id, limit: 50 });
  if (!pages.rows.length) return null;
  return html`<section class="card"><h2>${t('case.titles')}</h2><ul class="plain">${pages.rows.map((x, i) => html`<li key=${i} class="row"><${TitleName} scheme=${x.scheme} title=${x.title} /><${Phase} phase=${x.state} /><span class="soft">${named(find(schemes, x.scheme), x.scheme)}</span>
      ${x.given && html`<small>${date(x.given)}</small>`}${x.until && html`<small>${t('title.until', { date: date(x.until) })}</small>`}</li>`)}</ul></section>`;
}

/** @param {{scheme: string, title: string}} props */
function TitleName({ scheme, title }) {
  const rules = useRules(scheme);
  return html`<b>${named(find(rules.data?.titles, title), title)}</b>`;
}

/** @param {{party: any, schemes: any[]}} props */
function Cases({ party, schemes }) {
  const pages = usePages('cases', 'cases', { party: party.id, limit: 50 });
  return html`<section class="card"><h2>${t('nav.cases')}</h2><ul class="plain">${pages.rows.map((c) => html`<li key=${c.id} class="row spread"><a href="/case/${c.id}">${c.title || named(find(schemes, c.scheme), c.scheme)}</a><span class="row"><${StageName} scheme=${c.scheme} stage=${c.stage} /><${Phase} phase=${c.phase} /></span></li>`)}</ul>
    <${PageEnd} pages=${pages} empty=${t('party.no-cases')} /></section>`;
}

/** @param {{scheme: string, stage: string}} props */
function StageName({ scheme, stage }) {
  const rules = useRules(scheme);
  return html`<small>${rules.data ? stageName(rules.data, stage) : ''}</small>`;
}

/** To be named in public: given or taken back at any time. @param {{party: any, reload: () => Promise<void>}} props */
function Consents({ party, reload }) {
  const now = party.consents?.find((/** @type {any} */ c) => c.to === 'publication');
  const say = (/** @type {boolean} */ is) => change('POST', `parties/${party.id}/${is ? 'consent' : 'dissent'}`, { to: 'publication' }).then(reload, tellProblem);
  const others = (party.consents ?? []).filter((/** @type {any} */ c) => c.to !== 'publication');
  return html`<section class="card"><h2>${t('party.consents')}</h2><p>${t('party.publication')}: <b>${t(now ? (now.given ? 'party.agreed' : 'party.refused') : 'party.silent')}</b></p>
    ${others.map((/** @type {any} */ c, /** @type {number} */ i) => html`<p key=${i}>${c.to}: <b>${t(c.given ? 'party.agreed' : 'party.refused')}</b></p>`)}
    <div class="row"><button type="button" disabled=${now?.given === true} onClick=${() => say(true)}>${t('party.agree')}</button><button type="button" disabled=${now?.given === false} onClick=${() => say(false)}>${t('party.refuse')}</button></div></section>`;
}

/** @param {any} p */
function giveBadge(p) {
  return askReason({ title: t('party.give-badge'), text: t('party.badge-text'), action: t('party.give-badge'), label: t('kiosk.code'), missing: t('party.badge-missing'), run: (badge) => change('PATCH', `parties/${p.id}`, { badge }) });
}

/** For good: so the word is typed, and a reason given. @param {{party: any, close: (done?: any) => void}} props */
function Erase({ party, close }) {
  const [why, setWhy] = useState(''), [word, setWord] = useState(''), [error, setError] = useState('');
  const submit = async (/** @type {Event} */ e) => {
    e.preventDefault();
    if (word.trim() !== party.name) return setError(t('party.erase-name', { name: party.name }));
    if (!why.trim()) return setError(t('reason.missing'));
    try {
      await change('DELETE', `parties/${party.id}`, undefined, { query: { why: why.trim() } });
      tell(t('party.erased'));
      close(true);
    } catch (problem) {
      setError(inWords(problem));
    }
  };
  return html`<form class="stack" novalidate onSubmit=${submit}><p>${t('party.erase-text')}</p>${error && html`<p class="error" role="alert">${error}</p>`}
    <${Field} label=${t('party.erase-label', { name: party.name })} autocomplete="off" value=${word} onInput=${(/** @type {any} */ e) => setWord(e.target.value)} />
    <${Field} label=${t('reason.label')} hint=${t('reason.hint')} lines=${2} value=${why} onInput=${(/** @type {any} */ e) => setWhy(e.target.value)} /><${Buttons} action=${t('party.erase')} close=${close} /></form>`;
}
