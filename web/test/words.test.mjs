// SPDX-License-Identifier: GPL-3.0-or-later
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import en from '../lang/en.js';
import ko from '../lang/ko.js';
import zh from '../lang/zh.js';
import { test } from './lib/harness.mjs';

/** The values a text names. @param {string} text */
const values = (text) => [...text.matchAll(/\{(\w+)\s*[,}]/g)].map((m) => m[1]).filter((v, i, all) => all.indexOf(v) === i).sort();

test('every key is in all three catalogues, with the same values in it', async () => {
  for (const [name, other] of /** @type {[string, Record<string, string>][]} */ ([['ko', ko], ['zh', zh]])) {
    assert.deepEqual(Object.keys(other).sort(), Object.keys(en).sort(), name);
    for (const [key, text] of Object.entries(en)) {
      const counted = [...text.matchAll(/\{(\w+),\s*plural/g)].map((m) => m[1]); // a language without plurals may not need it
      assert.deepEqual(values(other[key]).filter((v) => !values(text).includes(v)), [], `${name} ${key}`);
      assert.deepEqual(values(text).filter((v) => !counted.includes(v) && !values(other[key]).includes(v)), [], `${name} ${key}`);
      assert.ok(other[key].trim(), `${name} ${key} is empty`);
    }
  }
});

test('every screen has its words', async () => {
  const screens = JSON.parse(readFileSync(new URL('../screens.json', import.meta.url), 'utf8'));
  /** @type {Record<string, string>} */
  const words = en;
  for (const s of screens) {
    assert.ok(words[`nav.${s.screen}`], `nav.${s.screen}`);
    assert.ok(!s.nav || words[`group.${s.nav}`], `group.${s.nav}`);
  }
});

test('every key that is asked for exists, and every key is asked for', async () => {
  const files = ['lib', 'screens'].flatMap((folder) => {
    const at = new URL(`../${folder}/`, import.meta.url);
    return readdirSync(at, { recursive: true }).filter((f) => String(f).endsWith('.js')).map((f) => readFileSync(new URL(String(f), at), 'utf8'));
  });
  const text = files.join('\n');
  const literal = [...text.matchAll(/\bt\(\s*'([^']+)'/g)].map((m) => m[1]);
  assert.deepEqual(literal.filter((key) => !Object.hasOwn(en, key)), []);
  const made = [...text.matchAll(/`([\w.-]*)\$\{/g)].map((m) => m[1]).filter((p) => p.endsWith('.'));
  const isUsed = (/** @type {string} */ key) => text.includes(`'${key}'`) || made.some((start) => key.startsWith(start));
  assert.deepEqual(Object.keys(en).filter((key) => !isUsed(key)), []);
});

test('every reason of the server for a figure that is undefined is said in three languages', async () => {
  const source = readFileSync(new URL('../../src/report/reasons.def', import.meta.url), 'utf8');
  const reasons = [...source.matchAll(/N_\(((?:\s*"(?:[^"\\]|\\.)*")+)\s*\)/g)].map((m) => [...m[1].matchAll(/"((?:[^"\\]|\\.)*)"/g)].map((part) => part[1]).join(''));
  assert.ok(reasons.length > 100, String(reasons.length));
  assert.deepEqual(reasons.filter((text) => !Object.hasOwn(en, `why.${text.replace(/\d+/g, '#')}`)), []);
});
