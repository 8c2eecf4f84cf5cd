/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The extent of the values: mantissas of one exponent, packed so that a scan can sum them in place.
 *
 * Body: flags (bit 0: one exponent), exponent; an exponent column if they differ; the column of
 * decimals as written, with its length in front; the column of mantissas.
 */
#include "store/chunk_codec.h"

#include "model/measurement.h"

#include <string.h>

#define FLAG_UNIFORM 1

static unsigned status_at(const chunk_rows *rows, size_t i)
{
    return rows->status ? rows->status[i] : STATUS_VALID;
}

static bool is_empty(const chunk_rows *rows, size_t i)
{
    return (status_at(rows, i) & STATUS_MASK) == STATUS_NO_VALUE;
}

static bool is_raw(const chunk_rows *rows, size_t i)
{
    return (status_at(rows, i) & STATUS_RAW) != 0;
}

static int exponent_at(const chunk_rows *rows, size_t i)
{
    return rows->exponent ? rows->exponent[i] : 0;
}

static int finest_exponent(const chunk_rows *rows)
{
    int finest = rows->finest;
    for (size_t i = 0; i < rows->n; i++)
        if (!is_empty(rows, i) && !is_raw(rows, i) && exponent_at(rows, i) < finest)
            finest = exponent_at(rows, i);
    return finest == CHUNK_FINEST_NONE ? 0 : finest;
}

static bool to_finer(int64_t *mantissa, int places)
{
    if (*mantissa == 0)
        return true;
    for (int64_t x = *mantissa; places <= 18; places--) {
        if (places == 0) {
            *mantissa = x;
            return true;
        }
        if (__builtin_mul_overflow(x, (int64_t)10, &x))
            return false;
    }
    return false;
}

/* Mantissas into out[n], empty places filled from a neighbour so that they cost nothing. */
static bool bring_to(const chunk_rows *rows, bool is_uniform, int exponent, uint64_t *out)
{
    size_t empty_head = 0;
    for (size_t i = 0; i < rows->n; i++) {
        int64_t x = rows->mantissa[i];
        if (is_empty(rows, i)) {
            out[i] = i > empty_head ? out[i - 1] : 0;
            empty_head += i == empty_head;
            continue;
        }
        if (is_uniform && !is_raw(rows, i) && !to_finer(&x, exponent_at(rows, i) - exponent))
            return false;
        out[i] = (uint64_t)x;
    }
    for (size_t i = 0; i < empty_head && empty_head < rows->n; i++)
        out[i] = out[empty_head];
    return true;
}

static uint8_t decimals_at(const chunk_rows *rows, size_t i)
{
    int exponent = exponent_at(rows, i);
    if (rows->decimals)
        return rows->decimals[i];
    return exponent < 0 ? (uint8_t)-exponent : 0;
}

/* A column with its length in front, so that it can be stepped over. */
static assay_status put_column(chunk_codec *c, const uint64_t *v, size_t n, buf *out,
                               assay_err *err)
{
    buf *side = &c->trial[2];
    buf_clear(side);
    assay_status status = ints_pack(c, v, n, INTS_ANY, side, err);
    if (!status) {
        put_varint(out, side->length);
        buf_add(out, side->data, side->length);
    }
    return status;
}

static assay_status put_exponents(chunk_codec *c, const chunk_rows *rows, buf *out, assay_err *err)
{
    for (size_t i = 0; i < rows->n; i++)
        c->column[i] = (uint64_t)(int64_t)exponent_at(rows, i);
    return put_column(c, c->column, rows->n, out, err);
}

static assay_status put_decimals(chunk_codec *c, const chunk_rows *rows, buf *out, assay_err *err)
{
    for (size_t i = 0; i < rows->n; i++)
        c->column[i] = decimals_at(rows, i);
    return put_column(c, c->column, rows->n, out, err);
}

assay_status chunk_values_pack(chunk_codec *c, const chunk_rows *rows, buf *out, assay_err *err)
{
    if (rows->n < 1 || rows->n > CHUNK_ROWS)
        return assay_fail(err, ASSAY_SHAPE, 0, "a chunk cannot hold %zu rows", rows->n);
    int exponent = finest_exponent(rows);
    if (exponent < INT8_MIN || exponent > INT8_MAX)
        return assay_fail(err, ASSAY_DOMAIN, 0, "exponent %d is outside -128 .. 127", exponent);
    bool is_uniform = bring_to(rows, true, exponent, c->values);
    if (!is_uniform)
        bring_to(rows, false, 0, c->values);
    size_t start = chunk_begin(out);
    put_le(out, is_uniform ? FLAG_UNIFORM : 0, 1);
    put_le(out, is_uniform ? (uint64_t)exponent : 0, 1);
    assay_status status = is_uniform ? ASSAY_OK : put_exponents(c, rows, out, err);
    if (!status)
        status = put_decimals(c, rows, out, err);
    if (!status)
        status = ints_pack(c, c->values, rows->n, INTS_VALUES, out, err);
    if (!status)
        status = chunk_seal(out, start, 'V', rows->n, err);
    if (status)
        out->length = start;
    return status;
}

static const uint8_t *take_column(bytes_in *in)
{
    uint64_t length;
    return take_varint(in, &length) ? bytes_take(in, length) : NULL;
}

assay_status chunk_values_open(chunk_codec *c, const void *bytes, size_t length, chunk_values *out,
                               assay_err *err)
{
    (void)c;
    bytes_in in;
    chunk_values v = {0};
    assay_status status = chunk_unseal(bytes, length, 'V', &v.n, &in, err);
    if (status)
        return status;
    const uint8_t *head = bytes_take(&in, 2);
    if (!head || *head > FLAG_UNIFORM)
        return chunk_damaged(err, "unknown flags of values");
    v.is_uniform = *head == FLAG_UNIFORM;
    v.exponent = (int8_t)head[1];
    v.exponents = in.at;
    if (!v.is_uniform && !take_column(&in))
        return chunk_damaged(err, "cut inside the exponents");
    v.decimals = in.at;
    if (!take_column(&in))
        return chunk_damaged(err, "cut inside the decimals");
    v.column = in.at;
    v.end = in.end;
    *out = v;
    return ASSAY_OK;
}

/* A small column that stands with its length in front. */
static assay_status small_column(chunk_codec *c, const chunk_values *v, const uint8_t *at,
                                 assay_err *err)
{
    bytes_in in = {at, v->end};
    uint64_t length;
    if (!take_varint(&in, &length) || length > (size_t)(in.end - in.at))
        return chunk_damaged(err, "cut inside a column of values");
    in.end = in.at + length;
    assay_status status = ints_unpack(c, &in, v->n, c->column, err);
    if (!status && in.at != in.end)
        return chunk_damaged(err, "bytes left over behind a column");
    return status;
}

static assay_status read_exponents(chunk_codec *c, const chunk_values *v, size_t from, size_t count,
                                   int8_t *out, assay_err *err)
{
    if (v->is_uniform) {
        memset(out, v->exponent, count);
        return ASSAY_OK;
    }
    assay_status status = small_column(c, v, v->exponents, err);
    for (size_t i = 0; !status && i < count; i++) {
        int64_t x = (int64_t)c->column[from + i];
        if (x < INT8_MIN || x > INT8_MAX)
            return chunk_damaged(err, "impossible exponent");
        out[i] = (int8_t)x;
    }
    return status;
}

/* A small column that is one number of a byte. */
static bool is_one_byte(const chunk_values *v, const uint8_t *at, uint8_t *out)
{
    bytes_in in = {at, v->end};
    uint64_t length, x;
    if (!take_varint(&in, &length) || length > (size_t)(in.end - in.at))
        return false;
    in.end = in.at + length;
    if (!ints_take_constant(&in, &x) || in.at != in.end || x > UINT8_MAX)
        return false;
    *out = (uint8_t)x;
    return true;
}

static assay_status read_decimals(chunk_codec *c, const chunk_values *v, size_t from, size_t count,
                                  uint8_t *out, assay_err *err)
{
    uint8_t all;
    if (is_one_byte(v, v->decimals, &all)) {
        memset(out, all, count);
        return ASSAY_OK;
    }
    assay_status status = small_column(c, v, v->decimals, err);
    for (size_t i = 0; !status && i < count; i++) {
        if (c->column[from + i] > UINT8_MAX)
            return chunk_damaged(err, "impossible decimals");
        out[i] = (uint8_t)c->column[from + i];
    }
    return status;
}

/* Packed blocks: unpack those that hold a wanted row, straight into place where they fit. */
static assay_status read_blocks(chunk_codec *c, const chunk_values *v, bytes_in *in, size_t from,
                                size_t count, uint64_t *out, assay_err *err)
{
    for (size_t at = 0; at < v->n; at += CHUNK_BLOCK) {
        chunk_block b;
        assay_status status =
            chunk_block_take(in, v->n - at < CHUNK_BLOCK ? v->n - at : CHUNK_BLOCK, &b, err);
        if (status)
            return status;
        size_t low = from > at ? from : at,
               high = from + count < at + b.n ? from + count : at + b.n;
        if (low >= high)
            continue;
        if (high - low == CHUNK_BLOCK) {
            chunk_block_unpack(c, &b, out + (at - from));
            continue;
        }
        chunk_block_unpack(c, &b, c->block);
        memcpy(out + (low - from), c->block + (low - at), (high - low) * sizeof *out);
    }
    return ASSAY_OK;
}

static assay_status read_mantissas(chunk_codec *c, const chunk_values *v, size_t from, size_t count,
                                   uint64_t *out, assay_err *err)
{
    bytes_in in = {v->column, v->end};
    assay_status status;
    if (in.at < in.end && *in.at == INTS_PACKED) {
        in.at++;
        status = read_blocks(c, v, &in, from, count, out, err);
    } else {
        status = ints_unpack(c, &in, v->n, c->values, err);
        if (!status)
            memcpy(out, c->values + from, count * sizeof *out);
    }
    if (!status && in.at != in.end)
        return chunk_damaged(err, "bytes left over behind the values");
    return status;
}

assay_status chunk_values_read(chunk_codec *c, const chunk_values *v, size_t from, size_t count,
                               int64_t *mantissa, int8_t *exponent, uint8_t *decimals,
                               assay_err *err)
{
    if (from > v->n || count > v->n - from)
        return assay_fail(err, ASSAY_SHAPE, from, "rows %zu .. %zu of a chunk of %zu", from,
                          from + count, v->n);
    assay_status status = read_mantissas(c, v, from, count, (uint64_t *)mantissa, err);
    if (!status && exponent)
        status = read_exponents(c, v, from, count, exponent, err);
    if (!status && decimals)
        status = read_decimals(c, v, from, count, decimals, err);
    return status;
}
