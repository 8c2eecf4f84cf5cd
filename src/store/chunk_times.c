/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The extent of the times.
 *
 * Body: number of timed rows; where only some are timed a column of 0 and 1 over all rows; if any:
 * the unit (a power of ten of nanoseconds that divides every time), the column of times in that
 * unit, the column of offsets. Both only over the timed rows.
 */
#include "store/chunk_codec.h"

#include "base/time.h"

#define UNIT_MAX 12 /* 10^12 ns: about a quarter of an hour */

static uint64_t power_of_ten(unsigned k)
{
    uint64_t x = 1;
    while (k--)
        x *= 10;
    return x;
}

/* Divide by ten as long as every number stays whole. */
static unsigned coarsen(uint64_t *v, size_t n)
{
    unsigned unit = UNIT_MAX;
    int64_t divisor = (int64_t)power_of_ten(unit);
    for (size_t i = 0; i < n && unit; i++)
        for (; (int64_t)v[i] % divisor; unit--)
            divisor /= 10;
    for (size_t i = 0; i < n && unit; i++)
        v[i] = (uint64_t)((int64_t)v[i] / divisor);
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
    if (timed == n) {
        for (size_t i = 0; i < n; i++)
            present[i] = 1;
        return ASSAY_OK;
    }
    assay_status status = ints_unpack(c, in, n, present, err);
    size_t count = 0;
    for (size_t i = 0; !status && i < n; i++) {
        if (present[i] > 1)
            return chunk_damaged(err, "timed rows marked by other than 0 and 1");
        count += present[i];
    }
    return status || count == timed ? status : chunk_damaged(err, "timed rows miscounted");
}

static assay_status take_body(chunk_codec *c, bytes_in *in, size_t n, size_t timed,
                              uint64_t present[static CHUNK_ROWS], int64_t *time, int32_t *offset,
                              assay_err *err)
{
    assay_status status = take_presence(c, in, n, timed, present, err);
    const uint8_t *unit = status ? NULL : bytes_take(in, 1);
    if (!status && (!unit || *unit > UNIT_MAX))
        return chunk_damaged(err, "unknown unit of times");
    if (!status)
        status = ints_unpack(c, in, timed, c->values, err);
    if (!status)
        status = ints_unpack(c, in, timed, c->column, err);
    if (!status && in->at != in->end)
        return chunk_damaged(err, "bytes left over behind the times");
    if (status)
        return status;
    uint64_t scale = power_of_ten(*unit);
    for (size_t i = 0, k = 0; i < n; i++) {
        if (!present[i])
            continue;
        if ((int64_t)c->column[k] < INT32_MIN || (int64_t)c->column[k] > INT32_MAX)
            return chunk_damaged(err, "impossible offset of a time");
        time[i] = (int64_t)(c->values[k] * scale);
        if (offset)
            offset[i] = (int32_t)(int64_t)c->column[k];
        k++;
    }
    return ASSAY_OK;
}

assay_status chunk_times_unpack(chunk_codec *c, const void *bytes, size_t length, size_t room,
                                int64_t *time, int32_t *offset, assay_err *err)
{
    bytes_in in;
    size_t n;
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
    fill_untimed(n, time, offset);
    uint64_t present[CHUNK_ROWS];
    return timed ? take_body(c, &in, n, timed, present, time, offset, err) : ASSAY_OK;
}
