/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What it saves: improvement x volume x unit cost, exact fractions rounded once, half-up.
 *
 * The improvement itself is exact: means of decimals and shares of counts are fractions. The ends of
 * its interval are the figures that are sealed. A count rate is tested as a ratio; its difference,
 * which is what costs, has the interval of Donner and Zou (2012, Statistical Methods in Medical
 * Research 21, 347-359) from the exact limits of both rates (Garwood 1936, Biometrika 28, 437-442). */
#include "scheme/evidence_inner.h"

#include <assay/distribution.h>
#include <assay/rational.h>

#include <stdio.h>
#include <string.h>

typedef struct {
    evidence *e;
    evidence_item *item;
    assay_rational price; /* volume x unit cost */
    assay_rational step;
    assay_err err;
} pricing;

static assay_status parse(const char *text, assay_rational *out, assay_err *err)
{
    decimal d = {0};
    if (decimal_parse(text, strlen(text), '.', &d, NULL) != DECIMAL_OK)
        return assay_fail(err, ASSAY_FORMAT, 0, "evidence: %s is not a decimal", text);
    return assay_rational_of_decimal(d.mantissa, d.exponent, out, err);
}

/* The figure as it is sealed, with nine digits. */
static assay_status of_figure(double x, assay_rational *out, assay_err *err)
{
    char text[40];
    snprintf(text, sizeof text, "%.9g", x);
    return parse(text, out, err);
}

static assay_status price_of(pricing *p, assay_rational change, char **out)
{
    char text[ASSAY_RATIONAL_TEXT];
    assay_rational saving = p->e->claim.better < 0 ? assay_rational_negate(change) : change;
    assay_status status = assay_rational_mul(saving, p->price, &saving, &p->err);
    if (status == ASSAY_OK)
        status = assay_rational_round_half_up(saving, p->step, &saving, &p->err);
    if (status != ASSAY_OK)
        return status;
    assay_rational_format(saving, 0, text, sizeof text);
    *out = arena_text(&p->e->memory, text, strlen(text));
    return *out ? ASSAY_OK : assay_fail(&p->err, ASSAY_MEMORY, 0, "no memory for evidence");
}

/* -- the exact change ------------------------------------------------------------------------- */

static assay_status mean_of(const evidence_data *d, assay_rational *out, assay_err *err)
{
    assay_int128 sum = 0;
    assay_rational scale;
    if (!d->mantissa)
        return assay_fail(err, ASSAY_DOMAIN, 0, "not decimals");
    for (size_t i = 0; i < d->values.n; i++)
        sum += d->mantissa[i];
    assay_status status = assay_rational_ratio(sum, (assay_int128)d->values.n, out, err);
    if (status == ASSAY_OK)
        status = assay_rational_of_decimal(1, d->values.exponent, &scale, err);
    return status == ASSAY_OK ? assay_rational_mul(*out, scale, out, err) : status;
}

static assay_status rate_of(const evidence_side *s, assay_rational *out, assay_err *err)
{
    assay_rational inspected;
    assay_status status =
        assay_rational_of_decimal(s->inspected.mantissa, s->inspected.exponent, &inspected, err);
    if (status == ASSAY_OK)
        status = assay_rational_ratio((assay_int128)s->events, 1, out, err);
    return status == ASSAY_OK ? assay_rational_div(*out, inspected, out, err) : status;
}

static assay_status change_of(pricing *p, const evidence_data *before, const evidence_data *after,
                              assay_rational *out)
{
    assay_rational b, a;
    assay_status status;
    if (p->e->claim.kind == EVIDENCE_MEAN) {
        status = mean_of(before, &b, &p->err);
        if (status == ASSAY_OK)
            status = mean_of(after, &a, &p->err);
        if (status != ASSAY_OK) /* no decimals, or too many digits: the figure itself */
            return of_figure(p->item->effect.value, out, &p->err);
    } else {
        status = rate_of(&p->item->before, &b, &p->err);
        if (status == ASSAY_OK)
            status = rate_of(&p->item->after, &a, &p->err);
    }
    return status == ASSAY_OK ? assay_rational_sub(a, b, out, &p->err) : status;
}

/* -- its interval ----------------------------------------------------------------------------- */

typedef struct {
    double rate, low, high;
} rate_limits;

static rate_limits garwood(const evidence_side *s, double alpha)
{
    double x = (double)s->events;
    double exposure = decimal_to_double(s->inspected.mantissa, s->inspected.exponent);
    double low = s->events ? assay_chi2_quantile(alpha / 2, 2 * x) / 2 : 0;
    double high = assay_chi2_upper_quantile(alpha / 2, 2 * x + 2) / 2;
    return (rate_limits){x / exposure, low / exposure, high / exposure};
}

static void difference_of_rates(const evidence_item *item, double confidence, double *low,
                                double *high)
{
    rate_limits b = garwood(&item->before, 1 - confidence);
    rate_limits a = garwood(&item->after, 1 - confidence);
    double d = a.rate - b.rate;
    *low = d - hypot(a.rate - a.low, b.high - b.rate);
    *high = d + hypot(a.high - a.rate, b.rate - b.low);
}

static bool interval_of(const pricing *p, double *low, double *high)
{
    const evidence_item *item = p->item;
    if (p->e->claim.kind == EVIDENCE_COUNT) {
        difference_of_rates(item, evidence_number(p->e->claim.confidence), low, high);
        return true;
    }
    *low = item->low.value;
    *high = item->high.value;
    return !item->low.why && !item->high.why;
}

static assay_status price_interval(pricing *p)
{
    double low, high;
    assay_rational end[2];
    if (!interval_of(p, &low, &high))
        return ASSAY_OK;
    bool is_lower_better = p->e->claim.better < 0; /* then the greatest saving is at the low end */
    assay_status status = of_figure(is_lower_better ? high : low, &end[0], &p->err);
    if (status == ASSAY_OK)
        status = of_figure(is_lower_better ? low : high, &end[1], &p->err);
    if (status == ASSAY_OK)
        status = price_of(p, end[0], &p->item->saving_low);
    return status == ASSAY_OK ? price_of(p, end[1], &p->item->saving_high) : status;
}

static bool is_undefined(const pricing *p)
{
    if (p->e->claim.kind == EVIDENCE_COUNT)
        return p->item->before.rate.why || p->item->after.rate.why;
    return p->item->effect.why != NULL;
}

assay_status evidence_saving(evidence *e, evidence_item *item, const evidence_data *before,
                             const evidence_data *after, assay_err *err)
{
    pricing p = {.e = e, .item = item};
    assay_rational volume, cost, change;
    if (is_undefined(&p)) {
        item->saving_why = "the effect is undefined";
        return ASSAY_OK;
    }
    assay_status status = parse(e->claim.money.volume, &volume, &p.err);
    if (status == ASSAY_OK)
        status = parse(e->claim.money.unit_cost, &cost, &p.err);
    if (status == ASSAY_OK)
        status = parse(e->claim.money.step, &p.step, &p.err);
    if (status == ASSAY_OK)
        status = assay_rational_mul(volume, cost, &p.price, &p.err);
    if (status == ASSAY_OK)
        status = change_of(&p, before, after, &change);
    if (status == ASSAY_OK)
        status = price_of(&p, change, &item->saving);
    if (status == ASSAY_OK)
        status = price_interval(&p);
    if (status == ASSAY_LIMIT) { /* more digits than 127 bits hold */
        item->saving = item->saving_low = item->saving_high = NULL;
        item->saving_why = "the sum does not fit an exact number";
        return ASSAY_OK;
    }
    if (status != ASSAY_OK && err)
        *err = p.err;
    return status;
}
