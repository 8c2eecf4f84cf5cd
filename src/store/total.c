/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/total.h"

bool total_part(const void *bytes, size_t length, uint32_t n, uint32_t flags, chunk_summary *out)
{
    if (!length || flags & PIECE_ATTRIBUTE || chunk_summary_unpack(bytes, length, out, NULL) ||
        out->raw || out->wide || out->rows != n)
        return false;
    chunk_summary_flatten(out);
    return true;
}

void total_add(series_total *t, const void *summary, size_t length, uint32_t n, uint32_t flags)
{
    chunk_summary one;
    if (t->state == TOTAL_KNOWN && !(total_part(summary, length, n, flags, &one) &&
                                     chunk_summary_join(&t->sum, &one)))
        t->state = TOTAL_NONE;
}

void total_drop(series_total *t, const void *summary, size_t length, uint32_t n, uint32_t flags)
{
    chunk_summary one;
    if (t->state == TOTAL_KNOWN && !(total_part(summary, length, n, flags, &one) &&
                                     chunk_summary_leave(&t->sum, &one)))
        t->state = TOTAL_NONE;
}

series_total total_of(sqlite3_stmt *q, int column)
{
    series_total out = {.state = TOTAL_NONE};
    const void *bytes = sqlite3_column_blob(q, column);
    size_t length = (size_t)sqlite3_column_bytes(q, column);
    if (length && !chunk_summary_unpack(bytes, length, &out.sum, NULL))
        out.state = TOTAL_KNOWN;
    return out;
}

assay_status total_read(connection *c, uint32_t number, series_total *out, assay_err *err)
{
    sqlite3_stmt *q = statement(c, SQL_TOTAL_GET);
    sqlite3_bind_int64(q, 1, number);
    int step = statement_step(c, SQL_TOTAL_GET, err);
    *out = step > 0 ? total_of(q, 0) : (series_total){.state = TOTAL_UNKNOWN};
    statement_reset(c, SQL_TOTAL_GET);
    return step < 0 ? ASSAY_DAMAGED : ASSAY_OK;
}

assay_status total_count(connection *c, uint32_t number, series_total *out, assay_err *err)
{
    sqlite3_stmt *q = statement(c, SQL_CHUNK_FROM);
    sqlite3_bind_int64(q, 1, number);
    sqlite3_bind_int64(q, 2, INT64_MIN);
    sqlite3_bind_int64(q, 3, INT64_MAX);
    int step;
    *out = (series_total){.state = TOTAL_KNOWN};
    while ((step = statement_step(c, SQL_CHUNK_FROM, err)) > 0 && out->state == TOTAL_KNOWN)
        total_add(out, sqlite3_column_blob(q, 8), (size_t)sqlite3_column_bytes(q, 8),
                  (uint32_t)sqlite3_column_int64(q, 4), (uint32_t)sqlite3_column_int64(q, 5));
    statement_reset(c, SQL_CHUNK_FROM);
    return step < 0 ? ASSAY_DAMAGED : ASSAY_OK;
}

assay_status total_write(connection *c, uint32_t number, const series_total *t, assay_err *err)
{
    uint8_t bytes[CHUNK_SUMMARY_MAX];
    sqlite3_stmt *q = statement(c, SQL_TOTAL_SET);
    sqlite3_bind_int64(q, 1, number);
    if (t->state == TOTAL_KNOWN)
        sqlite3_bind_blob64(q, 2, bytes, chunk_summary_pack(&t->sum, bytes), SQLITE_STATIC);
    return statement_run(c, SQL_TOTAL_SET, err);
}
