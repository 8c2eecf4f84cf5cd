// SPDX-License-Identifier: GPL-3.0-or-later
// A case: where it stands, what one is asked for, its live chart, what was handed in and decided, its history.
import { askReason, tellProblem } from '../lib/dialog.js';
import { date } from '../lib/format.js';
import { useData } from '../lib/hooks.js';
import { html, useState } from '../lib/html.js';
import { language, t } from '../lib/i18n.js';
import { Title, whenLoaded } from '../lib/page.js';
import { Due, named, Phase, useRules } from '../lib/programme.js';
import { LiveChart } from './case/chart.js';
import { History } from './case/history.js';
import { Decisions, EvidenceOf, Follows, Forms, Stages } from './case/parts.js';
import { act, Turn } from './case/turn.js';

/** @param {{id: string}} props */
export default function Case({ id }) {
  const loaded = useData(`cases/${id}`);
  const { scheme, rev } = loaded.data ?? {};
  const rules = useRules(scheme, rev);
  const [turn, setTurn] = useState(0);
  const reload = async () => {
    await loaded.reload();
    setTurn((n) => n + 1);
  };
  return html`${whenLoaded(loaded, (view) => html`<${Title} title=${view.title || view.name || t('case.blind', { n: id.slice(-6) })}
      under=${html`${view.title && view.name ? `${view.name} · ` : ''}${rules.data ? named(rules.data, view.scheme) : view.scheme}`} />
    ${whenLoaded(rules, (r) => html`<div class="row case-head"><${Phase} phase=${view.phase} />${view.due && html`<span>${t('case.due')}: <${Due} due=${view.due} /></span>`}
        ${view.opened && html`<span class="soft">${t('case.opened')} ${date(view.opened)}</span>`}${view.round && html`<a href="/round/${view.round}">${t('round')}</a>`}<a href="/schemes/${encodeURIComponent(view.scheme)}">${t('scheme.book')}</a><a href=${`/api/v1/cases/${view.id}/story?language=${language()}`} target="_blank" rel="noopener">${t('case.story')}</a></div>
      <${Stages} view=${view} rules=${r} />
      <div class="case-main"><div class="stack"><${LiveChart} view=${view} rules=${r} /><${Turn} view=${view} rules=${r} reload=${reload} /><${EvidenceOf} view=${view} rules=${r} /><${Forms} view=${view} rules=${r} /></div>
        <div class="stack"><${Decisions} view=${view} rules=${r} /><${Follows} view=${view} rules=${r} /><${Notes} view=${view} reload=${reload} /><${History} id=${id} rules=${r} turn=${turn} /></div></div>`)}`)}`;
}

/** What the desk and the party write to each other, and the way out. @param {{view: any, reload: () => Promise<void>}} props */
function Notes({ view, reload }) {
  const may = view.may ?? [];
  if (!view.notes && !may.length) return null;
  const say = () => askReason({ title: t('case.note-add'), action: t('case.note-do'), run: (text) => act(view.id, 'note', { text }) }).then((done) => (done ? reload() : undefined), tellProblem);
  const leave = () => askReason({ title: t('case.withdraw'), text: t('case.withdraw-text'), action: t('case.withdraw'), run: (why) => act(view.id, 'withdraw', { why }) }).then((done) => (done ? reload() : undefined), tellProblem);
  return html`<section class="card"><h2>${t('case.notes')}</h2>
    ${(view.notes ?? []).map((/** @type {any} */ n, /** @type {number} */ i) => html`<p key=${i}>${typeof n.text === 'string' ? n.text : n.text?.text ?? ''} <small>${n.at ? date(n.at) : ''}</small></p>`)}
    <div class="row">${may.includes('note') && html`<button type="button" onClick=${say}>${t('case.note-add')}</button>`}${may.includes('withdraw') && html`<button type="button" class="quiet" onClick=${leave}>${t('case.withdraw')}</button>`}</div></section>`;
}
