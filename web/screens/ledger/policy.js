// SPDX-License-Identifier: GPL-3.0-or-later
// Whom to trust (C2SP tlog-policy): keys of logs, keys of witnesses, and how many of these must have
// seen a tree.
import { keyOf } from './note.js';

/** @typedef {import('./note.js').Key} Key */
/** @typedef {{logs: Key[], witnesses: {name: string, key: Key}[], groups: Map<string, {needed: number, members: string[]}>, quorum: string | null}} Policy */

/** A policy that is not one: `message` is the number of the line. */
export class PolicyError extends Error {}

/** @param {string} text @returns {Promise<Policy>} throws PolicyError */
export async function readPolicy(text) {
  /** @type {Policy} */
  const policy = { logs: [], witnesses: [], groups: new Map(), quorum: null };
  const names = new Set(), used = new Set();
  let hasQuorum = false;
  for (const [i, line] of text.split('\n').entries()) {
    const [verb, ...words] = line.split('#')[0].split(/[ \t]+/).filter(Boolean);
    if (!verb) continue;
    const wrong = (/** @type {boolean} */ is) => {
      if (is) throw new PolicyError(String(i + 1));
    };
    const key = (/** @type {string} */ vkey) => keyOf(vkey ?? '').catch(() => { throw new PolicyError(String(i + 1)); });
    if (verb === 'log') policy.logs.push(await key(words[0]));
    else if (verb === 'witness') {
      wrong(names.has(words[0]) || words[0] === 'none');
      policy.witnesses.push({ name: words[0], key: await key(words[1]) });
      names.add(words[0]);
    } else if (verb === 'group') {
      const [name, how, ...members] = words;
      const needed = how === 'any' ? 1 : how === 'all' ? members.length : Number(how);
      wrong(names.has(name) || name === 'none' || !members.length || !(Number.isInteger(needed) && needed >= 1 && needed <= members.length));
      wrong(members.some((m) => !names.has(m) || used.has(m)) || new Set(members).size !== members.length);
      for (const m of members) used.add(m);
      policy.groups.set(name, { needed, members });
      names.add(name);
    } else {
      wrong(verb !== 'quorum' || hasQuorum || words.length !== 1 || (words[0] !== 'none' && !names.has(words[0])));
      policy.quorum = words[0] === 'none' ? null : words[0];
      hasQuorum = true;
    }
  }
  if (!hasQuorum) throw new PolicyError(String(text.split('\n').length));
  return policy;
}

/** Have enough of them seen it? @param {Policy} policy @param {Set<string>} seen names of witnesses */
export function hasQuorum(policy, seen) {
  const holds = (/** @type {string} */ name) => {
    const group = policy.groups.get(name);
    return group ? group.members.filter(holds).length >= group.needed : seen.has(name);
  };
  return policy.quorum === null || holds(policy.quorum);
}
