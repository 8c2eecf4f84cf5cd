/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The shortest decimal that reads back to the same binary64. */
#ifndef BASE_SHORTEST_H
#define BASE_SHORTEST_H

#include <stdint.h>

/* x = digits * 10^exponent to the nearest binary64, for finite x > 0: of the decimals that read
 * back to x those with the fewest digits, of these the nearest to x. `digits` has at most 17 and
 * no zero at its end. About 20 ns. */
void double_shortest(double x, uint64_t *digits, int *exponent);

#endif
