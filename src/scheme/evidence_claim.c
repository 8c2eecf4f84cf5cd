/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is claimed, as JSON and as a struct. A member nobody knows is refused: a claim with a
 * misspelt member would be sealed as something else than its author meant. */
#include "scheme/evidence.h"
#include "scheme/evidence_inner.h"

#include "base/i18n.h"

#include <math.h>
#include <string.h>

static const struct {
    const char *name, *effect;
} kinds[EVIDENCE_KIND_COUNT] = {
#define X(code, name, effect) {name, effect},
    EVIDENCE_KIND_LIST(X)
#undef X
};

const char *evidence_kind_name(evidence_kind kind)
{
    return kinds[kind].name;
}

const char *evidence_effect_is(const evidence_claim *c)
{
    if (c->is_single && c->kind != EVIDENCE_GRR)
        return c->kind == EVIDENCE_CPK ? "Cpk" : "Ppk";
    return c->kind == EVIDENCE_GRR && c->is_of_tolerance ? "gauge R&R, percent of the tolerance"
                                                         : kinds[c->kind].effect;
}

bool evidence_kind_named(const char *name, evidence_kind *out)
{
    for (int i = 0; name && i < EVIDENCE_KIND_COUNT; i++)
        if (strcmp(kinds[i].name, name) == 0) {
            *out = (evidence_kind)i;
            return true;
        }
    return false;
}

/* -- reading ---------------------------------------------------------------------------------- */

typedef struct {
    arena *a;
    assay_err *err;
} reading;

static assay_status wrong(const reading *r, const char *member, const char *expected)
{
    return assay_fail(r->err, ASSAY_FORMAT, 0, "evidence: %s is not %s", member, expected);
}

static assay_status get_text(const reading *r, const json_t *o, const char *key, const char **out)
{
    const json_t *v = json_object_get(o, key);
    if (!v || json_is_null(v))
        return ASSAY_OK;
    if (!json_is_string(v) || json_string_length(v) > 400 ||
        strlen(json_string_value(v)) != json_string_length(v))
        return wrong(r, key, "a text of at most 400 bytes");
    *out = arena_text(r->a, json_string_value(v), json_string_length(v));
    return *out ? ASSAY_OK : assay_fail(r->err, ASSAY_MEMORY, 0, "no memory for a claim");
}

static assay_status get_period(const reading *r, const json_t *claim, const char *key,
                               evidence_period *out)
{
    const json_t *o = json_object_get(claim, key);
    const char *ends[2] = {"from", "to"};
    int64_t *place[2] = {&out->from, &out->to};
    assay_status status = evidence_known(o, key, ends, 2, r->err);
    for (int i = 0; i < 2 && status == ASSAY_OK; i++) {
        const json_t *v = json_object_get(o, ends[i]);
        int32_t offset = TIME_OFFSET_NONE;
        int64_t ns;
        if (!json_is_string(v) ||
            !time_parse_iso(json_string_value(v), json_string_length(v), &ns, &offset))
            return wrong(r, i ? "the end of a period" : "the start of a period",
                         "a time such as 2026-03-01T00:00:00+09:00");
        *place[i] = ns;
    }
    return status;
}

/* Two that are compared, or one that is held against a bar. */
static assay_status get_periods(const reading *r, const json_t *claim, evidence_claim *out)
{
    out->is_single = json_object_get(claim, "period") != NULL;
    if (out->is_single && (json_object_get(claim, "before") || json_object_get(claim, "after")))
        return assay_fail(r->err, ASSAY_FORMAT, 0,
                          "evidence: a claim has one period, or a period before and one after");
    if (out->is_single)
        return get_period(r, claim, "period", &out->after);
    assay_status status = get_period(r, claim, "before", &out->before);
    return status == ASSAY_OK ? get_period(r, claim, "after", &out->after) : status;
}

static assay_status get_basis(const reading *r, const json_t *claim, evidence_claim *out)
{
    const char *text = NULL;
    assay_status status = get_text(r, claim, "basis", &text);
    if (status != ASSAY_OK || !text)
        return status;
    out->is_of_tolerance = strcmp(text, "tolerance") == 0;
    return out->is_of_tolerance || strcmp(text, "study") == 0 ? ASSAY_OK
                                                               : wrong(r, "basis", "study or tolerance");
}

static assay_status get_characteristics(const reading *r, const json_t *claim, evidence_claim *out)
{
    const json_t *list = json_object_get(claim, "characteristics");
    size_t n = json_array_size(list);
    if (!json_is_array(list) || n < 1 || n > EVIDENCE_CHARACTERISTICS)
        return assay_fail(r->err, ASSAY_LIMIT, 0,
                          "evidence: characteristics is not a list of 1 to %d names",
                          EVIDENCE_CHARACTERISTICS);
    for (size_t i = 0; i < n; i++) {
        const json_t *v = json_array_get(list, i);
        if (!json_is_string(v) || json_string_length(v) == 0 || json_string_length(v) > 400)
            return wrong(r, "characteristics", "a list of names");
        out->characteristic[i] = arena_text(r->a, json_string_value(v), json_string_length(v));
        if (!out->characteristic[i])
            return assay_fail(r->err, ASSAY_MEMORY, 0, "no memory for a claim");
    }
    out->count = n;
    return ASSAY_OK;
}

static assay_status get_filter(const reading *r, const json_t *claim, evidence_claim *out)
{
    const json_t *where = json_object_get(claim, "where"), *v;
    const char *key;
    if (where && !json_is_object(where))
        return wrong(r, "where", "an object such as {\"machine\": \"M1\"}");
    json_object_foreach((json_t *)(uintptr_t)where, key, v)
    {
        context_kind kind;
        if (!context_from_name(key, &kind))
            return assay_fail(r->err, ASSAY_FORMAT, 0, "evidence: where has no kind \"%s\"", key);
        assay_status status = get_text(r, where, key, &out->filter[kind]);
        if (status != ASSAY_OK)
            return status;
    }
    return ASSAY_OK;
}

static assay_status get_better(const reading *r, const json_t *claim, evidence_claim *out)
{
    const char *text = NULL;
    assay_status status = get_text(r, claim, "better", &text);
    if (status != ASSAY_OK || !text)
        return status;
    out->better = strcmp(text, "lower") == 0 ? -1 : strcmp(text, "higher") == 0 ? 1 : 0;
    return out->better ? ASSAY_OK : wrong(r, "better", "lower or higher");
}

static assay_status get_money(const reading *r, const json_t *claim, evidence_money *out)
{
    static const char *const keys[] = {"unit_cost", "volume", "currency", "step", "claimed"};
    const char **place[] = {&out->unit_cost, &out->volume, &out->currency, &out->step,
                            &out->claimed};
    const json_t *o = json_object_get(claim, "money");
    if (!o)
        return ASSAY_OK;
    assay_status status = evidence_known(o, "money", keys, 5, r->err);
    for (int i = 0; i < 5 && status == ASSAY_OK; i++)
        status = get_text(r, o, keys[i], place[i]);
    return status;
}

static assay_status get_kind(const reading *r, const json_t *claim, evidence_claim *out)
{
    const json_t *v = json_object_get(claim, "claim");
    if (evidence_kind_named(json_string_value(v), &out->kind))
        return ASSAY_OK;
    return wrong(r, "claim", "one of mean, sd, cpk, ppk, nonconforming, count, grr");
}

assay_status evidence_claim_of(const json_t *o, arena *a, evidence_claim *out, assay_err *err)
{
    static const char *const keys[] = {"field", "claim",  "characteristics", "before", "after", "where",
                                       "value", "better", "confidence",      "money",  "as_of", "period", "basis"};
    reading r = {a, err};
    evidence_claim c = {.field = "", .as_of = STORE_NOW};
    const json_t *as_of = json_object_get(o, "as_of");
    assay_status status = evidence_known(o, "the claim", keys, sizeof keys / sizeof *keys, err);
    if (status == ASSAY_OK && as_of && !(json_integer_value(as_of) > 0))
        status = wrong(&r, "as_of", "a commit number");
    if (status == ASSAY_OK && as_of)
        c.as_of = (uint64_t)json_integer_value(as_of);
    if (status == ASSAY_OK)
        status = get_kind(&r, o, &c);
    if (status == ASSAY_OK)
        status = get_text(&r, o, "field", &c.field);
    if (status == ASSAY_OK)
        status = get_characteristics(&r, o, &c);
    if (status == ASSAY_OK)
        status = get_periods(&r, o, &c);
    if (status == ASSAY_OK)
        status = get_basis(&r, o, &c);
    if (status == ASSAY_OK)
        status = get_filter(&r, o, &c);
    if (status == ASSAY_OK)
        status = get_text(&r, o, "value", &c.claimed);
    if (status == ASSAY_OK)
        status = get_better(&r, o, &c);
    if (status == ASSAY_OK)
        status = get_text(&r, o, "confidence", &c.confidence);
    if (status == ASSAY_OK)
        status = get_money(&r, o, &c.money);
    if (status == ASSAY_OK)
        *out = c;
    return status;
}

assay_status evidence_claim_read(const char *text, size_t length, arena *a, evidence_claim *out,
                                 assay_err *err)
{
    json_error_t fault;
    if (length > 65536)
        return assay_fail(err, ASSAY_LIMIT, 0, "evidence: a claim of %zu bytes is too long", length);
    json_t *o = json_loadb(text, length, JSON_REJECT_DUPLICATES, &fault);
    if (!o) {
        assay_fail(err, ASSAY_FORMAT, 0, "evidence: a claim that is not JSON: %s", fault.text);
        if (err) {
            err->line = (uint64_t)(fault.line > 0 ? fault.line : 0);
            err->column = (uint32_t)(fault.column > 0 ? fault.column : 0);
        }
        return ASSAY_FORMAT;
    }
    assay_status status = evidence_claim_of(o, a, out, err);
    json_decref(o);
    return status;
}

/* -- checking --------------------------------------------------------------------------------- */

static assay_status check_decimal(const char *name, const char *text, bool is_positive,
                                  assay_err *err)
{
    decimal d;
    if (!text)
        return ASSAY_OK;
    if (decimal_parse(text, strlen(text), '.', &d, NULL) != DECIMAL_OK || d.exponent > 9 ||
        d.exponent < -18)
        return assay_fail(err, ASSAY_DOMAIN, 0, "evidence: %s is not a decimal number (\"%.40s\")",
                          name, text);
    if (is_positive && d.mantissa <= 0)
        return assay_fail(err, ASSAY_DOMAIN, 0, "evidence: %s is not above 0 (%.40s)", name, text);
    return ASSAY_OK;
}

/* What one period can be held against, and the bar it is held against. */
static assay_status check_single(const evidence_claim *c, assay_err *err)
{
    bool is_index = c->kind == EVIDENCE_CPK || c->kind == EVIDENCE_PPK;
    if (c->kind == EVIDENCE_GRR && !c->is_single) {
        assay_fail(err, ASSAY_USAGE, 0, "evidence: a gauge study has one period");
        return assay_hint(err, "period=2026-03-02..2026-03-03 value=10");
    }
    if (!c->is_single)
        return ASSAY_OK;
    if (!is_index && c->kind != EVIDENCE_GRR) {
        assay_fail(err, ASSAY_UNSUPPORTED, 0, "evidence: a claim of %s compares two periods",
                   evidence_kind_name(c->kind));
        return assay_hint(err, _("of one period claim cpk, ppk or grr"));
    }
    if (!c->claimed || !(evidence_number(c->claimed) > 0)) {
        assay_fail(err, ASSAY_USAGE, 0, "evidence: one period needs a bar above 0 to be held against");
        return assay_hint(err, is_index ? "value=1.67" : _("value=10, in percent"));
    }
    return ASSAY_OK;
}

static assay_status check_periods(const evidence_claim *c, assay_err *err)
{
    if (c->is_single && c->after.from >= c->after.to)
        return assay_fail(err, ASSAY_DOMAIN, 0, "evidence: the period ends before it begins");
    if (c->is_single)
        return ASSAY_OK;
    if (c->before.from >= c->before.to || c->after.from >= c->after.to)
        return assay_fail(err, ASSAY_DOMAIN, 0, "evidence: the period %s ends before it begins",
                          c->before.from >= c->before.to ? "before" : "after");
    if (c->after.from < c->before.to) {
        assay_fail(err, ASSAY_DOMAIN, 0, "evidence: the periods before and after overlap");
        return assay_hint(err, _("the period after begins where the one before ends, or later"));
    }
    return ASSAY_OK;
}

static assay_status check_money(evidence_claim *c, assay_err *err)
{
    evidence_money *m = &c->money;
    if (!m->unit_cost && !m->volume && !m->claimed)
        return ASSAY_OK;
    if (!m->unit_cost || !m->volume || !m->currency) {
        assay_fail(err, ASSAY_USAGE, 0, "evidence: money needs a unit cost, a volume and a currency");
        return assay_hint(err, _("unit cost 12.50, volume 120000, currency KRW"));
    }
    if (c->is_single || c->kind == EVIDENCE_SD || c->kind == EVIDENCE_CPK || c->kind == EVIDENCE_PPK) {
        assay_fail(err, ASSAY_UNSUPPORTED, 0, "evidence: a change of %s has no price per piece",
                   evidence_kind_name(c->kind));
        return assay_hint(err, _("claim the nonconforming share that follows from it"));
    }
    if (!m->step)
        m->step = "1";
    assay_status status = check_decimal("the unit cost", m->unit_cost, true, err);
    if (status == ASSAY_OK)
        status = check_decimal("the volume", m->volume, true, err);
    if (status == ASSAY_OK)
        status = check_decimal("the step of money", m->step, true, err);
    return status == ASSAY_OK ? check_decimal("the sum claimed", m->claimed, false, err) : status;
}

/* A ratio below 1 is a fall, a difference below 0 is one. */
static int direction_claimed(const evidence_claim *c)
{
    decimal d;
    bool is_ratio = c->kind == EVIDENCE_SD || c->kind == EVIDENCE_COUNT;
    if (!c->claimed || decimal_parse(c->claimed, strlen(c->claimed), '.', &d, NULL) != DECIMAL_OK)
        return 0;
    double x = decimal_to_double(d.mantissa, d.exponent) - (is_ratio ? 1 : 0);
    return x > 0 ? 1 : x < 0 ? -1 : 0;
}

/* An index is to reach its bar, a gauge's share to stay below it. */
static assay_status settle_single(evidence_claim *c, assay_err *err)
{
    int better = c->kind == EVIDENCE_GRR ? -1 : 1;
    if (c->better && c->better != better)
        return assay_fail(err, ASSAY_DOMAIN, 0, "evidence: of %s %s is better",
                          evidence_kind_name(c->kind), better < 0 ? "a lower one" : "a higher one");
    c->better = better;
    return ASSAY_OK;
}

static assay_status settle_direction(evidence_claim *c, assay_err *err)
{
    if (c->is_single)
        return settle_single(c, err);
    int claimed = direction_claimed(c);
    if (!c->better)
        c->better = claimed                                             ? claimed
                    : c->kind == EVIDENCE_CPK || c->kind == EVIDENCE_PPK ? 1
                    : c->kind == EVIDENCE_MEAN                           ? 0
                                                                         : -1;
    if (!c->better) {
        assay_fail(err, ASSAY_USAGE, 0, "evidence: is a lower mean better, or a higher one?");
        return assay_hint(err, _("say which is better, or the shift claimed with its sign"));
    }
    if (claimed && claimed != c->better)
        return assay_fail(err, ASSAY_DOMAIN, 0,
                          "evidence: %s is claimed, but %s is said to be better", c->claimed,
                          c->better < 0 ? "lower" : "higher");
    return ASSAY_OK;
}

assay_status evidence_claim_check(evidence_claim *c, assay_err *err)
{
    if (!c->confidence)
        c->confidence = "0.95";
    double confidence = evidence_number(c->confidence);
    assay_status status = check_decimal("the confidence", c->confidence, true, err);
    if (status == ASSAY_OK && !(confidence > 0.5 && confidence < 1))
        status = assay_fail(err, ASSAY_DOMAIN, 0, "evidence: confidence %s is not between 0.5 and 1",
                            c->confidence);
    if (status == ASSAY_OK)
        status = check_decimal("what is claimed", c->claimed, false, err);
    if (status == ASSAY_OK)
        status = check_single(c, err);
    if (status == ASSAY_OK)
        status = check_periods(c, err);
    if (status == ASSAY_OK)
        status = check_money(c, err);
    if (status == ASSAY_OK && c->money.unit_cost && c->count > 1)
        status = assay_fail(err, ASSAY_USAGE, 0,
                            "evidence: money is claimed for one characteristic, not for %zu", c->count);
    return status == ASSAY_OK ? settle_direction(c, err) : status;
}

/* -- writing ---------------------------------------------------------------------------------- */

static json_t *period_json(const evidence_period *p)
{
    char text[2][40];
    time_format(p->from, TIME_OFFSET_NONE, text[0], sizeof text[0]);
    time_format(p->to, TIME_OFFSET_NONE, text[1], sizeof text[1]);
    return json_pack("{s:s,s:s}", "from", text[0], "to", text[1]);
}

static void set_text(json_t *o, const char *key, const char *text)
{
    if (text)
        json_object_set_new(o, key, json_string(text));
}

static json_t *money_json(const evidence_money *m)
{
    json_t *o = json_object();
    set_text(o, "unit_cost", m->unit_cost);
    set_text(o, "volume", m->volume);
    set_text(o, "currency", m->currency);
    set_text(o, "step", m->step);
    set_text(o, "claimed", m->claimed);
    return o;
}

json_t *evidence_claim_json(const evidence_claim *c)
{
    json_t *o = json_object(), *names = json_array(), *where = json_object();
    for (size_t i = 0; i < c->count; i++)
        json_array_append_new(names, json_string(c->characteristic[i]));
    for (int k = 0; k < CONTEXT_COUNT; k++)
        set_text(where, context_name((context_kind)k), c->filter[k]);
    set_text(o, "field", c->field);
    set_text(o, "claim", evidence_kind_name(c->kind));
    json_object_set_new(o, "characteristics", names);
    if (!c->is_single)
        json_object_set_new(o, "before", period_json(&c->before));
    json_object_set_new(o, c->is_single ? "period" : "after", period_json(&c->after));
    if (c->kind == EVIDENCE_GRR)
        set_text(o, "basis", c->is_of_tolerance ? "tolerance" : "study");
    json_object_set_new(o, "where", where);
    set_text(o, "value", c->claimed);
    set_text(o, "better", c->better < 0 ? "lower" : "higher");
    set_text(o, "confidence", c->confidence);
    if (c->money.unit_cost)
        json_object_set_new(o, "money", money_json(&c->money));
    json_object_set_new(o, "as_of", json_integer((json_int_t)c->as_of));
    return o;
}
