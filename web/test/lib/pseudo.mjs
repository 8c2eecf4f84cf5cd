// SPDX-License-Identifier: GPL-3.0-or-later
// English with words 40 % longer, served in place of the catalogue.

/** @param {string} text ICU texts: what is in braces stays */
export function lengthen(text) {
  if (text.includes('plural') || text.includes('select')) return text;
  const words = text.replace(/\{[^}]*\}/g, '').length;
  return `${text}${' lorem ipsum dolor'.slice(0, Math.max(1, Math.ceil(words * 0.4)))}`;
}

/** @param {import('playwright-core').Page} page */
export async function pseudo(page) {
  await page.route('**/lang/en.js', async (route) => {
    const answer = await route.fetch();
    const { default: words } = await import(`data:text/javascript,${encodeURIComponent(await answer.text())}`);
    const long = Object.fromEntries(Object.entries(words).map(([key, text]) => [key, lengthen(/** @type {string} */ (text))]));
    await route.fulfill({ contentType: 'text/javascript', body: `export default ${JSON.stringify(long)};` });
  });
}
