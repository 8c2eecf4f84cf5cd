/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How often a chart signalled and alarmed, and how often that was called false. */
#include "live/engine_inner.h"

#include <jansson.h>

static bool is_false(const char *said)
{
    json_t *o = json_loads(said, 0, NULL);
    bool found = json_is_true(json_object_get(o, "false"));
    json_decref(o);
    return found;
}

static bool count_alarm(const alarm_view *a, void *context)
{
    engine_seen *s = context;
    if (alarm_is_no_data(a) || a->state == ALARM_WITHDRAWN)
        return true;
    s->alarms++;
    for (size_t i = 0; i < a->step_count; i++)
        if (a->steps[i].state == ALARM_CAUSE && is_false(a->steps[i].json)) {
            s->false_alarms++;
            break;
        }
    return true;
}

assay_status engine_seen_of(engine *e, uint32_t number, engine_seen *out, assay_err *err)
{
    engine_seen s = {0};
    const live_chart *best = NULL;
    pthread_mutex_lock(&e->lock);
    for (const live_chart *c = number < e->room ? e->first[number] : NULL; c; c = c->next)
        if (!best || c->state > best->state)
            best = c;
    if (best) {
        s.points = best->s.judged;
        s.signals = best->s.judged_signals;
        if (s.points)
            s.days = (double)(best->s.last_time - best->s.judged_from) / 86400e9;
    }
    pthread_mutex_unlock(&e->lock);
    if (!best)
        return assay_fail(err, ASSAY_NOT_FOUND, 0, "there is no characteristic %u", number);
    alarm_visit(e->book, number, false, count_alarm, &s);
    *out = s;
    return ASSAY_OK;
}
