/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Texts that people read: _("...") looks up the catalogue of the language in force, N_ only marks.
 * The program sets the language; library floors only look up. */
#ifndef BASE_I18N_H
#define BASE_I18N_H

#include <libintl.h>

#define _(text)                  dgettext("assay", text)
#define N_(text)                 text
#define P_(one, many, n)         dngettext("assay", one, many, n)

#endif
