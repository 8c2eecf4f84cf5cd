/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Answers as JSON: the contract of docs/cli/json.md, the same on the command line, in pages and
 * from a server. Each function writes one object; keys are stable and never translated. */
#ifndef REPORT_ANSWER_H
#define REPORT_ANSWER_H

#include "base/json.h"
#include "signal/signal.h"

#include <assay/moments.h>

void answer_chart(json *j, const analysis *a, const run_lengths *arl);
void answer_capability(json *j, const analysis *a);

/* Members shared by answers. */
/* One version with all that is known of it. */
void answer_limits_version(json *j, const chart_limits *l, const char *path);
const char *answer_limits_state(limits_state state); /* "in force" ..., a msgid */
void answer_limits(json *j, const chart_limits *l); /* limits {state, version, since, by} */
void answer_characteristic(json *j, const characteristic *c); /* characteristic, unit */
void answer_time(json *j, const char *key, int64_t time, int32_t offset);
void answer_figure(json *j, const char *key, assay_figure f);
void answer_quantity(json *j, const char *key, const quantity *q, bound_kind kind);
/* rules[]: Nelson's numbers as numbers, other rules by name. NULL: rule 1 alone. */
void answer_rules(json *j, const assay_rules *rules, uint32_t bits);
const char *answer_kind(characteristic_kind kind);

#endif
