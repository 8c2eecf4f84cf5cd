// SPDX-License-Identifier: GPL-3.0-or-later
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from './lib/harness.mjs';
import { until } from './lib/plant.mjs';
import { Server } from './lib/server.mjs';

/** A plant of so many characteristics whose charts raise alarms. @param {string} assay @param {number} n */
async function alertingPlant(assay, n) {
  const server = new Server(assay);
  const rows = [];
  for (let i = 0; i < n; i++)
    for (let k = 0; k < 40; k++) rows.push(`{"characteristic":"line ${i % 4}/part ${i}/size","time":"2026-01-01T00:${String(k).padStart(2, '0')}:00Z","value":${(10 + ((i * 31 + k * 17) % 13) / 100).toFixed(2)}}\n`);
  server.run('import', ['-', '-q'], rows.join(''));
  for (let i = 0; i < n; i++)
    execFileSync(assay, ['limits', server.database, `line ${i % 4}/part ${i}/size`, '-n', '1', '--rules', '1', '--freeze', '--by', 'test', '--why', 'test', '-q'], { stdio: 'ignore' });
  await server.start();
  for (let number = 1; number <= n; number++) {
    const { limits } = await server.api('GET', `characteristics/${number}/limits`);
    await server.api('PUT', `chart-states/${limits[0].id}`, { state: 'alerting' }, { 'If-None-Match': '*' });
  }
  return server;
}

test('each of 100 alarms is drawn when it is saved, and none hides an older one', async ({ browser, assay }) => {
  const N = 100, server = await alertingPlant(assay, N);
  try {
    const page = await browser.open(server, '/board', { width: 1920, height: 1080 });
    await browser.settled(page);
    await page.evaluate(() => {
      const drawn = /** @type {Record<string, number>} */ (/** @type {any} */ (window).drawn = {});
      new MutationObserver(() => requestAnimationFrame(() => {
        for (const tile of document.querySelectorAll('[data-alarm]')) drawn[/** @type {any} */ (tile).dataset.alarm] ??= Date.now();
      })).observe(document.body, { childList: true, subtree: true });
    });
    /** @type {number[]} */
    const took = [];
    for (let i = 0; i < N; i++) {
      await server.measure([{ characteristic: `line ${i % 4}/part ${i}/size`, time: new Date().toISOString(), value: '12.00' }]);
      const saved = Date.now();
      const alarm = await until(async () => (await server.api('GET', `alarms?open=1&characteristic=${i + 1}`)).alarms[0]);
      // At most 29 tiles are drawn beside "and n more": close what was drawn before the board is full.
      took.push(await until(async () => page.evaluate((id) => /** @type {any} */ (window).drawn[id], alarm.id)) - saved);
      if (i === 28) {
        const shown = await page.locator('[data-alarm]').evaluateAll((tiles) => tiles.map((x) => x.querySelector('.tile-above')?.textContent));
        assert.equal(shown.length, 29);
        for (const box of await page.locator('.tile').evaluateAll((tiles) => tiles.map((x) => [x.scrollHeight - x.clientHeight, x.scrollWidth - x.clientWidth, x.getBoundingClientRect().bottom])))
          assert.ok(box[0] <= 1 && box[1] <= 1 && box[2] <= 1080, `a tile is cut: ${box}`);
        await browser.picture(page, 'board-29-alarms');
      }
      if (i >= 28) await withdraw(server, alarm.characteristic);
    }
    took.sort((a, b) => a - b);
    console.log(`# saved → drawn: median ${took[N / 2]} ms, p99 ${took[N - 2]} ms, most ${took[N - 1]} ms`);
    assert.deepEqual(page.faults, []);
  } finally {
    await browser.tidy();
    await server.close();
  }
});

/** The value is corrected: its signal was none, the program withdraws the alarm. @param {Server} server @param {number} number */
async function withdraw(server, number) {
  await server.api('POST', `characteristics/${number}/amendments`, { place: 41, action: 'correct', value: '10.05', why: 'typing error' });
}

test('without a server the board says so, and since when', async ({ browser, assay }) => {
  const server = new Server(assay);
  try {
    server.run('import', ['-', '-q'], '{"characteristic":"a/b","time":"2026-01-01T00:00:00Z","value":1}\n');
    await server.start();
    const page = await browser.open(server, '/board');
    await browser.settled(page);
    assert.match(await page.locator('.data-age').innerText(), /^Data \d+ days old$/);
    await server.stop();
    await page.getByText(/^No connection since \d{4}-/).waitFor({ timeout: 10000 });
  } finally {
    await browser.tidy();
    await server.close();
  }
});
