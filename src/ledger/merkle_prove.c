/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Building proofs from the roots of complete subtrees, which tiles hold: each hash of a proof is
 * the root of a range of leaves that begins at a multiple of its own size's power of two. */
#include "ledger/merkle.h"

typedef struct {
    hasher *h;
    merkle_reader *read;
    void *context;
    assay_err *err;
} prover;

static uint64_t half_below(uint64_t n)
{
    return (uint64_t)1 << (63 - __builtin_clzll(n - 1));
}

/* The root of leaves from .. from + n - 1: complete subtrees, folded from the smallest on. */
static assay_status range_root(const prover *p, uint64_t from, uint64_t n, sha256 *out)
{
    sha256 part[MERKLE_PROOF_MAX];
    size_t count = 0;
    assay_status status = ASSAY_OK;
    while (n && !status) {
        unsigned level = 63u - (unsigned)__builtin_clzll(n);
        uint64_t size = (uint64_t)1 << level;
        status = p->read(p->context, level, from >> level, &part[count++], p->err);
        from += size;
        n -= size;
    }
    sha256 root = {{0}};
    for (size_t i = count; i-- > 0 && !status;)
        if (i == count - 1)
            root = part[i];
        else
            status = merkle_node(p->h, &part[i], &root, &root, p->err);
    if (!status)
        *out = root;
    return status;
}

assay_status merkle_root_of(hasher *h, uint64_t n, merkle_reader *read, void *context, sha256 *out,
                            assay_err *err)
{
    const prover p = {h, read, context, err};
    return n ? range_root(&p, 0, n, out) : sha256_of("", 0, out, err);
}

/* Ranges whose roots make the proof, from the root down; they are told from the leaf up. */
typedef struct {
    uint64_t from[MERKLE_PROOF_MAX + 1], n[MERKLE_PROOF_MAX + 1];
    size_t count;
} path;

static void path_add(path *way, uint64_t from, uint64_t n)
{
    way->from[way->count] = from;
    way->n[way->count++] = n;
}

static assay_status path_read(const prover *p, const path *way, merkle_proof *out)
{
    merkle_proof made = {.count = way->count};
    assay_status status = ASSAY_OK;
    for (size_t i = 0; i < way->count && !status; i++) {
        size_t last = way->count - 1 - i;
        status = range_root(p, way->from[last], way->n[last], &made.hash[i]);
    }
    if (!status)
        *out = made;
    return status;
}

assay_status merkle_prove_inclusion(hasher *h, uint64_t m, uint64_t n, merkle_reader *read,
                                    void *context, merkle_proof *out, assay_err *err)
{
    const prover p = {h, read, context, err};
    path way = {.count = 0};
    if (m >= n || n > MERKLE_SIZE_MAX)
        return assay_fail(err, ASSAY_DOMAIN, 0, "there is no entry %llu in a tree of %llu",
                          (unsigned long long)m, (unsigned long long)n);
    for (uint64_t from = 0; n > 1;) {
        uint64_t k = half_below(n);
        if (m < k) {
            path_add(&way, from + k, n - k);
            n = k;
        } else {
            path_add(&way, from, k);
            from += k;
            m -= k;
            n -= k;
        }
    }
    return path_read(&p, &way, out);
}

assay_status merkle_prove_consistency(hasher *h, uint64_t m, uint64_t n, merkle_reader *read,
                                      void *context, merkle_proof *out, assay_err *err)
{
    const prover p = {h, read, context, err};
    path way = {.count = 0};
    if (!m || m > n || n > MERKLE_SIZE_MAX)
        return assay_fail(err, ASSAY_DOMAIN, 0, "no tree of %llu grows from one of %llu",
                          (unsigned long long)n, (unsigned long long)m);
    bool is_start = true; /* the old tree is a subtree of its own: its root is known */
    uint64_t from = 0;
    while (m < n) {
        uint64_t k = half_below(n);
        if (m <= k) {
            path_add(&way, from + k, n - k);
            n = k;
        } else {
            path_add(&way, from, k);
            from += k;
            m -= k;
            n -= k;
            is_start = false;
        }
    }
    if (!is_start)
        path_add(&way, from, m);
    return path_read(&p, &way, out);
}
