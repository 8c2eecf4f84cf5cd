/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The source operand and its options as a request for series. */
#include "cli/cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

unsigned cli_threads(cli *c)
{
    uint64_t n = 0;
    long there = sysconf(_SC_NPROCESSORS_ONLN);
    if (cli_count(c, OPT_THREADS, &n) != ASSAY_OK || n == 0)
        n = there > 0 ? (uint64_t)there : 1;
    return n > 64 ? 64 : (unsigned)n;
}

static bool is_number(const char *text)
{
    decimal d;
    return decimal_parse(text, strlen(text), '.', &d, NULL) != DECIMAL_NONE;
}

static const struct {
    option_id id;
    context_kind kind;
} roles[] = {{OPT_SUBGROUP, CONTEXT_SUBGROUP}, {OPT_STAGE, CONTEXT_STAGE},
             {OPT_SERIAL, CONTEXT_SERIAL},     {OPT_PART, CONTEXT_PART},
             {OPT_OPERATOR, CONTEXT_OPERATOR}, {OPT_BY, CONTEXT_GROUP},
             {OPT_CATEGORY, CONTEXT_GROUP},    {OPT_CRITERION, CONTEXT_GROUP},
             {OPT_CASE_COLUMN, CONTEXT_PART},  {OPT_JUDGE, CONTEXT_OPERATOR},
             {OPT_ORDER, CONTEXT_ORDER},       {OPT_OWN, CONTEXT_NOTE}};

void input_reading(cli *c, read_options *out)
{
    *out = (read_options){
        .format = read_format_from_name(cli_text(c, OPT_FORMAT, "auto")),
        .dialect = c->given[OPT_DIALECT],
        .zone = c->given[OPT_ZONE],
        .strict = cli_has(c, OPT_STRICT),
        .follow_pairs = true,
        .threads = cli_threads(c),
    };
    out->mapping.value = cli_text(c, OPT_VALUE, cli_text(c, OPT_SCORE, c->given[OPT_WEIGHT]));
    out->mapping.characteristic = c->given[OPT_CHARACTERISTIC];
    out->mapping.time = c->given[OPT_TIME];
    out->mapping.wide = cli_has(c, OPT_WIDE);
    if (c->given[OPT_SIZE] && !is_number(c->given[OPT_SIZE]))
        out->mapping.size = c->given[OPT_SIZE];
    for (size_t i = 0; i < sizeof roles / sizeof *roles; i++)
        if (c->given[roles[i].id])
            out->mapping.context[roles[i].kind] = c->given[roles[i].id];
}

static assay_status take_filter(cli *c, store_range *range)
{
    static char text[256];
    context_kind kind;
    if (!cli_has(c, OPT_WHERE))
        return ASSAY_OK;
    snprintf(text, sizeof text, "%s", c->given[OPT_WHERE]);
    char *equals = strchr(text, '=');
    if (equals)
        *equals = 0;
    if (!equals || !context_from_name(text, &kind)) {
        cli_usage(c, _("--where is not KIND=TEXT: \"%s\""), c->given[OPT_WHERE]);
        assay_hint(&c->err, "--where machine=M1");
        return ASSAY_USAGE;
    }
    range->filter[kind] = equals + 1;
    return ASSAY_OK;
}

static assay_status take_range(cli *c, store_range *range)
{
    *range = STORE_ALL;
    range->all_status = true;
    assay_status status = cli_count(c, OPT_AS_OF, &range->as_of);
    if (status == ASSAY_OK)
        status = cli_count(c, OPT_LAST, &range->last);
    if (status == ASSAY_OK)
        status = cli_time(c, OPT_FROM, &range->from);
    if (status == ASSAY_OK)
        status = cli_time(c, OPT_TO, &range->to);
    return status == ASSAY_OK ? take_filter(c, range) : status;
}

/* A database knows no columns: --value names a characteristic, the roles name kept columns. */
static void take_stored(cli *c, series_request *out)
{
    if (!out->name)
        out->name = cli_text(c, OPT_VALUE, c->given[OPT_SCORE]);
    for (size_t i = 0; i < sizeof roles / sizeof *roles; i++)
        if (c->given[roles[i].id])
            out->role[roles[i].kind] = c->given[roles[i].id];
}

static assay_status refuse_stored_only(cli *c)
{
    static const option_id ids[] = {OPT_AS_OF, OPT_FROM, OPT_TO, OPT_LAST, OPT_WHERE};
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++)
        if (cli_has(c, ids[i])) {
            cli_usage(c, _("--%s needs a database"), option_table[ids[i]].name);
            assay_hint(&c->err, "assay import plant.assay %s", c->operand[0]);
            return ASSAY_USAGE;
        }
    return ASSAY_OK;
}

assay_status input_request(cli *c, uint32_t contexts, series_request *out)
{
    *out = (series_request){.source = c->operand[0], .contexts = contexts};
    out->name = c->operand_count > 1 ? c->operand[1] : NULL;
    input_reading(c, &out->read);
    assay_status status = take_range(c, &out->range);
    if (status != ASSAY_OK)
        return status;
    if (strcmp(out->source, "-") == 0 || !source_is_database(out->source))
        return refuse_stored_only(c);
    take_stored(c, out);
    return ASSAY_OK;
}

assay_status input_open(cli *c, uint32_t contexts, bool with_time, series_set **out)
{
    series_request request;
    assay_status status = input_request(c, contexts, &request);
    request.with_time = with_time || cli_has(c, OPT_EVERY);
    if (status == ASSAY_OK)
        status = series_open(&request, out, &c->err);
    if (status == ASSAY_OK)
        input_remarks(c, *out);
    return status;
}

void input_refusals(cli *c, const reader_tally_t *tally)
{
    for (size_t i = 0; i < tally->refusal_count; i++) {
        const refusal *r = &tally->refusals[i];
        cli_remark(c, _("  %s: %llu, first at line %llu%s%s: found \"%s\", expected %s"), r->reason,
                   (unsigned long long)r->count, (unsigned long long)r->line,
                   r->column ? _(", column ") : "", r->column ? r->column : "",
                   r->found ? r->found : "", r->expected ? _(r->expected) : "");
    }
}

void input_remarks(cli *c, const series_set *set)
{
    reader_tally_t tally;
    const reader *r = series_reader(set);
    const store *db = series_store(set);
    if (db)
        cli_told(db);
    if (!r)
        return;
    reader_tally(r, &tally);
    for (size_t i = 0; i < tally.warning_count; i++)
        cli_remark(c, "%s %s", _("note:"), tally.warnings[i]);
    if (tally.refused == 0)
        return;
    cli_remark(c, _("%llu of %llu rows refused:"), (unsigned long long)tally.refused,
               (unsigned long long)tally.received);
    input_refusals(c, &tally);
}
