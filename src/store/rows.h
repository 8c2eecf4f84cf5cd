/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Measurements of one characteristic in memory, column by column, on their way in or out.
 *
 * `origin` is what a row came with, an import or a group of live ingest: it stands for source and
 * commit number. Context codes
 * are codes into dictionaries the holder knows. A column outside `wanted` is NULL.
 */
#ifndef STORE_ROWS_H
#define STORE_ROWS_H

#include "model/measurement.h"

/* The origin of a row is the number of its import or, of live ingest, source and commit number in
 * one: no table need be asked. */
#define ORIGIN_LIVE       ((uint64_t)1 << 62)
#define ORIGIN_COMMIT_MAX (((uint64_t)1 << 40) - 1)

static inline uint64_t origin_live(uint32_t source, uint64_t commit)
{
    return ORIGIN_LIVE | (uint64_t)source << 40 | commit;
}

static inline uint64_t origin_commit(uint64_t live)
{
    return live & ORIGIN_COMMIT_MAX;
}

static inline uint32_t origin_source(uint64_t live)
{
    return (uint32_t)((live ^ ORIGIN_LIVE) >> 40);
}

/* Bit set of columns: 1 << context_kind, and: */
#define WANT_CONTEXTS ((1u << CONTEXT_COUNT) - 1)
#define WANT_TIME     (1u << 16) /* time, record and offset */
#define WANT_VALUE    (1u << 17) /* mantissa, exponent, decimals */
#define WANT_META     (1u << 18) /* status, size, origin */
#define WANT_ALL      (WANT_CONTEXTS | WANT_TIME | WANT_VALUE | WANT_META)

typedef struct {
    size_t n, room;
    uint32_t wanted;
    int64_t *time;   /* TIME_NONE: untimed */
    uint64_t *record; /* of untimed rows: the number of the record in its source */
    int32_t *offset;
    int64_t *mantissa;
    int8_t *exponent;
    uint8_t *decimals, *status;
    uint32_t *size;
    uint64_t *origin;
    uint32_t *context[CONTEXT_COUNT];
} rows;

/* Make room for at least `room` rows of the wanted columns; what is there stays. */
ASSAY_MUST_USE assay_status rows_reserve(rows *r, uint32_t wanted, size_t room, assay_err *err);
void rows_done(rows *r);
/* out = in[order[0]], in[order[1]] ...; columns that out wants and in lacks are zero. */
void rows_gather(rows *out, const rows *in, const uint32_t *order, size_t n);
/* Append in[from .. from + n) to out, which has the room. */
void rows_append(rows *out, const rows *in, size_t from, size_t n);
/* The rows from .. from + n as a view (no copy, not to be reserved or done). */
/* n times the same `bytes` bytes. */
void column_fill(void *out, const void *x, size_t bytes, size_t n);
rows rows_slice(const rows *r, size_t from, size_t n);

/* Serial numbers: shorter first, then bytes. */
int serial_compare(const dictionary *d, uint32_t a, uint32_t b);

/* Series order within one import: untimed first, by record; then time, serial, place. Fills
 * order[n]; false if the rows already stand so (order is then not written). */
bool rows_order(const rows *r, const dictionary *serials, uint32_t *order);

#endif
