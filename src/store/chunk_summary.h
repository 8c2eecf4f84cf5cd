/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Summary of a run of measurements of one characteristic: enough for every estimator of location,
 * spread and shape, exact, and mergeable without loss.
 *
 * All sums are integers in units of 10^exponent about `reference`, which is fixed per
 * characteristic: they do not depend on the order of rows, threads or merges.
 */
#ifndef STORE_CHUNK_SUMMARY_H
#define STORE_CHUNK_SUMMARY_H

#include <assay/err.h>

#include <stdbool.h>

#define CHUNK_SUMMARY_MAX 384 /* bytes of a packed summary; of one chunk at most 208, mostly 100   \
                               */

/* A 256-bit integer in two's complement, least significant word first. */
typedef struct {
    uint64_t word[4];
} chunk_wide;

typedef struct {
    int exponent;
    unsigned size; /* of a subgroup; 1: moving ranges of neighbours; 0: none summed */
    int64_t reference;
    uint64_t rows;      /* of any status */
    uint64_t status[8]; /* rows by measurement_status & STATUS_MASK */
    uint64_t late, folded;
    uint64_t raw;       /* valid rows that are binary64 without an exact decimal: in no sum */
    uint64_t wide;      /* valid rows with |mantissa - reference| >= 2^44: in no sum */
    uint64_t n;         /* valid rows in the sums: status[0] - raw - wide */
    int64_t min, max;   /* mantissas over the n; INT64_MAX, INT64_MIN when n == 0 */
    __int128 sum, sum2; /* of d = mantissa - reference over the n */
    chunk_wide sum3, sum4;
    uint64_t groups; /* whole subgroups of consecutive valid rows (size 1: moving ranges) */
    __int128 range_sum, group_sum2, grouped_sum2; /* as in chunk_groups */
    unsigned loose;      /* valid rows after the last whole subgroup, at the end */
    bool is_ragged;      /* a short subgroup stands inside: subgroup sums are not of the whole */
    int64_t first, last; /* mantissas of the first and last of the n */
    uint64_t timed;
    int64_t first_time, last_time;      /* over timed rows of any status */
    uint64_t first_commit, last_commit; /* lowest and highest, over rows of any status */
} chunk_summary;

/* What a summary is made of. Rows in series order; NULL columns as in chunk_rows. */
typedef struct {
    size_t n;
    const int64_t *mantissa; /* all at summary->exponent, except STATUS_RAW rows */
    const uint8_t *status;
    const int64_t *time;
    const uint64_t *commit; /* NULL: all 0 */
} chunk_summary_rows;

void chunk_summary_init(chunk_summary *s, int exponent, int64_t reference, unsigned size);
/* Add rows that follow those summarised so far. */
void chunk_summary_add(chunk_summary *s, const chunk_summary_rows *rows);
/* Add a summary of rows that follow. Exact and associative: any tree over the same sequence gives
 * the same summary. False, `s` untouched: exponent, reference or size differ (see _rescale). */
bool chunk_summary_merge(chunk_summary *s, const chunk_summary *next);
/* The same in a finer unit, 10^exponent. False, `s` untouched: it would not be finer or not fit. */
bool chunk_summary_rescale(chunk_summary *s, int exponent);
/* Sums of the whole, of subgroups none: what is left of it to be joined in any order. */
void chunk_summary_flatten(chunk_summary *s);
/* Two flat ones, in the finer of their units; `s` may be empty. False, `s` untouched: they have no
 * common unit, or another reference. */
bool chunk_summary_join(chunk_summary *s, const chunk_summary *more);
/* Take out of a flat one what was joined to it, rows that stand in another part of it again: bounds
 * stay. False, `s` untouched: as above, or there is less than would go. */
bool chunk_summary_leave(chunk_summary *s, const chunk_summary *part);

/* Explicit little-endian bytes with version and checksum. Returns the length. */
size_t chunk_summary_pack(const chunk_summary *s, uint8_t out[CHUNK_SUMMARY_MAX]);
ASSAY_MUST_USE assay_status chunk_summary_unpack(const void *bytes, size_t length,
                                                 chunk_summary *out, assay_err *err);

/* The nearest binary64 of a 256-bit integer. */
double chunk_wide_to_double(const chunk_wide *w);

#endif
