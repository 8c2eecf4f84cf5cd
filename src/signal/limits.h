/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Limits of stored charts: worked out from chosen data once, signed, in force until the next
 * version or until they are retired.
 *
 * A stored chart is a characteristic, a filter, a rule for subgroups, a type and a rule set; its
 * name says all of them, so one definition is one chart. A version of its limits is mean, sigma and
 * n: the lines follow from these, none is ever typed. Versions are records and are never changed.
 */
#ifndef SIGNAL_LIMITS_H
#define SIGNAL_LIMITS_H

#include "signal/analysis.h"

typedef struct {
    uint32_t n;                        /* readings per subgroup; 0: by key */
    uint32_t every_s;                  /* subgroups are stretches of so many seconds; 0: they are not */
    const char *subgroup;              /* stored kind that plays the key; NULL: the key itself */
    const char *filter[CONTEXT_COUNT]; /* NULL: any */
    const char *rules;                 /* as assay_rules_parse takes them */
    double size_all;
    assay_chart_options chart;         /* type resolved; center, std_dev NaN */
} chart_definition;

typedef enum { LIMITS_IN_FORCE, LIMITS_REPLACED, LIMITS_RETIRED } limits_state;

typedef struct chart_limits {
    object_id chart;
    uint32_t characteristic;
    const char *name;            /* of the chart */
    chart_definition definition;
    uint64_t version;            /* from 1, of its chart */
    limits_state state;
    uint64_t commit;             /* that put it in force */
    int64_t since;
    const char *by, *why;
    int64_t until;               /* replaced or retired; TIME_NONE: still in force */
    const char *ended_by, *ended_why; /* of a retirement, else NULL */
    double center, sigma;        /* sigma NaN: the chart has none of readings */
    double size;                 /* inspected at the center of an np chart, else NaN */
    uint32_t n;                  /* readings per subgroup it comes from */
    uint64_t used, subgroups;    /* subgroups that count, and all */
    assay_sigma_method method;
    uint64_t data_commit;        /* the data were read as of this commit */
    const char *data;            /* what of them: "--phase1 1:25 --exclude 6", or "" */
} chart_limits;

typedef struct {
    arena memory;
    chart_limits *item; /* in the order they were put in force */
    size_t count;
} limits_history;

/* Every version up to commit `as_of` (STORE_NOW: all); number 0: of all characteristics. limits_done
 * accepts a half-read or zeroed history. Errors: those of the store, ASSAY_DAMAGED for a version
 * that cannot be read. */
ASSAY_MUST_USE assay_status limits_read(store *s, uint32_t number, uint64_t as_of,
                                        limits_history *out, assay_err *err);
void limits_done(limits_history *h);

/* What a person asks for; a member counts when its bit is in `given`. Filter and key always do:
 * limits of one machine do not judge all of them. */
enum { LIMITS_N = 1, LIMITS_TYPE = 2, LIMITS_RULES = 4, LIMITS_SHAPE = 8 };
typedef struct {
    uint32_t characteristic, given;
    const chart_definition *definition;
} limits_wanted;

/* The newest in force that suits; NULL: none. `matches` (may be NULL) counts all that suit. */
const chart_limits *limits_find(const limits_history *h, const limits_wanted *wanted,
                                size_t *matches);

/* Judge by them: chart, rules and limits of `o` become those of `l`, which must outlive it. */
ASSAY_MUST_USE assay_status limits_apply(const chart_limits *l, analysis_options *o,
                                         assay_err *err);

/* The limits an analysis found, with the definition of its chart; texts live in `memory` and in
 * the arguments. Errors: ASSAY_DOMAIN where limits do not exist, with the reason. */
ASSAY_MUST_USE assay_status limits_draft(const analysis *a, const analysis_options *o,
                                         const series_request *request, arena *memory,
                                         chart_limits *out, assay_err *err);
/* Append the draft as the next version of its chart; `draft` gets version and commit. */
ASSAY_MUST_USE assay_status limits_freeze(store *s, chart_limits *draft, const char *actor,
                                          const char *why, assay_err *err);
ASSAY_MUST_USE assay_status limits_retire(store *s, const chart_limits *l, const char *actor,
                                          const char *why, uint64_t *commit, assay_err *err);

#endif
