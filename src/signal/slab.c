/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "signal/slab.h"

#include <stdint.h>
#include <sys/mman.h>

enum { HUGE_PAGE = 2 << 20, PIECE = 16 << 20, LINE = 64 };

struct slab_piece {
    slab_piece *before;
    size_t mapped; /* bytes from here on */
    char *end;
};

/* A mapping that begins at a huge page; what lies before it stays untouched. */
static slab_piece *piece_new(size_t bytes)
{
    size_t size = (bytes + LINE + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE;
    char *from = mmap(NULL, size + HUGE_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
                      -1, 0);
    if (from == MAP_FAILED)
        return NULL;
    size_t skip = (HUGE_PAGE - (uintptr_t)from % HUGE_PAGE) % HUGE_PAGE;
    if (skip)
        munmap(from, skip);
    if (skip < HUGE_PAGE)
        munmap(from + skip + size, HUGE_PAGE - skip);
    slab_piece *p = (slab_piece *)(from + skip);
    (void)madvise(p, size, MADV_HUGEPAGE); /* only ever quicker */
    *p = (slab_piece){.mapped = size, .end = (char *)p + size};
    return p;
}

void *slab_take(slab *s, size_t bytes)
{
    if (bytes > PTRDIFF_MAX / 2)
        return NULL;
    bytes = (bytes + LINE - 1) / LINE * LINE;
    if (bytes > s->left) {
        slab_piece *p = piece_new(bytes < PIECE - LINE ? PIECE - LINE : bytes);
        if (!p)
            return NULL;
        p->before = s->last;
        s->last = p;
        s->left = p->mapped - LINE;
    }
    void *taken = s->last->end - s->left;
    s->left -= bytes;
    return taken;
}

void slab_advise(void *p, size_t bytes)
{
    uintptr_t from = ((uintptr_t)p + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE;
    uintptr_t to = ((uintptr_t)p + bytes) / HUGE_PAGE * HUGE_PAGE;
    if (to > from)
        (void)madvise((void *)from, to - from, MADV_HUGEPAGE); /* only ever quicker */
}

void slab_done(slab *s)
{
    for (slab_piece *p = s->last, *before; p; p = before) {
        before = p->before;
        munmap(p, p->mapped);
    }
    *s = (slab){0};
}
