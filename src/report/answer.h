/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Answers as JSON: the contract of docs/cli/json.md, the same on the command line, in pages and
 * from a server. Each function writes one object; keys are stable and never translated. */
#ifndef REPORT_ANSWER_H
#define REPORT_ANSWER_H

#include "base/json.h"
#include "signal/signal.h"

#include <assay/moments.h>

void answer_chart(json *j, const analysis *a, const run_lengths *arl);
/* The same of a window of subgroups, drawn together to so many columns where it has more: the least
 * and greatest of each, so that no extreme is lost; points are then only those that are marked
 * (a rule, excluded), the farthest from the centre of each column and at most 200. Each point says the place of its first measurement. */
typedef struct {
    size_t columns;  /* at most so many, from 1 */
    size_t from, to; /* subgroups, half open; to 0: to the end */
} answer_window;
typedef struct answer_sums answer_sums;
answer_sums *answer_sums_new(const answer_window *asked); /* NULL: no memory */
void answer_sums_free(answer_sums *w);                    /* accepts NULL */
/* Of points as they come, for analysis_options.points with the sums as context; else the chart's own
 * points are taken when it is told. */
analysis_points answer_sums_take;
void answer_chart_window(json *j, const analysis *a, const run_lengths *arl, answer_sums *w);
void answer_capability(json *j, const analysis *a);

/* Parts of a chart's answer. */
void answer_chart_head(json *j, const analysis *a); /* characteristic ... sigma */
void answer_chart_foot(json *j, const analysis *a, const run_lengths *arl); /* stages ... stable */
void answer_part_head(json *j, const analysis *a, bool is_spread); /* statistic ... ucl */
void answer_point(json *j, const analysis *a, size_t i, const assay_chart_point *p,
                  bool is_spread); /* without its closing brace */
/* Why a limit beside this centre line is null. */
const char *answer_why_no_limit(const analysis *a, double center, bool is_spread);
void answer_cusum_point(json *j, const analysis *a, size_t i);

/* Members shared by answers. */
/* One version with all that is known of it. */
void answer_limits_version(json *j, const chart_limits *l, const char *path);
const char *answer_limits_state(limits_state state); /* "in force" ..., a msgid */
void answer_limits(json *j, const chart_limits *l); /* limits {state, version, since, by} */
void answer_characteristic(json *j, const characteristic *c); /* characteristic, unit */
void answer_time(json *j, const char *key, int64_t time, int32_t offset);
void answer_names(json *j, const char *key, const buf *names); /* texts[]: each with its NUL */
void answer_figure(json *j, const char *key, assay_figure f);
void answer_quantity(json *j, const char *key, const quantity *q, bound_kind kind);
/* rules[]: Nelson's numbers as numbers, other rules by name. NULL: rule 1 alone. */
void answer_rules(json *j, const assay_rules *rules, uint32_t bits);
const char *answer_kind(characteristic_kind kind);

#endif
