/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Evidence: what a case claims to have improved, computed from stored measurements and sealed.
 *
 * A claim names characteristics, a period before, a period after and what is said to have changed; or
 * one period and a bar, for the capability of a process (cpk, ppk) or a gauge (grr).
 * Computing reads both periods as of one commit, tests with the method that suits the data and says
 * aloud what weakens it: signals within a period, values that depend on their predecessors. Sealing
 * writes claim, digests of the data, method, result and the digest of the chart into one record.
 * Verifying computes it again as of the sealed commit, which must give the same bytes, and names
 * every measurement that was added, corrected, excluded or taken back since.
 *
 * A figure that does not exist is NaN with its reason. Texts in the record are never translated.
 * Figures are sealed with nine significant digits; money and counts are exact.
 */
#ifndef SCHEME_EVIDENCE_H
#define SCHEME_EVIDENCE_H

#include "base/arena.h"
#include "base/buf.h"
#include "signal/signal.h"

#include <assay/moments.h>

/* What a change of these figures means; a new number when a figure could come out otherwise. */
#define EVIDENCE_METHOD "assay/evidence/1"
enum { EVIDENCE_CHARACTERISTICS = 16, EVIDENCE_POINTS = 1200 };

/* kind, name, what the effect is */
#define EVIDENCE_KIND_LIST(X)                                                                      \
    X(MEAN, "mean", "mean after - mean before")                                                    \
    X(SD, "sd", "sd after / sd before")                                                            \
    X(CPK, "cpk", "Cpk after - Cpk before")                                                        \
    X(PPK, "ppk", "Ppk after - Ppk before")                                                        \
    X(NONCONFORMING, "nonconforming", "share after - share before")                                \
    X(COUNT, "count", "rate after / rate before")                                                  \
    X(GRR, "grr", "gauge R&R, percent of the total variation")

typedef enum {
#define X(code, name, effect) EVIDENCE_##code,
    EVIDENCE_KIND_LIST(X)
#undef X
        EVIDENCE_KIND_COUNT
} evidence_kind;
const char *evidence_kind_name(evidence_kind kind);
bool evidence_kind_named(const char *name, evidence_kind *out);

typedef struct {
    int64_t from, to; /* UTC ns, half open */
} evidence_period;

/* Money: improvement x volume x unit cost. All decimals as written ("12.50"). */
typedef struct {
    const char *unit_cost; /* of one unit of the effect per piece; NULL: no money is claimed */
    const char *volume;    /* pieces (or the unit counts are per) in a year, or as agreed */
    const char *currency;  /* "KRW" */
    const char *step;      /* rounded half-up to a multiple of this; NULL: 1 */
    const char *claimed;   /* NULL: no sum was claimed */
} evidence_money;

typedef struct {
    const char *field; /* of the form; "" where there is none */
    evidence_kind kind;
    const char *characteristic[EVIDENCE_CHARACTERISTICS]; /* path, "#12" or id */
    size_t count;
    evidence_period before, after;
    bool is_single; /* one period, which is `after`; held against the bar `claimed` */
    bool is_of_tolerance; /* GRR in percent of the tolerance; false: of the total variation */
    const char *filter[CONTEXT_COUNT]; /* NULL: any */
    const char *claimed; /* the claimed effect, in the unit of the effect; NULL: only a direction */
    int better;          /* -1 lower, 1 higher is better; 0: by the sign of what is claimed, or the kind */
    const char *confidence; /* of the intervals; NULL: 0.95 */
    evidence_money money;
    uint64_t as_of;
} evidence_claim;

/* What the figure of a claim is: "mean after - mean before". */
const char *evidence_effect_is(const evidence_claim *c);

/* Read a claim; texts are copied into `a`. Errors name the member: ASSAY_FORMAT, ASSAY_DOMAIN,
 * ASSAY_LIMIT. */
ASSAY_MUST_USE assay_status evidence_claim_read(const char *text, size_t length, arena *a,
                                                evidence_claim *out, assay_err *err);
/* Is it whole and sound, before any data are read? Settles `better`, step and confidence. */
ASSAY_MUST_USE assay_status evidence_claim_check(evidence_claim *c, assay_err *err);

/* One period of one characteristic. */
typedef struct {
    series_digest digest;
    uint64_t n;              /* readings that count */
    uint64_t out;            /* stored, but marked, bad, excluded, in conflict or without value */
    uint64_t events;         /* nonconforming pieces, or counts */
    decimal inspected;       /* pieces inspected, or the exposure of counts */
    assay_figure mean, sd, index; /* index: Cpk or Ppk where that is claimed */
    double nu;               /* degrees of freedom of the sd behind the index */
    assay_figure rate;       /* events / inspected */
    assay_figure autocorrelation; /* lag 1 */
    bool is_dependent;       /* it exceeds 1.96 / sqrt(n): values follow their predecessors */
    analysis_verdict stability;
    size_t signals, subgroups;
    double *point;           /* for the picture: [points] at most EVIDENCE_POINTS */
    size_t points;
    double center, lcl, ucl; /* of the last stage; NaN: none */
} evidence_side;

#define EVIDENCE_OUTCOME_LIST(X)                                                                   \
    X(SHOWN, "shown")         /* significant as claimed, and the claimed size is within reach */   \
    X(SMALLER, "smaller")     /* significant in the claimed direction, but less than claimed */    \
    X(NOT_SHOWN, "not shown") /* the interval holds no effect at all */                            \
    X(AGAINST, "against")     /* significant the other way */                                      \
    X(UNDEFINED, "undefined")

typedef enum {
#define X(code, name) EVIDENCE_##code,
    EVIDENCE_OUTCOME_LIST(X)
#undef X
} evidence_outcome;
const char *evidence_outcome_name(evidence_outcome o);

typedef struct {
    object_id id;
    uint32_t number;
    const characteristic *definition; /* as of the commit */
    const char *path, *unit;
    characteristic_kind kind;
    quantity lower, upper; /* as specified at the commit; only limits, no natural bounds */
    evidence_side before, after; /* of one period: after */
    size_t parts, operators, trials; /* of a gauge study */
    assay_figure ndc;                /* its distinct categories */
    const char *test;      /* "welch", "f", ... */
    const char *test_why;  /* why this one */
    assay_figure effect, low, high, statistic, df, p;
    double p_holm;         /* p after Holm where several characteristics are claimed; NaN: none */
    evidence_outcome outcome;
    const char *doubt[8];  /* said aloud, each a sentence in lower case */
    size_t doubts;
    char *saving, *saving_low, *saving_high; /* decimals; NULL: none */
    const char *saving_why;                  /* why there is none */
} evidence_item;

typedef struct {
    arena memory;
    evidence_claim claim;
    evidence_item item[EVIDENCE_CHARACTERISTICS];
    uint64_t commit;          /* the data are as of this commit */
    evidence_outcome outcome; /* the worst of the items' */
    buf chart;                /* SVG */
    char chart_digest[65];    /* "" where none was drawn */
    const char *method;
} evidence;

/* Draws the chart: standalone SVG, in no language. */
typedef void evidence_drawing(const evidence *e, buf *svg);

/* `database` is a path. `e` is the caller's; evidence_done accepts a half-made one.
 * Errors  ASSAY_USAGE      the claim; ASSAY_NOT_FOUND  no such characteristic
 *         ASSAY_UNSUPPORTED a kind of claim that this kind of characteristic cannot carry
 * Too little data is no error: the result is undefined with its reason. */
ASSAY_MUST_USE assay_status evidence_compute(const char *database, const evidence_claim *claim,
                                             evidence_drawing *draw, evidence *e, assay_err *err);
void evidence_done(evidence *e);

/* The one canonical text (RFC 8785) of claim, data, method and result. */
ASSAY_MUST_USE assay_status evidence_text(const evidence *e, buf *out, assay_err *err);

/* Append it as a record "case.evidence" of `case_id` in a transaction of the caller. */
ASSAY_MUST_USE assay_status evidence_seal(store_tx *tx, const evidence *e, const object_id *case_id,
                                          const char *actor, uint64_t *sequence, assay_err *err);

/* -- later ------------------------------------------------------------------------------------ */

typedef struct {
    uint64_t sequence, commit;
    int64_t time;
    object_id case_id;
    const char *actor, *text; /* text NULL: erased */
    evidence_claim claim;
    const char *method, *outcome, *version; /* version: of the program that sealed it */
} evidence_record;
/* The sealed record with this sequence number; texts live in `a`.
 * Errors  ASSAY_NOT_FOUND  no such record, or another kind; ASSAY_DAMAGED */
ASSAY_MUST_USE assay_status evidence_find(store *s, uint64_t sequence, arena *a,
                                          evidence_record *out, assay_err *err);
typedef bool evidence_visitor(const evidence_record *r, void *context); /* false stops */
/* All of a case (NULL: all there are) up to commit `as_of`, in order. */
ASSAY_MUST_USE assay_status evidence_list(store *s, const object_id *case_id, uint64_t as_of,
                                          evidence_visitor *visit, void *context, assay_err *err);

#define EVIDENCE_CHANGE_LIST(X)                                                                    \
    X(ADDED, "added")         /* came after it was sealed */                                       \
    X(CORRECTED, "corrected") /* another value counts */                                           \
    X(EXCLUDED, "excluded")                                                                        \
    X(INCLUDED, "included")                                                                        \
    X(DISPUTED, "disputed")   /* another value came for it and waits for a decision */             \
    X(GONE, "gone")           /* no longer there at all */                                         \
    X(LIMIT, "limit")         /* the specification is another one */

typedef enum {
#define X(code, name) CHANGE_##code,
    EVIDENCE_CHANGE_LIST(X)
#undef X
        CHANGE_COUNT
} evidence_change_kind;
const char *evidence_change_name(evidence_change_kind kind);

typedef struct {
    evidence_change_kind kind;
    const char *path;
    bool is_after;        /* in which period */
    int64_t time;         /* of the measurement */
    const char *serial;   /* "" where it has none */
    const char *was, *is; /* values or limits as text; "" where there is none */
    const char *by, *why; /* of the record that did it; "" where none says so */
    uint64_t sequence;    /* of that record, 0: none */
} evidence_change;

enum { EVIDENCE_CHANGES_TOLD = 100 };
typedef struct {
    arena memory;
    evidence_record record;
    bool is_same;       /* the same bytes come out as of the sealed commit */
    bool is_data_same;  /* and nothing about the data has changed since */
    bool is_method_same;
    bool is_erased;     /* the record's text was erased: nothing to compare with */
    const char *differs; /* the first member that differs, "results[0].p: 0.01 was 0.02"; or NULL */
    uint64_t count[CHANGE_COUNT];
    evidence_change *change; /* the first EVIDENCE_CHANGES_TOLD */
    size_t changes;
    evidence then;      /* computed as of the sealed commit */
    evidence now;       /* computed from what is there today */
} evidence_check;

ASSAY_MUST_USE assay_status evidence_verify(const char *database, uint64_t sequence,
                                            evidence_drawing *draw, evidence_check *out,
                                            assay_err *err);
void evidence_check_done(evidence_check *c);

#endif
