// SPDX-License-Identifier: GPL-3.0-or-later
// What is said at a screen and must not be lost: kept in the browser's database before anything else, sent in its
// order as soon as the server answers. Each box is sent by a function of its screen; what the server refuses for
// good stays until a person has seen it.
import { inWords, Problem } from './api.js';
import { useEffect, useMemo, useState } from './html.js';
import { Local, newKey } from './local.js';

/** @typedef {{key: string, box: string, at: number, said: any, n?: number, refused?: string}} Said */
/** @typedef {{waiting: number, refused: Said[], isAway: boolean, awaySince: number, trouble: string}} BoxState */

const RETRY_MS = 2000, BATCH = 100;
/** @type {Local<Said>} */
export const said = new Local('assay-outbox', 'said');

/** Would it be refused again? Not what passes: no session, busy, full, stopping. @param {number} status */
function isFinal(status) {
  return status >= 400 && status < 500 && ![401, 403, 408, 429].includes(status);
}

export class Outbox {
  /** @param {string} box @param {(list: Said[]) => Promise<Said[] | void>} send all of the list (or those it returns), or throws */
  constructor(box, send) {
    this.box = box;
    this.send = send;
    /** @type {BoxState} */
    this.state = { waiting: 0, refused: [], isAway: false, awaySince: 0, trouble: '' };
    /** @type {Set<() => void>} */
    this.watchers = new Set();
    this.isSending = false;
    this.isOver = false;
    this.last = 0;
    this.most = BATCH;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
  }

  /** @param {Partial<BoxState>} more */
  become(more) {
    this.state = { ...this.state, ...more };
    for (const then of this.watchers) then();
  }

  async own() {
    return (await said.all()).filter((s) => s.box === this.box);
  }

  async recount() {
    const own = await this.own();
    this.become({ waiting: own.filter((s) => !s.refused).length, refused: own.filter((s) => s.refused) });
  }

  /** Kept for sure when it returns. @param {any} what @returns {Promise<Said>} */
  async say(what) {
    this.last = Math.max(Date.now(), this.last + 1);
    const one = { key: newKey(), box: this.box, at: this.last, said: what };
    await said.write('put', one);
    this.become({ waiting: this.state.waiting + 1 });
    void this.flush();
    return one;
  }

  /** A refused one was seen. @param {string} key */
  async drop(key) {
    await said.write('delete', key);
    await this.recount();
  }

  /** Sends what waits; goes on trying while nobody answers. */
  async flush() {
    if (this.isSending || this.isOver) return;
    this.isSending = true;
    clearTimeout(this.timer);
    let isAgain = false;
    try {
      const list = (await this.own()).filter((s) => !s.refused).slice(0, this.most);
      if (list.length) {
        const sent = (await this.send(list)) ?? list;
        await said.write('delete', ...sent.map((s) => s.key));
        isAgain = sent.length > 0;
        if (!isAgain) this.timer = setTimeout(() => void this.flush(), RETRY_MS);
        this.most = BATCH;
      }
      this.become({ isAway: false, awaySince: 0, trouble: '' });
    } catch (error) {
      isAgain = await this.fail(error);
    }
    this.isSending = false;
    await this.recount();
    if (isAgain && this.state.waiting) void this.flush();
  }

  /** @param {unknown} error @returns {Promise<boolean>} try again at once? */
  async fail(error) {
    if (error instanceof Problem && isFinal(error.status)) {
      const [first, second] = (await this.own()).filter((s) => !s.refused);
      const isOne = !second || this.most === 1;
      this.most = isOne ? BATCH : 1; // one after the other until the one in question is known
      if (first && isOne) await said.write('put', { ...first, refused: inWords(error) });
      return true;
    }
    const isGone = error instanceof Problem && error.status === 0;
    this.become({ isAway: true, awaySince: this.state.awaySince || Date.now(), trouble: isGone ? '' : inWords(error) });
    this.timer = setTimeout(() => void this.flush(), RETRY_MS);
    return false;
  }

  start() {
    this.isOver = false;
    void this.recount().then(() => this.flush());
  }

  stop() {
    this.isOver = true;
    clearTimeout(this.timer);
  }
}

/** The box of a screen while it is shown. `send` is called with the newest closure.
 * @param {string} box @param {(list: Said[]) => Promise<Said[] | void>} send @returns {Outbox} */
export function useOutbox(box, send) {
  const [, redraw] = useState(0);
  const out = useMemo(() => new Outbox(box, send), [box]);
  out.send = send;
  useEffect(() => {
    const seen = () => redraw((n) => n + 1), online = () => void out.flush();
    out.watchers.add(seen);
    out.start();
    addEventListener('online', online);
    return () => {
      out.watchers.delete(seen);
      removeEventListener('online', online);
      out.stop();
    };
  }, [out]);
  return out;
}
