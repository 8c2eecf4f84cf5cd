// SPDX-License-Identifier: GPL-3.0-or-later
// What happens at the plant, as it happens. All listeners of a page share one connection, since a
// browser keeps only six to a server; it goes on where it was after a break, and rests while nobody
// looks at the page. Read with fetch rather than EventSource: that hides the signs of life.
import { address, parse } from './api.js';

/** @typedef {'point' | 'alarm' | 'source' | 'limits' | 'notice' | 'call'} Kind */
/** @typedef {{kinds: Kind[], characteristic?: number, under?: string}} Wish */
/** @typedef {{id: string, kind: Kind | 'gap', data: any}} Happening `gap`: some were missed, read the state anew */
/** @typedef {'connecting' | 'live' | 'away'} LinkState */

const RETRY_MS = 2000, SILENT_MS = 40000;

/** @type {Map<object, {wish: Wish, hear: (h: Happening) => void}>} */
const listeners = new Map();
/** @type {Set<() => void>} */
const watchers = new Set();
/** @type {AbortController | null} */
let connection = null;
let query = '', lastId = '', lastSign = 0, isPending = false;
/** @type {LinkState} */
let state = 'connecting';
/** since when the server is away, 0: it is not */
let awaySince = 0;

/** Hears what happens until the returned function is called. @param {Wish} wish @param {(h: Happening) => void} hear */
export function listen(wish, hear) {
  const key = {};
  listeners.set(key, { wish, hear });
  later();
  return () => {
    listeners.delete(key);
    later();
  };
}

/** How the connection is: its state, the age of the last sign of life (ms), and since when it is gone. */
export function link() {
  return { state, age: lastSign ? Date.now() - lastSign : Infinity, awaySince };
}

/** @param {() => void} then called when link().state changes @returns {() => void} stops it */
export function onLink(then) {
  watchers.add(then);
  return () => watchers.delete(then);
}

/** @param {LinkState} now */
function become(now) {
  if (now === 'away' && !awaySince) awaySince = Date.now();
  if (now === 'live') awaySince = 0;
  if (now === state) return;
  state = now;
  for (const then of watchers) then();
}

/** The least that serves everybody. */
function together() {
  const wishes = [...listeners.values()].map((l) => l.wish);
  const kinds = [...new Set(wishes.flatMap((w) => w.kinds))].sort();
  const same = (/** @type {'characteristic' | 'under'} */ key) =>
    wishes.every((w) => w[key] === wishes[0][key]) ? wishes[0]?.[key] : undefined;
  return kinds.length ? address('events', { kinds: kinds.join(','), characteristic: same('characteristic'), under: same('under') }) : '';
}

/** Several listeners that come and go at once cost one new connection. */
function later() {
  if (isPending) return;
  isPending = true;
  queueMicrotask(() => {
    isPending = false;
    const wanted = document.visibilityState === 'hidden' && !document.querySelector('[data-always-live]') ? '' : together();
    if (wanted === query) return;
    query = wanted;
    connection?.abort();
    connection = null;
    if (query) void keepConnected(query);
  });
}

/** @param {string} where */
async function keepConnected(where) {
  const mine = new AbortController();
  connection = mine;
  while (connection === mine) {
    try {
      await hear(where, mine);
    } catch { /* broken: again in a while */ }
    if (connection !== mine) return;
    become('away');
    await new Promise((done) => setTimeout(done, RETRY_MS));
  }
}

/** @param {string} where @param {AbortController} mine */
async function hear(where, mine) {
  const broken = new AbortController();
  const stop = () => broken.abort();
  mine.signal.addEventListener('abort', stop);
  const watch = setInterval(() => Date.now() - lastSign > SILENT_MS && stop(), 5000);
  lastSign = Date.now();
  try {
    const answer = await fetch(where, {
      signal: broken.signal, credentials: 'same-origin', headers: lastId ? { 'Last-Event-ID': lastId } : {},
    });
    if (answer.status === 401) location.assign(`/login?next=${encodeURIComponent(location.pathname + location.search)}`);
    if (!answer.ok || !answer.body) throw new Error(`HTTP ${answer.status}`);
    become('live');
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = '';
    for (;;) {
      const { done, value } = await reader.read();
      if (done || connection !== mine) return;
      lastSign = Date.now();
      rest = take(rest + value);
    }
  } finally {
    clearInterval(watch);
    mine.signal.removeEventListener('abort', stop);
    broken.abort();
  }
}

/** Tells what is complete; gives back what is not yet. @param {string} text */
function take(text) {
  const blocks = text.split('\n\n');
  const rest = /** @type {string} */ (blocks.pop());
  for (const block of blocks) {
    const happening = read(block);
    if (happening) tell(happening);
  }
  return rest;
}

/** @param {string} block @returns {Happening | null} */
export function read(block) {
  let id = '', kind = '', data = '';
  for (const line of block.split('\n')) {
    if (line.startsWith('id:')) id = line.slice(3).trim();
    else if (line.startsWith('event:')) kind = line.slice(6).trim();
    else if (line.startsWith('data:')) data += line.slice(5).trim();
  }
  if (!kind) return null;
  return { id, kind: /** @type {any} */ (kind), data: data ? parse(data) : {} };
}

/** @param {Happening} happening */
function tell(happening) {
  if (happening.id) lastId = happening.id;
  for (const { wish, hear } of [...listeners.values()])
    if (happening.kind === 'gap' || concerns(wish, happening)) hear(happening);
}

/** @param {Wish} wish @param {Happening} h */
function concerns(wish, h) {
  return wish.kinds.includes(/** @type {Kind} */ (h.kind)) &&
    (wish.characteristic === undefined || !h.data.characteristic || h.data.characteristic === wish.characteristic) &&
    (wish.under === undefined || h.data.path === undefined || h.data.path.startsWith(wish.under));
}

document.addEventListener('visibilitychange', later);
