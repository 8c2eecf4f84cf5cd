/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Are lists what their entries say, and are the counts right? */
#include "store/inner.h"

#include <stdio.h>

static bool has_place(connection *c, const entry_spot *s, int64_t entry, assay_err *err)
{
    int64_t n = 0;
    sqlite3_stmt *q = statement(c, SQL_PLACE_HAS);
    sqlite3_bind_int64(q, 1, s->list);
    sqlite3_bind_blob(q, 2, s->sort, (int)s->length, SQLITE_STATIC);
    sqlite3_bind_int64(q, 3, entry);
    return statement_number(c, SQL_PLACE_HAS, &n, err) == ASSAY_OK && n == 1;
}

static const char *fault_of(connection *c, sqlite3_stmt *q, uint64_t *places, assay_err *err)
{
    const char *at = sqlite3_column_blob(q, 4);
    const char *end = at ? at + sqlite3_column_bytes(q, 4) : NULL; /* a damaged row may have none */
    entry_spot s;
    while (at < end) {
        if (!place_next(&at, end, &s))
            return "has damaged places";
        if (!has_place(c, &s, sqlite3_column_int64(q, 0), err))
            return "is missing in a list";
        ++*places;
    }
    return sqlite3_column_bytes(q, 2) == sizeof(object_id) ? NULL : "has no valid object";
}

assay_status entries_check(connection *c, store_finding *finding, void *context,
                           uint64_t *damaged, assay_err *err)
{
    uint64_t places = 0, listed = 0;
    char text[400];
    int step;
    sqlite3_stmt *q = statement(c, SQL_ENTRY_ALL);
    while ((step = statement_step(c, SQL_ENTRY_ALL, err)) > 0) {
        const char *fault = fault_of(c, q, &places, err);
        if (!fault)
            continue;
        snprintf(text, sizeof text, "entry %lld (%.60s) %s",
                 (long long)sqlite3_column_int64(q, 0), (const char *)sqlite3_column_text(q, 1),
                 fault);
        finding(text, context);
        ++*damaged;
    }
    statement_reset(c, SQL_ENTRY_ALL);
    if (step < 0)
        return ASSAY_DAMAGED;
    q = statement(c, SQL_PLACE_COUNTS);
    while ((step = statement_step(c, SQL_PLACE_COUNTS, err)) > 0) {
        int64_t told = sqlite3_column_int64(q, 1), is = sqlite3_column_int64(q, 2);
        listed += (uint64_t)is;
        if (told == is)
            continue;
        snprintf(text, sizeof text, "list \"%.200s\" counts %lld entries and has %lld",
                 (const char *)sqlite3_column_text(q, 0), (long long)told, (long long)is);
        finding(text, context);
        ++*damaged;
    }
    statement_reset(c, SQL_PLACE_COUNTS);
    if (step >= 0 && listed != places) {
        snprintf(text, sizeof text, "lists have %llu places, their entries say %llu",
                 (unsigned long long)listed, (unsigned long long)places);
        finding(text, context);
        ++*damaged;
    }
    return step < 0 ? ASSAY_DAMAGED : ASSAY_OK;
}
