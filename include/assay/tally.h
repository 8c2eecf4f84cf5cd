/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Official tallies: many sheets, one exact number (docs/method/tally.md).
 *
 * Scores are exact fractions, so a tally that meets a bar exactly meets it on every machine.
 * Given, missing and not applicable are three things, and none of them is zero. A tally that does
 * not exist for its sheets is no error: it says why. Memory is the caller's.
 */
#ifndef ASSAY_TALLY_H
#define ASSAY_TALLY_H

#include <assay/rational.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum {
    ASSAY_SHEET_GIVEN,
    ASSAY_SHEET_MISSING,       /* a score is owed and not there */
    ASSAY_SHEET_NOT_APPLICABLE /* none is owed: left out without counting as missing */
} assay_sheet_state;

typedef struct {
    assay_rational score, weight; /* weight >= 0; read by ASSAY_TALLY_WEIGHTED alone */
    assay_sheet_state state;
} assay_sheet;

/* code, name, text */
#define ASSAY_TALLY_LIST(X)                                                                        \
    X(MEAN, "mean", "mean of the sheets")                                                          \
    X(TRIMMED, "trimmed", "mean without the lowest and highest sheets")                            \
    X(OLYMPIC, "olympic", "mean without the lowest and the highest sheet")                         \
    X(MEDIAN, "median", "middle sheet; of two the mean")                                           \
    X(WEIGHTED, "weighted", "mean by weight")                                                      \
    X(SUM, "sum", "sum of the sheets")                                                             \
    X(LOWEST, "lowest", "lowest sheet")                                                            \
    X(HIGHEST, "highest", "highest sheet")                                                         \
    X(TOP_BOX, "top-box", "share of sheets that reach a score")                                    \
    X(BOTTOM_BOX, "bottom-box", "share of sheets not above a score")

typedef enum {
#define X(code, name, text) ASSAY_TALLY_##code,
    ASSAY_TALLY_LIST(X)
#undef X
        ASSAY_TALLIES
} assay_tally_method;

ASSAY_PUBLIC const char *assay_tally_name(assay_tally_method method);
ASSAY_PUBLIC const char *assay_tally_text(assay_tally_method method);
/* The method of a name. False: there is none. */
ASSAY_PUBLIC bool assay_tally_of_name(const char *name, size_t length, assay_tally_method *out);

typedef enum {
    ASSAY_MISSING_REFUSE, /* one missing sheet: no tally */
    ASSAY_MISSING_NEEDS,  /* at least `needs` given */
    ASSAY_MISSING_SKIP    /* whatever is given, at least one */
} assay_missing_rule;

typedef struct {
    assay_tally_method method;
    assay_missing_rule missing;
    size_t needs;              /* for ASSAY_MISSING_NEEDS, >= 1 */
    size_t trim;               /* trimmed: sheets dropped at each end, or 0: by trim_share */
    assay_rational trim_share; /* 0 .. below 1/2: floor(share * given) at each end */
    assay_rational box;        /* top-box: the least score that counts; bottom-box: the highest */
    assay_rational step;       /* the result is rounded half-up to multiples; 0: not rounded */
} assay_tally_rule;

/* mean, refuse, not rounded. */
ASSAY_PUBLIC assay_tally_rule assay_tally_defaults(void);

typedef struct {
    const char *why; /* NULL: the tally exists; else why it does not */
    assay_rational value, unrounded;
    size_t given, missing, not_applicable;
    size_t used; /* sheets in the figure: given less dropped */
} assay_tally;

ASSAY_PUBLIC size_t assay_tally_scratch_size(size_t n);

/* Tally n sheets.
 *
 *   dropped  [n] which sheets a trimmed or olympic tally left out, or NULL. Of equal scores the
 *            first is the lowest and the last the highest.
 *
 * An olympic tally needs 4 given sheets; a trimmed one more than it drops. Weights are those of
 * the given sheets: what is missing or not applicable takes its weight along.
 * Errors  ASSAY_DOMAIN  a rule that no sheets could meet, a negative weight (err->at), a state or
 *                       method that does not exist
 *         ASSAY_LIMIT   the exact sum does not fit (see rational.h)
 * Cost    O(n), O(n log n) with sorting; scratch of assay_tally_scratch_size(n) bytes
 * Golden  olympic of 88 91 79 85 90 is 263/3; KCSI of 62, 55.4, 48.5 by 30/50/20 is 56 */
ASSAY_PUBLIC ASSAY_MUST_USE assay_status assay_tally_sheets(const assay_sheet *sheets, size_t n,
                                                            const assay_tally_rule *rule,
                                                            void *scratch, bool *dropped,
                                                            assay_tally *out, assay_err *err);

/* -- look-up scales --------------------------------------------------------------------------- */

typedef struct {
    assay_rational from, value;
} assay_scale_step;

/* The value of the last step with from <= x; steps upward by from. `is_exact`: x must be the from
 * of a step (0 4 6 8 10). *found is false when there is none.
 * Errors  ASSAY_DOMAIN  steps not upward; err->at is the first that is not */
ASSAY_PUBLIC ASSAY_MUST_USE assay_status assay_scale_lookup(assay_rational x,
                                                            const assay_scale_step *steps, size_t n,
                                                            bool is_exact, bool *found,
                                                            assay_rational *out, assay_err *err);

/* -- ranking ---------------------------------------------------------------------------------- */

/* Rank n cases by k keys, the first decides, the next among its equals; higher is better.
 *
 *   keys   [n*k] row-major: case i has keys[i*k .. i*k+k-1]
 *   order  [n] case numbers, best first; equals keep their order
 *   rank   [n] rank of case i from 1; equals share the best one (1 2 2 4)
 *   returns how many cases share their rank with another */
ASSAY_PUBLIC size_t assay_rank(const assay_rational *keys, size_t n, size_t k, uint32_t *order,
                               uint32_t *rank);

/* -- ballots ---------------------------------------------------------------------------------- */

typedef enum {
    ASSAY_BALLOT_OF_VOTES,   /* yes / (yes + no): abstentions do not count */
    ASSAY_BALLOT_OF_PRESENT, /* yes / (yes + no + abstain) */
    ASSAY_BALLOT_OF_MEMBERS  /* yes / members */
} assay_ballot_base;

typedef struct {
    assay_rational quorum;   /* share of the members who must take part, 0 .. 1 */
    bool is_quorum_strict;   /* more than it, not just as much */
    assay_rational majority; /* share of yes, 0 .. 1 */
    bool is_majority_strict; /* more than it ("simple majority": 1/2, strict) */
    assay_ballot_base base;
} assay_ballot_rule;

typedef enum {
    ASSAY_BALLOT_PASSED,
    ASSAY_BALLOT_REJECTED,
    ASSAY_BALLOT_NO_QUORUM,
    ASSAY_BALLOT_NO_VOTES /* nobody voted yes or no, and the base is empty */
} assay_ballot_outcome;

typedef struct {
    assay_ballot_outcome outcome;
    uint64_t present;              /* yes + no + abstain */
    assay_rational turnout, share; /* share of yes in the base; 0 when the base is empty */
    bool is_tie;                   /* yes = no > 0: where a chair may have the casting vote */
} assay_ballot;

/* Errors  ASSAY_DOMAIN  more ballots than members, no members, more than 2^62 of them, a share
 *                       outside 0..1 */
ASSAY_PUBLIC ASSAY_MUST_USE assay_status assay_ballot_count(uint64_t members, uint64_t yes,
                                                            uint64_t no, uint64_t abstain,
                                                            const assay_ballot_rule *rule,
                                                            assay_ballot *out, assay_err *err);

#ifdef __cplusplus
}
#endif
#endif
