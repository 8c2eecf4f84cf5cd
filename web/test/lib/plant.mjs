// SPDX-License-Identifier: GPL-3.0-or-later
// The plant that screens are tested on: two files of measurements, two calm hours that give the
// limits, alarms in several states, people with roles.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { playProgrammes } from './programmes.mjs';
import { Server, TOP } from './server.mjs';

const LIVE = { 'machining/shaft/diameter': 5, 'moulding/housing/weight': 4, 'assembly/screw/torque': 5, 'tester/seal/leak': 5 };

/** @param {string} assay @returns {Promise<Server & {numbers: Record<string, number>, alarms: any[]}>} */
export async function samplePlant(assay) {
  const server = /** @type {any} */ (new Server(assay));
  const sample = join(TOP, 'sample');
  server.run('import', [join(sample, 'wafer.dfq'), '--zone', 'Europe/Berlin', '-q']);
  server.run('import', [join(sample, 'plant.csv'), '--specs', join(sample, 'plant-limits.csv'), '-q']);
  const start = new Date(Date.now() - 125 * 60000).toISOString();
  const calm = execFileSync(assay, ['simulate', 'plant', '-', '--calm', '--seed', '7', '--ndjson', '--start', start, '--seconds', '7200'],
    { maxBuffer: 1 << 28 });
  server.run('import', ['-', '--specs', join(sample, 'live-limits.csv'), '-q'], calm);
  for (const [path, n] of Object.entries(LIVE))
    execFileSync(assay, ['limits', server.database, path, '-n', String(n), '--rules', '1,2,3,5', '--freeze', '--by', 'sample', '--why', 'two calm hours', '-q']);
  server.programmes = playProgrammes(server);
  execFileSync(assay, ['ledger', 'init', server.database, '--origin', 'ledger.example.org/2026'], { stdio: 'ignore' });
  await server.start();
  await prepare(server);
  return server;
}

/** @param {any} server */
async function prepare(server) {
  await server.person('kim', 'operator', 'Kim Minji');
  await server.person('li', 'engineer', 'Li Wei');
  await server.person('muller', 'quality-manager', 'Anna Müller');
  await learnNumbers(server);
  await alert(server);
  await server.api('PUT', 'plans/shaft', {
    characteristic: 'machining/shaft/diameter', rule: '*', stop: true, verify: 10,
    steps: [{ id: 'dirt', check: 'chips in the clamp?', yes: 'clean', no: 'tool' },
      { id: 'clean', check: 'clean it, measure five parts' }, { id: 'tool', check: 'tool at the end of its life?' }],
  }, { 'If-None-Match': '*' });
  await server.api('PUT', 'lists/causes', { for: 'cause', characteristic: '*', items: ['tool worn', 'chip in the clamp', 'wrong lot'] }, { 'If-None-Match': '*' });
  await server.api('PUT', 'lists/actions', { for: 'action', characteristic: '*', items: ['tool changed', 'clamp cleaned'] }, { 'If-None-Match': '*' });
  await server.api('PUT', 'stations/line3', { name: 'Line 3', site: '', items: [
    { characteristic: 'machining/shaft/diameter', gauge: 'G-7', low: 15, high: 30, instruction: 'Clean the shaft first.' },
    { characteristic: 'assembly/screw/torque', gauge: 'T-2' }, { characteristic: 'moulding/housing/weight' }],
    scans: [{ kind: 'lot', prefix: 'L-' }, { kind: 'badge', prefix: 'B-' }], reasons: ['part missing', 'gauge in calibration'] }, { 'If-None-Match': '*' });
  await server.api('PUT', 'gauges/G-7', { name: 'Bore gauge', serial: 'MT-0815', unit: 'mm', resolution: '0.001', place: 'line 3', state: 'in use', calibrated: '2026-01-10', due: '2099-01-10',
    studies: [{ date: '2026-01-12', kind: 'GRR', grr_percent: 8.4, ndc: 7, verdict: 'good' }] }, { 'If-None-Match': '*' });
  await server.api('PUT', 'gauges/T-2', { name: 'Torque wrench', state: 'in use', calibrated: '2024-01-10', due: '2025-01-10' }, { 'If-None-Match': '*' });
  await server.api('POST', 'badges', { account: 'kim', code: 'B-1001', label: 'blue 12' });
  await server.api('PUT', 'samplings/shaft', { characteristic: 'machining/shaft/diameter', every_s: 1800 }, { 'If-None-Match': '*' });
  await raise(server, 'machining/shaft/diameter', 6);
  await raise(server, 'assembly/screw/torque', -7);
  server.alarms = await until(async () => {
    const { alarms } = await server.api('GET', 'alarms?open=1');
    return alarms.length >= 2 ? alarms : null;
  });
}

/** @param {any} server */
async function learnNumbers(server) {
  const { characteristics } = await server.api('GET', 'characteristics?limit=1000');
  server.numbers = Object.fromEntries(characteristics.map((/** @type {any} */ c) => [c.path, c.number]));
}

/** Lets every chart with limits in force raise alarms. @param {any} server */
async function alert(server) {
  for (const number of Object.values(server.numbers)) {
    const { limits } = await server.api('GET', `characteristics/${number}/limits`);
    for (const version of limits)
      if (version.state === 'in force') await server.api('PUT', `chart-states/${version.id}`, { state: 'alerting' }, { 'If-None-Match': '*' });
  }
}

/** One subgroup so many half widths of the limits off their centre. @param {any} server @param {string} path @param {number} widths */
export async function raise(server, path, widths) {
  const { location: { center, ucl } } = await server.api('GET', `characteristics/${server.numbers[path]}/chart?columns=1`);
  const now = Date.now(), value = center + (widths / 2) * (ucl - center);
  await server.measure(Array.from({ length: LIVE[/** @type {keyof typeof LIVE} */ (path)] },
    (_, i) => ({ characteristic: path, time: new Date(now + i).toISOString(), value: (value + i / 1000).toFixed(3) })));
}

/** @template T @param {() => Promise<T | null | undefined | false>} what @param {number} [ms] @returns {Promise<T>} */
export async function until(what, ms = 15000) {
  for (const end = Date.now() + ms; ;) {
    const found = await what();
    if (found) return found;
    if (Date.now() > end) throw new Error('waited too long');
    await new Promise((done) => setTimeout(done, 30));
  }
}
