/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Run rules: which points of a control chart signal, and how often they would by chance.
 *
 * A rule looks at z, the plotted statistic in its own standard errors from the centre line. A
 * point is signalled when the pattern is complete at it. On the centre line counts for neither
 * side; equal neighbours end a trend and an alternation; exactly on a limit is not beyond it.
 */
#ifndef ASSAY_RULES_H
#define ASSAY_RULES_H

#include <assay/err.h>

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum {
    ASSAY_RULE_BEYOND,    /* k of m points beyond `sigmas` on one side */
    ASSAY_RULE_SIDE,      /* m in a row on one side of the centre line */
    ASSAY_RULE_TREND,     /* m in a row steadily up or down (m points) */
    ASSAY_RULE_ALTERNATE, /* m in a row alternating up and down */
    ASSAY_RULE_WITHIN,    /* m in a row within `sigmas` */
    ASSAY_RULE_OUTSIDE,   /* m in a row beyond `sigmas`, either side */
    ASSAY_RULE_OUTSIDE_BOTH, /* the same, with both sides present */
    ASSAY_RULE_RANGE,     /* one beyond +sigmas and one beyond -sigmas among m (Westgard R-4s) */
} assay_rule_kind;

typedef struct {
    assay_rule_kind kind;
    int k, m;      /* 1 <= k <= m; a trend has m >= 2, an alternation m >= 3; k counts for BEYOND */
    double sigmas; /* >= 0; no meaning for side, trend, alternation */
    char name[20]; /* "1".."8" for Nelson's, "2-2s" for Westgard's, else as written: "8side" */
} assay_rule;

#define ASSAY_RULES_MAX 16
#define ASSAY_RULE_WINDOW_MAX 64 /* k and m do not exceed this */

typedef struct {
    char name[32]; /* "nelson" ... "own" */
    int count;
    assay_rule rule[ASSAY_RULES_MAX];
} assay_rules;

/* "nelson" takes rule 8 on either side (Minitab), "nelson-1984" with both sides present.
 * A rule equal to one of Nelson's bears its number in every set ("5" is 2 of 3 beyond 2 sigma),
 * but for Westgard's, which keep their names. */

/* A named set (nelson, nelson-1984, western-electric, aiag, westgard, none) or a list of items
 * with commas between: Nelson's numbers "1,2,5", Westgard's names "1-3s", or own rules "2of3>2",
 * "8side", "6trend", "14alternate", "15within1", "8outside1", "8outside1both", "2range2".
 * Errors: ASSAY_DOMAIN names the item, ASSAY_LIMIT more than ASSAY_RULES_MAX. */
ASSAY_PUBLIC ASSAY_MUST_USE assay_status assay_rules_parse(const char *text, assay_rules *out,
                                                           assay_err *err);

/* Rule 1 alone: one point beyond 3 sigma. What a chart uses when no set is given. */
ASSAY_PUBLIC const assay_rules *assay_rules_basic(void);

/* Signals of n points. z[i] NaN is a missing or excluded point: it ends every run. out[i] gets a bit
 * set, bit j for rules->rule[j]. O(n * rules), no allocation. */
ASSAY_PUBLIC void assay_rules_scan(const assay_rules *rules, const double *z, size_t n,
                                   uint32_t *out);

/* The same one point at a time. State is plain data: it may be copied and stored. */
typedef struct {
    double last;
    uint64_t above[ASSAY_RULES_MAX], below[ASSAY_RULES_MAX]; /* the last 64 points, newest in bit 0 */
    uint64_t up, down;                                       /* steps to them */
    uint32_t seen;                                           /* points since the last gap, to 64 */
} assay_rules_state;
ASSAY_PUBLIC void assay_rules_reset(assay_rules_state *state); /* at a stage */
ASSAY_PUBLIC uint32_t assay_rules_step(const assay_rules *rules, assay_rules_state *state, double z);

#ifdef __cplusplus
}
#endif
#endif
