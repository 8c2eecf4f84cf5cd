// SPDX-License-Identifier: GPL-3.0-or-later
// A visit on site by two people whose tablets are without the server: what both saw becomes one set.
import assert from 'node:assert/strict';
import { test } from './lib/harness.mjs';
import { samplePlant, until } from './lib/plant.mjs';

test('two examiners without the server write on; when it is back nothing is lost and differences are shown', async ({ browser, assay }) => {
  const server = await samplePlant(assay), id = server.programmes.visit;
  const seen = async () => (await server.api('GET', `cases/${id}`)).seen.onsite;
  try {
    const pages = [];
    for (const as of ['kim', 'li']) {
      const page = await browser.open(server, `/visit/${id}`, { as, width: 1024, height: 768, touch: true });
      await page.getByRole('heading', { name: 'Gauge readings' }).waitFor();
      await page.waitForFunction(async () => (await (await caches.open('assay-files')).keys()).length > 3);
      await page.reload(); // now everything comes by way of the worker
      await page.getByRole('heading', { name: 'Gauge readings' }).waitFor();
      pages.push(page);
    }
    const [kim, li] = pages, before = (await seen()).entries.length;
    await server.stop('SIGKILL');
    const read = async (/** @type {any} */ page, /** @type {string} */ value) => {
      await page.getByLabel('Characteristic').fill('bore');
      await page.getByLabel('Value').fill(value);
      await page.getByRole('button', { name: 'Add', exact: true }).click();
      await page.getByText(value, { exact: true }).waitFor();
    };
    await read(kim, '7.01');
    await read(li, '7.02');
    await kim.getByLabel('gauges carry a label').selectOption('true');
    await li.getByLabel('gauges carry a label').selectOption('false');
    await li.getByLabel('Take or choose a photo').setInputFiles({ name: 'floor.png', mimeType: 'image/png', buffer: Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64') });
    await li.getByText('floor.png').waitFor();
    await kim.getByText(/No connection since/).waitFor();
    await li.reload();
    await li.getByText('7.02', { exact: true }).waitFor(); // opened again without the server
    await li.getByText('floor.png').waitFor();
    await server.start();
    await until(async () => (await seen()).entries.filter((/** @type {any} */ e) => e.kind === 'value' || e.item === 'reading').length === before + 4, 30000);
    const all = await seen();
    assert.deepEqual(all.entries.filter((/** @type {any} */ e) => e.item === 'reading').map((/** @type {any} */ e) => e.value.value).sort(), ['10.02', '7.01', '7.02']);
    assert.deepEqual(Object.keys(all.differ).sort(), ['gauges_labelled', 'machines']);
    await kim.reload();
    const differ = kim.locator('.differ');
    await differ.waitFor();
    assert.equal(await differ.locator('.differ-one').count(), 4);
    assert.equal(await kim.getByRole('button', { name: 'Hand in the check-list', exact: true }).isDisabled(), true);
    for (let left = 2; left > 0; left--) {
      await differ.getByRole('button', { name: 'This one counts', exact: true }).first().click();
      await until(async () => Object.keys((await seen()).differ).length === left - 1);
    }
    await kim.getByText('Everything is on the server').waitFor();
    await kim.getByRole('button', { name: 'Hand in the check-list', exact: true }).click();
    await kim.getByText(/has been handed in/).waitFor();
    assert.equal((await seen()).entries.filter((/** @type {any} */ e) => e.item === 'machines').length, 3, 'what did not count is still there');
    assert.deepEqual([...kim.faults, ...li.faults], []);
  } finally {
    await browser.tidy();
    await server.close();
  }
});
