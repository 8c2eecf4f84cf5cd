// SPDX-License-Identifier: GPL-3.0-or-later
// The server is away for ten minutes while somebody goes on measuring; the page is loaded anew, the browser is
// killed, and the server is killed once more while the station catches up. Nothing may be lost, doubled or
// change its place. The ten minutes pass on the page's clock alone; OUTAGE_SECONDS=600 (make test-outage)
// waits for them.
import assert from 'node:assert/strict';
import { test } from './lib/harness.mjs';
import { OwnBrowser } from './lib/own_browser.mjs';
import { until } from './lib/plant.mjs';
import { machine, stationPlant } from './lib/workplace.mjs';

const SECONDS = Number(process.env.OUTAGE_SECONDS ?? 0), STEPS = 10, STEP_MS = 60000;
const RELOAD_AT = 3, KILL_AT = 6, EACH_MS = 2500;

/** The page's clock goes ahead by what stands in its storage. */
function clockAhead() {
  const Real = Date, ahead = () => Number(localStorage.getItem('test.ahead') ?? 0);
  globalThis.Date = /** @type {any} */ (class extends Real {
    /** @param {any[]} at */
    constructor(...at) {
      super(.../** @type {[any]} */ (at.length ? at : [Real.now() + ahead()]));
    }

    static now() {
      return Real.now() + ahead();
    }
  });
}

/** Who measures: the next value of what the station asks for, no two alike. @param {any[]} typed */
function hands(typed) {
  return async (/** @type {any} */ page) => {
    const name = await page.locator('.now h1').textContent();
    const value = ((name === 'bore' ? 10 : 50) + (typed.length % 9 - 4) / 100).toFixed(2);
    await machine(page, value);
    typed.push({ name, value });
    await page.waitForFunction((/** @type {string} */ was) => document.querySelector('.now h1')?.textContent !== was, name);
    await page.waitForTimeout(320); // or it would be taken for a bounce
  };
}

/** Time passes, and values are measured meanwhile. @param {any} page @param {(page: any) => Promise<void>} measure */
async function step(page, measure) {
  if (!SECONDS) {
    for (let i = 0; i < 2; i++) await measure(page);
    await page.evaluate((/** @type {number} */ ms) => localStorage.setItem('test.ahead', String(Number(localStorage.getItem('test.ahead') ?? 0) + ms)), STEP_MS);
    return;
  }
  for (const end = performance.now() + (SECONDS * 1000) / STEPS; performance.now() < end; await page.waitForTimeout(EACH_MS)) await measure(page);
}

/** As a person loads a page anew. @param {any} page */
async function again(page) {
  await Promise.all([page.waitForEvent('load'), page.evaluate(() => void setTimeout(() => location.reload()))]);
  await page.waitForSelector('.entry', { timeout: 30000 });
}

/** @param {any} page @param {number} n */
function keptAre(page, n) {
  return page.waitForFunction((/** @type {number} */ wanted) => new RegExp(`^\\s*${wanted} values? kept`).test(document.querySelector('.work-kept')?.textContent ?? ''), n, { timeout: 30000 });
}

test(`the server is away for ten minutes${SECONDS ? '' : " of the page's clock"}: no value is lost, doubled or moved`, async ({ assay }) => {
  const server = await stationPlant(assay), browser = new OwnBrowser(), began = Date.now();
  /** @type {{name: string, value: string}[]} */
  const typed = [];
  let ahead = 0;
  const measure = hands(typed), address = `${server.address}/station/s1`;
  const prepare = async (/** @type {any} */ context) => {
    await context.addCookies([cookie]);
    await context.addInitScript((/** @type {number} */ ms) => localStorage.setItem('test.ahead', String(Math.max(Number(localStorage.getItem('test.ahead') ?? 0), ms))), ahead); // a killed browser may forget
    await context.addInitScript(clockAhead);
    await context.addInitScript(() => localStorage.setItem('assay.language', 'en'));
  };
  const before = { bore: await rowsOf(server, 'site/bore'), length: await rowsOf(server, 'site/length') };
  const cookie = await server.cookie('kim');
  try {
    let page = await browser.start(prepare);
    await page.goto(address);
    await page.waitForFunction(async () => {
      const data = (await (await caches.open('assay-data')).keys()).map((k) => new URL(k.url).pathname);
      return (await (await caches.open('assay-files')).keys()).length > 20 && ['/station/', '/api/v1/me', '/api/v1/stations/s1'].every((path) => data.includes(path));
    }, undefined, { timeout: 30000 });
    await page.waitForSelector('.entry');
    for (let i = 0; i < 3; i++) await measure(page);
    await page.waitForFunction(() => !document.querySelector('.work-kept'), undefined, { timeout: 30000 });
    await server.stop('SIGKILL');
    for (let i = 0; i < STEPS; i++) {
      await step(page, measure);
      if (i === RELOAD_AT) await again(page);
      if (i === KILL_AT) {
        await keptAre(page, typed.length - 3);
        await browser.kill();
        ahead = STEP_MS * (i + 1) * (SECONDS ? 0 : 1);
        page = await browser.start(prepare);
        await page.goto(address);
      }
      await page.waitForSelector('.entry', { timeout: 30000 });
      await keptAre(page, typed.length - 3);
    }
    assert.match(await page.locator('.work-kept').textContent() ?? '', /kept here · No connection since \d{4}-\d\d-\d\d/);
    await server.start();
    const stored = async () => (await Promise.all(['site/bore', 'site/length'].map((path) => rowsOf(server, path)))).flat().length - before.bore.length - before.length.length;
    await until(async () => await stored() > 6, 60000);
    await server.stop('SIGKILL'); // while the station catches up
    await measure(page);
    await server.start();
    await page.waitForFunction(() => !document.querySelector('.work-kept'), undefined, { timeout: 60000 });
    for (const name of /** @type {const} */ (['bore', 'length'])) {
      const rows = (await rowsOf(server, `site/${name}`)).slice(before[name].length);
      assert.deepEqual(rows.map((r) => r.value), typed.filter((x) => x.name === name).map((x) => Number(x.value)), name);
      assert.ok(rows.every((r, i) => i === 0 || r.time > rows[i - 1].time), name);
    }
    const account = (await server.api('GET', 'sources')).sources.find((/** @type {any} */ s) => s.name === 'station-s1');
    assert.equal(account.stored, typed.length);
    assert.equal(account.received, account.stored + account.duplicates + account.conflicts + account.refused);
    assert.equal(account.conflicts + account.refused, 0);
    console.log(`# ${typed.length} values, ${((Date.now() - began) / 1000).toFixed(0)} s: 0 lost, 0 doubled`);
  } finally {
    await browser.close();
    await server.close();
  }
});

/** @param {any} server @param {string} path @returns {Promise<{time: string, value: number}[]>} */
async function rowsOf(server, path) {
  const { time, value } = await server.api('GET', `characteristics/${server.numbers[path]}/series?limit=100000`);
  return value.map((/** @type {number} */ v, /** @type {number} */ i) => ({ time: time[i], value: v }));
}
