/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two series of the same things, side by side: what a scatter shows.
 *
 * Measurements belong together by the serial number of the part; where no two share one, by their time; where no
 * two share that, by subgroup key. Among equal keys the k-th of one goes with the k-th of the other, so that
 * nothing counts twice. What has no partner is counted, never guessed. */
#ifndef SIGNAL_PAIRS_H
#define SIGNAL_PAIRS_H

#include "signal/series.h"

typedef enum { PAIRS_NONE, PAIRS_SERIAL, PAIRS_TIME, PAIRS_SUBGROUP } pairs_key;
enum { PAIRS_ROWS_MOST = 1000000 };

typedef struct {
    pairs_key by;
    assay_values x, y;         /* in the order of x, none missing */
    uint64_t alone_x, alone_y; /* valid ones without a partner */
    int decimals_x, decimals_y;
    arena memory;
} series_pairs;

/* Rows that are out of statistics are out of pairs. ASSAY_LIMIT: a series of more than PAIRS_ROWS_MOST.
 * pairs_done accepts a half-made or zeroed one. */
ASSAY_MUST_USE assay_status pairs_make(const series_set *x, const series_set *y, series_pairs *out,
                                       assay_err *err);
void pairs_done(series_pairs *p);
/* "serial", "time", "subgroup"; "" for none. */
const char *pairs_key_name(pairs_key by);

#endif
