/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sealed chunks: up to CHUNK_ROWS measurements of one characteristic, in series order, packed.
 *
 * A chunk is stored as separate byte strings ("extents"), so that what is not asked for is not
 * read: values, times, columns (status, size, commit, contexts ...) and a summary. Each carries
 * kind, version, row count and checksum, and is decoded alone. docs/format/chunk.md has the bytes.
 *
 * Every decoder is total: bytes that are cut, changed or made to harm give ASSAY_DAMAGED with the
 * reason (ASSAY_NEWER for a version that is not known), never a read outside bytes[0..length).
 * Packing is deterministic: the same rows give the same bytes on every machine with the same zstd.
 *
 * Memory: a chunk_codec owns all scratch; one per thread. Views point into the caller's bytes.
 * Nothing else here allocates, except what is added to a caller's buf.
 */
#ifndef STORE_CHUNK_H
#define STORE_CHUNK_H

#include "base/buf.h"
#include "store/chunk_summary.h"

#define CHUNK_BLOCK   960               /* values packed with one base and width */
#define CHUNK_ROWS    (4 * CHUNK_BLOCK) /* 3840: divisible by 2..6, 8, 10, 12, 15, 16, 20 ... */
#define CHUNK_VERSION 1
#define CHUNK_HEADER  16 /* bytes in front of every extent: docs/format/chunk.md */

typedef struct chunk_codec chunk_codec;
ASSAY_MUST_USE assay_status chunk_codec_new(chunk_codec **out, assay_err *err);
void chunk_codec_free(chunk_codec *c);
/* Pack in half the time and a little larger, for what is packed again soon: no search for outliers,
 * and the step of one column is tried on the next. Such bytes depend on what was packed before. */
void chunk_codec_quick(chunk_codec *c, bool is_quick);

/* -- values --------------------------------------------------------------------------- */

/* Rows to pack. exponent, decimals and status may be NULL: 0, -exponent, all STATUS_VALID. */
typedef struct {
    size_t n;                /* 1 .. CHUNK_ROWS */
    const int64_t *mantissa; /* bits of a binary64 where status has STATUS_RAW */
    const int8_t *exponent;  /* ignored where status has STATUS_RAW */
    const uint8_t *decimals;
    const uint8_t *status;
    int finest; /* exponent to use if it is finer than every row's; CHUNK_FINEST_NONE: none */
} chunk_rows;

#define CHUNK_FINEST_NONE 127

/* Add the extent of the values to `out`. Mantissas are brought to one exponent where that is exact
 * and fits, else they keep an exponent each. The mantissa of a STATUS_NO_VALUE row is not kept. */
ASSAY_MUST_USE assay_status chunk_values_pack(chunk_codec *c, const chunk_rows *rows, buf *out,
                                              assay_err *err);

/* An extent of values, opened: header, checksum and structure are proven. */
typedef struct {
    size_t n;
    bool is_uniform; /* one exponent for all rows (raw rows aside) */
    int exponent;    /* of all, when is_uniform */
    const uint8_t *exponents, *decimals, *column, *end; /* inside the caller's bytes */
} chunk_values;

ASSAY_MUST_USE assay_status chunk_values_open(chunk_codec *c, const void *bytes, size_t length,
                                              chunk_values *out, assay_err *err);
/* The rows from .. from + count. Outputs [count]; exponent and decimals may be NULL. An exponent of
 * a STATUS_RAW row means nothing. Only the blocks that are touched are decoded. */
ASSAY_MUST_USE assay_status chunk_values_read(chunk_codec *c, const chunk_values *v, size_t from,
                                              size_t count, int64_t *mantissa, int8_t *exponent,
                                              uint8_t *decimals, assay_err *err);

/* Exact sums over consecutive subgroups of `size`, computed on the packed form. Sums over chunks
 * are plain sums of these, in any order. Values are d = mantissa - reference. */
typedef struct {
    unsigned size; /* 1 .. 60; 1: moving ranges of neighbours inside the chunk */
    int64_t reference;
    uint64_t n;            /* all values */
    uint64_t groups;       /* whole subgroups (size 1: moving ranges) */
    int64_t min, max;      /* mantissas; INT64_MAX, INT64_MIN when n == 0 */
    __int128 sum, sum2;    /* of d and d^2 over all values */
    __int128 range_sum;    /* of the ranges of whole subgroups */
    __int128 group_sum2;   /* of (sum of d in a subgroup)^2 over whole subgroups; 0 for size 1 */
    __int128 grouped_sum2; /* of d^2 over values in whole subgroups: sum of squares within is
                              grouped_sum2 - group_sum2 / size */
} chunk_groups;

void chunk_groups_init(chunk_groups *g, unsigned size, int64_t reference);
/* Add one chunk whose rows are all valid. ASSAY_LIMIT: a |d| of 2^44 or more, or no single
 * exponent (decode the rows instead). `g` is untouched on failure. */
ASSAY_MUST_USE assay_status chunk_groups_add(chunk_codec *c, const chunk_values *v, chunk_groups *g,
                                             assay_err *err);

/* -- times ---------------------------------------------------------------------------- */

/* time[n] in ns or TIME_NONE (costs nothing), in any order; offset NULL: all TIME_OFFSET_NONE. */
ASSAY_MUST_USE assay_status chunk_times_pack(chunk_codec *c, const int64_t *time,
                                             const int32_t *offset, size_t n, buf *out,
                                             assay_err *err);
/* All rows; room must be at least the extent's row count (chunk_row_count). offset may be NULL, and
 * is_rising: all rows are timed, none before the one in front of it. */
ASSAY_MUST_USE assay_status chunk_times_unpack(chunk_codec *c, const void *bytes, size_t length,
                                               size_t room, int64_t *time, int32_t *offset,
                                               bool *is_rising, assay_err *err);

/* -- other columns -------------------------------------------------------------------- */

/* A column of unsigned numbers (signed ones by their bits). One that holds `absent` in every row is
 * not stored and comes back as `absent`. */
typedef struct {
    uint8_t id;    /* the caller's name for it, 0 .. 63, each once in an extent */
    uint8_t bytes; /* of an element: 1, 2, 4 or 8 */
    uint64_t absent;
    void *data; /* [n], natural alignment */
} chunk_column;

ASSAY_MUST_USE assay_status chunk_columns_pack(chunk_codec *c, const chunk_column *columns,
                                               size_t count, size_t n, buf *out, assay_err *err);
/* Only the columns asked for are decoded. ASSAY_DAMAGED also if a number exceeds `bytes`. */
ASSAY_MUST_USE assay_status chunk_columns_unpack(chunk_codec *c, const void *bytes, size_t length,
                                                 size_t room, const chunk_column *columns,
                                                 size_t count, assay_err *err);
/* The set of ids stored (bit 1 << id), from the directory alone. */
ASSAY_MUST_USE assay_status chunk_columns_present(const void *bytes, size_t length, uint64_t *out,
                                                  assay_err *err);

/* Row count of any extent, checksum verified; what a check needs. */
ASSAY_MUST_USE assay_status chunk_row_count(const void *bytes, size_t length, size_t *out,
                                            assay_err *err);

#endif
