/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Late rows, amendments, decided conflicts, new limits, a restart: all are the same event, a chart
 * that must be stepped through its series again from some time on. What it then finds is compared
 * with what the book of alarms holds: hits that are gone are withdrawn, new ones are told.
 *
 * A stream of late rows must not replay a chart with each of them: after a replay a chart waits ten
 * times as long as it took. */
#include "live/engine_inner.h"

#include <stdlib.h>
#include <string.h>

void engine_must_replay(engine *e, live_chart *c, int64_t from)
{
    c->dirty_from = from < c->dirty_from ? from : c->dirty_from;
    c->is_dirty = true;
    if (c->is_listed || !engine_grow(&e->waiting, sizeof(live_chart *), e->waiting_count, &e->waiting_room))
        return;
    e->waiting[e->waiting_count++] = c;
    c->is_listed = true;
}

/* Limits judge what was measured after they were set: the last time the series had then. */
static void find_bound(engine *e, live_chart *c)
{
    store_summary sum;
    store_range range = STORE_ALL;
    range.as_of = c->judged_commit;
    range.all_status = true;
    c->judged_commit = 0;
    if (store_summarise(e->reader, c->characteristic, &range, &sum, NULL) != ASSAY_OK)
        return;
    uint64_t rows = sum.n + sum.raw + sum.marked + sum.no_value + sum.bad + sum.excluded;
    c->judged_after = rows ? sum.last_time : TIME_NONE;
}

/* -- one replay ---------------------------------------------------------------------------- */

typedef struct {
    engine *e;
    hit_list found;
    int64_t since;
    uint64_t before; /* points it had */
} replaying;

static void note_good(live_chart *c, const live_point *p)
{
    if (!c->verify_wanted || p->time <= c->verify_after)
        return;
    c->good = live_signals(&p->p) ? 0 : c->good + !(p->p.location.flags & ASSAY_POINT_MISSING);
}

static void on_point(live_chart *c, const live_point *p, void *context)
{
    replaying *r = context;
    note_good(c, p);
    if (c->state == CHART_ALERTING && p->time > c->judged_after && live_signals(&p->p))
        hits_of_point(c, p, &r->found);
}

static void on_again(live_chart *c, void *context)
{
    replaying *r = context;
    r->found.count = 0;
    c->good = 0;
}

/* -- what the book holds of this stretch ------------------------------------------------------ */

typedef struct {
    const live_chart *c;
    int64_t since;
    hit_list open, closed;
    bool has_more;
} known_hits;

static void keep_hit(hit_list *l, const alarm_hit *h)
{
    if (engine_grow(&l->list, sizeof *l->list, l->count, &l->room))
        l->list[l->count++] = *h;
}

static bool note_known(const alarm_view *a, void *context)
{
    known_hits *k = context;
    bool is_open = alarm_is_open(a);
    k->has_more |= a->more > 0;
    for (size_t i = 0; i < a->hit_count; i++) {
        const alarm_hit *h = &a->hits[i];
        bool is_here = h->happened > k->since && h->happened > k->c->judged_after;
        if (is_here && !h->is_withdrawn && memcmp(&h->chart, &k->c->id, sizeof h->chart) == 0)
            keep_hit(is_open ? &k->open : &k->closed, h);
    }
    return true;
}

static void sort_hits(hit_list *l)
{
    if (l->count)
        qsort(l->list, l->count, sizeof *l->list, hit_order);
}

static const alarm_hit *find_hit(const hit_list *l, const alarm_hit *h)
{
    return l->count ? bsearch(h, l->list, l->count, sizeof *h, hit_order) : NULL;
}

/* Hits of this stretch that still wait for their record are decided anew; whether they were late
 * stays as it was. */
static void take_back(engine *e, const live_chart *c, int64_t since, hit_list *out)
{
    size_t kept = 0;
    for (size_t i = 0; i < e->hit_count; i++) {
        const pending_hit *p = &e->hits[i];
        bool is_its = p->number == c->characteristic && p->hit.happened > since &&
                      memcmp(&p->hit.chart, &c->id, sizeof c->id) == 0;
        if (is_its && !p->is_withdrawal)
            keep_hit(out, &p->hit);
        if (!is_its)
            e->hits[kept++] = *p;
    }
    e->hit_count = kept;
    sort_hits(out);
}

static void compare(engine *e, live_chart *c, replaying *r, int64_t known_until)
{
    known_hits k = {.c = c, .since = r->since};
    hit_list told = {0};
    take_back(e, c, r->since, &told);
    alarm_visit(e->book, c->characteristic, false, note_known, &k);
    sort_hits(&r->found);
    sort_hits(&k.open);
    sort_hits(&k.closed);
    for (size_t i = 0; i < r->found.count; i++) {
        alarm_hit *h = &r->found.list[i];
        const alarm_hit *waiting = find_hit(&told, h);
        h->is_late = waiting ? waiting->is_late : h->happened <= known_until;
        bool was_counted = k.has_more && h->is_late; /* hits beyond the bound have no names */
        const alarm_hit *known = find_hit(&k.open, h);
        bool is_other = known && strcmp(known->value, h->value) != 0;
        if (is_other || (!known && !find_hit(&k.closed, h) && !was_counted))
            engine_note_hit(e, c->characteristic, h, false);
    }
    for (size_t i = 0; i < k.open.count; i++)
        if (!find_hit(&r->found, &k.open.list[i]))
            engine_note_hit(e, c->characteristic, &k.open.list[i], true);
    free(told.list);
    free(k.open.list);
    free(k.closed.list);
}

/* Of a chart that was cold it is not known what it told before: what the book lacks came in the
 * moment before the process ended, and is not late. */
static assay_status replay_one(engine *e, live_chart *c, assay_err *err)
{
    int64_t from = c->is_cold ? TIME_NONE : c->dirty_from;
    int64_t known_until = c->is_cold ? TIME_NONE : c->s.last_time;
    replaying r = {.e = e, .before = c->s.subgroups};
    if (c->judged_commit)
        find_bound(e, c);
    if (c->verify_wanted && c->verify_after < from)
        from = c->verify_after == TIME_NONE ? TIME_NONE : c->verify_after;
    if (c->verify_wanted)
        c->good = 0;
    assay_status status = live_chart_replay(c, e->reader, from, STORE_NOW, on_point, on_again, &r,
                                            &r.since, err);
    if (status == ASSAY_OK) {
        if (c->state == CHART_ALERTING)
            compare(e, c, &r, known_until);
        e->cold_count -= c->is_cold;
        c->is_cold = c->is_dirty = false;
        c->dirty_from = INT64_MAX;
        if (c->s.subgroups != r.before)
            engine_add_news(e, c);
    }
    free(r.found.list);
    return status;
}

/* -- those that wait ------------------------------------------------------------------------ */

static bool is_its_turn(const live_chart *c, int64_t now, bool all)
{
    return all || c->is_cold || c->again_after <= now;
}

void engine_replay(engine *e, int64_t budget_ns)
{
    size_t kept = 0, count = e->waiting_count;
    int64_t begun = engine_clock_ns();
    for (size_t i = 0; i < count; i++) {
        live_chart *c = e->waiting[i];
        assay_err err;
        int64_t from = engine_clock_ns();
        bool is_over = budget_ns && from - begun > budget_ns;
        if (is_over || !is_its_turn(c, from, budget_ns == 0)) {
            e->waiting[kept++] = c;
            continue;
        }
        c->is_listed = false;
        assay_status status = replay_one(e, c, &err);
        int64_t took = engine_clock_ns() - from;
        c->again_after = from + took * 11;
        if (status == ASSAY_OK)
            continue;
        c->again_after = from + 1000000000; /* the store may be in order again then */
        c->is_listed = true;
        e->waiting[kept++] = c;
    }
    e->waiting_count = kept;
}

void engine_on_point(live_chart *c, const live_point *p, void *context)
{
    engine *e = context;
    bool is_signal = live_signals(&p->p);
    uint32_t good = c->good;
    note_good(c, p);
    if (c->good != good)
        e->has_verifying = true;
    if (is_signal && c->state == CHART_ALERTING && p->time > c->judged_after) {
        hit_list found = {0};
        hits_of_point(c, p, &found);
        for (size_t i = 0; i < found.count; i++)
            engine_note_hit(e, c->characteristic, &found.list[i], false);
        free(found.list);
    }
    if (is_signal)
        engine_publish_point(e, c);
    else
        engine_add_news(e, c);
}
