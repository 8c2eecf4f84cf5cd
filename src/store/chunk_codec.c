/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The frame around every extent, and the codec's own memory.
 *
 * The checksum is XXH3-64 of the body, seeded with the eight header bytes before it, so that a
 * changed kind, version, row count or length fails as surely as a changed body.
 */
#include "store/chunk_codec.h"

#include <stdlib.h>
#include <string.h>
#include <zstd.h>

/* Residuals have no matches worth having: short ones only spoil the entropy coding (jitter of six
 * values: 1302 bytes instead of 1440 for 3840 rows, packed 1584). */
static bool set_up_zstd(ZSTD_CCtx *z)
{
    return z && !ZSTD_isError(ZSTD_CCtx_setParameter(z, ZSTD_c_compressionLevel, 1)) &&
           !ZSTD_isError(ZSTD_CCtx_setParameter(z, ZSTD_c_minMatch, 7));
}

assay_status chunk_codec_new(chunk_codec **out, assay_err *err)
{
    chunk_codec *c = calloc(1, sizeof *c);
    if (c) {
        c->kernel = kernel_best();
        c->deflate = ZSTD_createCCtx();
        c->inflate = ZSTD_createDCtx();
    }
    if (!c || !c->inflate || !set_up_zstd(c->deflate)) {
        chunk_codec_free(c);
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for a chunk codec");
    }
    *out = c;
    return ASSAY_OK;
}

void chunk_codec_quick(chunk_codec *c, bool is_quick)
{
    c->is_quick = is_quick;
    c->hint_lag = c->hint_left = 0;
}

void chunk_codec_free(chunk_codec *c)
{
    if (!c)
        return;
    ZSTD_freeCCtx(c->deflate);
    ZSTD_freeDCtx(c->inflate);
    buf_done(&c->squeezed);
    for (size_t i = 0; i < sizeof c->trial / sizeof *c->trial; i++)
        buf_done(&c->trial[i]);
    free(c);
}

void put_le(buf *out, uint64_t x, unsigned bytes)
{
    uint8_t raw[8];
    store_le(raw, x, bytes);
    buf_add(out, raw, bytes);
}

void put_varint(buf *out, uint64_t x)
{
    for (; x >= 0x80; x >>= 7)
        put_le(out, x | 0x80, 1);
    put_le(out, x, 1);
}

bool take_varint(bytes_in *in, uint64_t *out)
{
    uint64_t x = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        const uint8_t *p = bytes_take(in, 1);
        if (!p || (shift == 63 && *p > 1))
            return false;
        x |= (uint64_t)(*p & 0x7f) << shift;
        if (*p < 0x80) {
            *out = x;
            return true;
        }
    }
    return false;
}

assay_status chunk_damaged(assay_err *err, const char *what)
{
    return assay_fail(err, ASSAY_DAMAGED, 0, "chunk is damaged: %s", what);
}

size_t chunk_begin(buf *out)
{
    static const uint8_t empty[CHUNK_HEADER];
    size_t start = out->length;
    buf_add(out, empty, sizeof empty);
    return start;
}

static uint64_t digest(const uint8_t *header, const uint8_t *body, size_t length)
{
    return kernel_best()->digest(body, length, load_le(header, 8));
}

assay_status chunk_seal(buf *out, size_t start, char kind, size_t n, assay_err *err)
{
    if (out->failed)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory to pack a chunk");
    uint8_t *header = (uint8_t *)out->data + start;
    size_t length = out->length - start - CHUNK_HEADER;
    header[0] = (uint8_t)kind;
    header[1] = CHUNK_VERSION;
    store_le(header + 2, n, 2);
    store_le(header + 4, length, 4);
    store_le(header + 8, digest(header, header + CHUNK_HEADER, length), 8);
    return ASSAY_OK;
}

assay_status chunk_unseal(const void *bytes, size_t length, char kind, size_t *n, bytes_in *body,
                          assay_err *err)
{
    const uint8_t *header = bytes;
    if (length < CHUNK_HEADER || length > CHUNK_BODY_MAX)
        return chunk_damaged(err, "impossible length");
    if (kind && header[0] != (uint8_t)kind)
        return chunk_damaged(err, "another kind of extent");
    if (load_le(header + 4, 4) != length - CHUNK_HEADER)
        return chunk_damaged(err, "length differs from its header");
    if (load_le(header + 8, 8) != digest(header, header + CHUNK_HEADER, length - CHUNK_HEADER))
        return chunk_damaged(err, "checksum differs");
    if (header[1] != CHUNK_VERSION)
        return assay_fail(err, ASSAY_NEWER, 0, "chunk has version %u, known is %u", header[1],
                          CHUNK_VERSION);
    size_t rows = load_le(header + 2, 2);
    if (rows < 1 || rows > CHUNK_ROWS)
        return chunk_damaged(err, "impossible row count");
    *n = rows;
    *body = (bytes_in){header + CHUNK_HEADER, header + length};
    return ASSAY_OK;
}

assay_status chunk_row_count(const void *bytes, size_t length, size_t *out, assay_err *err)
{
    bytes_in body;
    return chunk_unseal(bytes, length, 0, out, &body, err);
}
