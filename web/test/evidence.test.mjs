// SPDX-License-Identifier: GPL-3.0-or-later
// A claim in a form: what it comes to is computed beside it, sealed, shown with the case and verified.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from './lib/harness.mjs';
import { TOP } from './lib/server.mjs';

/** A day here, so many from today. @param {number} days */
function day(days) {
  const d = new Date(Date.now() + days * 86400000);
  return `${d.getFullYear()}-${String(d.getMonth() + 1).padStart(2, '0')}-${String(d.getDate()).padStart(2, '0')}`;
}

/** The gauge study of AIAG: 10 parts, 3 appraisers, 3 trials. */
function study() {
  const { y } = JSON.parse(readFileSync(join(TOP, 'test/golden/stat/msa.json'), 'utf8'))[0].data;
  return y.flatMap((/** @type {number[]} */ row, /** @type {number} */ part) => row.map((value, k) => ({ characteristic: 'machining/gap', value, serial: `P${part}`, operator: 'ABC'[Math.floor(k / 3)],
    time: new Date(Date.UTC(2026, 2, 2, 8, part * 5, k * 5)).toISOString() })));
}

test('a claim is computed beside its form, sealed, and stands in the case with its chart', async ({ browser, plant }) => {
  const server = await plant();
  await server.api('POST', 'schemes', readFileSync(join(TOP, 'test/live/evidence.yaml'), 'utf8'), { 'Content-Type': 'application/yaml' });
  await server.measure(study());
  const { case: id } = await server.api('POST', 'cases', { scheme: 'x.proof', party: 'D-1' });
  const page = await browser.open(server, `/case/${id}`);
  await browser.settled(page);
  const field = page.locator('[data-field=capability]');
  await field.getByLabel('characteristic').fill('machining/shaft/diameter');
  assert.deepEqual(await field.getByLabel('Better is').locator('option').allInnerTexts(), ['as the claimed effect says', 'lower', 'higher']);
  for (const [label, days] of /** @type {[string, number][]} */ ([['Before, from', -2], ['Before, last day', -2], ['After, from', -1], ['After, last day', 1]])) await field.getByLabel(label).fill(day(days));
  await field.getByRole('button', { name: 'Compute', exact: true }).click();
  await field.getByText('is a lower mean better, or a higher one').waitFor();
  await field.getByLabel('Better is').selectOption('lower');
  const sent = page.waitForRequest((/** @type {any} */ r) => r.method() === 'POST' && r.url().includes('/evidence'));
  await field.getByRole('button', { name: 'Compute', exact: true }).click();
  assert.equal((await sent).postDataJSON().better, 'lower');
  await field.getByLabel('What changed').selectOption('ppk');
  assert.equal(await field.getByLabel('Better is').count(), 0, 'of an index it is known');
  await field.getByLabel('one period against a bar').check();
  await field.getByLabel('Period, from').fill(day(-2));
  await field.getByLabel('Period, last day').fill(day(1));
  await field.getByLabel('Bar', { exact: true }).fill('0.2');
  await field.getByRole('button', { name: 'Compute', exact: true }).click();
  const made = field.getByRole('status');
  await made.getByText('Shown: the data').waitFor();
  assert.match(await made.innerText(), /bissell/);
  assert.equal(await made.getByRole('img', { name: 'Chart' }).evaluate((/** @type {HTMLImageElement} */ e) => e.decode().then(() => e.naturalWidth > 200)), true, 'its chart is drawn');
  await browser.picture(page, 'evidence-form');
  await field.getByLabel('Bar', { exact: true }).fill('0.1');
  assert.equal(await field.getByRole('button', { name: 'Seal as evidence', exact: true }).count(), 0, 'another claim is computed before it is sealed');
  await field.getByRole('button', { name: 'Compute', exact: true }).click();
  await field.getByRole('button', { name: 'Seal as evidence', exact: true }).click();
  const card = page.getByRole('region', { name: 'Evidence' });
  await card.getByRole('heading', { name: 'capability' }).waitFor();
  await server.api('POST', `cases/${id}/evidence?seal=1`, { field: 'gauge', claim: 'grr', characteristics: ['machining/gap'], period: { from: '2026-03-02T00:00:00Z', to: '2026-03-03T00:00:00Z' }, value: '10' });
  await page.reload();
  await browser.settled(page);
  await card.getByText('Not shown: above the bar').waitFor();
  assert.match(await card.innerText(), /27\.86/, 'the published percentage');
  await card.getByRole('button', { name: 'Chart', exact: true }).last().click();
  assert.ok(await card.getByRole('img', { name: 'Chart' }).evaluate((/** @type {HTMLImageElement} */ e) => e.decode().then(() => e.naturalWidth > 200)));
  await card.getByRole('button', { name: 'Verify', exact: true }).last().click();
  await card.getByText('The same bytes come out again').waitFor();
  for (const [lang, theme, width] of /** @type {[string, string, number][]} */ ([['ko', 'dark', 1440], ['ko', 'light', 360], ['zh', 'light', 1024]])) {
    const other = await browser.open(server, `/case/${id}`, { lang, theme, width, height: 900 });
    await browser.settled(other);
    const one = other.locator('section[aria-labelledby=evidence]');
    await one.locator('button[aria-expanded]').last().click();
    await one.locator('img').evaluate((/** @type {HTMLImageElement} */ e) => e.decode());
    assert.ok(await one.locator('img').evaluate((/** @type {HTMLImageElement} */ e) => e.clientWidth >= 600), 'its words can be read');
    assert.match(await one.innerText(), /95 %/);
    await one.scrollIntoViewIfNeeded();
    assert.ok(await other.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'nothing sticks out');
    await browser.picture(other, `evidence-${lang}-${width}`);
  }
  assert.deepEqual(page.faults, []);
});
