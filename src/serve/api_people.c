/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Accounts and tokens, for administrators; tokens of one's own for everybody. */
#include "serve/body.h"
#include "serve/change.h"
#include "serve/gate.h"
#include "serve/link.h"
#include "serve/reply.h"

#include <stdio.h>
#include <string.h>

typedef struct {
    people *people;
    const char *account, *actor, *why;
    const char *scopes, *label, *id;
    unsigned days;
    uint64_t expected;
    person_change person;
    char token_id[TOKEN_ID], secret[TOKEN_SECRET];
} people_change;

static people_change change_by(const request *r, const char *account)
{
    return (people_change){.people = r->server->people, .account = account,
                           .actor = r->who.account};
}

static void run(request *r, change_tx *work, people_change *c)
{
    assay_err err;
    if (change_in_tx(r->server, work, c, NULL, &err) == ASSAY_OK)
        reply_none(r, 204);
    else if (err.code == ASSAY_CONFLICT && c->expected != DOCUMENT_ANY && c->expected)
        reply_problem(r, 412, NULL, err.message, err.hint);
    else
        reply_error(r, &err);
}

/* -- reading ------------------------------------------------------------------------------------- */

typedef struct {
    json *j;
    const char *owner; /* NULL: of everybody */
} listing;

static bool write_document(const store_document *d, void *context)
{
    listing *l = context;
    char owned[96];
    snprintf(owned, sizeof owned, "\"account\":\"%s\"", l->owner ? l->owner : "");
    if (l->owner && !strstr(d->json, owned))
        return true;
    json_flat_object(l->j);
    json_member_text(l->j, "id", d->id);
    json_member_unsigned(l->j, "version", d->version);
    json_key(l->j, "document");
    json_raw(l->j, d->json);
    json_end(l->j);
    return true;
}

static void list(request *r, const char *kind, const char *owner)
{
    assay_err err;
    store *s = reader_here(r->server, &err);
    json *j = reply_json(r, 200);
    listing l = {j, owner};
    json_object(j);
    json_key(j, "items");
    json_array(j);
    assay_status status = s ? store_documents(s, kind, write_document, &l, &err) : err.code;
    json_end(j);
    json_end(j);
    reply_end(r, j);
    if (status != ASSAY_OK)
        reply_error(r, &err);
}

static bool write_person(const person *p, void *context)
{
    json *j = context;
    json_flat_object(j);
    json_member_text(j, "account", p->account);
    json_member_text(j, "name", p->name);
    json_member_text(j, "grants", p->grants);
    json_member_bool(j, "disabled", p->is_disabled);
    json_member_bool(j, "has_password", p->has_password);
    json_member_bool(j, "has_codes", p->has_codes);
    json_member_unsigned(j, "version", p->version);
    json_end(j);
    return true;
}

void api_people(request *r)
{
    if (!gate_may_all(r))
        return;
    json *j = reply_json(r, 200);
    json_object(j);
    json_key(j, "people");
    json_array(j);
    people_visit(r->server->people, write_person, j);
    json_end(j);
    json_end(j);
    reply_end(r, j);
}

void api_tokens(request *r)
{
    list(r, "token", identity_may(&r->who, SCOPE_ADMIN, NULL) ? NULL : r->who.account);
}

/* -- accounts -------------------------------------------------------------------------------------- */

static assay_status put_person(store_tx *tx, void *context, assay_err *err)
{
    people_change *c = context;
    return people_put(c->people, tx, &c->person, c->expected, c->actor, c->why, err);
}

void api_person_put(request *r)
{
    assay_err err;
    char hash[PASSWORD_HASH_MAX];
    people_change c = change_by(r, request_part(r, 0));
    bool is_new = request_header(r, MHD_HTTP_HEADER_IF_NONE_MATCH) != NULL, is_disabled = false;
    if (!gate_may_all(r) || (!is_new && !request_expected(r, &c.expected)) ||
        !body_read(r, "name grants password disabled why"))
        return;
    c.person.account = c.account;
    c.person.name = body_text(r, "name", false);
    c.person.grants = body_text(r, "grants", false);
    const char *password = body_text(r, "password", false);
    body_flag(r, "disabled", &is_disabled);
    if (body_has(r, "disabled"))
        c.person.state = is_disabled ? ACCOUNT_DISABLE : ACCOUNT_ENABLE;
    c.why = body_text(r, "why", true);
    if (!body_is_fine(r))
        return;
    if (password && people_hash(c.people, password, hash, &err) != ASSAY_OK) {
        reply_problem(r, reply_status_of(err.code), "/password", err.message, err.hint);
        return;
    }
    c.person.hash = password ? hash : NULL;
    run(r, put_person, &c);
}

static assay_status erase_person(store_tx *tx, void *context, assay_err *err)
{
    people_change *c = context;
    return people_erase(c->people, tx, c->account, c->actor, err);
}

void api_person_erase(request *r)
{
    people_change c = change_by(r, request_part(r, 0));
    if (gate_may_all(r))
        run(r, erase_person, &c);
}

static assay_status invite(store_tx *tx, void *context, assay_err *err)
{
    people_change *c = context;
    return people_invite(c->people, tx, c->account, c->actor, c->secret, err);
}

void api_person_invite(request *r)
{
    people_change c = change_by(r, request_part(r, 0));
    if (!gate_may_all(r))
        return;
    run(r, invite, &c);
    if (r->reply.status != 204)
        return;
    char link[300];
    link_invitation(r->server, c.secret, link, sizeof link);
    json *j = reply_json(r, 201);
    json_object(j);
    json_member_text(j, "code", c.secret);
    json_member_text(j, "link", link);
    json_end(j);
    reply_end(r, j);
}

static assay_status drop_totp(store_tx *tx, void *context, assay_err *err)
{
    people_change *c = context;
    return people_totp_end(c->people, tx, c->account, c->actor, err);
}

void api_person_totp_end(request *r)
{
    people_change c = change_by(r, request_part(r, 0));
    if (gate_may_all(r))
        run(r, drop_totp, &c);
}

/* -- tokens ---------------------------------------------------------------------------------------- */

static assay_status make_token(store_tx *tx, void *context, assay_err *err)
{
    people_change *c = context;
    return people_token(c->people, tx, c->account, c->scopes, c->days, c->label, c->token_id,
                        c->secret, err);
}

void api_token_make(request *r)
{
    uint64_t days = 0;
    people_change c = change_by(r, r->who.account);
    if (!body_read(r, "scopes days label"))
        return;
    c.scopes = body_text(r, "scopes", true);
    c.label = body_text(r, "label", false);
    body_count(r, "days", 0, 36500, &days);
    if (!body_is_fine(r))
        return;
    c.days = (unsigned)days;
    run(r, make_token, &c);
    if (r->reply.status != 204)
        return;
    json *j = reply_json(r, 201);
    json_object(j);
    json_member_text(j, "id", c.token_id);
    json_member_text(j, "token", c.secret);
    json_end(j);
    reply_end(r, j);
}

static assay_status end_token(store_tx *tx, void *context, assay_err *err)
{
    people_change *c = context;
    return people_token_revoke(c->people, tx, c->id, c->actor, err);
}

/* Is it this person's own? Administrators end_token any. */
static bool owns(request *r, const char *id)
{
    store_document d;
    char owned[96];
    store *s = reader_here(r->server, NULL);
    snprintf(owned, sizeof owned, "\"account\":\"%s\"", r->who.account);
    return identity_may(&r->who, SCOPE_ADMIN, NULL) ||
           (s && store_document_get(s, "token", id, &d, NULL) == ASSAY_OK && strstr(d.json, owned));
}

void api_token_revoke(request *r)
{
    people_change c = change_by(r, r->who.account);
    c.id = request_part(r, 0);
    if (!owns(r, c.id))
        reply_problem(r, 404, NULL, "there is no such token", NULL);
    else
        run(r, end_token, &c);
}
