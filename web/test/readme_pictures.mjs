// SPDX-License-Identifier: GPL-3.0-or-later
// node web/test/readme_pictures.mjs BUILD: takes the pictures of the README anew, from the sample plant, into docs/images.
import { resolve } from 'node:path';
import { Browser, sharedPlant } from './lib/harness.mjs';
import { TOP } from './lib/server.mjs';

const build = process.argv[2] ?? 'build';
const shared = sharedPlant(resolve(build, 'src/cli/assay'));
const browser = await Browser.launch(resolve(TOP, 'docs/images'));
try {
  const server = await shared.get();
  const chart = await browser.open(server, `/chart/${server.numbers['assembly/screw/torque']}`, { as: 'li', width: 1280, height: 860 });
  await browser.settled(chart);
  await chart.getByRole('button', { name: 'Last 100' }).click();
  await chart.locator('.plot-box').focus();
  await chart.keyboard.press('End');
  await chart.waitForTimeout(1500);
  await chart.evaluate(() => /** @type {HTMLElement} */ (document.activeElement).blur());
  await browser.picture(chart, 'screen-chart');
  const station = await browser.open(server, '/station/line3', { as: 'kim', width: 1280, height: 860, touch: true });
  await station.waitForSelector('.entry');
  await station.waitForTimeout(1000);
  await browser.picture(station, 'screen-station');
} finally {
  await browser.tidy();
  await browser.chrome.close();
  await shared.close();
}
