/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of stream.c share. */
#ifndef SERVE_STREAM_INNER_H
#define SERVE_STREAM_INNER_H

#include "base/hash.h"
#include "live/intake.h"
#include "serve/keys.h"
#include "serve/stream.h"
#include "serve/verdict.h"

#include <pthread.h>

enum { STREAM_PLACES = 256, STREAM_UNPACKED = 16 * 1024 };

typedef struct {
    int32_t place;
    bool is_mine, is_known;
} stream_place;

typedef struct stream {
    request *request;
    struct feed *feed;
    char source[64];
    bool is_line, is_csv;
    parcel *filling, *idle[STREAM_PARCELS];
    unsigned idle_count, made, rows_most;
    stream_place places[STREAM_PLACES];
    verdicts verdicts;
    bool is_read, is_closed;
    uint64_t bytes;
    char unpacked[STREAM_UNPACKED];
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
    parcel *back[STREAM_PARCELS];
    unsigned back_count, with_intake;
    bool is_asleep, is_orphan;
    struct stream *before, *after; /* all of them */
} stream;

/* The parcel to fill; NULL: none is free now, or (is_too_many) there may be no other. */
parcel *stream_parcel(stream *s);

/* CSV is kept until it is complete, then read as a file. */
bool stream_csv_begin(stream *s);
size_t stream_csv_take(stream *s, const char *bytes, size_t length);
bool stream_csv_finish(stream *s); /* false: no parcel is free now; r->reply tells a failure */
void stream_csv_done(stream *s);

/* Idempotency-Key. */
void stream_key_begin(request *r, stream *s);
bool stream_key_end(request *r, stream *s);  /* false: answered already */
void stream_key_done(request *r, stream *s); /* all is stored and answered */
void stream_key_drop(stream *s);

#endif
