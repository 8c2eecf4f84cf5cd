/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What records say: rows of two tables, the sealed bytes and what opens them. Erasing payload, salt
 * and key leaves a record that proves that something was said, when and about what, but not what. */
#include "store/inner.h"

#include "base/random.h"

#include <stdio.h>
#include <string.h>

/* Columns of SQL_RECORD_FROM and SQL_RECORD_OF. */
enum { COMMITMENT = 7, SALT, SEALED, KEY, FORM };

/* -- adding, dropping ----------------------------------------------------------------- */

assay_status payload_commit(const buf *payload, payload_secrets *own, sha256 *out, assay_err *err)
{
    assay_status status = random_bytes(own, sizeof *own, err);
    return status ? status
                  : commitment_of(COMMIT_MEMBERS, own->salt, sizeof own->salt, payload->data,
                                  payload->length, out, err);
}

assay_status payload_add(connection *c, int64_t sequence, const payload_secrets *own,
                         const buf *payload, assay_err *err)
{
    buf sealed = BUF_INIT;
    payload_seal(sequence, own->key, payload->data, payload->length, &sealed);
    assay_status status =
        sealed.failed ? assay_fail(err, ASSAY_MEMORY, 0, "no memory for a payload") : ASSAY_OK;
    sqlite3_stmt *q = statement(c, SQL_PAYLOAD_ADD);
    sqlite3_bind_int64(q, 1, sequence);
    sqlite3_bind_blob(q, 2, buf_text(&sealed), (int)sealed.length, SQLITE_STATIC);
    if (!status)
        status = statement_run(c, SQL_PAYLOAD_ADD, err);
    q = statement(c, SQL_PAYLOAD_KEY_ADD);
    sqlite3_bind_int64(q, 1, sequence);
    sqlite3_bind_blob(q, 2, own->key, sizeof own->key, SQLITE_STATIC);
    sqlite3_bind_blob(q, 3, own->salt, sizeof own->salt, SQLITE_STATIC);
    sqlite3_bind_int(q, 4, COMMIT_MEMBERS);
    if (!status)
        status = statement_run(c, SQL_PAYLOAD_KEY_ADD, err);
    buf_done(&sealed);
    return status;
}

static assay_status run_on(connection *c, sql which, uint64_t sequence, assay_err *err)
{
    sqlite3_stmt *q = statement(c, which);
    sqlite3_bind_int64(q, 1, (int64_t)sequence);
    return statement_run(c, which, err);
}

assay_status payload_drop(connection *c, uint64_t sequence, assay_err *err)
{
    assay_status status = run_on(c, SQL_PAYLOAD_DROP, sequence, err);
    bool was_there = sqlite3_changes(c->db) > 0;
    if (!status)
        status = run_on(c, SQL_PAYLOAD_KEY_DROP, sequence, err);
    if (!status && !was_there)
        status = assay_fail(err, ASSAY_NOT_FOUND, 0, "record %llu has no payload",
                            (unsigned long long)sequence);
    return status;
}

/* -- reading -------------------------------------------------------------------------- */

/* A text is that of an older file, read as it is. A payload whose key is gone is gone as well. */
assay_status payload_read(sqlite3_stmt *q, buf *plain, const char **out, assay_err *err)
{
    int type = sqlite3_column_type(q, SEALED);
    *out = NULL;
    buf_clear(plain);
    if (type == SQLITE_NULL || (type == SQLITE_BLOB && sqlite3_column_type(q, KEY) == SQLITE_NULL))
        return ASSAY_OK;
    if (type == SQLITE_TEXT)
        buf_add(plain, sqlite3_column_text(q, SEALED), (size_t)sqlite3_column_bytes(q, SEALED));
    else if (sqlite3_column_bytes(q, KEY) != PAYLOAD_KEY ||
             !payload_open(sqlite3_column_int64(q, 0), sqlite3_column_blob(q, KEY),
                           sqlite3_column_blob(q, SEALED), (size_t)sqlite3_column_bytes(q, SEALED),
                           plain))
        return assay_fail(err, plain->failed ? ASSAY_MEMORY : ASSAY_DAMAGED, 0,
                          "the payload of record %lld does not open with its key",
                          (long long)sqlite3_column_int64(q, 0));
    if (plain->failed)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for a payload");
    *out = buf_text(plain);
    return ASSAY_OK;
}

/* -- checking ------------------------------------------------------------------------- */

static const char *payload_fault(sqlite3_stmt *q, buf *plain)
{
    const char *payload;
    sha256 digest;
    if (payload_read(q, plain, &payload, NULL))
        return "does not open with its key";
    if (!payload)
        return NULL; /* erased */
    bool is_whole = sqlite3_column_bytes(q, COMMITMENT) == sizeof digest.bytes &&
                    !commitment_of(sqlite3_column_int(q, FORM), sqlite3_column_blob(q, SALT),
                                   (size_t)sqlite3_column_bytes(q, SALT), plain->data,
                                   plain->length, &digest, NULL) &&
                    !memcmp(digest.bytes, sqlite3_column_blob(q, COMMITMENT), sizeof digest.bytes);
    return is_whole ? NULL : "does not agree with its commitment";
}

static void find(store_finding *finding, void *context, uint64_t sequence, const char *fault,
                 uint64_t *damaged)
{
    char text[120];
    snprintf(text, sizeof text, "record %llu %s", (unsigned long long)sequence, fault);
    finding(text, context);
    ++*damaged;
}

/* Payloads and keys without each other, or without a record. */
static assay_status strays_check(connection *c, store_finding *finding, void *context,
                                 uint64_t *damaged, assay_err *err)
{
    int step;
    sqlite3_stmt *q = statement(c, SQL_PAYLOAD_STRAY);
    while ((step = statement_step(c, SQL_PAYLOAD_STRAY, err)) > 0)
        find(finding, context, (uint64_t)sqlite3_column_int64(q, 0),
             "has a payload without a key, or a key without a payload", damaged);
    statement_reset(c, SQL_PAYLOAD_STRAY);
    return step < 0 ? ASSAY_DAMAGED : ASSAY_OK;
}

/* Gap-free, and every payload that is there opens and agrees with its commitment. */
assay_status records_check(store *s, connection *c, store_finding *finding, void *context,
                           uint64_t *count, uint64_t *damaged, assay_err *err)
{
    (void)s;
    uint64_t expected = 1;
    int step;
    buf plain = BUF_INIT;
    sqlite3_stmt *q = statement(c, SQL_RECORD_FROM);
    sqlite3_bind_int64(q, 1, 0);
    while ((step = statement_step(c, SQL_RECORD_FROM, err)) > 0) {
        uint64_t sequence = (uint64_t)sqlite3_column_int64(q, 0);
        const char *fault =
            sequence != expected ? "does not follow the one before" : payload_fault(q, &plain);
        if (fault)
            find(finding, context, sequence, fault, damaged);
        expected = sequence + 1;
        ++*count;
    }
    statement_reset(c, SQL_RECORD_FROM);
    buf_done(&plain);
    return step < 0 ? ASSAY_DAMAGED : strays_check(c, finding, context, damaged, err);
}
