// SPDX-License-Identifier: GPL-3.0-or-later
// The public ledger: receipts judged in the browser as by the program, on the published vectors, and in
// front of a real log with a real witness.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fromBase64, fromBase64url } from '../lib/bytes.js';
import { keyOf, readCheckpoint, readNote, Refused, signedBy } from '../screens/ledger/note.js';
import { hasQuorum, readPolicy } from '../screens/ledger/policy.js';
import { checkReceipt, isIncluded, readReceipt } from '../screens/ledger/receipt.js';
import { test } from './lib/harness.mjs';
import { Server, TOP } from './lib/server.mjs';

/** @param {string} name */
const golden = (name) => JSON.parse(readFileSync(join(TOP, 'test/golden/ledger', `${name}.json`), 'utf8'));

test('base64 has one spelling', async () => {
  assert.deepEqual([...fromBase64('AP8=') ?? []], [0, 255]);
  for (const bad of ['AP8', 'AP9=', 'AP8=\n', 'A', '@@@@', 'AP_-']) assert.equal(fromBase64(bad), null, bad);
  assert.deepEqual([...fromBase64url('-_8') ?? []], [251, 255]);
  for (const bad of ['+/8', '-_9', 'A', '-_8=']) assert.equal(fromBase64url(bad), null, bad);
});

test('every published proof of inclusion is judged as published', async () => {
  const { cases } = golden('merkle-inclusion-proofs');
  for (const c of cases) {
    const hash = (/** @type {string} */ text) => fromBase64(text ?? '') ?? new Uint8Array();
    const is = await isIncluded(hash(c.leafHash), BigInt(c.leafIdx), BigInt(c.treeSize), (c.proof ?? []).map(hash), hash(c.root));
    assert.equal(is, c.valid, c.source);
  }
  assert.ok(cases.length > 50);
});

test('published notes verify with their keys, and no others', async () => {
  const { valid, reject } = golden('signed-notes');
  for (const n of valid) {
    const key = n.vkey && await keyOf(n.vkey).catch(() => null);
    if (key && n.verifies) assert.ok(await signedBy(readNote(n.note), key), n.id);
  }
  const peter = await keyOf(valid.find((/** @type {any} */ n) => n.id === 'go-peter').vkey);
  for (const n of reject) {
    const found = await (async () => signedBy(readNote(n.note), peter))().catch((e) => e);
    assert.ok(found === null || found instanceof Refused, JSON.stringify(n));
  }
});

test('checkpoints and receipts that are none are refused', async () => {
  const texts = golden('checkpoint-text');
  for (const c of texts.accept.filter((/** @type {any} */ x) => !x.lenient)) assert.equal(readCheckpoint(c.text).size, BigInt(c.size));
  for (const c of texts.reject) assert.throws(() => readCheckpoint(c.text), Refused, c.why);
  for (const c of golden('tlog-proof').reject) assert.throws(() => readReceipt(c.text), Refused, c.why);
});

test('a policy counts its witnesses, and names the line that is wrong', async () => {
  const w = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
  const policy = await readPolicy(`# whom\nlog ${w}\nwitness a ${w}\nwitness b ${w}\nwitness c ${w}\ngroup two 2 a b # of them\ngroup all any two c\nquorum all\n`);
  assert.ok(hasQuorum(policy, new Set(['c'])) && hasQuorum(policy, new Set(['a', 'b'])) && !hasQuorum(policy, new Set(['a'])));
  for (const [text, line] of [['log x\nquorum none', '1'], [`log ${w}\nquorum all`, '2'], [`witness a ${w}\ngroup g 2 a\nquorum g`, '2'], [`log ${w}`, '1']])
    await assert.rejects(readPolicy(text), { message: line });
});

/** A log, witnessed by another server, in which a person came and was forgotten. @param {string} assay */
async function witnessed(assay) {
  const plant = new Server(assay), other = new Server(assay), origin = 'ledger.example.org/2026';
  const run = (/** @type {string[]} */ ...args) => execFileSync(assay, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
  for (const s of [plant, other]) run('init', s.database);
  run('ledger', 'init', plant.database, '--origin', origin);
  const keyLine = (/** @type {string} */ keys, /** @type {string} */ name) => /** @type {any} */ (new RegExp(`${name}\\+[0-9a-f]{8}\\+\\S+`).exec(run('signer', 'show', keys)))[0];
  run('signer', 'add', `${other.database}-keys`, 'witness', 'w.north');
  writeFileSync(join(other.home, 'logs'), `log ${keyLine(`${plant.database}-keys`, origin.replaceAll('.', '\\.'))}\nquorum none\n`);
  run('ledger', 'cosign', other.database, join(other.home, 'logs'));
  await other.start();
  writeFileSync(join(plant.home, 'policy'), `witness north ${keyLine(`${other.database}-keys`, 'w\\.north')} ${other.address}/witness\nquorum north\n`);
  run('ledger', 'policy', plant.database, join(plant.home, 'policy'));
  await plant.start();
  await plant.person('kim', 'operator', 'Kim Minji');
  const { records } = await plant.api('GET', 'records?limit=20');
  const sequence = records.find((/** @type {any} */ r) => r.type === 'account.changed' && JSON.stringify(r).includes('kim')).sequence;
  const receipt = await until(async () => {
    const text = await plant.api('GET', `ledger/records/${sequence}/receipt?texts=1`);
    return (await verdictOf(plant, text)).verdict === 'proven' ? text : null; // the witness has come
  });
  const plain = await plant.api('GET', `ledger/records/${sequence}/receipt`);
  await plant.api('DELETE', 'people/kim');
  const close = async () => {
    await plant.close();
    await other.close();
  };
  return { plant, receipt, plain, index: sequence - 1, close };
}

/** What the server says. @param {Server} plant @param {string} text */
const verdictOf = (plant, text) => plant.api('POST', 'ledger/verify', text, { 'Content-Type': 'text/plain' });

/** Until it is so. @param {() => Promise<any>} what */
async function until(what) {
  for (let i = 0; i < 200; i++) {
    const found = await what().catch(() => null);
    if (found) return found;
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error('it did not come');
}

/** @param {string} name @param {(here: any, log: Awaited<ReturnType<typeof witnessed>>) => Promise<void>} run */
function withLog(name, run) {
  test(name, async (here) => {
    const log = await witnessed(here.assay);
    try {
      await run(here, log);
    } finally {
      await here.browser.tidy();
      await log.close();
    }
  });
}

/** @param {any} page @param {string} text */
async function paste(page, text) {
  await page.fill('.receipt-form textarea', text);
  await page.click('.receipt-form .primary');
}

withLog('anybody pastes a receipt and reads in three languages what it proves', async ({ browser }, { plant, receipt }) => {
  for (const [lang, proven, here] of [['en', /Proven/, /found the same/], ['ko', /증명됨/, /결과.*같습니다/], ['zh', /已证明/, /结果相同/]]) {
    const page = await browser.open(plant, '/ledger', { as: null, lang });
    await page.waitForSelector('.log-status');
    await paste(page, receipt.trimEnd()); // as a clipboard may hand it over
    await page.waitForSelector('.found.ok');
    assert.match(await page.textContent('.found'), proven);
    assert.match(await page.textContent('.here'), here);
    assert.match(await page.textContent('.proof'), /north/);
    assert.match(await page.textContent('.receipt pre'), /Kim Minji/);
    assert.deepEqual(page.faults, []);
    await page.screenshot({ path: join(browser.out, `ledger-proven-${lang}.png`), fullPage: true });
    await browser.tidy();
  }
});

withLog('a receipt that withholds what may name people proves what it shows, and says what it does not', async ({ browser }, { plant, plain }) => {
  const page = await browser.open(plant, '/ledger', { as: null });
  await page.waitForSelector('.log-status');
  await paste(page, plain);
  await page.waitForSelector('.withheld');
  assert.match(await page.textContent('.found'), /Proven/);
  assert.match(await page.textContent('.here'), /found the same/);
  assert.ok(!/Kim Minji/.test(await page.textContent('.receipt')));
  assert.match(await page.textContent('.withheld'), /after/);
});

withLog('a file that was changed is refused by both; where, is told', async ({ browser }, { plant, receipt }) => {
  const page = await browser.open(plant, '/ledger', { as: null });
  await page.waitForSelector('.log-status');
  const lines = receipt.split('\n'), at = lines.findIndex((/** @type {string} */ l) => l.startsWith('index ')) + 1;
  const broken = [
    [/does not lead to the signed tree/, lines.with(at, lines[at].replace(/^./, (/** @type {string} */ c) => (c === 'A' ? 'B' : 'A'))).join('\n')],
    [/None of the keys/, receipt.replaceAll('— ledger.example.org/2026', '— ledger.example.org/2027')],
    [/not a receipt/, 'hello'],
  ];
  for (const [i, [words, text]] of broken.entries()) {
    const file = join(plant.home, `${i}.tlog-proof`);
    writeFileSync(file, String(text));
    await page.setInputFiles('.drop-input', file);
    await page.waitForFunction((/** @type {string} */ w) => new RegExp(w).test(document.querySelector('.found.stop')?.textContent ?? ''), /** @type {RegExp} */ (words).source);
    assert.match(await page.textContent('.said'), /Not proven/);
    assert.match(await page.textContent('.here'), /found the same/);
  }
});

withLog('what was erased is a proper answer, by the entry\'s number', async ({ browser }, { plant, index }) => {
  const before = await until(async () => {
    const text = await plant.api('GET', `ledger/entries/${index}/receipt`);
    const said = await verdictOf(plant, text);
    return said.payload_state === 'erased' && said.verdict === 'proven' ? text : null;
  });
  assert.ok(!before.includes('Kim Minji'));
  for (const lang of ['en', 'ko', 'zh']) {
    const page = await browser.open(plant, `/ledger?entry=${index}`, { as: null, lang, width: 390, height: 844 });
    await page.waitForSelector('.found.ok');
    assert.match(await page.textContent('.proof'), { en: /Erased\..*gone for good/, ko: /삭제됨/, zh: /已删除/ }[lang]);
    await page.screenshot({ path: join(browser.out, `ledger-erased-${lang}.png`), fullPage: true });
    await browser.tidy();
  }
  const page = await browser.open(plant, '/ledger?entry=99999', { as: null });
  await page.waitForSelector('.ledger .trouble');
  assert.match(await page.textContent('.ledger .trouble'), /no entry 99999/);
});

withLog('with keys of one\'s own only the browser judges; without Ed25519 it says what it could not', async ({ browser }, { plant, receipt }) => {
  const { policy } = await plant.api('GET', 'ledger');
  assert.equal((await checkReceipt(receipt, await readPolicy(policy))).verdict, 'proven');
  const page = await browser.open(plant, '/ledger', { as: null, before: (/** @type {any} */ p) => p.addInitScript(() => {
    const known = crypto.subtle.importKey.bind(crypto.subtle);
    crypto.subtle.importKey = (/** @type {any[]} */ ...all) => (all[2] === 'Ed25519' && /** @type {any} */ (window).isOld
      ? Promise.reject(new DOMException('', 'NotSupportedError')) : /** @type {any} */ (known)(...all));
  }) });
  await page.waitForSelector('.log-status');
  await page.click('.receipt-form summary');
  await page.fill('.receipt-form details textarea', `${policy.replace(/^quorum.*/m, 'quorum nobody')}`);
  await paste(page, receipt);
  await page.waitForSelector('.ledger .trouble');
  assert.match(await page.textContent('.ledger .trouble'), /Line 3 of the keys/);
  await page.fill('.receipt-form details textarea', policy);
  await paste(page, receipt);
  await page.waitForSelector('.found.ok');
  assert.match(await page.textContent('.said'), /not asked/);
  await page.evaluate(() => { /** @type {any} */ (window).isOld = true; });
  await page.fill('.receipt-form details textarea', '');
  await paste(page, receipt);
  await page.waitForFunction(() => /does not know Ed25519/.test(document.querySelector('.here')?.textContent ?? ''));
  assert.match(await page.textContent('.found'), /Proven/);
});
