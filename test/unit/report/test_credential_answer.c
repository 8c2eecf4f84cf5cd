/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The answer about a credential: the worse of two forms counts, and what is not said is left out. */
#include "check.h"

#include "report/credential_answer.h"

static assay_err err;

static vc_report report_of(vc_verdict verdict, vc_reason reason)
{
    return (vc_report){.verdict = verdict, .reason = reason, .valid_from = TIME_NONE, .valid_until = TIME_NONE,
                       .status_from = TIME_NONE, .status = VC_NONE};
}

static void the_worse_of_two_forms_counts(void **state)
{
    (void)state;
    static const struct {
        vc_verdict first, second, all;
    } cases[] = {{VC_VALID, VC_VALID, VC_VALID},     {VC_VALID, VC_OPEN, VC_OPEN},       {VC_OPEN, VC_VALID, VC_OPEN},
                 {VC_OPEN, VC_INVALID, VC_INVALID},  {VC_INVALID, VC_OPEN, VC_INVALID},  {VC_VALID, VC_INVALID, VC_INVALID},
                 {VC_INVALID, VC_VALID, VC_INVALID}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        vc_report both[] = {report_of(cases[i].first, VC_EXPIRED), report_of(cases[i].second, VC_REVOKED)};
        credential_answer a = credential_answer_of(both, 2);
        assert_int_equal(a.verdict, cases[i].all);
        assert_int_equal(a.reason, cases[i].first == cases[i].all ? VC_EXPIRED : VC_REVOKED);
        assert_false(a.is_badge);
        assert_string_equal(a.odd, "a credential, but no Open Badge");
    }
}

static void it_is_signed_when_one_proof_holds(void **state)
{
    (void)state;
    vc_report both[] = {report_of(VC_OPEN, VC_SUITE), report_of(VC_OPEN, VC_SUITE)};
    credential_answer a = credential_answer_of(both, 2);
    assert_false(credential_is_signed(&a));
    both[0].proof_count = both[1].proof_count = 2;
    for (size_t i = 0; i < 4; i++)
        both[i / 2].proofs[i % 2].reason = VC_SUITE;
    assert_false(credential_is_signed(&a));
    both[1].proofs[1].reason = VC_FINE;
    assert_true(credential_is_signed(&a));
}

static void holds(const buf *text, const char *const *members)
{
    for (; *members; members++)
        if (!strstr(buf_text(text), *members))
            fail_msg("%s is not in %s", *members, buf_text(text));
}

static void write_answer(const credential_answer *a, buf *out)
{
    json j;
    buf_clear(out);
    json_init(&j, out, NULL, NULL);
    json_object(&j);
    credential_answer_write(&j, a);
    json_end(&j);
    assert_true(json_done(&j));
}

static const char sample[] =
    "{\"@context\":[\"https://www.w3.org/ns/credentials/v2\",\"https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json\"],"
    "\"type\":[\"VerifiableCredential\",\"OpenBadgeCredential\"],\"id\":\"urn:1\",\"issuer\":\"did:web:q.example\","
    "\"validFrom\":\"2026-01-01T00:00:00Z\",\"credentialSubject\":{\"id\":\"urn:2\",\"type\":\"AchievementSubject\","
    "\"achievement\":{\"id\":\"urn:a\",\"type\":\"Achievement\",\"name\":\"Master\",\"description\":\"d\","
    "\"criteria\":{\"narrative\":\"c\"}}}}";

static void what_is_said_of_a_credential_is_written_and_no_more(void **state)
{
    (void)state;
    buf out = BUF_INIT;
    vc_report one = report_of(VC_OPEN, VC_SUITE);
    credential_answer a = credential_answer_of(&one, 1);
    write_answer(&a, &out);
    holds(&out, (const char *const[]){"\"open_badge\": false", "\"form\": \"a credential, but no Open Badge\"", NULL});
    assert_null(strstr(out.data, "\"until\""));
    assert_null(strstr(out.data, "\"from\""));
    assert_null(strstr(out.data, "status_from"));
    assert_ok(vc_verify(sample, strlen(sample), &(vc_sources){.now = 1767225600000000000}, &one, &err), err);
    one.valid_from = one.status_from = 1767225600000000000; /* 2026-01-01 */
    one.valid_until = 1798761600000000000;                 /* 2027-01-01 */
    one.proof_count = 2;
    snprintf(one.proofs[0].detail, sizeof one.proofs[0].detail, "of no weight");
    one.proofs[1].reason = VC_SUITE;
    snprintf(one.proofs[1].detail, sizeof one.proofs[1].detail, "of another kind");
    a = credential_answer_of(&one, 1);
    write_answer(&a, &out);
    holds(&out, (const char *const[]){"\"open_badge\": true", "\"name\": \"Master\"", "\"from\": \"2026-01-01T00:00:00Z\"",
                                      "\"until\": \"2027-01-01T00:00:00Z\"", "\"status_from\": \"2026-01-01T00:00:00Z\"",
                                      "\"detail\": \"of another kind\"", NULL});
    assert_null(strstr(out.data, "of no weight"));
    assert_null(strstr(out.data, "\"form\""));
    vc_report_done(&one);
    buf_done(&out);
}

static void a_state_without_title_and_end_says_neither(void **state)
{
    (void)state;
    buf out = BUF_INIT;
    credential_state c = {.id = "7", .state = "active", .from = 1767225600000000000, .until = TIME_NONE};
    for (int has_more = 0; has_more < 2; has_more++) {
        json j;
        buf_clear(&out);
        json_init(&j, &out, NULL, NULL);
        json_object(&j);
        if (has_more) {
            snprintf(c.title, sizeof c.title, "t-1");
            c.until = 1798761600000000000;
        }
        credential_state_write(&j, &c);
        json_end(&j);
        assert_true(json_done(&j));
        assert_int_equal(strstr(out.data, "\"title\": \"t-1\"") != NULL, has_more);
        assert_int_equal(strstr(out.data, "\"until\": \"2027-01-01T00:00:00Z\"") != NULL, has_more);
    }
    buf_done(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_worse_of_two_forms_counts),
        cmocka_unit_test(it_is_signed_when_one_proof_holds),
        cmocka_unit_test(what_is_said_of_a_credential_is_written_and_no_more),
        cmocka_unit_test(a_state_without_title_and_end_says_neither),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
