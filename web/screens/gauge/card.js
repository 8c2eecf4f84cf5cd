// SPDX-License-Identifier: GPL-3.0-or-later
// How a gauge stands: its calibration as a state and in words, its facts, where it is used.
import { ago, duration } from '../../lib/format.js';
import { useData } from '../../lib/hooks.js';
import { html } from '../../lib/html.js';
import { t } from '../../lib/i18n.js';
import { whenLoaded } from '../../lib/page.js';
import { PathLink } from '../../lib/path.js';

const SOON_DAYS = 30;

/** How its calibration stands. @param {any} gauge @param {number} now @returns {import('../../lib/sign.js').State} */
export function calibration(gauge, now) {
  if (gauge.state === 'blocked') return 'stop';
  if (!gauge.due) return 'no-data';
  const days = (Date.parse(`${gauge.due}T23:59:59`) - now) / 86400000;
  return days < 0 ? 'stop' : days < SOON_DAYS ? 'check' : 'ok';
}

/** The same in words. @param {any} gauge */
export function standing(gauge) {
  if (gauge.state === 'blocked') return t('gauge.is-blocked');
  if (!gauge.due) return t('gauge.no-due-known');
  const left = Date.parse(`${gauge.due}T23:59:59`) - Date.now();
  return left < 0 ? t('gauge.overdue', { time: duration(-left) }) : t('gauge.due-in', { time: duration(left) });
}

/** @param {{id: string, d: any, children?: any}} props d: its document */
export function Facts({ id, d, children }) {
  return html`<dl class="facts"><dt>${t('gauge.id')}</dt><dd>${id}</dd>
    ${d.serial && html`<dt>${t('scan.serial')}</dt><dd>${d.serial}</dd>`}
    <dt>${t('gauge.state')}</dt><dd>${t(/** @type {any} */ (`gauge.state.${d.state ?? 'in use'}`))}</dd>
    <dt>${t('gauge.calibrated')}</dt><dd>${d.calibrated || '–'}</dd><dt>${t('gauge.due')}</dt><dd>${d.due || t('gauge.no-due')}</dd>
    ${d.place && html`<dt>${t('gauge.place')}</dt><dd>${d.place}</dd>`}${children}</dl>`;
}

/** @param {{id: string}} props */
export function Use({ id }) {
  const use = useData(`gauges/${encodeURIComponent(id)}/use`);
  return html`<div class="use">${whenLoaded(use, ({ stations, seen }) => html`
    ${stations.length > 0 && html`<h3>${t('gauge.at-stations')}</h3><ul>${stations.map((/** @type {any} */ s) => html`<li key=${s.station + s.characteristic}><a href="/station/${s.station}">${s.station}</a>: ${s.characteristic}</li>`)}</ul>`}
    ${seen.length > 0 && html`<h3>${t('gauge.seen')}</h3><ul>${seen.map((/** @type {any} */ c) => html`<li key=${c.number}><${PathLink} path=${c.path} number=${c.number} /> <small>${ago(c.last)}</small></li>`)}</ul>`}
    ${!stations.length && !seen.length && html`<p class="soft">${t('gauge.nowhere')}</p>`}`)}</div>`;
}
