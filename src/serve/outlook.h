/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What can be expected of every characteristic: stable or not, Ppk and Cpk with their intervals.
 *
 * Worked out as the API's capability is, by limits in force, and kept until new measurements come
 * or a record changes something about it. A plant of ten thousand is worked out a stretch at a
 * time: each asking goes on for OUTLOOK_BUDGET_MS where the last one stopped, and says how many are
 * still to come. */
#ifndef SERVE_OUTLOOK_H
#define SERVE_OUTLOOK_H

#include "live/engine.h"
#include "serve/server.h"

enum { OUTLOOK_BUDGET_MS = 250 };

typedef struct {
    bool is_known;  /* worked out at least once */
    bool is_fresh;  /* nothing has come since */
    int8_t verdict; /* 1 stable, 0 not stable, -1 not known */
    double mean, cpk, cpk_low, ppk, ppk_low, ppk_high; /* NaN: none */
} outlook_item;

typedef struct outlook outlook;
ASSAY_MUST_USE assay_status outlook_open(outlook **out, assay_err *err);
void outlook_close(outlook *o); /* accepts NULL */

/* Goes on working out what is not fresh of these, the longest waiting first; then copies them.
 * `s`: of this thread. Errors of one characteristic leave it not known. */
void outlook_take(outlook *o, const server *v, store *s, const engine_row *rows, size_t n,
                  outlook_item *out);

#endif
