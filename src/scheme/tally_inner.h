/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Between the two halves of tallying: rubrics and forms. */
#ifndef SCHEME_TALLY_INNER_H
#define SCHEME_TALLY_INNER_H

#include "scheme/tally.h"

#include <assay/tally.h>

/* The method and missing rule of a tally, not rounded. */
assay_tally_rule tally_rule_of(const scheme_tally *t);
ASSAY_MUST_USE assay_status tally_form(const tally_input *in, arena *memory, tally_result *out,
                                       assay_err *err);

#endif
