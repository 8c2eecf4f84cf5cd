// SPDX-License-Identifier: GPL-3.0-or-later
// The round desk: how many cases stand where, what the desk may do next, what is due and who was reminded, the draw,
// and how judges agree.
import { change, inWords } from '../lib/api.js';
import { Buttons, showDialog, tell } from '../lib/dialog.js';
import { date } from '../lib/format.js';
import { Field } from '../lib/form.js';
import { useData } from '../lib/hooks.js';
import { html, useState } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { Title, whenLoaded } from '../lib/page.js';
import { named, Phase, useRules } from '../lib/programme.js';
import { may, useMe } from '../lib/shell.js';
import { Deadlines } from './round/deadlines.js';
import { Funnel } from './round/funnel.js';
import { Judges } from './round/judges.js';

/** @param {{id: string}} props */
export default function Round({ id }) {
  const me = useMe();
  const loaded = useData(`rounds/${encodeURIComponent(id)}`);
  const round = loaded.data, scheme = round?.scheme_id ?? null;
  const rules = useRules(scheme, round?.rev);
  const isDesk = may(me, 'close') && may(me, 'audit');
  const funnel = useData(may(me, 'audit') && round ? 'funnel' : null, { round: round?.id });
  const reload = async () => {
    await Promise.all([loaded.reload(), funnel.reload()]);
  };
  return whenLoaded(loaded, (r) => whenLoaded(rules, (s) => html`<${Title} title=${r.title || r.name} under=${`${named(s, scheme)} · ${r.rev}`}
      actions=${html`<a class="button" href="/cases?scheme=${encodeURIComponent(scheme)}&round=${r.id}">${t('nav.cases')}</a>${r.decided && html`<a class="button" href="/api/v1/public/rounds/${r.id}/export" download>${t('round.export')}</a>`}`} />
    <div class="row case-head"><${Phase} phase=${r.phase} />${r.opens && html`<span>${t('round.opens')} ${date(r.opens)}</span>`}${r.closes && html`<span>${t('round.closes')} ${date(r.closes)}</span>`}</div>
    <div class="case-main"><div class="stack">${funnel.data ? html`<${Funnel} rules=${s} counts=${funnel.data.stages} round=${r.id} scheme=${scheme} />` : html`<section class="card"><p class="soft">${t('round.counts-who')}</p></section>`}
        ${may(me, 'audit') && html`<${Judges} round=${r.id} rules=${s} turn=${JSON.stringify(r.decided ?? '') + JSON.stringify(funnel.data?.stages ?? '')} />`}</div>
      <div class="stack">${isDesk && html`<${Desk} round=${r} rules=${s} counts=${funnel.data?.stages ?? []} reload=${reload} />`}${funnel.data && html`<${Deadlines} round=${r.id} rules=${s} counts=${funnel.data.stages} />`}<${Draw} round=${r} /></div></div>`));
}

/** What the desk may do. Every step says first what will happen. @param {{round: any, rules: any, counts: any[], reload: () => Promise<void>}} props */
function Desk({ round, rules, counts, reload }) {
  const at = (/** @type {string} */ stage, /** @type {string} */ state) => counts.find((c) => c.stage === stage && c.state === state)?.count ?? 0;
  const take = async (/** @type {string} */ step, /** @type {string} */ title, /** @type {string} */ text, /** @type {any} */ body) => {
    if (await showDialog(title, (close) => html`<${Step} text=${text} step=${step} round=${round.id} body=${body} action=${title} close=${close} />`)) {
      tell(t('round.done'));
      await reload();
    }
  };
  const scored = rules.stages.filter((/** @type {any} */ s) => s.assign), ranked = rules.stages.filter((/** @type {any} */ s) => s.gate);
  return html`<section class="card" aria-labelledby="desk"><h2 id="desk">${t('round.desk')}</h2><div class="stack">${round.closed && round.seed && !scored.some((/** @type {any} */ s) => at(s.id, 'open') > 0) && !ranked.some((/** @type {any} */ s) => at(s.id, 'waiting') > 0) && html`<p class="soft">${t('round.nothing')}</p>`}
    ${scored.filter((/** @type {any} */ s) => at(s.id, 'open') > 0).map((/** @type {any} */ s) => html`<div class="row spread" key=${`a${s.id}`}><span>${named(s)}<small class="bound">${t('round.at', { n: at(s.id, 'open') })}</small></span>
      <button type="button" onClick=${() => take('assign', t('round.assign'), t('round.assign-text', { stage: named(s) }), { stage: s.id })}>${t('round.assign')}</button></div>`)}
    ${ranked.filter((/** @type {any} */ s) => at(s.id, 'waiting') > 0).map((/** @type {any} */ s) => html`<div class="row spread" key=${`d${s.id}`}><span>${named(s)}<small class="bound">${t('round.wait', { n: at(s.id, 'waiting') })}</small></span>
      <button type="button" class="primary" onClick=${() => take('decide', t('round.decide'), t('round.decide-text', { stage: named(s), n: at(s.id, 'waiting') }), { stage: s.id })}>${t('round.decide')}</button></div>`)}
    ${!round.seed && html`<div class="row spread"><span>${t('round.draw')}</span><button type="button" onClick=${() => take('seed', t('round.seed'), t('round.seed-text'), { public: '' })}>${t('round.seed')}</button></div>`}
    ${!round.closed && html`<div class="row spread"><span>${t('round.call')}</span><button type="button" onClick=${() => take('close', t('round.close'), t('round.close-text'), {})}>${t('round.close')}</button></div>`}
  </div></section>`;
}

/** Does a step, or says which rule bites. A decision against the advice's band needs a reason for each case.
 * @param {{text: string, step: string, round: string, body: any, action: string, close: (done?: any) => void}} props */
function Step({ text, step, round, body, action, close }) {
  const [value, setValue] = useState('');
  const [why, setWhy] = useState(/** @type {Record<string, string>} */ ({}));
  const [error, setError] = useState(/** @type {any} */ (null));
  const [isBusy, setBusy] = useState(false);
  const against = step === 'decide' && /advice/.test(error?.message ?? '') ? [...new Set(String(error.message + error.hint).match(/[0-9a-f]{32}/g) ?? [])] : [];
  const submit = async (/** @type {Event} */ e) => {
    e.preventDefault();
    if (step === 'seed' && !value.trim()) {
      setError(new Error(t('round.seed-missing')));
      return;
    }
    setBusy(true);
    try {
      await change('POST', `rounds/${round}/${step}`, { ...body, ...(step === 'seed' && { public: value.trim() }), ...(Object.keys(why).length && { against: why }) });
      close(true);
    } catch (problem) {
      setError(problem);
      setBusy(false);
    }
  };
  return html`<form class="stack" novalidate onSubmit=${submit}><p>${text}</p>
    ${error && html`<div class="trouble" role="alert"><p>${inWords(error)}</p>${error.hint && html`<p class="hint">${error.hint}</p>`}</div>`}
    ${step === 'seed' && html`<${Field} label=${t('round.public')} hint=${t('round.public-hint')} value=${value} onInput=${(/** @type {any} */ e) => setValue(e.target.value)} />`}
    ${against.map((c) => html`<${Field} key=${c} label=${t('round.against', { n: c.slice(-6) })} lines=${2} value=${why[c] ?? ''} onInput=${(/** @type {any} */ e) => setWhy({ ...why, [c]: e.target.value })} />`)}
    <${Buttons} action=${action} isBusy=${isBusy} close=${close} /></form>`;
}

/** The draw: what was committed to before, what became known after. @param {{round: any}} props */
function Draw({ round }) {
  if (!round.commitment) return null;
  const row = (/** @type {any} */ key) => round[key] && html`<dt>${t(/** @type {any} */ (`draw.${key}`))}</dt><dd class="mono digest">${round[key]}</dd>`;
  return html`<section class="card"><h2>${t('round.draw')}</h2><dl class="facts">${row('commitment')}${row('public')}${row('secret')}${row('seed')}</dl>${!round.seed && html`<p class="hint">${t('draw.later')}</p>`}</section>`;
}

