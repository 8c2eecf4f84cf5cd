/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of the run lengths share. */
#ifndef STAT_RUNLENGTH_H
#define STAT_RUNLENGTH_H

#include <assay/arl.h>

#include "stat/gauss.h"

enum { RUNLENGTH_NODES = 480 }; /* most nodes of an integral equation, the atom among them */

/* A x = b by Gauss with row exchange; A and b are used up, b becomes x. */
void runlength_solve(int n, double *matrix, double *b);

/* ARL at `nodes` nodes; NaN when it does not exist. Scratch holds RUNLENGTH_NODES squared doubles
 * and eight vectors. */
double runlength_ewma(const assay_arl_options *o, int nodes, double *scratch);
double runlength_cusum(const assay_arl_options *o, int nodes, double *scratch);
int runlength_ewma_nodes(const assay_arl_options *o);
int runlength_cusum_nodes(const assay_arl_options *o);

/* --- run rules --- */

size_t runlength_rules_scratch(const assay_rules *rules);
assay_status runlength_rules(const assay_rules *rules, double shift, void *scratch, assay_arl *out,
                             assay_err *err);
bool runlength_has_steps(const assay_rules *rules);
extern const char runlength_steps_method[];

#endif
