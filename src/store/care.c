/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Checking everything, online backup, restore. */
#include "store/import.h"
#include "store/live.h"
#include "store/total.h"

#include "base/i18n.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* -- check ---------------------------------------------------------------------------- */

typedef struct {
    store *s;
    connection *c;
    store_finding *finding;
    void *context;
    store_check_t out;
    dictionary *texts[CONTEXT_COUNT];
    rows r;
    int64_t *scaled;
    piece before;
    int64_t pending; /* the unfinished import; 0: none */
    moving_list moving;
} checker;

static void __attribute__((format(printf, 2, 3))) find(checker *k, const char *format, ...)
{
    char text[600];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    k->finding(text, k->context);
    k->out.damaged++;
}

/* Counts bytes by kind on the way. */
static assay_status measured(void *context, const piece *p, extent which, const uint8_t **bytes,
                             size_t *length, assay_err *err)
{
    checker *k = context;
    assay_status status = extent_from_file(k->c, p, which, bytes, length, err);
    if (status)
        return status;
    uint64_t *sum[EXTENT_COUNT] = {&k->out.value_bytes, &k->out.time_bytes,
                                   &k->out.context_bytes, &k->out.context_bytes};
    *sum[which] += *length;
    return ASSAY_OK;
}

static assay_status check_texts(checker *k, assay_err *err)
{
    assay_status status = ASSAY_OK;
    for (int kind = 0; kind < CONTEXT_COUNT && !status; kind++) {
        if (!(LOCAL_CONTEXTS >> kind & 1))
            continue;
        if (k->texts[kind] && dictionary_count(k->texts[kind]) < 100000)
            continue;
        dictionary_free(k->texts[kind]);
        k->texts[kind] = NULL;
        status = dictionary_new(&k->texts[kind], err);
    }
    return status;
}

/* The summary that the rows give, in the unit and about the reference of the stored one. */
static bool summary_agrees(checker *k, const piece_list *l, const piece *p)
{
    chunk_summary stored, again;
    const void *bytes = l->summaries.data + p->summary_at;
    uint8_t packed[CHUNK_SUMMARY_MAX];
    const rows *r = &k->r;
    if (chunk_summary_unpack(bytes, p->summary_length, &stored, NULL))
        return false;
    for (size_t i = 0; i < r->n; i++) {
        k->scaled[i] = r->mantissa[i];
        bool is_decimal = !(r->status[i] & STATUS_RAW) &&
                          (r->status[i] & STATUS_MASK) != STATUS_NO_VALUE;
        if (is_decimal && !decimal_rescale(r->mantissa[i], r->exponent[i], stored.exponent,
                                           &k->scaled[i]))
            return false;
    }
    chunk_summary_init(&again, stored.exponent, stored.reference, stored.size);
    chunk_summary_rows part = {r->n, k->scaled, r->status, r->time, NULL};
    chunk_summary_add(&again, &part);
    return chunk_summary_pack(&again, packed) == p->summary_length &&
           memcmp(packed, bytes, p->summary_length) == 0;
}

static void check_codes(checker *k, const piece *p)
{
    for (int kind = 0; kind < CONTEXT_COUNT; kind++) {
        const dictionary *d = k->s->texts[kind];
        uint32_t count = d ? dictionary_count(d) : UINT32_MAX;
        for (size_t i = 0; i < k->r.n; i++)
            if (k->r.context[kind][i] > count) {
                find(k, "%s %llu: row %zu has a %s that is not stored",
                     p->is_batch ? "batch" : "chunk", (unsigned long long)p->id, i + 1,
                     context_name((context_kind)kind));
                return;
            }
    }
}

/* What stands in a batch and was written anew is not counted twice. */
static assay_status count_rows(checker *k, const piece *p, assay_err *err)
{
    bool is_gone = p->is_batch && moving_has(&k->moving, p->id, p->characteristic);
    assay_status status = ASSAY_OK;
    if (p->is_batch && !is_gone)
        status = is_void(k->c, p->id, p->characteristic, &is_gone, err);
    if (status || is_gone)
        return status;
    if (p->is_batch && k->pending && p->first_origin == (uint64_t)k->pending)
        k->out.unfinished += p->n;
    else
        k->out.measurements += p->n;
    return ASSAY_OK;
}

static assay_status check_piece(checker *k, const piece_list *l, const piece *p, assay_err *err)
{
    assay_err fault = {0};
    assay_status status = check_texts(k, err);
    if (status)
        return status;
    k->out.chunks++;
    status = count_rows(k, p, err);
    if (status)
        return status;
    status = piece_unpack(k->c->codec, p, WANT_ALL, k->texts, measured, k, &k->r, &fault);
    if (status == ASSAY_DAMAGED || status == ASSAY_NEWER || status == ASSAY_IO) {
        find(k, "%s %llu of characteristic %u: %s", p->is_batch ? "batch" : "chunk",
             (unsigned long long)p->id, p->characteristic, fault.message);
        return ASSAY_OK;
    }
    if (status) {
        if (err)
            *err = fault;
        return status;
    }
    check_codes(k, p);
    if (!p->is_batch && p->summary_length && !summary_agrees(k, l, p))
        find(k, "chunk %llu of characteristic %u: its summary does not agree with its rows",
             (unsigned long long)p->id, p->characteristic);
    return ASSAY_OK;
}

static void check_order(checker *k, const piece *p)
{
    const piece *b = &k->before;
    if (b->n && b->characteristic == p->characteristic && b->last_time > p->first_time)
        find(k, "chunk %llu of characteristic %u overlaps the one before",
             (unsigned long long)p->id, p->characteristic);
    k->before = *p;
}

static assay_status check_chunks(checker *k, assay_err *err)
{
    sqlite3_stmt *q = statement(k->c, SQL_CHUNK_ALL);
    piece_list l = {0};
    assay_status status = ASSAY_OK;
    int step;
    while (!status && (step = statement_step(k->c, SQL_CHUNK_ALL, err)) != 0) {
        if (step < 0) {
            find(k, "the directory of chunks cannot be read to its end");
            break;
        }
        assay_err fault = {0};
        l.n = 0;
        buf_clear(&l.summaries);
        if (piece_from_row(q, &l, &fault)) {
            find(k, "%s", fault.message);
            continue;
        }
        check_order(k, &l.piece[0]);
        status = check_piece(k, &l, &l.piece[0], err);
    }
    statement_reset(k->c, SQL_CHUNK_ALL);
    piece_list_done(&l);
    return status;
}

/* Totals are what the chunks come to. */
static assay_status check_totals(checker *k, assay_err *err)
{
    sqlite3_stmt *q = statement(k->c, SQL_TOTAL_ALL);
    assay_status status = ASSAY_OK;
    int step;
    while (!status && (step = statement_step(k->c, SQL_TOTAL_ALL, err)) > 0) {
        uint32_t number = (uint32_t)sqlite3_column_int64(q, 0);
        uint8_t packed[CHUNK_SUMMARY_MAX];
        series_total again;
        size_t length = (size_t)sqlite3_column_bytes(q, 1);
        status = total_count(k->c, number, &again, err);
        if (!status && length && again.state == TOTAL_KNOWN &&
            (chunk_summary_pack(&again.sum, packed) != length ||
             memcmp(packed, sqlite3_column_blob(q, 1), length) != 0))
            find(k, "characteristic %u: its total does not agree with its chunks", number);
    }
    if (!status && step < 0)
        find(k, "the totals cannot be read to their end");
    statement_reset(k->c, SQL_TOTAL_ALL);
    return status;
}

static assay_status check_batches(checker *k, assay_err *err)
{
    sqlite3_stmt *q = statement(k->c, SQL_BATCH_ALL);
    sqlite3_bind_int64(q, 1, 0);
    assay_status status = ASSAY_OK;
    int step;
    while (!status && (step = statement_step(k->c, SQL_BATCH_ALL, err)) > 0) {
        piece *pieces;
        size_t n;
        assay_err fault = {0};
        if (directory_unpack(sqlite3_column_blob(q, 2), (size_t)sqlite3_column_bytes(q, 2),
                             (uint64_t)sqlite3_column_int64(q, 0),
                             (uint64_t)sqlite3_column_int64(q, 1), &pieces, &n, &fault)) {
            find(k, "%s", fault.message);
            continue;
        }
        for (size_t i = 0; i < n && !status; i++)
            status = check_piece(k, NULL, &pieces[i], err);
        free(pieces);
    }
    if (!status && step < 0)
        find(k, "the batches cannot be read to their end");
    statement_reset(k->c, SQL_BATCH_ALL);
    return status;
}

static void check_group(checker *k, const live *l, uint64_t number, int64_t characteristics)
{
    for (size_t i = 0; i < l->end.rows; i++) {
        const live_row *r = &l->row[i];
        uint32_t sources = dictionary_count(k->s->texts[KIND_SOURCE]);
        if (r->characteristic <= characteristics && origin_source(r->origin) <= sources)
            continue;
        find(k, "group %llu: row %zu has a characteristic or a source that is not stored",
             (unsigned long long)number, i + 1);
        return;
    }
}

static void check_one_group(checker *k, live *l, uint64_t number, const void *group, size_t length,
                            int64_t characteristics)
{
    assay_err fault = {0};
    live_clear(l);
    if (live_unpack(l, number, group, length, &fault))
        find(k, "%s", fault.message);
    check_group(k, l, number, characteristics);
    k->out.measurements += l->end.rows;
}

/* Groups of live ingest that no batch holds yet. */
static assay_status check_groups(checker *k, assay_err *err)
{
    live *l = NULL;
    int64_t characteristics = 0;
    statement(k->c, SQL_CHARACTERISTIC_COUNT);
    assay_status status = statement_number(k->c, SQL_CHARACTERISTIC_COUNT, &characteristics, err);
    if (!status)
        status = live_new(&l, err);
    if (status)
        return status;
    sqlite3_stmt *q = statement(k->c, SQL_LIVE_FROM);
    sqlite3_bind_int64(q, 1, 0);
    int step;
    while ((step = statement_step(k->c, SQL_LIVE_FROM, err)) > 0)
        check_one_group(k, l, (uint64_t)sqlite3_column_int64(q, 0), sqlite3_column_blob(q, 1),
                        (size_t)sqlite3_column_bytes(q, 1), characteristics);
    if (step < 0)
        find(k, "the groups of live rows cannot be read to their end");
    statement_reset(k->c, SQL_LIVE_FROM);
    const char *group;
    uint64_t number;
    size_t length, at = 0;
    while (journal_next(&k->c->journal.groups, &at, &number, &group, &length))
        check_one_group(k, l, number, group, length, characteristics);
    live_free(l);
    return ASSAY_OK;
}

static void check_pages(checker *k)
{
    sqlite3_stmt *q = NULL;
    sqlite3_prepare_v2(k->c->db, "PRAGMA quick_check(20)", -1, &q, NULL);
    int code = SQLITE_ERROR;
    while (q && (code = sqlite3_step(q)) == SQLITE_ROW) {
        const char *text = (const char *)sqlite3_column_text(q, 0);
        if (text && strcmp(text, "ok") != 0)
            find(k, "pages: %s", text);
    }
    if (code != SQLITE_DONE)
        find(k, "pages: %s", sqlite3_errmsg(k->c->db));
    sqlite3_finalize(q);
}

static uint64_t file_bytes(connection *c)
{
    sqlite3_stmt *q = NULL;
    uint64_t bytes = 0;
    if (sqlite3_prepare_v2(c->db, "SELECT page_count * page_size FROM pragma_page_count, "
                                  "pragma_page_size", -1, &q, NULL) == SQLITE_OK &&
        sqlite3_step(q) == SQLITE_ROW)
        bytes = (uint64_t)sqlite3_column_int64(q, 0);
    sqlite3_finalize(q);
    return bytes;
}

assay_status store_check_beside(store *s, store_finding *finding, void *context, uint64_t *damaged,
                                assay_err *err)
{
    buf told = BUF_INIT;
    assay_status status = journal_judge(s, &told, err);
    if (!status && told.length) {
        finding(buf_text(&told), context);
        ++*damaged;
    }
    if (!status)
        journals_kept(s, finding, context, damaged);
    buf_done(&told);
    return status;
}

static void no_finding(const char *what, void *context)
{
    (void)what, (void)context;
}

assay_status store_check(store *s, store_finding *finding, void *context, store_check_t *out,
                         assay_err *err)
{
    checker k = {.s = s, .finding = finding ? finding : no_finding, .context = context};
    uint64_t commit = 0;
    assay_status status = reader_take(s, &k.c, err);
    if (status)
        return status;
    k.scaled = malloc(CHUNK_ROWS * sizeof *k.scaled);
    if (!k.scaled)
        status = assay_fail(err, ASSAY_MEMORY, 0, "no memory for a check");
    if (!status)
        status = commit_last(k.c, &commit, err);
    if (!status)
        status = origins_refresh(s, k.c, commit, err);
    if (!status)
        status = moving_read(k.c, &k.moving, err);
    statement(k.c, SQL_IMPORT_UNFINISHED);
    if (!status)
        status = statement_number(k.c, SQL_IMPORT_UNFINISHED, &k.pending, err);
    if (!status) {
        check_pages(&k);
        status = check_chunks(&k, err);
    }
    if (!status)
        status = check_totals(&k, err);
    if (!status)
        status = check_batches(&k, err);
    if (!status)
        status = check_groups(&k, err);
    if (!status && live_refresh(k.c, NULL) == ASSAY_OK) /* else it was told */
        status = accounts_check(s, k.c, k.finding, k.context, &k.out.damaged, err);
    if (!status && records_check(s, k.c, k.finding, k.context, &k.out.records, &k.out.damaged,
                                 err))
        find(&k, "the records cannot be read to their end");
    if (!status && documents_check(k.c, k.finding, k.context, &k.out.damaged, err))
        find(&k, "the documents cannot be read to their end");
    if (!status && entries_check(k.c, k.finding, k.context, &k.out.damaged, err))
        find(&k, "the lists cannot be read to their end");
    if (!status && files_check(k.c, k.finding, k.context, &k.out.damaged, err))
        find(&k, "the files cannot be read to their end");
    if (!status)
        status = store_check_beside(s, k.finding, k.context, &k.out.damaged, err);
    k.out.file_bytes = file_bytes(k.c);
    reader_give(s, k.c);
    rows_done(&k.r);
    free(k.scaled);
    for (int kind = 0; kind < CONTEXT_COUNT; kind++)
        dictionary_free(k.texts[kind]);
    if (!status)
        *out = k.out;
    return status;
}

/* -- backup --------------------------------------------------------------------------- */

enum { PAGES_A_STEP = 256 };

/* What the journal held when the copied snapshot was taken. */
static int copy_groups(const connection *from, sqlite3 *to)
{
    const char *group;
    uint64_t number;
    size_t length, at = 0;
    sqlite3_stmt *q = NULL;
    int code = from->journal.groups.length
                   ? sqlite3_prepare_v2(to, "INSERT INTO live (number, data) VALUES (?, ?)", -1, &q, NULL)
                   : SQLITE_OK;
    while (code == SQLITE_OK && journal_next(&from->journal.groups, &at, &number, &group, &length)) {
        sqlite3_bind_int64(q, 1, (int64_t)number);
        sqlite3_bind_blob64(q, 2, group, length, SQLITE_STATIC);
        sqlite3_step(q);
        code = sqlite3_reset(q);
    }
    sqlite3_finalize(q);
    return code;
}

/* Copy all pages while others go on; the copy has no log of its own. */
static assay_status copy_pages(connection *from, const char *path, assay_err *err)
{
    sqlite3 *to = NULL;
    int code = sqlite3_open_v2(path, &to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL);
    sqlite3_backup *b = code == SQLITE_OK ? sqlite3_backup_init(to, "main", from->db, "main")
                                          : NULL;
    if (b) {
        do
            code = sqlite3_backup_step(b, PAGES_A_STEP);
        while (code == SQLITE_OK || code == SQLITE_BUSY || code == SQLITE_LOCKED);
        code = sqlite3_backup_finish(b);
    } else if (code == SQLITE_OK) {
        code = SQLITE_ERROR;
    }
    if (code == SQLITE_OK)
        code = copy_groups(from, to);
    if (code == SQLITE_OK)
        code = sqlite3_exec(to, "PRAGMA journal_mode=DELETE", NULL, NULL, NULL);
    assay_status status = ASSAY_OK;
    if (code != SQLITE_OK)
        status = assay_fail(err, (code & 0xff) == SQLITE_FULL ? ASSAY_FULL : ASSAY_IO, 0,
                            _("cannot copy to %s: %s"), path, sqlite3_errmsg(to));
    sqlite3_close(to);
    return status;
}

static void keep_first(const char *what, void *context)
{
    char *text = context;
    if (!*text)
        snprintf(text, 300, "%s", what);
}

static assay_status verify(const char *path, assay_err *err)
{
    store *s;
    store_check_t found = {0};
    char first[300] = "";
    assay_status status = store_open(path, STORE_READ, &s, err);
    if (status)
        return status;
    status = store_check(s, keep_first, first, &found, err);
    store_close(s);
    if (!status && found.damaged)
        status = assay_fail(err, ASSAY_DAMAGED, 0, "%s is damaged: %s", path, first);
    return status;
}

static void remove_with_log(const char *path)
{
    static const char *const tails[] = {"", "-wal", "-shm", "-journal", "-live"};
    char name[4200];
    for (size_t i = 0; i < sizeof tails / sizeof *tails; i++) {
        snprintf(name, sizeof name, "%s%s", path, tails[i]);
        unlink(name);
    }
}

/* Copy, verify, and only then give it the name, where no log of another file waits for it. */
static assay_status copy_verified(connection *from, const char *path, assay_err *err)
{
    static const char *const logs[] = {"-wal", "-shm", "-journal"};
    char name[4200], log[4200];
    snprintf(name, sizeof name, "%s.new-%ld", path, (long)getpid());
    remove_with_log(name);
    assay_status status = copy_pages(from, name, err);
    if (!status)
        status = verify(name, err);
    for (size_t i = 0; !status && i < sizeof logs / sizeof *logs; i++) {
        snprintf(log, sizeof log, "%s%s", path, logs[i]);
        unlink(log);
    }
    if (!status && (rename(name, path) != 0 || !journal_sync_folder(path)))
        status = assay_fail(err, ASSAY_IO, 0, "cannot rename to %s: %s", path, strerror(errno));
    if (status)
        remove_with_log(name);
    return status;
}

/* Who only reads stops where the journal beside the file is damaged; who writes took over what is
 * whole when it was opened. */
static assay_status need_whole_journal(store *s, assay_err *err)
{
    buf told = BUF_INIT;
    assay_status status = journal_judge(s, &told, err);
    if (!status && told.length) {
        assay_fail(err, ASSAY_DAMAGED, 0, "%s", buf_text(&told));
        status =
            assay_hint(err, _("nothing was copied: assay compact takes over what is whole and keeps"
                              " the rest aside, then back it up"));
    }
    buf_done(&told);
    return status;
}

assay_status store_backup(store *s, const char *path, assay_err *err)
{
    connection *c;
    if (access(path, F_OK) == 0) {
        assay_fail(err, ASSAY_EXISTS, 0, _("%s is already there"), path);
        return assay_hint(err, _("name another file, or remove this one"));
    }
    assay_status status = need_whole_journal(s, err);
    if (!status)
        status = reader_take(s, &c, err);
    if (status)
        return status;
    status = copy_verified(c, path, err);
    reader_give(s, c);
    return status;
}

assay_status store_restore(const char *backup, const char *path, assay_err *err)
{
    store target = {.path = (char *)(uintptr_t)path, .lock_fd = -1};
    store *source = NULL;
    assay_status status = verify(backup, err);
    if (!status && asprintf(&target.lock_path, "%s-writer", path) < 0) {
        target.lock_path = NULL;
        status = assay_fail(err, ASSAY_MEMORY, 0, "no memory to restore");
    }
    if (!status)
        status = lock_take(&target, err);
    if (!status)
        status = store_open(backup, STORE_READ, &source, err);
    if (!status)
        status = copy_verified(source->db, path, err);
    store_close(source);
    lock_give(&target);
    free(target.lock_path);
    return status;
}
