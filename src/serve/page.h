/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pages that need no script: HTML made here, words in the reader's language. */
#ifndef SERVE_PAGE_H
#define SERVE_PAGE_H

#include "base/buf.h"
#include "serve/request.h"

typedef enum {
#define WORD(id, en, ko, zh) WORD_##id,
#include "words.def"
#undef WORD
    WORD_COUNT
} word_id;

typedef enum { LANGUAGE_EN, LANGUAGE_KO, LANGUAGE_ZH } language;
language page_language(const request *r); /* by Accept-Language */
const char *page_language_name(request *r); /* "ko": as `language` asks, else the same */
const char *page_word(language l, word_id id);

/* From <!doctype> to <main>, and from </main> on.  */
void page_begin(buf *out, language l, word_id title);
void page_end(request *r, unsigned status, buf *out); /* leaves the answer */
void page_go(request *r, const char *path);            /* 303 */

/* Where to go after logging in: `next` when it is a path of this server, else "/". */
enum { PAGE_NEXT_MAX = 400 };
const char *page_next(const char *next);

/* A field of a form body (application/x-www-form-urlencoded); "" when absent. */
const char *form_field(request *r, const char *name);

#endif
