// SPDX-License-Identifier: GPL-3.0-or-later
// One's own record in the programmes.
import { Problem } from '../lib/api.js';
import { useData } from '../lib/hooks.js';
import { html } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { Title, whenLoaded } from '../lib/page.js';
import { Record } from './party/record.js';

export default function OwnRecord() {
  const me = useData('me/party');
  const isNobody = me.error instanceof Problem && me.error.status === 404;
  return html`<${Title} title=${t('nav.record')} under=${t('record.under')} />
    ${isNobody ? html`<p class="notice">${t('idea.nobody')}</p>` : whenLoaded(me, (party) => html`<${Record} party=${party} isDesk=${false} reload=${me.reload} gone=${() => location.assign('/')} />`)}`;
}
