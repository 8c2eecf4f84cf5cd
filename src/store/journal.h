/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Groups of live rows that were committed since SQLite's last transaction, in a file of their own
 * beside the database ("NAME-live"): each is durable by one write of a few kilobytes, where a commit of
 * SQLite writes a whole page of 64 KiB. The next transaction, a tenth of a second later, has them all, and
 * the file begins anew.
 *
 * Groups have the commit numbers behind SQLite's last one without a gap. That is how a reader knows
 * which of them go with its snapshot, and what is left of earlier rounds is none of them. Each says
 * whose it is: of which database, and of which of its writers. Who opens the database for writing
 * first takes over what a crash left here (journal_take.c).
 */
#ifndef STORE_JOURNAL_H
#define STORE_JOURNAL_H

#include "base/buf.h"

#include <assay/err.h>

#include <stdint.h>

/* Of a database: its own random id, and what its last writer drew, or 0. `taken` is the generation whose
 * journal this writer took over, so that what a crash leaves of it is known; -1: none. */
typedef struct {
    uint8_t id[16];
    int64_t generation, taken;
} lineage;

typedef struct journal journal;
/* As long as it will ever be, so that no later write finds the disk full; *out NULL: there is no ample
 * room for it, then all goes through SQLite. */
ASSAY_MUST_USE assay_status journal_open(const char *database, const lineage *of, journal **out,
                                         assay_err *err);
void journal_close(journal *j); /* accepts NULL */
void journal_name(const char *database, char out[static 4200]);
void journal_remove(const char *database);
/* What the folder of `name` holds is durable by name. */
bool journal_sync_folder(const char *name);
bool journal_takes(const journal *j, size_t length); /* accepts NULL */
/* Durable when it returns. After a failure it takes no more until it begins anew. */
ASSAY_MUST_USE assay_status journal_add(journal *j, uint64_t number, const void *group,
                                        size_t length, assay_err *err);
void journal_restart(journal *j); /* SQLite has it all; accepts NULL */

/* What a reader has of it. */
typedef struct {
    int fd;     /* JOURNAL_NONE: not open */
    buf groups; /* as journal_next reads them */
    buf room;
    int fault; /* errno */
} journal_view;
enum { JOURNAL_NONE = -1 };

typedef enum {
    LOOK_ALL,
    LOOK_PAST,  /* SQLite has gone on since: look again with a later snapshot */
    LOOK_OTHER, /* not of this writer, and not what it took over */
} journal_seen;
/* The groups behind commit `last`, into v->groups. Where there is no file there are none. */
ASSAY_MUST_USE assay_status journal_look(journal_view *v, const char *database, const lineage *of,
                                         uint64_t last, journal_seen *out, assay_err *err);
void journal_view_done(journal_view *v);
/* From *at = 0 on; false at the end. */
bool journal_next(const buf *groups, size_t *at, uint64_t *number, const char **group,
                  size_t *length);
/* One more, for those who gather them themselves. */
void journal_put(buf *groups, uint64_t number, const void *group, size_t length);

/* The whole file, block by block, when nobody writes it. */
typedef struct {
    buf groups;            /* those behind `last` that can be read, also behind damage */
    uint64_t first, newest; /* commits of the groups that are not superseded, taken or not; 0: none */
    size_t count;
    uint64_t lost;                 /* groups that cannot be read and have others behind them */
    size_t lost_at, lost_bytes;    /* where the first of them begins; blocks of them all */
    uint64_t torn;                 /* commit of a last group that is not whole; 0: none */
    size_t torn_at;
    enum {
        JOURNAL_FITS,
        JOURNAL_OF_ANOTHER,
        JOURNAL_OF_EARLIER,
        JOURNAL_AHEAD,
        JOURNAL_UNREADABLE /* not empty, and no record in it is whole */
    } fit;
} journal_survey;
/* Groups that do not fit are counted, not gathered. Where there is no file: nothing, and it fits. */
ASSAY_MUST_USE assay_status journal_read(const char *database, const lineage *of, uint64_t last,
                                         journal_survey *out, assay_err *err);

#endif
