// SPDX-License-Identifier: GPL-3.0-or-later
// Evidence as people read it: what was claimed beside what was computed, its interval and p, by which method and
// why, and what weakens it. The texts of sealed evidence are never translated; here are their words.
import { change, get, inWords } from './api.js';
import { tellProblem } from './dialog.js';
import { date, dateTime, significant } from './format.js';
import { html, useEffect, useState } from './html.js';
import { t, tWhy } from './i18n.js';

/** @param {any} claim */
function periods(claim) {
  const one = (/** @type {any} */ p) => `${date(p.from)} – ${date(p.to)}`;
  return claim.period ? one(claim.period) : `${one(claim.before)} → ${one(claim.after)}`;
}

/** What a period was like. Parts of a gauge study differ by intent: their order says nothing. @param {any} s @param {boolean} isStudy */
function sideWords(s, isStudy) {
  const short = (/** @type {string} */ x) => significant(Number(x), 6);
  return [`n ${s.n}`, s.mean && `x̄ ${short(s.mean)} · s ${short(s.sd)}`, s.rate && short(s.rate), !isStudy && t(/** @type {any} */ (`stability.${s.stability.replace(' ', '-')}`)),
    !isStudy && s.autocorrelation && `r₁ ${short(s.autocorrelation)}`].filter(Boolean).join(' · ');
}

/** Zero is what is left of a p that binary64 cannot hold. @param {string} p */
const pWords = (p) => (p === '0' ? '< 1e−300' : p);

/** One characteristic of it. @param {{claim: any, r: any}} props */
function Result({ claim, r }) {
  const sides = /** @type {[string, any][]} */ (claim.period ? [['evidence.period', r.period]] : [['evidence.before', r.before], ['evidence.after', r.after]]);
  const goal = claim.value ?? t(claim.better === 'lower' ? 'evidence.lower' : 'evidence.higher');
  return html`<div class="evidence-result"><p><b>${r.path}</b>${r.unit && html` <span class="unit">${r.unit}</span>`} · ${t(/** @type {any} */ (`claim.${claim.claim}`))} · <small>${periods(claim)}</small></p>
    <dl class="facts"><dt>${t('evidence.claimed')}</dt><dd class="number">${goal}</dd>
      <dt>${t('evidence.computed')}</dt><dd><b class="number">${r.effect ?? '–'}</b> ${r.low && html`<span class="number">[${r.low}, ${r.high}]</span> <small>${Number(claim.confidence) * 100} %</small>`} ${r.why?.effect && html`<span>${tWhy(r.why.effect)}</span>`}</dd>
      ${r.p && html`<dt>p</dt><dd class="number">${pWords(r.p_holm ?? r.p)}</dd>`}
      ${r.gauge && html`<dt>${t('evidence.study')}</dt><dd>${t('evidence.study-of', { parts: r.gauge.parts, operators: r.gauge.operators, trials: r.gauge.trials })} · ndc ${r.gauge.ndc ?? '–'}</dd>`}
      <dt>${t('evidence.method')}</dt><dd>${r.test}: ${tWhy(r.test_why)}</dd>
      ${sides.map(([word, s]) => html`<dt>${t(/** @type {any} */ (word))}</dt><dd>${sideWords(s, Boolean(r.gauge))}</dd>`)}
      ${r.saving?.value && html`<dt>${t('evidence.saving')}</dt><dd class="number">${r.saving.value} ${r.saving.currency}${r.saving.low && ` [${r.saving.low}, ${r.saving.high}]`}</dd>`}</dl>
    ${r.doubts?.length > 0 && html`<ul class="doubts">${r.doubts.map((/** @type {string} */ d) => html`<li key=${d}>${tWhy(d)}</li>`)}</ul>`}</div>`;
}

/** A gauge study has no interval: what is not shown lies above its bar. @param {any} evidence */
function outcomeWords({ claim, outcome }) {
  if (claim.claim === 'grr' && outcome === 'not shown') return t('outcome-of.above');
  return t(/** @type {any} */ (`outcome-of.${outcome.replace(' ', '-')}`));
}

/** @param {{evidence: any}} props */
export function EvidenceText({ evidence }) {
  return html`<p class="outcome ${evidence.outcome === 'shown' ? 'ok' : ''}"><b>${outcomeWords(evidence)}</b></p>
    ${evidence.results.map((/** @type {any} */ r, /** @type {number} */ i) => html`<${Result} key=${i} claim=${evidence.claim} r=${r} />`)}`;
}

/** A picture the server drew, shown as one: nothing in it runs. @param {{svg: string, words: string}} props */
function Drawn({ svg, words }) {
  const [where, setWhere] = useState('');
  useEffect(() => {
    const url = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }));
    setWhere(url);
    return () => URL.revokeObjectURL(url);
  }, [svg]);
  return where ? html`<${Picture} where=${where} words=${words} />` : null;
}

/** On a phone it keeps a size that can be read, and is moved about. @param {{where: string, words: string}} props */
function Picture({ where, words }) {
  return html`<div class="evidence-picture" tabindex="0" role="region" aria-label=${words}><img class="evidence-chart" src=${where} alt=${words} /></div>`;
}

/** What a claim comes to, before it is sealed. @param {{id: string, claim: any, onSealed?: () => Promise<void>}} props */
export function ComputeClaim({ id, claim, onSealed }) {
  const [made, setMade] = useState(/** @type {any} */ (null));
  const [trouble, setTrouble] = useState('');
  const [isBusy, setBusy] = useState(false);
  const isWhole = claim.characteristics?.length && (claim.period ? claim.period.from && claim.period.to : claim.before?.from && claim.before?.to && claim.after?.from && claim.after?.to);
  const ask = async (/** @type {boolean} */ isSealing) => {
    setBusy(true);
    try {
      setMade(await change('POST', `cases/${id}/evidence`, claim, { query: { seal: isSealing || null } }));
      setTrouble('');
      if (isSealing) await onSealed?.();
    } catch (error) {
      setTrouble(inWords(error));
    }
    setBusy(false);
  };
  return html`<div class="stack"><div class="row"><button type="button" disabled=${isBusy || !isWhole} onClick=${() => ask(false)}>${t('evidence.compute')}</button>
      ${made && !made.record && html`<button type="button" disabled=${isBusy} onClick=${() => ask(true)}>${t('evidence.seal')}</button>`}</div>
    ${trouble && html`<p class="error" role="alert">${trouble}</p>`}
    ${made && html`<div class="card" role="status">${made.record && html`<p>${t('evidence.sealed', { n: made.record })}</p>`}<${EvidenceText} evidence=${made.evidence} /><${Drawn} svg=${made.chart} words=${t('evidence.chart')} /></div>`}</div>`;
}

/** @param {any} check */
function verdict(check) {
  if (check.erased) return t('evidence.erased');
  if (!check.same) return t('evidence.not-same', { what: check.differs ?? '' });
  return t(check.data_same ? 'evidence.same' : 'evidence.changed', { n: Object.values(check.counts).reduce((a, b) => Number(a) + Number(b), 0) });
}

/** One that was sealed. @param {{id: string, one: any, name: string}} props */
export function Sealed({ id, one, name }) {
  const [check, setCheck] = useState(/** @type {any} */ (null));
  const [isOpen, setOpen] = useState(false);
  const verify = () => get(`cases/${id}/evidence/${one.record}`).then(setCheck, tellProblem);
  if (!one.evidence) return html`<li>${t('evidence.erased')}</li>`;
  return html`<li class="stack"><h3>${name}</h3><${EvidenceText} evidence=${one.evidence} />
    <p><small>${t('evidence.by', { who: one.by, time: dateTime(one.time), n: one.record })}</small></p>
    <div class="row"><button type="button" aria-expanded=${isOpen} onClick=${() => setOpen(!isOpen)}>${t('evidence.chart')}</button><button type="button" onClick=${verify}>${t('evidence.verify')}</button></div>
    ${isOpen && html`<${Picture} where=${`/api/v1/cases/${id}/evidence/${one.record}/chart`} words=${t('evidence.chart')} />`}
    ${check && html`<div role="status"><p><b>${verdict(check)}</b></p>${check.changes.length > 0 && html`<ul>${check.changes.slice(0, 20).map((/** @type {any} */ x, /** @type {number} */ i) => html`<li key=${i}>${x.path}: ${t(/** @type {any} */ (`change.${x.kind}`))}${x.time && ` · ${dateTime(x.time)}`}${x.serial && ` · ${x.serial}`} · ${x.was || '–'} → ${x.is || '–'}${x.by && ` · ${x.by}`}${x.reason && `: ${x.reason}`}</li>`)}</ul>`}</div>`}</li>`;
}
