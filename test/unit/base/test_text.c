/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "base/text.h"

static void width_counts_columns_not_bytes(void **state)
{
    (void)state;
    assert_int_equal(text_width("abc", 3), 3);
    assert_int_equal(text_width("두께", 6), 4);
    assert_int_equal(text_width("厚度 µm", 10), 7);
    assert_int_equal(text_width("e\xCC\x81", 3), 1);          /* e and a combining acute */
    assert_int_equal(text_width("\xE1\x84\x92\xE1\x85\xA1\xE1\x86\xAB", 9), 2); /* jamo: one syllable */
    assert_int_equal(text_fit("두께", 6, 3), 3);
    assert_int_equal(text_fit("abc", 3, 10), 3);
}

static void broken_utf8_is_seen_where_it_breaks(void **state)
{
    (void)state;
    assert_int_equal(utf8_valid("Stärke und Länge", 18), 18);
    assert_int_equal(utf8_valid("abcdefghij\xE4xyz", 14), 10);
    assert_int_equal(utf8_valid("\xC0\x80", 2), 0);         /* overlong */
    assert_int_equal(utf8_valid("\xED\xA0\x80", 3), 0);     /* surrogate */
    assert_int_equal(utf8_valid("a\xF4\x90\x80\x80", 5), 1); /* beyond U+10FFFF */
    assert_int_equal(utf8_valid("a\xE2\x82", 3), 1);        /* cut off */
    size_t used;
    assert_int_equal(utf8_decode("\xF0\x9F\x99\x82", 4, &used), 0x1F642);
    assert_int_equal(used, 4);
    assert_int_equal(utf8_decode("\xFF", 1, &used), 0xFFFD);
    assert_int_equal(used, 1);
}

static const struct {
    text_encoding encoding;
    const char *bytes;
    size_t n;
    const char *utf8;
} samples[] = {
    {ENCODING_CP949, "\xC3\xF8\xC1\xA4\xB0\xAA,\xBD\xC3\xB0\xA3\n1,2\n", 16, "측정값,시간\n1,2\n"},
    {ENCODING_GB18030, "\xB2\xE2\xC1\xBF\xD6\xB5,\xCA\xB1\xBC\xE4\n1,2\n", 16, "测量值,时间\n1,2\n"},
    {ENCODING_CP1252, "Pr\xFC" "fling;St\xE4rke [\xB5m]\n", 21, "Prüfling;Stärke [µm]\n"},
    {ENCODING_UTF16LE, "d\0a\0\xE4\0\n\0", 8, "daä\n"},
    {ENCODING_UTF16BE, "\0d\0a\0\xE4\0\n", 8, "daä\n"},
    {ENCODING_UTF8, "Stärke\n", 8, "Stärke\n"},
};

static void each_encoding_is_guessed_from_its_bytes(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        size_t mark;
        text_encoding guess = encoding_guess(samples[i].bytes, samples[i].n, true, &mark);
        assert_string_equal(encoding_name(guess), encoding_name(samples[i].encoding));
        assert_int_equal(mark, 0);
    }
    size_t mark;
    assert_int_equal(encoding_guess("\xEF\xBB\xBFx", 4, true, &mark), ENCODING_UTF8);
    assert_int_equal(mark, 3);
    assert_int_equal(encoding_guess("\xFE\xFF\0x", 4, true, &mark), ENCODING_UTF16BE);
    assert_int_equal(mark, 2);
}

static void converted_text_does_not_depend_on_where_pieces_end(void **state)
{
    (void)state;
    assay_err err;
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        for (size_t step = 1; step <= samples[i].n; step++) {
            transcoder *t;
            buf out = BUF_INIT;
            assert_ok(transcoder_open(samples[i].encoding, &t, &err), err);
            for (size_t at = 0; at < samples[i].n; at += step) {
                size_t n = samples[i].n - at < step ? samples[i].n - at : step;
                assert_ok(transcoder_feed(t, samples[i].bytes + at, n, at + n == samples[i].n, &out, &err), err);
            }
            assert_string_equal(buf_text(&out), samples[i].utf8);
            assert_int_equal(transcoder_broken(t), 0);
            transcoder_close(t);
            buf_done(&out);
        }
    }
}

static void what_cannot_be_converted_is_replaced_and_counted(void **state)
{
    (void)state;
    transcoder *t;
    assay_err err;
    buf out = BUF_INIT;
    assert_ok(transcoder_open(ENCODING_CP949, &t, &err), err);
    assert_ok(transcoder_feed(t, "a\xFF,\xC3\n2\xB0", 7, true, &out, &err), err);
    assert_string_equal(buf_text(&out), "a\xEF\xBF\xBD,\xEF\xBF\xBD\n2\xEF\xBF\xBD");
    assert_int_equal(transcoder_broken(t), 3);
    transcoder_close(t);
    buf_done(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(width_counts_columns_not_bytes),
        cmocka_unit_test(broken_utf8_is_seen_where_it_breaks),
        cmocka_unit_test(each_encoding_is_guessed_from_its_bytes),
        cmocka_unit_test(converted_text_does_not_depend_on_where_pieces_end),
        cmocka_unit_test(what_cannot_be_converted_is_replaced_and_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
