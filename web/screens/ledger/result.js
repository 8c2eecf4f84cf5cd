// SPDX-License-Identifier: GPL-3.0-or-later
// What was found about a receipt, in words: entry, inclusion, checkpoint, witnesses, content, and what
// all of that does not prove.
import { count, dateTime } from '../../lib/format.js';
import { html } from '../../lib/html.js';
import { t, tMaybe } from '../../lib/i18n.js';
import { Witnesses } from './status.js';

const STATES = /** @type {Record<string, string>} */ ({ proven: 'ok', 'too-few-witnesses': 'check', open: 'check', refused: 'stop' });

/** A reason of the browser's has words; the server says it in its own. @param {any} found */
const why = (found) => (found.reason ? t(/** @type {any} */ (`ledger.reason.${found.reason}`)) : found.why);

/** @param {{said: any, here: any, text: string}} props said: by the server; here: by this browser; null: not asked, cannot */
export function Result({ said, here, text }) {
  const shown = here && here.verdict !== 'open' ? here : said ?? here;
  if (!shown) return html`<p class="found check" role="status">${t('ledger.nobody')}</p>`;
  const isThere = shown.verdict !== 'refused';
  return html`<section class="receipt" aria-label=${t('ledger.result')}>
    <p class="found ${STATES[shown.verdict]}" role="status"><strong>${t(/** @type {any} */ (`ledger.verdict.${shown.verdict}`))}</strong>${why(shown) && html` <span>${why(shown)}</span>`}</p>
    <ul class="who-says"><li class="said">${said ? t('ledger.said', { verdict: t(/** @type {any} */ (`ledger.verdict.${said.verdict}`)) }) : t('ledger.said.not')}</li>
      <li class="here">${!here ? t('ledger.here.not') : here.verdict === 'open' ? why(here) : said && said.verdict !== here.verdict
        ? html`<strong>${t('ledger.here.other')}</strong> ${t(/** @type {any} */ (`ledger.verdict.${here.verdict}`))} ${why(here) ?? ''}` : t(said ? 'ledger.here.same' : 'ledger.here.alone')}</li></ul>
    ${isThere && html`<${Entry} of=${shown} hashes=${here?.hashes} /><${Unproven} of=${shown} /><details><summary>${t('ledger.as-written')}</summary><pre class="as-written" tabindex="0">${text}</pre></details>`}</section>`;
}

/** @param {{of: any, hashes?: number}} props */
function Entry({ of, hashes }) {
  return html`<dl class="proof"><dt>${t('ledger.entry')}</dt>
    <dd>${of.type ? html`<b>${tMaybe(`record.${of.type}`, of.type)}</b>, <time datetime=${of.time}>${dateTime(of.time)}</time> <small class="mono">${of.type}</small>` : t('ledger.entry.strange')}
      ${of.actor && html`<br /><small>${t('ledger.actor')}: <code>${of.actor}</code></small>`}${of.object && html`<br /><small>${t('ledger.object')}: <code>${of.object}</code></small>`}</dd>
    <dt>${t('ledger.inclusion')}</dt><dd>${t('ledger.included', { index: count(of.index), size: count(of.size) })}${hashes !== undefined && html` <small>${t('ledger.hashes', { n: hashes })}</small>`}</dd>
    <dt>${t('ledger.checkpoint')}</dt><dd>${t('ledger.signed', { log: of.log, size: count(of.size) })}<br /><small>${t('ledger.root')}: <code>${of.root}</code></small></dd>
    <dt>${t('ledger.witnesses')}</dt><dd><${Witnesses} of=${of} /></dd>
    <dt>${t('ledger.payload')}</dt><dd><${Payload} of=${of} /></dd></dl>`;
}

/** @param {{of: any}} props */
function Payload({ of }) {
  if (of.payload_state === 'erased') return html`<strong>${t('ledger.erased')}</strong> ${t('ledger.erased-text', { n: count(of.erased_by), time: dateTime(of.erased_time) })}`;
  if (of.payload_state !== 'proven') return t('ledger.absent');
  return html`${t('ledger.payload-proven')}<pre class="as-written" tabindex="0">${indented(of.payload)}</pre>${of.withheld?.length > 0 && html`<p class="withheld">${t('ledger.withheld')} ${of.withheld.map((/** @type {string} */ name, /** @type {number} */ i) => html`${i ? ', ' : ''}<code>${name}</code>`)}</p>`}`;
}

/** Canonical numbers come out as they went in. @param {string} text */
function indented(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

/** @param {{of: any}} props */
function Unproven({ of }) {
  const isAlone = !of.witnesses?.some((/** @type {any} */ w) => w.cosigned);
  return html`<h3>${t('verify.unproven')}</h3><ul><li>${t('ledger.unproven.true')}</li>
    ${of.payload_state === 'absent' && html`<li>${t('ledger.unproven.what')}</li>`}${of.actor && html`<li>${t('ledger.unproven.who')}</li>`}${isAlone && html`<li>${t('ledger.unproven.same')}</li>`}</ul>`;
}
