// SPDX-License-Identifier: GPL-3.0-or-later
// Whom a party belongs to, and what roles it holds: each from a day until a day. Who may judge and vote goes by it.
import { change, inWords } from '../../lib/api.js';
import { Buttons } from '../../lib/dialog.js';
import { Field } from '../../lib/form.js';
import { date } from '../../lib/format.js';
import { useData } from '../../lib/hooks.js';
import { html, useState } from '../../lib/html.js';
import { t, tMaybe } from '../../lib/i18n.js';
import { PartyField } from '../../lib/party_field.js';
import { find, named, useRules } from '../../lib/programme.js';

/** The words of the programmes that ship; others are written. */
const relations = ['employed', 'employs', 'works_for', 'represents', 'member', 'member_of', 'owns', 'kin', 'mentors', 'trains', 'supplies', 'customer_of', 'consults', 'competes', 'same_firm', 'same_circle'];
const OTHER = '-';

/** @param {{party: any, schemes: any[], change: ((what: 'relate' | 'appoint', old: any) => void) | null}} props */
export function Ties({ party: p, schemes, change: edit }) {
  const span = (/** @type {any} */ x) => (x.from || x.until ? html` <small class="span">${x.from ? date(x.from) : ''} – ${x.until ? date(x.until) : ''}</small>` : '');
  const more = (/** @type {'relate' | 'appoint'} */ what, /** @type {any} */ x) => edit && html`<button type="button" class="screen-only" onClick=${() => edit(what, x)}>${t('party.dates')}</button>`;
  return html`${p.relations?.length > 0 && html`<h3>${t('party.relations')}</h3><ul class="ties">${p.relations.map((/** @type {any} */ x, /** @type {number} */ i) => html`<li key=${i} class="row spread"><span>${tMaybe(`relation.${x.relation}`, x.relation)} <${Name} id=${x.to} />${span(x)}</span>${more('relate', x)}</li>`)}</ul>`}
    ${p.appointments?.length > 0 && html`<h3>${t('party.appointments')}</h3><ul class="ties">${p.appointments.map((/** @type {any} */ x, /** @type {number} */ i) => html`<li key=${i} class="row spread"><span><${RoleName} scheme=${x.scheme} role=${x.role} schemes=${schemes} />${x.place ? ` · ${x.place}` : ''}${span(x)}</span>${more('appoint', x)}</li>`)}</ul>`}`;
}

/** @param {{id: string}} props */
function Name({ id }) {
  const { data } = useData(`parties/${id}`);
  return data?.name ? html`<a href="/parties/${id}">${data.name}</a>` : html`<span class="mono">${String(id).slice(-6)}</span>`;
}

/** @param {{scheme: string, role: string, schemes: any[]}} props */
function RoleName({ scheme, role, schemes }) {
  const rules = useRules(schemes.some((s) => s.id === scheme) ? scheme : null);
  return html`${named(find(rules.data?.roles, role), role)} · ${named(find(schemes, scheme), scheme)}`;
}

/** A form that is sent as it is said, without what is empty.
 * @param {string} path @param {Record<string, any>} begin @param {(done?: any) => void} close */
function useSaid(path, begin, close) {
  const [said, setSaid] = useState(begin);
  const [error, setError] = useState('');
  const put = (/** @type {string} */ key, /** @type {any} */ value) => setSaid((old) => ({ ...old, [key]: value }));
  const send = async (/** @type {Event} */ e, /** @type {Record<string, any>} */ more = {}) => {
    e.preventDefault();
    try {
      await change('POST', path, Object.fromEntries(Object.entries({ ...said, ...more }).filter(([, v]) => v !== undefined && v !== '')));
      close(true);
    } catch (problem) {
      setError(inWords(problem));
    }
  };
  const day = (/** @type {string} */ key, /** @type {any} */ more = {}) => html`<${Field} label=${t(/** @type {any} */ (`party.${key}`))} type="date" value=${said[key]?.slice(0, 10) ?? ''} onChange=${(/** @type {any} */ e) => put(key, e.target.value)} ...${more} />`;
  return { said, put, send, day, trouble: error && html`<p class="error" role="alert">${error}</p>` };
}

/** `old`: one that is there, whose end is said. @param {{party: any, old?: any, close: (done?: any) => void}} props */
export function Relation({ party, old, close }) {
  const begin = old ? { relation: old.relation, to: old.to, from: old.from, until: old.until, note: old.note } : { relation: relations[0], to: '', from: '', until: '' };
  const { said, put, send, day, trouble } = useSaid(`parties/${party.id}/relate`, begin, close);
  const [kind, setKind] = useState('firm'), [word, setWord] = useState('');
  if (old) return html`<form class="stack" novalidate onSubmit=${send}><p>${tMaybe(`relation.${old.relation}`, old.relation)} <${Name} id=${old.to} />${old.from ? ` · ${t('party.from')} ${date(old.from)}` : ''}</p>${trouble}
    ${day('until', { hint: t('party.until-hint') })}<${Buttons} action=${t('setup.save')} close=${close} /></form>`;
  return html`<form class="stack" novalidate onSubmit=${(/** @type {Event} */ e) => send(e, said.relation === OTHER ? { relation: word.trim() } : {})}>${trouble}
    <${Field} label=${t('party.relation')} value=${said.relation} options=${[...relations.map((r) => [r, t(/** @type {any} */ (`relation.${r}`))]), [OTHER, t('party.relation-other')]]} onChange=${(/** @type {any} */ e) => put('relation', e.target.value)} />
    ${said.relation === OTHER && html`<${Field} label=${t('party.relation-word')} hint=${t('party.relation-hint')} autocomplete="off" value=${word} onInput=${(/** @type {any} */ e) => setWord(e.target.value)} />`}
    <${Field} label=${t('parties.kind')} value=${kind} options=${['firm', 'person', 'team'].map((k) => [k, t(/** @type {any} */ (`parties.${k}`))])} onChange=${(/** @type {any} */ e) => setKind(e.target.value)} />
    <${PartyField} kind=${kind} label=${t('party.to')} hint=${t('party.to-hint')} value=${said.to} onChange=${(/** @type {string | undefined} */ to) => put('to', to)} />
    <div class="two">${day('from')}${day('until', { hint: t('party.until-hint') })}</div><${Buttons} action=${t('party.relate')} isBusy=${!said.to} close=${close} /></form>`;
}

/** @param {{party: any, schemes: any[], old?: any, close: (done?: any) => void}} props */
export function Appointment({ party, schemes, old, close }) {
  const { said, put, send, day, trouble } = useSaid(`parties/${party.id}/appoint`, old ?? { scheme: schemes[0]?.id ?? '', role: '', place: '', from: '', until: '' }, close);
  const roles = useRules(schemes.some((s) => s.id === said.scheme) ? said.scheme : null).data?.roles ?? [];
  const role = old || find(roles, said.role) ? said.role : roles[0]?.id ?? '';
  return html`<form class="stack" novalidate onSubmit=${(/** @type {Event} */ e) => send(e, { role })}>${trouble}
    ${old ? html`<p><${RoleName} scheme=${old.scheme} role=${old.role} schemes=${schemes} />${old.place ? ` · ${old.place}` : ''}</p>`
    : html`<${Field} label=${t('scheme')} value=${said.scheme} options=${schemes.map((s) => [s.id, named(s)])} onChange=${(/** @type {any} */ e) => put('scheme', e.target.value)} />
    <${Field} label=${t('party.role')} value=${role} options=${roles.map((/** @type {any} */ r) => [r.id, named(r)])} onChange=${(/** @type {any} */ e) => put('role', e.target.value)} />
    <${Field} label=${t('roll.place')} hint=${t('party.place-hint')} value=${said.place} onInput=${(/** @type {any} */ e) => put('place', e.target.value)} />`}
    <div class="two">${day('from')}${day('until', { hint: t('party.until-hint') })}</div>${day('trained', { hint: t('party.trained-hint') })}<${Buttons} action=${t(old ? 'setup.save' : 'party.appoint')} isBusy=${!role} close=${close} /></form>`;
}
