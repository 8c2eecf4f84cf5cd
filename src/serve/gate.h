/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who asks, and may they? */
#ifndef SERVE_GATE_H
#define SERVE_GATE_H

#include "serve/request.h"

/* Fills r->who and lets the request pass, or leaves a refusal: 401 for somebody unknown, 403 for a
 * role or token without the scope, and for a session's change without its CSRF header. */
void gate_pass(request *r);
/* May r->who do what this route is for with the characteristic of this path? NULL: with what belongs
 * to no site. */
bool gate_may(request *r, const char *path);

#endif
