/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tables, and how an older file is brought up. docs/format/database.md explains them.
 *
 * application_id and user_version stand in the first page; a file of a newer version is refused,
 * an older one is migrated step by step, each step in its own transaction.
 */
#include "store/connection.h"

#include <string.h>

enum { APPLICATION_ID = 0x41535359 /* "ASSY" */, VERSION = 3, READABLE = 1 };

/* Live ingest and documents. A reader of an older file has these tables empty, in memory. */
#define TABLES_3(CREATE)                                                                           \
    CREATE "document (kind TEXT NOT NULL, id TEXT NOT NULL, json TEXT, version INTEGER NOT NULL,"  \
           " time INTEGER NOT NULL, PRIMARY KEY (kind, id)) WITHOUT ROWID;"                        \
    CREATE "secret (kind TEXT NOT NULL, id TEXT NOT NULL, secret TEXT NOT NULL,"                   \
           " PRIMARY KEY (kind, id)) WITHOUT ROWID;"                                               \
    CREATE "live (number INTEGER PRIMARY KEY, data BLOB NOT NULL);"                                \
    CREATE "moving (batch INTEGER PRIMARY KEY, characteristic INTEGER NOT NULL);"                  \
    CREATE "account (source INTEGER PRIMARY KEY, received INTEGER NOT NULL,"                       \
           " stored INTEGER NOT NULL, duplicates INTEGER NOT NULL, conflicts INTEGER NOT NULL,"    \
           " refused INTEGER NOT NULL, late INTEGER NOT NULL, doubtful INTEGER NOT NULL,"          \
           " last_time INTEGER NOT NULL);"                                                         \
    CREATE "refusal (source INTEGER NOT NULL, reason TEXT NOT NULL, remedy TEXT NOT NULL,"         \
           " example TEXT NOT NULL, count INTEGER NOT NULL, first_time INTEGER NOT NULL,"          \
           " last_time INTEGER NOT NULL, PRIMARY KEY (source, reason)) WITHOUT ROWID;"             \
    CREATE "remembered (source INTEGER NOT NULL, key TEXT NOT NULL, value BLOB NOT NULL,"          \
           " PRIMARY KEY (source, key)) WITHOUT ROWID;"

static const char *const steps[VERSION] = {
    "CREATE TABLE commit_log (number INTEGER PRIMARY KEY, time INTEGER NOT NULL, import INTEGER);"
    "CREATE TABLE text (kind INTEGER NOT NULL, code INTEGER NOT NULL, text TEXT NOT NULL,"
    " PRIMARY KEY (kind, code)) WITHOUT ROWID;"
    "CREATE TABLE person (code INTEGER PRIMARY KEY, name TEXT);"
    "CREATE TABLE characteristic (number INTEGER PRIMARY KEY, id BLOB NOT NULL,"
    " path TEXT NOT NULL UNIQUE, leaf TEXT NOT NULL, definition TEXT NOT NULL, import INTEGER,"
    " reference INTEGER, exponent INTEGER);"
    "CREATE INDEX characteristic_leaf ON characteristic (leaf);"
    "CREATE UNIQUE INDEX characteristic_id ON characteristic (id);"
    "CREATE TABLE change (import INTEGER NOT NULL, characteristic INTEGER NOT NULL,"
    " definition TEXT NOT NULL, PRIMARY KEY (import, characteristic)) WITHOUT ROWID;"
    "CREATE TABLE import (id INTEGER PRIMARY KEY, source INTEGER NOT NULL, content TEXT NOT NULL,"
    " label TEXT, actor INTEGER, base INTEGER NOT NULL, \"commit\" INTEGER,"
    " \"offset\" INTEGER NOT NULL DEFAULT 0, record INTEGER NOT NULL DEFAULT 0,"
    " received INTEGER NOT NULL DEFAULT 0, stored INTEGER, duplicates INTEGER, conflicts INTEGER);"
    "CREATE INDEX import_pending ON import (id) WHERE \"commit\" IS NULL;"
    "CREATE INDEX import_commit ON import (\"commit\");"
    "CREATE TABLE batch (id INTEGER PRIMARY KEY AUTOINCREMENT, import INTEGER NOT NULL,"
    " directory BLOB NOT NULL, data BLOB NOT NULL);"
    "CREATE TABLE void (batch INTEGER NOT NULL, characteristic INTEGER NOT NULL,"
    " PRIMARY KEY (batch, characteristic)) WITHOUT ROWID;"
    "CREATE TABLE chunk (characteristic INTEGER NOT NULL, first_time INTEGER NOT NULL,"
    " tie INTEGER NOT NULL, id INTEGER NOT NULL, last_time INTEGER NOT NULL, n INTEGER NOT NULL,"
    " flags INTEGER NOT NULL, first_import INTEGER NOT NULL, last_import INTEGER NOT NULL,"
    " summary BLOB, PRIMARY KEY (characteristic, first_time, tie)) WITHOUT ROWID;"
    "CREATE TABLE chunk_values (id INTEGER PRIMARY KEY, data BLOB NOT NULL);"
    "CREATE TABLE chunk_times (id INTEGER PRIMARY KEY, data BLOB NOT NULL);"
    "CREATE TABLE chunk_columns (id INTEGER PRIMARY KEY, data BLOB NOT NULL);"
    "CREATE TABLE chunk_texts (id INTEGER PRIMARY KEY, data BLOB NOT NULL);"
    "CREATE TABLE record (sequence INTEGER PRIMARY KEY, \"commit\" INTEGER NOT NULL,"
    " time INTEGER NOT NULL, id BLOB NOT NULL, object BLOB, type TEXT NOT NULL, actor INTEGER,"
    " commitment BLOB NOT NULL);"
    "CREATE TABLE payload (sequence INTEGER PRIMARY KEY, salt BLOB NOT NULL,"
    " payload TEXT NOT NULL);"
    "CREATE TABLE amendment (id INTEGER PRIMARY KEY, characteristic INTEGER NOT NULL,"
    " time INTEGER NOT NULL, serial TEXT NOT NULL, origin INTEGER NOT NULL,"
    " occurrence INTEGER NOT NULL, action INTEGER NOT NULL, mantissa INTEGER, exponent INTEGER,"
    " decimals INTEGER, \"commit\" INTEGER NOT NULL, record INTEGER);"
    "CREATE INDEX amendment_characteristic ON amendment (characteristic);"
    "CREATE TABLE conflict (id INTEGER PRIMARY KEY, characteristic INTEGER NOT NULL,"
    " time INTEGER NOT NULL, serial TEXT NOT NULL, origin INTEGER NOT NULL,"
    " occurrence INTEGER NOT NULL, import INTEGER NOT NULL, mantissa INTEGER NOT NULL,"
    " exponent INTEGER NOT NULL, decimals INTEGER NOT NULL, status INTEGER NOT NULL,"
    " size INTEGER NOT NULL, decided INTEGER);"
    "CREATE INDEX conflict_row ON conflict (characteristic, time);"
    "CREATE TABLE chart (id BLOB PRIMARY KEY, characteristic INTEGER NOT NULL, name TEXT NOT NULL,"
    " definition TEXT NOT NULL, limits TEXT, UNIQUE (characteristic, name)) WITHOUT ROWID;",
    /* what the reader has to say of the rows consumed so far */
    "ALTER TABLE import ADD COLUMN note TEXT;",
    TABLES_3("CREATE TABLE "),
};

static assay_status pragma_number(connection *c, const char *text, int64_t *out, assay_err *err)
{
    sqlite3_stmt *s = NULL;
    assay_status status = ASSAY_OK;
    if (sqlite3_prepare_v2(c->db, text, -1, &s, NULL) != SQLITE_OK ||
        sqlite3_step(s) != SQLITE_ROW)
        status = connection_fail(c, err, "cannot read");
    else
        *out = sqlite3_column_int64(s, 0);
    sqlite3_finalize(s);
    return status;
}

static assay_status refuse_strangers(connection *c, int64_t application, int64_t version,
                                     assay_err *err)
{
    if (application != APPLICATION_ID)
        return assay_fail(err, ASSAY_FORMAT, 0, "%s is not an Assay database", c->path);
    if (version > VERSION) {
        assay_fail(err, ASSAY_NEWER, 0, "%s has format %lld, this program knows %d", c->path,
                   (long long)version, VERSION);
        return assay_hint(err, "update assay");
    }
    return ASSAY_OK;
}

static assay_status apply_step(connection *c, int64_t version, assay_err *err)
{
    char set[80];
    sqlite3_snprintf(sizeof set, set, "PRAGMA application_id=%d; PRAGMA user_version=%d;",
                     APPLICATION_ID, (int)version + 1);
    assay_status status = connection_exec(c, "BEGIN IMMEDIATE", err);
    if (!status)
        status = connection_exec(c, steps[version], err);
    if (!status)
        status = connection_exec(c, set, err);
    if (!status)
        status = connection_exec(c, "COMMIT", err);
    if (status)
        sqlite3_exec(c->db, "ROLLBACK", NULL, NULL, NULL);
    return status;
}

/* A file that was being created when the process was killed: its page size is set, nothing else. */
static assay_status is_begun(connection *c, bool *out, assay_err *err)
{
    int64_t tables = 0, size = 0;
    assay_status status = pragma_number(c, "SELECT count(*) FROM sqlite_master", &tables, err);
    if (!status)
        status = pragma_number(c, "PRAGMA page_size", &size, err);
    *out = !status && !tables && size == 65536;
    return status;
}

assay_status schema_prepare(connection *c, bool is_writer, bool is_created, assay_err *err)
{
    int64_t application = 0, version = 0, pages = 0;
    assay_status status = pragma_number(c, "PRAGMA application_id", &application, err);
    if (!status)
        status = pragma_number(c, "PRAGMA user_version", &version, err);
    if (!status)
        status = pragma_number(c, "PRAGMA page_count", &pages, err);
    if (status)
        return status;
    bool is_empty = pages == 0;
    if (!is_empty && is_created && !application && !version)
        status = is_begun(c, &is_empty, err);
    if (status)
        return status;
    if (is_empty && !is_created)
        return assay_fail(err, ASSAY_FORMAT, 0, "%s is not an Assay database: it is empty",
                          c->path);
    if (is_empty)
        status = connection_exec(c, "PRAGMA page_size=65536; PRAGMA auto_vacuum=INCREMENTAL;"
                                    "PRAGMA encoding='UTF-8'; PRAGMA journal_mode=WAL;", err);
    else
        status = refuse_strangers(c, application, version, err);
    if (!status && version < 0)
        status = assay_fail(err, ASSAY_DAMAGED, 0, "%s has no valid format number", c->path);
    if (!status && is_writer && !is_empty) /* a backup comes without a log */
        status = connection_exec(c, "PRAGMA journal_mode=WAL", err);
    if (!status && !is_writer && version >= READABLE && version < 3)
        return connection_exec(c, TABLES_3("CREATE TEMP TABLE "), err);
    while (!status && version < VERSION) {
        if (!is_writer && version >= READABLE)
            break; /* what came later concerns writers alone */
        if (!is_writer)
            return assay_fail(err, ASSAY_UNSUPPORTED, 0, "%s has the older format %lld", c->path,
                              (long long)version);
        status = apply_step(c, version++, err);
    }
    return status;
}
