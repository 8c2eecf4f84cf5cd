/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/evidence_words.h"

#include <stdio.h>
#include <string.h>

/* A day alone is its midnight. */
static bool parse_time(const char *text, size_t length, int64_t *out)
{
    int32_t offset;
    return time_parse_iso(text, length, out, &offset);
}

static assay_status take_period(cli *c, const char *name, const char *text, evidence_period *out)
{
    const char *dots = strstr(text, "..");
    if (dots && parse_time(text, (size_t)(dots - text), &out->from) &&
        parse_time(dots + 2, strlen(dots + 2), &out->to))
        return ASSAY_OK;
    cli_usage(c, _("%s is not FROM..TO: \"%s\""), name, text);
    return assay_hint(&c->err, "%s=2026-01-01..2026-02-01", name);
}

static assay_status take_better(cli *c, const char *text, evidence_claim *out)
{
    out->better = strcmp(text, "lower") == 0 ? -1 : strcmp(text, "higher") == 0 ? 1 : 0;
    return out->better ? ASSAY_OK : cli_usage(c, _("better is lower or higher, not \"%s\""), text);
}

static assay_status take_basis(cli *c, const char *text, evidence_claim *out)
{
    out->is_of_tolerance = strcmp(text, "tolerance") == 0;
    return out->is_of_tolerance || strcmp(text, "study") == 0
               ? ASSAY_OK
               : cli_usage(c, _("basis is study or tolerance, not \"%s\""), text);
}

static assay_status take_claim(cli *c, const char *text, evidence_claim *out)
{
    if (evidence_kind_named(text, &out->kind))
        return ASSAY_OK;
    cli_usage(c, _("\"%s\" cannot be claimed"), text);
    return assay_hint(&c->err, "claim=mean, sd, cpk, ppk, nonconforming, count, grr");
}

/* Settings that are texts of the claim. */
static const char **text_of(evidence_claim *out, const char *name)
{
    const struct {
        const char *name;
        const char **place;
    } texts[] = {{"value", &out->claimed},
                 {"confidence", &out->confidence},
                 {"unit_cost", &out->money.unit_cost},
                 {"volume", &out->money.volume},
                 {"currency", &out->money.currency},
                 {"step", &out->money.step},
                 {"sum", &out->money.claimed}};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (strcmp(texts[i].name, name) == 0)
            return texts[i].place;
    return NULL;
}

static assay_status take_setting(cli *c, const char *name, const char *value, bool *has_claim,
                                 evidence_claim *out)
{
    context_kind kind;
    const char **text = text_of(out, name);
    if (text) {
        *text = value;
        return ASSAY_OK;
    }
    if (strcmp(name, "claim") == 0) {
        *has_claim = true;
        return take_claim(c, value, out);
    }
    if (strcmp(name, "before") == 0 || strcmp(name, "after") == 0)
        return take_period(c, name, value, *name == 'b' ? &out->before : &out->after);
    if (strcmp(name, "period") == 0) {
        out->is_single = true;
        return take_period(c, name, value, &out->after);
    }
    if (strcmp(name, "basis") == 0)
        return take_basis(c, value, out);
    if (strcmp(name, "better") == 0)
        return take_better(c, value, out);
    if (context_from_name(name, &kind)) {
        out->filter[kind] = value;
        return ASSAY_OK;
    }
    cli_usage(c, _("a claim has no setting %s"), name);
    return assay_hint(&c->err, "claim before after period basis value better confidence unit_cost volume "
                               "currency step sum machine batch ...");
}

static assay_status take_word(cli *c, const char *word, arena *a, bool *has_claim,
                              evidence_claim *out)
{
    const char *equals = strchr(word, '=');
    if (!equals) {
        if (out->count == EVIDENCE_CHARACTERISTICS)
            return cli_usage(c, _("more than %d characteristics"), EVIDENCE_CHARACTERISTICS);
        out->characteristic[out->count++] = word;
        return ASSAY_OK;
    }
    const char *name = arena_text(a, word, (size_t)(equals - word));
    return name ? take_setting(c, name, equals + 1, has_claim, out)
                : assay_fail(&c->err, ASSAY_MEMORY, 0, "out of memory");
}

static assay_status is_whole(cli *c, bool has_claim, const evidence_claim *claim)
{
    const char *missing = claim->count == 0                         ? _("a characteristic")
                          : !has_claim                              ? "claim="
                          : claim->is_single                        ? NULL
                          : claim->before.from == claim->before.to ? "before="
                          : claim->after.from == claim->after.to   ? "after="
                                                                    : NULL;
    if (!missing)
        return ASSAY_OK;
    cli_usage(c, _("%s is missing"), missing);
    return assay_hint(&c->err, "diameter claim=mean before=2026-01-01..2026-02-01 "
                               "after=2026-02-01..2026-03-01 value=-0.3");
}

assay_status evidence_words(cli *c, int first, arena *a, evidence_claim *out)
{
    evidence_claim claim = {.field = cli_text(c, OPT_FIELD, ""), .as_of = STORE_NOW};
    bool has_claim = false;
    assay_status status = ASSAY_OK;
    if (c->operand_count > first && c->operand[first][0] == '{')
        status = evidence_claim_read(c->operand[first], strlen(c->operand[first]), a, &claim, &c->err);
    else {
        for (int i = first; i < c->operand_count && status == ASSAY_OK; i++)
            status = take_word(c, c->operand[i], a, &has_claim, &claim);
        if (status == ASSAY_OK)
            status = is_whole(c, has_claim, &claim);
    }
    if (status == ASSAY_OK)
        status = cli_count(c, OPT_AS_OF, &claim.as_of);
    if (status == ASSAY_OK)
        *out = claim;
    return status;
}
