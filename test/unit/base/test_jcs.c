/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/hash.h"
#include "base/jcs.h"
#include "check.h"

#include <jansson.h>

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

/* One line "bits in hex,text" per number. */
static size_t check_numbers(const char *name)
{
    FILE *f = fopen(check_golden(name), "r");
    assert_non_null(f);
    char line[128], text[64];
    size_t lines = 0;
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
    return lines;
}

static void numbers_are_written_as_ecmascript_writes_them(void **state)
{
    (void)state;
    assert_int_equal(check_numbers("jcs/es6-numbers-10000.txt"), 10000);
}

static void every_power_of_two_is_written_with_the_fewest_digits(void **state)
{
    (void)state;
    assert_int_equal(check_numbers("jcs/powers-of-two.txt"), 2098);
}

/* The published generator: 168 chosen numbers, 2,000 in a row from the smallest normal one, then
 * the finite ones among the words (little endian) of SHA-256 over itself again and again. */
typedef struct {
    uint64_t chosen[168];
    size_t count;
    sha256 state;
    size_t word;
} numbers;

static uint64_t next_bits(numbers *g)
{
    uint64_t bits;
    double x;
    size_t at = g->count++;
    if (at < 168)
        return g->chosen[at];
    if (at < 2168)
        return 0x0010000000000000 + at - 168;
    do {
        if (g->word == 4)
            assert_int_equal(sha256_of(g->state.bytes, 32, &g->state, NULL), 0);
        g->word %= 4;
        memcpy(&bits, g->state.bytes + 8 * g->word++, 8);
        memcpy(&x, &bits, 8);
    } while (!isfinite(x));
    return bits;
}

static void the_first_hundred_thousand_have_the_published_digest(void **state)
{
    (void)state;
    static const char *const digests[] = {
        "be18b62b6f69cdab33a7e0dae0d9cfa869fda80ddc712221570f9f40a5878687",
        "b9f7a8e75ef22a835685a52ccba7f7d6bdc99e34b010992cbc5864cd12be6892",
        "22776e6d4b49fa294a0d0f349268e5c28808fe7e0cb2bcbe28f63894e494d4c7"};
    numbers g = {.word = 4};
    size_t at = 0, next = 1000;
    buf text = BUF_INIT;
    char line[128], hex[65];
    FILE *f = fopen(check_golden("jcs/es6-numbers-10000.txt"), "r");
    assert_non_null(f);
    for (size_t i = 0; i < 168 && fgets(line, sizeof line, f); i++)
        g.chosen[i] = strtoull(line, NULL, 16);
    fclose(f);
    for (size_t i = 1; i <= 100000; i++) {
        uint64_t bits = next_bits(&g);
        double x;
        memcpy(&x, &bits, 8);
        assert_true(jcs_number(x, line, sizeof line) > 0);
        buf_addf(&text, "%llx,%s\n", (unsigned long long)bits, line);
        if (i != next)
            continue;
        sha256 digest;
        assert_int_equal(sha256_of(text.data, text.length, &digest, NULL), 0);
        sha256_to_hex(&digest, hex);
        assert_string_equal(hex, digests[at++]);
        next *= 10;
    }
    buf_done(&text);
}

static void what_is_not_i_json_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t length;
    } bad[] = {
#define CASE(t) {t, sizeof t - 1}
        CASE("\"\\ud800\""),
        CASE("\"\\udc00\""),
        CASE("\"\\ud800\\u0041\""),
        CASE("\"\\udc00\\ud800\""),
        CASE("\"\xed\xa0\x80\""),
        CASE("\"\xc0\xaf\""),
        CASE("\"\xf5\x80\x80\x80\""),
        CASE("\"\xff\""),
        CASE("{\"a\":1,\"a\":1}"),
        CASE("{\"a\":1,\"\\u0061\":1}"),
        CASE("1e400"),
        CASE("-1e400"),
        CASE("NaN"),
        CASE("Infinity"),
        CASE("01"),
        CASE("1."),
        CASE(".5"),
        CASE("+1"),
        CASE("\"\\u0000\""),
        CASE("[1,]"),
        CASE("{} {}"),
        CASE("\"a\0b\""),
        CASE(""),
        CASE("\xef\xbb\xbf{}"),
#undef CASE
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        buf out = BUF_INIT;
        if (jcs_canonical(bad[i].text, bad[i].length, &out, NULL) == ASSAY_OK)
            fail_msg("case %zu is taken: %s", i, bad[i].text);
        buf_done(&out);
    }
}

static void integers_beyond_64_bits_are_doubles_too(void **state)
{
    (void)state;
    assay_err err = {0};
    buf out = BUF_INIT;
    const char *in = "[333333333333333333333,1E30,-0,9007199254740993,1e15,123456789012345,-5]";
    assert_ok(jcs_canonical(in, strlen(in), &out, &err), err);
    assert_string_equal(out.data, "[333333333333333300000,1e+30,0,9007199254740992,"
                                  "1000000000000000,123456789012345,-5]");
    buf_done(&out);
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

static void what_json_cannot_say_is_not_written(void **state)
{
    (void)state;
    char text[64];
    buf out = BUF_INIT;
    assert_int_equal(jcs_number(NAN, text, sizeof text), 0);
    assert_int_equal(jcs_number(-INFINITY, text, sizeof text), 0);
    json_t *list = json_array(), *object = json_object();
    for (int i = 0; i < 1100; i++) {
        json_t *outer = json_array();
        json_array_append_new(outer, list);
        list = outer;
        outer = json_object();
        json_object_set_new(outer, "a", object);
        object = outer;
    }
    json_t *behind = json_pack("[O, i]", list, 1), *beside = json_pack("{s:O, s:i}", "a", object, "b", 1);
    assert_int_equal(jcs_write(behind, &out, NULL), ASSAY_LIMIT);
    assert_int_equal(jcs_write(beside, &out, NULL), ASSAY_LIMIT);
    json_decref(behind);
    json_decref(beside);
    json_decref(list);
    json_decref(object);
    buf_done(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_documents_of_the_rfc_are_canonical),
        cmocka_unit_test(numbers_are_written_as_ecmascript_writes_them),
        cmocka_unit_test(every_power_of_two_is_written_with_the_fewest_digits),
        cmocka_unit_test(the_first_hundred_thousand_have_the_published_digest),
        cmocka_unit_test(what_is_not_i_json_is_refused),
        cmocka_unit_test(integers_beyond_64_bits_are_doubles_too),
        cmocka_unit_test(members_are_sorted_by_utf16_units),
        cmocka_unit_test(a_fault_is_told_with_its_line),
        cmocka_unit_test(what_json_cannot_say_is_not_written),
    };
    return cmocka_run_group_tests_name("jcs", tests, NULL, NULL);
}
