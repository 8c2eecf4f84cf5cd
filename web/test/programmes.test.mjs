// SPDX-License-Identifier: GPL-3.0-or-later
// The screens of programmes: a case, a sheet, a round, the roll, a notice, a scheme's text.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { barriers } from './lib/barriers.mjs';
import { test } from './lib/harness.mjs';
import { samplePlant, until } from './lib/plant.mjs';
import { Server, TOP } from './lib/server.mjs';

test('cases are found by scheme and stage, and lead to the case', async ({ browser, plant }) => {
  const server = await plant(), page = await browser.open(server, '/cases?scheme=x.contest&stage=talk');
  await browser.settled(page);
  await page.waitForSelector('tbody tr');
  assert.equal(await page.locator('tbody tr').count(), 3);
  assert.match(await page.locator('tbody tr').first().innerText(), /open/);
  await page.getByLabel('Scheme').selectOption('kr.circle');
  await page.getByRole('link', { name: 'Diameter of the shaft', exact: true }).click();
  await page.getByRole('heading', { name: 'Diameter of the shaft' }).waitFor();
  assert.deepEqual(page.faults, []);
});

test('who has no office finds what waits for him, and opens a case of his own', async ({ browser, plant }) => {
  const server = await plant(), page = await browser.open(server, '/cases', { as: 'kim', width: 360, height: 740 });
  const asked = page.getByRole('region', { name: 'For you to do', exact: true }).first(), own = page.locator('section', { has: page.getByRole('heading', { name: 'Your cases', exact: true }) });
  await asked.getByRole('link', { name: /to score/ }).waitFor();
  await own.getByRole('link', { name: 'Master of the shop floor', exact: true }).waitFor();
  await asked.getByRole('link', { name: 'Admission of Namsan Gears', exact: true }).waitFor();
  await page.getByRole('button', { name: 'New case', exact: true }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Scheme').selectOption('kr.circle');
  await dialog.getByLabel('Title').fill('Burrs at the edge');
  assert.deepEqual(await barriers(page), []);
  await dialog.getByRole('button', { name: 'New case', exact: true }).click();
  await page.getByRole('heading', { name: 'Burrs at the edge', exact: true }).waitFor();
  await page.goto(`${server.address}/cases`);
  await asked.getByRole('link', { name: 'Burrs at the edge', exact: true }).waitFor();
  assert.deepEqual([...page.faults, ...await barriers(page)], []);
});

test('stages and medals are called as the reader calls them, also in a list of many schemes', async ({ browser, plant }) => {
  const server = await plant(), page = await browser.open(server, '/cases', { lang: 'ko' });
  await browser.settled(page);
  const row = page.locator('tbody tr', { hasText: 'Diameter of the shaft' });
  await row.waitFor();
  assert.match(await row.innerText(), /주제선정/);
  assert.doesNotMatch(await row.innerText(), /theme/);
  assert.deepEqual(page.faults, []);
});

test('a large sum is read by its groups, digit by digit that of the API', async ({ browser, plant }) => {
  const server = await plant(), page = await browser.open(server, `/programme/${server.programmes.scheme}`);
  await page.getByText('7,000,000,000,000').waitFor();
  assert.equal(await page.getByText('7,000,000,000,000').first().getAttribute('title'), '7000000000000');
});

test('a case shows its live chart, asks for its form, and names what is missing beside the field', async ({ browser, plant }) => {
  const server = await plant(), page = await browser.open(server, `/case/${server.programmes.circle}`);
  await browser.settled(page);
  await page.getByRole('img', { name: /machining\/shaft\/diameter/ }).waitFor();
  const turn = page.getByRole('region', { name: 'Your turn' });
  assert.equal(await turn.getByLabel('characteristic').inputValue(), 'machining/shaft/diameter', 'what the case was made of is filled in');
  await turn.getByRole('button', { name: 'Hand in', exact: true }).click();
  const first = turn.locator('[aria-invalid="true"]').first();
  await first.waitFor();
  assert.equal(await first.evaluate((e) => e === document.activeElement), true, 'the field in question has the focus');
  assert.match(await turn.locator('.error').innerText(), /missing/);
  const fields = turn.locator('.form-grid > div');
  await fields.nth(0).locator('input, textarea').fill('Shafts too thick');
  await turn.getByRole('button', { name: 'Save draft', exact: true }).click();
  await until(async () => {
    const view = await server.api('GET', `cases/${server.programmes.circle}`);
    return !view.forms.some((/** @type {any} */ f) => f.final);
  });
  await page.reload();
  await browser.settled(page);
  assert.equal(await page.locator('.form-grid > div').nth(0).locator('input, textarea').inputValue(), 'Shafts too thick');
  assert.deepEqual(page.faults, []);
});

test('the seven tools are drawn inside the steps, and beside each picture stands its table', async ({ browser, assay }) => {
  const server = await samplePlant(assay), id = server.programmes.circle, n = server.numbers;
  try {
    const fill = (/** @type {string} */ form, /** @type {any} */ values) => server.api('POST', `cases/${id}/acts/fill`, { form, values, seal: true });
    const diameter = n['machining/shaft/diameter'];
    await fill('theme', { theme: 'Shafts too thick', reason: 'Scrap', characteristic: 'machining/shaft/diameter' });
    await fill('plan', { steps: [{ step: 'Look', owner: 'Demo', from: '2026-11-01', to: '2026-11-10' }] });
    const page = await browser.open(server, `/case/${id}`), turn = page.getByRole('region', { name: 'Your turn', exact: true });
    await browser.settled(page);
    const observed = turn.locator('[data-field=observed] input'), pareto = turn.locator('[data-field=pareto]');
    await observed.nth(0).fill('2026-11-01');
    await observed.nth(1).fill('2026-11-10');
    await turn.getByRole('button', { name: 'Hand in', exact: true }).click();
    assert.match(await pareto.locator('.error').innerText(), /missing/);
    await pareto.getByLabel('Counted from').selectOption({ label: 'the table of this form' });
    await fill('present', { observed: { from: '2026-11-01', to: '2026-11-10' }, pareto: 'table', items: [{ item: 'thick', pieces: '30', share: '75' }, { item: 'scratch', pieces: '10', share: '25' }],
      check_sheet: `/describe/${diameter}`, histogram: `/describe/${diameter}`, control: `/chart/${diameter}`, baseline: '20.01' });
    await page.reload();
    await browser.settled(page);
    await turn.locator('[data-field=fishbone] textarea').fill('Machine: spindle worn, coolant warm\nMaterial: hardness varies');
    const scatter = turn.locator('[data-field=scatter]');
    await scatter.getByLabel('Across (cause)').fill('line 1/housing/lenght');
    await scatter.getByLabel('Across (cause)').press('Tab');
    await scatter.getByText('There is no characteristic "line 1/housing/lenght".', { exact: true }).waitFor();
    assert.equal(await scatter.getByLabel('Across (cause)').inputValue(), 'line 1/housing/lenght', 'it stays to be mended');
    await scatter.scrollIntoViewIfNeeded();
    await browser.picture(page, 'case-no-characteristic');
    await scatter.getByLabel('Across (cause)').fill('line 1/housing/length');
    await scatter.getByLabel('Across (cause)').press('Tab');
    await scatter.getByLabel('Upwards (effect)').fill('line 1/housing/bore');
    await scatter.getByLabel('Upwards (effect)').press('Tab');
    await scatter.getByRole('img', { name: /n 200/ }).waitFor();
    await server.api('POST', `cases/${id}/acts/fill`, { form: 'causes', seal: true, values: { fishbone: 'Machine: spindle worn, coolant warm\nMaterial: hardness varies', scatter: `/scatter/${n['line 1/housing/length']},${n['line 1/housing/bore']}`,
      stratified: `/chart/${n['line 1/housing/bore']}?compare=machine`, list: [{ cause: 'spindle worn', item: 'thick', data: 'scatter', is_main: true }] } });
    await page.reload();
    await browser.settled(page);
    await until(async () => (await page.locator('.tool').count()) === 7);
    const names = await page.locator('.tool figcaption b').allInnerTexts();
    assert.deepEqual(names.sort(), ['Pareto chart', 'cause and effect', 'check sheet', 'control chart', 'histogram', 'scatter diagram', 'stratification']);
    assert.equal(await page.locator('.tool img').count(), 6, 'a check sheet is a table');
    await until(() => page.locator('.tool img').evaluateAll((all) => all.every((e) => /** @type {HTMLImageElement} */ (e).naturalWidth > 300)));
    const fishbone = page.locator('.tool', { hasText: 'cause and effect' });
    await fishbone.getByText('As a table').click();
    assert.deepEqual((await fishbone.locator('tbody tr').allInnerTexts())[0].split('\t').map((x) => x.trim()), ['Machine', 'spindle worn', 'yes', 'yes']);
    const pdf = await page.request.get(`${server.address}${await page.getByRole('link', { name: 'As a document (PDF)', exact: true }).getAttribute('href')}`);
    assert.match((await pdf.body()).toString('latin1'), /^%PDF/);
    await browser.picture(page, 'case-tools');
    const phone = await browser.open(server, `/case/${id}`, { width: 360, height: 740 });
    await browser.settled(phone);
    assert.deepEqual(await phone.locator('.history small').allInnerTexts().then((all) => [...new Set(all)]), ['Demo'], 'who acted, by account and by code, is called by name');
    const bones = phone.locator('.tool', { hasText: 'cause and effect' }).locator('.tool-picture');
    await until(() => bones.evaluate((box) => box.scrollLeft > 0 && box.scrollLeft + box.clientWidth >= box.scrollWidth - 1)); // the effect is in sight
    await bones.scrollIntoViewIfNeeded();
    await browser.picture(phone, 'case-fishbone-phone');
    assert.deepEqual([...page.faults, ...await barriers(page)], []);
  } finally {
    await browser.tidy();
    await server.close();
  }
});

test('a judge is shown what was handed in but nobody, scores, and makes the sheet final', async ({ browser, plant }) => {
  const server = await plant(), page = await browser.open(server, '/reviews', { as: 'kim' });
  await browser.settled(page);
  await page.locator('.review-cards a').first().waitFor();
  assert.equal(await page.locator('.review-cards li').count(), 4, 'three papers to judge, one site to visit');
  await page.locator('.review-cards a').first().click();
  await page.locator('.criterion').first().waitFor();
  const text = await page.locator('main').innerText();
  assert.match(text, /Scratches on part/);
  assert.doesNotMatch(text, /Circle|Leader/);
  const scores = page.locator('.criterion-score input');
  await scores.nth(0).fill('21');
  await page.locator('.criterion .error').waitFor();
  await scores.nth(0).fill('12');
  await scores.nth(1).fill('30');
  assert.match(await page.locator('.sheet-total').innerText(), /42 \/ 100/);
  await page.getByText('Draft saved').waitFor();
  await page.getByRole('button', { name: 'Make final', exact: true }).click();
  assert.match(await page.locator('.criterion .error').innerText(), /1 criterion/);
  await scores.nth(2).fill('33');
  await page.getByText('Draft saved').waitFor();
  await page.getByRole('button', { name: 'Make final', exact: true }).click();
  await page.locator('dialog').getByRole('button', { name: 'Make final', exact: true }).click();
  await page.getByText('This sheet is final.').waitFor();
  assert.equal(await scores.nth(0).isDisabled(), true);
  await page.goto(`${server.address}/reviews?show=done`);
  await page.locator('.review-cards a').first().waitFor();
  assert.equal(await page.locator('.review-cards li').count(), 1);
  assert.deepEqual(page.faults, []);
});

test('the round desk counts its cases, shows the draw and how judges agreed', async ({ browser, plant }) => {
  const server = await plant(), page = await browser.open(server, `/round/${server.programmes.decided}`);
  await browser.settled(page);
  await page.getByRole('heading', { name: 'Cases by stage' }).waitFor();
  const judges = page.locator('section', { has: page.getByRole('heading', { name: 'How far judges agree' }) });
  await judges.getByText("Kendall's W").waitFor();
  assert.match(await judges.innerText(), /Sheets\s+15/);
  assert.match(await page.locator('.funnel').innerText(), /3\s+●\s+passed/);
  assert.match(await page.locator('main').innerText(), /lottery 3 8 14/);
  await judges.getByRole('link', { name: 'Panel', exact: true }).click();
  await page.locator('.panel tbody tr').first().waitFor();
  assert.equal(await page.locator('.panel tbody circle').count(), 15, 'each sheet of each case');
  assert.match(await page.locator('.panel').innerText(), /80\.67/, 'the official score');
  assert.deepEqual(page.faults, []);
});

test('the desk sees which deadlines come and that nobody was reminded twice', async ({ browser, plant }) => {
  const server = await plant(), { rounds } = await server.api('GET', 'rounds');
  const page = await browser.open(server, `/round/${rounds.find((/** @type {any} */ r) => r.name === 'c26').id}`);
  await browser.settled(page);
  const card = page.getByRole('region', { name: 'Deadlines' });
  await card.locator('li').first().waitFor();
  assert.equal(await card.getByText('days left').count(), 3);
  assert.equal(await card.getByText('not reminded yet').count(), 3);
  assert.deepEqual(page.faults, []);
});

test('minutes are a file, in the language one reads', async ({ browser, plant }) => {
  const server = await plant(), page = await browser.open(server, `/meeting/${server.programmes.meeting}`, { lang: 'ko' });
  await browser.settled(page);
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: '회의록 (PDF)', exact: true }).click()]);
  assert.equal(file.suggestedFilename(), 'minutes.pdf');
  assert.match(readFileSync(await file.path(), 'latin1'), /^%PDF/);
  assert.match(file.url(), /language=ko$/);
});

test('what cannot be undone says first what it is decided on, and going back decides nothing', async ({ browser, plant }) => {
  const server = await plant(), id = server.programmes.meeting, page = await browser.open(server, `/meeting/${id}`, { lang: 'ko' });
  await browser.settled(page);
  const item = page.locator('.agenda > li').filter({ hasText: 'Admission of Namsan Gears' });
  const decide = () => item.getByRole('button', { name: '표결을 마치고 의결', exact: true }).click();
  await decide();
  const dialog = page.getByRole('dialog');
  assert.match(await dialog.innerText(), /Admission of Namsan Gears[^]*찬성 0[^]*되돌릴 수 없습니다/);
  await dialog.getByRole('button', { name: '취소', exact: true }).click();
  await dialog.waitFor({ state: 'detached' });
  const agenda = async () => (await server.api('GET', `meetings/${id}`)).agenda.find((/** @type {any} */ a) => /Namsan/.test(a.title));
  assert.equal((await agenda()).decided, undefined);
  assert.deepEqual(page.faults, []);
});

test('who is tied to a case is named with the kind of the relation, and is not among those entitled', async ({ browser, plant }) => {
  const server = await plant();
  for (const [lang, words] of [['en', 'Tied to this case, not entitled: Park Soyeon (employment)'], ['ko', '이해관계가 있어 의결권 없음: Park Soyeon (고용 관계)'], ['zh', '有利害关系，无表决权：Park Soyeon (雇佣关系)']]) {
    const page = await browser.open(server, `/meeting/${server.programmes.meeting}`, { lang });
    await browser.settled(page);
    const item = page.locator('.agenda > li').filter({ hasText: 'Admission of Daehan Castings' });
    await item.getByText(`▲ ${words}`, { exact: true }).waitFor();
    assert.deepEqual(page.faults, []);
  }
});

test('who was there confirms the minutes once, and they are confirmed when chair and keeper have', async ({ browser, plant }) => {
  const server = await plant(), { id } = await server.api('POST', 'meetings', { scheme: 'x.meeting', role: 'board', title: 'Board, December', cases: [] });
  for (const party of ['D-1', 'K-1', 'LI-1']) await server.api('POST', `meetings/${id}/present`, { party });
  const page = await browser.open(server, `/meeting/${id}`), dialog = page.getByRole('dialog');
  await browser.settled(page);
  await page.getByRole('button', { name: 'End the meeting', exact: true }).click();
  assert.equal(await dialog.getByLabel('Chair', { exact: true }).locator('option:checked').textContent(), 'Kim Minji', 'not who keeps the minutes');
  await dialog.getByLabel('Note', { exact: true }).fill('Next time in January.');
  await browser.picture(page, 'meeting-end');
  await dialog.getByRole('button', { name: 'End the meeting', exact: true }).click();
  const card = page.getByRole('region', { name: 'Confirmation of the minutes', exact: true });
  await card.getByText('Not yet confirmed by chair and keeper', { exact: true }).waitFor();
  await card.getByRole('button', { name: 'Confirm the minutes', exact: true }).click();
  await dialog.getByRole('button', { name: 'Confirm the minutes', exact: true }).click();
  await card.getByRole('button', { name: 'Confirm the minutes', exact: true }).waitFor({ state: 'detached' });
  await browser.picture(page, 'meeting-confirmation');
  const phone = await browser.open(server, `/meeting/${id}`, { as: 'kim', lang: 'ko', width: 360, theme: 'dark' });
  await browser.settled(phone);
  const own = phone.getByRole('region', { name: '회의록 확인', exact: true });
  await own.getByRole('button', { name: '회의록에 이의 제기', exact: true }).waitFor();
  await own.getByRole('button', { name: '회의록 확인하기', exact: true }).click();
  await phone.getByRole('dialog').getByRole('button', { name: '회의록 확인하기', exact: true }).click();
  await own.getByText('의장과 작성자가 확인함', { exact: true }).waitFor();
  await own.scrollIntoViewIfNeeded();
  await browser.picture(phone, 'meeting-confirmation-phone');
  const { minutes } = await server.api('GET', `meetings/${id}`);
  assert.equal(minutes.confirmed, true);
  assert.deepEqual(minutes.signatures.map((/** @type {any} */ s) => [s.name, s.as, s.digest === minutes.digest]), [['Kim Minji', 'chair', true], ['Demo', 'keeper', true], ['Li Wei', 'member', false]]);
  assert.deepEqual([...page.faults, ...phone.faults], []);
});

test('the money of a programme is what the server says all of it comes to, to the last digit', async ({ browser, plant }) => {
  const server = await plant();
  const sums = [{ money: 'grant', currency: 'krw', kind: 'granted', count: 3, amount: '9007199254740993.05' }, { money: 'grant', currency: 'krw', kind: 'paid', count: 1, amount: null }];
  const page = await browser.open(server, `/programme/${server.programmes.scheme}`, { before: (p) => p.route('**/api/v1/money/sums?*', (/** @type {any} */ r) => r.fulfill({ json: { sums } })) });
  await browser.settled(page);
  const row = page.getByRole('region', { name: 'Money', exact: true }).locator('tbody tr');
  assert.deepEqual(await row.locator('td').allTextContents(), ['9,007,199,254,740,993.05', '–']);
  assert.deepEqual(page.faults, []);
});

test('why nobody was let through is told in the language of the reader', async ({ browser, plant }) => {
  const server = await plant(), id = server.programmes.judged;
  const reasons = ['place 4 of 12; 3 pass', '1 of 3 voted; the quorum is 1/2', 'talk >= 60 (talk 41)'].map((text) => ({ text }));
  const page = await browser.open(server, `/case/${id}`, { lang: 'ko', before: (p) => p.route(`**/api/v1/cases/${id}`, async (/** @type {any} */ r) => {
    const view = await (await r.fetch()).json();
    await r.fulfill({ json: { ...view, decisions: [{ stage: 'talk', outcome: 'reject', at: '2026-03-01T00:00:00Z', reasons }] } });
  }) });
  await browser.settled(page);
  assert.deepEqual(await page.locator('.reasons li').allTextContents(), ['12 중 4위; 정원 3', '3명 중 1명 투표; 정족수는 1/2', 'talk >= 60 (talk 41)']);
  assert.deepEqual(page.faults, []);
});

test('the roll opens with a programme that somebody holds a title of', async ({ browser, plant }) => {
  const server = await plant(), page = await browser.open(server, '/roll', { as: null });
  await browser.settled(page);
  await page.getByRole('cell', { name: 'Circle River', exact: true }).waitFor();
  assert.equal(await page.getByLabel('Scheme', { exact: true }).inputValue(), 'x.contest');
  const { schemes } = await server.api('GET', 'public/schemes');
  assert.deepEqual(schemes.filter((/** @type {any} */ s) => s.has_holders).map((/** @type {any} */ s) => s.id), ['x.contest']);
});

test('anybody finds a name on the roll without logging in', async ({ browser, plant }) => {
  const server = await plant(), page = await browser.open(server, '/roll?scheme=x.contest', { as: null });
  await browser.settled(page);
  await page.locator('tbody tr').first().waitFor();
  assert.equal(await page.locator('.table-box').first().locator('tbody tr').count(), 3);
  await page.getByLabel('Name').fill('circle river');
  await page.getByRole('button', { name: 'Search', exact: true }).click();
  await until(async () => (await page.locator('.table-box').first().locator('tbody tr').count()) === 1);
  assert.match(await page.locator('tbody').first().innerText(), /Circle River/);
  assert.deepEqual(page.faults, []);
});

test('anybody objects to a notice, with words', async ({ browser, plant }) => {
  const server = await plant(), page = await browser.open(server, '/notices', { as: null });
  await browser.settled(page);
  const card = page.locator('.notice-cards li').first();
  await card.waitFor();
  assert.doesNotMatch(await page.locator('.notice-cards').innerText(), /Leader/);
  await card.getByRole('button', { name: 'Object', exact: true }).click();
  const dialog = page.locator('dialog');
  await dialog.getByRole('button', { name: 'Send', exact: true }).click();
  assert.match(await dialog.locator('.error').innerText(), /what you object to/);
  await dialog.getByLabel('Objection').fill('That part was ours.');
  await dialog.getByRole('button', { name: 'Send', exact: true }).click();
  await page.getByText('Your objection is recorded.').waitFor();
  assert.deepEqual(page.faults, []);
});

test('a fault in a scheme is told with line and column while one types, and keeps it from being published', async ({ browser, plant }) => {
  const server = await plant(), page = await browser.open(server, '/schemes/x.contest?show=text');
  await browser.settled(page);
  await page.getByText('The scheme is complete.').waitFor();
  const area = page.getByRole('textbox', { name: 'Text' }), text = await area.inputValue();
  await area.fill(text.replace('rank: talk', 'rank: walk'));
  const fault = page.locator('.faults button').first();
  await fault.waitFor();
  const line = text.split('\n').findIndex((l) => l.includes('rank: talk')) + 1;
  assert.match(await fault.innerText(), new RegExp(`^${line}:\\d+`));
  assert.equal(await page.getByRole('button', { name: 'Publish this revision', exact: true }).isDisabled(), true);
  await area.fill(text.replace('rev: "1"', 'rev: "2"'));
  await page.getByText('The scheme is complete.').waitFor();
  await page.getByRole('region', { name: 'Rule book of this text' }).getByText('x.contest · 2').waitFor();
  await page.getByRole('button', { name: 'Publish this revision', exact: true }).click();
  await until(async () => (await server.api('GET', 'schemes')).schemes.some((/** @type {any} */ s) => s.id === 'x.contest' && s.rev === '2'));
  assert.deepEqual(page.faults, []);
});

test('the rule book is there in three languages', async ({ browser, plant }) => {
  const server = await plant();
  for (const [lang, word] of [['en', 'contest for tests'], ['ko', '시험 경진대회'], ['zh', '测试竞赛']]) {
    const page = await browser.open(server, '/schemes/x.contest', { lang });
    await page.locator('.book table').first().waitFor();
    assert.match(await page.locator('main').innerText(), new RegExp(word));
    assert.deepEqual(page.faults, []);
    await page.setViewportSize({ width: 360, height: 740 });
    const [name, within] = await page.locator('.book figure').evaluate((box) => [/** @type {any} */ (box.querySelector('.name')).getBoundingClientRect().height, box.clientWidth]);
    assert.ok(name > 14 && within < 360, `the stages stay readable on a phone: ${name} px high in a box of ${within}`);
    await browser.picture(page, `book-phone-${lang}`);
  }
});

test('the board of a programme shows its goals', async ({ browser, plant }) => {
  const server = await plant(), page = await browser.open(server, `/programme/${server.programmes.scheme}`);
  await browser.settled(page);
  await page.locator('.goals li').first().waitFor();
  assert.ok(await page.locator('.goals .goals li').count() > 3);
  assert.deepEqual(page.faults, []);
});

test('a relation and an appointment are entered with their days, end on others, and say who may vote', async ({ browser, assay }) => {
  const server = /** @type {any} */ (new Server(assay));
  try {
    await server.start();
    await server.api('POST', 'schemes', readFileSync(join(TOP, 'test/programmes/meeting.yaml'), 'utf8'), { 'Content-Type': 'application/yaml' });
    const { id } = await server.api('POST', 'parties', { kind: 'person', name: 'Kim Minji', account: 'demo' });
    const firm = await server.api('POST', 'parties', { kind: 'firm', name: '한솔정밀', code: 'F-1' });
    const page = await browser.open(server, `/parties/${id}`), dialog = page.getByRole('dialog');
    const done = async (/** @type {string} */ name) => {
      await dialog.getByRole('button', { name, exact: true }).click();
      await dialog.waitFor({ state: 'detached' });
    };
    await browser.settled(page);
    await page.getByRole('button', { name: 'Add a relation', exact: true }).click();
    await dialog.getByLabel('Relation', { exact: true }).selectOption('supplies');
    await dialog.getByLabel('With whom', { exact: true }).fill('한솔');
    await dialog.locator('datalist option[value="한솔정밀"]').waitFor({ state: 'attached' });
    await dialog.getByLabel('With whom', { exact: true }).fill('한솔정밀');
    await dialog.getByLabel('From', { exact: true }).fill('2025-03-01');
    await browser.picture(page, 'party-relate');
    await done('Add a relation');
    await page.getByRole('button', { name: 'Appoint to a role', exact: true }).click();
    await dialog.getByLabel('Role', { exact: true }).selectOption('board');
    await dialog.getByLabel('Place', { exact: true }).fill('Gwangju');
    await dialog.getByLabel('Trained on', { exact: true }).fill('2025-02-10');
    await browser.picture(page, 'party-appoint');
    await done('Appoint to a role');
    await page.getByText('board · resolution for tests · Gwangju').waitFor();
    await page.getByRole('listitem').filter({ hasText: 'supplies' }).getByRole('button', { name: 'Change dates', exact: true }).click();
    await dialog.getByLabel('Until', { exact: true }).fill('2090-03-01');
    await done('Save');
    await page.getByRole('listitem').filter({ hasText: 'Gwangju' }).getByRole('button', { name: 'Change dates', exact: true }).click();
    await dialog.getByLabel('Until', { exact: true }).fill('2091-03-01');
    await done('Save');
    const kept = await server.api('GET', `parties/${id}`), day = (/** @type {string | undefined} */ at) => at?.slice(0, 10);
    assert.deepEqual(kept.relations.map((/** @type {any} */ r) => [r.relation, r.to, day(r.from), day(r.until)]), [['supplies', firm.id, '2025-03-01', '2090-03-01']]);
    assert.deepEqual(kept.appointments.map((/** @type {any} */ a) => [a.scheme, a.role, a.place, day(a.from), day(a.until), a.trained]), [['x.meeting', 'board', 'Gwangju', undefined, '2091-03-01', '2025-02-10']]);
    const opened = await server.api('POST', 'cases', { scheme: 'x.meeting', party: firm.id, title: 'Admission' });
    await page.goto(`${server.address}/case/${opened.case}`);
    await page.getByText('▲ You are tied to this case (supplier) and are not entitled to vote on it.', { exact: true }).waitFor();
    assert.equal(await page.getByRole('button', { name: 'Recuse', exact: true }).count(), 0);
    await browser.picture(page, 'case-tied');
    for (const [lang, name, form] of [['ko', '관계 추가', '역할에 위촉'], ['zh', '添加关系', '任命角色']]) {
      const phone = await browser.open(server, `/parties/${id}`, { lang, width: 360, theme: 'dark' });
      await browser.settled(phone);
      await phone.getByRole('button', { name, exact: true }).waitFor();
      await browser.picture(phone, `party-ties-${lang}`);
      await phone.getByRole('button', { name: lang === 'ko' ? name : form, exact: true }).click();
      await phone.getByRole('dialog').waitFor();
      await browser.picture(phone, `party-ties-form-${lang}`);
      assert.deepEqual(await barriers(phone), []);
      page.faults.push(...phone.faults);
    }
    assert.deepEqual(page.faults, []);
  } finally {
    await browser.tidy();
    await server.close();
  }
});

test('an association at work from an empty database: what a programme asks of a firm is entered, who represents it is offered', async ({ browser, assay }) => {
  const server = /** @type {any} */ (new Server(assay));
  try {
    await server.start();
    await server.api('POST', 'schemes', readFileSync(join(TOP, 'schemes/association-member.yaml'), 'utf8'), { 'Content-Type': 'application/yaml' });
    await server.api('POST', 'parties', { kind: 'person', name: 'Kim Minji', code: 'K-1' });
    const me = await server.api('POST', 'parties', { kind: 'person', name: 'Demo', account: 'demo' });
    const firm = await server.api('POST', 'parties', { kind: 'firm', name: '한솔정밀', code: 'F-1' });
    await server.api('POST', `parties/${me.id}/relate`, { relation: 'represents', to: firm.id });
    const page = await browser.open(server, `/parties/${firm.id}`, { lang: 'ko' });
    await browser.settled(page);
    await page.getByRole('button', { name: '제도가 묻는 항목', exact: true }).click();
    await page.getByLabel('기업 규모', { exact: true }).selectOption('small');
    await page.getByLabel('지역', { exact: true }).fill('광주');
    await browser.picture(page, 'party-answers');
    await page.getByRole('dialog').locator('button.primary').click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    const kept = await server.api('GET', `parties/${firm.id}`);
    assert.deepEqual([kept.size, kept.region], ['small', '광주']);
    const opened = await server.api('POST', 'cases', { scheme: 'association.member', party: firm.id, title: '가입' });
    await page.goto(`${server.address}/case/${opened.case}`);
    await browser.settled(page);
    await page.getByLabel('대표자 *', { exact: true }).fill('Kim');
    await page.locator('datalist option[value="Kim Minji"]').waitFor({ state: 'attached' });
    assert.deepEqual(page.faults, []);
  } finally {
    await browser.tidy();
    await server.close();
  }
});

const SIGNED = `scheme: x.signed
rev: "1"
name: {ko: 서명, en: signed, zh: 签字}
case: person
cycle: {every: open}
role:
  owner: {is: case, name: {ko: 담당자, en: owner, zh: 负责人}}
  boss: {signs: 1, name: {ko: 부서장, en: head of department, zh: 部门经理}}
form:
  note:
    name: {ko: 메모, en: note, zh: 备注}
    fields:
      words: {type: text, name: {ko: 내용, en: words, zh: 内容}}
stage:
  - {id: note, who: [owner, boss], form: note, due: 14d}
`;

test('what one hands in another signs: each is asked for his own, and the case goes on with the signature', async ({ browser, assay }) => {
  const server = /** @type {any} */ (new Server(assay));
  try {
    await server.start();
    await server.person('hana', 'operator', 'Hana');
    await server.person('bora', 'engineer', 'Bora');
    await server.api('POST', 'schemes', SIGNED, { 'Content-Type': 'application/yaml' });
    const hana = await server.api('POST', 'parties', { kind: 'person', name: 'Hana', account: 'hana' });
    const bora = await server.api('POST', 'parties', { kind: 'person', name: 'Bora', account: 'bora' });
    await server.api('POST', `parties/${bora.id}/appoint`, { scheme: 'x.signed', role: 'boss' });
    const { case: id } = await server.api('POST', 'cases', { scheme: 'x.signed', party: hana.id });
    const page = await browser.open(server, `/case/${id}`, { as: 'hana', width: 360, height: 740, touch: true });
    await browser.settled(page);
    await page.getByLabel('words').fill('the fixture was worn');
    await page.getByRole('button', { name: 'Hand in', exact: true }).click();
    await page.getByText('It still needs the signature of: head of department').waitFor();
    await browser.picture(page, 'case-awaits-signature');
    const other = await browser.open(server, `/case/${id}`, { as: 'bora' });
    await browser.settled(other);
    assert.equal(await other.getByLabel('words').count(), 0, 'who signs does not fill in');
    await other.getByText('the fixture was worn').first().waitFor();
    await browser.picture(other, 'case-sign');
    await other.getByRole('button', { name: 'Sign', exact: true }).click();
    await other.getByRole('dialog').locator('textarea').fill('read and agreed');
    await other.getByRole('dialog').locator('button.primary').click();
    await until(async () => (await server.api('GET', `cases/${id}`)).phase === 'passed');
    await other.getByText('Signed, head of department').waitFor();
    await browser.picture(other, 'case-signed');
    assert.deepEqual([page.faults, other.faults], [[], []]);
  } finally {
    await browser.tidy();
    await server.close();
  }
});
