// SPDX-License-Identifier: GPL-3.0-or-later
// Who stands at a shared station: a badge says it, the server checks it and records it. A badge that was
// checked here before counts while the server is away.
import { change, Problem } from '../../lib/api.js';
import { useState } from '../../lib/html.js';
import { recall, remember } from '../../lib/storage.js';

/** @typedef {{account: string, name: string, code: string | null}} Person code: of the badge */

/** Not for secrecy: so that the codes of badges do not stand in the browser's storage. @param {string} code */
function digest(code) {
  let a = 0xdeadbeef, b = 0x41c6ce57;
  for (const c of code) {
    a = Math.imul(a ^ c.charCodeAt(0), 2654435761);
    b = Math.imul(b ^ c.charCodeAt(0), 1597334677);
  }
  return `${(a >>> 0).toString(36)}${(b >>> 0).toString(36)}`;
}

/** @param {string} station @param {import('../../lib/api.js').Me} me */
export function usePerson(station, me) {
  const shelf = `assay.person.${me.account}`; // of this login: another one begins anew
  const own = { account: me.account, name: me.name || me.account, code: null };
  const [person, setPerson] = useState(/** @type {Person} */ (JSON.parse(sessionStorage.getItem(shelf) ?? 'null') ?? own));
  const become = (/** @type {Person} */ who) => {
    sessionStorage.setItem(shelf, JSON.stringify(who));
    setPerson(who);
    return who;
  };
  /** @param {string} code @returns {Promise<Person>} throws Problem */
  const badge = async (code) => {
    const key = `badge.${digest(code)}`;
    try {
      const { account, name } = await change('POST', 'badge', { code, station });
      remember(key, JSON.stringify({ account, name }));
      return become({ account, name, code });
    } catch (error) {
      const known = recall(key);
      if (error instanceof Problem && error.status === 404) remember(key, null);
      if (!(error instanceof Problem) || error.status !== 0 || !known) throw error;
      return become({ ...JSON.parse(known), code });
    }
  };
  const headers = person.code ? { 'X-Assay-Badge': person.code } : undefined;
  return { person, badge, headers, leave: () => become(own) };
}
