// SPDX-License-Identifier: GPL-3.0-or-later
// Where the browser begins: see README.md for how a screen is made.
import { start } from './lib/shell.js';

start(/** @type {HTMLElement} */ (document.getElementById('app')));
