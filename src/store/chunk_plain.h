/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The short way from a plain series to a sealed chunk.
 *
 * Plain: one exponent, one number of decimals, one offset, every row valid, mantissas of 32 bits,
 * times that never fall. What comes out is the format of chunk.md like any other, read by the same
 * code; only the search for the smallest form is left out where numbers are narrow and the clock
 * even, as they are in gauge data. Else the general packer is called. The same input and the same
 * hint give the same bytes on every processor.
 */
#ifndef STORE_CHUNK_PLAIN_H
#define STORE_CHUNK_PLAIN_H

#include "store/chunk.h"

typedef struct {
    size_t n; /* 1 .. CHUNK_ROWS */
    const int32_t *mantissa;
    const int64_t *time;
    int32_t offset;
    int8_t exponent;
    uint8_t decimals;
    int64_t reference; /* of the summary, in 10^exponent */
    unsigned size;     /* of a subgroup of the summary */
} chunk_plain;

/* Add the extents of values and times to the buffers. *lag is the step of the clock found last (0:
 * none yet): it is tried first and brought up to date. */
ASSAY_MUST_USE assay_status chunk_plain_pack(chunk_codec *c, const chunk_plain *p, unsigned *lag,
                                             buf *values, buf *times, assay_err *err);
/* The summary, to the bit that of chunk_summary_add over the same rows. `values` are the bytes that
 * chunk_plain_pack gave. Returns the length. */
ASSAY_MUST_USE assay_status chunk_plain_summarise(chunk_codec *c, const chunk_plain *p,
                                                  const void *values, size_t length,
                                                  uint8_t out[CHUNK_SUMMARY_MAX], size_t *size,
                                                  assay_err *err);

#endif
