/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The life of a signal, as records:
 *
 *   raised -> acknowledged -> contained -> cause -> action -> verified -> closed     (or withdrawn)
 *
 * One alarm per cause: further hits of the same characteristic join the open one; a characteristic
 * that falls silent ("no-data") is another cause. Two times are kept: when it happened (of the
 * measurement) and when we knew. Containment, cause and action may be said again before the next
 * step. Verified is said by the program alone, after `verify_wanted` good points; a hit after that
 * takes it back to action. Closing takes a person who took none of the steps before.
 *
 * Each step is one record (type "alarm.STEP", object the alarm); the alarm is what replaying them
 * gives. The functions with a store_tx append their record and change the book at once; when the
 * transaction then does not commit, alarm_book_reload brings the book back to what is stored. */
#ifndef SIGNAL_ALARM_H
#define SIGNAL_ALARM_H

#include "store/store.h"

#define ALARM_STATE_LIST(X)                                                                        \
    X(RAISED, "raised")                                                                            \
    X(ACKNOWLEDGED, "acknowledged")                                                                \
    X(CONTAINED, "contained")                                                                      \
    X(CAUSE, "cause")                                                                              \
    X(ACTION, "action")                                                                            \
    X(VERIFIED, "verified")                                                                        \
    X(CLOSED, "closed")                                                                            \
    X(WITHDRAWN, "withdrawn")
typedef enum {
#define X(code, name) ALARM_##code,
    ALARM_STATE_LIST(X)
#undef X
} alarm_state;
const char *alarm_state_name(alarm_state s);
bool alarm_state_from_name(const char *name, alarm_state *out);

#define ALARM_NO_DATA "no-data" /* the rule of silence */
#define ALARM_PROGRAM "assay"   /* the actor of what the program does by itself */

/* Hits kept of one alarm; further ones are counted (alarm.more). */
enum { ALARM_HITS_MAX = 1000, ALARM_JSON_MAX = 64 * 1024 };

/* Which hit it is: chart, happened and rule. */
typedef struct {
    object_id chart;
    int64_t happened, known;
    char rule[24];  /* "1", "2-2s", "cusum", "range", "no-data" */
    char value[48]; /* as text: the plotted statistic */
    bool is_late, is_withdrawn;
} alarm_hit;

typedef struct {
    alarm_state state;
    int64_t time;
    const char *actor;
    const char *json; /* what was said: note, from/to part, cause, action, verified points */
} alarm_step;

/* A step of the reaction plan ticked, or skipped with a reason. */
typedef struct {
    int64_t time;
    const char *actor, *step, *answer, *why; /* why "": not skipped */
} alarm_tick;

typedef struct {
    int64_t time;
    uint32_t level; /* from 1 */
    const char *to;
} alarm_call;

typedef struct {
    object_id id;
    uint32_t characteristic;
    object_id chart; /* of the first hit */
    alarm_state state;
    bool is_stop;            /* its reaction plan says stop; quiet hours do not silence it */
    int64_t happened, known; /* of the first hit */
    int64_t changed;         /* of the last record */
    const alarm_hit *hits;
    size_t hit_count;
    uint64_t more; /* hits that were only counted */
    const alarm_step *steps;
    size_t step_count;
    const alarm_tick *ticks;
    size_t tick_count;
    const alarm_call *calls; /* escalations */
    size_t call_count;
    uint32_t verified_by, verify_wanted; /* following good points so far, and needed */
    uint64_t version;                    /* number of its records: for If-Match */
    uint64_t sequence;                   /* of its last record */
} alarm_view;

bool alarm_is_open(const alarm_view *a);
bool alarm_is_no_data(const alarm_view *a);

/* All alarms of a database in memory; the writer's thread appends, any thread reads under its
 * lock. */
typedef struct alarm_book alarm_book;
ASSAY_MUST_USE assay_status alarm_book_open(store *s, alarm_book **out, assay_err *err);
ASSAY_MUST_USE assay_status alarm_book_reload(alarm_book *b, store *s, assay_err *err);
void alarm_book_close(alarm_book *b);
uint64_t alarm_book_sequence(alarm_book *b); /* of the newest record of an alarm; 0: none */
typedef bool alarm_visitor(const alarm_view *a, void *context); /* false stops */
/* Most urgent first: open ones by age, then closed ones, newest first. characteristic 0: all. The
 * view lives during the visit; a visit must not call the book. */
void alarm_visit(alarm_book *b, uint32_t characteristic, bool open_only, alarm_visitor *visit,
                 void *context);
/* ASSAY_NOT_FOUND: no such alarm; else what `visit` saw. */
ASSAY_MUST_USE assay_status alarm_show(alarm_book *b, const object_id *id, alarm_visitor *visit,
                                       void *context, assay_err *err);
/* The open alarm of a characteristic; false: none. */
bool alarm_open_of(alarm_book *b, uint32_t characteristic, bool no_data, alarm_visitor *visit,
                   void *context);

/* -- inside a transaction ---------------------------------------------------------------- */

/* Hits join the open alarm of their characteristic or raise one; a hit that is there already is
 * not added again, unless late data gave it another value. `id` gets the alarm, `is_new` (may be NULL) whether it was raised now. All hits
 * of a call are of one cause. */
typedef struct {
    uint32_t characteristic, verify_wanted;
    bool is_stop;
    const alarm_hit *hits;
    size_t count;
} alarm_report;
ASSAY_MUST_USE assay_status alarm_hits_add(alarm_book *b, store_tx *tx, const alarm_report *r,
                                           object_id *id, bool *is_new, assay_err *err);
/* Hits that late data removed: withdrawn in whatever open alarm holds them; an alarm without any
 * other hit is withdrawn with its last. */
ASSAY_MUST_USE assay_status alarm_hits_withdraw(alarm_book *b, store_tx *tx,
                                                uint32_t characteristic, const alarm_hit *hits,
                                                size_t count, assay_err *err);
/* The next step, by a person. `json` an object: {"note"} | {"from","to","quantity","place"} |
 * {"cause"} | {"action"} ... `expected`: its version, or DOCUMENT_ANY. Errors: ASSAY_CONFLICT when
 * the step does not follow, when `expected` is not its version, or when the closer is one who
 * acted; ASSAY_MISSING when the step lacks what it must say (contained: "from" or "note"; cause:
 * "cause"; action: "action"). */
ASSAY_MUST_USE assay_status alarm_step_add(alarm_book *b, store_tx *tx, const object_id *id,
                                           alarm_state step, const char *actor, const char *json,
                                           uint64_t expected, assay_err *err);
/* A step of the reaction plan. A skipped one (answer "skipped") needs a reason. */
ASSAY_MUST_USE assay_status alarm_tick_add(alarm_book *b, store_tx *tx, const object_id *id,
                                           const char *step, const char *answer, const char *why,
                                           const char *actor, uint64_t expected, assay_err *err);
/* By the program: nobody moved it on in time; enough good points followed the action. */
ASSAY_MUST_USE assay_status alarm_call_add(alarm_book *b, store_tx *tx, const object_id *id,
                                           uint32_t level, const char *to, assay_err *err);
ASSAY_MUST_USE assay_status alarm_verified_add(alarm_book *b, store_tx *tx, const object_id *id,
                                               assay_err *err);
/* Good points after the action so far; no record. */
void alarm_points_set(alarm_book *b, const object_id *id, uint32_t verified_by);

/* One object on one line, `path` of the characteristic beside it:
 * {"id", "characteristic", "path", "state", "rule", "time", "known", "value", "late", "stop",
 *  "version", "hits": [..], "steps": [..], "ticks": [..], "escalations": [..], "verified": {..}} */
void alarm_write(const alarm_view *a, const char *path, buf *out);

void alarm_id_text(const object_id *id, char out[33]); /* 32 hexadecimal digits */
bool alarm_id_parse(const char *text, object_id *out);

#endif
