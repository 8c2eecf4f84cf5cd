/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sheets to one number, exactly. Nothing here rounds before the stated step, and nothing turns a
 * missing sheet into a zero. */
#include <assay/tally.h>

#include <string.h>

static const struct {
    const char *name, *text;
} methods[] = {
#define X(code, name, text) {name, text},
    ASSAY_TALLY_LIST(X)
#undef X
};

const char *assay_tally_name(assay_tally_method method)
{
    return (unsigned)method < ASSAY_TALLIES ? methods[method].name : "unknown";
}

const char *assay_tally_text(assay_tally_method method)
{
    return (unsigned)method < ASSAY_TALLIES ? methods[method].text : "unknown";
}

bool assay_tally_of_name(const char *name, size_t length, assay_tally_method *out)
{
    for (int i = 0; i < ASSAY_TALLIES; i++)
        if (strlen(methods[i].name) == length && memcmp(methods[i].name, name, length) == 0) {
            *out = (assay_tally_method)i;
            return true;
        }
    return false;
}

assay_tally_rule assay_tally_defaults(void)
{
    assay_rational zero = assay_rational_of(0);
    return (assay_tally_rule){.trim_share = zero, .box = zero, .step = zero};
}

size_t assay_tally_scratch_size(size_t n)
{
    return n * sizeof(size_t);
}

/* -- order of the given sheets ------------------------------------------------------------------
 */

typedef struct {
    const assay_sheet *sheets;
    size_t *order; /* given sheets */
    size_t n;
} sorting;

/* Lower score first, of equal ones the first sheet. */
static bool comes_before(const assay_sheet *sheets, size_t a, size_t b)
{
    int c = assay_rational_compare(sheets[a].score, sheets[b].score);
    return c < 0 || (c == 0 && a < b);
}

static void sift_down(sorting *s, size_t at, size_t n)
{
    for (size_t child; (child = 2 * at + 1) < n; at = child) {
        if (child + 1 < n && comes_before(s->sheets, s->order[child], s->order[child + 1]))
            child++;
        if (!comes_before(s->sheets, s->order[at], s->order[child]))
            return;
        size_t moved = s->order[at];
        s->order[at] = s->order[child];
        s->order[child] = moved;
    }
}

static void sort_given(sorting *s)
{
    for (size_t i = s->n / 2; i-- > 0;)
        sift_down(s, i, s->n);
    for (size_t last = s->n; last-- > 1;) {
        size_t moved = s->order[0];
        s->order[0] = s->order[last];
        s->order[last] = moved;
        sift_down(s, 0, last);
    }
}

/* -- rules ------------------------------------------------------------------------------------ */

static assay_status check_rule(const assay_tally_rule *r, assay_err *err)
{
    if ((unsigned)r->method >= ASSAY_TALLIES)
        return assay_fail(err, ASSAY_DOMAIN, 0, "no such tally: %d", (int)r->method);
    if ((unsigned)r->missing > ASSAY_MISSING_SKIP)
        return assay_fail(err, ASSAY_DOMAIN, 0, "no such rule for missing sheets: %d",
                          (int)r->missing);
    if (r->missing == ASSAY_MISSING_NEEDS && r->needs == 0)
        return assay_fail(err, ASSAY_DOMAIN, 0, "a tally cannot need 0 sheets");
    if (r->step.num < 0)
        return assay_fail(err, ASSAY_DOMAIN, 0, "cannot round to a step below 0");
    if (r->method == ASSAY_TALLY_TRIMMED && r->trim == 0 &&
        (r->trim_share.num < 0 ||
         assay_rational_compare(r->trim_share, (assay_rational){1, 2}) >= 0))
        return assay_fail(err, ASSAY_DOMAIN, 0, "cannot trim half of the sheets or more at an end");
    if (r->trim_share.den > INT64_MAX) /* so that n times it fits */
        return assay_fail(err, ASSAY_DOMAIN, 0, "the share to trim is finer than 2^-63");
    return ASSAY_OK;
}

static assay_status count_states(const assay_sheet *sheets, size_t n, bool has_weights,
                                 assay_tally *t, size_t *order, assay_err *err)
{
    for (size_t i = 0; i < n; i++)
        switch (sheets[i].state) {
        case ASSAY_SHEET_GIVEN:
            if (has_weights && sheets[i].weight.num < 0)
                return assay_fail(err, ASSAY_DOMAIN, i, "sheet %zu has a negative weight", i + 1);
            order[t->given++] = i;
            break;
        case ASSAY_SHEET_MISSING:
            t->missing++;
            break;
        case ASSAY_SHEET_NOT_APPLICABLE:
            t->not_applicable++;
            break;
        default:
            return assay_fail(err, ASSAY_DOMAIN, i, "sheet %zu has no such state: %d", i + 1,
                              (int)sheets[i].state);
        }
    return ASSAY_OK;
}

static size_t floor_of_share(assay_rational share, size_t n)
{
    return (size_t)((assay_int128)n * share.num / share.den);
}

/* Why the sheets allow no tally; else NULL, with the number dropped at each end in *trim. */
static const char *refusal(const assay_tally_rule *r, const assay_tally *t, size_t *trim)
{
    if (r->missing == ASSAY_MISSING_REFUSE && t->missing)
        return "a sheet is missing";
    if (r->missing == ASSAY_MISSING_NEEDS && t->given < r->needs)
        return "fewer sheets than the rule needs";
    if (t->given == 0)
        return "no sheet is given";
    if (r->method == ASSAY_TALLY_OLYMPIC) {
        *trim = 1;
        return t->given < 4 ? "an olympic tally needs 4 sheets" : NULL;
    }
    if (r->method == ASSAY_TALLY_TRIMMED) {
        *trim = r->trim ? r->trim : floor_of_share(r->trim_share, t->given);
        return *trim >= (t->given + 1) / 2 ? "nothing is left after trimming" : NULL;
    }
    return NULL;
}

/* -- figures ---------------------------------------------------------------------------------- */

static assay_status sum_of(const sorting *s, size_t from, size_t to, assay_rational *out,
                           assay_err *err)
{
    assay_rational sum = assay_rational_of(0);
    assay_status status = ASSAY_OK;
    for (size_t i = from; i < to && status == ASSAY_OK; i++)
        status = assay_rational_add(sum, s->sheets[s->order[i]].score, &sum, err);
    *out = sum;
    return status;
}

static assay_status mean_of(const sorting *s, size_t from, size_t to, assay_rational *out,
                            assay_err *err)
{
    assay_rational sum;
    assay_status status = sum_of(s, from, to, &sum, err);
    if (status == ASSAY_OK)
        status = assay_rational_div(sum, assay_rational_of((int64_t)(to - from)), out, err);
    return status;
}

static assay_status weighted_mean(const sorting *s, assay_tally *t, assay_err *err)
{
    assay_rational sum = assay_rational_of(0), weights = sum, part;
    assay_status status = ASSAY_OK;
    for (size_t i = 0; i < s->n && status == ASSAY_OK; i++) {
        const assay_sheet *sheet = &s->sheets[s->order[i]];
        status = assay_rational_mul(sheet->score, sheet->weight, &part, err);
        if (status == ASSAY_OK)
            status = assay_rational_add(sum, part, &sum, err);
        if (status == ASSAY_OK)
            status = assay_rational_add(weights, sheet->weight, &weights, err);
    }
    if (status != ASSAY_OK)
        return status;
    if (weights.num == 0) {
        t->why = "all weights are 0";
        return ASSAY_OK;
    }
    return assay_rational_div(sum, weights, &t->unrounded, err);
}

static assay_status box_share(const sorting *s, const assay_tally_rule *r, assay_rational *out,
                              assay_err *err)
{
    size_t inside = 0;
    for (size_t i = 0; i < s->n; i++) {
        int c = assay_rational_compare(s->sheets[s->order[i]].score, r->box);
        inside += r->method == ASSAY_TALLY_TOP_BOX ? c >= 0 : c <= 0;
    }
    return assay_rational_ratio((assay_int128)inside, (assay_int128)s->n, out, err);
}

static assay_status figure_of(sorting *s, const assay_tally_rule *r, size_t trim, assay_tally *t,
                              assay_err *err)
{
    switch (r->method) {
    case ASSAY_TALLY_SUM:
        return sum_of(s, 0, s->n, &t->unrounded, err);
    case ASSAY_TALLY_WEIGHTED:
        return weighted_mean(s, t, err);
    case ASSAY_TALLY_TOP_BOX:
    case ASSAY_TALLY_BOTTOM_BOX:
        return box_share(s, r, &t->unrounded, err);
    case ASSAY_TALLY_MEDIAN:
        return mean_of(s, (s->n - 1) / 2, s->n / 2 + 1, &t->unrounded, err);
    case ASSAY_TALLY_LOWEST:
        return mean_of(s, 0, 1, &t->unrounded, err);
    case ASSAY_TALLY_HIGHEST:
        return mean_of(s, s->n - 1, s->n, &t->unrounded, err);
    default:
        return mean_of(s, trim, s->n - trim, &t->unrounded, err);
    }
}

static bool needs_order(assay_tally_method m)
{
    return m == ASSAY_TALLY_TRIMMED || m == ASSAY_TALLY_OLYMPIC || m == ASSAY_TALLY_MEDIAN ||
           m == ASSAY_TALLY_LOWEST || m == ASSAY_TALLY_HIGHEST;
}

static void mark_dropped(const sorting *s, size_t n, size_t trim, bool *dropped)
{
    memset(dropped, 0, n * sizeof *dropped);
    for (size_t i = 0; i < trim; i++)
        dropped[s->order[i]] = dropped[s->order[s->n - 1 - i]] = true;
}

static assay_status tally_given(sorting *s, size_t n, const assay_tally_rule *rule, bool *dropped,
                                assay_tally *t, assay_err *err)
{
    size_t trim = 0;
    t->why = refusal(rule, t, &trim);
    if (t->why)
        trim = 0;
    else if (needs_order(rule->method))
        sort_given(s);
    assay_status status = t->why ? ASSAY_OK : figure_of(s, rule, trim, t, err);
    if (status == ASSAY_OK && !t->why) {
        t->value = t->unrounded;
        t->used = t->given - 2 * trim;
        if (rule->step.num)
            status = assay_rational_round_half_up(t->unrounded, rule->step, &t->value, err);
    }
    if (status == ASSAY_OK && dropped)
        mark_dropped(s, n, trim, dropped);
    return status;
}

assay_status assay_tally_sheets(const assay_sheet *sheets, size_t n, const assay_tally_rule *rule,
                                void *scratch, bool *dropped, assay_tally *out, assay_err *err)
{
    assay_rational zero = assay_rational_of(0);
    assay_tally t = {.value = zero, .unrounded = zero};
    sorting s = {sheets, scratch, 0};
    assay_status status = check_rule(rule, err);
    if (status == ASSAY_OK)
        status = count_states(sheets, n, rule->method == ASSAY_TALLY_WEIGHTED, &t, s.order, err);
    s.n = t.given;
    if (status == ASSAY_OK)
        status = tally_given(&s, n, rule, dropped, &t, err);
    if (status == ASSAY_OK)
        *out = t;
    return status;
}
