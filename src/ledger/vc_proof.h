/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Data Integrity proofs of the suite eddsa-jcs-2022 (W3C vc-data-integrity, vc-di-eddsa).
 *
 *     signature = Ed25519 over SHA-256(JCS(proof without proofValue)) || SHA-256(JCS(document))
 *
 * where the document is without any `proof`. Several proofs are a set: each is made and checked
 * over the document alone. Chains (`previousProof`) are refused.
 */
#ifndef LEDGER_VC_PROOF_H
#define LEDGER_VC_PROOF_H

#include <assay/err.h>
#include <stdint.h>

typedef struct json_t json_t; /* of jansson, whose header is not for all */

enum { VC_PROOFS_MAX = 8 };

/* Who signs: the 64 bytes above go in, an Ed25519 signature comes out. */
typedef assay_status vc_sign(void *context, const uint8_t hashes[64], uint8_t out[64],
                             assay_err *err);
typedef struct {
    const char *method; /* the key's id: "did:...#..." */
    vc_sign *sign;
    void *context;
} vc_signer;

/* Add a proof made at `created` (ns; whole seconds are kept) to the document's set. */
ASSAY_MUST_USE assay_status vc_proof_add(json_t *document, const vc_signer *signer, int64_t created,
                                         assay_err *err);

/* Proofs of a document: one object, or an array of them. */
size_t vc_proof_count(const json_t *document);
const json_t *vc_proof_at(const json_t *document, size_t i);

/* Is this proof of the document's one of this suite, and signed by `key`? ASSAY_UNSUPPORTED: of
 * another suite, or a chain. ASSAY_FORMAT: malformed. ASSAY_CONFLICT: `@context` or signature do
 * not hold. Whether the key may speak for the issuer is the caller's question (vc_verify.h). */
ASSAY_MUST_USE assay_status vc_proof_verify(const json_t *document, const json_t *proof,
                                            const uint8_t key[32], assay_err *err);
/* Its form alone: ASSAY_UNSUPPORTED, ASSAY_FORMAT, as above. */
ASSAY_MUST_USE assay_status vc_proof_check(const json_t *proof, assay_err *err);
/* SHA-256, in hex, of the canonical form of a document without any proof: what its decision names.
 */
ASSAY_MUST_USE assay_status vc_digest(const json_t *document, char out[65], assay_err *err);
/* The 64 bytes that a proof (without proofValue) over a document (without proof) signs. */
ASSAY_MUST_USE assay_status vc_proof_hashes(const json_t *document, const json_t *proof,
                                            uint8_t out[64], assay_err *err);

#endif
