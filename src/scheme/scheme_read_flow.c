/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Assignment, tallies, gates, stages. */
#include "scheme/scheme_reader.h"

#include "base/i18n.h"

#include <stdio.h>
#include <string.h>

#define ITEM_KEYS(type)                                                                            \
    {.key = "name", .kind = KEY_WORDS, .offset = offsetof(type, item.words)},                      \
    {                                                                                              \
        .key = "note", .kind = KEY_TEXT, .offset = offsetof(type, item.note)                       \
    }

/* -- assignment ----------------------------------------------------------------------------------
 */

/* party.relations, or a list of relations and own_... */
static void read_avoid(reader *r, const tree *t, void *object)
{
    scheme_assign *a = object;
    if (t->kind == TREE_MAP) {
        refuse_value(r, t, _("party.relations, or a list of relations"));
        return;
    }
    const char **word = READER_ARRAY(r, const char *, tree_items(t));
    for (size_t i = 0; word && i < tree_items(t); i++) {
        const tree *item = tree_item(t, i);
        if (!need_scalar(r, item))
            continue;
        if (strcmp(item->text, "party.relations") == 0)
            a->avoids_relations = true;
        else
            word[a->avoid_count++] = item->text;
    }
    a->avoid = word;
}

static void read_overlap(reader *r, const tree *t, void *object)
{
    scheme_assign *a = object;
    if (need_scalar(r, t) && strcmp(t->text, "connected") != 0 && strcmp(t->text, "none") != 0)
        refuse_value(r, t, "connected, none");
    a->is_connected = t->kind == TREE_SCALAR && strcmp(t->text, "connected") == 0;
}

static const char *const blind_words[] = {"none", "single", "double", NULL};

static const key_rule assign_keys[] = {
    ITEM_KEYS(scheme_assign),
    {.key = "role",
     .kind = KEY_REF,
     .offset = offsetof(scheme_assign, role),
     .extra = SECTION_ROLE},
    {.key = "all", .kind = KEY_BOOL, .offset = offsetof(scheme_assign, is_all)},
    {.key = "per_case", .kind = KEY_INT, .offset = offsetof(scheme_assign, per_case)},
    {.key = "load", .kind = KEY_INT, .offset = offsetof(scheme_assign, load)},
    {.key = "sample", .kind = KEY_INT, .offset = offsetof(scheme_assign, sample)},
    {.key = "quota_by",
     .kind = KEY_TEXTS,
     .offset = offsetof(scheme_assign, quota_by),
     .more = offsetof(scheme_assign, quota_by_count)},
    {.key = "choose", .kind = KEY_INT, .offset = offsetof(scheme_assign, choose)},
    {.key = "anchors", .kind = KEY_INT, .offset = offsetof(scheme_assign, anchors)},
    {.key = "blind",
     .kind = KEY_CHOICE,
     .offset = offsetof(scheme_assign, blind),
     .extra = (uintptr_t)blind_words},
    {.key = "hide",
     .kind = KEY_TEXTS,
     .offset = offsetof(scheme_assign, hide),
     .more = offsetof(scheme_assign, hide_count)},
    {.key = "show",
     .kind = KEY_REFS,
     .offset = offsetof(scheme_assign, show),
     .more = offsetof(scheme_assign, show_count),
     .extra = SECTION_FORM},
    {.key = "avoid", .kind = KEY_OWN, .own = read_avoid},
    {.key = "overlap", .kind = KEY_OWN, .own = read_overlap},
    {.key = "random", .kind = KEY_SHARE, .offset = offsetof(scheme_assign, random)},
    {.key = "skill",
     .kind = KEY_EXPR,
     .offset = offsetof(scheme_assign, skill),
     .extra = WANT_BOOL},
};

void read_assign(reader *r, const tree *t, void *object)
{
    const tree *role = tree_member(t, "role");
    if (role && role->kind == TREE_SCALAR)
        r->place.judge = section_find(r->s, SECTION_ROLE, role->text);
    READ_KEYS(r, t, object, assign_keys);
    r->place.judge = NULL;
}

/* -- tallies
 * --------------------------------------------------------------------------------------- */

static const struct {
    const char *name;
    tally_method method;
    int64_t cut;
} methods[] = {
    {"mean", TALLY_MEAN, 0},       {"trimmed", TALLY_TRIMMED, 1},   {"olympic", TALLY_OLYMPIC, 1},
    {"median", TALLY_MEDIAN, 0},   {"sum", TALLY_SUM, 0},           {"min", TALLY_MIN, 0},
    {"max", TALLY_MAX, 0},         {"weighted", TALLY_WEIGHTED, 0}, {"top2", TALLY_TOP_BOX, 2},
    {"top1", TALLY_TOP_BOX, 1},    {"top3", TALLY_TOP_BOX, 3},      {"nps", TALLY_NPS, 0},
    {"ballots", TALLY_BALLOTS, 0},
};

static bool is_one_word(const char *text)
{
    for (; *text; text++)
        if (!((*text >= 'a' && *text <= 'z') || (*text >= '0' && *text <= '9') || *text == '_'))
            return false;
    return true;
}

/* A method by name, trimmed(2), or an expression over other tallies. */
static void read_official(reader *r, const tree *t, void *object)
{
    scheme_tally *tally = object;
    int cut = 0;
    char end = 0;
    if (!need_scalar(r, t))
        return;
    if (sscanf(t->text, "trimmed(%3d%c", &cut, &end) == 2 && end == ')' && cut > 0) {
        tally->method = TALLY_TRIMMED;
        tally->cut = cut;
        return;
    }
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
        if (strcmp(methods[i].name, t->text) == 0) {
            tally->method = methods[i].method;
            tally->cut = methods[i].cut;
            return;
        }
    const char *name[sizeof methods / sizeof *methods];
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
        name[i] = methods[i].name;
    const char *near =
        is_one_word(t->text) ? nearest_of(t->text, name, sizeof name / sizeof *name) : NULL;
    if (near && !section_find(r->s, SECTION_TALLY, t->text) &&
        !section_find(r->s, SECTION_RULE, t->text)) {
        refuse_value(
            r, t,
            _("a method (mean, trimmed(1), olympic, median, weighted, sum, min, max, top2, "
              "nps, ballots) or an expression"));
        return;
    }
    tally->method = TALLY_EXPR;
    read_expr(r, t, WANT_NUMBER, &tally->is);
}

static void read_advice(reader *r, const tree *t, void *object)
{
    static const char *const words[] = {"mixed", "huber", "expected_rank"};
    scheme_tally *tally = object;
    if (t->kind == TREE_MAP) {
        refuse_value(r, t, "[mixed, huber, expected_rank]");
        return;
    }
    for (size_t i = 0; i < tree_items(t); i++) {
        const tree *item = tree_item(t, i);
        unsigned bit = 0;
        for (unsigned k = 0; k < 3 && item->kind == TREE_SCALAR; k++)
            bit |= strcmp(words[k], item->text) == 0 ? 1u << k : 0;
        if (!bit)
            refuse_value(r, item, "mixed, huber, expected_rank");
        tally->advice |= bit;
    }
}

/* all, given, or needs4 */
static void read_missing(reader *r, const tree *t, void *object)
{
    scheme_tally *tally = object;
    int need = 0;
    char end = 0;
    if (!need_scalar(r, t))
        return;
    if (strcmp(t->text, "all") == 0)
        tally->missing = SHEETS_ALL;
    else if (strcmp(t->text, "given") == 0)
        tally->missing = SHEETS_GIVEN;
    else if (sscanf(t->text, "needs%6d%c", &need, &end) == 1 && need > 0) {
        tally->missing = SHEETS_NEED;
        tally->need = need;
    } else
        refuse_value(r, t, _("all, given, or needs4 (at least four)"));
}

static void add_rubric(reader *r, scheme_tally *tally, const scheme_rubric *rubric)
{
    const scheme_rubric **list = READER_ARRAY(r, const scheme_rubric *, tally->rubric_count + 1);
    if (!list)
        return;
    if (tally->rubric_count)
        memcpy(list, tally->rubric, tally->rubric_count * sizeof *list);
    list[tally->rubric_count++] = rubric;
    tally->rubric = list;
}

static void read_counted(reader *r, const tree *t, scheme_tally *tally)
{
    char form[80];
    const char *point = strchr(t->text, '.');
    const scheme_rubric *rubric = section_find(r->s, SECTION_RUBRIC, t->text);
    if (rubric) {
        add_rubric(r, tally, rubric);
        return;
    }
    snprintf(form, sizeof form, "%.*s", (int)(point ? point - t->text : 79), t->text);
    tally->form = section_find(r->s, SECTION_FORM, form);
    if (tally->form && point)
        tally->field = scheme_find_field(tally->form, point + 1);
    if (!tally->form || (point && !tally->field))
        refuse_value(r, t, _("a rubric, a form, or form.field"));
}

static void read_of(reader *r, const tree *t, void *object)
{
    if (t->kind == TREE_MAP) {
        refuse_value(r, t, _("a rubric, a form, or form.field"));
        return;
    }
    for (size_t i = 0; i < tree_items(t); i++)
        if (need_scalar(r, tree_item(t, i)))
            read_counted(r, tree_item(t, i), object);
}

static const char *const rounding_words[] = {"half_up", "half_even", "floor",
                                             "ceiling", "truncate",  NULL};

static const key_rule tally_keys[] = {
    ITEM_KEYS(scheme_tally),
    {.key = "official", .kind = KEY_OWN, .own = read_official},
    {.key = "of", .kind = KEY_OWN, .own = read_of},
    {.key = "weight",
     .kind = KEY_EXPR,
     .offset = offsetof(scheme_tally, weight),
     .extra = WANT_NUMBER},
    {.key = "advice", .kind = KEY_OWN, .own = read_advice},
    {.key = "missing", .kind = KEY_OWN, .own = read_missing},
    {.key = "round",
     .kind = KEY_RATIONAL,
     .offset = offsetof(scheme_tally, round),
     .more = offsetof(scheme_tally, has_round)},
    {.key = "rounding",
     .kind = KEY_CHOICE,
     .offset = offsetof(scheme_tally, rounding),
     .extra = (uintptr_t)rounding_words},
};

/* The role that gives the sheets of this tally: of the stage that uses it. */
static const scheme_role *judges_of(reader *r, const char *tally)
{
    const tree *stages = tree_member(r->root, "stage");
    for (size_t i = 0; stages && stages->kind == TREE_LIST && i < stages->count; i++) {
        const tree *of = tree_member(stages->item[i], "tally");
        const tree *assign = tree_member(stages->item[i], "assign");
        if (!of || !assign || of->kind != TREE_SCALAR || assign->kind != TREE_SCALAR ||
            strcmp(of->text, tally) != 0)
            continue;
        const tree *role =
            tree_member(tree_member(tree_member(r->root, "assign"), assign->text), "role");
        return role && role->kind == TREE_SCALAR ? section_find(r->s, SECTION_ROLE, role->text)
                                                 : NULL;
    }
    return NULL;
}

void read_tally(reader *r, const tree *t, void *object)
{
    scheme_tally *tally = object;
    r->owner = NAME_TALLY;
    r->index = (uint32_t)(tally - r->s->tally);
    r->place.judge = judges_of(r, tally->item.id);
    tally->method = TALLY_MEAN;
    READ_KEYS(r, t, tally, tally_keys);
    r->place.judge = NULL;
    r->owner = NAME_BUILTIN;
    if (t->kind == TREE_MAP && !tree_member(t, "official"))
        fault_hint(r->faults,
                   fault_add(r->faults, "missing-key", tally->item.at,
                             _("tally %s has no official rule"), tally->item.id),
                   "official: mean");
}

/* A tally counts the rubric of its own name unless `of` says otherwise. */
void finish_tallies(reader *r)
{
    for (size_t i = 0; i < r->s->tally_count; i++) {
        scheme_tally *t = &r->s->tally[i];
        const scheme_rubric *same = section_find(r->s, SECTION_RUBRIC, t->item.id);
        if (t->method != TALLY_EXPR && !t->form && !t->rubric_count && same)
            add_rubric(r, t, same);
    }
}

/* -- gates
 * ------------------------------------------------------------------------------------------- */

static void read_need_list(reader *r, const tree *t, void *object)
{
    scheme_gate *g = object;
    if (t->kind == TREE_MAP) {
        refuse_value(r, t, _("a condition, or a list of conditions"));
        return;
    }
    g->need = READER_ARRAY(r, const expr *, tree_items(t));
    for (size_t i = 0; g->need && i < tree_items(t); i++)
        read_expr(r, tree_item(t, i), WANT_BOOL, &g->need[g->need_count++]);
}

static void read_quota(reader *r, const tree *t, void *object)
{
    scheme_gate *g = object;
    bool is_whole =
        t->kind == TREE_SCALAR && t->length && strspn(t->text, "0123456789") == t->length;
    if (is_whole)
        read_whole(r, t, &g->quota);
    else
        read_expr(r, t, WANT_NUMBER, &g->quota_expr);
}

static void read_ties(reader *r, const tree *t, void *object)
{
    scheme_gate *g = object;
    if (t->kind == TREE_MAP) {
        refuse_value(r, t, _("a list: numbers, then draw or share"));
        return;
    }
    g->tie = READER_ARRAY(r, scheme_tie, tree_items(t));
    for (size_t i = 0; g->tie && i < tree_items(t); i++) {
        const tree *item = tree_item(t, i);
        if (!need_scalar(r, item))
            continue;
        scheme_tie *tie = &g->tie[g->tie_count++];
        tie->at = item->at;
        if (strcmp(item->text, "draw") == 0)
            tie->kind = TIE_DRAW;
        else if (strcmp(item->text, "share") == 0)
            tie->kind = TIE_SHARE;
        else
            read_expr(r, item, WANT_ORDERED, &tie->by);
    }
}

static const key_rule band_keys[] = {
    ITEM_KEYS(scheme_band),
    {.key = "when", .kind = KEY_EXPR, .offset = offsetof(scheme_band, when), .extra = WANT_BOOL},
    {.key = "from",
     .kind = KEY_RATIONAL,
     .offset = offsetof(scheme_band, from),
     .more = offsetof(scheme_band, has_from)},
    {.key = "share",
     .kind = KEY_RATIONAL,
     .offset = offsetof(scheme_band, share),
     .more = offsetof(scheme_band, has_share)},
    {.key = "count", .kind = KEY_INT, .offset = offsetof(scheme_band, count)},
    {.key = "pass", .kind = KEY_BOOL, .offset = offsetof(scheme_band, is_pass)},
    {.key = "next", .kind = KEY_REF, .offset = offsetof(scheme_band, next), .extra = SECTION_STAGE},
    {.key = "title",
     .kind = KEY_REF,
     .offset = offsetof(scheme_band, title),
     .extra = SECTION_TITLE},
};

/* {gold: {share: 1/3}, ...}; a bare number is `from` */
static void read_bands(reader *r, const tree *t, void *object)
{
    scheme_gate *g = object;
    if (!need_map(r, t))
        return;
    g->band = READER_ARRAY(r, scheme_band, t->count);
    for (size_t i = 0; g->band && i < t->count; i++) {
        scheme_band *b = &g->band[g->band_count++];
        b->item = (scheme_item){.id = t->key[i], .at = t->key_at[i]};
        b->is_pass = true;
        check_id(r, t->key[i], t->key_at[i]);
        if (t->item[i]->kind == TREE_SCALAR)
            b->has_from = read_rational(r, t->item[i], &b->from);
        else
            READ_KEYS(r, t->item[i], b, band_keys);
    }
}

static void read_report(reader *r, const tree *t, void *object)
{
    scheme_gate *g = object;
    if (need_scalar(r, t) && strcmp(t->text, "report_only") != 0)
        fault_hint(
            r->faults,
            fault_expected(r->faults,
                           fault_add(r->faults, "value", t->at, _("this is %s"), tree_describe(t)),
                           "report_only"),
            _("the band of the advice is shown; it never decides"));
    g->reports_band = true;
}

static void read_else(reader *r, const tree *t, void *object)
{
    static const struct {
        const char *word;
        gate_else otherwise;
    } words[] = {{"reject", ELSE_REJECT},
                 {"return_with_reason", ELSE_RETURN},
                 {"return", ELSE_RETURN},
                 {"suspend", ELSE_SUSPEND},
                 {"reopen", ELSE_REOPEN}};
    scheme_gate *g = object;
    if (!need_scalar(r, t))
        return;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(words[i].word, t->text) == 0) {
            g->otherwise = words[i].otherwise;
            return;
        }
    g->otherwise = ELSE_STAGE;
    g->else_stage = section_find(r->s, SECTION_STAGE, t->text);
    if (!g->else_stage)
        refuse_value(r, t, _("reject, return_with_reason, suspend, reopen, or a stage"));
}

static const key_rule gate_keys[] = {
    ITEM_KEYS(scheme_gate),
    {.key = "need", .kind = KEY_OWN, .own = read_need_list},
    {.key = "veto", .kind = KEY_EXPR, .offset = offsetof(scheme_gate, veto), .extra = WANT_BOOL},
    {.key = "rank", .kind = KEY_EXPR, .offset = offsetof(scheme_gate, rank), .extra = WANT_NUMBER},
    {.key = "quota", .kind = KEY_OWN, .own = read_quota},
    {.key = "top", .kind = KEY_INT, .offset = offsetof(scheme_gate, top)},
    {.key = "by",
     .kind = KEY_TEXTS,
     .offset = offsetof(scheme_gate, by),
     .more = offsetof(scheme_gate, by_count)},
    {.key = "tie", .kind = KEY_OWN, .own = read_ties},
    {.key = "bands", .kind = KEY_OWN, .own = read_bands},
    {.key = "of", .kind = KEY_EXPR, .offset = offsetof(scheme_gate, of), .extra = WANT_NUMBER},
    {.key = "band", .kind = KEY_OWN, .own = read_report},
    {.key = "vote", .kind = KEY_REF, .offset = offsetof(scheme_gate, vote), .extra = SECTION_ROLE},
    {.key = "majority", .kind = KEY_RATIONAL, .offset = offsetof(scheme_gate, majority)},
    {.key = "quorum", .kind = KEY_SHARE, .offset = offsetof(scheme_gate, quorum)},
    {.key = "ballots",
     .kind = KEY_REF,
     .offset = offsetof(scheme_gate, ballots),
     .extra = SECTION_TALLY},
    {.key = "objections", .kind = KEY_DURATION, .offset = offsetof(scheme_gate, objections)},
    {.key = "else", .kind = KEY_OWN, .own = read_else},
};

void read_gate(reader *r, const tree *t, void *object)
{
    scheme_gate *g = object;
    if (assay_rational_ratio(1, 2, &g->majority, NULL) != ASSAY_OK)
        return;
    READ_KEYS(r, t, g, gate_keys);
    /* by what is written: expressions are compiled later */
    g->is_round = tree_member(t, "rank") || tree_member(t, "quota") || tree_member(t, "top");
    for (size_t i = 0; i < g->band_count; i++)
        g->is_round |= g->band[i].has_share || g->band[i].count;
    /* top: 60 alone ranks by the first number its own condition names; lint asks for rank. */
}

/* -- stages
 * -------------------------------------------------------------------------------------------- */

/* A rubric, or [{when: c, use: a}, {use: b}] */
static void read_rubric_choice(reader *r, const tree *t, void *object)
{
    static const key_rule keys[] = {
        {.key = "when",
         .kind = KEY_EXPR,
         .offset = offsetof(scheme_rubric_choice, when),
         .extra = WANT_BOOL},
        {.key = "use",
         .kind = KEY_REF,
         .offset = offsetof(scheme_rubric_choice, use),
         .extra = SECTION_RUBRIC},
    };
    static const key_rule single = {
        .kind = KEY_REF, .offset = offsetof(scheme_rubric_choice, use), .extra = SECTION_RUBRIC};
    scheme_stage *stage = object;
    size_t n = t->kind == TREE_LIST ? t->count : 1;
    stage->rubric = READER_ARRAY(r, scheme_rubric_choice, n);
    for (size_t i = 0; stage->rubric && i < n; i++) {
        const tree *item = t->kind == TREE_LIST ? t->item[i] : t;
        if (item->kind == TREE_SCALAR)
            read_own_key(r, item, &stage->rubric[i], &single);
        else
            READ_KEYS(r, item, &stage->rubric[i], keys);
        stage->rubric_count++;
    }
}

static void read_late(reader *r, const tree *t, void *object)
{
    static const char *const words[] = {"wait", "proceed", "reject", "suspend"};
    scheme_stage *stage = object;
    if (!need_scalar(r, t))
        return;
    for (int i = 0; i < 4; i++)
        if (strcmp(words[i], t->text) == 0) {
            stage->late = (stage_late)i;
            return;
        }
    stage->late = LATE_STAGE;
    stage->late_stage = section_find(r->s, SECTION_STAGE, t->text);
    if (!stage->late_stage)
        refuse_value(r, t, _("wait, proceed, reject, suspend, or a stage"));
}

/* The pointer stays on the stage itself until finish_stages: "end" is not "not stated". */
static void read_next(reader *r, const tree *t, void *object)
{
    scheme_stage *stage = object;
    if (!need_scalar(r, t) || strcmp(t->text, "end") == 0)
        return;
    stage->next = section_find(r->s, SECTION_STAGE, t->text);
    if (!stage->next)
        unknown_reference(r, t, t->text, SECTION_STAGE);
}

static void skip_id(reader *r, const tree *t, void *object)
{
    (void)r, (void)t, (void)object;
}

static const key_rule stage_keys[] = {
    {.key = "id", .kind = KEY_OWN, .own = skip_id},
    ITEM_KEYS(scheme_stage),
    {.key = "who",
     .kind = KEY_REFS,
     .offset = offsetof(scheme_stage, who),
     .more = offsetof(scheme_stage, who_count),
     .extra = SECTION_ROLE},
    {.key = "form", .kind = KEY_REF, .offset = offsetof(scheme_stage, form), .extra = SECTION_FORM},
    {.key = "assign",
     .kind = KEY_REF,
     .offset = offsetof(scheme_stage, assign),
     .extra = SECTION_ASSIGN},
    {.key = "rubric", .kind = KEY_OWN, .own = read_rubric_choice},
    {.key = "bank", .kind = KEY_REF, .offset = offsetof(scheme_stage, bank), .extra = SECTION_BANK},
    {.key = "tally",
     .kind = KEY_REF,
     .offset = offsetof(scheme_stage, tally),
     .extra = SECTION_TALLY},
    {.key = "gate", .kind = KEY_REF, .offset = offsetof(scheme_stage, gate), .extra = SECTION_GATE},
    {.key = "title",
     .kind = KEY_REF,
     .offset = offsetof(scheme_stage, title),
     .extra = SECTION_TITLE},
    {.key = "money",
     .kind = KEY_REFS,
     .offset = offsetof(scheme_stage, money),
     .more = offsetof(scheme_stage, money_count),
     .extra = SECTION_MONEY},
    {.key = "publish",
     .kind = KEY_REF,
     .offset = offsetof(scheme_stage, publish),
     .extra = SECTION_PUBLISH},
    {.key = "due", .kind = KEY_DURATION, .offset = offsetof(scheme_stage, due)},
    {.key = "late", .kind = KEY_OWN, .own = read_late},
    {.key = "every", .kind = KEY_DURATION, .offset = offsetof(scheme_stage, every)},
    {.key = "when", .kind = KEY_EXPR, .offset = offsetof(scheme_stage, when), .extra = WANT_BOOL},
    {.key = "tier", .kind = KEY_INT, .offset = offsetof(scheme_stage, tier)},
    {.key = "most", .kind = KEY_INT, .offset = offsetof(scheme_stage, most)},
    {.key = "next", .kind = KEY_OWN, .own = read_next},
};

void read_stage(reader *r, const tree *t, void *object)
{
    READ_KEYS(r, t, object, stage_keys);
}

/* Without `next` a stage leads to the one written below it. */
void finish_stages(reader *r)
{
    const tree *list = tree_member(r->root, "stage");
    for (size_t i = 0; i + 1 < r->s->stage_count; i++) {
        scheme_stage *stage = &r->s->stage[i];
        if (list && list->kind == TREE_LIST && !tree_member(list->item[i], "next"))
            stage->next = &r->s->stage[i + 1];
    }
}
