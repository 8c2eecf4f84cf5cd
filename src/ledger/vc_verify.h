/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Is this credential what it says it is? Every check by name, and a verdict.
 *
 * Reads a credential as JSON with proofs of eddsa-jcs-2022, or as VC-JWT (RS256, EdDSA), whose inner
 * proofs are checked too. Signed by a key that the issuer's document lists for assertions, within its
 * time, and with its status bit clear: that is valid. What cannot be decided here (a suite that is
 * not known, a document or a list that is not at hand) leaves it open; it is never guessed.
 */
#ifndef LEDGER_VC_VERIFY_H
#define LEDGER_VC_VERIFY_H

#include "ledger/did.h"
#include "ledger/vc_proof.h"

#include "base/buf.h"

/* code, name, text */
#define VC_REASON_LIST(X)                                                                          \
    X(FINE, "fine", "holds")                                                                       \
    X(NONE, "none", "there is none")                                                               \
    X(SUITE, "suite-unknown", "a kind of proof that is not known here")                            \
    X(MALFORMED, "malformed", "it does not follow its format")                                     \
    X(CONTEXT, "context-differs", "@context of proof and credential do not agree")                 \
    X(SIGNATURE, "signature-wrong", "the signature does not hold: something was changed")          \
    X(ISSUER, "issuer-unknown", "the issuer's keys are not at hand")                               \
    X(KEY, "key-unknown", "the issuer lists no such key")                                          \
    X(FOREIGN, "key-foreign", "the key is not the issuer's own for credentials")                   \
    X(WITHDRAWN, "key-withdrawn", "the key was withdrawn before the signature")                    \
    X(PURPOSE, "purpose-wrong", "the proof was made for another purpose")                          \
    X(PROOF_EXPIRED, "proof-expired", "the proof has expired")                                     \
    X(CLAIMS, "claims-differ", "the claims of the JWT differ from the credential")                 \
    X(ALGORITHM, "algorithm-wrong", "the header's algorithm is not that of the key")               \
    X(EARLY, "not-yet-valid", "it is not valid yet")                                               \
    X(EXPIRED, "expired", "it has expired")                                                        \
    X(REVOKED, "revoked", "it was revoked")                                                        \
    X(SUSPENDED, "suspended", "it is suspended")                                                   \
    X(LIST_MISSING, "status-unknown", "the status list is not at hand")                            \
    X(LIST_BAD, "status-list-bad", "the status list cannot be trusted")

typedef enum {
#define X(code, name, text) VC_##code,
    VC_REASON_LIST(X)
#undef X
} vc_reason;
const char *vc_reason_name(vc_reason r);
const char *vc_reason_text(vc_reason r); /* English */

/* VC_OPEN: nothing speaks against it, but not all could be checked. */
typedef enum { VC_VALID, VC_INVALID, VC_OPEN } vc_verdict;
const char *vc_verdict_name(vc_verdict v);

/* Where what is not in the credential comes from. ASSAY_NOT_FOUND: not at hand. Both may be NULL. */
typedef struct {
    assay_status (*issuer)(void *context, const char *did, json_t **out, assay_err *err);
    assay_status (*list)(void *context, const char *url, buf *out, assay_err *err);
    void *context;
    int64_t now; /* ns */
} vc_sources;

typedef struct {
    char kind[40];   /* "eddsa-jcs-2022", "RS256", "EdDSA", or what it calls itself */
    char method[DID_MAX];
    char created[48];
    vc_reason reason;
    char detail[200]; /* of a reason other than VC_FINE */
} vc_proof_report;

typedef struct {
    vc_verdict verdict;
    vc_reason reason; /* the first that keeps it from being valid; VC_FINE */
    json_t *credential; /* as signed, with its proofs, without the claims of a JWT */
    bool is_jwt;
    vc_proof_report proofs[VC_PROOFS_MAX + 1];
    size_t proof_count;
    vc_reason time, status; /* status VC_NONE: the credential has none */
    char status_detail[200];
    int64_t valid_from, valid_until; /* TIME_NONE: not said */
    int64_t status_from;             /* the list's validFrom; TIME_NONE */
} vc_report;

/* `err` when it is no credential at all, or without memory to judge; else ASSAY_OK, and the report
 * says. */
ASSAY_MUST_USE assay_status vc_verify(const char *text, size_t length, const vc_sources *sources,
                                      vc_report *out, assay_err *err);
void vc_report_done(vc_report *r);

#endif
