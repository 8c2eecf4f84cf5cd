/* SPDX-License-Identifier: GPL-3.0-or-later */
/* JSON as it is written out: a stream of members, never a tree.
 *
 * Numbers carry as many digits as read back to the same binary64; decimals are written as they
 * came. A number that does not exist is null, and its object ends with a member `why` that gives
 * the reason by name: {"cp": null, "why": {"cp": "no upper limit"}}. Objects deeper than JSON_DEPTH
 * or mismatched ends are our mistakes (assert). The buffer is handed to `sink` whenever it has
 * grown past 64 KiB and by json_done, so that long series need little memory.
 */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include "base/buf.h"

#include <stdint.h>

#define JSON_DEPTH 16

/* jansson, which the store uses, exports functions of these names: ours link under others. A file
 * cannot include both headers. */
#define JSON_SYMBOL(name) __asm__("json_stream_" #name)

/* Takes the bytes; false stops further output (the caller keeps the reason). */
typedef bool json_sink(const char *bytes, size_t length, void *context);

typedef struct {
    buf *out;
    json_sink *sink; /* NULL: everything stays in `out` */
    void *context;
    int depth;
    struct {
        char end;    /* '}' or ']' */
        bool is_filled, is_flat; /* is_flat: on one line */
        buf why;
    } level[JSON_DEPTH];
    bool after_key, failed;
} json;

void json_init(json *j, buf *out, json_sink *sink, void *context);
/* Ends the document with a newline and hands over the rest. False when memory was short or the
 * sink refused. */
bool json_done(json *j);

void json_object(json *j) JSON_SYMBOL(object);
void json_flat_object(json *j); /* on one line: points, rows */
void json_array(json *j) JSON_SYMBOL(array);
void json_flat_array(json *j);
void json_end(json *j); /* of the innermost object or array */
void json_key(json *j, const char *key);

void json_text(json *j, const char *text); /* NULL writes null; bad UTF-8 becomes U+FFFD */
void json_raw(json *j, const char *text); /* text is JSON already */
void json_bool(json *j, bool value);
void json_integer(json *j, int64_t value) JSON_SYMBOL(integer);
void json_unsigned(json *j, uint64_t value);
void json_null(json *j) JSON_SYMBOL(null);
void json_real(json *j, double value) JSON_SYMBOL(real); /* null for NaN and infinities */
void json_decimal(json *j, int64_t mantissa, int exponent, int decimals);

/* Members: json_key and the value. `why` tells what a NaN means; NULL: "undefined". */
void json_member_text(json *j, const char *key, const char *text);
void json_member_bool(json *j, const char *key, bool value);
void json_member_integer(json *j, const char *key, int64_t value);
void json_member_unsigned(json *j, const char *key, uint64_t value);
void json_member_real(json *j, const char *key, double value, const char *why);
void json_member_null(json *j, const char *key, const char *why);

/* Append text as a JSON string with its quotes. */
void json_quote(buf *out, const char *text, size_t length);

#endif
