// SPDX-License-Identifier: GPL-3.0-or-later
// An exam on a screen: answers survive a lost connection, a page that is opened again and a server that is killed.
import assert from 'node:assert/strict';
import { test } from './lib/harness.mjs';
import { samplePlant, until } from './lib/plant.mjs';

/** What the desk knows of the sitting. @param {any} server */
const known = (server) => server.api('GET', `cases/${server.programmes.examOfKim}/sitting`);

test('an exam goes on without the server: answers are kept here, sent in order, and none is lost', async ({ browser, assay }) => {
  const server = await samplePlant(assay);
  try {
    const page = await browser.open(server, `/exam/${server.programmes.examOfKim}`, { as: 'kim' });
    await page.locator('.exam-item').waitFor();
    const shown = (await known(server)).confirmed ?? 0;
    /** Answers the question that is shown. */
    const answer = async () => {
      const radio = page.locator('.exam-options input').first(), text = page.locator('.exam-item textarea, .exam-item input.exam-number');
      if (await radio.count()) await radio.check();
      else {
        await text.fill('7');
        await text.blur();
      }
    };
    const next = () => page.getByRole('button', { name: 'Next', exact: true }).click();
    await answer();
    await until(async () => (await known(server)).confirmed === shown + 1);
    await page.waitForFunction(async () => (await (await caches.open('assay-files')).keys()).length > 3);
    await page.reload(); // now everything comes by way of the worker
    await page.locator('.exam-item').waitFor();
    await server.stop('SIGKILL');
    await next();
    await answer();
    await next();
    await answer();
    await page.getByText(/No connection since/).waitFor();
    await page.reload();
    await page.locator('.exam-item').waitFor();
    assert.equal(await page.locator('.exam-grid .is-done').count(), 3, 'what was answered is there again without the server');
    await server.start();
    await until(async () => (await known(server)).confirmed === shown + 3, 20000);
    await page.getByText('All answers confirmed').waitFor();
    for (const n of [3, 4, 5]) {
      await page.locator('.exam-grid button').nth(n).click();
      await answer();
    }
    await page.getByText('All answers confirmed').waitFor();
    await page.getByRole('button', { name: 'Hand in', exact: true }).first().click();
    await page.locator('dialog').getByRole('button', { name: 'Hand in', exact: true }).click();
    await page.getByText(/Handed in/).waitFor();
    assert.equal((await known(server)).state, 'marking');
    assert.equal(await page.evaluate(async () => JSON.stringify(await Promise.all((await (await caches.open('assay-data')).keys()).map(async (k) => k.url))).includes('sitting')), false, 'the paper is on no shelf');
    const desk = await browser.open(server, '/bank/x.master/written');
    await desk.getByRole('heading', { name: 'How items did' }).waitFor();
    assert.doesNotMatch(await desk.locator('main').innerText(), /Which chart|seven tools/);
  } finally {
    await browser.tidy();
    await server.close();
  }
});

test('an examiner marks an open answer without knowing whose it is', async ({ browser, plant }) => {
  const server = await plant(), page = await browser.open(server, '/marking/x.master/written', { as: 'kim' });
  await browser.settled(page);
  const script = page.locator('form.card').first();
  await script.waitFor();
  assert.doesNotMatch(await page.locator('main').innerText(), /Leader/);
  await script.getByRole('button', { name: 'Give the points', exact: true }).click();
  assert.match(await script.locator('.error').innerText(), /every answer/);
  await script.getByLabel(/Score/).fill('9');
  await script.getByRole('button', { name: 'Give the points', exact: true }).click();
  await script.getByText(/points from 0 to 4/).waitFor();
  await script.getByLabel(/Score/).fill('3');
  await script.getByRole('button', { name: 'Give the points', exact: true }).click();
  await page.getByText('Nothing waits for you.').waitFor();
  assert.deepEqual(page.faults, []);
});
