/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What happens to an alarm when nothing happens: verification by the points that follow an action,
 * escalation by time, and silence, which is an alarm itself. */
#include "live/engine_inner.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* -- verification -------------------------------------------------------------------------- */

static int64_t after_of(const char *said)
{
    int64_t ns = TIME_NONE;
    int32_t offset;
    json_t *o = json_loads(said, 0, NULL);
    const char *text = json_string_value(json_object_get(o, "after"));
    if (text && !time_parse_iso(text, strlen(text), &ns, &offset))
        ns = TIME_NONE;
    json_decref(o);
    return ns;
}

typedef struct {
    object_id chart;
    uint32_t wanted;
    int64_t after;
    bool is_watched;
} action;

static bool note_action(const alarm_view *a, void *context)
{
    action *found = context;
    if (a->state != ALARM_ACTION || alarm_is_no_data(a))
        return true;
    for (size_t i = a->step_count; i-- > 0;)
        if (a->steps[i].state == ALARM_ACTION) {
            *found = (action){a->chart, a->verify_wanted, after_of(a->steps[i].json), true};
            break;
        }
    return true;
}

void engine_watch_actions(engine *e, uint32_t number)
{
    action found = {0};
    alarm_visit(e->book, number, true, note_action, &found);
    for (live_chart *c = number < e->room ? e->first[number] : NULL; c; c = c->next) {
        bool is_its = found.is_watched && memcmp(&c->id, &found.chart, sizeof c->id) == 0;
        uint32_t wanted = is_its ? found.wanted : 0;
        if (wanted == c->verify_wanted && (!wanted || found.after == c->verify_after))
            continue;
        c->verify_wanted = wanted;
        c->verify_after = found.after;
        c->good = 0;
        if (wanted && !c->is_cold && c->s.last_time > found.after)
            engine_must_replay(e, c, found.after); /* points came meanwhile */
        e->has_verifying |= wanted > 0;
    }
}

typedef struct {
    object_id *id;
    size_t count, room;
    const live_chart *c;
} verified_list;

static bool note_verified(const alarm_view *a, void *context)
{
    verified_list *v = context;
    bool is_its = memcmp(&a->chart, &v->c->id, sizeof a->chart) == 0;
    if (is_its && a->state == ALARM_ACTION && a->verified_by >= a->verify_wanted &&
        engine_grow(&v->id, sizeof *v->id, v->count, &v->room))
        v->id[v->count++] = a->id;
    return true;
}

typedef struct {
    const live_chart *c;
    object_id id;
    bool is_found;
} counting;

static bool note_counting(const alarm_view *a, void *context)
{
    counting *n = context;
    if (a->state == ALARM_ACTION && memcmp(&a->chart, &n->c->id, sizeof a->chart) == 0) {
        n->id = a->id;
        n->is_found = true;
    }
    return true;
}

static void count_points(engine *e, live_chart *c, verified_list *v)
{
    counting n = {.c = c};
    alarm_visit(e->book, c->characteristic, true, note_counting, &n);
    if (!n.is_found) {
        c->verify_wanted = 0;
        return;
    }
    alarm_points_set(e->book, &n.id, c->good);
    v->c = c;
    if (c->good >= c->verify_wanted)
        alarm_visit(e->book, c->characteristic, true, note_verified, v);
}

/* -- escalation ---------------------------------------------------------------------------- */

typedef struct {
    object_id id;
    uint32_t level;
    const char *to;
} due_call;

typedef struct {
    engine *e;
    int64_t now;
    due_call *list;
    size_t count, room;
} due_calls;

/* Since it was raised or moved on; what came to it meanwhile does not start the time anew. */
static int64_t step_time(const alarm_view *a)
{
    return a->step_count ? a->steps[a->step_count - 1].time : a->known;
}

static bool was_called(const alarm_view *a, uint32_t level, int64_t since)
{
    for (size_t i = 0; i < a->call_count; i++)
        if (a->calls[i].level == level && a->calls[i].time >= since)
            return true;
    return false;
}

static bool note_due(const alarm_view *a, void *context)
{
    due_calls *d = context;
    const char *rule = a->hit_count ? a->hits[0].rule : "*";
    const reaction *p =
        settings_plan(&d->e->settings, engine_path(d->e, a->characteristic), rule);
    int64_t since = step_time(a);
    for (size_t i = 0; p && i < p->calls; i++) {
        uint32_t level = (uint32_t)i + 1;
        if (p->call[i].state != a->state || d->now - since < p->call[i].after ||
            was_called(a, level, since) ||
            !engine_grow(&d->list, sizeof *d->list, d->count, &d->room))
            continue;
        d->list[d->count++] = (due_call){a->id, level, p->call[i].to};
    }
    return true;
}

/* -- silence ------------------------------------------------------------------------------- */

static live_chart *chart_heard(const engine *e, uint32_t number)
{
    return number < e->room ? e->first[number] : NULL;
}

static uint32_t number_of(const engine *e, const char *path)
{
    int32_t place = catalog_find(e->catalog, path, strlen(path));
    return place == CATALOG_NONE ? 0 : catalog_number(e->catalog, place);
}

static void note_silence(engine *e, const sampling *s, int64_t now)
{
    uint32_t number = number_of(e, s->path);
    const live_chart *c = chart_heard(e, number);
    if (!c || !s->alarm_after || c->heard == TIME_NONE || now - c->heard < s->alarm_after ||
        alarm_open_of(e->book, number, true, NULL, NULL))
        return;
    alarm_hit h = {.happened = c->heard, .known = now, .rule = ALARM_NO_DATA};
    snprintf(h.value, sizeof h.value, "silent for %lld s",
             (long long)((now - c->heard) / 1000000000));
    engine_note_hit(e, number, &h, false);
}

/* -- the tick ------------------------------------------------------------------------------ */

typedef struct {
    verified_list verified;
    due_calls calls;
} tick_work;

static assay_status say_all(engine *e, store_tx *tx, void *context, assay_err *err)
{
    tick_work *w = context;
    assay_status status = ASSAY_OK;
    for (size_t i = 0; i < w->verified.count && status == ASSAY_OK; i++)
        status = alarm_verified_add(e->book, tx, &w->verified.id[i], err);
    for (size_t i = 0; i < w->calls.count && status == ASSAY_OK; i++)
        status = alarm_call_add(e->book, tx, &w->calls.list[i].id, w->calls.list[i].level,
                                w->calls.list[i].to, err);
    return status;
}

static void find_verified(engine *e, verified_list *v)
{
    if (!e->has_verifying)
        return;
    e->has_verifying = false;
    for (uint32_t number = 1; number < e->room; number++)
        for (live_chart *c = e->first[number]; c; c = c->next)
            if (c->verify_wanted && !c->is_dirty)
                count_points(e, c, v);
}

void engine_tick_alarms(engine *e, store *db)
{
    tick_work w = {.calls = {.e = e, .now = time_now()}};
    for (size_t i = 0; i < e->settings.dues; i++)
        note_silence(e, &e->settings.due[i], w.calls.now);
    (void)engine_write_hits(e, db, NULL);
    find_verified(e, &w.verified);
    if (e->settings.plans)
        alarm_visit(e->book, 0, true, note_due, &w.calls);
    if (w.verified.count + w.calls.count)
        (void)engine_transaction(e, db, say_all, &w, NULL);
    free(w.verified.id);
    free(w.calls.list);
}

/* -- the due list -------------------------------------------------------------------------- */

static int by_due(const void *a, const void *b)
{
    const engine_due *x = a, *y = b;
    return x->due < y->due ? -1 : x->due > y->due;
}

static size_t list_due(engine *e, int64_t now, engine_due *out)
{
    size_t n = 0;
    for (size_t i = 0; i < e->settings.dues; i++) {
        const sampling *s = &e->settings.due[i];
        uint32_t number = number_of(e, s->path);
        const live_chart *c = chart_heard(e, number);
        if (!number || !s->every)
            continue;
        engine_due d = {.characteristic = number, .last = c ? c->s.last_time : TIME_NONE};
        d.due = d.last == TIME_NONE ? now : d.last + s->every;
        d.late_after = d.due + s->grace;
        d.is_late = now > d.late_after;
        out[n++] = d;
    }
    return n;
}

void engine_due_list(engine *e, int64_t now, engine_due_visitor *visit, void *context)
{
    pthread_mutex_lock(&e->lock);
    engine_due *list = malloc((e->settings.dues + 1) * sizeof *list);
    size_t n = list ? list_due(e, now, list) : 0;
    pthread_mutex_unlock(&e->lock);
    if (n)
        qsort(list, n, sizeof *list, by_due);
    for (size_t i = 0; i < n && visit(&list[i], context); i++)
        ;
    free(list);
}
