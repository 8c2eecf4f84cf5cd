/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tools drawn from what people said: a Pareto of alarms, or of the items that the form lists; causes and their
 * effect from the outline in the field and the causes that the form lists.
 *
 * An outline has a line for each branch: "Machine: spindle worn, coolant warm". A listed cause (a table with a part
 * `cause`) that the outline has already is marked there: `is_main`, and `data` where it is linked to some; one that it has
 * not stands on the branch of its `item`. */
#include "serve/drawing_inner.h"

#include "base/i18n.h"
#include "serve/pareto_count.h"

#include <assay/pareto.h>
#include <ctype.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* -- Pareto ------------------------------------------------------------------------------------------ */

enum { PARETO_MOST = 200 };

static void draw_pareto(const drawing *d, canvas *c)
{
    plot_pareto(c, &d->plot.pareto);
}

static void tell_share(drawing *d, const char *name, const assay_pareto_item *item)
{
    char weight[48], share[24], cumulative[24];
    format_figure(weight, sizeof weight, item->weight, item->weight == (double)(int64_t)item->weight ? 0 : 2);
    snprintf(share, sizeof share, "%.1f %%", 100 * item->share);
    snprintf(cumulative, sizeof cumulative, "%.1f %%", 100 * item->cumulative);
    drawing_row(d, 4, (const char *const[]){name, weight, share, cumulative});
}

static assay_status rank(drawing *d, const char *const *names, const double *weight, size_t k, assay_err *err)
{
    const char *const head[] = {_("category"), _("count"), _("share"), _("cumulative")};
    assay_pareto total;
    assay_pareto_item *item = arena_array(&d->memory, assay_pareto_item, k + 1);
    const char **label = arena_array(&d->memory, const char *, k + 1);
    double *count = arena_array(&d->memory, double, k + 1);
    if (!item || !label || !count)
        return assay_fail(err, ASSAY_MEMORY, 0, "out of memory while drawing");
    drawing_columns(d, 4, head);
    if (!k)
        return assay_fail(err, ASSAY_NOT_FOUND, 0, "there is nothing to rank");
    assay_status status = assay_pareto_sort(weight, k, 0, item, &total, err);
    if (status)
        return status;
    for (size_t i = 0; i < k; i++) {
        label[i] = names[item[i].index];
        count[i] = item[i].weight;
        tell_share(d, label[i], &item[i]);
    }
    buf_addf(&d->words, "n %g · %s %zu", total.total, _("vital few"), (size_t)total.vital);
    d->plot.pareto = (pareto_plot){.title = buf_text(&d->title), .subtitle = buf_text(&d->words), .labels = label,
                                   .counts = count, .n = k, .vital_few = (size_t)total.vital};
    d->draw = draw_pareto;
    return ASSAY_OK;
}

static pareto_kind kind_of(const char *of)
{
    for (int i = 0; i < PARETO_KINDS; i++)
        if (strcmp(pareto_kind_names[i], of) == 0)
            return (pareto_kind)i;
    return PARETO_CAUSE;
}

static assay_status of_alarms(const drawing_wish *w, assay_err *err)
{
    drawing *d = w->d;
    pareto_count c = {0};
    pareto_gather(w->r, kind_of(w->at.of), w->at.from, w->at.to, w->at.under, &c);
    size_t k = c.names && !c.failed ? dictionary_count(c.names) : 0;
    const char **names = arena_array(&d->memory, const char *, k + 1);
    for (size_t i = 0; names && i < k; i++) {
        const char *name = dictionary_text(c.names, (uint32_t)i + 1, NULL);
        names[i] = drawing_keep(d, strcmp(name, "-") == 0       ? _("not said yet")
                                   : strcmp(name, "false") == 0 ? _("false alarm")
                                                                : name);
    }
    buf_add_text(&d->title, _("Alarms"));
    assay_status status = names ? rank(d, names, c.weight, k, err)
                                : assay_fail(err, ASSAY_MEMORY, 0, "out of memory while drawing");
    pareto_count_done(&c);
    return status;
}

/* The first table of the form with a text and a whole number: what, and how many. */
static const scheme_field *counted(const scheme_form *form, const char **what, const char **many)
{
    for (size_t i = 0; i < form->field_count; i++) {
        const scheme_field *f = &form->field[i];
        *what = *many = NULL;
        for (size_t k = 0; k < f->row_count; k++) {
            if (!*what && (f->row[k].kind == FIELD_TEXT || f->row[k].kind == FIELD_ENUM))
                *what = f->row[k].item.id;
            if (!*many && f->row[k].kind == FIELD_INT)
                *many = f->row[k].item.id;
        }
        if (*what && *many)
            return f;
    }
    return NULL;
}

static double number_of(const json_t *v)
{
    double x = json_is_string(v) ? strtod(json_string_value(v), NULL) : json_number_value(v);
    return x > 0 ? x : 0;
}

static assay_status of_items(const drawing_wish *w, assay_err *err)
{
    drawing *d = w->d;
    const char *what = NULL, *many = NULL;
    const scheme_field *f = w->form ? counted(w->form, &what, &many) : NULL;
    const json_t *list = f ? json_object_get(w->values, f->item.id) : NULL;
    const char *names[PARETO_MOST];
    double weight[PARETO_MOST];
    size_t k = 0;
    for (size_t i = 0; i < json_array_size(list) && k < PARETO_MOST; i++) {
        const json_t *row = json_array_get(list, i);
        const char *name = json_string_value(json_object_get(row, what));
        names[k] = drawing_keep(d, name ? name : "–");
        weight[k++] = number_of(json_object_get(row, many));
    }
    buf_add_text(&d->title, w->effect);
    return rank(d, names, weight, k, err);
}

assay_status drawing_pareto(const drawing_wish *w, assay_err *err)
{
    return w->at.screen ? of_alarms(w, err) : of_items(w, err);
}

/* -- cause and effect ------------------------------------------------------------------------------------ */

typedef struct {
    cause_branch branch[DRAWING_BRANCHES];
    cause_twig twig[DRAWING_BRANCHES][DRAWING_TWIGS];
    size_t count, too_many;
} bones;

static cause_branch *branch_named(bones *b, drawing *d, const char *name)
{
    for (size_t i = 0; i < b->count; i++)
        if (strcmp(b->branch[i].name, name) == 0)
            return &b->branch[i];
    if (b->count == DRAWING_BRANCHES)
        return NULL;
    cause_branch *made = &b->branch[b->count];
    *made = (cause_branch){.name = drawing_keep(d, name), .twig = b->twig[b->count]};
    b->count++;
    return made;
}

static cause_twig *twig_named(bones *b, const char *text)
{
    for (size_t i = 0; i < b->count; i++)
        for (size_t k = 0; k < b->branch[i].count; k++)
            if (strcmp(b->twig[i][k].text, text) == 0)
                return &b->twig[i][k];
    return NULL;
}

static cause_twig *add_twig(bones *b, drawing *d, cause_branch *on, const char *text)
{
    if (!on || on->count == DRAWING_TWIGS) {
        b->too_many++;
        return NULL;
    }
    cause_twig *t = &b->twig[on - b->branch][on->count++];
    *t = (cause_twig){.text = drawing_keep(d, text)};
    return t;
}

/* Bytes of `text` before the first of `marks`, which are characters of any length; *mark: of it. */
static size_t until(const char *text, size_t length, const char *const *marks, size_t *mark)
{
    for (size_t i = 0; i < length; i++)
        for (size_t k = 0; marks[k]; k++) {
            *mark = strlen(marks[k]);
            if (i + *mark <= length && memcmp(text + i, marks[k], *mark) == 0)
                return i;
        }
    *mark = 0;
    return length;
}

static const char *trimmed(drawing *d, const char *text, size_t length)
{
    char room[400];
    while (length && isspace((unsigned char)*text))
        text++, length--;
    while (length && isspace((unsigned char)text[length - 1]))
        length--;
    snprintf(room, sizeof room, "%.*s", (int)(length < sizeof room ? length : sizeof room - 1), text);
    return drawing_keep(d, room);
}

static void read_line(bones *b, drawing *d, const char *line, size_t length)
{
    static const char *const colons[] = {":", "：", NULL}, *const commas[] = {",", ";", "，", "、", "；", NULL};
    size_t mark, n = until(line, length, colons, &mark);
    const char *name = trimmed(d, line, n);
    if (!*name)
        return;
    cause_branch *on = branch_named(b, d, name);
    for (size_t at = n + mark; at < length;) {
        size_t piece = until(line + at, length - at, commas, &mark);
        const char *text = trimmed(d, line + at, piece);
        if (*text)
            add_twig(b, d, on, text);
        at += piece + mark;
    }
}

static void read_outline(bones *b, drawing *d, const char *text)
{
    while (*text) {
        size_t length = strcspn(text, "\r\n");
        read_line(b, d, text, length);
        text += length + (text[length] != 0);
    }
}

static void take_listed(bones *b, drawing *d, const json_t *row)
{
    const char *text = json_string_value(json_object_get(row, "cause"));
    const char *item = json_string_value(json_object_get(row, "item"));
    const char *data = json_string_value(json_object_get(row, "data"));
    if (!text || !*text)
        return;
    text = trimmed(d, text, strlen(text));
    cause_twig *t = twig_named(b, text);
    if (!t)
        t = add_twig(b, d, branch_named(b, d, item && *item ? item : _("others")), text);
    if (!t)
        return;
    t->is_main |= json_is_true(json_object_get(row, "is_main"));
    t->has_data |= data && *data;
}

static void read_listed(bones *b, const drawing_wish *w)
{
    for (size_t i = 0; w->form && i < w->form->field_count; i++) {
        const json_t *list = json_object_get(w->values, w->form->field[i].item.id);
        if (w->form->field[i].kind == FIELD_ROWS)
            for (size_t k = 0; k < json_array_size(list); k++)
                take_listed(b, w->d, json_array_get(list, k));
    }
}

static void draw_cause(const drawing *d, canvas *c)
{
    plot_cause(c, &d->plot.cause);
}

static void tell_causes(drawing *d, const bones *b)
{
    const char *const head[] = {_("branch"), _("cause"), _("main cause"), _("linked to data")};
    drawing_columns(d, 4, head);
    for (size_t i = 0; i < b->count; i++) {
        for (size_t k = 0; k < b->branch[i].count; k++) {
            const cause_twig *t = &b->twig[i][k];
            drawing_row(d, 4, (const char *const[]){b->branch[i].name, t->text, t->is_main ? _("yes") : "",
                                                    t->has_data ? _("yes") : ""});
        }
        if (!b->branch[i].count)
            drawing_row(d, 4, (const char *const[]){b->branch[i].name, "–", "", ""});
    }
}

assay_status drawing_cause_effect(const drawing_wish *w, assay_err *err)
{
    drawing *d = w->d;
    bones *b = arena_new(&d->memory, bones);
    if (!b)
        return assay_fail(err, ASSAY_MEMORY, 0, "out of memory while drawing");
    if (!w->at.screen)
        read_outline(b, d, w->text);
    read_listed(b, w);
    if (!b->count)
        return assay_fail(err, ASSAY_NOT_FOUND, 0, "no cause is named yet");
    tell_causes(d, b);
    d->left_out = b->too_many;
    buf_add_text(&d->title, _("Causes and effect"));
    buf_add_text(&d->words, _("bold: main cause; filled: linked to data; ring: not yet"));
    d->plot.cause = (cause_plot){.title = buf_text(&d->title), .subtitle = buf_text(&d->words),
                                 .effect = drawing_keep(d, w->effect), .branch = b->branch, .count = b->count};
    d->height = plot_cause_height(&d->plot.cause);
    d->draw = draw_cause;
    return ASSAY_OK;
}
