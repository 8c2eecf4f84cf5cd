/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ChaCha20 as of RFC 8439, section 2.3, one block at a time: a draw needs few numbers, and the
 * code must be short enough to be read beside the RFC. */
#include <assay/draw.h>

static uint32_t word_of(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
           (uint32_t)bytes[3] << 24;
}

static uint32_t turned(uint32_t x, int by)
{
    return x << by | x >> (32 - by);
}

static void quarter(uint32_t *x, int a, int b, int c, int d)
{
    x[a] += x[b], x[d] = turned(x[d] ^ x[a], 16);
    x[c] += x[d], x[b] = turned(x[b] ^ x[c], 12);
    x[a] += x[b], x[d] = turned(x[d] ^ x[a], 8);
    x[c] += x[d], x[b] = turned(x[b] ^ x[c], 7);
}

static void fill(assay_draw *d)
{
    uint32_t start[16] = {0x61707865, 0x3320646e, 0x79622d32, 0x6b206574}, x[16];
    for (int i = 0; i < 8; i++)
        start[4 + i] = d->key[i];
    start[12] = d->block++;
    start[14] = (uint32_t)d->stream;
    start[15] = (uint32_t)(d->stream >> 32);
    for (int i = 0; i < 16; i++)
        x[i] = start[i];
    for (int round = 0; round < 10; round++) {
        quarter(x, 0, 4, 8, 12), quarter(x, 1, 5, 9, 13);
        quarter(x, 2, 6, 10, 14), quarter(x, 3, 7, 11, 15);
        quarter(x, 0, 5, 10, 15), quarter(x, 1, 6, 11, 12);
        quarter(x, 2, 7, 8, 13), quarter(x, 3, 4, 9, 14);
    }
    for (int i = 0; i < 64; i++)
        d->bytes[i] = (uint8_t)((x[i / 4] + start[i / 4]) >> 8 * (i % 4));
    d->used = 0;
}

assay_draw assay_draw_of(const uint8_t *seed, uint64_t stream)
{
    assay_draw d = {.stream = stream, .used = 64};
    for (int i = 0; i < 8; i++)
        d.key[i] = word_of(seed + 4 * i);
    return d;
}

uint64_t assay_draw_next(assay_draw *d)
{
    if (d->used == 64)
        fill(d);
    uint64_t low = word_of(d->bytes + d->used), high = word_of(d->bytes + d->used + 4);
    d->used += 8;
    return high << 32 | low;
}

uint64_t assay_draw_below(assay_draw *d, uint64_t n)
{
    uint64_t rest = n ? (UINT64_MAX % n + 1) % n : 0; /* 2^64 modulo n */
    uint64_t x;
    do
        x = assay_draw_next(d);
    while (rest && x > UINT64_MAX - rest);
    return n ? x % n : 0;
}

void assay_draw_shuffle(assay_draw *d, uint32_t *items, size_t n)
{
    for (size_t i = n; i-- > 1;) {
        size_t j = (size_t)assay_draw_below(d, i + 1);
        uint32_t moved = items[i];
        items[i] = items[j];
        items[j] = moved;
    }
}
