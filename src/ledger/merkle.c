/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ledger/merkle.h"

#include <string.h>

assay_status merkle_leaf(hasher *h, const void *entry, size_t length, sha256 *out, assay_err *err)
{
    hasher_begin(h);
    hasher_add(h, "\0", 1);
    hasher_add(h, entry, length);
    return hasher_end(h, out, err);
}

assay_status merkle_node(hasher *h, const sha256 *left, const sha256 *right, sha256 *out,
                         assay_err *err)
{
    uint8_t node[65] = {1};
    memcpy(node + 1, left->bytes, 32);
    memcpy(node + 33, right->bytes, 32);
    hasher_begin(h);
    hasher_add(h, node, sizeof node);
    return hasher_end(h, out, err);
}

bool sha256_equal(const sha256 *a, const sha256 *b)
{
    return memcmp(a->bytes, b->bytes, sizeof a->bytes) == 0;
}

/* Equal subtrees merge while the lowest bit of the old size is set, as in binary addition. */
assay_status merkle_append(hasher *h, merkle_tree *t, const sha256 *leaf, assay_err *err)
{
    if (t->size >= MERKLE_SIZE_MAX)
        return assay_fail(err, ASSAY_LIMIT, 0, "the tree is full");
    int edges = __builtin_popcountll(t->size);
    sha256 merged = *leaf;
    assay_status status = ASSAY_OK;
    for (uint64_t rest = t->size; rest & 1 && !status; rest >>= 1)
        status = merkle_node(h, &t->edge[--edges], &merged, &merged, err);
    if (status)
        return status;
    t->edge[edges] = merged;
    t->size++;
    return ASSAY_OK;
}

assay_status merkle_root(hasher *h, const merkle_tree *t, sha256 *out, assay_err *err)
{
    int edges = __builtin_popcountll(t->size);
    if (!edges)
        return sha256_of("", 0, out, err);
    sha256 root = t->edge[edges - 1];
    assay_status status = ASSAY_OK;
    for (int i = edges - 2; i >= 0 && !status; i--)
        status = merkle_node(h, &t->edge[i], &root, &root, err);
    if (!status)
        *out = root;
    return status;
}
