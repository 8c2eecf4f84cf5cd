/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Limits of stored charts: every version there is, a new one from chosen data, the end of one. */
#include "live/engine.h"
#include "report/answer.h"
#include "serve/body.h"
#include "serve/change.h"
#include "serve/figures.h"
#include "serve/reply.h"

#include <math.h>
#include <string.h>

void api_limits(request *r)
{
    assay_err err;
    store *s;
    stored_characteristic found;
    limits_history h = {0};
    if (!characteristic_find(r, request_part(r, 0), &s, &found))
        return;
    if (limits_read(s, found.number, STORE_NOW, &h, &err) != ASSAY_OK)
        reply_error(r, &err);
    else {
        json *j = reply_json(r, 200);
        json_object(j);
        json_key(j, "limits");
        json_array(j);
        for (size_t i = 0; i < h.count; i++)
            answer_limits_version(j, &h.item[i], found.definition.path);
        json_end(j);
        json_end(j);
        reply_end(r, j);
    }
    limits_done(&h);
}

typedef struct {
    chart_limits *limits;
    const char *actor, *why;
    uint64_t commit;
} limits_change;

static assay_status freeze(store *s, void *context, assay_err *err)
{
    limits_change *c = context;
    return limits_freeze(s, c->limits, c->actor, c->why, err);
}

/* The choice of data in the words of the command line. */
static const char *data_of(request *r)
{
    static const char *const names[] = {"phase1", "exclude", "from", "to", "last"};
    buf text = BUF_INIT;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *value = request_query(r, names[i]);
        if (value)
            buf_addf(&text, "%s--%s %s", text.length ? " " : "", names[i], value);
    }
    const char *kept = request_copy(r, buf_text(&text), text.length);
    buf_done(&text);
    return kept;
}

static void answer_budget(json *j, const budget *b)
{
    json_key(j, "budget");
    json_flat_object(j);
    json_member_real(j, "points_per_day", b->points_per_day, NULL);
    json_member_real(j, "arl0", b->arl, NULL);
    json_member_real(j, "arl0_before", b->arl_now, b->why);
    json_member_real(j, "width", b->width, NULL);
    json_end(j);
}

static void answer_frozen(request *r, const chart_limits *l, const budget *b, const char *path)
{
    json *j = reply_json(r, 201);
    json_object(j);
    json_member_text(j, "path", path);
    json_member_text(j, "name", l->name);
    json_member_unsigned(j, "version", l->version);
    json_member_unsigned(j, "commit", l->commit);
    json_member_real(j, "center", l->center, NULL);
    json_member_real(j, "sigma", l->sigma, "this chart has no sigma of readings");
    json_member_unsigned(j, "used", l->used);
    json_member_bool(j, "provisional", l->used < 20);
    if (!isnan(b->width))
        answer_budget(j, b);
    json_end(j);
    reply_end(r, j);
}

static void freeze_these(request *r, figures *f, const char *why)
{
    assay_err err;
    chart_limits draft;
    limits_change c = {&draft, r->who.account, why, 0};
    if (f->request.range.as_of == STORE_NOW)
        f->request.range.as_of = store_commit_number(series_store(f->set));
    assay_status status =
        limits_draft(&f->analysis, &f->options, &f->request, &r->memory, &draft, &err);
    if (status == ASSAY_OK) {
        draft.data = data_of(r);
        status = change(r->server, freeze, &c, &err);
    }
    if (status == ASSAY_OK) {
        engine_reload(r->server->engine, f->characteristic.number);
        answer_frozen(r, &draft, &f->budget, f->characteristic.definition.path);
    }
    else
        reply_error(r, &err);
}

void api_limits_freeze(request *r)
{
    figures f = {0};
    if (!body_read(r, "why"))
        return;
    const char *why = body_text(r, "why", true);
    if (body_is_fine(r) && figures_open(r, FIGURES_OWN_LIMITS, NULL, &f))
        freeze_these(r, &f, why);
    figures_close(&f);
}

static assay_status retire(store *s, void *context, assay_err *err)
{
    limits_change *c = context;
    return limits_retire(s, c->limits, c->actor, c->why, &c->commit, err);
}

static chart_limits *find_named(limits_history *h, const char *name)
{
    for (size_t i = h->count; i-- > 0;)
        if (h->item[i].state == LIMITS_IN_FORCE && strcmp(h->item[i].name, name) == 0)
            return &h->item[i];
    return NULL;
}

void api_limits_retire(request *r)
{
    assay_err err;
    store *s;
    stored_characteristic found;
    limits_history h = {0};
    limits_change c = {.actor = r->who.account};
    if (!characteristic_find(r, request_part(r, 0), &s, &found) || !body_read(r, "chart why"))
        return;
    const char *name = body_text(r, "chart", true);
    c.why = body_text(r, "why", true);
    if (!body_is_fine(r))
        return;
    assay_status status = limits_read(s, found.number, STORE_NOW, &h, &err);
    c.limits = status == ASSAY_OK ? find_named(&h, name) : NULL;
    if (status == ASSAY_OK && !c.limits)
        status = assay_fail(&err, ASSAY_NOT_FOUND, 0, "no limits of the chart \"%.80s\" are in force",
                            name);
    if (status == ASSAY_OK)
        status = change(r->server, retire, &c, &err);
    if (status == ASSAY_OK) {
        engine_reload(r->server->engine, found.number);
        reply_none(r, 204);
    } else
        reply_error(r, &err);
    limits_done(&h);
}
