// SPDX-License-Identifier: GPL-3.0-or-later
// How judges agree at a scored stage: for the desk and auditors, once all sheets are final.
import { inWords } from '../../lib/api.js';
import { Field } from '../../lib/form.js';
import { significant } from '../../lib/format.js';
import { useData } from '../../lib/hooks.js';
import { html, useState } from '../../lib/html.js';
import { t, tMaybe, tWhy } from '../../lib/i18n.js';
import { Loading } from '../../lib/page.js';
import { named } from '../../lib/programme.js';

const order = ['sheets', 'parts', 'icc1', 'icc1k', 'icc2', 'icc2k', 'kendall_w', 'mean', 'share_case', 'share_judge', 'share_rest', 'var_case', 'var_judge', 'var_rest', 'pairs', 'unordered', 'downweighted', 'halo', 'order_effect', 'own_region_effect'];
const columns = ['sheets', 'severity', 'se', 'misfit'];

/** Judges in the order in which they are counted, the same on all screens of a stage. @param {any[]} panel @returns {string[]} */
export function judgeNames(panel) {
  return [...new Set(panel.flatMap((c) => (c.sheets ?? []).map((/** @type {any} */ x) => x.judge)))];
}

/** @param {{round: string, rules: any, turn: string}} props */
export function Judges({ round, rules, turn }) {
  const scored = rules.stages.filter((/** @type {any} */ s) => s.assign && s.rubric && s.tally);
  const [stage, setStage] = useState(scored[0]?.id ?? '');
  if (!scored.length) return null;
  return html`<section class="card" aria-labelledby="judges"><div class="row spread"><h2 id="judges">${t('judges')}</h2><a class="button" href="/panel/${round}/${stage}">${t('nav.panel')}</a></div>
    ${scored.length > 1 && html`<${Field} label=${t('case.stage')} value=${stage} options=${scored.map((/** @type {any} */ s) => [s.id, named(s)])} onChange=${(/** @type {any} */ e) => setStage(e.target.value)} />`}
    <${Figures} key=${`${stage}${turn}`} round=${round} stage=${stage} /></section>`;
}

/** @param {{round: string, stage: string}} props */
function Figures({ round, stage }) {
  const loaded = useData(`rounds/${round}/statistics`, { stage });
  if (loaded.error) return html`<p class="soft">${inWords(loaded.error)}</p>`;
  if (!loaded.data) return html`<${Loading} />`;
  const { judges = [], cases, panel, why = {}, ...rest } = loaded.data;
  const figures = Object.entries(rest).filter(([, v]) => v !== null && !Array.isArray(v)).sort(([a], [b]) => (order.indexOf(a) + 1 || 99) - (order.indexOf(b) + 1 || 99));
  const names = judgeNames(panel ?? []);
  return html`<dl class="facts figures">${cases && html`<dt>${t('nav.cases')}</dt><dd>${Object.keys(cases).length}</dd>`}
      ${figures.map(([k, v]) => html`<dt>${tMaybe(`figure.${k}`, k)}</dt><dd>${typeof v === 'object' ? html`<${Estimate} of=${v} />` : html`<${Number6} of=${v} />`}</dd>`)}
      ${Object.entries(why).map(([k, v]) => html`<dt>${tMaybe(`figure.${k}`, k)}</dt><dd>– <span class="soft">${tWhy(v)}</span></dd>`)}</dl>
    ${judges.length > 0 && html`<div class="table-box short" tabindex="0" role="region" aria-label=${t('judges')}><table><thead><tr><th scope="col">${t('judge')}</th>${columns.map((c) => html`<th scope="col" class="number" key=${c}>${t(/** @type {any} */ (`figure.${c}`))}</th>`)}</tr></thead>
      <tbody>${judges.map((/** @type {any} */ j) => html`<tr key=${j.judge}><th scope="row"><a href="/parties/${j.judge}">${t('panel.judge', { n: names.indexOf(j.judge) + 1 })}</a></th>${columns.map((c) => html`<td class="number" key=${c}><${Number6} of=${j[c]} /></td>`)}</tr>`)}</tbody></table></div>`}`;
}

/** An estimate, where it may lie, and p; or why there is none. @param {{of: any}} props */
function Estimate({ of: { value, effect, low, high, p, why } }) {
  const middle = value ?? effect;
  if (middle === undefined) return html`– <span class="soft">${tWhy(/** @type {string} */ (Object.values(why ?? {})[0]))}</span>`;
  return html`<${Number6} of=${middle} />${low !== undefined && html` <small>(<${Number6} of=${low} /> … <${Number6} of=${high} />)</small>`}${p !== undefined && html` <small>p <${Number6} of=${p} /></small>`}`;
}

/** Figures come as text or number; the whole one is in the title. @param {{of: any}} props */
function Number6({ of }) {
  if (of === null || of === undefined || of === '') return '–';
  if (typeof of === 'boolean') return t(of ? 'yes' : 'no');
  const n = Number(of);
  return Number.isNaN(n) ? String(of) : html`<span class="number" title=${String(of)}>${Number.isInteger(n) ? String(of) : significant(n, 4)}</span>`;
}
