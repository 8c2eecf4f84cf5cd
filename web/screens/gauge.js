// SPDX-License-Identifier: GPL-3.0-or-later
// One gauge: how its calibration stands, where it is used, its studies, and a new one, computed from
// stored measurements or from a file.
import { useData } from '../lib/hooks.js';
import { html, useState } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { Title, whenLoaded } from '../lib/page.js';
import { may, useMe } from '../lib/shell.js';
import { Sign } from '../lib/sign.js';
import { calibration, Facts, standing, Use } from './gauge/card.js';
import { NewStudy } from './gauge/new.js';
import { Study, StudyLine } from './gauge/study.js';

/** @param {{id: string}} props */
export default function Gauge({ id }) {
  const me = useMe();
  const gauge = useData(`gauges/${encodeURIComponent(id)}`), studies = useData('gauge-studies', { gauge: id });
  return whenLoaded(gauge, ({ document: d }) => html`<${Title} title=${d.name} under=${`${t('gauge.id')} ${id}`} actions=${html`<a class="button" href="/gauges">${t('nav.gauges')}</a>`} />
    <div class="stack"><section class="card"><div class="row"><${Sign} state=${calibration(d, Date.now())} /><span>${standing(d)}</span></div><${Facts} id=${id} d=${d} /><${Use} id=${id} /></section>
      ${whenLoaded(studies, ({ studies: kept }) => html`<section class="card"><h2>${t('gauge.studies')}</h2>
        ${kept.length ? html`<ul class="plain studies">${[...kept].reverse().map((/** @type {any} */ s) => html`<${Kept} key=${s.id} line=${s} />`)}</ul>` : html`<p class="soft">${t('gauge.studies-none')}</p>`}
        ${d.studies?.length > 0 && html`<h3>${t('gauge.studies-entered')}</h3><ul>${d.studies.map((/** @type {any} */ s, /** @type {number} */ i) => html`<li key=${i}>${s.date ?? ''} ${s.kind}${typeof s.grr_percent === 'number' ? ` · %GRR ${s.grr_percent}` : ''}${typeof s.ndc === 'number' ? ` · ndc ${s.ndc}` : ''} ${s.verdict ?? ''}</li>`)}</ul>`}</section>`)}
      ${may(me, 'engineer') && html`<${NewStudy} gauge=${id} kept=${studies.reload} />`}</div>`);
}

/** A study that is kept, opened where it lies. @param {{line: any}} props */
function Kept({ line }) {
  const [isOpen, setOpen] = useState(false);
  const whole = useData(isOpen ? `gauge-studies/${line.id}` : null);
  return html`<li><button type="button" class="line quiet" aria-expanded=${isOpen ? 'true' : 'false'} onClick=${() => setOpen(!isOpen)}><${StudyLine} of=${line} /></button>
    ${isOpen && whenLoaded(whole, ({ study }) => html`<${Study} of=${study} />`)}</li>`;
}
