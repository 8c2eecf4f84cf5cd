// SPDX-License-Identifier: GPL-3.0-or-later
// Dialogs, and short messages that pass. Both have one host in the shell, so that any code may call
// showDialog, askReason and tell.
import { inWords } from './api.js';
import { Field } from './form.js';
import { html, useEffect, useRef, useState } from './html.js';
import { t } from './i18n.js';

/** @typedef {(close: (result?: any) => void) => any} DialogBody */
/** @typedef {{title: string, body: DialogBody, close: (result?: any) => void}} Open */
/** @type {(open: Open | null) => void} */
let setOpen = () => {};
/** @type {(text: string, kind: 'fine' | 'wrong') => void} */
let addToast = () => {};

/** Shows a dialog; the promise holds what `close` was called with, null when it was left.
 * @param {string} title @param {DialogBody} body @returns {Promise<any>} */
export function showDialog(title, body) {
  return new Promise((done) => {
    setOpen({ title, body, close: (result = null) => {
      setOpen(null);
      done(result);
    } });
  });
}

/** Asks for a reason, and does what it is the reason for; the dialog stays until that went well.
 * `label`, `missing`: where it is not a reason that is asked for.
 * @param {{title: string, text?: string, action: string, more?: any, label?: string, missing?: string, run: (reason: string) => Promise<any>}} what
 * @returns {Promise<boolean>} was it done? */
export async function askReason(what) {
  return (await showDialog(what.title, (close) => html`<${ReasonForm} ...${what} close=${close} />`)) === true;
}

/** @param {{text?: string, action: string, more?: any, label?: string, missing?: string, run: (reason: string) => Promise<any>, close: (done: boolean | null) => void}} props */
function ReasonForm({ text, action, more, label, missing, run, close }) {
  const [reason, setReason] = useState('');
  const [error, setError] = useState('');
  const [isBusy, setBusy] = useState(false);
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    if (!reason.trim()) {
      setError(missing ?? t('reason.missing'));
      return;
    }
    setBusy(true);
    try {
      await run(reason.trim());
      close(true);
    } catch (problem) {
      setError(inWords(problem));
      setBusy(false);
    }
  };
  return html`<form class="stack" novalidate onSubmit=${submit}>
    ${text && html`<p>${text}</p>`}
    ${more}
    <${Field} label=${label ?? t('reason.label')} hint=${t('reason.hint')} error=${error} lines=${3} value=${reason} autofocus
      onInput=${(/** @type {any} */ e) => setReason(e.target.value)} />
    <${Buttons} action=${action} isBusy=${isBusy} close=${close} />
  </form>`;
}

/** Cancel, and the button that does it. @param {{action: string, isBusy?: boolean, close: (result: null) => void}} props */
export function Buttons({ action, isBusy, close }) {
  return html`<div class="buttons">
    <button type="button" onClick=${() => close(null)}>${t('cancel')}</button>
    <button class="primary" disabled=${isBusy}>${action}</button>
  </div>`;
}

/** A short message; `wrong` ones stay longer and are read out at once. @param {string} text @param {'fine' | 'wrong'} [kind] */
export function tell(text, kind = 'fine') {
  addToast(text, kind);
}

/** @param {unknown} error */
export function tellProblem(error) {
  tell(inWords(error), 'wrong');
}

/** Once, in the shell. */
export function DialogHost() {
  const [open, set] = useState(/** @type {Open | null} */ (null));
  const element = useRef(/** @type {HTMLDialogElement | null} */ (null));
  setOpen = set;
  useEffect(() => {
    if (open && !element.current?.open) element.current?.showModal();
  }, [open]);
  return open && html`<dialog ref=${element} aria-labelledby="dialog-title" onCancel=${(/** @type {Event} */ e) => {
    e.preventDefault();
    open.close();
  }}><h2 id="dialog-title">${open.title}</h2>${open.body(open.close)}</dialog>`;
}

/** Once, in the shell. */
export function ToastHost() {
  const [toasts, set] = useState(/** @type {{id: number, text: string, kind: string}[]} */ ([]));
  const next = useRef(0);
  addToast = (text, kind) => {
    const id = ++next.current;
    set((old) => [...old.slice(-3), { id, text, kind }]);
    setTimeout(() => set((old) => old.filter((toast) => toast.id !== id)), kind === 'wrong' ? 12000 : 5000);
  };
  const shown = (/** @type {string} */ kind) => toasts.filter((x) => x.kind === kind).map((x) => html`<p key=${x.id} class="toast ${kind}">${x.text}</p>`);
  return html`<div class="toasts"><div role="status">${shown('fine')}</div><div role="alert">${shown('wrong')}</div></div>`;
}
