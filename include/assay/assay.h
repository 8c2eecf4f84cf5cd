/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Everything libassay offers. */
#ifndef ASSAY_ASSAY_H
#define ASSAY_ASSAY_H

#include <assay/agreement.h>
#include <assay/anova.h>
#include <assay/arl.h>
#include <assay/assign.h>
#include <assay/capability.h>
#include <assay/chart.h>
#include <assay/compare.h>
#include <assay/correlation.h>
#include <assay/constants.h>
#include <assay/describe.h>
#include <assay/distribution.h>
#include <assay/draw.h>
#include <assay/effect.h>
#include <assay/err.h>
#include <assay/exam.h>
#include <assay/fit.h>
#include <assay/gauge.h>
#include <assay/judging.h>
#include <assay/moments.h>
#include <assay/pareto.h>
#include <assay/rational.h>
#include <assay/rules.h>
#include <assay/sigma.h>
#include <assay/step.h>
#include <assay/tally.h>
#include <assay/tolerance.h>
#include <assay/values.h>

#endif
