// SPDX-License-Identifier: GPL-3.0-or-later
// What lets a station go on while the server is away: the page, its files and what it last read are
// kept, for the addresses of BENCH alone. Files never change under their address; everything else is
// asked for anew first and taken from what is kept only when nobody answers.
const FILES = 'assay-files', DATA = 'assay-data', PATIENCE_MS = 4000;
// A station, an exam, a visit: work that goes on without the server. An exam's paper is never kept here.
const BENCH = ['/station', '/exam/', '/visit/'];
const scope = /** @type {any} */ (self);
const SHELL = new Request(location.origin + '/station/'); // the page is the same for all of them

scope.addEventListener('install', () => scope.skipWaiting());
scope.addEventListener('activate', (/** @type {any} */ event) => event.waitUntil(scope.clients.claim()));

/** The page says what it is made of, and what it has read so far: it was there before this worker. What it is not made
 * of any more goes. */
scope.addEventListener('message', (/** @type {any} */ event) => event.waitUntil(Promise.all([keep(event.data.keep), readAgain(event.data.read)])));

/** @param {string[]} addresses */
async function keep(addresses) {
  const files = await caches.open(FILES);
  for (const old of await files.keys()) if (!addresses.includes(old.url)) await files.delete(old);
  const missing = [];
  for (const address of addresses) if (!(await files.match(address))) missing.push(address);
  await files.addAll(missing);
}

/** @param {string[]} addresses the page itself first */
async function readAgain([page, ...data]) {
  const cache = await caches.open(DATA);
  const missing = [];
  for (const address of data) if (!isPaper(address) && !(await cache.match(address))) missing.push(address);
  await Promise.allSettled([newest(new Request(page), SHELL), ...missing.map((address) => newest(new Request(address), new Request(address)))]);
}

scope.addEventListener('fetch', (/** @type {any} */ event) => {
  const { request } = event, url = new URL(request.url);
  if (url.origin !== location.origin) return;
  if (url.pathname === '/api/v1/session') {
    event.waitUntil(caches.delete(DATA)); // another person's turn
    return;
  }
  if (request.method !== 'GET' || url.pathname === '/api/v1/events') return;
  if (url.pathname.startsWith('/web/')) event.respondWith(fileOf(request));
  else if (request.mode === 'navigate' && isBench(url)) event.respondWith(newest(request, SHELL));
  else if (url.pathname.startsWith('/api/v1/')) event.respondWith(dataOf(event, request));
});

/** @param {URL} url */
function isBench(url) {
  return BENCH.some((path) => url.pathname.startsWith(path));
}

/** @param {string} address */
function isPaper(address) {
  return new URL(address).pathname.endsWith('/sitting');
}

/** @param {Request} request */
async function fileOf(request) {
  return (await (await caches.open(FILES)).match(request)) ?? fetch(request);
}

/** @param {any} event @param {Request} request */
async function dataOf(event, request) {
  const client = event.clientId ? await scope.clients.get(event.clientId) : null;
  return client && !isPaper(request.url) && isBench(new URL(client.url)) ? newest(request, request) : fetch(request);
}

/** The server's answer, else the last one kept under `key`. @param {Request} request @param {Request} key */
async function newest(request, key) {
  const data = await caches.open(DATA);
  try {
    const answer = await patient(request);
    if (answer.ok) await data.put(key, answer.clone());
    return answer;
  } catch (error) {
    const kept = await data.match(key);
    if (kept) return kept;
    throw error;
  }
}

/** @param {Request} request @returns {Promise<Response>} */
function patient(request) {
  return new Promise((done, fail) => {
    const timer = setTimeout(() => fail(new TypeError('no answer')), PATIENCE_MS);
    // What it knows from before must not come as "unchanged": it is kept under the plain address.
    fetch(request).then(done, fail).finally(() => clearTimeout(timer));
  });
}
