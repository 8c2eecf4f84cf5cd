// SPDX-License-Identifier: GPL-3.0-or-later
// JSON as RFC 8785 has it: read strictly (RFC 7493), written in one form. JSON.parse would let a name
// come twice and half a surrogate pass; then two readers could see two things under one signature.

const DEPTH_MAX = 256;
const ESCAPES = /** @type {Record<string, string>} */ ({ '"': '"', '\\': '\\', '/': '/', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' });

class Reader {
  /** @param {string} text */
  constructor(text) {
    this.text = text;
    this.at = 0;
  }

  /** @param {string} why @returns {never} */
  fail(why) {
    throw new SyntaxError(`${why} at ${this.at}`);
  }

  blanks() {
    while (' \t\r\n'.includes(this.text[this.at] ?? '_')) this.at++;
  }

  /** @param {string} token */
  take(token) {
    if (!this.text.startsWith(token, this.at)) this.fail(`expected ${token}`);
    this.at += token.length;
  }

  /** @param {number} depth @returns {any} */
  value(depth) {
    if (depth > DEPTH_MAX) this.fail('nested too deep');
    this.blanks();
    const c = this.text[this.at];
    const value = c === '{' ? this.object(depth) : c === '[' ? this.array(depth) : c === '"' ? this.string() : this.scalar();
    this.blanks();
    return value;
  }

  /** @param {number} depth */
  object(depth) {
    /** @type {Record<string, any>} */
    const members = Object.create(null);
    this.take('{');
    this.blanks();
    for (let first = true; this.text[this.at] !== '}'; first = false) {
      if (!first) this.take(',');
      this.blanks();
      const name = this.string();
      if (name in members) this.fail(`"${name}" comes twice`);
      this.blanks();
      this.take(':');
      members[name] = this.value(depth + 1);
    }
    this.at++;
    return members;
  }

  /** @param {number} depth */
  array(depth) {
    const items = [];
    this.take('[');
    this.blanks();
    for (let first = true; this.text[this.at] !== ']'; first = false) {
      if (!first) this.take(',');
      items.push(this.value(depth + 1));
    }
    this.at++;
    return items;
  }

  string() {
    this.take('"');
    let out = '';
    for (;;) {
      const c = this.text[this.at++];
      if (c === undefined || c < ' ') this.fail('a text does not end');
      if (c === '"') break;
      out += c === '\\' ? this.escape() : c;
    }
    if (!/** @type {any} */ (out).isWellFormed() || out.includes('\0')) this.fail('not a text');
    return out;
  }

  escape() {
    const c = this.text[this.at++];
    if (c === 'u') {
      const hex = this.text.slice(this.at, this.at + 4);
      if (!/^[0-9a-fA-F]{4}$/.test(hex)) this.fail('a wrong escape');
      this.at += 4;
      return String.fromCharCode(parseInt(hex, 16));
    }
    return ESCAPES[c] ?? this.fail('a wrong escape');
  }

  scalar() {
    for (const [token, value] of /** @type {[string, any][]} */ ([['true', true], ['false', false], ['null', null]]))
      if (this.text.startsWith(token, this.at)) {
        this.at += token.length;
        return value;
      }
    const [number] = /^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?/.exec(this.text.slice(this.at, this.at + 1100)) ?? this.fail('no value');
    this.at += number.length;
    return Number.isFinite(Number(number)) ? Number(number) : this.fail('a number too large');
  }
}

/** Only I-JSON; throws SyntaxError. Objects have no prototype. @param {string} text @returns {any} */
export function read(text) {
  const reader = new Reader(text);
  const value = reader.value(0);
  if (reader.at !== text.length) reader.fail('something follows');
  return value;
}

/** In canonical form. Strings compare by UTF-16 units and numbers print as ECMAScript has it: RFC 8785
 * took both from here. @param {any} value @returns {string} */
export function write(value) {
  if (Array.isArray(value)) return `[${value.map(write).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const names = Object.keys(value).sort();
  return `{${names.map((name) => `${JSON.stringify(name)}:${write(value[name])}`).join(',')}}`;
}
