/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Run lengths: options, and the choice of method. Each kind of chart has its own file. */
#include "stat/runlength.h"

#include <string.h>

assay_arl_options assay_arl_defaults(assay_arl_type type)
{
    return (assay_arl_options){.type = type, .lambda = 0.2, .limit = 3, .k = 0.5, .h = 5};
}

void runlength_solve(int n, double *matrix, double *b)
{
    for (int c = 0; c < n; c++) {
        int pivot = c;
        for (int r = c + 1; r < n; r++)
            if (fabs(matrix[r * n + c]) > fabs(matrix[pivot * n + c]))
                pivot = r;
        for (int i = c; i < n; i++) {
            double keep = matrix[c * n + i];
            matrix[c * n + i] = matrix[pivot * n + i];
            matrix[pivot * n + i] = keep;
        }
        double keep = b[c];
        b[c] = b[pivot];
        b[pivot] = keep;
        for (int r = c + 1; r < n; r++) {
            double factor = matrix[r * n + c] / matrix[c * n + c];
            for (int i = c + 1; i < n; i++)
                matrix[r * n + i] -= factor * matrix[c * n + i];
            b[r] -= factor * b[c];
        }
    }
    for (int r = n - 1; r >= 0; r--) {
        for (int i = r + 1; i < n; i++)
            b[r] -= matrix[r * n + i] * b[i];
        b[r] /= matrix[r * n + r];
    }
}

static assay_status check_ewma(const assay_arl_options *o, assay_err *err)
{
    if (!(o->lambda >= 0.001 && o->lambda <= 1))
        return assay_fail(err, ASSAY_DOMAIN, 0, "lambda %g is outside 0.001 .. 1", o->lambda);
    if (!(o->limit > 0 && o->limit <= 20))
        return assay_fail(err, ASSAY_DOMAIN, 0, "a limit of %g is outside 0 .. 20", o->limit);
    if (!(fabs(o->start) < o->limit) || (o->is_one_sided && o->start < 0))
        return assay_fail(err, ASSAY_DOMAIN, 0, "a start of %g is not within the limit %g", o->start,
                          o->limit);
    if (o->is_steady_state && o->is_exact)
        return assay_fail(err, ASSAY_UNSUPPORTED, 0,
                          "the steady state of limits exact in time is that of asymptotic limits");
    return ASSAY_OK;
}

static assay_status check_cusum(const assay_arl_options *o, assay_err *err)
{
    if (!(o->k >= 0 && o->k <= 20))
        return assay_fail(err, ASSAY_DOMAIN, 0, "k = %g is outside 0 .. 20", o->k);
    if (!(o->h > 0 && o->h <= 100))
        return assay_fail(err, ASSAY_DOMAIN, 0, "h = %g is outside 0 .. 100", o->h);
    if (!(o->fir >= 0 && o->fir < o->h))
        return assay_fail(err, ASSAY_DOMAIN, 0, "a head start of %g is outside 0 .. h = %g", o->fir,
                          o->h);
    if (o->is_steady_state && !o->is_one_sided)
        return assay_fail(err, ASSAY_UNSUPPORTED, 0,
                          "the steady state of a CUSUM is known for one side only");
    return ASSAY_OK;
}

static assay_status check(const assay_arl_options *o, assay_err *err)
{
    if (!(fabs(o->shift) <= 100))
        return assay_fail(err, ASSAY_DOMAIN, 0, "a shift of %g is outside -100 .. 100", o->shift);
    switch (o->type) {
    case ASSAY_ARL_EWMA:
        return check_ewma(o, err);
    case ASSAY_ARL_CUSUM:
        return check_cusum(o, err);
    case ASSAY_ARL_RULES:
        if (!o->rules)
            return assay_fail(err, ASSAY_DOMAIN, 0, "no rule set is given");
        if (o->is_steady_state)
            return assay_fail(err, ASSAY_UNSUPPORTED, 0, "no steady state of run rules");
        return ASSAY_OK;
    }
    return assay_fail(err, ASSAY_DOMAIN, 0, "no such kind of chart");
}

/* The sets whose chain is large, at the shifts a chart states beside its limits. */
static const struct {
    const char *name;
    double shift, arl, digits;
} tabled[] = {
#include "arl_table.h"
};

static bool is_same_set(const assay_rules *a, const assay_rules *b)
{
    bool is_same = a->count == b->count;
    for (int j = 0; is_same && j < a->count; j++) {
        const assay_rule *r = &a->rule[j], *s = &b->rule[j];
        is_same = r->kind == s->kind && r->k == s->k && r->m == s->m && r->sigmas == s->sigmas;
    }
    return is_same;
}

static bool find_tabled(const assay_arl_options *o, assay_arl *out)
{
    for (size_t i = 0; i < sizeof tabled / sizeof *tabled; i++) {
        assay_rules set;
        if (strcmp(o->rules->name, tabled[i].name) != 0 || fabs(o->shift) != tabled[i].shift)
            continue;
        if (assay_rules_parse(tabled[i].name, &set, NULL) || !is_same_set(&set, o->rules))
            continue;
        *out = (assay_arl){tabled[i].arl, tabled[i].digits, runlength_steps_method, NULL};
        return true;
    }
    return false;
}

size_t assay_arl_scratch_size(const assay_arl_options *o)
{
    if (o->type == ASSAY_ARL_RULES)
        return o->rules ? runlength_rules_scratch(o->rules) : 64;
    return sizeof(double) * RUNLENGTH_NODES * (RUNLENGTH_NODES + 8) + 64;
}

/* Digits that agree between two resolutions, and no more than the condition leaves. */
static double agreement(double a, double b)
{
    double digits = a == b ? 15 : -log10(fabs(a - b) / fabs(a));
    return fmax(0, fmin(digits, 15));
}

static void find_by_nystrom(const assay_arl_options *o, int nodes,
                            double (*find)(const assay_arl_options *, int, double *), double *room,
                            assay_arl *out)
{
    int more = nodes + nodes / 4;
    out->arl = find(o, more, room);
    out->method = "Gauss-Legendre Nystrom";
    if (isfinite(out->arl))
        out->digits = agreement(out->arl, find(o, nodes, room));
    else
        out->why_undefined = "the run length is beyond what doubles can resolve";
}

assay_status assay_arl_find(const assay_arl_options *o, void *scratch, assay_arl *out,
                            assay_err *err)
{
    assay_status status = check(o, err);
    if (status)
        return status;
    assay_arl found = {.arl = NAN};
    double *room = (double *)(void *)((char *)scratch + (-(uintptr_t)scratch & 15));
    if (o->type == ASSAY_ARL_RULES)
        status = find_tabled(o, &found)
                     ? ASSAY_OK
                     : runlength_rules(o->rules, o->shift, room, &found, err);
    else if (o->type == ASSAY_ARL_EWMA)
        find_by_nystrom(o, runlength_ewma_nodes(o), runlength_ewma, room, &found);
    else
        find_by_nystrom(o, runlength_cusum_nodes(o), runlength_cusum, room, &found);
    if (!status)
        *out = found;
    return status;
}
