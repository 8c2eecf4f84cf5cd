// SPDX-License-Identifier: GPL-3.0-or-later
// Where a case stands, what was handed in, and what was decided.
import { date, dateTime } from '../../lib/format.js';
import { Sealed } from '../../lib/evidence.js';
import { valueWords } from '../../lib/fields.js';
import { useData } from '../../lib/hooks.js';
import { html } from '../../lib/html.js';
import { language, t, tMaybe } from '../../lib/i18n.js';
import { whenLoaded } from '../../lib/page.js';
import { Tool } from '../../lib/tool.js';
import { Exact, find, moneyName, named, Phase, Reasons, stageName } from '../../lib/programme.js';
import { outcomeWords } from './history.js';

/** The stages in their order, the one it is at marked. @param {{view: any, rules: any}} props */
export function Stages({ view, rules }) {
  const at = rules.stages.findIndex((/** @type {any} */ s) => s.id === view.stage);
  const passed = new Set((view.decisions ?? []).filter((/** @type {any} */ d) => d.outcome === 'pass').map((/** @type {any} */ d) => d.stage));
  const isOver = at < 0 && view.phase === 'passed';
  return html`<ol class="steps stages" aria-label=${t('case.stages')}>${rules.stages.map((/** @type {any} */ s, /** @type {number} */ i) => {
    const isNow = i === at, isBehind = !isNow && (isOver || passed.has(s.id) || i < at);
    const isLeftOut = isBehind && s.when && !passed.has(s.id) && !view.forms.some((/** @type {any} */ f) => f.stage === s.id), isDone = isBehind && !isLeftOut;
    return html`<li key=${s.id} class=${isNow ? 'is-now' : isDone ? 'is-done' : ''} aria-current=${isNow ? 'step' : undefined}>
      <span class="step-mark" aria-hidden="true">${isDone ? '✓' : isLeftOut ? '–' : i + 1}</span><span>${named(s)}${isBehind && html`<span class="hidden"> ${t(isDone ? 'case.stage-done' : 'case.stage-left')}</span>`}</span></li>`;
  })}</ol>`;
}

/** @param {{view: any, rules: any, isPublic?: boolean}} props isPublic: whose reader may fetch nothing of the case */
export function Forms({ view, rules, isPublic }) {
  const sealed = view.forms.filter((/** @type {any} */ f) => f.final);
  if (!sealed.length) return null;
  return html`${sealed.map((/** @type {any} */ f, /** @type {number} */ i) => {
    const form = find(rules.forms, f.form);
    const signs = (view.signs ?? []).filter((/** @type {any} */ s) => s.role && sealed.findLast((/** @type {any} */ x) => x.stage === s.stage && x.at < s.at) === f);
    return html`<section class="card" key=${i}><div class="row spread"><h2>${named(form, f.form)}</h2><small>${stageName(rules, f.stage)} · ${dateTime(f.at)}</small></div>
      <${FormValues} form=${form} values=${f.values} id=${isPublic ? undefined : view.id} />
      ${signs.map((/** @type {any} */ s, /** @type {number} */ n) => html`<p key=${n} class="soft">✓ ${t('case.signed', { role: named(find(rules.roles, s.role), s.role), time: dateTime(s.at) })}${s.why ? `: ${s.why}` : ''}</p>`)}</section>`;
  })}`;
}

/** @param {{form: any, values: any, id?: string}} props */
export function FormValues({ form, values, id }) {
  const fields = (form?.fields ?? []).filter((/** @type {any} */ f) => values[f.id] !== undefined);
  if (!fields.length) return html`<p class="soft">${t('case.nothing-shown')}</p>`;
  const drawn = id ? fields.filter((/** @type {any} */ f) => f.type === 'chart') : [];
  return html`<dl class="facts form-values">${fields.filter((/** @type {any} */ f) => !drawn.includes(f)).map((/** @type {any} */ f) => html`<dt>${named(f)}</dt><dd>${valueWords(f, values[f.id], id)}</dd>`)}</dl>
    ${drawn.map((/** @type {any} */ f) => html`<${Tool} key=${f.id} path=${`cases/${id}/drawings/${form.id}/${f.id}`} name=${named(f)} otherwise=${valueWords(f, values[f.id], id)} />`)}`;
}

/** @param {any} rules @param {string} id */
export const bandName = (rules, id) => named(find(rules.bands, id), id);

/** @param {{view: any, rules: any}} props */
export function Decisions({ view, rules }) {
  const all = view.decisions ?? [];
  if (!all.length) return null;
  return html`<section class="card" aria-labelledby="decisions"><h2 id="decisions">${t('case.decisions')}</h2><ul class="plain">${[...all].reverse().map((/** @type {any} */ d, /** @type {number} */ i) => html`<li key=${i}>
    <div class="row"><b>${stageName(rules, d.stage)}</b> <span>${outcomeWords(d.outcome)}</span>${d.band && html`<span class="phase ok">${bandName(rules, d.band)}</span>`}
      ${d.place && html`<span>${t('case.place', { n: d.place, of: d.of ?? '' })}</span>`}<small>${dateTime(d.at)}</small></div>
    ${d.results && html`<div class="row">${Object.entries(d.results).map(([k, v]) => html`<span class="pair" key=${k}><small>${named(find(rules.tallies, k), k)}</small> <${Exact} of=${typeof v === 'object' && v ? /** @type {any} */ (v).value ?? /** @type {any} */ (v).number : v} /></span>`)}</div>`}
    <${Reasons} decision=${d} />
    ${d.why && html`<p>${d.why}</p>`}</li>`)}</ul></section>`;
}

/** What the holder of a title can take along. @param {{of: {id: string, signed: boolean}}} props */
function Papers({ of }) {
  if (!of.signed) return html`<small>${t('title.unsigned')}</small>`;
  const at = `/credentials/${of.id}`;
  return html`<a class="button" href=${`${at}.pdf?lang=${language()}`} download>${t('title.certificate')}</a>
    <a class="button" href=${`${at}.zip`} download>${t('title.bundle')}</a> <a href=${`/verify?id=${of.id}`}>${t('title.verify')}</a>`;
}

/** Titles, money and what was objected, where the viewer may know. @param {{view: any, rules: any}} props */
export function Follows({ view, rules }) {
  const scoring = Object.entries(view.scoring ?? {});
  return html`${scoring.length > 0 && html`<section class="card"><h2>${t('case.scoring')}</h2><dl class="facts">${scoring.map(([stage, s]) => html`<dt>${stageName(rules, stage)}</dt><dd>${t('case.sheets', { n: /** @type {any} */ (s).done, of: /** @type {any} */ (s).assigned })}</dd>`)}</dl></section>`}
    ${view.titles?.length > 0 && html`<section class="card"><h2>${t('case.titles')}</h2><ul class="plain">${view.titles.map((/** @type {any} */ x, /** @type {number} */ i) => html`<li key=${i} class="row"><b>${named(find(rules.titles, x.title), x.title)}</b><${Phase} phase=${x.state} />${x.given && html`<span>${date(x.given)}</span>`}${x.valid_to && html`<small>${t('title.until', { date: date(x.valid_to) })}</small>`}${x.credential && html`<${Papers} of=${x.credential} />`}</li>`)}</ul></section>`}
    ${view.money?.length > 0 && html`<section class="card"><h2>${t('money')}</h2><ul class="plain">${view.money.map((/** @type {any} */ m, /** @type {number} */ i) => html`<li key=${i} class="row"><span>${tMaybe(`money.${m.kind}`, m.kind)}</span><b><${Exact} of=${m.amount} /> ${(m.currency ?? '').toUpperCase()}</b><small>${moneyName(rules, m)} · ${m.at ? date(m.at) : ''}</small></li>`)}</ul></section>`}
    ${view.objections?.length > 0 && html`<section class="card"><h2>${t('case.objections')}</h2><ul class="plain">${view.objections.map((/** @type {any} */ o, /** @type {number} */ i) => html`<li key=${i}><p>${typeof o.text === 'string' ? o.text : o.text?.text ?? t('case.nothing-shown')}</p><small>${o.at ? dateTime(o.at) : ''}</small>
      ${o.why && html`<p>${o.upheld ? t('objection.upheld') : t('objection.refused')}: ${o.why}</p>`}</li>`)}</ul></section>`}`;
}

/** What was claimed and computed, sealed with the case. @param {{view: any, rules: any}} props */
export function EvidenceOf({ view, rules }) {
  const loaded = useData(view.evidence?.length ? `cases/${view.id}/evidence` : null, { n: view.evidence?.length });
  if (!view.evidence?.length) return null;
  const name = (/** @type {string} */ field) => named(rules.forms.flatMap((/** @type {any} */ f) => f.fields).find((/** @type {any} */ f) => f.id === field), field);
  return html`<section class="card" aria-labelledby="evidence"><h2 id="evidence">${t('case.evidence')}</h2>${whenLoaded(loaded, ({ evidence }) => html`<ul class="plain">
    ${[...evidence].reverse().map((/** @type {any} */ e) => html`<${Sealed} key=${e.record} id=${view.id} one=${e} name=${name(e.evidence?.claim.field ?? '')} />`)}</ul>`)}</section>`;
}
