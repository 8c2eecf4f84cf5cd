/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a characteristic was said to be after a commit: the newest of its definitions up to then. */
#include "store/inner.h"

#include <string.h>

typedef struct {
    uint64_t as_of;
    arena *memory;
    characteristic *found;
    assay_status status;
    assay_err *err;
} search;

static bool take(const record *r, void *context)
{
    search *s = context;
    if (r->commit > s->as_of)
        return false;
    if (!r->payload || strncmp(r->type, "characteristic.", 15) != 0)
        return true;
    s->status = characteristic_from_json(r->payload, s->memory, &s->found, s->err);
    return s->status == ASSAY_OK;
}

assay_status store_characteristic_as_of(store *s, uint32_t number, uint64_t as_of, arena *a,
                                        stored_characteristic *out, assay_err *err)
{
    stored_characteristic now;
    search of = {.as_of = as_of, .memory = a, .err = err};
    assay_status status = store_characteristic_at(s, number, &now, err);
    if (status == ASSAY_OK && as_of >= store_commit_number(s)) {
        of.found = characteristic_copy(a, &now.definition);
        if (!of.found)
            status = assay_fail(err, ASSAY_MEMORY, 0, "no memory for a definition");
    } else if (status == ASSAY_OK) {
        status = store_object_records(s, &now.id, 0, take, &of, err);
        if (status == ASSAY_OK)
            status = of.status;
    }
    if (status == ASSAY_OK && !of.found)
        status = assay_fail(err, ASSAY_NOT_FOUND, 0, "there was no characteristic #%u at commit %llu",
                            number, (unsigned long long)as_of);
    if (status == ASSAY_OK)
        *out = (stored_characteristic){.number = number, .id = now.id, .definition = *of.found};
    return status;
}
