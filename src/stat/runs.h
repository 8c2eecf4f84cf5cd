/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef STAT_RUNS_H
#define STAT_RUNS_H

#include <assay/describe.h>

#include "stat/sorted.h"

/* The test about the median, of values already sorted as s. */
assay_runs_test runs_about_median(const assay_values *x, const sorted *s);

#endif
