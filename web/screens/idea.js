// SPDX-License-Identifier: GPL-3.0-or-later
// One's own ideas, made for a phone.
import { Problem } from '../lib/api.js';
import { useData } from '../lib/hooks.js';
import { html } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { Title, whenLoaded } from '../lib/page.js';
import { Ideas } from './idea/ideas.js';

export default function Idea() {
  const me = useData('me/party');
  const isNobody = me.error instanceof Problem && me.error.status === 404;
  return html`<div class="narrow"><${Title} title=${t('nav.idea')} under=${t('idea.under')} />
    ${isNobody ? html`<p class="notice">${t('idea.nobody')}</p>` : whenLoaded(me, (party) => html`<${Ideas} party=${party} />`)}</div>`;
}
