/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How often somebody may be wrong: a few failures are free, then each doubles the wait. Remembered
 * for RATE_ROOM keys at once; the one that failed longest ago makes room. */
#ifndef PEOPLE_RATE_H
#define PEOPLE_RATE_H

#include <stdint.h>

enum { RATE_ROOM = 4096 };

typedef struct {
    uint64_t key; /* 0: free */
    uint32_t failures;
    int64_t last_ns, until_ns;
} rate_entry;
typedef struct {
    rate_entry entry[RATE_ROOM];
} rate;

/* Seconds to wait before another try is heard; 0: now. */
unsigned rate_wait(const rate *r, uint64_t key, int64_t now_ns);
/* One more failure; `free` of them cost nothing, then the wait is 1, 2, 4 ... 900 seconds. */
void rate_fail(rate *r, uint64_t key, uint32_t free, int64_t now_ns);
void rate_clear(rate *r, uint64_t key);

/* Keys of an account and of the network an address belongs to (/24, /64). */
uint64_t rate_key_account(const char *account);
uint64_t rate_key_network(const char *address);

#endif
