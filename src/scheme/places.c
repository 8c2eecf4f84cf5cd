/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scheme/places.h"

#include <stdio.h>

void place_add(place_list *l, const char *list, const char *sort)
{
    if (l->n == ENTRY_PLACES)
        return;
    snprintf(l->list[l->n], sizeof l->list[0], "%s", list);
    snprintf(l->sort[l->n], sizeof l->sort[0], "%s", sort ? sort : "");
    l->place[l->n] = (entry_place){l->list[l->n], l->sort[l->n]};
    l->n++;
}
