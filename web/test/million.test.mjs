// SPDX-License-Identifier: GPL-3.0-or-later
// A chart of 1,000,000 points. `node run.mjs ... million` prints the figures that stand in
// bench/README.md; on a busy machine they say little.
import assert from 'node:assert/strict';
import { test } from './lib/harness.mjs';
import { Server } from './lib/server.mjs';

const N = 1000000;

/** Twelve uniform numbers make a normal one; the same in each run. */
function* normal() {
  let seed = 12345;
  for (;;) {
    let sum = -6;
    for (let i = 0; i < 12; i++) {
      seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
      sum += seed / 4294967296;
    }
    yield sum;
  }
}

/** @returns {string} */
function rows() {
  const noise = normal(), out = ['time,value\n'], start = Date.UTC(2026, 0, 1);
  for (let i = 0; i < N; i++) {
    const x = 25 + 0.01 * /** @type {number} */ (noise.next().value) + (i === 777776 ? 0.2 : 0);
    out.push(`${new Date(start + 5000 * i).toISOString()},${x.toFixed(3)}\n`);
  }
  return out.join('');
}

test('1,000,000 points are drawn in less than 60 MB, and no extreme is lost', async ({ browser, assay }) => {
  const server = new Server(assay);
  try {
    server.run('import', ['-', '-q'], rows());
    await server.start();
    /** @type {import('playwright-core').CDPSession} */
    let devtools = /** @type {any} */ (null);
    const page = await browser.open(server, '/chart/1', { before: async (p) => {
      devtools = await p.context().newCDPSession(p);
      await devtools.send('Performance.enable', { timeDomain: 'threadTicks' });
      await p.addInitScript(() => {
        /** @type {any} */ (window).drawn = new Promise((done) => {
          new MutationObserver((_, watcher) => {
            if (!document.querySelector('.plot-box canvas')) return;
            watcher.disconnect();
            requestAnimationFrame(() => setTimeout(() => done(performance.now())));
          }).observe(document, { childList: true, subtree: true });
        });
      });
    } });
    await browser.settled(page);
    const first = await page.evaluate(async () => {
      const drawn = await /** @type {any} */ (window).drawn;
      const answer = /** @type {PerformanceResourceTiming} */ (performance.getEntriesByType('resource').find((e) => e.name.includes('/chart?')));
      return { draw: drawn - answer.responseEnd, server: answer.responseEnd - answer.requestStart, bytes: answer.encodedBodySize };
    });
    /** What the page's thread has computed so far, ms: the time of the work alone, however busy the machine is. */
    const worked = async () => 1000 * (await devtools.send('Performance.getMetrics')).metrics.filter((m) => m.name === 'TaskDuration')[0].value;
    const all = await worked();
    await page.locator('.readout').waitFor();
    assert.match(await page.locator('.remark').innerText(), /1,000,000 points, least and greatest/);
    await page.locator('.plot-box').focus();
    const before = await worked();
    const frames = await page.evaluate(async () => {
      const out = [];
      const button = (/** @type {string} */ name) => /** @type {HTMLElement} */ (document.querySelector(`.zoom [aria-label="${name}"]`));
      for (const name of ['Closer', 'Later', 'Earlier', 'Closer', 'Later', 'Farther', 'Earlier', 'Farther', 'Closer', 'Later', 'Farther', 'Later'])
        out.push(await new Promise((done) => requestAnimationFrame(() => {
          const began = performance.now();
          button(name).click();
          requestAnimationFrame(() => setTimeout(() => done(performance.now() - began)));
        })));
      return out;
    });
    const each = (await worked() - before) / frames.length;
    await page.locator('.zoom button').first().click();
    await page.waitForTimeout(2500);
    const heap = await page.evaluate(() => {
      /** @type {any} */ (window).gc();
      return /** @type {any} */ (performance).memory.usedJSHeapSize / 1048576;
    });
    frames.sort((a, b) => a - b);
    const median = frames[frames.length / 2], worst = frames[frames.length - 1];
    console.log(`# first draw ${first.draw.toFixed(0)} ms after its answer (server ${first.server.toFixed(0)} ms, ${(first.bytes / 1024).toFixed(0)} KB), page computed ${all.toFixed(0)} ms in all, ${each.toFixed(0)} ms a frame; frame median ${median.toFixed(0)} ms, worst ${worst.toFixed(0)} ms, heap ${heap.toFixed(0)} MB`);
    await browser.picture(page, 'chart-million');
    const { location } = await server.api('GET', `characteristics/1/chart?columns=1600`);
    assert.equal(Math.max(...location.columns.max), Math.max(...(await server.api('GET', 'characteristics/1/series?columns=1')).max));
    assert.ok(heap < 60, `heap: ${heap} MB`);
    assert.deepEqual(page.faults, []);
  } finally {
    await browser.tidy();
    await server.close();
  }
});
