// SPDX-License-Identifier: GPL-3.0-or-later
// A new study: which readings, which of their columns say part and operator; looked at, then kept.
import { change, Problem } from '../../lib/api.js';
import { askReason } from '../../lib/dialog.js';
import { Drop } from '../../lib/drop.js';
import { Choice, Field } from '../../lib/form.js';
import { useData } from '../../lib/hooks.js';
import { html, useEffect, useState } from '../../lib/html.js';
import { t, tMaybe } from '../../lib/i18n.js';
import { Trouble } from '../../lib/page.js';
import { Study } from './study.js';

const kinds = /** @type {const} */ (['crossed', 'type-1']);
const empty = { kind: 'crossed', origin: 'stored', characteristic: '', from: '', to: '', part: '', operator: '', value: '', reference: '', tolerance: '' };

/** What the server takes. @param {any} wish @param {any} file @param {string} gauge */
function bodyOf(wish, file, gauge) {
  const time = (/** @type {string} */ local) => (local ? new Date(local).toISOString() : undefined);
  const number = (/** @type {string} */ text) => text.trim().replace(',', '.') || undefined;
  const isFile = wish.origin === 'file';
  return {
    gauge, kind: wish.kind, characteristic: wish.characteristic || undefined, part: wish.part || undefined, operator: wish.operator || undefined,
    ...(isFile ? { file: file?.id, value: wish.value || undefined } : { from: time(wish.from), to: time(wish.to) }),
    reference: wish.kind === 'type-1' ? number(wish.reference) : undefined, tolerance: number(wish.tolerance),
  };
}

/** @param {{gauge: string, kept: () => Promise<void>}} props */
export function NewStudy({ gauge, kept }) {
  const [wish, setWish] = useState(/** @type {any} */ (empty));
  const [file, setFile] = useState(/** @type {any} */ (null));
  const [found, setFound] = useState(/** @type {any} */ (null));
  const [error, setError] = useState(/** @type {unknown} */ (null));
  const [isBusy, setBusy] = useState(false);
  const set = (/** @type {any} */ more) => {
    setWish((/** @type {any} */ old) => ({ ...old, ...more }));
    setFound(null);
  };
  const run = async (/** @type {() => Promise<void>} */ what) => {
    setBusy(true);
    setError(null);
    try {
      await what();
    } catch (problem) {
      setError(problem);
    }
    setBusy(false);
  };
  const send = (/** @type {File} */ chosen) => run(async () => {
    const sent = await change('POST', 'imports', chosen, { query: { name: chosen.name }, headers: { 'Content-Type': 'application/octet-stream' } });
    const column = (/** @type {string[]} */ ...roles) => roles.map((role) => sent.preview.columns.find((/** @type {any} */ c) => c.role === role)).find(Boolean);
    const named = (/** @type {any} */ c) => (c ? `#${c.field}` : '');
    setFile(sent);
    set({ value: named(column('value')), part: named(column('part', 'serial')), operator: named(column('operator')), characteristic: sent.preview.characteristics[0]?.path ?? '' });
  });
  const compute = (/** @type {Event} */ e) => {
    e.preventDefault();
    void run(async () => {
      if (wish.origin === 'file' && !file) throw new Problem(422, { detail: t('study.no-file') });
      setFound(await change('POST', 'gauge-studies', bodyOf(wish, file, gauge)));
    });
  };
  const keep = async () => {
    const isKept = await askReason({ title: t('study.keep'), text: t('study.keep-text'), action: t('study.keep'),
      run: (why) => change('POST', 'gauge-studies', { ...bodyOf(wish, file, gauge), keep: true, why }) });
    if (!isKept) return;
    setFound(null);
    await kept();
  };
  const field = (/** @type {string} */ key, /** @type {any} */ label, /** @type {any} */ more = {}) => html`<${Field} label=${label} value=${wish[key]} ...${more} onInput=${(/** @type {any} */ e) => set({ [key]: e.target.value })} />`;
  return html`<section class="card stack"><h2>${t('study.new')}</h2>
    <div class="row"><${Choice} label=${t('study.kind')} value=${wish.kind} options=${kinds.map((k) => [k, t(`study.${k}`)])} onChange=${(/** @type {string} */ kind) => set({ kind })} />
      <${Choice} label=${t('study.origin')} value=${wish.origin} options=${[['stored', t('study.stored')], ['file', t('study.file')]]} onChange=${(/** @type {string} */ origin) => set({ origin })} /></div>
    <p class="soft">${t(wish.kind === 'type-1' ? 'study.type-1-text' : 'study.crossed-text')}</p>
    ${wish.origin === 'file' && (file ? html`<p class="row"><b>${file.name}</b><button type="button" onClick=${() => { setFile(null); setFound(null); }}>${t('first.another')}</button></p>` : html`<${Drop} send=${send} isBusy=${isBusy} />`)}
    <form class="stack" novalidate onSubmit=${compute}><div class="two">
      ${wish.origin === 'file' ? file && html`<${FileColumns} file=${file} wish=${wish} field=${field} />` : html`<${StoredColumns} gauge=${gauge} wish=${wish} field=${field} set=${set} />`}
      ${wish.kind === 'type-1' && field('reference', t('study.reference'), { inputmode: 'decimal' })}
      ${field('tolerance', t('study.given-tolerance'), { inputmode: 'decimal', hint: t('study.tolerance-hint') })}</div>
      ${error && html`<${Trouble} error=${error} />`}
      <div class="row"><button class="primary" disabled=${isBusy}>${t('study.compute')}</button></div></form>
    ${found && html`<${Study} of=${found.study} /><div class="row"><button type="button" class="primary" onClick=${keep}>${t('study.keep')}</button></div>`}</section>`;
}

/** @param {{file: any, wish: any, field: any}} props */
function FileColumns({ file, wish, field }) {
  const { columns, characteristics } = file.preview;
  const options = [['', '–'], ...columns.map((/** @type {any} */ c) => [`#${c.field}`, c.name ?? t('first.column', { n: c.field })])];
  return html`${characteristics.length > 1 && field('characteristic', t('characteristic'), { options: characteristics.map((/** @type {any} */ c) => [c.path, c.path]) })}
    ${columns.length > 0 && html`${field('value', t('role.value'), { options })}
      ${wish.kind === 'crossed' && html`${field('part', t('study.part'), { options })}${field('operator', t('study.operator'), { options })}`}`}`;
}

/** @param {{gauge: string, wish: any, field: any, set: (more: any) => void}} props */
function StoredColumns({ gauge, wish, field, set }) {
  const use = useData(`gauges/${encodeURIComponent(gauge)}/use`), search = wish.characteristic.trim();
  const found = useData(search ? 'characteristics' : null, { search, limit: 8, sort: 'path' });
  const used = [...(use.data?.seen ?? []).map((/** @type {any} */ c) => c.path), ...(use.data?.stations ?? []).map((/** @type {any} */ s) => s.characteristic)];
  const paths = [...new Set([...used, ...(found.data?.characteristics ?? []).map((/** @type {any} */ c) => c.path)])];
  const isOne = paths.includes(search);
  const contexts = useData(isOne ? `characteristics/${encodeURIComponent(search)}/contexts` : null);
  const there = contexts.data ? [...new Set(['part', 'serial', ...contexts.data.contexts.map((/** @type {any} */ c) => c.kind)])] : [];
  const options = [['', t('field.choose')], ...there.map((k) => [k, tMaybe(`role.${k}`, tMaybe(`context.${k}`, k))])];
  useEffect(() => {
    if (!there.length) return;
    const first = (/** @type {string[]} */ ...wanted) => wanted.find((k) => there.includes(k)) ?? '';
    set({ part: there.includes(wish.part) ? wish.part : first('part', 'serial', 'batch'), operator: there.includes(wish.operator) ? wish.operator : first('operator', 'group') });
  }, [there.join()]);
  return html`<div>${field('characteristic', t('characteristic'), { list: 'study-paths', autocomplete: 'off' })}<datalist id="study-paths">${paths.map((p) => html`<option key=${p} value=${p} />`)}</datalist></div>
    ${field('from', t('from'), { type: 'datetime-local' })}${field('to', t('to'), { type: 'datetime-local' })}
    ${wish.kind === 'crossed' && html`${field('part', t('study.part'), { options })}${field('operator', t('study.operator'), { options })}`}`;
}
