// SPDX-License-Identifier: GPL-3.0-or-later
// The credential that a picture carries, as Open Badges bakes it in, or that is attached to a certificate in PDF.

const PNG = [0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10], KEYWORD = 'openbadgecredential\0';
const NAMESPACE = 'https://purl.imsglobal.org/ob/v3p0';

/** @param {Uint8Array} bytes @returns {string | null} */
function fromPng(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length), plain = new TextDecoder('latin1');
  for (let at = 8; at + 12 <= bytes.length;) {
    const length = view.getUint32(at), data = bytes.subarray(at + 8, at + 8 + length);
    if (plain.decode(bytes.subarray(at + 4, at + 8)) === 'iTXt' && plain.decode(data.subarray(0, 20)) === KEYWORD && data[20] === 0) {
      const language = data.indexOf(0, 22), translated = data.indexOf(0, language + 1);
      if (language > 0 && translated > 0) return new TextDecoder().decode(data.subarray(translated + 1));
    }
    at += 12 + length;
  }
  return null;
}

/** @param {string} text @returns {string | null} */
function fromSvg(text) {
  const parsed = new DOMParser().parseFromString(text, 'image/svg+xml');
  const element = parsed.getElementsByTagNameNS(NAMESPACE, 'credential')[0];
  return element ? element.getAttribute('verify') ?? element.textContent : null;
}

/** The last attachment that begins like a credential (src/ledger/badge_file.c). @param {Uint8Array} bytes @returns {string | null} */
function fromPdf(bytes) {
  const file = new TextDecoder('latin1').decode(bytes); // a letter is a byte
  for (let at = file.lastIndexOf('/EmbeddedFile'); at > 0; at = file.lastIndexOf('/EmbeddedFile', at - 1)) {
    const from = file.lastIndexOf(' obj', at), head = /^[\s\S]*?stream\r?\n/.exec(file.slice(from))?.[0] ?? '', length = /\/Length (\d+)/.exec(head)?.[1];
    if (!length || head.includes('endobj') || head.includes('/Filter')) continue;
    const text = new TextDecoder().decode(bytes.subarray(from + head.length, from + head.length + Number(length)));
    if (/^(\s*\{|[\w-]+\.[\w-]+\.[\w-]+\s*$)/.test(text)) return text;
  }
  return null;
}

/** The text of a file: of a picture or a certificate what it carries, else itself. null: one without a credential.
 * @param {Uint8Array} bytes @returns {string | null} */
export function textOf(bytes) {
  if (PNG.every((b, i) => bytes[i] === b)) return fromPng(bytes);
  const text = new TextDecoder().decode(bytes);
  if (text.startsWith('%PDF-')) return fromPdf(bytes);
  return /^\s*<[\s\S]{0,4000}<?svg/.test(text.slice(0, 4096)) ? fromSvg(text) : text;
}
