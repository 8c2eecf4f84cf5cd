// SPDX-License-Identifier: GPL-3.0-or-later
// For everybody: a badge is dropped here, or its QR code is scanned or leads here, and is judged twice:
// by the server, and by this browser, which trusts nothing but the issuer's published keys.
import { Problem } from '../lib/api.js';
import { showDialog } from '../lib/dialog.js';
import { Drop } from '../lib/drop.js';
import { Field } from '../lib/form.js';
import { dateTime } from '../lib/format.js';
import { html, useEffect, useRef, useState } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { Title, Trouble } from '../lib/page.js';
import { PublicPage } from '../lib/public.js';
import { textOf } from '../lib/picture.js';
import { setQuery } from '../lib/router.js';
import { canRead, canScan, Scanner, textInPicture, whereTo } from './verify/qr.js';
import { check } from './verify/vc.js';

const FILE_MOST = 8 << 20;

/** @param {string} path @returns {Promise<any>} null: not there */
async function own(path) {
  const answer = await fetch(path, { credentials: 'omit' });
  return answer.ok ? answer.json() : null;
}

/** What this server publishes; other issuers' pages are not asked. @returns {import('./verify/vc.js').Sources} */
function sources() {
  return {
    issuer: async (did) => {
      const document = await own('/.well-known/did.json');
      return document?.id === did ? document : null;
    },
    list: async (url) => {
      const path = /^https:\/\/[^/]+(\/credentials\/status\/[a-z0-9]+)$/.exec(url);
      return path ? own(path[1]) : null;
    },
    now: Date.now(),
  };
}

/** What the server says. @param {Uint8Array<ArrayBuffer>} bytes */
async function ask(bytes) {
  const answer = await fetch('/api/v1/credentials/verify', {
    method: 'POST', body: bytes, credentials: 'omit', headers: { 'Content-Type': 'application/octet-stream' },
  });
  const body = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Problem(answer.status, body);
  return body;
}

/** What this browser says; null: it cannot. @param {Uint8Array} bytes */
async function checkHere(bytes) {
  if (!globalThis.crypto?.subtle) return null;
  try {
    const text = textOf(bytes);
    return text === null ? null : await check(text, sources());
  } catch {
    return { verdict: 'invalid', reason: 'malformed', status: 'none', proofs: [], credential: null };
  }
}

/** The credential of this number. @param {string} id @returns {Promise<Uint8Array<ArrayBuffer>>} */
async function credentialOf(id) {
  const answer = await fetch(`/credentials/${id}`, { credentials: 'omit' });
  if (!answer.ok) throw new Problem(404, { detail: t('verify.gone') });
  return new Uint8Array(await answer.arrayBuffer());
}

/** A text that was scanned or typed becomes the number of a credential here; of another issuer it is told. @param {string} text */
function idOf(text) {
  const to = whereTo(text);
  if (!to) throw new Problem(422, { detail: t('verify.code.strange') });
  if (to.elsewhere) throw new Problem(422, { detail: t('verify.code.elsewhere', { host: to.elsewhere }) });
  return to.id;
}

/** @param {Uint8Array<ArrayBuffer>} bytes */
async function judge(bytes) {
  const [said, here] = await Promise.all([ask(bytes), checkHere(bytes)]);
  return { said, here };
}

const STATES = /** @type {const} */ ({ valid: 'ok', invalid: 'stop', open: 'check' });

/** @param {{verdict: 'valid' | 'invalid' | 'open', reason: string}} props */
function Verdict({ verdict, reason }) {
  return html`<p class="found ${STATES[verdict]}" role="status"><strong>${t(`verify.${verdict}`)}</strong>
    ${reason !== 'fine' && html` <span>${t(/** @type {any} */ (`verify.reason.${reason}`))}</span>`}</p>`;
}

/** @param {{name: string, value: any}} props */
function Line({ name, value }) {
  return value ? html`<dt>${name}</dt><dd>${value}</dd>` : null;
}

/** @param {{said: any, here: any}} props */
function Result({ said, here }) {
  const c = said.credential;
  const agrees = here && here.verdict === said.verdict;
  return html`<section class="credential" aria-label=${c.name}>
    <${Verdict} verdict=${said.verdict} reason=${said.reason} />
    <h2>${c.name}</h2>
    ${c.description && html`<p>${c.description}</p>`}
    <dl>
      <${Line} name=${t('verify.to')} value=${c.holder} />
      <${Line} name=${t('verify.by')} value=${c.issuer_name ? `${c.issuer_name} (${c.issuer})` : c.issuer} />
      <${Line} name=${t('verify.from')} value=${c.from && dateTime(c.from)} />
      <${Line} name=${t('verify.until')} value=${c.until && dateTime(c.until)} />
      <${Line} name=${t('verify.evidence')} value=${/^https:\/\//.test(c.evidence ?? '') ? html`<a href=${c.evidence}>${c.evidence}</a>` : c.evidence} />
    </dl>
    <h3>${t('verify.checked')}</h3>
    <ul>${said.proofs.map((/** @type {any} */ p) => html`<li>${p.kind}: ${t(/** @type {any} */ (`verify.reason.${p.result}`))}<br /><small class="key">${p.key}</small></li>`)}
      ${said.status !== 'none' && html`<li>${t('verify.status')}: ${t(/** @type {any} */ (`verify.reason.${said.status}`))}${said.status_from ? ` (${dateTime(said.status_from)})` : ''}</li>`}
      <li class="here">${!here ? t('verify.here.not') : agrees ? t('verify.here.same') : html`<strong>${t('verify.here.other')}</strong> ${t(/** @type {any} */ (`verify.reason.${here.reason}`))}`}</li></ul>
    <h3>${t('verify.unproven')}</h3>
    <ul><li>${t('verify.unproven.holder')}</li><li>${t('verify.unproven.true')}</li></ul>
  </section>`;
}

/** The text of the QR code in a photograph. @param {File} file */
async function codeIn(file) {
  const text = await textInPicture(file);
  if (text === null) throw new Problem(422, { detail: t(canRead() ? 'verify.picture.none' : 'verify.picture.cannot') });
  return text;
}

/** @param {{open: (text: string) => void}} props */
function Code({ open }) {
  const [text, setText] = useState('');
  const scan = async () => {
    const found = await showDialog(t('verify.scan'), (close) => html`<${Scanner} close=${close} />`);
    if (found) open(found);
  };
  return html`<form class="row" onSubmit=${(/** @type {Event} */ e) => {
    e.preventDefault();
    if (text.trim()) open(text.trim());
  }}>${canScan() && html`<button type="button" onClick=${scan}>${t('verify.scan')}</button>`}
    <${Field} class="grow" label=${t('verify.code')} value=${text} autocomplete="off" onInput=${(/** @type {any} */ e) => setText(e.target.value)} />
    <button class="at-end">${t('verify.check')}</button></form>`;
}

/** @param {{query: Record<string, string>}} props */
export default function Verify({ query }) {
  const [result, setResult] = useState(/** @type {any} */ (null));
  const [error, setError] = useState(/** @type {unknown} */ (null));
  const turn = useRef(0);
  /** The newest thing shown to it counts. @param {() => Promise<Uint8Array<ArrayBuffer>>} bytes */
  const run = async (bytes) => {
    const mine = ++turn.current;
    setError(null);
    try {
      const found = await judge(await bytes());
      if (mine === turn.current) setResult(found);
    } catch (e) {
      if (mine !== turn.current) return;
      setResult(null);
      setError(e);
    }
  };
  const take = (/** @type {File} */ file) => run(async () => {
    if (file.size > FILE_MOST) throw new Problem(413, { detail: t('verify.large') });
    const bytes = new Uint8Array(await file.arrayBuffer());
    const isPhoto = /^image\/(?!svg)/.test(file.type) && (file.type !== 'image/png' || textOf(bytes) === null);
    return isPhoto ? credentialOf(idOf(await codeIn(file))) : bytes;
  });
  const isAsked = useRef('');
  const open = (/** @type {string} */ text) => run(async () => {
    const id = idOf(text);
    isAsked.current = id;
    setQuery({ id });
    return credentialOf(id);
  });
  useEffect(() => {
    if (query.id && query.id !== isAsked.current) run(() => credentialOf(idOf(query.id)));
    isAsked.current = query.id ?? '';
  }, [query.id]);
  return html`<${PublicPage} here="verify"><div class="verify"><${Title} title=${t('nav.verify')} under=${t('verify.how')} />
    <div class="stack"><${Drop} send=${take} title=${t('verify.drop')} words=${t('verify.files')} accept=".json,.jws,.pdf,image/*" /><${Code} open=${open} />
    ${error ? html`<${Trouble} error=${error} />` : result && html`<${Result} ...${result} />`}</div></div><//>`;
}
