/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Credentials for those who give them and take them back: the list, one, giving to one or to many, and
 * every step of one's life. What is given is signed a moment later (signatures.h). */
#include "base/time.h"
#include "notary/credential.h"
#include "report/credential_answer.h"
#include "serve/body.h"
#include "serve/change.h"
#include "serve/credential_wishes.h"
#include "serve/gate.h"
#include "serve/reply.h"

#include <stdio.h>
#include <string.h>

/* -- looking -------------------------------------------------------------------------------------- */

typedef struct {
    json *j;
    uint64_t left;
    char last[CREDENTIAL_ID], next[CREDENTIAL_ID]; /* next: "" where no more follow */
} listing;

static bool add_one(const credential_state *c, void *context)
{
    listing *l = context;
    if (l->left == 0) {
        memcpy(l->next, l->last, sizeof l->next);
        return false;
    }
    l->left--;
    snprintf(l->last, sizeof l->last, "%s", c->id);
    json_flat_object(l->j);
    credential_state_write(l->j, c);
    json_end(l->j);
    return true;
}

void api_credentials(request *r)
{
    assay_err err = {0};
    listing l = {.left = 100};
    store *s = reader_here(r->server, &err);
    if (!gate_may_all(r) || !request_count(r, "limit", 1, 1000, &l.left))
        return;
    size_t asked = (size_t)l.left + 1; /* do more follow? */
    l.j = reply_json(r, 200);
    json_object(l.j);
    json_key(l.j, "credentials");
    json_array(l.j);
    assay_status status =
        s ? credential_visit(s, request_query(r, "cursor"), asked, add_one, &l, &err) : err.code;
    json_end(l.j);
    json_member_text(l.j, "next", *l.next ? l.next : NULL);
    json_end(l.j);
    reply_end(r, l.j);
    if (status != ASSAY_OK)
        reply_error(r, &err);
}

static bool add_achievement(const store_document *d, void *context)
{
    json *j = context;
    json_object(j);
    json_member_text(j, "id", d->id);
    json_member_unsigned(j, "version", d->version);
    json_key(j, "document");
    json_raw(j, d->json);
    json_end(j);
    return true;
}

void api_achievements(request *r)
{
    assay_err err = {0};
    store *s = reader_here(r->server, &err);
    if (!gate_may_all(r))
        return;
    json *j = reply_json(r, 200);
    json_object(j);
    json_key(j, "items");
    json_array(j);
    assay_status status = s ? store_documents(s, "achievement", add_achievement, j, &err) : err.code;
    json_end(j);
    json_end(j);
    reply_end(r, j);
    if (status != ASSAY_OK)
        reply_error(r, &err);
}

static void show(request *r, const char *id)
{
    assay_err err = {0};
    credential_state c;
    store *s = reader_here(r->server, &err);
    assay_status status = s ? credential_find(s, id, &c, &err) : err.code;
    if (status == ASSAY_NOT_FOUND) {
        reply_problemf(r, 404, NULL, "there is no credential %.60s", id);
        return;
    }
    if (status != ASSAY_OK) {
        reply_error(r, &err);
        return;
    }
    reply_version(r, c.version);
    json *j = reply_json(r, 200);
    json_object(j);
    credential_state_write(j, &c);
    json_end(j);
    reply_end(r, j);
}

/* The same version may have been signed meanwhile: never answered with 304. */
void api_credential_show(request *r)
{
    if (gate_may_all(r))
        show(r, request_part(r, 0));
}

/* -- giving --------------------------------------------------------------------------------------- */

typedef struct {
    request *r;
    credential_wishes all;
    size_t at; /* the one that failed */
    const char *why;
    char (*id)[CREDENTIAL_ID];
} giving;

static assay_status give(store_tx *tx, void *context, assay_err *err)
{
    giving *g = context;
    assay_status status = ASSAY_OK;
    for (g->at = 0; g->at < g->all.count && !status; g->at += !status)
        status = credential_issue(tx, g->r->server->writer, &g->all.wish[g->at], g->r->who.account, g->why,
                                  g->id[g->at], err);
    return status;
}

static void answer_given(request *r, const giving *g)
{
    json *j = reply_json(r, 201);
    json_object(j);
    json_key(j, "credentials");
    json_array(j);
    for (size_t i = 0; i < g->all.count; i++)
        json_text(j, g->id[i]);
    json_end(j);
    json_end(j);
    reply_end(r, j);
}

static void answer_refused(request *r, const giving *g, const assay_err *err)
{
    char pointer[40];
    snprintf(pointer, sizeof pointer, "/batch/%zu", g->at);
    if (g->all.is_batch)
        reply_problemf(r, reply_status_of(err->code), pointer, "row %zu: %.300s; nothing was issued", g->at + 1,
                       err->message);
    else
        reply_error(r, err);
}

void api_credential_issue(request *r)
{
    assay_err err = {0};
    giving g = {.r = r};
    if (!gate_may_all(r) || !body_read(r, NULL))
        return;
    const char *achievement = body_text(r, "achievement", true);
    g.why = body_text(r, "why", true);
    if (!body_is_fine(r) || !credential_wishes_read(r, achievement, &g.all))
        return;
    g.id = request_room(r, g.all.count * sizeof *g.id);
    if (!g.id)
        reply_problem(r, 503, NULL, "no memory for a batch", NULL);
    else if (change_in_tx(r->server, give, &g, NULL, &err) == ASSAY_OK)
        answer_given(r, &g);
    else
        answer_refused(r, &g, &err);
}

/* -- steps ---------------------------------------------------------------------------------------- */

typedef struct {
    request *r;
    const char *id, *step, *why;
    uint64_t expected;
    int64_t from, until;
    bool is_stale;
} stepping;

static const struct {
    const char *name;
    credential_act act;
} acts[] = {{"suspend", CREDENTIAL_SUSPEND},
            {"reinstate", CREDENTIAL_REINSTATE},
            {"revoke", CREDENTIAL_REVOKE}};

static assay_status step(store_tx *tx, void *context, assay_err *err)
{
    stepping *t = context;
    store *s = t->r->server->writer;
    const char *who = t->r->who.account;
    credential_state c;
    assay_status status = credential_find(s, t->id, &c, err);
    if (status == ASSAY_NOT_FOUND)
        return assay_fail(err, status, 0, "there is no credential %.60s", t->id);
    if (status != ASSAY_OK)
        return status;
    t->is_stale = t->expected != DOCUMENT_ANY && t->expected != c.version;
    if (t->is_stale)
        return assay_fail(err, ASSAY_CONFLICT, 0, "the credential is at version %llu",
                          (unsigned long long)c.version);
    if (strcmp(t->step, "renew") == 0)
        return credential_renew(tx, s, t->id, t->from, t->until, 0, who, t->why, err);
    if (strcmp(t->step, "forget") == 0)
        return credential_forget(tx, s, t->id, who, t->why, err);
    size_t i = 0;
    while (strcmp(acts[i].name, t->step) != 0)
        i++;
    return credential_change(tx, s, t->id, acts[i].act, who, t->why, err);
}

static bool is_step(const char *name)
{
    for (size_t i = 0; i < sizeof acts / sizeof *acts; i++)
        if (strcmp(acts[i].name, name) == 0)
            return true;
    return strcmp(name, "renew") == 0 || strcmp(name, "forget") == 0;
}

static void body_time(request *r, const char *name, int64_t *out)
{
    int32_t offset;
    const char *text = body_text(r, name, false);
    if (text && !time_parse_iso(text, strlen(text), out, &offset))
        body_fault(r, name, "\"%.40s\", expected a time", text);
}

void api_credential_step(request *r)
{
    assay_err err = {0};
    stepping t = {.r = r, .id = request_part(r, 0), .from = TIME_NONE, .until = TIME_NONE};
    if (!gate_may_all(r) || !request_expected(r, &t.expected) || !body_read(r, "step why from until"))
        return;
    t.step = body_text(r, "step", true);
    t.why = body_text(r, "why", true);
    body_time(r, "from", &t.from);
    body_time(r, "until", &t.until);
    if (body_is_fine(r) && !is_step(t.step))
        body_fault(r, "step", "\"%.40s\", expected renew, suspend, reinstate, revoke or forget", t.step);
    if (!body_is_fine(r))
        return;
    if (change_in_tx(r->server, step, &t, NULL, &err) == ASSAY_OK)
        show(r, t.id);
    else if (t.is_stale)
        reply_problem(r, 412, NULL, err.message, "read it again, then change that");
    else
        reply_error(r, &err);
}
