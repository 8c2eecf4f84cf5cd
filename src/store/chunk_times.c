/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The extent of the times.
 *
 * Body: number of timed rows; where only some are timed a column of 0 and 1 over all rows; if any:
 * the unit (a power of ten of nanoseconds that divides every time), the column of times in that
 * unit, the column of offsets. Both only over the timed rows.
 */
#include "store/chunk_codec.h"

#include "base/time.h"
#include "store/rows.h"

#define UNIT_MAX 12 /* 10^12 ns: about a quarter of an hour */

static const int64_t units[UNIT_MAX + 1] = {
    1,        10,        100,        1000,        10000,        100000,        1000000,
    10000000, 100000000, 1000000000, 10000000000, 100000000000, 1000000000000,
};

/* Divide all by a constant, which the compiler turns into a multiplication. False: one does not
 * divide; then the first so many are quotients already. */
static inline size_t divide(uint64_t *v, size_t n, int64_t divisor)
{
    for (size_t i = 0; i < n; i++) {
        int64_t x = (int64_t)v[i], quotient = x / divisor;
        if (quotient * divisor != x)
            return i;
        v[i] = (uint64_t)quotient;
    }
    return n;
}

static size_t divide_by_unit(uint64_t *v, size_t n, unsigned unit)
{
    switch (unit) {
    case 3:
        return divide(v, n, 1000);
    case 6:
        return divide(v, n, 1000000);
    case 9:
        return divide(v, n, 1000000000);
    default:
        return divide(v, n, units[unit]);
    }
}

/* Divide by the highest unit that leaves every number whole. */
static unsigned coarsen(uint64_t *v, size_t n)
{
    unsigned unit = UNIT_MAX;
    size_t done = 0;
    while (unit > 0 && (int64_t)v[0] % units[unit])
        unit--;
    while (unit > 0 && (done = divide_by_unit(v, n, unit)) < n) {
        for (size_t i = 0; i < done; i++)
            v[i] *= (uint64_t)units[unit];
        while (unit > 0 && (int64_t)v[done] % units[unit])
            unit--;
    }
    return unit;
}

static size_t gather_times(chunk_codec *c, const int64_t *time, size_t n)
{
    size_t timed = 0;
    for (size_t i = 0; i < n; i++) {
        c->column[i] = time[i] != TIME_NONE;
        if (time[i] != TIME_NONE)
            c->values[timed++] = (uint64_t)time[i];
    }
    return timed;
}

static void gather_offsets(chunk_codec *c, const int64_t *time, const int32_t *offset, size_t n)
{
    for (size_t i = 0, k = 0; i < n; i++)
        if (time[i] != TIME_NONE)
            c->column[k++] = (uint64_t)(int64_t)(offset ? offset[i] : TIME_OFFSET_NONE);
}

static assay_status put_body(chunk_codec *c, const int64_t *time, const int32_t *offset, size_t n,
                             buf *out, assay_err *err)
{
    size_t timed = gather_times(c, time, n);
    put_le(out, timed, 2);
    if (timed == 0)
        return ASSAY_OK;
    assay_status status = ASSAY_OK;
    if (timed < n)
        status = ints_pack(c, c->column, n, INTS_ANY, out, err);
    put_le(out, coarsen(c->values, timed), 1);
    if (!status)
        status = ints_pack(c, c->values, timed, INTS_ANY, out, err);
    gather_offsets(c, time, offset, n);
    if (!status)
        status = ints_pack(c, c->column, timed, INTS_ANY, out, err);
    return status;
}

assay_status chunk_times_pack(chunk_codec *c, const int64_t *time, const int32_t *offset, size_t n,
                              buf *out, assay_err *err)
{
    if (n < 1 || n > CHUNK_ROWS)
        return assay_fail(err, ASSAY_SHAPE, 0, "a chunk cannot hold %zu rows", n);
    size_t start = chunk_begin(out);
    assay_status status = put_body(c, time, offset, n, out, err);
    if (!status)
        status = chunk_seal(out, start, 'T', n, err);
    if (status)
        out->length = start;
    return status;
}

static void fill_untimed(size_t n, int64_t *time, int32_t *offset)
{
    for (size_t i = 0; i < n; i++) {
        time[i] = TIME_NONE;
        if (offset)
            offset[i] = TIME_OFFSET_NONE;
    }
}

/* Which rows are timed: 1, else 0. */
static assay_status take_presence(chunk_codec *c, bytes_in *in, size_t n, size_t timed,
                                  uint64_t *present, assay_err *err)
{
    assay_status status = ints_unpack(c, in, n, present, err);
    size_t count = 0;
    for (size_t i = 0; !status && i < n; i++) {
        if (present[i] > 1)
            return chunk_damaged(err, "timed rows marked by other than 0 and 1");
        count += present[i];
    }
    return status || count == timed ? status : chunk_damaged(err, "timed rows miscounted");
}

/* All rows timed, and one offset: written at once. */
static bool take_one_offset(bytes_in *in, size_t n, int32_t *offset)
{
    bytes_in rest = *in;
    uint64_t x;
    if (!ints_take_constant(&rest, &x) || rest.at != rest.end || x + 0x80000000u > UINT32_MAX)
        return false;
    int32_t one = (int32_t)x;
    column_fill(offset, &one, sizeof one, n);
    *in = rest;
    return true;
}

/* Offsets of the timed rows, into c->column. */
static assay_status take_offsets(chunk_codec *c, bytes_in *in, size_t timed, assay_err *err)
{
    assay_status status = ints_unpack(c, in, timed, c->column, err);
    if (!status && in->at != in->end)
        return chunk_damaged(err, "bytes left over behind the times");
    bool is_sound = true;
    for (size_t i = 0; !status && i < timed; i++)
        is_sound &= c->column[i] + 0x80000000u <= UINT32_MAX;
    return status || is_sound ? status : chunk_damaged(err, "impossible offset of a time");
}

/* From the timed rows, which stand packed together, to all rows; from the back, so that `time` may
 * hold them. */
static void spread(size_t n, size_t timed, const uint64_t *present, const uint64_t *offsets,
                   int64_t *time, int32_t *offset)
{
    for (size_t i = n, k = timed; i-- > 0;) {
        k -= present[i];
        time[i] = present[i] ? time[k] : TIME_NONE;
        if (offset)
            offset[i] = present[i] ? (int32_t)offsets[k] : TIME_OFFSET_NONE;
    }
}

static assay_status take_body(chunk_codec *c, bytes_in *in, size_t n, size_t timed, int64_t *time,
                              int32_t *offset, bool *is_rising, assay_err *err)
{
    uint64_t present[CHUNK_ROWS];
    bool rises = false;
    assay_status status = timed < n ? take_presence(c, in, n, timed, present, err) : ASSAY_OK;
    const uint8_t *unit = status ? NULL : bytes_take(in, 1);
    if (!status && (!unit || *unit > UNIT_MAX))
        return chunk_damaged(err, "unknown unit of times");
    if (!status)
        status = ints_unpack_times(c, in, timed, (uint64_t)units[*unit], (uint64_t *)time, &rises, err);
    bool is_done = !status && offset && timed == n && take_one_offset(in, n, offset);
    if (!status && offset && !is_done)
        status = take_offsets(c, in, timed, err);
    if (status)
        return status;
    *is_rising = rises && timed == n;
    if (timed < n)
        spread(n, timed, present, c->column, time, offset);
    else if (offset && !is_done)
        for (size_t i = 0; i < n; i++)
            offset[i] = (int32_t)c->column[i];
    return ASSAY_OK;
}

assay_status chunk_times_unpack(chunk_codec *c, const void *bytes, size_t length, size_t room,
                                int64_t *time, int32_t *offset, bool *is_rising, assay_err *err)
{
    bytes_in in;
    size_t n;
    bool rises = false;
    assay_status status = chunk_unseal(bytes, length, 'T', &n, &in, err);
    if (status)
        return status;
    if (n > room)
        return assay_fail(err, ASSAY_SHAPE, 0, "%zu rows do not fit room for %zu", n, room);
    const uint8_t *head = bytes_take(&in, 2);
    size_t timed = head ? load_le(head, 2) : SIZE_MAX;
    if (timed > n)
        return chunk_damaged(err, "more timed rows than rows");
    if (timed == 0 && in.at != in.end)
        return chunk_damaged(err, "bytes left over behind the times");
    if (timed)
        status = take_body(c, &in, n, timed, time, offset, &rises, err);
    else
        fill_untimed(n, time, offset);
    if (!status && is_rising)
        *is_rising = rises;
    return status;
}
