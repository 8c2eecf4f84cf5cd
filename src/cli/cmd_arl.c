/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/verbs.h"

#include "report/report.h"

#include <assay/arl.h>

#include <stdlib.h>
#include <string.h>

static assay_status take_type(cli *c, assay_arl_options *o)
{
    static const char *const names[] = {"ewma", "cusum", "rules"};
    const char *name = cli_text(c, OPT_TYPE, "rules");
    for (int i = 0; i < 3; i++)
        if (strcmp(names[i], name) == 0) {
            *o = assay_arl_defaults((assay_arl_type)i);
            return ASSAY_OK;
        }
    cli_usage(c, _("--type does not take %s"), name);
    return assay_hint(&c->err, _("one of: %s"), "ewma, cusum, rules");
}

static assay_status take_options(cli *c, assay_arl_options *o, assay_rules *rules)
{
    const struct {
        option_id id;
        double *place;
    } reals[] = {{OPT_SHIFT, &o->shift}, {OPT_LAMBDA, &o->lambda}, {OPT_LIMIT, &o->limit},
                 {OPT_K, &o->k},         {OPT_H, &o->h},           {OPT_FIR, &o->fir}};
    for (size_t i = 0; i < sizeof reals / sizeof *reals; i++) {
        assay_status status = cli_real(c, reals[i].id, reals[i].place);
        if (status != ASSAY_OK)
            return status;
    }
    o->is_exact = strcmp(cli_text(c, OPT_LIMITS, "asymptotic"), "exact") == 0;
    o->is_one_sided = strcmp(cli_text(c, OPT_SIDED, "two"), "one") == 0;
    o->rules = rules;
    assay_status status = assay_rules_parse(cli_text(c, OPT_RULES, "nelson"), rules, &c->err);
    return status == ASSAY_OK ? ASSAY_OK : (c->err.code = ASSAY_USAGE);
}

static int answer(cli *c, const assay_arl *found)
{
    json j;
    if (cli_has(c, OPT_CSV)) {
        buf_add_text(&c->out, "arl,digits\n");
        csv_real(&c->out, found->arl, false);
        csv_real(&c->out, found->digits, true);
        return EXIT_FINE;
    }
    if (!cli_has(c, OPT_JSON)) {
        if (found->why_undefined)
            buf_addf(&c->out, "%s\n", words_why(found->why_undefined));
        else
            buf_addf(&c->out, _("average run length %.12g (%.0f digits, %s)\n"), found->arl,
                     found->digits, found->method);
        return EXIT_FINE;
    }
    cli_json_begin(c, &j);
    json_object(&j);
    json_member_real(&j, "arl", found->arl, found->why_undefined);
    json_member_real(&j, "digits", found->digits, found->why_undefined);
    json_member_text(&j, "method", found->method);
    json_end(&j);
    return cli_json_end(c, &j, EXIT_FINE);
}

int cmd_arl(cli *c)
{
    assay_arl_options options;
    assay_rules rules;
    assay_arl found;
    assay_status status = take_type(c, &options);
    if (status == ASSAY_OK)
        status = take_options(c, &options, &rules);
    if (status != ASSAY_OK)
        return cli_fail(c, status);
    void *scratch = malloc(assay_arl_scratch_size(&options) + 1);
    status = scratch ? assay_arl_find(&options, scratch, &found, &c->err)
                     : assay_fail(&c->err, ASSAY_MEMORY, 0, "out of memory");
    free(scratch);
    if (status == ASSAY_DOMAIN) /* every number came from the command line */
        status = c->err.code = ASSAY_USAGE;
    return status == ASSAY_OK ? answer(c, &found) : cli_fail(c, status);
}
