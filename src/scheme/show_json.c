/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A compiled scheme as JSON, for screens and for readers in other languages. */
#include "scheme/show.h"

#include "base/json.h"

static void words(json *j, const scheme_words *w)
{
    if (!w->ko && !w->en && !w->zh)
        return;
    json_key(j, "name");
    json_flat_object(j);
    if (w->ko)
        json_member_text(j, "ko", w->ko);
    if (w->en)
        json_member_text(j, "en", w->en);
    if (w->zh)
        json_member_text(j, "zh", w->zh);
    json_end(j);
}

static void item(json *j, const scheme_item *i)
{
    json_member_text(j, "id", i->id);
    words(j, &i->words);
    if (i->note)
        json_member_text(j, "note", i->note);
    if (i->is_assumed)
        json_member_bool(j, "assumed", true);
}

static void exact(json *j, const char *key, value v)
{
    buf text = BUF_INIT;
    if (v.kind == VALUE_MISSING)
        return;
    value_json(v, &text);
    json_key(j, key);
    json_raw(j, buf_text(&text));
    buf_done(&text);
}

static void named(json *j, const char *key, const void *of)
{
    if (of)
        json_member_text(j, key, ((const scheme_item *)of)->id);
}

static void formula(json *j, const char *key, const expr *e)
{
    if (e)
        json_member_text(j, key, expr_text(e));
}

static void texts(json *j, const char *key, const char *const *list, size_t n)
{
    if (n == 0)
        return;
    json_key(j, key);
    json_flat_array(j);
    for (size_t i = 0; i < n; i++)
        json_text(j, list[i]);
    json_end(j);
}

/* -- forms ----------------------------------------------------------------------------------------
 */

static const char *field_name(field_kind kind)
{
    static const char *const names[] = {
        "text",     "int",    "num",  "money", "percent",  "bool",  "date",           "time",
        "duration", "period", "enum", "set",   "scale",    "file",  "photo",          "sign",
        "person",   "firm",   "team", "ref",   "evidence", "chart", "characteristic", "point",
        "contact",  "badge",  "rows"};
    return names[kind];
}

static void fields(json *j, const char *key, const scheme_field *f, size_t n)
{
    json_key(j, key);
    json_array(j);
    for (size_t i = 0; i < n; i++) {
        json_object(j);
        item(j, &f[i].item);
        json_member_text(j, "type", field_name(f[i].kind));
        if (f[i].is_list)
            json_member_bool(j, "list", true);
        json_member_bool(j, "needed", f[i].is_needed);
        if (f[i].is_personal)
            json_member_bool(j, "personal", true);
        if (f[i].of)
            json_member_text(j, "of", f[i].of);
        if (f[i].unit)
            json_member_text(j, "unit", f[i].unit);
        if (f[i].kind == FIELD_SCALE) {
            json_member_integer(j, "low", f[i].low);
            json_member_integer(j, "high", f[i].high);
        }
        if (f[i].has_least)
            exact(j, "least", value_number(f[i].least));
        if (f[i].has_most)
            exact(j, "most", value_number(f[i].most));
        formula(j, "when", f[i].when);
        formula(j, "need", f[i].need);
        formula(j, "check", f[i].check);
        if (f[i].choice_count) {
            json_key(j, "choices");
            json_array(j);
            for (size_t k = 0; k < f[i].choice_count; k++) {
                json_flat_object(j);
                item(j, &f[i].choice[k]);
                json_end(j);
            }
            json_end(j);
        }
        if (f[i].row_count)
            fields(j, "rows", f[i].row, f[i].row_count);
        json_end(j);
    }
    json_end(j);
}

static void forms(json *j, const scheme *s)
{
    json_key(j, "forms");
    json_array(j);
    for (size_t i = 0; i < s->form_count; i++) {
        json_object(j);
        item(j, &s->form[i].item);
        if (s->form[i].is_survey)
            json_member_bool(j, "survey", true);
        fields(j, "fields", s->form[i].field, s->form[i].field_count);
        json_end(j);
    }
    json_end(j);
}

/* -- rubrics
 * --------------------------------------------------------------------------------------- */

static void levels(json *j, const scheme_node *n)
{
    json_key(j, "levels");
    json_array(j);
    for (size_t i = 0; i < n->level_count; i++) {
        json_flat_object(j);
        json_member_text(j, "code", n->level[i].code);
        exact(j, "worth", value_number(n->level[i].worth));
        words(j, &n->level[i].anchor);
        json_end(j);
    }
    json_end(j);
}

static void rubrics(json *j, const scheme *s)
{
    static const char *const scales[] = {"points", "list", "lookup"};
    json_key(j, "rubrics");
    json_array(j);
    for (size_t i = 0; i < s->rubric_count; i++) {
        const scheme_rubric *r = &s->rubric[i];
        json_object(j);
        item(j, &r->item);
        json_key(j, "nodes");
        json_array(j);
        for (size_t k = 0; k < r->node_count; k++) {
            const scheme_node *n = &r->node[k];
            json_object(j);
            item(j, &n->item);
            json_member_integer(j, "parent", n->parent);
            json_member_bool(j, "leaf", n->is_leaf);
            exact(j, "points", value_number(n->points));
            if (n->is_leaf) {
                json_member_text(j, "scale", scales[n->scale]);
                exact(j, "step", value_number(n->step));
                json_member_bool(j, "na", n->may_na);
                json_member_bool(j, "star", n->is_starred);
            }
            formula(j, "repeat", n->repeat);
            if (n->is_leaf && n->level_count)
                levels(j, n);
            json_end(j);
        }
        json_end(j);
        json_end(j);
    }
    json_end(j);
}

/* -- the rest
 * --------------------------------------------------------------------------------------- */

static void stages(json *j, const scheme *s)
{
    json_key(j, "stages");
    json_array(j);
    for (size_t i = 0; i < s->stage_count; i++) {
        const scheme_stage *t = &s->stage[i];
        json_object(j);
        item(j, &t->item);
        json_key(j, "who");
        json_flat_array(j);
        for (size_t k = 0; k < t->who_count; k++)
            json_text(j, t->who[k]->item.id);
        json_end(j);
        named(j, "form", t->form);
        named(j, "assign", t->assign);
        for (size_t k = 0; k < t->rubric_count && k < 1; k++)
            named(j, "rubric", t->rubric[k].use);
        named(j, "bank", t->bank);
        named(j, "tally", t->tally);
        named(j, "gate", t->gate);
        named(j, "title", t->title);
        named(j, "publish", t->publish);
        named(j, "next", t->next);
        exact(j, "due", t->due);
        exact(j, "every", t->every);
        formula(j, "when", t->when);
        json_end(j);
    }
    json_end(j);
}

static void items(json *j, const char *key, const void *first, size_t size, size_t n)
{
    json_key(j, key);
    json_array(j);
    for (size_t i = 0; i < n; i++) {
        json_flat_object(j);
        item(j, (const scheme_item *)(const void *)((const char *)first + i * size));
        json_end(j);
    }
    json_end(j);
}

static void roles(json *j, const scheme *s)
{
    json_key(j, "roles");
    json_array(j);
    for (size_t i = 0; i < s->role_count; i++) {
        json_flat_object(j);
        item(j, &s->role[i].item);
        if (s->role[i].is_case)
            json_member_bool(j, "of_case", true);
        json_end(j);
    }
    json_end(j);
}

static void gates(json *j, const scheme *s)
{
    json_key(j, "gates");
    json_array(j);
    for (size_t i = 0; i < s->gate_count; i++) {
        json_flat_object(j);
        item(j, &s->gate[i].item);
        if (s->gate[i].vote)
            json_member_text(j, "vote", s->gate[i].vote->item.id);
        json_end(j);
    }
    json_end(j);
}

static void rules(json *j, const scheme *s)
{
    json_key(j, "rules");
    json_array(j);
    for (size_t i = 0; i < s->rule_count; i++) {
        json_object(j);
        item(j, &s->rule[i].item);
        formula(j, "is", s->rule[i].is);
        json_end(j);
    }
    json_end(j);
}

static void bands(json *j, const scheme *s)
{
    json_key(j, "bands");
    json_array(j);
    for (size_t i = 0; i < s->gate_count; i++)
        for (size_t k = 0; k < s->gate[i].band_count; k++) {
            json_flat_object(j);
            item(j, &s->gate[i].band[k].item);
            json_end(j);
        }
    json_end(j);
}

void scheme_show_json(const scheme *s, buf *out)
{
    json j;
    char digest[65];
    sha256_to_hex(&s->digest, digest);
    json_init(&j, out, NULL, NULL);
    json_object(&j);
    json_member_text(&j, "scheme", s->item.id);
    json_member_text(&j, "rev", s->rev);
    json_member_text(&j, "digest", digest);
    words(&j, &s->item.words);
    json_member_text(&j, "case", s->case_of);
    texts(&j, "basis", s->basis, s->basis_count);
    texts(&j, "assumed", s->assumed, s->assumed_count);
    stages(&j, s);
    fields(&j, "party", s->party.field, s->party.field_count);
    forms(&j, s);
    rubrics(&j, s);
    rules(&j, s);
    roles(&j, s);
    items(&j, "tallies", s->tally, sizeof *s->tally, s->tally_count);
    gates(&j, s);
    bands(&j, s);
    items(&j, "banks", s->bank, sizeof *s->bank, s->bank_count);
    items(&j, "titles", s->title, sizeof *s->title, s->title_count);
    items(&j, "measures", s->measure, sizeof *s->measure, s->measure_count);
    items(&j, "money", s->money, sizeof *s->money, s->money_count);
    items(&j, "publications", s->publish, sizeof *s->publish, s->publish_count);
    json_end(&j);
    json_done(&j);
}
