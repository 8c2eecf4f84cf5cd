/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/jcs.h"
#include "check.h"

static void read_golden(const char *name, const char *part, buf *out)
{
    char path[200];
    snprintf(path, sizeof path, "jcs/%s.%s.json", name, part);
    FILE *f = fopen(check_golden(path), "rb");
    assert_non_null(f);
    char piece[4096];
    for (size_t n; (n = fread(piece, 1, sizeof piece, f)) > 0;)
        buf_add(out, piece, n);
    fclose(f);
}

static void the_documents_of_the_rfc_are_canonical(void **state)
{
    (void)state;
    static const char *const names[] = {"arrays", "french", "structures", "values"};
    for (size_t i = 0; i < 4; i++) {
        assay_err err = {0};
        buf in = BUF_INIT, expected = BUF_INIT, out = BUF_INIT;
        read_golden(names[i], "input", &in);
        read_golden(names[i], "output", &expected);
        assert_ok(jcs_canonical(in.data, in.length, &out, &err), err);
        while (expected.length && expected.data[expected.length - 1] == '\n')
            expected.data[--expected.length] = '\0';
        assert_string_equal(buf_text(&out), buf_text(&expected));
        buf_done(&in);
        buf_done(&expected);
        buf_done(&out);
    }
}

static void numbers_are_written_as_ecmascript_writes_them(void **state)
{
    (void)state;
    FILE *f = fopen(check_golden("jcs/es6-numbers-2000.txt"), "r");
    assert_non_null(f);
    char line[128], text[64];
    int lines = 0;
    while (fgets(line, sizeof line, f)) {
        char *expected;
        uint64_t bits = strtoull(line, &expected, 16);
        expected++;
        expected[strcspn(expected, "\n")] = '\0';
        double x;
        memcpy(&x, &bits, sizeof x);
        assert_true(jcs_number(x, text, sizeof text) == strlen(expected));
        assert_string_equal(text, expected);
        lines++;
    }
    fclose(f);
    assert_int_equal(lines, 2000);
}

static void members_are_sorted_by_utf16_units(void **state)
{
    (void)state;
    assay_err err = {0};
    buf out = BUF_INIT;
    const char *in = "{\"\xef\xac\xb3\":1,\"\xf0\x9f\x98\x80\":2,\"\xed\x9e\xa3\":3}";
    assert_ok(jcs_canonical(in, strlen(in), &out, &err), err);
    assert_string_equal(out.data, "{\"\xed\x9e\xa3\":3,\"\xf0\x9f\x98\x80\":2,\"\xef\xac\xb3\":1}");
    buf_done(&out);
}

static void a_fault_is_told_with_its_line(void **state)
{
    (void)state;
    assay_err err = {0};
    buf out = BUF_INIT;
    assert_int_equal(jcs_canonical("{\n\"a\":}", 7, &out, &err), ASSAY_FORMAT);
    assert_int_equal(err.line, 2);
    assert_int_equal(jcs_canonical("{\"a\":1,\"a\":2}", 13, &out, &err), ASSAY_FORMAT);
    buf_done(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_documents_of_the_rfc_are_canonical),
        cmocka_unit_test(numbers_are_written_as_ecmascript_writes_them),
        cmocka_unit_test(members_are_sorted_by_utf16_units),
        cmocka_unit_test(a_fault_is_told_with_its_line),
    };
    return cmocka_run_group_tests_name("jcs", tests, NULL, NULL);
}
