/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lines of a gauge on a serial line -> values.
 *
 * A device is described by a pattern, one line of it without its end: "01A+0024.500" is
 * "{channel:2}A{sign:1}{number:8}".
 *
 *     {channel}  letters and digits            {unit}  letters, % and bytes above 127
 *     {sign}     +, - or nothing                {skip:N}  N bytes of any kind
 *     {number}   digits with at most one decimal sign
 *     a blank    any number of blanks, or none
 *     other      itself
 *
 * With :N a part is exactly N bytes long; without, as long as it can be. A width catches lines that
 * were cut off.
 *
 * A line that is too long may be the rest of a broken one glued to a good one. Where all parts have
 * widths and the pattern has a letter of its own, the end of such a line is tried alone, and what
 * stood before is refused. Other patterns get no such chance: the end of a number is a number. */
#ifndef READ_GAUGE_H
#define READ_GAUGE_H

#include "base/decimal.h"

#include <assay/err.h>

enum { GAUGE_LINE_MAX = 256, GAUGE_ERRORS_MAX = 16 };

typedef struct {
    const char *pattern;        /* NULL: GAUGE_DIGIMATIC */
    const char *const *errors;  /* patterns of lines with which the device says that it failed */
    size_t error_count;         /* at most GAUGE_ERRORS_MAX */
    char decimal;               /* decimal sign, '.' or ',' */
} gauge_options;

#define GAUGE_DIGIMATIC       "{channel:2}A{sign:1}{number:8}"
#define GAUGE_DIGIMATIC_ERROR "91{skip:1}"

typedef struct {
    const char *channel, *unit; /* not NUL-terminated; length 0: the pattern has none */
    size_t channel_length, unit_length;
    decimal value;
    uint64_t line; /* from 1 */
} gauge_row;

typedef struct {
    void (*row)(void *context, const gauge_row *row);
    /* reason: "gauge-error", "broken-line", "line-too-long" */
    void (*refuse)(void *context, uint64_t line, const char *reason, const char *expected,
                   const char *found, size_t length);
    void *context;
} gauge_sink;

typedef struct gauge gauge;
/* Lines end with CR, LF or both; empty ones are nothing. */
ASSAY_MUST_USE assay_status gauge_new(const gauge_options *o, const gauge_sink *sink, gauge **out,
                                      assay_err *err);
void gauge_free(gauge *g);
void gauge_take(gauge *g, const char *bytes, size_t length);
void gauge_cut(gauge *g); /* the line was interrupted: half a line is refused */

#endif
