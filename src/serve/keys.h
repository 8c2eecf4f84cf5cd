/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Idempotency keys: a request that is sent again because its answer was lost does nothing twice.
 *
 * A key belongs to an account and is durable in the same commit as the rows it came with; it is
 * forgotten after a day. At most KEYS_MAX are known; beyond, the oldest go. */
#ifndef SERVE_KEYS_H
#define SERVE_KEYS_H

#include "live/intake.h"

#include <stdbool.h>

enum { KEY_LENGTH = 33, KEYS_MAX = 1 << 16, KEY_OUTCOME = 80 };

typedef struct {
    uint8_t digest[16]; /* of the body */
    int64_t time;
    uint64_t received, stored, late, duplicates, conflicts, refused, commit;
} key_outcome;

typedef struct keys keys;
typedef enum { KEY_NEW, KEY_RUNNING, KEY_DONE } key_state;

ASSAY_MUST_USE assay_status keys_open(store *reader, keys **out, assay_err *err);
void keys_close(keys *k);
/* What is known of a key; a new one is running from now on. */
key_state keys_begin(keys *k, const char key[KEY_LENGTH], key_outcome *out);
void keys_end(keys *k, const char key[KEY_LENGTH], const key_outcome *outcome); /* NULL: drop it */
void keys_name(const char *account, const char *said, char key[KEY_LENGTH]);

/* As it is remembered with a parcel. */
void keys_remember(parcel *p, const char key[KEY_LENGTH], const key_outcome *outcome);

#endif
