/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "live/lane.h"

#include <stdlib.h>
#include <string.h>

enum { parcels = 3, again_ms = 1000 };

struct lane {
    door_setup setup;
    lane_events events;
    parcel *all[parcels], *idle[parcels], *waiting; /* waiting: to be offered again, a list */
    size_t idle_count, with_intake;
    uint32_t contexts;
    parcel *filling;
    loop_timer *again;
    bool is_wanted; /* lane_parcel has said NULL */
    bool is_closing;
    loop_work *closed;
    void *closed_context;
    assay_err trouble;
};

static bool is_extra(const lane *l, const parcel *p)
{
    for (size_t i = 0; i < parcels; i++)
        if (l->all[i] == p)
            return false;
    return true;
}

static void lane_free(lane *l)
{
    if (l->filling && is_extra(l, l->filling))
        parcel_free(l->filling);
    for (size_t i = 0; i < parcels; i++)
        parcel_free(l->all[i]);
    loop_timer_free(l->again);
    free(l);
}

static void end_if_done(lane *l)
{
    if (!l->is_closing || l->with_intake)
        return;
    loop_work *closed = l->closed;
    void *context = l->closed_context;
    lane_free(l);
    closed(context);
}

static void offer(lane *l, parcel *p)
{
    l->with_intake++;
    intake_offer(l->setup.intake, p);
}

static void offer_again(void *context)
{
    lane *l = context;
    parcel *p = l->waiting;
    l->waiting = NULL;
    while (p) {
        parcel *next = p->next;
        l->with_intake--;
        offer(l, p);
        p = next;
    }
}

/* Of a parcel that could not be stored nothing is in the account either: the same again, without what
 * can never be stored. While the plant closes there is nobody to wait for; a door's own memory (an offset, a line that was not
 * acknowledged) makes up for it where the protocol has one. */
static void retry(lane *l, parcel *p)
{
    l->trouble = p->err;
    l->setup.log("warning", l->setup.source, p->err.message);
    if (parcel_is_at_fault(p) && parcel_set_aside(p)) {
        l->with_intake--;
        offer(l, p);
        return;
    }
    if (l->is_closing) {
        l->with_intake--;
        if (is_extra(l, p))
            parcel_free(p);
        end_if_done(l);
        return;
    }
    p->next = l->waiting;
    l->waiting = p;
    loop_timer_set(l->again, again_ms);
}

static void come_back(void *context)
{
    parcel *p = context;
    lane *l = p->context;
    if (p->status != ASSAY_OK) {
        retry(l, p);
        return;
    }
    l->trouble = (assay_err){0};
    l->with_intake--;
    if (l->events.stored && !l->is_closing)
        l->events.stored(l->events.context, p);
    if (is_extra(l, p)) {
        parcel_free(p);
    } else {
        parcel_clear(p);
        l->idle[l->idle_count++] = p;
    }
    bool is_wanted = l->is_wanted;
    l->is_wanted = false;
    if (l->is_closing)
        end_if_done(l);
    else if (is_wanted)
        l->events.room(l->events.context);
}

/* In the intake's thread. Out of memory for the message: the parcel is lost to the lane, and with
 * it a third of its room; the process has other troubles then. */
static void done(parcel *p, void *context)
{
    lane *l = context;
    (void)loop_post(l->setup.loop, come_back, p);
}

assay_status lane_open(const door_setup *setup, uint32_t contexts, const lane_events *events,
                       lane **out, assay_err *err)
{
    lane *l = calloc(1, sizeof *l);
    if (!l)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for a source");
    l->setup = *setup;
    l->events = *events;
    l->contexts = contexts;
    assay_status status = loop_timer_new(setup->loop, offer_again, l, &l->again, err);
    for (size_t i = 0; i < parcels && status == ASSAY_OK; i++) {
        status = parcel_new(setup->source, contexts, &l->all[i], err);
        if (status != ASSAY_OK)
            break;
        l->all[i]->done = done;
        l->all[i]->context = l;
        l->idle[l->idle_count++] = l->all[i];
    }
    if (status != ASSAY_OK) {
        lane_free(l);
        return status;
    }
    *out = l;
    return ASSAY_OK;
}

void lane_close(lane *l, loop_work *closed, void *context)
{
    if (!l) {
        closed(context);
        return;
    }
    lane_send(l);
    l->is_closing = true;
    l->closed = closed;
    l->closed_context = context;
    if (l->waiting)
        offer_again(l); /* a last time */
    loop_timer_clear(l->again);
    end_if_done(l);
}

parcel *lane_parcel(lane *l)
{
    if (!l->filling && l->idle_count)
        l->filling = l->idle[--l->idle_count];
    l->is_wanted = !l->filling;
    return l->filling;
}

parcel *lane_extra(lane *l)
{
    parcel *p = lane_parcel(l);
    if (p || parcel_new(l->setup.source, l->contexts, &p, NULL) != ASSAY_OK)
        return p;
    p->done = done;
    p->context = l;
    return l->filling = p;
}

void lane_send(lane *l)
{
    parcel *p = l->filling;
    if (!p || parcel_is_empty(p))
        return;
    l->filling = NULL;
    offer(l, p);
}

bool lane_is_free(const lane *l)
{
    return !l->with_intake;
}

bool lane_is_idle(const lane *l)
{
    return !l->with_intake && (!l->filling || parcel_is_empty(l->filling));
}

void lane_describe(const lane *l, json_t *into)
{
    if (l->trouble.code != ASSAY_OK)
        json_object_set_new(into, "trouble", json_string(l->trouble.message));
}
