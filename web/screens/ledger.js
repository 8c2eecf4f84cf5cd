// SPDX-License-Identifier: GPL-3.0-or-later
// For everybody: what a receipt proves, in words, judged by the server and by this browser; how the
// log stands; how to check all of it with other software.
import { change, inWords, Problem } from '../lib/api.js';
import { Drop } from '../lib/drop.js';
import { Field } from '../lib/form.js';
import { useData } from '../lib/hooks.js';
import { html, useEffect, useRef, useState } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { Loading, Title, Trouble } from '../lib/page.js';
import { PublicPage } from '../lib/public.js';
import { setQuery } from '../lib/router.js';
import { PolicyError, readPolicy } from './ledger/policy.js';
import { checkReceipt } from './ledger/receipt.js';
import { Result } from './ledger/result.js';
import { Status, Tools } from './ledger/status.js';

const FILE_MOST = 1 << 20;

/** What the server says; it judges by its own policy. @param {string} text */
const ask = (text) => change('POST', 'ledger/verify', text, { headers: { 'Content-Type': 'text/plain' } });

/** What this browser says; null: it cannot compute here. @param {string} text @param {string} policy */
async function checkHere(text, policy) {
  return globalThis.crypto?.subtle ? checkReceipt(text, await readPolicy(policy)) : null;
}

/** `own`: a policy of the reader's, by which the server does not judge. @param {string} text @param {string | null} policy @param {boolean} isOwn */
async function judge(text, policy, isOwn) {
  const [said, here] = await Promise.all([isOwn || policy === null ? null : ask(text), policy === null ? null : checkHere(text, policy)]);
  return { said, here, text };
}

/** The receipt of an entry, without what the record says. @param {string} index @returns {Promise<string>} */
async function receiptOf(index) {
  const answer = await fetch(`/api/v1/ledger/entries/${encodeURIComponent(index)}/receipt`, { credentials: 'omit' });
  const text = await answer.text();
  if (answer.ok) return text;
  throw answer.status === 404 ? new Problem(404, { detail: t('ledger.no-entry', { n: index }) }) : new Problem(answer.status, JSON.parse(text));
}

/** A line at the end that was lost on the way through the clipboard is not the receipt's fault. @param {string} text */
const asFile = (text) => `${text.replaceAll('\r\n', '\n').trim()}\n`;

/** @param {{query: Record<string, string>}} props */
export default function Ledger({ query }) {
  const log = useData('ledger');
  const isNone = log.error instanceof Problem && log.error.status === 404;
  return html`<${PublicPage} here="ledger"><${Title} title=${t('nav.ledger')} under=${t('ledger.under')} />
    ${!log.data && !log.error ? html`<${Loading} />` : html`<div class="ledger stack">
      ${isNone ? html`<p class="notice">${t('ledger.none')}</p>` : log.error && html`<${Trouble} error=${log.error} retry=${log.reload} />`}
      <${Check} log=${log.data} query=${query} />
      ${log.data && html`<${Status} log=${log.data} reload=${log.reload} /><${Tools} log=${log.data} />`}</div>`}<//>`;
}

/** @param {{log: any, query: Record<string, string>}} props */
function Check({ log, query }) {
  const [text, setText] = useState('');
  const [entry, setEntry] = useState(query.entry ?? '');
  const [own, setOwn] = useState('');
  const [result, setResult] = useState(/** @type {any} */ (null));
  const [error, setError] = useState(/** @type {unknown} */ (null));
  const turn = useRef(0);
  /** The newest thing shown to it counts. @param {() => Promise<string>} receipt */
  const run = async (receipt) => {
    const mine = ++turn.current;
    try {
      const found = await judge(await receipt(), own.trim() || (log?.policy ?? null), Boolean(own.trim()));
      if (mine !== turn.current) return;
      setResult(found);
      setError(null);
    } catch (problem) {
      if (mine !== turn.current) return;
      setResult(null);
      setError(problem instanceof PolicyError ? new Problem(422, { detail: t('ledger.policy-bad', { n: problem.message }) }) : problem);
    }
  };
  const take = (/** @type {File} */ file) => run(async () => {
    if (file.size > FILE_MOST) throw new Problem(413, { detail: t('ledger.large') });
    setText('');
    return file.text();
  });
  const fetchEntry = () => run(async () => {
    setQuery({ entry: entry.trim() });
    return receiptOf(entry.trim());
  });
  const submit = (/** @type {() => any} */ then) => (/** @type {Event} */ e) => {
    e.preventDefault();
    then();
  };
  useEffect(() => {
    if (log && query.entry) fetchEntry();
  }, []);
  return html`<section class="card stack"><h2>${t('ledger.check')}</h2>
    <${Drop} send=${take} title=${t('ledger.drop')} words=${t('ledger.drop-kinds')} accept=".tlog-proof,.txt,text/plain" />
    <form class="stack receipt-form" onSubmit=${submit(() => text.trim() && run(async () => asFile(text)))}>
      <${Field} label=${t('ledger.paste')} lines=${4} class="mono-field" spellcheck="false" placeholder="c2sp.org/tlog-proof@v1 …" value=${text} onInput=${(/** @type {any} */ e) => setText(e.target.value)} />
      <details><summary>${t('ledger.trust')}</summary><${Field} label=${t('ledger.policy')} hint=${t('ledger.policy-hint')} lines=${4} class="mono-field" spellcheck="false" value=${own} onInput=${(/** @type {any} */ e) => setOwn(e.target.value)} /></details>
      <div class="row"><button class="primary">${t('ledger.check-do')}</button></div></form>
    ${log && html`<form class="row" onSubmit=${submit(() => entry.trim() && fetchEntry())}><${Field} label=${t('ledger.entry-number')} inputmode="numeric" value=${entry} onInput=${(/** @type {any} */ e) => setEntry(e.target.value)} />
      <button class="at-end">${t('ledger.entry-show')}</button></form>`}
    ${error ? html`<div class="trouble" role="alert"><p>${inWords(error)}</p></div>` : result && html`<${Result} ...${result} />`}</section>`;
}
