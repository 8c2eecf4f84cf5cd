// SPDX-License-Identifier: GPL-3.0-or-later
// The frame of what a screen says: its title, what is wrong, and that it is still loading.
import { inWords, Problem } from './api.js';
import { html, useEffect } from './html.js';
import { t } from './i18n.js';

/** The heading, also the window's title. `actions`: buttons at its right. @param {{title: string, under?: any, actions?: any}} props */
export function Title({ title, under, actions }) {
  useEffect(() => {
    document.title = `${title} · Assay`;
  }, [title]);
  return html`<div class="title"><div><h1>${title}</h1>${under && html`<p class="under">${under}</p>`}</div>
    ${actions && html`<div class="actions">${actions}</div>`}</div>`;
}

/** What went wrong, and a way to try again. @param {{error: unknown, retry?: () => void}} props */
export function Trouble({ error, retry }) {
  const hint = /** @type {any} */ (error)?.hint;
  return html`<div class="trouble" role="alert"><p>${inWords(error)}</p>${hint && html`<p class="hint">${hint}</p>`}
    ${retry && html`<button type="button" onClick=${retry}>${t('retry')}</button>`}</div>`;
}

export function Loading() {
  return html`<p class="loading" role="status">${t('loading')}</p>`;
}

/** The content of what useData gave: trouble, loading, or `show(data)`.
 * @param {import('./hooks.js').Loaded<any>} loaded @param {(data: any) => any} show */
export function whenLoaded(loaded, show) {
  if (loaded.data) return show(loaded.data);
  if (loaded.error instanceof Problem && loaded.error.of('measurements')) return html`<p class="empty">${t('measurements.none')}</p>`;
  if (loaded.error) return html`<${Trouble} error=${loaded.error} retry=${loaded.reload} />`;
  return html`<${Loading} />`;
}
