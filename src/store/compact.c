/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/import.h"

assay_status compact_if_due(store *s, size_t batches, assay_err *err)
{
    (void)s, (void)batches, (void)err;
    return ASSAY_OK;
}
