// SPDX-License-Identifier: GPL-3.0-or-later
// Measuring systems: calibration due, study results, where each is used.
import { change, inWords } from '../lib/api.js';
import { askReason, Buttons, showDialog } from '../lib/dialog.js';
import { Field } from '../lib/form.js';
import { date } from '../lib/format.js';
import { useData } from '../lib/hooks.js';
import { html, useState } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { Title, whenLoaded } from '../lib/page.js';
import { may, useMe } from '../lib/shell.js';
import { Sign } from '../lib/sign.js';
import { calibration, Facts, standing, Use } from './gauge/card.js';
import { StudyLine } from './gauge/study.js';

const states = /** @type {const} */ (['in use', 'blocked', 'retired']);
const urgency = ['stop', 'check', 'no-data', 'ok'];

/** @param {any} studies @param {string} gauge */
const newest = (studies, gauge) => studies?.studies.findLast((/** @type {any} */ s) => s.study.gauge === gauge);

export default function Gauges() {
  const me = useMe();
  const gauges = useData('gauges'), studies = useData('gauge-studies');
  const edit = async (/** @type {any} */ item) => {
    if (await showDialog(item ? t('gauge.change', { name: item.document.name }) : t('gauge.new'), (close) => html`<${GaugeForm} item=${item} close=${close} />`)) await gauges.reload();
  };
  return html`<${Title} title=${t('nav.gauges')} under=${t('gauge.under')} actions=${may(me, 'engineer') && html`<button type="button" class="primary" onClick=${() => edit(null)}>${t('gauge.new')}</button>`} />
    ${whenLoaded(gauges, ({ items }) => {
    const now = Date.now();
    const sorted = items.filter((/** @type {any} */ g) => g.document.state !== 'retired').concat(items.filter((/** @type {any} */ g) => g.document.state === 'retired'))
      .map((/** @type {any} */ g) => ({ ...g, calibration: calibration(g.document, now) })).sort((/** @type {any} */ a, /** @type {any} */ b) => urgency.indexOf(a.calibration) - urgency.indexOf(b.calibration));
    return html`<div class="cards">${sorted.map((/** @type {any} */ g) => html`<${GaugeCard} key=${g.id} gauge=${g} study=${newest(studies.data, g.id)} isMine=${may(me, 'engineer')} edit=${() => edit(g)} reload=${gauges.reload} />`)}</div>
      ${!items.length && html`<p class="empty">${t('gauge.none')}</p>`}`;
  })}`;
}

/** @param {{gauge: any, study?: any, isMine: boolean, edit: () => void, reload: () => Promise<void>}} props */
function GaugeCard({ gauge, study, isMine, edit, reload }) {
  const [isOpen, setOpen] = useState(false);
  const d = gauge.document;
  const put = (/** @type {any} */ more, /** @type {string} */ why) => change('PUT', `gauges/${encodeURIComponent(gauge.id)}`, { ...d, ...more }, { headers: { 'If-Match': `"${gauge.version}"` }, query: { why } });
  const calibrate = async () => {
    const next = { day: date(new Date()), due: d.due ?? '' };
    const more = html`<${Field} label=${t('gauge.calibrated')} type="date" value=${next.day} onChange=${(/** @type {any} */ e) => { next.day = e.target.value; }} />
      <${Field} label=${t('gauge.due')} type="date" value=${next.due} onChange=${(/** @type {any} */ e) => { next.due = e.target.value; }} />`;
    if (await askReason({ title: t('gauge.calibrate', { name: d.name }), action: t('setup.save'), more, run: (why) => put({ calibrated: next.day, due: next.due, state: 'in use' }, why) })) await reload();
  };
  const last = d.studies?.at(-1);
  return html`<article class="card ${d.state === 'retired' ? 'off' : ''}"><div class="row"><h2 class="grow"><a href="/gauges/${gauge.id}">${d.name}</a></h2><${Sign} state=${gauge.calibration} /></div>
    ${gauge.calibration !== 'ok' && html`<p class=${gauge.calibration === 'stop' ? 'worse' : 'soft'}>${standing(d)}</p>`}
    <${Facts} id=${gauge.id} d=${d}>${study ? html`<dt>${t('gauge.study')}</dt><dd><${StudyLine} of=${study} /></dd>`
    : last && html`<dt>${t('gauge.study')}</dt><dd>${last.kind}${typeof last.grr_percent === 'number' ? ` · %GRR ${last.grr_percent}` : ''}${typeof last.ndc === 'number' ? ` · ndc ${last.ndc}` : ''} <small>${last.date ?? ''}</small></dd>`}<//>
    <div class="row"><a class="button" href="/gauges/${gauge.id}">${t('gauge.studies')}</a><button type="button" aria-expanded=${isOpen ? 'true' : 'false'} onClick=${() => setOpen(!isOpen)}>${t('gauge.used')}</button>
      ${isMine && html`<button type="button" onClick=${calibrate}>${t('gauge.calibrate-do')}</button><button type="button" onClick=${edit}>${t('people.edit')}</button>`}</div>
    ${isOpen && html`<${Use} id=${gauge.id} />`}</article>`;
}

/** @param {{item: any, close: (done?: any) => void}} props */
function GaugeForm({ item, close }) {
  const [id, setId] = useState(item?.id ?? '');
  const [doc, setDoc] = useState(/** @type {any} */ (item?.document ?? { name: '', state: 'in use', studies: [] }));
  const [error, setError] = useState('');
  const text = (/** @type {string} */ key, /** @type {any} */ more = {}) => html`<${Field} label=${t(/** @type {any} */ (`gauge.${key}`))} value=${doc[key] ?? ''} ...${more} onInput=${(/** @type {any} */ e) => setDoc({ ...doc, [key]: e.target.value })} />`;
  const submit = async (/** @type {Event} */ e) => {
    e.preventDefault();
    try {
      await change('PUT', `gauges/${encodeURIComponent(id)}`, doc, { headers: item ? { 'If-Match': `"${item.version}"` } : { 'If-None-Match': '*' } });
      close(true);
    } catch (problem) {
      setError(inWords(problem));
    }
  };
  return html`<form class="stack" novalidate onSubmit=${submit}>${error && html`<div class="trouble" role="alert"><p>${error}</p></div>`}
    <${Field} label=${t('gauge.id')} hint=${t('gauge.id-hint')} value=${id} readonly=${Boolean(item)} onInput=${(/** @type {any} */ e) => setId(e.target.value.trim())} />
    ${text('name')}${text('serial')}
    <div class="two">${text('unit')}${text('resolution')}${text('place')}${text('site')}</div>
    <div class="two">${text('calibrated', { type: 'date' })}${text('due', { type: 'date' })}</div>
    <${Field} label=${t('gauge.state')} value=${doc.state ?? 'in use'} options=${states.map((s) => [s, t(`gauge.state.${s}`)])} onChange=${(/** @type {any} */ e) => setDoc({ ...doc, state: e.target.value })} />
    <${Buttons} action=${t('setup.save')} close=${close} /></form>`;
}
