/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What can happen to an alarm, and its record: the same event is written once and replayed ever
 * after. */
#ifndef SIGNAL_ALARM_RECORD_H
#define SIGNAL_ALARM_RECORD_H

#include "signal/alarm.h"

#include "base/arena.h"

typedef enum {
    EVENT_RAISED,        /* with its first hits */
    EVENT_HIT,           /* more of them */
    EVENT_HIT_WITHDRAWN, /* late data removed some */
    EVENT_STEP,          /* acknowledged .. withdrawn */
    EVENT_TICKED,
    EVENT_CALLED,
} alarm_event_kind;

typedef struct {
    alarm_event_kind kind;
    object_id id;
    int64_t time;
    uint64_t sequence;
    const char *actor;
    uint32_t characteristic, verify_wanted; /* raised */
    bool is_stop;
    alarm_hit *hits;
    size_t count;
    uint64_t more;
    alarm_state state;                /* step */
    const char *said;                 /* step: JSON object */
    const char *plan_step, *answer, *why; /* ticked */
    uint32_t level;                   /* called */
    const char *to;
} alarm_event;

/* Append its record; `e` gets time and sequence. */
ASSAY_MUST_USE assay_status alarm_event_append(store_tx *tx, alarm_event *e, assay_err *err);
/* Read one back; texts are copied into `a`. False: not a record of an alarm, erased, not of this
 * form, or memory is short (then *is_short). */
bool alarm_event_read(const record *r, arena *a, alarm_event *out, bool *is_short);

/* Is `json` what this step must say? */
ASSAY_MUST_USE assay_status alarm_said_check(alarm_state step, const char *json, assay_err *err);

#endif
