/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Options in, a table of designs out. */
#include "cli/scheme_simulate.h"

#include "cli/progress.h"
#include "scheme/simulate.h"

#include <math.h>
#include <stdio.h>

/* --sd 6,5,6: between cases, between judges, the rest. */
static assay_status take_sd(cli *c, simulate_options *o)
{
    char end = 0;
    const char *text = cli_text(c, OPT_SD, NULL);
    if (text && sscanf(text, "%lf,%lf,%lf%c", &o->sd_case, &o->sd_judge, &o->sd_rest, &end) != 3)
        return cli_usage(c, _("--sd is not three numbers (cases, judges, rest): \"%s\""), text);
    return ASSAY_OK;
}

static assay_status take_options(cli *c, simulate_options *o)
{
    uint64_t cases = 0, judges = 0, runs = o->runs, seed = o->seed;
    assay_status status = take_sd(c, o);
    if (status == ASSAY_OK)
        status = cli_count(c, OPT_CASES, &cases);
    if (status == ASSAY_OK)
        status = cli_count(c, OPT_JUDGES, &judges);
    if (status == ASSAY_OK)
        status = cli_count(c, OPT_RUNS, &runs);
    if (status == ASSAY_OK)
        status = cli_count(c, OPT_SEED, &seed);
    o->cases = cases > 2000 ? 2001 : (size_t)cases;
    o->judges = judges > 500 ? 501 : (size_t)judges;
    o->runs = runs > 100000 ? 100001 : (size_t)runs;
    o->seed = seed;
    return status;
}

/* -- telling -------------------------------------------------------------------------------------
 */

static void tell_json(json *j, const scheme *s, const simulate_answer *a)
{
    const simulate_options *o = &a->options;
    json_object(j);
    json_member_text(j, "scheme", s->item.id);
    json_member_text(j, "rev", s->rev);
    json_member_unsigned(j, "cases", o->cases);
    json_member_unsigned(j, "judges", o->judges);
    json_member_unsigned(j, "runs", o->runs);
    json_member_unsigned(j, "seed", o->seed);
    json_member_real(j, "centre", o->centre, NULL);
    json_member_real(j, "sd_case", o->sd_case, NULL);
    json_member_real(j, "sd_judge", o->sd_judge, NULL);
    json_member_real(j, "sd_rest", o->sd_rest, NULL);
    json_key(j, "designs");
    json_array(j);
    for (size_t i = 0; i < a->count; i++) {
        const simulate_result *r = &a->result[i];
        const char *why = r->is_possible ? "nobody or everybody passes" : "no such assignment";
        json_flat_object(j);
        json_member_text(j, "design", r->design.name);
        json_member_real(j, "share", r->is_possible ? r->share : NAN, why);
        json_member_real(j, "se", r->is_possible ? r->se : NAN, why);
        json_member_real(j, "passed", r->is_possible ? r->passed : NAN, why);
        json_end(j);
    }
    json_end(j);
    json_end(j);
}

static void tell_text(cli *c, const scheme *s, const simulate_answer *a)
{
    static const bool is_right[] = {false, true, true, true};
    const simulate_options *o = &a->options;
    const char *head[] = {_("design"), _("best that pass"), _("s.e."), _("pass")};
    term_table table;
    term t = cli_term(c);
    buf_addf(&c->out, _("%s: %zu cases, %zu judges, %zu runs, seed %llu\n"), s->item.id, o->cases,
             o->judges, o->runs, (unsigned long long)o->seed);
    buf_addf(&c->out,
             _("standard deviations in percent: cases %g, judges %g, rest %g; centre %g\n\n"),
             o->sd_case, o->sd_judge, o->sd_rest, o->centre);
    table_init(&table, 4, is_right, head);
    for (size_t i = 0; i < a->count; i++) {
        const simulate_result *r = &a->result[i];
        table_cell(&table, _(r->design.name));
        if (!r->is_possible || isnan(r->share)) {
            table_cell(&table, "—");
            table_cell(&table, r->is_possible ? "" : _("not possible"));
        } else {
            table_cellf(&table, "%.3f", r->share);
            table_cellf(&table, "%.3f", r->se);
        }
        if (r->is_possible)
            table_cellf(&table, "%.1f", r->passed);
        else
            table_cell(&table, "");
    }
    table_write(&t, &table, &c->out);
    table_done(&table);
    buf_addf(&c->out, "\n%s\n",
             _("best that pass: of the truly best, as many as pass, the share that does"));
}

static bool tell_progress(uint64_t done, uint64_t of, void *context)
{
    (void)of;
    progress_share(context, done);
    return !is_interrupted();
}

int scheme_simulate(cli *c, const scheme *s)
{
    simulate_options o = simulate_defaults();
    simulate_answer answer;
    assay_status status = take_options(c, &o);
    progress p;
    stop_on_interrupt();
    progress_begin(&p, s->item.id, (uint64_t)SIMULATE_DESIGNS * o.runs, cli_has(c, OPT_QUIET));
    if (status == ASSAY_OK)
        status = simulate_run(s, &o, tell_progress, &p, &answer, &c->err);
    progress_end(&p);
    if (status != ASSAY_OK)
        return cli_fail(c, status);
    if (!cli_has(c, OPT_JSON)) {
        tell_text(c, s, &answer);
        return EXIT_FINE;
    }
    json j;
    cli_json_begin(c, &j);
    tell_json(&j, s, &answer);
    return cli_json_end(c, &j, EXIT_FINE);
}
