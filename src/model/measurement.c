/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Each column is its own allocation on cache lines, so that a reader may exchange whole columns. */
#include "model/measurement.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *const context_names[] = {
#define X(code, name) name,
    CONTEXT_LIST(X)
#undef X
};

const char *context_name(context_kind kind)
{
    return (unsigned)kind < CONTEXT_COUNT ? context_names[kind] : "";
}

bool context_from_name(const char *name, context_kind *out)
{
    for (int kind = 0; kind < CONTEXT_COUNT; kind++) {
        if (strcmp(name, context_names[kind]) == 0) {
            *out = (context_kind)kind;
            return true;
        }
    }
    return false;
}

static void *column_new(size_t room, size_t size, bool *failed)
{
    size_t bytes;
    if (*failed || __builtin_mul_overflow(room, size, &bytes) || bytes > SIZE_MAX - 64) {
        *failed = true;
        return NULL;
    }
    bytes = (bytes + 63) & ~(size_t)63;
    void *column = aligned_alloc(64, bytes ? bytes : 64);
    if (!column)
        *failed = true;
    return column;
}

static bool columns_new(measurement_batch *b, uint32_t contexts)
{
    bool failed = false;
#define COLUMN(name) b->name = column_new(b->room, sizeof *b->name, &failed)
    COLUMN(characteristic);
    COLUMN(time);
    COLUMN(offset);
    COLUMN(mantissa);
    COLUMN(exponent);
    COLUMN(decimals);
    COLUMN(status);
    COLUMN(size);
    COLUMN(record);
    for (int kind = 0; kind < CONTEXT_COUNT; kind++) {
        if (contexts & 1u << kind)
            COLUMN(context[kind]);
    }
#undef COLUMN
    return !failed;
}

assay_status batch_new(size_t room, uint32_t contexts, measurement_batch **out, assay_err *err)
{
    measurement_batch *b = calloc(1, sizeof *b);
    if (b) {
        b->room = room;
        if (columns_new(b, contexts)) {
            *out = b;
            return ASSAY_OK;
        }
    }
    batch_free(b);
    return assay_fail(err, ASSAY_MEMORY, 0, "no memory for a batch of %zu measurements", room);
}

void batch_free(measurement_batch *b)
{
    if (!b)
        return;
    free(b->characteristic);
    free(b->time);
    free(b->offset);
    free(b->mantissa);
    free(b->exponent);
    free(b->decimals);
    free(b->status);
    free(b->size);
    free(b->record);
    for (int kind = 0; kind < CONTEXT_COUNT; kind++)
        free(b->context[kind]);
    free(b);
}

double batch_value(const measurement_batch *b, size_t i)
{
    if ((b->status[i] & STATUS_MASK) == STATUS_NO_VALUE)
        return NAN;
    if (b->status[i] & STATUS_RAW) {
        double x;
        memcpy(&x, &b->mantissa[i], sizeof x);
        return x;
    }
    return decimal_to_double(b->mantissa[i], b->exponent[i]);
}

measurement_batch batch_rest(const measurement_batch *b, size_t from)
{
    measurement_batch r = *b;
    r.n -= from;
    r.mantissa += from;
    r.exponent += from;
#define SKIP(column) r.column = r.column ? r.column + from : NULL
    SKIP(characteristic);
    SKIP(time);
    SKIP(offset);
    SKIP(decimals);
    SKIP(status);
    SKIP(size);
    SKIP(record);
    r.first_record += r.first_record ? from : 0;
    for (int kind = 0; kind < CONTEXT_COUNT; kind++)
        SKIP(context[kind]);
#undef SKIP
    return r;
}
