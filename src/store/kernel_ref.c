/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The kernels in plain C: what the others are measured against, and what any processor runs. */
#include "store/kernel.h"
#include "store/kernel_line.h"
#include "store/kernel_pack.h"

#include <xxhash.h>

static uint64_t load_word(const uint8_t *packed, unsigned bits, size_t index)
{
    const uint8_t *p = packed + index * (bits / 8);
    uint64_t word = 0;
    for (unsigned i = 0; i < bits / 8; i++)
        word |= (uint64_t)p[i] << (8 * i);
    return word;
}

static uint64_t value_at(const uint8_t *packed, unsigned width, unsigned row, unsigned lane)
{
    if (width == 0)
        return 0;
    unsigned bits = kernel_word_bits(width), at = row * width, shift = at % bits;
    uint64_t value = load_word(packed, bits, (size_t)(at / bits) * KERNEL_LANES + lane) >> shift;
    if (shift + width > bits)
        value |= load_word(packed, bits, (size_t)(at / bits + 1) * KERNEL_LANES + lane)
                 << (bits - shift);
    return width == 64 ? value : value & (((uint64_t)1 << width) - 1);
}

static void unpack(const uint8_t *packed, unsigned width, unsigned rows, uint64_t base,
                   uint64_t *out)
{
    for (unsigned lane = 0; lane < KERNEL_LANES; lane++)
        for (unsigned row = 0; row < rows; row++)
            *out++ = base + value_at(packed, width, row, lane);
}

static void unpack_rows(const uint8_t *packed, unsigned width, unsigned rows, uint16_t *out)
{
    for (unsigned row = 0; row < rows; row++)
        for (unsigned lane = 0; lane < KERNEL_LANES; lane++)
            *out++ = (uint16_t)value_at(packed, width, row, lane);
}

static void all_values(const uint16_t *u, kernel_sums *out)
{
    *out = (kernel_sums){.min = UINT32_MAX};
    for (unsigned i = 0; i < KERNEL_ROWS * KERNEL_LANES; i++) {
        out->sum += u[i];
        out->sum2 += (uint64_t)u[i] * u[i];
        out->min = u[i] < out->min ? u[i] : out->min;
        out->max = u[i] > out->max ? u[i] : out->max;
    }
}

static void one_group(const uint16_t *u, unsigned size, kernel_sums *out)
{
    uint64_t sum = 0;
    unsigned min = u[0], max = u[0];
    for (unsigned j = 0; j < size; j++) {
        unsigned x = u[j * KERNEL_LANES];
        sum += x;
        min = x < min ? x : min;
        max = x > max ? x : max;
    }
    out->range_sum += max - min;
    out->group_sum2 += sum * sum;
}

static void sums(const uint16_t *u, unsigned width, unsigned size, kernel_sums *out)
{
    (void)width;
    all_values(u, out);
    for (unsigned row = 0; row < KERNEL_ROWS; row += size)
        for (unsigned lane = 0; lane < KERNEL_LANES; lane++)
            one_group(u + row * KERNEL_LANES + lane, size, out);
}

static void moving(const uint16_t *u, unsigned width, kernel_sums *out)
{
    (void)width;
    all_values(u, out);
    for (unsigned i = KERNEL_LANES; i < KERNEL_ROWS * KERNEL_LANES; i++) {
        unsigned a = u[i - KERNEL_LANES], b = u[i];
        out->range_sum += a > b ? a - b : b - a;
    }
}

static uint64_t digest(const void *bytes, size_t length, uint64_t seed)
{
    return XXH3_64bits_withSeed(bytes, length, seed);
}

const kernel kernel_ref = {"reference", unpack, unpack_rows, sums, moving, line_times, digest,
                           KERNEL_PACK};

static void store_word(uint8_t *p, uint64_t word, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++)
        p[i] = (uint8_t)(word >> (8 * i));
}

/* One lane: values shifted into a 128-bit window that is emptied word by word. */
static void pack_lane(const uint64_t *value, unsigned width, unsigned rows, unsigned lane,
                      uint8_t *out)
{
    unsigned bits = kernel_word_bits(width), held = 0;
    unsigned __int128 window = 0;
    size_t at = (size_t)lane * (bits / 8);
    for (unsigned row = 0; row < rows; row++) {
        window |= (unsigned __int128)value[row] << held;
        for (held += width; held >= bits; held -= bits, window >>= bits) {
            store_word(out + at, (uint64_t)window, bits / 8);
            at += KERNEL_LANES * (bits / 8);
        }
    }
    if (held)
        store_word(out + at, (uint64_t)window, bits / 8);
}

/* The common case, width <= 16, needs no 128 bits. */
static void pack_lane_16(const uint64_t *value, unsigned width, unsigned rows, uint8_t *out)
{
    uint32_t window = 0;
    unsigned held = 0;
    for (unsigned row = 0; row < rows; row++) {
        window |= (uint32_t)value[row] << held;
        held += width;
        if (held >= 16) {
            store_word(out, window, 2);
            out += KERNEL_LANES * 2;
            window >>= 16;
            held -= 16;
        }
    }
    if (held)
        store_word(out, window, 2);
}

void kernel_pack(const uint64_t *value, unsigned width, unsigned rows, uint8_t *out)
{
    if (width == 0)
        return;
    for (unsigned lane = 0; lane < KERNEL_LANES; lane++) {
        if (width <= 16)
            pack_lane_16(value + lane * rows, width, rows, out + 2 * lane);
        else
            pack_lane(value + lane * rows, width, rows, lane, out);
    }
}

const kernel *kernel_best(void)
{
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2"))
        return &kernel_v3;
#endif
    return &kernel_ref;
}
