/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Measurements in the body of a request, on their way to the intake while the body still comes.
 *
 * Rows are dealt into parcels as they are read; at most UPLOAD_PARCELS of a request are under way,
 * then its connection sleeps until one comes back. The answer waits for the last commit. What a
 * broken connection has already handed over stays with the intake. */
#ifndef SERVE_UPLOAD_H
#define SERVE_UPLOAD_H

#include "serve/request.h"

enum { UPLOAD_PARCELS = 3, UPLOADS_MAX = 256, UPLOAD_BODY_MAX = 1 << 30 };

/* The header is there and r may send. Line protocol, or else NDJSON or CSV as Content-Type says. A
 * refusal is left as the answer. */
void upload_begin(request *r, bool is_line);
/* Take of bytes[0..length) what there is room for, return how much; with less than all of it the
 * connection sleeps. */
size_t upload_take(request *r, const char *bytes, size_t length);
/* The body is complete. True: the answer is there; false: asleep, ask again when awake. */
bool upload_finish(request *r);
/* The server ends and cannot wait any longer: those that sleep are answered 503. What they handed
 * over is stored if it still can be. */
void upload_give_up(void);
unsigned upload_count(void);
void upload_free(struct upload *s); /* accepts NULL; lives on until its parcels are back */

#endif
