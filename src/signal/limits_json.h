/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Charts and limits as the store keeps them. A number that does not exist has no member. */
#ifndef SIGNAL_LIMITS_JSON_H
#define SIGNAL_LIMITS_JSON_H

#include "signal/limits.h"

ASSAY_MUST_USE assay_status definition_to_json(const chart_definition *d, buf *out, assay_err *err);
ASSAY_MUST_USE assay_status limits_to_json(const chart_limits *l, buf *out, assay_err *err);
ASSAY_MUST_USE assay_status retirement_to_json(const chart_limits *l, const char *why, buf *out,
                                               assay_err *err);

/* Texts are copied into `a`. False: not of this form, or memory is short. */
bool definition_from_json(const char *text, arena *a, chart_definition *out);
bool limits_from_json(const char *text, arena *a, chart_limits *out, bool *is_retired);

#endif
