/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A small plant for tests: a store, its catalog, bus, engine and intake, and measurements to send. */
#ifndef TEST_LIVE_PLANT_H
#define TEST_LIVE_PLANT_H

#include "live/engine_inner.h"

#include "check.h"

#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct {
    char folder[64], path[128];
    catalog *catalog;
    bus *bus;
    engine *engine;
    intake *intake;
    store *first, *writer; /* until it is started; then */
    assay_err err;
    pthread_mutex_t lock;
    pthread_cond_t came;
    unsigned done;
} plant;

static inline plant *plant_new(void)
{
    plant *p = calloc(1, sizeof *p);
    /* In memory where there is one: hundreds of plants live and die here. */
    snprintf(p->folder, sizeof p->folder, "%s/assay-plant-XXXXXX",
             access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    assert_non_null(mkdtemp(p->folder));
    snprintf(p->path, sizeof p->path, "%s/p.assay", p->folder);
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->came, NULL);
    assert_ok(store_open(p->path, STORE_CREATE, &p->first, &p->err), p->err);
    return p;
}

/* From here on the intake writes. */
static inline void plant_start(plant *p)
{
    store *s = p->first;
    p->first = NULL;
    if (!s)
        assert_ok(store_open(p->path, STORE_WRITE, &s, &p->err), p->err);
    assert_ok(catalog_open(s, &p->catalog, &p->err), p->err);
    assert_ok(bus_open(&p->bus, &p->err), p->err);
    assert_ok(engine_open(p->path, p->catalog, p->bus, &p->engine, &p->err), p->err);
    intake_options o = {.store = s, .catalog = p->catalog, .bus = p->bus,
                        .evaluator = engine_evaluator(p->engine)};
    assert_ok(intake_open(&o, &p->intake, &p->err), p->err);
    p->engine->has_no_channels = true;
    engine_attach(p->engine, p->intake);
    p->writer = s;
}

static inline void plant_stop(plant *p)
{
    engine_attach(p->engine, NULL);
    intake_close(p->intake);
    engine_close(p->engine);
    bus_close(p->bus);
    catalog_close(p->catalog);
    store_close(p->writer);
    p->engine = NULL;
}

static inline void plant_free(plant *p)
{
    char command[128];
    if (p->engine)
        plant_stop(p);
    store_close(p->first);
    snprintf(command, sizeof command, "rm -rf %s", p->folder);
    assert_int_equal(system(command), 0);
    free(p);
}

static inline void plant_done(parcel *p, void *context)
{
    plant *to = context;
    assert_int_equal(p->status, ASSAY_OK);
    pthread_mutex_lock(&to->lock);
    to->done++;
    pthread_cond_signal(&to->came);
    pthread_mutex_unlock(&to->lock);
}

static inline void plant_wait(plant *p, unsigned done)
{
    pthread_mutex_lock(&p->lock);
    while (p->done < done)
        pthread_cond_wait(&p->came, &p->lock);
    pthread_mutex_unlock(&p->lock);
}

typedef struct {
    const char *path, *key, *stage;
    int64_t time, mantissa;
    int exponent;
    uint8_t status;
} sent;

static inline parcel *plant_fill(plant *p, const sent *rows, size_t n)
{
    parcel *x;
    assert_ok(parcel_new("test", 1u << CONTEXT_SUBGROUP | 1u << CONTEXT_STAGE, &x, &p->err), p->err);
    for (size_t i = 0; i < n; i++) {
        characteristic c = {.path = rows[i].path ? rows[i].path : "line/x", .decimals = -1};
        parcel_row r = {.place = catalog_place(p->catalog, &c), .time = rows[i].time,
                        .offset = 0, .value = {rows[i].mantissa, (int16_t)rows[i].exponent, 0},
                        .status = rows[i].status, .size = 1, .record = i + 1,
                        .message = (uint32_t)i};
        if (rows[i].key)
            r.context[CONTEXT_SUBGROUP] =
                parcel_text(x, CONTEXT_SUBGROUP, rows[i].key, strlen(rows[i].key));
        if (rows[i].stage)
            r.context[CONTEXT_STAGE] = parcel_text(x, CONTEXT_STAGE, rows[i].stage, strlen(rows[i].stage));
        assert_true(parcel_add(x, &r));
    }
    x->done = plant_done;
    x->context = p;
    return x;
}

static inline assay_status plant_tick_work(store *s, void *context, assay_err *err)
{
    (void)err;
    engine *e = context;
    pthread_mutex_lock(&e->lock);
    engine_take_changes(e);
    engine_replay(e, 0);
    pthread_mutex_unlock(&e->lock);
    engine_tick(e, s);
    return ASSAY_OK;
}

/* All that waits is evaluated, written and published. */
static inline void plant_settle(plant *p)
{
    assert_ok(intake_do(p->intake, plant_tick_work, p->engine, &p->err), p->err);
}

static inline void plant_send(plant *p, const sent *rows, size_t n)
{
    unsigned before = p->done;
    parcel *x = plant_fill(p, rows, n);
    intake_offer(p->intake, x);
    plant_wait(p, before + 1);
    parcel_free(x);
}

/* Limits in force for a characteristic, alerting or not; before the start. */
static inline chart_limits plant_chart(plant *p, const char *path, assay_chart_type type, uint32_t n,
                                       const char *rules, bool is_alerting)
{
    characteristic c = {.path = path, .decimals = -1};
    chart_limits l = {.center = 100, .sigma = 4, .size = NAN, .n = n ? n : 1, .used = 20,
                      .subgroups = 20, .method = ASSAY_SIGMA_RBAR, .data = "", .data_commit = 1};
    char name[64], id[33];
    store_tx *tx;
    l.definition = (chart_definition){.n = n, .rules = rules, .size_all = NAN,
                                      .chart = assay_chart_defaults()};
    l.definition.chart.type = type;
    snprintf(name, sizeof name, "%s n %u %s", assay_chart_type_name(type), n, rules);
    l.name = name;
    assert_ok(store_characteristic_define(p->first, &c, "kim", &l.characteristic, &p->err), p->err);
    assert_ok(limits_freeze(p->first, &l, "kim", "first run", &p->err), p->err);
    alarm_id_text(&l.chart, id);
    assert_ok(store_tx_begin(p->first, &tx, &p->err), p->err);
    if (is_alerting)
        assert_ok(store_document_put(tx, "chart-state", id, "{\"state\":\"alerting\"}", NULL,
                                     DOCUMENT_ANY, "kim", "go", NULL, &p->err), p->err);
    assert_ok(store_tx_commit(tx, NULL, &p->err), p->err);
    l.name = NULL;
    return l;
}

static inline assay_status plant_put_work(store *s, void *context, assay_err *err)
{
    const char **text = context;
    store_tx *tx;
    assay_status status = store_tx_begin(s, &tx, err);
    if (status == ASSAY_OK)
        status = store_document_put(tx, text[0], text[1], text[2], text[3], DOCUMENT_ANY, "kim", "test",
                                    NULL, err);
    return status == ASSAY_OK ? store_tx_commit(tx, NULL, err) : status;
}

static inline void plant_put_secret(plant *p, const char *kind, const char *id, const char *json,
                                    const char *secret)
{
    const char *text[] = {kind, id, json, secret};
    assert_ok(engine_check(kind, json, &p->err), p->err);
    assert_ok(intake_do(p->intake, plant_put_work, text, &p->err), p->err);
    engine_reload(p->engine, 0);
    plant_settle(p);
}

static inline void plant_put(plant *p, const char *kind, const char *id, const char *json)
{
    plant_put_secret(p, kind, id, json, NULL);
}

#endif
