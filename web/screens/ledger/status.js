// SPDX-License-Identifier: GPL-3.0-or-later
// How the log stands, who has witnessed it, and how to check it with software that is not ours.
import { ago, count, dateTime } from '../../lib/format.js';
import { html, useEffect, useState } from '../../lib/html.js';
import { t, tMaybe } from '../../lib/i18n.js';
import { useNow } from '../../lib/hooks.js';

const ANEW_MS = 15000;

/** Each witness and when it cosigned. @param {{of: any}} props of: has witnesses */
export function Witnesses({ of }) {
  if (!of.witnesses?.length) return t('ledger.no-witness');
  return html`<ul class="plain">${of.witnesses.map((/** @type {any} */ w) => html`<li key=${w.name}><b>${w.name}</b>: ${w.cosigned
    ? t('ledger.cosigned', { time: dateTime(w.time) }) : html`<span class="worse">${t('ledger.not-cosigned')}</span>`}</li>`)}</ul>`;
}

/** @param {{log: any, reload: () => Promise<void>}} props */
export function Status({ log, reload }) {
  const now = useNow(ANEW_MS);
  useEffect(() => void reload(), [now]);
  const c = log.checkpoint;
  return html`<section class="card log-status"><h2>${t('ledger.status')}</h2>
    ${log.trouble && html`<div class="trouble" role="alert"><p><strong>${t('ledger.trouble')}</strong> ${log.trouble}</p></div>`}
    <dl class="facts proof"><dt>${t('ledger.origin')}</dt><dd><code>${log.origin}</code></dd>
      ${c ? html`<dt>${t('ledger.size')}</dt><dd>${count(c.size)}</dd>
      ${log.newest && html`<dt>${t('ledger.newest')}</dt><dd>${tMaybe(`record.${log.newest.type}`, log.newest.type)}, <time datetime=${log.newest.time}>${dateTime(log.newest.time)}</time> (${ago(log.newest.time)})</dd>`}
      <dt>${t('ledger.root')}</dt><dd><code>${c.root}</code></dd>
      <dt>${t('ledger.witnesses')}</dt><dd><${Witnesses} of=${c} />${c.witnesses?.length > 0 && html`<small>${t(c.quorum ? 'ledger.quorum' : 'ledger.no-quorum')}</small>`}</dd>` : html`<dt>${t('ledger.checkpoint')}</dt><dd>${t('ledger.unsigned')}</dd>`}
      <dt>${t('ledger.keys')}</dt><dd>${log.keys.map((/** @type {string} */ k) => html`<code key=${k} class="block key">${k}</code>`)}<small>${t('ledger.keys-hint')}</small></dd></dl></section>`;
}

/** @param {{log: any}} props */
export function Tools({ log }) {
  const [where, setWhere] = useState('');
  useEffect(() => {
    const url = URL.createObjectURL(new Blob([log.policy], { type: 'text/plain' }));
    setWhere(url);
    return () => URL.revokeObjectURL(url);
  }, [log.policy]);
  const at = `${location.origin}/ledger`;
  return html`<section class="card stack"><h2>${t('ledger.tools')}</h2><p>${t('ledger.tools-text')}</p>
    <ol class="tools"><li>${t('ledger.tools-policy')} <a href=${where} download="ledger.policy">ledger.policy</a><pre class="as-written" tabindex="0">${log.policy}</pre></li>
      <li>${t('ledger.tools-receipt')}<pre class="as-written" tabindex="0">assay verify FILE.tlog-proof --policy ledger.policy</pre></li>
      <li>${t('ledger.tools-log')}<pre class="as-written" tabindex="0">curl ${at}/checkpoint${'\n'}curl ${at}/tile/0/000{.p/N}${'\n'}curl ${at}/tile/entries/000{.p/N}</pre></li></ol>
    <p class="soft">${t('ledger.tools-spec')}</p></section>`;
}
