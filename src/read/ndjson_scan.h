/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One JSON object on one line, member by member, without building a tree.
 *
 * RFC 8259 as it stands: no comments, no trailing commas, no bare control characters, valid UTF-8,
 * paired surrogates, and nesting up to JSON_DEPTH_MAX. Strings without escapes and numbers are
 * given in place; a decoded string is valid until the next one of its kind (name or value).
 */
#ifndef READ_NDJSON_SCAN_H
#define READ_NDJSON_SCAN_H

#include "base/buf.h"

#define JSON_DEPTH_MAX 64

typedef enum { JSON_STRING, JSON_NUMBER, JSON_TRUE, JSON_FALSE, JSON_NULL, JSON_NESTED } json_kind;

typedef struct {
    json_kind kind;
    const char *text;
    size_t length;
} json_piece;

typedef struct {
    const char *p, *end;
    const char *fault; /* what was expected where it stopped; NULL while all is well */
    bool is_first;
    buf name, value; /* decoded strings */
} json_scan;

/* At the '{' of line[0..length). False: it is not an object. */
bool json_scan_begin(json_scan *s, const char *line, size_t length);
/* The next member; false at the end (s->fault is NULL) or at a fault. */
bool json_scan_member(json_scan *s, json_piece *name, json_piece *value);
/* The same for an array: at the '[', then element by element. */
bool json_scan_begin_array(json_scan *s, const char *text, size_t length);
bool json_scan_element(json_scan *s, json_piece *value);
/* All of text[0..length) as one value of any kind, checked to its end. */
bool json_scan_value(json_scan *s, const char *text, size_t length, json_piece *out);
void json_scan_done(json_scan *s);

#endif
