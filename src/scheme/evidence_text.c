/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The sealed text. Figures are texts of nine significant digits, so that the last bits of a
 * mathematical library do not decide whether two computations agree; counts and digests are exact. */
#include "scheme/evidence_inner.h"

#include "base/hash.h"
#include "base/jcs.h"

#include <stdio.h>
#include <string.h>

static void set_text(json_t *o, const char *key, const char *text)
{
    json_object_set_new(o, key, text ? json_string(text) : json_null());
}

static void set_count(json_t *o, const char *key, uint64_t value)
{
    json_object_set_new(o, key, json_integer((json_int_t)value));
}

static void set_hex(json_t *o, const char *key, const void *bytes, size_t length)
{
    char text[65] = "";
    for (size_t i = 0; i < length && i < 32; i++)
        snprintf(text + 2 * i, 3, "%02x", ((const uint8_t *)bytes)[i]);
    set_text(o, key, text);
}

/* A figure, or null with its reason in the member "why". */
static void set_figure(json_t *o, const char *key, assay_figure f)
{
    char text[40];
    if (!f.why) {
        snprintf(text, sizeof text, "%.9g", f.value == 0 ? 0 : f.value);
        set_text(o, key, text);
        return;
    }
    json_t *why = json_object_get(o, "why");
    if (!why) {
        why = json_object();
        json_object_set_new(o, "why", why);
    }
    json_object_set_new(o, key, json_null());
    json_object_set_new(why, key, json_string(f.why));
}

static void set_decimal(json_t *o, const char *key, const decimal *d)
{
    char text[64];
    decimal_format(d->mantissa, d->exponent, d->decimals, text, sizeof text);
    set_text(o, key, text);
}

static void set_quantity(json_t *o, const char *key, const quantity *q)
{
    if (q->is_given)
        set_decimal(o, key, &q->value);
}

static const char *stability_name(analysis_verdict v)
{
    return v == VERDICT_FINE ? "stable" : v == VERDICT_UNSTABLE ? "not stable" : "unknown";
}

static json_t *side_json(const evidence *e, const evidence_item *item, const evidence_side *s)
{
    json_t *o = json_object();
    set_hex(o, "digest", s->digest.series, 32);
    set_hex(o, "values", s->digest.values, 32);
    set_count(o, "n", s->n);
    set_count(o, "out", s->out);
    if (item->kind == KIND_VARIABLE) {
        set_figure(o, "mean", s->mean);
        set_figure(o, "sd", s->sd);
    }
    if (e->claim.kind == EVIDENCE_CPK || e->claim.kind == EVIDENCE_PPK)
        set_figure(o, "index", s->index);
    if (e->claim.kind == EVIDENCE_NONCONFORMING || e->claim.kind == EVIDENCE_COUNT) {
        set_count(o, "events", s->events);
        set_decimal(o, "inspected", &s->inspected);
        set_figure(o, "rate", s->rate);
    }
    set_figure(o, "autocorrelation", s->autocorrelation);
    json_object_set_new(o, "dependent", json_boolean(s->is_dependent));
    set_text(o, "stability", stability_name(s->stability));
    set_count(o, "signals", s->signals);
    set_count(o, "subgroups", s->subgroups);
    return o;
}

static json_t *saving_json(const evidence *e, const evidence_item *item)
{
    json_t *o = json_object();
    set_text(o, "currency", e->claim.money.currency);
    set_text(o, "value", item->saving);
    set_text(o, "low", item->saving_low);
    set_text(o, "high", item->saving_high);
    if (item->saving_why)
        set_text(o, "why", item->saving_why);
    return o;
}

static json_t *gauge_json(const evidence_item *item)
{
    json_t *o = json_object();
    set_count(o, "parts", item->parts);
    set_count(o, "operators", item->operators);
    set_count(o, "trials", item->trials);
    set_figure(o, "ndc", item->ndc);
    return o;
}

static json_t *item_json(const evidence *e, const evidence_item *item)
{
    static const char *const kinds[] = {"variable", "defectives", "defects"};
    json_t *o = json_object(), *doubts = json_array();
    set_hex(o, "characteristic", item->id.bytes, sizeof item->id.bytes);
    set_text(o, "path", item->path);
    set_text(o, "unit", item->unit);
    set_text(o, "kind", kinds[item->kind]);
    set_quantity(o, "lower", &item->lower);
    set_quantity(o, "upper", &item->upper);
    if (!e->claim.is_single)
        json_object_set_new(o, "before", side_json(e, item, &item->before));
    json_object_set_new(o, e->claim.is_single ? "period" : "after", side_json(e, item, &item->after));
    if (e->claim.kind == EVIDENCE_GRR)
        json_object_set_new(o, "gauge", gauge_json(item));
    set_text(o, "effect_is", evidence_effect_is(&e->claim));
    set_text(o, "test", item->test);
    set_text(o, "test_why", item->test_why);
    set_figure(o, "effect", item->effect);
    set_figure(o, "low", item->low);
    set_figure(o, "high", item->high);
    set_figure(o, "statistic", item->statistic);
    set_figure(o, "df", item->df);
    set_figure(o, "p", item->p);
    if (e->claim.count > 1)
        set_figure(o, "p_holm", item->p.why ? item->p : assay_figure_of(item->p_holm));
    set_text(o, "outcome", evidence_outcome_name(item->outcome));
    for (size_t i = 0; i < item->doubts; i++)
        json_array_append_new(doubts, json_string(item->doubt[i]));
    json_object_set_new(o, "doubts", doubts);
    if (e->claim.money.unit_cost)
        json_object_set_new(o, "saving", saving_json(e, item));
    return o;
}

assay_status evidence_text_as(const evidence *e, const char *version, buf *out, assay_err *err)
{
    json_t *o = json_object(), *results = json_array();
    evidence_claim claim = e->claim;
    claim.as_of = e->commit;
    json_object_set_new(o, "claim", evidence_claim_json(&claim));
    set_text(o, "method", e->method);
    set_text(o, "version", version);
    for (size_t i = 0; i < e->claim.count; i++)
        json_array_append_new(results, item_json(e, &e->item[i]));
    json_object_set_new(o, "results", results);
    set_text(o, "outcome", evidence_outcome_name(e->outcome));
    set_text(o, "chart", *e->chart_digest ? e->chart_digest : NULL);
    assay_status status = o ? jcs_write(o, out, err)
                            : assay_fail(err, ASSAY_MEMORY, 0, "no memory to write evidence");
    json_decref(o);
    return status;
}

assay_status evidence_text(const evidence *e, buf *out, assay_err *err)
{
    return evidence_text_as(e, ASSAY_VERSION, out, err);
}
