// SPDX-License-Identifier: GPL-3.0-or-later
// A control plan from a spreadsheet: each row beside what is stored, what is wrong in which cell, then taken over.
import { change, digits, get } from '../lib/api.js';
import { Drop } from '../lib/drop.js';
import { Field } from '../lib/form.js';
import { count, duration } from '../lib/format.js';
import { useData } from '../lib/hooks.js';
import { html, useState } from '../lib/html.js';
import { t, tMaybe } from '../lib/i18n.js';
import { Title, Trouble } from '../lib/page.js';
import { calibration, standing } from './gauge/card.js';
import { StudyLine } from './gauge/study.js';

const states = /** @type {const} */ (['new', 'changed', 'same', 'wrong']);

export default function Plan() {
  const [plan, setPlan] = useState(/** @type {any} */ (null));
  const [done, setDone] = useState(/** @type {any} */ (null));
  const [under, setUnder] = useState('');
  const [error, setError] = useState(/** @type {unknown} */ (null));
  const [isBusy, setBusy] = useState(false);
  const run = async (/** @type {() => Promise<void>} */ what) => {
    setBusy(true);
    setError(null);
    try {
      await what();
    } catch (problem) {
      setError(problem);
    }
    setBusy(false);
  };
  const send = (/** @type {File} */ file) => run(async () => setPlan(await change('POST', 'control-plans', file, { query: { name: file.name, under }, headers: { 'Content-Type': 'application/octet-stream' } })));
  const look = (/** @type {string} */ text) => run(async () => {
    setUnder(text);
    setPlan(await get(`control-plans/${plan.id}`, { under: text }));
  });
  const take = () => run(async () => {
    setDone(await change('POST', `control-plans/${plan.id}/commit`, undefined, { query: { under } }));
    setPlan(null);
  });
  return html`<${Title} title=${t('nav.plan')} under=${plan ? plan.name : t('cplan.under')} actions=${plan && html`<button type="button" onClick=${() => setPlan(null)}>${t('first.another')}</button>`} />
    ${error && html`<${Trouble} error=${error} />`}
    ${done && html`<section class="card" role="status"><h2>${t('cplan.done')}</h2><p>${t('cplan.done-text', { n: done.new, changed: done.changed, samplings: done.samplings })}</p><p><a class="button" href="/characteristics">${t('nav.editor')}</a></p></section>`}
    ${!plan && !done && html`<${Drop} send=${send} isBusy=${isBusy} words=${t('cplan.kinds')} accept=".xlsx,.csv,.tsv,.txt" />`}
    ${plan && html`<div class="stack">
      <section class="card stack"><p>${states.filter((s) => plan[s]).map((s) => html`<span key=${s} class="plan-count ${s}">${t(`cplan.${s}`)}: <b>${count(plan[s])}</b></span>`)}</p>
        <p class="soft">${t('cplan.columns')} ${plan.columns.filter((/** @type {any} */ c) => c.role).map((/** @type {any} */ c) => `${c.name} → ${tMaybe(`cplan.column.${c.role}`, c.role)}`).join(' · ')}</p>
        ${plan.columns.some((/** @type {any} */ c) => !c.role && c.name) && html`<p class="soft">${t('cplan.unknown-columns')} ${plan.columns.filter((/** @type {any} */ c) => !c.role && c.name).map((/** @type {any} */ c) => c.name).join(' · ')}</p>`}
        <${Field} label=${t('first.under-path')} hint=${t('first.under-path-hint')} value=${under} onChange=${(/** @type {any} */ e) => look(e.target.value.trim())} /></section>
      <${Rows} rows=${plan.rows} />
      <div class="first-import"><button type="button" class="primary" disabled=${isBusy || !(plan.new + plan.changed + plan.same)} onClick=${take}>${t('cplan.take', { n: count(plan.new + plan.changed + plan.same) })}</button>
        ${plan.wrong > 0 && html`<span class="soft">${t('first.without', { n: plan.wrong })}</span>`}</div></div>`}`;
}

/** The gauge of a row: not known, how it stands, what its last study came to. @param {{id: string, gauges: any, studies: any}} props */
function GaugeOf({ id, gauges, studies }) {
  const gauge = gauges?.items.find((/** @type {any} */ g) => g.id === id), study = studies?.studies.findLast((/** @type {any} */ s) => s.study.gauge === id);
  if (!gauges || !gauge) return html`${id}${gauges && html`<br /><small>${t('cplan.gauge-unknown')}</small>`}`;
  return html`<a href="/gauges/${id}">${id}</a><br /><small>${calibration(gauge.document, Date.now()) !== 'ok' && html`<span class="worse">${standing(gauge.document)}</span> `}${study ? html`<${StudyLine} of=${study} />` : t('cplan.gauge-unstudied')}</small>`;
}

/** @param {{rows: any[]}} props */
function Rows({ rows }) {
  const gauges = useData('gauges').data, studies = useData('gauge-studies').data;
  const wrong = rows.filter((r) => r.state === 'wrong'), shown = [...wrong, ...rows.filter((r) => r.state !== 'wrong')].slice(0, 500);
  return html`<div class="table-box" tabindex="0" role="region" aria-label=${t('nav.plan')}><table><thead><tr><th scope="col" class="number">${t('cplan.row')}</th><th scope="col">${t('state')}</th><th scope="col">${t('characteristic')}</th><th scope="col">${t('station.unit')}</th>
    <th scope="col" class="number">${t('station.nominal')}</th><th scope="col" class="number">${t('station.lower')}</th><th scope="col" class="number">${t('station.upper')}</th><th scope="col" class="number">n</th><th scope="col">${t('editor.every_s')}</th><th scope="col">${t('scan.gauge')}</th></tr></thead>
    <tbody>${shown.map((r) => html`<tr key=${r.row} class="plan-${r.state}"><td class="number">${r.row}</td><td><b>${t(/** @type {any} */ (`cplan.${r.state}`))}</b></td>
      <td>${r.path}${r.faults.map((/** @type {any} */ f) => html`<p class="error" key=${f.column}>${t('cplan.fault', { column: tMaybe(`cplan.column.${f.column}`, f.column), found: f.found || '–', expected: f.expected })}</p>`)}</td><td>${r.unit ?? ''}</td>
      <td class="number">${digits(r, 'nominal')}</td><td class="number">${digits(r, 'lower')}</td><td class="number">${digits(r, 'upper')}</td><td class="number">${r.subgroup_size || ''}</td><td>${r.every_s ? duration(r.every_s * 1000) : ''}</td><td>${r.gauge && html`<${GaugeOf} id=${r.gauge} gauges=${gauges} studies=${studies} />`}</td></tr>`)}</tbody></table></div>`;
}
