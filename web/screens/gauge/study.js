// SPDX-License-Identifier: GPL-3.0-or-later
// A gauge study as it was computed: its verdict, its figures, its picture.
import { digits } from '../../lib/api.js';
import { count, date, dateTime, decimalsOf } from '../../lib/format.js';
import { Figure } from '../../lib/figure.js';
import { html } from '../../lib/html.js';
import { t } from '../../lib/i18n.js';
import { Sign } from '../../lib/sign.js';
import { ByFactor, Runs } from './picture.js';

const STATES = /** @type {const} */ ({ suitable: 'ok', conditional: 'check', unsuitable: 'stop' });
const sources = /** @type {const} */ (['total_grr', 'repeatability', 'reproducibility', 'operator', 'interaction', 'part', 'total']);

/** @param {any} study */
const stateOf = (study) => STATES[/** @type {'suitable'} */ (study.verdict)] ?? 'no-data';

/** The two figures that are asked for. @param {{study: any}} props */
export function Headline({ study }) {
  const r = study.result;
  return study.kind === 'type-1' ? html`<span>Cg <${Figure} of=${r} name="cg" decimals=${2} /> · Cgk <${Figure} of=${r} name="cgk" decimals=${2} /></span>`
    : html`<span>%GRR <${Figure} of=${r.percent_study} name="total_grr" decimals=${1} /> · ndc ${digits(r, 'ndc')}</span>`;
}

/** @param {{of: any}} props of: id, time, study */
export function StudyLine({ of }) {
  return html`<span class="row"><${Sign} state=${stateOf(of.study)} /><b>${t(/** @type {any} */ (`study.${of.study.kind}`))}</b><${Headline} study=${of.study} /><time class="soft" datetime=${of.time}>${date(of.time)}</time></span>`;
}

/** @param {{of: any}} props */
export function Study({ of }) {
  const { result: r, readings } = of;
  const rows = readings.map((/** @type {string[]} */ x) => ({ part: x.length > 1 ? x[0] : '', operator: x.length > 1 ? x[1] : '', text: x[x.length - 1], value: Number(x[x.length - 1]) }));
  const decimals = Math.max(0, ...rows.map((/** @type {any} */ x) => decimalsOf(x.text)));
  return html`<div class="study stack"><p class="row"><${Sign} state=${stateOf(of)} /><strong>${t(/** @type {any} */ (`study.verdict.${of.verdict ?? 'none'}`))}</strong><${Headline} study=${of} /></p>
    <p class="soft">${of.characteristic} · ${t('study.readings', { n: count(of.readings_count) })}${of.from ? ` · ${dateTime(of.from)} – ${dateTime(of.to)}` : ''} · ${of.file ? t('study.of-file', { name: of.file }) : t('study.of-commit', { n: of.commit })}${typeof of.tolerance === 'number' ? ` · T ${digits(of, 'tolerance')}` : ''}</p>
    ${of.kind === 'type-1' ? html`<${Runs} rows=${rows} reference=${Number(of.reference)} room=${of.tolerance / 10} decimals=${decimals} /><${Type1} r=${r} reference=${of.reference} />`
      : html`<p class="soft">${t('study.design', { parts: r.parts, operators: r.operators, trials: r.trials })}${r.interaction_pooled ? ` ${t('study.pooled')}` : ''}</p>
        <${Components} r=${r} /><div class="two"><${ByFactor} rows=${rows} by="part" decimals=${decimals} label=${t('study.by-part')} /><${ByFactor} rows=${rows} by="operator" decimals=${decimals} label=${t('study.by-operator')} /></div>`}</div>`;
}

/** @param {{r: any}} props */
function Components({ r }) {
  const hasTolerance = typeof r.percent_tolerance.total_grr === 'number';
  return html`<div class="table-box short" tabindex="0" role="region" aria-label=${t('study.components')}><table class="components"><caption>${t('study.components')}</caption><thead><tr><th scope="col">${t('study.source')}</th><th scope="col" class="number">${t('study.contribution')}</th>
    <th scope="col" class="number">${t('study.percent')}</th>${hasTolerance && html`<th scope="col" class="number">${t('study.tolerance')}</th>`}<th scope="col" class="bar wide"><span class="hidden">${t('study.percent')}</span></th></tr></thead>
    <tbody>${sources.filter((s) => typeof r.percent_study[s] === 'number').map((s) => html`<tr key=${s} class=${s === 'total_grr' || s === 'part' ? 'vital' : ''}><th scope="row">${t(`study.source.${s}`)}</th>
      <td class="number"><${Figure} of=${r.percent_contribution} name=${s} decimals=${2} /></td><td class="number"><${Figure} of=${r.percent_study} name=${s} decimals=${2} /></td>
      ${hasTolerance && html`<td class="number"><${Figure} of=${r.percent_tolerance} name=${s} decimals=${2} /></td>`}
      <td class="bar wide"><svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true"><rect width=${Math.min(100, r.percent_study[s])} height="10" /></svg></td></tr>`)}</tbody></table></div>`;
}

/** @param {{r: any, reference: string}} props */
function Type1({ r, reference }) {
  const figures = /** @type {const} */ ([['mean', 6], ['sd', 6], ['bias', 6], ['cg', 3], ['cgk', 3], ['percent_repeatability', 2], ['percent_with_bias', 2], ['p', 4]]);
  return html`<dl class="facts"><dt>${t('study.reference')}</dt><dd>${reference}</dd>${figures.map(([name, places]) => html`<dt key=${name}>${t(`study.figure.${name}`)}</dt><dd><${Figure} of=${r} name=${name} decimals=${places} /></dd>`)}</dl>`;
}
