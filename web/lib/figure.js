// SPDX-License-Identifier: GPL-3.0-or-later
// A number of the API on the screen: rounded to be read, its full digits in the title.
import { digits } from './api.js';
import { fixed, significant } from './format.js';
import { html } from './html.js';
import { tWhy } from './i18n.js';

/** A member of an answer. `decimals`: rounded to so many; `n`: to so many significant digits;
 * neither: as the API writes it. A null is a dash whose title says why, if the answer does.
 * @param {{of: any, name: string | number, decimals?: number, n?: number, unit?: string | null}} props */
export function Figure({ of, name, decimals, n, unit }) {
  const value = of?.[name], full = digits(of, name);
  if (typeof value !== 'number') {
    return html`<span class="figure none" title=${tWhy(of?.why?.[name])}>${value ?? '–'}</span>`;
  }
  const text = decimals !== undefined ? fixed(value, decimals) : n !== undefined ? significant(value, n) : full;
  return html`<span class="figure" title=${full}>${text}${unit ? html` <span class="unit">${unit}</span>` : ''}</span>`;
}
