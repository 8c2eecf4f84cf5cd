// SPDX-License-Identifier: GPL-3.0-or-later
// A real `assay serve` with a database of its own, and requests to it.
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const TOP = new URL('../../..', import.meta.url).pathname.replace(/\/$/, '');
export const PASSWORD = 'correct horse battery';

export class Server {
  /** @param {string} assay the binary */
  constructor(assay) {
    this.assay = assay;
    this.home = mkdtempSync(join(tmpdir(), 'assay-web-'));
    this.database = join(this.home, 'plant.assay');
    this.port = 0;
    /** @type {Map<string, any>} cookies by account */
    this.sessions = new Map();
  }

  /** Runs a verb on the database, before the server has it. @param {string} verb @param {string[]} rest @param {string} [input] */
  run(verb, rest, input) {
    return execFileSync(this.assay, [verb, this.database, ...rest], { input, maxBuffer: 1 << 28, stdio: ['pipe', 'pipe', 'pipe'] });
  }

  /** Starts (again, at the same port). */
  async start() {
    const log = openSync(join(this.home, 'log'), 'a');
    this.process = spawn(this.assay, ['serve', this.database, '--listen', `127.0.0.1:${this.port}`, '--demo', '--log', 'text'],
      { stdio: ['ignore', 'pipe', log] });
    let said = '';
    for await (const text of this.process.stdout) {
      said += text;
      if (/^demo token: .*\n/m.test(said)) break;
    }
    this.address = said.split('\n')[0];
    if (!/^http/.test(this.address)) throw new Error(`the server did not start: ${readFileSync(join(this.home, 'log'))}`);
    this.port = Number(this.address.split(':').pop());
    this.password = /** @type {any} */ (said.match(/^demo login: demo (\S+)/m))[1];
    this.token = /** @type {any} */ (said.match(/^demo token: (\S+)/m))[1];
    this.sessions.clear();
    return this;
  }

  /** @param {NodeJS.Signals} [how] */
  async stop(how = 'SIGTERM') {
    const running = this.process;
    if (!running || running.exitCode !== null) return;
    const over = new Promise((done) => running.once('exit', done));
    running.kill(how);
    await over;
    this.process = undefined;
  }

  async close() {
    await this.stop('SIGKILL');
    rmSync(this.home, { recursive: true, force: true });
  }

  /** A request with the demo token. `path` after /api/v1/. Throws what is refused.
   * @param {string} method @param {string} path @param {any} [body] @param {Record<string, string>} [headers] @returns {Promise<any>} */
  async api(method, path, body, headers = {}) {
    const answer = await fetch(`${this.address}/api/v1/${path}`, {
      method,
      headers: { Authorization: `Bearer ${this.token}`, ...(body !== undefined && { 'Content-Type': 'application/json' }), ...headers },
      body: body === undefined || typeof body === 'string' ? body : JSON.stringify(body),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text && answer.headers.get('content-type')?.includes('json') ? JSON.parse(text) : text;
  }

  /** @param {object[]} rows {characteristic, time, value, ...} */
  measure(rows) {
    return this.api('POST', 'measurements?totals=1', rows.map((r) => `${JSON.stringify(r)}\n`).join(''), { 'Content-Type': 'application/x-ndjson' });
  }

  /** An account with a password. @param {string} account @param {string} grants "operator@site" @param {string} [name] */
  async person(account, grants, name = account) {
    await this.api('PUT', `people/${account}`, { grants, name, password: PASSWORD, why: 'test' }, { 'If-None-Match': '*' });
  }

  /** The cookie of a session, for a browser. @param {string} [account] */
  async cookie(account = 'demo') {
    if (!this.sessions.has(account)) {
      const password = account === 'demo' ? this.password : PASSWORD;
      const answer = await fetch(`${this.address}/api/v1/session`, {
        method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ account, password }) });
      if (!answer.ok) throw new Error(`${account} cannot log in: ${await answer.text()}`);
      const [name, value] = /** @type {string} */ (answer.headers.get('set-cookie')).split(';')[0].split('=');
      this.sessions.set(account, { name, value, url: this.address });
    }
    return this.sessions.get(account);
  }
}
