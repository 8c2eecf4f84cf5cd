// SPDX-License-Identifier: GPL-3.0-or-later
// The parts of a visit: check-list, criteria, readings, photos, and where two people saw it differently.
import { SchemeField, valueWords } from '../../lib/fields.js';
import { Choice, Field } from '../../lib/form.js';
import { clock } from '../../lib/format.js';
import { html, useEffect, useRef, useState } from '../../lib/html.js';
import { t } from '../../lib/i18n.js';
import { find, named } from '../../lib/programme.js';

/** @typedef {import('./set.js').Seen} Seen */
/** @typedef {(item: string, value: any, more?: any) => Promise<any>} Say */

const WAIT = 300; // ms after the last key; what is chosen is kept at once
const chosen = new Set(['bool', 'enum', 'scale', 'date', 'set', 'point']);

/** @param {import('../visit.js').Entry} e */
function whose(e) {
  return e.mine ? t('visit.mine') : t('visit.hand', { n: e.hand ?? 0 });
}

/** @param {{set: Seen, form: any, leaves: any[], say: Say}} props */
export function Differences({ set, form, leaves, say }) {
  if (!set.differ.length) return null;
  const field = (/** @type {string} */ item) => find(form?.fields, item);
  const nameOf = (/** @type {string} */ item) => (field(item) ? named(field(item)) : leaves.find((l) => `check.${l.key}` === item)?.name ?? item);
  const words = (/** @type {string} */ item, /** @type {any} */ v) => (field(item) ? valueWords(/** @type {any} */ (field(item)), v) : t(/** @type {any} */ (`visit.check-${v}`)));
  const settle = (/** @type {string} */ item, /** @type {import('../visit.js').Entry} */ chosen) => say(item, chosen.value, { settles: set.standing(item).filter((e) => e.id !== chosen.id).map((e) => e.id) });
  return html`<section class="card differ" aria-labelledby="differ"><h2 id="differ">${t('visit.differ', { n: set.differ.length })}</h2><p class="hint">${t('visit.differ-text')}</p>
    ${set.differ.map((item) => html`<div key=${item} class="stack"><h3>${nameOf(item)}</h3><div class="row">${set.standing(item).map((e) => html`<div class="card differ-one" key=${e.id}><small class="bound">${whose(e)}${e.at ? ` · ${clock(e.at)}` : ''}</small><b>${words(item, e.value)}</b>
      <button type="button" onClick=${() => settle(item, e)}>${t('visit.take')}</button></div>`)}</div></div>`)}</section>`;
}

/** @param {{title: string, fields: any[], set: Seen, say: Say, isClosed: boolean}} props */
export function Fields({ title, fields, set, say, isClosed }) {
  if (!fields.length || isClosed) return null;
  return html`<section class="card"><h2>${title}</h2><div class="form-grid">${fields.map((f) => html`<${OneField} key=${f.id} field=${f} set=${set} say=${say} />`)}</div></section>`;
}

/** @param {{field: any, set: Seen, say: Say}} props */
function OneField({ field, set, say }) {
  const stands = set.mine(field.id);
  const [draft, setDraft] = useState(/** @type {{value: any} | null} */ (null));
  const timer = useRef(/** @type {ReturnType<typeof setTimeout> | undefined} */ (undefined)), latest = useRef(draft);
  latest.current = draft;
  const keep = () => {
    clearTimeout(timer.current);
    const now = latest.current;
    latest.current = null;
    if (now) void say(field.id, now.value ?? null).then(() => setDraft((old) => (old === now ? null : old)));
  };
  useEffect(() => keep, []);
  const put = (/** @type {any} */ value) => {
    latest.current = { value };
    setDraft(latest.current);
    clearTimeout(timer.current);
    if (chosen.has(field.type)) keep();
    else timer.current = setTimeout(keep, WAIT);
  };
  return html`<div data-field=${field.id}><${SchemeField} field=${{ ...field, needed: false }} value=${draft ? draft.value : stands?.value ?? undefined} onChange=${put} />
    ${stands && html`<small class="bound">${whose(stands)}${stands.isHere ? ` · ${t('visit.here')}` : ''}</small>`}</div>`;
}

/** @param {{leaves: any[], set: Seen, say: Say}} props */
export function Checks({ leaves, set, say }) {
  return html`<section class="card"><h2>${t('visit.criteria')}</h2><ul class="plain visit-checks">${leaves.map((l) => html`<li key=${l.key}><b>${l.name}</b>
    <${Choice} label=${l.name} value=${set.mine(`check.${l.key}`)?.value ?? ''} options=${[['yes', t('visit.check-yes')], ['no', t('visit.check-no')], ['open', t('visit.check-open')]]} onChange=${(/** @type {string} */ v) => say(`check.${l.key}`, v)} /></li>`)}</ul></section>`;
}

/** What a gauge says, typed or sent by it as a keyboard. @param {{set: Seen, say: Say}} props */
export function Readings({ set, say }) {
  const [name, setName] = useState(''), [value, setValue] = useState(''), [wrong, setWrong] = useState('');
  const add = (/** @type {Event} */ e) => {
    e.preventDefault();
    const number = value.trim().replace(',', '.');
    if (!name.trim() || !/^[+-]?\d+(\.\d+)?$/.test(number)) {
      setWrong(t('visit.reading-wrong'));
      return;
    }
    setWrong('');
    setValue('');
    void say('reading', { name: name.trim(), value: number }, { kind: 'add' });
  };
  return html`<section class="card"><h2>${t('visit.readings')}</h2><form class="row filters" novalidate onSubmit=${add}><${Field} label=${t('visit.feature')} value=${name} onInput=${(/** @type {any} */ e) => setName(e.target.value)} />
      <${Field} label=${t('visit.value')} inputmode="decimal" autocomplete="off" value=${value} error=${wrong} onInput=${(/** @type {any} */ e) => setValue(e.target.value)} /><button>${t('visit.add')}</button></form>
    ${set.added('reading').length > 0 && html`<ul class="plain">${set.added('reading').map((e) => html`<li key=${e.id} class="row"><b>${e.value.name}</b><span class="number">${e.value.value}</span><small>${whose(e)}${e.at ? ` · ${clock(e.at)}` : ''}${e.isHere ? ` · ${t('visit.here')}` : ''}</small></li>`)}</ul>`}</section>`;
}

/** @param {Blob} file */
async function digestOf(file) {
  const bytes = new Uint8Array(await crypto.subtle.digest('SHA-256', await file.arrayBuffer()));
  return [...bytes].map((b) => b.toString(16).padStart(2, '0')).join('');
}

/** Kept on this device until the server has it; its digest is taken at once. @param {{field: any, set: Seen, say: Say, id: string}} props */
export function Photos({ field, set, say, id }) {
  const choose = async (/** @type {any} */ e) => {
    const files = [...e.target.files];
    e.target.value = '';
    for (const file of files) await say(field.id, { name: file.name, digest: await digestOf(file), bytes: file.size }, { kind: 'add', blob: file, name: file.name });
  };
  return html`<section class="card"><h2>${named(field)}</h2><${Field} label=${t('visit.photo')} type="file" accept="image/*" capture="environment" multiple onChange=${choose} />
    ${set.added(field.id).length > 0 && html`<ul class="plain">${set.added(field.id).map((e) => html`<li key=${e.id} class="row">${e.value.file ? html`<a href="/api/v1/cases/${id}/files/${e.value.file}">${e.value.name ?? e.value.file}</a>` : html`<b>${e.value.name}</b>`} <small class="mono">${e.value.digest?.slice(0, 12)}</small><small>${whose(e)}${e.isHere ? ` · ${t('visit.here')}` : ''}</small></li>`)}</ul>`}</section>`;
}
