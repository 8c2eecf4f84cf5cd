/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Documents of issuers and status lists that are at hand, found by what they say they are.
 *
 * A shelf believes nothing: a list is checked like every credential when it is used, and whether
 * the document of a did:web is the real one is the business of who put it here (vc_shelf_is_told).
 */
#ifndef LEDGER_VC_SHELF_H
#define LEDGER_VC_SHELF_H

#include "ledger/vc_verify.h"

enum { VC_SHELF_MAX = 64 };

typedef struct vc_shelf vc_shelf;
ASSAY_MUST_USE assay_status vc_shelf_new(vc_shelf **out, assay_err *err);
void vc_shelf_free(vc_shelf *s);

/* A DID document, or a status list (JSON or JWT); the newest of a name counts. ASSAY_FORMAT:
 * neither. */
ASSAY_MUST_USE assay_status vc_shelf_add(vc_shelf *s, const char *text, size_t length,
                                         assay_err *err);
/* Ask here where the shelf has nothing; must outlive it. */
void vc_shelf_behind(vc_shelf *s, const vc_sources *sources);
/* `context` is the shelf. */
vc_sources vc_shelf_sources(vc_shelf *s, int64_t now);
/* Did the last verification take this issuer's document from the shelf itself? */
bool vc_shelf_is_told(const vc_shelf *s);

#endif
