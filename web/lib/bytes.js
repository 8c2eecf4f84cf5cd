// SPDX-License-Identifier: GPL-3.0-or-later
// Bytes and their spellings, as strict as the program is: base64 (RFC 4648) has one spelling for each
// value, and text is UTF-8.

const encoder = new TextEncoder();

/** @param {string} text @returns {Uint8Array<ArrayBuffer>} */
export const utf8 = (text) => encoder.encode(text);

/** @param {string} text @returns {Uint8Array<ArrayBuffer> | null} null: not what an encoder writes */
export function fromBase64(text) {
  try {
    const bytes = atob(text);
    return btoa(bytes) === text ? Uint8Array.from(bytes, (c) => c.charCodeAt(0)) : null;
  } catch {
    return null;
  }
}

/** With - and _ for + and /, without padding. @param {string} text @returns {Uint8Array<ArrayBuffer> | null} */
export function fromBase64url(text) {
  if (!/^[\w-]*$/.test(text)) return null;
  return fromBase64(text.replaceAll('-', '+').replaceAll('_', '/') + '='.repeat((4 - (text.length % 4)) % 4));
}

/** Of few bytes. @param {Uint8Array} bytes */
export const toBase64url = (bytes) => btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');

/** @param {(Uint8Array | number[])[]} parts @returns {Uint8Array<ArrayBuffer>} */
export function join(...parts) {
  const all = new Uint8Array(parts.reduce((n, p) => n + p.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** @param {Uint8Array} a @param {Uint8Array} b */
export const isSame = (a, b) => a.length === b.length && a.every((byte, i) => byte === b[i]);

/** @param {Uint8Array<ArrayBuffer>} bytes @returns {Promise<Uint8Array<ArrayBuffer>>} */
export async function sha256(bytes) {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
}
