// SPDX-License-Identifier: GPL-3.0-or-later
// What the measurements are like, before anybody judges them.
import { digits } from '../lib/api.js';
import { Histogram } from '../lib/bars.js';
import { Figure } from '../lib/figure.js';
import { count, decimalsOf, pathParts } from '../lib/format.js';
import { useData } from '../lib/hooks.js';
import { html } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { Title, whenLoaded } from '../lib/page.js';
import { Drop, Picker } from '../lib/picker.js';

const ROWS = /** @type {const} */ (['mean', 'sd', 'min', 'q1', 'median', 'q3', 'max', 'range', 'iqr', 'mad', 'skewness', 'kurtosis', 'autocorrelation1']);

/** @param {{id?: string}} props id: one number or several with commas */
export default function Describe({ id }) {
  const ids = (id ?? '').split(',').filter(Boolean);
  return html`<${Title} title=${t('nav.describe')} /><${Picker} screen="describe" ids=${ids} />
    <div class="cards ${ids.length > 1 ? 'wide-cards' : 'one'}">${ids.map((one) => html`<${One} key=${one} id=${one} ids=${ids} />`)}</div>`;
}

/** @param {{id: string, ids: string[]}} props */
function One({ id, ids }) {
  const loaded = useData(`characteristics/${encodeURIComponent(id)}/description`);
  return html`<section class="card">${whenLoaded(loaded, (d) => {
    const [name, above] = pathParts(d.characteristic ?? ''), h = d.histogram;
    const decimals = Math.max(decimalsOf(digits(d, 'min')), decimalsOf(digits(d, 'max')));
    const head = html`<div class="row spread"><h2 class="path"><b><a href="/chart/${id}">${name}</a></b><small>${above}${d.unit ? ` [${d.unit}]` : ''}</small></h2><${Drop} screen="describe" ids=${ids} id=${id} name=${name} /></div>`;
    if (d.n === 0) return html`${head}<p class="empty">${t('measurements.none')}</p>`;
    return html`${head}
      ${h?.counts?.length ? html`<${Histogram} label=${t('describe.picture', { name })} edges=${h.edges} counts=${h.counts} decimals=${decimals} />` : ''}
      <dl class="facts"><dt>n</dt><dd>${count(d.n)}${d.missing ? ` · ${t('describe.missing', { n: d.missing })}` : ''}</dd>
        ${ROWS.map((key) => html`<dt>${t(`describe.${key}`)}</dt><dd><${Figure} of=${d} name=${key} n=${6} />${key === 'mean' ? html` <span class="soft">[<${Figure} of=${d} name="mean_lower" n=${6} />, <${Figure} of=${d} name="mean_upper" n=${6} />]</span>` : ''}</dd>`)}
        <dt>${t('describe.runs')}</dt><dd>${d.runs_about_median.runs} · p <${Figure} of=${d.runs_about_median} name="p" n=${3} /></dd></dl>
      <details><summary>${t('describe.quantiles')}</summary><dl class="facts">${Object.keys(d.quantiles).filter((q) => q !== 'why').map((q) => html`<dt>${q}</dt><dd><${Figure} of=${d.quantiles} name=${q} /></dd>`)}</dl></details>`;
  })}</section>`;
}
