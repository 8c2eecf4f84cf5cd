// SPDX-License-Identifier: GPL-3.0-or-later
// A picture of what is drawn beside the one that was looked at and kept (web/test/pictures). Fonts differ from machine to
// machine, shapes must not: words are compared as words at their place, and what they cover is left out of
// the pixels; a pixel differs when nothing like it is within one pixel of its place. The comparing is done by
// the browser itself. RENEW=1 keeps what is drawn now: look at it before it is committed.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const KEPT = new URL('../pictures/', import.meta.url).pathname;
const DIFFERENT_MOST = 16, PLACE_MOST = 3;

/** @typedef {{text: string, left: number, top: number, right: number, bottom: number}} Word */
/** @typedef {{words: string[], marks: Word[]}} Note */

/** What canvases write, kept beside them: for `page.addInitScript`. */
export function listenToCanvases() {
  const proto = CanvasRenderingContext2D.prototype, fill = proto.fillText, clear = proto.clearRect;
  proto.clearRect = function (...at) {
    /** @type {any} */ (this.canvas).written = [];
    clear.apply(this, at);
  };
  proto.fillText = function (text, x, y, ...rest) {
    const size = this.measureText(text), ratio = devicePixelRatio;
    const left = x - (this.textAlign === 'center' ? size.width / 2 : this.textAlign === 'right' || this.textAlign === 'end' ? size.width : 0);
    const above = this.textBaseline === 'top' ? 0 : this.textBaseline === 'middle' ? 8 * ratio : 12 * ratio;
    (/** @type {any} */ (this.canvas).written ??= []).push({ text, left: left / ratio, top: (y - above) / ratio, right: (left + size.width) / ratio, bottom: (y - above + 16 * ratio) / ratio });
    fill.call(this, text, x, y, ...rest);
  };
}

/** The words within an element and where they stand, from its corner. @param {import('playwright-core').Locator} locator @returns {Promise<Word[]>} */
function wordsIn(locator) {
  return locator.evaluate((/** @type {Element} */ element) => {
    const corner = element.getBoundingClientRect(), out = [];
    for (const canvas of element.querySelectorAll('canvas')) {
      const at = canvas.getBoundingClientRect(), dx = at.left - corner.left, dy = at.top - corner.top;
      for (const w of /** @type {any} */ (canvas).written ?? []) out.push({ text: w.text, left: w.left + dx, right: w.right + dx, top: w.top + dy, bottom: w.bottom + dy });
    }
    const texts = document.createTreeWalker(element, NodeFilter.SHOW_TEXT), range = document.createRange();
    for (let node = texts.nextNode(); node; node = texts.nextNode()) {
      range.selectNodeContents(node);
      const { left, top, right, bottom } = range.getBoundingClientRect();
      if (right > left && node.nodeValue?.trim()) out.push({ text: node.nodeValue.trim(), left: left - corner.left, right: right - corner.left, top: top - corner.top, bottom: bottom - corner.top });
    }
    for (const w of out) for (const side of /** @type {const} */ (['left', 'right', 'top', 'bottom'])) w[side] = Math.round(w[side]);
    return out;
  });
}

/** How many pixels differ outside the words. @param {import('playwright-core').Page} page @param {Buffer} a @param {Buffer} b @param {Word[]} covered */
function difference(page, a, b, covered) {
  return page.evaluate(async ([one, other, words]) => {
    const read = async (/** @type {string} */ base64) => {
      const image = await createImageBitmap(new Blob([Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))]));
      const { width, height } = image, canvas = new OffscreenCanvas(width, height);
      const c = /** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext('2d'));
      c.drawImage(image, 0, 0);
      c.fillStyle = '#fff';
      for (const w of words) c.fillRect(w.left - 3, w.top - 2, w.right - w.left + 6, w.bottom - w.top + 4);
      return { width, height, data: c.getImageData(0, 0, width, height).data };
    };
    const x = await read(one), y = await read(other), FAR = 72;
    if (x.width !== y.width || x.height !== y.height) return `${x.width} x ${x.height}, kept: ${y.width} x ${y.height}`;
    const isNear = (/** @type {typeof x} */ p, /** @type {typeof x} */ q, /** @type {number} */ px, /** @type {number} */ py) => {
      const i = (py * p.width + px) * 4;
      for (let dy = -1; dy <= 1; dy++)
        for (let dx = -1; dx <= 1; dx++) {
          const qx = px + dx, qy = py + dy;
          if (qx < 0 || qy < 0 || qx >= q.width || qy >= q.height) continue;
          const j = (qy * q.width + qx) * 4;
          if (Math.abs(p.data[i] - q.data[j]) < FAR && Math.abs(p.data[i + 1] - q.data[j + 1]) < FAR && Math.abs(p.data[i + 2] - q.data[j + 2]) < FAR) return true;
        }
      return false;
    };
    let n = 0;
    for (let py = 0; py < x.height; py++) for (let px = 0; px < x.width; px++) n += Number(!isNear(x, y, px, py) || !isNear(y, x, px, py));
    return n;
  }, /** @type {[string, string, Word[]]} */ ([a.toString('base64'), b.toString('base64'), covered]));
}

/** What is wrong with what is drawn; nothing: []. `said`: words beside the picture that must stay.
 * @param {import('playwright-core').Page} page @param {import('playwright-core').Locator | null} locator null: nothing is drawn, only said
 * @param {string} name @param {string[]} said @param {string} out where the picture goes when it is another
 * @returns {Promise<string[]>} */
export async function beside(page, locator, name, said, out) {
  const png = locator && await locator.screenshot({ animations: 'disabled' }), marks = locator ? await wordsIn(locator) : [];
  const picture = join(KEPT, `${name}.png`), note = join(KEPT, `${name}.json`);
  if (process.env.RENEW) {
    mkdirSync(KEPT, { recursive: true });
    writeFileSync(note, `${JSON.stringify({ said, words: marks.map((w) => [w.text, w.left, w.top, w.right, w.bottom]) })}\n`);
    if (png) writeFileSync(picture, png);
    return [];
  }
  if (!existsSync(note)) return [`${name}: no picture is kept; RENEW=1 keeps this one`];
  const kept = JSON.parse(readFileSync(note, 'utf8')), wrong = [];
  const before = /** @type {Word[]} */ (kept.words.map((/** @type {any[]} */ [text, left, top, right, bottom]) => ({ text, left, top, right, bottom })));
  if (JSON.stringify(said) !== JSON.stringify(kept.said)) wrong.push(`${name} says ${JSON.stringify(said)}, kept: ${JSON.stringify(kept.said)}`);
  wrong.push(...differingWords(marks, before).map((text) => `${name}: ${text}`));
  if (png) {
    const n = existsSync(picture) ? await difference(page, png, readFileSync(picture), [...marks, ...before]) : 'no picture is kept';
    if (typeof n === 'string' || n > DIFFERENT_MOST) wrong.push(`${name}: ${n} pixels differ`);
    if (wrong.length) writeFileSync(join(out, `differs-${name}.png`), png);
  }
  return wrong;
}

/** The same words in the same order, their middle where it was. @param {Word[]} now @param {Word[]} before */
function differingWords(now, before) {
  const texts = now.map((w) => w.text).join(' | '), were = before.map((w) => w.text).join(' | ');
  if (texts !== were) return [`written: ${texts}; kept: ${were}`];
  const isAway = (/** @type {Word} */ a, /** @type {Word} */ b) => Math.abs(a.top - b.top) > PLACE_MOST ||
    Math.min(Math.abs(a.left - b.left), Math.abs(a.right - b.right), Math.abs(a.left + a.right - b.left - b.right) / 2) > PLACE_MOST;
  return now.filter((w, i) => isAway(w, before[i])).map((w) => `"${w.text}" stands elsewhere`);
}
