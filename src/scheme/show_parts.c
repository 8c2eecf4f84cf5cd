/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Chapters of a rule book about what is decided: stages, conditions, decisions, points, scores. */
#include "scheme/show_inner.h"

#include <string.h>

static void line(buf *out)
{
    if (out->length && out->data[out->length - 1] != '\n')
        buf_add_char(out, '\n');
}

/* "label: " at the beginning of a line */
static void label(const book *b, buf *out, say word)
{
    line(out);
    buf_addf(out, "%s: ", said(b, word));
}

static void row(const book *b, const scheme_item *item, int depth, buf *text)
{
    book_row(b, item, depth, buf_text(text));
    buf_clear(text);
}

/* -- stages --------------------------------------------------------------------------------------
 */

void say_who(const book *b, const scheme_stage *s, buf *out)
{
    size_t before = out->length;
    for (size_t i = 0; i < s->who_count; i++)
        buf_addf(out, "%s%s", i ? ", " : "", name_of(b, &s->who[i]->item));
    if (s->assign && s->assign->role)
        buf_addf(out, "%s%s", out->length > before ? ", " : "", name_of(b, &s->assign->role->item));
    for (size_t i = 0; s->bank && out->length == before && i < b->s->role_count; i++)
        if (b->s->role[i].is_case)
            buf_add_text(out, name_of(b, &b->s->role[i].item));
}

static void say_work(const book *b, const scheme_stage *s, buf *out)
{
    if (s->form) {
        label(b, out, SAY_FILLS);
        buf_add_text(out, name_of(b, &s->form->item));
    }
    for (size_t i = 0; i < s->rubric_count; i++) {
        label(b, out, SAY_SCORES_BY);
        buf_add_text(out, name_of(b, &s->rubric[i].use->item));
        if (!s->rubric[i].when)
            continue;
        buf_addf(out, " (%s ", said(b, SAY_ONLY_WHEN));
        say_expr(b, s->rubric[i].when, out);
        buf_add_char(out, ')');
    }
    if (s->bank) {
        label(b, out, SAY_SITS);
        buf_add_text(out, name_of(b, &s->bank->item));
    }
    if (s->publish) {
        label(b, out, SAY_PUBLISHES);
        buf_add_text(out, name_of(b, &s->publish->item));
    }
    if (s->title) {
        label(b, out, SAY_GIVES);
        buf_add_text(out, name_of(b, &s->title->item));
    }
    for (size_t i = 0; i < s->money_count; i++) {
        label(b, out, SAY_GIVES);
        buf_add_text(out, name_of(b, &s->money[i]->item));
    }
}

static void say_late(const book *b, const scheme_stage *s, buf *out)
{
    static const say words[] = {SAY_LATE_WAIT, SAY_LATE_PROCEED, SAY_REJECTED, SAY_SUSPENDED};
    label(b, out, SAY_LATE);
    buf_add_text(out, s->late == LATE_STAGE ? name_of(b, &s->late_stage->item)
                                            : said(b, words[s->late]));
}

static void say_clock(const book *b, const scheme_stage *s, buf *out)
{
    if (s->due.kind == VALUE_DURATION) {
        label(b, out, SAY_DUE);
        say_duration(b, s->due, out);
    }
    if (s->late != LATE_WAIT)
        say_late(b, s, out);
    if (s->every.kind == VALUE_DURATION) {
        label(b, out, SAY_COMES_AGAIN);
        say_duration(b, s->every, out);
    }
    if (s->when) {
        label(b, out, SAY_ONLY_WHEN);
        say_expr(b, s->when, out);
    }
}

void show_stages(const book *b)
{
    buf text = BUF_INIT;
    book_heading(b, SAY_STAGES);
    for (size_t i = 0; i < b->s->stage_count; i++) {
        const scheme_stage *s = &b->s->stage[i];
        size_t before = text.length;
        label(b, &text, SAY_WHO);
        size_t start = text.length;
        say_who(b, s, &text);
        if (text.length == start)
            text.length = before;
        say_work(b, s, &text);
        say_clock(b, s, &text);
        if (s->gate) {
            line(&text);
            say_gate(b, s->gate, "\n", &text);
        }
        if (s->next != s + 1 || i + 1 == b->s->stage_count) {
            label(b, &text, SAY_THEN);
            buf_add_text(&text, s->next ? name_of(b, &s->next->item) : said(b, SAY_END));
        }
        row(b, &s->item, 0, &text);
    }
    book_end(b);
    buf_done(&text);
}

/* -- rules
 * ------------------------------------------------------------------------------------------ */

static const char *word_in(const book *b, const scheme_words *w)
{
    scheme_item item = {.id = NULL, .words = *w};
    return w->ko || w->en || w->zh ? name_of(b, &item) : NULL;
}

static void say_table(const book *b, const scheme_rule *r, buf *out)
{
    for (size_t i = 0; r->column && i < r->column_count; i++)
        buf_addf(out, "%s%s", i ? " · " : "", r->column[i]);
    for (size_t i = 0; i < r->row_count; i++) {
        line(out);
        buf_addf(out, "%s: ", r->row[i]);
        for (size_t k = 0; k < r->column_count; k++) {
            buf_add_text(out, k ? " · " : "");
            say_value(b, r->cell[i * r->column_count + k], out);
        }
    }
}

static void say_steps(const book *b, const scheme_rule *r, buf *out)
{
    label(b, out, SAY_OF);
    say_expr(b, r->is, out);
    for (size_t i = 0; i < r->row_count; i++) {
        line(out);
        buf_addf(out, "≥ ");
        say_value(b, value_number(r->from[i]), out);
        buf_add_text(out, ": ");
        say_value(b, r->cell[i], out);
    }
}

void show_rules(const book *b)
{
    buf text = BUF_INIT;
    book_heading(b, SAY_CONDITIONS);
    for (size_t i = 0; i < b->s->rule_count; i++) {
        const scheme_rule *r = &b->s->rule[i];
        const char *told = word_in(b, &r->say);
        if (told)
            buf_addf(&text, "%s\n", told);
        if (r->kind == RULE_TABLE)
            say_table(b, r, &text);
        else if (r->kind == RULE_STEPS)
            say_steps(b, r, &text);
        else
            say_expr(b, r->is, &text);
        row(b, &r->item, 0, &text);
    }
    book_end(b);
    buf_done(&text);
}

/* -- gates
 * ------------------------------------------------------------------------------------------ */

typedef struct {
    const book *b;
    const char *between;
    buf *out;
    size_t start;
} clauses;

static void clause(clauses *c, say word)
{
    if (c->out->length > c->start)
        buf_add_text(c->out, c->between);
    buf_addf(c->out, "%s: ", said(c->b, word));
}

void say_otherwise(const book *b, const scheme_gate *g, buf *out)
{
    static const say words[] = {SAY_REJECTED, SAY_RETURNED, SAY_SUSPENDED, SAY_REOPENED};
    buf_add_text(out, g->otherwise == ELSE_STAGE ? name_of(b, &g->else_stage->item)
                                                 : said(b, words[g->otherwise]));
}

static void say_conditions(clauses *c, const scheme_gate *g)
{
    for (size_t i = 0; i < g->need_count; i++) {
        if (i)
            buf_addf(c->out, " %s ", said(c->b, SAY_AND));
        else
            clause(c, SAY_NEED);
        say_expr(c->b, g->need[i], c->out);
    }
    if (g->veto) {
        clause(c, SAY_VETO);
        say_expr(c->b, g->veto, c->out);
    }
}

static void say_ties(clauses *c, const scheme_gate *g)
{
    for (size_t i = 0; i < g->tie_count; i++) {
        if (i)
            buf_add_text(c->out, " → ");
        else
            clause(c, SAY_TIES);
        if (g->tie[i].by)
            say_expr(c->b, g->tie[i].by, c->out);
        else
            buf_add_text(c->out, said(c->b, g->tie[i].kind == TIE_DRAW ? SAY_DRAW : SAY_SHARE_TIE));
    }
}

static void say_ranking(clauses *c, const scheme_gate *g)
{
    if (g->rank) {
        clause(c, SAY_RANKED);
        say_expr(c->b, g->rank, c->out);
    }
    if (g->quota || g->quota_expr || g->top) {
        clause(c, g->top ? SAY_BEST : SAY_QUOTA);
        if (g->quota_expr)
            say_expr(c->b, g->quota_expr, c->out);
        else
            buf_addf(c->out, "%lld", (long long)(g->top ? g->top : g->quota));
    }
    for (size_t i = 0; i < g->by_count; i++) {
        if (i)
            buf_add_text(c->out, ", ");
        else
            clause(c, SAY_IN_EACH);
        buf_add_text(c->out, g->by[i]);
    }
    say_ties(c, g);
}

static void say_band(clauses *c, const scheme_band *band)
{
    size_t start;
    buf_addf(c->out, "%s", name_of(c->b, &band->item));
    buf_add_text(c->out, " (");
    start = c->out->length;
    if (band->when)
        say_expr(c->b, band->when, c->out);
    if (band->has_from) {
        buf_add_text(c->out, c->out->length > start ? ", ≥ " : "≥ ");
        say_value(c->b, value_number(band->from), c->out);
    }
    if (band->has_share) {
        buf_add_text(c->out, c->out->length > start ? ", " : "");
        say_value(c->b, value_number(band->share), c->out);
    }
    if (band->count)
        buf_addf(c->out, "%s%lld", c->out->length > start ? ", " : "", (long long)band->count);
    if (c->out->length == start)
        buf_add_text(c->out, said(c->b, SAY_REST));
    buf_add_char(c->out, ')');
    if (band->next)
        buf_addf(c->out, " → %s", name_of(c->b, &band->next->item));
}

static void say_bands(clauses *c, const scheme_gate *g)
{
    if (g->of) {
        clause(c, SAY_OF);
        say_expr(c->b, g->of, c->out);
    }
    for (size_t i = 0; i < g->band_count; i++) {
        buf_add_text(c->out, i ? " · " : c->out->length > c->start ? c->between : "");
        say_band(c, &g->band[i]);
    }
}

static void say_vote(clauses *c, const scheme_gate *g)
{
    value quorum = g->quorum.kind == VALUE_NUMBER ? g->quorum
                   : g->vote                      ? g->vote->quorum
                                                  : VALUE_NONE;
    const scheme_item *who = g->vote ? &g->vote->item : g->ballots ? &g->ballots->item : NULL;
    if (!who)
        return;
    clause(c, SAY_VOTE);
    buf_addf(c->out, "%s (%s ", name_of(c->b, who), said(c->b, SAY_QUORUM));
    say_value(c->b, quorum, c->out);
    buf_addf(c->out, ", %s ", said(c->b, SAY_MAJORITY));
    say_value(c->b, value_number(g->majority), c->out);
    buf_add_char(c->out, ')');
}

void say_gate(const book *b, const scheme_gate *g, const char *between, buf *out)
{
    clauses c = {.b = b, .between = between, .out = out, .start = out->length};
    say_conditions(&c, g);
    say_ranking(&c, g);
    say_bands(&c, g);
    say_vote(&c, g);
    if (g->objections.kind == VALUE_DURATION) {
        clause(&c, SAY_OBJECTIONS);
        say_duration(b, g->objections, out);
    }
    if (g->reports_band)
        buf_addf(out, "%s%s", between, said(b, SAY_ADVICE_BAND));
    clause(&c, SAY_OTHERWISE);
    say_otherwise(b, g, out);
}

/* -- rubrics
 * ---------------------------------------------------------------------------------------- */

static void say_levels(const book *b, const scheme_node *node, buf *out)
{
    for (size_t i = 0; i < node->level_count; i++) {
        const char *anchor = word_in(b, &node->level[i].anchor);
        if (!anchor)
            continue;
        line(out);
        buf_addf(out, "%s: %s", node->level[i].code, anchor);
    }
}

static void say_node(const book *b, const scheme_node *node, const scheme_node *parent, buf *out)
{
    say_value(b, value_number(node->points), out);
    if (node->is_starred)
        buf_addf(out, " · %s", said(b, SAY_STAR));
    if (node->may_na && node->is_leaf)
        buf_addf(out, " · %s", said(b, SAY_NA));
    if (node->repeat) {
        buf_addf(out, " · %s: ", said(b, SAY_MORE_THAN_ONCE));
        say_expr(b, node->repeat, out);
    }
    bool is_new_scale = node->scale != SCALE_POINTS && (!parent || parent->level != node->level);
    if (is_new_scale && node->level_count <= 12) {
        buf_addf(out, " · %s: ", said(b, SAY_ANSWERS));
        for (size_t i = 0; i < node->level_count; i++)
            buf_addf(out, "%s%s", i ? ", " : "", node->level[i].code);
    }
    if (is_new_scale || node->scale == SCALE_POINTS)
        say_levels(b, node, out);
}

void show_rubrics(const book *b)
{
    buf text = BUF_INIT;
    book_heading(b, SAY_POINTS);
    for (size_t i = 0; i < b->s->rubric_count; i++) {
        const scheme_rubric *r = &b->s->rubric[i];
        for (size_t k = 0; k < r->node_count; k++) {
            const scheme_node *node = &r->node[k];
            say_node(b, node, node->parent < 0 ? NULL : &r->node[node->parent], &text);
            row(b, k ? &node->item : &r->item, (int)node->depth, &text);
        }
    }
    book_end(b);
    buf_done(&text);
}

/* -- tallies
 * ---------------------------------------------------------------------------------------- */

static void say_method(const book *b, const scheme_tally *t, buf *out)
{
    static const say words[] = {SAY_MEAN,    SAY_TRIMMED, SAY_OLYMPIC, SAY_MEDIAN,
                                SAY_SUM,     SAY_LOWEST,  SAY_HIGHEST, SAY_WEIGHTED,
                                SAY_TOP_BOX, SAY_NPS,     SAY_BALLOTS};
    if (t->method == TALLY_EXPR) {
        say_expr(b, t->is, out);
        return;
    }
    buf_add_text(out, said(b, words[t->method]));
    if (t->method == TALLY_TRIMMED || t->method == TALLY_TOP_BOX)
        buf_addf(out, " (%lld)", (long long)t->cut);
    if (t->weight) {
        label(b, out, SAY_WEIGHT);
        say_expr(b, t->weight, out);
    }
    label(b, out, SAY_OF);
    for (size_t i = 0; i < t->rubric_count; i++)
        buf_addf(out, "%s%s", i ? ", " : "", name_of(b, &t->rubric[i]->item));
    if (t->form)
        buf_add_text(out, name_of(b, &t->form->item));
    if (t->field)
        buf_addf(out, " · %s", name_of(b, &t->field->item));
    line(out);
    if (t->missing == SHEETS_NEED)
        buf_addf(out, "%s: %lld", said(b, SAY_SHEETS_NEED), (long long)t->need);
    else
        buf_add_text(out, said(b, t->missing == SHEETS_ALL ? SAY_SHEETS_ALL : SAY_SHEETS_GIVEN));
}

void show_tallies(const book *b)
{
    static const say advice[] = {SAY_ADVICE_MIXED, SAY_ADVICE_HUBER, SAY_ADVICE_RANK};
    buf text = BUF_INIT;
    book_heading(b, SAY_SCORES);
    for (size_t i = 0; i < b->s->tally_count; i++) {
        const scheme_tally *t = &b->s->tally[i];
        say_method(b, t, &text);
        if (t->has_round) {
            label(b, &text, SAY_ROUNDED);
            say_value(b, value_number(t->round), &text);
        }
        bool is_first = true;
        for (unsigned k = 0; k < 3; k++) {
            if (!(t->advice & 1u << k))
                continue;
            if (is_first)
                label(b, &text, SAY_ADVICE);
            buf_addf(&text, "%s%s", is_first ? "" : ", ", said(b, advice[k]));
            is_first = false;
        }
        row(b, &t->item, 0, &text);
    }
    book_end(b);
    buf_done(&text);
}
