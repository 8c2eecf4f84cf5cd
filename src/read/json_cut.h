/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where one object ends and the next begins: one a line, or the elements of an array.
 *
 * Bytes may come in pieces. A '[' before anything else opens an array, whatever lines its elements
 * stand on; behind its ']' lines or another array may follow. */
#ifndef READ_JSON_CUT_H
#define READ_JSON_CUT_H

#include <stdbool.h>
#include <stddef.h>

typedef struct {
    enum { CUT_NOT_KNOWN, CUT_LINES, CUT_ARRAY } form;
    bool is_begun; /* more than a byte order mark was seen */
    unsigned mark; /* bytes of it */
    size_t depth;  /* of the element */
    bool is_in_text, is_escaped;
} json_cut;

typedef enum {
    CUT_MORE,   /* no end among these bytes */
    CUT_RECORD, /* the byte at *end ends a record and is no part of it */
    CUT_OPENS,  /* the byte at *end opens an array: what was before it is nothing */
} json_cut_found;

json_cut_found json_cut_find(json_cut *c, const char *text, size_t length, size_t *end);
/* At the end of all bytes: what an array holds so far is whole, and its ] is missing. */
bool json_cut_is_open(const json_cut *c);

#endif
