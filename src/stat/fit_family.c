/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The families: distribution function, upper tail, density, quantile, one row each. */
#include "num/elementary.h"
#include "num/root.h"

#include <assay/distribution.h>
#include <assay/fit.h>

#include <math.h>
#include <string.h>

static const double log_root_2pi = 0.918938533204672741780;

/* ---- standard forms: p is the parameter array ---- */

static double normal_cdf(const double *p, double x)
{
    return assay_normal_cdf((x - p[0]) / p[1]);
}

static double normal_upper(const double *p, double x)
{
    return assay_normal_upper((x - p[0]) / p[1]);
}

static double normal_log_density(const double *p, double x)
{
    double z = (x - p[0]) / p[1];
    return -z * z / 2 - num_log(p[1]) - log_root_2pi;
}

static double normal_quantile(const double *p, double q)
{
    return p[0] + p[1] * assay_normal_quantile(q);
}

/* Two-parameter lognormal has threshold 0. */
static double above(const double *p, double x)
{
    return x - (isnan(p[2]) ? 0 : p[2]);
}

static double lognormal_cdf(const double *p, double x)
{
    double y = above(p, x);
    return y > 0 ? normal_cdf(p, num_log(y)) : 0;
}

static double lognormal_upper(const double *p, double x)
{
    double y = above(p, x);
    return y > 0 ? normal_upper(p, num_log(y)) : 1;
}

static double lognormal_log_density(const double *p, double x)
{
    double y = above(p, x);
    return y > 0 ? normal_log_density(p, num_log(y)) - num_log(y) : -HUGE_VAL;
}

static double lognormal_quantile(const double *p, double q)
{
    return num_exp(normal_quantile(p, q)) + (isnan(p[2]) ? 0 : p[2]);
}

static double weibull_power(const double *p, double x)
{
    double y = above(p, x);
    return y > 0 ? num_exp(p[0] * num_log(y / p[1])) : 0;
}

static double weibull_cdf(const double *p, double x)
{
    return -num_expm1(-weibull_power(p, x));
}

static double weibull_upper(const double *p, double x)
{
    return num_exp(-weibull_power(p, x));
}

static double weibull_log_density(const double *p, double x)
{
    double y = above(p, x);
    if (!(y > 0))
        return -HUGE_VAL;
    return num_log(p[0] / p[1]) + (p[0] - 1) * num_log(y / p[1]) - weibull_power(p, x);
}

static double weibull_quantile(const double *p, double q)
{
    return p[1] * num_exp(num_log(-num_log1p(-q)) / p[0]) + (isnan(p[2]) ? 0 : p[2]);
}

static double gamma_cdf(const double *p, double x)
{
    return assay_gamma_cdf(x, p[0], p[1]);
}

static double gamma_upper(const double *p, double x)
{
    return assay_gamma_upper(x, p[0], p[1]);
}

static double gamma_log_density(const double *p, double x)
{
    double log_gamma = lgamma_r(p[0], &(int){0});
    if (!(x > 0))
        return -HUGE_VAL;
    return (p[0] - 1) * num_log(x / p[1]) - x / p[1] - num_log(p[1]) - log_gamma;
}

static double gamma_quantile(const double *p, double q)
{
    return assay_gamma_quantile(q, p[0], p[1]);
}

static double exponential_cdf(const double *p, double x)
{
    return x > 0 ? -num_expm1(-x / p[0]) : 0;
}

static double exponential_upper(const double *p, double x)
{
    return x > 0 ? num_exp(-x / p[0]) : 1;
}

static double exponential_log_density(const double *p, double x)
{
    return x >= 0 ? -x / p[0] - num_log(p[0]) : -HUGE_VAL;
}

static double exponential_quantile(const double *p, double q)
{
    return -p[0] * num_log1p(-q);
}

static double logistic_cdf(const double *p, double x)
{
    return 1 / (1 + num_exp(-(x - p[0]) / p[1]));
}

static double logistic_upper(const double *p, double x)
{
    return 1 / (1 + num_exp((x - p[0]) / p[1]));
}

static double logistic_log_density(const double *p, double x)
{
    double z = fabs(x - p[0]) / p[1];
    return -z - num_log(p[1]) - 2 * num_log1p(num_exp(-z));
}

static double logistic_quantile(const double *p, double q)
{
    return p[0] + p[1] * (num_log(q) - num_log1p(-q));
}

static double loglogistic_cdf(const double *p, double x)
{
    return x > 0 ? logistic_cdf(p, num_log(x)) : 0;
}

static double loglogistic_upper(const double *p, double x)
{
    return x > 0 ? logistic_upper(p, num_log(x)) : 1;
}

static double loglogistic_log_density(const double *p, double x)
{
    return x > 0 ? logistic_log_density(p, num_log(x)) - num_log(x) : -HUGE_VAL;
}

static double loglogistic_quantile(const double *p, double q)
{
    return num_exp(logistic_quantile(p, q));
}

static double smallest_ev_cdf(const double *p, double x)
{
    return -num_expm1(-num_exp((x - p[0]) / p[1]));
}

static double smallest_ev_upper(const double *p, double x)
{
    return num_exp(-num_exp((x - p[0]) / p[1]));
}

static double smallest_ev_log_density(const double *p, double x)
{
    double z = (x - p[0]) / p[1];
    return z - num_exp(z) - num_log(p[1]);
}

static double smallest_ev_quantile(const double *p, double q)
{
    return p[0] + p[1] * num_log(-num_log1p(-q));
}

static double largest_ev_cdf(const double *p, double x)
{
    return num_exp(-num_exp(-(x - p[0]) / p[1]));
}

static double largest_ev_upper(const double *p, double x)
{
    return -num_expm1(-num_exp(-(x - p[0]) / p[1]));
}

static double largest_ev_log_density(const double *p, double x)
{
    double z = (x - p[0]) / p[1];
    return -z - num_exp(-z) - num_log(p[1]);
}

static double largest_ev_quantile(const double *p, double q)
{
    return p[0] - p[1] * num_log(-num_log(q));
}

static double folded_normal_upper(const double *p, double x)
{
    return x > 0 ? normal_upper(p, x) + normal_cdf(p, -x) : 1;
}

/* The part between -x and x. Left of the mean as a difference of lower tails, else from 1. */
static double folded_normal_cdf(const double *p, double x)
{
    return x > 0 ? normal_cdf(p, x) - normal_cdf(p, -x) : 0;
}

static double folded_normal_log_density(const double *p, double x)
{
    if (!(x >= 0))
        return -HUGE_VAL;
    return normal_log_density(p, x) + num_log1p(num_exp(-2 * p[0] * x / (p[1] * p[1])));
}

typedef struct {
    const double *p;
    double q;
} folded_equation;

static double folded_excess(double x, const void *with)
{
    const folded_equation *of = with;
    if (of->q > 0.5)
        return (1 - of->q) - folded_normal_upper(of->p, x);
    return folded_normal_cdf(of->p, x) - of->q;
}

static double folded_normal_quantile(const double *p, double q)
{
    if (q <= 0 || q >= 1)
        return q == 0 ? 0 : q == 1 ? HUGE_VAL : NAN;
    folded_equation of = {p, q};
    return root_between(0, p[0] + 40 * p[1], folded_excess, &of);
}

static double rayleigh_cdf(const double *p, double x)
{
    return x > 0 ? -num_expm1(-x * x / (2 * p[0] * p[0])) : 0;
}

static double rayleigh_upper(const double *p, double x)
{
    return x > 0 ? num_exp(-x * x / (2 * p[0] * p[0])) : 1;
}

static double rayleigh_log_density(const double *p, double x)
{
    double z = x / p[0];
    return x > 0 ? num_log(z / p[0]) - z * z / 2 : -HUGE_VAL;
}

static double rayleigh_quantile(const double *p, double q)
{
    return p[0] * sqrt(-2 * num_log1p(-q));
}

/* Johnson: gamma + delta g((x - xi) / lambda) is standard normal. */
static double su_score(const double *p, double x)
{
    return p[0] + p[1] * asinh((x - p[2]) / p[3]);
}

static double johnson_su_cdf(const double *p, double x)
{
    return assay_normal_cdf(su_score(p, x));
}

static double johnson_su_upper(const double *p, double x)
{
    return assay_normal_upper(su_score(p, x));
}

static double johnson_su_log_density(const double *p, double x)
{
    double z = su_score(p, x), y = (x - p[2]) / p[3];
    return -z * z / 2 - log_root_2pi + num_log(p[1] / p[3]) - num_log1p(y * y) / 2;
}

static double johnson_su_quantile(const double *p, double q)
{
    return p[2] + p[3] * sinh((assay_normal_quantile(q) - p[0]) / p[1]);
}

/* -inf and inf at and beyond the bounds. */
static double sb_score(const double *p, double x)
{
    double y = (x - p[2]) / p[3];
    return y <= 0 ? -HUGE_VAL : y >= 1 ? HUGE_VAL : p[0] + p[1] * (num_log(y) - num_log1p(-y));
}

static double johnson_sb_cdf(const double *p, double x)
{
    return assay_normal_cdf(sb_score(p, x));
}

static double johnson_sb_upper(const double *p, double x)
{
    return assay_normal_upper(sb_score(p, x));
}

static double johnson_sb_log_density(const double *p, double x)
{
    double z = sb_score(p, x), y = (x - p[2]) / p[3];
    if (isinf(z))
        return -HUGE_VAL;
    return -z * z / 2 - log_root_2pi + num_log(p[1] / p[3]) - num_log(y) - num_log1p(-y);
}

static double johnson_sb_quantile(const double *p, double q)
{
    return p[2] + p[3] / (1 + num_exp(-(assay_normal_quantile(q) - p[0]) / p[1]));
}

/* ---- the table ---- */

typedef double family_function(const double *parameter, double x);

static const struct {
    family_function *cdf, *upper, *log_density, *quantile;
} family_functions[ASSAY_FAMILY_COUNT] = {
#define ROW(f)                                                                                     \
    {                                                                                              \
        f##_cdf, f##_upper, f##_log_density, f##_quantile                                          \
    }
    [ASSAY_FAMILY_NORMAL] = ROW(normal),
    [ASSAY_FAMILY_LOGNORMAL] = ROW(lognormal),
    [ASSAY_FAMILY_LOGNORMAL3] = ROW(lognormal),
    [ASSAY_FAMILY_WEIBULL] = ROW(weibull),
    [ASSAY_FAMILY_WEIBULL3] = ROW(weibull),
    [ASSAY_FAMILY_GAMMA] = ROW(gamma),
    [ASSAY_FAMILY_EXPONENTIAL] = ROW(exponential),
    [ASSAY_FAMILY_LOGISTIC] = ROW(logistic),
    [ASSAY_FAMILY_LOGLOGISTIC] = ROW(loglogistic),
    [ASSAY_FAMILY_SMALLEST_EV] = ROW(smallest_ev),
    [ASSAY_FAMILY_LARGEST_EV] = ROW(largest_ev),
    [ASSAY_FAMILY_FOLDED_NORMAL] = ROW(folded_normal),
    [ASSAY_FAMILY_RAYLEIGH] = ROW(rayleigh),
    [ASSAY_FAMILY_JOHNSON_SU] = ROW(johnson_su),
    [ASSAY_FAMILY_JOHNSON_SB] = ROW(johnson_sb),
#undef ROW
};

static const struct {
    const char *name;
    int count;
    const char *parameter[ASSAY_FIT_PARAMETERS];
} family_names[] = {
#define X(code, name, count, p1, p2, p3, p4) {name, count, {p1, p2, p3, p4}},
    ASSAY_FAMILY_LIST(X)
#undef X
};

static bool is_family(assay_family family)
{
    return (unsigned)family < ASSAY_FAMILY_COUNT;
}

const char *assay_family_name(assay_family family)
{
    return is_family(family) ? family_names[family].name : "unknown";
}

assay_family assay_family_of_name(const char *name)
{
    int family = 0;
    while (family < ASSAY_FAMILY_COUNT && strcmp(name, family_names[family].name) != 0)
        family++;
    return (assay_family)family;
}

int assay_family_parameters(assay_family family)
{
    return is_family(family) ? family_names[family].count : 0;
}

const char *assay_family_parameter_name(assay_family family, int i)
{
    bool is_there = is_family(family) && i >= 0 && i < ASSAY_FIT_PARAMETERS;
    return is_there ? family_names[family].parameter[i] : "";
}

static bool has_fit(const assay_fit *fit)
{
    return !fit->why && is_family(fit->family) && fit->family != ASSAY_FAMILY_AUTO;
}

double assay_fit_cdf(const assay_fit *fit, double x)
{
    bool is_defined = has_fit(fit) && !isnan(x);
    return is_defined ? family_functions[fit->family].cdf(fit->parameter, x) : NAN;
}

double assay_fit_upper(const assay_fit *fit, double x)
{
    bool is_defined = has_fit(fit) && !isnan(x);
    return is_defined ? family_functions[fit->family].upper(fit->parameter, x) : NAN;
}

double assay_fit_log_density(const assay_fit *fit, double x)
{
    bool is_defined = has_fit(fit) && !isnan(x);
    return is_defined ? family_functions[fit->family].log_density(fit->parameter, x) : NAN;
}

double assay_fit_quantile(const assay_fit *fit, double p)
{
    bool is_defined = has_fit(fit) && p >= 0 && p <= 1;
    return is_defined ? family_functions[fit->family].quantile(fit->parameter, p) : NAN;
}
