/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Everything libassay offers. */
#ifndef ASSAY_ASSAY_H
#define ASSAY_ASSAY_H

#include <assay/chart.h>
#include <assay/err.h>
#include <assay/rules.h>
#include <assay/values.h>

#endif
