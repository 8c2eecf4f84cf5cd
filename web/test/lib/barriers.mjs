// SPDX-License-Identifier: GPL-3.0-or-later
// What keeps somebody out, as axe-core finds it, in both themes.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** @param {import('playwright-core').Page} page @param {(theme: string) => Promise<void>} [each] once it is drawn in a theme @returns {Promise<string[]>} */
export async function barriers(page, each) {
  const found = [];
  await page.evaluate(axe);
  for (const theme of /** @type {const} */ (['light', 'dark'])) {
    await page.emulateMedia({ colorScheme: theme });
    await page.waitForTimeout(50);
    await each?.(theme);
    const result = await page.evaluate(() => /** @type {any} */ (window).axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag22aa'] }));
    for (const v of result.violations)
      found.push(`${theme} ${v.id}: ${v.nodes.slice(0, 3).map((/** @type {any} */ n) => `${n.target} ${n.failureSummary}`).join(' | ')}`);
  }
  return found;
}
