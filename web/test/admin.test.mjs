// SPDX-License-Identifier: GPL-3.0-or-later
// What administrators and engineers do on their screens, and that it is so afterwards.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from './lib/harness.mjs';
import { TOP } from './lib/server.mjs';
import { until } from './lib/plant.mjs';
import { openAlarm, stationPlant } from './lib/workplace.mjs';

/** @param {string} name @param {string} path @param {(server: any, page: any, world: any) => Promise<void>} run @param {string} [as] */
function on(name, path, run, as = 'demo') {
  test(name, async (world) => {
    const server = await stationPlant(world.assay);
    try {
      const page = await world.browser.open(server, path, { as });
      await world.browser.settled(page);
      await run(server, page, world);
      assert.deepEqual(page.faults, []);
    } finally {
      await world.browser.tidy();
      await server.close();
    }
  });
}

on('people: an account is made with a role at a site, gets a badge, and is disabled with a reason', '/people', async (server, page) => {
  await page.getByRole('button', { name: 'New account', exact: true }).click();
  await page.getByLabel('Login name').fill('park');
  await page.getByLabel('Name', { exact: true }).fill('Park Jihoon');
  await page.getByLabel('At the site').fill('site');
  await page.getByLabel('Operator').check();
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  const card = page.locator('article', { hasText: 'Park Jihoon' });
  await card.waitFor();
  assert.equal((await server.api('GET', 'people')).people.find((/** @type {any} */ p) => p.account === 'park').grants, 'operator@site');
  await card.getByRole('button', { name: 'Give a badge', exact: true }).click();
  await page.getByLabel('Scan it here').fill('B-2002');
  await page.keyboard.press('Enter');
  await card.getByText(/Badge/).first().waitFor();
  await until(async () => (await server.api('GET', 'badges')).items.some((/** @type {any} */ b) => b.document.account === 'park'));
  await card.getByRole('button', { name: 'Disable', exact: true }).click();
  await page.getByLabel('Reason').fill('left the plant');
  await page.locator('dialog').getByRole('button', { name: 'Disable', exact: true }).click();
  await card.getByText(/disabled/).waitFor();
});

on('audit: what was changed is on top, with before and after, by whom', '/audit', async (server, page) => {
  await server.api('PUT', 'lists/causes', { for: 'cause', characteristic: '*', items: ['wrong lot'] }, { 'If-Match': '*' });
  await page.reload();
  const first = page.locator('.records li').first();
  await first.waitFor();
  await page.getByLabel('Search').fill('wrong lot');
  await page.waitForFunction(() => document.querySelectorAll('.records li').length === 1);
  await first.locator('summary').click();
  assert.match(await first.locator('table').textContent(), /tool worn.*wrong lot/);
  assert.match(await first.textContent(), /demo/);
});

on('health: says OK, and its figures are those of the API', '/health', async (server, page) => {
  assert.match(await page.locator('.verdict').textContent(), /OK/);
  const health = await server.api('GET', 'health');
  assert.ok((await page.locator('main').textContent()).includes(health.version));
});

on('sources: the account adds up, what was refused is shown with an example; a folder is checked before it is made', '/sources', async (server, page) => {
  await server.api('POST', 'measurements?source=gauge-7&totals=1', '{"characteristic":"site/bore","value":"oops"}\n{"characteristic":"site/bore","value":"10.01","time":"2026-01-01T00:00:00Z"}\n', { 'Content-Type': 'application/x-ndjson' });
  await page.reload();
  await page.getByRole('button', { name: 'gauge-7', exact: true }).click();
  await page.locator('.detail code', { hasText: 'oops' }).waitFor();
  const row = page.locator('tr', { hasText: 'gauge-7' });
  assert.match(await row.textContent(), /yes/);
  await page.getByRole('button', { name: 'New source', exact: true }).click();
  await page.getByLabel('Source', { exact: true }).fill('inbox');
  await page.getByLabel('Settings').fill('{"door":"window"}');
  await page.getByRole('button', { name: 'Check', exact: true }).click();
  await page.locator('dialog .trouble').waitFor();
  await page.getByLabel('Settings').fill(JSON.stringify({ door: 'folder', path: server.home, under: 'site' }));
  await page.getByLabel('Pin the dialect').fill('decimal=,');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByRole('button', { name: 'inbox', exact: true }).waitFor();
});

on('sources: the example of every kind passes the check', '/sources', async (_, page) => {
  await page.getByRole('button', { name: 'New source', exact: true }).click();
  await page.getByLabel('Source', { exact: true }).fill('new');
  const kinds = await page.getByLabel('Kind', { exact: true }).locator('option').evaluateAll((/** @type {any[]} */ all) => all.map((o) => o.value).filter(Boolean));
  assert.equal(kinds.length, 7);
  for (const kind of kinds) {
    await page.getByLabel('Kind', { exact: true }).selectOption(kind);
    const answer = page.waitForResponse((/** @type {any} */ r) => r.url().endsWith('/sources/new/check'));
    await page.getByRole('button', { name: 'Check', exact: true }).click();
    const status = (await answer).status();
    assert.equal(status, 204, kind);
  }
});

on('sources: one that waits says so in the words of the reader, and why', '/sources', async (server, page, { browser }) => {
  const path = `${server.home}/nowhere`;
  await server.api('PUT', 'sources/inbox', { door: 'folder', path, under: 'site' }, { 'If-None-Match': '*' });
  await until(async () => /cannot look/.test((await server.api('GET', 'sources/inbox')).source.detail));
  for (const [lang, sign, words, why] of [['en', 'CHECK', 'not connected, trying again', `cannot look into ${path}: `], ['ko', '확인', '연결 안 됨, 다시 시도 중', `${path} 을(를) 들여다볼 수 없습니다: 그런`],
    ['zh', '检查', '未连接，正在重试', `无法查看 ${path}：没有`]]) {
    const here = await browser.open(server, '/sources', { lang });
    const row = here.locator('tr', { hasText: 'inbox' });
    await row.getByText(words, { exact: true }).waitFor();
    await row.getByText(why).waitFor();
    assert.ok((await row.locator('.sign').textContent()).includes(sign), lang);
  }
});

on('sources: a folder tells how its files are read, and what is odd about the newest', '/sources', async (server, _, { browser }) => {
  const path = join(server.home, 'inbox');
  mkdirSync(path);
  const rows = Array.from({ length: 30 }, (_row, i) => `2026-02-01T08:00:${String(i).padStart(2, '0')}Z,1.${i},${i > 5 ? 9 : 8}`);
  writeFileSync(join(server.home, 'a'), `time,value,LSL\n${rows.join('\n')}\n`);
  renameSync(join(server.home, 'a'), join(path, 'day.csv'));
  await server.api('PUT', 'sources/inbox', { door: 'folder', path, under: 'site' }, { 'If-None-Match': '*' });
  await until(async () => (await server.api('GET', 'sources/inbox')).source.notes);
  const page = await browser.open(server, '/sources', { lang: 'ko' });
  await page.getByRole('button', { name: 'inbox', exact: true }).click();
  await page.getByLabel('최근 파일에서 주의할 점', { exact: true }).getByText(/day\.csv: /).waitFor();
  await page.getByLabel('파일을 읽는 방식', { exact: true }).getByText(/value/).waitFor();
  await browser.picture(page, 'source-notes');
});

on('gauges: one is made, calibrated with a reason, leads to its studies, and shows where it is used', '/gauges', async (server, page) => {
  await page.getByRole('button', { name: 'New gauge', exact: true }).click();
  await page.getByLabel('Number', { exact: true }).fill('G-7');
  await page.getByLabel('Name', { exact: true }).fill('Bore gauge');
  await page.getByLabel('Calibration due').fill('2020-01-01');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  const card = page.locator('article', { hasText: 'Bore gauge' });
  await card.getByText(/overdue/).waitFor();
  await card.getByRole('button', { name: /Calibrated/ }).click();
  await page.locator('dialog').getByLabel('Calibration due').fill('2099-01-01');
  await page.getByLabel('Reason').fill('yearly');
  await page.locator('dialog').getByRole('button', { name: 'Save', exact: true }).click();
  await card.getByText('2099-01-01').waitFor();
  await card.getByRole('button', { name: 'Where used', exact: true }).click();
  await card.getByText(/site\/bore/).waitFor();
  await card.getByRole('link', { name: 'Studies', exact: true }).click(); // computed there: gauge.test.mjs
  await page.getByText('No study has been computed yet.').waitFor();
});

on('a definition is changed digit by digit, its sampling set, its limits told; what is impossible is said beside the field', '/characteristics', async (server, page) => {
  await page.getByRole('link', { name: 'bore', exact: true }).click();
  await page.getByLabel('Upper specification limit').fill('10.250');
  await page.getByRole('button', { name: 'Save', exact: true }).first().click();
  await until(async () => JSON.stringify(await server.api('GET', `characteristics/${server.numbers['site/bore']}`)).includes('10.25'));
  await page.getByLabel('Lower specification limit').fill('11');
  await page.getByRole('button', { name: 'Save', exact: true }).first().click();
  await page.locator('.field .error', { hasText: 'below' }).waitFor();
  await page.getByLabel('Every').fill('45');
  await page.getByRole('button', { name: 'Save', exact: true }).last().click();
  await until(async () => (await server.api('GET', 'samplings/bore')).document.every_s === 2700);
  assert.match(await page.locator('table').textContent(), /in force/);
});

on('a control plan is previewed row by row, its wrong cells named, and taken over', '/control-plan', async (server, page, { browser }) => {
  await page.locator('.drop-input').setInputFiles(join(TOP, 'test/data/control_plan.xlsx'));
  await page.locator('.plan-wrong').waitFor();
  assert.match(await page.locator('.plan-wrong').textContent(), /found "ten"/);
  await browser.picture(page, 'plan-preview');
  await page.getByLabel('Under').fill('site');
  await page.getByLabel('Under').press('Tab');
  await page.getByText('site/4711/Turning/Bore').waitFor();
  await page.getByRole('button', { name: 'Take over 2 rows', exact: true }).click();
  await page.getByText('2 new, 0 changed').waitFor();
  const length = await server.api('GET', `characteristics/${encodeURIComponent('site/4711/Turning/Length')}`);
  assert.deepEqual([length.nominal, length.lower, length.upper], [9.9, 9.8, 10.1]);
});

on('reports: what rang in the stretch is listed first, with its state, cause and action, in three languages', '/reports', async (server, page, { browser, out }) => {
  await server.measure([{ characteristic: 'site/bore', time: new Date().toISOString(), value: '10.90' }]);
  const { id } = await openAlarm(server);
  for (const step of [{ step: 'acknowledged' }, { step: 'contained', note: 'one part' }, { step: 'cause', cause: 'tool worn' }, { step: 'action', action: 'tool changed' }])
    await server.api('POST', `alarms/${id}/steps`, step, { 'If-Match': '*' });
  await page.reload();
  const frame = page.frameLocator('iframe.report');
  await frame.locator('table.alarms').getByText('site/bore').first().waitFor();
  const text = await frame.locator('table.alarms').textContent();
  assert.match(text, /tool worn/);
  assert.match(text, /tool changed/);
  for (const [lang, word] of [['ko', '경보'], ['zh', '报警']]) {
    const other = await browser.open(server, '/reports', { lang });
    await other.frameLocator('iframe.report').locator('table.alarms caption').getByText(word).waitFor();
    await other.screenshot({ path: join(out, `report-alarms-${lang}.png`) });
    const [pdf] = await Promise.all([other.waitForEvent('download'), other.getByRole('link', { name: 'PDF', exact: true }).click()]);
    await pdf.saveAs(join(out, `report-alarms-${lang}.pdf`));
  }
});

test('reports: on a phone charts and tables scroll in their own box, and the page does not', async ({ browser, assay, out }) => {
  const file = join(out, 'report-phone.html'), sample = join(TOP, 'sample');
  execFileSync(assay, ['report', join(sample, 'plant.csv'), '--specs', join(sample, 'plant-limits.csv'), '--title', 'plant/'.repeat(20), '-o', file, '-q']);
  const context = await browser.chrome.newContext({ viewport: { width: 360, height: 700 } });
  browser.contexts.push(context);
  const page = await context.newPage();
  await page.goto(`file://${file}`);
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 360);
  const end = await page.locator('figure.zoomable').first().evaluate((box) => {
    box.scrollLeft = 1e6;
    return [box, box.querySelector('svg'), box.querySelector('.zoombar')].map((e) => Math.round(/** @type {Element} */ (e).getBoundingClientRect().right));
  });
  assert.deepEqual(end, [344, 344, 344]); // the chart's end comes into sight, its buttons stay there
});

on('reports: what is shown is what is printed, in the language of the reader; PDF and XLSX come as files', '/reports', async (server, page, { out }) => {
  await server.measure([{ characteristic: 'site/bore', time: new Date().toISOString(), value: '10.00' }]); // today, also soon after midnight
  await page.reload();
  const frame = page.frameLocator('iframe.report');
  await frame.getByText('site/bore').first().waitFor();
  for (const [name, magic] of [['PDF', '%PDF-'], ['XLSX', 'PK']]) {
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name }).click()]);
    const path = join(out, `report.${name.toLowerCase()}`);
    await download.saveAs(path);
    assert.equal(readFileSync(path).subarray(0, magic.length).toString(), magic);
  }
  await page.getByRole('button', { name: 'Shift', exact: true }).click();
  await page.getByLabel('Date').fill('1999-01-01');
  await page.getByText('Nothing was measured').waitFor();
  writeFileSync(join(out, 'report.txt'), await page.locator('main').textContent());
});

on('a station is set up: a characteristic is found and added, a prefix given, and it can be worked at', '/station', async (server, page) => {
  await page.getByLabel('Short name').fill('s2');
  await page.getByRole('button', { name: 'Set up', exact: true }).click();
  await page.getByLabel('Name', { exact: true }).fill('Line 4');
  await page.getByLabel('Site').fill('site');
  await page.getByLabel('Add a characteristic').fill('length');
  await page.getByRole('button', { name: /site\/length/ }).click();
  await page.getByLabel('Gauge', { exact: true }).fill('G-9');
  await page.getByLabel('Gauge', { exact: true }).press('Tab');
  await page.getByRole('button', { name: 'Add a prefix', exact: true }).click();
  await page.getByLabel('A scan that begins with').fill('LOT');
  await page.getByLabel('A scan that begins with').press('Tab');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByRole('link', { name: 'Work here', exact: true }).click();
  await page.locator('.now h1', { hasText: 'length' }).waitFor();
  assert.deepEqual((await server.api('GET', 'stations/s2')).document.scans, [{ kind: 'lot', prefix: 'LOT' }]);
});
