// SPDX-License-Identifier: GPL-3.0-or-later
// What a device remembers. Storage may be switched off or full: then it remembers nothing.

/** @param {string} key @returns {string | null} */
export function recall(key) {
  try {
    return localStorage.getItem(`assay.${key}`);
  } catch {
    return null;
  }
}

/** @param {string} key @param {string | null} value null forgets it */
export function remember(key, value) {
  try {
    if (value === null) localStorage.removeItem(`assay.${key}`);
    else localStorage.setItem(`assay.${key}`, value);
  } catch { /* as if there were none */ }
}
