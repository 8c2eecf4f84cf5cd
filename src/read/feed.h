/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Text that arrives in pieces -> rows, line by line: InfluxDB line protocol and NDJSON, or the elements of a
 * JSON array in place of lines.
 *
 * For sockets and request bodies. The caller hands over bytes as they come; a half line waits for
 * the rest. Bad lines cost only themselves and are told one by one. No allocation per line. */
#ifndef READ_FEED_H
#define READ_FEED_H

#include "model/characteristic.h"
#include "model/measurement.h"

typedef enum { FEED_LINE_PROTOCOL, FEED_NDJSON } feed_format;
enum { FEED_LINE_MAX = 64 * 1024 };

/* One value of a line. Texts live during the call; contexts that were not given have length 0. */
typedef struct {
    const char *path; /* of the characteristic, not NUL-terminated */
    size_t path_length;
    uint64_t path_hash; /* hash64 of the path: for the caller's cache */
    const char *unit;
    size_t unit_length;
    int64_t time; /* TIME_NONE: none was given */
    int32_t offset;
    decimal value;
    double raw; /* when status has STATUS_RAW; of NaN and infinities too (STATUS_BAD) */
    uint8_t status;
    uint32_t size;
    characteristic_kind kind;
    uint64_t line; /* from 1 */
    struct {
        const char *text;
        size_t length;
    } context[CONTEXT_COUNT];
} feed_row;

typedef struct {
    /* false: stop here; feed_take then reports how far it got */
    bool (*row)(void *context, const feed_row *row);
    /* a value or line that cannot be taken */
    bool (*refuse)(void *context, uint64_t line, const char *reason, const char *expected,
                   const char *found, size_t length);
    void *context;
} feed_sink;

typedef struct feed feed;
/* precision: of line protocol times: "ns" (default), "us", "ms", "s". */
ASSAY_MUST_USE assay_status feed_new(feed_format format, const char *precision,
                                     const feed_sink *sink, feed **out, assay_err *err);
void feed_free(feed *f); /* accepts NULL */
/* Line protocol: a tag of this name says nothing about what is measured ("host"). At most 16. */
ASSAY_MUST_USE assay_status feed_ignore(feed *f, const char *tag, assay_err *err);
/* Take bytes; returns how many were consumed (all, unless the sink said stop: offer the rest
 * again). A line longer than FEED_LINE_MAX is refused and skipped to its end. */
size_t feed_take(feed *f, const char *bytes, size_t length);
/* The last line may lack its newline; what is taken behind it is another text. False: the sink said stop, call
 * it again. */
bool feed_end(feed *f);
uint64_t feed_lines(const feed *f);

#endif
