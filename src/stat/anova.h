/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shared by the one-way analysis and gauge studies. */
#ifndef STAT_ANOVA_H
#define STAT_ANOVA_H

#include <assay/moments.h>

/* a times the square of m's unit; undefined beyond binary64. */
assay_figure figure_squared(assay_dd a, const assay_moments *m);

/* ASSAY_DOMAIN with the index of the first code >= k. */
assay_status anova_check_codes(const uint32_t *code, size_t n, size_t k, const char *what,
                               assay_err *err);

#endif
