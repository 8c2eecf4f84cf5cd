/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Alarms counted by what was said of them. */
#ifndef SERVE_PARETO_COUNT_H
#define SERVE_PARETO_COUNT_H

#include "model/dictionary.h"
#include "serve/request.h"
#include "signal/alarm.h"

enum { PARETO_KINDS = 4 };
typedef enum { PARETO_CAUSE, PARETO_ACTION, PARETO_RULE, PARETO_CHARACTERISTIC } pareto_kind;
extern const char *const pareto_kind_names[PARETO_KINDS]; /* "cause" ... */

typedef struct {
    dictionary *names;
    double *weight; /* of code i + 1 */
    size_t room;
    bool failed; /* no memory */
} pareto_count;

/* What was said last at a step ("cause", "action"), for it may be corrected; "false": a false alarm;
 * "": nothing yet. */
enum { ALARM_SAID_MAX = 2048 };
void alarm_said(const alarm_view *a, alarm_state step, const char *key, char *out, size_t room);

/* Adds one to the category of `a`: the last cause or action that was said ("" when none was),
 * its rule, or `path`. False alarms are a category of their own among causes. */
void pareto_add(pareto_count *c, pareto_kind kind, const alarm_view *a, const char *path);
/* All alarms from `from` on, before `to`, of paths that begin with `under` and that the asker may see;
 * withdrawn ones are left out. */
void pareto_gather(request *r, pareto_kind kind, int64_t from, int64_t to, const char *under,
                   pareto_count *out);
void pareto_count_done(pareto_count *c);

#endif
