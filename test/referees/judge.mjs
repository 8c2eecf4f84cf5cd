// SPDX-License-Identifier: GPL-3.0-or-later
// What our binary wrote, before judges that others wrote: one badge, its status list, its place in
// the log. Each accepts it; each refuses it with one signed byte changed. Prints TAP.
//   node judge.mjs ASSAY
import {execFileSync} from 'node:child_process';
import {createPublicKey} from 'node:crypto';
import {mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {createRequire} from 'node:module';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

import {DataIntegrityProof} from '@digitalbazaar/data-integrity';
import {createVerifyCryptosuite} from '@digitalbazaar/eddsa-jcs-2022-cryptosuite';
import {checkStatus} from '@digitalbazaar/vc-bitstring-status-list';
import * as vc from '@digitalbazaar/vc';
import * as jose from 'jose';

const require = createRequire(import.meta.url);
const {verifyMerkleInclusion} = require('@sigstore/verify/dist/timestamp/merkle.js');
const {verifyCheckpoint} = require('@sigstore/verify/dist/timestamp/checkpoint.js');

const assay = process.argv[2];
const folder = mkdtempSync(join(tmpdir(), 'assay-referees-'));

function run(...args) {
  return execFileSync(assay, args, {cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe']}).trim();
}

const read = (name) => readFileSync(join(folder, name), 'utf8');

function make() {
  run('init', 'p.assay');
  for (const [use, name] of [['credential', 'issuer'], ['rsa', 'issuer'], ['log', 'ledger.quality.example/2026']])
    run('signer', 'add', 'p.assay-keys', use, name, '--quiet');
  run('ledger', 'init', 'p.assay', '--origin', 'ledger.quality.example/2026', '--quiet');
  run('credential', 'issuer', 'p.assay', '--name', '품질협회', '--host', 'quality.example', '--quiet');
  run('credential', 'achievement', 'p.assay', 'master', '--name', '국가품질명장 "Quality Master"', '--description',
    'Proven improvement', '--criteria', 'Ten verified results', '--kind', 'Award', '--quiet');
  const other = run('credential', 'issue', 'p.assay', 'master', '--name', 'Lee', '--quiet');
  const id = run('credential', 'issue', 'p.assay', 'master', '--name', '김민준 😀', '--email', 'kim@example.org', '--quiet');
  const gone = run('credential', 'issue', 'p.assay', 'master', '--name', 'Park', '--quiet');
  run('credential', 'suspend', 'p.assay', other, '--why', 'test', '--quiet');
  run('credential', 'revoke', 'p.assay', gone, '--why', 'test', '--quiet');
  run('ledger', 'sign', 'p.assay', '--quiet');
  for (const [name, of] of [['b', id], ['s', other], ['r', gone]])
    for (const form of ['json', 'jws', 'zip']) run('credential', 'export', 'p.assay', of, '--output', `${name}.${form}`);
  const {record} = JSON.parse(run('credential', 'show', 'p.assay', id, '--json'));
  run('ledger', 'prove', 'p.assay', String(record), '--output', 'b.tlog-proof');
  const member = (name) => execFileSync('unzip', ['-p', 'b.zip', name], {cwd: folder, encoding: 'utf8'});
  return {list: member('status-list.json'), beside: member('status-list-revocation.json'), document: JSON.parse(run('credential', 'document', 'p.assay'))};
}

const results = [];

function tell(sentence, isGood, why = '') {
  results.push(isGood);
  console.log(`${isGood ? 'ok' : 'not ok'} ${results.length} - ${sentence}`);
  if (!isGood && why) console.log(`# ${String(why).split('\n').join('\n# ')}`);
}

/** What a judge says; an exception is a refusal. */
async function verdict(judge, ...args) {
  try {
    return await judge(...args);
  } catch (error) {
    return {verified: false, error};
  }
}

/** A judge accepts `good`; and refuses every one of `bad`, [what was changed, text]. */
async function hear(name, judge, good, bad) {
  const said = await verdict(judge, good);
  tell(`${name} accepts it`, said.verified === true, said.error?.errors?.[0]?.stack ?? said.error?.stack);
  let taken = [];
  for (const [what, text] of bad) {
    const said = await verdict(judge, text);
    if (said.verified) taken.push(what);
  }
  tell(`${name} refuses it with one byte changed (${bad.length} tried)`, bad.length > 0 && !taken.length, taken.join('\n'));
}

/** One byte of the text changed at `count` places, where what comes out is still to be read. */
function changes(text, count, isReadable) {
  const out = [];
  for (let k = 0; out.length < count && k < 20 * count; k++) {
    const at = Math.floor(((k + 0.5) * text.length) / (20 * count));
    const letter = text[at] === 'a' ? 'b' : 'a';
    if (!/[A-Za-z0-9]/.test(text[at])) continue;
    const changed = text.slice(0, at) + letter + text.slice(at + 1);
    if (changed !== text && isReadable(changed)) out.push([`at ${at}: ${text.slice(at - 10, at + 10)}`, changed]);
  }
  return out;
}

function isJson(text) {
  try {
    return Boolean(JSON.parse(text));
  } catch {
    return false;
  }
}

/** Only what stands in our folder is ever loaded: no network. */
function loaderOf({document, list, beside}) {
  return async (url) => {
    if (url === document.id) return {document, documentUrl: url};
    if (url.startsWith(document.id + '#')) {
      const method = document.verificationMethod.find((m) => m.id === url);
      return {document: {'@context': 'https://w3id.org/security/multikey/v1', ...method}, documentUrl: url};
    }
    for (const text of [list, beside]) if (url === JSON.parse(text).id) return {document: JSON.parse(text), documentUrl: url};
    return vc.defaultDocumentLoader(url);
  };
}

const world = make();
const documentLoader = loaderOf(world);
const suite = new DataIntegrityProof({cryptosuite: createVerifyCryptosuite()});
const badge = read('b.json');

// -- the embedded proof

const isFine = (result) => ({verified: result.verified && result.status !== true, error: result.error});
const judgeProof = (text) => vc.verifyCredential({credential: JSON.parse(text), suite, documentLoader,
  checkStatus: async () => ({verified: true})});
await hear('@digitalbazaar/vc with eddsa-jcs-2022', judgeProof, badge, changes(badge, 200, isJson));

// -- the JWT

const jwks = new Map(world.document.verificationMethod.filter((m) => m.publicKeyJwk)
  .map((m) => [m.publicKeyJwk.kid, m.publicKeyJwk]));
const judgeJwt = async (text) => {
  const {payload, protectedHeader} = await jose.jwtVerify(text, async (header) => {
    if (!jwks.has(header.kid)) throw new Error(`no key ${header.kid}`);
    return jose.importJWK(jwks.get(header.kid), 'RS256');
  }, {algorithms: ['RS256'], issuer: world.document.id, clockTolerance: 5});
  const {iss, jti, sub, nbf, exp, ...credential} = payload;
  const isSame = JSON.stringify(credential) === JSON.stringify(JSON.parse(badge));
  return {verified: isSame && protectedHeader.typ === 'JWT' && jti === credential.id};
};
const jws = read('b.jws').trim();
await hear('jose', judgeJwt, jws, changes(jws, 200, () => true));

// -- the same, taken by others' tools out of what is handed out

const inZip = (name) => execFileSync('unzip', ['-p', 'b.zip', name], {cwd: folder, encoding: 'utf8'}).trim();
run('credential', 'export', 'p.assay', JSON.parse(badge).id.split('/').pop(), '--output', 'b.pdf');
execFileSync('pdfdetach', ['-save', '1', '-o', 'attached.json', 'b.pdf'], {cwd: folder});
for (const [what, judge, text] of [['@digitalbazaar/vc accepts what the ZIP holds', judgeProof, inZip('credential.json')],
  ['@digitalbazaar/vc accepts the attachment of the PDF', judgeProof, read('attached.json')],
  ['jose accepts what the ZIP holds', judgeJwt, inZip('credential.jws')]]) {
  const said = await verdict(judge, text);
  tell(what, said.verified === true, said.error?.stack);
}
tell('the attachment of the PDF is the credential byte for byte', read('attached.json').trim() === badge.trim());

// -- the status list

const judgeStatus = async (text) => {
  const loader = async (url) => (url === JSON.parse(world.list).id
    ? {document: JSON.parse(text), documentUrl: url} : documentLoader(url));
  const said = await checkStatus({credential: JSON.parse(badge), suite, documentLoader: loader,
    verifyBitstringStatusListCredential: true, verifyMatchingIssuers: true});
  const status = said.results?.[0]?.status;
  return {verified: said.verified && status === false, error: said.error};
};
await hear('@digitalbazaar/vc-bitstring-status-list', judgeStatus, world.list, changes(world.list, 100, isJson));

/** What the entry says, and what the list it refers to says at the same place: [suspended, revoked]. */
async function states(name) {
  const credential = JSON.parse(read(name)), {statusReference, ...entry} = credential.credentialStatus;
  const there = {...entry, id: `${statusReference}#${entry.statusListIndex}`, statusPurpose: 'revocation', statusListCredential: statusReference};
  const said = await verdict(() => checkStatus({credential: {...credential, credentialStatus: [entry, there]}, suite, documentLoader,
    verifyBitstringStatusListCredential: true, verifyMatchingIssuers: true}));
  return said.verified ? said.results.map((r) => r.status).join() : said.error?.stack;
}

for (const [what, name, wanted] of [['neither for the good one', 'b.json', 'false,false'],
  ['suspension alone for the suspended one', 's.json', 'true,false'], ['revocation for the revoked one', 'r.json', 'true,true']]) {
  const said = await states(name);
  tell(`@digitalbazaar/vc-bitstring-status-list sees ${what}`, said === wanted, said);
}
const entry = JSON.parse(badge).credentialStatus;
tell('Open Badges 3.0 allows one status entry, an object with id and type', !Array.isArray(entry) &&
  typeof entry.id === 'string' && entry.type === 'BitstringStatusListEntry' && typeof entry.statusReference === 'string');

// -- the log

/** The receipt as sigstore knows entries of a log. */
function entryOf(text) {
  const at = text.indexOf('\n\n');
  const [, ...lines] = text.slice(0, at).split('\n');
  const extra = lines[0].startsWith('extra ') ? lines.shift().slice(6) : null;
  const index = lines.shift().replace('index ', '');
  const envelope = text.slice(at + 2);
  const [origin, size, root] = envelope.split('\n');
  const {entry, log} = JSON.parse(Buffer.from(extra, 'base64').toString('utf8'));
  return {log, origin, canonicalizedBody: Buffer.from(entry), integratedTime: String(Math.floor(Date.now() / 1000)),
    inclusionProof: {logIndex: index, treeSize: size, rootHash: Buffer.from(root, 'base64'),
      hashes: lines.map((line) => Buffer.from(line, 'base64')), checkpoint: {envelope}}};
}

const receipt = read('b.tlog-proof');
const vkey = entryOf(receipt).log;
const [, hint, key] = /^[^+]+\+([0-9a-f]{8})\+(.+)$/.exec(vkey);
const spki = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), Buffer.from(key, 'base64').subarray(1)]);
const tlogs = [{logID: Buffer.from(hint, 'hex'), publicKey: createPublicKey({key: spki, format: 'der', type: 'spki'}),
  validFor: {start: new Date(0), end: new Date(8.64e15)}}];
const judgeReceipt = (text) => {
  const entry = entryOf(text);
  verifyMerkleInclusion(entry);
  verifyCheckpoint(entry, tlogs);
  return {verified: true};
};
// Its first line is a hint that nobody signed: the entry in it is changed as what it is, an entry.
const from = receipt.indexOf('\n', receipt.indexOf('extra ')) + 1;
const covered = changes(receipt.slice(from), 150, () => true)
  .filter(([, text]) => text.split('\n').filter((line) => line.startsWith('index ')).length === 1)
  .map(([what, text]) => [what, receipt.slice(0, from) + text])
  // Names of signers are not signed: a name is found by its key, and sigstore looks at that alone.
  .filter(([what]) => !what.includes('—'));
await hear('@sigstore/verify', judgeReceipt, receipt, covered.filter(([, text]) => {
  const name = (t) => /— (\S+) /.exec(t)?.[1];
  return name(text) === name(receipt);
}));
const changedEntry = await verdict(() => {
  const entry = entryOf(receipt);
  entry.canonicalizedBody[20] ^= 1;
  verifyMerkleInclusion(entry);
  return {verified: true};
});
tell('@sigstore/verify refuses another entry', !changedEntry.verified);

// -- one proof says nothing for the other

const both = JSON.parse(badge);
tell('the badge has one embedded proof, and its JWT has it too',
  both.proof.cryptosuite === 'eddsa-jcs-2022' &&
  JSON.stringify(jose.decodeJwt(jws).proof) === JSON.stringify(both.proof));

rmSync(folder, {recursive: true});
console.log(`1..${results.length}`);
process.exit(results.every(Boolean) ? 0 : 1);
