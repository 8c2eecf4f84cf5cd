/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What time does by itself. Everything it does is a record, so that it is done once however often and
 * from wherever the clock is asked. */
#include "scheme/sitting.h"
#include "scheme/title_inner.h"

#include "base/time.h"

#include <string.h>


/* What a reminder has to say to who gets it and knows nothing else: the programme, until when, who is
 * to act. */
static json_t *about_due(const the_case *c, const scheme_stage *s)
{
    json_t *o = json_object(), *who = list_in(o, "who");
    set_text(o, "scheme", c->scheme->item.id);
    set_text(o, "stage", s->item.id);
    set_text(o, "due", text_of(c->state, "due"));
    for (size_t i = 0; i < s->who_count; i++)
        json_array_append_new(who, json_string(s->who[i]->item.id));
    if (s->assign)
        json_array_append_new(who, json_string(s->assign->role->item.id));
    if (s->gate && s->gate->vote)
        json_array_append_new(who, json_string(s->gate->vote->item.id));
    return o;
}

static assay_status remind(the_case *c, const scheme_stage *s, const char *kind, assay_err *err)
{
    json_t *o = about_due(c, s);
    set_text(o, "kind", kind);
    json_object_set_new(o, "visit", json_integer(case_visit(c->state, s->item.id)));
    return case_append(c, "case.reminded", o, err);
}

static assay_status run_late(the_case *c, const scheme_stage *s, assay_err *err)
{
    json_t *o;
    assay_status status = case_append(c, "case.late", about_due(c, s), err);
    if (status)
        return status;
    switch (s->late) {
    case LATE_WAIT:
        return ASSAY_OK;
    case LATE_PROCEED: /* with what is there */
        o = json_object();
        set_text(o, "stage", s->item.id);
        return case_append(c, "case.cut", o, err);
    case LATE_REJECT:
        return case_enter(c, NULL, "reject", "late", err);
    case LATE_SUSPEND: /* what was given rests until the work is done after all */
        if (json_array_size(json_object_get(c->state, "titles")))
            return titles_pause(c, s, "late", err);
        return case_enter(c, NULL, "suspend", "late", err);
    case LATE_STAGE:
        return case_enter(c, s->late_stage, "stage", "late", err);
    }
    return ASSAY_OK;
}

static assay_status tick_case(the_case *c, desk_tick_t *t, assay_err *err)
{
    bool moved = false;
    assay_status status = titles_tick(c, &moved, err);
    const scheme_stage *s = case_stage(c);
    uint64_t before = c->events;
    if (!status && s && case_is_open(c->state) && !case_rests(c, s) &&
        !json_is_true(json_object_get(c->state, "waits"))) {
        int64_t soon = case_reminder(c), opens = when_of(c->state, "opens");
        int64_t due = when_of(c->state, "due");
        if (opens != TIME_NONE && c->now >= opens && !case_was_reminded(c, "opens")) {
            status = remind(c, s, "opens", err);
            t->reminded++;
        }
        if (!status && soon != TIME_NONE && c->now >= soon && !case_was_reminded(c, "soon")) {
            status = remind(c, s, "soon", err);
            t->reminded++;
        }
        before = c->events;
        if (!status && due != TIME_NONE && c->now >= due &&
            !json_is_true(json_object_get(c->state, "late")))
            status = run_late(c, s, err);
        if (!status)
            status = case_settle(c, err);
    }
    t->moved += moved || c->events != before;
    return status ? status : case_list_again(c, err);
}

typedef struct {
    object_id *id;
    size_t n;
    const char *now;
} due_list;

static bool keep_due(const store_entry *e, void *context)
{
    due_list *l = context;
    if (strcmp(e->sort, l->now) > 0)
        return false;
    l->id[l->n++] = e->object;
    return true;
}

assay_status desk_due(desk *d, int64_t now, size_t limit, object_id *out, size_t *n, assay_err *err)
{
    char text[40];
    store_page page = {.list = "case/wake", .limit = limit};
    time_format(now / 1000000000 * 1000000000, TIME_OFFSET_NONE, text, sizeof text);
    due_list l = {out, 0, text};
    assay_status status = store_entries(d->s, &page, keep_due, &l, err);
    if (!status)
        *n = l.n;
    return status;
}

assay_status desk_tick_these(desk *d, store_tx *tx, const viewer *who, const object_id *ids,
                             size_t n, desk_tick_t *out, assay_err *err)
{
    desk_tick_t t = {.looked = 0};
    assay_status status = ASSAY_OK;
    for (size_t i = 0; !status && i < n; i++) {
        the_case c;
        status = case_load(d, tx, &ids[i], who, &c, err);
        if (status)
            break;
        t.looked++;
        status = tick_case(&c, &t, err);
        case_done(&c);
    }
    if (!status)
        *out = t;
    return status;
}

assay_status desk_tick(desk *d, store_tx *tx, const viewer *who, size_t limit, desk_tick_t *out,
                       assay_err *err)
{
    enum { MOST = 999 };
    object_id ids[MOST + 1];
    size_t most = limit && limit < MOST ? limit : MOST, n = 0;
    assay_status status = desk_due(d, who->now ? who->now : time_now(), most + 1, ids, &n, err);
    if (!status)
        status = desk_tick_these(d, tx, who, ids, n < most ? n : most, out, err);
    uint64_t ended = 0;
    if (!status)
        status = sitting_collect(d, tx, who, most, &ended, err);
    if (!status) {
        out->moved += ended;
        out->is_more = n > most;
    }
    return status;
}
