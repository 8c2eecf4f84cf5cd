/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a cursor gives inside the store: all columns, raw or amended. */
#ifndef STORE_CURSOR_H
#define STORE_CURSOR_H

#include "store/inner.h"

/* As cursor_open, also for a characteristic not yet visible. `wanted`: columns besides those of
 * the range. is_raw: without amendments. */
ASSAY_MUST_USE assay_status cursor_open_raw(store *s, uint32_t characteristic,
                                            const store_range *range, uint32_t wanted, bool is_raw,
                                            cursor **out, assay_err *err);
ASSAY_MUST_USE assay_status cursor_rows(cursor *c, rows *out, assay_err *err);

#endif
