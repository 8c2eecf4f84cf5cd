// SPDX-License-Identifier: GPL-3.0-or-later
// A panel looks at one scored stage together: how far its sheets lie apart for each case, which lies far from what
// case and judge let expect, and within which ranks the data leave a case. Advice; the gate decides.
import { inWords } from '../lib/api.js';
import { Field } from '../lib/form.js';
import { fixed } from '../lib/format.js';
import { useData } from '../lib/hooks.js';
import { html } from '../lib/html.js';
import { t, tWhy } from '../lib/i18n.js';
import { Title, Trouble, whenLoaded } from '../lib/page.js';
import { Exact, find, named, useRules } from '../lib/programme.js';
import { go } from '../lib/router.js';
import { outcomeWords } from './case/history.js';
import { bandName } from './case/parts.js';
import { judgeNames } from './round/judges.js';

const FAR = 2; // residual standard deviations
const WIDE = 320, SIDE = 14;

/** @param {{round: string, stage: string}} props */
export default function Panel({ round, stage }) {
  const loaded = useData(`rounds/${encodeURIComponent(round)}`), rules = useRules(loaded.data?.scheme_id, loaded.data?.rev);
  const figures = useData(`rounds/${encodeURIComponent(round)}/statistics`, { stage });
  return whenLoaded(loaded, (r) => whenLoaded(rules, (s) => {
    const scored = s.stages.filter((/** @type {any} */ x) => x.assign && x.rubric && x.tally);
    return html`<${Title} title=${t('nav.panel')} under=${html`<a href="/round/${r.id}">${r.title || r.name}</a> · ${named(find(s.stages, stage), stage)}`} />
      ${scored.length > 1 && html`<div class="toolbar"><${Field} label=${t('case.stage')} value=${stage} options=${scored.map((/** @type {any} */ x) => [x.id, named(x)])} onChange=${(/** @type {any} */ e) => go(`/panel/${round}/${e.target.value}`)} /></div>`}
      ${figures.error ? html`<p class="notice">${inWords(figures.error)}</p>` : whenLoaded(figures, (f) => html`<${Cases} f=${f} rules=${s} />`)}`;
  }));
}

/** @param {{f: any, rules: any}} props */
function Cases({ f, rules }) {
  const panel = f.panel ?? [], all = panel.flatMap((/** @type {any} */ c) => (c.sheets ?? []).map((/** @type {any} */ x) => Number(x.score)));
  if (!all.length) return html`<p class="empty">${t('panel.none')}</p>`;
  const low = Math.min(...all), high = Math.max(...all), names = judgeNames(panel);
  const rank = (/** @type {any} */ c) => Number(f.cases?.[c.case]?.expected_rank ?? 1e9);
  const sorted = [...panel].sort((a, b) => rank(a) - rank(b));
  const gaps = panel.filter((/** @type {any} */ c) => (c.sheets ?? []).some(isFar)).length;
  return html`<p>${t('panel.gaps', { n: gaps, of: panel.length })} <span class="soft">${t('panel.how')}</span></p>
    <div class="table-box short" tabindex="0" role="region" aria-label=${t('nav.panel')}><table class="panel"><thead><tr><th scope="col">${t('case')}</th><th scope="col">${t('panel.spread')} <small>${fixed(low, 1)} – ${fixed(high, 1)}</small></th><th scope="col" class="number">${t('panel.range')}</th>
      <th scope="col" class="number">${t('panel.official')}</th><th scope="col" class="number">${t('panel.estimate')}</th><th scope="col">${t('panel.band')}</th><th scope="col">${t('state')}</th></tr></thead>
      <tbody>${sorted.map((c) => html`<${Row} key=${c.case} c=${c} band=${f.cases?.[c.case]} low=${low} high=${high} names=${names} n=${panel.length} rules=${rules} />`)}</tbody></table></div>
    ${!f.cases && f.why?.model && html`<p class="notice">${t('panel.no-model', { why: tWhy(f.why.model) })}</p>`}<p class="hint">${t('panel.legend')}</p>`;
}

/** @param {any} sheet */
function isFar(sheet) {
  return Math.abs(Number(sheet.apart ?? 0)) > FAR;
}

/** @param {{c: any, band: any, low: number, high: number, names: string[], n: number, rules: any}} props */
function Row({ c, band, low, high, names, n, rules }) {
  const sheets = c.sheets ?? [], scores = sheets.map((/** @type {any} */ x) => Number(x.score)), far = sheets.filter(isFar);
  const x = (/** @type {number} */ v) => SIDE + ((v - low) / (high - low || 1)) * (WIDE - 2 * SIDE);
  const least = Math.min(...scores), most = Math.max(...scores);
  const who = (/** @type {any} */ s) => t('panel.judge', { n: names.indexOf(s.judge) + 1 });
  const words = `${sheets.map((/** @type {any} */ s) => `${who(s)} ${fixed(Number(s.score), 1)}${isFar(s) ? ` (${t('panel.far')})` : ''}`).join(', ')}`;
  return html`<tr><td><a href="/case/${c.case}">${c.title || t('case.blind', { n: c.case.slice(-6) })}</a>${far.length > 0 && html`<small class="bound worse">▲ ${far.map((/** @type {any} */ s) => `${who(s)} ${Number(s.apart) > 0 ? '+' : '−'}${fixed(Math.abs(Number(s.apart)), 1)} s`).join(', ')}</small>`}</td>
    <td>${scores.length > 0 && html`<svg class="sheets-plot" viewBox="0 0 ${WIDE} 28" role="img" aria-label=${words}><path d="M${x(least)} 14H${x(most)}" />${sheets.map((/** @type {any} */ s, /** @type {number} */ i) => (isFar(s)
      ? html`<path key=${i} class="far" d="M${x(Number(s.score))} 5l9 9l-9 9l-9 -9z" />` : html`<circle key=${i} cx=${x(Number(s.score))} cy="14" r="5" />`))}</svg>`}</td>
    <td class="number">${scores.length ? fixed(most - least, 1) : '–'}</td><td class="number"><${Exact} of=${c.number} /></td><td class="number">${band?.estimate ? fixed(Number(band.estimate), 1) : '–'}</td>
    <td>${band?.rank_low ? html`<${Band} low=${band.rank_low} high=${band.rank_high} n=${n} />` : '–'}</td><td>${c.outcome ? outcomeWords(c.outcome) : t('phase.waiting')}${c.band && html` <small>${bandName(rules, c.band)}</small>`}</td></tr>`;
}

/** Ranks that the data leave open, on the scale of all. @param {{low: number, high: number, n: number}} props */
function Band({ low, high, n }) {
  const at = (/** @type {number} */ k) => (100 * k) / n;
  return html`<span class="rank-band"><span class="funnel-bar" aria-hidden="true"><span style=${{ marginLeft: `${at(low - 1)}%`, width: `${at(high - low + 1)}%` }}></span></span> ${low === high ? low : `${low} – ${high}`}</span>`;
}
