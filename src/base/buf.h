/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A growing string of bytes. Always NUL-terminated once something was added.
 *
 * A failed allocation sets `failed` and turns every later call into nothing, so that a long
 * sequence of additions needs one check at its end.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

typedef struct {
    char *data; /* NULL until the first addition */
    size_t length, room;
    bool failed;
} buf;

#define BUF_INIT ((buf){0})

void buf_done(buf *b);
void buf_clear(buf *b); /* keeps the memory */
bool buf_reserve(buf *b, size_t more);
void buf_add(buf *b, const void *bytes, size_t length);
void buf_add_text(buf *b, const char *text);
void buf_add_char(buf *b, char c);
void buf_addf(buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
void buf_addv(buf *b, const char *format, va_list args);
const char *buf_text(const buf *b); /* "" for an empty one */

/* Text as XML or HTML has it between tags and within double quotes; characters that XML does not
 * know are left out. NULL adds nothing. */
void buf_add_xml(buf *b, const char *text);

#endif
