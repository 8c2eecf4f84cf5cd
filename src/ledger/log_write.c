/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files of a batch: all are written under temporary names, then fsynced, then renamed, then their
 * directories fsynced. Where there are many, one syncfs does what many fsyncs would. A full tile
 * that is there already must have the same bytes: the log has been written before, and a difference
 * means that it is not the same log. */
#include "ledger/log_inner.h"

#include "base/fd.h"
#include "base/i18n.h"
#include "ledger/durable.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FEW = 8, DIRECTORIES = 64 };

static void path_of(const tlog *t, const tile *which, char out[PATH_MAX])
{
    char relative[TILE_PATH_MAX];
    tile_path(which, relative);
    snprintf(out, PATH_MAX, "%.*s/%s", PATH_MAX - TILE_PATH_MAX - 2, t->directory, relative);
}

static void directory_of(const char *path, char out[PATH_MAX])
{
    snprintf(out, PATH_MAX, "%.*s", (int)(strrchr(path, '/') - path), path);
}

/* -- staging ----------------------------------------------------------------------------------- */

/* ASSAY_OK and *is_there: the same bytes stand there already. */
static assay_status compare(const char *path, const void *bytes, size_t length, bool *is_there,
                            assay_err *err)
{
    buf old = BUF_INIT;
    assay_status status = durable_read(path, LOG_BUNDLE_MAX, &old, err);
    *is_there = status == ASSAY_OK && old.length == length && memcmp(old.data, bytes, length) == 0;
    if (status == ASSAY_NOT_FOUND)
        status = ASSAY_OK;
    else if (status == ASSAY_OK && !*is_there) {
        assay_fail(err, ASSAY_CONFLICT, 0, "%s is there with other bytes: it is never overwritten",
                   path);
        status =
            assay_hint(err, _("records and log do not belong together; was one of them restored?"));
    }
    buf_done(&old);
    return status;
}

static int open_temporary(const char *path, assay_err *err)
{
    char name[PATH_MAX], directory[PATH_MAX];
    snprintf(name, sizeof name, "%.*s.tmp", PATH_MAX - 8, path);
    int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (fd < 0 && errno == ENOENT) {
        directory_of(path, directory);
        if (durable_make_directory(directory, 0755, err) != ASSAY_OK)
            return -1;
        fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    }
    if (fd < 0)
        assay_fail(err, errno == ENOSPC ? ASSAY_FULL : ASSAY_IO, 0, "cannot make %s: %s", name,
                   strerror(errno));
    return fd;
}

static assay_status stage(tlog *t, const tile *which, const void *bytes, size_t length,
                          assay_err *err)
{
    char path[PATH_MAX];
    bool is_there = false;
    assay_status status = ASSAY_OK;
    path_of(t, which, path);
    if (which->width == TILE_WIDTH)
        status = compare(path, bytes, length, &is_there, err);
    if (status != ASSAY_OK || is_there)
        return status;
    int fd = open_temporary(path, err);
    if (fd < 0)
        return err ? err->code : ASSAY_IO;
    if (!fd_write(fd, bytes, length))
        status = assay_fail(err, errno == ENOSPC || errno == EDQUOT ? ASSAY_FULL : ASSAY_IO, 0, "cannot write %s: %s", path,
                            strerror(errno));
    close(fd);
    buf_add(&t->staged, path, strlen(path) + 1);
    t->staged_count++;
    return status == ASSAY_OK && t->staged.failed
               ? assay_fail(err, ASSAY_MEMORY, 0, "no memory for a batch")
               : status;
}

/* Its partial tiles go when a checkpoint covers the full one. */
static void outgrow(tlog *t, const tile *which)
{
    char path[PATH_MAX];
    path_of(t, which, path);
    buf_add(&t->outgrown, path, strlen(path));
    buf_add(&t->outgrown, ".p", 3);
}

assay_status stage_tile(tlog *t, int level, assay_err *err)
{
    const edge_tile *e = &t->edge[level];
    const tile which = {level, e->index, e->width};
    assay_status status = stage(t, &which, e->hash, e->width * sizeof(sha256), err);
    if (e->width == TILE_WIDTH)
        outgrow(t, &which);
    return status;
}

assay_status stage_bundle(tlog *t, assay_err *err)
{
    uint64_t rest = t->tree.size % TILE_WIDTH;
    const tile which = {TILE_ENTRIES, (t->tree.size - 1) / TILE_WIDTH,
                        rest ? (unsigned)rest : TILE_WIDTH};
    assay_status status = stage(t, &which, t->bundle.data, t->bundle.length, err);
    if (!rest) {
        outgrow(t, &which);
        buf_clear(&t->bundle);
    }
    return status;
}

/* -- making them durable ------------------------------------------------------------------------- */

static assay_status sync_one(const char *path, assay_err *err)
{
    char name[PATH_MAX];
    snprintf(name, sizeof name, "%.*s.tmp", PATH_MAX - 8, path);
    int fd = open(name, O_RDONLY | O_CLOEXEC);
    bool is_fine = fd >= 0 && fsync(fd) == 0;
    if (fd >= 0)
        close(fd);
    return is_fine ? ASSAY_OK
                   : assay_fail(err, ASSAY_IO, 0, "cannot fsync %s: %s", name, strerror(errno));
}

static const char *next_path(const buf *paths, const char *at)
{
    at = at ? at + strlen(at) + 1 : paths->data;
    return at && at < paths->data + paths->length ? at : NULL;
}

static assay_status sync_all(tlog *t, assay_err *err)
{
    assay_status status = ASSAY_OK;
    if (t->staged_count > FEW)
        return syncfs(t->lock_fd) == 0
                   ? ASSAY_OK
                   : assay_fail(err, ASSAY_IO, 0, "cannot sync the file system of %s: %s",
                                t->directory, strerror(errno));
    for (const char *p = next_path(&t->staged, NULL); p && status == ASSAY_OK;
         p = next_path(&t->staged, p))
        status = sync_one(p, err);
    return status;
}

/* Rename, and fsync: hardly two files that follow each other stand in one directory. */
static assay_status place_all(tlog *t, assay_err *err)
{
    char directory[PATH_MAX];
    bool is_many = t->staged_count > FEW;
    assay_status status = ASSAY_OK;
    for (const char *p = next_path(&t->staged, NULL); p && status == ASSAY_OK;
         p = next_path(&t->staged, p)) {
        status = durable_place(p, err);
        directory_of(p, directory);
        if (status == ASSAY_OK && !is_many)
            status = durable_directory(directory, err);
    }
    if (status == ASSAY_OK && is_many)
        status = syncfs(t->lock_fd) == 0 ? ASSAY_OK
                                         : assay_fail(err, ASSAY_IO, 0, "cannot sync %s: %s",
                                                      t->directory, strerror(errno));
    return status;
}

static assay_status stage_edge(tlog *t, assay_err *err)
{
    assay_status status = ASSAY_OK;
    if (t->edge[0].is_dirty)
        status = stage_bundle(t, err);
    for (int level = 0; level < LOG_LEVELS && status == ASSAY_OK; level++)
        if (t->edge[level].is_dirty)
            status = stage_tile(t, level, err);
    return status;
}

assay_status tlog_write(tlog *t, assay_err *err)
{
    if (t->is_broken)
        return assay_fail(err, ASSAY_IO, 0, "the log could not be written");
    assay_status status = stage_edge(t, err);
    if (status == ASSAY_OK)
        status = sync_all(t, err);
    if (status == ASSAY_OK)
        status = place_all(t, err);
    if (status == ASSAY_OK)
        for (int level = 0; level < LOG_LEVELS; level++)
            t->edge[level].is_dirty = false;
    t->is_broken |= status != ASSAY_OK;
    buf_clear(&t->staged);
    t->staged_count = 0;
    return status;
}

void staged_done(tlog *t)
{
    buf_done(&t->staged);
    buf_done(&t->outgrown);
}

/* -- tidying ---------------------------------------------------------------------------------------- */

/* Remove the files of a directory whose names end so ("": all), then itself if `with_itself`. */
static void clear_directory(const char *path, const char *ending, bool with_itself)
{
    char name[PATH_MAX];
    DIR *d = opendir(path);
    if (!d)
        return;
    for (const struct dirent *e = readdir(d); e; e = readdir(d)) {
        size_t length = strlen(e->d_name), tail = strlen(ending);
        if (*e->d_name == '.' || length < tail || strcmp(e->d_name + length - tail, ending) != 0)
            continue;
        if ((size_t)snprintf(name, sizeof name, "%s/%s", path, e->d_name) < sizeof name)
            unlink(name);
    }
    closedir(d);
    if (with_itself)
        rmdir(path);
}

void drop_partial(tlog *t)
{
    for (const char *p = next_path(&t->outgrown, NULL); p; p = next_path(&t->outgrown, p))
        clear_directory(p, "", true);
    buf_clear(&t->outgrown);
}

static void drop_at(tlog *t, int level, uint64_t index, bool is_full)
{
    char path[PATH_MAX], directory[PATH_MAX];
    const tile whole = {level, index, TILE_WIDTH};
    path_of(t, &whole, path);
    directory_of(path, directory);
    clear_directory(directory, ".tmp", false);
    strcat(path, ".p");
    clear_directory(path, is_full ? "" : ".tmp", is_full);
}

void drop_leftovers(tlog *t)
{
    for (int level = TILE_ENTRIES; level < LOG_LEVELS; level++) {
        uint64_t at = t->edge[level == TILE_ENTRIES ? 0 : level].index;
        drop_at(t, level, at, false);
        if (at)
            drop_at(t, level, at - 1, true);
    }
}
