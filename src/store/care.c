/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/import.h"

assay_status store_check(store *s, store_finding *finding, void *context, store_check_t *out,
                         assay_err *err)
{
    (void)finding, (void)context, (void)out;
    return assay_fail(err, ASSAY_UNSUPPORTED, 0, "%s: no check yet", s->path);
}

assay_status store_backup(store *s, const char *path, assay_err *err)
{
    (void)path;
    return assay_fail(err, ASSAY_UNSUPPORTED, 0, "%s: no backup yet", s->path);
}

assay_status store_restore(const char *backup, const char *path, assay_err *err)
{
    (void)backup;
    return assay_fail(err, ASSAY_UNSUPPORTED, 0, "%s: no restore yet", path);
}

assay_status store_amend(store_tx *tx, uint32_t number, uint64_t place, amend_action action,
                         const decimal *value, const char *actor, const char *reason,
                         assay_err *err)
{
    (void)number, (void)place, (void)action, (void)value, (void)actor, (void)reason;
    return assay_fail(err, ASSAY_UNSUPPORTED, 0, "%s: no amendments yet", tx->s->path);
}
