/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Opening, the one writer, snapshots, transactions, visibility.
 *
 * The writer holds an open-file-description lock on "<database>-writer" and writes its process
 * number there. (A lock on the database itself would be lost whenever any file descriptor of it
 * is closed: SQLite's locks are of the POSIX kind.)
 */
#include "store/ingest.h"

#include "base/hash.h"
#include "base/i18n.h"
#include "base/random.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* -- one writer ----------------------------------------------------------------------- */

static bool lock_is_current(int fd, const char *path)
{
    struct stat mine, there;
    return fstat(fd, &mine) == 0 && stat(path, &there) == 0 && mine.st_ino == there.st_ino &&
           mine.st_dev == there.st_dev;
}

static assay_status told_busy(store *s, int fd, assay_err *err)
{
    char text[32] = {0};
    ssize_t n = pread(fd, text, sizeof text - 1, 0);
    long pid = n > 0 ? atol(text) : 0;
    close(fd);
    if (pid == (long)getpid())
        return assay_fail(err, ASSAY_BUSY, 0, _("%s is already open for writing in this process"),
                          s->path);
    assay_fail(err, ASSAY_BUSY, 0, _("%s is being written by process %ld"), s->path, pid);
    return assay_hint(err, _("wait until it is done; reading is possible meanwhile"));
}

assay_status lock_take(store *s, assay_err *err)
{
    for (;;) {
        int fd = open(s->lock_path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
        if (fd < 0)
            return assay_fail(err, ASSAY_IO, 0, "cannot lock %s: %s", s->path, strerror(errno));
        struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_len = 1};
        if (fcntl(fd, F_OFD_SETLK, &lock) != 0)
            return told_busy(s, fd, err);
        if (lock_is_current(fd, s->lock_path)) {
            s->lock_fd = fd;
            break;
        }
        close(fd); /* its holder removed it just now */
    }
    char text[32];
    int n = snprintf(text, sizeof text, "%ld\n", (long)getpid());
    if (ftruncate(s->lock_fd, 0) != 0 || pwrite(s->lock_fd, text, (size_t)n, 0) != n)
        errno = 0; /* without the number the lock still holds */
    return ASSAY_OK;
}

void lock_give(store *s)
{
    if (s->lock_fd < 0)
        return;
    unlink(s->lock_path);
    close(s->lock_fd);
}

/* -- opening -------------------------------------------------------------------------- */

static assay_status open_parts(store *s, assay_err *err)
{
    bool is_writer = s->mode & STORE_WRITE;
    bool is_created = s->mode == STORE_CREATE;
    if (!is_created && access(s->path, F_OK) != 0) {
        assay_fail(err, ASSAY_NOT_FOUND, 0, "%s: %s", s->path, strerror(errno));
        return assay_hint(err, _("assay init %s makes a new one"), s->path);
    }
    assay_status status = is_writer ? lock_take(s, err) : ASSAY_OK;
    if (!status)
        status = connection_open(s->path, is_writer, is_created, &s->db, err);
    if (!status)
        status = texts_load(s, s->db, err);
    if (!status)
        status = is_writer ? journal_take(s, err) : journal_judge(s, &s->told, err);
    uint64_t commit = 0;
    if (!status)
        status = commit_last(s->db, &commit, err);
    if (!status)
        status = origins_refresh(s, s->db, commit, err);
    if (s->db)
        connection_rest(s->db);
    return status;
}

static assay_status draw_generation(store *s, assay_err *err)
{
    assay_status status = random_bytes(&s->of.generation, sizeof s->of.generation, err);
    s->of.generation = (s->of.generation & INT64_MAX) | 1; /* 0 is no writer's */
    return status;
}

assay_status store_open(const char *path, store_mode mode, store **out, assay_err *err)
{
    store *s = calloc(1, sizeof *s);
    if (!s)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory to open %s", path);
    s->lock_fd = -1;
    s->mode = mode;
    s->of.taken = -1;
    arena_init(&s->names);
    pthread_mutex_init(&s->mutex, NULL);
    s->path = strdup(path);
    assay_status status = draw_generation(s, err);
    if (!status && (!s->path || asprintf(&s->lock_path, "%s-writer", path) < 0))
        status = assay_fail(err, ASSAY_MEMORY, 0, "no memory to open %s", path);
    if (!status)
        status = open_parts(s, err);
    if (status) {
        store_close(s);
        return status;
    }
    *out = s;
    return ASSAY_OK;
}

void store_close(store *s)
{
    if (!s)
        return;
    ingest_close(s->ingest);
    if (s->import)
        import_close(s->import, true);
    if (s->in_tx)
        write_abort(s);
    while (s->idle) {
        connection *next = s->idle->next;
        connection_close(s->idle);
        s->idle = next;
    }
    if (s->db && s->lock_fd >= 0)
        sqlite3_wal_checkpoint_v2(s->db->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    connection_close(s->db);
    for (int kind = 0; kind < KINDS; kind++)
        dictionary_free(s->texts[kind]);
    for (size_t i = 0; i < s->batch_count; i++)
        free(s->batches[i].piece);
    free(s->batches);
    free(s->origins);
    free(s->characteristics);
    free(s->memos);
    compaction_free(s->compaction);
    arena_done(&s->names);
    buf_done(&s->document);
    buf_done(&s->told);
    lock_give(s);
    pthread_mutex_destroy(&s->mutex);
    free(s->lock_path);
    free(s->path);
    free(s);
}

/* -- readers -------------------------------------------------------------------------- */

assay_status reader_take(store *s, connection **out, assay_err *err)
{
    pthread_mutex_lock(&s->mutex);
    connection *c = s->idle;
    if (c)
        s->idle = c->next;
    s->open_cursors++;
    pthread_mutex_unlock(&s->mutex);
    assay_status status = ASSAY_OK;
    if (!c)
        status = connection_open(s->path, false, false, &c, err);
    if (!status)
        status = statement_simple(c, SQL_BEGIN_READ, err);
    if (!status)
        status = live_look(c, err);
    if (status) {
        reader_give(s, c);
        return status;
    }
    c->view.is_fixed = true;
    *out = c;
    return ASSAY_OK;
}

void reader_give(store *s, connection *c)
{
    bool is_usable = c != NULL;
    if (c) {
        connection_rest(c);
        c->view.is_fixed = false;
        if (!sqlite3_get_autocommit(c->db))
            is_usable = statement_simple(c, SQL_COMMIT, NULL) == ASSAY_OK;
    }
    pthread_mutex_lock(&s->mutex);
    s->open_cursors--;
    if (is_usable) {
        c->next = s->idle;
        s->idle = c;
    }
    pthread_mutex_unlock(&s->mutex);
    if (!is_usable)
        connection_close(c);
}

/* -- transactions --------------------------------------------------------------------- */

assay_status need_writer(store *s, assay_err *err)
{
    if (s->mode & STORE_WRITE)
        return ASSAY_OK;
    return assay_fail(err, ASSAY_USAGE, 0, _("%s is open for reading only"), s->path);
}

assay_status write_begin(store *s, assay_err *err)
{
    assay_status status = need_writer(s, err);
    if (!status && s->in_tx)
        return assay_fail(err, ASSAY_BUSY, 0, "%s: a transaction is already open", s->path);
    if (!status)
        status = statement_simple(s->db, SQL_BEGIN, err);
    s->in_tx = !status;
    if (!status && !s->has_lineage)
        status = lineage_write(s->db, &s->of, err);
    if (!status && s->ingest)
        status = ingest_bring(s->ingest, err);
    if (status && s->in_tx)
        write_abort(s);
    return status;
}

void write_abort(store *s)
{
    connection_rest(s->db);
    if (!sqlite3_get_autocommit(s->db->db))
        sqlite3_exec(s->db->db, "ROLLBACK", NULL, NULL, NULL);
    s->in_tx = false;
    s->origins_at = s->logged_at = 0;
    batches_forget(s, false); /* numbers of batches come again */
    texts_forget(s);
    for (size_t i = 0; i < s->characteristic_room; i++)
        s->characteristics[i] = NULL;
}

assay_status write_commit(store *s, assay_err *err)
{
    assay_status status = texts_save(s, err);
    if (!status)
        status = statement_simple(s->db, SQL_COMMIT, err);
    if (status)
        write_abort(s);
    else if (s->ingest)
        ingest_brought(s->ingest);
    s->has_lineage |= !status;
    s->in_tx = false;
    return status;
}

void checkpoint(store *s, int pages)
{
    connection_checkpoint(s->db, pages);
}

assay_status commit_last(connection *c, uint64_t *out, assay_err *err)
{
    assay_status status = live_look(c, err);
    if (!status)
        *out = c->view.newest;
    return status;
}

assay_status commit_logged(connection *c, uint64_t *out, assay_err *err)
{
    int64_t last = 0;
    statement(c, SQL_COMMIT_LOGGED);
    assay_status status = statement_number(c, SQL_COMMIT_LOGGED, &last, err);
    if (!status)
        *out = (uint64_t)last;
    return status;
}

assay_status commit_add(store *s, uint64_t number, uint32_t origin_id, assay_err *err)
{
    sqlite3_stmt *q = statement(s->db, SQL_COMMIT_ADD);
    sqlite3_bind_int64(q, 1, (int64_t)number);
    sqlite3_bind_int64(q, 2, time_now());
    if (origin_id)
        sqlite3_bind_int64(q, 3, origin_id);
    return statement_run(s->db, SQL_COMMIT_ADD, err);
}

uint64_t store_commit_number(store *s)
{
    uint64_t last = 0;
    if (commit_last(s->db, &last, NULL) != ASSAY_OK)
        return 0;
    return last;
}

/* -- visibility ----------------------------------------------------------------------- */

static assay_status origin_keep(store *s, sqlite3_stmt *q, assay_err *err)
{
    int64_t id = sqlite3_column_int64(q, 0);
    if (id <= 0 || id > UINT32_MAX - 1)
        return assay_fail(err, ASSAY_DAMAGED, 0, "import %lld has no valid number",
                          (long long)id);
    if ((size_t)id >= s->origin_room) {
        size_t room = s->origin_room ? s->origin_room : 64;
        while (room <= (size_t)id)
            room *= 2;
        if (room > 64 && room > 1024 * (s->origin_count + 64))
            return assay_fail(err, ASSAY_DAMAGED, 0, "import numbers are not dense");
        origin *grown = realloc(s->origins, room * sizeof *grown);
        if (!grown)
            return assay_fail(err, ASSAY_MEMORY, 0, "no memory for %zu imports", room);
        memset(grown + s->origin_room, 0, (room - s->origin_room) * sizeof *grown);
        s->origins = grown;
        s->origin_room = room;
    }
    const char *content = (const char *)sqlite3_column_text(q, 3);
    s->origins[id] = (origin){.source = (uint32_t)sqlite3_column_int64(q, 1),
                              .commit = (uint64_t)sqlite3_column_int64(q, 2),
                              .content = hash64(content ? content : "",
                                                (size_t)sqlite3_column_bytes(q, 3))};
    if ((size_t)id >= s->origin_count)
        s->origin_count = (size_t)id + 1;
    return ASSAY_OK;
}

assay_status origins_refresh(store *s, connection *c, uint64_t commit, assay_err *err)
{
    pthread_mutex_lock(&s->mutex);
    assay_status status = ASSAY_OK;
    uint64_t logged = s->logged_at;
    if (commit > s->origins_at || !s->origin_count)
        status = commit_logged(c, &logged, err);
    if (!status && (logged > s->logged_at || !s->origin_count)) {
        size_t from = 1; /* what was not committed then may be now */
        while (from < s->origin_count && s->origins[from].commit)
            from++;
        sqlite3_stmt *q = statement(c, SQL_IMPORT_ALL);
        sqlite3_bind_int64(q, 1, (int64_t)from - 1);
        int step;
        while (!status && (step = statement_step(c, SQL_IMPORT_ALL, err)) != 0)
            status = step < 0 ? ASSAY_DAMAGED : origin_keep(s, q, err);
        statement_reset(c, SQL_IMPORT_ALL);
        if (!status && !(s->mode & STORE_WRITE)) /* texts came with them */
            status = texts_load(s, c, err);
        s->logged_at = status ? 0 : logged;
        s->origin_count += !s->origin_count; /* read, and there is none */
    }
    s->origins_at = status ? 0 : commit;
    pthread_mutex_unlock(&s->mutex);
    return status;
}

origin origin_of(const store *s, uint64_t id)
{
    if (id & ORIGIN_LIVE)
        return (origin){.source = origin_source(id), .commit = origin_commit(id)};
    return id && id < s->origin_count ? s->origins[id] : (origin){0};
}

int origin_compare(const store *s, uint64_t a, uint64_t b)
{
    if (a == b)
        return 0;
    origin x = origin_of(s, a), y = origin_of(s, b);
    if (x.source != y.source)
        return strcmp(dictionary_text(s->texts[KIND_SOURCE], x.source, NULL),
                      dictionary_text(s->texts[KIND_SOURCE], y.source, NULL));
    if (x.commit != y.commit)
        return x.commit < y.commit ? -1 : 1;
    return a < b ? -1 : 1;
}
