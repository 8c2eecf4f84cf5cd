// SPDX-License-Identifier: GPL-3.0-or-later
// Files and photos of a case: brought from the form, shown where the form is shown.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { test } from './lib/harness.mjs';
import { TOP } from './lib/server.mjs';

/** A picture of one colour, 96 x 72. @param {number[]} colour */
function png(colour) {
  const table = Array.from({ length: 256 }, (_, n) => { let c = n; for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1; return c >>> 0; });
  const crc = (/** @type {Buffer} */ b) => { let c = 0xffffffff; for (const x of b) c = table[(c ^ x) & 255] ^ (c >>> 8); return (c ^ 0xffffffff) >>> 0; };
  const chunk = (/** @type {string} */ kind, /** @type {Buffer} */ data) => { const body = Buffer.concat([Buffer.from(kind), data]), head = Buffer.alloc(4), tail = Buffer.alloc(4); head.writeUInt32BE(data.length); tail.writeUInt32BE(crc(body)); return Buffer.concat([head, body, tail]); };
  const size = Buffer.alloc(13); size.writeUInt32BE(96, 0); size.writeUInt32BE(72, 4); size.set([8, 2, 0, 0, 0], 8);
  const row = Buffer.concat([Buffer.from([0]), ...Array.from({ length: 96 }, () => Buffer.from(colour))]);
  return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), chunk('IHDR', size), chunk('IDAT', deflateSync(Buffer.concat(Array.from({ length: 72 }, () => row)))), chunk('IEND', Buffer.alloc(0))]);
}

test('a photo is brought from the form and stands in the case as a picture, a file as a link', async ({ browser, plant }) => {
  const server = await plant();
  await server.api('POST', 'schemes', readFileSync(join(TOP, 'test/live/case_files.yaml'), 'utf8'), { 'Content-Type': 'application/yaml' });
  const { case: id } = await server.api('POST', 'cases', { scheme: 'x.files', party: 'D-1' });
  const page = await browser.open(server, `/case/${id}`);
  await browser.settled(page);
  const turn = page.getByRole('region', { name: 'Your turn' });
  await turn.locator('[data-field=theme] :is(input, textarea)').fill('Burr at the edge');
  await turn.locator('[data-field=photos] input').setInputFiles([{ name: 'before.png', mimeType: 'image/png', buffer: png([180, 60, 40]) }, { name: 'after.png', mimeType: 'image/png', buffer: png([40, 120, 80]) }]);
  await turn.locator('[data-field=photos] .thumb img').nth(1).waitFor();
  assert.equal(await turn.locator('.thumb img').nth(1).evaluate((/** @type {HTMLImageElement} */ e) => e.decode().then(() => e.naturalWidth)), 96, 'it is shown before it is handed in');
  await turn.locator('[data-field=photos] input').setInputFiles({ name: 'note.png', mimeType: 'image/png', buffer: Buffer.from('no picture at all') });
  assert.match(await turn.locator('[data-field=photos] .error').innerText(), /expected a photo/);
  await turn.locator('[data-field=report] input').setInputFiles({ name: '보고서.pdf', mimeType: 'application/pdf', buffer: Buffer.from(`%PDF-1.7\n${'x'.repeat(5000)}`) });
  await turn.getByRole('link', { name: '보고서.pdf', exact: true }).waitFor();
  await browser.picture(page, 'case-files-form');
  await turn.getByRole('button', { name: 'Hand in', exact: true }).click();
  const handed = page.locator('.form-values');
  await handed.locator('.thumb img').nth(1).waitFor();
  assert.equal(await handed.locator('.thumb img').first().evaluate((/** @type {HTMLImageElement} */ e) => e.decode().then(() => e.naturalWidth)), 96);
  const link = handed.getByRole('link', { name: '보고서.pdf', exact: true });
  const answer = await page.request.get(new URL(/** @type {string} */ (await link.getAttribute('href')), server.address).href);
  assert.equal(answer.headers()['x-content-type-options'], 'nosniff');
  assert.equal((await answer.body()).length, 5009);
  for (const [lang, theme, width] of /** @type {[string, string, number][]} */ ([['ko', 'dark', 1440], ['zh', 'light', 360]])) {
    const other = await browser.open(server, `/case/${id}`, { lang, theme, width, height: 900 });
    await browser.settled(other);
    await other.locator('.thumb img').first().waitFor();
    assert.ok(await other.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'nothing sticks out');
    await browser.picture(other, `case-files-${lang}`);
  }
  assert.deepEqual(page.faults.filter((/** @type {string} */ f) => !/400/.test(f)), []);
});
