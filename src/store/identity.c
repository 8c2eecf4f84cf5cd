/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/import.h"

assay_status latest_time(store *s, connection *c, uint32_t number, int64_t *out, assay_err *err)
{
    (void)s, (void)c, (void)number, (void)err;
    *out = INT64_MIN;
    return ASSAY_OK;
}

assay_status import_resolve(store *s, import *i, uint64_t commit, import_tally *t, assay_err *err)
{
    (void)s, (void)i, (void)commit, (void)t, (void)err;
    return ASSAY_OK;
}
