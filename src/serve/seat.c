/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A late connection is shut down, not closed: the thread that owns it sees its end and clears it
 * away. Neighbours are counted by a hash of their address; two that share a place share its count,
 * which is large enough for both. */
#include "serve/seat.h"

#include "base/hash.h"
#include "base/random.h"
#include "serve/address.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { FIRST_MS = 10000, PROGRESS_ROOM_MS = 30000, BYTES_A_SECOND = 500, PLACES = 4096 };

struct http_seat {
    int fd;
    bool is_local;
    uint16_t place;
    _Atomic int64_t deadline; /* monotonic ms */
    http_seat *before, *after;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static http_seat *first;
static unsigned count;
static uint16_t neighbours[PLACES];
static _Atomic uint64_t dropped;

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC_COARSE, &t);
    return t.tv_sec * INT64_C(1000) + t.tv_nsec / 1000000;
}

static uint16_t place_of(const struct sockaddr *from)
{
    static uint64_t secret;
    unsigned char key[24];
    if (!secret && random_bytes(&secret, sizeof secret, NULL) != ASSAY_OK)
        secret = 1;
    address_key(from, key);
    memcpy(key + 16, &secret, sizeof secret);
    return (uint16_t)(hash64(key, sizeof key) % PLACES);
}

bool seat_is_welcome(const struct sockaddr *from)
{
    pthread_mutex_lock(&lock);
    bool is_welcome =
        address_is_loopback(from) || neighbours[place_of(from)] < SEATS_A_NEIGHBOUR;
    pthread_mutex_unlock(&lock);
    return is_welcome;
}

http_seat *seat_take(int fd, const struct sockaddr *from)
{
    http_seat *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    s->fd = fd;
    s->is_local = !from || address_is_loopback(from);
    s->deadline = now_ms() + FIRST_MS;
    pthread_mutex_lock(&lock);
    s->place = s->is_local ? 0 : place_of(from);
    neighbours[s->place] += !s->is_local;
    s->after = first;
    if (first)
        first->before = s;
    first = s;
    count++;
    pthread_mutex_unlock(&lock);
    return s;
}

void seat_leave(http_seat *s)
{
    if (!s)
        return;
    pthread_mutex_lock(&lock);
    neighbours[s->place] -= !s->is_local;
    *(s->before ? &s->before->after : &first) = s->after;
    if (s->after)
        s->after->before = s->before;
    count--;
    pthread_mutex_unlock(&lock);
    free(s);
}

void seat_expect(http_seat *s, int64_t ms)
{
    if (s)
        s->deadline = ms == SEAT_FOREVER ? SEAT_FOREVER : now_ms() + ms;
}

void seat_progress(http_seat *s, uint64_t bytes)
{
    if (!s)
        return;
    int64_t latest = now_ms() + PROGRESS_ROOM_MS;
    int64_t earned = s->deadline + (int64_t)(bytes * 1000 / BYTES_A_SECOND);
    s->deadline = earned < latest ? earned : latest;
}

void seat_sweep(void)
{
    int64_t now = now_ms();
    pthread_mutex_lock(&lock);
    for (http_seat *s = first; s; s = s->after)
        if (s->deadline < now) {
            s->deadline = SEAT_FOREVER;
            shutdown(s->fd, SHUT_RDWR);
            dropped++;
        }
    pthread_mutex_unlock(&lock);
}

unsigned seat_count(void)
{
    pthread_mutex_lock(&lock);
    unsigned n = count;
    pthread_mutex_unlock(&lock);
    return n;
}

uint64_t seat_dropped(void)
{
    return dropped;
}
