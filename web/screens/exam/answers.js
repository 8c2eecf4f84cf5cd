// SPDX-License-Identifier: GPL-3.0-or-later
// The answers of a sitting on their way: each with a number, in their order. The paper stays on this device while
// its time runs, so that a page that is opened again without the server has it; then it goes.
import { change, get, Problem } from '../../lib/api.js';
import { useEffect, useRef, useState } from '../../lib/html.js';
import { Local } from '../../lib/local.js';
import { said, useOutbox } from '../../lib/outbox.js';

/** @typedef {{item: string, kind: string, points: string, text: string, options?: {key: string, text: string}[]}} Question */
/** @typedef {{case: string, scheme: string, rev: string, stage?: string, bank?: string, state: string, now: string, starts?: string, ends?: string, minutes?: number, items?: number,
 *   confirmed?: number, late?: number, paper?: Question[], answers?: Record<string, string | null>, percent?: string}} Sitting */

/** @type {Local<{key: string, at: number, sitting: Sitting, skew: number}>} */
const papers = new Local('assay-exam', 'paper');

/** How far the server's clock is ahead of this one. @param {Sitting} sitting */
function skewOf(sitting) {
  return Date.parse(sitting.now) - Date.now();
}

/** @param {string} id of the case */
export function useSitting(id) {
  const [sitting, setSitting] = useState(/** @type {Sitting | null} */ (null));
  const [error, setError] = useState(/** @type {unknown} */ (null));
  const [skew, setSkew] = useState(0);
  const confirmed = useRef(0);

  const take = async (/** @type {Sitting} */ s) => {
    setSitting((old) => (s.paper || s.state !== 'running' || !old ? s : { ...old, ...s }));
    setSkew(skewOf(s));
    setError(null);
    confirmed.current = Math.max(confirmed.current, s.confirmed ?? 0);
    if (s.state !== 'running') await papers.write('delete', id);
    else if (s.paper) await papers.write('put', { key: id, at: Date.now(), sitting: s, skew: skewOf(s) });
  };
  const load = async () => {
    try {
      await take(await get(`cases/${id}/sitting`));
    } catch (problem) {
      const kept = problem instanceof Problem && problem.status === 0 ? (await papers.all()).find((p) => p.key === id) : null;
      if (!kept) setError(problem);
      else {
        setSkew(kept.skew);
        setSitting(kept.sitting);
        confirmed.current = Math.max(confirmed.current, kept.sitting.confirmed ?? 0);
      }
    }
  };
  useEffect(() => void load(), [id]);

  /** Numbers are kept with the answers before they are sent: sent again they are the same. @param {import('../../lib/outbox.js').Said[]} list */
  const number = async (list) => {
    let n = Math.max(confirmed.current, ...list.map((s) => s.n ?? 0));
    for (const s of list) s.n ??= ++n;
    await said.write('put', ...list);
  };
  const box = useOutbox(`exam/${id}`, async (list) => {
    await number(list);
    const send = () => change('POST', `cases/${id}/sitting/answers`, { answers: list.map((s) => ({ n: s.n, item: s.said.item, answer: s.said.answer, at: new Date(s.at).toISOString() })) });
    try {
      await take(await send());
    } catch (problem) {
      if (!(problem instanceof Problem) || problem.status !== 409) throw problem;
      confirmed.current = (await get(`cases/${id}/sitting`)).confirmed ?? 0; // another page has sent meanwhile
      for (const s of list) s.n = undefined;
      await number(list);
      await take(await send());
    }
  });
  const act = async (/** @type {'start' | 'finish'} */ step) => take(await change('POST', `cases/${id}/sitting/${step}`, {}));
  return { sitting, error, skew, box, act, load };
}

/** What was answered here and is not confirmed yet. @param {string} id @returns {Promise<Record<string, string | null>>} */
export async function unconfirmed(id) {
  const own = (await said.all()).filter((s) => s.box === `exam/${id}`);
  return Object.fromEntries(own.map((s) => [s.said.item, s.said.answer]));
}
