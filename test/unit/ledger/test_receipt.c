/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Against the texts of transparency-dev/formats. */
#include "ledger/receipt.h"
#include "vectors.h"

static void published_receipts_are_written_and_read_back(void **state)
{
    (void)state;
    json_t *all = vectors("tlog-proof"), *list = json_object_get(all, "marshal");
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *c = json_array_get(list, i);
        receipt r = {.index = number_of(c, "index"),
                     .note = text_of(c, "checkpoint"),
                     .note_length = strlen(text_of(c, "checkpoint"))},
                back;
        r.proof.count = (size_t)hashes_of(json_object_get(c, "hashes"), r.proof.hash, 63);
        buf out = BUF_INIT;
        receipt_write(&r, &out);
        assert_string_equal(out.data, text_of(c, "want"));
        assert_int_equal(receipt_parse(out.data, out.length, &back, NULL), ASSAY_OK);
        assert_int_equal(back.index, r.index);
        assert_int_equal(back.proof.count, r.proof.count);
        assert_memory_equal(back.proof.hash, r.proof.hash, 32 * r.proof.count);
        assert_int_equal(back.note_length, r.note_length);
        buf_done(&out);
    }
    list = json_object_get(all, "reject");
    assert_int_equal(json_array_size(list), 4);
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *text = text_of(json_array_get(list, i), "text");
        receipt r;
        if (receipt_parse(text, strlen(text), &r, NULL) == ASSAY_OK)
            fail_msg("taken: %s", text);
    }
    json_decref(all);
}

static void what_is_not_exact_is_refused_with_its_line(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint64_t line;
    } bad[] = {{"c2sp.org/tlog-proof@v1\nindex 01\n\nx\n", 2},
               {"c2sp.org/tlog-proof@v1\nextra !\nindex 1\n\nx\n", 2},
               {"c2sp.org/tlog-proof@v1\nindex 1\nAAAA\n\nx\n", 3},
               {"c2sp.org/tlog-proof@v1\nindex 1\n", 2},
               {"c2sp.org/tlog-proof@v1\nindex 9223372036854775808\n\nx\n", 2},
               {"", 1}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        receipt r;
        assay_err err = {0};
        assert_int_equal(receipt_parse(bad[i].text, strlen(bad[i].text), &r, &err), ASSAY_FORMAT);
        assert_int_equal(err.line, bad[i].line);
    }
    receipt r;
    static const char extra[] = "c2sp.org/tlog-proof@v1\nextra AAAA\nindex 7\n\nnote\n";
    assert_int_equal(receipt_parse(extra, sizeof extra - 1, &r, NULL), ASSAY_OK);
    assert_int_equal(r.extra_length, 4);
}

static void base64_has_one_spelling(void **state)
{
    (void)state;
    static const char *const bad[] = {"A",    "AA",     "AAA",   "AB==", "AAB=",  "AA=A",    "A===",
                                      "====", "AAAA\n", " AAAA", "AA-_", "AAAA=", "AAAA===="};
    uint8_t out[16], in[3] = {255, 254, 253};
    size_t used;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (base64_read(bad[i], strlen(bad[i]), BASE64_STANDARD, out, 16, &used))
            fail_msg("taken: %s", bad[i]);
    static const char *const standard[] = {"", "/w==", "//4=", "//79"};
    static const char *const url[] = {"", "_w", "__4", "__79"};
    for (size_t n = 0; n <= 3; n++) {
        buf b = BUF_INIT;
        base64_add(&b, in, n, BASE64_STANDARD);
        assert_string_equal(buf_text(&b), standard[n]);
        assert_true(base64_read(buf_text(&b), b.length, BASE64_STANDARD, out, 16, &used));
        assert_int_equal(used, n);
        assert_memory_equal(out, in, n);
        buf_clear(&b);
        base64_add(&b, in, n, BASE64_URL);
        assert_string_equal(buf_text(&b), url[n]);
        assert_true(base64_read(buf_text(&b), b.length, BASE64_URL, out, 16, &used));
        assert_memory_equal(out, in, n);
        buf_done(&b);
    }
    assert_false(base64_read("//79", 4, BASE64_STANDARD, out, 2, &used));
}

static void a_receipt_has_bounds(void **state)
{
    (void)state;
    static const char hash[] = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n";
    buf b = BUF_INIT;
    receipt r;
    buf_add_text(&b, "c2sp.org/tlog-proof@v1\nindex 0\n");
    for (int i = 0; i < MERKLE_PROOF_MAX + 1; i++)
        buf_add_text(&b, hash);
    buf_add_text(&b, "\nnote\n");
    assert_int_equal(receipt_parse(b.data, b.length, &r, NULL), ASSAY_FORMAT);
    buf_clear(&b);
    buf_add_text(&b, "c2sp.org/tlog-proof@v1\nextra ");
    for (int i = 0; i < RECEIPT_EXTRA_MAX / 4 + 1; i++)
        buf_add_text(&b, "AAAA");
    buf_add_text(&b, "\nindex 0\n\nnote\n");
    assert_int_equal(receipt_parse(b.data, b.length, &r, NULL), ASSAY_FORMAT);
    buf_done(&b);
    static const char nul[] = "c2sp.org/tlog-proof@v1\nextra AA\0A\nindex 0\n\nnote\n";
    assert_int_equal(receipt_parse(nul, sizeof nul - 1, &r, NULL), ASSAY_FORMAT);
    static const char *const bad[] = {"c2sp.org/tlog-proof@v1\n", "c2sp.org/tlog-proof@v1\nextra AAAA\n", "c2sp.org/tlog-proof@v1\nextra AAA\nindex 0\n\n",
                                      "c2sp.org/tlog-proof@v1\nplace 0\n\n", "c2sp.org/tlog-proof@v2\nindex 0\n\n", "c2sp.org/tlog-proof@v10\n"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(receipt_parse(bad[i], strlen(bad[i]), &r, NULL), ASSAY_FORMAT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_receipts_are_written_and_read_back),
        cmocka_unit_test(what_is_not_exact_is_refused_with_its_line),
        cmocka_unit_test(base64_has_one_spelling),
        cmocka_unit_test(a_receipt_has_bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
