// SPDX-License-Identifier: GPL-3.0-or-later
// From an empty database to the first chart of one's own file.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from './lib/harness.mjs';
import { Server } from './lib/server.mjs';

/** @param {string} name @param {(server: any, page: any, world: any) => Promise<void>} run @param {string} [lang] */
function fromEmpty(name, run, lang = 'en') {
  test(name, async (world) => {
    const server = /** @type {any} */ (new Server(world.assay));
    try {
      await server.start();
      const page = await world.browser.open(server, '/import', { as: 'demo', lang });
      await world.browser.settled(page);
      await run(server, page, world);
      assert.deepEqual(page.faults, []);
    } finally {
      await world.browser.tidy();
      await server.close();
    }
  });
}

/** @param {any} server @param {any} page @param {string} name @param {string | Buffer} content */
async function choose(server, page, name, content) {
  const path = join(server.home, name);
  writeFileSync(path, content);
  await page.locator('.drop-input').setInputFiles(path);
}

const rows = Array.from({ length: 300 }, (_, i) => `${String(i % 28 + 1).padStart(2, '0')}.01.2026 08:${String(i % 60).padStart(2, '0')};Shaft/Diameter;${(24 + (i % 9) / 100).toFixed(2).replace('.', ',')};M${i % 2}`);
const CSV = `Date;Characteristic;Value;Machine\n${rows.join('\n')}\nrubbish;x;y;z\n`;

fromEmpty('an empty plant leads to the import; a CSV is dropped, understood, imported and charted in five actions', async (server, page, { browser }) => {
  await page.goto(`${server.address}/`);
  await page.waitForURL('**/import');
  await choose(server, page, 'shaft.csv', CSV);
  await page.waitForSelector('.columns');
  assert.equal(await page.getByLabel('Between fields').inputValue(), 'semicolon');
  assert.equal(await page.getByLabel('Dates').inputValue(), 'dmy');
  assert.match(await page.locator('.notice').first().textContent(), /1 of 301 values cannot be read/);
  await browser.picture(page, 'first-guess');
  assert.equal((await server.api('GET', 'characteristics')).total, 0);
  await page.getByRole('button', { name: /Import 300 values/ }).click();
  await page.waitForSelector('.first-done');
  await browser.picture(page, 'first-done');
  await page.locator('.first-charts a').first().click();
  await page.waitForURL('**/chart/*');
  await browser.settled(page);
  assert.equal((await server.api('GET', 'characteristics')).characteristics[0].path, 'Shaft/Diameter');
});

fromEmpty('a workbook shows its sheets; the cover is passed over, another sheet can be had and left again', async (server, page, { browser }) => {
  await choose(server, page, 'ccxbar.xlsx', readFileSync(new URL('../../test/data/xlsx/ccxbar.xlsx', import.meta.url)));
  await page.waitForSelector('.columns');
  const sheet = page.getByLabel('시트', { exact: true });
  assert.deepEqual(await sheet.locator('option').allTextContents(), ['Deckblatt', 'Messwerte']);
  assert.equal(await sheet.inputValue(), '2');
  assert.equal(await page.getByLabel('필드 사이', { exact: true }).count(), 0); // of text alone
  await browser.picture(page, 'first-workbook');
  await sheet.selectOption('1');
  await page.waitForFunction(() => !document.querySelector('.columns'));
  await sheet.selectOption('2');
  await page.waitForSelector('.columns');
  await page.getByRole('button', { name: /값 100개 가져오기/ }).click();
  await page.waitForSelector('.first-done');
}, 'ko');

fromEmpty('a wrong guess is corrected: role of a column, decimal sign, path', async (server, page) => {
  await choose(server, page, 'odd.txt', `a|b|c\n${Array.from({ length: 40 }, (_, i) => `${i}|${(2.5 + i / 100).toFixed(2).replace('.', ',')}|x`).join('\n')}\n`);
  await page.waitForSelector('.columns');
  await page.getByLabel('Decimal sign').selectOption(',');
  await page.waitForFunction(() => !document.querySelector('[aria-busy=true]'));
  await page.getByLabel('b', { exact: true }).selectOption('value');
  await page.getByLabel('Under').fill('site/line');
  await page.getByLabel('Under').press('Tab');
  await page.waitForFunction(() => /2\.50/.test(document.querySelector('section.card table + *, .stack')?.textContent ?? '') || /2\.50/.test(document.body.textContent ?? ''));
  await page.getByRole('button', { name: /Import 40 values/ }).click();
  await page.waitForSelector('.first-done');
  const [c] = (await server.api('GET', 'characteristics')).characteristics;
  assert.match(c.path, /^site\/line\//);
});

fromEmpty('what is chosen and typed while an answer is on its way counts', async (server, page) => {
  await page.route('**/api/v1/imports/*', async (/** @type {import('playwright-core').Route} */ route) => {
    if (route.request().method() === 'PUT') await page.waitForTimeout(400);
    await route.continue();
  });
  await choose(server, page, 'odd.txt', `a|b|c\n${Array.from({ length: 40 }, (_, i) => `${i}|${(2.5 + i / 100).toFixed(2).replace('.', ',')}|x`).join('\n')}\n`);
  await page.waitForSelector('.columns');
  await page.getByLabel('Decimal sign').selectOption(',');
  await page.getByLabel('b', { exact: true }).selectOption('value');
  await page.getByLabel('Under').fill('site/line');
  await page.waitForFunction(() => !document.querySelector('[aria-busy=true]'));
  assert.equal(await page.getByLabel('Under').inputValue(), 'site/line');
  await page.getByLabel('Under').press('Tab');
  await page.getByRole('button', { name: /Import 40 values/ }).click();
  await page.waitForSelector('.first-done');
  assert.equal((await server.api('GET', 'characteristics')).characteristics[0].path, 'site/line/b');
});

fromEmpty('a DFQ brings its limits; the same file again brings nothing new', async (server, page) => {
  const dfq = `K0100 1\nK1001/1 4711\nK1002/1 Shaft\nK2001/1 1\nK2002/1 Bore\nK2101/1 10\nK2110/1 9.9\nK2111/1 10.1\nK2142/1 mm\n${
    Array.from({ length: 50 }, (_, i) => `${(10 + (i % 5) / 100).toFixed(2)}\x140\x1406.01.2026/08:00:${String(i).padStart(2, '0')}`).join('\n')}\n`;
  for (const expected of [/Imported/, /Nothing new/]) {
    await choose(server, page, 'shaft.dfq', dfq);
    await page.getByRole('button', { name: /Import 50 values/ }).click();
    await page.waitForSelector('.first-done');
    assert.match(await page.locator('.first-done').textContent(), expected);
    await page.getByRole('button', { name: 'Another file', exact: true }).click();
  }
  const [c] = (await server.api('GET', 'characteristics')).characteristics;
  const shown = await server.api('GET', `characteristics/${c.number}`);
  assert.deepEqual([shown.lower, shown.upper], [9.9, 10.1]);
});

fromEmpty('columns of limits are shown as such and come along; lines are those of the file', async (server, page, { browser }) => {
  const csv = `측정기\n\n시각;특성;측정값;규격하한;규격상한;목표;단위;품번\n${Array.from({ length: 30 }, (_, i) =>
    `2026-01-05 08:${String(i).padStart(2, '0')};축경;${i === 1 ? 'x' : (10 + (i % 5) / 100).toFixed(2)};9.5;10.5;10;mm;A-1`).join('\n')}\n`;
  await choose(server, page, '한계.csv', csv);
  await page.waitForSelector('.columns');
  assert.equal(await page.getByLabel('규격하한', { exact: true }).inputValue(), 'lower');
  assert.equal(await page.getByLabel('품번', { exact: true }).inputValue(), 'part_number');
  const first = page.getByRole('region', { name: '처음 행', exact: true });
  assert.deepEqual(await first.locator('tbody tr td:first-child').allTextContents().then((/** @type {string[]} */ all) => all.slice(0, 2)), ['4', '6']);
  assert.match(await page.locator('section.notice').textContent(), /5.*24\.5 같은 숫자/);
  await browser.picture(page, 'first-limits');
  await page.getByLabel('규격상한', { exact: true }).selectOption('');
  await page.waitForFunction(() => !document.querySelector('[aria-busy=true]'));
  await page.getByLabel('규격상한', { exact: true }).selectOption('upper');
  await page.waitForFunction(() => !document.querySelector('[aria-busy=true]'));
  await page.getByRole('button', { name: '값 29개 가져오기', exact: true }).click();
  await page.waitForSelector('.first-done');
  const [c] = (await server.api('GET', 'characteristics')).characteristics;
  const shown = await server.api('GET', `characteristics/${c.number}`);
  assert.deepEqual([shown.lower, shown.upper, shown.target, shown.unit, shown.part_number], [9.5, 10.5, 10, 'mm', 'A-1']);
}, 'ko');

fromEmpty('what is no file of measurements is told in words', async (server, page, { browser }) => {
  await choose(server, page, 'letter.txt', 'Dear Sir,\nthis is a letter.\n');
  await page.waitForSelector('.trouble, .columns');
  await browser.picture(page, 'first-trouble');
  assert.equal(await page.locator('.first-import').count(), 0);
  assert.match(await page.locator('.as-written').textContent(), /Dear Sir/);
});

fromEmpty('a workbook of the old form and an empty file are refused in the words of the reader, with nothing to correct that cannot be corrected', async (server, page) => {
  await choose(server, page, 'values.xls', Buffer.concat([Buffer.from([0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]), Buffer.alloc(512)]));
  await page.waitForSelector('.trouble');
  assert.equal(await page.locator('.trouble').textContent(), '이대로는 읽을 수 없습니다: 측정값이 아니라 옛 형식이거나 암호가 있는 Office 문서 같습니다암호 없이 .xlsx 로, 또는 CSV UTF-8 로 저장하십시오');
  assert.equal(await page.locator('.columns, .as-written, .card select').count(), 0);
  await page.getByRole('button', { name: '다른 파일', exact: true }).click();
  await choose(server, page, 'empty.csv', '');
  await page.waitForSelector('.trouble');
  assert.equal(await page.locator('.trouble').textContent(), '이렇게 할 수 없습니다. 파일이 비어 있습니다');
}, 'ko');

fromEmpty('a row beyond all measure costs itself, is named in the reader\'s words, and a file without times has no column for why', async (server, page) => {
  const long = ['外径,备注', ...Array.from({ length: 30 }, (_, i) => `24.5${i % 10},${i === 20 ? 'x'.repeat(1 << 21) : ''}`)].join('\n');
  await choose(server, page, '测量.csv', long);
  await page.waitForSelector('.columns');
  assert.match(await page.locator('section.notice').textContent(), /30 个值中有 1 个无法读取.*行过长/);
  assert.ok(!(await page.locator('table').last().textContent()).includes('why'));
  await page.getByRole('button', { name: '导入 29 个值', exact: true }).click();
  await page.waitForSelector('.first-done');
}, 'zh');
