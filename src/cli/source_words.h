/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Settings of a source from the words of a command line: "listen=127.0.0.1:8094", one JSON object,
 * or both. Apart from cmd_source.c because that one writes JSON with our own writer. */
#ifndef CLI_SOURCE_WORDS_H
#define CLI_SOURCE_WORDS_H

#include "base/buf.h"
#include "store/store.h"

typedef struct {
    const char *name;
    char *const
        *words; /* NAME=VALUE; the value is JSON where it can be read as such, else a text */
    int count;
    bool is_new; /* must not be there yet; else its settings change by the words */
    const char *actor, *why;
} source_words;

/* The settings the words make, checked; json_decref them. */
struct json_t;
ASSAY_MUST_USE assay_status source_words_settings(store *db, const source_words *w,
                                                  struct json_t **out, assay_err *err);
/* Are they settings of a source? Of a change: together with those `db` has. */
ASSAY_MUST_USE assay_status source_words_check(store *db, const source_words *w, assay_err *err);
ASSAY_MUST_USE assay_status source_words_put(store *db, store_tx *tx, const source_words *w,
                                             assay_err *err);
/* An order to what stands behind a source, from the same words, as JSON. */
ASSAY_MUST_USE assay_status source_words_order(const source_words *w, buf *out, assay_err *err);
/* The settings as indented JSON without secrets, ended by a newline. */
ASSAY_MUST_USE assay_status source_words_show(const store_document *d, buf *out, assay_err *err);
/* The door and whether it is enabled; false: the document is none of a source. */
bool source_words_door(const store_document *d, char *out, size_t room, bool *is_enabled);
/* Each type of door: name, summary (to be translated) and example; false stops. */
typedef bool source_type_visitor(const char *name, const char *summary, const char *example,
                                 void *context);
void source_words_types(source_type_visitor *visit, void *context);

#endif
