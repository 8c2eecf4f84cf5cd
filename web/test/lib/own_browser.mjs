// SPDX-License-Identifier: GPL-3.0-or-later
// A browser with a folder of its own that can be killed as a power cut would, and started again on that folder.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

export class OwnBrowser {
  constructor() {
    this.home = mkdtempSync(join(tmpdir(), 'assay-browser-'));
  }

  /** @param {(context: import('playwright-core').BrowserContext) => Promise<void>} prepare before any page is opened @returns {Promise<import('playwright-core').Page>} */
  async start(prepare) {
    const path = process.env.CHROMIUM ?? '/usr/bin/chromium';
    this.process = spawn(path, ['--headless=new', '--no-sandbox', '--no-first-run', '--remote-debugging-port=0', `--user-data-dir=${this.home}`, 'about:blank'],
      { detached: true, stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    for await (const text of /** @type {any} */ (this.process.stderr)) {
      said += text;
      if (/DevTools listening on ws:\S+\s/.test(said)) break;
    }
    const [, address] = /** @type {any} */ (said.match(/DevTools listening on (ws:\S+)/));
    const [context] = (await chromium.connectOverCDP(address)).contexts();
    await prepare(context);
    return context.newPage();
  }

  /** At once, with all its processes: nothing is asked to write anything down. */
  async kill() {
    const running = this.process;
    if (!running?.pid || running.exitCode !== null || running.signalCode) return;
    const over = new Promise((done) => running.once('exit', done));
    process.kill(-running.pid, 'SIGKILL');
    await over;
    await new Promise((done) => setTimeout(done, 300)); // its children let go of the folder
  }

  async close() {
    await this.kill();
    rmSync(this.home, { recursive: true, force: true, maxRetries: 5 });
  }
}
