/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "serve/first.h"

#include "base/random.h"
#include "serve/change.h"
#include "serve/link.h"

#include <stdio.h>
#include <string.h>

enum { DEMO_DAYS = 7 };
static const char demo[] = "demo";

typedef struct {
    people *people;
    serve_start *out;
    char code[33];
    const char *hash;
} beginning;

/* -- an administrator ------------------------------------------------------------------------------ */

static assay_status make_administrator(store_tx *tx, void *context, assay_err *err)
{
    beginning *b = context;
    /* Also an engineer: the first thing to do with an empty plant is to bring measurements in. */
    const person_change first = {.account = "admin", .name = "Administrator",
                                 .grants = "administrator,engineer"};
    assay_status status = people_is_empty(b->people)
                              ? people_put(b->people, tx, &first, 0, "server", "first start", err)
                              : ASSAY_OK;
    if (status == ASSAY_OK)
        status = people_invite(b->people, tx, "admin", "server", b->code, err);
    if (status == ASSAY_NOT_FOUND) { /* accounts were made by hand: their invitations count */
        *b->code = '\0';
        status = ASSAY_OK;
    }
    return status;
}

static assay_status invite_administrator(server *s, serve_start *out, assay_err *err)
{
    beginning b = {.people = s->people, .out = out};
    assay_status status = change_in_tx(s, make_administrator, &b, NULL, err);
    if (status == ASSAY_OK && *b.code)
        link_invitation(s, b.code, out->link, sizeof out->link);
    return status;
}

/* -- a demo ---------------------------------------------------------------------------------------- */

/* Read aloud and typed: four groups of four, no look-alikes. */
static assay_status make_password(char out[20], assay_err *err)
{
    static const char letters[] = "abcdefghjkmnpqrstuvwxyz23456789x";
    unsigned char random[16];
    assay_status status = random_bytes(random, sizeof random, err);
    for (size_t i = 0, at = 0; status == ASSAY_OK && i < 16; i++) {
        if (i && i % 4 == 0)
            out[at++] = '-';
        out[at++] = letters[random[i] % 32];
        out[at] = 0;
    }
    return status;
}

static assay_status make_demo(store_tx *tx, void *context, assay_err *err)
{
    beginning *b = context;
    char id[TOKEN_ID];
    const person_change login = {.account = demo, .name = "Demo",
                                  .grants = "administrator,quality-manager,engineer,operator",
                                  .hash = b->hash};
    assay_status status =
        people_put(b->people, tx, &login, DOCUMENT_ANY, "server", "demo", err);
    if (status == ASSAY_OK)
        status = people_token(b->people, tx, demo, "read,measure,act,engineer,close,audit,admin",
                              DEMO_DAYS, "demo", id, b->out->token, err);
    return status;
}

static assay_status begin_demo(server *s, serve_start *out, assay_err *err)
{
    char hash[PASSWORD_HASH_MAX];
    beginning b = {.people = s->people, .out = out, .hash = hash};
    assay_status status = make_password(out->password, err);
    if (status == ASSAY_OK)
        status = people_hash(s->people, out->password, hash, err);
    if (status == ASSAY_OK)
        status = change_in_tx(s, make_demo, &b, NULL, err);
    if (status == ASSAY_OK)
        snprintf(out->account, sizeof out->account, "%s", demo);
    return status;
}

assay_status first_start(server *s, serve_start *out, assay_err *err)
{
    if (s->options->with_demo)
        return begin_demo(s, out, err);
    return people_has_administrator(s->people) ? ASSAY_OK : invite_administrator(s, out, err);
}
