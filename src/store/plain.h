/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The short way of an import: rows without context, timed, in order, of few digits.
 *
 * Such rows stand in two narrow columns for each characteristic until they fill a chunk, which is
 * sealed at once by another thread and waits in the file for the import's commit. What has not
 * filled a chunk at a durable step is written as a batch that the next step replaces. Rows that are
 * not plain go the long way from there on (import.c).
 */
#ifndef STORE_PLAIN_H
#define STORE_PLAIN_H

#include "store/import.h"

typedef struct plain plain;
ASSAY_MUST_USE assay_status plain_new(store *s, uint32_t origin_id, plain **out, assay_err *err);
void plain_free(plain *p);

/* From now on rows of the reader's characteristic `index` are of `number`. */
ASSAY_MUST_USE assay_status plain_map(plain *p, uint32_t index, uint32_t number,
                                      unsigned subgroup_size, int64_t stored_until,
                                      assay_err *err);
/* Whether the batch has no columns but plain ones; the rest is seen by plain_add. */
bool plain_takes(plain *p, const measurement_batch *b);
/* Add the rows up to the first one that is not plain; *done says how many. */
ASSAY_MUST_USE assay_status plain_add(plain *p, const measurement_batch *b, size_t *done,
                                      assay_err *err);

size_t plain_rows_waiting(const plain *p);  /* not durable yet */
size_t plain_rows_loose(const plain *p);    /* of those, in no full chunk */
/* Write all rows, inside a transaction. `is_last`: forget them too. */
ASSAY_MUST_USE assay_status plain_write(plain *p, bool is_last, assay_err *err);

#endif
