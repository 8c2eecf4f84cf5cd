/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Measures of a programme: figures entered or calculated, in a tree of goals. */
#include "scheme/title_inner.h"

#include "base/time.h"

#include <stdio.h>
#include <string.h>

static void add_value(json_t *o, const char *name, value v)
{
    buf text = BUF_INIT;
    if (value_is_given(v)) {
        value_format(v, &text);
        set_text(o, name, buf_text(&text));
    }
    buf_done(&text);
}

static const char *kind_name(measure_kind k)
{
    static const char *const names[] = {"figure", "goal", "strategy", "task", "project"};
    return (size_t)k < 5 ? names[k] : "figure";
}

typedef struct {
    json_t *list;
} series;

static bool add_point(const store_entry *e, void *context)
{
    json_t *row = json_tree(e->row);
    if (row)
        json_array_insert_new(context, 0, row);
    return true;
}

static assay_status add_figures(desk *d, const char *program, const char *measure, json_t *o,
                                assay_err *err)
{
    char prefix[200];
    snprintf(prefix, sizeof prefix, "%.80s/%.80s/", program, measure);
    store_page page = {.list = "measure", .prefix = prefix, .is_down = true, .limit = 100};
    json_t *figures = list_in(o, "figures");
    assay_status status = store_entries(d->s, &page, add_point, figures, err);
    const json_t *last = json_array_get(figures, json_array_size(figures) - 1);
    if (!status && text_of(last, "value"))
        set_text(o, "value", text_of(last, "value"));
    return status;
}

static void set_words(json_t *o, const char *name, const scheme_item *item)
{
    json_t *words = object_in(o, name);
    set_text(words, "ko", item->words.ko);
    set_text(words, "en", item->words.en);
    set_text(words, "zh", item->words.zh);
}

static assay_status add_measure(the_case *c, case_scope *scope, const scheme_measure *m,
                                json_t *list, assay_err *err)
{
    json_t *o = json_object();
    assay_status status = ASSAY_OK;
    set_text(o, "id", m->item.id);
    set_words(o, "words", &m->item);
    set_text(o, "kind", kind_name(m->kind));
    set_text(o, "under", m->under ? m->under->item.id : NULL);
    if (m->unit.id) {
        set_text(o, "unit", m->unit.id);
        set_words(o, "unit_words", &m->unit);
    }
    set_text(o, "source", m->source);
    set_text(o, "of", m->of);
    add_value(o, "baseline", m->baseline);
    add_value(o, "baseline_at", m->baseline_at);
    add_value(o, "target", m->target);
    add_value(o, "by", m->by);
    json_object_set_new(o, "is_lower_better", json_boolean(m->is_lower_better));
    json_object_set_new(o, "is_assumed", json_boolean(m->item.is_assumed));
    if (m->is)
        add_value(o, "value", expr_eval(m->is, &scope->scope));
    else
        status = add_figures(c->d, c->scheme->item.id, m->item.id, o, err);
    json_array_append_new(list, o);
    return status;
}

assay_status measure_tree(desk *d, const char *program, const viewer *who, buf *out, assay_err *err)
{
    the_case c = {.d = d, .who = who, .state = json_object()};
    case_scope scope = {0};
    json_t *o = json_object(), *list = list_in(o, "measures");
    arena_init(&c.memory);
    c.now = who->now ? who->now : time_now();
    assay_status status = desk_scheme(d, program, &c.scheme, err);
    if (!status)
        status = case_scope_init(&scope, &c, NULL, err);
    scope.scope.over = case_over;
    for (size_t i = 0; !status && i < c.scheme->measure_count; i++)
        status = add_measure(&c, &scope, &c.scheme->measure[i], list, err);
    case_scope_done(&scope);
    case_done(&c);
    if (status) {
        json_decref(o);
        return status;
    }
    return json_take(o, out, err);
}

static assay_status put(desk *d, store_tx *tx, const scheme *s, const json_t *said,
                        const viewer *who, assay_err *err)
{
    const char *name, *source;
    int64_t at, now = who->now ? who->now : time_now();
    char sort[200], when[40];
    buf key = BUF_INIT, row = BUF_INIT;
    object_id object;
    value v = number_read(json_object_get(said, "value"));
    assay_status status = said_only(said, "measure value at source", err);
    if (!status)
        status = said_text(said, "measure", true, 100, &name, err);
    const scheme_measure *m = status ? NULL : scheme_find_measure(s, name);
    if (!status && !m)
        status = assay_fail(err, ASSAY_NOT_FOUND, 0, "%s has no measure \"%.60s\"", s->item.id,
                            name);
    if (!status && m->is)
        status = assay_fail(err, ASSAY_DOMAIN, 0, "%s is calculated: %s", name, expr_text(m->is));
    if (!status && v.kind != VALUE_NUMBER)
        status = assay_fail(err, ASSAY_FORMAT, 0, "\"value\" must be a number as text");
    if (!status)
        status = said_time(said, "at", now, &at, err);
    if (!status)
        status = said_text(said, "source", false, 300, &source, err);
    if (status)
        return status;
    time_format(at, TIME_OFFSET_NONE, when, sizeof when);
    snprintf(sort, sizeof sort, "%.80s/%.60s/%s", s->item.id, name, when);
    json_t *o = json_object();
    set_text(o, "scheme", s->item.id);
    set_text(o, "measure", name);
    json_object_set_new(o, "value", number_text(v));
    set_time(o, "at", at);
    set_text(o, "source", source);
    buf_addf(&key, "measure\n%s", sort);
    status = id_of(key.data, key.length, &object, err);
    if (!status)
        status = record_json(tx, "measure.figure", who->account, &object, json_incref(o), NULL, err);
    if (!status)
        status = json_take(json_incref(o), &row, err);
    entry_place p = {"measure", sort};
    if (!status)
        status = store_entry_put(tx, "measure", &object, row.data, &p, 1, err);
    json_decref(o);
    buf_done(&key);
    buf_done(&row);
    (void)d;
    return status;
}

assay_status measure_put(desk *d, store_tx *tx, const char *program, const char *said,
                         const viewer *who, assay_err *err)
{
    const scheme *s;
    json_t *o = NULL;
    assay_status status = desk_scheme(d, program, &s, err);
    if (!status && (who->kind != VIEWER_DESK || (who->site && *who->site)))
        status = assay_fail(err, ASSAY_DOMAIN, 0, "figures are entered by a desk of all places");
    if (!status)
        status = said_read(said, &o, err);
    if (!status)
        status = put(d, tx, s, o, who, err);
    json_decref(o);
    return status;
}
