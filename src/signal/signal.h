/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From a source to a verdict: the door of the signal floor.
 *
 *   series     the measurements of one characteristic in series order, from a database, a file
 *              or standard input alike
 *   analysis   a series cut into subgroups, with its chart, its capability and its verdict
 *
 * Verbs, reports and the server all ask here, so that a figure is the same wherever it is shown.
 */
#ifndef SIGNAL_SIGNAL_H
#define SIGNAL_SIGNAL_H

#include "signal/analysis.h"
#include "signal/budget.h"
#include "signal/limits.h"
#include "signal/notes.h"
#include "signal/series.h"

#endif
