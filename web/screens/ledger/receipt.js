// SPDX-License-Identifier: GPL-3.0-or-later
// What a receipt (C2SP tlog-proof) proves, checked here in the browser: that its entry is in the tree
// (RFC 6962), that the log signed the tree, who has witnessed it, that the content is what the entry
// commits to, or that the log itself says it was erased. The answer has the names of the server's.
import { fromBase64, fromBase64url, isSame, join, sha256, toBase64url, utf8 } from '../../lib/bytes.js';
import { read, write } from '../verify/jcs.js';
import { numberOf, readCheckpoint, readNote, Refused, signedBy } from './note.js';
import { hasQuorum } from './policy.js';

const HEAD = 'c2sp.org/tlog-proof@v1', HASHES_MOST = 63, ENTRY_MOST = 4096;

/** @typedef {import('./policy.js').Policy} Policy */

/** @param {string} text */
export function readReceipt(text) {
  const end = text.indexOf('\n\n');
  const lines = text.slice(0, Math.max(end, 0)).split('\n');
  if (lines.shift() !== HEAD) throw new Refused('not-receipt');
  const extra = lines[0]?.startsWith('extra ') ? lines.shift()?.slice(6) : undefined;
  const index = numberOf(/^index (.*)$/.exec(lines.shift() ?? '')?.[1] ?? '');
  const proof = lines.map(fromBase64);
  if (index === null || proof.length > HASHES_MOST || proof.some((h) => h?.length !== 32)) throw new Refused('not-receipt');
  return { index, proof: /** @type {Uint8Array<ArrayBuffer>[]} */ (proof), extra: extraOf(extra), note: readNote(text.slice(end + 2)) };
}

/** The extra line; nobody has signed it. @param {string | undefined} base64 @returns {Record<string, any>} */
function extraOf(base64) {
  const bytes = base64 === undefined ? null : fromBase64(base64);
  try {
    const said = bytes && read(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
    return said && typeof said === 'object' && !Array.isArray(said) ? said : {};
  } catch {
    return {};
  }
}

/** @param {Uint8Array} left @param {Uint8Array} right */
const node = (left, right) => sha256(join([1], left, right));

/** RFC 9162, 2.1.3.2. @param {Uint8Array<ArrayBuffer>} leaf its hash @param {bigint} index @param {bigint} size
 * @param {Uint8Array<ArrayBuffer>[]} proof @param {Uint8Array} root @returns {Promise<boolean>} */
export async function isIncluded(leaf, index, size, proof, root) {
  if (index >= size || leaf.length !== 32 || root.length !== 32) return false;
  let fn = index, sn = size - 1n, hash = leaf;
  for (const p of proof) {
    if (!sn) return false;
    if (fn & 1n || fn === sn) {
      hash = await node(p, hash);
      while (!(fn & 1n) && fn) {
        fn >>= 1n;
        sn >>= 1n;
      }
    } else hash = await node(hash, p);
    fn >>= 1n;
    sn >>= 1n;
  }
  return !sn && isSame(hash, root);
}

/** @param {string} entry @param {bigint} index @param {Uint8Array<ArrayBuffer>[]} proof @param {import('./note.js').Checkpoint} tree */
async function mustBeIn(entry, index, proof, tree) {
  if (!await isIncluded(await sha256(join([0], utf8(entry))), index, tree.size, proof, tree.root)) throw new Refused('not-in-tree');
}

/** Of an entry of this program, in its one form; null: another's. @param {string} text @returns {any} */
function readEntry(text) {
  try {
    const entry = text.length <= ENTRY_MOST ? read(text) : null;
    return entry?.v === 1 && typeof entry.type === 'string' && write(entry) === text ? entry : null;
  } catch {
    return null;
  }
}

/** @param {any} text @returns {Uint8Array<ArrayBuffer>} */
function saltOf(text) {
  const bytes = fromBase64url(String(text));
  if (bytes?.length !== 32) throw new Refused('payload-differs');
  return bytes;
}

/** The commitment to a payload whose members are shown or withheld one by one (docs/format/ledger.md).
 * @param {Record<string, any>} extra */
async function commitmentOfParts(extra) {
  const shown = read(extra.payload), withheld = extra.withheld ?? {}, digests = Object.create(null);
  if (write(shown) !== extra.payload || Array.isArray(shown) || typeof withheld !== 'object') throw new Refused('payload-differs');
  for (const [name, value] of Object.entries(shown)) {
    const digest = await sha256(join(utf8('assay/member/v2\n'), saltOf(extra.salts[name]), utf8(write(value))));
    digests[name] = toBase64url(digest);
  }
  for (const [name, digest] of Object.entries(withheld)) {
    if (name in digests) throw new Refused('payload-differs');
    digests[name] = toBase64url(saltOf(digest));
  }
  return sha256(join(utf8('assay/commit/v2\n'), saltOf(extra.salt), utf8(write(digests))));
}

/** Of an older record: all or nothing. @param {Record<string, any>} extra */
async function commitmentOfWhole(extra) {
  const salt = fromBase64url(String(extra.salt));
  if (!salt || ![16, 32].includes(salt.length)) throw new Refused('payload-differs');
  return sha256(join(utf8(salt.length === 32 ? 'assay/commit/v1\n' : ''), salt, utf8(extra.payload)));
}

/** @param {any} entry @param {Record<string, any>} extra */
async function payloadOf(entry, extra) {
  if (typeof extra.payload !== 'string') return { payload_state: 'absent' };
  const commit = saltOf(entry.commit);
  const found = await (extra.salts ? commitmentOfParts(extra) : commitmentOfWhole(extra)).catch(() => null);
  if (!found || !isSame(found, commit)) throw new Refused('payload-differs');
  return { payload_state: 'proven', payload: extra.payload, withheld: Object.keys(extra.salts ? extra.withheld ?? {} : {}) };
}

/** The log's own word that the content is gone. @param {any} said @param {bigint} index @param {import('./note.js').Checkpoint} tree */
async function erasureOf(said, index, tree) {
  const at = numberOf(String(said.index)), proof = Array.isArray(said.proof) ? said.proof.map((/** @type {any} */ h) => fromBase64(String(h))) : [];
  const entry = readEntry(String(said.entry));
  if (at === null || !entry || proof.length > HASHES_MOST || proof.some((/** @type {any} */ h) => h?.length !== 32)) throw new Refused('erasure-differs');
  await mustBeIn(said.entry, at, proof, tree);
  if (entry.type !== 'payload.erased' || BigInt(entry.prev ?? -1) !== index) throw new Refused('erasure-differs');
  return { payload_state: 'erased', erased_by: Number(at), erased_time: entry.time };
}

/** Who signed and who witnessed. @param {import('./note.js').Note} note @param {import('./note.js').Checkpoint} tree @param {Policy} policy */
async function signatures(note, tree, policy) {
  let by = null;
  for (const key of policy.logs) if (await signedBy(note, key) && key.name === tree.origin) by ??= key;
  if (!by) throw new Refused('log-unknown');
  const witnesses = [], seen = new Set();
  for (const { name, key } of policy.witnesses) {
    const signed = await signedBy(note, key);
    if (signed) seen.add(name);
    witnesses.push({ name, cosigned: Boolean(signed), ...(signed && { time: new Date(signed.time * 1000).toISOString() }) });
  }
  return { witnesses, quorum: hasQuorum(policy, seen) };
}

/** A browser that does not know Ed25519 says so, after everything else was checked.
 * @param {Parameters<typeof signatures>} all */
async function signaturesHere(...all) {
  try {
    const found = await signatures(...all);
    return { verdict: found.quorum ? 'proven' : 'too-few-witnesses', ...found };
  } catch (error) {
    if (error instanceof DOMException && error.name === 'NotSupportedError') return { verdict: 'open', reason: 'browser-old', witnesses: [], quorum: false };
    throw error;
  }
}

/** @param {string} text @param {Policy} policy @returns {Promise<any>} never throws what the receipt is to blame for */
export async function checkReceipt(text, policy) {
  try {
    const receipt = readReceipt(text), tree = readCheckpoint(receipt.note.text);
    const said = await signaturesHere(receipt.note, tree, policy);
    if (typeof receipt.extra.entry !== 'string') throw new Refused('no-entry');
    await mustBeIn(receipt.extra.entry, receipt.index, receipt.proof, tree);
    const entry = readEntry(receipt.extra.entry);
    const payload = entry && receipt.extra.erased ? await erasureOf(receipt.extra.erased, receipt.index, tree)
      : entry ? await payloadOf(entry, receipt.extra) : { payload_state: 'absent' };
    return { ...said, log: tree.origin, index: Number(receipt.index), size: Number(tree.size), root: tree.rootText, hashes: receipt.proof.length,
      entry: receipt.extra.entry, type: entry?.type, time: entry?.time, actor: entry?.actor ?? null, object: entry?.object ?? null, ...payload };
  } catch (error) {
    if (error instanceof Refused) return { verdict: 'refused', reason: error.message };
    throw error;
  }
}
