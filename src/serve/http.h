/* SPDX-License-Identifier: GPL-3.0-or-later */
/* libmicrohttpd: two threads on epoll, bodies with limits, answers that may come later. */
#ifndef SERVE_HTTP_H
#define SERVE_HTTP_H

#include "serve/request.h"

typedef struct http http;
ASSAY_MUST_USE assay_status http_open(server *s, http **out, assay_err *err);
void http_quiesce(http *h); /* no new connections; open ones go on */
void http_close(http *h);   /* all must have been answered or woken; accepts NULL */

/* The connection sleeps until http_wake; only in its own thread, from a handler. */
void http_sleep(request *r);
void http_wake(request *r); /* any thread */

typedef struct {
    uint64_t answered[6]; /* by hundreds of their status */
} http_tally;
http_tally http_count(void);
unsigned http_busy(void); /* requests that wait for their answer or are being sent it */

#endif
