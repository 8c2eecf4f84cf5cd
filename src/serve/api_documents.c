/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What people configure, as documents: plans, lists, channels. Each kind is reached under a path of
 * its own; the second part of the path names the kind. */
#include "live/channel.h"
#include "live/engine.h"
#include "report/answer.h"
#include "serve/body.h"
#include "serve/change.h"
#include "serve/document_check.h"
#include "serve/documents.h"
#include "serve/gate.h"
#include "serve/plant.h"
#include "serve/reply.h"
#include "serve/row.h"

#include <string.h>

static const struct {
    const char *name; /* in paths */
    const char *kind; /* in the store */
    enum {
        OF_ALL,  /* only those with a role at every site see and change it */
        OF_PATH, /* seen where its member "characteristic" is, or everywhere for "*"; changed as OF_ALL */
        OF_SITE, /* seen and changed at its member "site"; without one as OF_ALL */
    } belongs;
} kinds[] = {{"plans", "plan", OF_PATH},
             {"lists", "list", OF_PATH},
             {"samplings", "sampling", OF_PATH},
             {"channels", "channel", OF_ALL},
             {"chart-states", "chart-state", OF_ALL},
             {"proposals", "proposal", OF_ALL},
             {"stations", "station", OF_SITE},
             {"gauges", "gauge", OF_SITE}};

static size_t row_of(const request *r)
{
    const char *name = r->path + strlen("/api/v1/");
    size_t i = 0;
    while (strncmp(name, kinds[i].name, strlen(kinds[i].name)) != 0)
        i++;
    return i;
}

static const char *kind_of(const request *r)
{
    return kinds[row_of(r)].kind;
}

static bool may_site(const request *r, const char *text)
{
    char site[64];
    return gate_may(r, document_text(text, "site", site, sizeof site) && *site ? site : NULL);
}

/* May this person see a document of the kind asked for? */
static bool may_see(const request *r, const char *text)
{
    char path[1001];
    int belongs = kinds[row_of(r)].belongs;
    if (belongs == OF_SITE)
        return may_site(r, text);
    if (belongs == OF_ALL)
        return true; /* asked before */
    return document_text(text, "characteristic", path, sizeof path) &&
           (strcmp(path, "*") == 0 || gate_may(r, path));
}

static bool may_begin(request *r)
{
    return kinds[row_of(r)].belongs != OF_ALL || gate_may_all(r);
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

typedef struct {
    const request *request;
    json *j;
} listing;

static bool add_document(const store_document *d, void *context)
{
    listing *l = context;
    if (may_see(l->request, d->json))
        write_document(l->j, d);
    return true;
}

static void list(request *r)
{
    assay_err err;
    store *s = reader_here(r->server, &err);
    if (!may_begin(r))
        return;
    json *j = reply_json(r, 200);
    listing l = {r, j};
    json_object(j);
    json_key(j, "items");
    json_array(j);
    assay_status status = s ? store_documents(s, kind_of(r), add_document, &l, &err) : err.code;
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
    if (!may_begin(r))
        return;
    if (!s || store_document_get(s, kind_of(r), request_part(r, 0), &d, &err) != ASSAY_OK)
        reply_error(r, &err);
    else if (!may_see(r, d.json))
        reply_problemf(r, 404, NULL, "there is no %s \"%.63s\"", kind_of(r), request_part(r, 0));
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
    return strcmp(c->kind, "channel") == 0   ? channel_check(c->json, err)
           : strcmp(c->kind, "station") == 0 ? station_check(c->json, err)
           : strcmp(c->kind, "gauge") == 0   ? gauge_check(c->json, err)
                                             : engine_check(c->kind, c->json, err);
}

typedef struct {
    object_id id;
    bool is_found;
} chart_search;

static bool is_other_chart(const store_chart *c, void *context)
{
    chart_search *search = context;
    search->is_found = memcmp(&c->id, &search->id, sizeof c->id) == 0;
    return !search->is_found;
}

/* The state of a chart that is there. */
static bool is_of_a_chart(request *r, const document_change *c)
{
    chart_search search = {0};
    store *s = reader_here(r->server, NULL);
    if (s && object_from_hex(c->id, &search.id) &&
        store_charts(s, 0, is_other_chart, &search, NULL) == ASSAY_OK && search.is_found)
        return true;
    reply_problemf(r, 404, NULL, "there is no chart \"%.63s\"", c->id);
    return false;
}

static void run(request *r, document_change *c)
{
    assay_err err;
    if (c->json && strcmp(c->kind, "chart-state") == 0 && !is_of_a_chart(r, c))
        return;
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

/* Of a kind with sites: is the one that is there this person's to change? False after refusing. */
static bool may_change(request *r)
{
    store_document d;
    if (kinds[row_of(r)].belongs != OF_SITE)
        return gate_may_all(r);
    store *s = reader_here(r->server, NULL);
    if (!s || store_document_get(s, kind_of(r), request_part(r, 0), &d, NULL) != ASSAY_OK ||
        may_site(r, d.json))
        return true;
    reply_problemf(r, 404, NULL, "there is no %s \"%.63s\"", kind_of(r), request_part(r, 0));
    return false;
}

static bool may_put_there(request *r)
{
    const char *site = body_text(r, "site", false);
    if (kinds[row_of(r)].belongs != OF_SITE || gate_may(r, site && *site ? site : NULL))
        return body_is_fine(r);
    reply_problemf(r, 403, "/site", "%s may not do this at that site", r->who.account);
    return false;
}

static void store_one(request *r)
{
    if (may_change(r) && body_read(r, NULL) && may_put_there(r))
        document_put(r, kind_of(r));
}

static void remove_one(request *r)
{
    if (may_change(r))
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
DOCUMENTS(stations, station)
DOCUMENTS(gauges, gauge)
