/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Trying a scheme out before its call opens: invented cases of known quality go through its own
 * rubrics, assignment, tallies and gates (docs/format/scheme.md, "What simulate tells").
 *
 * A sheet's percent is centre + quality + severity + rest, each normal with its stated standard
 * deviation, spread over the criteria in their own answers. What no invention can tell (fields,
 * documents) is not applicable, which conditions let pass; votes are yes, objections none. The same
 * seed gives the same answer on any number of processors, and every design sees the same cases, judges
 * and errors.
 */
#ifndef SCHEME_SIMULATE_H
#define SCHEME_SIMULATE_H

#include "scheme/scheme.h"

typedef struct {
    double centre, sd_case, sd_judge, sd_rest; /* percent of the points */
    size_t cases, judges, runs;                /* 0: chosen for the scheme */
    uint64_t seed;
} simulate_options;
/* Told now and then from the thread that asked: runs done of all; false stops (ASSAY_STOPPED). */
typedef bool simulate_progress(uint64_t done, uint64_t of, void *context);
/* 75, 6, 5, 6; 100 runs; seed 1. */
simulate_options simulate_defaults(void);

typedef enum {
    RULE_OWN,
    RULE_MEAN,
    RULE_OLYMPIC,
    RULE_MEDIAN,
    RULE_MIXED,
    RULE_HUBER
} simulate_rule;

typedef struct {
    const char *name; /* "as written", "7 judges per case", ...: English, a key for words */
    size_t per_case;  /* 0: as written */
    size_t panels;    /* 0: as written; 1: the same judges for all cases; 2: two sets of judges */
    size_t anchors;   /* cases that every judge scores */
    simulate_rule rule;
} simulate_design;

typedef struct {
    simulate_design design;
    bool is_possible; /* false: the assignment cannot be made */
    size_t runs;      /* in which some, not all, passed */
    double share, se; /* of the truly best that passed: as many as passed; NaN when runs is 0 */
    double passed;    /* cases, mean */
} simulate_result;

#define SIMULATE_DESIGNS 12

typedef struct {
    simulate_options options; /* with what was chosen */
    simulate_result result[SIMULATE_DESIGNS];
    size_t count;
} simulate_answer;

/* Errors  ASSAY_UNSUPPORTED  no stage of the scheme is scored by judges
 *         ASSAY_DOMAIN       a standard deviation below 0, more than 2000 cases, 500 judges, 100000
 * runs */
ASSAY_MUST_USE assay_status simulate_run(const scheme *s, const simulate_options *options,
                                         simulate_progress *progress, void *context,
                                         simulate_answer *out, assay_err *err);

#endif
