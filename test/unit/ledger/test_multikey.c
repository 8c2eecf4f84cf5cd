/* SPDX-License-Identifier: GPL-3.0-or-later */
/* base58, Multikey, did:key, did:web and their documents. */
#include "credentials.h"

#include "base/time.h"
#include "ledger/base58.h"
#include "ledger/did.h"

static void published_keys_are_written_and_read(void **state)
{
    (void)state;
    json_t *all = credentials("did-key-ed25519"), *list = json_object_get(all, "cases");
    assert_int_equal(json_array_size(list), 3);
    for (size_t i = 0; i < 3; i++) {
        const json_t *c = json_array_get(list, i);
        uint8_t seed[32], key[32], back[32];
        char text[BASE58_TEXT_MAX + 1];
        size_t used;
        from_hex(text_of(c, "seedHex"), seed, 32);
        from_hex(text_of(c, "publicKeyHex"), key, 32);
        test_key k = key_of_seed(seed);
        assert_memory_equal(k.public, key, 32);
        assert_string_equal(k.did, text_of(c, "did"));
        base58_write(key, 32, text);
        assert_string_equal(text, text_of(c, "publicKeyBase58"));
        assert_true(base58_read(text, strlen(text), back, 32, &used));
        assert_int_equal(used, 32);
        assert_memory_equal(back, key, 32);
        assert_int_equal(did_key_read(k.did, back, NULL), ASSAY_OK);
        assert_memory_equal(back, key, 32);
        assert_int_equal(did_key_read(k.method, back, NULL), ASSAY_OK);
    }
    json_decref(all);
}

static void zeros_in_front_are_ones(void **state)
{
    (void)state;
    static const struct {
        const char *hex, *text;
    } cases[] = {{"", ""},
                 {"00", "1"},
                 {"0000", "11"},
                 {"61", "2g"},
                 {"626262", "a3gV"},
                 {"636363", "aPEr"},
                 {"516b6fcd0f", "ABnLTmg"},
                 {"00eb15231dfceb60925886b67d065299925915aeb172c06647",
                  "1NS17iag9jJgTHD1VXjvLCEnZuQ3rJDE9L"},
                 {"00000000000000000000", "1111111111"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint8_t bytes[64], back[64];
        size_t n = strlen(cases[i].hex) / 2, used;
        char text[BASE58_TEXT_MAX + 1];
        from_hex(cases[i].hex, bytes, n);
        assert_int_equal(base58_write(bytes, n, text), strlen(cases[i].text));
        assert_string_equal(text, cases[i].text);
        assert_true(base58_read(text, strlen(text), back, sizeof back, &used));
        assert_int_equal(used, n);
        assert_memory_equal(back, bytes, n);
        if (n)
            assert_false(base58_read(text, strlen(text), back, n - 1, &used));
    }
}

static void other_letters_and_long_texts_are_no_base58(void **state)
{
    (void)state;
    uint8_t out[BASE58_TEXT_MAX];
    char text[BASE58_TEXT_MAX + 2];
    size_t used;
    for (const char *bad = "0OIl +/\x80"; *bad; bad++)
        assert_false(base58_read(bad, 1, out, sizeof out, &used));
    assert_false(base58_read("2\0", 2, out, sizeof out, &used));
    memset(text, '1', sizeof text);
    assert_false(base58_read(text, BASE58_TEXT_MAX + 1, out, sizeof out, &used));
    assert_true(base58_read(text, BASE58_TEXT_MAX, out, sizeof out, &used));
}

static void a_changed_key_is_no_key(void **state)
{
    (void)state;
    test_key k = key_number(7);
    uint8_t out[32];
    char text[DID_KEY_METHOD];
    assert_int_equal(multikey_read(k.did + 8, 48, out, NULL), ASSAY_OK);
    assert_int_not_equal(multikey_read(k.did + 8, 47, out, NULL), ASSAY_OK);
    assert_int_equal(multikey_read(k.did + 9, 47, out, NULL), ASSAY_FORMAT);
    assert_int_equal(multikey_read("", 0, out, NULL), ASSAY_FORMAT);
    char long_key[BASE58_TEXT_MAX + 2] = "z";
    memset(long_key + 1, 'y', BASE58_TEXT_MAX);
    assert_int_equal(multikey_read(long_key, BASE58_TEXT_MAX + 1, out, NULL), ASSAY_FORMAT);
    static const uint8_t other[34] = {0xed, 0x02}; /* of two bytes the first as Ed25519 has it */
    base58_write(other, sizeof other, long_key + 1);
    assert_int_equal(multikey_read(long_key, strlen(long_key), out, NULL), ASSAY_UNSUPPORTED);
    assert_int_equal(multikey_read_secret(k.did + 8, 48, out, NULL), ASSAY_UNSUPPORTED);
    assert_int_equal(did_key_read("did:web:example.org", out, NULL), ASSAY_FORMAT);
    memcpy(text, k.method, sizeof text);
    text[strlen(text) - 1] = text[strlen(text) - 1] == '2' ? '3' : '2';
    assert_int_equal(did_key_read(text, out, NULL), ASSAY_FORMAT);
}

static void the_secret_form_gives_the_seed(void **state)
{
    (void)state;
    json_t *pair = credentials("w3c-eddsa-jcs-2022/keyPair");
    const char *secret = text_of(pair, "privateKeyMultibase");
    uint8_t seed[32];
    assert_int_equal(multikey_read_secret(secret, strlen(secret), seed, NULL), ASSAY_OK);
    test_key k = key_of_seed(seed);
    assert_string_equal(k.did + 8, text_of(pair, "publicKeyMultibase"));
    json_decref(pair);
}

static void a_did_web_tells_where_its_document_lies(void **state)
{
    (void)state;
    static const struct {
        const char *did, *url, *place;
    } cases[] = {
        {"did:web:quality.example", "https://quality.example/.well-known/did.json",
         "https://Quality.Example/"},
        {"did:web:quality.example%3A8443", "https://quality.example:8443/.well-known/did.json",
         "quality.example:8443"},
        {"did:web:w3c-ccg.github.io:user:Alice", "https://w3c-ccg.github.io/user/Alice/did.json",
         "w3c-ccg.github.io/user/Alice"},
        {"did:web:a.b%3A1:x", "https://a.b:1/x/did.json", "a.b:1/x/"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        buf url = BUF_INIT, did = BUF_INIT;
        assert_int_equal(did_web_url(cases[i].did, &url, NULL), ASSAY_OK);
        assert_string_equal(url.data, cases[i].url);
        assert_int_equal(did_web_of(cases[i].place, &did, NULL), ASSAY_OK);
        assert_string_equal(did.data, cases[i].did);
        buf_done(&url);
        buf_done(&did);
    }
}

static void what_would_lead_elsewhere_is_no_did_web(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "did:web:",           "did:web:a/b",  "did:web:a:..",  "did:web:a::b",  "did:web:a:",
        "did:web:A.example",  "did:web:a@b",  "did:web:a%2Fb", "did:web:a%3Ab", "did:web:a%3A",
        "did:web:a%3A123456", "did:web:a%3A-1", "did:web:a?x",  "did:web:a#x",   "did:web:.a",    "did:web:a..b",
        "did:web:a:b%2e",     "did:key:z6Mk", "did:web:a b",   "did:web:a:b c", "did:web:[::1]",
    };
    buf url = BUF_INIT;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (did_web_url(bad[i], &url, NULL) == ASSAY_OK)
            fail_msg("%s is taken", bad[i]);
    assert_int_equal(did_web_of("", &url, NULL), ASSAY_DOMAIN);
    assert_int_equal(did_web_of("http://a.b", &url, NULL), ASSAY_DOMAIN);
    buf_done(&url);
}

static void a_document_says_which_key_speaks(void **state)
{
    (void)state;
    test_key k = key_number(1), old = key_number(2);
    json_t *document, *jwk = json_pack("{s:s}", "kty", "RSA");
    const did_method methods[] = {
        {.id = "did:web:a#1", .multibase = k.did + 8, .revoked = TIME_NONE, .is_assertion = true},
        {.id = "did:web:a#2", .multibase = old.did + 8, .revoked = 1000000000},
        {.id = "did:web:a#3", .jwk = jwk, .revoked = TIME_NONE, .is_assertion = true},
    };
    did_method m;
    assert_int_equal(did_document_write("did:web:a", methods, 3, &document, NULL), ASSAY_OK);
    assert_int_equal(did_document_check(document, "did:web:a", NULL), ASSAY_OK);
    assert_int_equal(did_document_check(document, "did:web:b", NULL), ASSAY_CONFLICT);
    assert_int_equal(did_document_method(document, "did:web:a#1", &m, NULL), ASSAY_OK);
    assert_true(m.is_assertion && m.revoked == TIME_NONE);
    assert_string_equal(m.multibase, k.did + 8);
    assert_string_equal(m.controller, "did:web:a");
    assert_int_equal(did_document_method(document, "#2", &m, NULL), ASSAY_OK);
    assert_true(!m.is_assertion && m.revoked == 1000000000);
    assert_int_equal(did_document_method(document, "did:web:a#3", &m, NULL), ASSAY_OK);
    assert_ptr_equal(m.jwk, jwk);
    assert_int_equal(did_document_method(document, "did:web:b#1", &m, NULL), ASSAY_NOT_FOUND);
    assert_int_equal(json_array_size(json_object_get(document, "@context")), 3);
    json_decref(document);
    const did_method turned[] = {methods[2], methods[0]}; /* the term of a JWK is declared all the same */
    assert_int_equal(did_document_write("did:web:a", turned, 2, &document, NULL), ASSAY_OK);
    assert_int_equal(json_array_size(json_object_get(document, "@context")), 3);
    json_decref(document);
    json_decref(jwk);
}

static void methods_may_be_embedded_and_ids_short(void **state)
{
    (void)state;
    json_t *document = json_loads("{\"id\":\"did:web:a\",\"verificationMethod\":[7,{\"id\":\"#k\","
                                  "\"controller\":\"did:web:a\"},"
                                  "{\"id\":\"x\"}],\"assertionMethod\":[\"#k\",{\"id\":\"did:web:a#"
                                  "e\",\"controller\":\"did:web:b\","
                                  "\"revoked\":\"nonsense\"}]}",
                                  0, NULL);
    did_method m;
    assert_int_equal(did_document_method(document, "did:web:a#k", &m, NULL), ASSAY_OK);
    assert_true(m.is_assertion);
    assert_int_equal(did_document_method(document, "did:web:a#e", &m, NULL), ASSAY_OK);
    assert_true(m.is_assertion && m.revoked < 0 && m.revoked != TIME_NONE);
    assert_false(did_document_at(document, 2, &m));
    json_decref(document);
    assert_int_not_equal(did_document_check(NULL, "did:web:a", NULL), ASSAY_OK);
}

static void ed25519_judges_as_wycheproof_does(void **state)
{
    (void)state;
    json_t *all = credentials("wycheproof-ed25519_test"), *groups;
    size_t cases = 0, valid = 0;
    groups = json_object_get(all, "testGroups");
    for (size_t g = 0; g < json_array_size(groups); g++) {
        const json_t *group = json_array_get(groups, g), *tests = json_object_get(group, "tests");
        uint8_t key[32];
        from_hex(text_of(json_object_get(group, "publicKey"), "pk"), key, 32);
        for (size_t i = 0; i < json_array_size(tests); i++, cases++) {
            const json_t *t = json_array_get(tests, i);
            const char *message = text_of(t, "msg"), *sig = text_of(t, "sig");
            size_t n = strlen(message) / 2, m = strlen(sig) / 2;
            uint8_t *bytes = malloc(n + 1), signature[128];
            from_hex(message, bytes, n);
            from_hex(sig, signature, m);
            bool is_valid = strcmp(text_of(t, "result"), "valid") == 0;
            bool is_taken = m == 64 && ed25519_verify(key, bytes, n, signature);
            if (is_taken != is_valid)
                fail_msg("case %zu is judged wrongly", cases + 1);
            valid += is_taken;
            free(bytes);
        }
    }
    assert_int_equal(cases, 151);
    assert_int_equal(valid, 88);
    json_decref(all);
}

static void odd_documents_name_no_key(void **state)
{
    (void)state;
    static const char did[] = "did:web:a.example";
    did_method m;
    json_t *many = json_array(), *d = json_pack("{s:s, s:o, s:[i,s]}", "id", did, "verificationMethod", many, "assertionMethod", 5, "#k1");
    json_array_append_new(many, json_string("#k0"));
    json_array_append_new(many, json_pack("{s:s}", "id", "#k1"));          /* no controller */
    json_array_append_new(many, json_pack("{s:s}", "controller", did));    /* no id */
    json_array_append_new(many, json_pack("{s:s, s:s}", "id", "#k1", "controller", did));
    assert_int_equal(did_document_method(d, "did:web:a.example#k1", &m, NULL), ASSAY_OK);
    assert_true(m.is_assertion);
    static const char *const times[] = {"never", "2026-01-01T00:00:00"};
    for (size_t i = 0; i < 2; i++) { /* a time that cannot be read withdraws from the beginning */
        json_object_set_new(json_array_get(many, 3), "revoked", json_string(times[i]));
        assert_int_equal(did_document_method(d, "#k1", &m, NULL), ASSAY_OK);
        assert_true(m.revoked == INT64_MIN + 1);
    }
    json_object_set_new(json_array_get(many, 3), "revoked", json_integer(1));
    assert_int_equal(did_document_method(d, "#k1", &m, NULL), ASSAY_OK);
    assert_true(m.revoked == INT64_MIN + 1);
    for (int i = 0; i < DID_METHODS_MAX; i++)
        json_array_append_new(many, json_pack("{s:s, s:s}", "id", "#last", "controller", did));
    assert_int_equal(did_document_method(d, "#none", &m, NULL), ASSAY_NOT_FOUND);
    json_object_del(d, "id");
    assert_int_equal(did_document_method(d, "did:x#k1", &m, NULL), ASSAY_NOT_FOUND);
    assert_int_equal(did_document_check(d, did, NULL), ASSAY_FORMAT);
    assert_int_equal(did_document_check(many, did, NULL), ASSAY_FORMAT);
    json_decref(d);
    json_t *other = json_pack("{s:s}", "id", "did:web:b.example");
    assert_int_equal(did_document_check(other, did, NULL), ASSAY_CONFLICT);
    assert_int_equal(did_document_check(other, "did:web:b.example", NULL), ASSAY_OK);
    json_decref(other);
}

static void odd_places_are_no_issuer(void **state)
{
    (void)state;
    static const char *const bad[] = {"", "/", ".example", "a.example.", "a..example", "a:port", "a:8443x", "a:123456", "a:", "a/b%20c", "a/\xc3\xa9", "a/..", "a//b", "a_b", "a/b:c"};
    buf b = BUF_INIT;
    char long_host[300];
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (did_web_of(bad[i], &b, NULL) != ASSAY_DOMAIN)
            fail_msg("taken: %s", bad[i]);
    memset(long_host, 'a', 254);
    long_host[254] = '\0';
    assert_int_equal(did_web_of(long_host, &b, NULL), ASSAY_DOMAIN);
    char long_did[600] = "did:web:a.example";
    for (size_t i = strlen(long_did); i < 510; i += 2)
        memcpy(long_did + i, ":b", 3);
    assert_true(is_did_web(long_did));
    assert_false(is_did_web(strcat(long_did, ":b")));
    assert_int_equal(did_web_of("https://A.example:8443/x/Y_1-2.~/", &b, NULL), ASSAY_OK);
    assert_string_equal(b.data, "did:web:a.example%3A8443:x:Y_1-2.~");
    buf url = BUF_INIT;
    assert_int_equal(did_web_url(b.data, &url, NULL), ASSAY_OK);
    assert_string_equal(url.data, "https://a.example:8443/x/Y_1-2.~/did.json");
    buf_clear(&url);
    assert_int_equal(did_web_url("did:web:a.example:x%3A1", &url, NULL), ASSAY_FORMAT);
    buf_done(&b);
    buf_done(&url);
    uint8_t key[32];
    assert_int_not_equal(did_key_read("did:key:z6Mk", key, NULL), ASSAY_OK);
    assert_int_not_equal(did_key_read("did:key:", key, NULL), ASSAY_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_keys_are_written_and_read),
        cmocka_unit_test(zeros_in_front_are_ones),
        cmocka_unit_test(other_letters_and_long_texts_are_no_base58),
        cmocka_unit_test(a_changed_key_is_no_key),
        cmocka_unit_test(the_secret_form_gives_the_seed),
        cmocka_unit_test(a_did_web_tells_where_its_document_lies),
        cmocka_unit_test(what_would_lead_elsewhere_is_no_did_web),
        cmocka_unit_test(a_document_says_which_key_speaks),
        cmocka_unit_test(methods_may_be_embedded_and_ids_short),
        cmocka_unit_test(ed25519_judges_as_wycheproof_does),
        cmocka_unit_test(odd_places_are_no_issuer),
        cmocka_unit_test(odd_documents_name_no_key),
    };
    return cmocka_run_group_tests_name("multikey", tests, NULL, NULL);
}
