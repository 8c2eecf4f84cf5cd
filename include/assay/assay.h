/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Everything libassay offers. */
#ifndef ASSAY_ASSAY_H
#define ASSAY_ASSAY_H

#include <assay/anova.h>
#include <assay/arl.h>
#include <assay/capability.h>
#include <assay/chart.h>
#include <assay/compare.h>
#include <assay/constants.h>
#include <assay/describe.h>
#include <assay/distribution.h>
#include <assay/err.h>
#include <assay/fit.h>
#include <assay/gauge.h>
#include <assay/moments.h>
#include <assay/pareto.h>
#include <assay/rules.h>
#include <assay/sigma.h>
#include <assay/step.h>
#include <assay/tolerance.h>
#include <assay/values.h>

#endif
