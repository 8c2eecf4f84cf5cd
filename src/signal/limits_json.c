/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "signal/limits_json.h"

#include "base/jcs.h"

#include <string.h>

/* -- writing ------------------------------------------------------------------------------ */

static void set_real(json_t *o, const char *key, double value)
{
    if (isfinite(value))
        json_object_set_new(o, key, json_real(value));
}

static void set_count(json_t *o, const char *key, uint64_t value)
{
    json_object_set_new(o, key, json_integer((json_int_t)value));
}

static void set_text(json_t *o, const char *key, const char *text)
{
    if (text && *text)
        json_object_set_new(o, key, json_string(text));
}

static assay_status write_object(json_t *o, buf *out, assay_err *err)
{
    assay_status status = o ? jcs_write(o, out, err)
                            : assay_fail(err, ASSAY_MEMORY, 0, "out of memory while writing limits");
    json_decref(o);
    return status;
}

assay_status definition_to_json(const chart_definition *d, buf *out, assay_err *err)
{
    const assay_chart_options *c = &d->chart;
    json_t *o = json_object(), *filter = json_object();
    set_text(o, "type", assay_chart_type_name(c->type));
    set_count(o, "n", d->n);
    if (d->every_s)
        set_count(o, "every", d->every_s);
    set_text(o, "subgroup", d->subgroup);
    set_text(o, "rules", d->rules);
    set_real(o, "size", d->size_all);
    set_count(o, "span", c->span);
    set_real(o, "sigmas", c->sigmas);
    set_real(o, "lambda", c->lambda);
    set_real(o, "limit", c->ewma_sigmas);
    set_real(o, "k", c->k);
    set_real(o, "h", c->h);
    set_real(o, "fir", c->fir);
    set_real(o, "target", c->target);
    if (c->is_asymptotic)
        json_object_set_new(o, "asymptotic", json_true());
    if (c->is_unweighted)
        json_object_set_new(o, "unweighted", json_true());
    for (int k = 0; k < CONTEXT_COUNT; k++)
        set_text(filter, context_name((context_kind)k), d->filter[k]);
    json_object_set_new(o, "where", filter);
    return write_object(o, out, err);
}

assay_status limits_to_json(const chart_limits *l, buf *out, assay_err *err)
{
    json_t *o = json_object();
    set_count(o, "version", l->version);
    set_real(o, "center", l->center);
    set_real(o, "sigma", l->sigma);
    set_real(o, "size", l->size);
    set_count(o, "n", l->n);
    set_count(o, "used", l->used);
    set_count(o, "subgroups", l->subgroups);
    set_text(o, "method", assay_sigma_method_name(l->method));
    set_count(o, "as_of", l->data_commit);
    set_text(o, "data", l->data);
    set_text(o, "why", l->why);
    return write_object(o, out, err);
}

assay_status retirement_to_json(const chart_limits *l, const char *why, buf *out, assay_err *err)
{
    json_t *o = json_object();
    set_count(o, "version", l->version);
    json_object_set_new(o, "retired", json_true());
    set_text(o, "why", why);
    return write_object(o, out, err);
}

/* -- reading ------------------------------------------------------------------------------ */

static double get_real(const json_t *o, const char *key, double otherwise)
{
    const json_t *x = json_object_get(o, key);
    return json_is_number(x) ? json_number_value(x) : otherwise;
}

static uint64_t get_count(const json_t *o, const char *key)
{
    json_int_t x = json_integer_value(json_object_get(o, key));
    return x > 0 ? (uint64_t)x : 0;
}

/* NULL when it is not there. */
static const char *get_text(const json_t *o, const char *key, arena *a)
{
    const char *text = json_string_value(json_object_get(o, key));
    return text ? arena_text(a, text, strlen(text)) : NULL;
}

static assay_chart_type type_named(const char *name)
{
    for (int t = 0; name && t <= ASSAY_CHART_U; t++)
        if (strcmp(assay_chart_type_name((assay_chart_type)t), name) == 0)
            return (assay_chart_type)t;
    return ASSAY_CHART_AUTO;
}

static assay_sigma_method method_named(const char *name)
{
    for (int m = 0; name && m <= ASSAY_SIGMA_POISSON; m++)
        if (strcmp(assay_sigma_method_name((assay_sigma_method)m), name) == 0)
            return (assay_sigma_method)m;
    return ASSAY_SIGMA_AUTO;
}

static void get_shape(const json_t *o, assay_chart_options *c)
{
    *c = assay_chart_defaults();
    c->type = type_named(json_string_value(json_object_get(o, "type")));
    c->span = (unsigned)get_count(o, "span");
    c->sigmas = get_real(o, "sigmas", c->sigmas);
    c->lambda = get_real(o, "lambda", c->lambda);
    c->ewma_sigmas = get_real(o, "limit", c->ewma_sigmas);
    c->k = get_real(o, "k", c->k);
    c->h = get_real(o, "h", c->h);
    c->fir = get_real(o, "fir", c->fir);
    c->target = get_real(o, "target", NAN);
    c->is_asymptotic = json_is_true(json_object_get(o, "asymptotic"));
    c->is_unweighted = json_is_true(json_object_get(o, "unweighted"));
}

bool definition_from_json(const char *text, arena *a, chart_definition *out)
{
    json_t *o = json_loads(text, 0, NULL);
    const json_t *filter = json_object_get(o, "where");
    *out = (chart_definition){.n = (uint32_t)get_count(o, "n"),
                              .every_s = (uint32_t)get_count(o, "every"),
                              .subgroup = get_text(o, "subgroup", a),
                              .rules = get_text(o, "rules", a),
                              .size_all = get_real(o, "size", NAN)};
    get_shape(o, &out->chart);
    for (int k = 0; k < CONTEXT_COUNT; k++)
        out->filter[k] = get_text(filter, context_name((context_kind)k), a);
    json_decref(o);
    return out->rules && out->chart.type != ASSAY_CHART_AUTO;
}

bool limits_from_json(const char *text, arena *a, chart_limits *out, bool *is_retired)
{
    json_t *o = json_loads(text, 0, NULL);
    const char *why = get_text(o, "why", a), *data = get_text(o, "data", a);
    *is_retired = json_is_true(json_object_get(o, "retired"));
    out->version = get_count(o, "version");
    out->center = get_real(o, "center", NAN);
    out->sigma = get_real(o, "sigma", NAN);
    out->size = get_real(o, "size", NAN);
    out->n = (uint32_t)get_count(o, "n");
    out->used = get_count(o, "used");
    out->subgroups = get_count(o, "subgroups");
    out->method = method_named(json_string_value(json_object_get(o, "method")));
    out->data_commit = get_count(o, "as_of");
    out->why = why ? why : "";
    out->data = data ? data : "";
    json_decref(o);
    return out->version > 0 && (*is_retired || isfinite(out->center));
}
