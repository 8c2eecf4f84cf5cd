/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Series order: untimed rows first, then by time, serial number (shorter first, then bytes),
 * place in the source. */
#ifndef SIGNAL_SERIES_ORDER_H
#define SIGNAL_SERIES_ORDER_H

#include "signal/series.h"

/* Bring the rows of a series with times into series order. `serials` are the texts of its serial
 * column. Nothing to do costs one pass. False when memory is short. */
bool series_sort(series *s, const dictionary *serials);

#endif
