/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The readings of a capability study that count. */
#ifndef STAT_CAPABILITY_SAMPLE_H
#define STAT_CAPABILITY_SAMPLE_H

#include <assay/capability.h>

typedef struct {
    size_t n;
    double mean, sd;      /* NaN: undefined */
    const double *sorted; /* [n] upward, in the scratch */
} capability_sample;

/* Check sizes, leave out what is excluded or missing, take moments, sort. */
assay_status sample_take(const assay_capability_input *in, void *scratch, capability_sample *out,
                         assay_err *err);

#endif
