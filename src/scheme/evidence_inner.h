/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of evidence share. */
#ifndef SCHEME_EVIDENCE_INNER_H
#define SCHEME_EVIDENCE_INNER_H

#include "scheme/evidence.h"

#include <jansson.h>

/* An object with no other members than these.
 * Errors  ASSAY_FORMAT names the stranger, or `what` when it is no object */
ASSAY_MUST_USE assay_status evidence_known(const json_t *o, const char *what,
                                           const char *const *keys, size_t count, assay_err *err);
double evidence_number(const char *text); /* of a checked decimal; NaN for NULL */

ASSAY_MUST_USE assay_status evidence_claim_of(const json_t *o, arena *a, evidence_claim *out,
                                              assay_err *err);
json_t *evidence_claim_json(const evidence_claim *c);

/* The readings of one period. */
typedef struct {
    series_set *set;
    series series; /* of the set, with the definition as of the commit */
    assay_values values; /* those that count */
    int64_t *mantissa;
    double *real;
    uint64_t *size;      /* of each, in units of 10^-size_decimals; NULL: all 1 */
    int size_decimals;
    uint32_t *part, *operator; /* of a gauge study: codes of each reading; NULL: not stored */
} evidence_data;

/* Read, digest, chart; fills `side` but for figures of the claimed kind. */
ASSAY_MUST_USE assay_status evidence_load(const char *database, evidence *e, evidence_item *item,
                                          bool is_after, evidence_data *out, assay_err *err);
void evidence_unload(evidence_data *d);

/* The two sides compared as claimed. */
ASSAY_MUST_USE assay_status evidence_effect(evidence *e, evidence_item *item,
                                            const evidence_data *before,
                                            const evidence_data *after, assay_err *err);
/* Money, where it is claimed. */
ASSAY_MUST_USE assay_status evidence_saving(evidence *e, evidence_item *item,
                                            const evidence_data *before,
                                            const evidence_data *after, assay_err *err);
void evidence_judge(evidence *e); /* outcomes, with p after Holm where several are claimed */

/* `versions` of a sealed text, so that the same bytes can come out of a later program. */
ASSAY_MUST_USE assay_status evidence_text_as(const evidence *e, const char *version, buf *out,
                                             assay_err *err);

#endif
