// SPDX-License-Identifier: GPL-3.0-or-later
// The board above the line: read from five metres, no scrolling, no hands. Every open alarm has a
// tile; tiles shrink before one is hidden, and the newest stands behind older ones of its kind.
import { ruleWords, signOf, useOpenAlarms } from '../lib/alarms.js';
import { link } from '../lib/events.js';
import { clock, count, date, dateTime, duration, pathParts } from '../lib/format.js';
import { useData, useEvents, useNow, useThrottled } from '../lib/hooks.js';
import { html, useEffect, useRef, useState } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { whenLoaded } from '../lib/page.js';
import { Sign } from '../lib/sign.js';
import { recall, remember } from '../lib/storage.js';
import { chime } from './board/chime.js';

const TILES = 30, OLD_MS = 60000;

/** @param {{query: Record<string, string>}} props under: only of paths that begin so */
export default function Board({ query }) {
  const now = useNow(1000), under = query.under;
  const { alarms, error, reload } = useOpenAlarms(under);
  const calls = useData('calls'), due = useData('due'), counts = useData('outlook', { search: under });
  const [lastPoint, setLastPoint] = useState(0);
  const refresh = useThrottled(() => void counts.reload(), 15000);
  useEvents({ kinds: ['point', 'notice'], under }, () => {
    setLastPoint(Date.now());
    refresh();
  });
  useEffect(() => {
    const timer = setInterval(() => {
      void calls.reload();
      void due.reload();
    }, 10000);
    return () => clearInterval(timer);
  }, [calls.reload, due.reload]);
  useSound(alarms ?? []);
  useEffect(() => {
    document.title = `${t('nav.board')} · Assay`;
  }, []);
  const late = (due.data?.due ?? []).filter((/** @type {any} */ d) => d.late && (!under || d.path.startsWith(under)));
  const tiles = [
    ...(calls.data?.items ?? []).map((/** @type {any} */ c) => ({ key: `call${c.id}`, kind: 'call', call: c })),
    ...(alarms ?? []).map((a) => ({ key: a.id, kind: 'alarm', alarm: a })),
    ...late.map((/** @type {any} */ d) => ({ key: `due${d.characteristic}`, kind: 'due', due: d })),
  ];
  return html`<div class="board" data-always-live>
    <${Bar} now=${now} under=${under} lastPoint=${lastPoint} data=${counts.data} />
    ${whenLoaded({ data: alarms, error, isLoading: !alarms, reload }, () => (tiles.length ? html`<${Tiles} tiles=${tiles} now=${now} />` : html`<${AllWell} data=${counts.data} />`))}
  </div>`;
}

/** @param {{now: number, under?: string, lastPoint: number, data: any}} props */
function Bar({ now, under, lastPoint, data }) {
  const { state, awaySince } = link();
  const newest = Math.max(lastPoint, ...(data?.time ?? []).filter(Boolean).map((/** @type {string} */ x) => Date.parse(x)));
  const age = newest > 0 ? now - newest : null, isOld = age === null || age > OLD_MS;
  return html`<header class="board-bar">
    <h1>${under || t('nav.board')}</h1>
    <p class="data-age ${isOld || state === 'away' ? 'old' : ''}" role="status">${state === 'away' ? t('away.since', { time: dateTime(awaySince) })
      : age === null ? t('nothing.yet') : t('board.age', { age: duration(age) })}</p>
    <${SoundSwitch} />
    <a class="button quiet" href="/overview">${t('nav.overview')}</a>
    <p class="clock"><time>${clock(now)}</time><small>${date(now)}</small></p>
  </header>`;
}

/** @param {{tiles: any[], now: number}} props */
function Tiles({ tiles, now }) {
  const shown = tiles.length > TILES ? tiles.slice(0, TILES - 1) : tiles;
  const columns = shown.length <= 2 ? 1 : shown.length <= 6 ? 2 : shown.length <= 12 ? 3 : shown.length <= 20 ? 4 : 5;
  const rows = Math.ceil((shown.length + Number(shown.length < tiles.length)) / columns);
  return html`<ul class="tiles" style=${{ '--columns': columns, '--rows': Math.max(rows, 2) }}>
    ${shown.map((tile) => html`<li key=${tile.key}>${tile.kind === 'alarm' ? html`<${AlarmTile} alarm=${tile.alarm} now=${now} />`
      : tile.kind === 'call' ? html`<${CallTile} call=${tile.call} now=${now} />` : html`<${DueTile} due=${tile.due} now=${now} />`}</li>`)}
    ${shown.length < tiles.length && html`<li key="more"><div class="tile more"><b>${t('board.more', { n: tiles.length - shown.length })}</b></div></li>`}
  </ul>`;
}

/** @param {{alarm: any, now: number}} props */
function AlarmTile({ alarm, now }) {
  const [name, above] = pathParts(alarm.path), last = alarm.steps.at(-1);
  return html`<a class="tile alarm ${alarm.state === 'raised' ? 'raised' : 'taken'}" href="/alarm/${alarm.id}" data-alarm=${alarm.id}>
    <span class="tile-head"><${Sign} state=${signOf(alarm)} /><time class="age">${duration(now - Date.parse(alarm.known))}</time></span>
    <b class="tile-name">${name}</b><span class="tile-above">${above}</span>
    <span class="tile-rule">${ruleWords(alarm)}${alarm.value !== null && alarm.rule !== 'no-data' ? `: ${alarm.value}` : ''}</span>
    <span class="tile-state">${t(/** @type {any} */ (`alarm.${alarm.state}`))}${last ? ` · ${last.actor}` : ''}</span>
  </a>`;
}

/** @param {{call: any, now: number}} props */
function CallTile({ call, now }) {
  const d = call.document ?? {};
  return html`<div class="tile call"><span class="tile-head"><b>${t('board.call')}</b><time class="age">${duration(now - Date.parse(call.changed ?? d.time))}</time></span>
    <b class="tile-name">${d.station ?? ''}</b><span class="tile-rule">${d.note ?? d.text ?? ''}</span></div>`;
}

/** @param {{due: any, now: number}} props */
function DueTile({ due, now }) {
  const [name, above] = pathParts(due.path);
  return html`<div class="tile due"><span class="tile-head"><${Sign} state="check" /><time class="age">${duration(now - Date.parse(due.due))}</time></span>
    <b class="tile-name">${name}</b><span class="tile-above">${above}</span><span class="tile-rule">${t('board.due')}</span></div>`;
}

/** @param {{data: any}} props */
function AllWell({ data }) {
  const n = (/** @type {string} */ state) => (data?.urgency ?? []).filter((/** @type {string} */ u) => u === state).length;
  return html`<div class="all-well"><${Sign} state=${n('ok') > 0 ? 'ok' : 'no-data'} /><p>${t('board.none')}</p>
    <p class="soft">${/** @type {const} */ (['ok', 'check', 'no-limits', 'no-data']).filter((s) => n(s)).map((s) => `${t(`state.${s}`)} ${count(n(s))}`).join(' · ')}</p></div>`;
}

/* -- sound: off until somebody wants it ------------------------------------------------------------ */

function SoundSwitch() {
  const [isOn, setOn] = useState(recall('sound') === 'on');
  return html`<button type="button" class="quiet" aria-pressed=${isOn ? 'true' : 'false'} onClick=${() => {
    remember('sound', isOn ? null : 'on');
    setOn(!isOn);
    if (!isOn) chime();
  }}>${t(isOn ? 'board.sound.on' : 'board.sound.off')}</button>`;
}

/** Chimes when an alarm is raised that was not there. @param {any[]} alarms */
function useSound(alarms) {
  const known = useRef(/** @type {Set<string> | null} */ (null));
  useEffect(() => {
    const isNew = known.current && alarms.some((a) => a.state === 'raised' && !known.current?.has(a.id));
    known.current = new Set(alarms.map((a) => a.id));
    if (isNew && recall('sound') === 'on') chime();
  }, [alarms]);
}
