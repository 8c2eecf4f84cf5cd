/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The server's own clock for programmes: reminders, deadlines, ends of titles happen when they are
 * due, whether anybody asks or not. What was due while no server ran happens when one starts.
 *
 * What a case's clock does is one transaction of records, so that a crash leaves it done or not
 * done and nothing is done twice. A case that cannot go on is said once in the log and put aside
 * for an hour; the others do not wait for it. Files that no form named for a day are swept away. */
#ifndef SERVE_PROGRAMME_CLOCK_H
#define SERVE_PROGRAMME_CLOCK_H

#include "serve/server.h"

typedef struct programme_clock programme_clock;
ASSAY_MUST_USE assay_status programme_clock_open(server *s, programme_clock **out, assay_err *err);
void programme_clock_close(programme_clock *k); /* accepts NULL; ends with what is in hand */

#endif
