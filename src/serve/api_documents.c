/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What people configure, as documents: plans, lists, channels. Each kind is reached under a path of
 * its own; the second part of the path names the kind. */
#include "live/channel.h"
#include "live/engine.h"
#include "report/answer.h"
#include "serve/body.h"
#include "serve/change.h"
#include "serve/documents.h"
#include "serve/gate.h"
#include "serve/plant.h"
#include "serve/reply.h"

#include <string.h>

/* name in paths, kind in the store */
static const char *const kinds[][2] = {
    {"plans", "plan"},
    {"lists", "list"},
    {"samplings", "sampling"},
    {"channels", "channel"},
    {"chart-states", "chart-state"},
    {"proposals", "proposal"}};

static const char *kind_of(const request *r)
{
    const char *name = r->path + strlen("/api/v1/");
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strncmp(name, kinds[i][0], strlen(kinds[i][0])) == 0)
            return kinds[i][1];
    return "";
}

static void write_document(json *j, const store_document *d)
{
    json_object(j);
    json_member_text(j, "id", d->id);
    json_member_unsigned(j, "version", d->version);
    answer_time(j, "changed", d->time, TIME_OFFSET_NONE);
    json_key(j, "document");
    json_raw(j, d->json);
    json_end(j);
}

static bool add_document(const store_document *d, void *context)
{
    write_document(context, d);
    return true;
}

static void list(request *r)
{
    assay_err err;
    store *s = reader_here(r->server, &err);
    if (!gate_may_all(r))
        return;
    json *j = reply_json(r, 200);
    json_object(j);
    json_key(j, "items");
    json_array(j);
    assay_status status = s ? store_documents(s, kind_of(r), add_document, j, &err) : err.code;
    json_end(j);
    json_end(j);
    reply_end(r, j);
    if (status != ASSAY_OK)
        reply_error(r, &err);
}

static void show(request *r)
{
    assay_err err;
    store_document d;
    store *s = reader_here(r->server, &err);
    if (!gate_may_all(r))
        return;
    if (!s || store_document_get(s, kind_of(r), request_part(r, 0), &d, &err) != ASSAY_OK)
        reply_error(r, &err);
    else if (!reply_is_known(r, d.version)) {
        json *j = reply_json(r, 200);
        write_document(j, &d);
        reply_end(r, j);
    }
}

typedef struct {
    const char *kind, *id, *json, *secret, *actor, *why;
    uint64_t expected, version;
    store *reader; /* of the asking thread, which waits */
} document_change;

static assay_status put(store_tx *tx, void *context, assay_err *err)
{
    document_change *c = context;
    if (c->json && strcmp(c->kind, "source") == 0) /* its secrets go apart */
        return plant_source_put(c->reader, tx, c->id, c->json, c->expected, c->actor, c->why,
                                &c->version, err);
    return store_document_put(tx, c->kind, c->id, c->json, c->secret, c->expected, c->actor, c->why,
                              &c->version, err);
}

/* New with If-None-Match: *, else the version it changes. */
static bool take_expected(request *r, document_change *c)
{
    const char *none = request_header(r, MHD_HTTP_HEADER_IF_NONE_MATCH);
    if (none && strcmp(none, "*") == 0)
        return true; /* expected 0: must not exist */
    return request_expected(r, &c->expected);
}

static assay_status check(const document_change *c, assay_err *err)
{
    return strcmp(c->kind, "channel") == 0 ? channel_check(c->json, err)
                                           : engine_check(c->kind, c->json, err);
}

static void run(request *r, document_change *c)
{
    assay_err err;
    if (c->json && check(c, &err) != ASSAY_OK) {
        reply_problem(r, 422, "", err.message, err.hint);
        return;
    }
    c->reader = reader_here(r->server, &err);
    if (!c->reader || change_in_tx(r->server, put, c, NULL, &err) != ASSAY_OK) {
        unsigned status = err.code == ASSAY_CONFLICT ? 412 : reply_status_of(err.code);
        reply_problem(r, status, NULL, err.message, err.hint);
        return;
    }
    engine_reload(r->server->engine, 0);
    reply_none(r, 204);
    if (!c->json)
        return;
    reply_version(r, c->version);
}

static bool is_name(const char *id)
{
    size_t n = strlen(id);
    return n > 0 && n < 64 &&
           strspn(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-") == n;
}

bool document_put(request *r, const char *kind)
{
    buf text = BUF_INIT;
    document_change c = {.kind = kind, .id = request_part(r, 0), .actor = r->who.account};
    if (!take_expected(r, &c))
        return false;
    if (!is_name(c.id)) {
        reply_problem(r, 422, NULL, "a name has 1 to 63 of letters, digits, . _ -", NULL);
        return false;
    }
    c.why = request_query(r, "why");
    c.why = c.why ? c.why : "";
    c.secret = strcmp(kind, "channel") == 0 ? body_secret(r) : NULL;
    body_dump(r, NULL, &text);
    c.json = buf_text(&text);
    run(r, &c);
    buf_done(&text);
    return r->reply.status == 204;
}

bool document_delete(request *r, const char *kind)
{
    document_change c = {.kind = kind, .id = request_part(r, 0), .actor = r->who.account};
    if (!request_expected(r, &c.expected))
        return false;
    c.why = request_query(r, "why");
    c.why = c.why ? c.why : "";
    run(r, &c);
    return r->reply.status == 204;
}

static void store_one(request *r)
{
    if (gate_may_all(r) && body_read(r, NULL))
        document_put(r, kind_of(r));
}

static void remove_one(request *r)
{
    if (gate_may_all(r))
        document_delete(r, kind_of(r));
}

#define DOCUMENTS(many, one)                                                                       \
    void api_##many(request *r)                                                                    \
    {                                                                                              \
        list(r);                                                                                   \
    }                                                                                              \
    void api_##one(request *r)                                                                     \
    {                                                                                              \
        show(r);                                                                                   \
    }                                                                                              \
    void api_##one##_put(request *r)                                                               \
    {                                                                                              \
        store_one(r);                                                                              \
    }                                                                                              \
    void api_##one##_delete(request *r)                                                            \
    {                                                                                              \
        remove_one(r);                                                                             \
    }

DOCUMENTS(plans, plan)
DOCUMENTS(lists, list)
DOCUMENTS(samplings, sampling)
DOCUMENTS(channels, channel)
DOCUMENTS(chart_states, chart_state)
DOCUMENTS(proposals, proposal)
