/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "notary/notary.h"

#include <string.h>

assay_status notary_entry(const record *r, const object_id *tenant, buf *out, assay_err *err)
{
    ledger_entry e = {.time = r->time,
                      .has_actor = r->has_actor,
                      .has_object = r->has_object,
                      .has_prev = r->earlier != 0,
                      .prev = r->earlier ? r->earlier - 1 : 0};
    if (strlen(r->type) >= sizeof e.type)
        return assay_fail(err, ASSAY_LIMIT, 0, "record %llu: the type %.64s is too long",
                          (unsigned long long)r->sequence, r->type);
    strcpy(e.type, r->type);
    memcpy(e.id, r->id.bytes, sizeof e.id);
    memcpy(e.tenant, tenant->bytes, sizeof e.tenant);
    memcpy(e.actor, r->pseudonym.bytes, sizeof e.actor);
    memcpy(e.object, r->object.bytes, sizeof e.object);
    memcpy(e.commit.bytes, r->commitment, sizeof e.commit.bytes);
    return entry_write(&e, out, err);
}
