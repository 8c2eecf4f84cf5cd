/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Logging in and out, and what one may do with one's own account. */
#include "serve/body.h"
#include "serve/change.h"
#include "serve/cookie.h"
#include "serve/gate.h"
#include "serve/reply.h"

#include <stdio.h>
#include <string.h>

typedef struct {
    people *people;
    const char *account, *code, *hash;
    char *out;
} own_change;

static void answer(request *r, assay_status status, const assay_err *err, unsigned fine)
{
    if (status == ASSAY_OK)
        reply_none(r, fine);
    else
        reply_error(r, err);
}

/* -- who am I ---------------------------------------------------------------------------------- */

static void write_scopes(json *j, uint32_t scopes)
{
    json_flat_array(j);
    for (int s = 0; s < SCOPE_COUNT; s++)
        if (scopes >> s & 1)
            json_text(j, scope_name((scope)s));
    json_end(j);
}

static void write_me(request *r)
{
    const identity *who = &r->who;
    json *j = reply_json(r, 200);
    json_object(j);
    json_member_text(j, "account", who->account);
    json_member_text(j, "name", who->name);
    json_key(j, "scopes");
    write_scopes(j, who->scopes);
    json_key(j, "grants");
    json_flat_array(j);
    for (size_t i = 0; i < who->grant_count; i++) {
        json_flat_object(j);
        json_member_text(j, "site", *who->grants[i].site ? who->grants[i].site : NULL);
        json_key(j, "scopes");
        write_scopes(j, who->grants[i].scopes);
        json_end(j);
    }
    json_end(j);
    json_member_text(j, "csrf", who->is_session ? who->csrf : NULL);
    json_end(j);
    reply_end(r, j);
}

void api_me(request *r)
{
    write_me(r);
}

/* -- sessions ------------------------------------------------------------------------------------ */

static assay_status begin_session(store_tx *tx, void *context, assay_err *err)
{
    own_change *c = context;
    return people_session(c->people, tx, c->account, c->out, err);
}

assay_status session_begin(request *r, const char *account, const char *password, const char *code,
                           assay_err *err)
{
    people *p = r->server->people;
    char secret[33], room[64];
    own_change c = {.people = p, .account = account, .out = secret};
    assay_status status =
        people_check(p, account, password, code ? code : "", request_address(r, room), err);
    if (status == ASSAY_OK)
        status = change_in_tx(r->server, begin_session, &c, NULL, err);
    if (status == ASSAY_OK)
        status = people_who(p, secret, &r->who, err);
    if (status == ASSAY_OK)
        cookie_set(r, secret);
    return status;
}

void api_session_begin(request *r)
{
    assay_err err;
    if (!body_read(r, "account password code"))
        return;
    const char *account = body_text(r, "account", true);
    const char *password = body_text(r, "password", true);
    const char *code = body_text(r, "code", false);
    if (!body_is_fine(r))
        return;
    assay_status status = session_begin(r, account, password, code, &err);
    if (status == ASSAY_OK)
        write_me(r);
    else if (status == ASSAY_NOT_FOUND || status == ASSAY_MISSING)
        reply_problem(r, 401, status == ASSAY_MISSING ? "/code" : NULL, err.message, err.hint);
    else
        reply_error(r, &err);
}

static assay_status end_session(store_tx *tx, void *context, assay_err *err)
{
    own_change *c = context;
    return people_session_end(c->people, tx, c->code, err);
}

assay_status session_end(request *r, assay_err *err)
{
    own_change c = {.people = r->server->people, .code = gate_session(r)};
    cookie_clear(r);
    return c.code ? change_in_tx(r->server, end_session, &c, NULL, err) : ASSAY_OK;
}

void api_session_end(request *r)
{
    assay_err err;
    answer(r, session_end(r, &err), &err, 204);
}

/* -- a password by a one-time code ---------------------------------------------------------------- */

static assay_status accept_code(store_tx *tx, void *context, assay_err *err)
{
    own_change *c = context;
    return people_accept(c->people, tx, c->code, c->hash, c->out, err);
}

assay_status invitation_accept(request *r, const char *code, const char *password,
                               char account[64], assay_err *err)
{
    char hash[PASSWORD_HASH_MAX];
    own_change c = {.people = r->server->people, .code = code, .hash = hash, .out = account};
    assay_status status = people_hash(c.people, password, hash, err);
    return status == ASSAY_OK ? change_in_tx(r->server, accept_code, &c, NULL, err) : status;
}

void api_invitation_accept(request *r)
{
    assay_err err;
    char account[64];
    if (!body_read(r, "code password"))
        return;
    const char *code = body_text(r, "code", true), *password = body_text(r, "password", true);
    if (!body_is_fine(r))
        return;
    assay_status status = invitation_accept(r, code, password, account, &err);
    if (status != ASSAY_OK) {
        reply_error(r, &err);
        return;
    }
    json *j = reply_json(r, 200);
    json_object(j);
    json_member_text(j, "account", account);
    json_end(j);
    reply_end(r, j);
}

/* -- one-time codes of an authenticator ------------------------------------------------------------ */

static assay_status totp_begin(store_tx *tx, void *context, assay_err *err)
{
    own_change *c = context;
    return people_totp_begin(c->people, tx, c->account, c->out, err);
}

void api_totp_begin(request *r)
{
    assay_err err;
    char secret[33], link[200];
    own_change c = {.people = r->server->people, .account = r->who.account, .out = secret};
    if (change_in_tx(r->server, totp_begin, &c, NULL, &err) != ASSAY_OK) {
        reply_error(r, &err);
        return;
    }
    snprintf(link, sizeof link, "otpauth://totp/Assay:%s?secret=%s&issuer=Assay", c.account, secret);
    json *j = reply_json(r, 200);
    json_object(j);
    json_member_text(j, "secret", secret);
    json_member_text(j, "link", link);
    json_end(j);
    reply_end(r, j);
}

static assay_status totp_confirm(store_tx *tx, void *context, assay_err *err)
{
    own_change *c = context;
    return people_totp_confirm(c->people, tx, c->account, c->code, err);
}

void api_totp_confirm(request *r)
{
    assay_err err;
    own_change c = {.people = r->server->people, .account = r->who.account};
    if (!body_read(r, "code"))
        return;
    c.code = body_text(r, "code", true);
    if (body_is_fine(r))
        answer(r, change_in_tx(r->server, totp_confirm, &c, NULL, &err), &err, 204);
}

static assay_status totp_end(store_tx *tx, void *context, assay_err *err)
{
    own_change *c = context;
    return people_totp_end(c->people, tx, c->account, c->account, err);
}

void api_totp_end(request *r)
{
    assay_err err;
    own_change c = {.people = r->server->people, .account = r->who.account};
    answer(r, change_in_tx(r->server, totp_end, &c, NULL, &err), &err, 204);
}
