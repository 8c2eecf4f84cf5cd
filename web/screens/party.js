// SPDX-License-Identifier: GPL-3.0-or-later
// One person, firm or team, for the desk.
import { useData } from '../lib/hooks.js';
import { html } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { Title, whenLoaded } from '../lib/page.js';
import { go } from '../lib/router.js';
import { may, useMe } from '../lib/shell.js';
import { Record } from './party/record.js';

/** @param {{id: string}} props */
export default function Party({ id }) {
  const me = useMe(), loaded = useData(`parties/${encodeURIComponent(id)}`);
  return whenLoaded(loaded, (p) => html`<${Title} title=${p.name || t('party.nameless')} under=${t(/** @type {any} */ (`parties.${p.kind}`))} />
    <${Record} party=${p} isDesk=${may(me, 'close')} reload=${loaded.reload} gone=${() => go('/parties')} />`);
}
