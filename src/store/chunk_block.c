/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One block of up to 960 numbers: a base, one width, and exceptions.
 *
 * Most numbers of a block lie in a narrow window; a few do not. The window [base, base + 2^width)
 * is chosen so that packed numbers and exceptions together are smallest (patched frame of
 * reference: Zukowski et al. 2006, Super-scalar RAM-CPU cache compression). Window candidates come
 * from a histogram of 256 bins; when one bin holds nearly everything it is looked into again.
 * An exception stands in its place as 0 and is patched from a list.
 */
#include "store/chunk_codec.h"

#include <string.h>

#define BLOCK_HEADER 12
#define BINS_LOG     8
/* An exception also costs a scan the time of recounting its subgroup: count it as more bytes. */
#define EXCEPTION_TOLL 8

typedef struct {
    int64_t low, high; /* what the window holds lies between */
    unsigned width;
    size_t outside, cost;
} window;

static unsigned bits_of(uint64_t x)
{
    return x ? 64 - (unsigned)__builtin_clzll(x) : 0;
}

static unsigned rows_for(size_t n)
{
    return (unsigned)(n + KERNEL_LANES - 1) / KERNEL_LANES;
}

/* Bytes, a power of two, that hold any difference between numbers of a range. */
static unsigned patch_bytes(uint64_t range)
{
    unsigned bits = bits_of(range) + 1;
    return bits <= 8 ? 1 : bits <= 16 ? 2 : bits <= 32 ? 4 : 8;
}

static size_t cost_of(size_t n, unsigned width, size_t outside, unsigned bytes)
{
    return kernel_packed_size(width, rows_for(n)) + outside * (2 + bytes + EXCEPTION_TOLL);
}

static window whole(const uint64_t *v, size_t n)
{
    window w = {.low = (int64_t)v[0], .high = (int64_t)v[0]};
    for (size_t i = 1; i < n; i++) {
        int64_t x = (int64_t)v[i];
        w.low = x < w.low ? x : w.low;
        w.high = x > w.high ? x : w.high;
    }
    w.width = bits_of((uint64_t)w.high - (uint64_t)w.low);
    w.cost = cost_of(n, w.width, 0, 8);
    return w;
}

static void count_bins(chunk_codec *c, const uint64_t *v, size_t n, const window *w, unsigned shift)
{
    uint64_t range = (uint64_t)w->high - (uint64_t)w->low;
    memset(c->bins, 0, sizeof c->bins);
    for (size_t i = 0; i < n; i++) {
        uint64_t x = v[i] - (uint64_t)w->low;
        if (x <= range)
            c->bins[x >> shift]++;
    }
}

/* The run of `span` bins that holds most. */
static size_t fullest(const uint16_t *bins, size_t count, size_t span, size_t *start)
{
    size_t held = 0, best;
    for (size_t i = 0; i < span; i++)
        held += bins[i];
    best = held;
    *start = 0;
    for (size_t i = span; i < count; i++) {
        held += bins[i];
        held -= bins[i - span];
        if (held > best) {
            best = held;
            *start = i - span + 1;
        }
    }
    return best;
}

/* The bounds of what lies inside the new window. */
static void shrink(const uint64_t *v, size_t n, window *w)
{
    uint64_t from = (uint64_t)w->low, range = (uint64_t)w->high - from;
    int64_t low = w->high, high = w->low;
    for (size_t i = 0; i < n; i++) {
        int64_t x = (int64_t)v[i];
        if (v[i] - from <= range) {
            low = x < low ? x : low;
            high = x > high ? x : high;
        }
    }
    w->low = low;
    w->high = high;
}

/* Narrow the window if that makes the block smaller. True: bins were coarse, another look may help.
 */
static bool narrow(chunk_codec *c, const uint64_t *v, size_t n, unsigned bytes, window *w)
{
    unsigned shift = w->width > BINS_LOG ? w->width - BINS_LOG : 0;
    size_t bins = (size_t)(((uint64_t)w->high - (uint64_t)w->low) >> shift) + 1;
    window best = *w;
    count_bins(c, v, n, w, shift);
    for (unsigned width = w->width; width-- > shift;) {
        size_t start, span = (size_t)1 << (width - shift);
        size_t outside = span < bins ? n - fullest(c->bins, bins, span, &start) : n;
        if (span >= bins)
            continue;
        size_t cost = cost_of(n, width, outside, bytes);
        if (cost < best.cost) {
            uint64_t low = (uint64_t)w->low + ((uint64_t)start << shift);
            uint64_t high = low + (((uint64_t)1 << width) - 1);
            best = (window){(int64_t)low, (int64_t)high, width, outside, cost};
        } else if (outside > n / 4) {
            break;
        }
    }
    if (best.width == w->width)
        return false;
    if (best.high < best.low || best.high > w->high)
        best.high = w->high;
    shrink(v, n, &best);
    best.width = bits_of((uint64_t)best.high - (uint64_t)best.low);
    best.cost = cost_of(n, best.width, best.outside, bytes);
    *w = best;
    return shift > 0;
}

static window choose(chunk_codec *c, const uint64_t *v, size_t n, unsigned *bytes)
{
    window w = whole(v, n);
    *bytes = patch_bytes((uint64_t)w.high - (uint64_t)w.low);
    while (!c->is_quick && w.width > 0 && narrow(c, v, n, *bytes, &w))
        ;
    return w;
}

size_t chunk_block_cost(chunk_codec *c, const uint64_t *v, size_t n)
{
    unsigned bytes;
    return BLOCK_HEADER + choose(c, v, n, &bytes).cost;
}

static void put_exceptions(const uint16_t *place, const uint64_t *v, size_t count, uint64_t base,
                           unsigned bytes, buf *out)
{
    for (size_t i = 0; i < count; i++)
        put_le(out, place[i], 2);
    for (size_t i = 0; i < count; i++)
        put_le(out, v[place[i]] - base, bytes);
}

void chunk_block_pack(chunk_codec *c, const uint64_t *v, size_t n, buf *out)
{
    unsigned bytes, rows = rows_for(n);
    window w = choose(c, v, n, &bytes);
    uint64_t base = (uint64_t)w.low;
    uint64_t top = w.width == 64 ? UINT64_MAX : ((uint64_t)1 << w.width) - 1;
    uint16_t place[CHUNK_BLOCK];
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        uint64_t x = v[i] - base;
        place[count] = (uint16_t)i;
        count += x > top;
        c->block[i] = x > top ? 0 : x;
    }
    memset(c->block + n, 0, (rows * KERNEL_LANES - n) * sizeof *c->block);
    put_le(out, base, 8);
    put_le(out, w.width, 1);
    put_le(out, count ? bytes : 0, 1);
    put_le(out, count, 2);
    size_t size = kernel_packed_size(w.width, rows);
    if (buf_reserve(out, size)) {
        kernel_pack(c->block, w.width, rows, (uint8_t *)out->data + out->length);
        out->length += size;
        out->data[out->length] = 0;
    }
    put_exceptions(place, v, count, base, bytes, out);
}

static bool places_rise(const chunk_block *b)
{
    for (unsigned i = 0, before = 0; i < b->count; i++) {
        unsigned at = chunk_block_place(b, i);
        if (at >= b->n || (i && at <= before))
            return false;
        before = at;
    }
    return true;
}

assay_status chunk_block_take(bytes_in *in, size_t n, chunk_block *out, assay_err *err)
{
    const uint8_t *header = bytes_take(in, BLOCK_HEADER);
    if (!header)
        return chunk_damaged(err, "cut inside a block header");
    chunk_block b = {.n = (unsigned)n,
                     .rows = rows_for(n),
                     .width = header[8],
                     .base = load_le(header, 8),
                     .count = (unsigned)load_le(header + 10, 2),
                     .bytes = header[9]};
    if (b.width > 64 || b.count > n)
        return chunk_damaged(err, "impossible width or exceptions of a block");
    if (b.count ? b.bytes != 1 && b.bytes != 2 && b.bytes != 4 && b.bytes != 8 : b.bytes != 0)
        return chunk_damaged(err, "impossible size of exceptions");
    b.packed = bytes_take(in, kernel_packed_size(b.width, b.rows));
    b.place = b.packed ? bytes_take(in, 2 * (size_t)b.count) : NULL;
    b.patch = b.place ? bytes_take(in, (size_t)b.bytes * b.count) : NULL;
    if (!b.patch)
        return chunk_damaged(err, "cut inside a block");
    if (!places_rise(&b))
        return chunk_damaged(err, "exceptions out of order");
    *out = b;
    return ASSAY_OK;
}

void chunk_block_unpack(const chunk_codec *c, const chunk_block *b, uint64_t *out)
{
    c->kernel->unpack(b->packed, b->width, b->rows, b->base, out);
    for (unsigned i = 0; i < b->count; i++)
        out[chunk_block_place(b, i)] = b->base + chunk_block_patch(b, i);
}
