// SPDX-License-Identifier: GPL-3.0-or-later
// Asking the server. Answers keep the digits of their numbers (digits), versions are remembered
// (change), and what the server refuses is thrown as a Problem with its own words.
import { language, t, tMaybe } from './i18n.js';

/** A refusal of the server (RFC 9457), or none at all: status 0. */
export class Problem extends Error {
  /** @param {number} status @param {{type?: string, title?: string, detail?: string, hint?: string,
   *   errors?: {pointer: string, detail: string}[]}} body */
  constructor(status, body) {
    super(body.detail ?? body.title ?? `HTTP ${status}`);
    this.status = status;
    this.kind = (body.type ?? '').replace('urn:assay:problem:', '');
    this.hint = body.hint ?? '';
    this.errors = body.errors ?? [];
  }

  /** In the reader's language, then what the server says. */
  get words() {
    if (this.status === 0) return t('problem.away');
    const title = tMaybe(`problem.${this.kind}`, '');
    return title ? `${title} ${this.message}` : this.message;
  }

  /** What is wrong with one member of the body. @param {string} member @returns {string | undefined} */
  of(member) {
    return this.errors.find((e) => e.pointer === `/${member}` || e.pointer === `?${member}`)?.detail;
  }
}

/** @param {unknown} error @returns {string} */
export function inWords(error) {
  return error instanceof Problem ? error.words : String(error instanceof Error ? error.message : error);
}

/* -- numbers with their digits --------------------------------------------------------------------- */

const DIGITS = Symbol('digits');

/** JSON whose numbers remember how they were written: 24.50 stays 24.50. @param {string} text */
export function parse(text) {
  return /** @type {any} */ (JSON.parse)(text, /** @this {any} */ function (/** @type {string} */ key, /** @type {any} */ value, /** @type {any} */ context) {
    if (typeof value === 'number' && context && context.source !== String(value)) {
      if (!Object.hasOwn(this, DIGITS)) Object.defineProperty(this, DIGITS, { value: {} });
      this[DIGITS][key] = context.source;
    }
    return value;
  });
}

/** A member as the server wrote it. @param {any} object @param {string | number} member @returns {string} */
export function digits(object, member) {
  const value = object?.[member];
  if (value === null || value === undefined) return '–';
  return object[DIGITS]?.[member] ?? String(value);
}

/* -- asking ---------------------------------------------------------------------------------------- */

/** @typedef {{account: string, name: string, scopes: string[], csrf: string | null,
 *   grants: {site: string | null, scopes: string[]}[]}} Me */

let csrf = '', badge = '';
/** @type {Map<string, {etag: string, data: any}>} */
const kept = new Map();
/** @type {WeakMap<object, string>} */
const versions = new WeakMap();
const KEPT_MOST = 200;

/** Who has lost the session logs in and comes back. */
function logIn() {
  location.assign(`/login?next=${encodeURIComponent(location.pathname + location.search)}`);
}

/** At a kiosk: from now on whoever has this badge asks; '': the device again. @param {string} code */
export function standIn(code) {
  badge = code;
}

/** @param {string} path @param {RequestInit} [options] @returns {Promise<Response>} */
async function send(path, options) {
  let answer;
  try {
    answer = await fetch(path, { credentials: 'same-origin', ...options, headers: { 'Accept-Language': language(), ...options?.headers, ...(badge && { 'X-Assay-Kiosk': badge }) } });
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new Problem(0, {});
  }
  if (answer.ok || answer.status === 304) return answer;
  if (answer.status === 401) logIn();
  const text = await answer.text();
  let body = { detail: text };
  try {
    body = JSON.parse(text);
  } catch { /* something between us and the server answered */ }
  throw new Problem(answer.status, body);
}

/** "/api/v1/alarms" with what is not null of the query. Nothing of `path` is escaped here.
 * @param {string} path @param {Record<string, string | number | boolean | null | undefined>} [query] */
export function address(path, query = {}) {
  const pairs = Object.entries(query).filter(([, value]) => value !== null && value !== undefined && value !== '');
  const text = new URLSearchParams(pairs.map(([name, value]) => [name, String(value)])).toString();
  return `/api/v1/${path}${text ? `?${text}` : ''}`;
}

/** Reads JSON. What has a version is asked for again by it.
 * @param {string} path after /api/v1/ @param {Parameters<typeof address>[1]} [query]
 * @param {AbortSignal} [signal] @returns {Promise<any>} */
export async function get(path, query, signal) {
  const where = address(path, query);
  const known = kept.get(where);
  const answer = await send(where, { signal, headers: known ? { 'If-None-Match': known.etag } : {} });
  if (answer.status === 304 && known) return known.data;
  const data = parse(await answer.text());
  const etag = answer.headers.get('ETag');
  if (etag && data && typeof data === 'object') {
    versions.set(data, etag);
    if (kept.size >= KEPT_MOST) kept.clear();
    kept.set(where, { etag, data });
  }
  return data;
}

/** Binary or text as it is. @param {string} path @param {Parameters<typeof address>[1]} [query] @param {AbortSignal} [signal] */
export async function getBytes(path, query, signal) {
  return (await send(address(path, query), { signal })).arrayBuffer();
}

/** The entity tag of what `get` answered. @param {object} data */
export function version(data) {
  return versions.get(data) ?? '*';
}

/** Changes something. `of`: the answer of `get` that is changed (If-Match), or 'new' (If-None-Match: *).
 * @param {'POST' | 'PUT' | 'PATCH' | 'DELETE'} method @param {string} path after /api/v1/ @param {any} [body]
 * @param {{of?: object | 'new', query?: Parameters<typeof address>[1], headers?: Record<string, string>, as?: 'text'}} [more]
 * `as` 'text': the answer is no JSON.
 * @returns {Promise<any>} */
export async function change(method, path, body, more = {}) {
  /** @type {Record<string, string>} */
  const headers = { 'X-Assay-CSRF': csrf, ...more.headers };
  if (more.of === 'new') headers['If-None-Match'] = '*';
  else if (more.of) headers['If-Match'] = version(more.of);
  const isText = typeof body === 'string' || body instanceof Blob;
  if (body !== undefined && !headers['Content-Type']) headers['Content-Type'] = 'application/json';
  const answer = await send(address(path, more.query), {
    method, headers, body: body === undefined || isText ? body : JSON.stringify(body),
  });
  const text = answer.status === 204 ? '' : await answer.text();
  if (!text || more.as === 'text') return text || null;
  const data = parse(text), etag = answer.headers.get('ETag');
  if (etag && typeof data === 'object') versions.set(data, etag);
  return data;
}

/** 128 bits by chance; also where the page came without TLS. */
export function newKey() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((b) => b.toString(16).padStart(2, '0')).join('');
}

/** @type {Map<string, string>} */
const unanswered = new Map();

/** Happens once, however often it is tried: while no answer has come, the same thing is asked with the same key.
 * @template T @param {any} what it is known by @param {(key: string) => Promise<T>} run @returns {Promise<T>} */
export async function once(what, run) {
  const name = JSON.stringify(what), key = unanswered.get(name) ?? newKey();
  unanswered.set(name, key);
  try {
    const answer = await run(key);
    unanswered.delete(name);
    return answer;
  } catch (error) {
    if (error instanceof Problem && error.status >= 400 && error.status < 500) unanswered.delete(name);
    throw error;
  }
}

/** Who am I? Also learns what changes must carry. @returns {Promise<Me>} */
export async function whoAmI() {
  const me = await get('me');
  csrf = me.csrf ?? '';
  return me;
}

export async function logOut() {
  await change('DELETE', 'session');
  location.assign('/login');
}
