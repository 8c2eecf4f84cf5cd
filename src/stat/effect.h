/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the comparisons of two periods share. */
#ifndef STAT_EFFECT_H
#define STAT_EFFECT_H

#include <assay/effect.h>

/* A test that does not exist, for `why`; the estimate may. */
assay_test effect_undefined(assay_figure estimate, const char *why);
/* 0 becomes 0.95; ASSAY_DOMAIN outside 0..1. */
assay_status effect_confidence(double *confidence, assay_err *err);
/* z-test: estimate with its standard error. */
assay_test effect_normal(double estimate, double se, double confidence);

#endif
