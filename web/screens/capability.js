// SPDX-License-Identifier: GPL-3.0-or-later
// Does a process meet its limits? Stability first: what is not stable is greyed and said so; every
// index stands with its interval, and the share out of tolerance beside it.
import { digits } from '../lib/api.js';
import { Histogram } from '../lib/bars.js';
import { Figure } from '../lib/figure.js';
import { count, decimalsOf, pathParts, significant } from '../lib/format.js';
import { Choice } from '../lib/form.js';
import { useData } from '../lib/hooks.js';
import { html } from '../lib/html.js';
import { t, tMaybe, tWhy } from '../lib/i18n.js';
import { Title, whenLoaded } from '../lib/page.js';
import { Drop, Picker } from '../lib/picker.js';
import { setQuery } from '../lib/router.js';
import { sigmaWord } from './chart/words.js';

const WITHIN = ['cp', 'cpl', 'cpu', 'cpk'], OVERALL = ['pp', 'ppl', 'ppu', 'ppk', 'cpm'];
const LEVELS = ['0.9', '0.95', '0.99'];
/** @type {Record<string, string>} */
const NAMES = { cp: 'Cp', cpl: 'CpL', cpu: 'CpU', cpk: 'Cpk', pp: 'Pp', ppl: 'PpL', ppu: 'PpU', ppk: 'Ppk', cpm: 'Cpm' };

/** @param {{id?: string, query: Record<string, string>}} props id: one number or several with commas */
export default function Capability({ id, query }) {
  const ids = (id ?? '').split(',').filter(Boolean), level = query.level ?? '0.95';
  return html`<${Title} title=${t('nav.capability')} actions=${ids.length > 0 && html`<${Choice} label=${t('capability.level')} value=${level}
      options=${LEVELS.map((x) => [x, `${Number(x) * 100} %`])} onChange=${(/** @type {string} */ x) => setQuery({ level: x === '0.95' ? null : x })} />`} />
    <${Picker} screen="capability" ids=${ids} />
    <div class="cards ${ids.length > 1 ? 'wide-cards' : 'one'}">${ids.map((one) => html`<${One} key=${one} id=${one} ids=${ids} level=${level} />`)}</div>`;
}

/** @param {{id: string, ids: string[], level: string}} props */
function One({ id, ids, level }) {
  const base = `characteristics/${encodeURIComponent(id)}`;
  const loaded = useData(`${base}/capability`, { confidence: level }), described = useData(`${base}/description`), definition = useData(base);
  return html`<section class="card capability">${whenLoaded(loaded, (c) => {
    const [name, above] = pathParts(c.characteristic ?? '');
    const isStable = c.stable !== false;
    const head = html`<div class="row spread"><h2 class="path"><b><a href="/chart/${id}">${name}</a></b><small>${above}</small></h2><${Drop} screen="capability" ids=${ids} id=${id} name=${name} /></div>`;
    if (c.n === 0) return html`${head}<p class="empty">${t('measurements.none')}</p>`;
    return html`${head}
      <p class="verdict ${c.stable === null ? '' : isStable ? 'fine' : 'poor'}">${t(c.stable === null ? 'capability.unknown' : isStable ? 'capability.stable' : 'capability.unstable')}</p>
      ${described.data?.histogram?.counts?.length && definition.data ? html`<${Histogram} label=${t('capability.picture', { name })} edges=${described.data.histogram.edges} counts=${described.data.histogram.counts}
        lsl=${c.lsl} usl=${c.usl} target=${c.target} mean=${c.distribution.name === 'normal' ? c.mean : null} sd=${c.sd_overall} decimals=${placesOf(definition.data)} />` : ''}
      <div class="pairs indices">
        <${Indices} title=${t('capability.within')} names=${WITHIN} c=${c} isGrey=${!isStable} />
        <${Indices} title=${t('capability.overall')} names=${OVERALL} c=${c} isGrey=${false} />
      </div>
      <${Reasons} c=${c} id=${id} />
      <${Facts} c=${c} />`;
  })}</section>`;
}

/** @param {any} d */
function placesOf(d) {
  return Math.max(0, ...['lower', 'upper', 'nominal'].filter((k) => typeof d[k] === 'number').map((k) => decimalsOf(digits(d, k))));
}

/** @param {{title: string, names: string[], c: any, isGrey: boolean}} props */
function Indices({ title, names, c, isGrey }) {
  return html`<table class=${isGrey ? 'grey' : ''}><caption>${title}</caption><tbody>${names.map((name) => {
    const interval = c.ci[name];
    return html`<tr key=${name} class=${name === 'cpk' || name === 'ppk' ? 'main' : ''}><th scope="row">${NAMES[name]}</th><td class="number"><${Figure} of=${c} name=${name} n=${3} /></td>
      <td class="number soft" title=${interval ? interval.map(String).join(' … ') : tWhy(c.ci.why?.[name])}>${interval ? `${significant(interval[0], 3)} … ${significant(interval[1], 3)}` : '–'}</td></tr>`;
  })}</tbody></table>`;
}

/** Why there is a dash where a figure is asked for; without limits, where they are said. @param {{c: any, id: string}} props */
function Reasons({ c, id }) {
  const why = [...new Set([c.why, c.ci.why].flatMap((w) => [...WITHIN, ...OVERALL].map((name) => w?.[name]).filter(Boolean)))];
  if (!why.length) return null;
  return html`<p class="soft">– : ${why.map(tWhy).join('; ')}${c.lsl === null && c.usl === null && html`. <a href="/characteristics/${id}">${t('capability.say-limits')}</a>`}</p>`;
}

/** @param {{c: any}} props */
function Facts({ c }) {
  const ppm = c.ppm;
  return html`<dl class="facts"><dt>n</dt><dd>${count(c.n)}</dd>
    <dt>${t('mean')}</dt><dd><${Figure} of=${c} name="mean" n=${6} unit=${c.unit} /></dd>
    <dt>${t('capability.sd.within')}</dt><dd><${Figure} of=${c} name="sd_within" n=${4} /> <span class="soft">${sigmaWord(c.sigma_method)}</span></dd>
    <dt>${t('capability.sd.overall')}</dt><dd><${Figure} of=${c} name="sd_overall" n=${4} /></dd>
    <dt>${t('capability.ppm.observed')}</dt><dd><${Figure} of=${ppm.observed} name="total" n=${4} /></dd>
    <dt>${t('capability.ppm.expected')}</dt><dd><${Figure} of=${ppm.overall} name="total" n=${4} /></dd>
    <dt>${t('capability.distribution')}</dt><dd>${tMaybe(`distribution.${c.distribution.name}`, c.distribution.name)} <span class="soft">Anderson–Darling <${Figure} of=${c.distribution} name="anderson_darling" n=${4} />, p <${Figure} of=${c.distribution} name="p" n=${3} /></span></dd></dl>`;
}
