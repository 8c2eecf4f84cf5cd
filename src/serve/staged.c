/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "serve/staged.h"

#include "base/fd.h"
#include "base/hash.h"
#include "base/i18n.h"
#include "base/random.h"
#include "base/time.h"
#include "serve/reply.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define KEPT_NS (INT64_C(3600) * 1000000000)

struct staging {
    char folder[4096];
    pthread_mutex_t lock;
    staged *first;
    _Atomic bool is_stopping;
};

/* A body that is coming. */
struct incoming {
    int fd;
    hasher *hasher;
    staged *file;
};

const char *staged_state_name(staged_state s)
{
    static const char *const names[] = {"waiting", "running", "done", "failed"};
    return names[s];
}

void staging_lock(staging *g)
{
    pthread_mutex_lock(&g->lock);
}

void staging_unlock(staging *g)
{
    pthread_mutex_unlock(&g->lock);
}

bool staging_is_stopping(const staging *g)
{
    return g->is_stopping;
}

/* -- the folder ---------------------------------------------------------------------------------- */

static void empty(const char *folder)
{
    DIR *d = opendir(folder);
    if (!d)
        return;
    for (struct dirent *e; (e = readdir(d)) != NULL;)
        if (strlen(e->d_name) == 32 && strspn(e->d_name, "0123456789abcdef") == 32)
            unlinkat(dirfd(d), e->d_name, 0);
    closedir(d);
}

assay_status staging_open(server *s, staging **out, assay_err *err)
{
    staging *g = calloc(1, sizeof *g);
    if (!g)
        return assay_fail(err, ASSAY_MEMORY, 0, "out of memory");
    pthread_mutex_init(&g->lock, NULL);
    size_t length = (size_t)snprintf(g->folder, sizeof g->folder, "%s-staged", s->database);
    if (length >= sizeof g->folder || (mkdir(g->folder, 0700) != 0 && errno != EEXIST)) {
        assay_status status = assay_fail(err, ASSAY_IO, 0, "cannot make the folder %.200s: %s",
                                         g->folder, strerror(errno));
        g->folder[0] = 0;
        staging_close(g);
        return status;
    }
    empty(g->folder);
    *out = g;
    return ASSAY_OK;
}

/* Nobody holds it any more. */
static void free_staged(staged *f)
{
    if (f->has_thread)
        pthread_join(f->thread, NULL);
    unlink(f->path);
    free(f->numbers);
    free(f);
}

void staging_stop(staging *g)
{
    if (g)
        g->is_stopping = true;
}

void staging_close(staging *g)
{
    if (!g)
        return;
    for (staged *f = g->first, *next; f; f = next) {
        next = f->next;
        free_staged(f);
    }
    if (*g->folder) {
        empty(g->folder);
        rmdir(g->folder);
    }
    pthread_mutex_destroy(&g->lock);
    free(g);
}

static bool is_over(const staged *f, int64_t now)
{
    return f->holders == 0 && f->state != STAGED_RUNNING && f->touched < now - KEPT_NS;
}

static void take_out(staged **at, staged **over)
{
    staged *f = *at;
    *at = f->next;
    f->next = *over;
    *over = f;
}

/* NULL: none is done that nobody looks at. */
static staged **oldest_done(staging *g)
{
    staged **oldest = NULL;
    for (staged **at = &g->first; *at; at = &(*at)->next)
        if ((*at)->state == STAGED_DONE && !(*at)->holders && (!oldest || (*at)->touched < (*oldest)->touched))
            oldest = at;
    return oldest;
}

/* Takes out what is over, and what is done where more is to come; how many are left. Under the lock. */
static size_t sweep(staging *g, staged **over)
{
    size_t n = 0;
    int64_t now = time_now();
    for (staged **at = &g->first; *at;) {
        if (is_over(*at, now)) {
            take_out(at, over);
            continue;
        }
        at = &(*at)->next;
        n++;
    }
    for (staged **done; n >= STAGED_FILES && (done = oldest_done(g)); n--)
        take_out(done, over);
    return n;
}

static bool has_room(staging *g)
{
    staged *over = NULL;
    staging_lock(g);
    size_t n = sweep(g, &over);
    staging_unlock(g);
    for (staged *f = over, *next; f; f = next) {
        next = f->next;
        free_staged(f);
    }
    return n < STAGED_FILES;
}

void staging_room(staging *g, char *out, size_t room)
{
    static _Atomic uint64_t turn;
    snprintf(out, room, "%s/%016llx%016llx", g->folder, (unsigned long long)time_now(),
             (unsigned long long)turn++);
}

/* -- coming in ------------------------------------------------------------------------------------- */

static void take_name(request *r, staged *f)
{
    const char *name = request_query(r, "name");
    name = name && *name ? name : "file";
    const char *slash = strrchr(name, '/');
    snprintf(f->name, sizeof f->name, "%s", slash ? slash + 1 : name);
}

static assay_status begin(request *r, struct incoming *in, assay_err *err)
{
    unsigned char chance[16];
    staging *g = r->server->staging;
    staged *f = in->file;
    assay_status status = random_bytes(chance, sizeof chance, err);
    if (status == ASSAY_OK)
        status = hasher_new(&in->hasher, err);
    if (status != ASSAY_OK)
        return status;
    hasher_begin(in->hasher);
    for (int i = 0; i < 16; i++)
        snprintf(f->id + 2 * i, 3, "%02x", chance[i]);
    snprintf(f->path, sizeof f->path, "%s/%s", g->folder, f->id);
    snprintf(f->account, sizeof f->account, "%s", r->who.account);
    snprintf(f->settings.source, STAGED_TEXT, "files");
    take_name(r, f);
    in->fd = open(f->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (in->fd < 0)
        return assay_fail(err, ASSAY_IO, 0, "cannot keep the file: %s", strerror(errno));
    return ASSAY_OK;
}

uint64_t staged_most(const request *r)
{
    return r->route->way == ROUTE_BRING ? STAGED_BROUGHT : STAGED_BYTES;
}

void staged_begin(request *r)
{
    assay_err err;
    if (r->route->way == ROUTE_FILE && !has_room(r->server->staging)) {
        reply_problemf(r, 409, NULL, "%d files wait already to be imported", STAGED_FILES);
        return;
    }
    struct incoming *in = calloc(1, sizeof *in);
    staged *f = calloc(1, sizeof *f);
    if (!in || !f) {
        free(in);
        free(f);
        reply_problem(r, 503, NULL, "out of memory", NULL);
        return;
    }
    *in = (struct incoming){.fd = -1, .file = f};
    r->incoming = in;
    if (begin(r, in, &err) != ASSAY_OK)
        reply_error(r, &err);
}

void staged_write(request *r, const char *bytes, size_t length)
{
    struct incoming *in = r->incoming;
    if (r->reply.status)
        return;
    in->file->bytes += length;
    if (in->file->bytes > staged_most(r)) {
        reply_problemf(r, 413, NULL, "the file has more than %u MiB", (unsigned)(staged_most(r) >> 20));
        if (r->route->way == ROUTE_FILE)
            reply_header(r, "X-Assay-Hint", "assay import");
        return;
    }
    hasher_add(in->hasher, bytes, length);
    if (!fd_write(in->fd, bytes, length))
        reply_problemf(r, errno == ENOSPC ? 507 : 503, NULL, "the file cannot be kept: %s", strerror(errno));
}

staged *staged_keep(request *r)
{
    assay_err err;
    sha256 digest;
    struct incoming *in = r->incoming;
    staging *g = r->server->staging;
    staged *f = in->file;
    if (f->bytes == 0) {
        reply_problem(r, 422, NULL, _("the file is empty"), NULL);
        return NULL;
    }
    if (hasher_end(in->hasher, &digest, &err) != ASSAY_OK) {
        reply_error(r, &err);
        return NULL;
    }
    sha256_to_hex(&digest, f->content);
    in->file = NULL;
    f->touched = time_now();
    f->holders = 1;
    staging_lock(g);
    f->next = g->first;
    g->first = f;
    staging_unlock(g);
    return f;
}

const char *staged_brought(const request *r)
{
    return r->incoming->file->path;
}

void staged_abandon(request *r)
{
    struct incoming *in = r->incoming;
    if (!in)
        return;
    if (in->fd >= 0)
        close(in->fd);
    if (in->file)
        free_staged(in->file);
    hasher_free(in->hasher);
    free(in);
    r->incoming = NULL;
}

/* -- asking for one --------------------------------------------------------------------------------- */

staged *staged_find(request *r)
{
    return staged_named(r, request_part(r, 0));
}

staged *staged_named(request *r, const char *id)
{
    staging *g = r->server->staging;
    staging_lock(g);
    staged *f = g->first;
    while (f && (strcmp(f->id, id) != 0 || strcmp(f->account, r->who.account) != 0))
        f = f->next;
    if (f) {
        f->holders++;
        f->touched = time_now();
    }
    staging_unlock(g);
    if (!f)
        reply_problem(r, 404, NULL, "there is no such file, or its hour is over", "send it again");
    return f;
}

void staged_release(staging *g, staged *f)
{
    if (!f)
        return;
    staging_lock(g);
    f->holders--;
    staging_unlock(g);
}

/* Its hour is over as soon as nobody holds it. */
bool staged_drop(staging *g, staged *f)
{
    staging_lock(g);
    bool is_running = f->state == STAGED_RUNNING;
    if (!is_running) {
        f->touched = 0;
        f->account[0] = 0;
        unlink(f->path);
    }
    staging_unlock(g);
    return !is_running;
}

void staged_options(const staged_settings *s, read_options *out)
{
    const struct {
        const char **place;
        const char *text;
    } texts[] = {{&out->dialect, s->dialect},
                 {&out->zone, s->zone},
                 {&out->mapping.value, s->column_value},
                 {&out->mapping.characteristic, s->column_characteristic},
                 {&out->mapping.time, s->column_time},
                 {&out->mapping.property[PROPERTY_UNIT], s->column_unit},
                 {&out->mapping.property[PROPERTY_LOWER], s->column_lower},
                 {&out->mapping.property[PROPERTY_UPPER], s->column_upper},
                 {&out->mapping.property[PROPERTY_TARGET], s->column_target},
                 {&out->mapping.property[PROPERTY_NOMINAL], s->column_nominal},
                 {&out->mapping.property[PROPERTY_PART_NUMBER], s->column_part_number},
                 {&out->mapping.property[PROPERTY_PART_NAME], s->column_part_name},
                 {&out->mapping.size, s->column_size},
                 {&out->mapping.context[CONTEXT_SERIAL], s->column_serial},
                 {&out->mapping.context[CONTEXT_BATCH], s->column_batch},
                 {&out->mapping.context[CONTEXT_OPERATOR], s->column_operator},
                 {&out->mapping.context[CONTEXT_MACHINE], s->column_machine},
                 {&out->mapping.context[CONTEXT_GAUGE], s->column_gauge},
                 {&out->mapping.context[CONTEXT_SUBGROUP], s->column_subgroup}};
    *out = (read_options){.threads = 1, .mapping.wide = s->wide, .format = read_format_from_name(s->format)};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) /* "-": no column is it */
        if (*texts[i].text)
            *texts[i].place = strcmp(texts[i].text, "-") == 0 ? "" : texts[i].text;
}
