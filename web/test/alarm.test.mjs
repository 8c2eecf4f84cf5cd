// SPDX-License-Identifier: GPL-3.0-or-later
import assert from 'node:assert/strict';
import { test } from './lib/harness.mjs';
import { raise, until } from './lib/plant.mjs';

test('an alarm is worked on from acknowledgement to its closure by a second person', async ({ browser, plant }) => {
  const server = await plant(), path = 'tester/seal/leak';
  await server.api('PUT', 'plans/leak', { characteristic: path, rule: '*', verify: 3, steps: [{ id: 'valve', check: 'is the valve tight?', yes: 'again', no: 'swap' }, { id: 'again', check: 'measure again' }, { id: 'swap', check: 'swap the valve' }] }, { 'If-None-Match': '*' });
  await raise(server, path, 8);
  const alarm = await until(async () => (await server.api('GET', `alarms?open=1&characteristic=${server.numbers[path]}`)).alarms.find((/** @type {any} */ a) => a.rule !== 'no-data'));
  const page = await browser.open(server, `/alarm/${alarm.id}`, { as: 'li' });
  await browser.settled(page);
  await page.getByRole('button', { name: 'Acknowledge', exact: true }).click();
  await page.getByRole('button', { name: 'Contain', exact: true }).waitFor();
  await page.getByRole('button', { name: 'Contain', exact: true }).click();
  await page.getByText('Say the first part, or in the note why nothing is to contain.', { exact: true }).waitFor();
  await page.getByLabel('First part').fill('S-100');
  await page.getByLabel('Last part').fill('S-108');
  await page.getByLabel('How many').fill('9');
  await page.getByLabel('Where they lie').fill('red box 2');
  await page.getByRole('button', { name: 'Contain', exact: true }).click();
  await page.getByText('parts S-100 to S-108 · 9 parts · red box 2').waitFor();
  await page.getByRole('button', { name: 'No', exact: true }).click();
  await page.getByText('swap the valve').waitFor();
  await page.getByRole('button', { name: 'Say the cause', exact: true }).click();
  await page.getByText('Choose or say the cause.', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'wrong lot', exact: true }).click();
  await page.getByRole('button', { name: 'Say the cause', exact: true }).click();
  await page.getByRole('button', { name: 'Other', exact: true }).click();
  await page.getByRole('textbox', { name: 'Action' }).fill('lot returned');
  await page.getByRole('button', { name: 'Say the action', exact: true }).click();
  await page.getByText('Points that follow verify the action: 0 of 3 good so far.').waitFor();
  let turn = 1;
  await until(async () => { // the first of them may share its subgroup with readings that fired
    await raise(server, path, 0.4 * (turn = -turn));
    await new Promise((done) => setTimeout(done, 50));
    return (await server.api('GET', `alarms/${alarm.id}`)).state === 'verified';
  });
  await page.getByText('You had a hand in this alarm.').waitFor();
  const second = await browser.open(server, `/alarm/${alarm.id}`, { as: 'muller' });
  await second.getByRole('button', { name: 'Close', exact: true }).click();
  await page.locator('.what', { hasText: 'Closed' }).waitFor();
  const closed = await server.api('GET', `alarms/${alarm.id}`);
  assert.deepEqual(closed.steps.map((/** @type {any} */ s) => [s.step, s.actor]), [['acknowledged', 'li'], ['contained', 'li'], ['cause', 'li'], ['action', 'li'], ['verified', 'assay'], ['closed', 'muller']]);
  assert.equal(closed.steps[2].said.cause, 'wrong lot');
  assert.equal(closed.ticks[0].answer, 'no');
  assert.deepEqual([...page.faults, ...second.faults], []);
});

test('what somebody else changed meanwhile is not overwritten', async ({ browser, plant }) => {
  const server = await plant(), alarm = server.alarms.find((/** @type {any} */ a) => a.path === 'assembly/screw/torque');
  const page = await browser.open(server, `/alarm/${alarm.id}`, { as: 'kim', before: async (p) => { await p.route('**/api/v1/events**', (r) => r.abort()); } });
  await browser.settled(page);
  await server.api('POST', `alarms/${alarm.id}/steps`, { step: 'acknowledged' }, { 'If-Match': '*' });
  await page.getByRole('button', { name: 'Acknowledge', exact: true }).click();
  await page.getByText('Somebody else has changed this meanwhile.').waitFor();
  assert.equal((await server.api('GET', `alarms/${alarm.id}`)).steps.length, 1);
});

test('a signal becomes a case in one action, and carries its chart along', async ({ browser, plant }) => {
  const server = await plant(), alarm = server.alarms[0];
  const page = await browser.open(server, `/alarm/${alarm.id}`);
  await browser.settled(page);
  await page.getByText('Work on its cause').click();
  const form = page.locator('details form');
  await form.waitFor();
  assert.equal(await form.getByLabel('Scheme').inputValue(), 'kr.circle', 'one is a member of a team: its programme comes first');
  assert.match(await form.innerText(), /Circle Spindle/);
  await form.getByRole('button', { name: 'Begin a case', exact: true }).click();
  await page.getByRole('img', { name: new RegExp(alarm.path) }).waitFor();
  const first = new URL(page.url()).pathname;
  assert.match(first, /^\/case\/[0-9a-f]{32}$/);
  assert.equal((await server.api('GET', first.replace('/case/', 'cases/'))).from.alarm, alarm.id);
  await page.goto(`${server.address}/alarm/${alarm.id}`);
  await page.getByText('Work on its cause').click();
  await page.getByRole('button', { name: 'Begin a case', exact: true }).click();
  await page.waitForURL(`${server.address}${first}`);
  assert.deepEqual(page.faults, []);
});
