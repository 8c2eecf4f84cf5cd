// SPDX-License-Identifier: GPL-3.0-or-later
// A form from what a scheme says of its fields. Numbers stay the text that was typed: the server reads them
// exactly.
import { ChartField, chartWords } from './chart_field.js';
import { CharacteristicField, ClaimField } from './claim.js';
import { FileField, FileValue } from './files.js';
import { Check, Field } from './form.js';
import { html } from './html.js';
import { t } from './i18n.js';
import { PartyField } from './party_field.js';
import { textOf } from './picture.js';
import { grouped, named } from './programme.js';

/** @typedef {import('./programme.js').Item} FieldOf */

const decimal = new Set(['num', 'money', 'percent']);
const records = new Set(['point']), parties = new Set(['person', 'firm', 'team']);

/** What a field holds, as words; `id`: of the case its files are of. @param {FieldOf} f @param {any} v @param {string} [id] @returns {any} */
export function valueWords(f, v, id) {
  if (v === null || v === undefined || v === '') return html`<span class="soft">–</span>`;
  if (v.na === true) return t('field.na');
  if (f.type === 'rows' && Array.isArray(v)) return html`<ul class="values">${v.map((row, i) => html`<li key=${i}>${f.rows.filter((/** @type {FieldOf} */ r) => row[r.id] !== undefined).map((/** @type {FieldOf} */ r) => html`<span class="pair"><small>${named(r)}</small> ${valueWords(r, row[r.id], id)}</span> `)}</li>`)}</ul>`;
  if (Array.isArray(v)) return v.length ? html`<ul class=${f.type === 'photo' ? 'files' : 'values'}>${v.map((one, i) => html`<li key=${i}>${valueWords({ ...f, list: false }, one, id)}</li>`)}</ul>` : '–';
  if (typeof v === 'boolean') return t(v ? 'yes' : 'no');
  if (f.type === 'enum' || f.type === 'set') return named(f.choices?.find((/** @type {FieldOf} */ c) => c.id === v), v);
  if (f.type === 'period') return `${v.from} – ${v.to ?? ''}`;
  if (f.type === 'badge' && typeof v === 'object') return badgeWords(v);
  if (f.type === 'file' || f.type === 'photo') return html`<${FileValue} of=${typeof v === 'object' ? v : { name: String(v) }} id=${id} />`;
  if (f.type === 'chart' && chartWords(v)) return chartWords(v);
  if (typeof v === 'object') return html`<span class="values">${Object.entries(v).map(([k, x]) => html`<span class="pair" key=${k}><small>${k}</small> ${typeof x === 'object' ? JSON.stringify(x) : String(x)}</span> `)}</span>`;
  if (f.type === 'money') return html`<span class="said" title=${String(v)}>${grouped(String(v))} <span class="unit">${(f.unit ?? '').toUpperCase()}</span></span>`;
  return html`<span class="said">${String(v)}${f.unit && f.type === 'num' ? html` <span class="unit">${f.unit}</span>` : ''}</span>`;
}

/** What was found of a badge; of one that was not sent yet, its file. @param {any} v */
function badgeWords(v) {
  if (!v.verdict) return v.name;
  return html`<span class="values"><strong>${v.achievement}</strong> <span>${v.issuer_name ?? ''} <small class="mono">${v.issuer}</small></span>
    <span>${t(/** @type {any} */ (`verify.${v.verdict}`))}${v.reason === 'fine' ? '' : html`: ${t(/** @type {any} */ (`verify.reason.${v.reason}`))}`}</span>
    <small class="mono">${v.name} ${v.sha256.slice(0, 12)}</small></span>`;
}

/** A badge, and what else was chosen beside it: documents of its issuer. @param {File[]} files */
async function badgeOf(files) {
  const texts = await Promise.all(files.map(async (file) => ({ name: file.name, text: textOf(new Uint8Array(await file.arrayBuffer())) ?? '' })));
  const isDocument = (/** @type {string} */ text) => {
    const said = record(text); // a proof within a badge names a verificationMethod, too
    return Boolean(said?.verificationMethod) || [said?.type].flat().includes('BitstringStatusListCredential');
  };
  const badge = texts.find((x) => !isDocument(x.text)) ?? texts[0];
  return { name: badge.name, credential: badge.text, documents: texts.filter((x) => x !== badge).map((x) => x.text) };
}

/** Which field a refusal is about: its words begin with the field's id. @param {string} words @param {FieldOf[]} fields */
export function fieldNamed(words, fields) {
  const first = /^([\w-]+)/.exec(words)?.[1];
  return fields.find((f) => f.id === first)?.id;
}

/** Text of several lines that is JSON or not yet. @param {string} text */
function record(text) {
  try {
    return text.trim() ? JSON.parse(text) : undefined;
  } catch {
    return text;
  }
}

/** One field; `place`: the case its files are brought to. @param {{field: FieldOf, value: any, error?: string | null, place?: import('./files.js').FilePlace, onChange: (v: any) => void}} props */
export function SchemeField({ field: f, value, error, place, onChange }) {
  const label = f.needed ? `${named(f)} *` : named(f);
  const hint = [f.note, f.unit && ['num', 'money'].includes(f.type) ? f.unit : '', f.assumed ? t('scheme.assumed') : '',
    f.when ? t('field.when', { when: f.when }) : '', f.most && f.type === 'text' ? t('field.most', { n: f.most }) : ''].filter(Boolean).join(' · ');
  const more = { label, hint, error, required: f.needed || undefined };
  const typed = (/** @type {any} */ e) => onChange(e.target.value === '' ? undefined : e.target.value);
  if (f.type === 'rows') return html`<${Rows} field=${f} value=${value} error=${error} place=${place} onChange=${onChange} />`;
  if (f.type === 'file' || f.type === 'photo') return html`<${FileField} field=${f} value=${value} more=${more} place=${place} onChange=${onChange} />`;
  if (f.type === 'badge') return html`<${Badges} field=${f} value=${value} more=${more} onChange=${onChange} />`;
  if (f.type === 'set') return html`<${Choices} field=${f} value=${value ?? []} label=${label} error=${error} onChange=${onChange} />`;
  if (f.list) return html`<${List} field=${f} value=${value ?? []} label=${label} error=${error} onChange=${onChange} />`;
  if (f.type === 'period') return html`<fieldset class="field-set"><legend>${label}</legend><div class="row">
    <${Field} label=${t('field.from')} type="date" value=${value?.from ?? ''} error=${error} onChange=${(/** @type {any} */ e) => onChange({ ...value, from: e.target.value })} />
    <${Field} label=${t('field.to')} type="date" value=${value?.to ?? ''} onChange=${(/** @type {any} */ e) => onChange({ ...value, to: e.target.value || undefined })} /></div></fieldset>`;
  if (f.type === 'bool') return html`<${Field} ...${more} value=${value === undefined ? '' : String(value)} options=${[['', t('field.choose')], ['true', t('yes')], ['false', t('no')]]}
    onChange=${(/** @type {any} */ e) => onChange(e.target.value === '' ? undefined : e.target.value === 'true')} />`;
  if (f.type === 'enum' && f.choices?.length) return html`<${Field} ...${more} value=${value ?? ''} options=${[['', t('field.choose')], ...f.choices.map((/** @type {FieldOf} */ c) => [c.id, named(c)])]} onChange=${typed} />`;
  if (f.type === 'scale') return html`<${Field} ...${more} value=${value ?? ''} options=${[['', t('field.choose')], ...Array.from({ length: Number(f.high) - Number(f.low) + 1 }, (_, i) => [String(Number(f.low) + i), String(Number(f.low) + i)])]} onChange=${typed} />`;
  if (f.type === 'date') return html`<${Field} ...${more} type="date" value=${value ?? ''} onChange=${typed} />`;
  if (f.type === 'int' || decimal.has(f.type)) return html`<${Field} ...${more} inputmode=${f.type === 'int' ? 'numeric' : 'decimal'} value=${value ?? ''}
    onInput=${(/** @type {any} */ e) => onChange(e.target.value.trim().replace(',', '.') || undefined)} />`;
  if (f.type === 'evidence') return html`<${ClaimField} id=${f.id} place=${place} label=${label} hint=${hint} value=${value} error=${error} onChange=${onChange} />`;
  if (f.type === 'characteristic') return html`<${CharacteristicField} ...${more} value=${value} onChange=${onChange} />`;
  if (parties.has(f.type)) return html`<${PartyField} ...${more} kind=${f.type} value=${value} onChange=${onChange} />`;
  if (f.type === 'chart') return html`<${ChartField} ...${more} of=${f.of} place=${place} value=${value} onChange=${onChange} />`;
  if (records.has(f.type)) return html`<${Field} ...${more} hint=${[hint, t('field.record')].filter(Boolean).join(' · ')} lines=${4} class="wide-field" value=${value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value, null, 1)}
    onChange=${(/** @type {any} */ e) => onChange(record(e.target.value))} />`;
  const isLong = f.type === 'text' && (!f.most || Number(f.most) > 120);
  return html`<${Field} ...${more} lines=${isLong ? 3 : undefined} class=${isLong ? 'wide-field' : ''} value=${value ?? ''} onInput=${typed} />`;
}

/** Several of few. @param {{field: FieldOf, value: string[], label: string, error?: string | null, onChange: (v: any) => void}} props */
function Choices({ field: f, value, label, error, onChange }) {
  return html`<fieldset class="field-set"><legend>${label}</legend><div class="row">${(f.choices ?? []).map((/** @type {FieldOf} */ c) => html`<${Check} key=${c.id} label=${named(c)} checked=${value.includes(c.id)}
    onChange=${(/** @type {boolean} */ on) => onChange(on ? [...value, c.id] : value.filter((x) => x !== c.id))} />`)}</div>${error && html`<p class="error" role="alert">${error}</p>`}</fieldset>`;
}

/** All but one; none left is none given. @param {any[]} all @param {number} at */
function without(all, at) {
  return all.length > 1 ? all.filter((_, k) => k !== at) : undefined;
}

/** As many as there are. @param {{field: FieldOf, value: any[], label: string, error?: string | null, onChange: (v: any) => void}} props */
function List({ field: f, value, label, error, onChange }) {
  const put = (/** @type {number} */ at, /** @type {any} */ v) => onChange(value.map((x, i) => (i === at ? v ?? '' : x)));
  return html`<fieldset class="field-set"><legend>${label}</legend><div class="stack">${value.map((one, i) => html`<div class="row list-row" key=${i}><div class="grow">
      <${SchemeField} field=${{ ...f, id: `${f.id}.${i}`, list: false, needed: false, note: '', name: { en: `${i + 1}` } }} value=${one || undefined} onChange=${(/** @type {any} */ v) => put(i, v)} /></div>
      <button type="button" class="quiet" onClick=${() => onChange(without(value, i))}>${t('field.remove', { n: i + 1 })}</button></div>`)}
    <div><button type="button" onClick=${() => onChange([...value, ''])}>${t('field.add')}</button></div></div>${error && html`<p class="error" role="alert">${error}</p>`}</fieldset>`;
}

/** A table to fill in. @param {{field: FieldOf, value: any, error?: string | null, place?: import('./files.js').FilePlace, onChange: (v: any) => void}} props */
function Rows({ field: f, value, error, place, onChange }) {
  const rows = Array.isArray(value) ? value : [];
  const put = (/** @type {number} */ at, /** @type {string} */ id, /** @type {any} */ v) => onChange(rows.map((row, i) => (i === at ? { ...row, [id]: v } : row)));
  return html`<fieldset class="field-set"><legend>${f.needed ? `${named(f)} *` : named(f)}</legend><div class="stack">${rows.map((row, i) => html`<div class="card row-card" key=${i}>
      <div class="form-grid">${f.rows.map((/** @type {FieldOf} */ r) => html`<${SchemeField} key=${r.id} field=${r} value=${row[r.id]} place=${place && { ...place, path: f.id }} onChange=${(/** @type {any} */ v) => put(i, r.id, v)} />`)}</div>
      <button type="button" class="quiet" onClick=${() => onChange(without(rows, i))}>${t('field.remove', { n: i + 1 })}</button></div>`)}
    <div><button type="button" onClick=${() => onChange([...rows, {}])}>${t('field.add')}</button></div></div>${error && html`<p class="error" role="alert">${error}</p>`}</fieldset>`;
}

/** @param {{field: FieldOf, value: any, more: any, onChange: (v: any) => void}} props */
function Badges({ field: f, value, more, onChange }) {
  const known = value === undefined ? [] : Array.isArray(value) ? value : [value];
  const choose = async (/** @type {any} */ e) => {
    if (!e.target.files.length) return;
    const one = await badgeOf([...e.target.files]);
    onChange(f.list ? [...known, one] : one);
  };
  return html`<div><${Field} ...${more} required=${undefined} type="file" multiple=${true} accept=".json,.jws,.png,.svg,.pdf,image/png,image/svg+xml"
      hint=${[more.hint, t('field.badge')].filter(Boolean).join(' · ')} onChange=${choose} />
    ${known.length > 0 && html`<ul class="values">${known.map((x, i) => html`<li key=${i}>${badgeWords(x)}</li>`)}</ul>`}</div>`;
}

