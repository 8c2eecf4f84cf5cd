/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The live engine: every stored chart steps with its measurements, O(1) each, and says what it
 * found. Final verdicts are those of the signal floor over the stored series, whatever the order
 * of arrival; the engine's live verdicts are the same figures at once, and keep their own history.
 *
 * Runs in the intake's thread (engine_evaluator); the rest is for any thread. */
#ifndef LIVE_ENGINE_H
#define LIVE_ENGINE_H

#include "live/bus.h"
#include "live/intake.h"
#include "signal/signal.h"

typedef struct engine engine;

/* State is rebuilt from the store: the last subgroups of each chart, open alarms. */
ASSAY_MUST_USE assay_status engine_open(const char *database, catalog *c, bus *b, engine **out,
                                        assay_err *err);
void engine_close(engine *e);
evaluator engine_evaluator(engine *e);
void engine_attach(engine *e, intake *i); /* who writes its records */
/* Limits, plan or definition of a characteristic changed (after the commit that did it). */
void engine_reload(engine *e, uint32_t characteristic);

typedef enum { CHART_ANALYSIS, CHART_PROPOSED, CHART_IN_FORCE, CHART_ALERTING } chart_state;
const char *chart_state_name(chart_state s); /* "analysis" ... */

typedef struct {
    uint32_t characteristic;
    object_id chart; /* zeros: none is stored, defaults in analysis */
    chart_state state;
    assay_chart_type type;
    uint64_t measurements, subgroups; /* seen by the engine since its series began */
    int64_t last_time;
    double last_value, lcl, center, ucl, mean, sigma; /* of the last point; NaN: none */
    uint32_t last_rules;
    uint32_t open_alarms;
    bool is_stale;
    uint8_t spark_count;
    float spark[25];      /* the last plotted points, oldest first */
    uint32_t spark_rules; /* bit i: point i signalled */
} engine_row;
/* A snapshot of one, or of all from number `from` on. */
ASSAY_MUST_USE assay_status engine_show(engine *e, uint32_t characteristic, engine_row *out,
                                        assay_err *err);
size_t engine_rows(engine *e, uint32_t from, engine_row *out, size_t room);

#endif
