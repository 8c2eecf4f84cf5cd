// SPDX-License-Identifier: GPL-3.0-or-later
// A table of any number of rows: only those in sight are in the page. Rows have one height; the
// table tells its true length to screen readers.
import { html, useEffect, useLayoutEffect, useRef, useState } from './html.js';

/** @template R @typedef {{key: string, title: string, cell: (row: R) => any, value?: (row: R) => any, class?: string, hint?: string}} Column
 * `value`: what rows are sorted by; without one the column does not sort. `class`: "number", "wide" (hidden on phones) */
/** @typedef {{key: string, isDown: boolean}} Order */

const BEYOND = 8; // rows above and below that are kept ready

/** Sorts a copy; null and undefined go last either way. @template R @param {R[]} rows @param {Column<R>[]} columns @param {Order | null} order */
export function sorted(rows, columns, order) {
  const value = order && columns.find((c) => c.key === order.key)?.value;
  if (!value) return rows;
  const turn = order.isDown ? -1 : 1;
  const keyed = rows.map((row) => ({ row, value: value(row) }));
  const isNone = (/** @type {any} */ x) => x === null || x === undefined || Number.isNaN(x);
  const compare = typeof keyed.find((k) => !isNone(k.value))?.value === 'string'
    ? (/** @type {any} */ a, /** @type {any} */ b) => (a < b ? -1 : a > b ? 1 : 0)
    : (/** @type {any} */ a, /** @type {any} */ b) => a - b;
  keyed.sort((a, b) => (isNone(a.value) || isNone(b.value) ? Number(isNone(a.value)) - Number(isNone(b.value)) : turn * compare(a.value, b.value)));
  return keyed.map((k) => k.row);
}

/** @param {{label: string, columns: Column<any>[], rows: any[], rowKey: (row: any) => string | number, order?: Order | null,
 *   onOrder?: (order: Order) => void, rowHeight?: number, rowClass?: (row: any) => string, empty?: any,
 *   onView?: (rows: any[]) => void}} props onView: hears which rows are in sight */
export function Table({ label, columns, rows, rowKey, order, onOrder, rowHeight = 48, rowClass, empty, onView }) {
  const box = useRef(/** @type {HTMLDivElement | null} */ (null));
  const [view, setView] = useState({ top: 0, height: 800 });
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return undefined;
    const look = () => setView({ top: element.scrollTop, height: element.clientHeight });
    look();
    const watcher = new ResizeObserver(look);
    watcher.observe(element);
    return () => watcher.disconnect();
  }, []);
  useEffect(() => {
    const element = box.current;
    if (element && element.scrollTop > rows.length * rowHeight) element.scrollTop = 0;
  }, [rows.length]);
  const first = Math.max(0, Math.floor(view.top / rowHeight) - BEYOND);
  const last = Math.min(rows.length, Math.ceil((view.top + view.height) / rowHeight) + BEYOND);
  useEffect(() => onView?.(rows.slice(first, last)), [rows, first, last]);
  return html`<div class="table-box" ref=${box} tabindex="0" role="region" aria-label=${label}
      onScroll=${(/** @type {any} */ e) => setView({ top: e.target.scrollTop, height: e.target.clientHeight })}>
    <table aria-rowcount=${rows.length + 1}>
      <thead><tr aria-rowindex="1">${columns.map((c) => html`<${Head} key=${c.key} column=${c} order=${order} onOrder=${onOrder} />`)}</tr></thead>
      <tbody>
        ${first > 0 && html`<tr class="gap" aria-hidden="true"><td colspan=${columns.length} style=${{ height: `${first * rowHeight}px` }}></td></tr>`}
        ${rows.slice(first, last).map((row, i) => html`<tr key=${rowKey(row)} aria-rowindex=${first + i + 2} class=${rowClass?.(row) ?? ''}
          style=${{ height: `${rowHeight}px` }}>${columns.map((c) => html`<td key=${c.key} class=${c.class ?? ''}>${c.cell(row)}</td>`)}</tr>`)}
        ${last < rows.length && html`<tr class="gap" aria-hidden="true"><td colspan=${columns.length} style=${{ height: `${(rows.length - last) * rowHeight}px` }}></td></tr>`}
      </tbody>
    </table>
    ${rows.length === 0 && html`<p class="empty">${empty}</p>`}
  </div>`;
}

/** @param {{column: Column<any>, order?: Order | null, onOrder?: (order: Order) => void}} props */
function Head({ column, order, onOrder }) {
  const isHere = order?.key === column.key;
  const sort = isHere ? (order.isDown ? 'descending' : 'ascending') : undefined;
  if (!column.value || !onOrder) return html`<th scope="col" class=${column.class ?? ''} title=${column.hint ?? ''}>${column.title}</th>`;
  return html`<th scope="col" class=${column.class ?? ''} aria-sort=${sort}>
    <button type="button" class="sorter" title=${column.hint ?? ''}
      onClick=${() => onOrder({ key: column.key, isDown: isHere ? !order.isDown : false })}>${column.title}<span aria-hidden="true">${
      isHere ? (order.isDown ? ' ▼' : ' ▲') : ''}</span></button></th>`;
}
