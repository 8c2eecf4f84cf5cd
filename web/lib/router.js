// SPDX-License-Identifier: GPL-3.0-or-later
// Which screen an address shows. The table is web/screens.json, the same that the server routes by;
// it stands in the page.

/** @typedef {{screen: string, path: string, scope?: string, nav?: string, bare?: boolean, open?: boolean}} Screen
 * scope: who may see it; nav: its group in the navigation; bare: without header and navigation;
 * open: for everybody, without logging in */

/** @type {Screen[]} */
export const screens = JSON.parse(document.getElementById('screens')?.textContent ?? '[]');

/** @type {Set<() => void>} */
const listeners = new Set();

/** @param {string} path @returns {{screen: Screen, params: Record<string, string>} | null} */
export function find(path) {
  for (const screen of screens) {
    const params = match(screen.path, path);
    if (params) return { screen, params };
  }
  return null;
}

/** @param {string} template "/chart/{id}" @param {string} path @returns {Record<string, string> | null} */
function match(template, path) {
  const wanted = template.split('/'), found = path.split('/');
  if (wanted.length !== found.length) return null;
  /** @type {Record<string, string>} */
  const params = {};
  for (let i = 0; i < wanted.length; i++) {
    if (wanted[i].startsWith('{') && found[i]) params[wanted[i].slice(1, -1)] = decodeURIComponent(found[i]);
    else if (wanted[i] !== found[i]) return null;
  }
  return params;
}

/** @param {string} to path and query of this server @param {{replace?: boolean}} [how] */
export function go(to, { replace = false } = {}) {
  if (to !== location.pathname + location.search)
    history[replace ? 'replaceState' : 'pushState'](null, '', to);
  for (const then of listeners) then();
}

/** Changes the query alone, without a step in the history. @param {Record<string, string | number | null | undefined>} changes */
export function setQuery(changes) {
  const query = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(changes))
    if (value === null || value === undefined || value === '') query.delete(name);
    else query.set(name, String(value));
  const text = query.toString();
  go(location.pathname + (text ? `?${text}` : ''), { replace: true });
}

/** @param {() => void} then */
export function onGo(then) {
  listeners.add(then);
  return () => listeners.delete(then);
}

/** Links within the server do not load the page anew. @param {MouseEvent} event */
export function follow(event) {
  if (event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const link = /** @type {Element} */ (event.target).closest?.('a');
  if (!link || link.target || link.hasAttribute('download') || link.origin !== location.origin) return;
  if (!find(link.pathname) || (link.hash && link.pathname === location.pathname)) return;
  event.preventDefault();
  go(link.pathname + link.search);
  window.scrollTo(0, 0);
}

addEventListener('popstate', () => {
  for (const then of listeners) then();
});
