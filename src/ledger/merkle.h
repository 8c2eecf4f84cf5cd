/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The Merkle tree of a transparency log (RFC 6962 section 2.1, RFC 9162 section 2.1).
 *
 *     leaf = H(0x00 || entry)     node = H(0x01 || left || right)     H = SHA-256
 *
 * The root of n > 1 leaves is the node of the first k, the largest power of two below n, and the
 * rest. A hasher is one thread's. Sizes above 2^63 - 1 are refused. */
#ifndef LEDGER_MERKLE_H
#define LEDGER_MERKLE_H

#include "base/hash.h"

#include <stdbool.h>

enum { MERKLE_PROOF_MAX = 63 };
#define MERKLE_SIZE_MAX (UINT64_MAX >> 1)

ASSAY_MUST_USE assay_status merkle_leaf(hasher *h, const void *entry, size_t length, sha256 *out,
                                        assay_err *err);
ASSAY_MUST_USE assay_status merkle_node(hasher *h, const sha256 *left, const sha256 *right,
                                        sha256 *out, assay_err *err);
bool sha256_equal(const sha256 *a, const sha256 *b);

/* A tree that only grows: the roots of its complete subtrees, one for each set bit of the size, the
 * largest first. */
typedef struct {
    uint64_t size;
    sha256 edge[MERKLE_PROOF_MAX];
} merkle_tree;

ASSAY_MUST_USE assay_status merkle_append(hasher *h, merkle_tree *t, const sha256 *leaf,
                                          assay_err *err);
ASSAY_MUST_USE assay_status merkle_root(hasher *h, const merkle_tree *t, sha256 *out,
                                        assay_err *err);

/* -- verifying (merkle_verify.c): ASSAY_OK; ASSAY_CONFLICT: the proof does not hold ------- */

/* Is the leaf number m of the tree of size n with this root? */
ASSAY_MUST_USE assay_status merkle_verify_inclusion(hasher *h, const sha256 *leaf, uint64_t m,
                                                    uint64_t n, const sha256 *proof, size_t count,
                                                    const sha256 *root, assay_err *err);
/* Does the tree of size n begin with the tree of size m? m = 0 has no proof and is refused. */
ASSAY_MUST_USE assay_status merkle_verify_consistency(hasher *h, uint64_t m, const sha256 *root_m,
                                                      uint64_t n, const sha256 *root_n,
                                                      const sha256 *proof, size_t count,
                                                      assay_err *err);

/* -- proving (merkle_prove.c) ----------------------------------------------------------- */

/* The root of the complete subtree of 2^level leaves, number `index` of its level. */
typedef assay_status merkle_reader(void *context, unsigned level, uint64_t index, sha256 *out,
                                   assay_err *err);
typedef struct {
    sha256 hash[MERKLE_PROOF_MAX];
    size_t count;
} merkle_proof;

ASSAY_MUST_USE assay_status merkle_root_of(hasher *h, uint64_t n, merkle_reader *read,
                                           void *context, sha256 *out, assay_err *err);
ASSAY_MUST_USE assay_status merkle_prove_inclusion(hasher *h, uint64_t m, uint64_t n,
                                                   merkle_reader *read, void *context,
                                                   merkle_proof *out, assay_err *err);
ASSAY_MUST_USE assay_status merkle_prove_consistency(hasher *h, uint64_t m, uint64_t n,
                                                     merkle_reader *read, void *context,
                                                     merkle_proof *out, assay_err *err);

#endif
