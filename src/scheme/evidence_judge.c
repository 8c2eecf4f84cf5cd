/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Claimed beside computed. Where several characteristics are claimed at once each p is multiplied
 * as Holm (1979, Scandinavian Journal of Statistics 6, 65-70) has it: one of twenty would else be
 * significant by chance. */
#include "scheme/evidence_inner.h"

static void holm(evidence *e)
{
    size_t order[EVIDENCE_CHARACTERISTICS], m = 0;
    double least = 0;
    for (size_t i = 0; i < e->claim.count; i++) {
        if (e->item[i].p.why)
            continue;
        size_t at = m++;
        for (; at > 0 && e->item[order[at - 1]].p.value > e->item[i].p.value; at--)
            order[at] = order[at - 1];
        order[at] = i;
    }
    for (size_t k = 0; k < m; k++) {
        evidence_item *item = &e->item[order[k]];
        least = fmax(least, fmin(1, (double)(m - k) * item->p.value));
        item->p_holm = least;
    }
}

/* The favourable end of the interval tells what the data still allow. */
static bool reaches_claim(const evidence *e, const evidence_item *item)
{
    bool is_lower = e->claim.better < 0;
    assay_figure far = is_lower ? item->low : item->high;
    double claimed = evidence_number(e->claim.claimed);
    return isnan(claimed) || far.why || (is_lower ? far.value <= claimed : far.value >= claimed);
}

/* An index is shown beyond its bar when chance is ruled out; below it by chance it may yet reach
 * it. A gauge study has no interval: its rule is the bar alone. */
static evidence_outcome outcome_of_period(const evidence *e, const evidence_item *item)
{
    double bar = evidence_number(e->claim.claimed),
           alpha = 1 - evidence_number(e->claim.confidence);
    if (item->effect.why)
        return EVIDENCE_UNDEFINED;
    bool is_reached = e->claim.better < 0 ? item->effect.value <= bar : item->effect.value >= bar;
    if (e->claim.kind == EVIDENCE_GRR)
        return is_reached ? EVIDENCE_SHOWN : EVIDENCE_NOT_SHOWN;
    if (item->p.why)
        return EVIDENCE_UNDEFINED;
    double p = e->claim.count > 1 ? item->p_holm : item->p.value;
    return !(p < alpha) ? EVIDENCE_NOT_SHOWN : is_reached ? EVIDENCE_SHOWN : EVIDENCE_AGAINST;
}

static evidence_outcome outcome_of(const evidence *e, const evidence_item *item)
{
    if (e->claim.is_single)
        return outcome_of_period(e, item);
    double none = e->claim.kind == EVIDENCE_SD || e->claim.kind == EVIDENCE_COUNT ? 1 : 0;
    double alpha = 1 - evidence_number(e->claim.confidence);
    if (item->p.why)
        return EVIDENCE_UNDEFINED;
    if (!((e->claim.count > 1 ? item->p_holm : item->p.value) < alpha))
        return EVIDENCE_NOT_SHOWN;
    /* with no count before the ratio is unbounded, and the rate has risen */
    double change = item->effect.why ? INFINITY : item->effect.value - none;
    if ((change > 0) != (e->claim.better > 0))
        return EVIDENCE_AGAINST;
    return reaches_claim(e, item) ? EVIDENCE_SHOWN : EVIDENCE_SMALLER;
}

void evidence_judge(evidence *e)
{
    if (e->claim.count > 1)
        holm(e);
    e->outcome = EVIDENCE_SHOWN;
    for (size_t i = 0; i < e->claim.count; i++) {
        e->item[i].outcome = outcome_of(e, &e->item[i]);
        if (e->item[i].outcome > e->outcome)
            e->outcome = e->item[i].outcome;
    }
}
