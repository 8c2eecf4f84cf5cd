// SPDX-License-Identifier: GPL-3.0-or-later
import assert from 'node:assert/strict';
import { test } from './lib/harness.mjs';
import { until } from './lib/plant.mjs';

const BORE = 'line 1/housing/bore';

test('the keyboard walks over points and signals and reads them out', async ({ browser, plant }) => {
  const server = await plant();
  const page = await browser.open(server, `/chart/${server.numbers['machining/shaft/diameter']}`);
  await browser.settled(page);
  await page.locator('.plot-box').focus();
  await page.keyboard.press('End');
  const last = await page.locator('.readout').innerText();
  assert.match(last, /^Point 721 · .*beyond the limits/);
  const chart = await server.api('GET', `characteristics/${server.numbers['machining/shaft/diameter']}/chart`);
  assert.ok(last.includes(chart.location.points[720].value.toFixed(4)), last);
  await page.keyboard.press('ArrowLeft');
  assert.match(await page.locator('.readout').innerText(), /^Point 720 · /);
  await page.keyboard.press('Home');
  await page.keyboard.press('ArrowDown');
  const first = chart.location.points.find((/** @type {any} */ p) => p.rules.length) ?? { index: Infinity };
  const firstSpread = chart.spread.points.find((/** @type {any} */ p) => p.rules.length) ?? { index: Infinity };
  assert.match(await page.locator('.readout').innerText(), new RegExp(`^Point ${Math.min(first.index, firstSpread.index)} `));
  assert.deepEqual(page.faults, []);
});

test('limits in force are offered to judge by where there are some', async ({ browser, plant }) => {
  const server = await plant();
  for (const [path, offered] of /** @type {[string, number][]} */ ([['machining/shaft/diameter', 1], ['line 3/shaft/roundness', 0]])) {
    const page = await browser.open(server, `/chart/${server.numbers[path]}`);
    await browser.settled(page);
    await page.locator('.plot-box').waitFor();
    assert.equal(await page.getByLabel('Judged by', { exact: true }).count(), offered, path);
  }
});

test('a point is left out with a reason, stays visible, and is taken in again', async ({ browser, plant }) => {
  const server = await plant(), number = server.numbers[BORE];
  const page = await browser.open(server, `/chart/${number}`, { as: 'li' });
  await browser.settled(page);
  const before = await server.api('GET', `characteristics/${number}/chart?columns=1000`);
  await page.locator('.plot-box').focus();
  for (const key of ['Home', 'ArrowRight', 'ArrowRight']) await page.keyboard.press(key);
  await page.getByRole('button', { name: 'Leave out …', exact: true }).click();
  await page.getByRole('button', { name: 'Leave out …', exact: true }).last().click();
  await page.getByText('Please give a reason.').waitFor();
  await page.getByLabel('Reason').fill('chip on the gauge');
  await page.getByRole('button', { name: 'Leave out …', exact: true }).last().click();
  await page.getByText('Point 3 is left out.').waitFor();
  const after = await server.api('GET', `characteristics/${number}/chart?columns=1000`);
  assert.notEqual(after.location.center, before.location.center);
  await page.getByText('“chip on the gauge”').first().waitFor();
  await page.getByRole('button', { name: 'Take in again …', exact: true }).click();
  await page.getByLabel('Reason').fill('it was the part');
  await page.getByRole('button', { name: 'Take in again …', exact: true }).last().click();
  await page.getByText('Point 3 counts again.').waitFor();
  assert.equal((await server.api('GET', `characteristics/${number}/chart?columns=1000`)).location.center, before.location.center);
  assert.deepEqual(page.faults, []);
});

test('limits come into force with a reason, then raise alarms; each state is named', async ({ browser, plant }) => {
  const server = await plant(), number = server.numbers['line 2/pump/torque'];
  const page = await browser.open(server, `/chart/${number}`, { as: 'li' });
  await browser.settled(page);
  assert.equal(await page.locator('.states [aria-current]').innerText(), 'Analysis');
  await page.getByRole('button', { name: 'Put limits in force', exact: true }).click();
  await page.getByLabel('Reason').fill('a calm week');
  await page.getByRole('button', { name: 'Put in force', exact: true }).click();
  await page.locator('.states [aria-current]', { hasText: 'In force' }).waitFor();
  await page.getByRole('button', { name: 'Raise alarms', exact: true }).click();
  await page.locator('.states [aria-current]', { hasText: 'Alerting' }).waitFor();
  const { limits } = await server.api('GET', `characteristics/${number}/limits`);
  assert.equal(limits[0].by, 'li');
  assert.equal(limits[0].reason, 'a calm week');
});

test('an operator sees the chart, and may not change it', async ({ browser, plant }) => {
  const server = await plant();
  const page = await browser.open(server, `/chart/${server.numbers['line 2/pump/leak pressure']}`, { as: 'kim' });
  await browser.settled(page);
  assert.equal(await page.getByRole('button', { name: 'Put limits in force', exact: true }).count(), 0);
  await page.locator('.plot-box').focus();
  await page.keyboard.press('Home');
  assert.ok(await page.getByRole('button', { name: 'Leave out …', exact: true }).isDisabled());
});

test('a new point appears by itself', async ({ browser, plant }) => {
  const server = await plant(), number = server.numbers['moulding/housing/weight'];
  const page = await browser.open(server, `/chart/${number}`);
  await browser.settled(page);
  const before = (await server.api('GET', `characteristics/${number}/chart?columns=400`)).subgroups;
  await server.measure(Array.from({ length: 4 }, (_, i) => ({ characteristic: 'moulding/housing/weight', time: new Date(Date.now() + i).toISOString(), value: '48.60' })));
  await until(async () => (await page.locator('.facts-line').innerText()).includes(`${before + 1} subgroups`));
});

test('the table has the digits of the API', async ({ browser, plant }) => {
  const server = await plant(), number = server.numbers['line 1/housing/length'];
  const page = await browser.open(server, `/chart/${number}`);
  await browser.settled(page);
  await page.locator('details.points summary').click();
  const answer = await fetch(`${server.address}/api/v1/characteristics/${number}/chart?columns=1600`, { headers: { Authorization: `Bearer ${server.token}` } });
  const text = await answer.text();
  const rows = await page.locator('details.points tbody tr').allInnerTexts();
  assert.equal(rows.length, 40);
  for (const row of rows) for (const cell of row.split('\t').filter((c) => /^-?\d+\.\d+$/.test(c))) assert.ok(text.includes(cell), cell);
});
