// SPDX-License-Identifier: GPL-3.0-or-later
// What a characteristic is, how often it is measured, and every version of its limits.
import { change, digits, Problem } from '../lib/api.js';
import { tell, tellProblem } from '../lib/dialog.js';
import { Figure } from '../lib/figure.js';
import { Check, Field } from '../lib/form.js';
import { dateTime } from '../lib/format.js';
import { useData } from '../lib/hooks.js';
import { html, useState } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { Title, whenLoaded } from '../lib/page.js';
import { may, useMe } from '../lib/shell.js';

const texts = /** @type {const} */ (['name', 'part_number', 'part_name', 'unit']), numbers = /** @type {const} */ (['nominal', 'target', 'lower', 'upper']);

/** @param {{id: string}} props */
export default function Definition({ id }) {
  const me = useMe();
  const definition = useData(`characteristics/${id}`), limits = useData(`characteristics/${id}/limits`);
  return whenLoaded(definition, (d) => html`<${Title} title=${d.path.split('/').pop()} under=${d.path} actions=${html`<a class="button" href="/chart/${d.number}">${t('editor.chart')}</a>`} />
    <${DefinitionForm} key=${d.path} d=${d} isMine=${may(me, 'engineer')} reload=${definition.reload} />
    ${may(me, 'engineer') && html`<${Sampling} path=${d.path} number=${d.number} />`}
    <section class="card stack"><h2>${t('editor.history')}</h2>${whenLoaded(limits, ({ limits: versions }) => versions.length ? html`<${History} versions=${versions} />` : html`<p class="soft">${t('editor.no-limits')}</p>`)}</section>`);
}

/** @param {{d: any, isMine: boolean, reload: () => Promise<void>}} props */
function DefinitionForm({ d, isMine, reload }) {
  const given = (/** @type {string} */ key) => (d[key] === null || d[key] === undefined ? '' : digits(d, key));
  const before = Object.fromEntries([...texts, ...numbers, 'subgroup_size'].map((k) => [k, k === 'subgroup_size' && !d[k] ? '' : given(k)]));
  const [form, setForm] = useState(/** @type {Record<string, any>} */ ({ ...before, lower_is_natural: d.lower_is_natural, upper_is_natural: d.upper_is_natural }));
  const [error, setError] = useState(/** @type {Problem | null} */ (null));
  const set = (/** @type {any} */ more) => setForm({ ...form, ...more });
  /** Only what has changed goes to the server, numbers with the digits that were typed. */
  const changed = () => {
    /** @type {Record<string, any>} */
    const out = {};
    for (const key of texts) if (form[key] !== before[key]) out[key] = form[key];
    for (const key of numbers) if (form[key] !== before[key]) out[key] = form[key].trim() === '' ? null : form[key].trim().replace(',', '.');
    if (form.subgroup_size !== before.subgroup_size) out.subgroup_size = Number(form.subgroup_size) || 0;
    for (const key of ['lower_is_natural', 'upper_is_natural']) if (form[key] !== d[key]) out[key] = form[key];
    return out;
  };
  const submit = async (/** @type {Event} */ e) => {
    e.preventDefault();
    setError(null);
    try {
      await change('PATCH', `characteristics/${d.number}`, changed(), { of: d });
      await reload();
      tell(t('setup.saved'));
    } catch (problem) {
      if (problem instanceof Problem) setError(problem);
      else tellProblem(problem);
    }
  };
  const field = (/** @type {string} */ key, /** @type {any} */ more = {}) => html`<${Field} key=${key} label=${t(/** @type {any} */ (`editor.${key}`))} value=${form[key]} disabled=${!isMine} error=${error?.of(key)} ...${more} onInput=${(/** @type {any} */ e) => set({ [key]: e.target.value })} />`;
  return html`<form class="card stack" novalidate onSubmit=${submit}><h2>${t('editor.definition')}</h2>
    ${error && !error.errors.length && html`<div class="trouble" role="alert"><p>${error.words}</p></div>`}
    <div class="two small-fields">${texts.map((k) => field(k))}${field('subgroup_size', { inputmode: 'numeric' })}</div>
    <div class="two small-fields">${numbers.map((k) => field(k, { inputmode: 'decimal' }))}</div>
    <div class="row"><${Check} label=${t('editor.lower_is_natural')} checked=${form.lower_is_natural} disabled=${!isMine} onChange=${(/** @type {boolean} */ on) => set({ lower_is_natural: on })} />
      <${Check} label=${t('editor.upper_is_natural')} checked=${form.upper_is_natural} disabled=${!isMine} onChange=${(/** @type {boolean} */ on) => set({ upper_is_natural: on })} /></div>
    ${isMine && html`<div class="buttons"><button class="primary" disabled=${!Object.keys(changed()).length}>${t('setup.save')}</button></div>`}</form>`;
}

/** How often it is due. @param {{path: string, number: number}} props */
function Sampling({ path, number }) {
  const all = useData('samplings');
  const item = all.data?.items.find((/** @type {any} */ s) => s.document.characteristic === path);
  const [minutes, setMinutes] = useState(/** @type {Record<string, string>} */ ({}));
  const value = (/** @type {string} */ key) => minutes[key] ?? (item?.document[key] ? String(item.document[key] / 60) : '');
  const submit = async (/** @type {Event} */ e) => {
    e.preventDefault();
    const document_ = { ...(item?.document ?? { characteristic: path }) };
    for (const key of ['every_s', 'grace_s', 'alarm_after_s']) {
      const n = Number(value(key).replace(',', '.'));
      if (n > 0) document_[key] = Math.round(n * 60);
      else delete document_[key];
    }
    try {
      await change('PUT', `samplings/${item?.id ?? `plan-${number}`}`, document_, { headers: item ? { 'If-Match': `"${item.version}"` } : { 'If-None-Match': '*' } });
      await all.reload();
      setMinutes({});
      tell(t('setup.saved'));
    } catch (problem) {
      tellProblem(problem);
    }
  };
  const field = (/** @type {'every_s' | 'grace_s' | 'alarm_after_s'} */ key) => html`<${Field} label=${t(`editor.${key}`)} hint=${t('editor.minutes')} inputmode="decimal" value=${value(key)} onInput=${(/** @type {any} */ e) => setMinutes({ ...minutes, [key]: e.target.value })} />`;
  return html`<form class="card stack" novalidate onSubmit=${submit}><h2>${t('editor.sampling')}</h2><div class="two small-fields">${field('every_s')}${field('grace_s')}${field('alarm_after_s')}</div>
    ${item?.document.gauge && html`<p class="soft">${t('scan.gauge')}: ${item.document.gauge}${item.document.method ? ` · ${item.document.method}` : ''}${item.document.reaction ? ` · ${item.document.reaction}` : ''}</p>`}
    <div class="buttons"><button class="primary" disabled=${!Object.keys(minutes).length}>${t('setup.save')}</button></div></form>`;
}

/** @param {{versions: any[]}} props */
function History({ versions }) {
  return html`<div class="table-box short" tabindex="0" role="region" aria-label=${t('editor.history')}><table><thead><tr><th scope="col">${t('editor.version')}</th><th scope="col">${t('state')}</th><th scope="col">${t('editor.type')}</th>
    <th scope="col" class="number">${t('editor.center')}</th><th scope="col" class="number">σ</th><th scope="col">${t('editor.since')}</th><th scope="col">${t('editor.by')}</th><th scope="col">${t('reason.label')}</th></tr></thead>
    <tbody>${versions.map((v) => html`<tr key=${v.name + v.version}><td>${v.name} · ${v.version}</td><td>${t(/** @type {any} */ (`limits-state.${v.state}`))}</td><td>${v.chart}</td><td class="number"><${Figure} of=${v} name="center" n=${7} /></td><td class="number"><${Figure} of=${v} name="sigma" n=${4} /></td>
      <td><time>${dateTime(v.since)}</time></td><td>${v.by}</td><td>${v.reason ?? ''}</td></tr>`)}</tbody></table></div>`;
}
