// SPDX-License-Identifier: GPL-3.0-or-later
// A meeting: who is there and is that a quorum; the agenda with motions and votes; what the gates decided. Its
// minutes are a PDF; who was there confirms them.
import { change, inWords, once } from '../lib/api.js';
import { askReason, Buttons, showDialog, tellProblem } from '../lib/dialog.js';
import { Field } from '../lib/form.js';
import { dateTime } from '../lib/format.js';
import { useData } from '../lib/hooks.js';
import { html, useState } from '../lib/html.js';
import { language, t, tMaybe } from '../lib/i18n.js';
import { Title, whenLoaded } from '../lib/page.js';
import { PartyField } from '../lib/party_field.js';
import { find, named, useRules } from '../lib/programme.js';
import { may, useMe } from '../lib/shell.js';
import { outcomeWords } from './case/history.js';

/** @param {{id: string}} props */
export default function Meeting({ id }) {
  const me = useMe(), loaded = useData(`meetings/${id}`), rules = useRules(loaded.data?.scheme);
  const isDesk = may(me, 'close') && may(me, 'audit');
  const end = (/** @type {any} */ m) => showDialog(t('meeting.end'), (close) => html`<${Ending} m=${m} close=${close} />`).then((done) => (done ? loaded.reload() : undefined));
  const step = (/** @type {string} */ what, /** @type {any} */ said) => change('POST', `meetings/${id}/${what}`, said).then(loaded.reload, tellProblem);
  return whenLoaded(loaded, (m) => html`<${Title} title=${m.title} under=${html`${named(rules.data, m.scheme)} · ${named(find(rules.data?.roles, m.role), m.role)} · ${dateTime(m.at)}${m.place ? ` · ${m.place}` : ''}`}
      actions=${html`<a class="button screen-only" href="/api/v1/meetings/${id}/minutes?language=${language()}" download="minutes.pdf">${t('meeting.minutes')}</a>${isDesk && !m.ended && html`<button type="button" class="screen-only" onClick=${() => end(m)}>${t('meeting.end')}</button>`}`} />
    ${m.ended && html`<p class="notice">${t('meeting.ended', { time: dateTime(m.ended.at) })}${m.ended.note ? ` ${m.ended.note}` : ''}</p>`}
    <div class="case-main"><ol class="agenda" aria-label=${t('meeting.agenda')}>${(m.agenda ?? []).map((/** @type {any} */ a, /** @type {number} */ i) => html`<li class="card" key=${a.case}><${Item} n=${i + 1} a=${a} m=${m} isDesk=${isDesk} step=${step} reload=${loaded.reload} /></li>`)}
        ${!m.agenda?.length && html`<li class="card soft">${t('meeting.nothing')}</li>`}</ol>
      <div class="stack">${m.minutes?.signatures.length > 0 && html`<${Confirmation} m=${m} reload=${loaded.reload} />`}<${Members} m=${m} isDesk=${isDesk} step=${step} /></div></div>`);
}

/** @param {any} share "1/2", "0.5" */
function percent(share) {
  const [over, under] = String(share).split('/');
  return `${Math.round((under === undefined ? Number(over) : Number(over) / Number(under)) * 100)} %`;
}

/** @param {{m: any, isDesk: boolean, step: (what: string, said: any) => void}} props */
function Members({ m, isDesk, step }) {
  const { present, members, share } = m.quorum;
  return html`<section class="card"><h2>${t('meeting.members')}</h2><p role="status"><b>${t('meeting.present', { n: present, of: members })}</b>${share && html` <span class="soft">${t('meeting.quorum', { share: percent(share) })}</span>`}</p>
    <ul class="members">${m.members.map((/** @type {any} */ p) => html`<li key=${p.party}><span><span aria-hidden="true">${p.here ? '●' : '○'}</span> ${p.name || p.party.slice(-6)} <small>${t(p.here ? 'meeting.here' : 'meeting.absent')}</small></span>
      ${!m.ended && (isDesk || p.mine) && html`<button type="button" class="screen-only" aria-label=${`${t(p.here ? 'meeting.leave' : 'meeting.come')}: ${p.name || p.party.slice(-6)}`} onClick=${() => step('present', { ...(isDesk && { party: p.party }), here: !p.here })}>${t(p.here ? 'meeting.leave' : 'meeting.come')}</button>`}</li>`)}</ul></section>`;
}

/** Who led it and who kept the minutes, of those who were there; from then on they are frozen. @param {{m: any, close: (done?: any) => void}} props */
function Ending({ m, close }) {
  const here = m.members.filter((/** @type {any} */ p) => p.here);
  const [said, setSaid] = useState(/** @type {Record<string, string | undefined>} */ ({ note: '', ...(here.length && { chair: (here.find((/** @type {any} */ p) => !p.mine) ?? here[0]).party }) })); // who is silent about the keeper keeps them
  const [error, setError] = useState('');
  const put = (/** @type {string} */ key) => (/** @type {any} */ e) => setSaid({ ...said, [key]: e.target.value });
  const submit = async (/** @type {Event} */ e) => {
    e.preventDefault();
    try {
      close(await change('POST', `meetings/${m.id}/end`, Object.fromEntries(Object.entries(said).filter(([, v]) => v?.trim()))));
    } catch (problem) {
      setError(inWords(problem));
    }
  };
  return html`<form class="stack" novalidate onSubmit=${submit}><p>${t('meeting.end-text')}</p>${error && html`<p class="error" role="alert">${error}</p>`}
    ${here.length > 0 && html`<${Field} label=${t('meeting.as.chair')} value=${said.chair} options=${here.map((/** @type {any} */ p) => [p.party, p.name || p.party.slice(-6)])} onChange=${put('chair')} />
    <${PartyField} kind="person" label=${t('meeting.as.keeper')} hint=${t('meeting.keeper-hint')} value=${said.keeper} onChange=${(/** @type {string | undefined} */ keeper) => setSaid({ ...said, keeper })} />`}
    <${Field} label=${t('meeting.note')} lines=${3} value=${said.note} onInput=${put('note')} /><${Buttons} action=${t('meeting.end')} close=${close} /></form>`;
}

/** Who was there answers for the minutes as they were at the end, once. @param {{m: any, reload: () => Promise<void>}} props */
function Confirmation({ m, reload }) {
  const { digest, confirmed, signatures } = m.minutes;
  const sign = (/** @type {any} */ more) => change('POST', `meetings/${m.id}/sign`, { digest, ...more });
  const confirm = async () => {
    const isSure = await showDialog(t('meeting.confirm'), (close) => html`<form class="stack" onSubmit=${(/** @type {Event} */ e) => {
      e.preventDefault();
      close(true);
    }}><p>${t('meeting.confirm-text')}</p><${Buttons} action=${t('meeting.confirm')} close=${close} /></form>`);
    if (isSure) await sign({}).then(reload, tellProblem);
  };
  const object = () => askReason({ title: t('meeting.object'), text: t('meeting.object-text'), action: t('meeting.object'), run: (objection) => sign({ objection }) }).then(reload);
  const answer = (/** @type {any} */ s) => (!s.at ? t('meeting.silent') : s.digest !== digest ? t('meeting.other-minutes') : t(s.objection ? 'meeting.objected' : 'meeting.signed', { time: dateTime(s.at) }));
  return html`<section class="card" aria-labelledby="confirmation"><h2 id="confirmation">${t('meeting.confirmation')}</h2><p role="status"><b>${t(confirmed ? 'meeting.confirmed' : 'meeting.unconfirmed')}</b></p>
    <ul class="members">${signatures.map((/** @type {any} */ s) => html`<li key=${s.party}><span><span aria-hidden="true">${s.at ? (s.objection ? '▲' : '●') : '○'}</span> ${s.name || s.party.slice(-6)} <small>${t(/** @type {any} */ (`meeting.as.${s.as}`))}</small></span><small>${answer(s)}</small>${s.objection && html`<p class="objection">${s.objection}</p>`}</li>`)}</ul>
    ${signatures.some((/** @type {any} */ s) => s.mine && !s.at) && html`<div class="row screen-only"><button type="button" class="primary" onClick=${confirm}>${t('meeting.confirm')}</button><button type="button" onClick=${object}>${t('meeting.object')}</button></div>`}
    <p class="soft">SHA-256 <span class="mono digest">${digest}</span></p></section>`;
}

/** @param {{n: number, a: any, m: any, isDesk: boolean, step: (what: string, said: any) => Promise<void>, reload: () => Promise<void>}} props */
function Item({ n, a, m, isDesk, step, reload }) {
  const mine = m.members.find((/** @type {any} */ p) => p.mine), tied = (a.decided ?? a).tied, isTied = mine && tied?.some((/** @type {any} */ x) => x.party === mine.party);
  const nameOf = (/** @type {string} */ party) => m.members.find((/** @type {any} */ p) => p.party === party)?.name || party.slice(-6);
  const vote = (/** @type {string} */ choice) => once([a.case, choice], (key) => change('POST', `cases/${a.case}/acts/vote`, { choice, key })).then(reload, tellProblem);
  const move = () => askReason({ title: t('meeting.motion'), action: t('meeting.move'), label: t('meeting.motion-text'), missing: t('meeting.motion-missing'), run: (text) => change('POST', `meetings/${m.id}/motion`, { case: a.case, text }) }).then(reload);
  const d = a.decided, v = d?.vote ?? a.votes;
  const votes = v && t('meeting.votes', { yes: v.yes, no: v.no, abstain: v.abstain, recused: v.recused, eligible: v.eligible });
  const decide = async () => { // there is no way back: it says first what it will be decided on
    const isSure = await showDialog(t('meeting.decide'), (close) => html`<form class="stack" onSubmit=${(/** @type {Event} */ e) => {
      e.preventDefault();
      close(true);
    }}><p><b>${a.title || a.name}</b><br />${votes}</p><p>${t('meeting.decide-text')}</p><${Buttons} action=${t('meeting.decide')} isBusy=${false} close=${close} /></form>`);
    if (isSure) await step('decide', { case: a.case });
  };
  return html`<div class="row spread"><h2>${n}. <a href="/case/${a.case}">${a.title || a.name || t('case.blind', { n: a.case.slice(-6) })}</a></h2>${d && html`<b>${outcomeWords(d.outcome)}</b>`}</div>
    ${a.name && a.title && html`<p class="soft">${a.name}</p>`}
    ${(a.motions ?? []).map((/** @type {any} */ x, /** @type {number} */ i) => html`<p key=${i}>${t('meeting.motion')}: ${x.text} <small>${x.by ? nameOf(x.by) : ''}</small></p>`)}
    ${votes && html`<p>${votes}</p>`}
    ${tied && html`<p class="tied">▲ ${t('meeting.tied', { names: tied.map((/** @type {any} */ x) => `${nameOf(x.party)} (${tMaybe(`tie.${x.relation}`, x.relation)})`).join(', ') })}</p>`}
    ${d && html`<p class="soft">${t('meeting.decided', { time: dateTime(d.at), n: d.present })}</p>`}
    ${!m.ended && !d && a.votes && html`<div class="row screen-only">${mine && !isTied && html`<div class="row" role="group" aria-label=${t('vote')}>${['yes', 'no', 'abstain', 'recuse'].map((c) => html`<button type="button" key=${c} aria-pressed=${a.own === c ? 'true' : 'false'} class=${a.own === c ? 'primary' : ''} onClick=${() => vote(c)}>${t(/** @type {any} */ (`vote.${c}`))}</button>`)}</div>`}
      <button type="button" class="quiet" onClick=${move}>${t('meeting.motion')}</button>${isDesk && html`<button type="button" onClick=${decide}>${t('meeting.decide')}</button>`}</div>`}`;
}
