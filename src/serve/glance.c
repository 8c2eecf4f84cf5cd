/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "serve/glance.h"

#include <stdlib.h>
#include <string.h>

enum { AT_ONCE = 64 };

const char *glance_word(glance_state s)
{
    static const char *const names[] = {"stop", "check", "no-data", "no-limits", "ok"};
    return names[s];
}

glance_state glance_judge(const engine_row *row)
{
    return row->stop_alarms                                               ? GLANCE_STOP
           : row->open_alarms > row->silent_alarms || row->last_rules     ? GLANCE_CHECK
           : row->is_stale || row->measurements == 0                      ? GLANCE_NO_DATA
           : row->open_alarms                                             ? GLANCE_CHECK
           : row->state == CHART_ANALYSIS || row->state == CHART_PROPOSED ? GLANCE_NO_LIMITS
                                                                          : GLANCE_OK;
}

static bool add(glance_list *l, size_t *room, const glance *g)
{
    if (l->count == *room) {
        size_t more = *room ? *room * 2 : AT_ONCE;
        glance *grown = realloc(l->item, more * sizeof *grown);
        if (!grown)
            return false;
        l->item = grown;
        *room = more;
    }
    l->item[l->count++] = *g;
    l->of_state[g->state]++;
    return true;
}

static int by_urgency(const void *a, const void *b)
{
    const glance *x = a, *y = b;
    return x->state != y->state ? (int)x->state - (int)y->state : strcmp(x->path, y->path);
}

static int by_path(const void *a, const void *b)
{
    return strcmp(((const glance *)a)->path, ((const glance *)b)->path);
}

static bool add_rows(request *r, const char *search, const engine_row *rows, size_t n,
                     glance_list *out, size_t *room)
{
    const catalog *c = r->server->catalog;
    for (size_t i = 0; i < n; i++) {
        int32_t place = catalog_of_number(c, rows[i].characteristic);
        const characteristic *definition = catalog_definition(c, place);
        if (!definition || !identity_may(&r->who, SCOPE_READ, definition->path) ||
            (search && *search && !strcasestr(definition->path, search)))
            continue;
        glance g = {.path = definition->path, .unit = definition->unit ? definition->unit : "",
                    .state = glance_judge(&rows[i]), .row = rows[i]};
        if (!add(out, room, &g))
            return false;
    }
    return true;
}

bool glance_all(request *r, const char *search, glance_order order, glance_list *out)
{
    engine_row rows[AT_ONCE];
    size_t n, room = 0;
    uint32_t from = 1;
    *out = (glance_list){0};
    while ((n = engine_rows(r->server->engine, from, rows, AT_ONCE)) > 0) {
        if (!add_rows(r, search, rows, n, out, &room)) {
            glance_done(out);
            return false;
        }
        from = rows[n - 1].characteristic + 1;
    }
    if (out->count && order != GLANCE_BY_NUMBER)
        qsort(out->item, out->count, sizeof *out->item,
              order == GLANCE_BY_PATH ? by_path : by_urgency);
    return true;
}

void glance_done(glance_list *l)
{
    free(l->item);
    *l = (glance_list){0};
}
