/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The state of a case, kept beside its log with the place in the log that it stands for.
 *
 * All cases that wait for a round are read by every figure and every decision about it; from their
 * records that is 26 times opened, parsed and folded for each. The log stays what counts: a replay reads
 * it from its first record, and `case check` compares. What is kept is dropped with any payload that is
 * erased (store.h), and is not believed when it is not whole or when another fold made it. */
#include "scheme/case_inner.h"

#include "base/hash.h"
#include "scheme/fold_digest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A case that waits for nobody is kept only when so many records came since. */
enum { MANY = 32, HEX = 64, ROW_MOST = 60 << 10 };

/* Of all behind the digest itself. */
static bool is_whole(const buf *row)
{
    sha256 digest;
    char hex[HEX + 1];
    if (row->length <= HEX + 1 ||
        sha256_of(row->data + HEX + 1, row->length - HEX - 1, &digest, NULL) != ASSAY_OK)
        return false;
    sha256_to_hex(&digest, hex);
    return memcmp(row->data, hex, HEX) == 0;
}

void case_kept_read(the_case *c)
{
    buf row = BUF_INIT;
    unsigned long long last, decided;
    int at = 0;
    json_t *state = NULL;
    if (store_entry_get(c->d->s, STORE_STATE, &c->id, &row, NULL) == ASSAY_OK && is_whole(&row) &&
        sscanf(row.data + HEX + 1, FOLD_DIGEST " %llu %llu%n", &last, &decided, &at) == 2 && at)
        state = json_tree(row.data + HEX + 1 + at + 1);
    if (state) {
        json_decref(c->state);
        c->state = state;
        c->last = last;
        c->decided = decided;
        c->events = c->kept = (uint64_t)json_integer_value(json_object_get(state, "events"));
    }
    buf_done(&row);
}

assay_status case_kept_write(the_case *c, assay_err *err)
{
    sha256 digest;
    char hex[HEX + 1];
    bool is_read = json_is_true(json_object_get(c->state, "waits"));
    if (c->events < c->kept + (is_read ? 1 : MANY))
        return ASSAY_OK;
    buf body = BUF_INIT, row = BUF_INIT;
    /* in the order in which it was folded: sheets are counted in theirs */
    char *state = json_dumps(c->state, JSON_COMPACT);
    buf_addf(&body, FOLD_DIGEST " %llu %llu\n%s", (unsigned long long)c->last,
             (unsigned long long)c->decided, state ? state : "");
    bool is_fit = state && body.length < ROW_MOST;
    free(state);
    assay_status status = sha256_of(buf_text(&body), body.length, &digest, err);
    sha256_to_hex(&digest, hex);
    buf_addf(&row, "%s\n%s", hex, buf_text(&body));
    if (!status) /* what is too long for a row is folded from its log */
        status = store_entry_put(c->tx, STORE_STATE, &c->id, is_fit ? row.data : NULL, NULL, 0, err);
    if (!status && is_fit)
        c->kept = c->events;
    buf_done(&body);
    buf_done(&row);
    return status;
}
