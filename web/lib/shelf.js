// SPDX-License-Identifier: GPL-3.0-or-later
// Puts this page and its files on the shelf, so that it opens while the server is away (worker.js). Browsers
// allow that over HTTPS and on the machine itself; elsewhere values are kept all the same.

/** What this page has loaded so far of what begins so. @param {string} start */
function loaded(start) {
  const names = performance.getEntriesByType('resource').map((e) => e.name);
  return [...new Set(names.filter((name) => new URL(name).pathname.startsWith(start)))];
}

function contents() {
  const data = loaded('/api/v1/').filter((name) => !/^\/api\/v1\/(events|measurements|session)/.test(new URL(name).pathname));
  return { keep: loaded('/web/'), read: [location.href, ...data] };
}

export async function keepPage() {
  if (!('serviceWorker' in navigator)) return;
  try {
    await navigator.serviceWorker.register('/worker.js');
    const { active } = await navigator.serviceWorker.ready;
    active?.postMessage(contents());
    if (navigator.serviceWorker.controller) return;
    await new Promise((done) => navigator.serviceWorker.addEventListener('controllerchange', done, { once: true }));
  } catch { /* not allowed here */ }
}

/** Is the page on the shelf? For tests and the header. */
export async function isOnShelf() {
  return 'caches' in self && (await (await caches.open('assay-files')).keys()).length > 0;
}
