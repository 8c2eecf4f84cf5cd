/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A page of a list as people ask for it: filled with what they may see and asked for, and where it
 * goes on. */
#ifndef SCHEME_PAGE_H
#define SCHEME_PAGE_H

#include "base/arena.h"
#include "base/json_tree.h"
#include "store/store.h"

/* Lists that are read as one; lives as long as its arena. */
typedef struct {
    arena *memory;
    store_span *span;
    size_t n, room;
    uint64_t count; /* of all their entries, whatever the prefixes */
} span_list;
bool span_add(span_list *l, const char *list, const char *prefix, uint64_t count);

/* Shows entries from page->mark on until page->limit rows are in `rows` (`visit` appends those that
 * are to be shown, and returns false to give up), the list ends, or so many were passed over that
 * the next page goes on with them. Sets `next` of `out`: a mark, or null. */
ASSAY_MUST_USE assay_status page_fill(store *s, const store_page *page, store_entry_visitor *visit,
                                      void *context, const json_t *rows, json_t *out,
                                      assay_err *err);

#endif
