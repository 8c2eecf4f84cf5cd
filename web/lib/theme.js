// SPDX-License-Identifier: GPL-3.0-or-later
// Light, dark, or as the system says. A chart is drawn in pixels and must be told: onTheme.
import { recall, remember } from './storage.js';

/** @typedef {'light' | 'dark' | 'system'} Theme */

const dark = matchMedia('(prefers-color-scheme: dark)');
/** @type {Set<() => void>} */
const listeners = new Set();

/** @returns {Theme} */
export function theme() {
  const kept = recall('theme');
  return kept === 'light' || kept === 'dark' ? kept : 'system';
}

/** @param {Theme} wanted */
export function setTheme(wanted) {
  remember('theme', wanted === 'system' ? null : wanted);
  if (wanted === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = wanted;
  tell();
}

export function isDark() {
  const wanted = theme();
  return wanted === 'dark' || (wanted === 'system' && dark.matches);
}

/** Calls `then` when the colours change. @param {() => void} then @returns {() => void} stops it */
export function onTheme(then) {
  listeners.add(then);
  return () => listeners.delete(then);
}

/** A colour of style.css by its name, for canvases. @param {string} name "ink" @returns {string} */
export function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

function tell() {
  for (const then of listeners) then();
}
dark.addEventListener('change', tell);
