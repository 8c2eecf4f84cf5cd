/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef NUM_SORT_H
#define NUM_SORT_H

#include <stddef.h>

/* Sort finite doubles upward by radix; scratch has room for n doubles too. */
void sort_doubles(double *x, size_t n, double *scratch);

#endif
