// SPDX-License-Identifier: GPL-3.0-or-later
// The bar above, the due list, the last values.
import { dateTime, duration } from '../../lib/format.js';
import { html } from '../../lib/html.js';
import { t } from '../../lib/i18n.js';
import { Freshness } from '../../lib/shell.js';
import { Sign } from '../../lib/sign.js';
import { stateOf } from './plant.js';

/** @param {{station: any, person: import('./person.js').Person, kept: import('../../lib/kept.js').State, calls: any[], clock: string, leave: () => void}} props */
export function Bar({ station, person, kept, calls, clock, leave }) {
  return html`<header class="work-bar">
    <a class="brand" href="/station" title=${t('station.all')}>${station.name}</a>
    <span class="work-person">${person.name}${person.code && html` <button type="button" class="quiet" onClick=${leave}>${t('station.badge-off')}</button>`}</span>
    <${KeptSign} kept=${kept} />
    ${calls.length > 0 && html`<span class="work-calls" role="status">${t('station.help-coming', { n: calls.length })}</span>`}
    <time class="work-clock">${clock}</time>
  </header>`;
}

/** What has not reached the server yet, and since when. @param {{kept: import('../../lib/kept.js').State}} props */
function KeptSign({ kept }) {
  if (!kept.kept && !kept.isAway) return html`<${Freshness} />`;
  return html`<span class="work-kept" role="status">${kept.kept ? t('station.kept', { n: kept.kept }) : ''}
    ${kept.kept && kept.isAway ? ' · ' : ''}${kept.isAway ? t('away.since', { time: dateTime(kept.awaySince) }) : ''} ${kept.trouble}</span>`;
}

/** @param {any} due @returns {string} */
function dueWords(due) {
  const left = Date.parse(due.due) - Date.now();
  return left < 0 ? t('station.overdue', { time: duration(-left) }) : t('station.due-in', { time: duration(left) });
}

/** @param {{items: import('./plant.js').Item[], alarms: any[], at: number, choose: (i: number) => void}} props */
export function DueList({ items, alarms, at, choose }) {
  return html`<section class="due" aria-label=${t('station.due')}><h2>${t('station.due')}</h2><ul>${items.map((item, i) => html`<li key=${item.characteristic}>
    <button type="button" aria-current=${i === at ? 'true' : undefined} onClick=${() => choose(i)} class=${item.due?.late ? 'late' : ''}>
      <b>${item.characteristic.split('/').pop()}</b><${Sign} state=${stateOf(item, alarms)} /><small>${item.due ? dueWords(item.due) : ''}</small></button></li>`)}</ul></section>`;
}

/** @param {{recent: import('../workplace.js').Taken[], undo: () => void, help: () => void, note: () => void}} props */
export function Recent({ recent, undo, help, note }) {
  return html`<section class="recent" aria-label=${t('station.last-values')}>
    <div class="work-actions">
      <button type="button" onClick=${undo} disabled=${!recent.some((r) => r.state === 'kept' || r.state === 'stored')}>${t('station.undo')}</button>
      <button type="button" onClick=${help}>${t('station.help')}</button>
      <button type="button" onClick=${note}>${t('station.note')}</button>
    </div>
    <ol>${recent.map((r) => html`<li key=${r.key} class=${r.state}><b>${r.row.value ?? '–'}</b> <span>${r.path.split('/').pop()}</span>
      <small>${t(`taken.${r.state}`)}</small></li>`)}</ol>
  </section>`;
}
