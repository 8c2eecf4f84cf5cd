/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Amendments: what was stored stays; what counts is said anew, with who and why.
 *
 * A row is named by what never changes: its time and serial number (untimed: its record number),
 * the import it came with, and its place among rows of that key and import.
 */
#include "store/cursor.h"

#include <stdlib.h>
#include <string.h>

static assay_status read_row(sqlite3_stmt *q, dictionary *serials, amendment *a, assay_err *err)
{
    const char *serial = (const char *)sqlite3_column_text(q, 1);
    size_t length = (size_t)sqlite3_column_bytes(q, 1);
    *a = (amendment){.time = sqlite3_column_int64(q, 0),
                     .origin = (uint32_t)sqlite3_column_int64(q, 2),
                     .occurrence = (uint32_t)sqlite3_column_int64(q, 3),
                     .action = sqlite3_column_int(q, 4)};
    a->value.mantissa = sqlite3_column_int64(q, 5);
    a->value.exponent = (int16_t)sqlite3_column_int(q, 6);
    a->value.decimals = (uint8_t)sqlite3_column_int(q, 7);
    if (a->time == TIME_NONE)
        a->record = serial ? strtoull(serial, NULL, 10) : 0;
    else if (length && !(a->serial = dictionary_code(serials, serial, length)))
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for amendments");
    return ASSAY_OK;
}

assay_status amendments_load(connection *c, uint32_t number, uint64_t as_of,
                             dictionary *serials, amendment **out, size_t *n, assay_err *err)
{
    amendment *list = NULL;
    size_t count = 0, room = 0;
    sqlite3_stmt *q = statement(c, SQL_AMENDMENT_OF);
    sqlite3_bind_int64(q, 1, number);
    sqlite3_bind_int64(q, 2, (int64_t)as_of);
    assay_status status = ASSAY_OK;
    int step;
    while (!status && (step = statement_step(c, SQL_AMENDMENT_OF, err)) != 0) {
        if (step < 0) {
            status = ASSAY_DAMAGED;
            break;
        }
        if (count == room) {
            room = room ? 2 * room : 16;
            amendment *grown = realloc(list, room * sizeof *grown);
            if (!grown) {
                status = assay_fail(err, ASSAY_MEMORY, 0, "no memory for amendments");
                break;
            }
            list = grown;
        }
        status = read_row(q, serials, &list[count++], err);
    }
    statement_reset(c, SQL_AMENDMENT_OF);
    if (status) {
        free(list);
        return status;
    }
    *out = list;
    *n = count;
    return ASSAY_OK;
}
