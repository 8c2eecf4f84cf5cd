// SPDX-License-Identifier: GPL-3.0-or-later
// Every kind of chart as it looks with a signal, with a change of stage, with missing data, with one point
// and with none, beside the pictures that were looked at (lib/compare.mjs says how, and how to renew them).
import assert from 'node:assert/strict';
import { beside, listenToCanvases } from './lib/compare.mjs';
import { test } from './lib/harness.mjs';
import { until } from './lib/plant.mjs';
import { Server } from './lib/server.mjs';
import { stationPlant } from './lib/workplace.mjs';

const CASES = ['signal', 'stage', 'missing', 'one', 'none'];
/** Readings in a subgroup, or how many are inspected. @type {Record<string, {n: number, kind?: 'defectives' | 'defects', size?: number[]}>} */
const KINDS = {
  'xbar-r': { n: 4 }, 'xbar-s': { n: 9 }, 'i-mr': { n: 1 }, median: { n: 5 }, ewma: { n: 1 }, cusum: { n: 1 }, run: { n: 1 },
  p: { n: 1, kind: 'defectives', size: [80, 120, 100, 150] }, np: { n: 1, kind: 'defectives', size: [100] },
  c: { n: 1, kind: 'defects' }, u: { n: 1, kind: 'defects', size: [10, 14, 8, 12] },
};
const SUBGROUPS = 30;

/** Numbers that look like noise, the same in each run; about standard normal. */
function noise() {
  let seed = 2026;
  return () => {
    let sum = -6;
    for (let i = 0; i < 12; i++) {
      seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
      sum += seed / 4294967296;
    }
    return sum;
  };
}

/** How far the mean of a subgroup is off, in standard deviations of a point. @param {string} how @param {number} g @param {boolean} isSingle */
function shiftOf(how, g, isSingle) {
  if (how === 'signal') return g === 21 ? 5 : g >= 5 && g < 14 ? (isSingle ? 2.2 : 1.3) : 0;
  return how === 'stage' && g >= SUBGROUPS / 2 ? 4 : 0;
}

/** @param {string} name @param {string} how */
function rowsOf(name, how) {
  const { n, kind, size } = KINDS[name], random = noise(), rows = [], start = Date.UTC(2026, 0, 5, 6);
  for (let g = 0; g < (how === 'one' ? 1 : SUBGROUPS); g++)
    for (let i = 0; i < n; i++) {
      const calm = how === 'signal' && g >= 5 && g < 14, z = random() * (calm ? 0.4 : 1), shift = shiftOf(how, g, n === 1 && !kind), inspected = size?.[g % size.length];
      const mean = kind ? 0.08 * (inspected ?? 100) : 0;
      const value = kind ? Math.max(0, Math.round(mean + (0.8 * z + shift) * Math.sqrt(mean))) : (10 + 0.05 * (z + shift / Math.sqrt(n))).toFixed(3);
      const isMissing = how === 'missing' && (g === 11 || g === 12 || (g === 20 && n > 1 && i === 0));
      rows.push({ characteristic: `${name}/${how}`, time: new Date(start + (g * n + i) * 60000).toISOString(), value: isMissing ? null : value,
        ...(kind && { kind }), ...(inspected && { size: inspected }), ...(how === 'stage' && { stage: g < SUBGROUPS / 2 ? 'before' : 'new tool' }) });
    }
  return rows;
}

/** @type {Promise<Server & {numbers: Record<string, number>}> | null} */
let made = null;
/** One plant for all of them. @param {string} assay */
function plantOfKinds(assay) {
  made ??= (async () => {
    const server = /** @type {any} */ (new Server(assay));
    const rows = Object.keys(KINDS).flatMap((name) => CASES.filter((how) => how !== 'none').flatMap((how) => rowsOf(name, how)));
    server.run('import', ['-', '-q'], rows.map((r) => `${JSON.stringify(r)}\n`).join(''));
    await server.start();
    process.once('exit', () => server.process?.kill('SIGKILL'));
    server.numbers = Object.fromEntries((await server.api('GET', 'characteristics?limit=1000')).characteristics.map((/** @type {any} */ c) => [c.path, c.number]));
    return server;
  })();
  return made;
}

/** Where a case is shown; none: a stretch of time in which nothing was measured. @param {any} server @param {string} name @param {string} how */
function addressOf(server, name, how) {
  const number = server.numbers[`${name}/${how === 'none' ? 'signal' : how}`], { n } = KINDS[name];
  return `/chart/${number}?type=${name}&n=${n}${how === 'none' ? '&from=2031-01-01T00:00:00Z' : ''}`;
}

/** Goes there without loading the page anew. @param {any} browser @param {any} page @param {string} path @param {string} name what stands there then */
async function goTo(browser, page, path, name) {
  await page.evaluate((/** @type {string} */ to) => {
    history.pushState(null, '', to);
    dispatchEvent(new PopStateEvent('popstate'));
  }, path);
  await page.locator('h1, h2.path, .empty', { hasText: name }).first().waitFor();
  await browser.settled(page);
}

/** The words of the screen that say what one sees. @param {any} page @param {string[]} selectors @returns {Promise<string[]>} */
async function saidBy(page, selectors) {
  const out = [];
  for (const selector of selectors) for (const text of await page.locator(selector).allInnerTexts()) out.push(text.replace(/\s+/g, ' ').trim());
  return out;
}

for (const name of Object.keys(KINDS))
  test(`${name} chart: signal, stage, missing data, one point and none look as they did`, async ({ browser, assay, out }) => {
    const server = await plantOfKinds(assay), wrong = [];
    const page = await browser.open(server, addressOf(server, name, 'signal'), { width: 760, height: 1000, before: (p) => p.addInitScript(listenToCanvases) });
    await browser.settled(page);
    for (const how of CASES) {
      await goTo(browser, page, addressOf(server, name, how), how === 'none' ? 'No measurement is' : how);
      await page.locator(how === 'none' ? '.empty' : '.plot-box').waitFor();
      const drawn = page.locator('.plot-box');
      const isDrawn = await drawn.count() > 0;
      await browser.picture(page, `kind-${name}-${how}`);
      const said = await saidBy(page, ['.facts-line', '.remark', '.trouble', '.empty']);
      if (isDrawn) said.push(/** @type {string} */ (await drawn.getAttribute('aria-label')));
      wrong.push(...await beside(page, isDrawn ? drawn : null, `${name}-${how}`, said, out));
    }
    assert.deepEqual([...wrong, ...page.faults], []);
  });

test('a chart with one mark more is told from the one that was kept', async ({ browser, assay, out }) => {
  const server = await plantOfKinds(assay);
  const page = await browser.open(server, addressOf(server, 'i-mr', 'signal'), { width: 760, height: 1000, before: (p) => p.addInitScript(listenToCanvases) });
  await browser.settled(page);
  const drawn = page.locator('.plot-box'), differing = async () => (await beside(page, drawn, 'i-mr-signal', [], out)).filter((text) => / pixels differ$/.test(text));
  assert.deepEqual(await differing(), []);
  await drawn.locator('canvas').first().evaluate((/** @type {HTMLCanvasElement} */ canvas) => {
    const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
    pen.fillStyle = '#c00';
    pen.fillRect(canvas.width / 2, canvas.height / 2, 6, 6);
  });
  assert.equal((await differing()).length, 1);
});

test('histogram and capability: signal, stage, missing data, one point and none look as they did', async ({ browser, assay, out }) => {
  const server = await plantOfKinds(assay), wrong = [];
  for (const how of ['signal', 'stage', 'missing', 'one']) {
    const number = server.numbers[`i-mr/${how}`];
    await server.api('PATCH', `characteristics/${number}`, { lower: '9.80', nominal: '10.00', upper: '10.20', unit: 'mm' }, { 'If-Match': '*' });
  }
  const page = await browser.open(server, '/', { width: 760, height: 1000 });
  await browser.settled(page);
  for (const screen of ['capability', 'describe'])
    for (const how of CASES) {
      await goTo(browser, page, `/${screen}/${how === 'none' ? await emptyOne(server) : server.numbers[`i-mr/${how}`]}`);
      await page.waitForTimeout(150);
      const drawn = page.locator('.histogram'), isDrawn = await drawn.count() > 0;
      await browser.picture(page, `kind-${screen}-${how}`);
      wrong.push(...await beside(page, isDrawn ? drawn : null, `${screen}-${how}`, await saidBy(page, ['.card .verdict', '.card .trouble', '.card .empty', '.indices .main']), out));
    }
  assert.deepEqual([...wrong, ...page.faults], []);
});

/** A characteristic that nobody has measured yet: a control plan brings it. @param {any} server @returns {Promise<number>} */
async function emptyOne(server) {
  const paths = async () => (await server.api('GET', 'characteristics?limit=1000')).characteristics.find((/** @type {any} */ c) => c.path === 'new/never');
  if (!(await paths())) {
    const { id } = await server.api('POST', 'control-plans?name=plan.csv', 'path,nominal,tolerance\nnew/never,10.00,±0.20\n', { 'Content-Type': 'application/octet-stream' });
    await server.api('POST', `control-plans/${id}/commit`);
  }
  return (await paths()).number;
}

test('a characteristic that nobody has measured says so on every screen of its own', async ({ browser, assay }) => {
  const server = await plantOfKinds(assay), number = await emptyOne(server);
  const page = await browser.open(server, `/chart/${number}`, { width: 760, height: 1000 });
  await browser.settled(page);
  for (const screen of ['chart', 'capability', 'describe']) {
    await goTo(browser, page, `/${screen}/${number}`);
    await page.getByText('Nothing has been measured here yet.').first().waitFor();
    assert.equal(await page.locator('.trouble').count(), 0);
  }
  await browser.picture(page, 'kind-never');
  assert.deepEqual(page.faults, []);
});

/** An alarm of a characteristic, and what people said it came from. @param {any} server @param {string} path @param {string} value @param {string} cause */
async function alarmWithCause(server, path, value, cause) {
  await server.measure([{ characteristic: path, time: new Date().toISOString(), value }]);
  const find = async () => (await server.api('GET', 'alarms?open=1')).alarms.find((/** @type {any} */ a) => a.path === path);
  const { id } = await until(find);
  for (const step of [{ step: 'acknowledged' }, { step: 'contained', note: 'none' }, { step: 'cause', cause }])
    await server.api('POST', `alarms/${id}/steps`, step, { 'If-Match': '*' });
}

test('pareto: none, one and several causes look as they did', async ({ browser, assay, out }) => {
  const server = await stationPlant(assay), wrong = [];
  try {
    const page = await browser.open(server, '/pareto', { width: 1000, height: 700 });
    await browser.settled(page);
    for (const [how, path, value, cause] of [['none', '', '', ''], ['one', 'site/bore', '10.60', 'dirt'], ['several', 'site/length', '50.90', 'tool worn']]) {
      if (path) await alarmWithCause(server, path, value, cause);
      await page.reload();
      await browser.settled(page);
      await page.locator('.pareto, .empty').waitFor();
      const drawn = page.locator('.pareto'), isDrawn = await drawn.count() > 0;
      await browser.picture(page, `kind-pareto-${how}`);
      wrong.push(...await beside(page, isDrawn ? drawn : null, `pareto-${how}`, await saidBy(page, ['.empty', '.pareto tr']), out));
    }
    assert.deepEqual([...wrong, ...page.faults], []);
  } finally {
    await browser.tidy();
    await server.close();
  }
});
