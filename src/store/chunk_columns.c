/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The extent of the other columns: a directory, then each column on its own.
 *
 * Body: number of columns; for each, rising by id: id, length; then the columns in that order.
 */
#include "store/chunk_codec.h"

#include <string.h>

#define IDS 64

typedef struct {
    const uint8_t *at[IDS]; /* NULL: not stored */
    size_t length[IDS];
} directory;

/* One loop for each width of an element, so that the compiler can make it wide. */
#define EACH_WIDTH(column, LOOP)                                                                   \
    switch ((column)->bytes) {                                                                     \
    case 1: LOOP(uint8_t); break;                                                                  \
    case 2: LOOP(uint16_t); break;                                                                 \
    case 4: LOOP(uint32_t); break;                                                                 \
    default: LOOP(uint64_t);                                                                       \
    }

static void load_column(const chunk_column *column, size_t n, uint64_t *out)
{
#define LOAD(type)                                                                                 \
    for (size_t i = 0; i < n; i++)                                                                 \
    out[i] = ((const type *)column->data)[i]
    EACH_WIDTH(column, LOAD)
#undef LOAD
}

static void store_column(const chunk_column *column, size_t n, const uint64_t *in)
{
#define STORE(type)                                                                                \
    for (size_t i = 0; i < n; i++)                                                                 \
    ((type *)column->data)[i] = (type)in[i]
    EACH_WIDTH(column, STORE)
#undef STORE
}

static void fill_column(const chunk_column *column, size_t n, uint64_t x)
{
#define FILL(type)                                                                                 \
    for (size_t i = 0; i < n; i++)                                                                 \
    ((type *)column->data)[i] = (type)x
    EACH_WIDTH(column, FILL)
#undef FILL
}

static uint64_t highest(const chunk_column *column)
{
    return column->bytes == 8 ? UINT64_MAX : ((uint64_t)1 << (8 * column->bytes)) - 1;
}

static assay_status check_columns(const chunk_column *columns, size_t count, assay_err *err)
{
    uint64_t seen = 0;
    for (size_t i = 0; i < count; i++) {
        unsigned bytes = columns[i].bytes, id = columns[i].id;
        if (bytes != 1 && bytes != 2 && bytes != 4 && bytes != 8)
            return assay_fail(err, ASSAY_SHAPE, i, "column %zu has elements of %u bytes", i, bytes);
        if (id >= IDS || (seen >> id & 1))
            return assay_fail(err, ASSAY_SHAPE, i,
                              "column %zu has the id %u of another or above 63", i, id);
        seen |= (uint64_t)1 << id;
    }
    return ASSAY_OK;
}

static bool is_absent(const chunk_column *column, size_t n)
{
    uint64_t differs = 0;
#define DIFFER(type)                                                                               \
    for (size_t i = 0; i < n; i++)                                                                 \
    differs |= ((const type *)column->data)[i] ^ column->absent
    EACH_WIDTH(column, DIFFER)
#undef DIFFER
    return differs == 0;
}

static const chunk_column *with_id(const chunk_column *columns, size_t count, unsigned id)
{
    for (size_t i = 0; i < count; i++)
        if (columns[i].id == id)
            return &columns[i];
    return NULL;
}

static assay_status put_columns(chunk_codec *c, const chunk_column *columns, size_t count, size_t n,
                                buf *out, assay_err *err)
{
    buf *side = &c->trial[2];
    unsigned stored = 0;
    size_t counter = out->length;
    put_le(out, 0, 1);
    buf_clear(side);
    for (unsigned id = 0; id < IDS; id++) {
        const chunk_column *column = with_id(columns, count, id);
        if (!column || is_absent(column, n))
            continue;
        load_column(column, n, c->column);
        size_t start = side->length;
        assay_status status = ints_pack(c, c->column, n, INTS_ANY, side, err);
        if (status)
            return status;
        put_le(out, id, 1);
        put_varint(out, side->length - start);
        stored++;
    }
    buf_add(out, side->data, side->length);
    if (!out->failed)
        out->data[counter] = (char)stored;
    return ASSAY_OK;
}

assay_status chunk_columns_pack(chunk_codec *c, const chunk_column *columns, size_t count, size_t n,
                                buf *out, assay_err *err)
{
    if (n < 1 || n > CHUNK_ROWS)
        return assay_fail(err, ASSAY_SHAPE, 0, "a chunk cannot hold %zu rows", n);
    assay_status status = check_columns(columns, count, err);
    if (status)
        return status;
    size_t start = chunk_begin(out);
    status = put_columns(c, columns, count, n, out, err);
    if (!status)
        status = chunk_seal(out, start, 'C', n, err);
    if (status)
        out->length = start;
    return status;
}

static assay_status take_directory(bytes_in *in, directory *out, assay_err *err)
{
    const uint8_t *count = bytes_take(in, 1);
    int before = -1;
    *out = (directory){0};
    for (unsigned i = 0; count && i < *count; i++) {
        uint64_t length;
        const uint8_t *id = bytes_take(in, 1);
        if (!id || *id >= IDS || *id <= before || !take_varint(in, &length) ||
            length > CHUNK_BODY_MAX)
            return chunk_damaged(err, "impossible directory of columns");
        before = *id;
        out->at[*id] = in->at; /* for now: stored */
        out->length[*id] = length;
    }
    for (unsigned id = 0; id < IDS; id++)
        if (out->at[id] && !(out->at[id] = bytes_take(in, out->length[id])))
            return chunk_damaged(err, "cut inside the columns");
    if (!count || in->at != in->end)
        return chunk_damaged(err, "columns and their directory differ");
    return ASSAY_OK;
}

static assay_status take_column(chunk_codec *c, const directory *d, size_t n,
                                const chunk_column *column, assay_err *err)
{
    const uint8_t *at = d->at[column->id];
    if (!at) {
        fill_column(column, n, column->absent);
        return ASSAY_OK;
    }
    bytes_in in = {at, at + d->length[column->id]};
    assay_status status = ints_unpack(c, &in, n, c->column, err);
    if (!status && in.at != in.end)
        return chunk_damaged(err, "bytes left over behind a column");
    uint64_t any = 0;
    for (size_t i = 0; !status && i < n; i++)
        any |= c->column[i];
    if (any > highest(column))
        return chunk_damaged(err, "number too large for its column");
    if (!status)
        store_column(column, n, c->column);
    return status;
}

assay_status chunk_columns_unpack(chunk_codec *c, const void *bytes, size_t length, size_t room,
                                  const chunk_column *columns, size_t count, assay_err *err)
{
    bytes_in in;
    size_t n;
    directory d;
    assay_status status = check_columns(columns, count, err);
    if (!status)
        status = chunk_unseal(bytes, length, 'C', &n, &in, err);
    if (!status && n > room)
        return assay_fail(err, ASSAY_SHAPE, 0, "%zu rows do not fit room for %zu", n, room);
    if (!status)
        status = take_directory(&in, &d, err);
    for (size_t i = 0; !status && i < count; i++)
        status = take_column(c, &d, n, &columns[i], err);
    return status;
}

assay_status chunk_columns_present(const void *bytes, size_t length, uint64_t *out, assay_err *err)
{
    bytes_in in;
    size_t n;
    directory d;
    assay_status status = chunk_unseal(bytes, length, 'C', &n, &in, err);
    if (!status)
        status = take_directory(&in, &d, err);
    if (status)
        return status;
    uint64_t set = 0;
    for (unsigned id = 0; id < IDS; id++)
        set |= (uint64_t)(d.at[id] != NULL) << id;
    *out = set;
    return ASSAY_OK;
}
