// SPDX-License-Identifier: GPL-3.0-or-later
// Values that were measured, on their way to the server. Each is kept in the browser's database before
// anything else, with a key of its own; it leaves it when the server has answered for it. Sent again after a
// break with the same key and time, none is doubled. What the server refuses stays until a person has seen it.
import { change, Problem } from './api.js';
import { Local, newKey } from './local.js';

/** @typedef {{key: string, station: string, at: number, row: Record<string, any>, refused?: string}} Kept */
/** @typedef {{kept: number, refused: Kept[], isAway: boolean, awaySince: number, trouble: string}} State */

const RETRY_MS = 2000;
/** @type {Local<Kept>} */
const values = new Local('assay-station', 'values');
/** @type {Set<() => void>} */
const watchers = new Set();
/** @type {Set<(value: Kept, verdict: 'stored' | 'refused') => void>} */
const hearers = new Set();
/** @type {State} */
let state = { kept: 0, refused: [], isAway: false, awaySince: 0, trouble: '' };
let isSending = false;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;

/** @param {Partial<State>} more */
function become(more) {
  state = { ...state, ...more };
  for (const then of watchers) then();
}

async function recount() {
  const there = await values.all();
  become({ kept: there.filter((v) => !v.refused).length, refused: there.filter((v) => v.refused) });
}

/* -- for the station -------------------------------------------------------------------------------- */

/** How many are kept, which were refused, since when nobody answers. */
export function keptState() {
  return state;
}

/** @param {() => void} then @returns {() => void} stops it */
export function onKept(then) {
  watchers.add(then);
  return () => watchers.delete(then);
}

/** What became of each value. @param {(value: Kept, verdict: 'stored' | 'refused') => void} then */
export function onVerdict(then) {
  hearers.add(then);
  return () => hearers.delete(then);
}

/** Keeps a value and sends it as soon as it can be. @param {string} station @param {Record<string, any>} row with time
 * @returns {Promise<Kept>} kept for sure when it is there */
export async function keep(station, row) {
  const value = { key: newKey(), station, at: Date.now(), row };
  await values.write('put', value);
  become({ kept: state.kept + 1 });
  void sendAll();
  return value;
}

/** A refused one was seen. @param {string} key */
export async function drop(key) {
  await values.write('delete', key);
  await recount();
}

/** Takes a value back that has not been sent yet. @param {string} key @returns {Promise<boolean>} */
export async function takeBack(key) {
  if (isSending || !(await values.all()).some((v) => v.key === key)) return false;
  await drop(key);
  return true;
}

/** Sends what is kept; goes on trying while nobody answers. */
export async function sendAll() {
  if (isSending) return;
  isSending = true;
  clearTimeout(timer);
  try {
    for (let next = await first(); next; next = await first()) {
      await send(next);
      become({ kept: Math.max(0, state.kept - 1), isAway: false, awaySince: 0, trouble: '' });
    }
  } catch (error) {
    const isGone = error instanceof Problem && error.status === 0;
    become({ isAway: true, awaySince: state.awaySince || Date.now(), trouble: isGone ? '' : String(/** @type {any} */ (error)?.words ?? error) });
    timer = setTimeout(() => void sendAll(), RETRY_MS);
  } finally {
    isSending = false;
    await recount();
    if (state.kept && !state.isAway) void sendAll(); // came meanwhile
  }
}

async function first() {
  return (await values.all()).find((v) => !v.refused);
}

/** One value with its key: the answer says what became of it. @param {Kept} value */
async function send(value) {
  let verdicts;
  try {
    verdicts = await change('POST', 'measurements', `${JSON.stringify(value.row)}\n`, {
      query: { source: `station-${value.station}` },
      headers: { 'Content-Type': 'application/x-ndjson', 'Idempotency-Key': value.key },
    });
  } catch (error) {
    if (!(error instanceof Problem) || !isFinal(error.status)) throw error;
    await refuse(value, error.words);
    return;
  }
  const row = verdicts.rows?.[0];
  if (verdicts.refused) await refuse(value, row ? `${row.reason}: ${row.found ?? ''} (${row.expected ?? ''})` : 'refused');
  else if (verdicts.conflicts) await refuse(value, 'conflict');
  else {
    await values.write('delete', value.key);
    for (const hear of hearers) hear(value, 'stored');
  }
}

/** Would it be refused again? Not what passes: no session, busy, full, stopping. @param {number} status */
function isFinal(status) {
  return status >= 400 && status < 500 && ![401, 403, 408, 409, 429].includes(status);
}

/** @param {Kept} value @param {string} why */
async function refuse(value, why) {
  await values.write('put', { ...value, refused: why });
  for (const hear of hearers) hear(value, 'refused');
}

addEventListener('online', () => void sendAll());
