/* SPDX-License-Identifier: GPL-3.0-or-later */
/* JWS against the cookbooks of the IETF, keys, and the claims of a VC-JWT. */
#include "credentials.h"
#include "rsa_key.h"

#include "base/base64.h"

static jwk *public_key(const json_t *with_secret)
{
    static const char *const secret[] = {"d", "p", "q", "dp", "dq", "qi"};
    json_t *value = json_copy((json_t *)(uintptr_t)with_secret);
    jwk *k = NULL;
    assert_int_equal(jwk_read(value, &k, NULL), ASSAY_CONFLICT);
    for (size_t i = 0; i < 6; i++)
        json_object_del(value, secret[i]);
    assert_int_equal(jwk_read(value, &k, NULL), ASSAY_OK);
    json_decref(value);
    return k;
}

static void check_cookbook(const char *name)
{
    json_t *all = credentials(name);
    const char *compact = text_of(json_object_get(all, "output"), "compact");
    jwk *k = public_key(json_object_get(json_object_get(all, "input"), "key"));
    jws j;
    assay_err err = {0};
    assert_true(jws_is(compact, strlen(compact)));
    assert_ok(jws_read(compact, strlen(compact), true, &j, &err), err);
    assert_null(j.payload);
    assert_ok(jws_verify(&j, k, &err), err);
    j.signature[5] ^= 1;
    assert_int_equal(jws_verify(&j, k, &err), ASSAY_CONFLICT);
    j.signature[5] ^= 1;
    j.signature_length--;
    assert_int_equal(jws_verify(&j, k, &err), ASSAY_CONFLICT);
    jws_done(&j);
    jwk_free(k);
    json_decref(all);
}

static void the_cookbooks_signatures_hold(void **state)
{
    (void)state;
    check_cookbook("jose-rs256");
    check_cookbook("jose-ed25519");
}

static void rs256_is_written_as_the_cookbook_has_it(void **state)
{
    (void)state;
    EVP_PKEY *key = rsa_new(3072);
    json_t *value = rsa_public(key), *payload = json_pack("{s:s}", "a", "b");
    jws_signer signer = {"https://a.example/key", rsa_sign, key};
    jwk *k;
    jws j;
    buf text = BUF_INIT;
    assay_err err = {0};
    assert_ok(jwk_read(value, &k, &err), err);
    assert_string_equal(jwk_algorithm(k), "RS256");
    assert_ok(jws_write(payload, &signer, &text, &err), err);
    buf_add_char(&text, '\n');
    assert_ok(jws_read(text.data, text.length, false, &j, &err), err);
    assert_true(json_equal(j.payload, payload));
    assert_int_equal(json_object_size(j.header), 3);
    assert_ok(jws_verify(&j, k, &err), err);
    jws_done(&j);
    for (size_t i = 0; i + 1 < text.length; i++) {
        char kept = text.data[i];
        text.data[i] = kept == 'A' ? 'B' : 'A';
        if (jws_read(text.data, text.length, false, &j, NULL) == ASSAY_OK) {
            if (jws_verify(&j, k, NULL) == ASSAY_OK)
                fail_msg("a change of byte %zu is not noticed", i);
            jws_done(&j);
        }
        text.data[i] = kept;
    }
    buf_done(&text);
    jwk_free(k);
    json_decref(value);
    json_decref(payload);
    EVP_PKEY_free(key);
}

static void weak_and_odd_keys_are_refused(void **state)
{
    (void)state;
    EVP_PKEY *key = rsa_new(1024), *middle = rsa_new(2048);
    json_t *weak = rsa_public(key), *good = rsa_public(middle);
    json_t *payload = json_pack("{s:s}", "a", "b");
    jws_signer signer = {"https://a.example/key", rsa_sign, middle};
    jwk *k;
    buf text = BUF_INIT;
    assert_int_equal(jwk_read(weak, &k, NULL), ASSAY_LIMIT);
    assert_int_equal(jws_write(payload, &signer, &text, NULL), ASSAY_LIMIT);
    json_object_set_new(good, "e", json_string("AQ"));
    assert_int_equal(jwk_read(good, &k, NULL), ASSAY_LIMIT);
    json_object_set_new(good, "e", json_string(""));
    assert_int_equal(jwk_read(good, &k, NULL), ASSAY_FORMAT);
    json_object_set_new(good, "kty", json_string("oct"));
    assert_int_equal(jwk_read(good, &k, NULL), ASSAY_UNSUPPORTED);
    assert_int_equal(jwk_read(payload, &k, NULL), ASSAY_UNSUPPORTED);
    assert_int_equal(jwk_read(NULL, &k, NULL), ASSAY_FORMAT);
    json_t *curve = json_pack("{s:s, s:s, s:s}", "kty", "OKP", "crv", "X25519", "x", "AAAA");
    assert_int_equal(jwk_read(curve, &k, NULL), ASSAY_UNSUPPORTED);
    json_object_set_new(curve, "crv", json_string("Ed25519"));
    assert_int_equal(jwk_read(curve, &k, NULL), ASSAY_FORMAT);
    buf_done(&text);
    json_decref(curve);
    json_decref(weak);
    json_decref(good);
    json_decref(payload);
    EVP_PKEY_free(key);
    EVP_PKEY_free(middle);
}

static void the_thumbprint_of_rfc_8037_comes_out(void **state)
{
    (void)state;
    json_t *k = json_pack("{s:s, s:s, s:s, s:s}", "kty", "OKP", "crv", "Ed25519", "x",
                          "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo", "kid", "any");
    char out[JWK_THUMBPRINT];
    assert_int_equal(jwk_thumbprint(k, out, NULL), ASSAY_OK);
    assert_string_equal(out, "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
    json_t *same = json_copy(k);
    json_object_del(same, "kid");
    assert_true(jwk_same(k, same));
    json_object_set_new(same, "x", json_string("AAAA"));
    assert_false(jwk_same(k, same));
    assert_false(jwk_same(NULL, NULL));
    json_decref(k);
    json_decref(same);
}

static assay_status read_header(const char *header)
{
    buf text = BUF_INIT;
    jws j;
    base64_add(&text, header, strlen(header), BASE64_URL);
    buf_add_text(&text, ".e30.AAAA");
    assay_status status = jws_read(text.data, text.length, false, &j, NULL);
    if (!status)
        jws_done(&j);
    buf_done(&text);
    return status;
}

static void a_header_has_what_it_must_and_nothing_else(void **state)
{
    (void)state;
    assert_int_equal(read_header("{\"alg\":\"RS256\",\"kid\":\"k\"}"), ASSAY_OK);
    assert_int_equal(read_header("{\"alg\":\"RS256\",\"kid\":\"k\",\"typ\":\"JWT\"}"), ASSAY_OK);
    assert_int_equal(read_header("{\"alg\":\"RS256\",\"jwk\":{}}"), ASSAY_OK);
    assert_int_equal(read_header("{\"alg\":\"RS256\"}"), ASSAY_FORMAT);
    assert_int_equal(read_header("{\"alg\":\"RS256\",\"kid\":\"k\",\"jwk\":{}}"), ASSAY_FORMAT);
    assert_int_equal(read_header("{\"alg\":\"RS256\",\"jwk\":7}"), ASSAY_FORMAT);
    assert_int_equal(read_header("{\"kid\":\"k\"}"), ASSAY_FORMAT);
    assert_int_equal(read_header("{\"alg\":\"RS256\",\"kid\":\"k\",\"typ\":\"JOSE\"}"),
                     ASSAY_FORMAT);
    assert_int_equal(read_header("{\"alg\":\"RS256\",\"kid\":\"k\",\"crit\":[]}"),
                     ASSAY_UNSUPPORTED);
    assert_int_equal(read_header("[]"), ASSAY_FORMAT);
    assert_int_equal(read_header("{\"alg\":\"RS256\",\"alg\":\"none\",\"kid\":\"k\"}"),
                     ASSAY_FORMAT);
}

static void what_is_not_three_parts_is_no_jws(void **state)
{
    (void)state;
    static const char *const bad[] = {"", ".", "..", "a.b", ".a.b", "a.b.c.d", "a=.b.c", "{}.b.c"};
    jws j;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_false(jws_is(bad[i], strlen(bad[i])));
        assert_int_equal(jws_read(bad[i], strlen(bad[i]), true, &j, NULL), ASSAY_FORMAT);
    }
    const char *unsigned_ = "eyJhbGciOiJSUzI1NiIsImtpZCI6ImsifQ.e30.";
    assert_int_equal(jws_read(unsigned_, strlen(unsigned_), false, &j, NULL), ASSAY_FORMAT);
}

static void none_and_the_algorithm_of_another_key_are_refused(void **state)
{
    (void)state;
    static const char *const headers[] = {"{\"alg\":\"none\",\"kid\":\"k\"}",
                                          "{\"alg\":\"HS256\",\"kid\":\"k\"}",
                                          "{\"alg\":\"RS256\",\"kid\":\"k\"}"};
    json_t *all = credentials("jose-ed25519");
    jwk *k = public_key(json_object_get(json_object_get(all, "input"), "key"));
    for (size_t i = 0; i < 3; i++) {
        buf text = BUF_INIT;
        jws j;
        base64_add(&text, headers[i], strlen(headers[i]), BASE64_URL);
        buf_add_text(&text, ".e30.AAAA");
        assert_int_equal(jws_read(text.data, text.length, false, &j, NULL), ASSAY_OK);
        assert_int_equal(jws_verify(&j, k, NULL), ASSAY_UNSUPPORTED);
        jws_done(&j);
        buf_done(&text);
    }
    jwk_free(k);
    json_decref(all);
}

static json_t *credential(void)
{
    return json_pack("{s:s, s:{s:s}, s:{s:s}, s:s, s:s}", "id", "urn:uuid:1", "issuer", "id",
                     "did:web:a", "credentialSubject", "id", "urn:uuid:2", "validFrom",
                     "2026-01-01T00:00:00Z", "validUntil", "2027-01-01T00:00:00.5+01:00");
}

static void claims_repeat_the_credential_and_must_agree(void **state)
{
    (void)state;
    static const char *const names[] = {"iss", "jti", "sub", "nbf", "exp"};
    json_t *plain = credential(), *payload;
    assert_int_equal(jwt_claims_add(plain, &payload, NULL), ASSAY_OK);
    assert_string_equal(text_of(payload, "iss"), "did:web:a");
    assert_string_equal(text_of(payload, "jti"), "urn:uuid:1");
    assert_string_equal(text_of(payload, "sub"), "urn:uuid:2");
    assert_int_equal(json_integer_value(json_object_get(payload, "nbf")), 1767225600);
    assert_int_equal(json_integer_value(json_object_get(payload, "exp")), 1798758000);
    for (size_t i = 0; i < 5; i++) {
        json_t *changed = json_deep_copy(payload);
        json_object_del(changed, names[i]);
        assert_int_equal(jwt_claims_check(changed, NULL), ASSAY_CONFLICT);
        json_object_set_new(changed, names[i], i < 3 ? json_string("x") : json_integer(1));
        assert_int_equal(jwt_claims_check(changed, NULL), ASSAY_CONFLICT);
        json_decref(changed);
    }
    assert_int_equal(jwt_claims_check(payload, NULL), ASSAY_OK);
    assert_true(json_equal(payload, plain));
    json_object_del(plain, "validUntil");
    json_object_set_new(plain, "iat", json_integer(1));
    json_decref(payload);
    assert_int_equal(jwt_claims_add(plain, &payload, NULL), ASSAY_OK);
    assert_null(json_object_get(payload, "exp"));
    json_object_set_new(payload, "exp", json_integer(1));
    assert_int_equal(jwt_claims_check(payload, NULL), ASSAY_CONFLICT);
    json_decref(payload);
    json_decref(plain);
}

static void a_jwt_needs_ids_and_times(void **state)
{
    (void)state;
    json_t *payload, *c = credential();
    json_object_set_new(c, "validUntil", json_string("tomorrow"));
    assert_int_equal(jwt_claims_add(c, &payload, NULL), ASSAY_FORMAT);
    json_object_del(c, "validUntil");
    json_object_del(json_object_get(c, "credentialSubject"), "id");
    assert_int_equal(jwt_claims_add(c, &payload, NULL), ASSAY_MISSING);
    json_object_del(c, "validFrom");
    assert_int_equal(jwt_claims_add(c, &payload, NULL), ASSAY_FORMAT);
    json_decref(c);
}

static void claims_of_every_member_are_needed(void **state)
{
    (void)state;
    json_t *payload = NULL, *c = credential();
    assay_err err = {0};
    json_object_del(c, "issuer");
    assert_int_equal(jwt_claims_add(c, &payload, &err), ASSAY_MISSING);
    assert_non_null(strstr(err.message, "an issuer"));
    json_object_del(c, "id");
    assert_int_equal(jwt_claims_add(c, &payload, &err), ASSAY_MISSING);
    assert_non_null(strstr(err.message, "needs an id"));
    json_decref(c);
    c = credential();
    json_object_del(c, "id");
    assert_int_equal(jwt_claims_add(c, &payload, &err), ASSAY_MISSING);
    assert_non_null(strstr(err.message, "needs an id"));
    json_decref(c);
    c = credential();
    assert_int_equal(jwt_claims_add(c, &payload, NULL), ASSAY_OK);
    json_object_set_new(payload, "nbf", json_string("1767225600"));
    assert_int_equal(jwt_claims_check(payload, NULL), ASSAY_CONFLICT);
    json_object_set_new(payload, "validFrom", json_string("2026-01-01"));
    assert_int_equal(jwt_claims_check(payload, NULL), ASSAY_FORMAT);
    json_decref(payload);
    json_decref(c);
}

static void keys_are_compared_by_what_they_are(void **state)
{
    (void)state;
    json_t *a = json_pack("{s:s, s:s, s:s}", "kty", "OKP", "crv", "Ed25519", "x", "AAAA");
    json_t *b = json_pack("{s:s, s:s, s:s, s:s}", "kty", "OKP", "crv", "Ed25519", "x", "AAAA", "kid", "k");
    json_t *other = json_pack("{s:s, s:s, s:s}", "kty", "OKP", "crv", "Ed25519", "x", "BBBB");
    json_t *none = json_object(), *oct = json_pack("{s:s}", "kty", "oct");
    assert_true(jwk_same(a, b));
    assert_false(jwk_same(a, other));
    assert_false(jwk_same(a, none) || jwk_same(none, a) || jwk_same(none, none) || jwk_same(oct, none));
    jwk *k = NULL;
    json_object_set_new(a, "x", json_string("!"));
    assert_int_equal(jwk_read(a, &k, NULL), ASSAY_FORMAT);
    json_object_del(a, "x");
    assert_int_equal(jwk_read(a, &k, NULL), ASSAY_FORMAT);
    EVP_PKEY *key = rsa_new(2048);
    json_t *rsa = rsa_public(key);
    const char *const odd[] = {"Ag", "AQAAAAAAAAAAAQ"}; /* even; longer than 64 bits */
    for (size_t i = 0; i < 2; i++) {
        json_object_set_new(rsa, "e", json_string(odd[i]));
        assert_int_equal(jwk_read(rsa, &k, NULL), ASSAY_LIMIT);
    }
    json_object_set_new(rsa, "e", json_string("AQAB"));
    char *n = strdup(text_of(rsa, "n"));
    size_t length = strlen(n);
    n[length - 1] = 'A', n[length - 2] = 'A'; /* an even modulus */
    json_object_set_new(rsa, "n", json_string(n));
    assert_int_equal(jwk_read(rsa, &k, NULL), ASSAY_LIMIT);
    json_object_set_new(rsa, "n", json_integer(5));
    assert_int_equal(jwk_read(rsa, &k, NULL), ASSAY_FORMAT);
    free(n);
    EVP_PKEY_free(key);
    json_decref(a), json_decref(b), json_decref(other), json_decref(none), json_decref(oct), json_decref(rsa);
}

static void parts_are_bounded(void **state)
{
    (void)state;
    jws j;
    char *big = malloc(JWS_MAX + 2);
    memset(big, 'A', JWS_MAX + 2);
    assert_int_equal(jws_read(big, JWS_MAX + 1, false, &j, NULL), ASSAY_LIMIT);
    free(big);
    static const char *const bad[] = {"W10.W10.AA", "e30.W10.AA", "eyJhbGciOiJSUzI1NiIsImtpZCI6ImEifQ.W10.AA", "eyJhbGciOiJSUzI1NiIsImtpZCI6ImEifQ.e30.A",
                                      "eyJhbGciOiJSUzI1NiIsImtpZCI6ImEifQ.e30.", "  \n", "", "..", "\t e30.e30.AA \r\n"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (jws_read(bad[i], strlen(bad[i]), false, &j, NULL) == ASSAY_OK)
            fail_msg("taken: %s", bad[i]);
    assert_false(jws_is("", 0) || jws_is("\0", 1) || jws_is("a.b", 3));
    static const char bare[] = "eyJhbGciOiJSUzI1NiJ9.W10.AA"; /* a payload that is no object */
    assert_int_equal(jws_read(bare, strlen(bare), true, &j, NULL), ASSAY_OK);
    assert_null(j.payload);
    jws_done(&j);
    static const char no_header[] = "e30.W10.AA"; /* its header is asked for what it must have all the same */
    assert_int_equal(jws_read(no_header, strlen(no_header), true, &j, NULL), ASSAY_FORMAT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_cookbooks_signatures_hold),
        cmocka_unit_test(rs256_is_written_as_the_cookbook_has_it),
        cmocka_unit_test(weak_and_odd_keys_are_refused),
        cmocka_unit_test(the_thumbprint_of_rfc_8037_comes_out),
        cmocka_unit_test(a_header_has_what_it_must_and_nothing_else),
        cmocka_unit_test(what_is_not_three_parts_is_no_jws),
        cmocka_unit_test(none_and_the_algorithm_of_another_key_are_refused),
        cmocka_unit_test(claims_repeat_the_credential_and_must_agree),
        cmocka_unit_test(a_jwt_needs_ids_and_times),
        cmocka_unit_test(parts_are_bounded),
        cmocka_unit_test(keys_are_compared_by_what_they_are),
        cmocka_unit_test(claims_of_every_member_are_needed),
    };
    return cmocka_run_group_tests_name("jwt", tests, NULL, NULL);
}
