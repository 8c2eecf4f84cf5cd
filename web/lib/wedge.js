// SPDX-License-Identifier: GPL-3.0-or-later
// What types at a station: a gauge (value, then Enter or Tab), a scanner, hands. Wherever the focus is, it
// goes to one place, except into a field somebody has chosen to write in.
import { useEffect, useRef, useState } from './html.js';


/** @param {EventTarget | null} target */
function isWriting(target) {
  return target instanceof HTMLElement && (target.closest('input, select, textarea, dialog') !== null || target.isContentEditable);
}

/** Collects signs until Enter or Tab. @param {(text: string, isFast: boolean) => void} take `isFast`: faster than hands
 * @returns {{text: string, type: (sign: string) => void, erase: () => void, clear: () => void, enter: () => void}} */
export function useWedge(take) {
  const [text, setText] = useState('');
  const now = useRef({ text: '', began: 0, last: 0 });
  const latest = useRef(take);
  latest.current = take;
  const set = (/** @type {string} */ next) => {
    const at = performance.now();
    if (!now.current.text) now.current.began = at;
    now.current.text = next;
    now.current.last = at;
    setText(next);
  };
  const enter = () => {
    const { text: said, began, last } = now.current;
    set('');
    if (said.trim()) latest.current(said.trim(), said.length > 2 && last - began < said.length * 25);
  };
  const tools = { text, type: (/** @type {string} */ sign) => set(now.current.text + sign), erase: () => set(now.current.text.slice(0, -1)),
    clear: () => set(''), enter };
  const own = useRef(tools);
  own.current = tools;
  useEffect(() => {
    const hear = (/** @type {KeyboardEvent} */ e) => {
      if (isWriting(e.target) || e.ctrlKey || e.metaKey || e.altKey) return;
      const is = now.current.text !== '';
      if (e.key.length === 1 && (e.key !== ' ' || is)) own.current.type(e.key);
      else if ((e.key === 'Enter' || e.key === 'Tab') && is) own.current.enter();
      else if (e.key === 'Backspace' && is) own.current.erase();
      else if (e.key === 'Escape' && is) own.current.clear();
      else return;
      e.preventDefault();
      e.stopPropagation();
    };
    addEventListener('keydown', hear, true);
    return () => removeEventListener('keydown', hear, true);
  }, []);
  return tools;
}

/** A number as gauges and people write it: comma or point, sign, perhaps a unit behind it. null: it is none.
 * @param {string} text @returns {string | null} with a point */
export function numberIn(text) {
  const found = /^\s*([+-]?(?:\d+[.,]?\d*|[.,]\d+))\s*([a-zA-Zµ°%"'/]{0,6})\s*$/.exec(text);
  return found ? found[1].replace(',', '.').replace(/^\+/, '') : null;
}

/** The kind of card whose prefix it begins with; the longest prefix counts.
 * @param {string} text @param {{kind: string, prefix: string}[]} scans @returns {{kind: string, content: string} | null} */
export function scanIn(text, scans) {
  let best = null;
  for (const scan of scans)
    if (text.startsWith(scan.prefix) && (!best || scan.prefix.length > best.prefix.length)) best = scan;
  return best && { kind: best.kind, content: text.slice(best.prefix.length).trim() || text };
}

