/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From what a feed reads to the rows of a parcel: finds the characteristic of a path, codes the
 * texts, and says why something cannot be taken. One for each source; one thread's. */
#ifndef LIVE_POUR_H
#define LIVE_POUR_H

#include "live/intake.h"
#include "read/feed.h"

typedef struct {
    catalog *catalog;
    const char *prefix;           /* levels before each path ("plant-a/line-1"), or NULL */
    uint32_t max_characteristics; /* how many new ones the source may make; 0: POUR_NEW_MAX */
} pour_options;
enum { POUR_NEW_MAX = 100000 };

typedef struct pour pour;
/* ASSAY_USAGE: the prefix is no path. */
ASSAY_MUST_USE assay_status pour_open(const pour_options *o, pour **out, assay_err *err);
void pour_close(pour *p); /* accepts NULL */
/* False: the parcel is full, offer it and come again with another. What cannot be taken is refused
 * within the parcel, and true. */
bool pour_row(pour *p, parcel *to, const feed_row *row, uint32_t message);
/* What the feed refused. `expected` is what feed_sink.refuse was given. */
void pour_refuse(parcel *to, const char *reason, const char *expected, const char *found,
                 size_t length);

#endif
