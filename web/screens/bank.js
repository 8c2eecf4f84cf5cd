// SPDX-License-Identifier: GPL-3.0-or-later
// The bank of an exam, for the desk: filling it, drawing forms, the cut, and what sittings have told about items,
// forms and markers. No item is shown here, before or after.
import { change, inWords } from '../lib/api.js';
import { showDialog, tell, tellProblem } from '../lib/dialog.js';
import { dateTime } from '../lib/format.js';
import { useData } from '../lib/hooks.js';
import { html, useState } from '../lib/html.js';
import { t, tMaybe } from '../lib/i18n.js';
import { Title, whenLoaded } from '../lib/page.js';
import { Exact, find, named, useRules } from '../lib/programme.js';
import { may, useMe } from '../lib/shell.js';

/** @param {{scheme: string, bank: string}} props */
export default function Bank({ scheme, bank }) {
  const path = `exams/${encodeURIComponent(scheme)}/${encodeURIComponent(bank)}`;
  const loaded = useData(path), rules = useRules(scheme), me = useMe();
  return whenLoaded(loaded, (b) => html`<${Title} title=${rules.data ? named(find(rules.data.banks, bank), bank) : bank} under=${rules.data ? named(rules.data, scheme) : scheme}
      actions=${html`<a class="button" href="/marking/${encodeURIComponent(scheme)}/${encodeURIComponent(bank)}">${t('nav.marking')}</a><a class="button" href="/schemes/${encodeURIComponent(scheme)}">${t('scheme.book')}</a>`} />
    <div class="case-main"><div class="stack"><${Forms} b=${b} /><${Items} b=${b} /></div>
      <div class="stack">${may(me, 'close') && html`<${Desk} b=${b} path=${path} reload=${loaded.reload} />`}<${Facts} b=${b} /></div></div>`);
}

/** @param {{b: any}} props */
function Facts({ b }) {
  const m = b.markers ?? {};
  return html`<section class="card"><h2>${t('bank.state')}</h2><dl class="facts"><dt>${t('bank.size')}</dt><dd>${b.size}</dd>
      ${(b.topics ?? []).map((/** @type {any} */ x) => html`<dt>· ${x.topic}</dt><dd>${x.items}</dd>`)}
      ${b.drawn && html`<dt>${t('bank.drawn')}</dt><dd>${dateTime(b.drawn)}</dd><dt>${t('bank.spread')}</dt><dd>${b.spread}</dd>`}
      ${b.angoff && html`<dt>${t('bank.raters')}</dt><dd>${b.raters}</dd>`}
      <dt>${t('bank.sittings')}</dt><dd>${b.sittings.all}</dd><dt>${t('bank.running')}</dt><dd>${b.sittings.running}</dd><dt>${t('bank.marking')}</dt><dd>${b.sittings.marking}</dd><dt>${t('bank.scored')}</dt><dd>${b.sittings.scored}</dd></dl>
    ${m.answers > 0 && html`<h3>${t('bank.markers')}</h3><dl class="facts"><dt>${t('bank.pairs')}</dt><dd>${m.answers}</dd><dt>${t('bank.same')}</dt><dd>${m.same}</dd><dt>${t('bank.apart')}</dt><dd><${Exact} of=${m.apart} /></dd>
      ${m.icc1 && html`<dt>ICC(1)</dt><dd><${Exact} of=${m.icc1} /></dd>`}<dt>${t('bank.thirds')}</dt><dd>${m.thirds}</dd></dl>`}</section>`;
}

/** @param {{b: any}} props */
function Forms({ b }) {
  if (!b.forms.length) return html`<section class="card"><h2>${t('bank.forms')}</h2><p class="soft">${t('bank.no-forms')}</p></section>`;
  return html`<section class="card"><h2>${t('bank.forms')}</h2><div class="table-box short" tabindex="0" role="region" aria-label=${t('bank.forms')}><table><thead><tr><th>${t('bank.form')}</th><th class="number">${t('bank.people')}</th><th class="number">${t('mean')}</th><th class="number wide">${t('sd')}</th><th class="number">${t('bank.alpha')}</th><th class="number wide">${t('bank.error')}</th><th class="number">${t('bank.cut')}</th></tr></thead>
    <tbody>${b.forms.map((/** @type {any} */ f) => html`<tr key=${f.form}><td>${f.form}</td><td class="number">${f.people}</td><td class="number"><${Exact} of=${f.mean} /></td><td class="number wide"><${Exact} of=${f.sd} /></td><td class="number"><${Exact} of=${f.alpha} /></td><td class="number wide"><${Exact} of=${f.error} /></td><td class="number"><${Exact} of=${f.cut} />${f.cut ? ' %' : ''}</td></tr>`)}</tbody></table></div></section>`;
}

/** @param {{b: any}} props */
function Items({ b }) {
  if (!b.items.length) return null;
  const doubt = (/** @type {any} */ i) => (i.discrimination === undefined ? '' : Number(i.discrimination) < 0 ? t('bank.key') : Number(i.discrimination) < 0.2 ? t('bank.look') : '');
  return html`<section class="card"><h2>${t('bank.items')}</h2><p class="hint">${t('bank.items-text')}</p><div class="table-box short" tabindex="0" role="region" aria-label=${t('bank.items')}><table><thead><tr><th>${t('bank.item')}</th><th class="wide">${t('bank.topic')}</th><th class="wide">${t('bank.kind')}</th><th class="number">${t('bank.form')}</th><th class="number">${t('bank.facility')}</th><th class="number">${t('bank.discrimination')}</th><th>${t('state')}</th></tr></thead>
    <tbody>${b.items.map((/** @type {any} */ i) => html`<tr key=${i.id}><td>${i.id}</td><td class="wide">${i.topic ?? ''}</td><td class="wide">${tMaybe(`item.${i.kind}`, i.kind)}</td><td class="number">${i.form}</td><td class="number"><${Exact} of=${i.facility} /></td><td class="number"><${Exact} of=${i.discrimination} /></td><td>${doubt(i)}</td></tr>`)}</tbody></table></div></section>`;
}

/** @param {{b: any, path: string, reload: () => Promise<void>}} props */
function Desk({ b, path, reload }) {
  const [refused, setRefused] = useState(/** @type {any[]} */ ([]));
  const step = async (/** @type {string} */ what, /** @type {string} */ text) => {
    if (!(await showDialog(t(/** @type {any} */ (`bank.${what}`)), (close) => html`<p>${text}</p><div class="buttons"><button type="button" onClick=${() => close(null)}>${t('cancel')}</button><button type="button" class="primary" onClick=${() => close(true)}>${t(/** @type {any} */ (`bank.${what}`))}</button></div>`))) return;
    await change('POST', `${path}/${what}`, {}).then(reload, tellProblem);
  };
  const fill = async (/** @type {any} */ e) => {
    const file = e.target.files[0];
    e.target.value = '';
    if (!file) return;
    try {
      const done = await change('POST', `${path}/items`, file, { headers: { 'Content-Type': 'application/octet-stream' } });
      setRefused(done.refused);
      tell(t('bank.taken', { n: done.taken, changed: done.changed, same: done.same }));
      await reload();
    } catch (error) {
      await showDialog(t('bank.fill'), (close) => html`<p role="alert">${inWords(error)}</p><div class="buttons"><button type="button" class="primary" onClick=${() => close(null)}>${t('close')}</button></div>`);
    }
  };
  return html`<section class="card"><h2>${t('round.desk')}</h2><div class="stack"><div class="field"><label for="bank-file">${t('bank.fill')}</label><input id="bank-file" type="file" accept=".csv,.xlsx,.txt" onChange=${fill} /><p class="hint">${t('bank.fill-text')}</p></div>
    ${refused.length > 0 && html`<div class="trouble" role="alert"><p>${t('bank.refused', { n: refused.length })}</p><ul>${refused.slice(0, 20).map((r) => html`<li>${t('bank.fault', { row: r.row, field: r.field, found: r.found ?? '', expected: r.expected })}</li>`)}</ul></div>`}
    <div class="row"><button type="button" disabled=${!b.size} onClick=${() => step('draw', t('bank.draw-text'))}>${t('bank.draw')}</button>
      ${b.angoff && html`<button type="button" disabled=${!b.forms.length} onClick=${() => step('cut', t('bank.cut-text', { n: b.raters }))}>${t('bank.cut')}</button>`}</div></div></section>`;
}
