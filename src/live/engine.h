/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The live engine: every stored chart steps with its measurements, O(1) each, and says what it
 * found. Final verdicts are those of the signal floor over the stored series, whatever the order
 * of arrival; the engine's live verdicts are the same figures at once, and keep their own history.
 *
 * Runs in the intake's thread (engine_evaluator); the rest is for any thread.
 *
 * What people configure are documents; engine_check tells what is wrong with one before it is put:
 *
 *   chart-state  id: the chart's id. {"state": "in force" | "alerting", "budget": "about one per
 *                month"}. Without one limits in force raise no alarm. Alarms are raised for what
 *                is measured after alerting was switched on or the limits were set.
 *   proposal     id: the characteristic's id, limits somebody works out: {"definition", "limits"}
 *   plan         reaction plan (OCAP). {"characteristic": path or "*", "rule": "1" or "*", "stop":
 *                bool, "verify": points, "steps": [{"id", "check", "yes", "no"} ..], "escalate":
 *                [{"state", "after_s", "to"} ..]}. The most particular one counts.
 *   list         {"for": "cause" | "action", "characteristic": path or "*", "items": [..]}
 *   sampling     {"characteristic": path, "every_s", "grace_s", "alarm_after_s"}: the due list, and
 *                the alarm "no-data" of a characteristic silent for alarm_after_s
 *   channel      see live/channel.h
 */
#ifndef LIVE_ENGINE_H
#define LIVE_ENGINE_H

#include "live/bus.h"
#include "live/intake.h"
#include "signal/alarm.h"
#include "signal/signal.h"

typedef struct engine engine;

/* State is rebuilt from the store: checkpoints and the series after them, open alarms. */
ASSAY_MUST_USE assay_status engine_open(const char *database, catalog *c, bus *b, engine **out,
                                        assay_err *err);
void engine_close(engine *e); /* after intake_close; accepts NULL */
evaluator engine_evaluator(engine *e);
/* Who writes its records; NULL: nobody any more (before intake_close). Its clock and the channels run
 * in between. */
void engine_attach(engine *e, intake *i);
/* Limits, definition, amendments, decided conflicts, plan or documents of a characteristic changed
 * (after the commit that did it). 0: any. Taken up when it returns; not from the intake's thread. */
void engine_reload(engine *e, uint32_t characteristic);

typedef enum { CHART_ANALYSIS, CHART_PROPOSED, CHART_IN_FORCE, CHART_ALERTING } chart_state;
const char *chart_state_name(chart_state s); /* "analysis" ... */

enum { ENGINE_SPARK = 25 };
typedef struct {
    uint32_t characteristic;
    object_id chart; /* zeros: none is stored, defaults in analysis */
    chart_state state;
    assay_chart_type type;
    uint64_t measurements, subgroups; /* seen by the engine since its series began */
    uint64_t signals;                 /* points of those that signalled */
    int64_t last_time;
    double last_value, lcl, center, ucl, mean, sigma; /* of the last point; NaN: none */
    uint32_t last_rules;
    uint32_t open_alarms, stop_alarms, silent_alarms; /* all open; their plan says stop; no-data */
    bool is_stale; /* silent for longer than its sampling allows */
    uint8_t spark_count;
    float spark[ENGINE_SPARK]; /* the last plotted points, oldest first */
    uint32_t spark_rules;      /* bit i: point i signalled */
} engine_row;
/* A snapshot of one (its chart that matters most: alerting, in force, newest), of all from number
 * `from` on, of every chart of one. */
ASSAY_MUST_USE assay_status engine_show(engine *e, uint32_t characteristic, engine_row *out,
                                        assay_err *err);
size_t engine_rows(engine *e, uint32_t from, engine_row *out, size_t room);
size_t engine_charts(engine *e, uint32_t characteristic, engine_row *out, size_t room);

/* -- alarms ------------------------------------------------------------------------------ */

alarm_book *engine_alarms(engine *e); /* for reading */
struct channels *engine_channels(engine *e); /* see live/channel.h; NULL while not attached */
/* Steps by people, any thread but the intake's: one transaction, the book, the event. Errors: those
 * of alarm_step_add and alarm_tick_add. */
ASSAY_MUST_USE assay_status engine_alarm_step(engine *e, const object_id *alarm, alarm_state step,
                                              const char *actor, const char *json,
                                              uint64_t expected, assay_err *err);
ASSAY_MUST_USE assay_status engine_alarm_tick(engine *e, const object_id *alarm, const char *step,
                                              const char *answer, const char *why,
                                              const char *actor, uint64_t expected, assay_err *err);

/* Is this a document of that kind that the engine can use? Kinds that are not its own are fine. */
ASSAY_MUST_USE assay_status engine_check(const char *kind, const char *json, assay_err *err);

/* -- the due list ------------------------------------------------------------------------ */

typedef struct {
    uint32_t characteristic;
    int64_t last, due, late_after; /* UTC ns; last TIME_NONE: never measured */
    bool is_late;
} engine_due;
typedef bool engine_due_visitor(const engine_due *d, void *context); /* false stops */
void engine_due_list(engine *e, int64_t now, engine_due_visitor *visit, void *context);

/* -- false alarms -------------------------------------------------------------------------- */

/* What was really seen of a chart since alerting began; what was asked for: signal/budget.h. */
typedef struct {
    uint64_t points, signals, alarms;
    uint64_t false_alarms; /* closed with {"false": true} as cause */
    double days;
} engine_seen;
ASSAY_MUST_USE assay_status engine_seen_of(engine *e, uint32_t characteristic, engine_seen *out,
                                           assay_err *err);

#endif
