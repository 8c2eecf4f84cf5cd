/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Between the comparison of designs and one trial of a design. */
#ifndef SCHEME_SIMULATE_INNER_H
#define SCHEME_SIMULATE_INNER_H

#include "scheme/gate.h"
#include "scheme/simulate.h"
#include "scheme/tally.h"

/* One round of invented cases. */
typedef struct {
    const scheme *scheme;
    const simulate_options *options;
    const simulate_design *design;
    arena memory;
    size_t run, cases, judges;
    double *quality;         /* [cases] */
    double *severity;        /* [judges] */
    bool *is_alive;          /* [cases] has passed every gate so far */
    tally_result *tally;     /* [cases * tally_count] number missing: not computed */
    value *exam;             /* [cases * bank_count] */
    struct trial_view *view; /* [cases] what a scope sees */
    expr_scope *scope;       /* [cases] */
} trial;

ASSAY_MUST_USE assay_status trial_open(trial *t, const scheme *s, const simulate_options *o,
                                       const simulate_design *d, size_t run, assay_err *err);
void trial_close(trial *t);
ASSAY_MUST_USE assay_status trial_run(trial *t, assay_err *err);
size_t trial_alive(const trial *t);

/* A standard normal number that depends on these alone, so that every design meets the same chance.
 */
double trial_normal(const trial *t, uint64_t purpose, uint64_t a, uint64_t b);
/* 64 bits of the same chance. */
uint64_t trial_bits(const trial *t, uint64_t purpose, uint64_t a, uint64_t b);

/* Sheets of one stage: who scores what, and what they write. */
ASSAY_MUST_USE assay_status trial_score(trial *t, const scheme_stage *stage, assay_err *err);

#endif
