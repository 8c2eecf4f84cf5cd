/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Memory that is given back all at once.
 *
 * An arena hands out zeroed, aligned pieces until arena_done. Pieces cannot be freed one by one.
 * Any allocation can be made to fail: arena_fail_after(a, n) lets n more succeed, for tests.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>

typedef struct arena_block arena_block;
typedef struct {
    arena_block *last;
    size_t left;       /* bytes free in the last block */
    size_t total;      /* bytes handed out */
    long fail_after;   /* allocations still allowed; -1: no bound */
} arena;

void arena_init(arena *a);
void arena_done(arena *a);

/* NULL when memory is short, when count * size overflows, or when a test asked for it. */
void *arena_alloc(arena *a, size_t count, size_t size);
char *arena_text(arena *a, const char *text, size_t length); /* copy, NUL added */
void arena_fail_after(arena *a, long n);

#define arena_new(a, type)          ((type *)arena_alloc((a), 1, sizeof(type)))
#define arena_array(a, type, count) ((type *)arena_alloc((a), (count), sizeof(type)))

#endif
