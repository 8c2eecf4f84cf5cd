/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One live chart: rows in series order go in, points come out. No store, no threads, no clock.
 *
 * Rows are cut as the signal floor cuts them: by count, by key, by stretches of time, anew at each
 * stage; rows that do not count are places. A chart is a plan that many share, the numbers of its
 * limits, and a state of plain data that can be copied aside and put back. */
#ifndef LIVE_ENGINE_CHART_H
#define LIVE_ENGINE_CHART_H

#include "live/engine.h"

#include <assay/step.h>

enum { LIVE_READINGS_MAX = 1000, LIVE_CHECKPOINTS = 8 };

typedef struct {
    chart_definition definition;
    assay_rules rules;
    context_kind key;
    bool is_by_key, is_attribute;
    int64_t every;         /* ns of a stretch of time; 0: not by time */
    uint32_t contexts;     /* bit set of what rows must bring: key, stage, filters */
    uint32_t filters;      /* bit set */
    uint64_t filter[CONTEXT_COUNT]; /* hashes of the texts wanted */
} live_plan;

/* False: out of memory, or the rules cannot be read. Texts of `d` must outlive the plan. */
ASSAY_MUST_USE assay_status live_plan_init(const chart_definition *d, live_plan *out,
                                           assay_err *err);

typedef struct {
    int64_t time, mantissa;
    int32_t offset; /* of the clock on the wall, s; TIME_OFFSET_NONE */
    int exponent;
    uint8_t status; /* with STATUS_RAW */
    uint32_t size;
    uint64_t key, stage; /* hashes of texts; 0: none */
} live_row;
uint64_t live_text_hash(const char *text, size_t length); /* 0: empty */

/* What a series is read as: steps of 10^exponent, or binary64 when a value is no decimal. */
typedef struct {
    bool is_known, is_real;
    int exponent;
} live_form;

/* Of counts a group is one: they are summed, and so is what was inspected. */
typedef struct {
    double count;
    uint64_t size, rows; /* rows with a value */
} live_sum;

typedef struct {
    uint64_t rows, measurements, subgroups, signals;
    uint64_t judged, judged_signals; /* points behind judged_after, and those that signalled */
    int64_t judged_from;             /* the first of them */
    int64_t last_time, group_time; /* of the last row; of the first of the open group */
    int64_t bucket;                /* by time: number of the stretch */
    uint64_t key, stage;
    uint32_t count, valid;         /* rows in the open group, and how many of them count */
    uint64_t size;                 /* inspected, of all of them */
    live_sum all, counted;         /* of those with a value, where the chart is one of counts */
    live_form form;
    double last_value;             /* of the last row that counts */
    int64_t point_time;            /* of the last point */
    double lcl, center, ucl, mean;
    uint32_t last_rules, spark_rules;
    bool is_spread_signal, is_cusum_signal;
    uint8_t spark_count;
    float spark[ENGINE_SPARK];
} live_state;

typedef struct {
    int64_t mantissa; /* or the bits of a binary64 */
    bool counts;
} live_reading;

typedef struct live_checkpoint {
    int64_t time; /* every row up to it is in, none behind it */
    uint64_t rows;
    void *blob;
} live_checkpoint;

typedef struct live_chart {
    const live_plan *plan;
    assay_step_chart step;
    live_state s;
    void *stepped;        /* assay_step_state */
    live_reading *group;  /* [room] readings of the open group */
    uint32_t room;
    uint8_t kept;         /* checkpoints */
    uint32_t spacing;     /* rows between two of them */
    live_checkpoint *checkpoint;
    uint32_t characteristic;
    object_id id;
    chart_state state;
    bool is_cold;         /* not stepped through its series yet */
    bool is_dirty;        /* to be replayed from dirty_from */
    bool is_listed;       /* among those to be replayed */
    bool has_news;        /* a point not published yet */
    bool is_gone;         /* limits replaced or retired: to be freed */
    int64_t dirty_from;   /* what came late or changed stands at this time or after it */
    int64_t judged_after; /* alarms are for points behind this one */
    uint64_t judged_commit; /* that time is still to be found: the last of the series as of it */
    int64_t again_after;  /* clock: not replayed before */
    uint64_t version;     /* of its limits */
    double sigma;
    uint32_t verify_wanted, good; /* points asked for after an action (0: none), and seen */
    int64_t verify_after;
    int64_t heard;        /* clock: when its last row came */
    bool is_peeked;       /* the open group was shown as it is, */
    bool has_peeked_hits; /* and signalled */
    uint32_t peeked;      /* readings it had then */
    struct live_chart *next; /* of the characteristic */
} live_chart;

/* Limits NaN: none. Errors: ASSAY_MEMORY, ASSAY_DOMAIN. live_chart_done accepts a zeroed one. */
ASSAY_MUST_USE assay_status live_chart_init(live_chart *c, const live_plan *plan, double center,
                                            double sigma, double size, assay_err *err);
void live_chart_done(live_chart *c);
size_t live_chart_bytes(const live_chart *c); /* all it holds */

typedef struct {
    int64_t time;      /* of its first reading: when it happened */
    int64_t last_time; /* of its last */
    bool is_open;      /* more readings may join */
    assay_step_point p;
} live_point;
typedef void live_sink(live_chart *c, const live_point *p, void *context);

/* Start over, its values read as `form`. */
void live_chart_reset(live_chart *c, live_form form);
/* The next row. False: it does not fit the form of the series; c->s.form says the form that takes
 * it, nothing else changed, and the series must be stepped through anew. */
bool live_chart_push(live_chart *c, const live_row *row, live_sink *sink, void *context);
/* The point of the group that is still open, if there is one; the state stays. */
void live_chart_peek(live_chart *c, live_sink *sink, void *context);
bool live_signals(const assay_step_point *p);

/* Go back to the newest checkpoint before `time`; without one start over. What must be read again
 * begins behind the time that is returned (TIME_NONE: all). Later checkpoints are dropped. */
int64_t live_chart_rewind(live_chart *c, int64_t time);

/* The state as bytes, for a checkpoint that outlives the process; false: not of this chart. */
size_t live_state_size(const live_chart *c);
void live_state_save(const live_chart *c, void *out);
bool live_state_load(live_chart *c, const void *bytes, size_t length);

#endif
