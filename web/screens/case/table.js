// SPDX-License-Identifier: GPL-3.0-or-later
// Cases as the rows of a table: what, of which scheme, where it stands, until when.
import { date } from '../../lib/format.js';
import { html } from '../../lib/html.js';
import { t } from '../../lib/i18n.js';
import { Due, named, Phase } from '../../lib/programme.js';

/** @param {{rows: any[], label: string, nameOf: (scheme: string) => string}} props */
export function CaseTable({ rows, label, nameOf }) {
  return html`<div class="table-box short" tabindex="0" role="region" aria-label=${label}><table>
      <thead><tr><th scope="col">${t('case')}</th><th scope="col" class="wide">${t('scheme')}</th><th scope="col">${t('case.stage')}</th>
        <th scope="col">${t('state')}</th><th scope="col">${t('case.due')}</th><th scope="col" class="wide">${t('case.opened')}</th></tr></thead>
      <tbody>${rows.map((c) => html`<tr key=${c.id}><td><a href="/case/${c.id}">${c.title || c.name || t('case.blind', { n: c.id.slice(-6) })}</a>
          ${c.title && c.name && html`<small class="bound">${c.name}</small>`}</td>
        <td class="wide">${nameOf(c.scheme)}</td><td>${c.stage ? named({ words: c.stage_name }, c.stage) : t('case.closed')}</td>
        <td><${Phase} phase=${c.phase} />${c.band && html` <small>${named({ words: c.band_name }, c.band)}</small>`}</td><td><${Due} due=${c.due} /></td><td class="wide">${c.opened ? date(c.opened) : ''}</td></tr>`)}</tbody></table></div>`;
}
