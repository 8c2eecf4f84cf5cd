/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rubrics: a tree of criteria, flattened parents first; banks. */
#include "scheme/scheme_reader.h"

#include "base/i18n.h"

#include <stdio.h>
#include <string.h>

#define NODES_MOST  2000
#define LEVELS_MOST 200

static const char *const node_words[] = {"total",  "points", "scale", "step", "na",     "star",
                                         "repeat", "round",  "name",  "note", "anchors"};

static bool is_node_word(const char *word)
{
    for (size_t i = 0; i < sizeof node_words / sizeof *node_words; i++)
        if (strcmp(word, node_words[i]) == 0)
            return true;
    return false;
}

/* -- scales ------------------------------------------------------------------------------------ */

static scheme_level *add_level(reader *r, scheme_node *node, const char *code, assay_rational worth,
                               const tree *t)
{
    if (node->level_count >= LEVELS_MOST) {
        refuse_value(r, t, _("at most 200 answers"));
        return NULL;
    }
    scheme_level *level = &node->level[node->level_count++];
    *level = (scheme_level){.code = arena_text(r->memory, code, strlen(code)), .worth = worth};
    r->is_short |= !level->code;
    return level;
}

static void read_points_list(reader *r, const tree *t, scheme_node *node)
{
    node->scale = SCALE_LIST;
    for (size_t i = 0; i < t->count; i++) {
        assay_rational worth;
        if (read_rational(r, t->item[i], &worth))
            add_level(r, node, t->item[i]->text, worth, t);
    }
}

static bool read_share(reader *r, const tree *t, assay_rational *out)
{
    if (!read_rational(r, t, out))
        return false;
    bool is_within =
        assay_rational_sign(*out) >= 0 && assay_rational_compare(*out, assay_rational_of(100)) <= 0;
    if (!is_within) {
        refuse_value(r, t, _("percent of the points, 0 to 100"));
        return false;
    }
    return assay_rational_div(*out, assay_rational_of(100), out, NULL) == ASSAY_OK;
}

/* {A: [60, 70, 80]} answers A1 A2 A3; {A: {x: 60}} answers Ax */
static void read_second_key(reader *r, const tree *t, const char *first, scheme_node *node)
{
    for (size_t i = 0; i < t->count; i++) {
        char code[80];
        assay_rational worth;
        if (t->kind == TREE_MAP)
            snprintf(code, sizeof code, "%s%s", first, t->key[i]);
        else
            snprintf(code, sizeof code, "%s%zu", first, i + 1);
        if (read_share(r, t->item[i], &worth))
            add_level(r, node, code, worth, t);
    }
}

static void read_lookup(reader *r, const tree *t, scheme_node *node)
{
    node->scale = SCALE_LOOKUP;
    for (size_t i = 0; i < t->count; i++) {
        assay_rational worth;
        if (t->item[i]->kind != TREE_SCALAR)
            read_second_key(r, t->item[i], t->key[i], node);
        else if (read_share(r, t->item[i], &worth))
            add_level(r, node, t->key[i], worth, t);
    }
}

/* percent(5): 0, 5, ... 100 */
static void read_percent(reader *r, const tree *t, scheme_node *node)
{
    unsigned step = 0;
    char end = 0;
    if (sscanf(t->text, "percent(%3u%c", &step, &end) != 2 || end != ')' || step == 0 ||
        100 % step) {
        refuse_value(r, t, _("[0, 4, 6, 8, 10], percent(5) or {A: 100, B: 50}"));
        return;
    }
    node->scale = SCALE_LOOKUP;
    for (unsigned p = 0; p <= 100; p += step) {
        char code[8];
        assay_rational worth;
        snprintf(code, sizeof code, "%u", p);
        if (assay_rational_ratio(p, 100, &worth, NULL) == ASSAY_OK)
            add_level(r, node, code, worth, t);
    }
}

static void read_scale(reader *r, const tree *t, scheme_node *node)
{
    node->level = READER_ARRAY(r, scheme_level, LEVELS_MOST);
    node->level_count = 0;
    if (!node->level)
        return;
    if (t->kind == TREE_LIST)
        read_points_list(r, t, node);
    else if (t->kind == TREE_MAP)
        read_lookup(r, t, node);
    else
        read_percent(r, t, node);
}

/* What answers look like: {10: words} */
static void read_anchors(reader *r, const tree *t, scheme_node *node)
{
    if (!need_map(r, t))
        return;
    scheme_level *level = READER_ARRAY(r, scheme_level, LEVELS_MOST);
    if (!level)
        return;
    if (node->level_count)
        memcpy(level, node->level, node->level_count * sizeof *level);
    node->level = level; /* its own copy: anchors differ, scales are inherited */
    for (size_t i = 0; i < t->count; i++) {
        scheme_level *found = NULL;
        for (size_t k = 0; k < node->level_count; k++)
            if (strcmp(level[k].code, t->key[i]) == 0)
                found = &level[k];
        assay_rational worth;
        if (!found && node->scale == SCALE_POINTS &&
            assay_rational_parse(t->key[i], strlen(t->key[i]), &worth, NULL) == ASSAY_OK)
            found = add_level(r, node, t->key[i], worth, t);
        if (found)
            read_words(r, t->item[i], &found->anchor);
        else
            fault_add(r->faults, "unknown-choice", t->key_at[i], _("%s is no answer of the scale"),
                      t->key[i]);
    }
}

/* -- nodes ---------------------------------------------------------------------------------------
 */

static size_t count_nodes(const tree *t)
{
    size_t n = 1;
    for (size_t i = 0; t->kind == TREE_MAP && i < t->count; i++)
        if (!is_node_word(t->key[i]))
            n += count_nodes(t->item[i]);
    return n;
}

static scheme_node *new_node(scheme_rubric *rubric, const char *id, scheme_place at, int32_t parent)
{
    scheme_node *node = &rubric->node[rubric->node_count++];
    if (parent >= 0) {
        /* Scale, step and n/a hold for all below. */
        const scheme_node *p = &rubric->node[parent];
        *node = (scheme_node){.scale = p->scale,
                              .step = p->step,
                              .level = p->level,
                              .level_count = p->scale == SCALE_POINTS ? 0 : p->level_count,
                              .may_na = p->may_na,
                              .depth = p->depth + 1};
    } else {
        *node = (scheme_node){.step = assay_rational_of(1)};
    }
    node->item = (scheme_item){.id = id, .at = at};
    node->points = assay_rational_of(0); /* also when what is written is no number */
    node->parent = parent;
    node->first_leaf = (uint32_t)rubric->leaf_count;
    return node;
}

static const key_rule node_keys[] = {
    {.key = "name", .kind = KEY_WORDS, .offset = offsetof(scheme_node, item.words)},
    {.key = "note", .kind = KEY_TEXT, .offset = offsetof(scheme_node, item.note)},
    {.key = "step", .kind = KEY_RATIONAL, .offset = offsetof(scheme_node, step)},
    {.key = "na", .kind = KEY_BOOL, .offset = offsetof(scheme_node, may_na)},
    {.key = "star", .kind = KEY_BOOL, .offset = offsetof(scheme_node, is_starred)},
    {.key = "repeat",
     .kind = KEY_EXPR,
     .offset = offsetof(scheme_node, repeat),
     .extra = WANT_LIST_OR_NUMBER},
    {.key = "round",
     .kind = KEY_RATIONAL,
     .offset = offsetof(scheme_node, repeat_round),
     .more = offsetof(scheme_node, has_repeat_round)},
};

static void read_node_words(reader *r, const tree *t, scheme_node *node)
{
    for (size_t i = 0; i < t->count; i++)
        for (size_t k = 0; k < sizeof node_keys / sizeof *node_keys; k++)
            if (strcmp(t->key[i], node_keys[k].key) == 0)
                read_own_key(r, t->item[i], node, &node_keys[k]);
    if (assay_rational_sign(node->step) <= 0)
        fault_add(r->faults, "value", t->at, _("a step of 0 or less"));
    if (tree_member(t, "scale"))
        read_scale(r, tree_member(t, "scale"), node);
    if (tree_member(t, "anchors"))
        read_anchors(r, tree_member(t, "anchors"), node);
}

static const tree *stated_points(reader *r, const tree *t)
{
    const tree *total = tree_member(t, "total"), *points = tree_member(t, "points");
    if (total && points)
        fault_add(r->faults, "value", points->at, _("both total and points"));
    return total ? total : points;
}

static void format_points(assay_rational n, char *out)
{
    assay_rational_format(n, 0, out, ASSAY_RATIONAL_TEXT);
}

static void check_sum(reader *r, const scheme_node *node, const tree *stated, assay_rational sum)
{
    char said[ASSAY_RATIONAL_TEXT], is[ASSAY_RATIONAL_TEXT];
    if (assay_rational_compare(node->points, sum) == 0)
        return;
    format_points(node->points, said);
    format_points(sum, is);
    scheme_fault *f =
        fault_add(r->faults, "points-do-not-sum", stated->at,
                  _("the points of %s sum to %s, not to %s"), node->item.id, is, said);
    fault_hint(r->faults, f, _("write total: %s, or change the points below"), is);
}

static void read_node(reader *r, const tree *t, scheme_rubric *rubric, size_t at);

static void read_children(reader *r, const tree *t, scheme_rubric *rubric, size_t at)
{
    assay_rational sum = assay_rational_of(0);
    for (size_t i = 0; i < t->count; i++) {
        if (is_node_word(t->key[i]))
            continue;
        check_id(r, t->key[i], t->key_at[i]);
        size_t child = rubric->node_count;
        new_node(rubric, t->key[i], t->key_at[i], (int32_t)at);
        read_node(r, t->item[i], rubric, child);
        if (assay_rational_add(sum, rubric->node[child].points, &sum, NULL) != ASSAY_OK)
            fault_add(r->faults, "value", t->key_at[i], _("a number too large"));
    }
    const tree *stated = stated_points(r, t);
    if (!stated)
        rubric->node[at].points = sum;
    else if (read_rational(r, stated, &rubric->node[at].points))
        check_sum(r, &rubric->node[at], stated, sum);
}

static void read_leaf(reader *r, const tree *t, scheme_rubric *rubric, size_t at)
{
    scheme_node *node = &rubric->node[at];
    const tree *stated = t->kind == TREE_MAP ? stated_points(r, t) : t;
    node->is_leaf = true;
    rubric->leaf[rubric->leaf_count++] = (uint32_t)at;
    if (!stated)
        refuse_value(r, t, _("points, as in 30 or {points: 30}"));
    else if (read_rational(r, stated, &node->points) && assay_rational_sign(node->points) <= 0)
        refuse_value(r, stated, _("points above 0"));
}

static bool has_children(const tree *t)
{
    for (size_t i = 0; t->kind == TREE_MAP && i < t->count; i++)
        if (!is_node_word(t->key[i]))
            return true;
    return false;
}

static void read_node(reader *r, const tree *t, scheme_rubric *rubric, size_t at)
{
    if (t->kind == TREE_LIST) {
        refuse_value(r, t, _("points, or a map of criteria"));
        return;
    }
    if (t->kind == TREE_MAP)
        read_node_words(r, t, &rubric->node[at]);
    if (has_children(t))
        read_children(r, t, rubric, at);
    else
        read_leaf(r, t, rubric, at);
    scheme_node *node = &rubric->node[at];
    node->leaf_count = (uint32_t)rubric->leaf_count - node->first_leaf;
}

void read_rubric(reader *r, const tree *t, void *object)
{
    scheme_rubric *rubric = object;
    size_t n = count_nodes(t);
    if (!need_map(r, t))
        return;
    if (n > NODES_MOST) {
        fault_add(r->faults, "too-large", t->at, _("a rubric of more than 2000 criteria"));
        return;
    }
    rubric->node = READER_ARRAY(r, scheme_node, n);
    rubric->leaf = READER_ARRAY(r, uint32_t, n);
    if (!rubric->node || !rubric->leaf)
        return;
    new_node(rubric, rubric->item.id, rubric->item.at, -1);
    read_node(r, t, rubric, 0);
    rubric->item.words = rubric->node[0].item.words;
    rubric->item.note = rubric->node[0].item.note;
}

/* -- banks
 * ----------------------------------------------------------------------------------------- */

/* angoff, or percent */
static void read_cut(reader *r, const tree *t, void *object)
{
    scheme_bank *b = object;
    assay_rational n;
    if (t->kind == TREE_SCALAR && strcmp(t->text, "angoff") == 0)
        b->is_angoff = true;
    else if (read_rational(r, t, &n))
        b->cut = value_number(n);
}

static const key_rule bank_keys[] = {
    {.key = "name", .kind = KEY_WORDS, .offset = offsetof(scheme_bank, item.words)},
    {.key = "note", .kind = KEY_TEXT, .offset = offsetof(scheme_bank, item.note)},
    {.key = "items", .kind = KEY_INT, .offset = offsetof(scheme_bank, items)},
    {.key = "minutes", .kind = KEY_INT, .offset = offsetof(scheme_bank, minutes)},
    {.key = "forms", .kind = KEY_INT, .offset = offsetof(scheme_bank, forms)},
    {.key = "attempts", .kind = KEY_INT, .offset = offsetof(scheme_bank, attempts)},
    {.key = "blueprint",
     .kind = KEY_COUNTS,
     .offset = offsetof(scheme_bank, topic),
     .more = offsetof(scheme_bank, topic_count)},
    {.key = "cut", .kind = KEY_OWN, .own = read_cut},
    {.key = "floor", .kind = KEY_NUMBER, .offset = offsetof(scheme_bank, floor)},
    {.key = "topic_floor", .kind = KEY_NUMBER, .offset = offsetof(scheme_bank, topic_floor)},
    {.key = "examiner",
     .kind = KEY_REF,
     .offset = offsetof(scheme_bank, examiner),
     .extra = SECTION_ROLE},
};

void read_bank(reader *r, const tree *t, void *object)
{
    READ_KEYS(r, t, object, bank_keys);
}
