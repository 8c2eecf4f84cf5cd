/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tables, and how an older file is brought up. docs/format/database.md explains them.
 *
 * application_id and user_version stand in the first page; a file of a newer version is refused,
 * an older one is migrated step by step, each step in its own transaction.
 */
#include "store/connection.h"

#include "base/i18n.h"
#include "base/random.h"
#include "store/payload.h"

#include <string.h>

enum { APPLICATION_ID = 0x41535359 /* "ASSY" */, VERSION = 10, READABLE = 1 };

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

/* Lists that screens show in pages (entry.c). */
#define TABLES_4(CREATE)                                                                           \
    CREATE "list (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, n INTEGER NOT NULL);"         \
    CREATE "entry (number INTEGER PRIMARY KEY, kind TEXT NOT NULL, object BLOB NOT NULL,"          \
           " row TEXT NOT NULL, places BLOB NOT NULL, UNIQUE (kind, object));"                     \
    CREATE "place (list INTEGER NOT NULL, sort BLOB NOT NULL, entry INTEGER NOT NULL,"             \
           " PRIMARY KEY (list, sort, entry)) WITHOUT ROWID;"

/* What the ledger knows people by, and which earlier record a record corrects. */
#define TABLES_5(CREATE)                                                                           \
    CREATE "pseudonym (code INTEGER PRIMARY KEY, id BLOB NOT NULL);"                               \
    CREATE "correction (sequence INTEGER PRIMARY KEY, earlier INTEGER NOT NULL);"

/* What a reader of an older file sees of its payloads, which stand there in the clear. */
static const char *const plain_payloads =
    "CREATE TEMP VIEW payload_key AS SELECT sequence, NULL AS key, salt, 1 AS form"
    " FROM main.payload;"
    "CREATE TEMP VIEW payload AS SELECT sequence, payload AS sealed FROM main.payload;";

/* Bytes that stand beside the records of an object (file.c). */
#define TABLES_7(CREATE)                                                                           \
    CREATE "file (number INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, object BLOB NOT NULL,"      \
           " owner BLOB NOT NULL, state INTEGER NOT NULL, parts INTEGER NOT NULL,"                 \
           " bytes INTEGER NOT NULL, time INTEGER NOT NULL, about TEXT NOT NULL);"                 \
    CREATE "file_part (id INTEGER PRIMARY KEY, sum INTEGER NOT NULL, data BLOB NOT NULL);"

/* Which database this is, and who last wrote it: for the journal beside it (journal.h). */
static const char *const no_lineage =
    "CREATE TEMP TABLE lineage AS SELECT zeroblob(16) AS id, 0 AS generation, -1 AS taken;";

/* What all chunks of a series come to; of a series of an older file from its next compaction on. */
#define TABLES_9(CREATE) CREATE "total (characteristic INTEGER PRIMARY KEY, summary BLOB);"

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
    TABLES_4("CREATE TABLE ")
    "CREATE INDEX record_object ON record (object, sequence) WHERE object IS NOT NULL;",
    TABLES_5("CREATE TABLE ")
    "CREATE UNIQUE INDEX pseudonym_id ON pseudonym (id);"
    "INSERT INTO pseudonym SELECT code, randomblob(16) FROM person;",
    /* payloads under keys of their own (payload.h); which form the commitment has (commitment.h) */
    "ALTER TABLE payload RENAME TO payload_5;"
    "CREATE TABLE payload (sequence INTEGER PRIMARY KEY, sealed BLOB NOT NULL);"
    "CREATE TABLE payload_key (sequence INTEGER PRIMARY KEY, key BLOB NOT NULL,"
    " salt BLOB NOT NULL, form INTEGER NOT NULL);"
    "INSERT INTO payload_key SELECT sequence, new_key(), salt, 1 FROM payload_5;"
    "INSERT INTO payload SELECT sequence, seal(sequence, key, payload) FROM payload_5"
    " JOIN payload_key USING (sequence);"
    "DROP TABLE payload_5;",
    TABLES_7("CREATE TABLE ")
    "CREATE INDEX file_object ON file (object);"
    "CREATE INDEX file_owner ON file (owner);"
    "CREATE INDEX file_loose ON file (time) WHERE state < 2;",
    "CREATE TABLE lineage (id BLOB NOT NULL, generation INTEGER NOT NULL, taken INTEGER NOT NULL);"
    "INSERT INTO lineage VALUES (randomblob(16), 0, -1);",
    TABLES_9("CREATE TABLE "),
    /* a reader of an older file finds records of a type by looking at all */
    "CREATE INDEX record_type ON record (type);",
};

/* -- functions that the steps call ------------------------------------------------------- */

static void new_key(sqlite3_context *q, int count, sqlite3_value **arg)
{
    uint8_t key[PAYLOAD_KEY];
    (void)count, (void)arg;
    if (random_bytes(key, sizeof key, NULL))
        sqlite3_result_error(q, "the kernel gives no random bytes", -1);
    else
        sqlite3_result_blob(q, key, sizeof key, SQLITE_TRANSIENT);
}

static void seal(sqlite3_context *q, int count, sqlite3_value **arg)
{
    buf out = BUF_INIT;
    (void)count;
    const void *payload = sqlite3_value_text(arg[2]);
    payload_seal(sqlite3_value_int64(arg[0]), sqlite3_value_blob(arg[1]), payload,
                 (size_t)sqlite3_value_bytes(arg[2]), &out);
    if (out.failed)
        sqlite3_result_error_nomem(q);
    else
        sqlite3_result_blob64(q, out.data, out.length, SQLITE_TRANSIENT);
    buf_done(&out);
}

static assay_status make_functions(connection *c, assay_err *err)
{
    if (sqlite3_create_function(c->db, "new_key", 0, SQLITE_UTF8 | SQLITE_DIRECTONLY, NULL, new_key,
                                NULL, NULL) ||
        sqlite3_create_function(c->db, "seal", 3, SQLITE_UTF8 | SQLITE_DIRECTONLY, NULL, seal, NULL,
                                NULL))
        return connection_fail(c, err, "cannot bring up");
    return ASSAY_OK;
}

/* -- bringing up --------------------------------------------------------------------------- */


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
        return assay_fail(err, ASSAY_FORMAT, 0, _("%s is not an Assay database"), c->path);
    if (version > VERSION) {
        assay_fail(err, ASSAY_NEWER, 0, _("%s has format %lld, this program knows %d"), c->path,
                   (long long)version, VERSION);
        return assay_hint(err, _("update assay"));
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
        return assay_fail(err, ASSAY_FORMAT, 0, _("%s is not an Assay database: it is empty"),
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
        status = connection_exec(c, TABLES_3("CREATE TEMP TABLE "), err);
    if (!status && !is_writer && version >= READABLE && version < 4)
        status = connection_exec(c, TABLES_4("CREATE TEMP TABLE "), err);
    if (!status && !is_writer && version >= READABLE && version < 5)
        status = connection_exec(c, TABLES_5("CREATE TEMP TABLE "), err);
    if (!status && !is_writer && version >= READABLE && version < 6)
        status = connection_exec(c, plain_payloads, err);
    if (!status && !is_writer && version >= READABLE && version < 7)
        status = connection_exec(c, TABLES_7("CREATE TEMP TABLE "), err);
    if (!status && !is_writer && version >= READABLE && version < 8)
        status = connection_exec(c, no_lineage, err);
    if (!status && !is_writer && version >= READABLE && version < 9)
        return connection_exec(c, TABLES_9("CREATE TEMP TABLE "), err);
    if (!status && version < VERSION)
        status = make_functions(c, err);
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
