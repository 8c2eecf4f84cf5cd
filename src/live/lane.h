/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The parcels of one source between its door and the intake: one is filled while others are being
 * stored. What could not be stored is offered again until it is. In the loop's thread. */
#ifndef LIVE_LANE_H
#define LIVE_LANE_H

#include "live/door.h"

typedef struct lane lane;
typedef struct {
    /* A parcel was stored; look at it, keep nothing. May be NULL. */
    void (*stored)(void *context, const parcel *p);
    /* There is room again after lane_parcel said NULL. */
    void (*room)(void *context);
    void *context;
} lane_events;

ASSAY_MUST_USE assay_status lane_open(const door_setup *setup, uint32_t contexts,
                                      const lane_events *events, lane **out, assay_err *err);
/* Parcels that are with the intake come back first; then `closed`, once. Accepts NULL. */
void lane_close(lane *l, loop_work *closed, void *context);
parcel *lane_parcel(lane *l); /* the one to fill; NULL: all are being stored, stop reading */
/* For what cannot be held back any more: one beyond the usual ones, given up again when it is
 * stored. Where lane_parcel gives one, the same; NULL: no memory. */
parcel *lane_extra(lane *l);
void lane_send(lane *l);      /* what is in it goes to the intake; an empty one stays */
/* None is with the intake. What comes while one is waits for it to come back, and is one group: sent
 * at once, the first value of it would be a commit of its own, which all others wait for. */
bool lane_is_free(const lane *l);
bool lane_is_idle(const lane *l); /* nothing is being filled or stored */
/* For `describe`: {"trouble"} when the last parcel could not be stored. */
void lane_describe(const lane *l, json_t *into);

#endif
