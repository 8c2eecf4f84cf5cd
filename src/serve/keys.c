/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A table of open addressing over a ring: the ring knows the order, the table finds. Dropped keys
 * leave the table by rebuilding it, which a full ring pays once for KEYS_MAX / 2 of them. */
#include "serve/keys.h"

#include "base/hash.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DAY_NS (INT64_C(86400) * 1000000000)
enum { SLOTS = KEYS_MAX * 2 };
static const char prefix[] = "key/";

typedef struct {
    char key[KEY_LENGTH];
    key_state state; /* KEY_NEW: dropped */
    key_outcome outcome;
} entry;

struct keys {
    pthread_mutex_t lock;
    entry *ring; /* [KEYS_MAX] */
    uint32_t count;
    uint32_t *slots; /* place in the ring + 1; 0: free */
};

/* -- the table ---------------------------------------------------------------------------------- */

static uint32_t *slot_of(keys *k, const char *key)
{
    uint32_t at = (uint32_t)hash64(key, KEY_LENGTH - 1) % SLOTS;
    while (k->slots[at] && strcmp(k->ring[k->slots[at] - 1].key, key) != 0)
        at = (at + 1) % SLOTS;
    return &k->slots[at];
}

static entry *find(keys *k, const char *key)
{
    uint32_t at = *slot_of(k, key);
    return at ? &k->ring[at - 1] : NULL;
}

/* The older half goes, and what was dropped or is out of date; what runs stays. */
static void make_room(keys *k)
{
    int64_t oldest = time_now() - DAY_NS;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < k->count; i++) {
        const entry *e = &k->ring[i];
        bool is_new_enough = i >= k->count / 2 && e->outcome.time > oldest;
        if (e->state == KEY_RUNNING || (e->state == KEY_DONE && is_new_enough))
            k->ring[kept++] = *e;
    }
    k->count = kept;
    memset(k->slots, 0, SLOTS * sizeof *k->slots);
    for (uint32_t i = 0; i < kept; i++)
        *slot_of(k, k->ring[i].key) = i + 1;
}

static entry *add(keys *k, const char *key)
{
    if (k->count == KEYS_MAX)
        make_room(k);
    if (k->count == KEYS_MAX)
        return NULL;
    entry *e = &k->ring[k->count];
    snprintf(e->key, sizeof e->key, "%s", key);
    *slot_of(k, key) = ++k->count;
    return e;
}

/* -- from the store ------------------------------------------------------------------------------ */

static bool load_key(const char *key, const void *bytes, size_t length, void *context)
{
    keys *k = context;
    key_outcome outcome;
    const char *name = key + strlen(prefix);
    if (length != sizeof outcome || strlen(name) != KEY_LENGTH - 1)
        return true;
    memcpy(&outcome, bytes, sizeof outcome);
    entry *e = outcome.time > time_now() - DAY_NS ? add(k, name) : NULL;
    if (e) {
        e->state = KEY_DONE;
        e->outcome = outcome;
    }
    return true;
}

typedef struct {
    keys *keys;
    store *store;
    assay_status status;
    assay_err *err;
} loading;

static bool load_source(const char *source, const source_account *account, void *context)
{
    loading *l = context;
    (void)account;
    l->status = store_recall_all(l->store, source, prefix, load_key, l->keys, l->err);
    return l->status == ASSAY_OK;
}

assay_status keys_open(store *reader, keys **out, assay_err *err)
{
    keys *k = calloc(1, sizeof *k);
    if (k) {
        pthread_mutex_init(&k->lock, NULL);
        k->ring = calloc(KEYS_MAX, sizeof *k->ring);
        k->slots = calloc(SLOTS, sizeof *k->slots);
    }
    if (!k || !k->ring || !k->slots) {
        keys_close(k);
        return assay_fail(err, ASSAY_MEMORY, 0, "out of memory");
    }
    loading l = {k, reader, ASSAY_OK, err};
    assay_status status = store_sources(reader, load_source, &l, err);
    if (status == ASSAY_OK)
        status = l.status;
    if (status != ASSAY_OK) {
        keys_close(k);
        return status;
    }
    *out = k;
    return ASSAY_OK;
}

void keys_close(keys *k)
{
    if (!k)
        return;
    free(k->ring);
    free(k->slots);
    pthread_mutex_destroy(&k->lock);
    free(k);
}

/* -- asking ---------------------------------------------------------------------------------------- */

key_state keys_begin(keys *k, const char key[KEY_LENGTH], key_outcome *out)
{
    pthread_mutex_lock(&k->lock);
    entry *e = find(k, key);
    if (!e)
        e = add(k, key);
    key_state state = e ? e->state : KEY_NEW;
    if (e && state == KEY_DONE)
        *out = e->outcome;
    else if (e)
        e->state = KEY_RUNNING;
    pthread_mutex_unlock(&k->lock);
    return state;
}

void keys_end(keys *k, const char key[KEY_LENGTH], const key_outcome *outcome)
{
    pthread_mutex_lock(&k->lock);
    entry *e = find(k, key);
    if (e) {
        e->state = outcome ? KEY_DONE : KEY_NEW;
        if (outcome)
            e->outcome = *outcome;
    }
    pthread_mutex_unlock(&k->lock);
}

void keys_name(const char *account, const char *said, char key[KEY_LENGTH])
{
    char hex[65];
    sha256 digest = {0};
    buf text = BUF_INIT;
    buf_addf(&text, "%s\n%s", account, said);
    if (sha256_of(buf_text(&text), text.length, &digest, NULL) != ASSAY_OK)
        memset(&digest, 0, sizeof digest);
    sha256_to_hex(&digest, hex);
    memcpy(key, hex, KEY_LENGTH - 1);
    key[KEY_LENGTH - 1] = 0;
    buf_done(&text);
}

void keys_remember(parcel *p, const char key[KEY_LENGTH], const key_outcome *outcome)
{
    char name[sizeof prefix + KEY_LENGTH];
    snprintf(name, sizeof name, "%s%s", prefix, key);
    parcel_remember(p, name, outcome, sizeof *outcome);
}
