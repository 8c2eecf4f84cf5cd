/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A look at characteristics: which of them needs somebody? */
#ifndef SERVE_GLANCE_H
#define SERVE_GLANCE_H

#include "base/json.h"
#include "live/engine.h"
#include "serve/request.h"

/* In order of urgency. Missing data is never shown as good, nor is what nothing judges. */
typedef enum {
    GLANCE_STOP,
    GLANCE_CHECK,
    GLANCE_NO_DATA,
    GLANCE_NO_LIMITS,
    GLANCE_OK,
    GLANCE_STATES
} glance_state;
const char *glance_word(glance_state s); /* "stop" ... */
/* stop: an alarm is open whose reaction plan says stop; check: another one is, or the last point
 * signals; no-data: nothing measured, or silent; no-limits: nothing judges it, so that nobody can
 * call it good. */
glance_state glance_judge(const engine_row *row);

typedef struct {
    const char *path, *unit; /* live as long as the catalogue */
    glance_state state;
    engine_row row;
} glance;

typedef struct {
    glance *item;
    size_t count, of_state[GLANCE_STATES];
} glance_list;

typedef enum { GLANCE_BY_NUMBER, GLANCE_BY_URGENCY /* then by path */, GLANCE_BY_PATH } glance_order;
/* All that r->who may see whose path contains `search` (NULL: any). False: no memory. */
bool glance_all(request *r, const char *search, glance_order order, glance_list *out);
void glance_done(glance_list *l);

/* A row of the engine as a JSON object. */
void live_write(json *j, const engine_row *e);

#endif
