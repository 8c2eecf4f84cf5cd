/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { first_block = 4 * 1024, block_max = 64 * 1024 };

struct arena_block {
    arena_block *before;
    size_t size;
    alignas(max_align_t) unsigned char bytes[];
};

void arena_init(arena *a)
{
    *a = (arena){.fail_after = -1};
}

void arena_done(arena *a)
{
    if (!a)
        return;
    while (a->last) {
        arena_block *before = a->last->before;
        free(a->last);
        a->last = before;
    }
    arena_init(a);
}

void arena_fail_after(arena *a, long n)
{
    a->fail_after = n;
}

/* Blocks grow with the arena: many arenas hold a handful of texts. */
static void *block_add(arena *a, size_t need)
{
    size_t size = a->total < first_block ? first_block : a->total < block_max ? a->total : block_max;
    if (size < need)
        size = need;
    arena_block *block = calloc(1, sizeof *block + size);
    if (!block)
        return NULL;
    block->before = a->last;
    block->size = size;
    a->last = block;
    a->left = size;
    return block;
}

void *arena_alloc(arena *a, size_t count, size_t size)
{
    if (a->fail_after == 0)
        return NULL;
    if (a->fail_after > 0)
        a->fail_after--;
    size_t need;
    if (__builtin_mul_overflow(count, size, &need) || need > SIZE_MAX / 2)
        return NULL;
    need = (need + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
    if (need > a->left || !a->last) {
        if (!block_add(a, need))
            return NULL;
    }
    void *piece = a->last->bytes + (a->last->size - a->left);
    a->left -= need;
    a->total += need;
    return piece;
}

char *arena_text(arena *a, const char *text, size_t length)
{
    char *copy = arena_alloc(a, length + 1, 1);
    if (copy && length)
        memcpy(copy, text, length);
    return copy;
}
