// SPDX-License-Identifier: GPL-3.0-or-later
import assert from 'node:assert/strict';
import { test } from './lib/harness.mjs';
import { until } from './lib/plant.mjs';
import { Server } from './lib/server.mjs';

test('what needs somebody stands on top, and figures are those of the capability', async ({ browser, plant }) => {
  const server = await plant();
  const page = await browser.open(server, '/overview');
  await browser.settled(page);
  assert.match(await page.locator('tbody tr').first().innerText(), /STOP/);
  const row = page.locator('tbody tr', { hasText: 'line 1 / housing' }).filter({ hasText: 'length' });
  const capability = await server.api('GET', `characteristics/${server.numbers['line 1/housing/length']}/capability`);
  assert.equal(await row.locator('td').nth(6).locator('span').first().getAttribute('title'), String(capability.ppk));
  assert.equal(await row.locator('td').nth(6).locator('.bound').getAttribute('title'), String(capability.ci.ppk[0]));
  assert.deepEqual(page.faults, []);
});

test('it is searched, grouped, sorted by keyboard, and the address keeps that', async ({ browser, plant }) => {
  const server = await plant();
  const page = await browser.open(server, '/overview?group=line+1+%2F+housing');
  await browser.settled(page);
  assert.equal(await page.locator('tbody tr').count(), 2);
  await page.getByLabel('Search').fill('len');
  await until(async () => await page.locator('tbody tr').count() === 1);
  assert.match(page.url(), /search=len/);
  await page.getByLabel('Search').fill('');
  await page.getByRole('button', { name: 'Characteristic', exact: true }).focus();
  await page.keyboard.press('Enter');
  await page.keyboard.press('Enter');
  await until(async () => /length/.test(await page.locator('tbody tr').first().innerText()));
  assert.match(page.url(), /sort=-path/);
});

test('10,000 characteristics are sorted and filtered, drawing only rows in sight', async ({ browser, assay }) => {
  const server = new Server(assay);
  try {
    const rows = [];
    for (let i = 0; i < 10000; i++)
      for (let k = 0; k < 6; k++)
        rows.push(`{"characteristic":"area ${i % 20}/station ${i % 200}/feature ${i}","time":"2026-01-01T0${k}:00:00Z","value":${(10 + ((i * 7 + k * 13) % 100) / 100).toFixed(2)}}\n`);
    server.run('import', ['-', '-q'], rows.join(''));
    await server.start();
    const page = await browser.open(server, '/overview');
    await browser.settled(page);
    await until(async () => !(await page.locator('.under').innerText()).includes('working out'), 60000);
    const took = await page.evaluate(async () => {
      const painted = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
      /** @type {Record<string, number>} */
      const out = {};
      const time = async (/** @type {string} */ name, /** @type {() => void} */ act) => {
        const began = performance.now();
        act();
        await painted();
        out[name] = performance.now() - began;
      };
      const head = (/** @type {string} */ name) => /** @type {HTMLElement} */ ([...document.querySelectorAll('.sorter')].find((b) => b.textContent?.startsWith(name)));
      await time('sort by path', () => head('Characteristic').click());
      await time('sort by value', () => head('Last value').click());
      await time('turn round', () => head('Last value').click());
      const search = /** @type {HTMLInputElement} */ (document.querySelector('input[type=search]'));
      await time('filter', () => {
        search.value = 'station 17 feature';
        search.dispatchEvent(new Event('input', { bubbles: true }));
      });
      return { ...out, rows: Number(document.querySelector('table')?.getAttribute('aria-rowcount')) - 1, inPage: document.querySelectorAll('tbody tr').length };
    });
    console.log(`# ${JSON.stringify(took)}`);
    const { rows: shown, inPage } = took;
    assert.ok(shown > 0 && shown < 10000 && inPage < 60, JSON.stringify(took));
  } finally {
    await browser.tidy();
    await server.close();
  }
});
