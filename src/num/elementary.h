/* SPDX-License-Identifier: GPL-3.0-or-later */
/* exp and log with the same bits on every machine.
 *
 * The C library chooses between versions with and without fused multiply-add, which differ in the
 * last place now and then; an iteration can carry that into the fifteenth digit. These use the four
 * operations alone. Error below 1.1 units in the last place. */
#ifndef NUM_ELEMENTARY_H
#define NUM_ELEMENTARY_H

double num_exp(double x);
double num_log(double x);

/* exp(x) - 1 and log(1 + x), precise near 0; error below 4 units. */
double num_expm1(double x);
double num_log1p(double x);

#endif
