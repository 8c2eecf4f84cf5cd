/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Studentized range: the range of k normal means over an independent S with nu degrees of freedom.
 *
 *     P(range <= w) = k int phi(z) [Phi(z) - Phi(z - w)]^(k-1) dz
 *     P(range >  w) = k int phi(z) (Phi(z)^(k-1) - [Phi(z) - Phi(z - w)]^(k-1)) dz
 *
 * and the mean over S (chi.c). Both integrands are positive and analytic, so that the trapezoidal
 * rule gives either tail to its full digits; R's ptukey ends near 10.
 */
#include <assay/distribution.h>

#include "num/chi.h"
#include "num/dist.h"
#include "num/elementary.h"

/* From -9 to 17: a range of w has its maximum about w / 2 with deviation 0.7, so that the upper
 * tail is whole to w = 22, where it is 1e-53. */
enum { tukey_nodes = 105 };
static const double tukey_from = -9.0, tukey_step = 0.25;

/* phi(z) and Phi(z) at the nodes are the same for every w. */
typedef struct {
    double q, k;
    int is_upper;
    double density[tukey_nodes], cdf[tukey_nodes];
} tukey_point;

static double range_tail(double w, const tukey_point *at)
{
    double sum = 0;
    for (int i = 0; i < tukey_nodes; i++) {
        double z = tukey_from + i * tukey_step;
        double ratio = assay_normal_cdf(z - w) / at->cdf[i];
        double power = at->is_upper ? -num_expm1((at->k - 1) * num_log1p(-ratio))
                                    : num_exp((at->k - 1) * num_log1p(-ratio));
        sum += at->density[i] * power;
    }
    return sum * tukey_step * at->k;
}

static double range_tail_at(double s, const void *with)
{
    const tukey_point *at = with;
    return range_tail(at->q * s, at);
}

static void fill_nodes(tukey_point *at)
{
    for (int i = 0; i < tukey_nodes; i++) {
        double z = tukey_from + i * tukey_step;
        at->cdf[i] = assay_normal_cdf(z);
        at->density[i] = num_exp(-z * z / 2) * 0.398942280401432677940 * pow(at->cdf[i], at->k - 1);
    }
}

static double tukey_tail(double q, double k, double nu, int is_upper)
{
    if (isnan(q) || !(k >= 2) || !(nu > 0) || isinf(k))
        return NAN;
    if (q <= 0 || isinf(q))
        return (q <= 0) == is_upper ? 1 : 0;
    tukey_point at = {.q = q, .k = k, .is_upper = is_upper};
    fill_nodes(&at);
    if (nu > 1e12)
        return range_tail(q, &at);
    double mode = is_upper ? sqrt(nu / (nu + q * q / 2)) : sqrt((nu + k - 1) / nu);
    return fmin(chi_mean(nu, is_upper ? mode : fmin(mode, 1.5), 8, range_tail_at, &at), 1);
}

double assay_tukey_cdf(double q, double k, double nu)
{
    return tukey_tail(q, k, nu, 0);
}

double assay_tukey_upper(double q, double k, double nu)
{
    return tukey_tail(q, k, nu, 1);
}
