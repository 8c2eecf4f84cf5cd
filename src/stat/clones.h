/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Four numbers at a time, in what the machine has: the same operations in the same order, the same bits. */
#ifndef STAT_CLONES_H
#define STAT_CLONES_H

#include <stdint.h>

typedef double four __attribute__((vector_size(32), aligned(8), may_alias));
typedef int64_t four_steps __attribute__((vector_size(32), aligned(8), may_alias));

/* For static functions only: others are exported by their resolver, hidden or not. */
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) && \
    !defined(__SANITIZE_THREAD__)
#define CLONES __attribute__((target_clones("avx2", "default")))
#else
#define CLONES
#endif

#endif
