// SPDX-License-Identifier: GPL-3.0-or-later
// A characteristic's name: its last level large, those above it small.
import { pathParts } from './format.js';
import { html } from './html.js';
import { find } from './router.js';

/** Leads to its chart. @param {{path: string, number?: number | string}} props */
export function PathLink({ path, number }) {
  const [name, above] = pathParts(path);
  const to = `/chart/${encodeURIComponent(number ?? path)}`;
  return html`<span class="path"><b>${find(to) ? html`<a href=${to}>${name}</a>` : name}</b><small>${above}</small></span>`;
}
