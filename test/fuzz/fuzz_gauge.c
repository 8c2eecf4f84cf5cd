/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The first line is the pattern, the rest what the device says; in two pieces it must say the same
 * as in one. */
#include "fuzz_reader.h"

#include "base/hash.h"
#include "read/gauge.h"

typedef struct {
    uint64_t rows, refused, hash;
} outcome;

static void on_row(void *context, const gauge_row *row)
{
    outcome *o = context;
    HOLDS(row->channel_length <= GAUGE_LINE_MAX && row->unit_length <= GAUGE_LINE_MAX);
    o->rows++;
    o->hash = o->hash * 31 + (uint64_t)row->value.mantissa + row->line +
              hash64(row->channel ? row->channel : "", row->channel_length);
}

static void on_refuse(void *context, uint64_t line, const char *reason, const char *expected,
                      const char *found, size_t length)
{
    outcome *o = context;
    (void)expected;
    o->refused++;
    o->hash = o->hash * 31 + line + hash64(reason, strlen(reason)) + hash64(found, length);
}

static bool run(const char *pattern, const char *text, size_t length, size_t cut, outcome *o)
{
    static const char *const errors[] = {GAUGE_DIGIMATIC_ERROR};
    gauge_options options = {*pattern ? pattern : NULL, errors, 1, length % 2 ? '.' : ','};
    gauge *g;
    if (gauge_new(&options, &(gauge_sink){on_row, on_refuse, o}, &g, NULL) != ASSAY_OK)
        return false;
    gauge_take(g, text, cut);
    gauge_take(g, text + cut, length - cut);
    gauge_cut(g);
    gauge_free(g);
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char pattern[100] = "";
    const uint8_t *line = memchr(data, '\n', size);
    size_t n = line ? (size_t)(line - data) : 0;
    if (!line || n >= sizeof pattern)
        return 0;
    memcpy(pattern, data, n);
    const char *text = (const char *)line + 1;
    size_t length = size - n - 1;
    outcome whole = {0}, pieces = {0};
    if (!run(pattern, text, length, 0, &whole))
        return 0;
    run(pattern, text, length, length / 3, &pieces);
    HOLDS(memcmp(&whole, &pieces, sizeof whole) == 0);
    return 0;
}
