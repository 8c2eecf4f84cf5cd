/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sources: where measurements come from, what became of all of them, what was refused and why. */
#include "report/answer.h"
#include "serve/body.h"
#include "serve/documents.h"
#include "serve/gate.h"
#include "serve/plant.h"
#include "serve/reply.h"

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
    json_member_text(j, "remedy", x->remedy);
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
