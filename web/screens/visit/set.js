// SPDX-License-Identifier: GPL-3.0-or-later
// What was seen, as one set: what the server has and what is still on this device. The same rule as the server's:
// of one item the newest word of each hand stands, unless somebody has settled it.

/** @typedef {import('../visit.js').Entry} Entry */
/** @typedef {{entries: Entry[], standing: (item: string) => Entry[], mine: (item: string) => Entry | undefined, added: (item: string) => Entry[], differ: string[], valueOf: (field: any) => any}} Seen */

/** @param {Entry[]} there @param {Entry[]} here @returns {Seen} */
export function merged(there, here) {
  const known = new Set(there.map((e) => e.id)), entries = [...there, ...here.filter((e) => !known.has(e.id))];
  const settled = new Set(entries.flatMap((e) => e.settles ?? []));
  const hand = (/** @type {Entry} */ e) => (e.mine ? 'me' : String(e.hand));
  const standing = (/** @type {string} */ item) => {
    /** @type {Map<string, Entry>} */
    const by = new Map();
    for (const e of entries) if (e.item === item && e.kind === 'value') by.set(hand(e), e);
    return [...by.values()].filter((e) => !settled.has(e.id));
  };
  const items = [...new Set(entries.filter((e) => e.kind === 'value').map((e) => e.item))];
  const added = (/** @type {string} */ item) => entries.filter((e) => e.item === item && e.kind === 'add');
  const mine = (/** @type {string} */ item) => standing(item).find((e) => e.mine) ?? standing(item)[0];
  return {
    entries, standing, mine, added,
    differ: items.filter((item) => new Set(standing(item).map((e) => JSON.stringify(e.value))).size > 1),
    valueOf: (field) => {
      if (!['file', 'photo'].includes(field.type)) return mine(field.id)?.value;
      const files = added(field.id).map((e) => e.value).filter((v) => v.file || v.digest);
      return files.length ? (field.list ? files : files[files.length - 1]) : undefined;
    },
  };
}
