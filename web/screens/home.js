// SPDX-License-Identifier: GPL-3.0-or-later
// The first page leads everybody to the screen made for them.
import { get } from '../lib/api.js';
import { html, useEffect } from '../lib/html.js';
import { Loading } from '../lib/page.js';
import { find, go } from '../lib/router.js';
import { may, useMe } from '../lib/shell.js';

/** An operator measures, or where there is no station sees what waits for him; everybody else begins with what is going on.
 * @param {import('../lib/api.js').Me} me */
async function homeOf(me) {
  const isOperator = may(me, 'measure') && !['engineer', 'close', 'audit', 'admin'].some((scope) => may(me, scope));
  if (!isOperator || !find('/station')) return '/overview';
  return (await hasNone('stations')) && !(await hasNone('schemes')) ? '/cases' : '/station';
}

/** @param {string} what @returns {Promise<boolean>} */
const hasNone = (what) => get(what).then((found) => !(found.items ?? found[what])?.length, () => false);

/** Nothing has been measured yet: then a file of one's own is the beginning. */
async function isEmpty() {
  try {
    return (await get('characteristics', { limit: 1 })).total === 0;
  } catch {
    return false;
  }
}

export default function Home() {
  const me = useMe();
  useEffect(() => {
    isEmpty().then(async (is) => go(is && may(me, 'measure') ? '/import' : await homeOf(me), { replace: true }));
  }, []);
  return html`<${Loading} />`;
}
