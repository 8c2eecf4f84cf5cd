/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Entries stand in segments that never move, so that path and number of a place are read without
 * a lock; only looking a path up takes it. The table is open addressing over places. */
#include "live/catalog.h"

#include "base/hash.h"
#include "base/text.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { SEGMENT = 1 << 12, SEGMENTS = CATALOG_MAX / SEGMENT, PATH_MAX_BYTES = 1000 };

typedef struct {
    const characteristic *definition;
    uint64_t hash;
    _Atomic uint32_t number;
} entry;

struct catalog {
    pthread_mutex_t lock;
    arena texts;
    _Atomic uint32_t count;
    entry *_Atomic segments[SEGMENTS];
    uint32_t *slots; /* place + 1, 0: free; a power of two, at most half full */
    uint32_t mask;
    _Atomic int32_t *_Atomic by_number[SEGMENTS]; /* place + 1, 0: none */
};

static entry *entry_of(const catalog *c, int32_t place)
{
    if (place < 0 || (uint32_t)place >= atomic_load_explicit(&c->count, memory_order_acquire))
        return NULL;
    return &atomic_load_explicit(&c->segments[place / SEGMENT],
                                 memory_order_acquire)[place % SEGMENT];
}

uint32_t catalog_count(const catalog *c)
{
    return atomic_load_explicit(&c->count, memory_order_acquire);
}

const characteristic *catalog_definition(const catalog *c, int32_t place)
{
    const entry *e = entry_of(c, place);
    return e ? e->definition : NULL;
}

const char *catalog_path(const catalog *c, int32_t place)
{
    const entry *e = entry_of(c, place);
    return e ? e->definition->path : "";
}

uint32_t catalog_number(const catalog *c, int32_t place)
{
    const entry *e = entry_of(c, place);
    return e ? atomic_load_explicit(&e->number, memory_order_acquire) : 0;
}

int32_t catalog_of_number(const catalog *c, uint32_t number)
{
    if (number >= CATALOG_MAX)
        return CATALOG_NONE;
    const _Atomic int32_t *s =
        atomic_load_explicit(&c->by_number[number / SEGMENT], memory_order_acquire);
    return s ? atomic_load_explicit(&s[number % SEGMENT], memory_order_acquire) - 1 : CATALOG_NONE;
}

/* -- paths --------------------------------------------------------------------------------- */

static bool is_path(const char *path, size_t length)
{
    if (length < 1 || length > PATH_MAX_BYTES || utf8_valid(path, length) != length)
        return false;
    char before = '/';
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)path[i];
        if (c < 0x20 || c == 0x7F || (c == '/' && before == '/'))
            return false;
        before = (char)c;
    }
    return before != '/';
}

static int32_t find(const catalog *c, uint64_t hash, const char *path, size_t length)
{
    for (uint32_t at = (uint32_t)hash & c->mask; c->slots[at]; at = (at + 1) & c->mask) {
        int32_t place = (int32_t)c->slots[at] - 1;
        const entry *e = entry_of(c, place);
        if (e->hash == hash && strncmp(e->definition->path, path, length) == 0 &&
            !e->definition->path[length])
            return place;
    }
    return CATALOG_NONE;
}

static void slot_put(uint32_t *slots, uint32_t mask, uint64_t hash, uint32_t place)
{
    uint32_t at = (uint32_t)hash & mask;
    while (slots[at])
        at = (at + 1) & mask;
    slots[at] = place + 1;
}

static bool slots_double(catalog *c)
{
    uint32_t mask = c->mask * 2 + 1;
    uint32_t *slots = calloc((size_t)mask + 1, sizeof *slots);
    if (!slots)
        return false;
    for (uint32_t place = 0; place < c->count; place++)
        slot_put(slots, mask, entry_of(c, (int32_t)place)->hash, place);
    free(c->slots);
    c->slots = slots;
    c->mask = mask;
    return true;
}

static bool segment_reserve(catalog *c, uint32_t place)
{
    if (atomic_load(&c->segments[place / SEGMENT]))
        return true;
    entry *s = calloc(SEGMENT, sizeof *s);
    atomic_store(&c->segments[place / SEGMENT], s);
    return s != NULL;
}

static int32_t add(catalog *c, uint64_t hash, const characteristic *definition)
{
    uint32_t place = c->count;
    if (place == CATALOG_MAX || (place * 2 > c->mask && !slots_double(c)) ||
        !segment_reserve(c, place))
        return CATALOG_NONE;
    const characteristic *copy = characteristic_copy(&c->texts, definition);
    if (!copy)
        return CATALOG_NONE;
    entry *e = &atomic_load(&c->segments[place / SEGMENT])[place % SEGMENT];
    e->definition = copy;
    e->hash = hash;
    atomic_store_explicit(&c->count, place + 1, memory_order_release);
    slot_put(c->slots, c->mask, hash, place);
    return (int32_t)place;
}

int32_t catalog_find(catalog *c, const char *path, size_t length)
{
    uint64_t hash = hash64(path, length);
    pthread_mutex_lock(&c->lock);
    int32_t place = find(c, hash, path, length);
    pthread_mutex_unlock(&c->lock);
    return place;
}

int32_t catalog_place(catalog *c, const characteristic *definition)
{
    size_t length = strlen(definition->path);
    uint64_t hash = hash64(definition->path, length);
    pthread_mutex_lock(&c->lock);
    int32_t place = find(c, hash, definition->path, length);
    if (place == CATALOG_NONE && is_path(definition->path, length))
        place = add(c, hash, definition);
    pthread_mutex_unlock(&c->lock);
    return place;
}

/* -- numbers ------------------------------------------------------------------------------- */

bool catalog_settle(catalog *c, int32_t place, uint32_t number)
{
    entry *e = entry_of(c, place);
    if (!e || number >= CATALOG_MAX)
        return false;
    pthread_mutex_lock(&c->lock);
    _Atomic int32_t *s = atomic_load(&c->by_number[number / SEGMENT]);
    if (!s) {
        s = calloc(SEGMENT, sizeof *s);
        atomic_store_explicit(&c->by_number[number / SEGMENT], s, memory_order_release);
    }
    pthread_mutex_unlock(&c->lock);
    if (!s)
        return false;
    atomic_store_explicit(&s[number % SEGMENT], place + 1, memory_order_release);
    atomic_store_explicit(&e->number, number, memory_order_release);
    return true;
}

/* -- life ---------------------------------------------------------------------------------- */

static assay_status take_stored(catalog *c, store *s, assay_err *err)
{
    uint32_t count = store_characteristic_count(s);
    for (uint32_t number = 1; number <= count; number++) {
        stored_characteristic stored;
        assay_status status = store_characteristic_at(s, number, &stored, err);
        if (status != ASSAY_OK)
            return status;
        const char *path = stored.definition.path;
        uint64_t hash = hash64(path, strlen(path));
        int32_t place = find(c, hash, path, strlen(path));
        if (place == CATALOG_NONE)
            place = add(c, hash, &stored.definition);
        if (place == CATALOG_NONE || !catalog_settle(c, place, number))
            return assay_fail(err, number >= CATALOG_MAX ? ASSAY_LIMIT : ASSAY_MEMORY, 0,
                              "cannot keep %u characteristics at hand", (unsigned)count);
    }
    return ASSAY_OK;
}

assay_status catalog_open(store *s, catalog **out, assay_err *err)
{
    enum { first_slots = 1024 };
    catalog *c = calloc(1, sizeof *c);
    if (!c || !(c->slots = calloc(first_slots, sizeof *c->slots))) {
        free(c);
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for a catalog");
    }
    pthread_mutex_init(&c->lock, NULL);
    arena_init(&c->texts);
    c->mask = first_slots - 1;
    assay_status status = s ? take_stored(c, s, err) : ASSAY_OK;
    if (status != ASSAY_OK) {
        catalog_close(c);
        return status;
    }
    *out = c;
    return ASSAY_OK;
}

void catalog_close(catalog *c)
{
    if (!c)
        return;
    for (int i = 0; i < SEGMENTS; i++) {
        free(atomic_load(&c->segments[i]));
        free((void *)atomic_load(&c->by_number[i]));
    }
    pthread_mutex_destroy(&c->lock);
    arena_done(&c->texts);
    free(c->slots);
    free(c);
}
