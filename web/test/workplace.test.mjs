// SPDX-License-Identifier: GPL-3.0-or-later
// The station: what an operator must be able to do, and what must never be lost.
import assert from 'node:assert/strict';
import { test } from './lib/harness.mjs';
import { until } from './lib/plant.mjs';
import { allSent, machine, openAlarm, stationPlant, valuesOf } from './lib/workplace.mjs';

/** @param {string} name @param {(server: any, world: any) => Promise<void>} run */
function atStation(name, run) {
  test(name, async (world) => {
    const server = await stationPlant(world.assay);
    try {
      await run(server, world);
    } finally {
      await world.browser.tidy();
      await server.close();
    }
  });
}

/** @param {any} browser @param {any} server @param {any} [how] */
async function openStation(browser, server, how = {}) {
  const page = await browser.open(server, '/station/s1', { as: 'kim', width: 1280, height: 800, ...how });
  await page.waitForSelector('.entry');
  return page;
}

/** Five values of which the last raises an alarm, and the answers of its reaction plan: what is done for each is
 * counted by who does it. @param {any} page @param {any} server @param {(value: string) => Promise<void>} value
 * @param {(letter: string, card?: string) => Promise<void>} answer card: what a scanner may bring instead of a letter */
async function fiveAndAnAlarm(page, server, value, answer) {
  for (const v of ['10.01', '50.02', '9.99', '50.01', '10.60']) await value(v);
  await allSent(page);
  const alarm = await openAlarm(server);
  const state = async (/** @type {string} */ wanted) => until(async () => (await server.api('GET', `alarms/${alarm.id}`)).state === wanted);
  const step = async (/** @type {RegExp} */ text, /** @type {string} */ letter, /** @type {string} */ card = letter) => {
    await page.waitForFunction((/** @type {string} */ source) => new RegExp(source).test(document.querySelector('.ask')?.textContent ?? ''), text.source);
    await answer(letter, card);
  };
  await step(/Is there dirt/, 'A'); // who answers is on it
  await step(/Clean it/, 'A');
  await step(/may be affected/, 'A');
  await step(/What was the cause/, 'B', 'C-dirt');
  await step(/What was done/, 'A');
  await state('action');
  const shown = await server.api('GET', `alarms/${alarm.id}`);
  assert.deepEqual(shown.steps.map((/** @type {any} */ s) => s.step), ['acknowledged', 'contained', 'cause', 'action']);
  assert.equal(shown.steps.find((/** @type {any} */ s) => s.step === 'cause').said.cause, 'dirt');
  assert.deepEqual(shown.ticks.map((/** @type {any} */ x) => x.answer), ['yes', 'done']);
  assert.deepEqual((await valuesOf(server, 'site/bore')).slice(-3), [10.01, 9.99, 10.6]);
}

atStation('five values and an alarm answered by keyboard alone take at most 12 entries', async (server, { browser }) => {
  const page = await openStation(browser, server);
  let entries = 0, keys = 0;
  const type = async (/** @type {string} */ text) => {
    for (const key of [...text, 'Enter']) await page.keyboard.press(key, { delay: 40 });
    entries++;
    keys += text.length + 1;
  };
  await fiveAndAnAlarm(page, server, type, type);
  console.log(`# keyboard: ${entries} entries with Enter behind them, ${keys} keys`);
  assert.ok(entries <= 12, String(entries));
  assert.deepEqual(page.faults, []);
});

atStation('by touch alone they take at most 12 touches of a finger, each key large enough', async (server, { browser }) => {
  const page = await openStation(browser, server, { touch: true });
  let touches = 0;
  const touch = async (/** @type {any} */ locator) => {
    const box = await locator.boundingBox();
    assert.ok(box.width >= 48 && box.height >= 48, `${await locator.textContent()}: ${box.width} x ${box.height}`);
    await locator.tap();
    touches++;
  };
  await touch(page.getByRole('button', { name: 'Scale', exact: true })); // once for this device: it is remembered
  await browser.picture(page, 'workplace-scale');
  await fiveAndAnAlarm(page, server, async (v) => {
    const exact = page.locator('.scale').getByRole('button', { name: v, exact: true });
    if (!(await exact.count())) await touch(page.locator('.scale').getByRole('button', { name: `${v.slice(0, -1)}0 …`, exact: true }));
    await touch(exact);
  }, async (letter) => touch(page.locator('.answers button').nth('ABCDEFGHIJ'.indexOf(letter))));
  console.log(`# touch: ${touches} touches`);
  assert.ok(touches <= 12, String(touches));
});

atStation('by digits and touch a value is typed on keys for gloves', async (server, { browser }) => {
  const page = await openStation(browser, server, { touch: true });
  for (const sign of '10.03') await page.locator('.pad button', { hasText: sign === '.' ? /^\.$/ : new RegExp(`^${sign}$`) }).tap();
  await page.locator('.pad .enter').tap();
  await allSent(page);
  assert.equal((await valuesOf(server, 'site/bore')).at(-1), 10.03);
});

atStation('on a phone what was typed is in sight beside the keys', async (server, { browser }) => {
  const page = await openStation(browser, server, { width: 360, height: 740, touch: true, theme: 'dark', lang: 'ko' });
  const enter = page.locator('.pad .enter');
  await enter.scrollIntoViewIfNeeded();
  for (const sign of '10.03') await page.locator('.pad button', { hasText: sign === '.' ? /^\.$/ : new RegExp(`^${sign}$`) }).tap();
  const typed = enter.getByText('10.03', { exact: true });
  await typed.waitFor();
  const box = await typed.boundingBox();
  assert.ok(box.y >= 0 && box.y + box.height <= 740, JSON.stringify(box));
  await browser.picture(page, 'workplace-phone');
});

for (const end of /** @type {const} */ (['Enter', 'Tab']))
  atStation(`by scanner alone, ending with ${end}, they take at most 12 scans: place, part, values, cards`, async (server, { browser }) => {
    const page = await browser.open(server, '/station', { as: 'kim', width: 1280, height: 800 });
    await page.getByRole('link', { name: 'Work here', exact: true }).focus(); // whatever has the focus
    let scans = 0;
    const scan = async (/** @type {string} */ code) => {
      for (const sign of code) await page.keyboard.press(sign, { delay: 2 });
      await page.keyboard.press(end);
      scans++;
    };
    await scan('s1');
    await page.waitForSelector('.entry');
    await page.locator('.due button').first().focus();
    await scan('SN0815');
    await page.locator('.now-facts', { hasText: '0815' }).waitFor();
    await fiveAndAnAlarm(page, server, scan, async (_, card = '') => scan(card));
    console.log(`# scanner: ${scans} scans`);
    assert.ok(scans <= 12, String(scans));
    assert.deepEqual(page.faults, []);
  });

atStation('who cannot look at once says to be on it; the board sees that', async (server, { browser }) => {
  const page = await openStation(browser, server);
  await machine(page, '10.60');
  const alarm = await openAlarm(server);
  await page.waitForFunction(() => /Is there dirt/.test(document.querySelector('.ask')?.textContent ?? ''));
  await page.getByRole('button', { name: /I am on it/ }).click();
  await until(async () => (await server.api('GET', `alarms/${alarm.id}`)).state === 'acknowledged');
  await page.waitForFunction(() => !/I am on it/.test(document.querySelector('.ask')?.textContent ?? 'I am on it'));
  assert.match(await page.locator('.ask').textContent(), /Is there dirt/);
});

atStation('a scan says what it is: lot, serial number, badge, cause; what is unknown is told', async (server, { browser }) => {
  const page = await openStation(browser, server);
  await machine(page, 'L-4711');
  await machine(page, 'SN0815');
  await machine(page, 'B-1001');
  await page.waitForFunction(() => document.querySelector('.work-person')?.textContent?.includes('Lee Jun'));
  await machine(page, '10,02');
  await allSent(page);
  const csv = await server.api('GET', `records?type=badge.used`);
  assert.equal(csv.records[0].actor, 'lee');
  await machine(page, 'Q?nonsense');
  assert.match(await page.locator('.work-message').textContent(), /neither a value nor a card/);
  await machine(page, 'B-9999');
  await page.waitForSelector('.work-message.wrong');
  assert.match(await page.locator('.work-person').textContent(), /Lee Jun/);
  await machine(page, 'C-dirt');
  assert.match(await page.locator('.work-message').textContent(), /no alarm waits/);
});

atStation('a value outside the plausible range and one that bounced are asked about', async (server, { browser }) => {
  const page = await openStation(browser, server);
  const before = (await valuesOf(server, 'site/bore')).length;
  await machine(page, '1000');
  await page.waitForSelector('.ask.check');
  assert.equal((await valuesOf(server, 'site/bore')).length, before);
  await machine(page, 'A'); // no, again
  await machine(page, '10.00');
  await allSent(page);
  await page.evaluate(() => {
    for (const text of ['50.00', '50.00'])
      for (const key of [...text, 'Enter']) dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
  });
  await page.waitForFunction(() => /came twice/.test(document.querySelector('.ask')?.textContent ?? ''));
  await machine(page, 'A'); // once
  await allSent(page);
  assert.equal((await valuesOf(server, 'site/bore')).length, before + 1);
  assert.equal((await valuesOf(server, 'site/length')).at(-1), 50);
  assert.equal((await valuesOf(server, 'site/length')).length, before + 1);
});

atStation('the last value is taken back with a reason, by the one who measured it', async (server, { browser }) => {
  const page = await openStation(browser, server);
  const before = await valuesOf(server, 'site/bore');
  await machine(page, 'B-1001');
  await page.waitForFunction(() => document.querySelector('.work-person')?.textContent?.includes('Lee Jun'));
  await machine(page, '10.05');
  await allSent(page);
  assert.equal((await valuesOf(server, 'site/bore')).length, before.length + 1);
  await page.getByRole('button', { name: 'Take back', exact: true }).click();
  await page.getByRole('button', { name: /mistyped/ }).click();
  await page.waitForSelector('.recent .undone');
  assert.deepEqual(await valuesOf(server, 'site/bore'), before);
});

atStation('an operator of one site sees its plan; a value the server refuses stays until somebody has seen it', async (server, { browser }) => {
  await server.person('choi', 'operator@site', 'Choi Ara');
  const { document, version } = await server.api('GET', 'stations/s1');
  await server.api('PUT', 'stations/s1', { ...document, items: [...document.items, { characteristic: 'other/x' }] }, { 'If-Match': `"${version}"` });
  const page = await openStation(browser, server, { as: 'choi' });
  await page.locator('.due button', { hasText: 'x' }).click();
  await machine(page, '1.5');
  await page.locator('.trouble', { hasText: 'not-your-site' }).waitFor();
  await page.reload();
  await page.locator('.trouble', { hasText: 'not-your-site' }).waitFor();
  await page.getByRole('button', { name: 'Seen', exact: true }).click();
  await page.waitForFunction(() => !document.querySelector('.trouble'));
  await page.locator('.due button', { hasText: 'bore' }).click();
  await machine(page, '10.70');
  await openAlarm(server);
  await page.waitForFunction(() => /Is there dirt/.test(document.querySelector('.ask')?.textContent ?? ''));
  await machine(page, 'a');
  await page.waitForFunction(() => /Clean it/.test(document.querySelector('.ask')?.textContent ?? ''));
});

atStation('help is called, a note is left, a value that is missing says why', async (server, { browser }) => {
  const page = await openStation(browser, server);
  await machine(page, 'HELP');
  await machine(page, 'B');
  await page.waitForSelector('.work-calls');
  assert.equal((await server.api('GET', 'calls')).items[0].document.kind, 'maintenance');
  await page.getByRole('button', { name: 'Shift note', exact: true }).click();
  await page.keyboard.type('the clamp sticks');
  await page.keyboard.press('Enter');
  await until(async () => (await server.api('GET', 'notes?station=s1')).items[0]?.document.text === 'the clamp sticks');
  await page.getByRole('button', { name: /Not measured/ }).click();
  await page.getByRole('button', { name: /part missing/ }).click();
  await allSent(page);
});

atStation('with the server away nothing is lost or doubled: kept, said since when, and caught up in order, also after a reload', async (server, { browser }) => {
  const page = await openStation(browser, server);
  const before = (await valuesOf(server, 'site/bore')).length + (await valuesOf(server, 'site/length')).length;
  await page.waitForFunction(async () => (await (await caches.open('assay-files')).keys()).length > 20 && navigator.serviceWorker.controller, undefined, { timeout: 20000 });
  await page.reload(); // once under the worker, so that what it reads is kept
  await page.waitForSelector('.entry');
  await page.waitForTimeout(500);
  /** @type {string[]} */
  const bore = [], length = [];
  const measure = async (/** @type {number} */ i) => {
    const isBore = /bore/.test(await page.locator('.now h1').textContent());
    const v = ((isBore ? 10 : 50) + (i % 5) / 100).toFixed(2);
    await machine(page, v);
    (isBore ? bore : length).push(v);
    await page.waitForFunction((/** @type {string} */ was) => document.querySelector('.now h1')?.textContent !== was, isBore ? 'bore' : 'length');
    await page.waitForTimeout(320); // no bounce
  };
  for (let i = 0; i < 3; i++) await measure(i);
  await server.stop('SIGKILL'); // in the middle of what it was doing
  for (let i = 3; i < 12; i++) await measure(i);
  await page.waitForSelector('.work-kept');
  assert.match(await page.locator('.work-kept').textContent(), /kept here · No connection since/);
  await page.reload();
  await page.waitForSelector('.entry', { timeout: 30000 });
  await page.waitForFunction(() => /9 values kept/.test(document.querySelector('.work-kept')?.textContent ?? ''));
  await browser.picture(page, 'workplace-away');
  for (let i = 12; i < 20; i++) await measure(i);
  await server.start();
  await measure(20);
  await allSent(page);
  const all = [await valuesOf(server, 'site/bore'), await valuesOf(server, 'site/length')];
  assert.equal(all[0].length + all[1].length - before, 21);
  assert.deepEqual(all[0].slice(-bore.length), bore.map(Number));
  assert.deepEqual(all[1].slice(-length.length), length.map(Number));
  const account = (await server.api('GET', 'sources')).sources.find((/** @type {any} */ s) => s.name === 'station-s1');
  assert.equal(account.conflicts, 0);
});
