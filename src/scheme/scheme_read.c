/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bytes to a scheme or to a list of faults. */
#include "scheme/scheme_reader.h"

#include "base/i18n.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* -- the head of the file -------------------------------------------------------------------- */

static void read_id(reader *r, const tree *t, void *object)
{
    scheme *s = object;
    if (!need_scalar(r, t))
        return;
    s->item.id = t->text;
    bool is_fine = t->length > 0 && t->length <= 64;
    for (size_t i = 0; i < t->length; i++)
        is_fine &= (t->text[i] >= 'a' && t->text[i] <= 'z') ||
                   (i && ((t->text[i] >= '0' && t->text[i] <= '9') ||
                          (strchr("._-", t->text[i]) && i + 1 < t->length)));
    if (!is_fine)
        refuse_value(r, t, _("small letters, digits and points: org.prize"));
}

static void read_open(reader *r, const tree *t, scheme_cycle *c)
{
    static const int days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    unsigned month = 0, day = 0;
    char end = 0;
    if (!need_scalar(r, t))
        return;
    if (sscanf(t->text, "%2u-%2u%c", &month, &day, &end) != 2 || month < 1 || month > 12 ||
        day < 1 || (int)day > days[month - 1]) {
        refuse_value(r, t, _("month and day: 04-01"));
        return;
    }
    c->open_month = (int32_t)month;
    c->open_day = (int32_t)day;
}

static void read_cycle(reader *r, const tree *t, void *object)
{
    static const char *const known[] = {"every", "open", "call"};
    scheme_cycle *c = &((scheme *)object)->cycle;
    if (!need_map(r, t))
        return;
    const tree *every = tree_member(t, "every"), *open = tree_member(t, "open"),
               *call = tree_member(t, "call");
    if (every && every->kind == TREE_SCALAR && strcmp(every->text, "open") == 0)
        c->is_open = true;
    else if (every)
        read_duration(r, every, &c->every);
    if (open)
        read_open(r, open, c);
    if (call)
        read_duration(r, call, &c->call);
    for (size_t i = 0; i < t->count; i++) {
        bool is_known = false;
        for (size_t k = 0; k < 3; k++)
            is_known |= strcmp(known[k], t->key[i]) == 0;
        if (!is_known)
            fault_expected(r->faults,
                           fault_add(r->faults, "unknown-key", t->key_at[i],
                                     _("the key %s means nothing here"), t->key[i]),
                           "every, open, call");
    }
}

static void read_party_fields(reader *r, const tree *t, void *object)
{
    scheme_party *p = object;
    read_fields(r, t, &p->field, &p->field_count);
}

static void read_party(reader *r, const tree *t, void *object)
{
    static const key_rule keys[] = {
        {.key = "relations",
         .kind = KEY_TEXTS,
         .offset = offsetof(scheme_party, relation),
         .more = offsetof(scheme_party, relation_count)},
        {.key = "lookback", .kind = KEY_DURATION, .offset = offsetof(scheme_party, lookback)},
        {.key = "fields", .kind = KEY_OWN, .own = read_party_fields},
    };
    scheme_party *p = &((scheme *)object)->party;
    p->at = t->at;
    READ_KEYS(r, t, p, keys);
}

static void skip(reader *r, const tree *t, void *object)
{
    (void)r, (void)t, (void)object;
}

#define SKIPPED(word)                                                                              \
    {                                                                                              \
        .key = word, .kind = KEY_OWN, .own = skip                                                  \
    }

static const key_rule head_keys[] = {
    {.key = "scheme", .kind = KEY_OWN, .own = read_id},
    {.key = "rev", .kind = KEY_TEXT, .offset = offsetof(scheme, rev)},
    {.key = "name", .kind = KEY_WORDS, .offset = offsetof(scheme, item.words)},
    {.key = "note", .kind = KEY_TEXT, .offset = offsetof(scheme, item.note)},
    {.key = "basis",
     .kind = KEY_TEXTS,
     .offset = offsetof(scheme, basis),
     .more = offsetof(scheme, basis_count)},
    {.key = "case", .kind = KEY_TEXT, .offset = offsetof(scheme, case_of)},
    {.key = "cycle", .kind = KEY_OWN, .own = read_cycle},
    {.key = "party", .kind = KEY_OWN, .own = read_party},
    SKIPPED("words"),
    SKIPPED("assumed"),
    SKIPPED("role"),
    SKIPPED("form"),
    SKIPPED("rule"),
    SKIPPED("rubric"),
    SKIPPED("bank"),
    SKIPPED("assign"),
    SKIPPED("tally"),
    SKIPPED("gate"),
    SKIPPED("stage"),
    SKIPPED("measure"),
    SKIPPED("money"),
    SKIPPED("title"),
    SKIPPED("publish"),
};

static void read_head(reader *r)
{
    static const char *const needed[] = {"scheme", "rev", "name", "case", "stage"};
    r->s->item.at = r->root->at;
    READ_KEYS(r, r->root, r->s, head_keys);
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
        if (r->root->kind == TREE_MAP && !tree_member(r->root, needed[i]))
            fault_add(r->faults, "missing-key", r->root->at, _("the key %s is missing"), needed[i]);
}

/* -- sections ------------------------------------------------------------------------------------
 */

/* The element of a list of maps, or the member of a map. */
static const tree *body(const tree *t, size_t i)
{
    return t->item[i];
}

static void take_stage_id(reader *r, const tree *t, scheme_item *item)
{
    const tree *id = tree_member(t, "id");
    item->at = id ? id->at : t->at;
    if (t->kind != TREE_MAP)
        refuse_value(r, t, "{id: apply, who: applicant, ...}");
    else if (!id || id->kind != TREE_SCALAR)
        fault_add(r->faults, "missing-key", t->at, _("a stage without id"));
    else
        item->id = id->text;
    if (item->id)
        check_id(r, item->id, item->at);
    else
        item->id = "";
}

static void check_twice(reader *r, section_id id, size_t n)
{
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < i; k++) {
            const scheme_item *a = section_element(r->s, id, k), *b = section_element(r->s, id, i);
            if (*b->id && strcmp(a->id, b->id) == 0)
                fault_hint(r->faults,
                           fault_add(r->faults, "duplicate-id", b->at, _("the %s %s twice"),
                                     section_table[id].name, b->id),
                           _("the first one is at line %u"), a->at.line);
        }
}

static bool is_spoken_of(section_id id)
{
    return id == SECTION_FORM || id == SECTION_RULE || id == SECTION_RUBRIC || id == SECTION_BANK ||
           id == SECTION_TALLY || id == SECTION_MEASURE;
}

#define ITEMS_MOST 400

/* Arrays and ids first, so that anything can refer to anything. */
static void allocate(reader *r, section_id id)
{
    const section *sec = &section_table[id];
    const tree *t = tree_member(r->root, sec->name);
    tree_kind wanted = id == SECTION_STAGE ? TREE_LIST : TREE_MAP;
    if (!t)
        return;
    if (t->kind != wanted || t->count > ITEMS_MOST) {
        refuse_value(r, t,
                     t->kind == wanted     ? _("at most 400 entries")
                     : id == SECTION_STAGE ? _("a list of stages: - {id: apply, ...}")
                                           : _("a map: {id: ...}"));
        return;
    }
    char *array = reader_array(r, t->count, sec->size);
    if (!array)
        return;
    memcpy((char *)r->s + sec->array, &array, sizeof array);
    memcpy((char *)r->s + sec->count, &t->count, sizeof t->count);
    for (size_t i = 0; i < t->count; i++) {
        scheme_item *item = section_element(r->s, id, i);
        if (id == SECTION_STAGE) {
            take_stage_id(r, t->item[i], item);
            continue;
        }
        *item = (scheme_item){.id = t->key[i], .at = t->key_at[i]};
        if (is_spoken_of(id))
            check_id(r, t->key[i], t->key_at[i]);
        else
            check_name(r, t->key[i], t->key_at[i]);
    }
    check_twice(r, id, t->count);
}

static void read_section(reader *r, section_id id)
{
    const tree *t = tree_member(r->root, section_table[id].name);
    for (size_t i = 0; i < section_length(r->s, id); i++)
        section_table[id].read(r, body(t, i), section_element(r->s, id, i));
}

/* -- expressions
 * ----------------------------------------------------------------------------------- */

static const type *ask(void *context, expr_name_kind kind, uint32_t index);

static expr_compiler compiler(reader *r, const pending *p)
{
    return (expr_compiler){.scheme = r->s,
                           .faults = r->faults,
                           .memory = r->memory,
                           .place = p->place,
                           .type_of = ask,
                           .context = r};
}

#define COST_MOST 100000

/* Nodes of an expression with all it rests on written out: what an evaluation may cost. */
static uint64_t cost_of(const reader *r, const expr *e)
{
    uint64_t cost = 1;
    if (!e)
        return 0;
    for (size_t i = 0; e->op == EXPR_NAME && i < r->pending_count; i++)
        if (r->pending[i].owner == e->name.kind && r->pending[i].index == e->name.index)
            cost += r->pending[i].cost;
    cost += cost_of(r, e->a) + cost_of(r, e->b) + cost_of(r, e->c);
    for (size_t i = 0; i < e->arg_count; i++)
        cost += cost_of(r, e->arg[i]);
    return cost > 10 * COST_MOST ? 10 * COST_MOST : cost;
}

static void check_want(reader *r, const pending *p, const expr *e)
{
    const type *t = e->type;
    bool is_fine = t->kind == TYPE_UNKNOWN;
    const char *expected = NULL;
    switch (p->want) {
    case WANT_ANY:
        is_fine |= t->kind != TYPE_TABLE;
        expected = _("a value");
        break;
    case WANT_BOOL:
        is_fine |= t->kind == TYPE_BOOL;
        expected = _("a condition, true or false");
        break;
    case WANT_NUMBER:
        is_fine |= t->kind == TYPE_NUMBER;
        expected = _("a number");
        break;
    case WANT_LIST_OR_NUMBER:
        is_fine |= t->kind == TYPE_NUMBER || t->kind == TYPE_LIST;
        expected = _("a list, or how many");
        break;
    case WANT_ORDERED:
        is_fine |= t->kind == TYPE_NUMBER || t->kind == TYPE_DATE || t->kind == TYPE_ENUM;
        expected = _("a number, a date or a choice; draw; share");
        break;
    }
    if (!is_fine)
        fault_expected(
            r->faults,
            fault_add(r->faults, "type", tree_place(p->tree, 0), _("this is %s"), type_describe(t)),
            "%s", expected);
}

static void compile(reader *r, pending *p)
{
    if (p->state != PENDING_NEW)
        return;
    p->state = PENDING_UNDER_WAY;
    expr *e = expr_parse(p->tree, r->memory, r->faults);
    if (e) {
        size_t at = (size_t)(p - r->pending);
        expr_compiler c = compiler(r, p);
        expr_check(&c, e);
        p = &r->pending[at];
        p->type = e->type;
        p->cost = cost_of(r, e);
        *p->slot = e;
        check_want(r, p, e);
        if (p->cost > COST_MOST)
            fault_add(r->faults, "too-large", tree_place(p->tree, 0),
                      _("with all it rests on this expression has more than 100000 parts"));
    }
    p->state = PENDING_DONE;
}

/* What a rule, tally or measure is, compiled now if it was not yet. */
static const type *ask(void *context, expr_name_kind kind, uint32_t index)
{
    reader *r = context;
    if (kind == NAME_RULE && r->s->rule[index].kind == RULE_TABLE) {
        const scheme_rule *rule = &r->s->rule[index];
        type *t = arena_new(r->memory, type);
        bool is_number = true;
        for (size_t i = 0; i < rule->row_count * rule->column_count; i++)
            is_number &= rule->cell[i].kind == VALUE_NUMBER;
        if (t)
            *t = (type){
                .kind = TYPE_TABLE, .table = rule, .item = is_number ? &type_number : &type_text};
        return t;
    }
    for (size_t i = 0; i < r->pending_count; i++) {
        pending *p = &r->pending[i];
        if (p->owner != kind || p->index != index)
            continue;
        if (p->state == PENDING_UNDER_WAY) {
            fault_hint(
                r->faults,
                fault_add(r->faults, "circle", tree_place(p->tree, 0), _("this rests on itself")),
                _("break the circle: something must be entered, not calculated"));
            return &type_unknown;
        }
        compile(r, p);
        bool is_own = kind == NAME_RULE && r->s->rule[index].kind == RULE_EXPR;
        return is_own ? r->pending[i].type : &type_number;
    }
    return NULL;
}

void compile_pending(reader *r)
{
    for (size_t i = 0; i < r->pending_count; i++)
        compile(r, &r->pending[i]);
}

/* -- what formulas ask of other cases -------------------------------------------------------- */

static bool asks_cases(const expr *e)
{
    if (!e)
        return false;
    bool is_asked = e->op == EXPR_NAME && e->name.kind == NAME_BUILTIN &&
                    strcmp(e->name.text, "cases") == 0;
    for (size_t i = 0; i < e->arg_count; i++)
        is_asked |= asks_cases(e->arg[i]);
    return is_asked || asks_cases(e->a) || asks_cases(e->b) || asks_cases(e->c);
}

static void list_fields(scheme_field *f, size_t n, const char *word)
{
    for (size_t i = 0; i < n; i++)
        f[i].is_listed |= strcmp(f[i].item.id, word) == 0;
}

static void list_member(scheme *s, const char *word)
{
    const scheme_field *field = scheme_case_field(s, word);
    list_fields(s->party.field, s->party.field_count, word);
    for (size_t i = 0; i < s->form_count; i++)
        for (size_t k = 0; k < s->form[i].field_count; k++)
            s->form[i].field[k].is_listed |= &s->form[i].field[k] == field;
    for (size_t i = 0; i < s->tally_count; i++)
        s->tally[i].is_listed |= strcmp(s->tally[i].item.id, word) == 0;
}

static void list_members(scheme *s, const expr *e)
{
    if (!e)
        return;
    if (e->op == EXPR_MEMBER && e->word)
        list_member(s, e->word);
    list_members(s, e->a);
    list_members(s, e->b);
    list_members(s, e->c);
    for (size_t i = 0; i < e->arg_count; i++)
        list_members(s, e->arg[i]);
}

static void mark_listed(reader *r)
{
    for (size_t i = 0; i < r->pending_count; i++)
        if (asks_cases(*r->pending[i].slot))
            list_members(r->s, *r->pending[i].slot);
}

/* -- all of it
 * --------------------------------------------------------------------------------------- */

static void read_all(reader *r)
{
    read_head(r);
    if (r->root->kind != TREE_MAP)
        return;
    for (section_id id = 0; id < SECTION_COUNT; id++)
        allocate(r, id);
    for (section_id id = 0; id < SECTION_COUNT; id++)
        read_section(r, id);
    finish_tallies(r);
    finish_stages(r);
    compile_pending(r);
    mark_listed(r);
    read_labels(r);
    lint(r);
}

static assay_status read_scheme(reader *r, const char *bytes, size_t length, assay_err *err)
{
    assay_status status = sha256_of(bytes, length, &r->s->digest, err);
    if (status != ASSAY_OK)
        return status;
    /* Texts of the scheme point into a copy of the file. */
    char *copy = arena_text(r->memory, bytes, length);
    r->root = copy ? yaml_tree(copy, length, r->memory, r->faults) : NULL;
    if (r->root)
        read_all(r);
    if (!copy || r->is_short)
        return assay_fail(err, ASSAY_MEMORY, 0, _("out of memory"));
    faults_sort(r->faults);
    if (r->faults->count == 0 && !r->faults->is_cut && r->root)
        return ASSAY_OK;
    return assay_fail(err, ASSAY_FORMAT, 0,
                      P_("%s has %zu fault", "%s has %zu faults", r->faults->count),
                      r->faults->path, r->faults->count);
}

assay_status scheme_read(const char *path, const char *bytes, size_t length, scheme **out,
                         scheme_faults *faults, assay_err *err)
{
    faults_init(faults, path);
    if (length > SCHEME_BYTES_MOST)
        return assay_fail(err, ASSAY_LIMIT, 0, _("%s is larger than 1 MiB"), path);
    scheme *s = calloc(1, sizeof *s);
    if (!s || !faults->fault || !faults->path) {
        free(s);
        return assay_fail(err, ASSAY_MEMORY, 0, _("out of memory"));
    }
    arena_init(&s->memory);
    s->item.id = s->rev = s->case_of = "";
    reader r = {.s = s, .faults = faults, .memory = &s->memory, .owner = NAME_BUILTIN};
    assay_status status = read_scheme(&r, bytes, length, err);
    if (status == ASSAY_OK)
        *out = s;
    else
        scheme_free(s);
    return status;
}

void scheme_free(scheme *s)
{
    if (!s)
        return;
    arena_done(&s->memory);
    free(s);
}
