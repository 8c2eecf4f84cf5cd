// SPDX-License-Identifier: GPL-3.0-or-later
// The first page leads everybody to the screen made for them.
import { get } from '../lib/api.js';
import { html, useEffect } from '../lib/html.js';
import { Loading } from '../lib/page.js';
import { find, go } from '../lib/router.js';
import { may, useMe } from '../lib/shell.js';

/** An operator measures; everybody else begins with what is going on. @param {import('../lib/api.js').Me} me */
function homeOf(me) {
  const isOperator = may(me, 'measure') && !['engineer', 'close', 'audit', 'admin'].some((scope) => may(me, scope));
  return isOperator && find('/station') ? '/station' : '/overview';
}

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
    isEmpty().then((is) => go(is && may(me, 'measure') ? '/import' : homeOf(me), { replace: true }));
  }, []);
  return html`<${Loading} />`;
}
