/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The first byte chooses how to read, the rest is the file. Small batches cut rows at every place;
 * a second reading with another batch size, and of a few with three threads, must give the same. */
#include "fuzz_reader.h"

#include <iconv.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    uint64_t rows, hash;
    reader_tally_t tally;
} outcome;

static void mix(outcome *o, uint64_t x)
{
    o->hash = (o->hash ^ x) * 0x9E3779B97F4A7C15u;
    o->hash ^= o->hash >> 29;
}

static void said_mix(outcome *o, const reader *r)
{
    size_t n;
    (void)reader_characteristics(r, &n);
    for (size_t i = 0; i < n; i++) {
        const characteristic *said = reader_said(r, i);
        characteristic c = said ? *said : (characteristic){0};
        for (property p = 0; p < PROPERTY_COUNT; p++) {
            const quantity *number = property_is_number(p) ? property_quantity(&c, p) : NULL;
            const char *text = number ? NULL : *property_text(&c, p);
            mix(o, number ? (uint64_t)number->value.mantissa : text ? strlen(text) : 0);
        }
        if (quantity_value(&c.lower) >= quantity_value(&c.upper))
            abort();
    }
}

static void batch_mix(outcome *o, const reader *r, const measurement_batch *b)
{
    for (size_t i = 0; i < b->n; i++) {
        mix(o, reader_line(r, b, i));
        mix(o, b->characteristic[i]);
        mix(o, (uint64_t)b->time[i]);
        mix(o, (uint64_t)b->mantissa[i]);
        mix(o, (uint64_t)b->exponent[i] << 8 | b->status[i]);
        mix(o, b->record[i]);
        for (int kind = 0; kind < CONTEXT_COUNT; kind++) {
            if (b->context[kind])
                mix(o, b->context[kind][i]);
        }
    }
    o->rows += b->n;
}

static bool file_read(const uint8_t *data, size_t size, const read_options *options, size_t room,
                      outcome *o)
{
    source in = fuzz_source("x.csv", data, size);
    reader *r;
    *o = (outcome){0};
    if (csv_open(&in, options, &r, NULL) != ASSAY_OK)
        return false;
    measurement_batch *b;
    bool is_good = batch_new(room, reader_contexts(r), &b, NULL) == ASSAY_OK;
    while (is_good) {
        is_good = reader_next(r, b, NULL) == ASSAY_OK;
        if (is_good && b->n == 0)
            break;
        if (is_good)
            batch_mix(o, r, b);
    }
    said_mix(o, r);
    buf words = BUF_INIT;
    reader_describe(r, &words);
    buf_done(&words);
    reader_tally(r, &o->tally);
    if (is_good && o->tally.received != o->tally.given + o->tally.refused)
        abort();
    batch_free(b);
    reader_close(r);
    return is_good;
}

/* Held open, so that the C library keeps its converters loaded between runs. */
static void converters_hold(void)
{
    static iconv_t held[3];
    static const char *const names[] = {"CP949", "GB18030", "CP1252"};
    for (int i = 0; i < 3 && !held[i]; i++)
        held[i] = iconv_open("UTF-8", names[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    converters_hold();
    static const char *const dialects[] = {NULL,
                                           NULL,
                                           "encoding=cp949;delimiter=,",
                                           "delimiter=space",
                                           "delimiter=tab;date=ymd",
                                           "decimal=,;delimiter=;;date=dmy",
                                           "header=0;layout=wide",
                                           "skip=1;header=1;date=ms"};
    read_options options = {.strict = data[0] & 1,
                            .zone = data[0] & 2 ? "Europe/Berlin" : NULL,
                            .dialect = dialects[data[0] >> 2 & 7],
                            .mapping.value = data[0] & 32 ? "#2" : NULL,
                            .threads = 1};
    outcome first, second;
    bool is_good = file_read(data + 1, size - 1, &options, 7, &first);
    options.threads = data[0] >= 192 && data[size - 1] < 16
                          ? 3
                          : 1; /* starting them costs more than the reading */
    if (file_read(data + 1, size - 1, &options, 1000, &second) != is_good ||
        first.rows != second.rows || first.hash != second.hash)
        abort();
    return 0;
}
