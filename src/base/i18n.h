/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Texts that people read: _("...") looks up the catalogue of the language in force, N_ only marks.
 * The program sets the language of the process; a thread that works for somebody else borrows
 * theirs for a while. Library floors only look up. */
#ifndef BASE_I18N_H
#define BASE_I18N_H

#include <stdbool.h>
#include <stddef.h>

const char *i18n_text(const char *text) __attribute__((format_arg(1)));
const char *i18n_plural(const char *one, const char *many, unsigned long n)
    __attribute__((format_arg(1), format_arg(2)));

/* Texts of this thread are in this language ("en", "ko", "zh") until i18n_return. False: there is no
 * catalogue of it; texts stay as they are. */
bool i18n_borrow(const char *language);
void i18n_return(void);

/* A text that was made in English where nobody's language is known (a library, a thread that serves no
 * reader, another process), in the language in force: the format of the catalogue that it was made from
 * is found, and its arguments are put into the translation; a reason behind a colon or at the end is
 * told so too. What fits no format stays as it is. `out` is not `text`. */
void i18n_retell(const char *text, char *out, size_t room);

#define _(text)                  i18n_text(text)
#define N_(text)                 text
#define P_(one, many, n)         i18n_plural(one, many, (unsigned long)(n))

#endif
