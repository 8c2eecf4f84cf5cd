/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Verifying proofs as RFC 9162 sections 2.1.3.2 and 2.1.4.2 spell it: `fn` walks from the leaf to
 * the root, `sn` beside it from the last leaf. */
#include "ledger/merkle.h"

static assay_status refuse(assay_err *err, const char *why)
{
    return assay_fail(err, ASSAY_CONFLICT, 0, "the proof does not hold: %s", why);
}

/* Past levels at which the node on the right edge has no brother. */
static void climb_edge(uint64_t *fn, uint64_t *sn)
{
    while (!(*fn & 1) && *fn) {
        *fn >>= 1;
        *sn >>= 1;
    }
}

assay_status merkle_verify_inclusion(hasher *h, const sha256 *leaf, uint64_t m, uint64_t n,
                                     const sha256 *proof, size_t count, const sha256 *root,
                                     assay_err *err)
{
    if (m >= n || n > MERKLE_SIZE_MAX)
        return refuse(err, "the entry lies behind the end of the tree");
    uint64_t fn = m, sn = n - 1;
    sha256 r = *leaf;
    assay_status status = ASSAY_OK;
    for (size_t i = 0; i < count && !status; i++) {
        if (!sn)
            return refuse(err, "it is too long");
        if (fn & 1 || fn == sn) {
            status = merkle_node(h, &proof[i], &r, &r, err);
            climb_edge(&fn, &sn);
        } else {
            status = merkle_node(h, &r, &proof[i], &r, err);
        }
        fn >>= 1;
        sn >>= 1;
    }
    if (status)
        return status;
    if (sn)
        return refuse(err, "it is too short");
    return sha256_equal(&r, root) ? ASSAY_OK : refuse(err, "it leads to another root");
}

/* The walk of both roots together, from the first hash on. */
static assay_status walk(hasher *h, uint64_t fn, uint64_t sn, const sha256 *first,
                         const sha256 *proof, size_t count, sha256 *fr, sha256 *sr, assay_err *err)
{
    assay_status status = ASSAY_OK;
    *fr = *sr = *first;
    for (size_t i = 0; i < count && !status; i++) {
        if (!sn)
            return refuse(err, "it is too long");
        if (fn & 1 || fn == sn) {
            status = merkle_node(h, &proof[i], fr, fr, err);
            if (!status)
                status = merkle_node(h, &proof[i], sr, sr, err);
            climb_edge(&fn, &sn);
        } else {
            status = merkle_node(h, sr, &proof[i], sr, err);
        }
        fn >>= 1;
        sn >>= 1;
    }
    return !status && sn ? refuse(err, "it is too short") : status;
}

static assay_status verify_growth(hasher *h, uint64_t m, const sha256 *root_m, uint64_t n,
                                  const sha256 *root_n, const sha256 *proof, size_t count,
                                  assay_err *err)
{
    if (!count)
        return refuse(err, "it is empty");
    bool is_whole = (m & (m - 1)) == 0; /* the old root is then a node of the new tree */
    uint64_t fn = m - 1, sn = n - 1;
    for (; fn & 1; fn >>= 1)
        sn >>= 1;
    sha256 fr, sr;
    assay_status status = is_whole ? walk(h, fn, sn, root_m, proof, count, &fr, &sr, err)
                                   : walk(h, fn, sn, proof, proof + 1, count - 1, &fr, &sr, err);
    if (status)
        return status;
    if (!sha256_equal(&fr, root_m))
        return refuse(err, "it leads to another old root");
    return sha256_equal(&sr, root_n) ? ASSAY_OK : refuse(err, "it leads to another new root");
}

assay_status merkle_verify_consistency(hasher *h, uint64_t m, const sha256 *root_m, uint64_t n,
                                       const sha256 *root_n, const sha256 *proof, size_t count,
                                       assay_err *err)
{
    if (!m)
        return refuse(err, "nothing can be proven of an empty tree");
    if (m > n || n > MERKLE_SIZE_MAX)
        return refuse(err, "the tree has become smaller");
    if (m < n)
        return verify_growth(h, m, root_m, n, root_n, proof, count, err);
    if (count)
        return refuse(err, "trees of one size need none");
    return sha256_equal(root_m, root_n) ? ASSAY_OK : refuse(err, "one size, two roots");
}
