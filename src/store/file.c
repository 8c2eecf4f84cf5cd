/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files: bytes in parts of a mebibyte, so that one that comes never holds the writer for long, and
 * one that is read never stands in memory as a whole.
 *
 * A part's number is the file's number times 1024 and its place, so that the parts of a file lie
 * one behind the other without an index. What was cut off while it came is loose, as is what no
 * record names: both are swept away together. */
#include "store/inner.h"

#include "base/hash.h"

#include <stdio.h>
#include <string.h>

enum { SHIFT = 10 };

/* -- reading -------------------------------------------------------------------------- */

typedef struct {
    int64_t number;
    store_file file;
} found_file;

static void take_id(sqlite3_stmt *q, int column, object_id *out)
{
    if (sqlite3_column_bytes(q, column) == sizeof *out)
        memcpy(out->bytes, sqlite3_column_blob(q, column), sizeof out->bytes);
}

static assay_status find_file(store *s, const object_id *id, found_file *out, assay_err *err)
{
    connection *c = s->db;
    sqlite3_stmt *q = statement(c, SQL_FILE_GET);
    *out = (found_file){.file.id = *id};
    sqlite3_bind_blob(q, 1, id->bytes, sizeof id->bytes, SQLITE_STATIC);
    buf_clear(&s->document);
    int step = statement_step(c, SQL_FILE_GET, err);
    if (step > 0) {
        out->number = sqlite3_column_int64(q, 0);
        take_id(q, 1, &out->file.object);
        take_id(q, 2, &out->file.owner);
        out->file.state = (store_file_state)sqlite3_column_int(q, 3);
        out->file.parts = (uint32_t)sqlite3_column_int64(q, 4);
        out->file.bytes = (uint64_t)sqlite3_column_int64(q, 5);
        out->file.time = sqlite3_column_int64(q, 6);
        const char *about = (const char *)sqlite3_column_text(q, 7);
        buf_add_text(&s->document, about ? about : "");
        out->file.about = buf_text(&s->document);
    }
    statement_reset(c, SQL_FILE_GET);
    if (step < 0)
        return ASSAY_DAMAGED;
    if (s->document.failed)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for a file");
    return step ? ASSAY_OK : assay_fail(err, ASSAY_NOT_FOUND, 0, "there is no such file");
}

assay_status store_file_get(store *s, const object_id *id, store_file *out, assay_err *err)
{
    found_file f;
    assay_status status = find_file(s, id, &f, err);
    if (!status)
        *out = f.file;
    return status;
}

static int64_t part_id(int64_t number, uint32_t part)
{
    return (number << SHIFT) + part;
}

static bool is_whole(sqlite3_stmt *q, int sum, int data)
{
    size_t length = (size_t)sqlite3_column_bytes(q, data);
    return length &&
           (uint64_t)sqlite3_column_int64(q, sum) == hash64(sqlite3_column_blob(q, data), length);
}

assay_status store_file_read(store *s, const object_id *id, uint32_t i, buf *out, assay_err *err)
{
    found_file f;
    assay_status status = find_file(s, id, &f, err);
    if (status)
        return status;
    if (f.file.state == FILE_ERASED || i >= f.file.parts)
        return assay_fail(err, ASSAY_NOT_FOUND, i, "the bytes of the file are gone");
    sqlite3_stmt *q = statement(s->db, SQL_FILE_PART_GET);
    sqlite3_bind_int64(q, 1, part_id(f.number, i));
    int step = statement_step(s->db, SQL_FILE_PART_GET, err);
    bool is_fine = step > 0 && is_whole(q, 0, 1);
    buf_clear(out);
    if (is_fine)
        buf_add(out, sqlite3_column_blob(q, 1), (size_t)sqlite3_column_bytes(q, 1));
    statement_reset(s->db, SQL_FILE_PART_GET);
    if (out->failed)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for a file");
    return is_fine ? ASSAY_OK
                   : assay_fail(err, ASSAY_DAMAGED, i, "part %u of a file is damaged", i + 1);
}

assay_status store_files_of(store *s, const object_id *object, store_file_tally *out,
                            assay_err *err)
{
    sqlite3_stmt *q = statement(s->db, SQL_FILE_TALLY);
    sqlite3_bind_blob(q, 1, object->bytes, sizeof object->bytes, SQLITE_STATIC);
    int step = statement_step(s->db, SQL_FILE_TALLY, err);
    if (step > 0)
        *out = (store_file_tally){(uint64_t)sqlite3_column_int64(q, 0),
                                  (uint64_t)sqlite3_column_int64(q, 1),
                                  (uint64_t)sqlite3_column_int64(q, 2)};
    statement_reset(s->db, SQL_FILE_TALLY);
    return step > 0 ? ASSAY_OK : ASSAY_DAMAGED;
}

/* -- writing -------------------------------------------------------------------------- */

assay_status store_file_begin(store_tx *tx, const object_id *id, const object_id *object,
                              const object_id *owner, assay_err *err)
{
    sqlite3_stmt *q = statement(tx->s->db, SQL_FILE_ADD);
    const object_id *const ids[] = {id, object, owner};
    for (int i = 0; i < 3; i++)
        sqlite3_bind_blob(q, i + 1, ids[i]->bytes, sizeof ids[i]->bytes, SQLITE_STATIC);
    sqlite3_bind_int64(q, 4, tx->time);
    return statement_run(tx->s->db, SQL_FILE_ADD, err);
}

static assay_status find_coming(store_tx *tx, const object_id *id, found_file *out, assay_err *err)
{
    assay_status status = find_file(tx->s, id, out, err);
    if (status == ASSAY_NOT_FOUND || (!status && out->file.state != FILE_COMING))
        return assay_fail(err, ASSAY_CONFLICT, 0, "the file is not coming any more");
    return status;
}

assay_status store_file_add(store_tx *tx, const object_id *id, const void *bytes, size_t length,
                            assay_err *err)
{
    found_file f;
    connection *c = tx->s->db;
    assay_status status = find_coming(tx, id, &f, err);
    if (status)
        return status;
    if (!length || length > STORE_FILE_PART || f.file.parts >= STORE_FILE_PARTS)
        return assay_fail(err, ASSAY_LIMIT, 0, "a file has at most %d parts of 1 to %d bytes",
                          STORE_FILE_PARTS, STORE_FILE_PART);
    sqlite3_stmt *q = statement(c, SQL_FILE_PART_ADD);
    sqlite3_bind_int64(q, 1, part_id(f.number, f.file.parts));
    sqlite3_bind_int64(q, 2, (int64_t)hash64(bytes, length));
    sqlite3_bind_blob(q, 3, bytes, (int)length, SQLITE_STATIC);
    status = statement_run(c, SQL_FILE_PART_ADD, err);
    if (status)
        return status;
    q = statement(c, SQL_FILE_GROW);
    sqlite3_bind_int64(q, 1, f.number);
    sqlite3_bind_int64(q, 2, (int64_t)length);
    return statement_run(c, SQL_FILE_GROW, err);
}

static assay_status set_file(store_tx *tx, int64_t number, store_file_state state,
                             const char *about, assay_err *err)
{
    sqlite3_stmt *q = statement(tx->s->db, SQL_FILE_SET);
    sqlite3_bind_int64(q, 1, number);
    sqlite3_bind_int64(q, 2, state);
    sqlite3_bind_text(q, 3, about, -1, SQLITE_STATIC);
    return statement_run(tx->s->db, SQL_FILE_SET, err);
}

assay_status store_file_end(store_tx *tx, const object_id *id, const char *about, assay_err *err)
{
    found_file f;
    assay_status status = find_coming(tx, id, &f, err);
    if (!status && strlen(about) > STORE_FILE_ABOUT)
        status = assay_fail(err, ASSAY_LIMIT, 0, "what is said about a file has at most %d bytes",
                            STORE_FILE_ABOUT);
    return status ? status : set_file(tx, f.number, FILE_LOOSE, about, err);
}

assay_status store_file_keep(store_tx *tx, const object_id *id, assay_err *err)
{
    found_file f;
    assay_status status = find_file(tx->s, id, &f, err);
    if (!status && (f.file.state == FILE_COMING || f.file.state == FILE_ERASED))
        status = assay_fail(err, ASSAY_CONFLICT, 0, "the file is not there as a whole");
    return status ? status : set_file(tx, f.number, FILE_KEPT, f.file.about, err);
}

/* -- going ---------------------------------------------------------------------------- */

static assay_status drop_parts(store_tx *tx, int64_t number, assay_err *err)
{
    sqlite3_stmt *q = statement(tx->s->db, SQL_FILE_PART_DROP);
    sqlite3_bind_int64(q, 1, part_id(number, 0));
    sqlite3_bind_int64(q, 2, part_id(number + 1, 0));
    return statement_run(tx->s->db, SQL_FILE_PART_DROP, err);
}

static assay_status drop_file(store_tx *tx, int64_t number, assay_err *err)
{
    assay_status status = drop_parts(tx, number, err);
    sqlite3_bind_int64(statement(tx->s->db, SQL_FILE_DROP), 1, number);
    return status ? status : statement_run(tx->s->db, SQL_FILE_DROP, err);
}

assay_status store_file_drop(store_tx *tx, const object_id *id, assay_err *err)
{
    found_file f;
    assay_status status = find_file(tx->s, id, &f, err);
    return status ? status : drop_file(tx, f.number, err);
}

/* The numbers that a bound statement gives; all are read before the first is changed. */
static assay_status read_numbers(store_tx *tx, sql which, buf *out, assay_err *err)
{
    sqlite3_stmt *q = tx->s->db->statement[which];
    int step;
    while ((step = statement_step(tx->s->db, which, err)) > 0) {
        int64_t number = sqlite3_column_int64(q, 0);
        buf_add(out, &number, sizeof number);
    }
    statement_reset(tx->s->db, which);
    if (step < 0)
        return ASSAY_DAMAGED;
    return out->failed ? assay_fail(err, ASSAY_MEMORY, 0, "no memory for files") : ASSAY_OK;
}

static int64_t number_at(const buf *numbers, size_t i)
{
    int64_t number;
    memcpy(&number, numbers->data + i * sizeof number, sizeof number);
    return number;
}

assay_status store_files_erase(store_tx *tx, const object_id *owner, assay_err *err)
{
    buf numbers = BUF_INIT;
    sqlite3_bind_blob(statement(tx->s->db, SQL_FILE_OF_OWNER), 1, owner->bytes, sizeof owner->bytes,
                      SQLITE_STATIC);
    assay_status status = read_numbers(tx, SQL_FILE_OF_OWNER, &numbers, err);
    for (size_t i = 0; !status && i < numbers.length / sizeof(int64_t); i++) {
        int64_t number = number_at(&numbers, i);
        status = drop_parts(tx, number, err);
        if (!status)
            status = set_file(tx, number, FILE_ERASED, "", err);
    }
    buf_done(&numbers);
    return status;
}

assay_status store_files_sweep(store_tx *tx, int64_t before, uint64_t *n, assay_err *err)
{
    buf numbers = BUF_INIT;
    sqlite3_bind_int64(statement(tx->s->db, SQL_FILE_LOOSE), 1, before);
    assay_status status = read_numbers(tx, SQL_FILE_LOOSE, &numbers, err);
    size_t count = numbers.length / sizeof(int64_t);
    for (size_t i = 0; !status && i < count; i++)
        status = drop_file(tx, number_at(&numbers, i), err);
    if (!status)
        *n = count;
    buf_done(&numbers);
    return status;
}

/* -- checking ------------------------------------------------------------------------- */

/* The parts of a file: all there, each as it was written, together as long as the file says. */
static const char *fault_of(connection *c, int64_t number, uint32_t parts, uint64_t bytes,
                            assay_err *err)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < parts; i++) {
        sqlite3_stmt *q = statement(c, SQL_FILE_PART_GET);
        sqlite3_bind_int64(q, 1, part_id(number, i));
        bool is_fine = statement_step(c, SQL_FILE_PART_GET, err) > 0 && is_whole(q, 0, 1);
        sum += is_fine ? (uint64_t)sqlite3_column_bytes(q, 1) : 0;
        statement_reset(c, SQL_FILE_PART_GET);
        if (!is_fine)
            return "has a part that is missing or damaged";
    }
    return sum == bytes ? NULL : "is not as long as it says";
}

assay_status files_check(connection *c, store_finding *finding, void *context, uint64_t *damaged,
                         assay_err *err)
{
    sqlite3_stmt *q = statement(c, SQL_FILE_ALL);
    char text[120];
    int64_t stray = 0;
    int step;
    while ((step = statement_step(c, SQL_FILE_ALL, err)) > 0) {
        int64_t number = sqlite3_column_int64(q, 0);
        bool is_erased = sqlite3_column_int(q, 2) == FILE_ERASED;
        const char *fault = is_erased ? NULL
                                      : fault_of(c, number, (uint32_t)sqlite3_column_int64(q, 3),
                                                 (uint64_t)sqlite3_column_int64(q, 4), err);
        if (!fault)
            continue;
        snprintf(text, sizeof text, "file %lld %s", (long long)number, fault);
        finding(text, context);
        ++*damaged;
    }
    statement_reset(c, SQL_FILE_ALL);
    if (step < 0)
        return ASSAY_DAMAGED;
    statement(c, SQL_FILE_PART_STRAY);
    assay_status status = statement_number(c, SQL_FILE_PART_STRAY, &stray, err);
    if (!status && stray) {
        snprintf(text, sizeof text, "%lld parts belong to no file", (long long)stray);
        finding(text, context);
        ++*damaged;
    }
    return status;
}
