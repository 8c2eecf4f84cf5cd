/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The parts of the folder door and how they meet.
 *
 *   door_folder          settings, open, close, describe
 *   door_folder_watch    the door's own thread: what is in the folder, and what is due
 *   door_folder_read     one file, from where it was left -> rows in parcels
 *   door_folder_parcels  parcels of the thread, stored strictly one after the other
 *   door_folder_known    how far each file was read, and which contents were: durable with the rows
 *   door_folder_move     files that are done go to the archive, bad ones to `refused`
 *
 * Reading blocks, so the door has a thread of its own and hands its parcels to the intake from
 * there; only open, close and describe run in the loop's thread. */
#ifndef LIVE_DOOR_FOLDER_H
#define LIVE_DOOR_FOLDER_H

#include "live/door.h"
#include "read/read.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/stat.h>

enum { FOLDER_FILES_MAX = 10000, FOLDER_HEAD = 64 * 1024 };

/* -- what is known ---------------------------------------------------------------------------- */

/* A place in a file, as its reader counts: `skip` rows behind byte `offset` were stored too. */
typedef struct {
    uint64_t offset, record, skip;
} file_place;

typedef struct {
    char name[256];
    file_place next;     /* where reading goes on */
    file_place group;    /* where the newest rows of one time begin */
    uint64_t group_rows; /* how many they are; 0: none, or without time */
    int64_t group_time;
    uint64_t rows, refused; /* of this file so far */
    uint64_t head_bytes; /* its first bytes when it was last read, and their digest */
    char head[65];
} file_state;

typedef struct known known;
ASSAY_MUST_USE assay_status known_load(store *from, const char *source, known **out,
                                       assay_err *err);
void known_free(known *k); /* accepts NULL */
file_state *known_file(known *k, const char *name);  /* NULL: none */
/* The state of another name whose first bytes are those of this file; NULL: none. */
const file_state *known_beginning(const known *k, int file, uint64_t size);
/* Both keep the state in memory and in the parcel. */
bool known_keep(known *k, const file_state *s, parcel *in);
void known_forget(known *k, const char *name, parcel *in);
/* Rows of a content that was read before; false: it was not. */
bool known_content(const known *k, const char *digest, uint64_t *rows);
bool known_keep_content(known *k, const char *digest, uint64_t rows, parcel *in);
/* The pinned dialect of a format, "" while there is none. */
const char *known_dialect(const known *k, read_format format);
bool known_pin(known *k, read_format format, const char *dialect, parcel *in);

/* -- the door --------------------------------------------------------------------------------- */

typedef struct folder_parcels folder_parcels;

typedef struct {
    door_setup setup;
    const char *path, *archive, *refused, *under; /* texts of the settings or of `memory` */
    arena memory;
    read_options read;  /* but for dialect, until and with */
    uint64_t idle_ms, settle_ms;
    bool keeps_files;   /* files grow for ever and stay */
    known *known;       /* of the thread */
    folder_parcels *parcels;
    pthread_t thread;
    int wake;           /* eventfd: look at `is_stopping` */
    atomic_bool is_stopping;
    loop_work *closed;
    void *closed_context;
    pthread_mutex_t lock; /* of what stands below: for describe */
    char state[16], detail[300], guessed[600];
    char notes[1000]; /* on the newest file that gave rise to some: what its reader warns of */
    uint64_t files, refused_files, seen_before, waiting;
} folder;

void folder_say(folder *f, const char *state, const char *format, ...) ASSAY_PRINTF(3, 4);
void folder_log(folder *f, const char *level, const char *format, ...) ASSAY_PRINTF(3, 4);
void *folder_thread(void *door); /* until is_stopping */

/* -- parcels ---------------------------------------------------------------------------------- */

ASSAY_MUST_USE assay_status folder_parcels_new(folder *f, folder_parcels **out, assay_err *err);
void folder_parcels_free(folder_parcels *p); /* accepts NULL; waits for what is being stored */
parcel *folder_parcel(folder_parcels *p);    /* the one to fill, always there */
/* Hand it on, after the one before is stored. False: the door is stopping, and nothing of it will
 * be stored: leave everything as it is. */
bool folder_offer(folder_parcels *p);
bool folder_settle(folder_parcels *p); /* offered, if there is anything, and all is stored */
void folder_drop(folder_parcels *p);   /* what is in the one being filled is not wanted */

/* -- one file --------------------------------------------------------------------------------- */

typedef struct {
    const char *name;
    char path[4352];
    struct stat about;
    bool is_complete; /* nothing more will be written to it */
} folder_file;

typedef enum {
    FILE_WAITS,   /* nothing whole in it yet */
    FILE_READ,    /* up to its end as of now */
    FILE_REFUSED, /* `why` says the reason */
    FILE_STOPPED, /* the door is stopping, or there is no memory */
} file_outcome;
file_outcome folder_read(folder *f, const folder_file *file, buf *why);

/* -- moving ----------------------------------------------------------------------------------- */

/* With the other half of a .dfd/.dfx pair. A name that is taken there gets a number. */
bool folder_archive(folder *f, const folder_file *file);
bool folder_refuse(folder *f, const folder_file *file, const char *why);
/* The other half of a pair: its path into `out`. False: not one of a pair. */
bool folder_pair(const folder_file *file, const char *ending, char out[static 4352]);

#endif
