// SPDX-License-Identifier: GPL-3.0-or-later
// The station of an operator: what to measure next, is the process all right, what to do now. Values come from
// a gauge, a scanner or the pad; they are kept here first and sent as soon as the server answers.
import { change, inWords } from '../lib/api.js';
import { clock } from '../lib/format.js';
import { useNow } from '../lib/hooks.js';
import { html, useEffect, useRef, useState } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { drop, keep, keptState, onKept, onVerdict, sendAll, takeBack } from '../lib/kept.js';
import { Loading, Trouble } from '../lib/page.js';
import { may, useMe } from '../lib/shell.js';
import { numberIn, scanIn, useWedge } from '../lib/wedge.js';
import { answerIn, Ask, TextAnswer } from './station/ask.js';
import { Bar, DueList, Recent } from './station/parts.js';
import { Now } from './station/now.js';
import { Pad } from './station/pad.js';
import { usePerson } from './station/person.js';
import { plausible, usePlant } from './station/plant.js';
import { planOf, reaction, waiting } from './station/reaction.js';
import { keepPage } from '../lib/shelf.js';

const BOUNCE_MS = 300, RECENT = 8;

/** @typedef {{key: string, path: string, number: number | null, row: any, state: 'kept' | 'stored' | 'refused' | 'undone'}} Taken */

/** @param {{id: string, lang: string}} props */
export default function Workplace({ id }) {
  const me = useMe();
  const plant = usePlant(id);
  const who = usePerson(id, me);
  const [at, setAt] = useState(0);
  const [scanned, setScanned] = useState(/** @type {Record<string, string>} */ ({}));
  const [recent, setRecent] = useState(/** @type {Taken[]} */ ([]));
  const [question, setQuestion] = useState(/** @type {import('./station/ask.js').Question | null} */ (null));
  const [message, setMessage] = useState(/** @type {{text: string, isWrong: boolean}} */ ({ text: '', isWrong: false }));
  const [, redraw] = useState(0);
  const last = useRef({ value: '', at: 0, time: 0, count: 0 });

  useEffect(() => onKept(() => redraw((n) => n + 1)), []);
  useEffect(() => onVerdict((value, verdict) => setRecent((old) => old.map((r) => (r.key === value.key ? { ...r, state: verdict } : r)))), []);
  useEffect(() => {
    void sendAll();
    void keepPage();
  }, []);
  useNow(1000);

  const { items, alarms } = plant;
  const item = items[Math.min(at, items.length - 1)];
  const say = (/** @type {string} */ text, isWrong = false) => setMessage({ text, isWrong });
  const leave = () => setQuestion(null);
  const fail = (/** @type {unknown} */ error) => say(inWords(error), true);
  const other = (/** @type {string} */ title, /** @type {(text: string) => void} */ then) => setQuestion({ title, answers: [], leave,
    more: html`<${TextAnswer} label=${title} then=${(/** @type {string} */ text) => { leave(); then(text); }} />` });

  /* -- values */

  const move = () => {
    const wanted = Number(item.definition?.subgroup_size) || 1;
    last.current.count++;
    if (last.current.count < wanted || items.length < 2) return;
    last.current.count = 0;
    setAt((at + 1) % items.length);
  };
  const choose = (/** @type {number} */ i) => {
    last.current.count = 0;
    setAt(i);
  };
  const accept = async (/** @type {string | null} */ value, /** @type {string} */ note = '') => {
    const time = Math.max(Date.now(), last.current.time + 1);
    Object.assign(last.current, { value: value ?? '', at: performance.now(), time });
    leave();
    const row = { characteristic: item.characteristic, time: new Date(time).toISOString(), value, operator: who.person.account, station: id,
      ...((scanned.gauge || item.gauge) && { gauge: scanned.gauge || item.gauge }), ...(scanned.serial && { serial: scanned.serial }),
      ...(scanned.lot && { batch: scanned.lot }), ...(scanned.part && { part: scanned.part }), ...(note && { note, status: 'no-value' }) };
    const taken = { path: item.characteristic, number: item.number, row };
    move();
    try {
      const value = await keep(id, row);
      setRecent((old) => [{ ...taken, key: value.key, state: /** @type {const} */ ('kept') }, ...old].slice(0, RECENT));
      say('');
    } catch (error) {
      say(t('station.cannot-keep', { why: String(error) }), true);
    }
  };
  const enter = (/** @type {string} */ value) => {
    if (!item) return;
    const range = plausible(item);
    const yes = { label: t('station.keep-it'), run: () => void accept(value) }, no = { label: t('station.again'), run: leave, kind: /** @type {const} */ ('primary') };
    if (value === last.current.value && performance.now() - last.current.at < BOUNCE_MS)
      setQuestion({ title: t('station.bounce', { value }), text: t('station.bounce-text'), answers: [{ ...no, label: t('station.once') }, { ...yes, label: t('station.twice') }], kind: 'check' });
    else if (range && (Number(value) < range[0] || Number(value) > range[1]))
      setQuestion({ title: t('station.implausible', { value, name: item.characteristic.split('/').pop() ?? '' }),
        text: t('station.implausible-text', { low: String(range[0]), high: String(range[1]), unit: item.definition?.unit ?? '' }), answers: [no, yes], kind: 'check' });
    else void accept(value);
  };
  const skip = () => setQuestion({ title: t('station.not-measured-why'), leave,
    answers: [...(plant.station.data?.document.reasons ?? [t('station.no-part'), t('station.no-gauge')]).map((/** @type {string} */ label) => ({ label, run: () => void accept(null, label) })),
      { label: t('station.other'), run: () => other(t('station.not-measured-why'), (text) => void accept(null, text)) }] });

  /* -- what a person does besides */

  const takeItBack = async (/** @type {Taken} */ taken, /** @type {string} */ why) => {
    leave();
    try {
      if (!(await takeBack(taken.key)))
        await change('POST', `characteristics/${taken.number ?? encodeURIComponent(taken.path)}/undo`, { time: taken.row.time, why, ...(taken.row.serial && { serial: taken.row.serial }) }, { headers: who.headers });
      setRecent((old) => old.map((r) => (r.key === taken.key ? { ...r, state: 'undone' } : r)));
      say(t('station.undone', { value: taken.row.value ?? '–' }));
      if (taken.number) void plant.refreshOne(taken.number);
    } catch (error) {
      fail(error);
    }
  };
  const undo = () => {
    const taken = recent.find((r) => r.state === 'kept' || r.state === 'stored');
    if (!taken) return say(t('station.nothing-to-undo'), true);
    setQuestion({ title: t('station.undo-what', { value: taken.row.value ?? '–', name: taken.path.split('/').pop() ?? '' }), text: t('station.undo-why'), leave, answers: [
      ...[t('station.undo-typed'), t('station.undo-part'), t('station.undo-gauge')].map((label) => ({ label, run: () => void takeItBack(taken, label) })),
      { label: t('station.other'), run: () => other(t('station.undo-why'), (text) => void takeItBack(taken, text)) }] });
  };
  const call = async (/** @type {string} */ kind) => {
    leave();
    try {
      await change('POST', 'calls', { station: id, kind, ...(item?.number && { characteristic: item.number }) }, { headers: who.headers });
      say(t('station.called'));
      void plant.reloadCalls();
    } catch (error) {
      fail(error);
    }
  };
  const help = () => setQuestion({ title: t('station.help-what'), leave, answers: /** @type {const} */ (['quality', 'maintenance', 'material', 'help'])
    .map((kind) => ({ label: t(`call.${kind}`), run: () => void call(kind) })) });
  const note = () => other(t('station.note-what'), async (text) => {
    try {
      await change('POST', 'notes', { station: id, text }, { headers: who.headers });
      say(t('station.noted'));
    } catch (error) {
      fail(error);
    }
  });
  const badge = async (/** @type {string} */ code) => {
    try {
      say(t('station.hello', { name: (await who.badge(code)).name }));
    } catch (error) {
      fail(error);
    }
  };

  /* -- alarms */

  const act = async (/** @type {any} */ alarm, /** @type {import('./station/reaction.js').Act[]} */ ...acts) => {
    try {
      for (let version = alarm.version, i = 0; i < acts.length; i++)
        ({ version } = await change('POST', `alarms/${alarm.id}/${acts[i][0]}`, acts[i][1], { headers: { 'If-Match': `"${version}"`, ...who.headers } }));
      say('');
    } catch (error) {
      fail(error);
    }
    await plant.reloadAlarms();
  };
  const open = [...alarms].sort((a, b) => Number(b.stop) - Number(a.stop) || Date.parse(a.known) - Date.parse(b.known));
  const asked = open.map((alarm) => ({ alarm, q: reaction(alarm, { plan: planOf(plant.plans, alarm), lists: plant.lists, mayClose: may(me, 'close') && !who.person.code,
    act: (...acts) => void act(alarm, ...acts), other }) }));
  const alarmQuestion = asked.find((a) => a.q)?.q ?? null;
  const shown = question ?? alarmQuestion;

  /* -- one place for all that is typed or scanned */

  const scan = (/** @type {{kind: string, content: string}} */ found, /** @type {string} */ text) => {
    if (found.kind === 'badge') return void badge(text);
    if (found.kind === 'cause') {
      const alarm = open.find((a) => a.state === 'contained');
      return alarm ? void act(alarm, ['steps', { step: 'cause', cause: found.content }]) : say(t('station.no-cause-now', { text: found.content }), true);
    }
    setScanned((old) => ({ ...old, [found.kind]: found.content }));
    say(t('station.scanned', { kind: t(/** @type {any} */ (`scan.${found.kind}`)), text: found.content }));
  };
  const commands = { UNDO: undo, HELP: help, NOTE: note, SKIP: skip };
  const wedge = useWedge((text) => {
    const answer = answerIn(shown, text);
    const command = commands[/** @type {keyof typeof commands} */ (text.toUpperCase())];
    const found = scanIn(text, plant.station.data?.document.scans ?? []);
    const value = numberIn(text);
    if (answer) answer.run();
    else if (command) command();
    else if (found) scan(found, text);
    else if (value !== null) enter(value);
    else say(t('station.unknown', { text }), true);
  });

  if (!plant.station.data) return plant.station.error ? html`<main class="workplace-trouble"><h1>${t('nav.station')}</h1><${Trouble} error=${plant.station.error} retry=${plant.station.reload} />
    <p><a href="/station">${t('station.all')}</a></p></main>` : html`<${Loading} />`;
  const { document: station } = plant.station.data;
  return html`<div class="workplace" data-always-live>
    <${Bar} station=${station} person=${who.person} kept=${keptState()} calls=${plant.calls} clock=${clock(new Date())} leave=${who.leave} />
    <main>
      <div class="work-left">
        ${item ? html`<${Now} item=${item} alarms=${alarms} scanned=${scanned} text=${wedge.text} count=${last.current.count} ready=${!message.isWrong} />`
    : html`<p class="empty">${t(items.length || !station.items.length ? 'station.no-items' : 'loading')}</p>`}
        <p class="work-message ${message.isWrong ? 'wrong' : ''}" role=${message.isWrong ? 'alert' : 'status'}>${message.text}</p>
        ${shown && html`<${Ask} question=${shown} />`}
        ${asked.filter((a) => !a.q).map(({ alarm }) => html`<p key=${alarm.id} class="notice">${waiting(alarm)}</p>`)}
        ${keptState().refused.map((v) => html`<div key=${v.key} class="trouble" role="alert"><p>${t('station.refused', { value: v.row.value ?? '–', why: v.refused ?? '' })}</p>
          <button type="button" onClick=${() => void drop(v.key)}>${t('station.seen')}</button></div>`)}
        <${Recent} recent=${recent} undo=${undo} help=${help} note=${note} />
      </div>
      <div class="work-right">
        <${Pad} wedge=${wedge} skip=${skip} repeat=${last.current.value ? () => enter(last.current.value) : null} item=${item} enter=${enter} />
        <${DueList} items=${items} alarms=${alarms} at=${at} choose=${choose} />
      </div>
    </main>
  </div>`;
}
