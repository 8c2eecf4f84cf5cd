/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Normal tolerance factors: mean +/- k s covers a proportion P with confidence C (ISO 16269-6). */
#ifndef ASSAY_TOLERANCE_H
#define ASSAY_TOLERANCE_H

#include <assay/err.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One-sided factor: exact, t(C; n - 1, z_P sqrt(n)) / sqrt(n). NaN unless n >= 2, 0 < P < 1 and
 * 0 < C < 1. Right to 11 digits for every noncentrality. */
ASSAY_PUBLIC double assay_tolerance_k_one_sided(double n, double coverage, double confidence);

/* Two-sided factor: exact (Wald-Wolfowitz integral), not Howe's approximation. */
ASSAY_PUBLIC double assay_tolerance_k_two_sided(double n, double coverage, double confidence);

/* The same with s of another sample or pooled: nu degrees of freedom. */
ASSAY_PUBLIC double assay_tolerance_k_one_sided_nu(double n, double nu, double coverage,
                                                   double confidence);
ASSAY_PUBLIC double assay_tolerance_k_two_sided_nu(double n, double nu, double coverage,
                                                   double confidence);

#ifdef __cplusplus
}
#endif
#endif
