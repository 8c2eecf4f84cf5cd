/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Answers over HTTP on the loop (libcurl's multi interface): one transfer after the other, as long
 * as the server likes to send. In the loop's thread. */
#ifndef LIVE_FETCH_H
#define LIVE_FETCH_H

#include "live/loop.h"

#include <stddef.h>

typedef struct fetch fetch;
typedef struct {
    /* The head of the answer is there. False: not wanted, the transfer ends. */
    bool (*begin)(void *context, long http_status, const char *content_type);
    /* FETCH_LATER: not now; the same bytes come again after fetch_go_on. FETCH_STOP ends it. */
    enum fetch_verdict { FETCH_TAKEN, FETCH_LATER, FETCH_STOP } (*data)(void *context,
                                                                        const char *bytes,
                                                                        size_t length);
    /* Once for each fetch_get, never from within it: why it failed, NULL when it did not. */
    void (*end)(void *context, const char *trouble);
    void *context;
} fetch_events;

ASSAY_MUST_USE assay_status fetch_open(loop *l, const fetch_events *events, fetch **out,
                                       assay_err *err);
void fetch_close(fetch *f); /* accepts NULL; not from within `begin` or `data` */
/* http and https only; redirects stay at the same host's ways. What ran before is dropped without a
 * word. `silence_s`: without a byte for so long it fails. */
ASSAY_MUST_USE assay_status fetch_get(fetch *f, const char *url, long silence_s, assay_err *err);
void fetch_stop(fetch *f); /* without a word; not from within `begin` or `data` */
void fetch_go_on(fetch *f);

#endif
