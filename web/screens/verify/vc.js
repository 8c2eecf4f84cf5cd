// SPDX-License-Identifier: GPL-3.0-or-later
// The checks of a credential, done here in the browser: what the server says can be seen to be true.
// Reasons have the names that the server gives them.
import { fromBase64url, sha256 as digest, utf8 } from '../../lib/bytes.js';
import { read, write } from './jcs.js';

const LETTERS = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';
const LIST_MOST = 16 << 20, LIST_LEAST = 131072 / 8;

/** @typedef {{kind: string, result: string, key: string}} Proof */
/** @typedef {{verdict: 'valid' | 'invalid' | 'open', reason: string, status: string, proofs: Proof[], credential: any}} Said */
/** @typedef {{issuer: (did: string) => Promise<any>, list: (url: string) => Promise<any>, now: number}} Sources */

/** A check that failed, by its name. */
class Wrong extends Error {}

/** @param {string} text @returns {Uint8Array<ArrayBuffer>} */
export function base58(text) {
  /** @type {number[]} */
  const bytes = [];
  for (const letter of text) {
    let carry = LETTERS.indexOf(letter);
    if (carry < 0) throw new Wrong('malformed');
    for (let i = 0; i < bytes.length; i++, carry >>= 8) {
      carry += bytes[i] * 58;
      bytes[i] = carry & 255;
    }
    for (; carry; carry >>= 8) bytes.push(carry & 255);
  }
  const zeros = /^1*/.exec(text)?.[0].length ?? 0;
  return new Uint8Array([...new Array(zeros).fill(0), ...bytes.reverse()]);
}

/** @param {string} text @returns {Uint8Array<ArrayBuffer>} */
function base64url(text) {
  const bytes = fromBase64url(text);
  if (!bytes) throw new Wrong('malformed');
  return bytes;
}

/** @param {string} text */
const sha256 = (text) => digest(utf8(text));

/** @param {string} multikey */
function keyBytes(multikey) {
  const bytes = multikey.startsWith('z') ? base58(multikey.slice(1)) : new Uint8Array();
  if (bytes.length !== 34 || bytes[0] !== 0xed || bytes[1] !== 1) throw new Wrong('key-unknown');
  return bytes.slice(2);
}

const issuerOf = (/** @type {any} */ c) => (typeof c.issuer === 'string' ? c.issuer : c.issuer?.id ?? '');
const listOf = (/** @type {any} */ x) => (Array.isArray(x) ? x : x === undefined ? [] : [x]);

/** @param {string} text @returns {number} */
function timeOf(text) {
  const isTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(text ?? '');
  const ms = isTime ? Date.parse(text) : NaN;
  if (Number.isNaN(ms)) throw new Wrong('malformed');
  return ms;
}

/* -- keys --------------------------------------------------------------------------------------- */

/** The document of a did:key is the key itself. @param {string} did @param {Sources} sources */
async function documentOf(did, sources) {
  if (did.startsWith('did:key:')) {
    const key = did.slice(8), id = `${did}#${key}`;
    return { id: did, verificationMethod: [{ id, controller: did, publicKeyMultibase: key }], assertionMethod: [id] };
  }
  const document = await sources.issuer(did);
  if (!document || document.id !== did) throw new Wrong('issuer-unknown');
  return document;
}

/** @param {any} document @param {(method: any) => boolean} isIt @param {number} created */
function methodOf(document, isIt, created) {
  const method = listOf(document.verificationMethod).find((m) => m && isIt(m));
  if (!method) throw new Wrong('key-unknown');
  if (method.controller !== document.id || !listOf(document.assertionMethod).includes(method.id)) throw new Wrong('key-foreign');
  if (method.revoked !== undefined && created >= timeOf(method.revoked)) throw new Wrong('key-withdrawn');
  return method;
}

/* -- embedded proofs ------------------------------------------------------------------------------ */

/** @param {any} credential @param {any} proof @param {Sources} sources */
async function checkProof(credential, proof, sources) {
  if (proof.type !== 'DataIntegrityProof' || proof.cryptosuite !== 'eddsa-jcs-2022' || proof.previousProof !== undefined)
    throw new Wrong('suite-unknown');
  if (proof.proofPurpose !== 'assertionMethod') throw new Wrong('purpose-wrong');
  const created = timeOf(proof.created);
  if (proof.expires !== undefined && sources.now >= timeOf(proof.expires)) throw new Wrong('proof-expired');
  const issuer = issuerOf(credential);
  if (!String(proof.verificationMethod).startsWith(`${issuer}#`)) throw new Wrong('key-foreign');
  const method = methodOf(await documentOf(issuer, sources), (m) => m.id === proof.verificationMethod, created);
  const { proofValue, ...options } = proof, { proof: _, ...bare } = credential;
  if (options['@context'] !== undefined) {
    const start = listOf(options['@context']), whole = listOf(bare['@context']);
    if (start.some((c, i) => write(c) !== write(whole[i] ?? null))) throw new Wrong('context-differs');
    bare['@context'] = options['@context'];
  }
  const signature = String(proofValue).startsWith('z') ? base58(proofValue.slice(1)) : new Uint8Array();
  if (signature.length !== 64) throw new Wrong('malformed');
  const key = await crypto.subtle.importKey('raw', keyBytes(method.publicKeyMultibase ?? ''), 'Ed25519', false, ['verify']);
  const signed = new Uint8Array([...await sha256(write(options)), ...await sha256(write(bare))]);
  if (!await crypto.subtle.verify('Ed25519', key, signature, signed)) throw new Wrong('signature-wrong');
}

/* -- JWT --------------------------------------------------------------------------------------------- */

/** @param {string} part */
const jsonOf = (part) => read(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(base64url(part)));

/** The credential without the claims that repeat it. @param {any} payload */
function withoutClaims(payload) {
  const { iss, jti, sub, nbf, exp, iat, ...credential } = payload;
  const seconds = (/** @type {string} */ text) => Math.floor(timeOf(text) / 1000);
  const until = credential.validUntil;
  if (iss !== issuerOf(credential) || jti !== credential.id || sub !== credential.credentialSubject?.id || !sub ||
    nbf !== seconds(credential.validFrom) || exp !== (until === undefined ? undefined : seconds(until)))
    throw new Wrong('claims-differ');
  return credential;
}

/** @param {string} text @param {any} credential @param {Sources} sources @returns {Promise<string>} the key's id */
async function checkJwt(text, credential, sources) {
  const parts = text.split('.'), header = jsonOf(parts[0]);
  const known = ['alg', 'kid', 'jwk', 'typ'];
  if (Object.keys(header).some((name) => !known.includes(name))) throw new Wrong('suite-unknown');
  const document = await documentOf(issuerOf(credential), sources);
  const method = methodOf(document, (m) => m.publicKeyJwk && (header.jwk
    ? header.jwk.n === m.publicKeyJwk.n && header.jwk.e === m.publicKeyJwk.e
    : header.kid === m.id || header.kid === m.publicKeyJwk.kid), sources.now);
  const { kty, n, e } = method.publicKeyJwk;
  if (header.alg !== 'RS256' || kty !== 'RSA') throw new Wrong('algorithm-wrong');
  const how = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };
  const key = await crypto.subtle.importKey('jwk', { kty, n, e }, how, false, ['verify']);
  const signed = new TextEncoder().encode(`${parts[0]}.${parts[1]}`);
  if (!await crypto.subtle.verify(how, key, base64url(parts[2]), signed)) throw new Wrong('signature-wrong');
  return method.id;
}

/* -- status -------------------------------------------------------------------------------------------- */

/** @param {string} encoded @returns {Promise<Uint8Array>} */
async function bitsOf(encoded) {
  if (!encoded.startsWith('u')) throw new Wrong('status-list-bad');
  const packed = new Blob([base64url(encoded.slice(1))]).stream().pipeThrough(new DecompressionStream('gzip'));
  const reader = packed.getReader(), pieces = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.length;
    if (length > LIST_MOST) throw new Wrong('status-list-bad');
    pieces.push(value);
  }
  if (length < LIST_LEAST) throw new Wrong('status-list-bad');
  return new Uint8Array(await new Blob(pieces).arrayBuffer());
}

/** Is the bit of this place set? @param {any} credential @param {string} url @param {string} purpose @param {number} index @param {Sources} sources */
async function isSet(credential, url, purpose, index, sources) {
  const list = await sources.list(url);
  if (!list) throw new Wrong('status-unknown');
  const said = await checkJson(list, { ...sources, list: async () => null });
  const subject = list.credentialSubject;
  if (said.verdict !== 'valid' || issuerOf(list) !== issuerOf(credential) || list.id !== url ||
    subject?.type !== 'BitstringStatusList' || !listOf(subject.statusPurpose).includes(purpose))
    throw new Wrong('status-list-bad');
  const bits = await bitsOf(subject.encodedList);
  if (!Number.isInteger(index) || index < 0 || index >= 8 * bits.length) throw new Wrong('status-list-bad');
  return ((bits[index >> 3] >> (7 - (index & 7))) & 1) === 1;
}

/** An entry of suspension may refer to a list of revocation that has the same places: what is set there too was
 * revoked. A reference that leads to something else says nothing. @param {any} credential @param {any} entry @param {Sources} sources */
async function checkEntry(credential, entry, sources) {
  if (entry.type !== 'BitstringStatusListEntry') throw new Wrong('status-unknown');
  const { statusPurpose: purpose, statusListCredential: url, statusReference: beside } = entry;
  if (purpose !== 'revocation' && purpose !== 'suspension') return; // a message, a refresh: no judgement
  const index = Number(entry.statusListIndex);
  if (!await isSet(credential, url, purpose, index, sources)) return;
  if (purpose === 'revocation') throw new Wrong('revoked');
  const isGone = typeof beside === 'string' && await isSet(credential, beside, 'revocation', index, sources).catch(() => false);
  throw new Wrong(isGone ? 'revoked' : 'suspended');
}

/** What a list says outweighs what could not be asked, and for good outweighs for now. @param {string} reason */
const weight = (reason) => ({ revoked: 4, suspended: 3, fine: 0 })[reason] ?? (OPEN.includes(reason) ? 1 : 2);

/* -- the whole -------------------------------------------------------------------------------------------- */

const OPEN = ['suite-unknown', 'issuer-unknown', 'status-unknown', 'browser-old'];

/** @param {() => Promise<void>} check @returns {Promise<string>} "fine", or why not */
async function reasonOf(check) {
  try {
    await check();
    return 'fine';
  } catch (error) {
    if (error instanceof Wrong) return error.message;
    if (error instanceof DOMException && error.name === 'NotSupportedError') return 'browser-old';
    return 'malformed';
  }
}

/** @param {any} credential @param {Sources} sources */
async function checkTime(credential, sources) {
  if (credential.validFrom !== undefined && sources.now < timeOf(credential.validFrom)) throw new Wrong('not-yet-valid');
  if (credential.validUntil !== undefined && sources.now >= timeOf(credential.validUntil)) throw new Wrong('expired');
}

/** @param {any} credential @param {Sources} sources @param {Proof[]} [outer] @returns {Promise<Said>} */
async function checkJson(credential, sources, outer = []) {
  const proofs = [...outer];
  for (const proof of listOf(credential.proof))
    proofs.push({ kind: String(proof.cryptosuite ?? proof.type), key: String(proof.verificationMethod ?? ''),
      result: await reasonOf(() => checkProof(credential, proof, sources)) });
  const reasons = proofs.map((p) => p.result).filter((r, _, all) => r !== 'suite-unknown' || !all.includes('fine'));
  if (!proofs.length) reasons.push('none');
  reasons.push(await reasonOf(() => checkTime(credential, sources)));
  const states = await Promise.all(listOf(credential.credentialStatus).map((entry) => reasonOf(() => checkEntry(credential, entry, sources))));
  reasons.push(...states.sort((a, b) => weight(b) - weight(a)));
  const wrong = reasons.find((r) => r !== 'fine' && !OPEN.includes(r)), open = reasons.find((r) => OPEN.includes(r));
  return { verdict: wrong ? 'invalid' : open ? 'open' : 'valid', reason: wrong ?? open ?? 'fine', status: states[0] ?? 'none', proofs, credential };
}

/** JSON or JWT. Throws SyntaxError for what is no credential. @param {string} text @param {Sources} sources @returns {Promise<Said>} */
export async function check(text, sources) {
  const trimmed = text.trim();
  if (!/^[\w-]+\.[\w-]+\.[\w-]+$/.test(trimmed)) {
    const credential = read(trimmed);
    if (!listOf(credential?.type).includes('VerifiableCredential')) throw new SyntaxError('no credential');
    return checkJson(credential, sources);
  }
  const payload = jsonOf(trimmed.split('.')[1]);
  let credential = payload, key = '';
  const result = await reasonOf(async () => {
    credential = withoutClaims(payload);
    key = await checkJwt(trimmed, credential, sources);
  });
  return checkJson(credential, sources, [{ kind: 'RS256', key, result }]);
}
