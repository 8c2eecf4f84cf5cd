/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Digits eight at a time in one register (little-endian; others take the plain path).
 * Callers guarantee 8 readable bytes before `end`. */
#ifndef READ_CSV_SWAR_H
#define READ_CSV_SWAR_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define SWAR_ZEROS 0x3030303030303030u

/* The n bytes before `end` as the top bytes of a word, '0' below them; 1 <= n <= 8. */
static inline uint64_t swar_load(const char *end, unsigned n)
{
    uint64_t word;
    memcpy(&word, end - 8, 8);
    uint64_t below = ((uint64_t)1 << (64 - 8 * n)) - 1;
    return (word & ~below) | (SWAR_ZEROS & below);
}

static inline bool swar_all_digits(uint64_t word)
{
    return (word & 0xF0F0F0F0F0F0F0F0u) == SWAR_ZEROS &&
           ((word + 0x0606060606060606u) & 0xF0F0F0F0F0F0F0F0u) == SWAR_ZEROS;
}

static inline uint64_t swar_number(uint64_t word)
{
    word = (word & 0x0F0F0F0F0F0F0F0Fu) * 2561 >> 8;
    word = (word & 0x00FF00FF00FF00FFu) * 6553601 >> 16;
    return (word & 0x0000FFFF0000FFFFu) * 42949672960001u >> 32;
}

/* A decimal of at most 8 bytes without sign. */
static inline bool swar_decimal(const char *end, unsigned n, uint64_t signs, int64_t *mantissa,
                                unsigned *decimals)
{
    uint64_t word = swar_load(end, n), mark = word ^ signs;
    mark = (mark - 0x0101010101010101u) & ~mark & 0x8080808080808080u;
    *decimals = 0;
    if (mark) {
        unsigned bit = (unsigned)__builtin_ctzll(mark) & ~7u; /* lowest bit of the sign's byte */
        uint64_t below = ((uint64_t)1 << bit) - 1;
        uint64_t through = ((uint64_t)2 << (bit + 7)) - 1;
        word = (word & ~through) | (word & below) << 8 | '0';
        *decimals = 7 - bit / 8;
    }
    *mantissa = (int64_t)swar_number(word);
    return swar_all_digits(word) && n > (mark != 0);
}

/* Up to 16 digits. */
static inline bool swar_integer(const char *end, unsigned n, int64_t *out)
{
    uint64_t low = swar_load(end, n < 8 ? n : 8);
    uint64_t high = n > 8 ? swar_load(end - 8, n - 8) : SWAR_ZEROS;
    *out = (int64_t)(swar_number(high) * 100000000u + swar_number(low));
    return swar_all_digits(low) && swar_all_digits(high);
}

/* "hh:mm:ss" at p, as seconds. */
static inline bool swar_clock(const char *p, int64_t *seconds)
{
    uint64_t word;
    memcpy(&word, p, 8);
    if ((word & 0x0000FF0000FF0000u) != 0x00003A00003A0000u)
        return false;
    word = (word & ~(uint64_t)0x0000FF0000FF0000u) | 0x0000300000300000u;
    if (!swar_all_digits(word))
        return false;
    unsigned h = (unsigned)(word & 15) * 10 + (unsigned)(word >> 8 & 15);
    unsigned m = (unsigned)(word >> 24 & 15) * 10 + (unsigned)(word >> 32 & 15);
    unsigned s = (unsigned)(word >> 48 & 15) * 10 + (unsigned)(word >> 56 & 15);
    *seconds = h * 3600 + m * 60 + s;
    return h < 24 && m < 60 && s < 60;
}

#endif
