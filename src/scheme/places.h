/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The places of an entry while they are gathered. */
#ifndef SCHEME_PLACES_H
#define SCHEME_PLACES_H

#include "store/store.h"

typedef struct {
    entry_place place[ENTRY_PLACES];
    char list[ENTRY_PLACES][256], sort[ENTRY_PLACES][256];
    size_t n;
} place_list;

/* Copies both, cut to what the store takes; one too many is left out. sort NULL: "". */
void place_add(place_list *l, const char *list, const char *sort);

#endif
