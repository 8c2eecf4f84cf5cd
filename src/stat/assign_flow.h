/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cases to judges at least cost: a flow of whole places. */
#ifndef STAT_ASSIGN_FLOW_H
#define STAT_ASSIGN_FLOW_H

#include <assay/assign.h>

#define NOBODY     UINT32_MAX
#define FLOW_NOISE 1024 /* costs are in units of this at least */

typedef struct {
    const assay_assign_task *task;
    size_t units;           /* places of a case; a pair takes one place of it at most */
    uint32_t halves;        /* places that make one judging: 2 with chance, else 1 */
    uint64_t noise;         /* key of the random order among equal costs */
    int64_t scale;          /* units of cost; what is below breaks ties */
    size_t width;           /* judges listed for a case: the cheapest */
    uint32_t *listed;       /* [cases*room] */
    size_t room;            /* places for judges in a list */
    uint32_t *count;        /* [cases] judges listed */
    uint32_t *place;        /* [cases*units] judge of a place, or NOBODY */
    uint32_t *next, *last;  /* [cases*units] places of one judge, linked */
    uint32_t *first;        /* [judges] */
    uint32_t *used;         /* [judges] places taken */
    int64_t *price;         /* [cases+judges] potentials */
    int64_t *distance;      /* [cases+judges] */
    uint32_t *from;         /* [cases+judges] judge: case before it; case: its place given up */
    uint32_t *heap, *where; /* [cases+judges] */
    size_t heap_size;
    uint32_t *settled; /* [cases+judges] in the order they were */
    size_t settled_count;
} flow;

/* Cost of a place, tie breaking included. */
int64_t flow_cost(const flow *f, size_t i, size_t j);
bool flow_may(const flow *f, size_t i, size_t j);
/* Does case i hold judge j? */
bool flow_has(const flow *f, size_t i, size_t j);

/* List the `width` cheapest judges who may, case by case. */
void flow_list(flow *f);
/* Fill all places at least cost over the lists; how many cannot be filled. Without goes_on it stops
 * at the first: *stuck is its case, and the settled nodes are what it competes with. */
size_t flow_fill(flow *f, bool goes_on, size_t *stuck);
/* Whether no judge beyond the lists would be cheaper. */
bool flow_is_optimal(const flow *f);

#endif
