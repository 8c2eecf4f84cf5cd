/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The limits and the signals of an X-bar-R chart without its points, straight from the four-byte
 * readings: the same figures as the full chart, bit for bit. For verdicts over many
 * characteristics. */
#ifndef SIGNAL_VERDICT_H
#define SIGNAL_VERDICT_H

#include "signal/analysis.h"

#include <assay/moments.h>

/* What is used again from one verdict to the next. Begins as {0}. */
typedef struct verdict_room {
    void *memory;
    size_t size;
} verdict_room;

void verdict_room_done(verdict_room *room);

/* Can a series that is cut (subgroup_cut) be judged so? */
bool verdict_suits(const analysis *a, const analysis_options *options);

/* Fill a->chart (without points), a->options, a->rule_count, and the moments of all readings.
 * `is_made` stays false when a reading is missing or there is no spread: these take the full chart.
 * Errors: ASSAY_MEMORY. */
ASSAY_MUST_USE assay_status verdict_make(analysis *a, const analysis_options *options,
                                         verdict_room *room, assay_moments *m, bool *is_made,
                                         assay_err *err);

#endif
