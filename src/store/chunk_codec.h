/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the parts of the chunk codec share: scratch, byte order, readers of hostile bytes. */
#ifndef STORE_CHUNK_CODEC_H
#define STORE_CHUNK_CODEC_H

#include "store/chunk.h"
#include "store/kernel.h"

#define CHUNK_BLOCKS   (CHUNK_ROWS / CHUNK_BLOCK)
#define CHUNK_BODY_MAX (1u << 22) /* 64 columns that do not pack take half of it */

typedef struct ZSTD_CCtx_s ZSTD_CCtx;
typedef struct ZSTD_DCtx_s ZSTD_DCtx;

struct chunk_codec {
    const kernel *kernel;
    bool is_quick;   /* chunk_codec_quick */
    size_t hint_lag; /* quick: the lag last found, good for `hint_left` more columns */
    unsigned hint_left;
    ZSTD_CCtx *deflate;
    ZSTD_DCtx *inflate;
    uint64_t column[CHUNK_ROWS];    /* the column in hand, as 64-bit numbers */
    uint64_t values[CHUNK_ROWS];    /* a second one beside it */
    uint64_t nested[3][CHUNK_ROWS]; /* differences, distinct values, indices */
    uint64_t block[CHUNK_BLOCK];    /* one block about to be packed */
    uint16_t rows[CHUNK_BLOCK];     /* one block as the kernels leave it */
    uint16_t bins[256];             /* histogram of a block */
    uint8_t planes[CHUNK_ROWS * 8];
    int32_t level[CHUNK_ROWS];      /* plain times: distances from the line */
    uint32_t quotient[CHUNK_ROWS], round[CHUNK_ROWS];
    size_t round_lag, round_count; /* round[i] = i / round_lag for i < round_count */
    buf squeezed, trial[3];
};

/* -- bytes ---------------------------------------------------------------------------- */

typedef struct {
    const uint8_t *at, *end;
} bytes_in;

static inline uint64_t load_le(const uint8_t *p, unsigned bytes)
{
    uint64_t x = 0;
    for (unsigned i = 0; i < bytes; i++)
        x |= (uint64_t)p[i] << (8 * i);
    return x;
}

static inline void store_le(uint8_t *p, uint64_t x, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++)
        p[i] = (uint8_t)(x >> (8 * i));
}

/* The next `count` bytes, or NULL if there are not that many. */
static inline const uint8_t *bytes_take(bytes_in *in, size_t count)
{
    if ((size_t)(in->end - in->at) < count)
        return NULL;
    const uint8_t *p = in->at;
    in->at += count;
    return p;
}

void put_le(buf *out, uint64_t x, unsigned bytes);
void put_varint(buf *out, uint64_t x); /* 7 bits a byte, least significant first */
bool take_varint(bytes_in *in, uint64_t *out);

static inline uint64_t zigzag(uint64_t x)
{
    return (x << 1) ^ (0 - (x >> 63));
}

static inline uint64_t unzigzag(uint64_t x)
{
    return (x >> 1) ^ (0 - (x & 1));
}

assay_status chunk_damaged(assay_err *err, const char *what);

/* -- frame ----------------------------------------------------------------------------- */

/* Reserve a header in `out`; chunk_seal fills it once the body stands behind it. */
size_t chunk_begin(buf *out);
ASSAY_MUST_USE assay_status chunk_seal(buf *out, size_t start, char kind, size_t n, assay_err *err);
/* kind 0: any. */
ASSAY_MUST_USE assay_status chunk_unseal(const void *bytes, size_t length, char kind, size_t *n,
                                         bytes_in *body, assay_err *err);

/* -- one block: frame of reference, one width, exceptions (chunk_block.c) ---------------- */

typedef struct {
    unsigned n, rows, width; /* n values in 16 lanes of `rows` */
    uint64_t base;
    unsigned count, bytes;                 /* exceptions and the bytes of each */
    const uint8_t *packed, *place, *patch; /* inside the caller's bytes */
} chunk_block;

/* Bytes that packing v[n] would take, n <= CHUNK_BLOCK. */
size_t chunk_block_cost(chunk_codec *c, const uint64_t *v, size_t n);
void chunk_block_pack(chunk_codec *c, const uint64_t *v, size_t n, buf *out);
/* Take the block of n values at `in`. */
ASSAY_MUST_USE assay_status chunk_block_take(bytes_in *in, size_t n, chunk_block *out,
                                             assay_err *err);
/* Its values, room for rows*16. */
void chunk_block_unpack(const chunk_codec *c, const chunk_block *b, uint64_t *out);

static inline unsigned chunk_block_place(const chunk_block *b, unsigned i)
{
    return (unsigned)load_le(b->place + 2 * i, 2);
}

static inline uint64_t chunk_block_patch(const chunk_block *b, unsigned i) /* relative to base */
{
    uint64_t x = load_le(b->patch + (size_t)i * b->bytes, b->bytes);
    unsigned unused = 64 - 8 * b->bytes;
    return (uint64_t)((int64_t)(x << unused) >> unused);
}

/* -- a column of numbers (chunk_ints.c) -------------------------------------------------- */

typedef enum {
    INTS_CONSTANT = 0, /* one number */
    INTS_PACKED = 1,   /* blocks */
    INTS_RUNS = 2,     /* numbers and lengths */
    INTS_STEPS = 3,    /* differences to the number `lag` places before */
    INTS_LINE = 4,     /* residuals from a straight line for each of `lag` phases */
    INTS_CODES = 5,    /* distinct numbers and indices */
    INTS_PLANES = 6,   /* byte planes, zstd */
} ints_method;

/* How far to look for the smallest form. */
typedef enum {
    INTS_FLAT,   /* constant, packed or planes: innermost columns */
    INTS_VALUES, /* the same, but planes only when numbers are wide: scans want packed ones */
    INTS_NESTED, /* also steps */
    INTS_ANY,
} ints_effort;

ASSAY_MUST_USE assay_status ints_pack(chunk_codec *c, const uint64_t *v, size_t n,
                                      ints_effort effort, buf *out, assay_err *err);
/* Take a column of n numbers at `in`; out[n]. */
ASSAY_MUST_USE assay_status ints_unpack(chunk_codec *c, bytes_in *in, size_t n, uint64_t *out,
                                        assay_err *err);
/* The same times `unit`, modulo 2^64. *rises: then none is below the one before it, as signed numbers. */
ASSAY_MUST_USE assay_status ints_unpack_times(chunk_codec *c, bytes_in *in, size_t n, uint64_t unit,
                                              uint64_t *out, bool *rises, assay_err *err);
/* Take a column that is one number throughout, as nearly all are but values and times. False: it is
 * not, and `in` is where it was. */
bool ints_take_constant(bytes_in *in, uint64_t *out);

#endif
