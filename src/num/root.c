/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Brent (1973), Algorithms for Minimization without Derivatives, chapter 4. */
#include "num/root.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>

/* a is the previous b, c the end with the other sign; |f(b)| is the least. */
typedef struct {
    double a, b, c, fa, fb, fc, step, step_before;
} bracket;

static void order(bracket *r)
{
    if ((r->fb > 0) == (r->fc > 0)) {
        r->c = r->a, r->fc = r->fa;
        r->step = r->step_before = r->b - r->a;
    }
    if (fabs(r->fc) < fabs(r->fb)) {
        r->a = r->b, r->b = r->c, r->c = r->a;
        r->fa = r->fb, r->fb = r->fc, r->fc = r->fa;
    }
}

/* Secant or inverse quadratic step where it stays inside and shrinks, else halves the bracket. */
static void choose_step(bracket *r, double tolerance)
{
    double half = (r->c - r->b) / 2;
    double s = r->fb / r->fa, p, q;
    bool is_slow = fabs(r->step_before) < tolerance || fabs(r->fa) <= fabs(r->fb);
    if (r->a == r->c) {
        p = 2 * half * s, q = 1 - s;
    } else {
        double t = r->fa / r->fc, u = r->fb / r->fc;
        p = s * (2 * half * t * (t - u) - (r->b - r->a) * (u - 1));
        q = (t - 1) * (u - 1) * (s - 1);
    }
    q = p > 0 ? -q : q;
    p = fabs(p);
    if (!is_slow && 2 * p < fmin(3 * half * q - fabs(tolerance * q), fabs(r->step_before * q))) {
        r->step_before = r->step;
        r->step = p / q;
    } else {
        r->step = r->step_before = half;
    }
}

static double settle(bracket r, root_function f, const void *with)
{
    for (int i = 0; i < 200; i++) {
        order(&r);
        double tolerance = DBL_EPSILON * fabs(r.b) + DBL_MIN;
        if (fabs(r.c - r.b) / 2 <= tolerance || r.fb == 0)
            break;
        choose_step(&r, tolerance);
        r.a = r.b, r.fa = r.fb;
        r.b += fabs(r.step) > tolerance ? r.step : copysign(tolerance, r.c - r.b);
        r.fb = f(r.b, with);
    }
    return r.b;
}

static double settle_between(double low, double f_low, double high, double f_high, root_function f,
                             const void *with)
{
    bracket r = {.a = low, .b = high, .c = high, .fa = f_low, .fb = f_high, .fc = f_high};
    return settle(r, f, with);
}

double root_between(double low, double high, root_function f, const void *with)
{
    double f_low = f(low, with), f_high = f(high, with);
    if (f_low == 0 || f_high == 0)
        return f_low == 0 ? low : high;
    if (isnan(f_low) || isnan(f_high) || (f_low > 0) == (f_high > 0))
        return NAN;
    return settle_between(low, f_low, high, f_high, f, with);
}

double root_from(double guess, double step, root_function f, const void *with)
{
    double low = guess - step, high = guess + step;
    double f_low = f(low, with), f_high = f(high, with);
    while ((f_low > 0) == (f_high > 0) && f_low != 0 && f_high != 0) {
        if (isnan(f_low) || isnan(f_high) || step > 1e300)
            return NAN;
        step *= 2;
        if (fabs(f_low) < fabs(f_high))
            high = low, f_high = f_low, low -= step, f_low = f(low, with);
        else
            low = high, f_low = f_high, high += step, f_high = f(high, with);
    }
    if (f_low == 0 || f_high == 0)
        return f_low == 0 ? low : high;
    return settle_between(low, f_low, high, f_high, f, with);
}

double root_near(double guess, double slope, double tolerance, root_function f, const void *with)
{
    double x = guess, fx = f(x, with);
    for (int i = 0; i < 8; i++) {
        double step = -fx / slope, next = x + step;
        if (fabs(step) <= tolerance)
            return next;
        double f_next = f(next, with);
        slope = (f_next - fx) / step;
        x = next, fx = f_next;
    }
    return root_from(guess, fabs(guess) * 0.01 + tolerance, f, with);
}
