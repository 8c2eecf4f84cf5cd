/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "live/mqtt_seen.h"

#include "base/buf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEEP_MOST = 32768, BLOCKS_A_LARGEST = 6, ENTRY_BYTES = 6, KEY_ROOM = 440 };

typedef struct {
    uint16_t packet;
    uint32_t digest;
} entry;

typedef struct block {
    struct block *next;
    uint64_t number;
    size_t count, room;
    entry entries[];
} block;

struct mqtt_seen {
    char *client;
    block *first, *last; /* durable with their parcels, oldest first */
    block *fresh;        /* of the parcel that is being filled */
    block *forgotten;    /* to be forgotten with the next note */
    size_t total, largest, least;
    size_t again, most_again; /* known messages that came again in a row, and the most of them */
    uint64_t next_number;
    /* [65536] digest of each identifier and whether it is there; made when the first message comes
     * again, since few sessions ever need it */
    uint32_t *by_packet;
    uint64_t *is_there;
    uint16_t *held;
    size_t held_count, held_room;
    uint16_t *unheld; /* to be forgotten with the next note */
    size_t unheld_count;
};

/* -- keys: seen/CLIENT/NUMBER and held/CLIENT/PACKET --------------------------------------------
 */

static void key_of(const mqtt_seen *s, const char *what, uint64_t number, char out[static KEY_ROOM])
{
    snprintf(out, KEY_ROOM, "%s/%.390s/%llu", what, s->client, (unsigned long long)number);
}

static block *block_new(size_t room)
{
    block *b = malloc(sizeof *b + room * sizeof b->entries[0]);
    if (b)
        *b = (block){.room = room};
    return b;
}

static void blocks_free(block *b)
{
    while (b) {
        block *next = b->next;
        free(b);
        b = next;
    }
}

/* '/' divides keys: a client's name must not look like another's with a number behind it. */
static char *key_name(const char *client)
{
    buf out = BUF_INIT;
    buf_add(&out, "", 0);
    for (; *client; client++) {
        if (*client == '/' || *client == '%')
            buf_addf(&out, "%%%02x", *client);
        else
            buf_add_char(&out, *client);
    }
    char *name = out.failed ? NULL : strdup(buf_text(&out));
    buf_done(&out);
    return name;
}

mqtt_seen *mqtt_seen_new(const char *client, size_t least)
{
    mqtt_seen *s = calloc(1, sizeof *s);
    if (!s || !(s->client = key_name(client))) {
        mqtt_seen_free(s);
        return NULL;
    }
    s->least = least;
    return s;
}

void mqtt_seen_free(mqtt_seen *s)
{
    if (!s)
        return;
    blocks_free(s->first);
    blocks_free(s->fresh);
    blocks_free(s->forgotten);
    free(s->by_packet);
    free(s->is_there);
    free(s->held);
    free(s->unheld);
    free(s->client);
    free(s);
}

bool mqtt_seen_is_empty(const mqtt_seen *s)
{
    return !s->total && !s->fresh;
}

/* -- by packet identifier ------------------------------------------------------------------------
 */

static void index_entry(mqtt_seen *s, entry e)
{
    s->by_packet[e.packet] = e.digest;
    s->is_there[e.packet / 64] |= UINT64_C(1) << (e.packet % 64);
}

static bool make_index(mqtt_seen *s)
{
    if (s->by_packet)
        return true;
    s->by_packet = malloc(65536 * sizeof *s->by_packet);
    s->is_there = calloc(65536 / 64, sizeof *s->is_there);
    if (!s->by_packet || !s->is_there) {
        free(s->by_packet);
        free(s->is_there);
        s->by_packet = NULL;
        s->is_there = NULL;
        return false;
    }
    for (const block *b = s->first; b; b = b->next)
        for (size_t i = 0; i < b->count; i++)
            index_entry(s, b->entries[i]);
    for (size_t i = 0; s->fresh && i < s->fresh->count; i++)
        index_entry(s, s->fresh->entries[i]);
    return true;
}

static void drop_index(mqtt_seen *s)
{
    free(s->by_packet);
    free(s->is_there);
    s->by_packet = NULL;
    s->is_there = NULL;
}

bool mqtt_seen_has(mqtt_seen *s, uint16_t packet, uint32_t digest)
{
    bool is_known = make_index(s) && s->is_there[packet / 64] >> (packet % 64) & 1 &&
                    s->by_packet[packet] == digest;
    if (is_known && ++s->again > s->most_again)
        s->most_again = s->again;
    return is_known;
}

bool mqtt_seen_add(mqtt_seen *s, uint16_t packet, uint32_t digest)
{
    block *b = s->fresh;
    if (!b || b->count == b->room) {
        block *wider = block_new(b ? b->room * 2 : 64);
        if (!wider)
            return false;
        if (b)
            memcpy(wider->entries, b->entries, b->count * sizeof b->entries[0]);
        wider->count = b ? b->count : 0;
        free(b);
        b = s->fresh = wider;
    }
    entry e = {packet, digest};
    b->entries[b->count++] = e;
    s->again = 0;
    if (s->by_packet)
        index_entry(s, e);
    return true;
}

/* -- blocks --------------------------------------------------------------------------------------
 */

static size_t wanted(const mqtt_seen *s)
{
    size_t blocks = BLOCKS_A_LARGEST * s->largest, repeats = 2 * s->most_again;
    size_t n = blocks > repeats ? blocks : repeats;
    return n < s->least ? s->least : n > KEEP_MOST ? KEEP_MOST : n;
}

static void append(mqtt_seen *s, block *b)
{
    b->next = NULL;
    *(s->last ? &s->last->next : &s->first) = b;
    s->last = b;
    s->total += b->count;
    s->largest = b->count > s->largest ? b->count : s->largest;
    s->next_number = b->number >= s->next_number ? b->number + 1 : s->next_number;
}

/* The index may keep what the blocks no longer have: it is made anew now and then. */
static void drop_oldest(mqtt_seen *s, parcel *p)
{
    char key[KEY_ROOM];
    while (s->first != s->last && s->total - s->first->count >= wanted(s)) {
        block *b = s->first;
        key_of(s, "seen", b->number, key);
        parcel_remember(p, key, NULL, 0);
        s->first = b->next;
        s->total -= b->count;
        free(b);
        drop_index(s);
    }
}

static void put_entry(uint8_t *to, entry e)
{
    uint8_t bytes[ENTRY_BYTES] = {(uint8_t)(e.packet >> 8),  (uint8_t)e.packet,
                                  (uint8_t)(e.digest >> 24), (uint8_t)(e.digest >> 16),
                                  (uint8_t)(e.digest >> 8),  (uint8_t)e.digest};
    memcpy(to, bytes, ENTRY_BYTES);
}

static entry get_entry(const uint8_t *from)
{
    return (entry){(uint16_t)(from[0] << 8 | from[1]), (uint32_t)from[2] << 24 |
                                                           (uint32_t)from[3] << 16 |
                                                           (uint32_t)from[4] << 8 | from[5]};
}

static void forget_old_session(mqtt_seen *s, parcel *p)
{
    char key[KEY_ROOM];
    for (const block *b = s->forgotten; b; b = b->next) {
        key_of(s, "seen", b->number, key);
        parcel_remember(p, key, NULL, 0);
    }
    for (size_t i = 0; i < s->unheld_count; i++) {
        key_of(s, "held", s->unheld[i], key);
        parcel_remember(p, key, NULL, 0);
    }
    blocks_free(s->forgotten);
    s->forgotten = NULL;
    s->unheld_count = 0;
}

bool mqtt_seen_has_fresh(const mqtt_seen *s)
{
    return s->fresh != NULL;
}

void mqtt_seen_note(mqtt_seen *s, parcel *p)
{
    block *b = s->fresh;
    forget_old_session(s, p);
    if (!b)
        return;
    uint8_t *bytes = malloc(b->count * ENTRY_BYTES);
    for (size_t i = 0; bytes && i < b->count; i++)
        put_entry(bytes + i * ENTRY_BYTES, b->entries[i]);
    char key[KEY_ROOM];
    b->number = s->next_number;
    key_of(s, "seen", b->number, key);
    if (bytes) /* without memory a crash now would leave these possibly doubled, as if unknown */
        parcel_remember(p, key, bytes, b->count * ENTRY_BYTES);
    free(bytes);
    s->fresh = NULL;
    block *fit = realloc(b, sizeof *b + b->count * sizeof b->entries[0]); /* most hold one message */
    append(s, fit ? fit : b);
    drop_oldest(s, p);
}

void mqtt_seen_forget(mqtt_seen *s)
{
    if (s->last) {
        s->last->next = s->forgotten;
        s->forgotten = s->first;
    }
    s->first = s->last = NULL;
    s->total = s->largest = s->again = s->most_again = 0;
    drop_index(s);
    uint16_t *all =
        s->held_count ? realloc(s->unheld, (s->unheld_count + s->held_count) * sizeof *all) : NULL;
    if (all) {
        memcpy(all + s->unheld_count, s->held, s->held_count * sizeof *all);
        s->unheld = all;
        s->unheld_count += s->held_count;
    }
    s->held_count = 0;
}

/* -- QoS 2 ---------------------------------------------------------------------------------------
 */

static void add_held(mqtt_seen *s, uint16_t packet)
{
    if (s->held_count == s->held_room) {
        size_t room = s->held_room ? s->held_room * 2 : 16;
        uint16_t *held = realloc(s->held, room * sizeof *held);
        if (!held)
            return; /* it is durable all the same; only a session begun anew would not drop it */
        s->held = held;
        s->held_room = room;
    }
    s->held[s->held_count++] = packet;
}

void mqtt_seen_hold(mqtt_seen *s, parcel *p, uint16_t packet)
{
    char key[KEY_ROOM];
    forget_old_session(s, p); /* it may hold the same identifier */
    key_of(s, "held", packet, key);
    parcel_remember(p, key, "1", 1);
    add_held(s, packet);
}

void mqtt_seen_release(mqtt_seen *s, parcel *p, uint16_t packet)
{
    char key[KEY_ROOM];
    key_of(s, "held", packet, key);
    parcel_remember(p, key, NULL, 0);
    for (size_t i = 0; i < s->held_count; i++)
        if (s->held[i] == packet) {
            memmove(s->held + i, s->held + i + 1, (--s->held_count - i) * sizeof *s->held);
            return;
        }
}

size_t mqtt_seen_held(const mqtt_seen *s, const uint16_t **packets)
{
    *packets = s->held;
    return s->held_count;
}

/* -- after a start --------------------------------------------------------------------- */

typedef struct {
    mqtt_seen *seen;
    size_t prefix; /* of the key, before the number */
    block **blocks;
    size_t count, room;
    bool failed;
} recalling;

static bool recall_block(const char *key, const void *bytes, size_t length, void *context)
{
    recalling *r = context;
    size_t n = length / ENTRY_BYTES;
    if (r->count == r->room) {
        size_t room = r->room ? r->room * 2 : 64;
        block **wider = realloc(r->blocks, room * sizeof *wider);
        r->failed = !wider;
        if (!wider)
            return false;
        r->blocks = wider;
        r->room = room;
    }
    block *b = block_new(n);
    r->failed = !b;
    if (!b)
        return false;
    for (b->count = 0; b->count < n; b->count++)
        b->entries[b->count] = get_entry((const uint8_t *)bytes + b->count * ENTRY_BYTES);
    b->number = strtoull(key + r->prefix, NULL, 10);
    r->blocks[r->count++] = b;
    return true;
}

static bool recall_held(const char *key, const void *bytes, size_t length, void *context)
{
    recalling *r = context;
    (void)bytes;
    (void)length;
    add_held(r->seen, (uint16_t)strtoul(key + r->prefix, NULL, 10));
    return true;
}

static int by_number(const void *a, const void *b)
{
    uint64_t x = (*(block *const *)a)->number, y = (*(block *const *)b)->number;
    return (x > y) - (x < y);
}

assay_status mqtt_seen_recall(mqtt_seen *s, store *reader, const char *source, assay_err *err)
{
    char prefix[KEY_ROOM];
    recalling r = {.seen = s};
    r.prefix = (size_t)snprintf(prefix, sizeof prefix, "seen/%.390s/", s->client);
    assay_status status = store_recall_all(reader, source, prefix, recall_block, &r, err);
    if (r.count)
        qsort(r.blocks, r.count, sizeof *r.blocks, by_number);
    for (size_t i = 0; i < r.count; i++)
        append(s, r.blocks[i]);
    free(r.blocks);
    if (status != ASSAY_OK)
        return status;
    if (r.failed)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for what was stored before");
    snprintf(prefix, sizeof prefix, "held/%.390s/", s->client);
    return store_recall_all(reader, source, prefix, recall_held, &r, err);
}
