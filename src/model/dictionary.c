/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Open addressing over an array of entries; the texts stand in an arena and never move, so that
 * a pointer given out stays good until dictionary_free. */
#include "model/dictionary.h"

#include "base/arena.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    const char *text;
    uint32_t length, hash;
} entry;

struct dictionary {
    arena texts;
    entry *entries; /* entries[code - 1] */
    uint32_t count, room;
    uint32_t *slots; /* codes, 0: free; a power of two, at most half full */
    uint32_t slot_mask;
};

enum { first_slots = 64, slots_kept = 4096 };

/* Eight bytes a step, one multiplication each; the seed keeps prefixes apart. */
static uint32_t hash_of(const char *text, size_t length)
{
    uint64_t h = 0x9E3779B97F4A7C15u ^ length, word;
    while (length >= 8) {
        memcpy(&word, text, 8);
        h = (h ^ word) * 0xFF51AFD7ED558CCDu;
        h ^= h >> 32;
        text += 8;
        length -= 8;
    }
    word = 0;
    memcpy(&word, text, length);
    h = (h ^ word) * 0xC4CEB9FE1A85EC53u;
    return (uint32_t)(h ^ h >> 32);
}

assay_status dictionary_new(dictionary **out, assay_err *err)
{
    dictionary *d = calloc(1, sizeof *d);
    uint32_t *slots = calloc(first_slots, sizeof *slots);
    if (!d || !slots) {
        free(d);
        free(slots);
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for a dictionary");
    }
    arena_init(&d->texts);
    d->slots = slots;
    d->slot_mask = first_slots - 1;
    *out = d;
    return ASSAY_OK;
}

void dictionary_free(dictionary *d)
{
    if (!d)
        return;
    arena_done(&d->texts);
    free(d->entries);
    free(d->slots);
    free(d);
}

/* Only a part of a table that has grown large is used again, so that clearing costs little. */
void dictionary_clear(dictionary *d)
{
    if (!d->count)
        return;
    arena_done(&d->texts);
    arena_init(&d->texts);
    d->count = 0;
    if (d->slot_mask >= slots_kept)
        d->slot_mask = slots_kept - 1;
    memset(d->slots, 0, ((size_t)d->slot_mask + 1) * sizeof *d->slots);
}

static bool matches(const entry *e, uint32_t hash, const char *text, size_t length)
{
    return e->hash == hash && e->length == length && memcmp(e->text, text, length) == 0;
}

/* The slot that holds the text, or the free one where it belongs. */
static uint32_t *slot_of(const dictionary *d, uint32_t hash, const char *text, size_t length)
{
    for (uint32_t at = hash & d->slot_mask;; at = (at + 1) & d->slot_mask) {
        uint32_t code = d->slots[at];
        if (code == 0 || matches(&d->entries[code - 1], hash, text, length))
            return &d->slots[at];
    }
}

static bool slots_double(dictionary *d)
{
    uint32_t mask = d->slot_mask * 2 + 1;
    uint32_t *slots = calloc((size_t)mask + 1, sizeof *slots);
    if (!slots)
        return false;
    for (uint32_t code = 1; code <= d->count; code++) {
        uint32_t at = d->entries[code - 1].hash & mask;
        while (slots[at])
            at = (at + 1) & mask;
        slots[at] = code;
    }
    free(d->slots);
    d->slots = slots;
    d->slot_mask = mask;
    return true;
}

static bool entries_grow(dictionary *d)
{
    uint32_t room = d->room ? d->room * 2 : 32;
    entry *entries = realloc(d->entries, room * sizeof *entries);
    if (!entries)
        return false;
    d->entries = entries;
    d->room = room;
    return true;
}

static uint32_t text_add(dictionary *d, uint32_t hash, const char *text, size_t length)
{
    if (d->count >= UINT32_MAX / 4 || length > UINT32_MAX / 2)
        return 0;
    if (d->count == d->room && !entries_grow(d))
        return 0;
    if (d->count * 2 > d->slot_mask && !slots_double(d))
        return 0;
    const char *copy = arena_text(&d->texts, text, length);
    if (!copy)
        return 0;
    *slot_of(d, hash, text, length) = d->count + 1;
    d->entries[d->count++] = (entry){copy, (uint32_t)length, hash};
    return d->count;
}

uint32_t dictionary_code(dictionary *d, const char *text, size_t length)
{
    if (length == 0)
        return 0;
    uint32_t hash = hash_of(text, length);
    uint32_t code = *slot_of(d, hash, text, length);
    return code ? code : text_add(d, hash, text, length);
}

/* The slots are laid anew: a text is taken back so seldom that a tombstone would cost more. */
bool dictionary_replace(dictionary *d, uint32_t code, const char *text, size_t length)
{
    if (code == 0 || code > d->count || length == 0)
        return false;
    entry *e = &d->entries[code - 1];
    if (matches(e, hash_of(text, length), text, length))
        return true;
    const char *copy = arena_text(&d->texts, text, length);
    if (!copy)
        return false;
    *e = (entry){copy, (uint32_t)length, hash_of(text, length)};
    memset(d->slots, 0, ((size_t)d->slot_mask + 1) * sizeof *d->slots);
    for (uint32_t i = 1; i <= d->count; i++) {
        uint32_t at = d->entries[i - 1].hash & d->slot_mask;
        while (d->slots[at])
            at = (at + 1) & d->slot_mask;
        d->slots[at] = i;
    }
    return true;
}

uint32_t dictionary_find(const dictionary *d, const char *text, size_t length)
{
    return length ? *slot_of(d, hash_of(text, length), text, length) : 0;
}

const char *dictionary_text(const dictionary *d, uint32_t code, size_t *length)
{
    bool is_known = code >= 1 && code <= d->count;
    if (length)
        *length = is_known ? d->entries[code - 1].length : 0;
    return is_known ? d->entries[code - 1].text : "";
}

uint32_t dictionary_count(const dictionary *d)
{
    return d->count;
}
