/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Everything that stands anywhere about a party: what party.h knows, its cases with what it handed in, and
 * those it judged with its sheets. Cases are shown as who asks may see them: the desk that hands data
 * out for somebody learns no scores of a stage that is being scored. */
#include "scheme/case_inner.h"

#include <stdio.h>
#include <string.h>

static assay_status add_view(desk *d, const object_id *id, const viewer *who, json_t *case_row,
                             assay_err *err)
{
    buf text = BUF_INIT;
    assay_status status = case_view(d, id, who, &text, err);
    if (!status)
        json_object_set_new(case_row, "view", json_tree(buf_text(&text)));
    buf_done(&text);
    return status == ASSAY_NOT_FOUND ? ASSAY_OK : status;
}

static assay_status add_views(desk *d, const viewer *who, json_t *cases, assay_err *err)
{
    assay_status status = ASSAY_OK;
    for (size_t i = 0; !status && i < json_array_size(cases); i++) {
        object_id id;
        json_t *row = json_array_get(cases, i);
        if (id_read(text_of(row, "case"), &id))
            status = add_view(d, &id, who, row, err);
    }
    return status;
}

typedef struct {
    json_t *list;
    size_t n;
    char mark[sizeof((store_entry){0}.mark)];
} judged_page;

/* The queue tells what one has to judge; that it was a blind stage stays so here. */
static bool add_judged(const store_entry *e, void *context)
{
    judged_page *p = context;
    json_t *row = json_tree(e->row);
    if (row)
        json_array_append_new(p->list, row);
    memcpy(p->mark, e->mark, sizeof p->mark);
    p->n++;
    return true;
}

static assay_status add_sheets(desk *d, const object_id *judge, const viewer *who, json_t *list,
                               assay_err *err)
{
    char prefix[ID_TEXT + 1];
    judged_page p = {.list = list};
    assay_status status;
    id_text(judge, prefix);
    strcat(prefix, "/");
    store_page page = {.list = "queue", .prefix = prefix, .limit = 1000};
    do {
        p.n = 0;
        status = store_entries(d->s, &page, add_judged, &p, err);
        page.mark = p.mark;
    } while (!status && p.n == page.limit);
    return status ? status : add_views(d, who, list, err);
}

assay_status case_export_party(desk *d, const object_id *id, const viewer *who, buf *out,
                               assay_err *err)
{
    buf text = BUF_INIT;
    assay_status status = party_export(d->s, id, &text, err);
    json_t *o = status ? NULL : json_tree(buf_text(&text));
    buf_done(&text);
    if (!status)
        status = add_views(d, who, json_object_get(o, "cases"), err);
    if (!status)
        status = add_sheets(d, id, who, list_in(o, "judged"), err);
    if (status) {
        json_decref(o);
        return status;
    }
    return json_take(o, out, err);
}
