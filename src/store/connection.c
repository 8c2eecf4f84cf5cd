/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SQLite behind a small door: settings, statements, errors. */
#include "store/live.h"

#include "base/i18n.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

static const char *const sql_text[SQL_COUNT] = {
#define X(code, text) [SQL_##code] = text,
    SQL_LIST(X)
#undef X
};

enum { BUSY_MS = 5000, RESTART_MS = 20, PAGE_BYTES = 1 << 16, AMPLE = 64 };

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
        return assay_fail(err, ASSAY_FORMAT, 0, _("%s is not an Assay database"), c->path);
    assay_fail(err, status, 0, "%s: %s: %s", c->path, doing,
               c->db ? sqlite3_errmsg(c->db) : "out of memory");
    if (status == ASSAY_FULL)
        assay_hint(err, _("what was stored before is safe: make room and run it again"));
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
    int how = !pages || c->has_secrets ? SQLITE_CHECKPOINT_TRUNCATE
              : is_long                ? SQLITE_CHECKPOINT_RESTART
                                       : SQLITE_CHECKPOINT_PASSIVE;
    sqlite3_busy_timeout(c->db, pages && (is_long || c->has_secrets) ? RESTART_MS : BUSY_MS);
    int code = sqlite3_wal_checkpoint_v2(c->db, NULL, how, NULL, NULL);
    sqlite3_busy_timeout(c->db, BUSY_MS);
    if (code == SQLITE_OK && how == SQLITE_CHECKPOINT_TRUNCATE)
        c->has_secrets = false;
    c->log_tried = c->log_pages;
}

/* Where nothing bounds the file, and the disk is far from full. */
static bool is_room_ample(int fd, off_t bytes)
{
    struct rlimit limit;
    struct statvfs disk;
    return getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur == RLIM_INFINITY &&
           fstatvfs(fd, &disk) == 0 &&
           (off_t)(disk.f_bavail / AMPLE) > bytes / (off_t)disk.f_frsize;
}

static bool add_zeros(int fd, off_t from, off_t to)
{
    static const char zeros[1 << 16];
    for (ssize_t wrote; from < to; from += wrote) {
        wrote = pwrite(fd, zeros,
                       to - from < (off_t)sizeof zeros ? (size_t)(to - from) : sizeof zeros, from);
        if (wrote <= 0)
            return false;
    }
    return fdatasync(fd) == 0;
}

void connection_stretch_log(connection *c, int pages)
{
    char name[4200];
    struct stat log;
    off_t bytes =
        (off_t)pages * (PAGE_BYTES + 24) + 32; /* frames with their heads, the log's head */
    snprintf(name, sizeof name, "%s-wal", c->path);
    int fd = open(name, O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return;
    bool is_short = fstat(fd, &log) == 0 && log.st_size < bytes && is_room_ample(fd, bytes);
    if (is_short && !add_zeros(fd, log.st_size, bytes) && ftruncate(fd, log.st_size) != 0)
        errno = 0; /* zeros are no harm */
    close(fd);
}

static assay_status configure(connection *c, bool is_writer, assay_err *err)
{
    sqlite3_extended_result_codes(c->db, 1);
    sqlite3_busy_timeout(c->db, BUSY_MS);
    /* A hostile file must not run code through its schema, nor exhaust memory. */
    sqlite3_db_config(c->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(c->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    sqlite3_db_config(c->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, !is_writer, NULL);
    /* The cells of a page are looked at as they are used. To look at all of them first, each time a
     * page is taken from the mapped file, is most of a small question; it keeps damage from
     * spreading, so who writes does it. */
    assay_status status = connection_exec(
        c, "PRAGMA mmap_size=17179869184;"
           "PRAGMA foreign_keys=0; PRAGMA temp_store=2;", err);
    if (!status && is_writer)
        status = connection_exec(c, "PRAGMA cell_size_check=1;"
                                    "PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=0;"
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
    c->journal.fd = JOURNAL_NONE;
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
    /* After the page size is known: SQLite turns kilobytes into pages once, by the size before.
     * Readers map the file; what they keep is of the log only, and there may be many of them. */
    if (!status)
        status = connection_exec(
            c, is_writer ? "PRAGMA cache_size=-16384" : "PRAGMA cache_size=-4096", err);
    if (!status)
        status = lineage_read(c, err);
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
    journal_view_done(&c->journal);
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

assay_status lineage_read(connection *c, assay_err *err)
{
    sqlite3_stmt *q = statement(c, SQL_LINEAGE_GET);
    int step = statement_step(c, SQL_LINEAGE_GET, err);
    bool is_fine = step > 0 && sqlite3_column_bytes(q, 0) == sizeof c->of.id;
    if (is_fine) {
        memcpy(c->of.id, sqlite3_column_blob(q, 0), sizeof c->of.id);
        c->of.generation = sqlite3_column_int64(q, 1);
        c->of.taken = sqlite3_column_int64(q, 2);
    }
    statement_reset(c, SQL_LINEAGE_GET);
    if (step < 0)
        return err && err->code ? err->code : ASSAY_IO;
    return is_fine ? ASSAY_OK
                   : assay_fail(err, ASSAY_DAMAGED, 0, "%s does not say which database it is", c->path);
}

assay_status lineage_write(connection *c, const lineage *of, assay_err *err)
{
    sqlite3_stmt *q = statement(c, SQL_LINEAGE_SET);
    sqlite3_bind_int64(q, 1, of->generation);
    sqlite3_bind_int64(q, 2, of->taken);
    return statement_run(c, SQL_LINEAGE_SET, err);
}
