// SPDX-License-Identifier: GPL-3.0-or-later
// What a test of a screen needs: `test` names a sentence, `Browser` opens screens as a person would.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { samplePlant } from './plant.mjs';

/** @typedef {{browser: Browser, plant: () => ReturnType<typeof samplePlant>, assay: string, out: string}} World */
/** @type {{name: string, run: (world: World) => Promise<void>}[]} */
export const tests = [];

/** @param {string} name a sentence that must hold @param {(world: World) => Promise<void>} run */
export function test(name, run) {
  tests.push({ name, run });
}

export class Browser {
  /** @param {import('playwright-core').Browser} chrome @param {string} out */
  constructor(chrome, out) {
    this.chrome = chrome;
    this.out = out;
    /** @type {import('playwright-core').BrowserContext[]} */
    this.contexts = [];
  }

  static async launch(/** @type {string} */ out) {
    const path = process.env.CHROMIUM ?? '/usr/bin/chromium';
    mkdirSync(out, { recursive: true });
    return new Browser(await chromium.launch({ executablePath: path, args: ['--no-sandbox', '--enable-precise-memory-info', '--js-flags=--expose-gc'] }), out);
  }

  /** A screen, opened by somebody. Errors of the page make the test fail (`page.faults`).
   * @param {import('./server.mjs').Server} server @param {string} path
   * @param {{as?: string | null, width?: number, height?: number, lang?: string, theme?: 'light' | 'dark', touch?: boolean, before?: (page: any) => Promise<void>}} [how]
   * @returns {Promise<import('playwright-core').Page & {faults: string[]}>} */
  async open(server, path, { as = 'demo', width = 1440, height = 900, lang = 'en', theme = 'light', touch = false, before } = {}) {
    const context = await this.chrome.newContext({ viewport: { width, height }, colorScheme: theme, hasTouch: touch, locale: lang, reducedMotion: 'reduce' });
    this.contexts.push(context);
    if (as) await context.addCookies([await server.cookie(as)]);
    await context.addInitScript((language) => {
      if (window === window.top && !localStorage.getItem('assay.language')) localStorage.setItem('assay.language', language);
    }, lang);
    const page = /** @type {any} */ (await context.newPage());
    page.faults = [];
    page.on('pageerror', (/** @type {Error} */ e) => page.faults.push(String(e)));
    page.on('console', (/** @type {any} */ m) => m.type() === 'error' && !/Failed to load resource|ERR_/.test(m.text()) && page.faults.push(m.text()));
    await before?.(page);
    await page.goto(server.address + path);
    return page;
  }

  /** Until what is shown has come: a heading is there and nothing says it is loading. @param {import('playwright-core').Page} page */
  async settled(page) {
    await page.waitForFunction(() => document.querySelector('h1') && !document.querySelector('.loading'), undefined, { timeout: 15000 });
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  }

  /** @param {import('playwright-core').Page} page @param {string} name */
  async picture(page, name) {
    await page.screenshot({ path: join(this.out, `${name}.png`) });
  }

  async tidy() {
    for (const context of this.contexts.splice(0)) await context.close();
  }
}

/** One plant for all tests that only look or do not mind each other; `renew` gives the next one a plant
 * of its own when a test has failed half-way on this one. @param {string} assay */
export function sharedPlant(assay) {
  /** @type {ReturnType<typeof samplePlant> | null} */
  let made = null, asked = false;
  const close = async () => (await made)?.close();
  return {
    get: () => (asked = true, made ??= samplePlant(assay)),
    renew: async () => {
      if (!asked) return;
      await close().catch(() => {}); // it may be the plant itself that could not be made
      made = null;
    },
    begin: () => { asked = false; },
    close,
  };
}
