/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cutting a series into subgroups: fills the input of a chart. */
#ifndef SIGNAL_SUBGROUP_H
#define SIGNAL_SUBGROUP_H

#include "signal/analysis.h"

/* Where subgroups begin and end: a->input but for values and exclusions, a->first, a->stage_name,
 * a->n, a->is_by_key, from a->series. Memory is a->memory. Errors: ASSAY_MEMORY. */
ASSAY_MUST_USE assay_status subgroup_cut(analysis *a, const analysis_options *options,
                                         assay_err *err);

/* Then their readings, and which of them are out: a->input.x and a->input.excluded.
 * Errors: ASSAY_MEMORY; ASSAY_DOMAIN for a list of exclusions that names no subgroup. */
ASSAY_MUST_USE assay_status subgroup_fill(analysis *a, const analysis_options *options,
                                          assay_err *err);

#endif
