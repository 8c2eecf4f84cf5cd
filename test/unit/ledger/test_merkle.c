/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Against transparency-dev/merkle (trees, 59 + 56 proofs) and Go's sumdb/tlog (sizes to 1,000,000).
 */
#include "ledger/merkle.h"
#include "vectors.h"

enum { LEVELS = 21 };

/* A whole tree in memory: the roots of all complete subtrees. */
typedef struct {
    hasher *h;
    sha256 *level[LEVELS];
    uint64_t count[LEVELS];
} forest;

static void forest_add(forest *f, const void *entry, size_t length)
{
    sha256 hash;
    assert_int_equal(merkle_leaf(f->h, entry, length, &hash, NULL), ASSAY_OK);
    for (int l = 0; l < LEVELS; l++) {
        f->level[l][f->count[l]++] = hash;
        if (f->count[l] & 1)
            return;
        const sha256 *pair = &f->level[l][f->count[l] - 2];
        assert_int_equal(merkle_node(f->h, &pair[0], &pair[1], &hash, NULL), ASSAY_OK);
    }
}

static forest *forest_new(uint64_t size)
{
    forest *f = calloc(1, sizeof *f);
    char text[24];
    assert_int_equal(hasher_new(&f->h, NULL), ASSAY_OK);
    for (int l = 0; l < LEVELS; l++)
        f->level[l] = malloc(((size >> l) + 1) * sizeof(sha256));
    for (uint64_t i = 0; i < size; i++)
        forest_add(f, text, (size_t)sprintf(text, "%llu", (unsigned long long)i));
    return f;
}

static void forest_free(forest *f)
{
    for (int l = 0; l < LEVELS; l++)
        free(f->level[l]);
    hasher_free(f->h);
    free(f);
}

static assay_status forest_read(void *context, unsigned level, uint64_t index, sha256 *out,
                                assay_err *err)
{
    const forest *f = context;
    if (level >= LEVELS || index >= f->count[level])
        return assay_fail(err, ASSAY_NOT_FOUND, 0, "no subtree %u/%llu", level,
                          (unsigned long long)index);
    *out = f->level[level][index];
    return ASSAY_OK;
}

static void the_eight_leaves_of_rfc_6962_have_their_hashes_and_roots(void **state)
{
    (void)state;
    json_t *all = vectors("merkle-tree-8"), *inputs = json_object_get(all, "leafInputsHex");
    hasher *h;
    merkle_tree t = {0};
    sha256 root;
    char size[4];
    assert_int_equal(hasher_new(&h, NULL), ASSAY_OK);
    for (size_t i = 0; i <= 8; i++) {
        snprintf(size, sizeof size, "%zu", i);
        sha256 expected = hash_of_hex(text_of(json_object_get(all, "rootsBySize"), size));
        assert_int_equal(merkle_root(h, &t, &root, NULL), ASSAY_OK);
        assert_memory_equal(&root, &expected, 32);
        if (i == 8)
            break;
        uint8_t entry[64];
        size_t n;
        sha256 leaf;
        const char *hex = json_string_value(json_array_get(inputs, i));
        assert_int_equal(sodium_hex2bin(entry, 64, hex, strlen(hex), NULL, &n, NULL), 0);
        assert_int_equal(merkle_leaf(h, entry, n, &leaf, NULL), ASSAY_OK);
        expected =
            hash_of_hex(json_string_value(json_array_get(json_object_get(all, "level0"), i)));
        assert_memory_equal(&leaf, &expected, 32);
        assert_int_equal(merkle_append(h, &t, &leaf, NULL), ASSAY_OK);
    }
    hasher_free(h);
    json_decref(all);
}

/* A hash that is none makes the proof invalid before it is looked at. */
static bool inclusion_holds(hasher *h, const json_t *c)
{
    sha256 proof[MERKLE_PROOF_MAX], leaf, root;
    long n = hashes_of(json_object_get(c, "proof"), proof, MERKLE_PROOF_MAX);
    return n >= 0 && hash_of(json_object_get(c, "leafHash"), &leaf) &&
           hash_of(json_object_get(c, "root"), &root) &&
           merkle_verify_inclusion(h, &leaf, number_of(c, "leafIdx"), number_of(c, "treeSize"),
                                   proof, (size_t)n, &root, NULL) == ASSAY_OK;
}

static void published_inclusion_proofs_hold_or_not_as_they_should(void **state)
{
    (void)state;
    json_t *all = vectors("merkle-inclusion-proofs"), *cases = json_object_get(all, "cases");
    hasher *h;
    size_t valid = 0;
    assert_int_equal(hasher_new(&h, NULL), ASSAY_OK);
    assert_int_equal(json_array_size(cases), 59);
    for (size_t i = 0; i < json_array_size(cases); i++) {
        const json_t *c = json_array_get(cases, i);
        bool expected = json_is_true(json_object_get(c, "valid"));
        if (inclusion_holds(h, c) != expected)
            fail_msg("%s: expected %d", text_of(c, "source"), expected);
        valid += expected;
    }
    assert_int_equal(valid, 4);
    hasher_free(h);
    json_decref(all);
}

static bool consistency_holds(hasher *h, const json_t *c)
{
    sha256 proof[MERKLE_PROOF_MAX], a, b;
    long n = hashes_of(json_object_get(c, "proof"), proof, MERKLE_PROOF_MAX);
    return n >= 0 && hash_of(json_object_get(c, "root1"), &a) &&
           hash_of(json_object_get(c, "root2"), &b) &&
           merkle_verify_consistency(h, number_of(c, "size1"), &a, number_of(c, "size2"), &b, proof,
                                     (size_t)n, NULL) == ASSAY_OK;
}

/* One case has roots of 12 bytes: where hashes are 32 bytes it cannot be put. */
static void published_consistency_proofs_hold_or_not_as_they_should(void **state)
{
    (void)state;
    json_t *all = vectors("merkle-consistency-proofs"), *cases = json_object_get(all, "cases");
    hasher *h;
    size_t valid = 0;
    assert_int_equal(hasher_new(&h, NULL), ASSAY_OK);
    assert_int_equal(json_array_size(cases), 56);
    for (size_t i = 0; i < json_array_size(cases); i++) {
        const json_t *c = json_array_get(cases, i);
        bool expected = json_is_true(json_object_get(c, "valid"));
        if (strstr(text_of(c, "source"), "sizes-are-equal-one-and-proof-is-empty"))
            continue;
        if (consistency_holds(h, c) != expected)
            fail_msg("%s: expected %d", text_of(c, "source"), expected);
        valid += expected;
    }
    assert_int_equal(valid, 3);
    hasher_free(h);
    json_decref(all);
}

static void check_roots(const json_t *all, forest *f)
{
    const json_t *roots = json_object_get(all, "roots");
    assert_int_equal(json_array_size(roots), 40);
    for (size_t i = 0; i < json_array_size(roots); i++) {
        const json_t *c = json_array_get(roots, i);
        sha256 expected, root;
        assert_true(hash_of(json_object_get(c, "root"), &expected));
        assert_int_equal(merkle_root_of(f->h, number_of(c, "size"), forest_read, f, &root, NULL),
                         ASSAY_OK);
        assert_memory_equal(&root, &expected, 32);
    }
}

static void check_same(const json_t *c, const merkle_proof *made)
{
    sha256 proof[MERKLE_PROOF_MAX];
    long n = hashes_of(json_object_get(c, "proof"), proof, MERKLE_PROOF_MAX);
    assert_int_equal(made->count, n);
    assert_memory_equal(made->hash, proof, (size_t)n * 32);
}

static void roots_and_proofs_up_to_a_million_are_those_of_go(void **state)
{
    (void)state;
    json_t *all = vectors("generated-tree-pattern-A"), *list;
    forest *f = forest_new(1000000);
    merkle_proof made;
    sha256 root, before;
    check_roots(all, f);
    list = json_object_get(all, "inclusion");
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *c = json_array_get(list, i);
        uint64_t n = number_of(c, "size"), m = number_of(c, "index");
        assert_int_equal(merkle_prove_inclusion(f->h, m, n, forest_read, f, &made, NULL), 0);
        check_same(c, &made);
        assert_int_equal(merkle_root_of(f->h, n, forest_read, f, &root, NULL), 0);
        assert_int_equal(merkle_verify_inclusion(f->h, &f->level[0][m], m, n, made.hash, made.count,
                                                 &root, NULL),
                         0);
    }
    list = json_object_get(all, "consistency");
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *c = json_array_get(list, i);
        uint64_t m = number_of(c, "size1"), n = number_of(c, "size2");
        assert_int_equal(merkle_prove_consistency(f->h, m, n, forest_read, f, &made, NULL), 0);
        check_same(c, &made);
        assert_int_equal(merkle_root_of(f->h, m, forest_read, f, &before, NULL), 0);
        assert_int_equal(merkle_root_of(f->h, n, forest_read, f, &root, NULL), 0);
        assert_int_equal(
            merkle_verify_consistency(f->h, m, &before, n, &root, made.hash, made.count, NULL), 0);
    }
    forest_free(f);
    json_decref(all);
}

static void every_proof_of_small_trees_holds_and_no_other_place_does(void **state)
{
    (void)state;
    enum { N = 70 };
    forest *f = forest_new(N);
    merkle_tree grown = {0};
    sha256 root[N + 1], walked;
    merkle_proof p;
    for (uint64_t n = 0; n <= N; n++) {
        assert_int_equal(merkle_root_of(f->h, n, forest_read, f, &root[n], NULL), 0);
        assert_int_equal(merkle_root(f->h, &grown, &walked, NULL), 0);
        assert_memory_equal(&walked, &root[n], 32);
        if (n < N)
            assert_int_equal(merkle_append(f->h, &grown, &f->level[0][n], NULL), 0);
    }
    for (uint64_t n = 1; n <= N; n++)
        for (uint64_t m = 0; m < n; m++) {
            assert_int_equal(merkle_prove_inclusion(f->h, m, n, forest_read, f, &p, NULL), 0);
            for (uint64_t other = 0; other < n; other++) {
                bool holds = merkle_verify_inclusion(f->h, &f->level[0][m], other, n, p.hash,
                                                     p.count, &root[n], NULL) == ASSAY_OK;
                assert_int_equal(holds, other == m);
            }
            if (!m)
                continue;
            assert_int_equal(merkle_prove_consistency(f->h, m, n, forest_read, f, &p, NULL), 0);
            assert_int_equal(
                merkle_verify_consistency(f->h, m, &root[m], n, &root[n], p.hash, p.count, NULL),
                0);
            assert_int_equal(merkle_verify_consistency(f->h, m, &root[m - 1], n, &root[n], p.hash,
                                                       p.count, NULL),
                             ASSAY_CONFLICT);
        }
    forest_free(f);
}

static void sizes_have_bounds(void **state)
{
    (void)state;
    const uint64_t huge = (uint64_t)MERKLE_SIZE_MAX + 1;
    hasher *h = NULL;
    merkle_proof p = {.count = 0};
    sha256 a = {.bytes = {1}}, b = {.bytes = {2}};
    merkle_tree t = {.size = MERKLE_SIZE_MAX};
    assay_err err = {0};
    assert_int_equal(hasher_new(&h, NULL), ASSAY_OK);
    assert_int_not_equal(merkle_append(h, &t, &a, &err), ASSAY_OK);
    assert_int_not_equal(merkle_verify_inclusion(h, &a, 0, huge, p.hash, 0, &b, &err), ASSAY_OK);
    assert_int_not_equal(merkle_verify_consistency(h, 1, &a, huge, &b, p.hash, 0, &err), ASSAY_OK);
    assert_int_not_equal(merkle_verify_consistency(h, 3, &a, 2, &b, p.hash, 0, &err), ASSAY_OK);
    assert_int_not_equal(merkle_verify_consistency(h, 3, &a, 3, &b, p.hash, 0, &err), ASSAY_OK);
    assert_int_equal(merkle_verify_consistency(h, 3, &a, 3, &a, p.hash, 0, &err), ASSAY_OK);
    assert_int_not_equal(merkle_prove_inclusion(h, 0, huge, NULL, NULL, &p, &err), ASSAY_OK);
    assert_int_not_equal(merkle_prove_inclusion(h, 3, 3, NULL, NULL, &p, &err), ASSAY_OK);
    assert_int_not_equal(merkle_prove_consistency(h, 0, 3, NULL, NULL, &p, &err), ASSAY_OK);
    assert_int_not_equal(merkle_prove_consistency(h, 4, 3, NULL, NULL, &p, &err), ASSAY_OK);
    assert_int_not_equal(merkle_prove_consistency(h, 4, huge, NULL, NULL, &p, &err), ASSAY_OK);
    hasher_free(h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_eight_leaves_of_rfc_6962_have_their_hashes_and_roots),
        cmocka_unit_test(published_inclusion_proofs_hold_or_not_as_they_should),
        cmocka_unit_test(published_consistency_proofs_hold_or_not_as_they_should),
        cmocka_unit_test(roots_and_proofs_up_to_a_million_are_those_of_go),
        cmocka_unit_test(every_proof_of_small_trees_holds_and_no_other_place_does),
        cmocka_unit_test(sizes_have_bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
