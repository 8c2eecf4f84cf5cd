// SPDX-License-Identifier: GPL-3.0-or-later
// The four states of a chart, and the steps between them: limits come into force only by a person's
// decision with a reason, and raise alarms only when somebody says so.
import { change } from '../../lib/api.js';
import { askReason, tell, tellProblem } from '../../lib/dialog.js';
import { dateTime, significant } from '../../lib/format.js';
import { useData } from '../../lib/hooks.js';
import { html } from '../../lib/html.js';
import { t } from '../../lib/i18n.js';
import { may, useMe } from '../../lib/shell.js';
import { stateOf } from '../chart.js';

const STATES = /** @type {const} */ (['analysis', 'proposed', 'in-force', 'alerting']);
const VERSIONS = 5;

/** @param {{answer: any, live: any, d: any, base: string, query: Record<string, any>, reload: () => Promise<any>}} props */
export function Limits({ answer, live, d, base, query, reload }) {
  const me = useMe(), versions = useData(`${base}/limits`);
  const state = stateOf(answer, live), canDecide = may(me, 'engineer');
  const again = () => Promise.all([reload(), versions.reload()]);
  const list = versions.data?.limits ?? [];
  const inForce = list.find((/** @type {any} */ v) => v.state === 'in force');
  return html`<section class="card"><h2>${t('limits')}</h2>
    <ol class="states">${STATES.map((s) => html`<li key=${s} aria-current=${s === state ? 'step' : undefined}>${t(`chartstate.${s}`)}</li>`)}</ol>
    <p class="hint">${t(`chartstate.${state}.text`)}</p>
    ${canDecide && html`<div class="row">
      <button type="button" class=${inForce ? '' : 'primary'} onClick=${() => freeze(d, query, again)}>${t(inForce ? 'limits.again' : 'limits.freeze')}</button>
      ${inForce && html`<button type="button" onClick=${() => alert(inForce, state !== 'alerting', again)}>${t(state === 'alerting' ? 'limits.quiet' : 'limits.alert')}</button>
        <button type="button" onClick=${() => retire(d, inForce, again)}>${t('limits.retire')}</button>`}
    </div>`}
    ${list.length > 0 && html`<ul class="plain versions">${list.slice(-VERSIONS).reverse().map((/** @type {any} */ v) => html`<li key=${`${v.id}${v.version}`}>
      <b>${t('limits.version', { n: v.version })}</b> ${t(/** @type {any} */ (`limits.state.${v.state}`))} · ${dateTime(v.since).slice(0, 16)} · ${v.by}
      <br /><span class="soft">${v.center !== null && v.center !== undefined ? html`CL ${significant(v.center, 6)}, σ ${significant(v.sigma, 4)}. ` : ''}${v.reason ?? ''}</span></li>`)}</ul>`}
  </section>`;
}

/** @param {any} d @param {Record<string, any>} query @param {() => Promise<any>} again */
function freeze(d, query, again) {
  const { limits, ...data } = query;
  return askReason({ title: t('limits.freeze'), text: t('limits.freeze.text'), action: t('limits.freeze.do'), run: async (why) => {
    const made = await change('POST', `characteristics/${d.number}/limits`, { why }, { query: { ...data, limits } });
    await again();
    tell(made.provisional ? t('limits.provisional', { n: made.version }) : t('limits.frozen', { n: made.version }));
  } });
}

/** @param {any} d @param {any} version @param {() => Promise<any>} again */
function retire(d, version, again) {
  return askReason({ title: t('limits.retire'), text: t('limits.retire.text'), action: t('limits.retire'), run: async (why) => {
    await change('POST', `characteristics/${d.number}/limits/retirement`, { chart: version.name, why });
    await again();
  } });
}

/** @param {any} version @param {boolean} on @param {() => Promise<any>} again */
async function alert(version, on, again) {
  try {
    await change('PUT', `chart-states/${version.id}`, { state: on ? 'alerting' : 'in-force' }, { headers: { 'If-Match': '*' } });
    await again();
    tell(t(on ? 'limits.alerting' : 'limits.silent'));
  } catch (error) {
    tellProblem(error);
  }
}
