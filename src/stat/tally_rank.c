/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What follows a tally: the value of a scale, the order of cases, the outcome of a vote. */
#include <assay/tally.h>

/* -- scales ----------------------------------------------------------------------------------- */

assay_status assay_scale_lookup(assay_rational x, const assay_scale_step *steps, size_t n,
                                bool is_exact, bool *found, assay_rational *out, assay_err *err)
{
    size_t last = n;
    for (size_t i = 0; i < n; i++) {
        if (i && assay_rational_compare(steps[i - 1].from, steps[i].from) >= 0)
            return assay_fail(err, ASSAY_DOMAIN, i, "step %zu of the scale is not above the last",
                              i + 1);
        if (assay_rational_compare(steps[i].from, x) <= 0)
            last = i;
    }
    *found = last < n && (!is_exact || assay_rational_compare(steps[last].from, x) == 0);
    if (*found)
        *out = steps[last].value;
    return ASSAY_OK;
}

/* -- ranking ---------------------------------------------------------------------------------- */

static int compare_cases(const assay_rational *keys, size_t k, uint32_t a, uint32_t b)
{
    for (size_t i = 0; i < k; i++) {
        int c = assay_rational_compare(keys[a * k + i], keys[b * k + i]);
        if (c)
            return c;
    }
    return 0;
}

/* Better first; equals by their number, which makes the order total and the heap stable. */
static bool is_behind(const assay_rational *keys, size_t k, uint32_t a, uint32_t b)
{
    int c = compare_cases(keys, k, a, b);
    return c < 0 || (c == 0 && a > b);
}

static void sink(const assay_rational *keys, size_t k, uint32_t *order, size_t at, size_t n)
{
    for (size_t child; (child = 2 * at + 1) < n; at = child) {
        if (child + 1 < n && is_behind(keys, k, order[child + 1], order[child]))
            child++;
        if (!is_behind(keys, k, order[child], order[at]))
            return;
        uint32_t moved = order[at];
        order[at] = order[child];
        order[child] = moved;
    }
}

size_t assay_rank(const assay_rational *keys, size_t n, size_t k, uint32_t *order, uint32_t *rank)
{
    size_t shared = 0;
    for (size_t i = 0; i < n; i++)
        order[i] = (uint32_t)i;
    for (size_t i = n / 2; i-- > 0;)
        sink(keys, k, order, i, n);
    for (size_t last = n; last-- > 1;) {
        uint32_t worst = order[0];
        order[0] = order[last];
        order[last] = worst;
        sink(keys, k, order, 0, last);
    }
    for (size_t i = 0; i < n; i++) {
        bool is_equal = i && compare_cases(keys, k, order[i - 1], order[i]) == 0;
        rank[order[i]] = is_equal ? rank[order[i - 1]] : (uint32_t)i + 1;
        if (is_equal) /* the first of a group counts once its second is seen */
            shared += rank[order[i]] == (uint32_t)i ? 2 : 1;
    }
    return shared;
}

/* -- ballots ---------------------------------------------------------------------------------- */

static bool is_share(assay_rational r)
{
    return r.num >= 0 && r.num <= r.den;
}

static bool reaches(assay_rational share, assay_rational bar, bool is_strict)
{
    int c = assay_rational_compare(share, bar);
    return is_strict ? c > 0 : c >= 0;
}

static uint64_t base_of(const assay_ballot_rule *rule, uint64_t members, uint64_t votes,
                        uint64_t present)
{
    return rule->base == ASSAY_BALLOT_OF_VOTES     ? votes
           : rule->base == ASSAY_BALLOT_OF_PRESENT ? present
                                                   : members;
}

static assay_status check_ballot(uint64_t members, uint64_t yes, uint64_t no, uint64_t abstain,
                                 const assay_ballot_rule *rule, assay_err *err)
{
    if (members == 0 || members > UINT64_C(1) << 62)
        return assay_fail(err, ASSAY_DOMAIN, 0, "%llu members cannot vote",
                          (unsigned long long)members);
    if (yes > members || no > members - yes || abstain > members - yes - no)
        return assay_fail(err, ASSAY_DOMAIN, 0,
                          "%llu yes, %llu no and %llu abstentions are more than %llu members",
                          (unsigned long long)yes, (unsigned long long)no,
                          (unsigned long long)abstain, (unsigned long long)members);
    if (!is_share(rule->quorum) || !is_share(rule->majority))
        return assay_fail(err, ASSAY_DOMAIN, 0, "a quorum or majority is not between 0 and 1");
    if ((unsigned)rule->base > ASSAY_BALLOT_OF_MEMBERS)
        return assay_fail(err, ASSAY_DOMAIN, 0, "no such base of a vote: %d", (int)rule->base);
    return ASSAY_OK;
}

assay_status assay_ballot_count(uint64_t members, uint64_t yes, uint64_t no, uint64_t abstain,
                                const assay_ballot_rule *rule, assay_ballot *out, assay_err *err)
{
    assay_status status = check_ballot(members, yes, no, abstain, rule, err);
    if (status != ASSAY_OK)
        return status;
    assay_ballot b = {.present = yes + no + abstain,
                      .share = assay_rational_of(0),
                      .is_tie = yes == no && yes > 0};
    uint64_t base = base_of(rule, members, yes + no, b.present);
    status = assay_rational_ratio((assay_int128)b.present, (assay_int128)members, &b.turnout, err);
    if (status == ASSAY_OK && base)
        status = assay_rational_ratio((assay_int128)yes, (assay_int128)base, &b.share, err);
    if (status != ASSAY_OK)
        return status;
    if (!reaches(b.turnout, rule->quorum, rule->is_quorum_strict))
        b.outcome = ASSAY_BALLOT_NO_QUORUM;
    else if (base == 0)
        b.outcome = ASSAY_BALLOT_NO_VOTES;
    else if (reaches(b.share, rule->majority, rule->is_majority_strict))
        b.outcome = ASSAY_BALLOT_PASSED;
    else
        b.outcome = ASSAY_BALLOT_REJECTED;
    *out = b;
    return ASSAY_OK;
}
