/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The few loops that decide the speed of a scan, one table per instruction set.
 *
 * Layout. `rows` rows of 16 lanes; lane l holds the consecutive values l*rows .. l*rows+rows-1, so
 * neighbours in time stand above each other and subgroups, ranges and moving ranges are vertical.
 * Each lane is a little-endian bit stream of `width` bits a value, cut into words of 16 bits
 * (width <= 16), 32 (<= 32) or 64; word k of lane l stands at word index k*16 + l.
 *
 * kernel_ref is the definition in plain C; every other table must give the same bits
 * (test/unit/store/test_kernel.c). A level for AVX-512 would be kernel_v4.c beside kernel_v3.c and
 * one more line in kernel_best: none is here because none could be tested.
 */
#ifndef STORE_KERNEL_H
#define STORE_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define KERNEL_LANES  16
#define KERNEL_ROWS   60 /* of a full block */
#define KERNEL_NARROW 15 /* widest value the sums take */
#define KERNEL_CUBES  13 /* widest value whose fourth powers sum up in 64 bits */
#define KERNEL_LAG    10 /* most phases of a line */

/* Sums over a full block of u = packed value, 0 <= u < 2^15. */
typedef struct {
    uint64_t sum, sum2;  /* of u and u^2 */
    uint64_t range_sum;  /* of the ranges of the subgroups */
    uint64_t group_sum2; /* of the squares of the sums of the subgroups */
    uint32_t min, max;
} kernel_sums;

/* The packing side; kernel_pack.h says what each does. A full block has 60*16 values. */
typedef struct {
    void (*range)(const int32_t *v, size_t n, int32_t *low, int32_t *high);
    /* u[row*16 + lane] = v[lane*60 + row] - base of a full block */
    void (*gather)(const int32_t *v, int32_t base, uint16_t *u);
    /* the reverse of unpack_rows for a full block; 1 <= width <= 16, u below 2^width */
    void (*rows)(const uint16_t *u, unsigned width, uint8_t *out);
    /* sums of third and fourth powers of a full block, u below 2^KERNEL_CUBES */
    void (*cubes)(const uint16_t *u, uint64_t *sum3, uint64_t *sum4);
    bool (*quotients)(const int64_t *v, size_t n, uint32_t unit, uint32_t *q);
    void (*level)(const uint32_t *q, const uint32_t *round, size_t n, uint32_t whole, uint32_t part,
                  int32_t *x);
    void (*columns)(const int32_t *v, size_t n, size_t span, int32_t *low, int32_t *high);
} kernel_packing;

typedef struct {
    const char *name;
    /* out[lane*rows + row] = base + value, in series order; 0 <= width <= 64, rows <= 60. Reads
     * kernel_packed_size(width, rows) bytes. */
    void (*unpack)(const uint8_t *packed, unsigned width, unsigned rows, uint64_t base,
                   uint64_t *out);
    /* out[row*16 + lane], as packed; width <= 16. */
    void (*unpack_rows)(const uint8_t *packed, unsigned width, unsigned rows, uint16_t *out);
    /* Over u[60*16] as unpack_rows leaves it, values below 2^width, width <= KERNEL_NARROW;
     * `size` divides 60, 2 <= size. */
    void (*sums)(const uint16_t *u, unsigned width, unsigned size, kernel_sums *out);
    /* The same for subgroups of one, whose ranges are the moving ranges inside each lane (59
     * each); the steps from lane to lane are the caller's. group_sum2 is 0. */
    void (*moving)(const uint16_t *u, unsigned width, kernel_sums *out);
    /* v[i] = (v[i] + origin[i % lag] + i / lag * slope) * unit modulo 2^64, 1 <= lag <= KERNEL_LAG.
     * Returns whether then none is below the one before it, as signed numbers. */
    bool (*line)(uint64_t *v, size_t n, const uint64_t *origin, size_t lag, uint64_t slope,
                 uint64_t unit);
    /* XXH3-64: every scan pays for it. */
    uint64_t (*digest)(const void *bytes, size_t length, uint64_t seed);
    kernel_packing pack;
} kernel;

extern const kernel kernel_ref;
#if defined(__x86_64__)
extern const kernel kernel_v3; /* AVX2 */
#endif

/* The fastest table this processor can run; the same for the life of the process. */
const kernel *kernel_best(void);

static inline unsigned kernel_word_bits(unsigned width)
{
    return width <= 16 ? 16 : width <= 32 ? 32 : 64;
}

static inline size_t kernel_packed_size(unsigned width, unsigned rows)
{
    unsigned bits = kernel_word_bits(width);
    return (size_t)((rows * width + bits - 1) / bits) * KERNEL_LANES * (bits / 8);
}

/* Pack rows*16 values, each below 2^width, given in series order as kernel_unpack returns them. */
void kernel_pack(const uint64_t *value, unsigned width, unsigned rows, uint8_t *out);

#endif
