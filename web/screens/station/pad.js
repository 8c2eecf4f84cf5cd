// SPDX-License-Identifier: GPL-3.0-or-later
// The numeric pad: large keys for gloves, the sign, the decimal, the last value again; or the scale of the gauge.
import { Choice } from '../../lib/form.js';
import { html, useState } from '../../lib/html.js';
import { t } from '../../lib/i18n.js';
import { recall, remember } from '../../lib/storage.js';
import { keysOf, Scale } from './scale.js';

const rows = [['7', '8', '9'], ['4', '5', '6'], ['1', '2', '3'], ['±', '0', '.']];

/** @param {{wedge: ReturnType<typeof import('../../lib/wedge.js').useWedge>, repeat: (() => void) | null, skip: () => void,
 *   item: import('./plant.js').Item | undefined, enter: (value: string) => void}} props enter: a value of the scale */
export function Pad({ wedge, repeat, skip, item, enter }) {
  const [kind, setKind] = useState(recall('pad') ?? 'digits');
  const d = item?.definition, decimals = item ? item.decimals - 1 : 0; // those of the limits
  const hasScale = keysOf(d?.lower, d?.upper, decimals) !== null, isScale = hasScale && kind === 'scale';
  const choose = (/** @type {string} */ next) => {
    remember('pad', next);
    setKind(next);
  };
  const press = (/** @type {string} */ key) => {
    if (key !== '±') wedge.type(key);
    else {
      const text = wedge.text;
      wedge.clear();
      wedge.type(text.startsWith('-') ? text.slice(1) : `-${text}`);
    }
  };
  const hold = (/** @type {Event} */ e) => e.preventDefault(); // the focus stays where it is
  return html`${hasScale && html`<${Choice} label=${t('station.pad-kind')} value=${kind} options=${[['digits', t('station.pad-digits')], ['scale', t('station.scale')]]} onChange=${choose} />`}
    ${isScale && html`<${Scale} key=${item?.characteristic} lower=${d.lower} upper=${d.upper} decimals=${decimals} enter=${enter} />`}
  <div class="pad" role="group" aria-label=${t('station.pad')}>
    ${!isScale && rows.flat().map((key) => html`<button type="button" key=${key} onMouseDown=${hold} onClick=${() => press(key)}
      aria-label=${key === '±' ? t('station.sign') : key === '.' ? t('station.decimal') : key}>${key}</button>`)}
    ${!isScale && html`<button type="button" onMouseDown=${hold} onClick=${wedge.erase} aria-label=${t('station.erase')}>⌫</button>`}
    <button type="button" class="words" onMouseDown=${hold} disabled=${!repeat} onClick=${() => repeat?.()}>${t('station.repeat')}</button>
    <button type="button" class="words" onMouseDown=${hold} onClick=${skip}>${t('station.not-measured')}</button>
    ${!isScale && html`<button type="button" class="primary enter" onMouseDown=${hold} onClick=${wedge.enter} disabled=${!wedge.text}>${t('station.enter')} <b class="typed" aria-hidden="true">${wedge.text}</b></button>`}
  </div>`;
}
