// SPDX-License-Identifier: GPL-3.0-or-later
// Gauge studies on the screen: computed from stored measurements and from a file, kept as records.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from './lib/harness.mjs';
import { Server, TOP } from './lib/server.mjs';

const golden = JSON.parse(readFileSync(join(TOP, 'test/golden/stat/msa.json'), 'utf8'));
/** @param {string} id @returns {any} */
const study = (id) => golden.find((/** @type {any} */ s) => s.id === id);

/** AIAG's example: 10 parts, 3 operators, 3 trials. */
const crossed = study('grr_crossed_AIAG').data.y.flatMap((/** @type {number[]} */ row, /** @type {number} */ p) =>
  row.map((value, k) => ({ part: `P${p + 1}`, operator: 'ABC'[Math.floor(k / 3)], value: value.toFixed(2) })));

/** @param {string} name @param {(here: any, server: Server) => Promise<void>} run */
function withGauge(name, run) {
  test(name, async (here) => {
    const server = await new Server(here.assay).start();
    try {
      await server.api('PUT', 'gauges/G-7', { name: 'Bore gauge', state: 'in use', due: '2099-01-10' }, { 'If-None-Match': '*' });
      await run(here, server);
    } finally {
      await here.browser.tidy();
      await server.close();
    }
  });
}

/** @param {any} page */
async function keep(page) {
  await page.click('section.stack > .row:last-child button.primary');
  await page.fill('dialog textarea', 'yearly study');
  await page.click('dialog button.primary');
  await page.waitForSelector('.studies > li');
}

withGauge('a crossed study is computed from stored measurements, with AIAG\'s figures, and kept', async ({ browser }, server) => {
  await server.measure(crossed.map((/** @type {any} */ r, /** @type {number} */ i) => ({ ...r, characteristic: 'lab/housing/bore', gauge: 'G-7', time: new Date(Date.UTC(2026, 0, 5) + i * 60000).toISOString() })));
  const page = await browser.open(server, '/gauges/G-7');
  await page.fill('input[list]', 'lab/housing/bore');
  await page.waitForFunction(() => [...document.querySelectorAll('select')].some((s) => s.value === 'operator'));
  await page.fill('input[inputmode=decimal]', '8');
  await page.click('form .primary');
  await page.waitForSelector('.study');
  const text = await page.textContent('.study');
  for (const figure of ['27.86', '7.76', 'ndc 4', 'not suitable', '10 parts × 3 operators × 3 trials'])
    assert.ok(text.includes(figure), `${figure} in ${text}`);
  await keep(page);
  assert.match(await page.textContent('.studies'), /%GRR 27\.9 · ndc 4/);
  await page.click('.studies button');
  await page.waitForSelector('.studies .study-plot');
  await page.screenshot({ path: join(browser.out, 'gauge-crossed.png'), fullPage: true });
  assert.deepEqual(page.faults, []);
  const { studies } = await server.api('GET', 'gauge-studies?gauge=G-7');
  const { study: kept } = await server.api('GET', `gauge-studies/${studies[0].id}`);
  assert.equal(kept.readings.length, 90);
  assert.deepEqual(kept.readings[1], ['P1', 'A', '0.41']);
  const { records } = await server.api('GET', 'records?type=gauge-study.changed&limit=5');
  assert.equal(records.length, 1);
  await page.goto(`${server.address}/gauges`);
  await page.waitForSelector('.card .sign');
  await page.waitForFunction(() => /%GRR 27\.9/.test(document.querySelector('.card')?.textContent ?? ''));
});

withGauge('a type 1 study and a crossed one come from a file; what is not balanced is named', async ({ browser }, server) => {
  const { data } = study('type1_dm'), file = (/** @type {string} */ name, /** @type {string[]} */ lines) => {
    writeFileSync(join(server.home, name), `${lines.join('\n')}\n`);
    return join(server.home, name);
  };
  for (const lang of ['en', 'ko', 'zh']) {
    const page = await browser.open(server, '/gauges/G-7', { lang, width: lang === 'en' ? 1440 : 390 });
    await page.waitForSelector('.choice');
    await page.click('.choice:nth-of-type(1) button:nth-child(2)');
    await page.click('.choice:nth-of-type(2) button:nth-child(2)');
    await page.setInputFiles('.drop-input', file('type1.csv', ['value', ...data.x]));
    await page.waitForSelector('form input[inputmode=decimal]');
    const inputs = await page.$$('form input[inputmode=decimal]');
    await inputs[0].fill('-4');
    await inputs[1].fill('15');
    await page.click('form .primary');
    await page.waitForSelector('.study');
    const text = await page.textContent('.study');
    for (const figure of ['1.19', '1.15', '0.3677']) assert.ok(text.includes(figure), `${figure} in ${text}`);
    await page.screenshot({ path: join(browser.out, `gauge-type1-${lang}.png`), fullPage: true });
    if (lang === 'en') await keep(page);
    assert.deepEqual(page.faults, []);
    await browser.tidy();
  }
  const page = await browser.open(server, '/gauges/G-7');
  await page.waitForSelector('.choice');
  await page.click('.choice:nth-of-type(2) button:nth-child(2)');
  const rows = crossed.map((/** @type {any} */ r) => `${r.part},${r.operator},${r.value}`);
  await page.setInputFiles('.drop-input', file('short.csv', ['part,operator,value', ...rows.slice(1)]));
  await page.waitForFunction(() => document.querySelectorAll('form select').length >= 3);
  await page.click('form .primary');
  await page.waitForSelector('form .trouble');
  assert.match(await page.textContent('form .trouble'), /part|cell|readings/);
  await page.click('section.card > p.row button');
  await page.setInputFiles('.drop-input', file('whole.csv', ['part,operator,value', ...rows]));
  await page.waitForFunction(() => document.querySelectorAll('form select').length >= 3);
  await page.click('form .primary');
  await page.waitForSelector('.study');
  assert.match(await page.textContent('.study'), /27\.86/);
});
