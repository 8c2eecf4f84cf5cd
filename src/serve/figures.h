/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A characteristic named in a path, and its analysis as the query asks for it: what the command
 * line calls --type, -n, --rules, --from ... are query parameters of the same names here. */
#ifndef SERVE_FIGURES_H
#define SERVE_FIGURES_H

#include "report/answer.h"
#include "serve/request.h"
#include "signal/signal.h"

/* By number, id or path (percent-encoded). What r->who may not see is not there. False after
 * refusing. */
bool characteristic_find(request *r, const char *name, store **s, stored_characteristic *out);

/* from, to, last, as_of, where=KIND:TEXT */
bool range_take(request *r, store_range *out);

typedef struct {
    stored_characteristic characteristic;
    series_request request;
    series_set *set;
    limits_history limits;
    analysis_options options;
    analysis analysis;
    budget budget; /* width NaN: none was asked for */
} figures;

enum {
    FIGURES_CAPABILITY = 1,
    FIGURES_OWN_LIMITS = 2, /* from these data, whatever is in force */
    FIGURES_SERIALS = 4     /* with the serial numbers, by which notes name their points */
};
/* False after refusing; figures_close in any case. `sums` see the points of a chart that keeps none;
 * NULL: all are kept. */
bool figures_open(request *r, unsigned what, answer_sums *sums, figures *out);
/* Read the series alone. */
bool figures_read(request *r, uint32_t contexts, figures *out);
void figures_close(figures *f);

#endif
