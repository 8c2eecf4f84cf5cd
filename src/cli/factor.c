/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/factor.h"

#include <stdlib.h>
#include <string.h>

static assay_status no_memory(cli *c)
{
    return assay_fail(&c->err, ASSAY_MEMORY, 0, "out of memory");
}

/* Codes of a dictionary are dense: one array turns them into levels. */
static assay_status number_levels(cli *c, const series_set *set, const series *s,
                                  context_kind kind, factor *out)
{
    const uint32_t *code = s->context[kind];
    uint32_t most = 0;
    for (size_t i = 0; i < s->n; i++)
        most = code[i] > most ? code[i] : most;
    uint32_t *of_code = calloc(most + 1u, sizeof *of_code);
    out->level = malloc(s->n * sizeof *out->level + 1);
    out->name = malloc((most + 1u) * sizeof *out->name);
    if (!of_code || !out->level || !out->name) {
        free(of_code);
        return no_memory(c);
    }
    for (size_t i = 0; i < s->n; i++) {
        if (of_code[code[i]] == 0) {
            out->name[out->levels] = code[i] ? series_text(set, kind, code[i]) : _("(none)");
            of_code[code[i]] = (uint32_t)++out->levels;
        }
        out->level[i] = of_code[code[i]] - 1;
    }
    free(of_code);
    return ASSAY_OK;
}

assay_status factor_of(cli *c, const series_set *set, const series *s, context_kind kind,
                       option_id id, factor *out)
{
    if (s->context[kind])
        return number_levels(c, set, s, kind, out);
    assay_fail(&c->err, ASSAY_NOT_FOUND, 0, "%s has nothing in the column %s", c->operand[0],
               cli_text(c, id, context_name(kind)));
    return assay_hint(&c->err, _("assay show %s tells how it is read"), c->operand[0]);
}

void factor_done(factor *f)
{
    free(f->level);
    free(f->name);
}

assay_values factor_values(const series *s, int64_t *room)
{
    assay_values x = series_values(s, room);
    if (!s->status || !x.mantissa)
        return x;
    for (size_t i = 0; i < s->n; i++)
        room[i] = s->status[i] == STATUS_VALID ? x.mantissa[i] : ASSAY_MANTISSA_MISSING;
    return assay_values_of_decimals(room, s->n, s->exponent);
}
