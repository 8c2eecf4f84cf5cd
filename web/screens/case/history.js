// SPDX-License-Identifier: GPL-3.0-or-later
// What happened to a case, in words: newest first.
import { actorWords, dateTime } from '../../lib/format.js';
import { useData } from '../../lib/hooks.js';
import { html, useState } from '../../lib/html.js';
import { t, tMaybe } from '../../lib/i18n.js';
import { whenLoaded } from '../../lib/page.js';
import { named, find, phaseWords, stageName } from '../../lib/programme.js';

/** @param {any} event @param {any} rules */
function sentence(event, rules) {
  const said = event.said ?? event;
  const words = tMaybe(`event.${event.type}`, event.type, {
    stage: stageName(rules, said.stage ?? said.to ?? event.stage), form: named(find(rules?.forms, said.form), said.form ?? ''),
    title: named(find(rules?.titles, said.title), said.title ?? ''), outcome: outcomeWords(said.outcome ?? event.outcome ?? ''), n: said.judges?.length ?? 0,
  });
  return words;
}

/** @param {string} outcome */
export function outcomeWords(outcome) {
  return tMaybe(`outcome.${outcome}`, phaseWords(outcome));
}

/** @param {{id: string, rules: any, turn: number}} props */
export function History({ id, rules, turn }) {
  const loaded = useData(`cases/${id}/history`, { turn });
  const [isAll, setAll] = useState(false);
  return html`<section class="card" aria-labelledby="history"><h2 id="history">${t('case.history')}</h2>${whenLoaded(loaded, ({ events }) => {
    const rows = [...events].reverse(), shown = isAll ? rows : rows.slice(0, 12);
    return html`<ol class="history">${shown.map((/** @type {any} */ e) => html`<li key=${e.sequence}><time datetime=${e.time}>${dateTime(e.time)}</time>
        <span>${sentence(e, rules)}${e.said?.why && html`: ${e.said.why}`}${e.actor && html` <small title=${e.actor}>${e.actor_name ?? actorWords(e.actor)}</small>`}</span></li>`)}</ol>
      ${!events.length && html`<p class="soft">${t('case.no-history')}</p>`}
      ${rows.length > shown.length && html`<button type="button" onClick=${() => setAll(true)}>${t('case.history-all', { n: rows.length })}</button>`}`;
  })}</section>`;
}
