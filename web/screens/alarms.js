// SPDX-License-Identifier: GPL-3.0-or-later
// All alarms: open ones by urgency, closed ones behind them.
import { byUrgency, isOpen, ruleWords, signOf } from '../lib/alarms.js';
import { dateTime, duration, pathParts } from '../lib/format.js';
import { Choice } from '../lib/form.js';
import { useData, useEvents, useNow, useThrottled } from '../lib/hooks.js';
import { html, useMemo } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { Title, whenLoaded } from '../lib/page.js';
import { setQuery } from '../lib/router.js';
import { Sign } from '../lib/sign.js';
import { sorted, Table } from '../lib/table.js';

/** @returns {import('../lib/table.js').Column<any>[]} */
function columns() {
  return [
    { key: 'path', title: t('characteristic'), value: (a) => a.path, cell: (a) => {
      const [name, above] = pathParts(a.path);
      return html`<span class="path"><b><a href="/alarm/${a.id}">${name}</a></b><small>${above}</small></span>`;
    } },
    { key: 'sign', title: t('state'), cell: (a) => (isOpen(a) ? html`<${Sign} state=${signOf(a)} />` : t(/** @type {any} */ (`alarm.${a.state}`))) },
    { key: 'rule', title: t('alarm.fired'), class: 'text', value: (a) => a.rule, cell: (a) => ruleWords(a) },
    { key: 'step', title: t('alarm.step'), class: 'wide', cell: (a) => html`${t(/** @type {any} */ (`alarm.${a.state}`))}${a.steps.length ? html`<small class="bound">${a.steps.at(-1).actor}</small>` : ''}` },
    { key: 'known', title: t('alarm.since'), value: (a) => a.known, cell: (a) => html`<time datetime=${a.known} title=${dateTime(a.known)}>${duration(Date.now() - Date.parse(a.known))}</time>` },
    { key: 'cause', title: t('alarm.cause'), class: 'wide text', cell: (a) => a.steps.findLast((/** @type {any} */ s) => s.step === 'cause')?.said.cause ?? '' },
  ];
}

/** @param {{query: Record<string, string>, lang: string}} props */
export default function Alarms({ query, lang }) {
  const isAll = query.show === 'all';
  const loaded = useData('alarms', { limit: 1000, open: isAll ? undefined : true });
  useEvents({ kinds: ['alarm'] }, useThrottled(loaded.reload, 500));
  useNow(20000);
  const shown = useMemo(columns, [lang]);
  const order = query.sort ? { key: query.sort.replace('-', ''), isDown: query.sort.startsWith('-') } : null;
  return html`<${Title} title=${t('nav.alarms')} actions=${html`<${Choice} label=${t('show')} value=${isAll ? 'all' : ''} onChange=${(/** @type {string} */ v) => setQuery({ show: v })}
      options=${[['', t('alarms.open')], ['all', t('alarms.all')]]} />`} />
    ${whenLoaded(loaded, (data) => {
      const rows = [...data.alarms].sort((a, b) => Number(isOpen(b)) - Number(isOpen(a)) || (isOpen(a) ? byUrgency(a, b) : b.known.localeCompare(a.known)));
      return html`<${Table} label=${t('nav.alarms')} columns=${shown} rows=${sorted(rows, shown, order)} order=${order} rowHeight=${54} rowKey=${(/** @type {any} */ a) => a.id}
        onOrder=${(/** @type {any} */ o) => setQuery({ sort: `${o.isDown ? '-' : ''}${o.key}` })} empty=${t('alarms.none')} />`;
    })}`;
}
