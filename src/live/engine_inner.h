/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of the engine share. The intake's thread alone changes charts; it holds `lock`
 * while it does, and everybody else while looking. */
#ifndef LIVE_ENGINE_INNER_H
#define LIVE_ENGINE_INNER_H

#include "live/channel.h"
#include "live/engine.h"
#include "live/engine_series.h"

#include <pthread.h>

/* A plan and its name: charts that differ in nothing share one. */
typedef struct plan_entry {
    uint64_t hash;
    char *name;
    live_plan plan;
    struct plan_entry *next;
} plan_entry;

enum { PLAN_BUCKETS = 4096, ESCALATIONS_MAX = 8, VERIFY_DEFAULT = 20 };

/* A reaction plan as far as the engine acts on it. */
typedef struct {
    const char *path, *rule; /* "*": any */
    bool is_stop;
    uint32_t verify;
    size_t calls;
    struct {
        alarm_state state;
        int64_t after;
        const char *to;
    } call[ESCALATIONS_MAX];
} reaction;

typedef struct {
    const char *path;
    int64_t every, grace, alarm_after; /* ns; 0: none */
} sampling;

typedef struct {
    arena memory;
    reaction *plan;
    size_t plans;
    sampling *due;
    size_t dues;
} engine_settings;

/* A hit that waits for its record, or for being withdrawn. */
typedef struct {
    uint32_t number;
    bool is_withdrawal;
    alarm_hit hit;
} pending_hit;

struct engine {
    catalog *catalog;
    bus *bus;
    intake *intake;
    store *reader; /* of the intake's thread */
    char *database;
    channels *channels; /* while attached */
    bool has_no_channels; /* tests bring their own */
    alarm_book *book;

    pthread_mutex_t lock;
    live_chart **first; /* [room] by number of the characteristic; a list each */
    uint32_t room;
    size_t chart_count, cold_count;
    uint32_t warmed; /* numbers below have been looked at for cold charts */
    plan_entry *plans[PLAN_BUCKETS];
    arena memory; /* texts of plans */
    engine_settings settings;

    live_chart **waiting; /* to be replayed */
    size_t waiting_count, waiting_room;
    live_chart **news; /* with a point not published */
    size_t news_count, news_room;
    pending_hit *hits;
    size_t hit_count, hit_room;
    bool is_book_behind; /* it could not be read again after a transaction that failed */
    bool is_job_queued, has_verifying; /* a good point was counted */
    uint64_t commit;
    int64_t tokens_at; /* clock of the last refill */
    double tokens;     /* points that may be published now */
    buf line;

    pthread_mutex_t changing; /* of the two below: what others asked for */
    uint32_t *changed;
    size_t changed_count, changed_room;
    bool is_all_changed, has_changes;
    uint32_t ticks;

    pthread_t clock;
    pthread_cond_t ring;
    bool has_clock, is_closing, is_tick_queued;
};

int64_t engine_clock_ns(void); /* monotonic */

/* -- charts (engine_load.c) -- */
ASSAY_MUST_USE assay_status engine_load(engine *e, assay_err *err);
ASSAY_MUST_USE assay_status engine_load_one(engine *e, uint32_t number, assay_err *err);
/* The chart of a characteristic that has none yet; NULL: memory. */
live_chart *engine_chart_default(engine *e, uint32_t number, const characteristic *definition);
void engine_charts_free(engine *e);
const char *engine_path(const engine *e, uint32_t number);

/* -- settings (engine_settings.c) -- */
ASSAY_MUST_USE assay_status settings_read(engine_settings *s, store *db, assay_err *err);
void settings_done(engine_settings *s);
const reaction *settings_plan(const engine_settings *s, const char *path, const char *rule);
const sampling *settings_sampling(const engine_settings *s, const char *path);

/* -- replay (engine_replay.c) -- */
void engine_must_replay(engine *e, live_chart *c, int64_t from);
/* Replay those that wait, for about so long; all of them when 0. */
void engine_replay(engine *e, int64_t budget_ns);
void engine_on_point(live_chart *c, const live_point *p, void *engine);

/* -- hits and alarms (engine_alarm.c) -- */
typedef struct {
    alarm_hit *list;
    size_t count, room;
} hit_list;
void hits_of_point(const live_chart *c, const live_point *p, hit_list *out);
int hit_order(const void *a, const void *b);
void engine_note_hit(engine *e, uint32_t number, const alarm_hit *hit, bool is_withdrawal);
void engine_queue_hits(engine *e);
assay_status engine_write_hits(engine *e, store *db, assay_err *err);
typedef assay_status engine_work(engine *e, store_tx *tx, void *context, assay_err *err);
assay_status engine_transaction(engine *e, store *db, engine_work *work, void *context,
                                assay_err *err);
/* (engine_watch.c) */
void engine_watch_actions(engine *e, uint32_t number);
void engine_tick_alarms(engine *e, store *db);

/* -- events (engine_news.c) -- */
void engine_publish_point(engine *e, live_chart *c);
void engine_publish_news(engine *e);
void engine_publish_alarm(engine *e, const object_id *id);
void engine_add_news(engine *e, live_chart *c);

/* -- the clock (engine_clock.c) -- */
void engine_clock_start(engine *e);
void engine_clock_stop(engine *e);
void engine_tick(engine *e, store *db);
void engine_take_changes(engine *e);

bool engine_grow(void *list, size_t size, size_t count, size_t *room);

#endif
