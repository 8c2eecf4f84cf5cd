/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fields: "file*", "enum(a|b|c)", "money(krw)?", or a map with type, when, need, check, ... */
#include "scheme/scheme_reader.h"

#include "base/i18n.h"

#include <string.h>

typedef struct {
    const char *name;
    field_kind kind;
    bool is_personal; /* names a person or firm, or leads to one */
} field_type;

static const field_type field_types[] = {
    {"text", FIELD_TEXT, false},
    {"int", FIELD_INT, false},
    {"num", FIELD_NUM, false},
    {"money", FIELD_MONEY, false},
    {"percent", FIELD_PERCENT, false},
    {"bool", FIELD_BOOL, false},
    {"date", FIELD_DATE, false},
    {"time", FIELD_TIME, false},
    {"duration", FIELD_DURATION, false},
    {"period", FIELD_PERIOD, false},
    {"enum", FIELD_ENUM, false},
    {"set", FIELD_SET, false},
    {"scale", FIELD_SCALE, false},
    {"file", FIELD_FILE, false},
    {"photo", FIELD_PHOTO, false},
    {"sign", FIELD_SIGN, true},
    {"person", FIELD_PERSON, true},
    {"firm", FIELD_FIRM, true},
    {"team", FIELD_TEAM, true},
    {"ref", FIELD_REF, false},
    {"evidence", FIELD_EVIDENCE, false},
    {"chart", FIELD_CHART, false},
    {"characteristic", FIELD_CHARACTERISTIC, false},
    {"point", FIELD_POINT, true},
    {"contact", FIELD_CONTACT, true},
    {"badge", FIELD_BADGE, false},
};

static const char *const charts[] = {"pareto",  "cause_effect", "check_sheet", "histogram",
                                     "scatter", "stratified",   "control"};

#define TYPE_WORDS                                                                                 \
    "text int num money percent bool date time duration period enum(a|b) set(a|b) likert5 nps "    \
    "scale(1..9) file photo sign person firm team ref evidence chart characteristic point contact badge"

/* The text of a type, cut up: name, what stands in brackets, marks behind. */
typedef struct {
    const tree *tree;
    char name[32];
    const char *inner; /* NULL: no brackets */
    size_t inner_length;
    bool is_list, is_needed, is_optional;
} spelling;

static bool cut_up(reader *r, const tree *t, spelling *out)
{
    size_t n = t->length, open = strcspn(t->text, "(");
    *out = (spelling){.tree = t};
    for (; n && strchr("*?!", t->text[n - 1]); n--) {
        out->is_list |= t->text[n - 1] == '*';
        out->is_needed |= t->text[n - 1] == '!';
        out->is_optional |= t->text[n - 1] == '?';
    }
    if (open < n) {
        if (t->text[n - 1] != ')') {
            refuse_value(r, t, _("a closing bracket: enum(a|b)"));
            return false;
        }
        out->inner = t->text + open + 1;
        out->inner_length = n - open - 2;
        n = open;
    }
    if (n >= sizeof out->name)
        n = sizeof out->name - 1;
    memcpy(out->name, t->text, n);
    return true;
}

/* a|b|c */
static void read_choices(reader *r, const spelling *s, scheme_field *f)
{
    size_t n = s->inner_length ? 1 : 0;
    for (size_t i = 0; i < s->inner_length; i++)
        n += s->inner[i] == '|';
    if (n < 2) {
        refuse_value(r, s->tree, _("two choices or more: enum(a|b)"));
        return;
    }
    f->choice = READER_ARRAY(r, scheme_item, n);
    const char *p = s->inner, *end = s->inner + s->inner_length;
    for (size_t i = 0; f->choice && i < n; i++) {
        size_t length = 0;
        while (p + length < end && p[length] != '|')
            length++;
        const char *id = arena_text(r->memory, p, length);
        f->choice[i] = (scheme_item){.id = id ? id : "",
                                     .at = tree_place(s->tree, (size_t)(p - s->tree->text))};
        for (size_t k = 0; k < i; k++)
            if (strcmp(f->choice[k].id, f->choice[i].id) == 0)
                fault_add(r->faults, "duplicate-choice", f->choice[i].at, _("the choice %s twice"),
                          f->choice[i].id);
        if (length == 0)
            fault_add(r->faults, "value", f->choice[i].at, _("an empty choice"));
        p += length + 1;
    }
    f->choice_count = f->choice ? n : 0;
}

static bool read_number_pair(const char *text, size_t n, int64_t *low, int64_t *high)
{
    assay_rational a, b;
    for (size_t i = 0; i + 1 < n; i++)
        if (text[i] == '.' && text[i + 1] == '.') {
            if (assay_rational_parse(text, i, &a, NULL) != ASSAY_OK ||
                assay_rational_parse(text + i + 2, n - i - 2, &b, NULL) != ASSAY_OK ||
                !assay_rational_is_whole(a) || !assay_rational_is_whole(b) ||
                assay_rational_compare(a, b) >= 0 || a.num < -1000 || b.num > 1000)
                return false;
            *low = (int64_t)a.num;
            *high = (int64_t)b.num;
            return true;
        }
    return false;
}

/* likert5, nps: scales by another name. */
static bool read_scale_word(const char *name, scheme_field *f)
{
    assay_rational n;
    if (strcmp(name, "nps") == 0) {
        f->kind = FIELD_SCALE;
        f->low = 0;
        f->high = 10;
        return true;
    }
    if (strncmp(name, "likert", 6) != 0 ||
        assay_rational_parse(name + 6, strlen(name + 6), &n, NULL) != ASSAY_OK ||
        !assay_rational_is_whole(n) || n.num < 2 || n.num > 11)
        return false;
    f->kind = FIELD_SCALE;
    f->low = 1;
    f->high = (int64_t)n.num;
    return true;
}

static void read_inner(reader *r, const spelling *s, scheme_field *f)
{
    const char *inner = s->inner ? arena_text(r->memory, s->inner, s->inner_length) : NULL;
    switch (f->kind) {
    case FIELD_ENUM:
    case FIELD_SET:
        read_choices(r, s, f);
        return;
    case FIELD_MONEY:
    case FIELD_NUM:
    case FIELD_INT:
        f->unit = inner;
        return;
    case FIELD_REF:
        f->of = inner;
        return;
    case FIELD_CHART:
        f->of = inner;
        for (size_t i = 0; inner && i < sizeof charts / sizeof *charts; i++)
            if (strcmp(charts[i], inner) == 0)
                return;
        refuse_value(r, s->tree,
                     "chart(pareto|cause_effect|check_sheet|histogram|scatter|stratified|control)");
        return;
    case FIELD_SCALE:
        if (!inner || !read_number_pair(inner, s->inner_length, &f->low, &f->high))
            refuse_value(r, s->tree, "scale(1..9)");
        return;
    default:
        if (s->inner)
            fault_add(r->faults, "value", s->tree->at, _("%s takes nothing in brackets"), s->name);
    }
}

static void unknown_type(reader *r, const spelling *s)
{
    const char *name[sizeof field_types / sizeof *field_types];
    for (size_t i = 0; i < sizeof name / sizeof *name; i++)
        name[i] = field_types[i].name;
    scheme_fault *f =
        fault_add(r->faults, "unknown-type", s->tree->at, _("there is no type %s"), s->name);
    fault_expected(r->faults, f, TYPE_WORDS);
    const char *near = nearest_of(s->name, name, sizeof name / sizeof *name);
    if (near)
        fault_hint(r->faults, f, _("did you mean %s?"), near);
}

static void read_type(reader *r, const tree *t, scheme_field *f)
{
    spelling s;
    if (!need_scalar(r, t) || !cut_up(r, t, &s))
        return;
    f->is_list = s.is_list;
    f->is_needed = s.is_needed || (!s.is_list && !s.is_optional);
    if (read_scale_word(s.name, f))
        return;
    for (size_t i = 0; i < sizeof field_types / sizeof *field_types; i++)
        if (strcmp(field_types[i].name, s.name) == 0) {
            f->kind = field_types[i].kind;
            f->is_personal = field_types[i].is_personal;
            read_inner(r, &s, f);
            return;
        }
    unknown_type(r, &s);
}

/* -- long form ------------------------------------------------------------------------------- */

static void read_rows(reader *r, const tree *t, void *object)
{
    scheme_field *f = object;
    f->kind = FIELD_ROWS;
    read_fields(r, t, &f->row, &f->row_count);
    for (size_t i = 0; i < f->row_count; i++)
        if (f->row[i].kind == FIELD_ROWS)
            fault_add(r->faults, "value", f->row[i].item.at, _("a table inside a table"));
        else if (f->row[i].kind == FIELD_BADGE)
            fault_add(r->faults, "value", f->row[i].item.at, _("a badge inside a table"));
}

/* The type was read first: what else is said of the field wins over it. */
static void skip_type(reader *r, const tree *t, void *object)
{
    (void)r, (void)t, (void)object;
}

/* yes, no or a condition */
static void read_need(reader *r, const tree *t, void *object)
{
    scheme_field *f = object;
    if (t->kind == TREE_SCALAR && (strcmp(t->text, "yes") == 0 || strcmp(t->text, "no") == 0))
        f->is_needed = t->text[0] == 'y';
    else
        read_expr(r, t, WANT_BOOL, &f->need);
}

static const key_rule field_keys[] = {
    {.key = "type", .kind = KEY_OWN, .own = skip_type},
    {.key = "rows", .kind = KEY_OWN, .own = read_rows},
    {.key = "name", .kind = KEY_WORDS, .offset = offsetof(scheme_field, item.words)},
    {.key = "note", .kind = KEY_TEXT, .offset = offsetof(scheme_field, item.note)},
    {.key = "when", .kind = KEY_EXPR, .offset = offsetof(scheme_field, when), .extra = WANT_BOOL},
    {.key = "need", .kind = KEY_OWN, .own = read_need},
    {.key = "check", .kind = KEY_EXPR, .offset = offsetof(scheme_field, check), .extra = WANT_BOOL},
    {.key = "least",
     .kind = KEY_RATIONAL,
     .offset = offsetof(scheme_field, least),
     .more = offsetof(scheme_field, has_least)},
    {.key = "most",
     .kind = KEY_RATIONAL,
     .offset = offsetof(scheme_field, most),
     .more = offsetof(scheme_field, has_most)},
    {.key = "unit", .kind = KEY_TEXT, .offset = offsetof(scheme_field, unit)},
    {.key = "personal", .kind = KEY_BOOL, .offset = offsetof(scheme_field, is_personal)},
    {.key = "hide",
     .kind = KEY_TEXTS,
     .offset = offsetof(scheme_field, hide),
     .more = offsetof(scheme_field, hide_count)},
};

static void read_field(reader *r, const tree *t, scheme_field *f)
{
    if (t->kind == TREE_SCALAR) {
        read_type(r, t, f);
        return;
    }
    const tree *kind = tree_member(t, "type"), *row = tree_member(t, "rows");
    if (need_map(r, t) && !kind && !row) {
        refuse_value(r, t, _("a type, as in text or {type: text}"));
        return;
    }
    if (kind)
        read_type(r, kind, f);
    READ_KEYS(r, t, f, field_keys);
    if (f->has_least && f->has_most && assay_rational_compare(f->least, f->most) > 0)
        fault_add(r->faults, "value", t->at, _("least is more than most"));
}

void read_fields(reader *r, const tree *map, scheme_field **out, size_t *count)
{
    if (!need_map(r, map))
        return;
    scheme_field *f = READER_ARRAY(r, scheme_field, map->count);
    for (size_t i = 0; f && i < map->count; i++) {
        f[i].item = (scheme_item){.id = map->key[i], .at = map->key_at[i]};
        check_id(r, map->key[i], map->key_at[i]);
        read_field(r, map->item[i], &f[i]);
    }
    *out = f;
    *count = f ? map->count : 0;
}
