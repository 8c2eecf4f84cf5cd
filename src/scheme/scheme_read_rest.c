/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rules, measures, money, titles, publication. */
#include "scheme/scheme_reader.h"

#include "base/i18n.h"

#include <string.h>

#define ITEM_KEYS(type)                                                                            \
    {.key = "name", .kind = KEY_WORDS, .offset = offsetof(type, item.words)},                      \
    {                                                                                              \
        .key = "note", .kind = KEY_TEXT, .offset = offsetof(type, item.note)                       \
    }

/* -- rules ---------------------------------------------------------------------------------------
 */

static value cell(reader *r, const tree *t)
{
    assay_rational n;
    if (!need_scalar(r, t))
        return VALUE_NONE;
    if (t->is_plain && assay_rational_parse(t->text, t->length, &n, NULL) == ASSAY_OK)
        return value_number(n);
    return value_text(t->text);
}

static size_t columns_of(const tree *row)
{
    return row->kind == TREE_SCALAR ? 1 : row->count;
}

/* {a: 1, b: 2}, or with columns {a: [1, 2], b: [3, 4]} */
static void read_table(reader *r, const tree *t, void *object)
{
    scheme_rule *rule = object;
    rule->kind = RULE_TABLE;
    if (!need_map(r, t) || t->count == 0 || t->count > 2000) {
        refuse_value(r, t, _("a table of 1 to 2000 rows"));
        return;
    }
    size_t columns = columns_of(t->item[0]);
    value *cells = READER_ARRAY(r, value, t->count * (columns ? columns : 1));
    for (size_t i = 0; cells && i < t->count; i++) {
        const tree *row = t->item[i];
        if (row->kind == TREE_MAP || columns_of(row) != columns || columns > 200) {
            fault_add(r->faults, "table", row->at,
                      _("a row of %zu entries where the first has %zu"), columns_of(row), columns);
            continue;
        }
        for (size_t k = 0; k < columns; k++)
            cells[i * columns + k] = cell(r, tree_item(row, k));
    }
    rule->row = t->key;
    rule->row_count = t->count;
    rule->column_count = columns;
    rule->cell = cells;
}

/* {0: 0, 10000000: 200000}: the value from each number on */
static void read_steps(reader *r, const tree *t, void *object)
{
    scheme_rule *rule = object;
    rule->kind = RULE_STEPS;
    if (!need_map(r, t))
        return;
    value *cells = READER_ARRAY(r, value, t->count);
    assay_rational *from = READER_ARRAY(r, assay_rational, t->count);
    for (size_t i = 0; cells && from && i < t->count; i++) {
        assay_rational n;
        if (assay_rational_parse(t->key[i], strlen(t->key[i]), &from[i], NULL) != ASSAY_OK)
            fault_expected(
                r->faults,
                fault_add(r->faults, "value", t->key_at[i], _("this is \"%s\""), t->key[i]),
                _("a number"));
        else if (i && assay_rational_compare(from[i - 1], from[i]) >= 0)
            fault_add(r->faults, "steps", t->key_at[i], _("%s does not follow the step before it"),
                      t->key[i]);
        if (read_rational(r, t->item[i], &n))
            cells[i] = value_number(n);
    }
    rule->row = t->key;
    rule->row_count = cells && from ? t->count : 0;
    rule->column_count = 1;
    rule->cell = cells;
    rule->from = from;
}

static const key_rule rule_keys[] = {
    ITEM_KEYS(scheme_rule),
    {.key = "is", .kind = KEY_EXPR, .offset = offsetof(scheme_rule, is), .extra = WANT_ANY},
    {.key = "say", .kind = KEY_WORDS, .offset = offsetof(scheme_rule, say)},
    {.key = "table", .kind = KEY_OWN, .own = read_table},
    {.key = "columns",
     .kind = KEY_TEXTS,
     .offset = offsetof(scheme_rule, column),
     .more = offsetof(scheme_rule, column_count)},
    {.key = "of", .kind = KEY_EXPR, .offset = offsetof(scheme_rule, is), .extra = WANT_NUMBER},
    {.key = "steps", .kind = KEY_OWN, .own = read_steps},
};

static void check_columns(reader *r, const tree *t)
{
    const tree *table = tree_member(t, "table"), *names = tree_member(t, "columns");
    if (!table || table->kind != TREE_MAP || table->count == 0)
        return;
    size_t columns = columns_of(table->item[0]);
    if (names ? tree_items(names) == columns : columns == 1)
        return;
    scheme_fault *f =
        fault_add(r->faults, "table", table->at, _("%zu columns where rows have %zu entries"),
                  names ? tree_items(names) : 0, columns);
    fault_hint(r->faults, f, _("columns: [a, b, ...] names the entries of a row"));
}

void read_rule(reader *r, const tree *t, void *object)
{
    scheme_rule *rule = object;
    r->owner = NAME_RULE;
    r->index = (uint32_t)(rule - r->s->rule);
    if (t->kind == TREE_SCALAR) {
        read_expr(r, t, WANT_ANY, &rule->is);
    } else if (need_map(r, t)) {
        READ_KEYS(r, t, rule, rule_keys);
        check_columns(r, t);
        bool has_is = tree_member(t, "is"), has_of = tree_member(t, "of");
        bool has_steps = tree_member(t, "steps"), has_table = tree_member(t, "table");
        if (has_is + has_steps + has_table != 1 || has_of != has_steps)
            refuse_value(r, t,
                         _("an expression, {is: expression}, {table: {...}} or {of: expression, "
                           "steps: {...}}"));
    }
    r->owner = NAME_BUILTIN;
}

/* -- measures
 * --------------------------------------------------------------------------------------- */

static const char *const measure_words[] = {"figure", "goal", "strategy", "task", "project", NULL};
static const char *const better_words[] = {"higher", "lower", NULL};

static void read_better(reader *r, const tree *t, void *object)
{
    scheme_measure *m = object;
    int which = 0;
    static const key_rule key = {.kind = KEY_CHOICE, .extra = (uintptr_t)better_words};
    read_own_key(r, t, &which, &key);
    m->is_lower_better = which == 1;
}

/* A title or a role. */
static void check_holder(reader *r, const tree *t, const char *of)
{
    if (of && !section_find(r->s, SECTION_TITLE, of) && !section_find(r->s, SECTION_ROLE, of))
        fault_expected(
            r->faults,
            fault_add(r->faults, "unknown-reference", t->at, _("nothing is called %s"), of),
            _("a title or a role"));
}

static const key_rule measure_keys[] = {
    ITEM_KEYS(scheme_measure),
    {.key = "kind",
     .kind = KEY_CHOICE,
     .offset = offsetof(scheme_measure, kind),
     .extra = (uintptr_t)measure_words},
    {.key = "under",
     .kind = KEY_REF,
     .offset = offsetof(scheme_measure, under),
     .extra = SECTION_MEASURE},
    {.key = "of", .kind = KEY_TEXT, .offset = offsetof(scheme_measure, of)},
    {.key = "is", .kind = KEY_EXPR, .offset = offsetof(scheme_measure, is), .extra = WANT_NUMBER},
    {.key = "unit", .kind = KEY_TEXT, .offset = offsetof(scheme_measure, unit.id)},
    {.key = "source", .kind = KEY_TEXT, .offset = offsetof(scheme_measure, source)},
    {.key = "baseline", .kind = KEY_NUMBER, .offset = offsetof(scheme_measure, baseline)},
    {.key = "at", .kind = KEY_DATE, .offset = offsetof(scheme_measure, baseline_at)},
    {.key = "target", .kind = KEY_NUMBER, .offset = offsetof(scheme_measure, target)},
    {.key = "by", .kind = KEY_DATE, .offset = offsetof(scheme_measure, by)},
    {.key = "per", .kind = KEY_DURATION, .offset = offsetof(scheme_measure, per)},
    {.key = "better", .kind = KEY_OWN, .own = read_better},
};

void read_measure(reader *r, const tree *t, void *object)
{
    scheme_measure *m = object;
    r->owner = NAME_MEASURE;
    r->index = (uint32_t)(m - r->s->measure);
    READ_KEYS(r, t, m, measure_keys);
    r->owner = NAME_BUILTIN;
    check_holder(r, t, m->of);
}

/* -- money
 * ------------------------------------------------------------------------------------------ */

static const char *const money_words[] = {"reward",    "grant", "fee", "dues",
                                          "surcharge", "sale",  NULL};

static void read_amount(reader *r, const tree *t, scheme_money *m, const char *currency)
{
    if (m->currency)
        fault_add(r->faults, "value", t->at, _("an amount twice"));
    m->currency = currency;
    read_expr(r, t, WANT_NUMBER, &m->amount);
}

static void read_milestones(reader *r, const tree *t, void *object)
{
    static const key_rule keys[] = {
        {.key = "id", .kind = KEY_TEXT, .offset = offsetof(scheme_milestone, item.id)},
        ITEM_KEYS(scheme_milestone),
        {.key = "share", .kind = KEY_RATIONAL, .offset = offsetof(scheme_milestone, share)},
        {.key = "need",
         .kind = KEY_EXPR,
         .offset = offsetof(scheme_milestone, need),
         .extra = WANT_BOOL},
        {.key = "due", .kind = KEY_DURATION, .offset = offsetof(scheme_milestone, due)},
    };
    scheme_money *m = object;
    if (t->kind != TREE_LIST) {
        refuse_value(r, t, "[{id: start, share: 0.5}, {id: end, share: 0.5, need: ...}]");
        return;
    }
    m->milestone = READER_ARRAY(r, scheme_milestone, t->count);
    for (size_t i = 0; m->milestone && i < t->count; i++) {
        scheme_milestone *stone = &m->milestone[m->milestone_count++];
        *stone = (scheme_milestone){.item = {.id = "", .at = t->item[i]->at},
                                    .share = assay_rational_of(0)};
        READ_KEYS(r, t->item[i], stone, keys);
        check_id(r, stone->item.id, stone->item.at);
    }
}

static void read_clawback(reader *r, const tree *t, void *object)
{
    static const key_rule keys[] = {
        {.key = "when",
         .kind = KEY_EXPR,
         .offset = offsetof(scheme_money, claw_when),
         .extra = WANT_BOOL},
        {.key = "times", .kind = KEY_RATIONAL, .offset = offsetof(scheme_money, claw_times)},
    };
    READ_KEYS(r, t, object, keys);
}

#define CURRENCIES(X) X(krw) X(cny) X(usd) X(eur) X(jpy)
#define READ_CURRENCY(code)                                                                        \
    static void read_##code(reader *r, const tree *t, void *object)                                \
    {                                                                                              \
        read_amount(r, t, object, #code);                                                          \
    }
CURRENCIES(READ_CURRENCY)
#define CURRENCY_KEY(code) {.key = #code, .kind = KEY_OWN, .own = read_##code},

static const key_rule money_keys[] = {
    ITEM_KEYS(scheme_money),
    {.key = "kind",
     .kind = KEY_CHOICE,
     .offset = offsetof(scheme_money, kind),
     .extra = (uintptr_t)money_words},
    {.key = "of", .kind = KEY_TEXT, .offset = offsetof(scheme_money, of)},
    {.key = "line", .kind = KEY_TEXT, .offset = offsetof(scheme_money, line)},
    {.key = "most", .kind = KEY_NUMBER, .offset = offsetof(scheme_money, most)},
    {.key = "purpose",
     .kind = KEY_TEXTS,
     .offset = offsetof(scheme_money, purpose),
     .more = offsetof(scheme_money, purpose_count)},
    {.key = "evidence",
     .kind = KEY_REF,
     .offset = offsetof(scheme_money, evidence),
     .extra = SECTION_FORM},
    {.key = "milestones", .kind = KEY_OWN, .own = read_milestones},
    {.key = "clawback", .kind = KEY_OWN, .own = read_clawback},
    {.key = "every", .kind = KEY_DURATION, .offset = offsetof(scheme_money, every)},
    CURRENCIES(CURRENCY_KEY)};

void read_money(reader *r, const tree *t, void *object)
{
    scheme_money *m = object;
    m->claw_times = assay_rational_of(1);
    READ_KEYS(r, t, m, money_keys);
    check_holder(r, t, m->of);
}

/* -- titles
 * ----------------------------------------------------------------------------------------- */

static void read_valid(reader *r, const tree *t, void *object)
{
    scheme_title *title = object;
    if (t->kind == TREE_SCALAR && strcmp(t->text, "life") == 0)
        title->is_for_life = true;
    else
        read_duration(r, t, &title->valid);
}

static void read_revoke(reader *r, const tree *t, void *object)
{
    static const key_rule keys[] = {
        {.key = "must",
         .kind = KEY_TEXTS,
         .offset = offsetof(scheme_revoke, must),
         .more = offsetof(scheme_revoke, must_count)},
        {.key = "may",
         .kind = KEY_TEXTS,
         .offset = offsetof(scheme_revoke, may),
         .more = offsetof(scheme_revoke, may_count)},
        {.key = "hearing", .kind = KEY_BOOL, .offset = offsetof(scheme_revoke, has_hearing)},
        {.key = "advise_dismiss",
         .kind = KEY_BOOL,
         .offset = offsetof(scheme_revoke, advises_dismissal)},
        {.key = "follows_firm", .kind = KEY_BOOL, .offset = offsetof(scheme_revoke, follows_firm)},
        {.key = "bar", .kind = KEY_DURATION, .offset = offsetof(scheme_revoke, bar)},
    };
    READ_KEYS(r, t, &((scheme_title *)object)->revoke, keys);
}

static const key_rule title_keys[] = {
    ITEM_KEYS(scheme_title),
    {.key = "gives",
     .kind = KEY_TEXTS,
     .offset = offsetof(scheme_title, gives),
     .more = offsetof(scheme_title, gives_count)},
    {.key = "valid", .kind = KEY_OWN, .own = read_valid},
    {.key = "grace", .kind = KEY_DURATION, .offset = offsetof(scheme_title, grace)},
    {.key = "check", .kind = KEY_DURATION, .offset = offsetof(scheme_title, check)},
    {.key = "duty",
     .kind = KEY_REF,
     .offset = offsetof(scheme_title, duty),
     .extra = SECTION_MEASURE},
    {.key = "needs",
     .kind = KEY_REF,
     .offset = offsetof(scheme_title, needs),
     .extra = SECTION_TITLE},
    {.key = "renew", .kind = KEY_EXPR, .offset = offsetof(scheme_title, renew), .extra = WANT_BOOL},
    {.key = "revoke", .kind = KEY_OWN, .own = read_revoke},
};

void read_title(reader *r, const tree *t, void *object)
{
    READ_KEYS(r, t, object, title_keys);
}

/* -- publication
 * -------------------------------------------------------------------------------------- */

static void read_to(reader *r, const tree *t, void *object)
{
    static const key_rule roles = {.kind = KEY_REFS,
                                   .offset = offsetof(scheme_publish, to),
                                   .more = offsetof(scheme_publish, to_count),
                                   .extra = SECTION_ROLE};
    scheme_publish *p = object;
    if (t->kind == TREE_SCALAR && strcmp(t->text, "public") == 0)
        p->is_public = true;
    else
        read_own_key(r, t, p, &roles);
}

static const key_rule publish_keys[] = {
    ITEM_KEYS(scheme_publish),
    {.key = "show",
     .kind = KEY_TEXTS,
     .offset = offsetof(scheme_publish, show),
     .more = offsetof(scheme_publish, show_count)},
    {.key = "hide",
     .kind = KEY_TEXTS,
     .offset = offsetof(scheme_publish, hide),
     .more = offsetof(scheme_publish, hide_count)},
    {.key = "stats",
     .kind = KEY_TEXTS,
     .offset = offsetof(scheme_publish, stats),
     .more = offsetof(scheme_publish, stats_count)},
    {.key = "to", .kind = KEY_OWN, .own = read_to},
    {.key = "embargo", .kind = KEY_DURATION, .offset = offsetof(scheme_publish, embargo)},
};

void read_publish(reader *r, const tree *t, void *object)
{
    READ_KEYS(r, t, object, publish_keys);
}
