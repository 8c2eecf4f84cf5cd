/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a parcel carries besides its rows; for the intake. */
#ifndef LIVE_PARCEL_H
#define LIVE_PARCEL_H

#include "live/intake.h"

enum { PARCEL_EXAMPLE = 200 };

typedef struct parcel_refusal {
    const char *reason, *remedy;
    uint64_t count;
    uint32_t length;
    char example[PARCEL_EXAMPLE]; /* the newest */
    struct parcel_refusal *next;
} parcel_refusal;

typedef struct parcel_memory {
    const char *key;
    const void *bytes;
    size_t length;
    struct parcel_memory *next; /* in the order of the calls: a later one of a key counts */
} parcel_memory;

typedef struct {
    parcel open; /* first: what doors see */
    uint32_t contexts;
    arena notes;
    parcel_refusal *refusals;
    parcel_memory *memories, **memories_end;
    uint64_t refused, doubtful;
    size_t bytes; /* of texts and memories */
    struct intake_source *account; /* found when it is first offered */
    bool is_broken; /* memory was short: it must not be stored as it is */
} parcel_whole;

static inline parcel_whole *parcel_inside(const parcel *p)
{
    return (parcel_whole *)p;
}

#endif
