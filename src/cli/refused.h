/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a reader refused, as a note that an interrupted import keeps, and the sum of both parts.
 * A line of the note: count, line, field, reason, column, found, expected, apart by tabs. */
#ifndef CLI_REFUSED_H
#define CLI_REFUSED_H

#include "base/arena.h"
#include "base/buf.h"
#include "read/read.h"

enum { REFUSED_MAX = 128 };

typedef struct {
    uint64_t total;
    size_t count;
    refusal reason[REFUSED_MAX];
} refused;

void refused_write(const refused *r, buf *note);
/* Adds what the note says; texts live in the arena. A line that is none is left out. */
void refused_read(refused *r, const char *note, arena *texts);
void refused_add(refused *r, const reader_tally_t *tally);

#endif
