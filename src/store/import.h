/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Between an import, the search for what is stored already, and compaction. */
#ifndef STORE_IMPORT_H
#define STORE_IMPORT_H

#include "store/cursor.h"

/* Find rows of the import that were stored before; inside the transaction of `commit`. */
ASSAY_MUST_USE assay_status import_resolve(store *s, import *i, uint64_t commit, import_tally *t,
                                           assay_err *err);

uint32_t import_id(const import *i);
/* Rows that stay, packed into one new batch. `texts` are those of their local contexts. */
void import_keep_begin(import *i);
ASSAY_MUST_USE assay_status import_keep(import *i, uint32_t number, rows *r,
                                        dictionary *const *texts, assay_err *err);
ASSAY_MUST_USE assay_status import_keep_end(import *i, assay_err *err);

/* Compact when an import left rows in batches enough to be worth it. */
ASSAY_MUST_USE assay_status compact_if_due(store *s, size_t batches, assay_err *err);

#endif
