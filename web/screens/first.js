// SPDX-License-Identifier: GPL-3.0-or-later
// A file of measurements: dropped, looked at, corrected, imported, charted.
import { change, get } from '../lib/api.js';
import { Drop } from '../lib/drop.js';
import { count } from '../lib/format.js';
import { html, useEffect, useRef, useState } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { Title, Trouble } from '../lib/page.js';
import { setQuery } from '../lib/router.js';
import { Guess } from './first/guess.js';
import { Preview } from './first/preview.js';

const LOOK_MS = 250;

/** @param {{query: Record<string, string>}} props */
export default function First({ query }) {
  const [file, setFile] = useState(/** @type {any} */ (null));
  const [error, setError] = useState(/** @type {unknown} */ (null));
  const [isBusy, setBusy] = useState(false);
  const wished = useRef(0), queue = useRef(Promise.resolve()), settings = useRef(/** @type {any} */ ({}));
  useEffect(() => {
    if (query.file && !file) get(`imports/${query.file}`).then(setFile, () => setQuery({ file: null }));
  }, []);
  useEffect(() => {
    if (file?.state !== 'running') return undefined;
    const timer = setTimeout(() => void run(() => get(`imports/${file.id}`)), LOOK_MS);
    return () => clearTimeout(timer);
  }, [file]);
  /** One after the other; the newest answer counts. @param {() => Promise<any>} ask */
  const run = async (ask) => {
    const mine = ++wished.current;
    setBusy(true);
    try {
      const answer = await (queue.current = queue.current.catch(() => undefined).then(ask));
      if (mine !== wished.current) return;
      setError(null);
      setFile(answer);
    } catch (problem) {
      if (mine === wished.current) setError(problem);
    }
    if (mine === wished.current) setBusy(false);
  };
  const send = (/** @type {File} */ chosen) => run(async () => {
    const answer = await change('POST', 'imports', chosen, { query: { name: chosen.name }, headers: { 'Content-Type': 'application/octet-stream' } });
    setQuery({ file: answer.id });
    return answer;
  });
  /** What was asked for before its answer came counts too. @param {any} more */
  const set = (more) => {
    const all = settings.current = { ...file.settings, ...settings.current, ...more };
    return run(() => change('PUT', `imports/${file.id}`, all));
  };
  const again = () => {
    settings.current = {};
    setFile(null);
    setError(null);
    setQuery({ file: null });
  };
  const isForeign = Boolean(file?.trouble && !file.preview?.head.length); // no text at all: nothing here mends it
  const isOpen = file && (file.state === 'waiting' || file.state === 'failed');
  return html`<${Title} title=${t('nav.first')} under=${file ? `${file.name} · ${t('first.bytes', { n: count(file.bytes) })}` : t('first.under')}
      actions=${file && html`<button type="button" onClick=${again}>${t('first.another')}</button>`} />
    ${error && html`<${Trouble} error=${error} />`}
    ${!file && html`<${Drop} send=${send} isBusy=${isBusy} />`}
    ${isOpen && html`<div class="stack" aria-busy=${isBusy ? 'true' : 'false'}>
      ${file.trouble && html`<div class="trouble" role="alert"><p>${t('first.cannot-read')} ${file.trouble}</p><p>${isForeign ? file.hint ?? t('first.kinds') : t('first.mend')}</p></div>`}
      ${!isForeign && html`<${Guess} file=${file} set=${set} /><${Preview} file=${file} />`}
      ${!file.trouble && html`<${Import} file=${file} isBusy=${isBusy} commit=${() => run(() => change('POST', `imports/${file.id}/commit`))} />`}
    </div>`}
    ${file?.state === 'running' && html`<${Progress} file=${file} />`}
    ${file?.state === 'done' && html`<${Done} file=${file} />`}`;
}

/** @param {{file: any, isBusy: boolean, commit: () => void}} props */
function Import({ file, isBusy, commit }) {
  const { preview } = file;
  const n = preview?.given ?? 0;
  return html`<div class="first-import"><button type="button" class="primary" disabled=${isBusy || !n} onClick=${commit}>${
    t(preview.is_all ? 'first.import' : 'first.import-more', { n: count(n) })}</button>
    ${preview.refused > 0 && html`<span class="soft">${t('first.without', { n: preview.refused })}</span>`}</div>`;
}

/** @param {{file: any}} props */
function Progress({ file }) {
  const share = file.bytes ? Math.min(1, file.progress.at / file.bytes) : 0;
  return html`<section class="card" role="status"><h2>${t('first.running')}</h2>
    <progress max="1" value=${share} aria-label=${t('first.running')}></progress><p>${t('first.rows-so-far', { n: count(file.progress.rows) })}</p></section>`;
}

/** @param {{file: any}} props */
function Done({ file }) {
  const { stored, duplicates, conflicts, refused } = file.progress;
  const facts = /** @type {const} */ ([['stored', stored], ['duplicates', duplicates], ['conflicts', conflicts], ['refused', refused]]);
  return html`<section class="card stack first-done" role="status"><h2>${t(stored ? 'first.done' : 'first.nothing-new')}</h2>
    <dl class="facts">${facts.filter(([, n], i) => n || i === 0).map(([key, n]) => html`<dt key=${key}>${t(`count.${key}`)}</dt><dd>${count(n)}</dd>`)}</dl>
    <h3>${t('first.charts')}</h3>
    <ul class="first-charts">${file.brought.slice(0, 30).map((/** @type {any} */ c, /** @type {number} */ i) => html`<li key=${c.number}>
      <a class="button ${i === 0 ? 'primary' : ''}" href="/chart/${c.number}">${c.path}</a></li>`)}</ul>
    ${file.brought.length > 30 && html`<p><a href="/overview">${t('first.all-charts', { n: file.brought.length })}</a></p>`}
  </section>`;
}

