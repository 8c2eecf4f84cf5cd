/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What people take away: pictures of one analysis, and documents of many. The door of the floor.
 *
 * A document is begun, gets its analyses one by one, and is finished: only then a file stands under
 * its name (written beside it, flushed, renamed). Texts are in the language in force.
 */
#ifndef REPORT_REPORT_H
#define REPORT_REPORT_H

#include "base/buf.h"
#include "signal/signal.h"

typedef enum { REPORT_SVG, REPORT_PNG, REPORT_HTML, REPORT_PDF, REPORT_XLSX } report_format;

/* From a file name's ending; false if it is none of ours. */
bool report_format_of(const char *path, report_format *out);

/* The chart of one analysis as a picture. */
void report_chart_svg(const analysis *a, double width, double height, bool is_standalone, buf *out);
ASSAY_MUST_USE assay_status report_chart_png(const analysis *a, double width, double height,
                                             double scale, const char *path, assay_err *err);
/* Histogram with limits and fitted curve. */
void report_histogram_svg(const analysis *a, double width, double height, bool is_standalone,
                          buf *out);
ASSAY_MUST_USE assay_status report_histogram_png(const analysis *a, double width, double height,
                                                 double scale, const char *path, assay_err *err);
/* Bars in falling order; labels and counts are sorted by the caller. */
void report_pareto_svg(const char *title, const char *const *labels, const double *counts, size_t n,
                       size_t vital_few, double width, double height, bool is_standalone, buf *out);

ASSAY_MUST_USE assay_status report_pareto_png(const char *title, const char *const *labels,
                                              const double *counts, size_t n, size_t vital_few,
                                              double width, double height, double scale,
                                              const char *path, assay_err *err);

typedef struct report report;
ASSAY_MUST_USE assay_status report_begin(report_format format, const char *path, const char *title,
                                         report **out, assay_err *err);
ASSAY_MUST_USE assay_status report_add(report *r, const analysis *a, assay_err *err);
/* What rang in the time of the report, listed before the characteristics; called once, with n = 0 the
 * report says that nothing rang. Texts are copied. */
typedef struct {
    const char *path, *state, *rule; /* state: a msgid, as alarm_state_name gives it */
    const char *cause, *action;      /* "": not said yet */
    int64_t happened;
    int32_t offset;
} report_alarm;
ASSAY_MUST_USE assay_status report_alarms(report *r, const report_alarm *list, size_t n, assay_err *err);
/* Writes the file and frees the report. With `is_kept` false nothing is written. */
ASSAY_MUST_USE assay_status report_end(report *r, bool is_kept, assay_err *err);

/* Write bytes under a name all at once: beside it, flushed, renamed. "-" is standard output. */
ASSAY_MUST_USE assay_status report_write(const char *path, const void *bytes, size_t length,
                                         assay_err *err);

/* -- words, shared with the terminal ---------------------------------------------------- */

/* "X̄-R · n 5 · 20 subgroups · σ within 0.8814 (R̄/d2) · rules nelson" */
void words_subtitle(const analysis *a, buf *out);
/* The reason for something undefined, one of reasons.def; "" for NULL. */
const char *words_why(const char *why);
/* What limits judge: "in force: version 2, 2026-01-05, kim", or "analysis". */
void words_limits(const analysis *a, buf *out);
/* Signs people know: "X̄-R", "I-MR", "EWMA". */
const char *words_chart(assay_chart_type type);
/* "R̄/d2", "s̄/c4", "MR̄/d2" ... */
const char *words_sigma(assay_sigma_method method);
/* "stable: no point signals", "not stable: 3 points signal", with the reason when unknown. */
void words_verdict(const analysis *a, buf *out);
/* A rule in words: "9 points in a row on one side of the centre line". */
void words_rule(const assay_rule *rule, char *out, size_t room);
/* The names of a bit set of rules: "1,5". */
void words_rule_names(const assay_rules *rules, uint32_t fired, char *out, size_t room);
/* A time for people: "2026-01-05 08:21:00+01:00". room >= 40. */
void words_time(int64_t ns, int32_t offset, char *out, size_t room);
void words_second(int64_t ns, int32_t offset, char *out, size_t room); /* the second it falls into */
const char *words_path(const analysis *a); /* path or name of the characteristic */

#endif
