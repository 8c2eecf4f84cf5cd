/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "live/engine_series.h"

#include <string.h>

/* The hash of a text is kept while its code stays the same: neighbours mostly do. */
typedef struct {
    uint32_t code;
    uint64_t hash;
} last_text;

typedef struct {
    live_chart *c;
    cursor *cursor;
    live_sink *sink;
    void *context;
    last_text key, stage;
} reading;

static uint64_t hash_of(cursor *c, context_kind kind, last_text *last, uint32_t code)
{
    if (code == 0)
        return 0;
    if (code != last->code) {
        const char *text = cursor_text(c, kind, code);
        *last = (last_text){code, live_text_hash(text, strlen(text))};
    }
    return last->hash;
}

/* False: the series needs another form. */
static bool take_rows(reading *r, const measurement_batch *b)
{
    const live_plan *p = r->c->plan;
    const uint32_t *key = p->is_by_key ? b->context[p->key] : NULL;
    const uint32_t *stage = b->context[CONTEXT_STAGE];
    for (size_t i = 0; i < b->n; i++) {
        live_row row = {.time = b->time ? b->time[i] : TIME_NONE,
                        .mantissa = b->mantissa[i],
                        .offset = b->offset ? b->offset[i] : TIME_OFFSET_NONE,
                        .exponent = b->exponent[i],
                        .status = b->status ? b->status[i] : STATUS_VALID,
                        .size = b->size ? b->size[i] : 1};
        if (key)
            row.key = hash_of(r->cursor, p->key, &r->key, key[i]);
        if (stage)
            row.stage = hash_of(r->cursor, CONTEXT_STAGE, &r->stage, stage[i]);
        if (!live_chart_push(r->c, &row, r->sink, r->context))
            return false;
    }
    return true;
}

static assay_status read_from(live_chart *c, store *s, int64_t after, uint64_t as_of,
                              reading *r, bool *fits, assay_err *err)
{
    store_range range = STORE_ALL;
    range.from = after == TIME_NONE ? INT64_MIN : after + 1;
    range.as_of = as_of;
    range.all_status = true;
    range.contexts = c->plan->contexts & ~c->plan->filters;
    range.contexts |= 1u << CONTEXT_STAGE | (c->plan->is_by_key ? 1u << c->plan->key : 0);
    memcpy(range.filter, c->plan->definition.filter, sizeof range.filter);
    assay_status status = cursor_open(s, c->characteristic, &range, &r->cursor, err);
    *fits = true;
    while (status == ASSAY_OK && *fits) {
        measurement_batch b = {0}; /* its columns are the cursor's */
        status = cursor_next(r->cursor, &b, err);
        if (status != ASSAY_OK || b.n == 0)
            break;
        *fits = take_rows(r, &b);
    }
    cursor_close(r->cursor);
    return status;
}

assay_status live_chart_replay(live_chart *c, store *s, int64_t from, uint64_t as_of,
                               live_sink *sink, live_again *again, void *context, int64_t *since,
                               assay_err *err)
{
    /* Forms only get finer, and end at binary64: two dozen rounds at the very most. */
    *since = live_chart_rewind(c, from);
    for (;;) {
        bool fits;
        reading r = {.c = c, .sink = sink, .context = context};
        assay_status status = read_from(c, s, *since, as_of, &r, &fits, err);
        if (status != ASSAY_OK || fits)
            return status;
        live_chart_reset(c, c->s.form);
        *since = TIME_NONE;
        if (again)
            again(c, context);
    }
}
