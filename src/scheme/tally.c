/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sheets of a rubric to numbers: the official method at every node. Answers to a form are in
 * tally_form.c; the arithmetic of the methods is <assay/tally.h>. */
#include "scheme/tally_inner.h"

#include "base/i18n.h"

#include <stdio.h>
#include <string.h>

/* -- answers --------------------------------------------------------------------------------- */

static void list_answers(const scheme_node *node, buf *out)
{
    char text[ASSAY_RATIONAL_TEXT], step[ASSAY_RATIONAL_TEXT];
    if (node->scale == SCALE_POINTS) {
        assay_rational_format(node->points, 0, text, sizeof text);
        assay_rational_format(node->step, 0, step, sizeof step);
        buf_addf(out, _("0 to %s in steps of %s"), text, step);
    } else {
        for (size_t i = 0; i < node->level_count; i++)
            buf_addf(out, "%s%s", i ? ", " : "", node->level[i].code);
    }
    if (node->may_na)
        buf_add_text(out, ", na");
}

static bool points_of(const scheme_node *node, const char *answer, assay_rational *out)
{
    assay_rational steps;
    for (size_t i = 0; node->scale != SCALE_POINTS && i < node->level_count; i++)
        if (strcmp(node->level[i].code, answer) == 0) {
            *out = node->level[i].worth;
            return node->scale == SCALE_LIST ||
                   assay_rational_mul(*out, node->points, out, NULL) == ASSAY_OK;
        }
    return node->scale == SCALE_POINTS &&
           assay_rational_parse(answer, strlen(answer), out, NULL) == ASSAY_OK &&
           assay_rational_sign(*out) >= 0 && assay_rational_compare(*out, node->points) <= 0 &&
           assay_rational_div(*out, node->step, &steps, NULL) == ASSAY_OK &&
           assay_rational_is_whole(steps);
}

assay_status sheet_points(const scheme_rubric *r, size_t leaf, const char *answer, value *out,
                          assay_err *err)
{
    assay_rational points;
    if (leaf >= r->leaf_count)
        return assay_fail(err, ASSAY_SHAPE, leaf, _("rubric %s has %zu leaves"), r->item.id,
                          r->leaf_count);
    const scheme_node *node = &r->node[r->leaf[leaf]];
    if (*answer == '\0') {
        *out = VALUE_NONE;
        return ASSAY_OK;
    }
    if (strcmp(answer, "na") == 0 && node->may_na) {
        *out = value_na();
        return ASSAY_OK;
    }
    if (points_of(node, answer, &points)) {
        *out = value_number(points);
        return ASSAY_OK;
    }
    buf answers = BUF_INIT;
    list_answers(node, &answers);
    assay_status status = assay_fail(
        err, ASSAY_DOMAIN, leaf, _("%s cannot be answered with \"%.40s\""), node->item.id, answer);
    assay_hint(err, _("answers are %s"), buf_text(&answers));
    buf_done(&answers);
    return status;
}

/* -- one sheet at one node -----------------------------------------------------------------------
 */

static size_t repeats(const tally_input *in, size_t leaf)
{
    return in->repeats ? in->repeats[leaf] : 1;
}

/* The step to which the mean over repetitions is rounded: of the nearest node that repeats. */
static const scheme_node *repeated_by(const scheme_rubric *r, const scheme_node *node)
{
    while (!node->repeat && node->parent >= 0)
        node = &r->node[node->parent];
    return node->repeat ? node : NULL;
}

/* Points of a leaf on a sheet: the mean over its repetitions. */
static value leaf_value(const tally_input *in, size_t leaf, const value *answer)
{
    const scheme_node *node = &in->rubric->node[in->rubric->leaf[leaf]];
    assay_rational sum = assay_rational_of(0);
    int64_t given = 0;
    size_t n = repeats(in, leaf);
    if (n == 1 && answer->kind == VALUE_NUMBER)
        return *answer;
    for (size_t i = 0; i < n; i++) {
        if (answer[i].kind == VALUE_NA)
            continue;
        if (answer[i].kind != VALUE_NUMBER ||
            assay_rational_add(sum, answer[i].as.number, &sum, NULL) != ASSAY_OK)
            return VALUE_NONE;
        given++;
    }
    if (given == 0)
        return n ? value_na() : VALUE_NONE;
    const scheme_node *by = n > 1 ? repeated_by(in->rubric, node) : NULL;
    if (assay_rational_div(sum, assay_rational_of(given), &sum, NULL) != ASSAY_OK ||
        (by && by->has_repeat_round &&
         assay_rational_round_half_up(sum, by->repeat_round, &sum, NULL) != ASSAY_OK))
        return VALUE_NONE;
    return value_number(sum);
}

typedef struct {
    assay_rational awarded, possible;
    bool is_missing;
} subtotal;

static void add_leaf(subtotal *t, value points, assay_rational possible)
{
    if (points.kind == VALUE_NA)
        return;
    if (points.kind != VALUE_NUMBER ||
        assay_rational_add(t->awarded, points.as.number, &t->awarded, NULL) != ASSAY_OK ||
        assay_rational_add(t->possible, possible, &t->possible, NULL) != ASSAY_OK)
        t->is_missing = true;
}

static subtotal node_subtotal(const tally_input *in, const scheme_node *node, const value *leaf)
{
    subtotal t = {assay_rational_of(0), assay_rational_of(0), false};
    for (size_t i = node->first_leaf; i < node->first_leaf + node->leaf_count; i++)
        add_leaf(&t, leaf[i], in->rubric->node[in->rubric->leaf[i]].points);
    return t;
}

/* Scaled to what was applicable. */
static assay_sheet sheet_at(const scheme_node *node, const subtotal *t)
{
    assay_sheet s = {.state = ASSAY_SHEET_MISSING};
    if (t->is_missing)
        return s;
    if (assay_rational_sign(t->possible) == 0) {
        s.state = ASSAY_SHEET_NOT_APPLICABLE;
        return s;
    }
    s.score = t->awarded;
    bool is_whole = assay_rational_compare(t->possible, node->points) == 0;
    if (is_whole || (assay_rational_div(t->awarded, t->possible, &s.score, NULL) == ASSAY_OK &&
                     assay_rational_mul(s.score, node->points, &s.score, NULL) == ASSAY_OK))
        s.state = ASSAY_SHEET_GIVEN;
    return s;
}

value rubric_total(const scheme_rubric *r, const uint32_t *repeats_of, const value *answer)
{
    const tally_input in = {.rubric = r, .repeats = repeats_of};
    subtotal t = {assay_rational_of(0), assay_rational_of(0), false};
    for (size_t i = 0; i < r->leaf_count; i++) {
        add_leaf(&t, leaf_value(&in, i, answer), r->node[r->leaf[i]].points);
        answer += repeats(&in, i);
    }
    assay_sheet s = sheet_at(&r->node[0], &t);
    return s.state == ASSAY_SHEET_GIVEN ? value_number(s.score) : VALUE_NONE;
}

/* -- all sheets
 * ------------------------------------------------------------------------------------ */

assay_tally_rule tally_rule_of(const scheme_tally *t)
{
    static const assay_tally_method method[] = {
        [TALLY_MEAN] = ASSAY_TALLY_MEAN,       [TALLY_TRIMMED] = ASSAY_TALLY_TRIMMED,
        [TALLY_OLYMPIC] = ASSAY_TALLY_OLYMPIC, [TALLY_MEDIAN] = ASSAY_TALLY_MEDIAN,
        [TALLY_SUM] = ASSAY_TALLY_SUM,         [TALLY_MIN] = ASSAY_TALLY_LOWEST,
        [TALLY_MAX] = ASSAY_TALLY_HIGHEST,     [TALLY_WEIGHTED] = ASSAY_TALLY_WEIGHTED};
    assay_tally_rule rule = assay_tally_defaults();
    if (t->method <= TALLY_WEIGHTED)
        rule.method = method[t->method];
    rule.trim = t->method == TALLY_TRIMMED ? (size_t)t->cut : 0;
    rule.missing = t->missing == SHEETS_ALL    ? ASSAY_MISSING_REFUSE
                   : t->missing == SHEETS_NEED ? ASSAY_MISSING_NEEDS
                                               : ASSAY_MISSING_SKIP;
    rule.needs = t->missing == SHEETS_NEED ? (size_t)t->need : 1;
    return rule;
}

typedef struct {
    const tally_input *in;
    arena *memory;
    size_t n;           /* sheets that should be there */
    value *leaf;        /* [sheet_count * leaf_count] */
    assay_sheet *sheet; /* [n] */
    void *scratch;
    tally_result *out;
    value *node, *possible, *share;
} counting;

static bool prepare(counting *c)
{
    const tally_input *in = c->in;
    size_t leaves = in->rubric->leaf_count, nodes = in->rubric->node_count;
    c->leaf = arena_array(c->memory, value, in->sheet_count * leaves + 1);
    c->sheet = arena_array(c->memory, assay_sheet, c->n + 1);
    c->scratch = arena_alloc(c->memory, 1, assay_tally_scratch_size(c->n) + 1);
    c->node = arena_array(c->memory, value, nodes);
    c->possible = arena_array(c->memory, value, nodes);
    c->share = arena_array(c->memory, value, nodes);
    if (!c->leaf || !c->sheet || !c->scratch || !c->node || !c->possible || !c->share)
        return false;
    for (size_t s = 0; s < in->sheet_count; s++) {
        const value *answer = in->sheet[s].answer;
        for (size_t k = 0; k < leaves; k++) {
            c->leaf[s * leaves + k] = leaf_value(in, k, answer);
            answer += repeats(in, k);
        }
    }
    return true;
}

static void set_share(counting *c, size_t at, const subtotal *all, size_t sheets)
{
    const scheme_node *node = &c->in->rubric->node[at];
    assay_rational r;
    if (sheets &&
        assay_rational_div(all->possible, assay_rational_of((int64_t)sheets), &r, NULL) == ASSAY_OK)
        c->possible[at] = value_number(r);
    if (c->node[at].kind == VALUE_NUMBER &&
        assay_rational_div(c->node[at].as.number, node->points, &r, NULL) == ASSAY_OK)
        c->share[at] = value_number(r);
    else
        c->share[at] = c->node[at];
}

static assay_status tally_node(counting *c, size_t at, assay_tally *t, assay_err *err)
{
    const tally_input *in = c->in;
    const scheme_node *node = &in->rubric->node[at];
    subtotal all = {assay_rational_of(0), assay_rational_of(0), false};
    for (size_t s = 0; s < c->n; s++) {
        c->sheet[s] = (assay_sheet){.state = ASSAY_SHEET_MISSING};
        if (s >= in->sheet_count)
            continue;
        subtotal own = node_subtotal(in, node, c->leaf + s * in->rubric->leaf_count);
        c->sheet[s] = sheet_at(node, &own);
        c->sheet[s].weight = in->sheet[s].weight.kind == VALUE_NUMBER
                                 ? in->sheet[s].weight.as.number
                                 : assay_rational_of(1);
        if (assay_rational_add(all.possible, own.possible, &all.possible, NULL) != ASSAY_OK)
            return assay_fail(err, ASSAY_LIMIT, s, _("points beyond 127 bits"));
    }
    assay_tally_rule rule = tally_rule_of(in->tally);
    assay_status status = assay_tally_sheets(c->sheet, c->n, &rule, c->scratch, NULL, t, err);
    if (status != ASSAY_OK)
        return status;
    bool is_na = t->why && t->not_applicable && !t->missing && !t->given;
    c->node[at] = !t->why ? value_number(t->value) : is_na ? value_na() : VALUE_NONE;
    set_share(c, at, &all, in->sheet_count);
    return ASSAY_OK;
}

/* -- lists of answers
 * ------------------------------------------------------------------------------ */

static value record_of(counting *c, const char *id, value points, value possible, value share,
                       value least, const scheme_node *node)
{
    value_member *m = arena_array(c->memory, value_member, 8);
    if (!m)
        return VALUE_NONE;
    m[0] = (value_member){"id", value_text(id)};
    m[1] = (value_member){"points", points};
    m[2] = (value_member){"possible", possible};
    m[3] = (value_member){"share", share};
    m[4] = (value_member){"star", value_bool(node->is_starred)};
    m[5] = (value_member){"na", value_bool(points.kind == VALUE_NA)};
    m[6] = (value_member){"answered", value_bool(points.kind == VALUE_NUMBER)};
    m[7] = (value_member){"least", least};
    return (value){.kind = VALUE_RECORD, .as.record = {m, 8}};
}

static void take_less(value *least, value points)
{
    int order;
    if (points.kind == VALUE_NA && least->kind == VALUE_MISSING)
        *least = points;
    if (points.kind == VALUE_NUMBER &&
        (least->kind != VALUE_NUMBER || (value_compare(points, *least, &order) && order < 0)))
        *least = points;
}

/* The lowest answer to a question on any sheet in any repetition, which a mean may hide. */
static value least_of(const counting *c, size_t leaf)
{
    const tally_input *in = c->in;
    value least = VALUE_NONE;
    size_t at = 0;
    for (size_t i = 0; i < leaf; i++)
        at += repeats(in, i);
    for (size_t s = 0; s < in->sheet_count; s++)
        for (size_t k = 0; k < repeats(in, leaf); k++)
            take_less(&least, in->sheet[s].answer[at + k]);
    return least;
}

static value answers_of(counting *c, const scheme_node *node)
{
    const scheme_rubric *r = c->in->rubric;
    value *item = arena_array(c->memory, value, node->leaf_count + 1);
    if (!item)
        return VALUE_NONE;
    for (size_t i = 0; i < node->leaf_count; i++) {
        size_t at = r->leaf[node->first_leaf + i];
        item[i] = record_of(c, r->node[at].item.id, c->node[at], value_number(r->node[at].points),
                            c->share[at], least_of(c, node->first_leaf + i), &r->node[at]);
    }
    return (value){.kind = VALUE_LIST, .as.list = {item, node->leaf_count}};
}

/* Points of all leaves below in repetition k, summed over sheets. */
static subtotal repetition(const counting *c, const scheme_node *node, size_t k)
{
    const tally_input *in = c->in;
    subtotal t = {assay_rational_of(0), assay_rational_of(0), false};
    for (size_t s = 0; s < in->sheet_count; s++) {
        size_t at = 0;
        for (size_t leaf = 0; leaf < in->rubric->leaf_count; leaf++) {
            bool is_below = leaf >= node->first_leaf && leaf < node->first_leaf + node->leaf_count;
            if (is_below && k < repeats(in, leaf))
                add_leaf(&t, in->sheet[s].answer[at + k],
                         in->rubric->node[in->rubric->leaf[leaf]].points);
            at += repeats(in, leaf);
        }
    }
    return t;
}

static value repetitions_of(counting *c, const scheme_node *node)
{
    size_t n = node->repeat && node->leaf_count ? repeats(c->in, node->first_leaf) : 0;
    value *item = arena_array(c->memory, value, n + 1);
    if (!item)
        return VALUE_NONE;
    for (size_t k = 0; k < n; k++) {
        subtotal t = repetition(c, node, k);
        assay_rational share;
        char id[24];
        snprintf(id, sizeof id, "%zu", k + 1);
        bool is_na = !t.is_missing && assay_rational_sign(t.possible) == 0;
        value none = is_na ? value_na() : VALUE_NONE;
        bool is_there = !t.is_missing && !is_na &&
                        assay_rational_div(t.awarded, t.possible, &share, NULL) == ASSAY_OK;
        const char *copy = arena_text(c->memory, id, strlen(id));
        item[k] = record_of(c, copy ? copy : "", is_there ? value_number(t.awarded) : none,
                            is_there ? value_number(t.possible) : none,
                            is_there ? value_number(share) : none, VALUE_NONE, node);
    }
    return (value){.kind = VALUE_LIST, .as.list = {item, n}};
}

static bool list_all(counting *c)
{
    size_t n = c->in->rubric->node_count;
    value *answers = arena_array(c->memory, value, n), *again = arena_array(c->memory, value, n);
    if (!answers || !again)
        return false;
    for (size_t i = 0; i < n; i++) {
        answers[i] = answers_of(c, &c->in->rubric->node[i]);
        again[i] = repetitions_of(c, &c->in->rubric->node[i]);
    }
    c->out->answers = answers;
    c->out->repetitions = again;
    return true;
}

static assay_status run_rubric(const tally_input *in, arena *memory, tally_result *out,
                               assay_err *err)
{
    counting c = {.in = in, .memory = memory, .out = out};
    assay_tally t = {0}, root = {0};
    c.n = in->assigned > in->sheet_count ? in->assigned : in->sheet_count;
    if (!prepare(&c))
        return assay_fail(err, ASSAY_MEMORY, 0, _("out of memory"));
    for (size_t i = 0; i < (in->is_total_only ? 1 : in->rubric->node_count); i++) {
        assay_status status = tally_node(&c, i, i ? &t : &root, err);
        if (status != ASSAY_OK)
            return status;
    }
    out->node = c.node;
    out->possible = c.possible;
    out->share = c.share;
    out->used = root.used;
    out->dropped = root.given - root.used;
    out->exact = root.why ? VALUE_NONE : value_number(root.unrounded);
    out->reason = root.why;
    if (in->rubric->has_lists && !in->is_total_only && !list_all(&c))
        return assay_fail(err, ASSAY_MEMORY, 0, _("out of memory"));
    return ASSAY_OK;
}

/* -- the official number
 * ---------------------------------------------------------------------------- */

static value rounded(const scheme_tally *t, value exact)
{
    assay_rational r;
    if (!t->has_round || exact.kind != VALUE_NUMBER)
        return exact;
    return assay_rational_round(exact.as.number, t->round, t->rounding, &r, NULL) == ASSAY_OK
               ? value_number(r)
               : VALUE_NONE;
}

assay_status tally_run(const tally_input *in, arena *memory, tally_result *out, assay_err *err)
{
    tally_result result = {.tally = in->tally, .rubric = in->rubric, .eligible = in->eligible};
    if (in->tally->method == TALLY_EXPR)
        return assay_fail(err, ASSAY_DOMAIN, 0, _("tally %s is calculated from others"),
                          in->tally->item.id);
    if (in->tally->form == NULL && in->rubric == NULL)
        return assay_fail(err, ASSAY_DOMAIN, 0, _("tally %s needs a rubric"), in->tally->item.id);
    assay_status status =
        in->rubric ? run_rubric(in, memory, &result, err) : tally_form(in, memory, &result, err);
    if (status != ASSAY_OK)
        return status;
    result.number = rounded(in->tally, result.exact);
    *out = result;
    return ASSAY_OK;
}

value tally_calculate(const scheme_tally *t, const expr_scope *scope)
{
    return rounded(t, expr_eval(t->is, scope));
}
