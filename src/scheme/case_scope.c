/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the names of a scheme stand for in one case.
 *
 * Fields, sheets, exams and stages come from the case's own log. The rest of the world (the party's
 * attributes, other cases, measures, holders, the day) is asked once and kept as facts, which the
 * record of a decision seals: a replay asks the record, not the world. */
#include "scheme/case_inner.h"

#include "base/decimal.h"
#include "base/time.h"

#include <stdio.h>
#include <string.h>

/* -- facts ------------------------------------------------------------------------------------- */

typedef value world(case_scope *s, const expr_name *name);

static value ask(case_scope *s, const char *key, world *of, const expr_name *name)
{
    const json_t *fact = json_object_get(s->facts, key);
    if (fact || s->is_replay)
        return fact_read(fact, &s->c->memory);
    value v = of(s, name);
    json_object_set_new(s->facts, key, fact_write(v));
    return v;
}

/* -- the party ---------------------------------------------------------------------------------- */

static value party_attribute(case_scope *s, const expr_name *name)
{
    const scheme_field *f = &s->c->scheme->party.field[name->index];
    object_id id;
    value v = VALUE_NONE;
    if (!s->party && case_party(s->c->state, &id) &&
        party_opened(s->c->d->s, &id, &s->party, NULL) != ASSAY_OK)
        s->party = NULL;
    const json_t *given = json_object_get(json_object_get(s->party, "open"), f->item.id);
    return field_read(f, given, &s->c->memory, &v, NULL) == ASSAY_OK ? v : VALUE_NONE;
}

/* -- other cases ---------------------------------------------------------------------------------- */

static value case_record(case_scope *s, const object_id *id)
{
    static const char *const names[] = {"id",   "scheme",          "stage",  "outcome",
                                        "band", "effect_verified", "saving", "points"};
    value_member *m = arena_array(&s->c->memory, value_member, 12);
    char text[ID_TEXT];
    buf row = BUF_INIT;
    size_t n = 0;
    if (!m || store_entry_get(s->c->d->s, "case", id, &row, NULL) != ASSAY_OK) {
        buf_done(&row);
        return VALUE_NONE;
    }
    json_t *o = json_tree(buf_text(&row));
    id_text(id, text);
    set_text(o, "id", text);
    for (size_t i = 0; i < 8; i++) {
        const json_t *given = json_object_get(o, names[i]);
        value v = json_is_boolean(given) ? value_bool(json_is_true(given))
                  : i >= 6               ? number_read(given)
                                         : row_text(&s->c->memory, json_string_value(given));
        m[n++] = (value_member){names[i], v};
    }
    const char *phase = text_of(o, "phase");
    m[n++] = (value_member){"closed", value_bool(phase && text_of(o, "closed") != NULL)};
    m[n++] = (value_member){"opened_on", row_day(o, "opened")};
    m[n++] = (value_member){"closed_on", row_day(o, "closed")};
    json_decref(o);
    buf_done(&row);
    return (value){.kind = VALUE_RECORD, .as.record = {m, n}};
}

static value reference(case_scope *s, value given)
{
    object_id id;
    value text = given.kind == VALUE_RECORD ? value_member_of(given, "case") : given;
    return text.kind == VALUE_TEXT && id_read(text.as.text, &id) ? case_record(s, &id)
                                                                  : VALUE_NONE;
}

/* -- evidence ---------------------------------------------------------------------------------- */

const json_t *case_newest_evidence(const json_t *state, const char *field)
{
    const json_t *list = json_object_get(state, "evidence");
    for (size_t i = json_array_size(list); i-- > 0;) {
        const json_t *e = json_array_get(list, i);
        const char *name = text_of(json_object_get(e, "claim"), "field");
        if (name && strcmp(name, field) == 0)
            return e;
    }
    return NULL;
}

static bool has_outcome(const json_t *e, const char *word)
{
    const char *outcome = text_of(e, "outcome");
    return outcome && strcmp(outcome, word) == 0;
}

/* A sealed figure may have an exponent: 4.7e-53 is a p; what is below 10^-30 is 0 to a gate. */
static value number_of(const json_t *o, const char *name)
{
    const char *text = text_of(o, name);
    assay_rational n;
    decimal d;
    if (!text || decimal_parse(text, strlen(text), '.', &d, NULL) != DECIMAL_OK)
        return number_read(json_object_get(o, name));
    if (d.exponent < -30 && assay_rational_of_decimal(d.mantissa, d.exponent, &n, NULL) != ASSAY_OK)
        return value_whole(0);
    return assay_rational_of_decimal(d.mantissa, d.exponent, &n, NULL) == ASSAY_OK ? value_number(n)
                                                                                  : VALUE_NONE;
}

static bool is_stable(const json_t *result, const char *side)
{
    const char *word = text_of(json_object_get(result, side), "stability");
    return word && strcmp(word, "stable") == 0;
}

static value evidence_record_of(case_scope *s, const scheme_field *f)
{
    const json_t *e = case_newest_evidence(s->c->state, f->item.id);
    const json_t *r = json_array_get(json_object_get(e, "results"), 0);
    const json_t *before = json_object_get(r, "before"), *period = json_object_get(r, "period");
    const json_t *after = period ? period : json_object_get(r, "after");
    const char *last = period ? "period" : "after";
    value_member *m = arena_array(&s->c->memory, value_member, 20);
    size_t n = 0;
    if (!e || !m)
        return VALUE_NONE;
    bool is_shown = has_outcome(e, "shown");
    m[n++] = (value_member){"verified", value_bool(is_shown)};
    m[n++] = (value_member){"significant", value_bool(is_shown || has_outcome(e, "smaller"))};
    m[n++] = (value_member){"stable", value_bool((period || is_stable(r, "before")) && is_stable(r, last))};
    static const char *const names[] = {"effect", "low", "high", "p"};
    for (size_t i = 0; i < 4; i++)
        m[n++] = (value_member){names[i], number_of(r, names[i])};
    m[n++] = (value_member){"claimed", number_of(json_object_get(e, "claim"), "value")};
    const char *kind = text_of(json_object_get(e, "claim"), "claim");
    const char *figure = !kind || !strcmp(kind, "mean") ? "mean"
                         : !strcmp(kind, "sd")          ? "sd"
                         : strstr(kind, "pk")           ? "index"
                                                        : "rate";
    m[n++] = (value_member){"before", number_of(before, figure)};
    m[n++] = (value_member){"after", number_of(after, figure)};
    value index = number_of(after, "index");
    m[n++] = (value_member){"cpk", kind && !strcmp(kind, "cpk") ? index : VALUE_NONE};
    m[n++] = (value_member){"ppk", kind && !strcmp(kind, "ppk") ? index : VALUE_NONE};
    m[n++] = (value_member){"grr_percent", kind && !strcmp(kind, "grr") ? number_of(r, "effect") : VALUE_NONE};
    m[n++] = (value_member){"ndc", number_of(json_object_get(r, "gauge"), "ndc")};
    m[n++] = (value_member){"n", number_of(after, "n")};
    m[n++] = (value_member){"money", number_of(json_object_get(r, "saving"), "value")};
    m[n++] = (value_member){"characteristic", row_text(&s->c->memory, text_of(r, "path"))};
    return (value){.kind = VALUE_RECORD, .as.record = {m, n}};
}

/* -- fields -------------------------------------------------------------------------------------- */

static value field_plain(case_scope *s, const expr_name *name)
{
    const scheme_form *form = &s->c->scheme->form[name->index];
    const scheme_field *f = &form->field[name->part];
    json_t *values = case_values(s->c, form->item.id, true), *kept;
    value read = VALUE_NONE, v = VALUE_NONE;
    if (field_read(f, json_object_get(values, f->item.id), &s->c->memory, &read, NULL) == ASSAY_OK &&
        !value_copy(&s->c->memory, read, &v)) /* its texts go with `values` */
        v = VALUE_NONE;
    kept = values;
    json_decref(kept);
    return v;
}

static value field_reference(case_scope *s, const expr_name *name)
{
    value v = field_plain(s, name);
    if (v.kind != VALUE_LIST)
        return reference(s, v);
    value *item = arena_array(&s->c->memory, value, v.as.list.count + 1);
    for (size_t i = 0; item && i < v.as.list.count; i++)
        item[i] = reference(s, v.as.list.item[i]);
    return (value){.kind = VALUE_LIST, .as.list = {item, item ? v.as.list.count : 0}};
}

static value get_field(case_scope *s, const expr_name *name)
{
    const scheme_field *f = &s->c->scheme->form[name->index].field[name->part];
    char key[200];
    if (f->kind == FIELD_EVIDENCE)
        return evidence_record_of(s, f);
    if (f->kind != FIELD_REF)
        return field_plain(s, name);
    snprintf(key, sizeof key, "field:%u.%u", name->index, name->part);
    return ask(s, key, field_reference, name);
}

/* -- exams, stages ---------------------------------------------------------------------------------- */

static value get_exam(case_scope *s, const expr_name *name)
{
    const json_t *list = json_object_get(s->c->state, "exams");
    const char *bank = s->c->scheme->bank[name->index].item.id;
    for (size_t i = json_array_size(list); i-- > 0;) {
        const json_t *e = json_array_get(list, i);
        if (strcmp(text_of(e, "bank"), bank) == 0)
            return name->text ? number_of(json_object_get(e, "topics"), name->text)
                              : number_of(e, "percent");
    }
    return VALUE_NONE;
}

static value get_stage(case_scope *s, const expr_name *name)
{
    const char *stage = s->c->scheme->stage[name->index].item.id;
    const json_t *seen = json_object_get(json_object_get(s->c->state, "stages"), stage);
    if (strcmp(name->text, "times") == 0)
        return value_whole(case_visit(s->c->state, stage));
    if (strcmp(name->text, "late") == 0)
        return value_bool(json_is_true(json_object_get(seen, "late")));
    if (strcmp(name->text, "outcome") == 0)
        return row_text(&s->c->memory, text_of(seen, "outcome"));
    return row_day(seen, name->text);
}

/* -- the world ---------------------------------------------------------------------------------------- */

static value the_day(case_scope *s, const expr_name *name)
{
    (void)name;
    return value_day(s->c->now / 1000000000);
}

static bool is_there(const store_entry *e, void *context)
{
    (void)e;
    *(bool *)context = true;
    return false;
}

static value prior_title(case_scope *s)
{
    char prefix[160];
    bool found = false;
    snprintf(prefix, sizeof prefix, "%.32s/%.80s/", text_of(s->c->state, "party"),
             s->c->scheme->item.id);
    store_page page = {.list = "title/party", .prefix = prefix, .limit = 1};
    if (store_entries(s->c->d->s, &page, is_there, &found, NULL) != ASSAY_OK)
        return VALUE_NONE;
    return value_bool(found);
}

static value builtin(case_scope *s, const expr_name *name)
{
    civil day;
    if (strcmp(name->text, "prior_title") == 0)
        return prior_title(s);
    if (strcmp(name->text, "year") == 0) {
        civil_from_ns(s->c->now, &day);
        return value_whole(day.year);
    }
    return case_rows(s, name->text);
}

static bool keep_figure(const store_entry *e, void *context)
{
    json_t *row = json_tree(e->row);
    *(value *)context = number_of(row, "value");
    json_decref(row);
    return false;
}

static value newest_figure(case_scope *s, const expr_name *name)
{
    char prefix[200];
    value v = VALUE_NONE;
    snprintf(prefix, sizeof prefix, "%.80s/%.80s/", s->c->scheme->item.id,
             s->c->scheme->measure[name->index].item.id);
    store_page page = {.list = "measure", .prefix = prefix, .limit = 1, .is_down = true};
    return store_entries(s->c->d->s, &page, keep_figure, &v, NULL) == ASSAY_OK ? v : VALUE_NONE;
}

/* -- tallies --------------------------------------------------------------------------------------------- */

static value get_result(case_scope *s, const scheme_tally *t, const expr_name *name)
{
    const tally_result *r;
    value v = VALUE_NONE, kept = VALUE_NONE;
    if (case_tally(s, t, &r, NULL) == ASSAY_OK && r)
        v = tally_value(r, name);
    (void)kept;
    return v;
}

static value get_node(case_scope *s, const expr_name *name)
{
    const scheme *sc = s->c->scheme;
    const scheme_rubric *wanted = &sc->rubric[name->index];
    for (size_t i = 0; i < sc->tally_count; i++)
        for (size_t k = 0; k < sc->tally[i].rubric_count; k++)
            if (sc->tally[i].rubric[k] == wanted) {
                const tally_result *r;
                if (case_tally(s, &sc->tally[i], &r, NULL) == ASSAY_OK && r && r->rubric == wanted)
                    return tally_value(r, name);
            }
    return VALUE_NONE;
}

/* -- the scope -------------------------------------------------------------------------------------------- */

static void get(void *context, const expr_name *name, value *out)
{
    case_scope *s = context;
    char key[240];
    *out = VALUE_NONE;
    switch (name->kind) {
    case NAME_FIELD:
        *out = get_field(s, name);
        break;
    case NAME_PARTY:
        snprintf(key, sizeof key, "party:%.100s", s->c->scheme->party.field[name->index].item.id);
        *out = ask(s, key, party_attribute, name);
        break;
    case NAME_TALLY:
        *out = get_result(s, &s->c->scheme->tally[name->index], name);
        break;
    case NAME_NODE:
        *out = get_node(s, name);
        break;
    case NAME_EXAM:
        *out = get_exam(s, name);
        break;
    case NAME_STAGE:
        *out = get_stage(s, name);
        break;
    case NAME_MEASURE:
        snprintf(key, sizeof key, "measure:%.100s",
                 s->c->scheme->measure[name->index].item.id);
        *out = ask(s, key, newest_figure, name);
        break;
    case NAME_TODAY:
        *out = ask(s, "today", the_day, name);
        break;
    case NAME_BUILTIN:
        snprintf(key, sizeof key, "builtin:%.100s", name->text);
        *out = ask(s, key, builtin, name);
        break;
    case NAME_JUDGE: /* only in the weights of a tally: case_tally.c */
    case NAME_RULE:
        break;
    }
}

assay_status case_scope_init(case_scope *s, the_case *c, const json_t *facts, assay_err *err)
{
    size_t n = c->scheme->tally_count;
    *s = (case_scope){.c = c,
                      .scope = {.scheme = c->scheme, .memory = &c->memory, .get = get, .context = s},
                      .facts = facts ? json_deep_copy(facts) : json_object(),
                      .is_replay = facts != NULL,
                      .result = arena_array(&c->memory, tally_result, n + 1),
                      .has_result = arena_array(&c->memory, bool, n + 1)};
    return s->facts && s->result && s->has_result
               ? ASSAY_OK
               : assay_fail(err, ASSAY_MEMORY, 0, "no memory to decide");
}

void case_scope_done(case_scope *s)
{
    json_decref(s->facts);
    json_decref(s->party);
    s->facts = s->party = NULL;
}
