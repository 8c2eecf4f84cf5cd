/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The life of a signal, as records:
 *
 *   raised -> acknowledged -> contained -> cause -> action -> verified -> closed     (or withdrawn)
 *
 * One alarm per cause: further hits of the same characteristic join the open one. Two times are
 * kept: when it happened (of the measurement) and when we knew. Closing takes a second person.
 * Each step is one record (type "alarm.STEP"); the alarm is what replaying them gives. */
#ifndef SIGNAL_ALARM_H
#define SIGNAL_ALARM_H

#include "store/store.h"

#define ALARM_STATE_LIST(X)                                                                        \
    X(RAISED, "raised")                                                                            \
    X(ACKNOWLEDGED, "acknowledged") X(CONTAINED, "contained") X(CAUSE, "cause")                    \
        X(ACTION, "action") X(VERIFIED, "verified") X(CLOSED, "closed") X(WITHDRAWN, "withdrawn")
typedef enum {
#define X(code, name) ALARM_##code,
    ALARM_STATE_LIST(X)
#undef X
} alarm_state;
const char *alarm_state_name(alarm_state s);

typedef struct {
    int64_t happened, known;
    char rule[24];  /* "1", "2-2s", "cusum", "no-data" */
    char value[48]; /* as text: the plotted statistic */
    bool is_late, is_withdrawn;
    uint64_t commit;
} alarm_hit;

typedef struct {
    alarm_state state;
    int64_t time;
    const char *actor;
    const char *json; /* what was said: note, from/to part, cause, action, verified points */
} alarm_step;

typedef struct {
    object_id id;
    uint32_t characteristic;
    object_id chart;
    alarm_state state;
    int64_t happened, known; /* of the first hit */
    const alarm_hit *hits;
    size_t hit_count;
    const alarm_step *steps;
    size_t step_count;
    uint32_t verified_by, verify_wanted; /* following good points so far, and needed */
    uint64_t version;                    /* number of its records: for If-Match */
} alarm;

/* All alarms of a database in memory; the writer's thread appends, any thread reads under its lock.
 */
typedef struct alarm_book alarm_book;
ASSAY_MUST_USE assay_status alarm_book_open(store *s, alarm_book **out, assay_err *err);
void alarm_book_close(alarm_book *b);
typedef bool alarm_visitor(const alarm *a, void *context); /* false stops */
/* Most urgent first: open ones by age, then closed ones, newest first. characteristic 0: all. */
void alarm_visit(alarm_book *b, uint32_t characteristic, bool open_only, alarm_visitor *visit,
                 void *context);
ASSAY_MUST_USE assay_status alarm_show(alarm_book *b, const object_id *id, alarm_visitor *visit,
                                       void *context, assay_err *err);

/* Inside a transaction. A hit joins the open alarm of its characteristic or raises one. */
ASSAY_MUST_USE assay_status alarm_hit_add(alarm_book *b, store_tx *tx, uint32_t characteristic,
                                          const object_id *chart, const alarm_hit *hit,
                                          object_id *id, assay_err *err);
/* The next step, by a person. `json` an object: {"note"} | {"from","to","quantity","place"} |
 * {"cause"} | {"action"} ... Errors: ASSAY_CONFLICT when the step does not follow, when `expected`
 * is not its version, or when the closer is the one who acted. */
ASSAY_MUST_USE assay_status alarm_step_add(alarm_book *b, store_tx *tx, const object_id *id,
                                           alarm_state step, const char *actor, const char *json,
                                           uint64_t expected, assay_err *err);

#endif
