// SPDX-License-Identifier: GPL-3.0-or-later
// Where a file is dropped, or chosen by keys and touch.
import { html, useState } from './html.js';
import { t } from './i18n.js';

/** `title`: what is to be dropped; `words`: which kinds. @param {{send: (file: File) => void, isBusy?: boolean, title?: string, words?: string, accept?: string}} props */
export function Drop({ send, isBusy = false, title, words, accept = '.csv,.tsv,.txt,.xlsx,.xlsm,.dfq,.dfd,.dfx,.qif,.ndjson,.json,.xml' }) {
  const [isOver, setOver] = useState(false);
  const drop = (/** @type {DragEvent} */ e) => {
    e.preventDefault();
    setOver(false);
    const file = e.dataTransfer?.files[0];
    if (file) send(file);
  };
  return html`<label class="drop ${isOver ? 'over' : ''}" onDragOver=${(/** @type {Event} */ e) => { e.preventDefault(); setOver(true); }}
      onDragLeave=${() => setOver(false)} onDrop=${drop}>
    <svg viewBox="0 0 48 48" aria-hidden="true"><path d="M24 32V8m-9 9 9-9 9 9M8 30v10h32V30" /></svg>
    <b>${isBusy ? t('first.sending') : title ?? t('first.drop')}</b><span class="soft">${words ?? t('first.kinds')}</span>
    <input type="file" class="drop-input" accept=${accept} disabled=${isBusy} onChange=${(/** @type {any} */ e) => {
      if (e.target.files[0]) send(e.target.files[0]);
      e.target.value = '';
    }} /></label>`;
}
