// SPDX-License-Identifier: GPL-3.0-or-later
// Where measurements come from, and what became of every one: received = stored + known + in conflict + refused +
// under way. What was refused is shown with an example and what to do.
import { change, inWords } from '../lib/api.js';
import { askReason, Buttons, showDialog, tellProblem } from '../lib/dialog.js';
import { Field } from '../lib/form.js';
import { ago, count, dateTime } from '../lib/format.js';
import { useData, useEvents, useThrottled } from '../lib/hooks.js';
import { html, useState } from '../lib/html.js';
import { t, tMaybe } from '../lib/i18n.js';
import { Title, whenLoaded } from '../lib/page.js';
import { may, useMe } from '../lib/shell.js';
import { Sign } from '../lib/sign.js';

const parts = /** @type {const} */ (['stored', 'duplicates', 'conflicts', 'refused', 'pending']);
/** One of each kind that the server's check lets through. */
const examples = {
  folder: { door: 'folder', path: '/srv/measurements', under: 'Line 1', zone: 'Asia/Seoul' },
  line: { door: 'line', listen: '127.0.0.1:8094', format: 'line' },
  mqtt: { door: 'mqtt', broker: 'mqtt://broker.example:1883', mapping: [{ topic: 'plant/+/force', characteristic: '{1}/force', unit: 'N' }] },
  'mqtt-listen': { door: 'mqtt-listen', listen: '127.0.0.1:1883', mapping: [{ topic: 'gauge/+', characteristic: '{1}', value: '/mm', unit: 'mm' }] },
  serial: { door: 'serial', device: '/dev/serial/by-id/usb-gauge', baud: 9600, pattern: '{channel:2}A{sign:1}{number:8}', channels: { '01': { characteristic: 'Line 1/Thickness', unit: 'mm' } } },
  mtconnect: { door: 'mtconnect', url: 'http://agent:5000/Gauge7', items: { thk: { characteristic: 'Line 1/Thickness', unit: 'MICRON' } } },
  sparkplug: { door: 'sparkplug', host_id: 'assay', brokers: [{ host: 'broker.plant', port: 1883 }] },
};

export default function Sources() {
  const me = useMe();
  const sources = useData('sources');
  const refresh = useThrottled(sources.reload, 2000);
  useEvents({ kinds: ['source', 'point'] }, refresh);
  const [open, setOpen] = useState(/** @type {string | null} */ (null));
  const edit = async (/** @type {string | null} */ name, /** @type {any} */ known) => {
    if (await showDialog(name ? t('source.change', { name }) : t('source.new'), (close) => html`<${SourceForm} name=${name} known=${known} close=${close} />`)) await sources.reload();
  };
  const isAdmin = may(me, 'admin');
  return html`<${Title} title=${t('nav.sources')} under=${t('source.under')} actions=${isAdmin && html`<button type="button" class="primary" onClick=${() => edit(null, null)}>${t('source.new')}</button>`} />
    ${whenLoaded(sources, (data) => html`<div class="table-box" tabindex="0" role="region" aria-label=${t('nav.sources')}><table class="conservation">
      <thead><tr><th scope="col">${t('source.name')}</th><th scope="col">${t('state')}</th><th scope="col" class="number">${t('source.received')}</th>
        ${parts.map((p) => html`<th scope="col" class="number" key=${p}>${t(`source.${p}`)}</th>`)}<th scope="col">${t('source.adds-up')}</th><th scope="col">${t('last.time')}</th></tr></thead>
      <tbody>${data.sources.map((/** @type {any} */ s) => html`<${Row} key=${s.name} source=${s} isOpen=${open === s.name} toggle=${() => setOpen(open === s.name ? null : s.name)} />`)}</tbody></table>
      ${!data.sources.length && html`<p class="empty">${t('source.none')}</p>`}</div>
      ${open && html`<${Detail} key=${open} name=${open} isAdmin=${isAdmin} edit=${edit} reload=${sources.reload} />`}`)}`;
}

/** @param {any} s @returns {import('../lib/sign.js').State} */
function stateOf(s) {
  if (s.state === 'failed') return 'stop';
  if (s.state === 'waiting' || s.stale || s.refused || s.conflicts) return 'check';
  return s.received ? 'ok' : 'no-data';
}

/** Why it waits or failed, as its door says it. @param {any} s @returns {string} */
function troubleOf(s) {
  const troubles = [s.detail, ...(s.brokers ?? []).map((/** @type {any} */ b) => b.trouble)];
  return s.state === 'waiting' || s.state === 'failed' ? troubles.filter(Boolean).join(' · ') : '';
}

/** @param {{source: any, isOpen: boolean, toggle: () => void}} props */
function Row({ source: s, isOpen, toggle }) {
  const sum = parts.reduce((n, p) => n + s[p], 0), trouble = troubleOf(s);
  return html`<tr><th scope="row"><button type="button" class="quiet" aria-expanded=${isOpen ? 'true' : 'false'} onClick=${toggle}>${s.name}</button><small>${tMaybe(`source.door.${s.door}`, s.door)}</small></th>
    <td><${Sign} state=${stateOf(s)} /><small class="block">${tMaybe(`source.state.${s.state}`, s.state)}${s.stale ? ` · ${t('source.silent')}` : ''}</small>${trouble && html`<small class="block worse">${trouble}</small>`}</td><td class="number">${count(s.received)}</td>
    ${parts.map((p) => html`<td class="number ${s[p] && (p === 'refused' || p === 'conflicts') ? 'worse' : ''}" key=${p}>${count(s[p])}</td>`)}
    <td>${sum === s.received ? t('source.yes') : t('source.no', { n: count(s.received - sum) })}</td><td><time datetime=${s.last_time}>${ago(s.last_time)}</time></td></tr>`;
}

/** @param {{name: string, isAdmin: boolean, edit: (name: string, known: any) => void, reload: () => Promise<void>}} props */
function Detail({ name, isAdmin, edit, reload }) {
  const one = useData(`sources/${encodeURIComponent(name)}`);
  const remove = async () => {
    if (await askReason({ title: t('source.remove', { name }), text: t('source.remove-text'), action: t('source.remove-do'), run: (why) => change('DELETE', `sources/${encodeURIComponent(name)}`, undefined, { of: one.data, query: { why } }) })) await reload();
  };
  return html`<section class="card stack detail"><h2>${name}</h2>${whenLoaded(one, (data) => html`
    ${data.source.settings || data.source.document ? html`<pre class="words" tabindex="0">${JSON.stringify(data.source.settings ?? data.source.document, null, 1)}</pre>` : ''}
    ${[data.source.guessed, data.source.notes].map((words, i) => words && html`<pre class=${i ? 'words worse' : 'words'} tabindex="0" aria-label=${t(i ? 'source.notes' : 'source.guessed')}>${words}</pre>`)}
    ${data.refusals.length ? html`<div class="table-box short" tabindex="0" role="region" aria-label=${t('source.refusals')}><table><thead><tr><th scope="col">${t('first.why')}</th><th scope="col" class="number">${t('first.values')}</th><th scope="col">${t('source.example')}</th>
      <th scope="col">${t('source.remedy')}</th><th scope="col">${t('source.last')}</th></tr></thead><tbody>${data.refusals.map((/** @type {any} */ r) => html`<tr key=${r.reason}><td>${tMaybe(`refused.${r.reason}`, r.reason)}</td><td class="number">${count(r.count)}</td>
      <td><code>${r.example}</code></td><td>${r.remedy}</td><td><time>${dateTime(r.last)}</time></td></tr>`)}</tbody></table></div>` : html`<p class="soft">${t('source.nothing-refused')}</p>`}
    ${isAdmin && data.source.door && data.source.door !== 'http' && html`<div class="row"><button type="button" onClick=${() => edit(name, one.data)}>${t('source.settings')}</button>
      <button type="button" onClick=${() => remove().catch(tellProblem)}>${t('source.remove-do')}</button></div>`}`)}</section>`;
}

/** A source is one JSON document; the server checks it before it is stored. A dialect is pinned in it.
 * @param {{name: string | null, known: any, close: (done?: any) => void}} props */
function SourceForm({ name, known, close }) {
  const [id, setId] = useState(name ?? '');
  const [text, setText] = useState(JSON.stringify(known?.source.settings ?? known?.source.document ?? examples.folder, null, 2));
  const [dialect, setDialect] = useState('');
  const [error, setError] = useState(''), [isFine, setFine] = useState(false);
  const document_ = () => ({ ...JSON.parse(text), ...(dialect && { dialect }) });
  const check = async () => {
    setFine(false);
    setError('');
    try {
      await change('POST', `sources/${encodeURIComponent(id)}/check`, document_());
      setFine(true);
    } catch (problem) {
      setError(inWords(problem));
    }
  };
  const submit = async (/** @type {Event} */ e) => {
    e.preventDefault();
    try {
      await change('PUT', `sources/${encodeURIComponent(id)}`, document_(), { of: known ?? 'new' });
      close(true);
    } catch (problem) {
      setError(inWords(problem));
    }
  };
  return html`<form class="stack" novalidate onSubmit=${submit}>
    <${Field} label=${t('source.name')} value=${id} readonly=${Boolean(name)} onInput=${(/** @type {any} */ e) => setId(e.target.value.trim())} />
    ${!name && html`<${Field} label=${t('source.door')} value="" options=${[['', t('source.choose')], ...Object.keys(examples).map((k) => [k, tMaybe(`source.door.${k}`, k)])]}
      onChange=${(/** @type {any} */ e) => e.target.value && setText(JSON.stringify(examples[/** @type {keyof typeof examples} */ (e.target.value)], null, 2))} />`}
    <${Field} label=${t('source.settings')} hint=${t('source.settings-hint')} lines=${10} class="mono-field" value=${text} spellcheck="false" onInput=${(/** @type {any} */ e) => setText(e.target.value)} />
    <${Field} label=${t('source.dialect')} hint="encoding=cp949;delimiter=;;decimal=,;date=dmy" value=${dialect} onInput=${(/** @type {any} */ e) => setDialect(e.target.value.trim())} />
    <div role="status">${isFine && html`<p class="soft">${t('source.is-fine')}</p>`}</div>${error && html`<div class="trouble" role="alert"><p>${error}</p></div>`}
    <div class="row"><button type="button" onClick=${check}>${t('source.check')}</button></div><${Buttons} action=${t('setup.save')} close=${close} /></form>`;
}
