// SPDX-License-Identifier: GPL-3.0-or-later
// What screens need again and again: data of the API, events, a clock.
import { get } from './api.js';
import { listen } from './events.js';
import { useCallback, useEffect, useRef, useState } from './html.js';

/** @template T @typedef {{data: T | null, error: unknown, isLoading: boolean, reload: () => Promise<void>}} Loaded */

/** What GET /api/v1/PATH says; asked again when path or query change, and by reload. The old answer
 * stays until the new one is there. path null: nothing is asked.
 * @param {string | null} path @param {Record<string, any>} [query] @returns {Loaded<any>} */
export function useData(path, query) {
  const [state, setState] = useState({ data: null, error: /** @type {unknown} */ (null), isLoading: path !== null });
  const text = JSON.stringify(query ?? {});
  const turn = useRef(0);
  const reload = useCallback(async () => {
    if (path === null) return;
    const mine = ++turn.current;
    try {
      const data = await get(path, JSON.parse(text));
      if (mine === turn.current) setState({ data, error: null, isLoading: false });
    } catch (error) {
      if (mine === turn.current) setState((old) => ({ ...old, error, isLoading: false }));
    }
  }, [path, text]);
  useEffect(() => {
    setState((old) => ({ ...old, isLoading: path !== null }));
    void reload();
    return () => {
      turn.current++;
    };
  }, [reload]);
  return { ...state, reload };
}

/** Hears events while the component is there. @param {import('./events.js').Wish | null} wish
 * @param {(h: import('./events.js').Happening) => void} hear the latest one given is called */
export function useEvents(wish, hear) {
  const latest = useRef(hear);
  latest.current = hear;
  useEffect(() => (wish ? listen(wish, (h) => latest.current(h)) : undefined), [JSON.stringify(wish)]);
}

/** The time, anew every so many ms. @param {number} ms */
export function useNow(ms) {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), ms);
    return () => clearInterval(timer);
  }, [ms]);
  return now;
}

/** A value once it has rested for so many ms: what comes in between asks for nothing. null counts at once.
 * @template T @param {T | null} value @param {number} ms @returns {T | null} */
export function useRested(value, ms) {
  const [rested, set] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => set(value), ms);
    return () => clearTimeout(timer);
  }, [JSON.stringify(value), ms]);
  return value === null ? null : rested;
}

/** Calls `then` at most once in so many ms, the last time for sure. @param {() => void} then @param {number} ms */
export function useThrottled(then, ms) {
  const latest = useRef(then);
  latest.current = then;
  const timer = useRef(/** @type {ReturnType<typeof setTimeout> | undefined} */ (undefined));
  useEffect(() => () => clearTimeout(timer.current), []);
  return useCallback(() => {
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      latest.current();
    }, ms);
  }, [ms]);
}
