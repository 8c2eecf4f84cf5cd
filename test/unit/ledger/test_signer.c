/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A signer never gives two signatures that contradict each other, whoever asks and however often it
 * was started in between. */
#include "check.h"

#include "ledger/signer.h"

#include <openssl/evp.h>
#include <openssl/core_names.h>
#include <openssl/param_build.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

static const char origin[] = "ledger.test/one";
static char folder[64], path[96];
static hasher *h;
static assay_err err;

static int begin(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/assay-signer-XX" "XX" "XX");
    snprintf(path, sizeof path, "%s/keys", mkdtemp(folder));
    assert_ok(hasher_new(&h, &err), err);
    for (int use = 0; use < SIGNER_RSA; use++)
        assert_ok(signer_file_add(path, (signer_use)use, origin, NULL, &err), err);
    return 0;
}

static int end(void **state)
{
    (void)state;
    char command[128];
    hasher_free(h);
    snprintf(command, sizeof command, "rm -r %s", folder);
    return system(command);
}

/* A tree of which every subtree is known. */
typedef struct {
    sha256 node[12][2048];
    uint64_t size;
} forest;

static forest *forest_new(uint64_t size, uint64_t odd)
{
    forest *f = calloc(1, sizeof *f);
    f->size = size;
    for (uint64_t i = 0; i < size; i++) {
        uint64_t entry[2] = {i, i == odd};
        assert_ok(merkle_leaf(h, entry, sizeof entry, &f->node[0][i], &err), err);
    }
    for (unsigned l = 1; l < 12; l++)
        for (uint64_t i = 0; i < size >> l; i++)
            assert_ok(merkle_node(h, &f->node[l - 1][2 * i], &f->node[l - 1][2 * i + 1],
                                  &f->node[l][i], &err), err);
    return f;
}

static assay_status forest_read(void *context, unsigned level, uint64_t index, sha256 *out,
                                assay_err *e)
{
    const forest *f = context;
    if (level >= 12 || index >= f->size >> level)
        return assay_fail(e, ASSAY_NOT_FOUND, 0, "no subtree");
    *out = f->node[level][index];
    return ASSAY_OK;
}

static checkpoint at_size(forest *f, uint64_t size)
{
    checkpoint c = {.size = size};
    strcpy(c.origin, origin);
    assert_ok(merkle_root_of(h, size, forest_read, f, &c.root, &err), err);
    return c;
}

static assay_status sign(signer *s, signer_use use, forest *f, uint64_t old, uint64_t size, buf *out)
{
    checkpoint c = at_size(f, size);
    merkle_proof proof = {.count = 0};
    buf text = BUF_INIT;
    if (old && old < size)
        assert_ok(merkle_prove_consistency(h, old, size, forest_read, f, &proof, &err), err);
    checkpoint_write(&c, &text);
    buf_clear(out);
    buf_add(out, text.data, text.length);
    buf_add_char(out, '\n');
    assay_status status =
        signer_sign_tree(s, use, text.data, text.length, old, &proof, out, &err);
    buf_done(&text);
    return status;
}

static void each_signature_continues_the_last_one_and_verifies(void **state)
{
    (void)state;
    signer *s;
    signer_public keys;
    signer_seen seen;
    note n;
    uint64_t when = 0, old = 0;
    buf out = BUF_INIT;
    forest *f = forest_new(2000, UINT64_MAX);
    assert_ok(signer_open(path, &s, &err), err);
    assert_ok(signer_keys(s, &keys, &err), err);
    assert_int_equal(signer_last(s, SIGNER_LOG, origin, &seen, &err), ASSAY_NOT_FOUND);
    static const uint64_t sizes[] = {1, 2, 3, 255, 256, 257, 1023, 1023, 2000};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; old = sizes[i++]) {
        assert_ok(sign(s, SIGNER_LOG, f, old, sizes[i], &out), err);
        assert_ok(note_parse(out.data, out.length, &n, &err), err);
        assert_ok(note_verify(&n, &keys.log, NULL, &err), err);
        assert_ok(sign(s, SIGNER_WITNESS, f, old, sizes[i], &out), err);
        assert_ok(note_parse(out.data, out.length, &n, &err), err);
        assert_ok(note_verify(&n, &keys.witness, &when, &err), err);
        assert_true(when > 1700000000);
    }
    assert_ok(signer_last(s, SIGNER_LOG, origin, &seen, &err), err);
    assert_int_equal(seen.size, 2000);
    signer_close(s);
    buf_done(&out);
    free(f);
}

static void a_fork_is_refused_also_after_a_restart(void **state)
{
    (void)state;
    signer *s;
    signer_seen seen;
    buf out = BUF_INIT;
    forest *f = forest_new(2000, UINT64_MAX);
    assert_ok(signer_open(path, &s, &err), err);
    assert_ok(sign(s, SIGNER_LOG, f, 0, 1000, &out), err);
    signer_close(s);
    for (uint64_t odd = 0; odd < 1000; odd += 10) {
        forest *other = forest_new(1500, odd);
        assert_ok(signer_open(path, &s, &err), err);
        assert_int_equal(sign(s, SIGNER_LOG, other, 1000, 1500, &out), ASSAY_CONFLICT);
        assert_int_equal(sign(s, SIGNER_LOG, other, 1000, 1000, &out), ASSAY_CONFLICT);
        assert_int_equal(sign(s, SIGNER_LOG, other, 900, 1500, &out), ASSAY_BUSY);
        signer_close(s);
        free(other);
    }
    assert_ok(signer_open(path, &s, &err), err);
    assert_int_not_equal(sign(s, SIGNER_LOG, f, 1000, 999, &out), ASSAY_OK);
    assert_int_equal(sign(s, SIGNER_LOG, f, 0, 1001, &out), ASSAY_BUSY);
    assert_ok(sign(s, SIGNER_LOG, f, 1000, 1001, &out), err);
    assert_ok(signer_last(s, SIGNER_LOG, origin, &seen, &err), err);
    assert_int_equal(seen.size, 1001);
    signer_close(s);
    buf_done(&out);
    free(f);
}

static void only_checkpoints_of_the_own_log_are_signed(void **state)
{
    (void)state;
    static const char other[] =
        "ledger.test/two\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n";
    merkle_proof none = {.count = 0};
    signer *s;
    buf out = BUF_INIT;
    assert_ok(signer_open(path, &s, &err), err);
    assert_int_equal(signer_sign_tree(s, SIGNER_LOG, other, sizeof other - 1, 0, &none, &out, &err),
                     ASSAY_DOMAIN);
    assert_int_equal(signer_sign_tree(s, SIGNER_LOG, "hello\n", 6, 0, &none, &out, &err),
                     ASSAY_DOMAIN);
    assert_int_equal(
        signer_sign_tree(s, SIGNER_CREDENTIAL, other, sizeof other - 1, 0, &none, &out, &err),
        ASSAY_DOMAIN);
    char *big = calloc(1, SIGNER_TEXT_MAX + 1);
    assert_int_equal(signer_sign_tree(s, SIGNER_LOG, big, SIGNER_TEXT_MAX + 1, 0, &none, &out, &err), ASSAY_DOMAIN);
    free(big);
    assert_int_equal(out.length, 0);
    assert_ok(signer_sign_tree(s, SIGNER_WITNESS, other, sizeof other - 1, 0, &none, &out, &err),
              err);
    signer_close(s);
    buf_done(&out);
}

static void a_new_key_retires_the_old_one_and_its_notes_stay_checkable(void **state)
{
    (void)state;
    signer *s;
    signer_public before, after;
    assert_ok(signer_open(path, &s, &err), err);
    assert_ok(signer_keys(s, &before, &err), err);
    signer_close(s);
    assert_ok(signer_file_add(path, SIGNER_LOG, origin, NULL, &err), err);
    assert_ok(signer_open(path, &s, &err), err);
    assert_ok(signer_keys(s, &after, &err), err);
    signer_close(s);
    assert_memory_not_equal(before.log.key, after.log.key, 32);
    assert_int_equal(after.retired_count, 1);
    assert_memory_equal(&after.retired[0], &before.log, sizeof before.log);
}

static void keys_leave_as_pem_and_come_back_the_same(void **state)
{
    (void)state;
    char copy[96];
    signer *s;
    signer_public here, there;
    snprintf(copy, sizeof copy, "%s/copy", folder);
    assert_ok(signer_file_add(path, SIGNER_RSA, "badges", NULL, &err), err);
    for (int use = 0; use < SIGNER_USES; use++) {
        buf pem = BUF_INIT;
        assert_ok(signer_file_export(path, (signer_use)use, NULL, &pem, &err), err);
        assert_ok(signer_file_add(copy, (signer_use)use, origin, pem.data, &err), err);
        assert_int_equal(signer_file_add(copy, use == SIGNER_RSA ? SIGNER_LOG : SIGNER_RSA, origin,
                                         pem.data, &err), ASSAY_FORMAT);
        buf_done(&pem);
    }
    assert_ok(signer_open(path, &s, &err), err);
    assert_ok(signer_keys(s, &here, &err), err);
    signer_close(s);
    assert_ok(signer_open(copy, &s, &err), err);
    assert_ok(signer_keys(s, &there, &err), err);
    signer_close(s);
    assert_memory_equal(&here, &there, sizeof here);
    assert_int_equal(here.modulus_length, 384);
}

static void a_key_that_is_not_there_cannot_leave(void **state)
{
    (void)state;
    char few[96];
    buf pem = BUF_INIT;
    for (int has = 0; has < SIGNER_RSA; has++) {
        snprintf(few, sizeof few, "%s/only-%d", folder, has);
        assert_ok(signer_file_add(few, (signer_use)has, origin, NULL, &err), err);
        for (int use = 0; use < SIGNER_USES; use++)
            assert_int_equal(signer_file_export(few, (signer_use)use, NULL, &pem, &err),
                             use == has ? ASSAY_OK : ASSAY_NOT_FOUND);
        assert_int_equal(signer_file_add(few, (signer_use)has, origin, "no PEM at all", &err), ASSAY_FORMAT);
        assert_non_null(strstr(err.hint, "openssl pkey"));
    }
    buf_done(&pem);
}

static EVP_PKEY *public_rsa(const signer_public *p)
{
    BIGNUM *n = BN_bin2bn(p->modulus, (int)p->modulus_length, NULL), *e = BN_new();
    OSSL_PARAM_BLD *b = OSSL_PARAM_BLD_new();
    EVP_PKEY_CTX *x = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
    EVP_PKEY *key = NULL;
    BN_set_word(e, 65537);
    OSSL_PARAM_BLD_push_BN(b, OSSL_PKEY_PARAM_RSA_N, n);
    OSSL_PARAM_BLD_push_BN(b, OSSL_PKEY_PARAM_RSA_E, e);
    OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(b);
    EVP_PKEY_fromdata_init(x);
    EVP_PKEY_fromdata(x, &key, EVP_PKEY_PUBLIC_KEY, params);
    OSSL_PARAM_free(params);
    OSSL_PARAM_BLD_free(b);
    EVP_PKEY_CTX_free(x);
    BN_free(n);
    BN_free(e);
    return key;
}

static void credentials_are_signed_with_keys_of_their_own(void **state)
{
    (void)state;
    uint8_t hashes[64], signature[64], wide[SIGNER_RSA_MAX];
    static const char input[] = "eyJhbGciOiJSUzI1NiJ9.e30";
    size_t length;
    signer *s;
    signer_public keys;
    for (int i = 0; i < 64; i++)
        hashes[i] = (uint8_t)i;
    assert_ok(signer_open(path, &s, &err), err);
    assert_int_equal(signer_sign_rs256(s, input, sizeof input - 1, wide, &length, &err),
                     ASSAY_NOT_FOUND);
    signer_close(s);
    assert_ok(signer_file_add(path, SIGNER_RSA, "badges", NULL, &err), err);
    assert_ok(signer_open(path, &s, &err), err);
    assert_ok(signer_keys(s, &keys, &err), err);
    assert_ok(signer_sign_proof(s, hashes, signature, &err), err);
    assert_int_equal(crypto_sign_verify_detached(signature, hashes, 64, keys.credential), 0);
    assert_memory_not_equal(keys.credential, keys.log.key, 32);
    assert_ok(signer_sign_rs256(s, input, sizeof input - 1, wide, &length, &err), err);
    EVP_PKEY *key = public_rsa(&keys);
    EVP_MD_CTX *m = EVP_MD_CTX_new();
    assert_int_equal(EVP_DigestVerifyInit(m, NULL, EVP_sha256(), NULL, key), 1);
    assert_int_equal(EVP_DigestVerify(m, wide, length, (const uint8_t *)input, sizeof input - 1), 1);
    EVP_MD_CTX_free(m);
    EVP_PKEY_free(key);
    signer_close(s);
}

static void a_file_that_others_may_read_is_refused(void **state)
{
    (void)state;
    signer *s;
    struct stat mode;
    assert_int_equal(stat(path, &mode), 0);
    assert_int_equal(mode.st_mode & 0777, 0600);
    assert_int_equal(chmod(path, 0640), 0);
    assert_int_equal(signer_open(path, &s, &err), ASSAY_DOMAIN);
    assert_non_null(strstr(err.hint, "chmod 600"));
}

static void a_damaged_state_signs_nothing(void **state)
{
    (void)state;
    signer *s;
    buf out = BUF_INIT;
    char command[200];
    forest *f = forest_new(20, UINT64_MAX);
    assert_ok(signer_open(path, &s, &err), err);
    assert_ok(sign(s, SIGNER_LOG, f, 0, 10, &out), err);
    snprintf(command, sizeof command, "for f in %s.state/*; do echo x > $f; done", path);
    assert_int_equal(system(command), 0);
    assert_int_equal(sign(s, SIGNER_LOG, f, 10, 20, &out), ASSAY_DAMAGED);
    assert_int_equal(sign(s, SIGNER_LOG, f, 0, 20, &out), ASSAY_DAMAGED);
    signer_close(s);
    buf_done(&out);
    free(f);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(each_signature_continues_the_last_one_and_verifies),
        TEST(a_fork_is_refused_also_after_a_restart),
        TEST(only_checkpoints_of_the_own_log_are_signed),
        TEST(a_new_key_retires_the_old_one_and_its_notes_stay_checkable),
        TEST(keys_leave_as_pem_and_come_back_the_same),
        TEST(a_key_that_is_not_there_cannot_leave),
        TEST(credentials_are_signed_with_keys_of_their_own),
        TEST(a_file_that_others_may_read_is_refused),
        TEST(a_damaged_state_signs_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
