// SPDX-License-Identifier: GPL-3.0-or-later
// What programmes ask of a party itself: its region, its size, the body it stands for. Quotas and money go by it.
import { change, inWords } from '../../lib/api.js';
import { Buttons } from '../../lib/dialog.js';
import { SchemeField } from '../../lib/fields.js';
import { Field } from '../../lib/form.js';
import { html, useState } from '../../lib/html.js';
import { t } from '../../lib/i18n.js';
import { named, useRules } from '../../lib/programme.js';

/** @param {{party: any, schemes: any[], close: (done?: any) => void}} props */
export function Answers({ party, schemes, close }) {
  const [scheme, setScheme] = useState(schemes[0]?.id ?? '');
  const [said, setSaid] = useState(/** @type {Record<string, any>} */ ({}));
  const [error, setError] = useState('');
  const fields = useRules(scheme || null).data?.party ?? [];
  const submit = async (/** @type {Event} */ e) => {
    e.preventDefault();
    try {
      close(await change('PATCH', `parties/${party.id}`, Object.fromEntries(Object.entries(said).map(([k, v]) => [k, v ?? null]))));
    } catch (problem) {
      setError(inWords(problem));
    }
  };
  return html`<form class="stack" novalidate onSubmit=${submit}>${error && html`<p class="error" role="alert">${error}</p>`}
    <${Field} label=${t('scheme')} value=${scheme} options=${schemes.map((s) => [s.id, named(s)])} onChange=${(/** @type {any} */ e) => {
    setScheme(e.target.value);
    setSaid({});
  }} />
    ${fields.map((/** @type {any} */ f) => html`<${SchemeField} key=${`${scheme} ${f.id}`} field=${{ ...f, needed: false }} value=${f.id in said ? said[f.id] : party[f.id]} onChange=${(/** @type {any} */ v) => setSaid((old) => ({ ...old, [f.id]: v }))} />`)}
    ${!fields.length && html`<p class="soft">${t('party.asks-nothing')}</p>`}<${Buttons} action=${t('setup.save')} isBusy=${!Object.keys(said).length} close=${close} /></form>`;
}
