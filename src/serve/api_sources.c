/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sources: where measurements come from, what became of all of them, what was refused and why. */
#include "report/answer.h"
#include "serve/body.h"
#include "serve/change.h"
#include "serve/documents.h"
#include "serve/gate.h"
#include "serve/plant.h"
#include "serve/reply.h"

#include "base/i18n.h"

void api_sources(request *r)
{
    buf list = BUF_INIT;
    if (!gate_may_all(r))
        return;
    json *j = reply_json(r, 200);
    json_object(j);
    json_key(j, "sources");
    json_raw(j, plant_describe(r->server->plant, NULL, &list) ? buf_text(&list) : "[]");
    json_end(j);
    reply_end(r, j);
    buf_done(&list);
}

static bool write_refusal(const source_refusal *x, void *context)
{
    json *j = context;
    json_flat_object(j);
    json_member_text(j, "reason", x->reason);
    json_member_text(j, "remedy", x->remedy ? _(x->remedy) : NULL);
    json_member_text(j, "example", x->example);
    json_member_unsigned(j, "count", x->count);
    answer_time(j, "first", x->first_time, TIME_OFFSET_NONE);
    answer_time(j, "last", x->last_time, TIME_OFFSET_NONE);
    json_end(j);
    return true;
}

void api_source(request *r)
{
    assay_err err;
    buf text = BUF_INIT;
    const char *name = request_part(r, 0);
    store *s = reader_here(r->server, &err);
    store_document d;
    if (!gate_may_all(r))
        return;
    if (!s || !plant_describe(r->server->plant, name, &text)) {
        reply_problemf(r, 404, NULL, "there is no source \"%.64s\"", name);
        return;
    }
    if (store_document_get(s, "source", name, &d, NULL) == ASSAY_OK)
        reply_version(r, d.version);
    json *j = reply_json(r, 200);
    json_object(j);
    json_key(j, "source");
    json_raw(j, buf_text(&text));
    json_key(j, "refusals");
    json_array(j);
    assay_status status = store_refusals(s, name, write_refusal, j, &err);
    json_end(j);
    json_end(j);
    reply_end(r, j);
    buf_done(&text);
    if (status != ASSAY_OK)
        reply_error(r, &err);
}

static bool check(request *r, const char *name)
{
    assay_err err;
    buf text = BUF_INIT;
    bool is_fine = body_dump(r, NULL, &text) &&
                   plant_source_check(name, buf_text(&text), &err) == ASSAY_OK;
    if (!is_fine)
        reply_problem(r, 422, "", err.message, err.hint);
    buf_done(&text);
    return is_fine;
}

void api_source_check(request *r)
{
    if (gate_may_all(r) && body_read(r, NULL) && check(r, request_part(r, 0)))
        reply_none(r, 204);
}

void api_source_put(request *r)
{
    if (gate_may_all(r) && body_read(r, NULL) && check(r, request_part(r, 0)) &&
        document_put(r, "source"))
        plant_sources_changed(r->server->plant);
}

void api_source_delete(request *r)
{
    if (gate_may_all(r) && document_delete(r, "source"))
        plant_sources_changed(r->server->plant);
}

/* -- orders ------------------------------------------------------------------------------- */

typedef struct {
    const char *type, *actor;
    buf payload;
} order_record;

static assay_status write_order(store_tx *tx, void *context, assay_err *err)
{
    order_record *o = context;
    return record_append(tx, o->type, o->actor, NULL, buf_text(&o->payload), NULL, err);
}

static assay_status note_order(request *r, const char *type, const char *order, const char *word,
                               const char *said, assay_err *err)
{
    order_record o = {.type = type, .actor = r->who.account};
    uint64_t commit;
    json j;
    json_init(&j, &o.payload, NULL, NULL);
    json_object(&j);
    json_member_text(&j, "source", request_part(r, 0));
    json_key(&j, "order");
    json_raw(&j, order);
    json_member_text(&j, word, said);
    json_end(&j);
    assay_status status = json_done(&j)
                              ? change_in_tx(r->server, write_order, &o, &commit, err)
                              : assay_fail(err, ASSAY_MEMORY, 0, "no memory for a record");
    buf_done(&o.payload);
    return status;
}

/* Recorded before it goes out: an order nobody can account for is worse than one that was recorded
 * and did not arrive. That it did not is a record too. */
void api_source_command(request *r)
{
    assay_err err;
    buf order = BUF_INIT, source = BUF_INIT;
    const char *name = request_part(r, 0), *why = request_query(r, "why");
    if (!gate_may_all(r) || !body_read(r, NULL))
        return;
    if (!why || !*why)
        reply_problem(r, 422, NULL, "why is missing: an order is recorded with its reason", NULL);
    else if (!plant_describe(r->server->plant, name, &source))
        reply_problemf(r, 404, NULL, "there is no source \"%.64s\"", name);
    else if (!body_dump(r, NULL, &order))
        reply_problem(r, 503, NULL, "no memory for an order", NULL);
    else if (note_order(r, "source.ordered", buf_text(&order), "why", why, &err) != ASSAY_OK)
        reply_error(r, &err);
    else if (plant_command(r->server->plant, name, buf_text(&order), &err) == ASSAY_OK)
        reply_none(r, 204);
    else {
        assay_err second;
        (void)note_order(r, "source.order-failed", buf_text(&order), "error", err.message, &second);
        reply_problem(r, err.code == ASSAY_BUSY ? 409 : 422, NULL, err.message, err.hint);
    }
    buf_done(&order);
    buf_done(&source);
}
