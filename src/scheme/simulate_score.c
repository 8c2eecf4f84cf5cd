/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The sheets of one stage: assignment, answers, tallies; advice where a design ranks by it. */
#include "scheme/simulate_inner.h"

#include "base/i18n.h"

#include <assay/assign.h> /* ASSAY_ASSIGN_PER_CASE_MAX */
#include <assay/judging.h>

#include <math.h>
#include <string.h>

typedef struct {
    trial *t;
    const scheme_stage *stage;
    const scheme_rubric *rubric;
    size_t per_case;
    uint32_t *chosen;   /* [cases * per_case] */
    size_t cases;       /* alive */
    size_t *at;         /* [cases] */
    tally_sheet *sheet; /* of all cases, one after the other */
    uint32_t *judge;    /* of each sheet */
    size_t *first;      /* [cases + 1] */
    struct leaf_scale *scale; /* [leaves of the rubric] */
} scoring;

static assay_status short_of_memory(assay_err *err)
{
    return assay_fail(err, ASSAY_MEMORY, 0, _("out of memory"));
}

/* -- who judges what
 * --------------------------------------------------------------------------------- */

/* Here nobody is tied to a case and every assignment is as good as another, so it needs no search:
 * judges are dealt like cards. Each deck has everybody once and is shuffled anew; loads differ by one
 * at most, which keeps a load of the scheme that can be kept. */
typedef struct {
    uint32_t *card, *part; /* [judges]; part: whose cases hang together, as a forest */
    size_t next, shuffled;
} deck;

static void shuffle(const scoring *c, deck *d, uint64_t attempt)
{
    d->next = 0;
    d->shuffled++;
    for (size_t i = c->t->judges; i-- > 1;) {
        uint64_t bits = trial_bits(c->t, 8, attempt << 32 | d->shuffled, i);
        size_t k = (size_t)(((bits >> 32) * (i + 1)) >> 32);
        uint32_t card = d->card[i];
        d->card[i] = d->card[k];
        d->card[k] = card;
    }
}

static bool has_judge(const uint32_t *chosen, size_t n, uint32_t judge)
{
    for (size_t i = 0; i < n; i++)
        if (chosen[i] == judge)
            return true;
    return false;
}

/* The next card the case does not hold: there is one, a case takes at most half of the deck. */
static uint32_t take_card(const scoring *c, deck *d, const uint32_t *held, size_t n, uint64_t attempt)
{
    if (d->next == c->t->judges)
        shuffle(c, d, attempt);
    size_t at = d->next;
    while (at + 1 < c->t->judges && has_judge(held, n, d->card[at]))
        at++;
    uint32_t card = d->card[at];
    d->card[at] = d->card[d->next];
    d->card[d->next++] = card;
    return card;
}

static uint32_t root_of(const deck *d, uint32_t judge)
{
    while (d->part[judge] != judge)
        judge = d->part[judge] = d->part[d->part[judge]];
    return judge;
}

static bool is_one_design(const scoring *c, deck *d)
{
    for (uint32_t j = 0; j < c->t->judges; j++)
        d->part[j] = j;
    for (size_t i = 0; i < c->cases * c->per_case; i++)
        d->part[root_of(d, c->chosen[i])] = root_of(d, c->chosen[i - i % c->per_case]);
    uint32_t root = root_of(d, c->chosen[0]);
    for (size_t i = 0; i < c->cases * c->per_case; i++)
        if (root_of(d, c->chosen[i]) != root)
            return false;
    return true;
}

static assay_status assign(scoring *c, assay_err *err)
{
    enum { ATTEMPTS = 64 };
    trial *t = c->t;
    const scheme_assign *a = c->stage->assign;
    deck d = {.card = arena_array(&t->memory, uint32_t, t->judges),
              .part = arena_array(&t->memory, uint32_t, t->judges)};
    if (!d.card || !d.part)
        return short_of_memory(err);
    for (uint64_t attempt = 0; attempt < ATTEMPTS; attempt++) {
        for (uint32_t j = 0; j < t->judges; j++)
            d.card[j] = j;
        shuffle(c, &d, attempt);
        for (size_t i = 0; i < c->cases; i++)
            for (size_t k = 0; k < c->per_case; k++) {
                uint32_t *held = &c->chosen[i * c->per_case];
                held[k] = take_card(c, &d, held, k, attempt);
            }
        if (!a || !a->is_connected || c->cases < 2 || is_one_design(c, &d))
            return ASSAY_OK;
    }
    return assay_fail(err, ASSAY_UNDEFINED, 0, _("no connected assignment was found"));
}

static void assign_panels(scoring *c)
{
    for (size_t i = 0; i < c->cases; i++)
        for (size_t k = 0; k < c->per_case; k++)
            c->chosen[i * c->per_case + k] = (uint32_t)(i % c->t->design->panels * c->per_case + k);
}

/* -- answers
 * ------------------------------------------------------------------------------------------- */

/* The answers a leaf admits, in points, exact and not. */
typedef struct leaf_scale {
    double points;
    size_t n;
    double *worth;         /* [n], rising where is_even */
    assay_rational *exact; /* [n] */
    bool is_even;          /* steps of the same size from 0 */
} leaf_scale;

enum { ANSWERS_MOST = 100000 };

static assay_status answer_at(const scheme_node *node, size_t i, assay_rational *out, assay_err *err)
{
    if (node->scale == SCALE_POINTS)
        return assay_rational_mul(node->step, assay_rational_of((int64_t)i), out, err);
    *out = node->level[i].worth;
    return node->scale == SCALE_LOOKUP ? assay_rational_mul(*out, node->points, out, err) : ASSAY_OK;
}

static assay_status scale_of(scoring *c, const scheme_node *node, leaf_scale *out, assay_err *err)
{
    double points = assay_rational_to_double(node->points);
    bool is_even = node->scale == SCALE_POINTS;
    double steps = is_even ? round(points / assay_rational_to_double(node->step)) : 0;
    size_t n = is_even ? (size_t)fmin(steps, ANSWERS_MOST) + 1 : node->level_count;
    *out = (leaf_scale){.points = points, .n = n, .is_even = is_even,
                        .worth = arena_array(&c->t->memory, double, n + 1),
                        .exact = arena_array(&c->t->memory, assay_rational, n + 1)};
    if (!out->worth || !out->exact)
        return short_of_memory(err);
    for (size_t i = 0; i < n; i++) {
        assay_status status = answer_at(node, i, &out->exact[i], err);
        if (status)
            return status;
        out->worth[i] = assay_rational_to_double(out->exact[i]);
    }
    return n ? ASSAY_OK : assay_fail(err, ASSAY_DOMAIN, 0, "%s admits no answer", node->item.id);
}

static assay_status read_scales(scoring *c, assay_err *err)
{
    assay_status status = ASSAY_OK;
    c->scale = arena_array(&c->t->memory, leaf_scale, c->rubric->leaf_count + 1);
    if (!c->scale)
        return short_of_memory(err);
    for (size_t i = 0; !status && i < c->rubric->leaf_count; i++)
        status = scale_of(c, &c->rubric->node[c->rubric->leaf[i]], &c->scale[i], err);
    return status;
}

/* The answer nearest to `points`. */
static size_t nearest(const leaf_scale *s, double points)
{
    size_t best = 0;
    if (s->is_even && s->n > 1) {
        double at = round(points / s->worth[1]);
        return at < 0 ? 0 : at > (double)(s->n - 1) ? s->n - 1 : (size_t)at;
    }
    for (size_t i = 1; i < s->n; i++)
        if (fabs(s->worth[i] - points) < fabs(s->worth[best] - points))
            best = i;
    return best;
}

/* Percent over the leaves; what rounding leaves over goes to the next one. */
static bool fill(scoring *c, size_t at, uint32_t judge, tally_sheet *sheet)
{
    trial *t = c->t;
    const simulate_options *o = t->options;
    size_t stage = (size_t)(c->stage - t->scheme->stage);
    double percent = o->centre + t->quality[at] - t->severity[judge] +
                     o->sd_rest * trial_normal(t, 16 + stage, at, judge);
    double share = fmin(1, fmax(0, percent / 100)), rest = 0;
    value *answer = arena_array(&t->memory, value, c->rubric->leaf_count);
    if (!answer)
        return false;
    for (size_t i = 0; i < c->rubric->leaf_count; i++) {
        const leaf_scale *scale = &c->scale[i];
        double wanted = share * scale->points + rest;
        size_t chosen = nearest(scale, wanted);
        rest = wanted - scale->worth[chosen];
        answer[i] = value_number(scale->exact[chosen]);
    }
    *sheet = (tally_sheet){.judge = "", .answer = answer, .weight = value_whole(1)};
    return true;
}

static size_t panel_size(const scoring *c)
{
    return c->t->design->panels ? c->t->design->panels * c->per_case : c->t->judges;
}

/* Those chosen, and everybody for the anchor cases. */
static assay_status write_sheets(scoring *c, assay_err *err)
{
    trial *t = c->t;
    size_t room = c->cases * c->per_case + t->design->anchors * t->judges, n = 0;
    c->sheet = arena_array(&t->memory, tally_sheet, room + 1);
    c->judge = arena_array(&t->memory, uint32_t, room + 1);
    c->first = arena_array(&t->memory, size_t, c->cases + 1);
    if (!c->sheet || !c->judge || !c->first)
        return short_of_memory(err);
    for (size_t i = 0; i < c->cases; i++) {
        c->first[i] = n;
        for (uint32_t j = 0; j < t->judges; j++) {
            bool is_anchor = i < t->design->anchors && j < panel_size(c);
            if (!is_anchor && !has_judge(&c->chosen[i * c->per_case], c->per_case, j))
                continue;
            c->judge[n] = j;
            if (!fill(c, c->at[i], j, &c->sheet[n++]))
                return short_of_memory(err);
        }
    }
    c->first[c->cases] = n;
    return ASSAY_OK;
}

/* -- tallies
 * ------------------------------------------------------------------------------------------- */

static scheme_tally by_rule(const scheme_tally *t, simulate_rule rule)
{
    static const tally_method method[] = {
        [RULE_MEAN] = TALLY_MEAN, [RULE_OLYMPIC] = TALLY_OLYMPIC, [RULE_MEDIAN] = TALLY_MEDIAN};
    scheme_tally copy = *t;
    copy.missing = SHEETS_GIVEN;
    if (rule == RULE_MEAN || rule == RULE_OLYMPIC || rule == RULE_MEDIAN)
        copy.method = method[rule];
    return copy;
}

static assay_status tally_cases(scoring *c, size_t tally, assay_err *err)
{
    trial *t = c->t;
    scheme_tally *rule = arena_new(&t->memory, scheme_tally);
    if (!rule)
        return short_of_memory(err);
    *rule = by_rule(&t->scheme->tally[tally], t->design->rule);
    for (size_t i = 0; i < c->cases; i++) {
        tally_input in = {.tally = rule, .rubric = c->rubric, .sheet = &c->sheet[c->first[i]],
                          .is_total_only = !c->rubric->has_nodes};
        in.sheet_count = in.assigned = c->first[i + 1] - c->first[i];
        /* Olympic and trimmed means speak only from so many sheets on. */
        if (in.sheet_count < 4 && (rule->method == TALLY_OLYMPIC || rule->method == TALLY_TRIMMED))
            rule->method = TALLY_MEAN;
        tally_result *r = &t->tally[c->at[i] * t->scheme->tally_count + tally];
        assay_status status = tally_run(&in, &t->memory, r, err);
        if (status != ASSAY_OK)
            return status;
    }
    return ASSAY_OK;
}

/* -- advice
 * -------------------------------------------------------------------------------------------- */

static double sheet_total(const scoring *c, const tally_sheet *sheet)
{
    double sum = 0;
    for (size_t i = 0; i < c->rubric->leaf_count; i++)
        sum += assay_rational_to_double(sheet->answer[i].as.number);
    return sum;
}

static assay_status fit(scoring *c, assay_judged_subject *subject, assay_err *err)
{
    trial *t = c->t;
    size_t n = c->first[c->cases];
    double *score = arena_array(&t->memory, double, n + 1);
    uint32_t *of = arena_array(&t->memory, uint32_t, n + 1);
    assay_judged_judge *judge = arena_array(&t->memory, assay_judged_judge, t->judges);
    void *scratch = arena_alloc(&t->memory, 1, assay_judging_scratch_size(n, c->cases, t->judges));
    if (!score || !of || !judge || !scratch)
        return short_of_memory(err);
    for (size_t i = 0; i < c->cases; i++)
        for (size_t k = c->first[i]; k < c->first[i + 1]; k++) {
            score[k] = sheet_total(c, &c->sheet[k]);
            of[k] = (uint32_t)i;
        }
    assay_sheets sheets = {n, score, of, c->judge, c->cases, t->judges};
    assay_judging_options options = {.huber = t->design->rule == RULE_HUBER ? 1.345 : 0,
                                     .without_ranks = true};
    assay_judging answer;
    return assay_judging_fit(&sheets, &options, scratch, subject, judge, NULL, NULL, NULL, &answer,
                             err);
}

/* The estimate takes the place of the official number, rounded as advice is. */
static assay_status advise(scoring *c, size_t tally, assay_err *err)
{
    trial *t = c->t;
    assay_judged_subject *subject = arena_array(&t->memory, assay_judged_subject, c->cases + 1);
    if (!subject)
        return short_of_memory(err);
    assay_status status = fit(c, subject, err);
    for (size_t i = 0; status == ASSAY_OK && i < c->cases; i++) {
        assay_rational r;
        status = assay_rational_ratio(llround(subject[i].estimate * 1e6), 1000000, &r, err);
        t->tally[c->at[i] * t->scheme->tally_count + tally].number = value_number(r);
    }
    return status;
}

/* -- the stage
 * ------------------------------------------------------------------------------------------- */

static size_t judges_per_case(const trial *t, const scheme_assign *a)
{
    size_t n = t->design->per_case ? t->design->per_case
               : a && a->per_case  ? (size_t)a->per_case
               : a && a->sample    ? (size_t)a->sample
               : a && a->is_all    ? t->judges
                                   : 1;
    size_t most = t->design->panels ? t->judges / t->design->panels : t->judges / 2;
    return n > most ? most : n > ASSAY_ASSIGN_PER_CASE_MAX ? ASSAY_ASSIGN_PER_CASE_MAX : n;
}

static assay_status choose_judges(scoring *c, assay_err *err)
{
    if (!c->t->design->panels)
        return assign(c, err);
    assign_panels(c);
    return ASSAY_OK;
}

/* The rubric of new applicants: the first one written whose condition cannot be told is not used.
 */
static const scheme_rubric *rubric_of(const scheme_stage *stage)
{
    return stage->rubric[0].use;
}

assay_status trial_score(trial *t, const scheme_stage *stage, assay_err *err)
{
    scoring c = {.t = t, .stage = stage, .rubric = rubric_of(stage)};
    c.per_case = judges_per_case(t, stage->assign);
    c.at = arena_array(&t->memory, size_t, t->cases);
    c.chosen = arena_array(&t->memory, uint32_t, t->cases * c.per_case + 1);
    if (!c.at || !c.chosen)
        return short_of_memory(err);
    for (size_t i = 0; i < t->cases; i++)
        if (t->is_alive[i])
            c.at[c.cases++] = i;
    if (c.cases == 0)
        return ASSAY_OK;
    assay_status status = choose_judges(&c, err);
    if (status == ASSAY_OK)
        status = read_scales(&c, err);
    if (status == ASSAY_OK)
        status = write_sheets(&c, err);
    bool is_advised = t->design->rule == RULE_MIXED || t->design->rule == RULE_HUBER;
    for (size_t i = 0; status == ASSAY_OK && i < t->scheme->tally_count; i++) {
        if (t->scheme->tally[i].method == TALLY_EXPR ||
            !scheme_collects(stage, &t->scheme->tally[i]))
            continue;
        status = tally_cases(&c, i, err);
        if (status == ASSAY_OK && is_advised && c.per_case > 1 && c.cases > 2)
            status = advise(&c, i, err);
    }
    return status;
}
