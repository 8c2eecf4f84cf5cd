/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/conflict.h"

#include <stdio.h>

bool value_same(const given_value *a, const given_value *b)
{
    uint8_t x = a->status, y = b->status;
    if ((x ^ y) & STATUS_MASK)
        return false;
    if ((x & STATUS_MASK) == STATUS_NO_VALUE)
        return true;
    if ((x ^ y) & STATUS_RAW || a->size != b->size)
        return false;
    if (x & STATUS_RAW)
        return a->mantissa == b->mantissa;
    int64_t scaled;
    int p = a->exponent, q = b->exponent;
    if (p >= q)
        return decimal_rescale(a->mantissa, p, q, &scaled) && scaled == b->mantissa;
    return decimal_rescale(b->mantissa, q, p, &scaled) && scaled == a->mantissa;
}

static void bind_row(sqlite3_stmt *q, const row_key *k, char text[static 32])
{
    const char *serial = k->serial;
    size_t length = k->length;
    if (k->time == TIME_NONE) {
        length = (size_t)snprintf(text, 32, "%llu", (unsigned long long)k->record);
        serial = text;
    }
    sqlite3_bind_int64(q, 1, k->characteristic);
    sqlite3_bind_int64(q, 2, k->time);
    sqlite3_bind_text(q, 3, serial, (int)length, SQLITE_STATIC);
    sqlite3_bind_int64(q, 4, (int64_t)k->origin);
    sqlite3_bind_int64(q, 5, k->occurrence);
}

assay_status conflict_known(connection *c, const row_key *stored, const given_value *other,
                            bool *out, assay_err *err)
{
    char text[32];
    int64_t count = 0;
    sqlite3_stmt *q = statement(c, SQL_CONFLICT_SAME);
    bind_row(q, stored, text);
    sqlite3_bind_int64(q, 6, other->mantissa);
    sqlite3_bind_int64(q, 7, other->exponent);
    sqlite3_bind_int64(q, 8, other->status & STATUS_MASK);
    assay_status status = statement_number(c, SQL_CONFLICT_SAME, &count, err);
    *out = count > 0;
    return status;
}

assay_status conflict_add(connection *c, const row_key *stored, const given_value *other,
                          uint64_t from, uint64_t commit, assay_err *err)
{
    char text[32];
    sqlite3_stmt *q = statement(c, SQL_CONFLICT_ADD);
    bind_row(q, stored, text);
    sqlite3_bind_int64(q, 6, (int64_t)from);
    sqlite3_bind_int64(q, 7, other->mantissa);
    sqlite3_bind_int64(q, 8, other->exponent);
    sqlite3_bind_int64(q, 9, other->decimals);
    sqlite3_bind_int64(q, 10, other->status);
    sqlite3_bind_int64(q, 11, other->size);
    assay_status status = statement_run(c, SQL_CONFLICT_ADD, err);
    if (status)
        return status;
    q = statement(c, SQL_AMENDMENT_ADD);
    bind_row(q, stored, text);
    sqlite3_bind_int64(q, 6, AMEND_CONFLICT);
    sqlite3_bind_int64(q, 10, (int64_t)commit);
    return statement_run(c, SQL_AMENDMENT_ADD, err);
}
