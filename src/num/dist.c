/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Distributions that libRmath computes well, with the domain checked first: outside it libRmath
 * prints a warning, and a library does not print.
 */
#include <assay/distribution.h>

#include "num/dist.h"

static int is_probability(double p)
{
    return p >= 0 && p <= 1;
}

static int is_positive(double x)
{
    return x > 0 && x < HUGE_VAL;
}

/* A count: integer, 0 or more. */
static int is_count(double n)
{
    return n >= 0 && n < 9007199254740992.0 && n == floor(n);
}

/* name, parameters to declare, condition on them, tail call f(x, ..., lower, 0) */
#define CONTINUOUS(name, r, parameters, arguments, condition)                                      \
    double assay_##name##_cdf(double x, PARAMETERS_##parameters)                                   \
    {                                                                                              \
        return (condition) && !isnan(x) ? p##r(x, ARGUMENTS_##arguments, 1, 0) : NAN;              \
    }                                                                                              \
    double assay_##name##_upper(double x, PARAMETERS_##parameters)                                 \
    {                                                                                              \
        return (condition) && !isnan(x) ? p##r(x, ARGUMENTS_##arguments, 0, 0) : NAN;              \
    }                                                                                              \
    double assay_##name##_quantile(double p, PARAMETERS_##parameters)                              \
    {                                                                                              \
        return (condition) && is_probability(p) ? q##r(p, ARGUMENTS_##arguments, 1, 0) : NAN;      \
    }
#define PARAMETERS_ONE double a
#define ARGUMENTS_ONE  a
#define PARAMETERS_TWO double a, double b
#define ARGUMENTS_TWO  a, b

CONTINUOUS(chi2, chisq, ONE, ONE, is_positive(a))
CONTINUOUS(f, f, TWO, TWO, is_positive(a) && is_positive(b))
CONTINUOUS(beta, beta, TWO, TWO, is_positive(a) && is_positive(b))
CONTINUOUS(gamma, gamma, TWO, TWO, is_positive(a) && is_positive(b))
CONTINUOUS(weibull, weibull, TWO, TWO, is_positive(a) && is_positive(b))
CONTINUOUS(lognormal, lnorm, TWO, TWO, isfinite(a) && is_positive(b))

double assay_chi2_upper_quantile(double p, double nu)
{
    return is_positive(nu) && is_probability(p) ? qchisq(p, nu, 0, 0) : NAN;
}

double assay_ncchi2_cdf(double x, double nu, double lambda)
{
    int is_inside = is_positive(nu) && lambda >= 0 && isfinite(lambda) && !isnan(x);
    return is_inside ? pnchisq(x, nu, lambda, 1, 0) : NAN;
}

double assay_binomial_cdf(double k, double n, double p)
{
    return is_count(n) && is_probability(p) && !isnan(k) ? pbinom(k, n, p, 1, 0) : NAN;
}

double assay_binomial_upper(double k, double n, double p)
{
    return is_count(n) && is_probability(p) && !isnan(k) ? pbinom(k, n, p, 0, 0) : NAN;
}

double assay_binomial_quantile(double probability, double n, double p)
{
    int is_inside = is_count(n) && is_probability(p) && is_probability(probability);
    return is_inside ? qbinom(probability, n, p, 1, 0) : NAN;
}

static int is_rate(double lambda)
{
    return lambda >= 0 && isfinite(lambda);
}

double assay_poisson_cdf(double k, double lambda)
{
    return is_rate(lambda) && !isnan(k) ? ppois(k, lambda, 1, 0) : NAN;
}

double assay_poisson_upper(double k, double lambda)
{
    return is_rate(lambda) && !isnan(k) ? ppois(k, lambda, 0, 0) : NAN;
}

double assay_poisson_quantile(double probability, double lambda)
{
    return is_rate(lambda) && is_probability(probability) ? qpois(probability, lambda, 1, 0) : NAN;
}

static int is_lot(double N, double D, double n)
{
    return is_count(N) && is_count(D) && is_count(n) && D <= N && n <= N;
}

double assay_hypergeometric_cdf(double k, double N, double D, double n)
{
    return is_lot(N, D, n) && !isnan(k) ? phyper(k, D, N - D, n, 1, 0) : NAN;
}

double assay_hypergeometric_upper(double k, double N, double D, double n)
{
    return is_lot(N, D, n) && !isnan(k) ? phyper(k, D, N - D, n, 0, 0) : NAN;
}
