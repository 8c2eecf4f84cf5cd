/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A group of live ingest on hostile bytes, its checksum made right. What unpacks must pack to a
 * group that unpacks to the same, and be gathered in order. */
#include "store/chunk_codec.h"
#include "store/live.h"

#include "base/hash.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool is_so)
{
    if (!is_so)
        abort();
}

static void gather(const live *l, store *s)
{
    rows r = {0};
    for (size_t i = 0; i < l->end.rows && i < 8; i++) {
        piece_query q = {.characteristic = l->row[i].characteristic, .from = INT64_MIN,
                         .to = INT64_MAX, .as_of = UINT64_MAX};
        must(live_gather(l, s, &q, &r, NULL) == ASSAY_OK && r.n > 0);
        for (size_t k = 1; k < r.n; k++)
            must(r.time[k - 1] <= r.time[k]);
    }
    rows_done(&r);
}

static void pack_again(const live *l)
{
    live *again;
    buf bytes = BUF_INIT;
    must(live_new(&again, NULL) == ASSAY_OK);
    must(live_pack(l, &(live_mark){0}, 1, &bytes, NULL) == ASSAY_OK);
    must(live_unpack(again, 7, bytes.data, bytes.length, NULL) == ASSAY_OK);
    must(again->end.rows == l->end.rows && again->end.memories == l->end.memories &&
         again->end.refusals == l->end.refusals && again->end.accounts == l->end.accounts);
    for (size_t i = 0; i < l->end.rows; i++) {
        const live_row *a = &l->row[i], *b = &again->row[i];
        must(a->time == b->time && a->mantissa == b->mantissa && a->origin == b->origin &&
             a->characteristic == b->characteristic && !a->context == !b->context);
    }
    live_free(again);
    buf_done(&bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static store s; /* for the names of sources alone */
    live *l = NULL;
    uint8_t *group = malloc(size + 8);
    if (!s.texts[KIND_SOURCE])
        must(dictionary_new(&s.texts[KIND_SOURCE], NULL) == ASSAY_OK);
    must(group && live_new(&l, NULL) == ASSAY_OK);
    memcpy(group + 8, data, size);
    store_le(group, hash64(group + 8, size), 8);
    if (live_unpack(l, 7, group, size + 8, NULL) == ASSAY_OK) {
        gather(l, &s);
        pack_again(l);
    } else {
        must(l->end.rows == 0 && l->end.notes == 0);
    }
    live_free(l);
    free(group);
    return 0;
}
