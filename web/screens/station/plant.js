// SPDX-License-Identifier: GPL-3.0-or-later
// What a station knows of the plant: its own settings, what is measured here, what is due, open alarms.
import { signOf } from '../../lib/alarms.js';
import { digits, get } from '../../lib/api.js';
import { decimalsOf } from '../../lib/format.js';
import { useData, useEvents, useNow, useThrottled } from '../../lib/hooks.js';
import { useCallback, useEffect, useState } from '../../lib/html.js';

/** @typedef {{characteristic: string, gauge?: string | null, low?: number | null, high?: number | null, instruction?: string,
 *   number: number | null, definition: any, live: any, due: any, decimals: number}} Item */

/** @param {any} definition */
function decimalsFor(definition) {
  const written = ['lower', 'upper', 'nominal'].map((k) => (definition?.[k] === null || definition?.[k] === undefined ? 0 : decimalsOf(digits(definition, k))));
  return Math.max(...written, 0) + 1;
}

/** @param {any} item of the station's document @returns {Promise<Item>} */
async function loadItem(item) {
  try {
    const definition = await get(`characteristics/${encodeURIComponent(item.characteristic)}`);
    const live = await get(`characteristics/${definition.number}/live`).catch(() => null);
    return { ...item, number: definition.number, definition, live, due: null, decimals: decimalsFor(definition) };
  } catch {
    return { ...item, number: null, definition: null, live: null, due: null, decimals: 3 };
  }
}

/** @param {string} id of the station */
export function usePlant(id) {
  const station = useData(`stations/${encodeURIComponent(id)}`);
  const due = useData('due'), alarms = useData('alarms', { open: 1, limit: 1000 });
  const plans = useData('plans'), lists = useData('lists'), calls = useData('calls');
  const [items, setItems] = useState(/** @type {Item[]} */ ([]));
  const wanted = station.data?.document.items;
  useEffect(() => {
    if (wanted) Promise.all(wanted.map(loadItem)).then(setItems);
  }, [JSON.stringify(wanted)]);
  const refreshOne = useCallback(async (/** @type {number} */ number) => {
    const live = await get(`characteristics/${number}/live`).catch(() => null);
    if (live) setItems((old) => old.map((i) => (i.number === number ? { ...i, live } : i)));
  }, []);
  const refreshLists = useThrottled(() => void Promise.all([due.reload(), alarms.reload(), calls.reload()]), 300);
  useEvents({ kinds: ['point', 'alarm', 'call'] }, (h) => {
    if (h.kind === 'point') {
      if (items.some((i) => i.number === h.data.characteristic)) void refreshOne(h.data.characteristic);
      return;
    }
    refreshLists();
    if (h.kind === 'gap') for (const i of items) if (i.number) void refreshOne(i.number);
  });
  const minute = Math.floor(useNow(15000) / 15000);
  useEffect(() => refreshLists(), [minute]);
  const numbers = new Set(items.map((i) => i.number));
  return {
    station, items: items.map((i) => ({ ...i, due: due.data?.due.find((/** @type {any} */ d) => d.path === i.characteristic) ?? null })),
    alarms: (alarms.data?.alarms ?? []).filter((/** @type {any} */ a) => numbers.has(a.characteristic)),
    plans: plans.data?.items ?? [], lists: lists.data?.items ?? [],
    calls: (calls.data?.items ?? []).filter((/** @type {any} */ c) => c.document.station === id),
    reloadAlarms: alarms.reload, reloadCalls: calls.reload, refreshOne,
  };
}

/** Word, shape and colour of an item. @param {Item} item @param {any[]} alarms @returns {import('../../lib/sign.js').State} */
export function stateOf(item, alarms) {
  const own = alarms.filter((a) => a.characteristic === item.number);
  if (own.some((a) => a.stop)) return 'stop';
  if (own.some((a) => signOf(a) === 'check') || item.live?.rules?.length) return 'check';
  if (!item.live || item.live.time === null || item.live.stale) return 'no-data';
  if (own.length) return 'check';
  return item.live.lcl === null && item.live.ucl === null ? 'no-limits' : 'ok';
}

/** The range in which a value can be right; null: nothing is known. @param {Item} item @returns {[number, number] | null} */
export function plausible(item) {
  const { low, high, definition } = item;
  if (typeof low === 'number' || typeof high === 'number') return [low ?? -Infinity, high ?? Infinity];
  const { lower, upper } = definition ?? {};
  if (typeof lower !== 'number' || typeof upper !== 'number') return null;
  return [lower - 2 * (upper - lower), upper + 2 * (upper - lower)];
}
