/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Stored charts: a characteristic, what of it, how grouped, which chart, which rules; and the
 * limits in force. Definition and limits are JSON that the caller understands; each change is a
 * record whose object is the chart, so the history of limits is the list of its records. */
#include "store/inner.h"

#include "base/jcs.h"
#include "base/random.h"

#include <stdlib.h>
#include <string.h>

static assay_status read_chart(store *s, connection *c, uint32_t number, const char *name,
                               store_chart *out, assay_err *err)
{
    sqlite3_stmt *q = statement(c, SQL_CHART_FIND);
    sqlite3_bind_int64(q, 1, number);
    sqlite3_bind_text(q, 2, name, -1, SQLITE_STATIC);
    int step = statement_step(c, SQL_CHART_FIND, err);
    assay_status status = ASSAY_OK;
    if (step > 0 && sqlite3_column_bytes(q, 0) == (int)sizeof out->id.bytes) {
        store_chart found = {.characteristic = number};
        const char *definition = (const char *)sqlite3_column_text(q, 1);
        const char *limits = (const char *)sqlite3_column_text(q, 2);
        memcpy(found.id.bytes, sqlite3_column_blob(q, 0), sizeof found.id.bytes);
        found.name = arena_text(&s->names, name, strlen(name));
        found.definition = arena_text(&s->names, definition, strlen(definition));
        found.limits = limits ? arena_text(&s->names, limits, strlen(limits)) : NULL;
        if (!found.name || !found.definition || (limits && !found.limits))
            status = assay_fail(err, ASSAY_MEMORY, 0, "no memory for a chart");
        else
            *out = found;
    }
    statement_reset(c, SQL_CHART_FIND);
    if (step == 0)
        return assay_fail(err, ASSAY_NOT_FOUND, 0, "characteristic #%u has no chart \"%s\"",
                          number, name);
    return step < 0 ? ASSAY_DAMAGED : status;
}

assay_status store_chart_find(store *s, uint32_t number, const char *name, store_chart *out,
                              assay_err *err)
{
    return read_chart(s, s->db, number, name, out, err);
}

assay_status store_chart_define(store_tx *tx, uint32_t number, const char *name,
                                const char *definition, const char *actor, object_id *id,
                                assay_err *err)
{
    store *s = tx->s;
    store_chart old;
    stored_characteristic known;
    buf canonical = BUF_INIT;
    assay_status status = store_characteristic_at(s, number, &known, err);
    if (!status)
        status = jcs_canonical(definition, strlen(definition), &canonical, err);
    bool is_new = !status && read_chart(s, s->db, number, name, &old, NULL) == ASSAY_NOT_FOUND;
    if (!status && is_new)
        status = random_bytes(old.id.bytes, sizeof old.id.bytes, err);
    if (!status) {
        sqlite3_stmt *q = statement(s->db, SQL_CHART_SET);
        sqlite3_bind_blob(q, 1, old.id.bytes, sizeof old.id.bytes, SQLITE_STATIC);
        sqlite3_bind_int64(q, 2, number);
        sqlite3_bind_text(q, 3, name, -1, SQLITE_STATIC);
        sqlite3_bind_text(q, 4, canonical.data, -1, SQLITE_STATIC);
        status = statement_run(s->db, SQL_CHART_SET, err);
    }
    if (!status)
        status = record_append(tx, is_new ? "chart.defined" : "chart.changed", actor, &old.id,
                               canonical.data, NULL, err);
    if (!status && id)
        *id = old.id;
    buf_done(&canonical);
    return status;
}

assay_status store_chart_limits(store_tx *tx, const object_id *chart, const char *limits,
                                const char *actor, assay_err *err)
{
    connection *c = tx->s->db;
    buf canonical = BUF_INIT;
    assay_status status = jcs_canonical(limits, strlen(limits), &canonical, err);
    if (!status) {
        sqlite3_stmt *q = statement(c, SQL_CHART_LIMITS);
        sqlite3_bind_blob(q, 1, chart->bytes, sizeof chart->bytes, SQLITE_STATIC);
        sqlite3_bind_text(q, 2, canonical.data, -1, SQLITE_STATIC);
        status = statement_run(c, SQL_CHART_LIMITS, err);
    }
    if (!status && sqlite3_changes(c->db) == 0)
        status = assay_fail(err, ASSAY_NOT_FOUND, 0, "there is no such chart");
    if (!status)
        status = record_append(tx, "chart.limits", actor, chart, canonical.data, NULL, err);
    buf_done(&canonical);
    return status;
}

static store_chart chart_of(sqlite3_stmt *q)
{
    store_chart c = {.characteristic = (uint32_t)sqlite3_column_int64(q, 1),
                     .name = (const char *)sqlite3_column_text(q, 2),
                     .definition = (const char *)sqlite3_column_text(q, 3),
                     .limits = (const char *)sqlite3_column_text(q, 4)};
    if (sqlite3_column_bytes(q, 0) == (int)sizeof c.id.bytes)
        memcpy(c.id.bytes, sqlite3_column_blob(q, 0), sizeof c.id.bytes);
    return c;
}

assay_status store_charts(store *s, uint32_t number, store_chart_visitor *visit, void *context,
                          assay_err *err)
{
    connection *c;
    assay_status status = reader_take(s, &c, err);
    if (status)
        return status;
    sqlite3_stmt *q = statement(c, SQL_CHART_ALL);
    sqlite3_bind_int64(q, 1, number);
    int step;
    while ((step = statement_step(c, SQL_CHART_ALL, err)) > 0) {
        store_chart found = chart_of(q);
        if (!visit(&found, context))
            break;
    }
    reader_give(s, c);
    return step < 0 ? ASSAY_DAMAGED : ASSAY_OK;
}
