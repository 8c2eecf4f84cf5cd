// SPDX-License-Identifier: GPL-3.0-or-later
// Characteristics and how often each is measured; a control plan from a spreadsheet.
import { digits } from '../lib/api.js';
import { Field } from '../lib/form.js';
import { useData } from '../lib/hooks.js';
import { html, useMemo, useState } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { Title, whenLoaded } from '../lib/page.js';
import { setQuery } from '../lib/router.js';
import { may, useMe } from '../lib/shell.js';
import { sorted, Table } from '../lib/table.js';
import { pathParts } from '../lib/format.js';

/** @param {{query: Record<string, string>, lang: string}} props */
export default function Editor({ query, lang }) {
  const me = useMe();
  const rows = useData('characteristics', { limit: 1000, sort: 'path', search: query.search });
  const [order, setOrder] = useState(/** @type {import('../lib/table.js').Order} */ ({ key: 'path', isDown: false }));
  const columns = useMemo(() => /** @type {import('../lib/table.js').Column<any>[]} */ ([
    { key: 'path', title: t('characteristic'), value: (r) => r.path, cell: (r) => {
      const [name, above] = pathParts(r.path);
      return html`<span class="path"><b><a href="/characteristics/${r.number}">${name}</a></b><small>${above}</small></span>`;
    } },
    { key: 'unit', title: t('station.unit'), value: (r) => r.unit, cell: (r) => r.unit ?? '' },
    { key: 'n', title: t('editor.measurements'), class: 'number wide', value: (r) => r.live.measurements, cell: (r) => digits(r.live, 'measurements') },
    { key: 'state', title: t('editor.limits'), class: 'wide', value: (r) => r.live.state, cell: (r) => t(/** @type {any} */ (`limits-state.${r.live.state}`)) },
  ]), [lang]);
  return html`<${Title} title=${t('nav.editor')} under=${t('editor.under')} actions=${may(me, 'engineer') && html`<a class="button primary" href="/control-plan">${t('nav.plan')}</a>`} />
    <div class="row filters"><${Field} label=${t('editor.search')} type="search" value=${query.search ?? ''} onInput=${(/** @type {any} */ e) => setQuery({ search: e.target.value })} /></div>
    ${whenLoaded(rows, (data) => html`<${Table} label=${t('nav.editor')} columns=${columns} rows=${sorted(data.characteristics, columns, order)} order=${order} onOrder=${setOrder}
      rowKey=${(/** @type {any} */ r) => r.number} empty=${t('nothing.yet')} />`)}`;
}
