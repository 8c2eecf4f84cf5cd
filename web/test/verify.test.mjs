// SPDX-License-Identifier: GPL-3.0-or-later
// Checking a credential in the browser: the same answers as the program, on the published vectors.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { read, write } from '../screens/verify/jcs.js';
import { check } from '../screens/verify/vc.js';
import { test } from './lib/harness.mjs';
import { Server, TOP } from './lib/server.mjs';

/** A picture without anything in it. */
const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

/** @param {string} name */
const golden = (name) => readFileSync(join(TOP, 'test/golden', name), 'utf8');

test('the canonical form is that of the RFC, and of the program', async () => {
  for (const name of ['arrays', 'french', 'structures', 'values'])
    assert.equal(write(read(golden(`jcs/${name}.input.json`))), golden(`jcs/${name}.output.json`).trimEnd(), name);
  for (const file of ['jcs/es6-numbers-10000.txt', 'jcs/powers-of-two.txt'])
    for (const line of golden(file).trim().split('\n')) {
      const [bits, text] = line.split(',');
      const number = new DataView(new ArrayBuffer(8));
      number.setBigUint64(0, BigInt(`0x${bits}`));
      assert.equal(write(number.getFloat64(0)), text);
      assert.equal(write(read(text)), text);
    }
});

test('what is not I-JSON is refused', async () => {
  for (const bad of ['{"a":1,"a":2}', '{"a":1,"\\u0061":2}', '"\\ud800"', '"\\udc00\\ud800"', '"\\u0000"', '1e400', '01', '[1,]', '{} {}', '', '"a', '{"a"}', 'NaN'])
    assert.throws(() => read(bad), SyntaxError, bad);
});

const NOW = Date.parse('2026-02-01T00:00:00Z');
const generated = JSON.parse(golden('credentials/generated-eddsa-jcs-2022.json')).cases;

/** The published cases are signed by a did:key that is not the issuer: here its document says it is. @param {any} signed */
function world(signed) {
  const id = signed.proof.verificationMethod, did = 'did:web:quality.example';
  const text = JSON.stringify(signed).replaceAll(id, `${did}#k`);
  return { text, document: { id: did, assertionMethod: [`${did}#k`], verificationMethod: [{ id: `${did}#k`, controller: did, publicKeyMultibase: id.split('#')[1] }] } };
}

test('a signature counts only by a key that the issuer lists', async () => {
  for (const { signed } of generated) {
    const sources = { issuer: async () => null, list: async () => null, now: NOW };
    const said = await check(JSON.stringify(signed), sources);
    assert.deepEqual([said.verdict, said.reason], ['invalid', 'key-foreign']);
    // Another id of the key is another text: then the signature does not hold.
    const { text, document } = world(signed);
    assert.equal((await check(text, { ...sources, issuer: async () => document })).reason, 'signature-wrong');
    assert.equal((await check(text, sources)).reason, 'issuer-unknown');
  }
});

/** A server that has given credentials. @param {string} assay */
async function issuing(assay) {
  const server = new Server(assay), keys = `${server.database}-keys`;
  const run = (/** @type {string[]} */ ...args) => execFileSync(assay, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
  run('init', server.database);
  for (const use of ['credential', 'rsa']) run('signer', 'add', keys, use, 'issuer');
  run('credential', 'issuer', server.database, '--name', '품질협회', '--host', 'quality.example');
  run('credential', 'achievement', server.database, 'master', '--name', '국가품질명장', '--description', 'Proven improvement', '--criteria', 'Ten results');
  const ids = ['김민준', 'Lee', 'Park'].map((name) => run('credential', 'issue', server.database, 'master', '--name', name));
  run('credential', 'suspend', server.database, ids[1], '--why', 'test');
  run('credential', 'revoke', server.database, ids[2], '--why', 'test');
  for (const form of ['json', 'jws', 'png', 'svg']) run('credential', 'export', server.database, ids[0], '--output', join(server.home, `b.${form}`));
  await server.start();
  return { server, ids, file: (/** @type {string} */ form) => join(server.home, `b.${form}`) };
}

/** @param {any} page */
const verdict = (page) => page.waitForSelector('.found').then(() => page.textContent('.found'));

/** @param {string} name @param {(world: any, given: any) => Promise<void>} run */
function withIssuer(name, run) {
  test(name, async (here) => {
    const given = await issuing(here.assay);
    try {
      await run(here, given);
    } finally {
      await here.browser.tidy();
      await given.server.close();
    }
  });
}

withIssuer('anybody, not logged in, sees by the QR code\'s address that it holds, in three languages', async ({ browser }, { server, ids }) => {
  for (const [lang, word] of [['en', 'Valid'], ['ko', '유효함'], ['zh', '有效']]) {
    const page = await browser.open(server, `/verify?id=${ids[0]}`, { as: null, lang });
    assert.match(await verdict(page), new RegExp(word));
    assert.match(await page.textContent('.credential'), /김민준/);
    await page.waitForSelector('.here');
    assert.match(await page.textContent('.here'), { en: /found the same/, ko: /결과도 같습니다/, zh: /结果相同/ }[lang]);
    assert.deepEqual(page.faults, []);
    await browser.picture(page, `verify-valid-${lang}`);
    await browser.tidy();
  }
});

withIssuer('a suspended one is told, by the server and by the browser', async ({ browser }, { server, ids }) => {
  const page = await browser.open(server, `/verify?id=${ids[1]}`, { as: null });
  assert.match(await verdict(page), /Not valid.*it is suspended$/s);
  assert.match(await page.textContent('.here'), /found the same/);
});

withIssuer('a revoked one is called revoked, not suspended, in three languages', async ({ browser }, { server, ids }) => {
  for (const [lang, word, same] of [['en', 'it was revoked', 'found the same'], ['ko', '취소됨', '결과도 같습니다'], ['zh', '已撤销', '结果相同']]) {
    const page = await browser.open(server, `/verify?id=${ids[2]}`, { as: null, lang });
    assert.match(await verdict(page), new RegExp(`${word}$`));
    assert.match(await page.textContent('.here'), new RegExp(same));
    await browser.picture(page, `verify-revoked-${lang}`);
    await browser.tidy();
  }
});

withIssuer('of two entries the browser tells the worse, whichever comes first', async (_, { server, ids }) => {
  const get = async (/** @type {string} */ path) => (await fetch(`${server.address}${path}`)).json();
  const sources = { issuer: () => get('/.well-known/did.json'), list: (/** @type {string} */ url) => get(new URL(url).pathname), now: Date.now() + 2000 };
  const { issuer, credentialStatus: one } = await get(`/credentials/${ids[2]}`);
  const { statusReference, ...suspended } = one;
  const revoked = { ...suspended, statusPurpose: 'revocation', statusListCredential: statusReference };
  const told = async (/** @type {any} */ credentialStatus) =>
    (await check(JSON.stringify({ type: ['VerifiableCredential'], issuer, credentialSubject: {}, credentialStatus }), sources)).status;
  assert.equal(await told(one), 'revoked');
  assert.equal(await told(suspended), 'suspended');
  assert.equal(await told([suspended, revoked]), 'revoked');
  assert.equal(await told([revoked, suspended]), 'revoked');
  assert.equal(await told({ ...one, statusReference: 'https://quality.example/credentials/status/s9' }), 'suspended');
  assert.equal(await told({ ...one, statusPurpose: 'message' }), 'fine');
  assert.equal(await told([]), 'none');
});

withIssuer('a badge that is chosen is judged in every form; a changed one is refused', async ({ browser }, { server, file }) => {
  const page = await browser.open(server, '/verify', { as: null });
  await page.waitForSelector('input[type=file]');
  for (const form of ['json', 'jws', 'png', 'svg']) {
    await page.setInputFiles('input[type=file]', file(form));
    await page.waitForFunction((/** @type {number} */ n) => document.querySelectorAll('.credential li').length >= n, form === 'jws' ? 6 : 5);
    assert.match(await verdict(page), /Valid/, form);
    assert.match(await page.textContent('.here'), /found the same/, form);
  }
  writeFileSync(file('json'), readFileSync(file('json'), 'utf8').replace('김민준', '김민진'));
  await page.setInputFiles('input[type=file]', file('json'));
  await page.waitForSelector('.found.stop');
  assert.match(await verdict(page), /something was changed/);
  assert.match(await page.textContent('.here'), /found the same/);
  writeFileSync(file('jws'), 'hello');
  await page.setInputFiles('input[type=file]', file('jws'));
  await page.waitForSelector('.trouble');
});

withIssuer('an address of nobody is told as such', async ({ browser }, { server }) => {
  const page = await browser.open(server, '/verify?id=00000000-0000-4000-8000-000000000000', { as: null });
  await page.waitForSelector('.trouble');
  assert.match(await page.textContent('.trouble'), /no credential of this number/);
});

withIssuer('a QR code is read by the camera or from a picture; its address can be typed', async ({ browser }, { server, ids }) => {
  const page = await browser.open(server, '/verify', { as: null, before: (/** @type {any} */ p) => p.addInitScript(() => {
    // What a telephone's browser has; chromium for Linux has neither reader nor camera.
    /** @type {any} */ (window).BarcodeDetector = class {
      async detect() {
        return [{ rawValue: /** @type {any} */ (window).code }];
      }
    };
    const canvas = document.createElement('canvas'), pen = canvas.getContext('2d');
    setInterval(() => pen?.fillRect(0, 0, 9, 9), 50); // a picture that never changes sends no frame
    Object.defineProperty(navigator, 'mediaDevices', { value: { getUserMedia: async () => canvas.captureStream() } });
  }) });
  const shows = async (/** @type {string} */ code) => page.evaluate((/** @type {string} */ c) => { /** @type {any} */ (window).code = c; }, code);
  await shows(`${server.address}/verify?id=${ids[0]}`);
  await page.click('.verify form button[type=button]');
  assert.match(await verdict(page), /Valid/);
  assert.equal(new URL(page.url()).searchParams.get('id'), ids[0]);
  await shows(`${server.address}/credentials/${ids[1]}`);
  await page.setInputFiles('input[type=file]', { name: 'photo.png', mimeType: 'image/png', buffer: Buffer.from(PIXEL, 'base64') });
  await page.waitForSelector('.found.stop');
  await page.fill('.verify form input', ids[0]);
  await page.click('.verify form .at-end');
  await page.waitForSelector('.found.ok');
  await page.fill('.verify form input', `https://other.example/verify?id=${ids[0]}`);
  await page.click('.verify form .at-end');
  await page.waitForSelector('.trouble');
  assert.match(await page.textContent('.trouble'), /of another issuer.*other\.example/);
  assert.deepEqual(page.faults, []);
});

withIssuer('a browser that reads no QR codes says what to do instead', async ({ browser }, { server }) => {
  const page = await browser.open(server, '/verify', { as: null });
  await page.setInputFiles('input[type=file]', { name: 'photo.png', mimeType: 'image/png', buffer: Buffer.from(PIXEL, 'base64') });
  await page.waitForSelector('.trouble');
  assert.match(await page.textContent('.trouble'), /cannot read QR codes.*telephone/);
});

withIssuer('how long a verdict takes, from the file to the words', async ({ browser }, { server, file }) => {
  const page = await browser.open(server, '/verify', { as: null });
  await page.waitForSelector('input[type=file]');
  writeFileSync(file('changed'), readFileSync(file('json'), 'utf8').replace('김민준', '김민진'));
  const took = [];
  for (let i = 0; i < 6; i++) {
    const from = Date.now();
    await page.setInputFiles('input[type=file]', file(i % 2 ? 'changed' : 'json'));
    await page.waitForSelector(i % 2 ? '.found.stop' : '.found.ok');
    took.push(Date.now() - from);
  }
  console.log(`# verdict shown after ${took.join(', ')} ms`);
});
