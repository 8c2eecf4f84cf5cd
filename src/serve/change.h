/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writing: in the one thread that may, within one transaction. From a worker: it waits. */
#ifndef SERVE_CHANGE_H
#define SERVE_CHANGE_H

#include "serve/request.h"

typedef assay_status change_work(store *s, void *context, assay_err *err);
ASSAY_MUST_USE assay_status change(server *s, change_work *work, void *context, assay_err *err);

/* Committed when `work` succeeds; what people know of people follows what was stored. */
typedef assay_status change_tx(store_tx *tx, void *context, assay_err *err);
ASSAY_MUST_USE assay_status change_in_tx(server *s, change_tx *work, void *context,
                                         uint64_t *commit, assay_err *err);

#endif
