/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The bank of an exam: items, forms drawn from it, Angoff's cut. Its id follows from the names of
 * scheme and bank, so that it lives through revisions of the scheme. */
#include "scheme/sitting_inner.h"

#include "base/hash.h"
#include "base/i18n.h"
#include "base/random.h"
#include "base/time.h"
#include "read/sheet.h"

#include <assay/draw.h>
#include <assay/exam.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* -- from its records -----------------------------------------------------------------------------
 */

static void apply_item(json_t *state, const json_t *p)
{
    json_t *o = json_object();
    static const char *const names[] = {"topic", "kind", "points", "sealed"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (json_object_get(p, names[i]))
            json_object_set(o, names[i], json_object_get(p, names[i]));
    json_object_set_new(object_in(state, "items"), text_of(p, "id"), o);
}

static void apply(json_t *state, const char *type, const json_t *p)
{
    if (strcmp(type, "exam.item") == 0)
        apply_item(state, p);
    else if (strcmp(type, "exam.drawn") == 0) {
        json_object_set(state, "forms", json_object_get(p, "forms"));
        json_object_set(state, "seed", json_object_get(p, "seed"));
        json_object_set(state, "drawn", json_object_get(p, "at"));
        json_object_set(state, "spread", json_object_get(p, "spread"));
        json_object_del(state, "cuts");
    } else if (strcmp(type, "exam.rated") == 0)
        json_object_update(object_in(object_in(state, "ratings"), text_of(p, "by")),
                           json_object_get(p, "ratings"));
    else if (strcmp(type, "exam.cut") == 0)
        json_object_set(state, "cuts", json_object_get(p, "cuts"));
}

typedef struct {
    json_t *state;
    uint64_t upto;
} bank_fold;

static bool fold(const record *r, void *context)
{
    bank_fold *f = context;
    if (f->upto && r->sequence > f->upto)
        return false;
    json_t *p = r->payload ? json_tree(r->payload) : json_object();
    apply(f->state, r->type, p);
    json_object_set_new(f->state, "last", json_integer((json_int_t)r->sequence));
    json_decref(p);
    return true;
}

assay_status bank_load(desk *d, store_tx *tx, const scheme *s, const scheme_bank *bank,
                       const viewer *who, uint64_t upto, the_bank *out, assay_err *err)
{
    char name[200];
    int n = snprintf(name, sizeof name, "bank\n%.80s\n%.80s", s->item.id, bank->item.id);
    *out = (the_bank){.d = d,
                      .tx = tx,
                      .scheme = s,
                      .bank = bank,
                      .who = who,
                      .state = json_object(),
                      .now = who->now ? who->now : time_now()};
    bank_fold f = {out->state, upto};
    assay_status status = id_of(name, (size_t)n, &out->id, err);
    if (!status)
        status = store_object_records(d->s, &out->id, 0, fold, &f, err);
    if (status)
        bank_done(out);
    return status;
}

assay_status bank_find(desk *d, store_tx *tx, const char *scheme_name, const char *bank,
                       const viewer *who, the_bank *out, assay_err *err)
{
    const scheme *s;
    assay_status status = desk_scheme(d, scheme_name, &s, err);
    const scheme_bank *b = status ? NULL : scheme_find_bank(s, bank);
    if (!status && !b)
        status =
            assay_fail(err, ASSAY_NOT_FOUND, 0, _("%s has no bank \"%.60s\""), s->item.id, bank);
    return status ? status : bank_load(d, tx, s, b, who, 0, out, err);
}

void bank_done(the_bank *b)
{
    json_decref(b->state);
    b->state = NULL;
}

assay_status bank_append(the_bank *b, const char *type, json_t *payload, assay_err *err)
{
    if (!payload)
        return assay_fail(err, ASSAY_FORMAT, 0, _("a text is not valid UTF-8"));
    set_text(payload, "scheme", b->scheme->item.id);
    set_text(payload, "bank", b->bank->item.id);
    set_time(payload, "at", b->now);
    json_incref(payload);
    assay_status status = record_json(b->tx, type, b->who->account, &b->id, payload, NULL, err);
    if (!status)
        apply(b->state, type, payload);
    json_decref(payload);
    return status;
}

assay_status bank_need_desk(const viewer *who, assay_err *err)
{
    if (who->kind == VIEWER_DESK && !(who->site && *who->site))
        return ASSAY_OK;
    return assay_fail(err, ASSAY_NOT_FOUND, 0, _("there is nothing here for you"));
}

assay_status bank_item(const the_bank *b, const char *item, json_t **out, assay_err *err)
{
    const json_t *head = json_object_get(json_object_get(b->state, "items"), item);
    const char *sealed = text_of(head, "sealed");
    char about[80];
    snprintf(about, sizeof about, "item %.60s", item);
    *out = NULL;
    assay_status status =
        sealed ? secret_open(b->d->s, &b->id, about, sealed, out, err)
               : assay_fail(err, ASSAY_NOT_FOUND, 0, _("the bank has no item %s"), item);
    if (!status && !*out)
        status = assay_fail(err, ASSAY_DAMAGED, 0, _("the key of this bank is gone"));
    return status;
}

/* -- importing
 * --------------------------------------------------------------------------------------- */

typedef struct {
    the_bank *bank;
    const sheet *table;
    size_t place[BANK_COLUMNS]; /* of each column in the table; SIZE_MAX: not there */
    size_t taken, changed, same;
    json_t *refused;
} item_import;

static assay_status find_columns(item_import *m, assay_err *err)
{
    for (size_t k = 0; k < BANK_COLUMNS; k++) {
        m->place[k] = SIZE_MAX;
        for (size_t c = 0; c < m->table->columns; c++)
            if (strcmp(sheet_cell(m->table, 0, c), bank_columns[k]) == 0)
                m->place[k] = c;
    }
    for (size_t k = 0; k < 5; k++)
        if (m->place[k] == SIZE_MAX && k != 1 && k != 3)
            return assay_fail(err, ASSAY_FORMAT, 0, _("row 1: there is no column \"%s\""),
                              bank_columns[k]);
    return ASSAY_OK;
}

static bool is_as_before(const item_import *m, const json_t *head, const json_t *inner)
{
    const char *id = text_of(head, "id");
    json_t *before = json_object_get(json_object_get(m->bank->state, "items"), id), *old = NULL;
    static const char *const names[] = {"topic", "kind", "points"};
    bool is_same =
        before && bank_item(m->bank, id, &old, NULL) == ASSAY_OK && json_equal(old, inner);
    for (size_t i = 0; i < 3; i++) {
        const char *a = text_of(before, names[i]), *b = text_of(head, names[i]);
        is_same &= strcmp(a ? a : "", b ? b : "") == 0;
    }
    json_decref(old);
    return is_same;
}

static assay_status take(item_import *m, json_t *head, const json_t *inner, assay_err *err)
{
    buf sealed = BUF_INIT;
    char about[80];
    const char *id = text_of(head, "id");
    bool is_there = json_object_get(json_object_get(m->bank->state, "items"), id) != NULL;
    if (is_as_before(m, head, inner)) {
        m->same++;
        json_decref(head);
        return ASSAY_OK;
    }
    snprintf(about, sizeof about, "item %.60s", id);
    assay_status status =
        secret_seal(m->bank->tx, m->bank->d->s, &m->bank->id, about, inner, &sealed, err);
    if (status) {
        json_decref(head);
        return status;
    }
    set_text(head, "sealed", buf_text(&sealed));
    m->changed += is_there;
    m->taken += !is_there;
    buf_done(&sealed);
    return bank_append(m->bank, "exam.item", head, err);
}

static assay_status import_row(item_import *m, size_t row, assay_err *err)
{
    const char *cell[BANK_COLUMNS];
    json_t *head, *inner, *fault;
    bool is_empty = true;
    for (size_t k = 0; k < BANK_COLUMNS; k++) {
        cell[k] = m->place[k] == SIZE_MAX ? "" : sheet_cell(m->table, row, m->place[k]);
        is_empty &= !*cell[k];
    }
    if (is_empty)
        return ASSAY_OK;
    if (!bank_row_read(m->bank->bank, cell, &head, &inner, &fault)) {
        json_object_set_new(fault, "row", json_integer((json_int_t)row + 1));
        json_array_append_new(m->refused, fault);
        return ASSAY_OK;
    }
    assay_status status = take(m, head, inner, err);
    json_decref(inner);
    return status;
}

assay_status bank_import(desk *d, store_tx *tx, const char *scheme_name, const char *bank,
                         const char *name, const char *bytes, size_t length, const viewer *who,
                         buf *answer, assay_err *err)
{
    the_bank b;
    sheet table = {0};
    item_import m = {.bank = &b, .table = &table, .refused = json_array()};
    assay_status status = bank_need_desk(who, err);
    if (!status)
        status = bank_find(d, tx, scheme_name, bank, who, &b, err);
    if (status) {
        json_decref(m.refused);
        return status;
    }
    status = sheet_read(bytes, length, name, &table, err);
    if (!status && table.rows > BANK_ITEMS_MOST + 1)
        status = assay_fail(err, ASSAY_LIMIT, 0, _("a bank takes at most %d items at once"),
                            BANK_ITEMS_MOST);
    if (!status)
        status = find_columns(&m, err);
    for (size_t r = 1; !status && r < table.rows; r++)
        status = import_row(&m, r, err);
    sheet_done(&table);
    bank_done(&b);
    json_t *o = json_pack("{s:I,s:I,s:I,s:o}", "taken", (json_int_t)m.taken, "changed",
                          (json_int_t)m.changed, "same", (json_int_t)m.same, "refused", m.refused);
    if (!status)
        return json_take(o, answer, err);
    json_decref(o);
    return status;
}

/* -- drawing forms
 * ----------------------------------------------------------------------------------- */

typedef struct {
    size_t n, topics, forms, total;
    const char **id;
    assay_bank_item *item;
    uint32_t *blueprint, *form;
    void *scratch;
    arena memory;
} form_draw;

static uint32_t topic_of(const scheme_bank *b, const char *topic)
{
    for (uint32_t i = 0; topic && i < b->topic_count; i++)
        if (strcmp(b->topic[i].id, topic) == 0)
            return i;
    return 0;
}

/* How hard an item has been: what bank_show tells; half where nobody has sat it. */
static int32_t difficulty_of(const json_t *facility, const char *item)
{
    const char *text = text_of(facility, item);
    double x = text ? strtod(text, NULL) : 0.5;
    return (int32_t)((1 - x) * ASSAY_EXAM_DIFFICULTY_MAX + 0.5);
}

static assay_status prepare(const the_bank *b, const json_t *facility, form_draw *w, assay_err *err)
{
    const char *id;
    json_t *item, *items = json_object_get(b->state, "items");
    w->n = 0;
    w->forms = b->bank->forms > 0 ? (size_t)b->bank->forms : 1;
    w->topics = b->bank->topic_count ? b->bank->topic_count : 1;
    w->id = arena_array(&w->memory, const char *, json_object_size(items) + 1);
    w->item = arena_array(&w->memory, assay_bank_item, json_object_size(items) + 1);
    w->blueprint = arena_array(&w->memory, uint32_t, w->topics);
    w->scratch = arena_alloc(
        &w->memory, assay_exam_forms_scratch_size(json_object_size(items), w->forms) + 8, 1);
    w->form = arena_array(&w->memory, uint32_t, w->forms * (size_t)b->bank->items + 1);
    if (!w->id || !w->item || !w->blueprint || !w->scratch || !w->form)
        return assay_fail(err, ASSAY_MEMORY, 0, _("out of memory"));
    for (size_t t = 0; t < w->topics; t++)
        w->blueprint[t] =
            (uint32_t)(b->bank->topic_count ? b->bank->topic[t].count : b->bank->items);
    json_object_foreach(items, id, item)
    {
        w->item[w->n] = (assay_bank_item){topic_of(b->bank, text_of(item, "topic")),
                                          difficulty_of(facility, id)};
        w->id[w->n++] = id;
    }
    return w->forms > BANK_FORMS_MOST
               ? assay_fail(err, ASSAY_LIMIT, 0, _("at most %d forms are drawn"), BANK_FORMS_MOST)
               : ASSAY_OK;
}

/* A topic with too few items is named as the scheme names it. */
static assay_status name_topic(const the_bank *b, const form_draw *w, assay_status status,
                               assay_err *err)
{
    size_t t = err ? err->at : 0, has = 0;
    if (status != ASSAY_UNDEFINED || t >= w->topics)
        return status;
    for (size_t i = 0; i < w->n; i++)
        has += w->item[i].topic == t;
    return assay_fail(err, ASSAY_DOMAIN, t, _("%s has %zu items, %zu forms with %u each need %zu"),
                      b->bank->topic_count ? b->bank->topic[t].id : b->bank->item.id, has, w->forms,
                      (unsigned)w->blueprint[t], w->forms * w->blueprint[t]);
}

static assay_status record_draw(the_bank *b, const form_draw *w, const uint8_t *seed,
                                const assay_exam_forms *f, assay_err *err)
{
    char hex[65], spread[40];
    json_t *p = json_object(), *forms = list_in(p, "forms");
    for (size_t i = 0; i < w->forms; i++) {
        json_t *one = json_array();
        for (size_t k = 0; k < f->items; k++)
            json_array_append_new(one, json_string(w->id[w->form[i * f->items + k]]));
        json_array_append_new(forms, one);
    }
    for (size_t i = 0; i < ASSAY_SEED_SIZE; i++)
        snprintf(hex + 2 * i, 3, "%02x", seed[i]);
    snprintf(spread, sizeof spread, "%.6f",
             (double)(f->hardest - f->easiest) / ASSAY_EXAM_DIFFICULTY_MAX);
    set_text(p, "seed", hex);
    set_text(p, "spread", spread);
    return bank_append(b, "exam.drawn", p, err);
}

/* {item: facility} of what bank_show says. */
static assay_status facilities(the_bank *b, json_t **out, assay_err *err)
{
    buf text = BUF_INIT;
    viewer desk_view = *b->who;
    assay_status status =
        bank_show(b->d, b->scheme->item.id, b->bank->item.id, &desk_view, &text, err);
    json_t *shown = status ? NULL : json_tree(buf_text(&text));
    json_t *items = json_object_get(shown, "items");
    *out = json_object();
    for (size_t i = 0; i < json_array_size(items); i++) {
        const json_t *one = json_array_get(items, i);
        set_text(*out, text_of(one, "id"), text_of(one, "facility"));
    }
    json_decref(shown);
    buf_done(&text);
    return status;
}

assay_status bank_draw(desk *d, store_tx *tx, const char *scheme_name, const char *bank,
                       const viewer *who, buf *answer, assay_err *err)
{
    the_bank b;
    uint8_t seed[ASSAY_SEED_SIZE];
    assay_exam_forms f;
    form_draw w = {0};
    json_t *facility = NULL;
    assay_status status = bank_need_desk(who, err);
    if (!status)
        status = bank_find(d, tx, scheme_name, bank, who, &b, err);
    if (status)
        return status;
    arena_init(&w.memory);
    status = random_bytes(seed, sizeof seed, err);
    if (!status)
        status = facilities(&b, &facility, err);
    if (!status)
        status = prepare(&b, facility, &w, err);
    if (!status) {
        status = assay_exam_draw(w.item, w.n, w.blueprint, w.topics, w.forms, seed, w.scratch,
                                 w.form, &f, err);
        status = name_topic(&b, &w, status, err);
    }
    if (!status)
        status = record_draw(&b, &w, seed, &f, err);
    if (!status)
        status =
            json_take(json_pack("{s:I,s:I,s:O}", "forms", (json_int_t)w.forms, "items",
                                (json_int_t)f.items, "spread", json_object_get(b.state, "spread")),
                      answer, err);
    json_decref(facility);
    arena_done(&w.memory);
    bank_done(&b);
    return status;
}

/* -- Angoff's cut
 * ----------------------------------------------------------------------------------- */

/* Of those who have rated every item of the form. *raters is how many. */
static assay_status cut_of_form(const the_bank *b, const json_t *form, size_t *raters, value *cut,
                                assay_err *err)
{
    const char *by;
    json_t *given;
    size_t k = json_array_size(form), n = json_object_size(json_object_get(b->state, "ratings"));
    arena memory;
    arena_init(&memory);
    assay_rational *rating = arena_array(&memory, assay_rational, n * k + 1),
                   most = assay_rational_of(0), share;
    assay_rational *full = arena_array(&memory, assay_rational, k + 1);
    assay_status status =
        rating && full ? ASSAY_OK : assay_fail(err, ASSAY_MEMORY, 0, _("out of memory"));
    assay_exam_cut found;
    *raters = 0;
    *cut = VALUE_NONE;
    for (size_t i = 0; !status && i < k; i++) {
        exam_item item;
        status = bank_item_read(b, json_string_value(json_array_get(form, i)), NULL, &item, err);
        if (!status)
            status = assay_rational_add(most, item.points, &most, err);
        full[i] = status ? assay_rational_of(1) : item.points;
    }
    json_object_foreach(json_object_get(b->state, "ratings"), by, given)
    {
        bool is_whole = true;
        for (size_t i = 0; !status && i < k && is_whole; i++) {
            value v =
                number_read(json_object_get(given, json_string_value(json_array_get(form, i))));
            is_whole = v.kind == VALUE_NUMBER &&
                       assay_rational_mul(v.as.number, full[i], &rating[*raters * k + i], NULL) ==
                           ASSAY_OK;
        }
        *raters += is_whole;
    }
    if (!status && *raters && k) {
        status = assay_exam_angoff(rating, *raters, k, full, assay_rational_of(0), &found, err);
        if (!status)
            status = assay_rational_div(found.unrounded, most, &share, err);
        if (!status)
            status = assay_rational_mul(share, assay_rational_of(100), &share, err);
        if (!status && b->bank->floor.kind == VALUE_NUMBER &&
            assay_rational_compare(share, b->bank->floor.as.number) < 0)
            share = b->bank->floor.as.number;
        if (!status)
            *cut = value_number(share);
    }
    arena_done(&memory);
    return status;
}

assay_status bank_cut(desk *d, store_tx *tx, const char *scheme_name, const char *bank,
                      const viewer *who, buf *answer, assay_err *err)
{
    the_bank b;
    assay_status status = bank_need_desk(who, err);
    if (!status)
        status = bank_find(d, tx, scheme_name, bank, who, &b, err);
    if (status)
        return status;
    json_t *p = json_object(), *cuts = list_in(p, "cuts"),
           *forms = json_object_get(b.state, "forms");
    if (!b.bank->is_angoff)
        status = assay_fail(err, ASSAY_DOMAIN, 0, _("the scheme states the cut of this exam"));
    else if (!json_array_size(forms))
        status = assay_fail(err, ASSAY_DOMAIN, 0, _("draw the forms first"));
    for (size_t i = 0; !status && i < json_array_size(forms); i++) {
        value cut;
        size_t raters;
        status = cut_of_form(&b, json_array_get(forms, i), &raters, &cut, err);
        if (!status && cut.kind != VALUE_NUMBER)
            status = assay_fail(err, ASSAY_DOMAIN, 0, _("nobody has rated all items of form %zu"),
                                i + 1);
        if (!status)
            json_array_append_new(cuts, json_pack("{s:o,s:I}", "cut", number_text(cut), "raters",
                                                  (json_int_t)raters));
    }
    json_t *told = json_pack("{s:O}", "cuts", cuts);
    if (status)
        json_decref(p);
    else
        status = bank_append(&b, "exam.cut", p, err);
    bank_done(&b);
    if (!status)
        return json_take(told, answer, err);
    json_decref(told);
    return status;
}
