/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One line on standard error that is written over: what, how far, how fast, how long still. */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

typedef struct {
    const char *what;
    uint64_t total; /* bytes, or what is counted; 0: not known */
    int64_t began, told;
    bool is_on;     /* standard error is a terminal and nobody asked for quiet */
} progress;

void progress_begin(progress *p, const char *what, uint64_t total, bool is_quiet);
void progress_tell(progress *p, uint64_t done, uint64_t rows);
void progress_share(progress *p, uint64_t done); /* of what is no bytes */
void progress_end(progress *p); /* clears the line */

/* Ctrl-C sets a flag instead of killing; a second one kills. */
void stop_on_interrupt(void);
bool is_interrupted(void);

#endif
