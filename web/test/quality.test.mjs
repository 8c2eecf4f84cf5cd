// SPDX-License-Identifier: GPL-3.0-or-later
import assert from 'node:assert/strict';
import { test } from './lib/harness.mjs';
import { until } from './lib/plant.mjs';

test('capability says stability first, and its figures are those of the API', async ({ browser, plant }) => {
  const server = await plant(), number = server.numbers['line 1/housing/bore'];
  const page = await browser.open(server, `/capability/${number}`);
  await page.locator('.indices').waitFor();
  const c = await server.api('GET', `characteristics/${number}/capability`);
  assert.equal(c.stable, false);
  assert.match(await page.locator('.verdict').innerText(), /not stable/);
  assert.equal(await page.locator('.indices table').first().getAttribute('class'), 'grey');
  assert.equal(await page.locator('.indices tr', { hasText: 'Ppk' }).locator('.figure').getAttribute('title'), String(c.ppk));
  await page.getByRole('button', { name: '99 %', exact: true }).click();
  const wide = await server.api('GET', `characteristics/${number}/capability?confidence=0.99`);
  await until(async () => await page.locator('.indices tr', { hasText: 'Ppk' }).locator('td').last().getAttribute('title') === wide.ci.ppk.map(String).join(' … '));
});

test('a dash among the indices is explained in the words of the reader, on any device', async ({ browser, plant }) => {
  const server = await plant(), number = server.numbers['tester/seal/leak'];
  for (const [lang, words] of [['en', '– : the lower bound is natural, not a limit'], ['ko', '– : 하한은 자연 경계이며 규격한계가 아님'], ['zh', '– : 下界是自然界限，不是规格限']]) {
    const page = await browser.open(server, `/capability/${number}`, { lang, width: 360, height: 740 });
    await page.getByText(words, { exact: true }).waitFor();
  }
});

test('characteristics are added from a searched list and stand side by side', async ({ browser, plant }) => {
  const server = await plant();
  const page = await browser.open(server, '/describe');
  for (const [search, path] of [['length', 'line 1/housing/length'], ['roundness', 'line 3/shaft/roundness']]) {
    await page.getByRole('searchbox').fill(search);
    await page.getByRole('button', { name: path }).click();
    await page.locator('h2', { hasText: search }).waitFor();
  }
  assert.equal(new URL(page.url()).pathname, `/describe/${server.numbers['line 1/housing/length']},${server.numbers['line 3/shaft/roundness']}`);
  assert.equal(await page.locator('.histogram').count(), 2);
  await page.getByRole('link', { name: 'Take length away', exact: true }).click();
  await until(async () => await page.locator('.histogram').count() === 1);
});

test('a scatter shows two characteristics as a picture in words and as a table, digit by digit those of the API', async ({ browser, plant }) => {
  const server = await plant(), x = server.numbers['line 1/housing/length'], y = server.numbers['line 1/housing/bore'];
  const page = await browser.open(server, '/scatter');
  await browser.settled(page);
  for (const [search, path] of [['housing/length', 'line 1/housing/length'], ['housing/bore', 'line 1/housing/bore']]) {
    await page.getByRole('searchbox').fill(search);
    await page.getByRole('button', { name: path }).click();
    await page.getByRole('link', { name: path, exact: true }).waitFor();
  }
  assert.equal(new URL(page.url()).pathname, `/scatter/${x},${y}`);
  const told = await server.api('GET', `drawings/scatter?link=${encodeURIComponent(`/scatter/${x},${y}`)}&language=en`);
  const image = page.getByRole('img', { name: /^Scatter: n 200 · r -?0\.\d{3} \[/ });
  await image.waitFor();
  await until(() => image.evaluate((e) => e.complete && e.naturalWidth > 0));
  await page.getByText('As a table').click();
  const rows = await page.locator('.tool tbody tr').allInnerTexts();
  assert.deepEqual(rows.slice(0, 3).map((r) => r.split('\t')), told.rows.slice(0, 3));
  await page.goto(`${server.address}/scatter/${x},${server.numbers['machining/shaft/diameter']}`);
  await page.getByRole('alert').getByText(/no serial number, time or subgroup is the same/).waitFor();
  assert.deepEqual(page.faults, []);
});

test('a Pareto counts alarms as the API does', async ({ browser, plant }) => {
  const server = await plant();
  const page = await browser.open(server, '/pareto?of=characteristic');
  await page.locator('.pareto tbody tr').first().waitFor();
  const { categories } = await server.api('GET', 'pareto?of=characteristic');
  const rows = await page.locator('.pareto tbody tr:not(.few)').allInnerTexts();
  assert.deepEqual(rows.map((r) => r.split('\t').slice(0, 2)), categories.map((/** @type {any} */ c) => [c.category, String(c.weight)]));
  await page.getByRole('button', { name: 'Rule', exact: true }).click();
  await page.getByText('one point beyond the limits').waitFor();
  await page.getByLabel('To').fill('2020-01-01');
  await page.getByText('No alarms.').waitFor();
});
