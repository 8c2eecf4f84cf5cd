/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "serve/programme.h"

#include "base/hash.h"
#include "base/i18n.h"
#include "base/time.h"
#include "scheme/tell.h"
#include "serve/page.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* -- who asks -------------------------------------------------------------------------------------- */

static assay_status viewer_of(ask *a, assay_err *err)
{
    const identity *who = &a->r->who;
    a->who = (viewer){.kind = VIEWER_PARTY, .account = who->account};
    for (size_t i = 0; i < who->grant_count; i++) {
        const grant *g = &who->grants[i];
        bool may_audit = g->scopes >> SCOPE_AUDIT & 1, may_close = g->scopes >> SCOPE_CLOSE & 1;
        viewer_kind kind = may_audit && may_close ? VIEWER_DESK
                           : may_audit            ? VIEWER_AUDITOR
                                                  : VIEWER_PARTY;
        if (kind == VIEWER_PARTY || (a->who.kind == VIEWER_DESK && kind != VIEWER_DESK))
            continue;
        bool is_wider = kind == a->who.kind && !*g->site;
        if (kind != a->who.kind || is_wider)
            a->who.site = g->site;
        a->who.kind = kind;
    }
    assay_status status = party_of_pass(a->s, "account", who->account, &a->who.party, err);
    return status == ASSAY_NOT_FOUND ? ASSAY_OK : status;
}

/* At a kiosk who stands there says so with a badge, and is a party like any other: nothing of what
 * the device may do itself is theirs. */
static assay_status viewer_of_badge(ask *a, const char *badge, assay_err *err)
{
    const identity *device = &a->r->who;
    identity owner;
    a->who = (viewer){.kind = VIEWER_PARTY, .account = device->account};
    if (!(device->scopes >> SCOPE_MEASURE & 1))
        return assay_fail(err, ASSAY_NOT_FOUND, 0, "%s takes no badges", device->account);
    assay_status status = party_of_pass(a->s, "badge", badge, &a->who.party, err);
    if (status != ASSAY_NOT_FOUND)
        return status;
    status = people_badge_who(a->r->server->people, badge, device, &owner, err); /* counts the wrong ones */
    a->who.account = status ? NULL : request_copy(a->r, owner.account, strlen(owner.account));
    return status ? status : party_of_pass(a->s, "account", owner.account, &a->who.party, err);
}

/* -- running ----------------------------------------------------------------------------------------- */

static assay_status run(ask *a, bool is_public, assay_err *err)
{
    const char *badge = ask_badge(a);
    assay_status status = desk_open(a->s, &a->desk, err);
    if (is_public)
        a->who = (viewer){.kind = VIEWER_PUBLIC};
    else if (status == ASSAY_OK)
        status = badge ? viewer_of_badge(a, badge, err) : viewer_of(a, err);
    if (status == ASSAY_OK)
        status = a->work(a, err);
    desk_close(a->desk);
    a->desk = NULL;
    return status;
}

static void answer(ask *a, unsigned code, assay_status status, const assay_err *err)
{
    if (a->r->reply.status)
        ; /* the work has answered itself */
    else if (status != ASSAY_OK)
        reply_error(a->r, err);
    else if (a->out.length)
        reply_bytes(a->r, code, a->out.data[0] == '{' && !strstr(a->out.data, "}\n{")
                                    ? "application/json" : "application/jsonl", &a->out);
    else
        reply_none(a->r, 204);
    buf_done(&a->said);
    buf_done(&a->out);
}

static void read_as(request *r, bool is_public, ask_work *work)
{
    assay_err err = {.code = ASSAY_OK};
    ask a = {.r = r, .work = work, .s = reader_here(r->server, &err)};
    answer(&a, 200, a.s ? run(&a, is_public, &err) : err.code, &err);
}

void programme_read(request *r, ask_work *work)
{
    read_as(r, false, work);
}

typedef struct {
    ask *a;
    bool is_public;
} writing;

static assay_status in_tx(store_tx *tx, void *context, assay_err *err)
{
    writing *w = context;
    w->a->tx = tx;
    w->a->s = w->a->r->server->writer;
    i18n_borrow(page_language_name(w->a->r));
    assay_status status = run(w->a, w->is_public, err);
    i18n_return();
    return status;
}

assay_status programme_step(ask *a, assay_err *err)
{
    writing w = {a, false};
    return change_in_tx(a->r->server, in_tx, &w, NULL, err);
}

static void write_as(request *r, unsigned code, bool is_public, buf *said, ask_work *work)
{
    assay_err err = {.code = ASSAY_OK};
    ask a = {.r = r, .work = work, .said = *said};
    writing w = {&a, is_public};
    answer(&a, code, change_in_tx(r->server, in_tx, &w, NULL, &err), &err);
}

/* A token that may only read does not act; a person who may only read may well score. */
bool programme_may_act(request *r)
{
    if (r->who.is_session || r->who.scopes >> SCOPE_ACT & 1 || r->who.scopes >> SCOPE_CLOSE & 1 ||
        r->who.scopes >> SCOPE_ADMIN & 1)
        return true;
    reply_problem(r, 403, NULL, "this token may only read", "make one with the scope act");
    return false;
}

void programme_write(request *r, unsigned status, ask_work *work)
{
    buf said = BUF_INIT;
    if (!programme_may_act(r) || !body_read(r, NULL))
        return;
    body_dump(r, NULL, &said);
    write_as(r, status, false, &said, work);
}

void programme_write_bytes(request *r, unsigned status, ask_work *work)
{
    buf said = BUF_INIT;
    if (!programme_may_act(r))
        return;
    buf_add(&said, buf_text(&r->body), r->body.length);
    write_as(r, status, false, &said, work);
}

/* -- for everybody: so many a minute from one network -------------------------------------------------- */

enum { SLOTS = 4096, MINUTE = 60 };

static struct {
    pthread_mutex_t mutex;
    struct {
        uint64_t key;
        int64_t minute;
        unsigned n;
    } slot[SLOTS];
} doorkeeper = {.mutex = PTHREAD_MUTEX_INITIALIZER};

static bool is_welcome(request *r, unsigned per_minute)
{
    char room[64], network[80];
    const char *address = request_address(r, room), *end = strrchr(address, '.');
    int64_t minute = time_now() / 1000000000 / MINUTE;
    snprintf(network, sizeof network, "%.*s %u", end ? (int)(end - address) : 20, address,
             per_minute);
    uint64_t key = hash64(network, strlen(network));
    pthread_mutex_lock(&doorkeeper.mutex);
    size_t at = key % SLOTS;
    if (doorkeeper.slot[at].key != key || doorkeeper.slot[at].minute != minute) {
        doorkeeper.slot[at].key = key;
        doorkeeper.slot[at].minute = minute;
        doorkeeper.slot[at].n = 0;
    }
    bool is_fine = doorkeeper.slot[at].n++ < per_minute;
    pthread_mutex_unlock(&doorkeeper.mutex);
    if (!is_fine) {
        reply_header(r, "Retry-After", "60");
        reply_problem(r, 429, NULL, "too many requests from this network", "come again in a minute");
    }
    return is_fine;
}

void programme_read_public(request *r, unsigned per_minute, ask_work *work)
{
    if (is_welcome(r, per_minute))
        read_as(r, true, work);
}

void programme_write_public(request *r, unsigned status, unsigned per_minute, ask_work *work)
{
    buf said = BUF_INIT;
    if (!is_welcome(r, per_minute) || !body_read(r, NULL))
        return;
    body_dump(r, NULL, &said);
    write_as(r, status, true, &said, work);
}

const char *ask_badge(const ask *a)
{
    return request_header(a->r, "X-Assay-Kiosk");
}

/* -- parts ------------------------------------------------------------------------------------------------ */

assay_status ask_id(ask *a, int i, object_id *out, assay_err *err)
{
    const char *text = request_part(a->r, i);
    unsigned byte;
    size_t n = strspn(text, "0123456789abcdef");
    if (n != 32 || text[n])
        return assay_fail(err, ASSAY_NOT_FOUND, 0, "there is no \"%.40s\"", text);
    for (int k = 0; k < 16; k++) {
        sscanf(text + 2 * k, "%2x", &byte);
        out->bytes[k] = (uint8_t)byte;
    }
    return ASSAY_OK;
}

assay_status ask_case(ask *a, const object_id *id, buf *view, const scheme **rules, assay_err *err)
{
    char name[200];
    assay_status status = case_view(a->desk, id, &a->who, view, err);
    if (status)
        return status;
    tell_member(buf_text(view), "scheme", name, 100);
    strcat(name, "@");
    tell_member(buf_text(view), "rev", name + strlen(name), 90);
    return desk_scheme(a->desk, name, rules, err);
}

assay_status ask_round(ask *a, int i, object_id *out, assay_err *err)
{
    return round_find(a->desk, request_part(a->r, i), out, err);
}

assay_status ask_desk(const ask *a, assay_err *err)
{
    if (a->who.kind == VIEWER_DESK && !(a->who.site && *a->who.site))
        return ASSAY_OK;
    return assay_fail(err, ASSAY_NOT_FOUND, 0, _("there is nothing here for you"));
}

size_t ask_limit(ask *a)
{
    uint64_t limit = 100;
    return request_count(a->r, "limit", 1, 1000, &limit) ? (size_t)limit : 1;
}
