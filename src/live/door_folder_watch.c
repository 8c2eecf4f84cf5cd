/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The folder door's thread.
 *
 * The kernel's notices only say that it is time to look; what is to be done follows from what lies
 * there, so that a missed notice, a start, or a network drive without notices are nothing special.
 * A file that was moved in is complete; one that is written in place is complete when nothing has
 * happened to it for a while. */
#include "live/door_folder.h"

#include "base/hash.h"
#include "base/i18n.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <time.h>
#include <unistd.h>

enum { look_ms = 5000 };

/* A file as it was when it was last looked at. */
typedef struct {
    char name[256];
    int64_t size, mtime_ns;
    uint64_t changed_ms;  /* when that was noticed */
    bool is_read, is_seen; /* nothing new in it; seen in this round */
    bool was_moved, was_complete;
} entry;

typedef struct {
    folder *f;
    int notices;
    entry *entries;
    size_t count, room;
    uint64_t due_ms; /* when to look again */
} watcher;

static uint64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* -- what lies there -------------------------------------------------------------------------- */

static bool ends_with(const char *name, const char *end)
{
    size_t n = strlen(name), m = strlen(end);
    return n >= m && strcasecmp(name + n - m, end) == 0;
}

/* Names under which programs write what is not finished. */
static bool is_passed_over(const char *name)
{
    static const char *const ends[] = {"~", ".tmp", ".part", ".partial", ".swp", ".filepart",
                                       ".crdownload", ".reason.txt"};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        if (ends_with(name, ends[i]))
            return true;
    return *name == '.' || strncmp(name, "~$", 2) == 0; /* Excel's mark of an open workbook */
}

static entry *entry_of(watcher *w, const char *name)
{
    for (size_t i = 0; i < w->count; i++)
        if (strcmp(w->entries[i].name, name) == 0)
            return &w->entries[i];
    return NULL;
}

static entry *entry_add(watcher *w, const char *name)
{
    if (w->count == w->room) {
        size_t room = w->room ? w->room * 2 : 32;
        entry *grown = room <= FOLDER_FILES_MAX * 2 ? realloc(w->entries, room * sizeof *grown)
                                                   : NULL;
        if (!grown)
            return NULL;
        w->entries = grown;
        w->room = room;
    }
    entry *e = &w->entries[w->count++];
    *e = (entry){.size = -1};
    snprintf(e->name, sizeof e->name, "%s", name);
    return e;
}

static int64_t time_of(const struct stat *about)
{
    return (int64_t)about->st_mtim.tv_sec * 1000000000 + about->st_mtim.tv_nsec;
}

static void see(watcher *w, const char *name)
{
    struct stat about;
    char path[4352];
    snprintf(path, sizeof path, "%s/%s", w->f->path, name);
    if (is_passed_over(name) || strlen(name) > 250 || stat(path, &about) != 0 ||
        !S_ISREG(about.st_mode))
        return;
    entry *e = entry_of(w, name);
    bool is_new = !e;
    if (is_new && !(e = entry_add(w, name)))
        return;
    e->is_seen = true;
    if (e->size == about.st_size && e->mtime_ns == time_of(&about))
        return;
    e->size = about.st_size;
    e->mtime_ns = time_of(&about);
    e->is_read = e->was_complete = false;
    int64_t age_ms = (time_now() - e->mtime_ns) / 1000000;
    uint64_t now = now_ms();
    bool is_old = is_new && age_ms > 0; /* it lay there before: quiet for as long as that */
    e->changed_ms = is_old && (uint64_t)age_ms < now ? now - (uint64_t)age_ms : is_old ? 0 : now;
}

static int compare_entries(const void *a, const void *b)
{
    const entry *x = a, *y = b;
    if (x->mtime_ns != y->mtime_ns)
        return x->mtime_ns < y->mtime_ns ? -1 : 1;
    return strcmp(x->name, y->name);
}

/* Oldest first; entries of files that are gone go too. */
static bool look(watcher *w)
{
    DIR *dir = opendir(w->f->path);
    if (!dir) {
        folder_say(w->f, "waiting", N_("cannot look into %s: %s"), w->f->path, strerror(errno));
        return false;
    }
    for (size_t i = 0; i < w->count; i++)
        w->entries[i].is_seen = false;
    for (struct dirent *d; (d = readdir(dir));)
        see(w, d->d_name);
    closedir(dir);
    size_t kept = 0;
    for (size_t i = 0; i < w->count; i++)
        if (w->entries[i].is_seen)
            w->entries[kept++] = w->entries[i];
    w->count = kept;
    if (kept)
        qsort(w->entries, kept, sizeof *w->entries, compare_entries);
    return true;
}

/* -- what is due ------------------------------------------------------------------------------ */

static void due_in(watcher *w, uint64_t at_ms)
{
    if (!w->due_ms || at_ms < w->due_ms)
        w->due_ms = at_ms;
}

/* Half of a pair without the other: nothing to do until it comes. */
static bool is_waiting_half(const folder_file *file)
{
    char other[4352];
    if (ends_with(file->name, ".dfd") || ends_with(file->name, "_hdr.txt"))
        return true; /* goes with its .dfx, its _chr.txt */
    return ends_with(file->name, ".dfx") && folder_pair(file, "dfd", other) &&
           access(other, R_OK) != 0;
}

static void count(folder *f, uint64_t *what)
{
    pthread_mutex_lock(&f->lock);
    (*what)++;
    pthread_mutex_unlock(&f->lock);
}

/* The same content under whatever name adds nothing. */
static bool was_seen_before(folder *f, const folder_file *file, char digest[static 65])
{
    uint64_t rows = 0;
    const file_state *s = known_file(f->known, file->name);
    *digest = 0;
    int bytes = open(file->path, O_RDONLY | O_CLOEXEC);
    bool is_hashed = sha256_of_file(bytes, (uint64_t)file->about.st_size, digest, NULL) == ASSAY_OK;
    if (bytes >= 0)
        close(bytes);
    if (!is_hashed || !known_content(f->known, digest, &rows))
        return false;
    if (!s || s->rows != rows)
        folder_parcel(f->parcels)->duplicates += rows;
    if (!f->keeps_files || !s)
        folder_log(f, "info", "%s holds what was read before", file->name);
    return true;
}

/* Its content is known for good, then it leaves. */
static bool finish(folder *f, const folder_file *file, const char *digest)
{
    const file_state *s = known_file(f->known, file->name);
    parcel *p = folder_parcel(f->parcels);
    if (!known_keep_content(f->known, digest, s ? s->rows : 0, p))
        return false;
    if (!f->keeps_files)
        known_forget(f->known, file->name, p);
    if (!folder_settle(f->parcels))
        return false;
    count(f, &f->files);
    return f->keeps_files || folder_archive(f, file);
}

static bool finish_seen(folder *f, const folder_file *file)
{
    if (f->keeps_files && known_file(f->known, file->name))
        return true;
    if (!f->keeps_files)
        known_forget(f->known, file->name, folder_parcel(f->parcels));
    if (!folder_settle(f->parcels))
        return false;
    count(f, &f->seen_before);
    return f->keeps_files || folder_archive(f, file);
}

static void refuse(folder *f, const folder_file *file, buf *why)
{
    known_forget(f->known, file->name, folder_parcel(f->parcels));
    if (!folder_settle(f->parcels))
        return;
    count(f, &f->refused_files);
    folder_log(f, "warning", "%s is refused: %.*s", file->name, (int)strcspn(buf_text(why), "\n"),
               buf_text(why));
    (void)folder_refuse(f, file, buf_text(why));
}

/* False: the door is stopping. */
static bool handle(watcher *w, entry *e, const folder_file *file)
{
    folder *f = w->f;
    char digest[65];
    buf why = BUF_INIT;
    bool is_new = !known_file(f->known, file->name);
    e->is_read = true;
    e->was_complete = file->is_complete;
    if ((is_new || file->is_complete) && was_seen_before(f, file, digest))
        return finish_seen(f, file) || !atomic_load(&f->is_stopping);
    folder_say(f, "reading", "%s", file->name);
    file_outcome outcome = folder_read(f, file, &why);
    if (outcome == FILE_REFUSED)
        refuse(f, file, &why);
    else if (outcome == FILE_READ && file->is_complete && *digest)
        (void)finish(f, file, digest);
    buf_done(&why);
    return outcome != FILE_STOPPED;
}

/* False: the door is stopping. */
static bool attend(watcher *w, entry *e)
{
    folder *f = w->f;
    folder_file file = {.name = e->name};
    uint64_t now = now_ms(), quiet = now - e->changed_ms;
    file.is_complete = e->was_moved || quiet >= f->idle_ms;
    bool is_due = !e->is_read || (file.is_complete && !e->was_complete);
    snprintf(file.path, sizeof file.path, "%s/%s", f->path, e->name);
    if (!file.is_complete)
        due_in(w, e->changed_ms + f->idle_ms);
    if (!is_due || e->size == 0 || is_waiting_half(&file) || stat(file.path, &file.about) != 0)
        return true;
    if (!e->was_moved && quiet < f->settle_ms) {
        due_in(w, e->changed_ms + f->settle_ms);
        return true;
    }
    if (file.about.st_size != e->size) {
        due_in(w, now); /* it goes on growing: look again */
        return true;
    }
    return handle(w, e, &file);
}

static void attend_all(watcher *w)
{
    w->due_ms = 0;
    for (size_t i = 0; i < w->count && !atomic_load(&w->f->is_stopping); i++)
        if (!attend(w, &w->entries[i]))
            return;
    pthread_mutex_lock(&w->f->lock);
    w->f->waiting = 0;
    for (size_t i = 0; i < w->count; i++)
        w->f->waiting += !w->entries[i].was_complete;
    pthread_mutex_unlock(&w->f->lock);
    folder_say(w->f, "connected", "%s", w->f->path);
}

/* -- waiting ---------------------------------------------------------------------------------- */

/* Names that were moved in are complete, if they are new. */
static void take_notices(watcher *w)
{
    _Alignas(struct inotify_event) char bytes[8192];
    ssize_t n;
    while ((n = read(w->notices, bytes, sizeof bytes)) > 0) {
        for (char *at = bytes; at < bytes + n;) {
            const struct inotify_event *news = (const struct inotify_event *)at;
            at += sizeof *news + news->len;
            if (!(news->mask & IN_MOVED_TO) || !news->len)
                continue;
            see(w, news->name);
            entry *e = entry_of(w, news->name);
            if (e) {
                e->was_moved = true;
                e->is_read = e->was_complete = false;
            }
        }
    }
}

static void wait_for_news(watcher *w)
{
    uint64_t now = now_ms();
    int ms = look_ms;
    if (w->due_ms)
        ms = w->due_ms <= now + 10 ? 10 : w->due_ms - now < look_ms ? (int)(w->due_ms - now) : look_ms;
    struct pollfd fds[] = {{.fd = w->f->wake, .events = POLLIN}, {.fd = w->notices, .events = POLLIN}};
    poll(fds, w->notices >= 0 ? 2 : 1, ms);
    if (w->notices >= 0)
        take_notices(w);
}

static void start_notices(watcher *w)
{
    const uint32_t wanted = IN_CLOSE_WRITE | IN_MODIFY | IN_MOVED_TO | IN_CREATE;
    if (w->notices < 0)
        w->notices = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    if (w->notices >= 0 && inotify_add_watch(w->notices, w->f->path, wanted) < 0) {
        close(w->notices);
        w->notices = -1;
    }
}

void *folder_thread(void *door)
{
    watcher w = {.f = door, .notices = -1};
    while (!atomic_load(&w.f->is_stopping)) {
        start_notices(&w); /* the same watch again, or the one of a folder that came back */
        if (look(&w))
            attend_all(&w);
        wait_for_news(&w);
    }
    if (w.notices >= 0)
        close(w.notices);
    free(w.entries);
    return NULL;
}
