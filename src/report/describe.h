/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A description of one series: moments, quantiles, runs, histogram; and its answer as JSON. */
#ifndef REPORT_DESCRIBE_H
#define REPORT_DESCRIBE_H

#include "base/json.h"
#include "signal/signal.h"

#include <assay/describe.h>

enum { DESCRIPTION_QUANTILES = 9 };

typedef struct {
    const series *s;
    assay_values x; /* what counts; the rest is missing */
    assay_description d;
    double quantile[DESCRIPTION_QUANTILES];
    assay_bins bins;
    char no_bins[sizeof((assay_err *)0)->message]; /* why there is no histogram */
    uint64_t counts[ASSAY_BINS_MAX];
    void *memory;
} description;

/* What nobody will see is not worked out. `options`: p is set here. description_done in any case. */
ASSAY_MUST_USE assay_status description_make(const series *s, const assay_describe_options *options,
                                             bool with_quantiles, bool with_bins, description *out,
                                             assay_err *err);
void description_done(description *d);
void answer_description(json *j, const description *d);

#endif
