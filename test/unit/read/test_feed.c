/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "base/buf.h"
#include "base/hash.h"
#include "read/feed.h"

/* What the sink is told, as text: "path=mantissa^exponent@time" or "!reason:found". */
typedef struct {
    feed *f;
    buf told;
    int stop_at, asked; /* the call that answers stop; 0: none */
} scene;

static bool stops(scene *s)
{
    return ++s->asked == s->stop_at;
}

static bool on_row(void *context, const feed_row *r)
{
    scene *s = context;
    if (stops(s))
        return false;
    assert_int_equal(r->path_hash, hash64(r->path, r->path_length));
    buf_addf(&s->told, "%.*s=", (int)r->path_length, r->path);
    if (r->status & STATUS_RAW)
        buf_addf(&s->told, "%g", r->raw);
    else
        buf_addf(&s->told, "%lld^%d", (long long)r->value.mantissa, r->value.exponent);
    if (r->status & STATUS_MASK)
        buf_addf(&s->told, " status %d", r->status & STATUS_MASK);
    if (r->time != TIME_NONE)
        buf_addf(&s->told, " @%lld", (long long)r->time);
    if (r->unit_length)
        buf_addf(&s->told, " [%.*s]", (int)r->unit_length, r->unit);
    for (int kind = 0; kind < CONTEXT_COUNT; kind++)
        if (r->context[kind].length)
            buf_addf(&s->told, " %s:%.*s", context_name((context_kind)kind),
                     (int)r->context[kind].length, r->context[kind].text);
    buf_add_char(&s->told, '\n');
    return true;
}

static bool on_refuse(void *context, uint64_t line, const char *reason, const char *expected,
                      const char *found, size_t length)
{
    scene *s = context;
    if (stops(s))
        return false;
    assert_true(strlen(expected) > 0);
    buf_addf(&s->told, "!%d %s:%.*s\n", (int)line, reason, (int)(length < 40 ? length : 40), found);
    return true;
}

static void scene_open(scene *s, feed_format format, const char *precision)
{
    assay_err err;
    feed_sink sink = {on_row, on_refuse, s};
    assert_ok(feed_new(format, precision, &sink, &s->f, &err), err);
}

static void scene_close(scene *s)
{
    feed_free(s->f);
    buf_done(&s->told);
}

static void line_tells(const char *line, const char *expected)
{
    scene s = {0};
    scene_open(&s, FEED_LINE_PROTOCOL, NULL);
    assert_int_equal(feed_take(s.f, line, strlen(line)), strlen(line));
    assert_true(feed_end(s.f));
    assert_string_equal(buf_text(&s.told), expected);
    scene_close(&s);
}

static void measurement_tags_and_field_make_the_path(void **state)
{
    (void)state;
    line_tells("d value=24.50 1767597660000000000\n", "d=2450^-2 @1767597660000000000\n");
    line_tells("press,tool=b,line=a force=1.5,value=2 7\n",
               "press/a/b/force=15^-1 @7\npress/a/b=2^0 @7\n");
    line_tells("plant/l1,part=P-7,serial=W1,unit=mm d=3i", "plant/l1/d=3^0 [mm] serial:W1 part:P-7\n");
}

static void escapes_are_undone(void **state)
{
    (void)state;
    line_tells("a\\ b\\,c,t\\=x=1\\ 2,u\\,v=3 f\\ g=1", "a b,c/1 2/3/f g=1^0\n");
    line_tells("a\\b,t=c\\d f=1", "a\\b/c\\d/f=1^0\n");
    line_tells("m f=1,note=\"say \\\"so\\\", a\\\\b = c\"", "m/f=1^0 note:say \"so\", a\\b = c\n");
}

static void comments_and_empty_lines_are_nothing(void **state)
{
    (void)state;
    line_tells("# m f=1\n\n   \n\r\nm f=1\r\n", "m/f=1^0\n");
    line_tells("\xef\xbb\xbfm f=1\n", "m/f=1^0\n");
}

static void numbers_keep_their_digits(void **state)
{
    (void)state;
    line_tells("m a=-0.10,b=+3,c=1e3,d=7u,e=123456789012345678901,f=1e40",
               "m/a=-10^-2\nm/b=3^0\nm/c=1^3\nm/d=7^0\nm/e=1.23457e+20\nm/f=1e+40\n");
    line_tells("m a=1.5i\nm a=1e2i\nm a=i\n",
               "!1 not-a-number:1.5i\n!2 not-a-number:1e2i\n!3 not-a-number:i\n");
}

static void no_number_at_all_is_of_bad_quality(void **state)
{
    (void)state;
    line_tells("m a=NaN,b=-inf,c=+Infinity", "m/a=nan status 3\nm/b=-inf status 3\nm/c=inf status 3\n");
}

static void texts_are_contexts_or_refused(void **state)
{
    (void)state;
    line_tells("m a=1,operator=\"kim\",b=2,state=\"run\",on=t",
               "m/a=1^0 operator:kim\nm/b=2^0 operator:kim\n!1 not-a-measurement:run\n!1 not-a-measurement:t\n");
    line_tells("m serial=W7,a=1", "m/a=1^0 serial:W7\n");
    line_tells("m serial=\"W7\"", "!1 no-value:m serial=\"W7\"\n");
}

static void a_bad_line_costs_only_itself(void **state)
{
    (void)state;
    line_tells("m f=1\nm\nm f\nm f=\nm,t f=1\nm,t= f=1\n,t=1 f=1\nm f=\"open\nm f=1 x\nm f=1 12 13\nm f=2\n",
               "m/f=1^0\n!2 not-line-protocol:m\n!3 not-line-protocol:m f\n!4 not-line-protocol:m f=\n"
               "!5 not-line-protocol:m,t f=1\n!6 not-line-protocol:m,t= f=1\n"
               "!7 not-line-protocol:,t=1 f=1\n!8 not-line-protocol:m f=\"open\n!9 not-a-date:x\n!10 not-a-date:12 13\nm/f=2^0\n");
    line_tells("m,a=1,a=2 f=1\nm,batch=1 f=1,batch=\"2\"\nm,t=\xff f=1\n",
               "!1 duplicate-tag:a\n!2 duplicate-tag:batch\n!3 not-text:m,t=\xff f=1\n");
}

static void times_have_the_stated_precision(void **state)
{
    (void)state;
    static const char *const names[] = {"ns", "us", "ms", "s"};
    static const char *const told[] = {"m/f=1^0 @-12\n", "m/f=1^0 @-12000\n", "m/f=1^0 @-12000000\n",
                                       "m/f=1^0 @-12000000000\n"};
    for (int i = 0; i < 4; i++) {
        scene s = {0};
        scene_open(&s, FEED_LINE_PROTOCOL, names[i]);
        feed_take(s.f, "m f=1 -12\n", 10);
        assert_string_equal(buf_text(&s.told), told[i]);
        scene_close(&s);
    }
    feed *f;
    assay_err err;
    feed_sink none = {on_row, on_refuse, NULL};
    assert_int_equal(feed_new(FEED_LINE_PROTOCOL, "min", &none, &f, &err), ASSAY_USAGE);
    line_tells("m f=1 9999999999999999999\n", "!1 not-a-date:9999999999999999999\n");
}

static void ignored_tags_are_no_levels(void **state)
{
    (void)state;
    scene s = {0};
    assay_err err;
    scene_open(&s, FEED_LINE_PROTOCOL, NULL);
    assert_ok(feed_ignore(s.f, "host", &err), err);
    feed_take(s.f, "m,host=pc7,line=1 f=1\n", 22);
    assert_string_equal(buf_text(&s.told), "m/1/f=1^0\n");
    scene_close(&s);
}

static const char many[] = "m a=1,b=2,c=x 1\n"
                           "bad\n"
                           "m,serial=W\\ 2 a=3 2\n";
static const char many_told[] = "m/a=1^0 @1\nm/b=2^0 @1\n!1 not-a-number:x\n!2 not-line-protocol:bad\n"
                                "m/a=3^0 @2 serial:W 2\n";

static void pieces_of_any_length_tell_the_same(void **state)
{
    (void)state;
    for (size_t piece = 1; piece < sizeof many; piece++) {
        scene s = {0};
        scene_open(&s, FEED_LINE_PROTOCOL, NULL);
        for (size_t at = 0; at < strlen(many); at += piece) {
            size_t n = strlen(many) - at < piece ? strlen(many) - at : piece;
            assert_int_equal(feed_take(s.f, many + at, n), n);
        }
        assert_string_equal(buf_text(&s.told), many_told);
        assert_int_equal(feed_lines(s.f), 3);
        scene_close(&s);
    }
}

static void a_stop_loses_and_doubles_nothing(void **state)
{
    (void)state;
    for (int stop = 1; stop <= 6; stop++) {
        for (size_t piece = 1; piece < sizeof many; piece++) {
            scene s = {.stop_at = stop};
            scene_open(&s, FEED_LINE_PROTOCOL, NULL);
            for (size_t at = 0; at < strlen(many);) {
                size_t n = strlen(many) - at < piece ? strlen(many) - at : piece;
                at += feed_take(s.f, many + at, n);
            }
            assert_string_equal(buf_text(&s.told), many_told);
            scene_close(&s);
        }
    }
}

static void a_line_that_is_too_long_is_skipped_to_its_end(void **state)
{
    (void)state;
    scene s = {0};
    scene_open(&s, FEED_LINE_PROTOCOL, NULL);
    char piece[1000];
    memset(piece, 'x', sizeof piece);
    for (int i = 0; i < 70; i++)
        assert_int_equal(feed_take(s.f, piece, sizeof piece), sizeof piece);
    feed_take(s.f, " f=1\nm f=2\n", 11);
    assert_non_null(strstr(buf_text(&s.told), "!1 line-too-long:xxxx"));
    assert_non_null(strstr(buf_text(&s.told), "\nm/f=2^0\n"));
    scene_close(&s);
}

static void ndjson_lines_are_those_of_files(void **state)
{
    (void)state;
    static const char text[] =
        "{\"characteristic\": \"P/d\", \"value\": 24.50, \"time\": \"2026-01-05T07:21:00Z\", "
        "\"serial\": \"W\\u0031\", \"unit\": \"mm\"}\n"
        "{\"value\": null, \"operator\": 7, \"batch\": \"a\\nb\"}\n"
        "{\"value\": \"x\"}\nnonsense\n"
        "{\"value\": 3, \"size\": 50, \"status\": \"bad\"}";
    static const char told[] = "P/d=2450^-2 @1767597660000000000 [mm] serial:W1\n"
                               "value=0^0 status 2 batch:a\nb operator:7\n"
                               "!3 not-a-number:x\n!4 not-an-object:nonsense\nvalue=3^0 status 3\n";
    for (size_t piece = 1; piece < sizeof text; piece++) {
        scene s = {.stop_at = (int)piece % 7};
        scene_open(&s, FEED_NDJSON, NULL);
        for (size_t at = 0; at < strlen(text);) {
            size_t n = strlen(text) - at < piece ? strlen(text) - at : piece;
            at += feed_take(s.f, text + at, n);
        }
        while (!feed_end(s.f))
            ;
        assert_string_equal(buf_text(&s.told), told);
        scene_close(&s);
    }
}

/* The same in any pieces and with any stops; what opens and closes the array stands among blanks. */
static void elements_of_an_array_are_lines(void **state)
{
    (void)state;
    static const struct {
        const char *text, *told;
    } arrays[] = {
        {"\xef\xbb\xbf \t\n [\n {\"value\": 1, \"note\": \"a],[\\\"{\"},\n  {\n  \"value\": 2.50,\n \"batch\": [1, {}]\n }\n]\n"
         "[{\"value\": 3}]\n{\"value\":4}",
         "value=1^0 note:a],[\"{\nvalue=250^-2\nvalue=3^0\nvalue=4^0\n"},
        {"[]", ""},
        {" \n[ ]\n[{\"value\":1}\n,{\"value\":2}]", "value=1^0\nvalue=2^0\n"},
        {"[{\"value\":1}, 7, {\"value\":\"x\"}, {\"value\":2}]", "value=1^0\n!2 not-an-object: 7\n!3 not-a-number:x\nvalue=2^0\n"},
        {"[{\"value\":1}", "value=1^0\n!2 not-json:\n"},
        {"[{\"value\":1},{\"value\":", "value=1^0\n!2 not-json:\n"},
        {"[{\"value\":1, \"note\": \"open},\n {\"value\":2}]", "!1 not-json:\nvalue=2^0\n"},
        {"{\"value\":1}\n[{\"value\":2}]\n", "value=1^0\n!2 not-an-object:[{\"value\":2}]\n"},
    };
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++)
        for (size_t piece = 1; piece <= strlen(arrays[i].text); piece++)
            for (int stop = 0; stop <= 5; stop++) {
                scene s = {.stop_at = stop};
                scene_open(&s, FEED_NDJSON, NULL);
                for (size_t at = 0, length = strlen(arrays[i].text); at < length;)
                    at += feed_take(s.f, arrays[i].text + at, length - at < piece ? length - at : piece);
                while (!feed_end(s.f))
                    ;
                assert_string_equal(buf_text(&s.told), arrays[i].told);
                scene_close(&s);
            }
}

/* As a broker hands them on: what one message leaves open is no part of the next. */
static void each_text_is_cut_anew(void **state)
{
    (void)state;
    static const char *const texts[] = {"{\"value\":1}", "[{\"value\":2}, {\"val", "[{\"value\":3}]", "[{\"value\":4}", "{\"value\":5}\n",
                                        "[{\"value\":6},{\"note\":\"x", "[{\"value\":7}]"};
    scene s = {0};
    scene_open(&s, FEED_NDJSON, NULL);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        assert_int_equal(feed_take(s.f, texts[i], strlen(texts[i])), strlen(texts[i]));
        assert_true(feed_end(s.f));
    }
    assert_string_equal(buf_text(&s.told), "value=1^0\nvalue=2^0\n!3 not-json:\nvalue=3^0\nvalue=4^0\n!6 not-json:\n"
                                           "value=5^0\nvalue=6^0\n!8 not-json:\nvalue=7^0\n");
    scene_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(measurement_tags_and_field_make_the_path),
        cmocka_unit_test(escapes_are_undone),
        cmocka_unit_test(comments_and_empty_lines_are_nothing),
        cmocka_unit_test(numbers_keep_their_digits),
        cmocka_unit_test(no_number_at_all_is_of_bad_quality),
        cmocka_unit_test(texts_are_contexts_or_refused),
        cmocka_unit_test(a_bad_line_costs_only_itself),
        cmocka_unit_test(times_have_the_stated_precision),
        cmocka_unit_test(ignored_tags_are_no_levels),
        cmocka_unit_test(elements_of_an_array_are_lines),
        cmocka_unit_test(each_text_is_cut_anew),
        cmocka_unit_test(pieces_of_any_length_tell_the_same),
        cmocka_unit_test(a_stop_loses_and_doubles_nothing),
        cmocka_unit_test(a_line_that_is_too_long_is_skipped_to_its_end),
        cmocka_unit_test(ndjson_lines_are_those_of_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
