/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "serve/change.h"

assay_status change(server *s, change_work *work, void *context, assay_err *err)
{
    return intake_do(s->intake, work, context, err);
}

typedef struct {
    server *server;
    change_tx *work;
    void *context;
    uint64_t commit;
} transaction;

static assay_status run(store *s, void *context, assay_err *err)
{
    transaction *t = context;
    store_tx *tx = NULL;
    assay_status status = store_tx_begin(s, &tx, err);
    if (status == ASSAY_OK)
        status = t->work(tx, t->context, err);
    if (status == ASSAY_OK)
        status = store_tx_commit(tx, &t->commit, err);
    if (status == ASSAY_OK)
        return ASSAY_OK;
    store_tx_abort(tx);
    if (t->server->people && people_reload(t->server->people, s, NULL) != ASSAY_OK)
        return assay_fail(err, ASSAY_IO, 0, "accounts cannot be read");
    return status;
}

assay_status change_in_tx(server *s, change_tx *work, void *context, uint64_t *commit,
                          assay_err *err)
{
    transaction t = {s, work, context, 0};
    assay_status status = change(s, run, &t, err);
    if (status == ASSAY_OK && commit)
        *commit = t.commit;
    return status;
}
