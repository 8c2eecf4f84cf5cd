/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is put on a shelf is found by what it says it is, and by nothing else. */
#include "credentials.h"

#include "ledger/vc.h"
#include "ledger/vc_shelf.h"

static const char document[] = "{\"id\":\"did:web:a.example\",\"verificationMethod\":[]}";
static const char list[] = "{\"id\":\"https://a.example/s1\",\"type\":[\"VerifiableCredential\",\"BitstringStatusListCredential\"]}";

static vc_shelf *shelf_new(void)
{
    vc_shelf *s = NULL;
    assert_int_equal(vc_shelf_new(&s, NULL), ASSAY_OK);
    return s;
}

static assay_status add(vc_shelf *s, const char *text)
{
    return vc_shelf_add(s, text, strlen(text), NULL);
}

static void documents_and_lists_are_found_by_name(void **state)
{
    (void)state;
    vc_shelf *s = shelf_new();
    json_t *o = NULL;
    buf text = BUF_INIT;
    assert_int_equal(add(s, list), ASSAY_OK);
    assert_int_equal(add(s, document), ASSAY_OK);
    assert_int_equal(add(s, "{\"id\":\"did:web:a.example\",\"assertionMethod\":[],\"newer\":true}"), ASSAY_OK);
    vc_sources from = vc_shelf_sources(s, 0);
    assert_false(vc_shelf_is_told(s));
    assert_int_equal(from.issuer(from.context, "did:web:a.example", &o, NULL), ASSAY_OK);
    assert_true(vc_shelf_is_told(s));
    assert_true(json_is_true(json_object_get(o, "newer")));
    json_decref(o);
    assert_int_equal(from.list(from.context, "https://a.example/s1", &text, NULL), ASSAY_OK);
    assert_string_equal(text.data, list);
    assert_int_equal(from.list(from.context, "did:web:a.example", &text, NULL), ASSAY_NOT_FOUND);
    assert_int_equal(from.issuer(from.context, "https://a.example/s1", &o, NULL), ASSAY_NOT_FOUND);
    buf_done(&text);
    vc_shelf_free(s);
    vc_shelf_free(NULL);
}

static void what_is_neither_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "", "{}", "[]", "hello", "{\"id\":\"x\"}", "{\"verificationMethod\":[]}", "{\"id\":5,\"assertionMethod\":[]}",
        "{\"id\":\"x\",\"verificationMethod\":[],\"type\":\"BitstringStatusListCredential\"}", "e30.e30.AA", "{\"id\":\"x\",\"verificationMethod\":{}}"};
    vc_shelf *s = shelf_new();
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(add(s, bad[i]), ASSAY_FORMAT);
    char *big = calloc(1, VC_MAX + 1);
    assert_int_equal(vc_shelf_add(s, big, VC_MAX + 1, NULL), ASSAY_LIMIT);
    free(big);
    for (int i = 0; i <= VC_SHELF_MAX; i++) {
        char text[100];
        snprintf(text, sizeof text, "{\"id\":\"did:web:a%d.example\",\"verificationMethod\":[]}", i);
        assert_int_equal(add(s, text), i < VC_SHELF_MAX ? ASSAY_OK : ASSAY_LIMIT);
    }
    vc_shelf_free(s);
}

static void what_is_not_there_is_asked_for_behind(void **state)
{
    (void)state;
    vc_shelf *front = shelf_new(), *back = shelf_new();
    json_t *o = NULL;
    buf text = BUF_INIT;
    assert_int_equal(add(back, document), ASSAY_OK);
    assert_int_equal(add(back, list), ASSAY_OK);
    const vc_sources behind = vc_shelf_sources(back, 0);
    vc_shelf_behind(front, &behind);
    vc_sources from = vc_shelf_sources(front, 0);
    assert_int_equal(from.issuer(from.context, "did:web:a.example", &o, NULL), ASSAY_OK);
    assert_false(vc_shelf_is_told(front));
    assert_true(vc_shelf_is_told(back));
    assert_int_equal(from.list(from.context, "https://a.example/s1", &text, NULL), ASSAY_OK);
    assert_int_equal(from.issuer(from.context, "did:web:b.example", &o, NULL), ASSAY_NOT_FOUND);
    json_decref(o);
    buf_done(&text);
    vc_shelf_free(front);
    vc_shelf_free(back);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(documents_and_lists_are_found_by_name),
        cmocka_unit_test(what_is_neither_is_refused),
        cmocka_unit_test(what_is_not_there_is_asked_for_behind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
