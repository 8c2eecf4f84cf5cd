/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cases and what is done in them; rounds; schemes. */
#include "serve/programme.h"

#include "base/i18n.h"
#include "live/engine.h"
#include "serve/drawing.h"
#include "serve/page.h"

#include <stdio.h>
#include <string.h>

/* -- cases --------------------------------------------------------------------------------------------- */

typedef struct {
    object_id party, round;
    char round_id[33];
} query_room;

static assay_status read_query(ask *a, query_room *room, case_query *q, assay_err *err)
{
    request *r = a->r;
    const char *party = request_query(r, "party"), *round = request_query(r, "round");
    *q = (case_query){.scheme = request_query(r, "scheme"),
                      .stage = request_query(r, "stage"),
                      .state = request_query(r, "state"),
                      .is_due = request_flag(r, "due"),
                      .mark = request_query(r, "cursor"),
                      .limit = ask_limit(a)};
    assay_status status = party ? party_find(a->s, party, &room->party, err) : ASSAY_OK;
    if (!status && party)
        q->party = &room->party;
    if (!status && round)
        status = round_find(a->desk, round, &room->round, err);
    for (int i = 0; round && i < 16; i++)
        snprintf(room->round_id + 2 * i, 3, "%02x", room->round.bytes[i]);
    if (round)
        q->round = room->round_id;
    return status;
}

static assay_status list(ask *a, assay_err *err)
{
    case_query q;
    query_room room;
    assay_status status = read_query(a, &room, &q, err);
    return status ? status : case_list(a->desk, &q, &a->who, &a->out, err);
}

static assay_status queue(ask *a, assay_err *err)
{
    case_query q;
    query_room room;
    assay_status status = read_query(a, &room, &q, err);
    q.is_mine = true;
    return status ? status : case_list(a->desk, &q, &a->who, &a->out, err);
}

static assay_status funnel(ask *a, assay_err *err)
{
    case_query q;
    query_room room;
    assay_status status = read_query(a, &room, &q, err);
    return status ? status : case_funnel(a->desk, &q, &a->who, &a->out, err);
}

static assay_status show(ask *a, assay_err *err)
{
    object_id id;
    assay_status status = ask_id(a, 0, &id, err);
    return status ? status : case_view(a->desk, &id, &a->who, &a->out, err);
}

static assay_status history(ask *a, assay_err *err)
{
    object_id id;
    assay_status status = ask_id(a, 0, &id, err);
    return status ? status : case_history(a->desk, &id, &a->who, &a->out, err);
}

static assay_status open_case(ask *a, assay_err *err)
{
    return case_open(a->desk, a->tx, &a->who, buf_text(&a->said), &a->out, err);
}

/* Who may know nothing of a case learns nothing of it from a refusal either. */
static assay_status act(ask *a, assay_err *err)
{
    object_id id;
    buf seen = BUF_INIT;
    const scheme *rules = NULL;
    assay_status status = ask_id(a, 0, &id, err);
    if (!status)
        status = ask_case(a, &id, &seen, &rules, err);
    if (!status)
        status = drawing_may_hand_in(a->r, a->s, rules, buf_text(&a->said), err);
    buf_done(&seen);
    return status ? status
                  : case_act(a->desk, a->tx, &id, request_part(a->r, 1), buf_text(&a->said),
                             &a->who, &a->out, err);
}

void api_cases(request *r)
{
    programme_read(r, list);
}

void api_case_queue(request *r)
{
    programme_read(r, queue);
}

void api_case_funnel(request *r)
{
    programme_read(r, funnel);
}

void api_case_show(request *r)
{
    programme_read(r, show);
}

void api_case_history(request *r)
{
    programme_read(r, history);
}

void api_case_open(request *r)
{
    programme_write(r, 201, open_case);
}

void api_case_act(request *r)
{
    programme_write(r, 200, act);
}

/* -- rounds ---------------------------------------------------------------------------------------------- */

static assay_status rounds(ask *a, assay_err *err)
{
    return round_list(a->desk, request_query(a->r, "scheme"), request_query(a->r, "cursor"),
                      ask_limit(a), &a->who, &a->out, err);
}

static assay_status one_round(ask *a, assay_err *err)
{
    object_id id;
    assay_status status = ask_round(a, 0, &id, err);
    return status ? status : round_show(a->desk, &id, &a->who, &a->out, err);
}

static assay_status statistics(ask *a, assay_err *err)
{
    object_id id;
    const char *stage = request_query(a->r, "stage");
    assay_status status = ask_round(a, 0, &id, err);
    return status ? status
                  : round_statistics(a->desk, &id, stage ? stage : "", &a->who, &a->out, err);
}

static assay_status make_round(ask *a, assay_err *err)
{
    object_id id;
    assay_status status = round_open(a->desk, a->tx, buf_text(&a->said), &a->who, &id, err);
    return status ? status : round_show(a->desk, &id, &a->who, &a->out, err);
}

static assay_status take_step(ask *a, assay_err *err)
{
    object_id id;
    const char *step = request_part(a->r, 1), *stage = body_text(a->r, "stage", false);
    const char *given = body_text(a->r, "public", false);
    assay_status status = ask_round(a, 0, &id, err);
    if (status)
        return status;
    if (strcmp(step, "seed") == 0)
        return round_seed(a->desk, a->tx, &id, given, &a->who, err);
    if (strcmp(step, "close") == 0)
        return round_close(a->desk, a->tx, &id, &a->who, err);
    if (strcmp(step, "assign") == 0)
        return round_assign(a->desk, a->tx, &id, stage ? stage : "", &a->who, &a->out, err);
    if (strcmp(step, "decide") != 0)
        return assay_fail(err, ASSAY_NOT_FOUND, 0, "\"%.40s\" is no step of a round", step);
    buf against = BUF_INIT;
    body_dump(a->r, "against", &against);
    status = round_decide(a->desk, a->tx, &id, stage ? stage : "", buf_text(&against), &a->who,
                          &a->out, err);
    buf_done(&against);
    return status;
}

static assay_status export(ask *a, assay_err *err)
{
    object_id id;
    assay_status status = ask_round(a, 0, &id, err);
    return status ? status : round_export(a->desk, &id, &a->who, &a->out, err);
}

void api_rounds(request *r)
{
    programme_read(r, rounds);
}

void api_round(request *r)
{
    programme_read(r, one_round);
}

void api_round_statistics(request *r)
{
    programme_read(r, statistics);
}

void api_round_open(request *r)
{
    programme_write(r, 201, make_round);
}

void api_round_step(request *r)
{
    programme_write(r, 200, take_step);
}

void api_round_export(request *r)
{
    programme_read_public(r, 30, export);
}

/* -- schemes ------------------------------------------------------------------------------------------------ */

static assay_status schemes(ask *a, assay_err *err)
{
    return desk_schemes(a->desk, &a->out, err);
}

static assay_status scheme_text(ask *a, assay_err *err)
{
    buf bytes = BUF_INIT;
    assay_status status = desk_scheme_bytes(a->desk, request_part(a->r, 0), &bytes, err);
    if (!status)
        reply_bytes(a->r, 200, "application/yaml", &bytes);
    buf_done(&bytes);
    return status;
}

static void tell_faults(request *r, const scheme_faults *faults)
{
    json *j = reply_json(r, 200);
    json_object(j);
    json_member_bool(j, "is_total", faults->count == 0);
    json_key(j, "faults");
    json_array(j);
    for (size_t i = 0; i < faults->count; i++) {
        const scheme_fault *f = &faults->fault[i];
        json_flat_object(j);
        json_member_text(j, "code", f->code);
        json_member_unsigned(j, "line", f->at.line);
        json_member_unsigned(j, "column", f->at.column);
        json_member_text(j, "message", f->message);
        json_member_text(j, "expected", f->expected);
        json_member_text(j, "hint", f->hint);
        json_end(j);
    }
    json_end(j);
    json_end(j);
    reply_end(r, j);
}

/* Live lint: is the text that was sent a scheme? Nothing is kept. */
void api_scheme_lint(request *r)
{
    scheme_faults faults;
    scheme *s = NULL;
    assay_err err = {.code = ASSAY_OK};
    i18n_borrow(page_language_name(r));
    assay_status status =
        scheme_read("scheme", buf_text(&r->body), r->body.length, &s, &faults, &err);
    if (status == ASSAY_OK || faults.count)
        tell_faults(r, &faults);
    else
        reply_error(r, &err);
    i18n_return();
    scheme_faults_done(&faults);
    scheme_free(s);
}

static assay_status publish(ask *a, assay_err *err)
{
    scheme_faults faults;
    sha256 digest;
    char hex[65];
    assay_status status = ask_desk(a, err);
    if (status)
        return status;
    status = desk_publish(a->desk, a->tx, "scheme", buf_text(&a->said), a->said.length,
                          a->who.account, &digest, &faults, err);
    if (status == ASSAY_OK) {
        sha256_to_hex(&digest, hex);
        buf_addf(&a->out, "{\"digest\":\"%s\"}", hex);
    }
    scheme_faults_done(&faults);
    return status;
}

void api_schemes(request *r)
{
    programme_read(r, schemes);
}

void api_scheme(request *r)
{
    programme_read(r, scheme_text);
}

void api_scheme_publish(request *r)
{
    programme_write_bytes(r, 201, publish);
}

/* -- a signal becomes a case --------------------------------------------------------------------------------- */

typedef struct {
    const request *r;
    bool may;
    buf from;
} alarm_look;

static void add_hex(buf *out, const object_id *id)
{
    for (int i = 0; i < 16; i++)
        buf_addf(out, "%02x", id->bytes[i]);
}

static bool look(const alarm_view *v, void *context)
{
    alarm_look *l = context;
    const catalog *c = l->r->server->catalog;
    const char *path = catalog_path(c, catalog_of_number(c, v->characteristic));
    l->may = identity_may(&l->r->who, SCOPE_READ, path);
    buf_add_text(&l->from, "\"characteristic\":");
    json_quote(&l->from, path, strlen(path));
    buf_add_text(&l->from, ",\"chart\":\"");
    add_hex(&l->from, &v->chart);
    buf_add_text(&l->from, "\"");
    return true;
}

/* The body is what case_open takes; the alarm's characteristic and chart come along under "from". */
void api_alarm_case(request *r)
{
    object_id id;
    const char *name = request_part(r, 0);
    alarm_look l = {.r = r, .from = BUF_INIT};
    bool is_there = alarm_id_parse(name, &id) &&
                    alarm_show(engine_alarms(r->server->engine), &id, look, &l, NULL) == ASSAY_OK;
    if (!is_there || !l.may) {
        reply_problemf(r, 404, NULL, "there is no alarm \"%.40s\"", name);
    } else if (r->body.length && r->body.data[0] == '{') {
        buf body = BUF_INIT; /* the same body with one member more in front */
        const char *rest = r->body.data + 1;
        buf_addf(&body, "{\"from\":{\"alarm\":\"%.40s\",%s}%s%s", name, buf_text(&l.from),
                 strchr(rest, '"') ? "," : "", rest);
        buf_done(&r->body);
        r->body = body;
        programme_write(r, 201, open_case);
    } else
        reply_problem(r, 400, NULL, "the body says which scheme the case follows",
                      "{\"scheme\": \"x.8d\"}");
    buf_done(&l.from);
}
