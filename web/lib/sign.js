// SPDX-License-Identifier: GPL-3.0-or-later
// A state by word, shape and colour: octagon, triangle, circle, hollow dashes, hollow diamond.
import { html } from './html.js';
import { t } from './i18n.js';

/** @typedef {'stop' | 'check' | 'ok' | 'no-data' | 'no-limits'} State */

/** @type {Record<State, string>} */
const shapes = {
  stop: 'M7 1h6l6 6v6l-6 6H7l-6-6V7z',
  check: 'M10 2 19 18H1z',
  ok: 'M10 2a8 8 0 1 0 0 16 8 8 0 1 0 0-16z',
  'no-data': 'M10 2a8 8 0 1 0 0 16 8 8 0 1 0 0-16z',
  'no-limits': 'M10 2 18 10 10 18 2 10z',
};

/** @param {{state: State, large?: boolean}} props */
export function Sign({ state, large }) {
  return html`<span class="sign ${state} ${large ? 'large' : ''}">
    <svg viewBox="0 0 20 20" aria-hidden="true"><path d=${shapes[state]} /></svg>${t(`state.${state}`)}</span>`;
}
