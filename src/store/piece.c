/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows <-> packed pieces, on top of the chunk codec. */
#include "store/piece.h"

#include "base/hash.h"

#include <stdlib.h>
#include <string.h>
#include <zstd.h>

enum { COLUMN_STATUS = 0, COLUMN_SIZE = 1, COLUMN_ORIGIN = 2, COLUMN_CONTEXT = 16 };
enum { TEXT_LEVEL = 3, TEXT_HEADER = 16, DIRECTORY_ENTRY = 56, LIVE_ENTRY = 72 };
#define TEXT_BYTES_MAX (64u << 20) /* of one piece, unpacked */

void piece_bytes_done(piece_bytes *b)
{
    for (int i = 0; i < EXTENT_COUNT; i++)
        buf_done(&b->part[i]);
}

static void put32(buf *out, uint32_t x)
{
    uint8_t b[4] = {(uint8_t)x, (uint8_t)(x >> 8), (uint8_t)(x >> 16), (uint8_t)(x >> 24)};
    buf_add(out, b, 4);
}

static void put64(buf *out, uint64_t x)
{
    put32(out, (uint32_t)x);
    put32(out, (uint32_t)(x >> 32));
}

static uint32_t get32(const uint8_t *b)
{
    return b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
}

static uint64_t get64(const uint8_t *b)
{
    return get32(b) | (uint64_t)get32(b + 4) << 32;
}

/* -- local texts ---------------------------------------------------------------------- */

/* Codes of the dictionary -> codes of the piece, 1, 2, 3 ... in order of first sight. */
enum { MAP_SLOTS = 8192 };
typedef struct {
    uint32_t key[MAP_SLOTS], code[MAP_SLOTS];
    uint32_t count;
} code_map;

static uint32_t map_code(code_map *m, uint32_t key, bool *is_new)
{
    uint32_t slot = (key * 2654435761u) >> 19;
    while (m->key[slot] && m->key[slot] != key)
        slot = (slot + 1) & (MAP_SLOTS - 1);
    *is_new = !m->key[slot];
    if (*is_new) {
        m->key[slot] = key;
        m->code[slot] = ++m->count;
    }
    return m->code[slot];
}

/* One local context: codes are replaced by the piece's own, new texts go to `raw`. */
static void localise(code_map *m, const dictionary *d, const uint32_t *in, uint32_t *out, size_t n,
                     buf *raw)
{
    memset(m, 0, sizeof *m);
    for (size_t i = 0; i < n; i++) {
        bool is_new;
        out[i] = in[i] ? map_code(m, in[i], &is_new) : 0;
        if (!in[i] || !is_new)
            continue;
        size_t length;
        const char *text = dictionary_text(d, in[i], &length);
        put32(raw, (uint32_t)length);
        buf_add(raw, text, length);
    }
}

/* texts extent: hash64 of the rest, raw length, compressed bytes of { kind, count, texts }. */
static assay_status texts_seal(const buf *raw, buf *out, assay_err *err)
{
    size_t bound = ZSTD_compressBound(raw->length), start = out->length;
    if (raw->failed || raw->length > TEXT_BYTES_MAX || !buf_reserve(out, bound + TEXT_HEADER))
        return assay_fail(err, raw->failed ? ASSAY_MEMORY : ASSAY_LIMIT, 0,
                          "texts of one chunk take %zu bytes", raw->length);
    put64(out, 0);
    put64(out, raw->length);
    size_t packed = ZSTD_compress(out->data + out->length, bound, raw->data, raw->length,
                                  TEXT_LEVEL);
    if (ZSTD_isError(packed))
        return assay_fail(err, ASSAY_MEMORY, 0, "zstd: %s", ZSTD_getErrorName(packed));
    out->length += packed;
    uint64_t hash = hash64(out->data + start + 8, out->length - start - 8);
    for (int i = 0; i < 8; i++)
        out->data[start + (size_t)i] = (char)(hash >> (8 * i));
    return ASSAY_OK;
}

static assay_status damaged(assay_err *err, const char *what)
{
    return assay_fail(err, ASSAY_DAMAGED, 0, "%s", what);
}

static assay_status texts_open(const uint8_t *bytes, size_t length, buf *raw, assay_err *err)
{
    if (length < TEXT_HEADER || hash64(bytes + 8, length - 8) != get64(bytes))
        return damaged(err, "the texts fail their checksum");
    uint64_t size = get64(bytes + 8);
    if (size > TEXT_BYTES_MAX)
        return damaged(err, "the texts are larger than allowed");
    if (!buf_reserve(raw, size + 1))
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for %llu bytes of text",
                          (unsigned long long)size);
    size_t got = ZSTD_decompress(raw->data, size, bytes + TEXT_HEADER, length - TEXT_HEADER);
    if (ZSTD_isError(got) || got != size)
        return damaged(err, "the texts do not unpack");
    raw->length = size;
    return ASSAY_OK;
}

/* Map the piece's codes of one kind to those of `d`; map[0] is 0. */
static assay_status texts_enter(const buf *raw, context_kind kind, dictionary *d, uint32_t *map,
                                uint32_t *count, assay_err *err)
{
    *count = map[0] = 0;
    if (!raw->length)
        return ASSAY_OK;
    const uint8_t *p = (const uint8_t *)raw->data, *end = p + raw->length;
    while (end - p >= 8) {
        uint32_t which = get32(p), texts = get32(p + 4);
        p += 8;
        if (texts > CHUNK_ROWS)
            return damaged(err, "more texts than rows");
        for (uint32_t i = 1; i <= texts; i++) {
            if (end - p < 4 || (size_t)(end - p - 4) < get32(p))
                return damaged(err, "a text is cut off");
            uint32_t length = get32(p);
            if (which == (uint32_t)kind) {
                map[i] = length ? dictionary_code(d, (const char *)p + 4, length) : 0;
                *count = i;
            }
            p += 4 + length;
        }
    }
    return p == end ? ASSAY_OK : damaged(err, "the texts end in the middle");
}

/* -- packing -------------------------------------------------------------------------- */

static void describe(const rows *r, piece *out)
{
    bool is_untimed = r->time[0] == TIME_NONE;
    *out = (piece){.n = (uint32_t)r->n, .first_time = r->time[0], .last_time = r->time[r->n - 1],
                   .flags = is_untimed ? PIECE_UNTIMED : 0,
                   .first_origin = UINT64_MAX};
    bool all_valid = true, all_one = true;
    for (size_t i = 0; i < r->n; i++) {
        all_valid &= (r->status[i] & STATUS_MASK) == STATUS_VALID;
        all_one &= r->size[i] == 1;
        out->first_origin = r->origin[i] < out->first_origin ? r->origin[i] : out->first_origin;
        out->last_origin = r->origin[i] > out->last_origin ? r->origin[i] : out->last_origin;
    }
    out->flags |= (all_valid ? 0 : PIECE_NOT_ALL_VALID) | (all_one ? 0 : PIECE_ATTRIBUTE);
}

typedef struct {
    uint32_t local[CONTEXT_COUNT][CHUNK_ROWS];
    code_map map;
} pack_scratch;

static assay_status pack_columns(chunk_codec *codec, const rows *r,
                                 dictionary *const texts[CONTEXT_COUNT], const piece *p,
                                 pack_scratch *scratch, piece_bytes *bytes, assay_err *err)
{
    chunk_column column[3 + CONTEXT_COUNT] = {
        {COLUMN_STATUS, 1, 0, r->status},
        {COLUMN_SIZE, 4, 1, r->size},
        {COLUMN_ORIGIN, 8, p->first_origin, r->origin},
    };
    size_t count = 3;
    buf raw = BUF_INIT, one = BUF_INIT;
    for (int kind = 0; kind < CONTEXT_COUNT; kind++) {
        if (!r->context[kind] || p->flags & PIECE_NO_CONTEXT)
            continue;
        uint32_t *data = r->context[kind];
        if (LOCAL_CONTEXTS >> kind & 1) {
            buf_clear(&one);
            localise(&scratch->map, texts[kind], data, scratch->local[kind], r->n, &one);
            data = scratch->local[kind];
            if (scratch->map.count) {
                put32(&raw, (uint32_t)kind);
                put32(&raw, scratch->map.count);
                buf_add(&raw, one.data, one.length);
            }
        }
        column[count++] = (chunk_column){(uint8_t)(COLUMN_CONTEXT + kind), 4, 0, data};
    }
    assay_status status = one.failed ? assay_fail(err, ASSAY_MEMORY, 0, "no memory for texts")
                                     : ASSAY_OK;
    if (!status)
        status = chunk_columns_pack(codec, column, count, r->n, &bytes->part[EXTENT_COLUMNS], err);
    if (!status && raw.length)
        status = texts_seal(&raw, &bytes->part[EXTENT_TEXTS], err);
    buf_done(&raw);
    buf_done(&one);
    return status;
}

static bool has_context(const rows *r)
{
    uint32_t any = 0;
    for (int kind = 0; kind < CONTEXT_COUNT && !any; kind++)
        for (size_t i = 0; r->context[kind] && i < r->n; i++)
            any |= r->context[kind][i];
    return any != 0;
}

/* All plain: no columns are needed (the origin stands in the directory). */
static bool needs_columns(const rows *r, const piece *p)
{
    if (p->flags & (PIECE_NOT_ALL_VALID | PIECE_ATTRIBUTE) || p->first_origin != p->last_origin)
        return true;
    uint32_t any = 0;
    for (size_t i = 0; i < r->n; i++)
        any |= r->status[i];
    return any != 0 || !(p->flags & PIECE_NO_CONTEXT);
}

static assay_status pack_times(chunk_codec *codec, const rows *r, const piece *p, buf *out,
                               assay_err *err)
{
    const int64_t *time = p->flags & PIECE_UNTIMED ? (const int64_t *)r->record : r->time;
    return chunk_times_pack(codec, time, r->offset, r->n, out, err);
}

assay_status piece_pack(chunk_codec *codec, const rows *r, dictionary *const texts[CONTEXT_COUNT],
                        int finest, piece_bytes *bytes, piece *out, assay_err *err)
{
    for (int i = 0; i < EXTENT_COUNT; i++)
        buf_clear(&bytes->part[i]);
    describe(r, out);
    out->flags |= has_context(r) ? 0 : PIECE_NO_CONTEXT;
    chunk_rows values = {r->n, r->mantissa, r->exponent, r->decimals, r->status, finest};
    assay_status status = chunk_values_pack(codec, &values, &bytes->part[EXTENT_VALUES], err);
    if (!status)
        status = pack_times(codec, r, out, &bytes->part[EXTENT_TIMES], err);
    bool is_plain = !needs_columns(r, out);
    out->flags |= is_plain ? PIECE_PLAIN : 0;
    if (!status && !is_plain) {
        pack_scratch *scratch = malloc(sizeof *scratch);
        status = scratch ? pack_columns(codec, r, texts, out, scratch, bytes, err)
                         : assay_fail(err, ASSAY_MEMORY, 0, "no memory to pack a chunk");
        free(scratch);
    }
    for (int i = 0; i < EXTENT_COUNT && !status; i++) {
        out->length[i] = (uint32_t)bytes->part[i].length;
        if (bytes->part[i].failed)
            status = assay_fail(err, ASSAY_MEMORY, 0, "no memory to pack a chunk");
    }
    return status;
}

/* -- unpacking ------------------------------------------------------------------------ */

typedef struct {
    chunk_codec *codec;
    const piece *p;
    extent_reader *read;
    void *context;
} source;

static assay_status fetch(const source *s, extent which, const uint8_t **bytes, size_t *length,
                          assay_err *err)
{
    return s->read(s->context, s->p, which, bytes, length, err);
}

static assay_status unpack_values(const source *s, rows *out, assay_err *err)
{
    const uint8_t *bytes;
    size_t length;
    chunk_values v;
    assay_status status = fetch(s, EXTENT_VALUES, &bytes, &length, err);
    if (!status)
        status = chunk_values_open(s->codec, bytes, length, &v, err);
    if (!status && v.n != s->p->n)
        status = damaged(err, "the values are not as many as the directory says");
    if (!status)
        status = chunk_values_read(s->codec, &v, 0, v.n, out->mantissa, out->exponent,
                                   out->decimals, err);
    return status;
}

static assay_status check_times(const piece *p, const int64_t *time, bool is_rising, assay_err *err)
{
    if (!is_rising || time[0] == TIME_NONE || time[0] != p->first_time || time[p->n - 1] != p->last_time)
        return damaged(err, "the times do not agree with the directory");
    return ASSAY_OK;
}

static assay_status unpack_times(const source *s, rows *out, assay_err *err)
{
    const uint8_t *bytes;
    size_t length, n = 0;
    assay_status status = fetch(s, EXTENT_TIMES, &bytes, &length, err);
    if (!status)
        status = chunk_row_count(bytes, length, &n, err);
    if (!status && n != s->p->n)
        status = damaged(err, "the times are not as many as the directory says");
    bool is_untimed = s->p->flags & PIECE_UNTIMED, is_rising = false;
    if (!status)
        status = chunk_times_unpack(s->codec, bytes, length, out->room,
                                    is_untimed ? (int64_t *)out->record : out->time, out->offset,
                                    &is_rising, err);
    if (status)
        return status;
    if (!is_untimed)
        return check_times(s->p, out->time, is_rising, err);
    for (size_t i = 0; i < n; i++)
        out->time[i] = TIME_NONE;
    return ASSAY_OK;
}

static void fill32(uint32_t *data, uint32_t x, size_t n)
{
    if (data)
        column_fill(data, &x, sizeof x, n);
}

static void plain_columns(const piece *p, uint32_t wanted, rows *out)
{
    if (wanted & WANT_META) {
        memset(out->status, 0, p->n);
        fill32(out->size, 1, p->n);
        column_fill(out->origin, &p->first_origin, sizeof *out->origin, p->n);
    }
    for (int kind = 0; kind < CONTEXT_COUNT; kind++)
        if (wanted >> kind & 1)
            fill32(out->context[kind], 0, p->n);
}

static assay_status relabel(const buf *raw, context_kind kind, dictionary *d, uint32_t *codes,
                            size_t n, assay_err *err)
{
    uint32_t map[CHUNK_ROWS + 1], count = 0;
    assay_status status = texts_enter(raw, kind, d, map, &count, err);
    for (size_t i = 0; i < n && !status; i++) {
        if (codes[i] > count)
            status = damaged(err, "a code has no text");
        else
            codes[i] = map[codes[i]];
    }
    return status;
}

static assay_status unpack_local(const source *s, uint32_t wanted,
                                 dictionary *const texts[CONTEXT_COUNT], rows *out, assay_err *err)
{
    const uint8_t *bytes;
    size_t length;
    buf raw = BUF_INIT;
    assay_status status = fetch(s, EXTENT_TEXTS, &bytes, &length, err);
    if (!status && length)
        status = texts_open(bytes, length, &raw, err);
    for (int kind = 0; kind < CONTEXT_COUNT && !status; kind++)
        if (wanted & LOCAL_CONTEXTS & 1u << kind)
            status = relabel(&raw, (context_kind)kind, texts[kind], out->context[kind], s->p->n,
                             err);
    buf_done(&raw);
    return status;
}

static assay_status check_origins(const piece *p, const uint64_t *origin, assay_err *err)
{
    for (size_t i = 0; i < p->n; i++)
        if (origin[i] < p->first_origin || origin[i] > p->last_origin)
            return damaged(err, "an origin is outside the directory's range");
    return ASSAY_OK;
}

static assay_status unpack_columns(const source *s, uint32_t wanted, rows *out, assay_err *err)
{
    const uint8_t *bytes;
    size_t length, n = 0, count = 0;
    if (s->p->flags & PIECE_PLAIN) {
        plain_columns(s->p, wanted, out);
        return ASSAY_OK;
    }
    assay_status status = fetch(s, EXTENT_COLUMNS, &bytes, &length, err);
    if (status)
        return status;
    if (!length)
        return damaged(err, "the columns are missing");
    chunk_column column[3 + CONTEXT_COUNT];
    if (wanted & WANT_META) {
        column[count++] = (chunk_column){COLUMN_STATUS, 1, 0, out->status};
        column[count++] = (chunk_column){COLUMN_SIZE, 4, 1, out->size};
        column[count++] = (chunk_column){COLUMN_ORIGIN, 8, s->p->first_origin, out->origin};
    }
    bool has_none = s->p->flags & PIECE_NO_CONTEXT;
    for (int kind = 0; kind < CONTEXT_COUNT; kind++)
        if (wanted >> kind & 1 && has_none)
            fill32(out->context[kind], 0, s->p->n);
        else if (wanted >> kind & 1)
            column[count++] =
                (chunk_column){(uint8_t)(COLUMN_CONTEXT + kind), 4, 0, out->context[kind]};
    status = chunk_row_count(bytes, length, &n, err);
    if (!status && n != s->p->n)
        status = damaged(err, "the columns are not as many as the directory says");
    if (!status)
        status = chunk_columns_unpack(s->codec, bytes, length, out->room, column, count, err);
    if (!status && wanted & WANT_META)
        status = check_origins(s->p, out->origin, err);
    return status;
}

/* The codec keeps no mantissa where there is no value: one zero stands for all. */
static void blank_absent(const piece *p, rows *out)
{
    if (!(p->flags & PIECE_NOT_ALL_VALID))
        return;
    for (size_t i = 0; i < p->n; i++) {
        if ((out->status[i] & STATUS_MASK) != STATUS_NO_VALUE)
            continue;
        out->mantissa[i] = 0;
        out->exponent[i] = 0;
        out->decimals[i] = 0;
    }
}

assay_status piece_unpack(chunk_codec *codec, const piece *p, uint32_t wanted,
                          dictionary *const texts[CONTEXT_COUNT], extent_reader *read,
                          void *context, rows *out, assay_err *err)
{
    source s = {codec, p, read, context};
    out->n = 0;
    assay_status status = rows_reserve(out, wanted, CHUNK_ROWS, err);
    if (!status && wanted & WANT_VALUE)
        status = unpack_values(&s, out, err);
    if (!status && wanted & WANT_TIME)
        status = unpack_times(&s, out, err);
    if (!status && wanted & (WANT_META | WANT_CONTEXTS))
        status = unpack_columns(&s, wanted, out, err);
    if (!status && wanted & LOCAL_CONTEXTS && !(p->flags & (PIECE_PLAIN | PIECE_NO_CONTEXT)))
        status = unpack_local(&s, wanted, texts, out, err);
    if (!status && (wanted & WANT_META) && (wanted & WANT_VALUE))
        blank_absent(p, out);
    if (!status)
        out->n = p->n;
    return status;
}

/* -- directory of a batch ------------------------------------------------------------- */

assay_status directory_pack(const piece *pieces, size_t n, bool is_live, buf *out, assay_err *err)
{
    size_t start = out->length;
    for (size_t i = 0; i < n; i++) {
        const piece *p = &pieces[i];
        put32(out, p->characteristic);
        put32(out, p->n);
        put64(out, (uint64_t)p->first_time);
        put64(out, (uint64_t)p->last_time);
        put32(out, p->flags);
        put32(out, p->offset);
        for (int e = 0; e < EXTENT_COUNT; e++)
            put32(out, p->length[e]);
        put64(out, p->chunk);
        if (is_live) {
            put64(out, p->first_origin);
            put64(out, p->last_origin);
        }
    }
    put64(out, hash64(out->data + start, out->length - start));
    return out->failed ? assay_fail(err, ASSAY_MEMORY, 0, "no memory for a directory") : ASSAY_OK;
}

static bool entry_unpack(const uint8_t *b, piece *p)
{
    p->characteristic = get32(b);
    p->n = get32(b + 4);
    p->first_time = (int64_t)get64(b + 8);
    p->last_time = (int64_t)get64(b + 16);
    p->flags = get32(b + 24);
    p->offset = get32(b + 28);
    for (int e = 0; e < EXTENT_COUNT; e++)
        p->length[e] = get32(b + 32 + 4 * e);
    p->chunk = p->flags & PIECE_SEALED ? get64(b + 48) : 0;
    p->is_batch = true;
    return !(p->flags & PIECE_SEALED) == !p->chunk && p->n >= 1 && p->n <= CHUNK_ROWS && p->characteristic &&
           p->first_time <= p->last_time && p->first_origin <= p->last_origin &&
           (p->first_time == TIME_NONE) == !!(p->flags & PIECE_UNTIMED);
}

assay_status directory_unpack(const void *bytes, size_t length, uint64_t batch, uint64_t origin,
                              piece **out, size_t *n, assay_err *err)
{
    const uint8_t *b = bytes;
    bool is_live = origin & ORIGIN_LIVE;
    size_t entry = is_live ? LIVE_ENTRY : DIRECTORY_ENTRY;
    if (length < 8 || (length - 8) % entry || hash64(b, length - 8) != get64(b + length - 8))
        return assay_fail(err, ASSAY_DAMAGED, 0, "the directory of batch %llu fails its checksum",
                          (unsigned long long)batch);
    size_t count = (length - 8) / entry;
    piece *pieces = calloc(count ? count : 1, sizeof *pieces);
    if (!pieces)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for a directory of %zu", count);
    for (size_t i = 0; i < count; i++) {
        const uint8_t *at = b + i * entry;
        pieces[i].first_origin = is_live ? get64(at + DIRECTORY_ENTRY) : origin;
        pieces[i].last_origin = is_live ? get64(at + DIRECTORY_ENTRY + 8) : origin;
        if (!entry_unpack(at, &pieces[i])) {
            free(pieces);
            return assay_fail(err, ASSAY_DAMAGED, 0, "entry %zu of batch %llu is not valid", i + 1,
                              (unsigned long long)batch);
        }
        pieces[i].id = batch;
    }
    *out = pieces;
    *n = count;
    return ASSAY_OK;
}
