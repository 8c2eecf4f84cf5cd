/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Words a person reads, in their language: _() where they are shown, N_() where they only stand in
 * a table. Catalogues are in po/; choosing one is the caller's business (src/cli/language.c).
 * Names of the contract (JSON keys, option names, reasons) are never translated. */
#ifndef BASE_WORDS_H
#define BASE_WORDS_H

#include <libintl.h>

#define _(text)  dgettext("assay", text)
#define N_(text) text

#endif
