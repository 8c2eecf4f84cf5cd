// SPDX-License-Identifier: GPL-3.0-or-later
// The browser's own database: things with a key, durable when a promise says so.

/** @template T @param {IDBRequest<T>} request @returns {Promise<T>} */
function answer(request) {
  return new Promise((done, fail) => {
    request.onsuccess = () => done(request.result);
    request.onerror = () => fail(request.error);
  });
}

/** Things of one kind, each an object with `key`. @template {{key: string, at: number}} T */
export class Local {
  /** @param {string} name of the database @param {string} store */
  constructor(name, store) {
    this.name = name;
    this.store = store;
    /** @type {Promise<IDBDatabase> | null} */
    this.opening = null;
  }

  open() {
    this.opening ??= new Promise((done, fail) => {
      const request = indexedDB.open(this.name, 1);
      request.onupgradeneeded = () => request.result.createObjectStore(this.store, { keyPath: 'key' });
      request.onsuccess = () => done(request.result);
      request.onerror = () => fail(request.error);
    });
    return this.opening;
  }

  /** Durable when it returns. @param {'put' | 'delete'} how @param {...any} what */
  async write(how, ...what) {
    const transaction = (await this.open()).transaction(this.store, 'readwrite', { durability: 'strict' });
    const over = new Promise((done, fail) => {
      transaction.oncomplete = () => done(null);
      transaction.onerror = transaction.onabort = () => fail(transaction.error);
    });
    for (const one of what) transaction.objectStore(this.store)[how](one);
    await over;
  }

  /** @returns {Promise<T[]>} oldest first */
  async all() {
    const values = await answer((await this.open()).transaction(this.store).objectStore(this.store).getAll());
    return values.sort((a, b) => a.at - b.at || (a.key < b.key ? -1 : 1));
  }
}

export function newKey() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((b) => b.toString(16).padStart(2, '0')).join('');
}
