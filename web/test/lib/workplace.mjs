// SPDX-License-Identifier: GPL-3.0-or-later
// A station for tests, and what is done at it: typed, touched, scanned; counted as a person would count.
import { Server } from './server.mjs';
import { until } from './plant.mjs';

/** A server with a station 's1' (bore, length), limits in force that alert, a plan, lists, a badge of Lee's.
 * @param {string} assay */
export async function stationPlant(assay) {
  const server = /** @type {any} */ (new Server(assay));
  const start = Date.now() - 3600000 * 3;
  const rows = [];
  for (let i = 0; i < 60; i++)
    for (const [name, centre] of /** @type {const} */ ([['bore', 10], ['length', 50]]))
      rows.push(`site/${name},${new Date(start + i * 60000).toISOString()},${(centre + ((i * 7) % 11 - 5) / 100).toFixed(2)}`);
  server.run('import', ['-', '-q'], `characteristic,time,value\n${rows.join('\n')}\n`);
  await server.start();
  await server.person('kim', 'operator', 'Kim Minji');
  await server.person('lee', 'operator', 'Lee Jun');
  server.numbers = Object.fromEntries((await server.api('GET', 'characteristics')).characteristics.map((/** @type {any} */ c) => [c.path, c.number]));
  for (const [path, lower, upper] of [['site/bore', '9.90', '10.10'], ['site/length', '49.80', '50.20']]) {
    const number = server.numbers[path];
    await server.api('PATCH', `characteristics/${number}`, { lower, upper, nominal: path === 'site/bore' ? '10.00' : '50.00', unit: 'mm' }, { 'If-Match': '*' });
    await server.api('POST', `characteristics/${number}/limits?type=i-mr&rules=1`, { why: 'test' });
    const [version] = (await server.api('GET', `characteristics/${number}/limits`)).limits;
    await server.api('PUT', `chart-states/${version.id}`, { state: 'alerting' }, { 'If-None-Match': '*' });
  }
  const make = { 'If-None-Match': '*' };
  await server.api('PUT', 'stations/s1', { name: 'Line 3', site: 'site', items: [
    { characteristic: 'site/bore', gauge: 'G-7', low: 5, high: 15, instruction: 'Clean the bore first.' }, { characteristic: 'site/length', gauge: 'G-8' }],
    scans: [{ kind: 'lot', prefix: 'L-' }, { kind: 'badge', prefix: 'B-' }, { kind: 'cause', prefix: 'C-' }, { kind: 'serial', prefix: 'SN' }], reasons: ['part missing'] }, make);
  await server.api('PUT', 'plans/any', { characteristic: '*', rule: '*', stop: true, verify: 3, steps: [{ id: 'dirt', check: 'Is there dirt?', yes: 'clean', no: 'clean' }, { id: 'clean', check: 'Clean it.' }] }, make);
  await server.api('PUT', 'lists/causes', { for: 'cause', characteristic: '*', items: ['tool worn', 'dirt'] }, make);
  await server.api('PUT', 'lists/actions', { for: 'action', characteristic: '*', items: ['cleaned', 'tool changed'] }, make);
  await server.api('PUT', 'samplings/bore', { characteristic: 'site/bore', every_s: 3600 }, make);
  await server.api('POST', 'badges', { account: 'lee', code: 'B-1001' });
  return server;
}

/** @param {any} server @param {string} path @returns {Promise<number[]>} the values that came through the station */
export async function valuesOf(server, path) {
  const { value, status } = await server.api('GET', `characteristics/${server.numbers[path]}/series?limit=100000`);
  return value.filter((/** @type {any} */ _, /** @type {number} */ i) => status[i] === 0);
}

/** Types as a gauge or scanner does: at once, with Enter. @param {any} page @param {string} text */
export async function machine(page, text) {
  await page.keyboard.type(text);
  await page.keyboard.press('Enter');
}

/** Waits until nothing is kept any more, and still nothing a moment later: what was typed last shows as kept
 * only once the browser has it for sure. @param {any} page */
export async function allSent(page) {
  for (let i = 0; i < 2; i++) {
    await page.waitForFunction(() => !document.querySelector('.work-kept') && !document.querySelector('.recent .kept'), undefined, { timeout: 60000 });
    await page.waitForTimeout(400);
  }
}

/** @param {any} server */
export function openAlarm(server) {
  return until(async () => (await server.api('GET', 'alarms?open=1')).alarms[0]);
}
