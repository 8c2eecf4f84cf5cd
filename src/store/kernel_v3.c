/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The kernels for AVX2 (x86-64-v3). Compiled with -mavx2; entered only after kernel_best looked.
 *
 * One register holds the 16 lanes of a row. Unpacking is unrolled per width, so that every shift is
 * an immediate; the 60 rows land in a buffer of 1920 bytes that stays in the first-level cache, and
 * the sums read it once. Sums of squares use multiply-add of 16-bit pairs into 32 bits: signed, so
 * values stay below 2^15; how many rows fit 32 bits depends on the width.
 */
#include "store/kernel.h"
#include "store/kernel_line.h"
#include "store/kernel_pack.h"

#define XXH_INLINE_ALL /* compiled here, with the wider registers */
#include <immintrin.h>
#include <string.h>
#include <xxhash.h>

#define INLINE static inline __attribute__((always_inline))

INLINE __m256i load(const void *p)
{
    return _mm256_loadu_si256((const __m256i *)p);
}

INLINE void put(void *p, __m256i x)
{
    _mm256_storeu_si256((__m256i *)p, x);
}

/* -- unpacking, width <= 16 -------------------------------------------------------------- */

INLINE __m256i row_at(const uint8_t *packed, unsigned width, unsigned row)
{
    unsigned at = row * width, shift = at % 16;
    const uint8_t *word = packed + (size_t)(at / 16) * 32;
    __m256i x = _mm256_srli_epi16(load(word), (int)shift);
    if (shift + width > 16)
        x = _mm256_or_si256(x, _mm256_slli_epi16(load(word + 32), (int)(16 - shift)));
    if (shift + width == 16)
        return x;
    return _mm256_and_si256(x, _mm256_set1_epi16((short)((1u << width) - 1)));
}

INLINE void full_block(const uint8_t *packed, unsigned width, uint16_t *out)
{
#pragma GCC unroll 60
    for (unsigned row = 0; row < KERNEL_ROWS; row++)
        put(out + row * KERNEL_LANES, row_at(packed, width, row));
}

#define FOR_SIZES(X) X(2) X(3) X(4) X(5) X(6) X(10) X(12)
#define FOR_WIDTHS(X)                                                                              \
    X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11) X(12) X(13) X(14) X(15) X(16)

#define X(w)                                                                                       \
    static __attribute__((noinline)) void full_##w(const uint8_t *packed, uint16_t *out)           \
    {                                                                                              \
        full_block(packed, w, out);                                                                \
    }
FOR_WIDTHS(X)
#undef X

/* A short block, 1 <= width <= 16: shifts from a register. */
static void short_block(const uint8_t *packed, unsigned width, unsigned rows, uint16_t *out)
{
    const __m256i mask = _mm256_set1_epi16((short)((1u << width) - 1));
    for (unsigned row = 0; row < rows; row++) {
        unsigned at = row * width, shift = at % 16;
        const uint8_t *word = packed + (size_t)(at / 16) * 32;
        __m256i x = _mm256_srl_epi16(load(word), _mm_cvtsi32_si128((int)shift));
        if (shift + width > 16)
            x = _mm256_or_si256(
                x, _mm256_sll_epi16(load(word + 32), _mm_cvtsi32_si128((int)(16 - shift))));
        put(out + row * KERNEL_LANES, _mm256_and_si256(x, mask));
    }
}

static void unpack_rows(const uint8_t *packed, unsigned width, unsigned rows, uint16_t *out)
{
    if (width && rows != KERNEL_ROWS) {
        short_block(packed, width, rows, out);
        return;
    }
    switch (width) {
    case 0:
        memset(out, 0, (size_t)rows * KERNEL_LANES * sizeof *out);
        break;
#define X(w)                                                                                       \
    case w:                                                                                        \
        full_##w(packed, out);                                                                     \
        break;
        FOR_WIDTHS(X)
#undef X
    }
}

/* -- series order: four rows at a time become 16 runs of four ------------------------------- */

INLINE void widen(const uint64_t *run, __m256i base, unsigned count, unsigned rows, uint64_t *out)
{
    for (unsigned i = 0; i < count; i++, out += rows) {
        __m128i four = _mm_loadl_epi64((const __m128i *)(run + i));
        put(out, _mm256_add_epi64(_mm256_cvtepu16_epi64(four), base));
    }
}

INLINE void four_rows(const uint16_t *u, unsigned rows, __m256i base, uint64_t *out)
{
    __m256i a = load(u), b = load(u + 16), c = load(u + 32), d = load(u + 48);
    __m256i ab_low = _mm256_unpacklo_epi16(a, b), ab_high = _mm256_unpackhi_epi16(a, b);
    __m256i cd_low = _mm256_unpacklo_epi16(c, d), cd_high = _mm256_unpackhi_epi16(c, d);
    /* The halves of a register are lanes 0..7 and 8..15; each 64 bits hold four rows of a lane. */
    __m256i lane01 = _mm256_unpacklo_epi32(ab_low, cd_low);
    __m256i lane23 = _mm256_unpackhi_epi32(ab_low, cd_low);
    __m256i lane45 = _mm256_unpacklo_epi32(ab_high, cd_high);
    __m256i lane67 = _mm256_unpackhi_epi32(ab_high, cd_high);
    uint64_t run[16];
    put(run, _mm256_permute2x128_si256(lane01, lane23, 0x20));
    put(run + 4, _mm256_permute2x128_si256(lane45, lane67, 0x20));
    put(run + 8, _mm256_permute2x128_si256(lane01, lane23, 0x31));
    put(run + 12, _mm256_permute2x128_si256(lane45, lane67, 0x31));
    widen(run, base, 16, rows, out);
}

static void unpack_16(const uint8_t *packed, unsigned width, unsigned rows, uint64_t base,
                      uint64_t *out)
{
    uint16_t u[KERNEL_ROWS * KERNEL_LANES];
    __m256i start = _mm256_set1_epi64x((long long)base);
    unsigned row = 0;
    unpack_rows(packed, width, rows, u);
    for (; row + 4 <= rows; row += 4)
        four_rows(u + row * KERNEL_LANES, rows, start, out + row);
    for (; row < rows; row++)
        for (unsigned lane = 0; lane < KERNEL_LANES; lane++)
            out[lane * rows + row] = base + u[row * KERNEL_LANES + lane];
}

INLINE __m256i half_row_32(const uint8_t *word, __m128i shift, __m128i back, bool is_split)
{
    __m256i x = _mm256_srl_epi32(load(word), shift);
    return is_split ? _mm256_or_si256(x, _mm256_sll_epi32(load(word + 64), back)) : x;
}

/* 17 <= width <= 32: a row is two registers. */
static void unpack_32(const uint8_t *packed, unsigned width, unsigned rows, uint64_t base,
                      uint64_t *out)
{
    const uint32_t mask = width == 32 ? UINT32_MAX : ((uint32_t)1 << width) - 1;
    for (unsigned row = 0; row < rows; row++) {
        uint32_t u[KERNEL_LANES];
        unsigned at = row * width, shift = at % 32;
        const uint8_t *word = packed + (size_t)(at / 32) * 64;
        __m128i right = _mm_cvtsi32_si128((int)shift), left = _mm_cvtsi32_si128((int)(32 - shift));
        bool is_split = shift + width > 32;
        put(u, half_row_32(word, right, left, is_split));
        put(u + 8, half_row_32(word + 32, right, left, is_split));
        for (unsigned lane = 0; lane < KERNEL_LANES; lane++)
            out[lane * rows + row] = base + (u[lane] & mask);
    }
}

static void unpack(const uint8_t *packed, unsigned width, unsigned rows, uint64_t base,
                   uint64_t *out)
{
    if (width <= 16)
        unpack_16(packed, width, rows, base, out);
    else if (width <= 32)
        unpack_32(packed, width, rows, base, out);
    else
        kernel_ref.unpack(packed, width, rows, base, out);
}

/* -- sums -------------------------------------------------------------------------------- */

INLINE uint64_t total_32(__m256i x) /* of eight unsigned 32-bit numbers */
{
    __m256i even = _mm256_and_si256(x, _mm256_set1_epi64x(0xffffffff));
    __m256i four = _mm256_add_epi64(even, _mm256_srli_epi64(x, 32));
    uint64_t part[4];
    put(part, four);
    return part[0] + part[1] + part[2] + part[3];
}

INLINE __m256i widened(__m256i x) /* eight unsigned 32-bit numbers to four sums of 64 */
{
    return _mm256_add_epi64(_mm256_and_si256(x, _mm256_set1_epi64x(0xffffffff)),
                            _mm256_srli_epi64(x, 32));
}

INLINE uint64_t total_64(__m256i x)
{
    uint64_t part[4];
    put(part, x);
    return part[0] + part[1] + part[2] + part[3];
}

INLINE unsigned lowest(__m256i x)
{
    __m128i m = _mm_min_epu16(_mm256_castsi256_si128(x), _mm256_extracti128_si256(x, 1));
    return (unsigned)_mm_extract_epi16(_mm_minpos_epu16(m), 0);
}

INLINE unsigned highest(__m256i x)
{
    return 0xffff - lowest(_mm256_xor_si256(x, _mm256_set1_epi16(-1)));
}

typedef struct {
    __m256i sum, sum2, range, group2; /* sum and range: 8 x 32 bits; squares: 8 x 32 or 4 x 64 */
    __m256i min, max;
} running;

/* One subgroup in each lane. A sum of `size` values must stay below 2^15 when narrow; then it is
 * squared as it is, and all squares of a block fit 32 bits when tiny. */
INLINE void group_narrow(const uint16_t *u, unsigned size, bool is_tiny, running *t)
{
    const __m256i ones = _mm256_set1_epi16(1);
    __m256i x = load(u), min = x, max = x, sum = x, square = _mm256_madd_epi16(x, x);
    for (unsigned j = 1; j < size; j++) {
        x = load(u + j * KERNEL_LANES);
        min = _mm256_min_epu16(min, x);
        max = _mm256_max_epu16(max, x);
        sum = _mm256_add_epi16(sum, x);
        square = _mm256_add_epi32(square, _mm256_madd_epi16(x, x));
    }
    __m256i group2 = _mm256_madd_epi16(sum, sum);
    t->min = _mm256_min_epu16(t->min, min);
    t->max = _mm256_max_epu16(t->max, max);
    t->sum = _mm256_add_epi32(t->sum, _mm256_madd_epi16(sum, ones));
    t->range = _mm256_add_epi32(t->range, _mm256_madd_epi16(_mm256_sub_epi16(max, min), ones));
    t->sum2 =
        is_tiny ? _mm256_add_epi32(t->sum2, square) : _mm256_add_epi64(t->sum2, widened(square));
    t->group2 = is_tiny ? _mm256_add_epi32(t->group2, group2)
                        : _mm256_add_epi64(t->group2, widened(group2));
}

INLINE void sums_narrow(const uint16_t *u, unsigned size, bool is_tiny, kernel_sums *out)
{
    __m256i zero = _mm256_setzero_si256();
    running t = {zero, zero, zero, zero, _mm256_set1_epi16(-1), zero};
    for (unsigned row = 0; row < KERNEL_ROWS; row += size)
        group_narrow(u + row * KERNEL_LANES, size, is_tiny, &t);
    *out = (kernel_sums){
        .sum = total_32(t.sum),
        .sum2 = is_tiny ? total_32(t.sum2) : total_64(t.sum2),
        .range_sum = total_32(t.range),
        .group_sum2 = is_tiny ? total_32(t.group2) : total_64(t.group2),
        .min = lowest(t.min),
        .max = highest(t.max),
    };
}

/* Is 60/size subgroups x 2 lanes of (size * top)^2 below 2^32? Then so is every other square. */
INLINE bool fits_tiny(uint64_t top, unsigned size)
{
    return KERNEL_ROWS / size * 2 * (size * top) * (size * top) < ((uint64_t)1 << 32);
}

INLINE void sums_sized(const uint16_t *u, unsigned width, unsigned size, kernel_sums *out)
{
    uint64_t top = ((uint64_t)1 << width) - 1;
    if (fits_tiny(top, size))
        sums_narrow(u, size, true, out);
    else if (size * top < 1u << 15)
        sums_narrow(u, size, false, out);
    else
        kernel_ref.sums(u, width, size, out);
}

static void sums(const uint16_t *u, unsigned width, unsigned size, kernel_sums *out)
{
    switch (size) { /* a constant size lets the compiler unroll the subgroup */
#define X(n)                                                                                       \
    case n:                                                                                        \
        sums_sized(u, width, n, out);                                                              \
        break;
        FOR_SIZES(X)
#undef X
    default:
        sums_sized(u, width, size, out);
    }
}

static void moving(const uint16_t *u, unsigned width, kernel_sums *out)
{
    (void)width;
    const __m256i ones = _mm256_set1_epi16(1);
    __m256i last = load(u), sum2 = widened(_mm256_madd_epi16(last, last));
    __m256i sum = _mm256_madd_epi16(last, ones), min = last, max = last;
    __m256i range = _mm256_setzero_si256();
    for (unsigned row = 1; row < KERNEL_ROWS; row++) {
        __m256i x = load(u + row * KERNEL_LANES);
        min = _mm256_min_epu16(min, x);
        max = _mm256_max_epu16(max, x);
        sum = _mm256_add_epi32(sum, _mm256_madd_epi16(x, ones));
        sum2 = _mm256_add_epi64(sum2, widened(_mm256_madd_epi16(x, x)));
        __m256i step = _mm256_abs_epi16(_mm256_sub_epi16(x, last));
        range = _mm256_add_epi32(range, _mm256_madd_epi16(step, ones));
        last = x;
    }
    *out = (kernel_sums){.sum = total_32(sum),
                         .sum2 = total_64(sum2),
                         .range_sum = total_32(range),
                         .min = lowest(min),
                         .max = highest(max)};
}

static uint64_t digest(const void *bytes, size_t length, uint64_t seed)
{
    return XXH3_64bits_withSeed(bytes, length, seed);
}

const kernel kernel_v3 = {"AVX2", unpack, unpack_rows, sums, moving, line_times, digest,
                           KERNEL_PACK};
