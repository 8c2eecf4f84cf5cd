/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/factor.h"

assay_status factor_of(cli *c, const series_set *set, const series *s, context_kind kind,
                       option_id id, factor *out)
{
    assay_status status = factor_levels(set, s, kind, _("(none)"), out, &c->err);
    if (status != ASSAY_NOT_FOUND)
        return status;
    assay_fail(&c->err, ASSAY_NOT_FOUND, 0, "%s has nothing in the column %s", c->operand[0],
               cli_text(c, id, context_name(kind)));
    return assay_hint(&c->err, _("assay show %s tells how it is read"), c->operand[0]);
}
