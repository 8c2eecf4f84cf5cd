// SPDX-License-Identifier: GPL-3.0-or-later
// node run.mjs ASSAY OUT [PART OF A NAME...]: the tests of the screens; ends 'N passed, N failed'.
import { readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { Browser, sharedPlant, tests } from './lib/harness.mjs';

const [assayPath, out, ...wanted] = process.argv.slice(2);
const assay = resolve(assayPath);
const here = new URL('.', import.meta.url);
for (const file of readdirSync(here).filter((f) => f.endsWith('.test.mjs')).sort()) {
  const from = tests.length;
  await import(new URL(file, here).href);
  for (const test of tests.slice(from)) test.name = `${file.replace('.test.mjs', '')}: ${test.name}`;
}
const chosen = tests.filter((test) => !wanted.length || wanted.some((part) => test.name.includes(part)));
const shared = sharedPlant(assay);
const browser = await Browser.launch(out);
let passed = 0, failed = 0, pictures = 0;

/** One try of a test: what it failed with, if it did. @param {any} run */
async function tried(run) {
  shared.begin();
  try {
    await run({ browser, plant: shared.get, assay, out });
    return null;
  } catch (error) {
    const page = browser.contexts.at(-1)?.pages()[0];
    if (page) await browser.picture(page, `failed-${++pictures}`).catch(() => {});
    return `    ${String(error instanceof Error ? error.stack : error).replaceAll('\n', '\n    ')}`;
  } finally {
    await browser.tidy();
  }
}

for (const { name, run } of chosen) {
  const began = Date.now();
  let fault = await tried(run);
  if (fault && chosen.length > 1) { // a browser beside a busy neighbour: once more, but never in silence
    console.log(`# second try - ${name}\n${fault}`);
    await shared.renew();
    fault = await tried(run);
  }
  console.log(fault ? `not ok - ${name}\n${fault}` : `ok - ${name} (${Date.now() - began} ms)`);
  if (fault) failed++;
  else passed++;
}
await browser.chrome.close();
await shared.close();
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed || !passed ? 1 : 0);
