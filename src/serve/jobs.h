/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Workers for requests that read much or wait for a commit: a few threads, a bounded queue. */
#ifndef SERVE_JOBS_H
#define SERVE_JOBS_H

#include "serve/request.h"

enum { JOBS_THREADS = 4, JOBS_WAITING = 512 };

typedef struct jobs jobs;
typedef void jobs_done(request *r); /* in the worker, after the handler */
ASSAY_MUST_USE assay_status jobs_open(jobs_done *done, jobs **out, assay_err *err);
/* Runs r->route->run(r) in a worker. False: too many wait already. */
bool jobs_add(jobs *j, request *r);
unsigned jobs_waiting(jobs *j);
void jobs_close(jobs *j); /* after what waits has been done; accepts NULL */

#endif
