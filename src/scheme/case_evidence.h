/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Evidence of a case: what a claim comes to is computed apart (evidence.h); here stands who may ask. */
#ifndef SCHEME_CASE_EVIDENCE_H
#define SCHEME_CASE_EVIDENCE_H

#include "scheme/case.h"
#include "scheme/evidence.h"

/* May the viewer have a claim for this field computed, or sealed? ASSAY_NOT_FOUND: no such case for
 * them, or no such field; ASSAY_DOMAIN names the rule. */
ASSAY_MUST_USE assay_status case_evidence_asked(desk *d, const object_id *id, const viewer *who,
                                                const char *field, bool is_sealing, assay_err *err);
/* Asks again, seals, and puts the case where lists show what it has proved. */
ASSAY_MUST_USE assay_status case_evidence_seal(desk *d, store_tx *tx, const object_id *id,
                                               const viewer *who, const evidence *e,
                                               uint64_t *sequence, assay_err *err);
/* ASSAY_NOT_FOUND: the viewer sees no evidence of this case. */
ASSAY_MUST_USE assay_status case_evidence_seen(desk *d, const object_id *id, const viewer *who,
                                               assay_err *err);

#endif
