// SPDX-License-Identifier: GPL-3.0-or-later
// The public roll: who holds which title, found by name, place, title and state. For everybody.
import { count, date } from '../lib/format.js';
import { Field } from '../lib/form.js';
import { useData } from '../lib/hooks.js';
import { html, useState } from '../lib/html.js';
import { t, tMaybe } from '../lib/i18n.js';
import { Title, whenLoaded } from '../lib/page.js';
import { find, named, PageEnd, Phase, SchemeChoice, usePages } from '../lib/programme.js';
import { fieldWords, PublicPage, publicWords } from '../lib/public.js';
import { setQuery } from '../lib/router.js';

const first = ['name', 'title', 'state', 'level', 'grade', 'band', 'year', 'region', 'place', 'field', 'given', 'valid_to'];

/** @param {{query: Record<string, string>}} props */
export default function Roll({ query }) {
  const schemes = useData('public/schemes');
  return html`<${PublicPage} here="roll"><${Title} title=${t('nav.roll')} under=${t('roll.under')} />
    ${whenLoaded(schemes, ({ schemes: known }) => {
    const all = known.filter((/** @type {any} */ s) => s.has_roll);
    const scheme = find(all, query.scheme) ?? all.find((/** @type {any} */ s) => s.has_holders) ?? all[0];
    if (!scheme) return html`<p class="empty">${t('roll.nothing')}</p>`;
    return html`<${Search} all=${all} scheme=${scheme} query=${query} /><${List} key=${scheme.id} scheme=${scheme} query=${query} /><${Counts} scheme=${scheme} />`;
  })}<//>`;
}

/** @param {{all: any[], scheme: any, query: Record<string, string>}} props */
function Search({ all, scheme, query }) {
  const [text, setText] = useState(query.search ?? '');
  const { data } = useData('public/statistics', { scheme: scheme.id });
  const places = /** @type {string[]} */ ((data?.statistics ?? []).filter((/** @type {any} */ r) => r.by === 'place').map((/** @type {any} */ r) => r.of)).sort();
  return html`<form class="toolbar" role="search" onSubmit=${(/** @type {Event} */ e) => {
    e.preventDefault();
    setQuery({ search: text.trim() });
  }}><${SchemeChoice} schemes=${all} value=${scheme.id} onChange=${(/** @type {string} */ id) => setQuery({ scheme: id, title: null, place: null, search: null })} />
    ${scheme.titles.length > 1 && html`<${Field} label=${t('title')} value=${query.title ?? ''} options=${[['', t('title.all')], ...scheme.titles.map((/** @type {any} */ x) => [x.id, named(x)])]} onChange=${(/** @type {any} */ e) => setQuery({ title: e.target.value })} />`}
    ${places.length > 1 && html`<${Field} label=${t('roll.place')} value=${query.place ?? ''} options=${[['', t('roll.anywhere')], ...places.map((p) => [p, p])]} onChange=${(/** @type {any} */ e) => setQuery({ place: e.target.value })} />`}
    <${Field} label=${t('roll.search')} type="search" value=${text} onInput=${(/** @type {any} */ e) => setText(e.target.value)} /><button class="primary at-end">${t('search')}</button></form>`;
}

/** @param {{scheme: any, query: Record<string, string>}} props */
function List({ scheme, query }) {
  const pages = usePages('public/roll', 'titles', { scheme: scheme.id, title: query.title, place: query.place, search: query.search, limit: 50 });
  const columns = [...new Set(pages.rows.flatMap((r) => Object.keys(r)))].filter((k) => !['scheme', 'case', 'person', 'party', 'credential'].includes(k) && !(k === 'level' && pages.rows.every((r) => r.level === r.title)))
    .sort((a, b) => (first.indexOf(a) + 1 || 99) - (first.indexOf(b) + 1 || 99));
  const hasProof = pages.rows.some((r) => r.credential?.signed);
  const head = (/** @type {string} */ k) => fieldWords(scheme, k) ?? tMaybe(`roll.${k}`, k);
  return html`${pages.rows.length > 0 && html`<div class="table-box short" tabindex="0" role="region" aria-label=${t('nav.roll')}><table><thead><tr>${columns.map((k) => html`<th scope="col" key=${k}>${head(k)}</th>`)}${hasProof && html`<th scope="col">${t('roll.credential')}</th>`}</tr></thead>
      <tbody>${pages.rows.map((r, i) => html`<tr key=${i}>${columns.map((k) => html`<td key=${k}>${cell(scheme, k, r[k])}</td>`)}${hasProof && html`<td>${r.credential?.signed ? html`<a href=${`/verify?id=${r.credential.id}`}>${t('title.verify')}</a>` : '–'}</td>`}</tr>`)}</tbody></table></div>`}
    <${PageEnd} pages=${pages} empty=${t(query.search ? 'roll.not-found' : 'roll.none')} />`;
}

/** @param {any} scheme @param {string} key @param {any} v */
function cell(scheme, key, v) {
  if (v === undefined || v === null) return '–';
  if (key === 'title' || key === 'level') return named(find(scheme.titles, v), v);
  if (key === 'state') return html`<${Phase} phase=${v} />`;
  if (typeof v === 'string' && /^\d{4}-\d\d-\d\dT/.test(v)) return date(v);
  return publicWords(scheme, key, v);
}

/** How many applied and passed, and titles: by year, region, size, level; groups of fewer than five are left out
 * by the server. @param {{scheme: any}} props */
function Counts({ scheme }) {
  const { data } = useData('public/statistics', { scheme: scheme.id });
  const rows = data?.statistics ?? [], groups = [...new Set(rows.map((/** @type {any} */ r) => r.by))];
  if (!rows.length) return null;
  const word = (/** @type {string} */ by) => fieldWords(scheme, by) ?? tMaybe(`roll.${by}`, by);
  return html`<section class="roll-counts" aria-labelledby="counts"><h2 id="counts">${t('roll.counts')}</h2><p class="hint">${t('roll.few')}</p><div class="cards">${groups.map((by) => html`<section class="card" key=${by}><h3>${word(by)}</h3>
    <${Group} rows=${rows.filter((/** @type {any} */ r) => r.by === by)} scheme=${scheme} word=${word(by)} /></section>`)}</div></section>`;
}

/** @param {{rows: any[], scheme: any, word: string}} props */
function Group({ rows, scheme, word }) {
  const sorted = [...rows].sort((a, b) => (a.of < b.of ? 1 : -1)), has = (/** @type {string} */ k) => rows.some((r) => r[k] !== undefined);
  const columns = ['cases', 'passed', 'titles'].filter(has);
  const head = /** @type {Record<string, any>} */ ({ cases: 'roll.cases', passed: 'roll.passed', titles: 'case.titles' });
  return html`<table class="counts"><thead><tr><th scope="col"><span class="hidden">${word}</span></th>${columns.map((c) => html`<th scope="col" class="number" key=${c}>${t(head[c])}</th>`)}${has('passed') && html`<th scope="col" class="number">${t('roll.rate')}</th>`}</tr></thead>
    <tbody>${sorted.map((r) => html`<tr key=${r.of}><th scope="row">${r.by === 'level' ? named(find(scheme.titles, r.of), r.of) : publicWords(scheme, r.by, r.of)}</th>${columns.map((c) => html`<td class="number" key=${c}>${r[c] === undefined ? '–' : count(r[c])}</td>`)}${has('passed') && html`<td class="number">${r.cases ? `${Math.round((100 * (r.passed ?? 0)) / r.cases)} %` : '–'}</td>`}</tr>`)}</tbody></table>`;
}
