/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One-time codes against RFC 6238, appendix B (SHA-1, the last six of its eight digits). */
#include "check.h"
#include "people/secret.h"

static const char rfc_secret[] = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"; /* "12345678901234567890" */

static void codes_are_those_of_rfc_6238(void **state)
{
    (void)state;
    static const struct {
        uint64_t second;
        const char *code;
    } given[] = {{59, "287082"},         {1111111109, "081804"}, {1111111111, "050471"},
                 {1234567890, "005924"}, {2000000000, "279037"}, {20000000000, "353130"}};
    for (size_t i = 0; i < sizeof given / sizeof *given; i++) {
        char code[7];
        assert_true(totp_code(rfc_secret, given[i].second / 30, code));
        assert_string_equal(code, given[i].code);
    }
}

static void a_code_counts_one_step_either_way_and_only_once(void **state)
{
    (void)state;
    const int64_t second = 1000000000, now = 1111111109 * second;
    uint64_t step = 1111111109 / 30;
    assert_int_equal(totp_step(rfc_secret, "081804", now, 0), step);
    assert_int_equal(totp_step(rfc_secret, "081804", now + 30 * second, 0), step);
    assert_int_equal(totp_step(rfc_secret, "081804", now - 30 * second, 0), step);
    assert_int_equal(totp_step(rfc_secret, "081804", now + 61 * second, 0), 0);
    assert_int_equal(totp_step(rfc_secret, "081804", now, step), 0);
    assert_int_equal(totp_step(rfc_secret, "81804", now, 0), 0);
    assert_int_equal(totp_step(rfc_secret, "081805", now, 0), 0);
}

static void what_is_not_base32_of_twenty_bytes_has_no_code(void **state)
{
    (void)state;
    char code[7];
    assert_false(totp_code("", 1, code));
    assert_false(totp_code("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJ", 1, code));
    assert_false(totp_code("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQA", 1, code));
    assert_false(totp_code("gezdgnbvgy3tqojqgezdgnbvgy3tqojq", 1, code));
}

static void secrets_are_hexadecimal_and_differ(void **state)
{
    (void)state;
    char a[65], b[65];
    assay_err err = {0};
    assert_ok(secret_new(32, a, &err), err);
    assert_ok(secret_new(32, b, &err), err);
    assert_int_equal(strspn(a, "0123456789abcdef"), 64);
    assert_string_not_equal(a, b);
    assert_ok(totp_new(a, &err), err);
    assert_true(totp_code(a, 1, b));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(codes_are_those_of_rfc_6238),
        cmocka_unit_test(a_code_counts_one_step_either_way_and_only_once),
        cmocka_unit_test(what_is_not_base32_of_twenty_bytes_has_no_code),
        cmocka_unit_test(secrets_are_hexadecimal_and_differ),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
