/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/story.h"

#include "base/i18n.h"
#include "report/paper.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

enum { TABLE_LINES = 40 };

typedef struct {
    const json_t *view;
    const scheme *s;
    const char *lang;
    const story_pictures *pictures;
} story;

static const char *text_in(const json_t *o, const char *name)
{
    const char *text = json_string_value(json_object_get(o, name));
    return text ? text : "";
}

/* -- values as words ----------------------------------------------------------------------------------- */

static void add_value(const story *t, const scheme_field *f, const json_t *v, buf *out);

static void add_choice(const story *t, const scheme_field *f, const char *id, buf *out)
{
    for (size_t i = 0; i < f->choice_count; i++)
        if (strcmp(f->choice[i].id, id) == 0) {
            buf_add_text(out, scheme_word(&f->choice[i], t->lang));
            return;
        }
    buf_add_text(out, id);
}

/* A file by its name, a period by its days. */
static void add_object(const json_t *v, buf *out)
{
    const char *name = text_in(v, "name"), *from = text_in(v, "from");
    if (json_is_true(json_object_get(v, "na")))
        buf_add_text(out, _("not applicable"));
    else if (*name)
        buf_add_text(out, name);
    else if (*from)
        buf_addf(out, "%s – %s", from, text_in(v, "to"));
    else
        buf_add_text(out, "–");
}

static void add_list(const story *t, const scheme_field *f, const json_t *v, buf *out)
{
    scheme_field one = *f;
    one.is_list = false;
    for (size_t i = 0; i < json_array_size(v); i++) {
        buf_add_text(out, i ? ", " : "");
        add_value(t, &one, json_array_get(v, i), out);
    }
}

static void add_value(const story *t, const scheme_field *f, const json_t *v, buf *out)
{
    const char *text = json_string_value(v);
    if (json_is_array(v))
        add_list(t, f, v, out);
    else if (json_is_boolean(v))
        buf_add_text(out, json_is_true(v) ? _("yes") : _("no"));
    else if (json_is_object(v))
        add_object(v, out);
    else if (text && (f->kind == FIELD_ENUM || f->kind == FIELD_SET))
        add_choice(t, f, text, out);
    else if (text)
        buf_addf(out, "%s%s%s", text, f->unit ? " " : "", f->unit ? f->unit : "");
    else if (json_is_number(v))
        buf_addf(out, "%g", json_number_value(v));
}

static void put_rows(const story *t, paper *p, const scheme_field *f, const json_t *list)
{
    paper_put(p, &paper_body, scheme_word(&f->item, t->lang));
    for (size_t i = 0; i < json_array_size(list); i++) {
        buf line = BUF_INIT;
        buf_addf(&line, "%zu. ", i + 1);
        for (size_t k = 0; k < f->row_count; k++) {
            const json_t *v = json_object_get(json_array_get(list, i), f->row[k].item.id);
            if (!v || json_is_null(v))
                continue;
            buf_addf(&line, "%s%s: ", k ? " · " : "", scheme_word(&f->row[k].item, t->lang));
            add_value(t, &f->row[k], v, &line);
        }
        paper_put(p, &paper_under, buf_text(&line));
        buf_done(&line);
    }
}

/* -- drawings -------------------------------------------------------------------------------------------- */

static void put_picture(void *context, canvas *c)
{
    const story *t = context;
    t->pictures->draw(t->pictures->context, c);
}

static void put_line(paper *p, const paper_style *style, const json_t *cells)
{
    buf line = BUF_INIT;
    for (size_t i = 0; i < json_array_size(cells); i++)
        buf_addf(&line, "%s%s", i ? "   " : "", json_string_value(json_array_get(cells, i)));
    paper_put(p, style, buf_text(&line));
    buf_done(&line);
}

/* A tool without a picture is its table. */
static void put_table(paper *p, const json_t *told)
{
    const json_t *rows = json_object_get(told, "rows");
    put_line(p, &paper_soft, json_object_get(told, "columns"));
    for (size_t i = 0; i < json_array_size(rows) && i < TABLE_LINES; i++)
        put_line(p, &paper_under, json_array_get(rows, i));
}

static bool put_drawing(story *t, paper *p, const char *form, const scheme_field *f)
{
    story_drawing d = {.table = BUF_INIT};
    if (!t->pictures->begin(t->pictures->context, form, f->item.id, &d)) {
        buf_done(&d.table);
        return false;
    }
    json_t *told = json_loads(buf_text(&d.table), 0, NULL);
    if (d.has_picture) /* a heading stays with what it names */
        paper_need(p, paper_picture_room(d.width, d.height) + 30);
    paper_put(p, &paper_item, scheme_word(&f->item, t->lang));
    if (d.has_picture)
        paper_picture(p, d.width, d.height, put_picture, t);
    else {
        paper_put(p, &paper_soft, text_in(told, "words"));
        put_table(p, told);
    }
    json_decref(told);
    buf_done(&d.table);
    return true;
}

/* -- the parts ---------------------------------------------------------------------------------------------- */

static void put_field(story *t, paper *p, const char *form, const scheme_field *f, const json_t *v)
{
    if (!v || json_is_null(v) || f->kind == FIELD_EVIDENCE) /* what was claimed stands with what was computed */
        return;
    if (f->kind == FIELD_ROWS) {
        put_rows(t, p, f, v);
        return;
    }
    if (f->kind == FIELD_CHART && put_drawing(t, p, form, f))
        return;
    buf line = BUF_INIT;
    add_value(t, f, v, &line);
    paper_pair(p, scheme_word(&f->item, t->lang), buf_text(&line));
    buf_done(&line);
}

/* Of a form that was handed in more than once the last word. */
static bool is_newest(const json_t *forms, size_t at)
{
    for (size_t i = at + 1; i < json_array_size(forms); i++)
        if (strcmp(text_in(json_array_get(forms, i), "form"), text_in(json_array_get(forms, at), "form")) == 0)
            return false;
    return true;
}

static void put_forms(story *t, paper *p)
{
    const json_t *forms = json_object_get(t->view, "forms");
    for (size_t i = 0; i < json_array_size(forms); i++) {
        char when[40];
        const json_t *one = json_array_get(forms, i), *values = json_object_get(one, "values");
        const scheme_form *form = scheme_find_form(t->s, text_in(one, "form"));
        if (!form || !is_newest(forms, i))
            continue;
        paper_put(p, &paper_part, scheme_word(&form->item, t->lang));
        if (!json_is_true(json_object_get(one, "final")))
            paper_put(p, &paper_soft, _("a draft: not handed in"));
        paper_put(p, &paper_soft, paper_clock(text_in(one, "at"), when));
        for (size_t k = 0; k < form->field_count; k++)
            put_field(t, p, form->item.id, &form->field[k], json_object_get(values, form->field[k].item.id));
    }
}

static void put_sealed(story *t, paper *p, size_t at)
{
    story_drawing d = {0};
    if (t->pictures->begin_sealed(t->pictures->context, at, &d))
        paper_picture(p, d.width, d.height, put_picture, t);
    else
        paper_put(p, &paper_soft, _("its chart does not come out again as it was sealed"));
}

static void put_evidence(story *t, paper *p)
{
    size_t i, k;
    json_t *e, *r;
    const json_t *all = json_object_get(t->view, "evidence");
    if (json_array_size(all))
        paper_put(p, &paper_part, _("Evidence, computed from the stored measurements"));
    json_array_foreach(all, i, e) {
        json_array_foreach(json_object_get(e, "results"), k, r) {
            buf line = BUF_INIT;
            buf_addf(&line, "%s: %s [%s, %s] · p %s", text_in(r, "path"), text_in(r, "effect"), text_in(r, "low"),
                     text_in(r, "high"), text_in(r, "p"));
            paper_put(p, &paper_body, buf_text(&line));
            buf_done(&line);
        }
        put_sealed(t, p, i);
    }
}

static void write_story(paper *p, void *context)
{
    story *t = context;
    const scheme_stage *now = scheme_find_stage(t->s, text_in(t->view, "stage"));
    paper_put(p, &paper_head, p->title);
    p->y += 6;
    paper_pair(p, _("Programme"), scheme_word(&t->s->item, t->lang));
    paper_pair(p, _("By"), text_in(t->view, "name"));
    paper_pair(p, _("Stands at"), now ? scheme_word(&now->item, t->lang) : "");
    put_forms(t, p);
    put_evidence(t, p);
}

assay_status story_pdf(const char *view, const scheme *s, const char *lang, const story_pictures *pictures,
                       buf *out, assay_err *err)
{
    json_t *o = json_loads(view, 0, NULL);
    if (!o)
        return assay_fail(err, ASSAY_FORMAT, 0, "a case cannot be read");
    story t = {.view = o, .s = s, .lang = lang, .pictures = pictures};
    const char *title = text_in(o, "title");
    bool is_fine = paper_pdf(text_in(o, "id"), *title ? title : scheme_word(&s->item, lang), write_story, &t, out);
    json_decref(o);
    return is_fine ? ASSAY_OK : assay_fail(err, ASSAY_MEMORY, 0, "the case cannot be drawn");
}
