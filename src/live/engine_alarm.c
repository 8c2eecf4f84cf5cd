/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From points that signal to records: what one group of measurements found is one transaction. */
#include "live/engine_inner.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PENDING_MAX = 1 << 20 };

/* -- hits of a point ----------------------------------------------------------------------- */

static void add_hit(const live_chart *c, const live_point *p, const char *rule, double value,
                    hit_list *out)
{
    if (!engine_grow(&out->list, sizeof *out->list, out->count, &out->room))
        return;
    alarm_hit *h = &out->list[out->count++];
    *h = (alarm_hit){.chart = c->id, .happened = p->time, .known = time_now()};
    snprintf(h->rule, sizeof h->rule, "%s", rule);
    double_format(value, h->value, sizeof h->value);
}

static const char *spread_rule(assay_chart_type type)
{
    return type == ASSAY_CHART_I_MR    ? "moving-range"
           : type == ASSAY_CHART_XBAR_S ? "s"
                                        : "range";
}

void hits_of_point(const live_chart *c, const live_point *p, hit_list *out)
{
    assay_chart_type type = c->step.options.type;
    for (uint32_t rest = p->p.location.rules; rest; rest &= rest - 1)
        add_hit(c, p, type == ASSAY_CHART_EWMA ? "ewma" : c->plan->rules.rule[__builtin_ctz(rest)].name,
                p->p.location.value, out);
    if (p->p.cusum.rules)
        add_hit(c, p, "cusum", fmax(p->p.cusum.upper, p->p.cusum.lower), out);
    if (p->p.spread.rules)
        add_hit(c, p, spread_rule(type), p->p.spread.value, out);
}

int hit_order(const void *a, const void *b)
{
    const alarm_hit *x = a, *y = b;
    int by_chart = memcmp(&x->chart, &y->chart, sizeof x->chart);
    if (by_chart)
        return by_chart;
    if (x->happened != y->happened)
        return x->happened < y->happened ? -1 : 1;
    return strcmp(x->rule, y->rule);
}

void engine_note_hit(engine *e, uint32_t number, const alarm_hit *hit, bool is_withdrawal)
{
    if (e->hit_count >= PENDING_MAX ||
        !engine_grow(&e->hits, sizeof *e->hits, e->hit_count, &e->hit_room))
        return;
    e->hits[e->hit_count++] = (pending_hit){number, is_withdrawal, *hit};
}

/* -- their records ------------------------------------------------------------------------- */

static bool is_no_data(const pending_hit *h)
{
    return strcmp(h->hit.rule, ALARM_NO_DATA) == 0;
}

/* By characteristic; withdrawals last, so that an alarm whose hits move is not withdrawn first. */
static int by_cause(const void *a, const void *b)
{
    const pending_hit *x = a, *y = b;
    if (x->number != y->number)
        return x->number < y->number ? -1 : 1;
    if (x->is_withdrawal != y->is_withdrawal)
        return x->is_withdrawal - y->is_withdrawal;
    int by_rule = is_no_data(x) - is_no_data(y);
    if (by_rule)
        return by_rule;
    return x->hit.happened != y->hit.happened ? x->hit.happened < y->hit.happened ? -1 : 1
                                              : strcmp(x->hit.rule, y->hit.rule);
}

static assay_status write_some(engine *e, store_tx *tx, const pending_hit *from, alarm_hit *hits,
                               size_t count, assay_err *err)
{
    const reaction *plan = settings_plan(&e->settings, engine_path(e, from->number), hits[0].rule);
    alarm_report r = {.characteristic = from->number, .hits = hits, .count = count,
                      .verify_wanted = plan && plan->verify ? plan->verify : VERIFY_DEFAULT,
                      .is_stop = plan && plan->is_stop};
    object_id id;
    if (from->is_withdrawal)
        return alarm_hits_withdraw(e->book, tx, from->number, hits, count, err);
    return alarm_hits_add(e->book, tx, &r, &id, NULL, err);
}

static bool same_cause(const pending_hit *a, const pending_hit *b)
{
    return a->number == b->number && a->is_withdrawal == b->is_withdrawal &&
           is_no_data(a) == is_no_data(b);
}

static assay_status write_all(engine *e, store_tx *tx, assay_err *err)
{
    assay_status status = ASSAY_OK;
    alarm_hit *hits = malloc(e->hit_count * sizeof *hits);
    if (!hits)
        return assay_fail(err, ASSAY_MEMORY, 0, "out of memory while raising alarms");
    qsort(e->hits, e->hit_count, sizeof *e->hits, by_cause);
    for (size_t from = 0, to; from < e->hit_count && status == ASSAY_OK; from = to) {
        for (to = from; to < e->hit_count && same_cause(&e->hits[from], &e->hits[to]); to++)
            hits[to - from] = e->hits[to].hit;
        status = write_some(e, tx, &e->hits[from], hits, to - from, err);
    }
    free(hits);
    return status;
}

typedef struct {
    object_id *id;
    size_t count, room;
    uint64_t after; /* sequence */
} changed_alarms;

static bool note_changed(const alarm_view *a, void *context)
{
    changed_alarms *c = context;
    if (a->sequence > c->after && engine_grow(&c->id, sizeof *c->id, c->count, &c->room))
        c->id[c->count++] = a->id;
    return true;
}

static bool note_last(const alarm_view *a, void *context)
{
    uint64_t *last = context;
    *last = a->sequence > *last ? a->sequence : *last;
    return true;
}

static void publish_after(engine *e, uint64_t after)
{
    changed_alarms c = {.after = after};
    alarm_visit(e->book, 0, false, note_changed, &c);
    for (size_t i = 0; i < c.count; i++)
        engine_publish_alarm(e, &c.id[i]);
    free(c.id);
    if (e->bus)
        bus_flush(e->bus);
}

/* One transaction; what it changed is published, what failed leaves the book as it is stored. */
assay_status engine_transaction(engine *e, store *db, engine_work *work, void *context,
                                assay_err *err)
{
    store_tx *tx = NULL;
    uint64_t last = 0;
    if (e->is_book_behind) { /* no memory for it when a transaction failed */
        assay_status again = alarm_book_reload(e->book, db, err);
        if (again != ASSAY_OK)
            return again;
        e->is_book_behind = false;
    }
    alarm_visit(e->book, 0, false, note_last, &last);
    assay_status status = store_tx_begin(db, &tx, err);
    if (status != ASSAY_OK)
        return status;
    status = work(e, tx, context, err);
    if (status == ASSAY_OK)
        status = store_tx_commit(tx, NULL, err);
    else
        store_tx_abort(tx);
    if (status == ASSAY_OK)
        publish_after(e, last);
    else
        e->is_book_behind = alarm_book_reload(e->book, db, NULL) != ASSAY_OK;
    return status;
}

static assay_status write_work(engine *e, store_tx *tx, void *context, assay_err *err)
{
    (void)context;
    return write_all(e, tx, err);
}

assay_status engine_write_hits(engine *e, store *db, assay_err *err)
{
    if (!e->hit_count)
        return ASSAY_OK;
    assay_status status = engine_transaction(e, db, write_work, NULL, err);
    if (status == ASSAY_OK)
        e->hit_count = 0; /* else once more, with the next tick */
    return status;
}

static assay_status write_job(store *db, void *context, assay_err *err)
{
    engine *e = context;
    e->is_job_queued = false;
    return engine_write_hits(e, db, err);
}

void engine_queue_hits(engine *e)
{
    if (e->hit_count && !e->is_job_queued && e->intake)
        e->is_job_queued = intake_later(e->intake, write_job, e);
}

/* -- people's steps ------------------------------------------------------------------------ */

typedef struct {
    engine *e;
    const object_id *id;
    alarm_state step;
    const char *actor, *json, *plan_step, *answer, *why;
    uint64_t expected;
} asked_step;

static bool take_number(const alarm_view *a, void *context)
{
    *(uint32_t *)context = a->characteristic;
    return true;
}

/* An action says from which point on its success is counted: the series' last time. */
static assay_status say_after(engine *e, const asked_step *a, buf *out, assay_err *err)
{
    uint32_t number = 0;
    engine_row row;
    char text[40];
    size_t length = strlen(a->json);
    const char *end = length ? strrchr(a->json, '}') : NULL;
    assay_status status = alarm_show(e->book, a->id, take_number, &number, err);
    if (status != ASSAY_OK)
        return status;
    bool is_known = engine_show(e, number, &row, NULL) == ASSAY_OK && row.last_time != TIME_NONE;
    if (a->step != ALARM_ACTION || !is_known || !end || strchr(a->json, ':') == NULL) {
        buf_add_text(out, a->json);
        return ASSAY_OK;
    }
    time_format(row.last_time, TIME_OFFSET_NONE, text, sizeof text);
    buf_add(out, a->json, (size_t)(end - a->json));
    buf_addf(out, ",\"after\":\"%s\"%s", text, end);
    return ASSAY_OK;
}

static assay_status step_work(engine *e, store_tx *tx, void *context, assay_err *err)
{
    const asked_step *a = context;
    if (a->plan_step)
        return alarm_tick_add(e->book, tx, a->id, a->plan_step, a->answer, a->why, a->actor,
                              a->expected, err);
    return alarm_step_add(e->book, tx, a->id, a->step, a->actor, a->json, a->expected, err);
}

static assay_status step_job(store *db, void *context, assay_err *err)
{
    asked_step *a = context;
    uint32_t number = 0;
    assay_status status = engine_transaction(a->e, db, step_work, a, err);
    if (status == ASSAY_OK &&
        alarm_show(a->e->book, a->id, take_number, &number, NULL) == ASSAY_OK) {
        pthread_mutex_lock(&a->e->lock);
        engine_watch_actions(a->e, number);
        pthread_mutex_unlock(&a->e->lock);
    }
    return status;
}

static assay_status ask(engine *e, asked_step *a, assay_err *err)
{
    if (!e->intake)
        return assay_fail(err, ASSAY_UNSUPPORTED, 0, "nobody writes records for this engine");
    return intake_do(e->intake, step_job, a, err);
}

assay_status engine_alarm_step(engine *e, const object_id *id, alarm_state step, const char *actor,
                               const char *json, uint64_t expected, assay_err *err)
{
    buf said = BUF_INIT;
    asked_step a = {.e = e, .id = id, .step = step, .actor = actor, .json = json,
                    .expected = expected};
    assay_status status = say_after(e, &a, &said, err);
    a.json = buf_text(&said);
    if (status == ASSAY_OK)
        status = said.failed ? assay_fail(err, ASSAY_MEMORY, 0, "out of memory") : ask(e, &a, err);
    buf_done(&said);
    return status;
}

assay_status engine_alarm_tick(engine *e, const object_id *id, const char *step,
                               const char *answer, const char *why, const char *actor,
                               uint64_t expected, assay_err *err)
{
    asked_step a = {.e = e, .id = id, .plan_step = step, .answer = answer, .why = why,
                    .actor = actor, .expected = expected};
    return ask(e, &a, err);
}
