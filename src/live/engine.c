/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Measurements of a group reach the charts they belong to; what is in order is stepped at once, what
 * is not waits for a replay. */
#include "base/json.h"
#include "live/engine_inner.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *chart_state_name(chart_state s)
{
    static const char *const names[] = {"analysis", "proposed", "in force", "alerting"};
    return (unsigned)s < sizeof names / sizeof *names ? names[s] : "unknown";
}

/* -- taking --------------------------------------------------------------------------------- */

typedef struct {
    engine *e;
    const parcel *p;
    uint32_t place, number; /* of the row before */
    live_chart *first;
    int64_t now;
} taking;

static uint64_t hash_at(const parcel *p, context_kind kind, size_t i)
{
    const uint32_t *code = p->rows->context[kind];
    size_t length;
    if (!code || !code[i])
        return 0;
    const char *text = dictionary_text(p->texts[kind], code[i], &length);
    return live_text_hash(text, length);
}

static bool is_wanted(const live_plan *plan, const parcel *p, size_t i)
{
    for (uint32_t rest = plan->filters; rest; rest &= rest - 1) {
        context_kind kind = (context_kind)__builtin_ctz(rest);
        if (hash_at(p, kind, i) != plan->filter[kind])
            return false;
    }
    return true;
}

static live_chart *charts_of(taking *t, uint32_t place)
{
    engine *e = t->e;
    uint32_t number = catalog_number(e->catalog, (int32_t)place);
    if (number && (number >= e->room || !e->first[number])) {
        /* Its first rows are in this group: there is nothing to read from the store. */
        live_chart *c = engine_chart_default(e, number, catalog_definition(e->catalog, (int32_t)place));
        if (c) {
            c->is_cold = false;
            e->cold_count--;
        }
    }
    t->place = place;
    t->number = number;
    return number && number < e->room ? e->first[number] : NULL;
}

static void settle_peeked(engine *e, live_chart *c, int64_t group)
{
    c->is_peeked = false;
    if (c->has_peeked_hits)
        engine_must_replay(e, c, group);
    c->has_peeked_hits = false;
}

static void take_row(taking *t, live_chart *c, size_t i)
{
    const measurement_batch *b = t->p->rows;
    uint8_t fate = t->p->fate[i];
    if (c->plan->filters && !is_wanted(c->plan, t->p, i))
        return;
    c->heard = t->now;
    if (fate == FATE_CONFLICT || c->is_cold || c->is_dirty || b->time[i] < c->s.last_time ||
        (fate == FATE_LATE && b->time[i] == c->s.last_time)) {
        engine_must_replay(t->e, c, b->time[i]);
        return;
    }
    live_row row = {.time = b->time[i],
                    .mantissa = b->mantissa[i],
                    .exponent = b->exponent[i],
                    .status = b->status ? b->status[i] : STATUS_VALID,
                    .size = b->size && b->size[i] ? b->size[i] : 1,
                    .offset = b->offset ? b->offset[i] : TIME_OFFSET_NONE,
                    .stage = hash_at(t->p, CONTEXT_STAGE, i)};
    if (c->plan->is_by_key)
        row.key = hash_at(t->p, c->plan->key, i);
    uint64_t points = c->s.subgroups;
    int64_t group = c->s.group_time;
    if (!live_chart_push(c, &row, engine_on_point, t->e))
        engine_must_replay(t->e, c, TIME_NONE);
    else if (c->is_peeked && points != c->s.subgroups)
        settle_peeked(t->e, c, group);
}

static void take(void *context, const parcel *p)
{
    engine *e = context;
    taking t = {.e = e, .p = p, .place = UINT32_MAX, .now = time_now()};
    pthread_mutex_lock(&e->lock);
    engine_take_changes(e);
    for (size_t i = 0; i < p->rows->n; i++) {
        if (p->fate[i] == FATE_DUPLICATE)
            continue;
        if (p->rows->characteristic[i] != t.place)
            t.first = charts_of(&t, p->rows->characteristic[i]);
        for (live_chart *c = t.first; c; c = c->next)
            take_row(&t, c, i);
    }
    pthread_mutex_unlock(&e->lock);
}

static void settle(void *context, uint64_t commit)
{
    enum { REPLAY_NS = 5000000 };
    engine *e = context;
    pthread_mutex_lock(&e->lock);
    e->commit = commit;
    if (e->waiting_count)
        engine_replay(e, REPLAY_NS);
    engine_publish_news(e);
    pthread_mutex_unlock(&e->lock);
    engine_queue_hits(e);
    if (e->bus)
        bus_flush(e->bus);
}

evaluator engine_evaluator(engine *e)
{
    return (evaluator){take, settle, e};
}

/* -- life ----------------------------------------------------------------------------------- */

/* As long as a start may take: what is left is brought up later. */
static void warm(engine *e)
{
    enum { WARM_NS = 300000000 };
    int64_t begun = engine_clock_ns();
    for (e->warmed = 1; e->warmed < e->room && engine_clock_ns() - begun < WARM_NS; e->warmed++) {
        for (live_chart *c = e->first[e->warmed]; c; c = c->next)
            engine_must_replay(e, c, TIME_NONE);
        engine_replay(e, 0);
    }
}

/* Silence is counted from what was last heard, not from the start. */
static void date_heard(engine *e)
{
    int64_t now = time_now();
    for (uint32_t number = 1; number < e->room; number++)
        for (live_chart *c = e->first[number]; c; c = c->next) {
            int64_t last = c->s.last_time;
            c->heard = last == TIME_NONE || last > now ? now : last;
        }
}

static void init_sync(engine *e)
{
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&e->ring, &monotonic);
    pthread_condattr_destroy(&monotonic);
    pthread_mutex_init(&e->lock, NULL);
    pthread_mutex_init(&e->changing, NULL);
}

assay_status engine_open(const char *database, catalog *c, bus *b, engine **out, assay_err *err)
{
    engine *e = calloc(1, sizeof *e);
    if (!e)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for the engine");
    e->catalog = c;
    e->bus = b;
    arena_init(&e->memory);
    init_sync(e);
    e->database = arena_text(&e->memory, database, strlen(database));
    assay_status status = e->database ? store_open(database, STORE_READ, &e->reader, err)
                                      : assay_fail(err, ASSAY_MEMORY, 0, "no memory for the engine");
    if (status == ASSAY_OK)
        status = alarm_book_open(e->reader, &e->book, err);
    if (status == ASSAY_OK)
        status = settings_read(&e->settings, e->reader, err);
    if (status == ASSAY_OK)
        status = engine_load(e, err);
    if (status != ASSAY_OK) {
        engine_close(e);
        return status;
    }
    e->commit = store_commit_number(e->reader);
    warm(e);
    date_heard(e);
    *out = e;
    return ASSAY_OK;
}

/* A plant without channels goes on, and says so. */
static void open_channels(engine *e)
{
    assay_err err = {0};
    buf line = BUF_INIT;
    if (channels_open(e->database, e->intake, e->catalog, e->bus, e->book, &e->channels, &err) ==
            ASSAY_OK || !e->bus)
        return;
    buf_add_text(&line, "{\"level\":\"alarm\",\"text\":");
    json_quote(&line, err.message, strlen(err.message));
    buf_add_char(&line, '}');
    if (!line.failed)
        bus_publish(e->bus, EVENT_NOTICE, 0, line.data, line.length);
    bus_flush(e->bus);
    buf_done(&line);
}

void engine_attach(engine *e, intake *i)
{
    if (!i)
        engine_clock_stop(e);
    if (!i) {
        channels_close(e->channels);
        e->channels = NULL;
    }
    e->intake = i;
    if (i && !e->has_clock)
        engine_clock_start(e);
    if (i && !e->channels && !e->has_no_channels)
        open_channels(e);
}

channels *engine_channels(engine *e)
{
    return e->channels;
}

void engine_close(engine *e)
{
    if (!e)
        return;
    engine_clock_stop(e);
    engine_charts_free(e);
    settings_done(&e->settings);
    alarm_book_close(e->book);
    store_close(e->reader);
    arena_done(&e->memory);
    buf_done(&e->line);
    free(e->waiting);
    free(e->news);
    free(e->hits);
    free(e->changed);
    pthread_mutex_destroy(&e->lock);
    pthread_mutex_destroy(&e->changing);
    pthread_cond_destroy(&e->ring);
    free(e);
}

alarm_book *engine_alarms(engine *e)
{
    return e->book;
}

/* -- showing -------------------------------------------------------------------------------- */

static void count_alarm(engine_row *row, const alarm_view *a)
{
    row->open_alarms++;
    row->stop_alarms += a->is_stop;
    row->silent_alarms += alarm_is_no_data(a);
}

static bool count_open(const alarm_view *a, void *context)
{
    count_alarm(context, a);
    return true;
}

static bool is_stale(const engine *e, const live_chart *c)
{
    const sampling *s = e->settings.dues
                            ? settings_sampling(&e->settings, engine_path(e, c->characteristic))
                            : NULL;
    int64_t allowed = s ? s->alarm_after ? s->alarm_after : s->every + s->grace : 0;
    return allowed && c->heard != TIME_NONE && time_now() - c->heard > allowed;
}

static engine_row row_of(const engine *e, const live_chart *c)
{
    const live_state *s = &c->s;
    engine_row r = {.characteristic = c->characteristic, .chart = c->id, .state = c->state,
                    .type = c->step.options.type, .measurements = s->measurements,
                    .subgroups = s->subgroups, .signals = s->signals, .last_time = s->last_time,
                    .last_value = s->last_value, .lcl = s->lcl, .center = s->center,
                    .ucl = s->ucl, .mean = s->mean, .sigma = c->sigma,
                    .last_rules = s->last_rules, .spark_count = s->spark_count,
                    .spark_rules = s->spark_rules, .is_stale = is_stale(e, c)};
    memcpy(r.spark, s->spark, sizeof r.spark);
    return r;
}

static const live_chart *main_chart(const engine *e, uint32_t number)
{
    const live_chart *best = NULL;
    for (const live_chart *c = number < e->room ? e->first[number] : NULL; c; c = c->next)
        if (!best || c->state > best->state)
            best = c;
    return best;
}

assay_status engine_show(engine *e, uint32_t number, engine_row *out, assay_err *err)
{
    pthread_mutex_lock(&e->lock);
    const live_chart *c = main_chart(e, number);
    if (c)
        *out = row_of(e, c);
    pthread_mutex_unlock(&e->lock);
    if (!c)
        return assay_fail(err, ASSAY_NOT_FOUND, 0, "there is no characteristic %u", number);
    alarm_visit(e->book, number, true, count_open, out);
    return ASSAY_OK;
}

typedef struct {
    engine_row *row;
    size_t n;
} counted_rows;

/* Rows are in order of their numbers. */
static bool count_among(const alarm_view *a, void *context)
{
    const counted_rows *r = context;
    size_t low = 0, high = r->n;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (r->row[middle].characteristic < a->characteristic)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < r->n && r->row[low].characteristic == a->characteristic; low++)
        count_alarm(&r->row[low], a);
    return true;
}

size_t engine_rows(engine *e, uint32_t from, engine_row *out, size_t room)
{
    counted_rows r = {.row = out};
    pthread_mutex_lock(&e->lock);
    for (uint32_t number = from; number < e->room && r.n < room; number++) {
        const live_chart *c = main_chart(e, number);
        if (c)
            out[r.n++] = row_of(e, c);
    }
    pthread_mutex_unlock(&e->lock);
    alarm_visit(e->book, 0, true, count_among, &r);
    return r.n;
}

size_t engine_charts(engine *e, uint32_t number, engine_row *out, size_t room)
{
    counted_rows r = {.row = out};
    pthread_mutex_lock(&e->lock);
    for (const live_chart *c = number < e->room ? e->first[number] : NULL; c && r.n < room; c = c->next)
        out[r.n++] = row_of(e, c);
    pthread_mutex_unlock(&e->lock);
    alarm_visit(e->book, number, true, count_among, &r);
    return r.n;
}
