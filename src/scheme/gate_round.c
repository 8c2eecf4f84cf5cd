/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A round at a gate: everybody who meets the conditions is ranked in his group; quota, top and
 * bands cut the ranking. Places do not depend on the order in which cases come. */
#include "scheme/gate_inner.h"

#include "base/i18n.h"

#include <stdlib.h>
#include <string.h>

typedef struct {
    size_t at; /* in entry[] */
    const char *group;
    value key[1 + 16]; /* the ranked number, then the tie rules' */
    const sha256 *draw;
    verdict v;
    value quota; /* what an expression comes to for this case */
    size_t place;
} runner;

#define TIES_MOST 16

typedef struct {
    const scheme_gate *gate;
    size_t keys;
    bool draws;
} ranking;

/* -- what is ranked ---------------------------------------------------------------------------- */

/* Choices count by their place in the list. */
static value sortable(const expr *e, value v)
{
    if (v.kind != VALUE_TEXT || e->type->kind != TYPE_ENUM)
        return v;
    for (size_t i = 0; i < e->type->choice_count; i++)
        if (strcmp(e->type->choice[i].id, v.as.text) == 0)
            return value_whole((int64_t)i);
    return VALUE_NONE;
}

static bool find_attribute(const scheme *s, const char *word, expr_name *out)
{
    const char *point = strchr(word, '.');
    for (size_t i = 0; i < s->party.field_count; i++)
        if (strcmp(s->party.field[i].item.id, word) == 0) {
            *out = (expr_name){.kind = NAME_PARTY, .index = (uint32_t)i, .word = word};
            return true;
        }
    for (size_t i = 0; i < s->form_count; i++) {
        const scheme_form *f = &s->form[i];
        size_t n = strlen(f->item.id);
        bool is_own = point && strncmp(word, f->item.id, n) == 0 && word[n] == '.';
        const scheme_field *field = scheme_find_field(f, is_own ? point + 1 : word);
        if (!field)
            continue;
        *out = (expr_name){.kind = NAME_FIELD,
                           .index = (uint32_t)i,
                           .part = (uint32_t)(field - f->field),
                           .word = word};
        return true;
    }
    return false;
}

/* The values of `by`, one text. */
static const char *group_of(const scheme_gate *g, const expr_scope *scope, arena *memory)
{
    buf text = BUF_INIT;
    for (size_t i = 0; i < g->by_count; i++) {
        expr e = {.op = EXPR_NAME};
        value v =
            find_attribute(scope->scheme, g->by[i], &e.name) ? eval(&e, scope, NULL) : VALUE_NONE;
        value_format(v, &text);
        buf_add_char(&text, '\x1f');
    }
    const char *copy = arena_text(memory, buf_text(&text), text.length);
    buf_done(&text);
    return copy ? copy : "";
}

static bool take_keys(runner *x, const ranking *r)
{
    size_t n = 1;
    x->key[0] = verdict_eval(&x->v, r->gate->rank);
    for (size_t i = 0; i < r->gate->tie_count && n <= TIES_MOST; i++) {
        const expr *by = r->gate->tie[i].by;
        if (by)
            x->key[n++] = sortable(by, verdict_eval(&x->v, by));
    }
    return x->key[0].kind == VALUE_NUMBER;
}

/* -- the order -----------------------------------------------------------------------------------
 */

/* Larger first; what is not known last. */
static int compare_keys(const runner *a, const runner *b, size_t keys)
{
    for (size_t i = 0; i < keys; i++) {
        int order = 0;
        bool has_a = value_is_given(a->key[i]), has_b = value_is_given(b->key[i]);
        if (has_a != has_b)
            return has_a ? -1 : 1;
        if (has_a && value_compare(a->key[i], b->key[i], &order) && order)
            return -order;
    }
    return 0;
}

static int compare(const runner *a, const runner *b, const ranking *r)
{
    int order = strcmp(a->group, b->group);
    if (!order)
        order = compare_keys(a, b, r->keys);
    if (!order && r->draws)
        order = memcmp(a->draw->bytes, b->draw->bytes, sizeof a->draw->bytes);
    return order;
}

static int by_rank(const void *a, const void *b, void *context)
{
    const runner *x = a, *y = b;
    int order = compare(x, y, context);
    return order ? order : x->at < y->at ? -1 : 1;
}

static void set_places(runner *x, size_t n, const ranking *r)
{
    for (size_t i = 0, first = 0; i < n; i++) {
        if (i && strcmp(x[i - 1].group, x[i].group) != 0)
            first = i;
        bool is_tied = i > first && compare(&x[i - 1], &x[i], r) == 0;
        x[i].place = is_tied ? x[i - 1].place : i - first + 1;
    }
}

/* -- the cuts
 * -------------------------------------------------------------------------------------- */

static size_t whole(value v, size_t otherwise)
{
    assay_rational n;
    if (v.kind != VALUE_NUMBER || assay_rational_round(v.as.number, assay_rational_of(1),
                                                       ASSAY_ROUND_FLOOR, &n, NULL) != ASSAY_OK)
        return otherwise;
    return assay_rational_sign(n) <= 0 ? 0 : n.num > 1000000000 ? 1000000000 : (size_t)n.num;
}

/* How many of a group pass; SIZE_MAX: no bound. */
static size_t places(const scheme_gate *g, runner *first)
{
    if (g->quota_expr)
        return whole(first->quota, 0);
    return g->quota ? (size_t)g->quota : g->top ? (size_t)g->top : SIZE_MAX;
}

/* Shares are rounded at the ends of bands, so that all of them together take everybody. */
static size_t share_of(assay_rational share, size_t n)
{
    assay_rational r;
    if (assay_rational_mul(share, assay_rational_of((int64_t)n), &r, NULL) != ASSAY_OK ||
        assay_rational_round_half_up(r, assay_rational_of(1), &r, NULL) != ASSAY_OK)
        return 0;
    return whole(value_number(r), 0);
}

static bool is_within(verdict *v, const scheme_band *b, value number)
{
    if (b->when && !value_is_true(verdict_eval(v, b->when)))
        return false;
    return !b->has_from ||
           (number.kind == VALUE_NUMBER && assay_rational_compare(number.as.number, b->from) >= 0);
}

static const scheme_band *band_of(runner *x, const scheme_gate *g, size_t n)
{
    assay_rational shares = assay_rational_of(0);
    size_t counts = 0;
    value number = g->of ? verdict_eval(&x->v, g->of) : x->key[0];
    for (size_t i = 0; i < g->band_count; i++) {
        const scheme_band *b = &g->band[i];
        if (b->has_share && assay_rational_add(shares, b->share, &shares, NULL) != ASSAY_OK)
            return NULL;
        counts += (size_t)b->count;
        size_t last = counts + share_of(shares, n);
        bool is_in = (!b->has_share && !b->count) || x->place <= last;
        if (is_in && is_within(&x->v, b, number))
            return b;
    }
    return NULL;
}

/* Did the draw alone part this case from one on the other side of the cut? Those who tie before the
 * draw stand together. */
static bool drawn(const runner *x, size_t n, size_t i, size_t cut, const ranking *r)
{
    if (!r->draws || cut == 0 || cut >= n)
        return false;
    return compare_keys(&x[cut - 1], &x[cut], r->keys) == 0 &&
           compare_keys(&x[cut], &x[i], r->keys) == 0;
}

static void cut_group(runner *x, size_t n, const ranking *r, const gate_entry *entry,
                      gate_outcome *out)
{
    const scheme_gate *g = r->gate;
    size_t most = places(g, &x[0]);
    for (size_t i = 0; i < n; i++) {
        const gate_facts *facts = &entry[x[i].at].facts;
        gate_outcome *o = &out[x[i].at];
        const scheme_band *band = g->band_count ? band_of(&x[i], g, n) : NULL;
        *o = (gate_outcome){.rank = x[i].key[0], .place = x[i].place, .of = n};
        o->by_draw = drawn(x, n, i, most, r);
        if (x[i].place > most) {
            verdict_reason(&x[i].v, g->top ? "top" : "quota", g->item.at, NULL,
                           "place %zu of %zu; %zu pass", x[i].place, n, most);
            verdict_refuse(g, facts, o);
        } else if (g->band_count && !band) {
            verdict_reason(&x[i].v, "band", g->item.at, NULL, "in no band (%s)",
                           gate_text(x[i].v.memory, x[i].key[0]));
            verdict_refuse(g, facts, o);
        } else {
            verdict_pass(g, facts, band, o);
        }
        verdict_end(&x[i].v, o);
    }
}

/* -- all of it
 * --------------------------------------------------------------------------------------- */

typedef struct {
    runner *x;
    size_t n;     /* ranked */
    bool is_open; /* a vote or objections still run */
    bool is_short;
} field;

static void admit(field *f, const ranking *r, const gate_entry *entry, size_t i, arena *memory,
                  gate_outcome *out)
{
    runner *x = &f->x[f->n];
    *x = (runner){.at = i, .draw = &entry[i].draw};
    x->v = verdict_begin(r->gate, entry[i].scope, memory);
    out[i] = (gate_outcome){.result = OUTCOME_WAIT};
    if (!gate_conditions(&x->v, &entry[i].facts)) {
        f->is_open = true;
        verdict_reason(&x->v, "waiting", r->gate->item.at, NULL, "%s",
                       "the vote or the time for objections is not over");
    } else if (!x->v.reason_count && take_keys(x, r)) {
        x->group = group_of(r->gate, entry[i].scope, memory);
        if (r->gate->quota_expr)
            x->quota = verdict_eval(&x->v, r->gate->quota_expr);
        f->n++;
        return;
    } else {
        if (!x->v.reason_count)
            verdict_reason(&x->v, "missing", r->gate->item.at, NULL, "%s: %s",
                           expr_text(r->gate->rank), gate_text(memory, x->key[0]));
        out[i].rank = x->key[0];
        verdict_refuse(r->gate, &entry[i].facts, &out[i]);
    }
    verdict_end(&x->v, &out[i]);
    f->is_short |= x->v.is_short;
}

/* Nobody is decided while one case is not. */
static void wait_for_all(const ranking *r, field *f, gate_outcome *out, size_t n)
{
    for (size_t i = 0; i < f->n; i++) {
        verdict_reason(&f->x[i].v, "waiting", r->gate->item.at, NULL, "%s",
                       "another case of the round is not ready");
        verdict_end(&f->x[i].v, &out[f->x[i].at]);
    }
    for (size_t i = 0; i < n; i++) {
        out[i].result = OUTCOME_WAIT;
        out[i].next = NULL;
    }
}

static void cut_groups(field *f, ranking *r, const gate_entry *entry, gate_outcome *out)
{
    qsort_r(f->x, f->n, sizeof *f->x, by_rank, r);
    set_places(f->x, f->n, r);
    for (size_t i = 0, k; i < f->n; i = k) {
        for (k = i + 1; k < f->n && strcmp(f->x[i].group, f->x[k].group) == 0;)
            k++;
        cut_group(f->x + i, k - i, r, entry, out);
    }
}

/* Nobody is turned away because nobody knows how many places there are. */
static assay_status check_quotas(const field *f, const scheme_gate *g, const gate_entry *entry,
                                 assay_err *err)
{
    for (size_t i = 0; g->quota_expr && i < f->n; i++)
        if (f->x[i].quota.kind != VALUE_NUMBER) {
            assay_fail(err, ASSAY_MISSING, f->x[i].at, _("case %s: the quota %s is not known"),
                       entry[f->x[i].at].id, expr_text(g->quota_expr));
            return assay_hint(err, _("give its party what the quota is looked up by"));
        }
    return ASSAY_OK;
}

assay_status gate_round(const scheme_gate *g, const gate_entry *entry, size_t n, arena *memory,
                        gate_outcome *out, assay_err *err)
{
    ranking r = {.gate = g, .keys = 1};
    field f = {.x = arena_array(memory, runner, n + 1)};
    if (!g->is_round)
        return assay_fail(err, ASSAY_DOMAIN, 0, _("gate %s decides for each case alone"),
                          g->item.id);
    if (g->tie_count > TIES_MOST)
        return assay_fail(err, ASSAY_LIMIT, 0, _("gate %s has more than 16 tie rules"), g->item.id);
    for (size_t i = 0; i < g->tie_count; i++) {
        r.keys += g->tie[i].by != NULL;
        r.draws |= g->tie[i].kind == TIE_DRAW;
    }
    for (size_t i = 0; f.x && i < n; i++)
        admit(&f, &r, entry, i, memory, out);
    assay_status status = f.x && !f.is_open ? check_quotas(&f, g, entry, err) : ASSAY_OK;
    if (status)
        return status;
    if (f.x && f.is_open)
        wait_for_all(&r, &f, out, n);
    else if (f.x)
        cut_groups(&f, &r, entry, out);
    for (size_t i = 0; f.x && i < f.n; i++)
        f.is_short |= f.x[i].v.is_short;
    if (!f.x || f.is_short)
        return assay_fail(err, ASSAY_MEMORY, 0, _("out of memory"));
    return ASSAY_OK;
}
