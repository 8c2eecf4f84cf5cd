// SPDX-License-Identifier: GPL-3.0-or-later
// Runs before anything is painted: a remembered theme must not flash the other one.
try {
  const theme = localStorage.getItem('assay.theme');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
} catch { /* storage may be switched off: the system's theme then */ }
