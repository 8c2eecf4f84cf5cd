/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A feed tells the same whether its bytes come at once or in pieces, and however often its sink
 * says stop. The first two bytes choose the pieces and the stops. */
#ifndef FUZZ_FEED_H
#define FUZZ_FEED_H

#include "base/hash.h"
#include "read/feed.h"

#include <stdlib.h>
#include <string.h>

typedef struct {
    uint64_t digest, events;
    unsigned stop_each, asked; /* every so many calls the sink says stop; 0: never */
} fuzz_sink;

static inline void fuzz_mix(fuzz_sink *s, const void *bytes, size_t length)
{
    s->digest = s->digest * 0x9E3779B97F4A7C15u + (length ? hash64(bytes, length) : 1);
}

static inline bool fuzz_stops(fuzz_sink *s)
{
    return s->stop_each && ++s->asked % s->stop_each == 0;
}

static inline bool fuzz_row(void *context, const feed_row *row)
{
    fuzz_sink *s = context;
    if (fuzz_stops(s))
        return false;
    if (row->path_hash != hash64(row->path, row->path_length) || !row->path_length)
        abort();
    fuzz_mix(s, row->path, row->path_length);
    fuzz_mix(s, row->unit, row->unit_length);
    fuzz_mix(s, &row->time, sizeof row->time);
    fuzz_mix(s, &row->value.mantissa, sizeof row->value.mantissa);
    fuzz_mix(s, &row->value.exponent, sizeof row->value.exponent);
    fuzz_mix(s, &row->status, 1);
    fuzz_mix(s, &row->line, sizeof row->line);
    for (int kind = 0; kind < CONTEXT_COUNT; kind++)
        fuzz_mix(s, row->context[kind].text, row->context[kind].length);
    s->events++;
    return true;
}

static inline bool fuzz_refuse(void *context, uint64_t line, const char *reason,
                               const char *expected, const char *found, size_t length)
{
    fuzz_sink *s = context;
    if (fuzz_stops(s))
        return false;
    fuzz_mix(s, &line, sizeof line);
    fuzz_mix(s, reason, strlen(reason));
    fuzz_mix(s, expected, strlen(expected));
    fuzz_mix(s, found, length < 200 ? length : 200);
    s->events++;
    return true;
}

static inline void fuzz_feed(feed_format format, const char *bytes, size_t size, size_t piece,
                             fuzz_sink *s)
{
    static const char *const precisions[] = {"ns", "us", "ms", "s"};
    feed_sink sink = {fuzz_row, fuzz_refuse, s};
    feed *f;
    if (feed_new(format, precisions[size % 4], &sink, &f, NULL) != ASSAY_OK)
        return;
    for (size_t at = 0; at < size;) {
        size_t n = size - at < piece ? size - at : piece, taken = 0;
        while (taken < n)
            taken += feed_take(f, bytes + at + taken, n - taken);
        at += n;
    }
    while (!feed_end(f))
        ;
    feed_free(f);
}

static inline void fuzz_both_ways(feed_format format, const uint8_t *data, size_t size)
{
    if (size < 2)
        return;
    fuzz_sink whole = {0}, pieces = {.stop_each = data[1] % 8 == 1 ? 2 : data[1] % 8};
    fuzz_feed(format, (const char *)data + 2, size - 2, SIZE_MAX, &whole);
    fuzz_feed(format, (const char *)data + 2, size - 2, data[0] % 32 + 1, &pieces);
    if (whole.digest != pieces.digest || whole.events != pieces.events)
        abort();
}

#endif
