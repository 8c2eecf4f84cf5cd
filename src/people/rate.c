/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A small table by hash: a key has PROBES places, and takes the oldest of them when none is free.
 */
#include "people/rate.h"

#include "base/hash.h"

#include <arpa/inet.h>
#include <stdbool.h>
#include <string.h>

enum { PROBES = 16, WAIT_MAX_S = 900 };
#define SECOND_NS  ((int64_t)1000000000)
#define FORGIVE_NS (3600 * SECOND_NS) /* after an hour without a failure the count begins anew */

static const rate_entry *find(const rate *r, uint64_t key)
{
    for (uint64_t i = 0; i < PROBES; i++) {
        const rate_entry *e = &r->entry[(key + i) % RATE_ROOM];
        if (e->key == key)
            return e;
    }
    return NULL;
}

static rate_entry *place(rate *r, uint64_t key)
{
    rate_entry *oldest = (rate_entry *)find(r, key);
    if (oldest)
        return oldest;
    for (uint64_t i = 0; i < PROBES; i++) {
        rate_entry *e = &r->entry[(key + i) % RATE_ROOM];
        if (!oldest || e->last_ns < oldest->last_ns)
            oldest = e;
    }
    *oldest = (rate_entry){.key = key};
    return oldest;
}

unsigned rate_wait(const rate *r, uint64_t key, int64_t now_ns)
{
    const rate_entry *e = find(r, key);
    if (!e || now_ns >= e->until_ns)
        return 0;
    return (unsigned)((e->until_ns - now_ns + SECOND_NS - 1) / SECOND_NS);
}

void rate_fail(rate *r, uint64_t key, uint32_t free, int64_t now_ns)
{
    rate_entry *e = place(r, key);
    if (now_ns - e->last_ns > FORGIVE_NS)
        e->failures = 0;
    e->failures++;
    e->last_ns = now_ns;
    if (e->failures <= free)
        return;
    uint32_t doublings = e->failures - free - 1;
    int64_t wait = doublings < 10 ? (int64_t)1 << doublings : WAIT_MAX_S;
    e->until_ns = now_ns + (wait < WAIT_MAX_S ? wait : WAIT_MAX_S) * SECOND_NS;
}

void rate_clear(rate *r, uint64_t key)
{
    rate_entry *e = (rate_entry *)find(r, key);
    if (e)
        *e = (rate_entry){0};
}

static uint64_t keyed(char kind, const void *bytes, size_t length)
{
    char text[72] = {kind};
    if (length > sizeof text - 1)
        length = sizeof text - 1;
    memcpy(text + 1, bytes, length);
    uint64_t key = hash64(text, length + 1);
    return key ? key : 1;
}

uint64_t rate_key_account(const char *account)
{
    return keyed('a', account, strlen(account));
}

uint64_t rate_key_network(const char *address)
{
    uint8_t bytes[16];
    static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
    if (inet_pton(AF_INET, address, bytes) == 1)
        return keyed('4', bytes, 3);
    if (inet_pton(AF_INET6, address, bytes) != 1)
        return keyed('n', address, strlen(address));
    bool is_v4 = memcmp(bytes, mapped, sizeof mapped) == 0;
    return is_v4 ? keyed('4', bytes + 12, 3) : keyed('6', bytes, 8);
}
