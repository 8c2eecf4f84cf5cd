// SPDX-License-Identifier: GPL-3.0-or-later
// A claim of improvement: which characteristic, what is said to have changed, from which days to which. What it
// comes to is computed by the server from the stored measurements, not typed.
import { ComputeClaim } from './evidence.js';
import { Check, Field } from './form.js';
import { useData } from './hooks.js';
import { html, useRef } from './html.js';
import { t } from './i18n.js';

const kinds = ['mean', 'sd', 'cpk', 'ppk', 'nonconforming', 'count', 'grr'];
const ofOnePeriod = new Set(['cpk', 'ppk', 'grr']);
let lists = 0;

/** A characteristic by its path, from those that are stored. @param {{value: string | undefined, onChange: (path: string | undefined) => void} & Record<string, any>} props */
export function CharacteristicField({ value, onChange, ...more }) {
  const id = useRef('');
  id.current ||= `paths-${++lists}`;
  const { data } = useData('characteristics', { limit: 1000 });
  return html`<div><${Field} ...${more} list=${id.current} autocomplete="off" value=${value ?? ''} onInput=${(/** @type {any} */ e) => onChange(e.target.value || undefined)} />
    <datalist id=${id.current}>${(data?.characteristics ?? []).map((/** @type {any} */ c) => html`<option key=${c.number} value=${c.path}></option>`)}</datalist></div>`;
}

/** The start of a day here, or of the next one, as the server reads times: it counts up to the end of a period, people
 * name its last day. @param {string} day @param {boolean} isLast */
function timeOf(day, isLast) {
  const d = day ? new Date(`${day}T00:00:00`) : null;
  if (isLast) d?.setDate(d.getDate() + 1);
  return d?.toISOString();
}

/** @param {string | undefined} time @param {boolean} isLast */
function dayOf(time, isLast) {
  const d = time ? new Date(Date.parse(time) - Number(isLast)) : null;
  return d && !Number.isNaN(d.getTime()) ? `${d.getFullYear()}-${String(d.getMonth() + 1).padStart(2, '0')}-${String(d.getDate()).padStart(2, '0')}` : '';
}

/** Two periods that are compared, or one that is held against a bar. @param {any} claim @param {boolean} isSingle */
function ofPeriods(claim, isSingle) {
  const { before, after, period, better, ...more } = claim; // of one index or share it is known which is better
  const rest = better && !isSingle && !ofOnePeriod.has(claim.claim) ? { ...more, better } : more;
  return isSingle ? { ...rest, period: period ?? after ?? {} } : { ...rest, ...(before && { before }), ...((after ?? period) && { after: after ?? period }) };
}

/** @param {{id: string, label: string, hint: string, value: any, place?: import('./files.js').FilePlace, error?: string | null, onChange: (claim: any) => void}} props */
export function ClaimField({ id, label, hint, value, place, error, onChange }) {
  const claim = value && typeof value === 'object' ? value : { field: id, claim: 'mean' };
  const isSingle = Boolean(claim.period);
  const put = (/** @type {any} */ more) => onChange({ ...claim, field: id, ...more });
  const choose = (/** @type {string} */ kind) => onChange({ ...ofPeriods({ ...claim, claim: kind }, kind === 'grr' || (isSingle && ofOnePeriod.has(kind))), field: id });
  const day = (/** @type {'before' | 'after' | 'period'} */ period, /** @type {'from' | 'to'} */ end) => html`<${Field} label=${t(/** @type {any} */ (`claim.${period}-${end}`))} type="date" value=${dayOf(claim[period]?.[end], end === 'to')}
    onChange=${(/** @type {any} */ e) => put({ [period]: { ...claim[period], [end]: timeOf(e.target.value, end === 'to') } })} />`;
  return html`<fieldset class="field-set"><legend>${label}</legend>${hint && html`<p class="hint">${hint}</p>`}
    <div class="form-grid"><${CharacteristicField} label=${t('characteristic')} value=${claim.characteristics?.[0]} error=${error} onChange=${(/** @type {any} */ path) => put({ characteristics: path ? [path] : undefined })} />
      <${Field} label=${t('claim.kind')} value=${claim.claim} options=${kinds.map((k) => [k, t(/** @type {any} */ (`claim.${k}`))])} onChange=${(/** @type {any} */ e) => choose(e.target.value)} />
      ${ofOnePeriod.has(claim.claim) && claim.claim !== 'grr' && html`<${Check} label=${t('claim.single')} checked=${isSingle} onChange=${(/** @type {boolean} */ on) => onChange({ ...ofPeriods(claim, on), field: id })} />`}
      ${isSingle ? html`${day('period', 'from')}${day('period', 'to')}` : html`${day('before', 'from')}${day('before', 'to')}${day('after', 'from')}${day('after', 'to')}`}
      ${!isSingle && !ofOnePeriod.has(claim.claim) && html`<${Field} label=${t('claim.better')} value=${claim.better ?? ''} options=${[['', t('claim.better-claimed')], ['lower', t('evidence.lower')], ['higher', t('evidence.higher')]]} onChange=${(/** @type {any} */ e) => put({ better: e.target.value || undefined })} />`}
      <${Field} label=${t(isSingle ? 'claim.bar' : 'claim.value')} inputmode="decimal" value=${claim.value ?? ''} onInput=${(/** @type {any} */ e) => put({ value: e.target.value.trim().replace(',', '.') || undefined })} /></div>
    <p class="hint">${t('claim.hint')}</p>${place && html`<${ComputeClaim} key=${JSON.stringify(claim)} id=${place.id} claim=${{ ...claim, field: id }} onSealed=${place.reload} />`}</fieldset>`;
}
