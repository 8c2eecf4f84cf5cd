/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scheme/page.h"

#include <string.h>

enum { LIMIT_MOST = 1000, LOOK_MOST = 4000 }; /* rows; to look at so many takes some 20 ms */

bool span_add(span_list *l, const char *list, const char *prefix, uint64_t count)
{
    if (l->n == l->room) {
        size_t room = l->room ? 2 * l->room : 16;
        store_span *more = arena_array(l->memory, store_span, room);
        if (!more)
            return false;
        if (l->n)
            memcpy(more, l->span, l->n * sizeof *more);
        l->span = more;
        l->room = room;
    }
    const char *name = arena_text(l->memory, list, strlen(list));
    const char *under = prefix ? arena_text(l->memory, prefix, strlen(prefix)) : NULL;
    if (!name || (prefix && !under))
        return false;
    l->span[l->n++] = (store_span){name, under};
    l->count += count;
    return true;
}

typedef struct {
    store_entry_visitor *visit;
    void *context;
    const json_t *rows;
    size_t limit, seen, looked;
    bool is_stopped;
    char mark[sizeof((store_entry){0}.mark)];
} filling;

static bool is_full(const filling *f)
{
    return json_array_size(f->rows) >= f->limit;
}

static bool look(const store_entry *e, void *context)
{
    filling *f = context;
    memcpy(f->mark, e->mark, sizeof f->mark);
    f->seen++;
    f->looked++;
    f->is_stopped = !f->visit(e, f->context);
    return !f->is_stopped && !is_full(f);
}

assay_status page_fill(store *s, const store_page *page, store_entry_visitor *visit, void *context,
                       const json_t *rows, json_t *out, assay_err *err)
{
    store_page p = *page;
    p.limit = !p.limit || p.limit > LIMIT_MOST ? LIMIT_MOST : p.limit;
    filling f = {.visit = visit, .context = context, .rows = rows, .limit = p.limit};
    assay_status status;
    do {
        f.seen = 0;
        status = store_entries(s, &p, look, &f, err);
        p.mark = f.mark;
    } while (!status && !f.is_stopped && !is_full(&f) && f.seen == p.limit && f.looked < LOOK_MOST);
    bool is_more = !status && (f.seen == p.limit || is_full(&f));
    json_object_set_new(out, "next", is_more ? json_string(f.mark) : json_null());
    return status;
}
