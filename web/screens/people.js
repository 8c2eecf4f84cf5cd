// SPDX-License-Identifier: GPL-3.0-or-later
// Accounts, their roles at sites, their badges.
import { change, Problem } from '../lib/api.js';
import { askReason, Buttons, showDialog, tell, tellProblem } from '../lib/dialog.js';
import { Check, Field } from '../lib/form.js';
import { useData } from '../lib/hooks.js';
import { html, useState } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { Title, whenLoaded } from '../lib/page.js';
import { may, useMe } from '../lib/shell.js';

const roles = /** @type {const} */ (['operator', 'engineer', 'quality-manager', 'examiner', 'auditor', 'administrator']);

export default function People() {
  const me = useMe();
  const people = useData('people'), badges = useData('badges');
  const isAdmin = may(me, 'admin');
  const reload = () => void Promise.all([people.reload(), badges.reload()]);
  const edit = async (/** @type {any} */ person) => {
    if (await showDialog(person ? t('people.change', { name: person.account }) : t('people.new'), (close) => html`<${PersonForm} person=${person} close=${close} />`)) reload();
  };
  return html`<${Title} title=${t('nav.people')} under=${t('people.under')} actions=${isAdmin && html`<button type="button" class="primary" onClick=${() => edit(null)}>${t('people.new')}</button>`} />
    ${whenLoaded(people, (data) => html`<div class="cards people">${data.people.map((/** @type {any} */ p) => html`<${PersonCard} key=${p.account} person=${p} isAdmin=${isAdmin}
      badges=${(badges.data?.items ?? []).filter((/** @type {any} */ b) => b.document.account === p.account)} edit=${() => edit(p)} reload=${reload} />`)}</div>`)}`;
}

/** @param {{person: any, badges: any[], isAdmin: boolean, edit: () => void, reload: () => void}} props */
function PersonCard({ person: p, badges, isAdmin, edit, reload }) {
  const invite = async () => {
    try {
      const { link } = await change('POST', `people/${encodeURIComponent(p.account)}/invitation`);
      await showDialog(t('people.invited', { name: p.account }), (close) => html`<p>${t('people.invited-text')}</p><p><code class="link">${link}</code></p>
        <div class="buttons"><button type="button" class="primary" onClick=${() => close()}>${t('close')}</button></div>`);
    } catch (error) {
      tellProblem(error);
    }
  };
  const give = async () => {
    if (await showDialog(t('people.badge-for', { name: p.name || p.account }), (close) => html`<${BadgeForm} account=${p.account} close=${close} />`)) reload();
  };
  const take = async (/** @type {any} */ badge) => {
    try {
      await change('DELETE', `badges/${badge.id}`);
      tell(t('people.badge-taken'));
      reload();
    } catch (error) {
      tellProblem(error);
    }
  };
  const switch_ = async () => {
    const done = await askReason({ title: t(p.disabled ? 'people.enable' : 'people.disable', { name: p.account }), action: t(p.disabled ? 'people.enable-do' : 'people.disable-do'),
      run: (why) => change('PUT', `people/${encodeURIComponent(p.account)}`, { disabled: !p.disabled, why }, { headers: { 'If-Match': `"${p.version}"` } }) });
    if (done) reload();
  };
  const grants = p.grants ? p.grants.split(',') : [];
  return html`<article class="card ${p.disabled ? 'off' : ''}"><h2>${p.name || p.account}</h2><p class="soft">${p.account}${p.disabled ? ` · ${t('people.disabled')}` : !p.has_password ? ` · ${t('people.no-password')}` : p.has_codes ? ` · ${t('people.codes')}` : ''}</p>
    <ul class="tags">${grants.map((/** @type {string} */ g) => {
      const [role, site] = g.split('@');
      return html`<li key=${g}>${t(/** @type {any} */ (`people.role.${role}`))}${site ? ` · ${site}` : ''}</li>`;
    })}</ul>
    ${badges.length > 0 && html`<ul class="plain">${badges.map((b) => html`<li key=${b.id} class="row">${t('people.badge', { label: b.document.label || b.id.slice(-6) })}
      ${isAdmin && html`<button type="button" class="quiet" onClick=${() => take(b)}>${t('people.badge-take')}</button>`}</li>`)}</ul>`}
    ${isAdmin && html`<div class="row"><button type="button" onClick=${edit}>${t('people.edit')}</button><button type="button" onClick=${give}>${t('people.badge-give')}</button>
      <button type="button" onClick=${invite}>${t('people.invite')}</button><button type="button" onClick=${switch_}>${t(p.disabled ? 'people.enable-do' : 'people.disable-do')}</button></div>`}</article>`;
}

/** @param {{person: any, close: (done?: any) => void}} props */
function PersonForm({ person, close }) {
  const [form, setForm] = useState({ account: person?.account ?? '', name: person?.name ?? '', grants: person?.grants ? person.grants.split(',') : /** @type {string[]} */ ([]), why: '' });
  const [site, setSite] = useState('');
  const [error, setError] = useState(/** @type {Problem | null} */ (null));
  const set = (/** @type {any} */ more) => setForm({ ...form, ...more });
  const key = (/** @type {string} */ role) => (site ? `${role}@${site}` : role);
  const toggle = (/** @type {string} */ role, /** @type {boolean} */ on) => set({ grants: on ? [...form.grants, key(role)] : form.grants.filter((/** @type {string} */ g) => g !== key(role)) });
  const submit = async (/** @type {Event} */ e) => {
    e.preventDefault();
    try {
      await change('PUT', `people/${encodeURIComponent(form.account)}`, { name: form.name, grants: form.grants.join(','), why: form.why || t('people.why') },
        { headers: person ? { 'If-Match': `"${person.version}"` } : { 'If-None-Match': '*' } });
      close(true);
    } catch (problem) {
      setError(problem instanceof Problem ? problem : new Problem(0, {}));
    }
  };
  return html`<form class="stack" novalidate onSubmit=${submit}>
    ${error && html`<div class="trouble" role="alert"><p>${error.words}</p></div>`}
    <${Field} label=${t('people.account')} hint=${t('people.account-hint')} value=${form.account} readonly=${Boolean(person)} autofocus=${!person} onInput=${(/** @type {any} */ e) => set({ account: e.target.value.trim() })} />
    <${Field} label=${t('people.name')} value=${form.name} autocomplete="off" onInput=${(/** @type {any} */ e) => set({ name: e.target.value })} />
    <fieldset class="roles"><legend>${t('people.roles')}</legend>
      <${Field} label=${t('people.site')} hint=${t('people.site-hint')} value=${site} onInput=${(/** @type {any} */ e) => setSite(e.target.value.trim())} />
      ${roles.map((role) => html`<${Check} key=${role} label=${t(`people.role.${role}`)} checked=${form.grants.includes(key(role))} onChange=${(/** @type {boolean} */ on) => toggle(role, on)} />`)}
      <p class="soft">${form.grants.join(', ') || t('people.no-roles')}</p></fieldset>
    <${Field} label=${t('reason.label')} hint=${t('reason.hint')} value=${form.why} onInput=${(/** @type {any} */ e) => set({ why: e.target.value })} />
    <${Buttons} action=${t('setup.save')} close=${close} /></form>`;
}

/** A scanner types the code here. @param {{account: string, close: (done?: any) => void}} props */
function BadgeForm({ account, close }) {
  const [code, setCode] = useState(''), [label, setLabel] = useState('');
  const [error, setError] = useState('');
  const submit = async (/** @type {Event} */ e) => {
    e.preventDefault();
    try {
      await change('POST', 'badges', { account, code, label });
      close(true);
    } catch (problem) {
      setError(problem instanceof Problem ? problem.words : String(problem));
    }
  };
  return html`<form class="stack" novalidate onSubmit=${submit}>
    <${Field} label=${t('people.badge-label')} value=${label} onInput=${(/** @type {any} */ e) => setLabel(e.target.value)} />
    <${Field} label=${t('people.badge-code')} hint=${t('people.badge-hint')} error=${error} value=${code} autofocus autocomplete="off" onInput=${(/** @type {any} */ e) => setCode(e.target.value)} />
    <${Buttons} action=${t('people.badge-give')} close=${close} /></form>`;
}
