// SPDX-License-Identifier: GPL-3.0-or-later
// A new case: of which programme or round, whose, and what it is called.
import { change, inWords, once } from '../../lib/api.js';
import { Buttons } from '../../lib/dialog.js';
import { Field } from '../../lib/form.js';
import { useData } from '../../lib/hooks.js';
import { html, useState } from '../../lib/html.js';
import { t } from '../../lib/i18n.js';
import { named } from '../../lib/programme.js';
import { partiesOf } from './mine.js';

/** @param {{schemes: any[], scheme: string, party: any, isDesk: boolean, close: (id: string | null) => void}} props party: oneself, if one is in the programmes */
export function OpenCase({ schemes, scheme, party, isDesk, close }) {
  const rounds = useData('rounds', { limit: 60 }).data?.rounds ?? [];
  const nameOf = (/** @type {string} */ id) => named(schemes.find((s) => s.id === id), id);
  const calls = [...schemes.filter((s) => s.is_open).map((s) => ({ key: s.id, name: named(s), of: s.case_of, said: { scheme: s.id } })),
    ...rounds.filter((/** @type {any} */ r) => r.phase === 'open').map((/** @type {any} */ r) => ({ key: r.id, name: `${nameOf(r.scheme_id)} · ${r.title || r.name}`, of: schemes.find((s) => s.id === r.scheme_id)?.case_of, said: { round: r.id } }))];
  const own = party ? partiesOf(party) : [];
  const [wish, setWish] = useState({ call: scheme, party: '', title: '' });
  const [error, setError] = useState(/** @type {any} */ (null));
  const [isBusy, setBusy] = useState(false);
  const call = calls.find((c) => c.key === wish.call) ?? calls[0];
  const whose = wish.party || (isDesk ? '' : (own.find((p) => p.kind === call?.of) ?? own[0])?.id ?? '');
  const put = (/** @type {'call' | 'party' | 'title'} */ key) => (/** @type {any} */ e) => setWish({ ...wish, [key]: e.target.value });
  const submit = async (/** @type {Event} */ e) => {
    e.preventDefault();
    setBusy(true);
    const said = { ...call?.said, ...(whose.trim() && { party: whose.trim() }), ...(wish.title.trim() && { title: wish.title.trim() }) };
    try {
      close((await once(['case', said], (key) => change('POST', 'cases', { ...said, key }))).case);
    } catch (problem) {
      setError(problem);
      setBusy(false);
    }
  };
  if (!call) return html`<div class="stack"><p>${t('case.new-none')}</p><div class="row"><button type="button" onClick=${() => close(null)}>${t('cancel')}</button></div></div>`;
  return html`<form class="stack" novalidate onSubmit=${submit}>${error && html`<div class="trouble" role="alert"><p>${inWords(error)}</p>${error.hint && html`<p class="hint">${error.hint}</p>`}</div>`}
    <${Field} label=${t('scheme')} value=${call.key} options=${calls.map((c) => [c.key, c.name])} onChange=${put('call')} />
    ${isDesk ? html`<${Field} label=${t('case.new-for')} hint=${t('case.new-hint')} value=${wish.party} onInput=${put('party')} />`
    : html`<${Field} label=${t('case.new-for')} value=${whose} options=${own.map((p) => [p.id, p.name])} onChange=${put('party')} />`}
    <${Field} label=${t('case.new-title')} value=${wish.title} maxlength="300" onInput=${put('title')} />
    <${Buttons} action=${t('case.new')} isBusy=${isBusy} close=${close} /></form>`;
}
