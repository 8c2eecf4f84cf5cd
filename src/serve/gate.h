/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who asks, and may they? */
#ifndef SERVE_GATE_H
#define SERVE_GATE_H

#include "serve/request.h"

/* Fills r->who and lets the request pass, or leaves a refusal: 401 for somebody unknown, 403 for a
 * role or token without the scope, and for a session's change without its CSRF header. */
void gate_pass(request *r);
/* Only find out who it is: r->is_known, r->who. For pages, which refuse in their own way. */
void gate_recognise(request *r);
bool gate_has_csrf(const request *r, const char *said);
/* May r->who do what this route is for with the characteristic of this path? What they may not see
 * is not there: answer 404. */
bool gate_may(const request *r, const char *path);
/* The same with what belongs to no site; false after refusing (403). */
bool gate_may_all(request *r);
const char *gate_cookie(const server *s);
const char *gate_session(const request *r); /* the cookie's value; NULL: none */

#endif
