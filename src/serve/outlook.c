/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "serve/outlook.h"

#include "signal/signal.h"

#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef struct {
    outlook_item item;
    uint64_t seen;     /* measurements when it was worked out, and the limits that judged */
    double lcl, ucl;
    chart_state state;
    uint64_t changed;  /* turn of the last record about it */
    uint64_t worked;   /* turn when it was worked out */
} place;

struct outlook {
    pthread_mutex_t work; /* one thread works; the others read what there is */
    pthread_mutex_t lock; /* of the places */
    place *at;            /* by number */
    size_t room;
    uint64_t turn, sequence; /* records up to this one are taken in */
};

assay_status outlook_open(outlook **out, assay_err *err)
{
    outlook *o = calloc(1, sizeof *o);
    if (!o)
        return assay_fail(err, ASSAY_MEMORY, 0, "out of memory");
    pthread_mutex_init(&o->work, NULL);
    pthread_mutex_init(&o->lock, NULL);
    *out = o;
    return ASSAY_OK;
}

void outlook_close(outlook *o)
{
    if (!o)
        return;
    pthread_mutex_destroy(&o->work);
    pthread_mutex_destroy(&o->lock);
    free(o->at);
    free(o);
}

static bool make_room(outlook *o, uint32_t number)
{
    if (number < o->room)
        return true;
    size_t room = (size_t)number * 2 + 64;
    place *grown = realloc(o->at, room * sizeof *grown);
    if (!grown)
        return false;
    memset(grown + o->room, 0, (room - o->room) * sizeof *grown);
    o->at = grown;
    o->room = room;
    return true;
}

/* -- what changed: records name their object ------------------------------------------------------ */

typedef struct {
    outlook *o;
    store *s;
} news;

static void hex_of(const object_id *id, char out[33])
{
    for (int i = 0; i < 16; i++)
        snprintf(out + 2 * i, 3, "%02x", id->bytes[i]);
}

static bool note_record(const record *r, void *context)
{
    const news *n = context;
    char name[33];
    stored_characteristic found;
    n->o->sequence = r->sequence;
    if (!r->has_object)
        return true;
    hex_of(&r->object, name);
    if (store_characteristic_find(n->s, name, &found, NULL) != ASSAY_OK)
        return true;
    pthread_mutex_lock(&n->o->lock);
    if (make_room(n->o, found.number))
        n->o->at[found.number].changed = n->o->turn;
    pthread_mutex_unlock(&n->o->lock);
    return true;
}

/* A record of new limits names their chart instead: that they changed is seen in the engine's row. */
static void read_news(outlook *o, store *s)
{
    news n = {o, s};
    o->turn++;
    if (store_record_heads(s, NULL, o->sequence + 1, note_record, &n, NULL) != ASSAY_OK)
        return; /* told again the next time */
}

/* -- working out ------------------------------------------------------------------------------------ */

static void take_analysis(const analysis *a, outlook_item *out)
{
    const assay_capability *c = &a->capability;
    *out = (outlook_item){.is_known = true, .is_fresh = true, .verdict = -1, .mean = NAN,
                          .cpk = NAN, .cpk_low = NAN, .ppk = NAN, .ppk_low = NAN, .ppk_high = NAN};
    if (analysis_is_judged(a))
        out->verdict = a->chart.is_stable;
    if (!a->has_capability)
        return;
    out->mean = c->mean;
    out->cpk = c->cpk.value;
    out->cpk_low = c->cpk.low;
    out->ppk = c->ppk.value;
    out->ppk_low = c->ppk.low;
    out->ppk_high = c->ppk.high;
}

static assay_status judge(store *s, uint32_t number, const series_set *set, outlook_item *out)
{
    analysis a = {0};
    limits_history history = {0};
    analysis_options options = analysis_defaults();
    options.with_capability = options.is_brief = options.without_points = true;
    const limits_wanted wanted = {.characteristic = number,
                                  .definition = &(chart_definition){.chart = options.chart}};
    assay_status status = limits_read(s, number, STORE_NOW, &history, NULL);
    const chart_limits *l = status == ASSAY_OK ? limits_find(&history, &wanted, NULL) : NULL;
    if (l)
        status = limits_apply(l, &options, NULL);
    if (status == ASSAY_OK)
        status = analysis_make(set, series_at(set, 0), &options, &a, NULL);
    if (status == ASSAY_OK)
        take_analysis(&a, out);
    analysis_done(&a);
    limits_done(&history);
    return status;
}

static void work_out(const server *v, store *s, uint32_t number, outlook_item *out)
{
    char name[16];
    series_set *set = NULL;
    *out = (outlook_item){.is_known = true, .is_fresh = true, .verdict = -1, .mean = NAN,
                          .cpk = NAN, .cpk_low = NAN, .ppk = NAN, .ppk_low = NAN, .ppk_high = NAN};
    snprintf(name, sizeof name, "#%u", number);
    const series_request wish = {.source = v->database, .opened = s, .name = name, .range = STORE_ALL,
                                 .contexts = 1u << CONTEXT_SUBGROUP};
    if (series_open(&wish, &set, NULL) == ASSAY_OK && series_count(set) == 1)
        (void)judge(s, number, set, out);
    series_close(set);
}

/* -- whose turn it is --------------------------------------------------------------------------------- */

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static bool is_same(double a, double b)
{
    return a == b || (isnan(a) && isnan(b));
}

static bool is_fresh(const place *p, const engine_row *row)
{
    return p->item.is_known && p->seen == row->measurements && p->changed <= p->worked &&
           p->state == row->state && is_same(p->lcl, row->lcl) && is_same(p->ucl, row->ucl);
}

typedef struct {
    uint64_t worked;
    size_t row;
} waiting;

static int by_age(const void *a, const void *b)
{
    const waiting *x = a, *y = b;
    return (x->worked > y->worked) - (x->worked < y->worked);
}

static size_t list_waiting(outlook *o, const engine_row *rows, size_t n, waiting *list)
{
    size_t count = 0;
    pthread_mutex_lock(&o->lock);
    for (size_t i = 0; i < n; i++)
        if (make_room(o, rows[i].characteristic) && rows[i].measurements &&
            !is_fresh(&o->at[rows[i].characteristic], &rows[i]))
            list[count++] = (waiting){o->at[rows[i].characteristic].worked, i};
    pthread_mutex_unlock(&o->lock);
    qsort(list, count, sizeof *list, by_age);
    return count;
}

static void go_on(outlook *o, const server *v, store *s, const engine_row *rows, size_t n)
{
    waiting *list = malloc((n + 1) * sizeof *list);
    if (!list)
        return;
    read_news(o, s);
    size_t count = list_waiting(o, rows, n, list);
    int64_t end = now_ms() + OUTLOOK_BUDGET_MS;
    for (size_t i = 0; i < count && now_ms() < end && !v->is_stopping; i++) {
        const engine_row *row = &rows[list[i].row];
        place p = {.seen = row->measurements, .lcl = row->lcl, .ucl = row->ucl, .state = row->state,
                   .worked = o->turn};
        work_out(v, s, row->characteristic, &p.item);
        pthread_mutex_lock(&o->lock);
        p.changed = o->at[row->characteristic].changed;
        o->at[row->characteristic] = p;
        pthread_mutex_unlock(&o->lock);
    }
    free(list);
}

void outlook_take(outlook *o, const server *v, store *s, const engine_row *rows, size_t n,
                  outlook_item *out)
{
    if (pthread_mutex_trylock(&o->work) == 0) {
        go_on(o, v, s, rows, n);
        pthread_mutex_unlock(&o->work);
    }
    pthread_mutex_lock(&o->lock);
    for (size_t i = 0; i < n; i++) {
        uint32_t number = rows[i].characteristic;
        out[i] = (outlook_item){.verdict = -1};
        if (number >= o->room)
            continue;
        out[i] = o->at[number].item;
        out[i].is_fresh = is_fresh(&o->at[number], &rows[i]);
    }
    pthread_mutex_unlock(&o->lock);
}
