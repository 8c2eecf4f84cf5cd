/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "signal/factor.h"

#include "base/i18n.h"

#include <stdlib.h>

/* Codes of a dictionary are dense: one array turns them into levels. */
assay_status factor_levels(const series_set *set, const series *s, context_kind kind,
                           const char *none, factor *out, assay_err *err)
{
    const uint32_t *code = s->context[kind];
    uint32_t most = 0;
    if (!code)
        return assay_fail(err, ASSAY_NOT_FOUND, 0, "no measurement of %s has a %s",
                          s->definition->path, context_name(kind));
    for (size_t i = 0; i < s->n; i++)
        most = code[i] > most ? code[i] : most;
    uint32_t *of_code = calloc(most + 1u, sizeof *of_code);
    out->level = malloc(s->n * sizeof *out->level + 1);
    out->name = malloc((most + 1u) * sizeof *out->name);
    if (!of_code || !out->level || !out->name) {
        free(of_code);
        return assay_fail(err, ASSAY_MEMORY, 0, "out of memory");
    }
    for (size_t i = 0; i < s->n; i++) {
        if (of_code[code[i]] == 0) {
            out->name[out->levels] = code[i] ? series_text(set, kind, code[i]) : none;
            of_code[code[i]] = (uint32_t)++out->levels;
        }
        out->level[i] = of_code[code[i]] - 1;
    }
    free(of_code);
    return ASSAY_OK;
}

/* Only such a refusal of a study has a hint. */
assay_status factor_name_cell(const factor *parts, const factor *operators, assay_err *err)
{
    if (err->code == ASSAY_SHAPE && err->hint[0] && err->at < parts->levels * operators->levels)
        assay_hint(err, _("that is operator \"%s\", part \"%s\": every operator must measure every part equally often"),
                   operators->name[err->at % operators->levels], parts->name[err->at / operators->levels]);
    return err->code;
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
