/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "serve/drawing_inner.h"

#include "base/i18n.h"
#include "serve/gate.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { WIDTH = 1000, HEIGHT = 460 };

static const struct {
    const char *of;
    drawing_maker *make;
} tools[] = {{"control", drawing_control},   {"histogram", drawing_histogram},
             {"check_sheet", drawing_check_sheet}, {"scatter", drawing_scatter},
             {"stratified", drawing_stratified},   {"pareto", drawing_pareto},
             {"cause_effect", drawing_cause_effect}};

/* -- the table ------------------------------------------------------------------------------------ */

static json_t *texts_of(size_t n, const char *const *texts)
{
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(list, json_string_nocheck(texts[i]));
    return list;
}

void drawing_columns(drawing *d, size_t n, const char *const *names)
{
    json_decref(d->columns);
    d->columns = texts_of(n, names);
}

void drawing_row(drawing *d, size_t n, const char *const *cells)
{
    if (json_array_size(d->rows) < DRAWING_ROWS_MOST)
        json_array_append_new(d->rows, texts_of(n, cells));
    else
        d->left_out++;
}

char *drawing_keep(drawing *d, const char *text)
{
    static char none[1];
    char *kept = arena_text(&d->memory, text, strlen(text));
    return kept ? kept : none;
}

/* -- the address ---------------------------------------------------------------------------------- */

/* A day is the server's, as clocks around it show it; a time is what it says. */
static void read_when(const char *text, int days, int64_t *out)
{
    int32_t offset;
    struct tm day = {.tm_isdst = -1};
    if (strlen(text) == 10 && sscanf(text, "%d-%d-%d", &day.tm_year, &day.tm_mon, &day.tm_mday) == 3) {
        day.tm_year -= 1900;
        day.tm_mon--;
        day.tm_mday += days;
        *out = (int64_t)mktime(&day) * 1000000000;
    } else
        (void)time_parse_iso(text, strlen(text), out, &offset);
}

static void read_query(request *r, const char *query, drawing_address *at)
{
    while (*query) {
        size_t length = strcspn(query, "&"), name = strcspn(query, "=");
        if (name < length) {
            const char *said = request_decode(r, query + name + 1, length - name - 1);
            if (strncmp(query, "from=", 5) == 0)
                read_when(said, 0, &at->from);
            else if (strncmp(query, "to=", 3) == 0)
                read_when(said, 1, &at->to);
            else if (strncmp(query, "of=", 3) == 0)
                at->of = said;
            else if (strncmp(query, "compare=", 8) == 0)
                at->compare = said;
            else if (strncmp(query, "under=", 6) == 0)
                at->under = said;
        }
        query += length + (query[length] == '&');
    }
}

static drawing_address read_address(request *r, const char *text)
{
    static const char *const screens[] = {"chart", "describe", "pareto", "scatter"};
    drawing_address at = {.of = "", .compare = "", .under = "", .from = INT64_MIN, .to = INT64_MAX};
    for (size_t i = 0; *text == '/' && i < sizeof screens / sizeof *screens; i++) {
        size_t n = strlen(screens[i]);
        if (strncmp(text + 1, screens[i], n) == 0 && (!text[n + 1] || strchr("/?", text[n + 1]))) {
            at.screen = screens[i];
            text += n + 1;
        }
    }
    if (!at.screen)
        return at;
    if (*text == '/')
        text++;
    while (*text >= '0' && *text <= '9' && at.count < 2) {
        char *end;
        at.number[at.count++] = (uint32_t)strtoul(text, &end, 10);
        text = *end == ',' ? end + 1 : end;
    }
    if (*text == '?')
        read_query(r, text + 1, &at);
    return at;
}

/* -- finding -------------------------------------------------------------------------------------- */

/* The newest filling of the form that holds the field. */
static const json_t *values_of(const json_t *view, const char *form, const char *field, bool *is_final)
{
    const json_t *all = json_object_get(view, "forms");
    for (size_t i = json_array_size(all); i-- > 0;) {
        const json_t *f = json_array_get(all, i), *values = json_object_get(f, "values");
        const char *name = json_string_value(json_object_get(f, "form"));
        *is_final = json_is_true(json_object_get(f, "final"));
        if (name && strcmp(name, form) == 0 && json_object_get(values, field))
            return values;
    }
    return NULL;
}

static assay_status make(drawing_wish *w, const char *tool, drawing **out, assay_err *err)
{
    drawing *d = w->d = calloc(1, sizeof *d);
    if (!d)
        return assay_fail(err, ASSAY_MEMORY, 0, "out of memory");
    arena_init(&d->memory);
    d->rows = json_array();
    d->height = HEIGHT;
    w->s = reader_here(w->r->server, err);
    w->at = read_address(w->r, w->text);
    d->link = w->at.screen ? drawing_keep(d, w->text) : NULL;
    assay_status status = w->s ? ASSAY_NOT_FOUND : err->code;
    for (size_t i = 0; w->s && !d->of && i < sizeof tools / sizeof *tools; i++)
        if (strcmp(tools[i].of, tool) == 0) {
            d->of = tools[i].of;
            status = tools[i].make(w, err);
        }
    if (w->s && !d->of)
        assay_fail(err, ASSAY_NOT_FOUND, 0, "%.40s is none of the seven tools", tool);
    if (!status)
        *out = d;
    else
        drawing_free(d);
    return status;
}

assay_status drawing_make(request *r, const scheme *s, const char *view, const char *form,
                          const char *field, drawing **out, assay_err *err)
{
    const scheme_form *found = scheme_find_form(s, form);
    const scheme_field *f = found ? scheme_find_field(found, field) : NULL;
    if (!f || f->kind != FIELD_CHART)
        return assay_fail(err, ASSAY_NOT_FOUND, 0, "there is no drawing %.60s in the form %.60s",
                          field, form);
    json_t *shown = json_loads(view, 0, NULL);
    bool is_final = false;
    const json_t *values = values_of(shown, form, field, &is_final);
    const char *text = json_string_value(json_object_get(values, field));
    const char *title = json_string_value(json_object_get(shown, "title"));
    drawing_wish w = {.r = r, .form = found, .values = values, .text = text ? text : "",
                      .effect = title ? title : "", .is_sealed = is_final};
    assay_status status =
        values ? make(&w, f->of ? f->of : "", out, err)
               : assay_fail(err, ASSAY_NOT_FOUND, 0, "%.60s is not filled in", field);
    json_decref(shown);
    return status;
}

static assay_status may_hand_in(request *r, store *s, const char *field, const char *text, assay_err *err)
{
    drawing_address at = read_address(r, text);
    for (size_t i = 0; i < at.count; i++) {
        stored_characteristic c;
        if (store_characteristic_at(s, at.number[i], &c, NULL) != ASSAY_OK || !gate_may(r, c.definition.path))
            return assay_fail(err, ASSAY_NOT_FOUND, 0,
                              _("%.80s: no stored characteristic has the number %u"), field,
                              (unsigned)at.number[i]);
    }
    return ASSAY_OK;
}

assay_status drawing_may_hand_in(request *r, store *s, const scheme *rules, const char *said, assay_err *err)
{
    assay_status status = ASSAY_OK;
    json_t *o = json_loads(said, 0, NULL);
    const json_t *values = json_object_get(o, "values");
    for (size_t i = 0; values && i < rules->form_count; i++)
        for (size_t k = 0; !status && k < rules->form[i].field_count; k++) {
            const scheme_field *f = &rules->form[i].field[k];
            const char *text = json_string_value(json_object_get(values, f->item.id));
            if (f->kind == FIELD_CHART && text)
                status = may_hand_in(r, s, f->item.id, text, err);
        }
    json_decref(o);
    return status;
}

assay_status drawing_of_link(request *r, const char *tool, const char *link, drawing **out,
                             assay_err *err)
{
    drawing_wish w = {.r = r, .text = link, .effect = ""};
    return make(&w, tool, out, err);
}

void drawing_free(drawing *d)
{
    if (!d)
        return;
    if (d->done)
        d->done(d->own);
    json_decref(d->columns);
    json_decref(d->rows);
    buf_done(&d->title);
    buf_done(&d->words);
    arena_done(&d->memory);
    free(d);
}

/* -- showing -------------------------------------------------------------------------------------- */

bool drawing_has_picture(const drawing *d)
{
    return d->draw;
}

double drawing_width(const drawing *d)
{
    if (strcmp(d->of, "cause_effect") != 0)
        return WIDTH;
    size_t pairs = (d->plot.cause.count + 1) / 2; /* of branches; and the room of one for the effect */
    return 250 * (double)((pairs > 2 ? pairs : 2) + 1);
}

double drawing_height(const drawing *d)
{
    return d->height;
}

void drawing_on(const drawing *d, canvas *c)
{
    d->draw(d, c);
}

void drawing_svg(const drawing *d, buf *out)
{
    svg_canvas c;
    svg_begin(&c, out, drawing_width(d), d->height, buf_text(&d->title), buf_text(&d->words), true);
    d->draw(d, &c.base);
    svg_end(&c);
}

void drawing_table(const drawing *d, buf *out)
{
    json_t *o = json_pack("{s:s, s:s, s:s, s:s?, s:b, s:O?, s:O, s:I}", "of", d->of, "title",
                          buf_text(&d->title), "words", buf_text(&d->words), "link", d->link,
                          "picture", d->draw != NULL, "columns", d->columns, "rows", d->rows,
                          "left_out", (json_int_t)d->left_out);
    char *text = o ? json_dumps(o, JSON_COMPACT) : NULL;
    if (text)
        buf_add_text(out, text);
    else
        out->failed = true;
    free(text);
    json_decref(o);
}
