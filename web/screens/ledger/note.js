// SPDX-License-Identifier: GPL-3.0-or-later
// Signed notes, cosignatures of witnesses, checkpoints (C2SP signed-note, tlog-cosignature,
// tlog-checkpoint): read as strictly as the program reads them.
import { fromBase64, isSame, join, sha256, utf8 } from '../../lib/bytes.js';

const LOG = 1, WITNESS = 4;

/** @typedef {{name: string, id: Uint8Array, type: number, key: Uint8Array<ArrayBuffer>}} Key */
/** @typedef {{text: string, lines: {name: string, id: Uint8Array, signature: Uint8Array<ArrayBuffer>}[]}} Note */
/** @typedef {{origin: string, size: bigint, root: Uint8Array<ArrayBuffer>, rootText: string}} Checkpoint */

/** What does not hold, by the name of its reason. */
export class Refused extends Error {}

/** "NAME+ID+KEY"; throws Refused('key-bad'). @param {string} text @returns {Promise<Key>} */
export async function keyOf(text) {
  const [, name, hex, base64] = /^([^\s+]+)\+([0-9a-f]{8})\+(\S+)$/.exec(text) ?? [];
  const bytes = fromBase64(base64 ?? '');
  if (!name || bytes?.length !== 33 || ![LOG, WITNESS].includes(bytes[0])) throw new Refused('key-bad');
  const id = (await sha256(join(utf8(`${name}\n`), bytes))).slice(0, 4);
  if ([...id].map((b) => b.toString(16).padStart(2, '0')).join('') !== hex) throw new Refused('key-bad');
  return { name, id, type: bytes[0], key: bytes.slice(1) };
}

/** @param {string} all @returns {Note} */
export function readNote(all) {
  const end = all.lastIndexOf('\n\n');
  if (end < 0 || !all.endsWith('\n')) throw new Refused('note-bad');
  const lines = all.slice(end + 2, -1).split('\n').map((line) => {
    const [, name, base64] = /^— ([^\s+]+) (\S+)$/.exec(line) ?? [];
    const bytes = fromBase64(base64 ?? '');
    if (!bytes || bytes.length < 5) throw new Refused('note-bad');
    return { name, id: bytes.slice(0, 4), signature: bytes.slice(4) };
  });
  return { text: all.slice(0, end + 1), lines };
}

/** Has the key signed it? null: no line of this key; else when, POSIX seconds, of a cosignature.
 * Throws Refused when its line does not hold. @param {Note} note @param {Key} key @returns {Promise<{time: number} | null>} */
export async function signedBy(note, key) {
  const line = note.lines.find((l) => l.name === key.name && isSame(l.id, key.id));
  if (!line) return null;
  const isWitness = key.type === WITNESS, bytes = line.signature;
  if (bytes.length !== (isWitness ? 72 : 64)) throw new Refused('signature-wrong');
  const time = isWitness ? Number(new DataView(bytes.buffer).getBigUint64(0)) : 0;
  const signed = isWitness ? `cosignature/v1\ntime ${time}\n${note.text}` : note.text;
  const publicKey = await crypto.subtle.importKey('raw', key.key, 'Ed25519', false, ['verify']);
  if (!await crypto.subtle.verify('Ed25519', publicKey, bytes.slice(-64), utf8(signed))) throw new Refused('signature-wrong');
  return { time };
}

/** @param {string} text @returns {bigint | null} a number without leading zeros, below 2^63 */
export function numberOf(text) {
  const n = /^(0|[1-9]\d{0,18})$/.test(text) ? BigInt(text) : null;
  return n !== null && n < 1n << 63n ? n : null;
}

/** @param {string} text @returns {Checkpoint} */
export function readCheckpoint(text) {
  const [origin, size, root, ...rest] = text.split('\n');
  const bytes = fromBase64(root ?? ''), n = numberOf(size ?? '');
  if (!origin || /[\0-\x1f\x7f]/.test(origin) || n === null || bytes?.length !== 32 || rest.pop() !== '' || rest.includes('')) throw new Refused('note-bad');
  return { origin, size: n, root: bytes, rootText: root };
}
