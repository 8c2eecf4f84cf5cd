/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What happens at a shared station besides measuring: people change by badge, call for help, leave
 * notes. Open calls are documents; an answered one is gone and stays as a record. */
#include "base/random.h"
#include "base/time.h"
#include "report/answer.h"
#include "serve/body.h"
#include "serve/change.h"
#include "serve/document_check.h"
#include "serve/gate.h"
#include "serve/reply.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CALLS_MAX = 500, TEXT_MAX_BYTES = 2000, NOTES = 50 };
#define NOTES_KEPT_NS (INT64_C(90) * 86400 * 1000000000)

/* -- documents of this file -------------------------------------------------------------------- */

typedef struct {
    const char *kind, *actor, *why, *text;
    char id[40];
    uint64_t found;
} paper;

static assay_status put_paper(store_tx *tx, void *context, assay_err *err)
{
    paper *p = context;
    return store_document_put(tx, p->kind, p->id, p->text, NULL, 0, p->actor, p->why, NULL, err);
}

static assay_status end_paper(store_tx *tx, void *context, assay_err *err)
{
    paper *p = context;
    uint64_t version;
    return store_document_put(tx, p->kind, p->id, NULL, NULL, DOCUMENT_ANY, p->actor, p->why,
                              &version, err);
}

/* Newer ids sort behind older ones. */
static bool name_paper(paper *p, assay_err *err)
{
    uint32_t chance;
    if (random_bytes(&chance, sizeof chance, err) != ASSAY_OK)
        return false;
    snprintf(p->id, sizeof p->id, "%016llx%08x", (unsigned long long)time_now(), (unsigned)chance);
    return true;
}

static void answer_made(request *r, unsigned status, const char *id)
{
    json *j = reply_json(r, status);
    json_flat_object(j);
    json_member_text(j, "id", id);
    json_end(j);
    reply_end(r, j);
}

static bool may_site(const request *r, const char *text)
{
    char site[64];
    return gate_may(r, document_text(text, "site", site, sizeof site) && *site ? site : NULL);
}

/* The station must be there and this person's; its site goes to site[64]. False after refusing. */
static bool station_find(request *r, const char *id, char site[static 64])
{
    assay_err err;
    store_document d;
    store *s = reader_here(r->server, &err);
    bool is_there = s && store_document_get(s, "station", id, &d, NULL) == ASSAY_OK &&
                    may_site(r, d.json);
    if (!is_there)
        reply_problemf(r, 404, "/station", "there is no station \"%.63s\"", id);
    else if (!document_text(d.json, "site", site, 64))
        *site = 0;
    return is_there;
}

typedef struct {
    const request *request;
    json *j;
    const char *station; /* NULL: any */
    uint64_t left;
} paper_list;

static bool write_paper(const store_document *d, void *context)
{
    paper_list *l = context;
    char station[64];
    if (!may_site(l->request, d->json))
        return true;
    if (l->station && (!document_text(d->json, "station", station, sizeof station) ||
                       strcmp(station, l->station) != 0))
        return true;
    json_flat_object(l->j);
    json_member_text(l->j, "id", d->id);
    json_member_unsigned(l->j, "version", d->version);
    answer_time(l->j, "changed", d->time, TIME_OFFSET_NONE);
    json_key(l->j, "document");
    json_raw(l->j, d->json);
    json_end(l->j);
    return --l->left > 0;
}

/* -- badges ------------------------------------------------------------------------------------- */

typedef struct {
    people *people;
    const char *account, *code, *label, *actor, *payload;
    char id[TOKEN_ID];
} badge_change;

static assay_status note_use(store_tx *tx, void *context, assay_err *err)
{
    const badge_change *c = context;
    return record_append(tx, "badge.used", c->actor, NULL, c->payload, NULL, err);
}

static void answer_person(request *r, const identity *who)
{
    json *j = reply_json(r, 200);
    json_object(j);
    json_member_text(j, "account", who->account);
    json_member_text(j, "name", *who->name ? who->name : who->account);
    json_key(j, "scopes");
    json_flat_array(j);
    for (int s = 0; s < SCOPE_COUNT; s++)
        if (who->scopes >> s & 1)
            json_text(j, scope_name((scope)s));
    json_end(j);
    json_end(j);
    reply_end(r, j);
}

void api_badge(request *r)
{
    assay_err err;
    identity who;
    buf payload = BUF_INIT;
    if (!body_read(r, "code station"))
        return;
    const char *code = body_text(r, "code", true), *station = body_text(r, "station", false);
    if (!body_is_fine(r))
        return;
    if (people_badge_who(r->server->people, code, &r->who, &who, &err) != ASSAY_OK) {
        reply_error(r, &err);
        return;
    }
    buf_addf(&payload, "{\"by\":\"%s\",\"station\":", r->who.account);
    json_quote(&payload, station ? station : "", strlen(station ? station : ""));
    buf_add_char(&payload, '}');
    badge_change c = {.actor = who.account, .payload = buf_text(&payload)};
    if (change_in_tx(r->server, note_use, &c, NULL, &err) == ASSAY_OK)
        answer_person(r, &who);
    else
        reply_error(r, &err);
    buf_done(&payload);
}

static bool write_badge(const store_document *d, void *context)
{
    json *j = context;
    json_flat_object(j);
    json_member_text(j, "id", d->id);
    json_member_unsigned(j, "version", d->version);
    answer_time(j, "changed", d->time, TIME_OFFSET_NONE);
    json_key(j, "document");
    json_raw(j, d->json);
    json_end(j);
    return true;
}

void api_badges(request *r)
{
    assay_err err;
    store *s = reader_here(r->server, &err);
    if (!gate_may_all(r))
        return;
    json *j = reply_json(r, 200);
    json_object(j);
    json_key(j, "items");
    json_array(j);
    assay_status status = s ? store_documents(s, "badge", write_badge, j, &err) : err.code;
    json_end(j);
    json_end(j);
    reply_end(r, j);
    if (status != ASSAY_OK)
        reply_error(r, &err);
}

static assay_status give_badge(store_tx *tx, void *context, assay_err *err)
{
    badge_change *c = context;
    return people_badge(c->people, tx, c->account, c->code, c->label, c->actor, c->id, err);
}

void api_badge_make(request *r)
{
    assay_err err;
    badge_change c = {.people = r->server->people, .actor = r->who.account};
    if (!gate_may_all(r) || !body_read(r, "account code label"))
        return;
    c.account = body_text(r, "account", true);
    c.code = body_text(r, "code", true);
    c.label = body_text(r, "label", false);
    if (!body_is_fine(r))
        return;
    if (change_in_tx(r->server, give_badge, &c, NULL, &err) == ASSAY_OK)
        answer_made(r, 201, c.id);
    else
        reply_error(r, &err);
}

static assay_status end_badge(store_tx *tx, void *context, assay_err *err)
{
    badge_change *c = context;
    return people_badge_end(c->people, tx, c->code, c->actor, err);
}

void api_badge_end(request *r)
{
    assay_err err;
    badge_change c = {.people = r->server->people, .actor = r->who.account,
                      .code = request_part(r, 0)};
    if (!gate_may_all(r))
        return;
    if (change_in_tx(r->server, end_badge, &c, NULL, &err) == ASSAY_OK)
        reply_none(r, 204);
    else
        reply_error(r, &err);
}

/* -- calls for help ------------------------------------------------------------------------------ */

void api_calls(request *r)
{
    assay_err err;
    store *s = reader_here(r->server, &err);
    paper_list l = {.request = r, .j = reply_json(r, 200), .left = CALLS_MAX};
    json_object(l.j);
    json_key(l.j, "items");
    json_array(l.j);
    assay_status status = s ? store_documents(s, "call", write_paper, &l, &err) : err.code;
    json_end(l.j);
    json_end(l.j);
    reply_end(r, l.j);
    if (status != ASSAY_OK)
        reply_error(r, &err);
}

static bool count_paper(const store_document *d, void *context)
{
    uint64_t *n = context;
    (void)d;
    ++*n;
    return true;
}

static void tell(const request *r, uint32_t number, const char *id, const char *station,
                 const char *kind, const char *state)
{
    char line[400];
    int n = snprintf(line, sizeof line,
                     "{\"id\":\"%s\",\"station\":\"%s\",\"kind\":\"%s\",\"state\":\"%s\",\"by\":\"%s\"}",
                     id, station, kind, state, r->who.account);
    bus_publish(r->server->bus, EVENT_CALL, number, line, (size_t)n);
    bus_flush(r->server->bus);
}

static bool is_call_kind(const char *kind)
{
    static const char *const kinds[] = {"quality", "maintenance", "material", "help"};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(kind, kinds[i]) == 0)
            return true;
    return false;
}

static void write_paper_text(buf *out, const request *r, const char *station, const char *site,
                             const char *kind, const char *text)
{
    json j;
    json_init(&j, out, NULL, NULL);
    json_flat_object(&j);
    json_member_text(&j, "by", r->who.account);
    json_member_text(&j, "name", *r->who.name ? r->who.name : r->who.account);
    if (kind)
        json_member_text(&j, "kind", kind);
    json_member_text(&j, "site", site);
    json_member_text(&j, "station", station);
    json_member_text(&j, "text", text ? text : "");
    json_end(&j);
    json_done(&j);
}

static void file_paper(request *r, paper *p)
{
    assay_err err;
    if (!name_paper(p, &err) || change_in_tx(r->server, put_paper, p, NULL, &err) != ASSAY_OK)
        reply_error(r, &err);
    else
        answer_made(r, 201, p->id);
}

static bool take_text(request *r, const char *name, bool is_needed, const char **out)
{
    *out = body_text(r, name, is_needed);
    if (body_is_fine(r) && *out && strlen(*out) > TEXT_MAX_BYTES)
        body_fault(r, name, "%s has more than %d bytes", name, TEXT_MAX_BYTES);
    return body_is_fine(r);
}

void api_call_make(request *r)
{
    char site[64];
    buf text = BUF_INIT;
    uint64_t number = 0, open = 0;
    const char *said;
    if (!body_read(r, "station kind text characteristic"))
        return;
    const char *station = body_text(r, "station", true), *kind = body_text(r, "kind", true);
    body_count(r, "characteristic", 1, UINT32_MAX, &number);
    if (!take_text(r, "text", false, &said))
        return;
    if (!is_call_kind(kind))
        body_fault(r, "kind", "\"%.40s\", expected quality, maintenance, material or help", kind);
    if (!body_is_fine(r) || !station_find(r, station, site))
        return;
    store *s = reader_here(r->server, NULL);
    if (s && store_documents(s, "call", count_paper, &open, NULL) == ASSAY_OK && open >= CALLS_MAX) {
        reply_problem(r, 409, NULL, "500 calls wait already for an answer", "answer them first");
        return;
    }
    write_paper_text(&text, r, station, site, kind, said);
    paper p = {.kind = "call", .actor = r->who.account, .why = "", .text = buf_text(&text)};
    file_paper(r, &p);
    if (r->reply.status == 201)
        tell(r, (uint32_t)number, p.id, station, kind, "open");
    buf_done(&text);
}

void api_call_answer(request *r)
{
    assay_err err;
    store_document d;
    char station[64], kind[16];
    paper p = {.kind = "call", .actor = r->who.account};
    store *s = reader_here(r->server, &err);
    if (!body_read(r, "note"))
        return;
    p.why = body_text(r, "note", false);
    p.why = p.why ? p.why : "";
    snprintf(p.id, sizeof p.id, "%.39s", request_part(r, 0));
    bool is_there = s && body_is_fine(r) &&
                    store_document_get(s, "call", p.id, &d, NULL) == ASSAY_OK && may_site(r, d.json);
    if (!is_there) {
        if (body_is_fine(r))
            reply_problem(r, 404, NULL, "there is no such call, or it is answered", NULL);
        return;
    }
    if (!document_text(d.json, "station", station, sizeof station))
        *station = 0;
    if (!document_text(d.json, "kind", kind, sizeof kind))
        *kind = 0;
    if (change_in_tx(r->server, end_paper, &p, NULL, &err) != ASSAY_OK) {
        reply_error(r, &err);
        return;
    }
    reply_none(r, 204);
    tell(r, 0, p.id, station, kind, "answered");
}

/* -- notes of a shift ---------------------------------------------------------------------------- */

typedef struct {
    char (*ids)[40]; /* a ring of the newest */
    size_t n, room;
    const request *request;
    const char *station; /* NULL: any */
} note_ids;

static bool list_note(const store_document *d, void *context)
{
    note_ids *l = context;
    char station[64];
    if (!may_site(l->request, d->json) ||
        (l->station && (!document_text(d->json, "station", station, sizeof station) ||
                        strcmp(station, l->station) != 0)))
        return true;
    snprintf(l->ids[l->n++ % l->room], sizeof *l->ids, "%s", d->id);
    return true;
}

void api_notes(request *r)
{
    assay_err err;
    uint64_t limit = NOTES;
    store_document d;
    note_ids l = {.request = r, .station = request_query(r, "station")};
    if (!request_count(r, "limit", 1, 1000, &limit))
        return;
    store *s = reader_here(r->server, &err);
    l.room = (size_t)limit;
    l.ids = request_room(r, l.room * sizeof *l.ids);
    if (!s || !l.ids || store_documents(s, "note", list_note, &l, &err) != ASSAY_OK) {
        reply_error(r, &err);
        return;
    }
    json *j = reply_json(r, 200);
    paper_list out = {.request = r, .j = j, .left = limit + 1};
    json_object(j);
    json_key(j, "items");
    json_array(j);
    for (size_t i = l.n; i > 0 && i + l.room > l.n; i--)
        if (store_document_get(s, "note", l.ids[(i - 1) % l.room], &d, NULL) == ASSAY_OK)
            write_paper(&d, &out);
    json_end(j);
    json_end(j);
    reply_end(r, j);
}

/* Ids begin with their time: the oldest come first. */
static bool find_old(const store_document *d, void *context)
{
    paper *p = context;
    if (d->time >= time_now() - NOTES_KEPT_NS)
        return false;
    snprintf(p->id, sizeof p->id, "%s", d->id);
    p->found = 1;
    return false;
}

static assay_status drop_paper(store_tx *tx, void *context, assay_err *err)
{
    const paper *p = context;
    return store_document_drop(tx, p->kind, p->id, err);
}

/* Each new note takes an old one with it; its record stays. */
static void drop_old_note(request *r)
{
    paper old = {.kind = "note"};
    store *s = reader_here(r->server, NULL);
    if (s && store_documents(s, "note", find_old, &old, NULL) == ASSAY_OK && old.found &&
        change_in_tx(r->server, drop_paper, &old, NULL, NULL) != ASSAY_OK)
        return;
}

void api_note_make(request *r)
{
    char site[64];
    buf text = BUF_INIT;
    const char *said;
    if (!body_read(r, "station text"))
        return;
    const char *station = body_text(r, "station", true);
    if (!take_text(r, "text", true, &said) || !station_find(r, station, site))
        return;
    write_paper_text(&text, r, station, site, NULL, said);
    paper p = {.kind = "note", .actor = r->who.account, .why = "", .text = buf_text(&text)};
    file_paper(r, &p);
    buf_done(&text);
    drop_old_note(r);
}
