/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What sittings tell about items, forms, markers and raters (docs/method/exam.md): for staff, never
 * for gates, and without a word of an item. Figures of people are only those of a whole form. */
#include "scheme/sitting_inner.h"

#include "base/i18n.h"

#include <assay/agreement.h>
#include <assay/exam.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    the_bank *b;
    json_t *points; /* by form: list of {item: points} */
    json_t *pairs;  /* of marks as shares: [[a, b], ..] */
    size_t sittings, running, waiting, scored, thirds;
    assay_status status;
    assay_err *err;
} exam_look;

static void set_figure(json_t *o, const char *name, assay_figure f)
{
    char text[40];
    if (f.why)
        return;
    snprintf(text, sizeof text, "%.6f", f.value == 0 ? 0.0 : f.value);
    set_text(o, name, text);
}

/* -- gathering ------------------------------------------------------------------------------------
 */

static double share_of(const assay_rational *mark, const the_sitting *s, const char *item)
{
    value most = number_read(
        json_object_get(json_object_get(json_object_get(s->bank.state, "items"), item), "points"));
    return most.kind == VALUE_NUMBER
               ? assay_rational_to_double(*mark) / assay_rational_to_double(most.as.number)
               : NAN;
}

static void add_pairs(exam_look *l, const the_sitting *s)
{
    assay_rational mark[MARKS_MOST];
    const json_t *items = json_object_get(s->state, "items");
    for (size_t i = 0; i < json_array_size(items); i++) {
        const char *id = json_string_value(json_array_get(items, i));
        size_t n = sitting_marks(s, id, mark);
        l->thirds += n > 2;
        if (n >= 2)
            json_array_append_new(
                l->pairs, json_pack("[f,f]", share_of(&mark[0], s, id), share_of(&mark[1], s, id)));
    }
}

static bool look(const object_id *id, const json_t *row, void *context)
{
    exam_look *l = context;
    the_sitting s;
    (void)row;
    l->status = sitting_load(l->b->d, NULL, id, l->b->who, &s, l->err);
    if (l->status)
        return false;
    const json_t *scored = json_object_get(s.state, "scored");
    l->sittings++;
    l->scored += scored != NULL;
    l->running += !json_object_get(s.state, "finished");
    l->waiting += json_object_get(s.state, "finished") && !scored;
    add_pairs(l, &s);
    if (scored &&
        json_equal(json_object_get(s.state, "drawn"), json_object_get(l->b->state, "drawn"))) {
        char form[24];
        snprintf(form, sizeof form, "%lld",
                 (long long)json_integer_value(json_object_get(s.state, "form")));
        json_array_append(list_in(l->points, form), json_object_get(scored, "points"));
    }
    sitting_done(&s);
    return true;
}

/* -- items and forms
 * -------------------------------------------------------------------------------- */

typedef struct {
    size_t n, k;
    double *mark, *full;
    assay_exam_item *item;
    assay_exam form;
} form_figures;

static assay_status analyse(const exam_look *l, const json_t *form, const json_t *people,
                            form_figures *f, assay_err *err)
{
    f->n = json_array_size(people);
    f->k = json_array_size(form);
    f->mark = calloc(f->n * f->k + 1, sizeof *f->mark);
    f->full = calloc(f->k + 1, sizeof *f->full);
    f->item = calloc(f->k + 1, sizeof *f->item);
    if (!f->mark || !f->full || !f->item)
        return assay_fail(err, ASSAY_MEMORY, 0, _("out of memory"));
    for (size_t j = 0; j < f->k; j++) {
        const char *id = json_string_value(json_array_get(form, j));
        value full = number_read(
            json_object_get(json_object_get(json_object_get(l->b->state, "items"), id), "points"));
        f->full[j] = full.kind == VALUE_NUMBER ? assay_rational_to_double(full.as.number) : 1;
        for (size_t i = 0; i < f->n; i++) {
            value v = number_read(json_object_get(json_array_get(people, i), id));
            double x = v.kind == VALUE_NUMBER ? assay_rational_to_double(v.as.number) : NAN;
            f->mark[i * f->k + j] =
                x > f->full[j] ? NAN : x; /* of an item that was changed since */
        }
    }
    return f->n ? assay_exam_analyse(f->mark, f->n, f->k, f->full, f->item, &f->form, err)
                : ASSAY_OK;
}

static void add_items(const exam_look *l, size_t number, const json_t *form, const form_figures *f,
                      json_t *list)
{
    for (size_t j = 0; j < f->k; j++) {
        const char *id = json_string_value(json_array_get(form, j));
        const json_t *head = json_object_get(json_object_get(l->b->state, "items"), id);
        json_t *o = json_object();
        set_text(o, "id", id);
        set_text(o, "topic", text_of(head, "topic"));
        set_text(o, "kind", text_of(head, "kind"));
        set_text(o, "points", text_of(head, "points"));
        json_object_set_new(o, "form", json_integer((json_int_t)number));
        if (f->n) {
            json_object_set_new(o, "answers", json_integer((json_int_t)f->item[j].answers));
            set_figure(o, "facility", f->item[j].facility);
            set_figure(o, "discrimination", f->item[j].discrimination);
            set_figure(o, "alpha_without", f->item[j].alpha_without);
        }
        json_array_append_new(list, o);
    }
}

static void add_form(const exam_look *l, size_t number, const form_figures *f, json_t *list)
{
    json_t *o = json_object();
    const json_t *cut = json_array_get(json_object_get(l->b->state, "cuts"), number - 1);
    json_object_set_new(o, "form", json_integer((json_int_t)number));
    json_object_set_new(o, "people", json_integer((json_int_t)f->n));
    if (f->n) {
        set_figure(o, "mean", f->form.mean);
        set_figure(o, "sd", f->form.sd);
        set_figure(o, "alpha", f->form.alpha);
        set_figure(o, "error", f->form.error);
    }
    if (cut) {
        json_object_set(o, "cut", json_object_get(cut, "cut"));
        json_object_set(o, "raters", json_object_get(cut, "raters"));
    } else if (l->b->bank->cut.kind == VALUE_NUMBER)
        json_object_set_new(o, "cut", number_text(l->b->bank->cut));
    json_array_append_new(list, o);
}

static assay_status add_forms(const exam_look *l, json_t *out, assay_err *err)
{
    const json_t *forms = json_object_get(l->b->state, "forms");
    json_t *list = list_in(out, "forms"), *items = list_in(out, "items");
    assay_status status = ASSAY_OK;
    for (size_t i = 0; !status && i < json_array_size(forms); i++) {
        char number[24];
        form_figures f = {0};
        snprintf(number, sizeof number, "%zu", i + 1);
        status = analyse(l, json_array_get(forms, i), json_object_get(l->points, number), &f, err);
        if (!status) {
            add_items(l, i + 1, json_array_get(forms, i), &f, items);
            add_form(l, i + 1, &f, list);
        }
        free(f.mark);
        free(f.full);
        free(f.item);
    }
    return status;
}

/* What is in the bank and on no form. */
static void add_spare(const exam_look *l, json_t *out)
{
    const char *topic;
    json_t *n;
    const char *id;
    json_t *head, *count = json_object();
    json_object_foreach(json_object_get(l->b->state, "items"), id, head)
    {
        topic = text_of(head, "topic") ? text_of(head, "topic") : l->b->bank->item.id;
        json_int_t k = json_integer_value(json_object_get(count, topic));
        json_object_set_new(count, topic, json_integer(k + 1));
    }
    json_object_foreach(count, topic, n) json_array_append_new(
        list_in(out, "topics"), json_pack("{s:s,s:O}", "topic", topic, "items", n));
    json_decref(count);
}

/* -- markers
 * ---------------------------------------------------------------------------------------- */

static assay_status add_markers(const exam_look *l, json_t *out, assay_err *err)
{
    size_t n = json_array_size(l->pairs), same = 0;
    double apart = 0, *x = calloc(2 * n + 1, sizeof *x);
    assay_icc icc;
    json_t *o = object_in(out, "markers");
    if (!x)
        return assay_fail(err, ASSAY_MEMORY, 0, _("out of memory"));
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < 2; k++)
            x[2 * i + k] = json_real_value(json_array_get(json_array_get(l->pairs, i), k));
        same += x[2 * i] == x[2 * i + 1];
        apart += fabs(x[2 * i] - x[2 * i + 1]);
    }
    json_object_set_new(o, "answers", json_integer((json_int_t)n));
    json_object_set_new(o, "same", json_integer((json_int_t)same));
    json_object_set_new(o, "thirds", json_integer((json_int_t)l->thirds));
    assay_status status = n ? assay_icc_of(x, n, 2, 0, &icc, err) : ASSAY_OK;
    if (n && !status) {
        set_figure(o, "apart", assay_figure_of(apart / (double)n));
        set_figure(o, "icc1", icc.icc[ASSAY_ICC_1].value);
    }
    free(x);
    return status;
}

/* -- the whole
 * ---------------------------------------------------------------------------------------- */

static assay_status fill_in(exam_look *l, json_t *o, assay_err *err)
{
    const scheme_bank *bank = l->b->bank;
    set_text(o, "scheme", l->b->scheme->item.id);
    set_text(o, "bank", bank->item.id);
    json_object_set_new(
        o, "size",
        json_integer((json_int_t)json_object_size(json_object_get(l->b->state, "items"))));
    json_object_set_new(o, "angoff", json_boolean(bank->is_angoff));
    json_object_set_new(o, "minutes", json_integer(bank->minutes));
    json_object_set_new(
        o, "raters",
        json_integer((json_int_t)json_object_size(json_object_get(l->b->state, "ratings"))));
    if (json_object_get(l->b->state, "drawn")) {
        json_object_set(o, "drawn", json_object_get(l->b->state, "drawn"));
        json_object_set(o, "spread", json_object_get(l->b->state, "spread"));
    }
    add_spare(l, o);
    assay_status status = add_forms(l, o, err);
    if (!status)
        status = add_markers(l, o, err);
    json_object_set_new(o, "sittings",
                        json_pack("{s:I,s:I,s:I,s:I}", "all", (json_int_t)l->sittings, "running",
                                  (json_int_t)l->running, "marking", (json_int_t)l->waiting,
                                  "scored", (json_int_t)l->scored));
    return status;
}

assay_status bank_show(desk *d, const char *scheme_name, const char *bank, const viewer *who,
                       buf *out, assay_err *err)
{
    the_bank b;
    assay_status status = who->kind == VIEWER_AUDITOR ? ASSAY_OK : bank_need_desk(who, err);
    if (!status)
        status = bank_find(d, NULL, scheme_name, bank, who, &b, err);
    if (status)
        return status;
    exam_look l = {.b = &b, .points = json_object(), .pairs = json_array(), .err = err};
    json_t *o = json_object();
    status = sitting_each(d, &b.id, look, &l, err);
    if (!status)
        status = l.status;
    if (!status)
        status = fill_in(&l, o, err);
    json_decref(l.points);
    json_decref(l.pairs);
    bank_done(&b);
    if (!status)
        return json_take(o, out, err);
    json_decref(o);
    return status;
}
