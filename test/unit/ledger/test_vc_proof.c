/* SPDX-License-Identifier: GPL-3.0-or-later */
/* eddsa-jcs-2022 against the W3C's vector and three of another implementation, byte for byte. */
#include "credentials.h"

#include "base/jcs.h"
#include "base/time.h"
#include "ledger/vc.h"

static void check_canonical(const json_t *value, const char *expected)
{
    buf text = BUF_INIT;
    assert_int_equal(jcs_write(value, &text, NULL), ASSAY_OK);
    assert_string_equal(text.data, expected);
    buf_done(&text);
}

static json_t *proof_of(const json_t *document)
{
    return json_object_get(document, "proof");
}

static int64_t created_of(const json_t *proof)
{
    int64_t ns;
    assert_true(vc_time(text_of(proof, "created"), &ns));
    return ns;
}

/* Sign `unsigned_` as `signed_` was, and compare. */
static void check_signing(const json_t *unsigned_, const json_t *signed_, test_key *k)
{
    json_t *mine = json_deep_copy(unsigned_);
    vc_signer signer = {text_of(proof_of(signed_), "verificationMethod"), test_sign, k};
    assay_err err = {0};
    assert_ok(vc_proof_add(mine, &signer, created_of(proof_of(signed_)), &err), err);
    assert_true(json_equal(mine, signed_));
    assert_ok(vc_proof_verify(signed_, proof_of(signed_), k->public, &err), err);
    json_decref(mine);
}

static void check_hashes(const json_t *unsigned_, const json_t *options, const char *proof_hex,
                         const char *document_hex)
{
    uint8_t hashes[64], expected[32];
    assert_int_equal(vc_proof_hashes(unsigned_, options, hashes, NULL), ASSAY_OK);
    from_hex(proof_hex, expected, 32);
    assert_memory_equal(hashes, expected, 32);
    from_hex(document_hex, expected, 32);
    assert_memory_equal(hashes + 32, expected, 32);
}

static void the_w3c_vector_comes_out_byte_for_byte(void **state)
{
    (void)state;
    json_t *pair = credentials("w3c-eddsa-jcs-2022/keyPair");
    json_t *plain = credentials("w3c-eddsa-jcs-2022/unsigned");
    json_t *options = credentials("w3c-eddsa-jcs-2022/proofConfigJCS");
    json_t *whole = credentials("w3c-eddsa-jcs-2022/signedJCS");
    const char *secret = text_of(pair, "privateKeyMultibase");
    uint8_t seed[32];
    size_t n;
    assert_int_equal(multikey_read_secret(secret, strlen(secret), seed, NULL), ASSAY_OK);
    test_key k = key_of_seed(seed);
    char *a = read_text("credentials/w3c-eddsa-jcs-2022/canonDocJCS.txt", &n);
    char *b = read_text("credentials/w3c-eddsa-jcs-2022/proofCanonJCS.txt", &n);
    char *c = read_text("credentials/w3c-eddsa-jcs-2022/proofHashJCS.txt", &n);
    char *d = read_text("credentials/w3c-eddsa-jcs-2022/docHashJCS.txt", &n);
    char *e = read_text("credentials/w3c-eddsa-jcs-2022/sigBTC58JCS.txt", &n);
    check_canonical(plain, a);
    check_canonical(options, b);
    check_hashes(plain, options, c, d);
    check_signing(plain, whole, &k);
    assert_string_equal(text_of(proof_of(whole), "proofValue"), e);
    char *texts[] = {a, b, c, d, e};
    for (size_t i = 0; i < 5; i++)
        free(texts[i]);
    json_t *values[] = {pair, plain, options, whole};
    for (size_t i = 0; i < 4; i++)
        json_decref(values[i]);
}

static void three_credentials_of_another_maker_come_out_byte_for_byte(void **state)
{
    (void)state;
    json_t *all = credentials("generated-eddsa-jcs-2022"), *list = json_object_get(all, "cases");
    assert_int_equal(json_array_size(list), 3);
    for (size_t i = 0; i < 3; i++) {
        const json_t *c = json_array_get(list, i), *plain = json_object_get(c, "unsigned");
        const json_t *options = json_object_get(c, "proofConfig");
        uint8_t seed[32];
        from_hex(text_of(c, "seedHex"), seed, 32);
        test_key k = key_of_seed(seed);
        check_canonical(plain, text_of(c, "canonDocument"));
        check_canonical(options, text_of(c, "canonProof"));
        check_hashes(plain, options, text_of(c, "proofHashHex"), text_of(c, "docHashHex"));
        check_signing(plain, json_object_get(c, "signed"), &k);
    }
    json_decref(all);
}

static json_t *signed_twice(test_key *a, test_key *b)
{
    json_t *all = credentials("generated-eddsa-jcs-2022");
    json_t *document = json_deep_copy(
        json_object_get(json_array_get(json_object_get(all, "cases"), 0), "unsigned"));
    vc_signer x = {a->method, test_sign, a}, y = {b->method, test_sign, b};
    assert_int_equal(vc_proof_add(document, &x, 1767225600000000000, NULL), ASSAY_OK);
    assert_int_equal(vc_proof_add(document, &y, 1767225600000000000, NULL), ASSAY_OK);
    json_decref(all);
    return document;
}

static void proofs_of_a_set_hold_each_alone(void **state)
{
    (void)state;
    test_key a = key_number(1), b = key_number(2);
    json_t *document = signed_twice(&a, &b);
    assert_int_equal(vc_proof_count(document), 2);
    const json_t *first = vc_proof_at(document, 0), *second = vc_proof_at(document, 1);
    assert_int_equal(vc_proof_verify(document, first, a.public, NULL), ASSAY_OK);
    assert_int_equal(vc_proof_verify(document, second, b.public, NULL), ASSAY_OK);
    assert_int_equal(vc_proof_verify(document, second, a.public, NULL), ASSAY_CONFLICT);
    json_array_remove(json_object_get(document, "proof"), 0);
    assert_int_equal(vc_proof_verify(document, vc_proof_at(document, 0), b.public, NULL), ASSAY_OK);
    json_decref(document);
}

static void a_set_has_a_bound(void **state)
{
    (void)state;
    test_key a = key_number(1);
    json_t *document = json_pack("{s:s}", "id", "urn:x");
    vc_signer x = {a.method, test_sign, &a};
    for (int i = 0; i < VC_PROOFS_MAX; i++)
        assert_int_equal(vc_proof_add(document, &x, 0, NULL), ASSAY_OK);
    assert_int_equal(vc_proof_add(document, &x, 0, NULL), ASSAY_LIMIT);
    assert_null(json_object_get(vc_proof_at(document, 0), "@context"));
    assert_int_equal(vc_proof_verify(document, vc_proof_at(document, 7), a.public, NULL), ASSAY_OK);
    json_decref(document);
}

/* Change each byte of the canonical text that leaves it JSON; nothing may still hold. */
static void a_changed_byte_is_noticed(void **state)
{
    (void)state;
    json_t *all = credentials("generated-eddsa-jcs-2022");
    const json_t *c = json_array_get(json_object_get(all, "cases"), 1);
    uint8_t seed[32];
    buf text = BUF_INIT;
    size_t tried = 0;
    from_hex(text_of(c, "seedHex"), seed, 32);
    test_key k = key_of_seed(seed);
    assert_int_equal(jcs_write(json_object_get(c, "signed"), &text, NULL), ASSAY_OK);
    for (size_t i = 0; i < text.length; i++) {
        json_t *changed = NULL;
        text.data[i] ^= 1;
        if (jcs_read(text.data, text.length, &changed, NULL) == ASSAY_OK) {
            tried++;
            if (vc_proof_count(changed) == 1 &&
                vc_proof_verify(changed, vc_proof_at(changed, 0), k.public, NULL) == ASSAY_OK)
                fail_msg("a change of byte %zu is not noticed", i);
        }
        json_decref(changed);
        text.data[i] ^= 1;
    }
    assert_true(tried > 1000);
    buf_done(&text);
    json_decref(all);
}

static assay_status with(const char *key, json_t *value)
{
    test_key k = key_number(1);
    json_t *all = credentials("generated-eddsa-jcs-2022");
    json_t *document = json_object_get(json_array_get(json_object_get(all, "cases"), 0), "signed");
    json_object_set_new(proof_of(document), key, value);
    assay_status status = vc_proof_verify(document, proof_of(document), k.public, NULL);
    json_decref(all);
    return status;
}

static void malformed_proofs_and_other_suites_are_told_apart(void **state)
{
    (void)state;
    assert_int_equal(with("type", json_string("DataIntegrityProof")), ASSAY_OK);
    assert_int_equal(with("type", json_string("Ed25519Signature2020")), ASSAY_UNSUPPORTED);
    assert_int_equal(with("cryptosuite", json_string("eddsa-rdfc-2022")), ASSAY_UNSUPPORTED);
    assert_int_equal(with("cryptosuite", json_null()), ASSAY_UNSUPPORTED);
    assert_int_equal(with("previousProof", json_string("urn:x")), ASSAY_UNSUPPORTED);
    assert_int_equal(with("proofValue", json_string("u2Hn")), ASSAY_FORMAT);
    assert_int_equal(with("proofValue", json_string("z2HnFSS")), ASSAY_FORMAT);
    assert_int_equal(with("proofValue", json_integer(1)), ASSAY_FORMAT);
    assert_int_equal(with("proofPurpose", json_string("authentication")), ASSAY_CONFLICT);
    assert_int_equal(with("@context", json_string("https://other.example")), ASSAY_CONFLICT);
    assert_int_equal(with("@context", json_pack("[s,s,s]", VC_DATA_MODEL, "b", "c")),
                     ASSAY_CONFLICT);
    json_t *none = json_pack("{s:[s]}", "proof", "text");
    uint8_t key[32] = {0};
    assert_int_equal(vc_proof_verify(none, vc_proof_at(none, 0), key, NULL), ASSAY_FORMAT);
    json_decref(none);
}

/* More contexts may follow those that were signed; other ones in front may not. */
static void the_context_of_the_proof_must_begin_the_documents(void **state)
{
    (void)state;
    test_key k = key_number(1);
    json_t *all = credentials("generated-eddsa-jcs-2022");
    json_t *document = json_object_get(json_array_get(json_object_get(all, "cases"), 0), "signed");
    json_t *context = json_object_get(document, "@context"), *kept = json_deep_copy(context);
    json_object_set_new(proof_of(document), "@context", kept);
    json_array_append_new(context, json_string("https://more.example"));
    assert_int_equal(vc_proof_verify(document, proof_of(document), k.public, NULL), ASSAY_OK);
    json_array_insert_new(context, 0, json_string("https://front.example"));
    assert_int_equal(vc_proof_verify(document, proof_of(document), k.public, NULL), ASSAY_CONFLICT);
    json_object_del(document, "@context");
    assert_int_equal(vc_proof_verify(document, proof_of(document), k.public, NULL), ASSAY_CONFLICT);
    json_decref(all);
}

static assay_status refuse(void *context, const uint8_t hashes[64], uint8_t out[64], assay_err *err)
{
    (void)context, (void)hashes, (void)out;
    return assay_fail(err, ASSAY_BUSY, 0, "not now");
}

static void a_signer_that_fails_leaves_the_document_alone(void **state)
{
    (void)state;
    json_t *document = json_pack("{s:s}", "id", "urn:x");
    vc_signer signer = {"did:key:x#x", refuse, NULL};
    assert_int_equal(vc_proof_add(document, &signer, 0, NULL), ASSAY_BUSY);
    assert_int_equal(vc_proof_count(document), 0);
    json_decref(document);
}

static void contexts_and_proofs_of_every_form_are_read(void **state)
{
    (void)state;
    static const char *const documents[] = {"{\"@context\":\"a\"}", "{\"@context\":[\"a\",\"b\"]}", "{}"};
    static const char *const contexts[] = {"\"a\"", "[\"a\"]", "[\"a\",\"c\"]", "[\"a\",\"b\",\"c\"]"};
    test_key key = key_number(3);
    vc_signer signer = {key.method, test_sign, &key};
    for (size_t i = 0; i < 3; i++)
        for (size_t k = 0; k < 4; k++) {
            json_t *d = json_loads(documents[i], 0, NULL);
            assert_int_equal(vc_proof_add(d, &signer, 0, NULL), ASSAY_OK);
            json_t *proof = json_deep_copy(vc_proof_at(d, 0));
            json_object_set_new(proof, "@context", json_loads(contexts[k], JSON_DECODE_ANY, NULL));
            assay_status status = vc_proof_verify(d, proof, key.public, NULL);
            assert_int_equal(status, i == 0 && k == 0 ? ASSAY_OK : ASSAY_CONFLICT); /* else another text is signed */
            json_decref(proof);
            json_decref(d);
        }
    json_t *d = json_loads(documents[1], 0, NULL);
    for (int i = 0; i < VC_PROOFS_MAX; i++)
        assert_int_equal(vc_proof_add(d, &signer, 0, NULL), ASSAY_OK);
    assert_int_equal(vc_proof_add(d, &signer, 0, NULL), ASSAY_LIMIT);
    assert_int_equal(vc_proof_count(d), VC_PROOFS_MAX);
    json_object_set(d, "proof", (json_t *)(uintptr_t)vc_proof_at(d, 2));
    assert_non_null(vc_proof_at(d, 0));
    assert_null(vc_proof_at(d, 1));
    assert_int_equal(vc_proof_check(json_object_get(d, "@context"), NULL), ASSAY_FORMAT);
    json_decref(d);
}

static void small_questions_have_answers(void **state)
{
    (void)state;
    int64_t ns;
    uint8_t key[32];
    json_t *c = json_pack("{s:[i,s], s:s}", "type", 1, "B", "issuer", "did:web:a");
    assert_true(vc_has_type(c, "B") && !vc_has_type(c, "A"));
    assert_string_equal(vc_issuer(c), "did:web:a");
    json_object_set_new(c, "issuer", json_pack("{s:s}", "id", "did:web:b"));
    assert_string_equal(vc_issuer(c), "did:web:b");
    json_object_set_new(c, "type", json_string("B"));
    assert_true(vc_has_type(c, "B") && !vc_has_type(c, "A"));
    assert_false(vc_time("2026-01-01T00:00:00", &ns) || vc_time("2026-13-01T00:00:00Z", &ns) || vc_time("2026-01-01 00:00:00Z", &ns) || vc_time("", &ns));
    assert_true(vc_time("2026-01-01T00:00:00.5+09:00", &ns));
    static const char *const bad[] = {"", "z", "x6Mk", "z1", "z0", "z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doKAAAA", "zQ3shokFTS3brHcDQrn82RUDfCZESWL1ZdCEJwekUDPQiYBme"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_not_equal(multikey_read(bad[i], strlen(bad[i]), key, NULL), ASSAY_OK);
    assert_int_not_equal(did_key_read("did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK#z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doL", key, NULL), ASSAY_OK);
    assert_int_not_equal(did_key_read("did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK#k", key, NULL), ASSAY_OK);
    json_decref(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_w3c_vector_comes_out_byte_for_byte),
        cmocka_unit_test(three_credentials_of_another_maker_come_out_byte_for_byte),
        cmocka_unit_test(proofs_of_a_set_hold_each_alone),
        cmocka_unit_test(a_set_has_a_bound),
        cmocka_unit_test(a_changed_byte_is_noticed),
        cmocka_unit_test(malformed_proofs_and_other_suites_are_told_apart),
        cmocka_unit_test(the_context_of_the_proof_must_begin_the_documents),
        cmocka_unit_test(a_signer_that_fails_leaves_the_document_alone),
        cmocka_unit_test(small_questions_have_answers),
        cmocka_unit_test(contexts_and_proofs_of_every_form_are_read),
    };
    return cmocka_run_group_tests_name("vc_proof", tests, NULL, NULL);
}
