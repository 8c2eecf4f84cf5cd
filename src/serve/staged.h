/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files on their way in: sent by a browser, looked at, corrected, then taken over or dropped.
 *
 * They lie in a folder beside the database, at most STAGED_FILES of STAGED_BYTES each, for an hour
 * after they were last touched, those that are done while there is room; the folder is emptied when the
 * server starts and when it ends. A file is its sender's alone. */
#ifndef SERVE_STAGED_H
#define SERVE_STAGED_H

#include "read/read.h"
#include "serve/request.h"

#include <pthread.h>

enum { STAGED_FILES = 16, STAGED_BYTES = 256 << 20, STAGED_BROUGHT = 50 << 20, STAGED_TEXT = 200 };

typedef enum { STAGED_WAITING, STAGED_RUNNING, STAGED_DONE, STAGED_FAILED } staged_state;
const char *staged_state_name(staged_state s); /* "waiting" ... */

/* Which column plays which role, and how the text is written; "": as it is guessed. */
#define STAGED_SETTINGS(X)                                                                         \
    X(format) X(dialect) X(zone) X(under) X(source) X(column_value) X(column_characteristic)       \
    X(column_time) X(column_unit) X(column_size) X(column_serial) X(column_batch)                  \
    X(column_operator) X(column_machine) X(column_gauge) X(column_subgroup) X(column_lower)        \
    X(column_upper) X(column_target) X(column_nominal) X(column_part_number) X(column_part_name)
typedef struct {
#define X(name) char name[STAGED_TEXT];
    STAGED_SETTINGS(X)
#undef X
    bool wide; /* every numeric column is a characteristic */
} staged_settings;

typedef struct staged {
    char id[33], path[4200], content[65]; /* content: SHA-256 of its bytes */
    char name[STAGED_TEXT];               /* as the sender calls it */
    char account[64];
    uint64_t bytes;
    staged_settings settings;
    identity who; /* of the commit */
    /* the rest under the lock of the staging */
    int64_t touched;
    staged_state state;
    unsigned holders;
    uint64_t at, rows, stored, duplicates, conflicts, refused; /* progress; at: bytes read */
    char trouble[300];
    uint32_t *numbers; /* of the characteristics it brought; the staging's */
    size_t number_count;
    pthread_t thread;
    bool has_thread;
    struct staged *next;
} staged;

typedef struct staging staging;
ASSAY_MUST_USE assay_status staging_open(server *s, staging **out, assay_err *err);
void staging_stop(staging *g);  /* imports that run end soon */
void staging_close(staging *g); /* accepts NULL */
bool staging_is_stopping(const staging *g);

/* The body of a FILE or BRING route: the header is there; bytes; all of it has come. A refusal is left
 * as the answer. */
uint64_t staged_most(const request *r); /* bytes that are taken */
void staged_begin(request *r);
void staged_write(request *r, const char *bytes, size_t length);
/* In the handler: the file that came, kept from now on. NULL: refused. */
staged *staged_keep(request *r);
/* Of a BRING route: where the file lies as long as the request lives. */
const char *staged_brought(const request *r);
void staged_abandon(request *r); /* with the request */

/* By the first part of the path, the asker's own; held until staged_release. NULL: refused. */
staged *staged_find(request *r);
staged *staged_named(request *r, const char *id);
void staged_release(staging *g, staged *f); /* accepts NULL */
bool staged_drop(staging *g, staged *f);    /* false: it is being imported */

/* A name in the folder for a file that is written and read at once. */
void staging_room(staging *g, char *out, size_t room);

void staging_lock(staging *g);
void staging_unlock(staging *g);
/* Its own thread takes the file over. ASSAY_CONFLICT: it runs or is done already. */
ASSAY_MUST_USE assay_status staged_import(server *s, staged *f, assay_err *err);

/* How a reader is to open it; the texts are s's. */
void staged_options(const staged_settings *s, read_options *out);

#endif
