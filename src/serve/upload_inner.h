/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of upload.c share. */
#ifndef SERVE_UPLOAD_INNER_H
#define SERVE_UPLOAD_INNER_H

#include "base/hash.h"
#include "live/intake.h"
#include "serve/keys.h"
#include "serve/upload.h"
#include "serve/verdict.h"

#include <pthread.h>

enum { UPLOAD_PLACES = 256, UPLOAD_UNPACKED = 16 * 1024 };

typedef struct {
    int32_t place;
    bool is_mine, is_known;
} upload_place;

typedef struct upload {
    request *request;
    struct feed *feed;
    char source[64];
    bool is_line, is_csv;
    parcel *filling, *idle[UPLOAD_PARCELS];
    unsigned idle_count, made, rows_most;
    upload_place places[UPLOAD_PLACES];
    verdicts verdicts;
    bool is_read, is_closed;
    uint64_t bytes;
    char unpacked[UPLOAD_UNPACKED];
    size_t unpacked_at, unpacked_length;
    /* an Idempotency-Key */
    char key[KEY_LENGTH]; /* "": none */
    hasher *hasher;
    bool is_replay, is_too_many, holds_key;
    key_outcome outcome;
    /* CSV */
    int spool;
    struct reader *reader;
    measurement_batch *batch;
    size_t batch_at;
    /* shared with the intake's thread */
    pthread_mutex_t lock;
    parcel *back[UPLOAD_PARCELS];
    unsigned back_count, with_intake;
    bool is_asleep, is_orphan;
    struct upload *before, *after; /* all of them */
} upload;

/* The parcel to fill; NULL: none is free now, or (is_too_many) there may be no other. */
parcel *upload_parcel(upload *s);

/* CSV is kept until it is complete, then read as a file. */
bool upload_csv_begin(upload *s);
size_t upload_csv_take(upload *s, const char *bytes, size_t length);
bool upload_csv_finish(upload *s); /* false: no parcel is free now; r->reply tells a failure */
void upload_csv_done(upload *s);

/* Idempotency-Key. */
void upload_key_begin(request *r, upload *s);
bool upload_key_end(request *r, upload *s);  /* false: answered already */
void upload_key_done(request *r, upload *s); /* all is stored and answered */
void upload_key_drop(upload *s);

#endif
