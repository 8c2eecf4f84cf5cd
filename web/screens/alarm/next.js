// SPDX-License-Identifier: GPL-3.0-or-later
// The next step of an alarm: one short form. What was said may be said again until the next step.
import { change, inWords } from '../../lib/api.js';
import { Check, Choice, Field } from '../../lib/form.js';
import { useData } from '../../lib/hooks.js';
import { html, useState } from '../../lib/html.js';
import { t } from '../../lib/i18n.js';
import { may, useMe } from '../../lib/shell.js';

/** @type {Record<string, string>} */
const FOLLOWS = { raised: 'acknowledged', acknowledged: 'contained', contained: 'cause', cause: 'action', action: 'action', verified: 'closed' };
const OTHER = '\u0000other';

/** @param {{a: any, reload: () => Promise<any>}} props */
export function NextStep({ a, reload }) {
  const me = useMe(), step = FOLLOWS[a.state];
  const lists = useData(step === 'cause' || step === 'action' ? 'lists' : null);
  const [form, setForm] = useState(/** @type {Record<string, any>} */ ({}));
  const [error, setError] = useState('');
  const [isBusy, setBusy] = useState(false);
  if (!step) return null;
  const set = (/** @type {string} */ name) => (/** @type {any} */ e) => setForm((old) => ({ ...old, [name]: e.target.value }));
  if (!may(me, step === 'closed' ? 'close' : 'act')) return html`<section class="card"><h2>${t('alarm.next')}</h2><p class="hint">${t(step === 'closed' ? 'alarm.close.who' : 'alarm.act.who')}</p></section>`;
  const hadHand = a.steps.some((/** @type {any} */ s) => s.actor === me.account);
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    const said = body(step, form);
    if (lacks(said)) return setError(t(/** @type {any} */ (`alarm.needs.${step}`)));
    setBusy(true);
    try {
      await change('POST', `alarms/${a.id}/steps`, said, { of: a });
      await reload();
    } catch (problem) {
      setError(inWords(problem));
      setBusy(false);
    }
  };
  return html`<section class="card next"><h2>${t('alarm.next')}: ${t(/** @type {any} */ (`alarm.do.${step}`))}</h2>
    ${a.state === 'action' && html`<p>${t('alarm.verifying', { n: a.verified.points, all: a.verified.wanted })}</p>`}
    ${step === 'closed' && hadHand ? html`<p>${t('alarm.close.second')}</p>` : html`<form class="stack" novalidate onSubmit=${submit}>
      ${step === 'contained' && html`<${Containment} form=${form} set=${set} />`}
      ${(step === 'cause' || step === 'action') && html`<${FromList} kind=${step} a=${a} lists=${lists.data?.items ?? []} form=${form} setForm=${setForm} set=${set} />`}
      ${step === 'cause' && html`<${Check} label=${t('alarm.false')} checked=${form.false ?? false} onChange=${(/** @type {boolean} */ on) => setForm((old) => ({ ...old, false: on }))} />`}
      <${Field} label=${t('alarm.note')} value=${form.note ?? ''} onInput=${set('note')} lines=${2} error=${error} />
      <div class="buttons"><button class="primary" disabled=${isBusy}>${t(/** @type {any} */ (`alarm.do.${step}`))}</button></div></form>`}
  </section>`;
}

/** @param {string} step @param {Record<string, any>} form */
function body(step, form) {
  /** @type {Record<string, any>} */
  const out = { step };
  for (const key of ['from', 'to', 'place', 'note']) if (form[key]?.trim()) out[key] = form[key].trim();
  if (form.quantity) out.quantity = Number(form.quantity);
  if (step === 'cause' || step === 'action') out[step] = form.choice === OTHER || !form.choice ? form.other?.trim() : form.choice;
  if (step === 'cause' && form.false) out.false = true;
  return out;
}

/** Does it not say what its step asks for? The server refuses it then. @param {Record<string, any>} said */
function lacks(said) {
  if (said.step === 'contained') return !said.from && !said.note;
  return (said.step === 'cause' || said.step === 'action') && !said[said.step];
}

/** @param {{form: Record<string, any>, set: (name: string) => any}} props */
function Containment({ form, set }) {
  return html`<p class="hint">${t('alarm.contain.hint')}</p><div class="pairs">
    <${Field} label=${t('alarm.from')} value=${form.from ?? ''} onInput=${set('from')} />
    <${Field} label=${t('alarm.to')} value=${form.to ?? ''} onInput=${set('to')} />
    <${Field} label=${t('alarm.quantity')} type="number" min="0" inputmode="numeric" value=${form.quantity ?? ''} onInput=${set('quantity')} />
    <${Field} label=${t('alarm.place')} value=${form.place ?? ''} onInput=${set('place')} /></div>`;
}

/** Short lists; "other" takes words. @param {{kind: string, a: any, lists: any[], form: Record<string, any>, setForm: (f: (old: any) => any) => void, set: (name: string) => any}} props */
function FromList({ kind, a, lists, form, setForm, set }) {
  const items = lists.filter((l) => l.document.for === kind && (l.document.characteristic === '*' || l.document.characteristic === a.path))
    .sort((x, y) => Number(x.document.characteristic === '*') - Number(y.document.characteristic === '*')).flatMap((l) => l.document.items);
  const options = /** @type {[string, string][]} */ ([...new Set(items)].slice(0, 12).map((x) => [x, x]));
  const label = t(/** @type {any} */ (`alarm.${kind}`));
  return html`${options.length > 0 && html`<${Choice} label=${label} value=${form.choice ?? ''} options=${[...options, [OTHER, t('alarm.other')]]}
      onChange=${(/** @type {string} */ choice) => setForm((old) => ({ ...old, choice }))} />`}
    ${(options.length === 0 || form.choice === OTHER) && html`<${Field} label=${label} value=${form.other ?? ''} onInput=${set('other')} />`}`;
}
