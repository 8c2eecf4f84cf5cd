/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An operator takes back what he typed: his own value, of the last hour, among the newest of its
 * series. Everything else is an engineer's amendment. The row is looked for in the writer's thread,
 * so that its place is still its place when the amendment is stored. */
#include "live/engine.h"
#include "serve/body.h"
#include "serve/change.h"
#include "serve/figures.h"
#include "serve/reply.h"

#include <string.h>

#define HOUR_NS (INT64_C(3600) * 1000000000)
enum { LOOK_BACK = 200 };

typedef struct {
    uint32_t number;
    int64_t time;
    const char *serial; /* NULL: whatever it is */
    const identity *who;
    bool is_correction;
    decimal value;
    const char *why;
    uint64_t place, commit; /* place from 0 */
    bool is_found, is_own;
} undoing;

static const char *text_at(cursor *c, const measurement_batch *b, context_kind kind, size_t i)
{
    uint32_t code = b->context[kind] ? b->context[kind][i] : 0;
    return code ? cursor_text(c, kind, code) : "";
}

static void look_at(undoing *u, cursor *c, const measurement_batch *b, size_t i, uint64_t place)
{
    if (b->time[i] != u->time || (b->status[i] & STATUS_MASK) == STATUS_EXCLUDED)
        return;
    if (u->serial && strcmp(text_at(c, b, CONTEXT_SERIAL, i), u->serial) != 0)
        return;
    const char *operator_name = text_at(c, b, CONTEXT_OPERATOR, i);
    u->is_found = true;
    u->is_own = strcmp(operator_name, u->who->account) == 0 ||
                (*u->who->name && strcmp(operator_name, u->who->name) == 0);
    u->place = place;
}

static assay_status look(store *s, undoing *u, assay_err *err)
{
    store_range range = STORE_ALL;
    store_summary all;
    cursor *c = NULL;
    measurement_batch b = {0};
    assay_status status = store_summarise(s, u->number, &range, &all, err);
    if (status != ASSAY_OK)
        return status;
    uint64_t total = all.n + all.raw + all.marked + all.no_value + all.bad + all.excluded +
                     all.conflicts;
    range.last = LOOK_BACK;
    range.all_status = true;
    range.contexts = 1u << CONTEXT_SERIAL | 1u << CONTEXT_OPERATOR;
    uint64_t place = total > LOOK_BACK ? total - LOOK_BACK : 0;
    status = cursor_open(s, u->number, &range, &c, err);
    while (status == ASSAY_OK) {
        status = cursor_next(c, &b, err);
        if (status != ASSAY_OK || b.n == 0)
            break;
        for (size_t i = 0; i < b.n; i++, place++)
            look_at(u, c, &b, i, place);
    }
    cursor_close(c);
    return status;
}

static assay_status take_back(store *s, void *context, assay_err *err)
{
    undoing *u = context;
    store_tx *tx = NULL;
    assay_status status = look(s, u, err);
    if (status != ASSAY_OK || !u->is_found || !u->is_own)
        return status;
    status = store_tx_begin(s, &tx, err);
    if (status == ASSAY_OK)
        status = store_amend(tx, u->number, u->place, u->is_correction ? AMEND_VALUE : AMEND_EXCLUDE,
                             u->is_correction ? &u->value : NULL, u->who->account, u->why, err);
    if (status == ASSAY_OK)
        status = store_tx_commit(tx, &u->commit, err);
    if (status != ASSAY_OK)
        store_tx_abort(tx);
    return status;
}

static void take_body(request *r, undoing *u)
{
    int32_t offset;
    bool is_null = false;
    const char *when = body_text(r, "time", true);
    u->serial = body_text(r, "serial", false);
    u->why = body_text(r, "why", true);
    body_decimal(r, "value", &u->value, &u->is_correction, &is_null);
    if (body_is_fine(r) && !time_parse_iso(when, strlen(when), &u->time, &offset))
        body_fault(r, "time", "time must be as it was sent, such as 2026-01-05T08:21:00.123Z");
    if (body_is_fine(r) && u->time < time_now() - HOUR_NS)
        reply_problem(r, 409, "/time", "this value is older than an hour",
                      "an engineer can exclude it: amendments");
}

void api_undo(request *r)
{
    assay_err err;
    store *s;
    stored_characteristic found;
    undoing u = {.who = &r->who};
    if (!characteristic_find(r, request_part(r, 0), &s, &found) ||
        !body_read(r, "time serial value why"))
        return;
    u.number = found.number;
    take_body(r, &u);
    if (!body_is_fine(r))
        return;
    if (change(r->server, take_back, &u, &err) != ASSAY_OK) {
        reply_error(r, &err);
    } else if (!u.is_found) {
        reply_problem(r, 404, NULL, "no value of that time is among the last ones", NULL);
    } else if (!u.is_own) {
        reply_problemf(r, 409, NULL, "that value was not measured by %s", r->who.account);
    } else {
        engine_reload(r->server->engine, u.number);
        json *j = reply_json(r, 200);
        json_flat_object(j);
        json_member_unsigned(j, "commit", u.commit);
        json_end(j);
        reply_end(r, j);
    }
}
