// SPDX-License-Identifier: GPL-3.0-or-later
// What is measured at a station, in which order; what a scan means; why a value may be missing.
import { change, inWords } from '../lib/api.js';
import { Field } from '../lib/form.js';
import { tell } from '../lib/dialog.js';
import { useData } from '../lib/hooks.js';
import { html, useEffect, useState } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { Loading, Title } from '../lib/page.js';

const kinds = /** @type {const} */ (['part', 'lot', 'serial', 'gauge', 'badge', 'cause']);

/** @param {{id: string}} props */
export default function Setup({ id }) {
  const known = useData(`stations/${encodeURIComponent(id)}`);
  const all = useData('characteristics', { limit: 1000, sort: 'path' });
  const [doc, setDoc] = useState(/** @type {any} */ (null));
  const [error, setError] = useState(/** @type {any} */ (null));
  useEffect(() => {
    if (doc) return;
    if (known.data) setDoc(structuredClone(known.data.document));
    else if (known.error) setDoc({ name: id, site: '', items: [], scans: [], reasons: [] });
  }, [known.data, known.error]);
  if (!doc) return html`<${Loading} />`;
  const set = (/** @type {any} */ more) => setDoc({ ...doc, ...more });
  const save = async (/** @type {Event} */ e) => {
    e.preventDefault();
    setError(null);
    try {
      await change('PUT', `stations/${encodeURIComponent(id)}`, doc, { of: known.data ?? 'new', query: { why: t('setup.why') } });
      await known.reload();
      tell(t('setup.saved'));
    } catch (problem) {
      setError(problem);
    }
  };
  return html`<${Title} title=${t('setup.title', { name: doc.name })} under=${t('setup.under')}
      actions=${known.data && html`<a class="button" href="/station/${id}">${t('station.work')}</a>`} />
    <form class="stack" novalidate onSubmit=${save}>
      ${error && html`<div class="trouble" role="alert"><p>${inWords(error)}</p></div>`}
      <section class="card two">
        <${Field} label=${t('setup.name')} value=${doc.name} required onInput=${(/** @type {any} */ e) => set({ name: e.target.value })} />
        <${Field} label=${t('setup.site')} hint=${t('setup.site-hint')} value=${doc.site ?? ''} error=${error?.of?.('site')} onInput=${(/** @type {any} */ e) => set({ site: e.target.value.trim() })} />
      </section>
      <${Items} items=${doc.items} rows=${all.data?.characteristics ?? []} set=${(/** @type {any[]} */ items) => set({ items })} />
      <${Scans} scans=${doc.scans ?? []} set=${(/** @type {any[]} */ scans) => set({ scans })} />
      <section class="card"><${Field} label=${t('setup.reasons')} hint=${t('setup.reasons-hint')} lines=${4} value=${(doc.reasons ?? []).join('\n')}
        onChange=${(/** @type {any} */ e) => set({ reasons: e.target.value.split('\n').map((/** @type {string} */ x) => x.trim()).filter(Boolean) })} /></section>
      <div class="buttons"><button class="primary">${t('setup.save')}</button></div>
    </form>`;
}

/** @param {{items: any[], rows: any[], set: (items: any[]) => void}} props */
function Items({ items, rows, set }) {
  const [search, setSearch] = useState('');
  const free = rows.filter((r) => !items.some((i) => i.characteristic === r.path) && r.path.toLowerCase().includes(search.toLowerCase())).slice(0, 8);
  const change_ = (/** @type {number} */ i, /** @type {any} */ more) => set(items.map((item, k) => (k === i ? { ...item, ...more } : item)));
  const number = (/** @type {string} */ text) => (text.trim() === '' || Number.isNaN(Number(text.replace(',', '.'))) ? null : Number(text.replace(',', '.')));
  const move = (/** @type {number} */ i) => set([...items.slice(0, i - 1), items[i], items[i - 1], ...items.slice(i + 1)]);
  return html`<section class="card stack"><h2>${t('setup.items')}</h2>
    <ol class="setup-items">${items.map((item, i) => html`<li key=${item.characteristic} class="setup-item">
      <b class="setup-path">${item.characteristic}</b>
      <${Field} label=${t('scan.gauge')} value=${item.gauge ?? ''} onChange=${(/** @type {any} */ e) => change_(i, { gauge: e.target.value.trim() || null })} />
      <${Field} label=${t('setup.low')} inputmode="decimal" value=${item.low ?? ''} onChange=${(/** @type {any} */ e) => change_(i, { low: number(e.target.value) })} />
      <${Field} label=${t('setup.high')} inputmode="decimal" value=${item.high ?? ''} onChange=${(/** @type {any} */ e) => change_(i, { high: number(e.target.value) })} />
      <${Field} class="setup-instruction" label=${t('setup.instruction')} value=${item.instruction ?? ''} onChange=${(/** @type {any} */ e) => change_(i, { instruction: e.target.value })} />
      <div class="row"><button type="button" disabled=${i === 0} onClick=${() => move(i)} aria-label=${t('setup.up', { name: item.characteristic })}>↑</button>
        <button type="button" onClick=${() => set(items.filter((_, k) => k !== i))} aria-label=${t('setup.remove', { name: item.characteristic })}>✕</button></div></li>`)}</ol>
    ${!items.length && html`<p class="soft">${t('setup.no-items')}</p>`}
    <${Field} label=${t('setup.add')} type="search" value=${search} onInput=${(/** @type {any} */ e) => setSearch(e.target.value)} />
    <div class="row">${free.map((r) => html`<button type="button" key=${r.path} onClick=${() => set([...items, { characteristic: r.path }])}>+ ${r.path}</button>`)}</div>
  </section>`;
}

/** @param {{scans: any[], set: (scans: any[]) => void}} props */
function Scans({ scans, set }) {
  const change_ = (/** @type {number} */ i, /** @type {any} */ more) => set(scans.map((s, k) => (k === i ? { ...s, ...more } : s)));
  return html`<section class="card stack"><h2>${t('setup.scans')}</h2><p class="soft">${t('setup.scans-hint')}</p>
    ${scans.map((scan, i) => html`<div class="row" key=${i}>
      <${Field} label=${t('setup.prefix')} value=${scan.prefix} onChange=${(/** @type {any} */ e) => change_(i, { prefix: e.target.value.trim() })} />
      <${Field} label=${t('setup.kind')} value=${scan.kind} options=${kinds.map((k) => [k, t(`scan.${k}`)])} onChange=${(/** @type {any} */ e) => change_(i, { kind: e.target.value })} />
      <button type="button" aria-label=${t('setup.remove', { name: scan.prefix })} onClick=${() => set(scans.filter((_, k) => k !== i))}>✕</button></div>`)}
    <div><button type="button" onClick=${() => set([...scans, { kind: 'lot', prefix: '' }])}>${t('setup.add-scan')}</button></div></section>`;
}
