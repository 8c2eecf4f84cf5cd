/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Gauge studies as members of a JSON object (docs/schema/gauge.json), and what they come to. */
#ifndef REPORT_GAUGE_ANSWER_H
#define REPORT_GAUGE_ANSWER_H

#include "base/json.h"

#include <assay/gauge.h>

void gauge_answer_type1(json *j, const assay_gauge_type1 *g);
void gauge_answer_study(json *j, const assay_gauge_study *g);

/* "suitable", "conditional", "unsuitable" (docs/method/gauge.md), or NULL where the figures that
 * would say it are not defined. */
const char *gauge_verdict_type1(const assay_gauge_type1 *g);
const char *gauge_verdict_study(const assay_gauge_study *g);

#endif
