// SPDX-License-Identifier: GPL-3.0-or-later
// What holds for every screen of the table: no barrier (axe-core) in any theme and language, nothing
// cut or overlapping with longer words on a phone, light enough, and no host but the server.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { addressOf } from './examples.mjs';
import { barriers } from './lib/barriers.mjs';
import { test } from './lib/harness.mjs';
import { cutOrOverlapping } from './lib/layout.mjs';
import { pseudo } from './lib/pseudo.mjs';

const screens = JSON.parse(readFileSync(new URL('../screens.json', import.meta.url), 'utf8'));
const WEIGHT_MOST = 150 * 1024;

for (const screen of screens) {
  test(`${screen.path} has no barrier in two themes and three languages`, async ({ browser, plant }) => {
    const server = await plant(), found = [];
    for (const lang of ['en', 'ko', 'zh']) {
      const page = await browser.open(server, addressOf(screen, server), { lang });
      await browser.settled(page);
      const here = await barriers(page, (theme) => browser.picture(page, `${screen.screen}-${lang}-${theme}`));
      found.push(...[...here, ...page.faults].map((words) => `${lang} ${words}`));
      await browser.tidy();
    }
    assert.deepEqual(found, []);
  });

  test(`${screen.path} holds words 40 % longer at 360 px`, async ({ browser, plant }) => {
    const server = await plant();
    const page = await browser.open(server, addressOf(screen, server), { width: 360, height: 740, touch: true, before: pseudo });
    await browser.settled(page);
    await browser.picture(page, `${screen.screen}-long`);
    assert.deepEqual(await cutOrOverlapping(page), []);
  });

  test(`${screen.path} weighs at most 150 KB on the first visit, all of it from the server`, async ({ browser, plant }) => {
    const server = await plant();
    let weight = 0;
    /** @type {string[]} */
    const others = [];
    const page = await browser.open(server, addressOf(screen, server), { before: async (p) => {
      const devtools = await p.context().newCDPSession(p);
      await devtools.send('Network.enable');
      devtools.on('Network.loadingFinished', (/** @type {any} */ e) => { weight += e.encodedDataLength; });
      p.on('request', (/** @type {any} */ r) => { if (!r.url().startsWith(server.address) && !/^(data|blob):/.test(r.url())) others.push(r.url()); });
    } });
    await browser.settled(page);
    await page.waitForTimeout(300);
    console.log(`# ${screen.screen}: ${(weight / 1024).toFixed(0)} KB`);
    assert.deepEqual(others, []);
    assert.ok(weight > 2000 && weight <= WEIGHT_MOST, `${weight} bytes`);
  });
}
