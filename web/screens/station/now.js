// SPDX-License-Identifier: GPL-3.0-or-later
// What is measured now, in letters to be read from where one stands.
import { digits } from '../../lib/api.js';
import { html } from '../../lib/html.js';
import { t } from '../../lib/i18n.js';
import { Sign } from '../../lib/sign.js';
import { stateOf } from './plant.js';
import { Trend } from './trend.js';

/** @param {{item: import('./plant.js').Item, alarms: any[], scanned: Record<string, string>, text: string, count: number, ready: boolean}} props */
export function Now({ item, alarms, scanned, text, count, ready }) {
  const { definition } = item;
  const parts = item.characteristic.split('/');
  const name = parts.pop() ?? '';
  const wanted = Number(definition?.subgroup_size) || 1;
  const limits = /** @type {const} */ (['lower', 'nominal', 'upper']).filter((k) => definition?.[k] !== null && definition?.[k] !== undefined);
  const gauge = scanned.gauge || item.gauge;
  return html`<section class="now" aria-label=${t('station.now')}>
    <div class="now-head"><div><p class="soft">${parts.join(' / ')}</p><h1>${name}</h1></div><${Sign} state=${stateOf(item, alarms)} large /></div>
    <dl class="now-facts">
      ${limits.map((k) => html`<div key=${k}><dt>${t(`station.${k}`)}</dt><dd>${digits(definition, k)}</dd></div>`)}
      ${definition?.unit && html`<div><dt>${t('station.unit')}</dt><dd>${definition.unit}</dd></div>`}
      ${gauge && html`<div><dt>${t('scan.gauge')}</dt><dd>${gauge}</dd></div>`}
      ${/** @type {const} */ (['part', 'lot', 'serial']).filter((k) => scanned[k]).map((k) => html`<div key=${k}><dt>${t(`scan.${k}`)}</dt><dd>${scanned[k]}</dd></div>`)}
    </dl>
    ${item.instruction && html`<p class="instruction">${item.instruction}</p>`}
    <div class="entry ${text ? 'typing' : ready ? 'ready' : ''}"><span class="hidden" id="entry-label">${t('station.value')}</span>
      <output aria-labelledby="entry-label" aria-live="off">${text || html`<span class="soft">${t('station.ready')}</span>`}</output>
      ${wanted > 1 && html`<span class="count">${t('station.count', { i: Math.min(count + 1, wanted), n: wanted })}</span>`}</div>
    <${Trend} live=${item.live} decimals=${item.decimals} name=${name} />
  </section>`;
}
