/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A live chart and its stored series: what came late, what was amended and what a restart forgot is
 * stepped through again. */
#ifndef LIVE_ENGINE_SERIES_H
#define LIVE_ENGINE_SERIES_H

#include "live/engine_chart.h"

/* Bring `c` to where its series stands as of a commit, as if all of it had come in order: from the
 * newest checkpoint before `from` (TIME_NONE: from the beginning). `sink` sees every point behind
 * *since (out; TIME_NONE: all); it may be called again from the beginning when a value turns out
 * to need a finer form: `again` (may be NULL) is called before that. Errors: those of the store. */
typedef void live_again(live_chart *c, void *context);
ASSAY_MUST_USE assay_status live_chart_replay(live_chart *c, store *s, int64_t from,
                                              uint64_t as_of, live_sink *sink, live_again *again,
                                              void *context, int64_t *since, assay_err *err);

#endif
