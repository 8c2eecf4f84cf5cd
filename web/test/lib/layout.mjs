// SPDX-License-Identifier: GPL-3.0-or-later
// What a person would see as broken: text that is cut off, or that lies on other text.

/** @param {import('playwright-core').Page} page @returns {Promise<string[]>} */
export function cutOrOverlapping(page) {
  return page.evaluate(() => {
    /** @type {string[]} */
    const found = [];
    const name = (/** @type {Element} */ e) => `<${e.tagName.toLowerCase()}${e.className ? ` class="${e.getAttribute('class')}"` : ''}> "${(e.textContent ?? '').trim().slice(0, 40)}"`;
    const isScrolled = (/** @type {Element | null} */ e) => {
      for (; e; e = e.parentElement) if (/auto|scroll/.test(getComputedStyle(e).overflowX)) return e;
      return null;
    };
    const isShown = (/** @type {Element} */ e) => e.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && !e.closest('.hidden, .skip');
    const root = document.documentElement;
    if (root.scrollWidth > root.clientWidth) found.push(`the page is ${root.scrollWidth} px wide`);

    /** @type {{element: Element, box: DOMRect}[]} */
    const texts = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const element = node.parentElement;
      if (!element || !node.textContent?.trim() || !isShown(element) || element.closest('svg, select, script, noscript')) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      for (const box of range.getClientRects()) if (box.width > 1 && box.height > 1) texts.push({ element, box });
    }
    for (const { element, box } of texts) {
      for (let e = /** @type {Element | null} */ (element); e; e = e.parentElement) {
        const style = getComputedStyle(e), clip = e.getBoundingClientRect();
        if (/hidden|clip/.test(style.overflowX) && (box.right > clip.right + 1.5 || box.left < clip.left - 1.5)) found.push(`cut: ${name(element)} by ${name(e)}`);
        if (/auto|scroll/.test(style.overflowX)) break;
      }
      if (!isScrolled(element) && (box.right > root.clientWidth + 1.5 || box.left < -1.5)) found.push(`out of the page: ${name(element)}`);
    }
    const fixed = (/** @type {Element | null} */ e) => {
      for (; e; e = e.parentElement) if (/fixed|sticky/.test(getComputedStyle(e).position)) return true;
      return false;
    };
    const loose = texts.filter(({ element }) => !fixed(element));
    for (let i = 0; i < loose.length; i++)
      for (let j = i + 1; j < Math.min(loose.length, i + 400); j++) {
        const a = loose[i], b = loose[j];
        if (a.element === b.element || a.element.contains(b.element) || b.element.contains(a.element)) continue;
        const width = Math.min(a.box.right, b.box.right) - Math.max(a.box.left, b.box.left);
        const height = Math.min(a.box.bottom, b.box.bottom) - Math.max(a.box.top, b.box.top);
        if (width > 2 && height > Math.min(a.box.height, b.box.height) * 0.35 && !isScrolled(a.element) && !isScrolled(b.element))
          found.push(`overlap: ${name(a.element)} and ${name(b.element)}`);
      }
    return [...new Set(found)].slice(0, 20);
  });
}
