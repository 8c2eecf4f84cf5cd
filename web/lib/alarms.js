// SPDX-License-Identifier: GPL-3.0-or-later
// Alarms as screens need them: kept up by events, in order of urgency, in words.
import { get } from './api.js';
import { useEvents } from './hooks.js';
import { useCallback, useEffect, useState } from './html.js';
import { t, tMaybe } from './i18n.js';

export const STATES = /** @type {const} */ (['raised', 'acknowledged', 'contained', 'cause', 'action', 'verified', 'closed']);

/** @param {any} a */
export function isOpen(a) {
  return a.state !== 'closed' && a.state !== 'withdrawn';
}

/** Nobody on it first, then those that stop the line, then the oldest. @param {any} a @param {any} b */
export function byUrgency(a, b) {
  return Number(b.state === 'raised') - Number(a.state === 'raised') || Number(b.stop) - Number(a.stop) || a.known.localeCompare(b.known);
}

/** What it asks for: stop only where its reaction plan says so. @param {any} a @returns {'stop' | 'no-data' | 'check'} */
export function signOf(a) {
  return a.stop ? 'stop' : a.rule === 'no-data' ? 'no-data' : 'check';
}

/** @param {any} a */
export function ruleWords(a) {
  return tMaybe(`rule.${a.rule}`, t('rule.other', { rule: a.rule }));
}

/** All open alarms, as they are raised and worked on. Events carry the alarm whole: what is saved is
 * drawn without asking again. @param {string} [under] */
export function useOpenAlarms(under) {
  const [alarms, setAlarms] = useState(/** @type {any[] | null} */ (null));
  const [error, setError] = useState(/** @type {unknown} */ (null));
  const load = useCallback(async () => {
    try {
      const all = [];
      for (let cursor = null; ;) {
        const page = await get('alarms', { open: true, limit: 1000, cursor });
        all.push(...page.alarms);
        cursor = page.next;
        if (!cursor) break;
      }
      setAlarms(all.filter((a) => !under || a.path.startsWith(under)).sort(byUrgency));
      setError(null);
    } catch (problem) {
      setError(problem);
    }
  }, [under]);
  useEffect(() => {
    void load();
  }, [load]);
  useEvents({ kinds: ['alarm'], under }, (h) => {
    if (h.kind === 'gap') void load();
    else setAlarms((old) => {
      const rest = (old ?? []).filter((a) => a.id !== h.data.id);
      return isOpen(h.data) ? [...rest, h.data].sort(byUrgency) : rest;
    });
  });
  return { alarms, error, reload: load };
}
