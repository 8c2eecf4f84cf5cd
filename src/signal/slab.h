/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Memory for large columns: whole huge pages where the system has them, given back all at once.
 * A column of megabytes in pages of 4 KiB costs more time in the kernel than it takes to fill. */
#ifndef SIGNAL_SLAB_H
#define SIGNAL_SLAB_H

#include <stddef.h>

typedef struct slab_piece slab_piece;
typedef struct {
    slab_piece *last;
    size_t left; /* bytes free in the last piece */
} slab; /* begins as {0} */

/* NULL when memory is short. Aligned to 64 bytes, not cleared. */
void *slab_take(slab *s, size_t bytes);
void slab_done(slab *s);
/* Huge pages for memory from elsewhere, where it is large enough to hold any: before it is first touched. */
void slab_advise(void *p, size_t bytes);

#endif
