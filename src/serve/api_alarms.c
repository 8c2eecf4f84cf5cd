/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Alarms and what people do about them; the due list. */
#include "report/answer.h"
#include "serve/body.h"
#include "serve/gate.h"
#include "serve/glance.h"
#include "serve/reply.h"

#include <stdio.h>
#include <string.h>

static const char *path_of(const request *r, uint32_t number)
{
    const catalog *c = r->server->catalog;
    return catalog_path(c, catalog_of_number(c, number));
}

/* -- list --------------------------------------------------------------------------------------------- */

typedef struct {
    request *request;
    json *j;
    uint64_t skip, left, seen;
    bool is_more;
} alarm_page;

static void write_alarm(json *j, const alarm_view *a, const char *path)
{
    buf text = BUF_INIT;
    alarm_write(a, path, &text);
    json_raw(j, buf_text(&text));
    buf_done(&text);
}

static bool add_alarm(const alarm_view *a, void *context)
{
    alarm_page *p = context;
    const char *path = path_of(p->request, a->characteristic);
    if (!gate_may(p->request, path))
        return true;
    if (p->seen++ < p->skip)
        return true;
    p->is_more = p->left == 0;
    if (p->is_more)
        return false;
    p->left--;
    write_alarm(p->j, a, path);
    return true;
}

void api_alarms(request *r)
{
    uint64_t number = 0, limit = 100;
    char next[24];
    alarm_page p = {.request = r};
    if (!request_count(r, "limit", 1, 1000, &limit) ||
        !request_count(r, "cursor", 0, UINT32_MAX, &p.skip) ||
        !request_count(r, "characteristic", 1, UINT32_MAX, &number))
        return;
    p.left = limit;
    p.j = reply_json(r, 200);
    json_object(p.j);
    json_key(p.j, "alarms");
    json_array(p.j);
    alarm_visit(engine_alarms(r->server->engine), (uint32_t)number, request_flag(r, "open"),
                add_alarm, &p);
    json_end(p.j);
    snprintf(next, sizeof next, "%llu", (unsigned long long)(p.skip + limit));
    json_member_text(p.j, "next", p.is_more ? next : NULL);
    json_end(p.j);
    reply_end(r, p.j);
}

/* -- one ------------------------------------------------------------------------------------------------ */

typedef struct {
    uint32_t characteristic;
    uint64_t version;
    buf text;
    const request *request;
} alarm_look;

static bool look(const alarm_view *a, void *context)
{
    alarm_look *l = context;
    l->characteristic = a->characteristic;
    l->version = a->version;
    alarm_write(a, path_of(l->request, a->characteristic), &l->text);
    return true;
}

/* False after refusing; l->text in any case. */
static bool find(request *r, object_id *id, alarm_look *l)
{
    const char *name = request_part(r, 0);
    *l = (alarm_look){.request = r};
    bool is_there = alarm_id_parse(name, id) &&
                    alarm_show(engine_alarms(r->server->engine), id, look, l, NULL) == ASSAY_OK &&
                    gate_may(r, path_of(r, l->characteristic));
    if (!is_there)
        reply_problemf(r, 404, NULL, "there is no alarm \"%.40s\"", name);
    return is_there;
}

void api_alarm(request *r)
{
    object_id id;
    alarm_look l;
    if (find(r, &id, &l) && !reply_is_known(r, l.version))
        reply_bytes(r, 200, "application/json", &l.text);
    buf_done(&l.text);
}

/* -- steps ---------------------------------------------------------------------------------------------- */

static void answer(request *r, assay_status status, const assay_err *err, const object_id *id,
                   uint64_t expected)
{
    alarm_look now = {.request = r};
    if (status == ASSAY_CONFLICT &&
        alarm_show(engine_alarms(r->server->engine), id, look, &now, NULL) == ASSAY_OK &&
        expected != DOCUMENT_ANY && now.version != expected)
        reply_problem(r, 412, NULL, err->message, "read it again, then change that");
    else if (status != ASSAY_OK)
        reply_error(r, err);
    else if (alarm_show(engine_alarms(r->server->engine), id, look, &now, NULL) == ASSAY_OK) {
        reply_version(r, now.version);
        reply_bytes(r, 200, "application/json", &now.text);
    }
    buf_done(&now.text);
}

static bool may_take(request *r, alarm_state step, uint32_t number)
{
    scope wanted = step == ALARM_CLOSED ? SCOPE_CLOSE : SCOPE_ACT;
    if (identity_may(&r->who, wanted, path_of(r, number)))
        return true;
    reply_problemf(r, 403, NULL, "%s may not close an alarm: it takes the scope \"%s\"",
                   r->who.account, scope_name(wanted));
    return false;
}

void api_alarm_step(request *r)
{
    assay_err err;
    object_id id;
    alarm_look l;
    alarm_state step = ALARM_RAISED;
    uint64_t expected;
    buf said = BUF_INIT;
    bool goes_on = find(r, &id, &l) && request_expected(r, &expected) && body_read(r, NULL);
    buf_done(&l.text);
    if (!goes_on)
        return;
    const char *name = body_text(r, "step", true);
    if (body_is_fine(r) && (!alarm_state_from_name(name, &step) || step == ALARM_RAISED))
        body_fault(r, "step", "\"%.40s\", expected acknowledged, contained, cause, action or closed",
                   name);
    if (!body_is_fine(r) || !may_take(r, step, l.characteristic))
        return;
    body_dump(r, NULL, &said);
    assay_status status = engine_alarm_step(r->server->engine, &id, step, r->who.account,
                                            buf_text(&said), expected, &err);
    buf_done(&said);
    answer(r, status, &err, &id, expected);
}

void api_alarm_tick(request *r)
{
    assay_err err;
    object_id id;
    alarm_look l;
    uint64_t expected;
    bool goes_on = find(r, &id, &l) && request_expected(r, &expected) &&
                   body_read(r, "step answer why");
    buf_done(&l.text);
    if (!goes_on)
        return;
    const char *step = body_text(r, "step", true), *said = body_text(r, "answer", true);
    const char *why = body_text(r, "why", false);
    if (!body_is_fine(r))
        return;
    assay_status status = engine_alarm_tick(r->server->engine, &id, step, said, why ? why : "",
                                            r->who.account, expected, &err);
    answer(r, status, &err, &id, expected);
}

/* -- due ------------------------------------------------------------------------------------------------ */

typedef struct {
    request *request;
    json *j;
} due_list;

static bool add_due(const engine_due *d, void *context)
{
    due_list *l = context;
    const char *path = path_of(l->request, d->characteristic);
    if (!gate_may(l->request, path))
        return true;
    json_flat_object(l->j);
    json_member_unsigned(l->j, "characteristic", d->characteristic);
    json_member_text(l->j, "path", path);
    answer_time(l->j, "last", d->last, TIME_OFFSET_NONE);
    answer_time(l->j, "due", d->due, TIME_OFFSET_NONE);
    answer_time(l->j, "late_after", d->late_after, TIME_OFFSET_NONE);
    json_member_bool(l->j, "late", d->is_late);
    json_end(l->j);
    return true;
}

void api_due(request *r)
{
    due_list l = {r, reply_json(r, 200)};
    json_object(l.j);
    json_key(l.j, "due");
    json_array(l.j);
    engine_due_list(r->server->engine, time_now(), add_due, &l);
    json_end(l.j);
    json_end(l.j);
    reply_end(r, l.j);
}
