// SPDX-License-Identifier: GPL-3.0-or-later
// Badges that another program gives: with proofs inside by @digitalbazaar/vc (eddsa-jcs-2022), as JWT by jose (RS256),
// and their issuer's keys and status lists. foreign.py lets our binary judge them.
//   node foreign.mjs FOLDER
import {writeFileSync} from 'node:fs';
import {join} from 'node:path';

import {DataIntegrityProof} from '@digitalbazaar/data-integrity';
import {createSignCryptosuite} from '@digitalbazaar/eddsa-jcs-2022-cryptosuite';
import * as Ed25519Multikey from '@digitalbazaar/ed25519-multikey';
import {createCredential, createList} from '@digitalbazaar/vc-bitstring-status-list';
import * as vc from '@digitalbazaar/vc';
import * as jose from 'jose';

const folder = process.argv[2], DID = 'did:web:foreign.example', BASE = 'https://foreign.example';
const write = (name, what) => writeFileSync(join(folder, name), typeof what === 'string' ? what : JSON.stringify(what, null, 2));
const iso = (ms) => new Date(ms).toISOString().replace(/\.\d+/, '');
const DAY = 86400000, now = Date.now();

const keyOf = (controller, id) => Ed25519Multikey.generate({controller, id});
const proofBy = (key) => new DataIntegrityProof({signer: key.signer(), cryptosuite: createSignCryptosuite()});
const issue = (credential, key, at) => vc.issue({credential, suite: proofBy(key), now: at});

const key = await keyOf(DID, `${DID}#key-1`), stranger = await keyOf(DID, `${DID}#key-1`);
const own = await keyOf();
own.controller = `did:key:${own.publicKeyMultibase}`;
own.id = `${own.controller}#${own.publicKeyMultibase}`;
const rsa = await jose.generateKeyPair('RS256', {modulusLength: 3072, extractable: true});

const document = {
  '@context': ['https://www.w3.org/ns/did/v1', 'https://w3id.org/security/multikey/v1', 'https://w3id.org/security/jwk/v1'],
  id: DID,
  verificationMethod: [
    {id: key.id, type: 'Multikey', controller: DID, publicKeyMultibase: key.publicKeyMultibase},
    {id: `${DID}#rsa`, type: 'JsonWebKey', controller: DID, publicKeyJwk: await jose.exportJWK(rsa.publicKey)},
  ],
  assertionMethod: [key.id, `${DID}#rsa`],
};
write('did.json', document);

for (const [purpose, set] of [['revocation', 3], ['suspension', 5]]) {
  const list = await createList({length: 131072});
  list.setStatus(set, true);
  const credential = await createCredential({id: `${BASE}/${purpose}`, list, statusPurpose: purpose});
  write(`${purpose}.json`, await issue({...credential, issuer: DID, validFrom: iso(now - DAY)}, key));
}

const entry = (purpose, index) => ({credentialStatus: {id: `${BASE}/${purpose}#${index}`, type: 'BitstringStatusListEntry',
  statusPurpose: purpose, statusListIndex: String(index), statusListCredential: `${BASE}/${purpose}`}});

const badge = (more = {}) => ({
  '@context': ['https://www.w3.org/ns/credentials/v2', 'https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json'],
  id: `urn:uuid:${crypto.randomUUID()}`,
  type: ['VerifiableCredential', 'OpenBadgeCredential'],
  issuer: {id: DID, type: ['Profile'], name: 'Foreign Association'},
  validFrom: iso(now - 2 * DAY),
  credentialSubject: {id: `urn:uuid:${crypto.randomUUID()}`, type: ['AchievementSubject'],
    achievement: {id: `${BASE}/belt`, type: ['Achievement'], name: 'Green belt', description: 'Six Sigma', criteria: {narrative: 'An exam'}}},
  ...more,
});

const seconds = (text) => Math.floor(Date.parse(text) / 1000);
const jwtOf = (c) => new jose.SignJWT({...c, iss: c.issuer.id, jti: c.id, sub: c.credentialSubject.id, nbf: seconds(c.validFrom),
  ...(c.validUntil && {exp: seconds(c.validUntil)})}).setProtectedHeader({alg: 'RS256', kid: `${DID}#rsa`, typ: 'JWT'}).sign(rsa.privateKey);

const cases = {fine: {}, listed: entry('revocation', 4), revoked: entry('revocation', 3), suspended: entry('suspension', 5),
  expired: {validUntil: iso(now - DAY)}, unknown: {issuer: {id: 'did:web:unknown.example', type: ['Profile'], name: 'Nobody'}}};
for (const [name, more] of Object.entries(cases)) {
  const signer = name === 'unknown' ? await keyOf('did:web:unknown.example', 'did:web:unknown.example#key-1') : key;
  const signed = await issue(badge(more), signer, iso(now - 1.5 * DAY));
  write(`${name}.json`, signed);
  write(`${name}.jws`, await jwtOf(badge(more)));
}
write('own.json', await issue(badge({issuer: {id: own.controller, type: ['Profile'], name: 'By key'}}), own));
write('forged.json', await issue(badge(), stranger)); // by a key of the same name that is not the issuer's

// One signed byte changed.
const fine = await issue(badge(), key), [head, , signature] = (await jwtOf(badge())).split('.');
write('changed.json', {...fine, credentialSubject: {...fine.credentialSubject, achievement: {...fine.credentialSubject.achievement, name: 'Black belt'}}});
write('changed.jws', [head, jose.base64url.encode(JSON.stringify(jose.decodeJwt(await jwtOf(badge()))).replace('Green', 'Black')), signature].join('.'));
