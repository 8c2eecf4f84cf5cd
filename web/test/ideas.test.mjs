// SPDX-License-Identifier: GPL-3.0-or-later
// An idea on a phone and at a kiosk; a complaint of somebody without an account; a person's record.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from './lib/harness.mjs';
import { samplePlant, until } from './lib/plant.mjs';

/** Writes an idea into the form that is shown. @param {any} page @param {string} title */
async function write(page, title) {
  const turn = page.locator('.turn');
  await turn.waitFor();
  for (const [field, text] of [['title', title], ['present_state', 'Bins stand in the way.'], ['idea', 'Put the bins on rails.'], ['expected', 'Two steps less.']]) await turn.locator(`[data-field=${field}] :is(input, textarea)`).fill(text);
  await turn.locator('[data-field=category] select').selectOption('cost');
}

test('somebody without an account hands an idea in at a kiosk by badge, with a photo, and sees where it stands', async ({ browser, plant }) => {
  const server = await plant(), page = await browser.open(server, '/kiosk', { width: 800, height: 1100, touch: true });
  await page.getByText('Hold your badge').waitFor();
  await page.getByLabel('Badge').fill('CARD-0');
  await page.getByRole('button', { name: 'Go on', exact: true }).click();
  await page.getByText(/Nobody is known by this badge/).waitFor();
  await page.locator('h1').click();
  await page.keyboard.type('CARD-4711');
  await page.keyboard.press('Enter');
  await page.getByText('Hello Han Jiwoo.').waitFor();
  await page.getByRole('button', { name: 'New idea', exact: true }).click();
  await write(page, 'Rails for bins');
  await page.locator('[data-field=photos] input[type=file]').setInputFiles({ name: 'bins.png', mimeType: 'image/png', buffer: Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==', 'base64') });
  await page.locator('[data-field=photos]').getByText('bins.png').waitFor();
  await page.getByRole('button', { name: 'Hand in', exact: true }).click();
  await page.getByText('Thank you, it is in.').waitFor();
  await browser.picture(page, 'kiosk-thanks');
  await page.getByRole('button', { name: 'To my ideas', exact: true }).click();
  const idea = page.locator('.idea').first();
  await idea.getByText('Rails for bins').waitFor();
  assert.match(await idea.innerText(), /Stands at\s+receive\s+Decided by\s+desk\s+Until/i);
  await idea.getByRole('button', { name: 'Details', exact: true }).click();
  await idea.getByText('Put the bins on rails.').waitFor();
  await browser.picture(page, 'kiosk-ideas');
  await page.getByRole('button', { name: 'Done, I am leaving', exact: true }).click();
  await page.getByText('Hold your badge').waitFor();
  const found = (await server.api('GET', 'cases?scheme=kr.suggestion')).cases;
  assert.deepEqual([found.length, found[0].name], [1, 'Han Jiwoo']);
  assert.deepEqual(page.faults, []);
});

test('a badge at a kiosk opens no record: it neither shows, exports nor erases a person', async ({ plant }) => {
  const server = await plant(), { id } = (await server.api('GET', 'parties?search=jiwoo')).parties[0];
  const { value, name } = await server.cookie();
  const { csrf } = await (await fetch(`${server.address}/api/v1/me`, { headers: { Cookie: `${name}=${value}` } })).json();
  const ask = (/** @type {string} */ method, /** @type {string} */ path) => fetch(`${server.address}/api/v1/${path}`, { method, headers: { Cookie: `${name}=${value}`, 'X-Assay-CSRF': csrf, 'X-Assay-Kiosk': 'CARD-4711' } });
  assert.deepEqual(Object.keys(await (await ask('GET', 'me/party')).json()).sort(), ['id', 'kind', 'name']);
  for (const [method, path] of [['GET', `parties/${id}`], ['GET', `parties/${id}/export`], ['DELETE', `parties/${id}?why=x`], ['GET', 'parties'], ['GET', 'money'], ['GET', 'funnel?scheme=kr.suggestion']])
    assert.ok([404, 422].includes((await ask(method, path)).status), `${method} ${path}`);
  assert.equal((await server.api('GET', `parties/${id}`)).badge, undefined, 'the desk is not told the badge either');
});

test('an idea is written on a phone, put away and gone on with', async ({ browser, plant }) => {
  const server = await plant(), page = await browser.open(server, '/idea', { width: 360, height: 740, touch: true });
  await browser.settled(page);
  await page.getByRole('button', { name: 'New idea', exact: true }).click();
  await write(page, 'Labels in three languages');
  await page.getByRole('button', { name: 'Save draft', exact: true }).click();
  await until(async () => (await server.api('GET', 'cases?scheme=kr.suggestion')).cases.length > 0);
  await page.reload();
  await browser.settled(page);
  await page.getByRole('button', { name: 'Go on writing', exact: true }).first().click();
  assert.equal(await page.locator('[data-field=title] :is(input, textarea)').inputValue(), 'Labels in three languages');
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'nothing sticks out');
  await browser.picture(page, 'idea-phone');
  assert.deepEqual(page.faults, []);
});

test('anybody complains without an account, and hears by the receipt what became of it', async ({ browser, plant }) => {
  const server = await plant(), page = await browser.open(server, '/complaint', { as: null, width: 900, height: 1000 });
  await browser.settled(page);
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await page.locator('.error').first().waitFor();
  await page.locator('[data-field=what] textarea').fill('The lid does not close.');
  await page.locator('[data-field=remedy_sought] select').selectOption('replacement');
  await page.locator('[data-field=contact] :is(input, textarea)').fill('010-0000-0000');
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  const receipt = await page.locator('.receipt-code').innerText();
  assert.match(receipt, /^([0-9A-Z]{5}-){4}[0-9A-Z]{5}$/);
  await browser.picture(page, 'complaint-receipt');
  const other = await browser.open(server, '/complaint', { as: null, lang: 'ko', width: 360, height: 740 });
  await browser.settled(other);
  await other.getByLabel('접수증').fill('AAAAA-AAAAA-AAAAA-AAAAA-AAAAA');
  await other.getByRole('button', { name: '보기', exact: true }).click();
  await other.getByText(/접수증에 해당하는 안건이 없습니다/).waitFor();
  await other.getByLabel('접수증').fill(receipt.toLowerCase().replaceAll('-', ' '));
  await other.getByRole('button', { name: '보기', exact: true }).click();
  await other.getByText('The lid does not close.').waitFor();
  await other.getByRole('button', { name: '메모 추가', exact: true }).click();
  await other.locator('dialog textarea').fill('It broke on the first day.');
  await other.locator('dialog button.primary').click();
  await other.getByText('It broke on the first day.').waitFor();
  assert.ok(await other.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'nothing sticks out');
  await browser.picture(other, 'complaint-ko-360');
  const [found] = (await server.api('GET', 'cases?scheme=customer.complaint')).cases;
  assert.equal(found.stage, 'receive');
  assert.equal((await server.api('GET', `cases/${found.id}`)).notes.length, 1, 'the desk reads the note');
  assert.deepEqual([...page.faults, ...other.faults], []);
});

test('a complaint carries photos without what the camera wrote, and a lost answer opens no second case', async ({ browser, plant }) => {
  const server = await plant(), page = await browser.open(server, '/complaint', { as: null, width: 360, height: 740, touch: true });
  await browser.settled(page);
  const before = (await server.api('GET', 'cases?scheme=customer.complaint')).cases.length;
  await page.locator('[data-field=what] textarea').fill('The lid is cracked.');
  await page.locator('[data-field=remedy_sought] select').selectOption('refund');
  await page.locator('[data-field=contact] :is(input, textarea)').fill('010-1111-1111');
  const picture = Buffer.from(await page.evaluate(async () => {
    const canvas = new OffscreenCanvas(1200, 900), c = /** @type {any} */ (canvas.getContext('2d'));
    for (let i = 0; i < 4000; i++) {
      c.fillStyle = `hsl(${(i * 37) % 360} 80% 50%)`;
      c.fillRect((i * 131) % 1200, (i * 89) % 900, 30, 30);
    }
    return [...new Uint8Array(await (await canvas.convertToBlob({ type: 'image/jpeg', quality: 0.95 })).arrayBuffer())];
  }));
  const exif = Buffer.concat([picture.subarray(0, 2), Buffer.from('ffe10014457869660000', 'hex'), Buffer.from('Secret place'), picture.subarray(2)]);
  const choose = page.locator('[data-field=photos] input[type=file]');
  await choose.setInputFiles([{ name: 'lid.jpg', mimeType: 'image/jpeg', buffer: exif }, { name: 'notes.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('no picture') }]);
  await page.getByText('notes.jpg cannot be read as a photo.').waitFor();
  assert.equal(await page.locator('[data-field=photos] .thumb img').count(), 1);
  await browser.picture(page, 'complaint-photo');
  let sent = 0;
  await page.route('**/api/v1/public/cases', async (route) => {
    if (++sent === 1) {
      await route.fetch(); // it goes in, but the answer is lost
      await route.abort();
    } else await route.continue();
  });
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await page.getByText('The server does not answer.').waitFor();
  await page.locator('[data-field=what] textarea').fill('The lid is cracked twice.');
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await page.locator('.receipt-code').waitFor();
  await page.getByText(/This was handed in before/).waitFor();
  const { cases } = await server.api('GET', 'cases?scheme=customer.complaint');
  assert.equal(cases.length, before + 1);
  const found = (await Promise.all(cases.map((/** @type {any} */ c) => server.api('GET', `cases/${c.id}`)))).find((v) => v.forms[0].values.what === 'The lid is cracked.');
  const [photo] = found.forms[0].values.photos;
  const bytes = Buffer.from(await (await fetch(`${server.address}/api/v1/cases/${found.id}/files/${photo.file}`, { headers: { Authorization: `Bearer ${server.token}` } })).arrayBuffer());
  assert.equal(photo.type, 'image/jpeg');
  assert.ok(bytes.length < 200000 && !bytes.includes('Secret place'), `${bytes.length} bytes`);
  assert.deepEqual(page.faults, []);
});

test('one takes one\'s data along and is forgotten, for good', async ({ browser, assay }) => {
  const server = await samplePlant(assay);
  try {
    await server.api('POST', 'parties', { kind: 'person', name: 'Seo Yuna', account: 'yuna', code: 'Y-1' });
    await server.person('yuna', 'operator');
    const { case: id } = await server.api('POST', 'cases', { scheme: 'kr.suggestion', party: 'Y-1' });
    const page = await browser.open(server, '/record', { as: 'yuna' });
    await browser.settled(page);
    await page.getByText('Y-1').waitFor();
    await page.getByRole('button', { name: 'Refuse', exact: true }).click();
    await page.getByText('To be named in public: refused').waitFor();
    const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Save all data', exact: true }).click()]);
    const saved = JSON.parse(readFileSync(await file.path(), 'utf8'));
    assert.deepEqual([saved.party.name, saved.cases[0].case, saved.cases[0].view.id], ['Seo Yuna', id, id]);
    await page.getByRole('button', { name: 'Erase for good', exact: true }).click();
    const dialog = page.locator('dialog');
    await dialog.getByRole('button', { name: 'Erase for good', exact: true }).click();
    await dialog.locator('.error').waitFor();
    await browser.picture(page, 'record-erase');
    await dialog.getByLabel(/To be sure/).fill('Seo Yuna');
    await dialog.getByLabel('Reason').fill('I leave.');
    await dialog.getByRole('button', { name: 'Erase for good', exact: true }).click();
    await until(async () => (await server.api('GET', `cases/${id}`)).name === undefined || !(await server.api('GET', `cases/${id}`)).name);
    assert.deepEqual((await server.api('GET', 'parties?search=yuna')).parties, []);
  } finally {
    await browser.tidy();
    await server.close();
  }
});
