/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Roots of monotone functions of one variable. */
#ifndef NUM_ROOT_H
#define NUM_ROOT_H

typedef double (*root_function)(double x, const void *with);

/* The root of a continuous f in [low, high], where f changes sign; to the last digits (Brent's
 * method). NaN when f has one sign at both ends. */
double root_between(double low, double high, root_function f, const void *with);

/* The same, first widening from guess by `step`, doubled each time, until the sign changes. NaN
 * when it does not within 1e300. */
double root_from(double guess, double step, root_function f, const void *with);

/* The root near a good guess, where f has about the given slope: secant steps until one is below
 * `tolerance`; when they do not settle, as root_from. */
double root_near(double guess, double slope, double tolerance, root_function f, const void *with);

#endif
