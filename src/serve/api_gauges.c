/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where a gauge is used: as the stations say, and as the last values of each characteristic say. */
#include "report/answer.h"
#include "serve/document_check.h"
#include "serve/gate.h"
#include "serve/reply.h"

#include <string.h>

enum { LOOK_BACK = 25, CHARACTERISTICS_MAX = 5000 };

typedef struct {
    request *request;
    json *j;
    const char *gauge, *station;
} use_list;

static void write_item(const char *path, void *context)
{
    use_list *l = context;
    if (!gate_may(l->request, path))
        return;
    json_flat_object(l->j);
    json_member_text(l->j, "station", l->station);
    json_member_text(l->j, "characteristic", path);
    json_end(l->j);
}

static bool look_at_station(const store_document *d, void *context)
{
    use_list *l = context;
    l->station = d->id;
    station_items(d->json, l->gauge, write_item, l);
    return true;
}

/* The time of its newest value by this gauge among the last ones; TIME_NONE: none. */
static int64_t last_by(store *s, uint32_t number, const char *gauge)
{
    store_range range = STORE_ALL;
    range.last = LOOK_BACK;
    range.contexts = 1u << CONTEXT_GAUGE;
    cursor *c = NULL;
    measurement_batch b = {0};
    int64_t last = TIME_NONE;
    if (cursor_open(s, number, &range, &c, NULL) != ASSAY_OK)
        return last;
    while (cursor_next(c, &b, NULL) == ASSAY_OK && b.n)
        for (size_t i = 0; i < b.n; i++) {
            uint32_t code = b.context[CONTEXT_GAUGE] ? b.context[CONTEXT_GAUGE][i] : 0;
            if (code && strcmp(cursor_text(c, CONTEXT_GAUGE, code), gauge) == 0)
                last = b.time[i];
        }
    cursor_close(c);
    return last;
}

static void write_seen(use_list *l, store *s)
{
    uint32_t count = store_characteristic_count(s);
    for (uint32_t number = 1; number <= count && number <= CHARACTERISTICS_MAX; number++) {
        stored_characteristic found;
        if (store_characteristic_at(s, number, &found, NULL) != ASSAY_OK ||
            !gate_may(l->request, found.definition.path))
            continue;
        int64_t last = last_by(s, number, l->gauge);
        if (last == TIME_NONE)
            continue;
        json_flat_object(l->j);
        json_member_unsigned(l->j, "number", number);
        json_member_text(l->j, "path", found.definition.path);
        answer_time(l->j, "last", last, TIME_OFFSET_NONE);
        json_end(l->j);
    }
}

void api_gauge_use(request *r)
{
    assay_err err;
    store *s = reader_here(r->server, &err);
    use_list l = {.request = r, .gauge = request_part(r, 0)};
    store_document d;
    char site[64];
    if (!s || store_document_get(s, "gauge", l.gauge, &d, &err) != ASSAY_OK) {
        reply_error(r, &err);
        return;
    }
    bool has_site = document_text(d.json, "site", site, sizeof site) && *site;
    if (!gate_may(r, has_site ? site : NULL)) {
        reply_problemf(r, 404, NULL, "there is no gauge \"%.63s\"", l.gauge);
        return;
    }
    l.j = reply_json(r, 200);
    json_object(l.j);
    json_key(l.j, "stations");
    json_array(l.j);
    assay_status status = store_documents(s, "station", look_at_station, &l, &err);
    json_end(l.j);
    json_key(l.j, "seen");
    json_array(l.j);
    if (status == ASSAY_OK)
        write_seen(&l, s);
    json_end(l.j);
    json_end(l.j);
    reply_end(r, l.j);
    if (status != ASSAY_OK)
        reply_error(r, &err);
}
