// SPDX-License-Identifier: GPL-3.0-or-later
// A field that holds one of the seven tools: the address of what is drawn from stored data, so that everybody looks at
// the same points; causes and their effect are an outline, a line for each branch.
import { get, inWords } from './api.js';
import { Field } from './form.js';
import { useData } from './hooks.js';
import { html, useRef, useState } from './html.js';
import { t, tMaybe } from './i18n.js';
import { Tool } from './tool.js';

/** Which screen shows it. @type {Record<string, string>} */
const screens = { control: 'chart', histogram: 'describe', check_sheet: 'describe', pareto: 'pareto', scatter: 'scatter', stratified: 'chart' };
const address = /^\/(chart|describe|pareto|scatter)(?:\/([\d,]+))?(?:\?(.*))?$/;
/** What stands for the table of the same form, in a field of a Pareto chart. */
const TABLE = 'table';
const strata = ['machine', 'operator', 'batch', 'cavity', 'station', 'gauge', 'stage', 'event'];
let lists = 0;

/** @param {any} value */
export function chartWords(value) {
  if (value === TABLE) return t('field.pareto-table');
  return typeof value === 'string' && address.test(value) ? html`<a href=${value}>${t('field.chart-open')}</a>` : null;
}

/** @param {{of?: string, value: any, place?: import('./files.js').FilePlace, onChange: (v: string | undefined) => void, label: string, hint: string, error?: string | null} & Record<string, any>} props */
export function ChartField({ of = '', value, place, onChange, label, hint, error, ...more }) {
  const id = useRef('');
  id.current ||= `drawn-${++lists}`;
  const [asked, setAsked] = useState(/** @type {any[]} */ ([])); // what the list had no room for
  const [unknown, setUnknown] = useState(/** @type {Record<string, {path: string, why: string} | null>} */ ({})); // what was typed, by field
  const choosers = useRef(/** @type {Record<string, (n: string) => void>} */ ({}));
  const screen = screens[of], isText = !screen || (value !== undefined && value !== TABLE && !address.test(String(value)));
  const { data } = useData(isText || screen === 'pareto' ? null : 'characteristics', { limit: 1000 });
  const known = [...data?.characteristics ?? [], ...asked], [, , numbers = '', rest] = address.exec(String(value ?? '')) ?? [];
  const [x = '', y = ''] = numbers.split(','), query = new URLSearchParams(rest ?? '');
  if (isText) return html`<${Field} label=${label} hint=${of === 'cause_effect' ? t('field.outline') : hint} error=${error} ...${more} lines=${of === 'cause_effect' ? 6 : 3} class="wide-field" value=${typeof value === 'object' ? JSON.stringify(value) : value ?? ''} onInput=${(/** @type {any} */ e) => onChange(e.target.value || undefined)} />`;
  const put = (/** @type {string[]} */ of2, /** @type {Record<string, string>} */ said) => {
    const text = new URLSearchParams(Object.entries(said).filter(([, v]) => v)).toString(), some = of2.some(Boolean);
    onChange(screen !== 'pareto' && !some ? undefined : `/${screen}${some ? `/${of2.join(',').replace(/,$/, '')}` : ''}${text ? `?${text}` : ''}`);
  };
  const said = { of: screen === 'pareto' ? query.get('of') ?? 'cause' : '', from: query.get('from') ?? '', to: query.get('to') ?? '', compare: query.get('compare') ?? '' };
  const day = (/** @type {'from' | 'to'} */ end) => html`<${Field} label=${t(`field.${end}`)} type="date" value=${said[end].slice(0, 10)}
    onChange=${(/** @type {any} */ e) => put([x, y], { ...said, [end]: e.target.value && screen === 'chart' ? new Date(`${e.target.value}T00:00:00`).toISOString() : e.target.value })} />`;
  const choose = async (/** @type {string} */ name, /** @type {string} */ path) => {
    const isIt = (/** @type {any} */ c) => c.path === path;
    let found = known.find(isIt), why = t('field.no-characteristic', { text: path });
    try {
      if (!found && path) found = (await get('characteristics', { search: path, limit: 1000 })).characteristics.find(isIt);
    } catch (problem) {
      why = inWords(problem);
    }
    if (found && !known.includes(found)) setAsked((old) => [...old, found]);
    setUnknown((old) => ({ ...old, [name]: found || !path ? null : { path, why } }));
    choosers.current[name](String(found?.number ?? ''));
  };
  const which = (/** @type {string} */ name, /** @type {string} */ number, /** @type {(n: string) => void} */ chosen) => {
    choosers.current[name] = chosen; // of this drawing of the field: the other half may have changed while it was asked
    return html`<${Field} label=${name} list=${id.current} autocomplete="off" error=${unknown[name]?.why ?? error}
      value=${unknown[name]?.path ?? (known.find((/** @type {any} */ c) => String(c.number) === number)?.path ?? '')} onChange=${(/** @type {any} */ e) => choose(name, e.target.value.trim())} />`;
  };
  const source = value === TABLE ? TABLE : value ? 'alarms' : '';
  const ofWhat = () => html`<${Field} label=${t('field.pareto-of')} error=${error} value=${source} options=${[['', t('field.choose')], [TABLE, t('field.pareto-table')], ['alarms', t('field.pareto-alarms')]]}
    onChange=${(/** @type {any} */ e) => onChange({ [TABLE]: TABLE, alarms: '/pareto?of=cause' }[/** @type {string} */ (e.target.value)])} />`;
  const isWhole = screen === 'pareto' ? source === 'alarms' : (of === 'scatter' ? x && y : of === 'stratified' ? x && said.compare : x);
  return html`<fieldset class="field-set"><legend>${label}</legend>${hint && html`<p class="hint">${hint}</p>`}<div class="form-grid">
      ${screen !== 'pareto' && which(of === 'scatter' ? t('field.across') : t('field.chart-of'), x, (n) => put([n, y], said))}
      ${of === 'scatter' && which(t('field.up'), y, (n) => put([x, n], said))}
      ${of === 'stratified' && html`<${Field} label=${t('compare.by')} value=${said.compare} options=${[['', t('field.choose')], ...strata.map((s) => [s, tMaybe(`context.${s}`, s)])]} onChange=${(/** @type {any} */ e) => put([x], { ...said, compare: e.target.value })} />`}
      ${screen === 'pareto' && ofWhat()}${screen !== 'describe' && (screen !== 'pareto' || source === 'alarms') && html`${day('from')}${day('to')}`}</div><datalist id=${id.current}>${known.map((/** @type {any} */ c) => html`<option key=${c.number} value=${c.path}></option>`)}</datalist>
    ${value !== undefined && isWhole && !place?.isKiosk && html`<${Tool} key=${value} path=${`drawings/${of}`} link=${String(value)} name=${label} />`}</fieldset>`;
}
