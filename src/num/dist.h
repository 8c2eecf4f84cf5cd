/* SPDX-License-Identifier: GPL-3.0-or-later */
/* libRmath as we use it, and what our distributions share. */
#ifndef NUM_DIST_H
#define NUM_DIST_H

#define MATHLIB_STANDALONE
#include <Rmath.h>

#include <math.h>

/* The warnings of libRmath go to stdout; a domain check before each call keeps it silent. */

#endif
