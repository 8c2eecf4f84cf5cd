// SPDX-License-Identifier: GPL-3.0-or-later
// A signal becomes a case in one action and carries its chart along: for whoever takes part in a programme that is open.
import { change, inWords } from '../../lib/api.js';
import { Field } from '../../lib/form.js';
import { useData } from '../../lib/hooks.js';
import { html, useState } from '../../lib/html.js';
import { t } from '../../lib/i18n.js';
import { Loading } from '../../lib/page.js';
import { named, newest } from '../../lib/programme.js';
import { go } from '../../lib/router.js';

/** Who a case of this kind may be about: oneself, or a team or firm one belongs to. @param {any} me @param {string} kind */
function parties(me, kind) {
  const others = (me.relations ?? []).filter((/** @type {any} */ r) => r.name && !r.until).map((/** @type {any} */ r) => ({ id: r.to, kind: r.kind, name: r.name }));
  const all = [{ id: me.id, kind: me.kind, name: me.name }, ...others], own = all.filter((p) => p.kind === kind);
  return own.length ? own : all;
}

/** @param {{a: any}} props */
export function NewCase({ a }) {
  const who = useData('me/party'), me = who.data, known = useData('schemes'), schemes = newest(known.data?.schemes ?? []).filter((s) => s.is_open);
  const [chosen, setChosen] = useState({ scheme: '', party: '' });
  const [trouble, setTrouble] = useState('');
  if (who.error) return html`<p class="notice">${t('idea.nobody')}</p>`;
  if (!me || !known.data) return html`<${Loading} />`;
  if (!schemes.length) return html`<p class="empty">${t('alarm.theme-none')}</p>`;
  const team = (me.relations ?? []).find((/** @type {any} */ r) => r.kind)?.kind;
  const scheme = schemes.find((s) => s.id === chosen.scheme) ?? schemes.find((s) => s.case_of === team) ?? schemes[0];
  const of = parties(me, scheme.case_of), party = of.find((p) => p.id === chosen.party) ?? of[0];
  const begin = async (/** @type {Event} */ e) => {
    e.preventDefault();
    try { // the same signal, programme and party again lead to the same case
      go(`/case/${(await change('POST', `alarms/${a.id}/case`, { scheme: scheme.id, party: party.id, title: a.path, key: `${a.id}${party.id}${scheme.id}`.slice(0, 100) })).case}`);
    } catch (error) {
      setTrouble(inWords(error));
    }
  };
  return html`<form class="stack" onSubmit=${begin}><p class="soft">${t('alarm.theme-text')}</p>
    <${Field} label=${t('scheme')} value=${scheme.id} options=${schemes.map((s) => [s.id, named(s)])} onChange=${(/** @type {any} */ e) => setChosen({ ...chosen, scheme: e.target.value })} />
    ${of.length > 1 && html`<${Field} label=${t('alarm.theme-for')} value=${party.id} options=${of.map((p) => [p.id, p.name])} onChange=${(/** @type {any} */ e) => setChosen({ ...chosen, party: e.target.value })} />`}
    <div class="row spread"><span>${of.length === 1 ? of[0].name : ''}</span><button>${t('alarm.theme-begin')}</button></div>${trouble && html`<p class="error" role="alert">${trouble}</p>`}</form>`;
}
