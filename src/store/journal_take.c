/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a crash left in the journal, or a person who moved files about: taken over where it goes on
 * behind this database, told and kept aside where it does not, or not all of it can be read.
 *
 * Groups that were acknowledged are nowhere else. So the file first gets a second name, then what can
 * be read is committed together with the generation it was taken of, and only then its own name goes:
 * wherever a crash comes in between, the next one who opens does the same again, or finds it done. */
#include "store/inner.h"
#include "store/live.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { KEPT_MAX = 999, TRIES = 3, PAUSE_NS = 1000000 };

/* -- words ------------------------------------------------------------------------------ */

static void tell_misfit(const journal_survey *j, uint64_t last, buf *out)
{
    unsigned long long first = j->first, newest = j->newest;
    if (j->fit == JOURNAL_UNREADABLE) {
        buf_addf(out, "nothing in it can be read; live rows acknowledged after commit %llu may be lost",
                 (unsigned long long)last);
        return;
    }
    buf_addf(out, "%zu groups of live rows, commits %llu to %llu, were not read: ", j->count, first,
             newest);
    if (j->fit == JOURNAL_OF_ANOTHER)
        buf_add_text(out, "it is of another database");
    else if (j->fit == JOURNAL_OF_EARLIER)
        buf_add_text(out, "it is of this database, but others have written here since");
    else
        buf_addf(out, "this database ends with commit %llu", (unsigned long long)last);
}

static void tell_survey(const store *s, const journal_survey *j, uint64_t last, buf *out)
{
    buf_addf(out, "%s-live: ", s->path);
    if (j->fit != JOURNAL_FITS)
        tell_misfit(j, last, out);
    else
        buf_addf(out, "%llu acknowledged groups of live rows are lost: %zu bytes from byte %zu on"
                      " cannot be read; %zu other groups, up to commit %llu, are whole",
                 (unsigned long long)j->lost, j->lost_bytes, j->lost_at, j->count,
                 (unsigned long long)j->newest);
}

static bool is_wrong(const journal_survey *j)
{
    return j->fit != JOURNAL_FITS || j->lost;
}

const char *store_told(const store *s)
{
    return buf_text(&s->told);
}

/* -- kept aside --------------------------------------------------------------------------- */

static bool kept_name(const store *s, int i, char out[static 4200])
{
    snprintf(out, 4200, "%s-live.kept-%d", s->path, i);
    return access(out, F_OK) == 0;
}

/* A second name for it. Where the file system has no such thing it is renamed in the end. */
static assay_status keep_aside(store *s, char out[static 4200], bool *is_linked, assay_err *err)
{
    char name[4200];
    int i = 1;
    while (i < KEPT_MAX && kept_name(s, i, out))
        i++;
    journal_name(s->path, name);
    *is_linked = link(name, out) == 0;
    if (!*is_linked && errno == EEXIST)
        return assay_fail(err, ASSAY_EXISTS, 0, "%s: there are %d journals kept aside", s->path, i);
    if (*is_linked && !journal_sync_folder(name))
        return assay_fail(err, ASSAY_IO, 0, "cannot keep %s: %s", name, strerror(errno));
    return ASSAY_OK;
}

static assay_status let_go(store *s, const char *kept, bool is_linked, assay_err *err)
{
    char name[4200];
    journal_name(s->path, name);
    if (!kept || is_linked)
        journal_remove(s->path);
    else if (rename(name, kept) != 0)
        return assay_fail(err, ASSAY_IO, 0, "cannot rename %s: %s", name, strerror(errno));
    return kept && !journal_sync_folder(name)
               ? assay_fail(err, ASSAY_IO, 0, "cannot keep %s: %s", name, strerror(errno))
               : ASSAY_OK;
}

/* The folder is listed, not 999 names asked for; a person may have taken one of them away. */
void journals_kept(const store *s, store_finding *finding, void *context, uint64_t *damaged)
{
    char prefix[4200], text[8600];
    const char *slash = strrchr(s->path, '/');
    int folder = slash ? (int)(slash - s->path) + 1 : 0;
    snprintf(prefix, sizeof prefix, "%.*s", folder, s->path);
    DIR *d = opendir(folder ? prefix : ".");
    if (!d) {
        snprintf(text, sizeof text, "%s: cannot look for live rows kept aside: %s", prefix, strerror(errno));
        finding(text, context);
        ++*damaged;
        return;
    }
    snprintf(prefix, sizeof prefix, "%s-live.kept-", s->path + folder);
    for (struct dirent *e; (e = readdir(d));)
        if (!strncmp(e->d_name, prefix, strlen(prefix))) {
            snprintf(text, sizeof text, "%.*s%s: live rows that were not all taken over", folder,
                     s->path, e->d_name);
            finding(text, context);
            ++*damaged;
        }
    closedir(d);
}

/* -- taking over --------------------------------------------------------------------------- */

static assay_status commit_groups(store *s, const buf *groups, assay_err *err)
{
    const char *group;
    uint64_t number;
    size_t length, at = 0;
    if (!groups->length)
        return ASSAY_OK;
    s->of.taken = s->db->of.generation;
    assay_status status = write_begin(s, err);
    while (!status && journal_next(groups, &at, &number, &group, &length))
        status = live_add(s->db, number, group, length, err);
    if (!status)
        return write_commit(s, err);
    if (s->in_tx)
        write_abort(s);
    return status;
}

static assay_status look(store *s, journal_survey *out, uint64_t *last, assay_err *err)
{
    assay_status status = lineage_read(s->db, err);
    if (!status)
        status = live_last(s->db, last, err);
    return status ? status : journal_read(s->path, &s->db->of, *last, out, err);
}

assay_status journal_take(store *s, assay_err *err)
{
    journal_survey j = {0};
    uint64_t last = 0;
    char kept[4200];
    bool is_linked = false;
    assay_status status = look(s, &j, &last, err);
    bool keeps = !status && is_wrong(&j);
    if (keeps)
        status = keep_aside(s, kept, &is_linked, err);
    if (!status)
        status = commit_groups(s, &j.groups, err);
    if (!status)
        status = let_go(s, keeps ? kept : NULL, is_linked, err);
    if (!status && keeps) {
        tell_survey(s, &j, last, &s->told);
        buf_addf(&s->told, "; kept as %s", kept);
    } else if (!status && j.torn) {
        buf_addf(&s->told, "%s-live: the last group, commit %llu, is not whole: it was being"
                           " written when the machine stopped",
                 s->path, (unsigned long long)j.torn);
    }
    buf_done(&j.groups);
    return status;
}

/* -- seen by a reader ---------------------------------------------------------------------- */

/* Who writes has in memory what he wrote. */
static bool is_being_written(const store *s)
{
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_len = 1};
    int fd = s->lock_fd < 0 ? open(s->lock_path, O_RDONLY | O_CLOEXEC) : -1;
    bool is_held = s->lock_fd >= 0 ||
                   (fd >= 0 && fcntl(fd, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK);
    if (fd >= 0)
        close(fd);
    return is_held;
}

/* Somebody may open it for writing at this moment: what is wrong stays wrong. */
assay_status journal_judge(store *s, buf *out, assay_err *err)
{
    assay_status status = ASSAY_OK;
    bool is_found = true;
    for (int tries = 0; is_found && tries < TRIES && !status && !is_being_written(s); tries++) {
        journal_survey j = {0};
        uint64_t last = 0;
        if (tries)
            nanosleep(&(struct timespec){.tv_nsec = PAUSE_NS}, NULL);
        buf_clear(out);
        status = look(s, &j, &last, err);
        is_found = !status && is_wrong(&j);
        if (is_found)
            tell_survey(s, &j, last, out);
        buf_done(&j.groups);
    }
    if (is_found && is_being_written(s))
        buf_clear(out);
    return status;
}
