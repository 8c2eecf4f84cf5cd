/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SQLite behind a small door: settings, statements, errors. */
#include "store/live.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/statvfs.h>

static const char *const sql_text[SQL_COUNT] = {
#define X(code, text) [SQL_##code] = text,
    SQL_LIST(X)
#undef X
};

enum { BUSY_MS = 5000, RESTART_MS = 20 };

static assay_status status_of(int code)
{
    switch (code & 0xff) {
    case SQLITE_FULL: return ASSAY_FULL;
    case SQLITE_NOMEM: return ASSAY_MEMORY;
    case SQLITE_CORRUPT:
    case SQLITE_FORMAT: return ASSAY_DAMAGED;
    case SQLITE_NOTADB: return ASSAY_FORMAT;
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return ASSAY_BUSY;
    case SQLITE_TOOBIG: return ASSAY_LIMIT;
    case SQLITE_INTERRUPT: return ASSAY_STOPPED;
    default: return ASSAY_IO;
    }
}

/* SQLite tells only ENOSPC as a full disk: a limit on file size or a quota is one to us as well. */
static bool is_no_room(const connection *c)
{
    struct rlimit limit;
    struct statvfs disk;
    if (getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY)
        return true;
    return statvfs(c->path, &disk) == 0 && disk.f_bavail * disk.f_frsize < 1u << 20;
}

assay_status connection_fail(connection *c, assay_err *err, const char *doing)
{
    int code = c->db ? sqlite3_extended_errcode(c->db) : SQLITE_NOMEM;
    assay_status status = status_of(code);
    if (c->db && code == SQLITE_IOERR_WRITE && is_no_room(c))
        status = ASSAY_FULL;
    if (code == SQLITE_NOTADB)
        return assay_fail(err, ASSAY_FORMAT, 0, "%s is not an Assay database", c->path);
    assay_fail(err, status, 0, "%s: %s: %s", c->path, doing,
               c->db ? sqlite3_errmsg(c->db) : "out of memory");
    if (status == ASSAY_FULL)
        assay_hint(err, "what was stored before is safe: make room and run it again");
    return status;
}

assay_status connection_exec(connection *c, const char *text, assay_err *err)
{
    if (sqlite3_exec(c->db, text, NULL, NULL, NULL) != SQLITE_OK)
        return connection_fail(c, err, "cannot prepare the database");
    return ASSAY_OK;
}

static int note_log(void *context, sqlite3 *db, const char *name, int pages)
{
    (void)db, (void)name;
    connection *c = context;
    c->log_pages = pages;
    if (pages < c->log_tried) /* it began anew */
        c->log_tried = 0;
    return SQLITE_OK;
}

void connection_checkpoint(connection *c, int pages)
{
    if (pages && c->log_pages - c->log_tried < pages)
        return;
    bool is_long = c->log_pages / 8 >= pages;
    int how = !pages    ? SQLITE_CHECKPOINT_TRUNCATE
              : is_long ? SQLITE_CHECKPOINT_RESTART
                        : SQLITE_CHECKPOINT_PASSIVE;
    sqlite3_busy_timeout(c->db, pages && is_long ? RESTART_MS : BUSY_MS);
    sqlite3_wal_checkpoint_v2(c->db, NULL, how, NULL, NULL);
    sqlite3_busy_timeout(c->db, BUSY_MS);
    c->log_tried = c->log_pages;
}

static assay_status configure(connection *c, bool is_writer, assay_err *err)
{
    sqlite3_extended_result_codes(c->db, 1);
    sqlite3_busy_timeout(c->db, BUSY_MS);
    /* A hostile file must not run code through its schema, nor exhaust memory. */
    sqlite3_db_config(c->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(c->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    sqlite3_db_config(c->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, !is_writer, NULL);
    assay_status status = connection_exec(
        c, "PRAGMA cell_size_check=1; PRAGMA mmap_size=17179869184;"
           "PRAGMA foreign_keys=0; PRAGMA temp_store=2;", err);
    if (!status && is_writer)
        status = connection_exec(c, "PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=0;"
                                    "PRAGMA secure_delete=ON;", err);
    if (!status && is_writer)
        sqlite3_wal_hook(c->db, note_log, c);
    return status;
}

assay_status connection_open(const char *path, bool is_writer, bool is_created, connection **out,
                             assay_err *err)
{
    connection *c = calloc(1, sizeof *c);
    if (!c || !(c->path = strdup(path))) {
        free(c);
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory to open %s", path);
    }
    int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE |
                (is_writer ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY) |
                (is_created ? SQLITE_OPEN_CREATE : 0);
    assay_status status;
    if (sqlite3_open_v2(path, &c->db, flags, NULL) != SQLITE_OK)
        status = connection_fail(c, err, "cannot open");
    else
        status = configure(c, is_writer, err);
    if (!status)
        status = schema_prepare(c, is_writer, is_created, err);
    /* After the page size is known: SQLite turns kilobytes into pages once, by the size before. */
    if (!status)
        status = connection_exec(c, "PRAGMA cache_size=-16384", err);
    if (!status)
        status = chunk_codec_new(&c->codec, err);
    if (status) {
        connection_close(c);
        return status;
    }
    *out = c;
    return ASSAY_OK;
}

void connection_rest(connection *c)
{
    for (size_t i = 0; i < SQL_COUNT; i++)
        statement_reset(c, (sql)i);
    sqlite3_blob_close(c->blob);
    c->blob = NULL;
    c->blob_batch = 0;
}

void connection_close(connection *c)
{
    if (!c)
        return;
    connection_rest(c);
    buf_done(&c->piece);
    rows_done(&c->lone);
    rows_done(&c->tail);
    live_free(c->live);
    for (size_t i = 0; i < SQL_COUNT; i++)
        sqlite3_finalize(c->statement[i]);
    chunk_codec_free(c->codec);
    sqlite3_close(c->db);
    free(c->path);
    free(c);
}

sqlite3_stmt *statement(connection *c, sql which)
{
    sqlite3_stmt **s = &c->statement[which];
    if (!*s)
        sqlite3_prepare_v3(c->db, sql_text[which], -1, SQLITE_PREPARE_PERSISTENT, s, NULL);
    else
        statement_reset(c, which);
    return *s;
}

void statement_reset(connection *c, sql which)
{
    if (!c->statement[which])
        return;
    sqlite3_reset(c->statement[which]);
    sqlite3_clear_bindings(c->statement[which]);
}

int statement_step(connection *c, sql which, assay_err *err)
{
    sqlite3_stmt *s = c->statement[which];
    int code = s ? sqlite3_step(s) : SQLITE_ERROR;
    if (code == SQLITE_ROW)
        return 1;
    if (code == SQLITE_DONE)
        return 0;
    connection_fail(c, err, "cannot read");
    return -1;
}

assay_status statement_run(connection *c, sql which, assay_err *err)
{
    sqlite3_stmt *s = c->statement[which];
    int code = s ? sqlite3_step(s) : SQLITE_ERROR;
    while (code == SQLITE_ROW)
        code = sqlite3_step(s);
    assay_status status = ASSAY_OK;
    if (code != SQLITE_DONE)
        status = connection_fail(c, err, "cannot write");
    statement_reset(c, which);
    return status;
}

assay_status statement_simple(connection *c, sql which, assay_err *err)
{
    statement(c, which);
    return statement_run(c, which, err);
}

assay_status statement_number(connection *c, sql which, int64_t *out, assay_err *err)
{
    int step = statement_step(c, which, err);
    if (step > 0)
        *out = sqlite3_column_int64(c->statement[which], 0);
    statement_reset(c, which);
    if (step == 0)
        return assay_fail(err, ASSAY_NOT_FOUND, 0, "%s: nothing there", c->path);
    return step < 0 ? (err && err->code ? err->code : ASSAY_IO) : ASSAY_OK;
}
