/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "base/buf.h"
#include "base/time.h"
#include "read/mtconnect.h"

/* What a document said: "#1767597600 1 8 thk:3=24.5 ...". */
static buf said;

static void on_header(void *context, const mtconnect_header *h)
{
    (void)context;
    buf_addf(&said, "#%llu %llu %llu", (unsigned long long)h->instance,
             (unsigned long long)h->first, (unsigned long long)h->next);
}

static void on_observation(void *context, const mtconnect_observation *o)
{
    (void)context;
    char time[40] = "-";
    if (o->time != TIME_NONE)
        time_format(o->time, 0, time, sizeof time);
    buf_addf(&said, " %s:%llu@%.5s=%s%s%s", o->item, (unsigned long long)o->sequence,
             o->time == TIME_NONE ? "-" : time + 11, o->value, o->is_available ? "" : "(no)",
             o->is_series ? "(series)" : "");
}

static void on_item(void *context, const char *item, const char *units)
{
    (void)context;
    buf_addf(&said, " %s[%s]", item, units);
}

static void on_error(void *context, const char *code, const char *text)
{
    (void)context;
    buf_addf(&said, " !%s(%s)", code, text);
}

static const mtconnect_events events = {on_header, on_observation, on_item, on_error, NULL};

static size_t load(const char *name, char *out, size_t room)
{
    char path[256];
    snprintf(path, sizeof path, "mtconnect/%s", name);
    FILE *file = fopen(check_data(path), "r");
    assert_non_null(file);
    size_t n = fread(out, 1, room, file);
    fclose(file);
    return n;
}

static void assert_says(const char *text, size_t length, const char *expected)
{
    assay_err err = {0};
    buf_clear(&said);
    assert_ok(mtconnect_read("agent", text, length, &events, &err), err);
    assert_string_equal(buf_text(&said), expected);
}

static void documents_of_an_agent_are_understood(void **state)
{
    (void)state;
    static const struct {
        const char *file, *expected;
    } documents[] = {
        {"current.xml", "#1767597600 1 13 thk:12@07:30=23.0 pc:2@07:20=0"},
        {"sample-from-3-count-5.xml", "#1767597600 1 8 thk:3@07:21=24.5 thk:4@07:22=22.4 "
                                      "thk:5@07:23=23.7 thk:6@07:24=23.5 thk:7@07:25=23.8"},
        {"sample-with-unavailable.xml",
         "#1767597600 1 15 thk:13@07:31=UNAVAILABLE(no) thk:14@07:32=22.6"},
        {"error-out-of-range.xml",
         "#1767597600 0 0 !OUT_OF_RANGE('from' must be greater than or equal to 5)"},
        {"current-after-agent-restart.xml", "#1767601200 1 4 thk:3@07:41=23.8 pc:2@07:20=0"},
    };
    for (size_t i = 0; i < sizeof documents / sizeof *documents; i++) {
        char text[4096];
        size_t n = load(documents[i].file, text, sizeof text);
        assert_says(text, n, documents[i].expected);
    }
    const char *devices = "<m:MTConnectDevices xmlns:m='x'><Header instanceId='5'/><Devices><Device><DataItems>"
                          "<DataItem id='thk' units='MILLIMETER'/><DataItem id='pc'/></DataItems></Device></Devices></m:MTConnectDevices>";
    assert_says(devices, strlen(devices), "#5 0 0 thk[MILLIMETER] pc[]");
    const char *odd = "<MTConnectStreams><Header nextSequence='-1'/><Length dataItemId='a' sequence='x' timestamp='soon' "
                      "sampleCount='2'>1 2</Length><Message dataItemId='b'>a<i/>b</Message></MTConnectStreams>";
    assert_says(odd, strlen(odd), "#0 0 0 a:0@-=1 2(series) b:0@-=b");
}

static void what_is_no_document_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"", "<html></html>", "<MTConnectStreams><Header></MTConnectStreams>", "404 not found",
                                      "<!DOCTYPE a [<!ENTITY x 'y'>]><MTConnectStreams/>"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assay_err err = {0};
        assert_int_equal(mtconnect_read("agent", bad[i], strlen(bad[i]), &events, &err), ASSAY_FORMAT);
        assert_true(strlen(err.message) > 10);
    }
}

static bool on_part(void *context, const char *part, size_t length)
{
    assay_err err = {0};
    int *left = context;
    buf_addf(&said, "[%zu]", length);
    assert_ok(mtconnect_read("part", part, length, &events, &err), err);
    return !left || --*left;
}

/* The body of the recorded answer, without the chunks' sizes. */
static size_t recorded_body(char *out, size_t room)
{
    char text[8192];
    size_t n = load("stream-multipart-2x.txt", text, sizeof text - 1), length = 0;
    text[n] = 0;
    char *at = strstr(text, "\r\n\r\n") + 4;
    for (;;) {
        char *end;
        size_t chunk = strtoul(at, &end, 16);
        if (!chunk)
            return length;
        assert_true(length + chunk < room);
        memcpy(out + length, end + 2, chunk);
        length += chunk;
        at = end + 2 + chunk + 2;
    }
}

static const char content_type[] = "multipart/mixed;boundary=a8e12eced4fb871ac096a99bf9728425";
static const char parts[] = "[1210]#1767597600 1 8 thk:3@07:21=24.5 thk:4@07:22=22.4 thk:5@07:23=23.7 thk:6@07:24=23.5 "
                            "thk:7@07:25=23.8[427]#1767597600 1 8[1214]#1767597600 1 13 thk:8@07:26=23.6 thk:9@07:27=23.8 "
                            "thk:10@07:28=22.5 thk:11@07:29=22.5 thk:12@07:30=23.0";

static void a_recorded_stream_is_cut_into_its_parts_however_it_arrives(void **state)
{
    (void)state;
    char body[8192];
    size_t n = recorded_body(body, sizeof body);
    for (size_t piece = 1; piece < n; piece += piece < 20 ? 1 : 97) {
        assay_err err = {0};
        mtconnect_parts *p;
        buf_clear(&said);
        assert_ok(mtconnect_parts_new(content_type, on_part, NULL, &p, &err), err);
        for (size_t at = 0; at < n; at += piece)
            assert_ok(mtconnect_parts_take(p, body + at, n - at < piece ? n - at : piece, &err), err);
        assert_string_equal(buf_text(&said), parts);
        mtconnect_parts_free(p);
    }
}

static void a_listener_may_stop_behind_any_part(void **state)
{
    (void)state;
    char body[8192];
    assay_err err = {0};
    int left = 2;
    mtconnect_parts *p;
    size_t n = recorded_body(body, sizeof body);
    buf_clear(&said);
    assert_ok(mtconnect_parts_new(content_type, on_part, &left, &p, &err), err);
    assert_int_equal(mtconnect_parts_take(p, body, n, &err), ASSAY_STOPPED);
    assert_string_equal(strrchr(buf_text(&said), '['), "[427]#1767597600 1 8");
    mtconnect_parts_free(p);
}

static void parts_without_length_end_at_the_boundary(void **state)
{
    (void)state;
    assay_err err = {0};
    mtconnect_parts *p;
    const char *body = "--b\r\n\r\n<MTConnectStreams/>\r\n--b\r\nX: y\r\n\r\n<MTConnectError/>\r\n--b--\r\n";
    buf_clear(&said);
    assert_ok(mtconnect_parts_new("multipart/mixed; boundary=\"b\"", on_part, NULL, &p, &err), err);
    assert_ok(mtconnect_parts_take(p, body, strlen(body), &err), err);
    assert_string_equal(buf_text(&said), "[21][19]");
    mtconnect_parts_free(p);
}

static void streams_that_never_come_to_a_part_are_refused(void **state)
{
    (void)state;
    static char junk[100000];
    assay_err err = {0};
    mtconnect_parts *p;
    memset(junk, 'x', sizeof junk);
    assert_int_equal(mtconnect_parts_new("text/xml", on_part, NULL, &p, &err), ASSAY_FORMAT);
    assert_ok(mtconnect_parts_new("multipart/mixed;boundary=b", on_part, NULL, &p, &err), err);
    assert_int_equal(mtconnect_parts_take(p, junk, sizeof junk, &err), ASSAY_FORMAT);
    mtconnect_parts_free(p);
    assert_ok(mtconnect_parts_new("multipart/mixed;boundary=b", on_part, NULL, &p, &err), err);
    assert_int_equal(mtconnect_parts_take(p, "--b\r\nContent-Length: 99999999999\r\n\r\n", 37, &err), ASSAY_LIMIT);
    mtconnect_parts_free(p);
}

static int end(void **state)
{
    (void)state;
    buf_done(&said);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(documents_of_an_agent_are_understood),
        cmocka_unit_test(what_is_no_document_is_refused),
        cmocka_unit_test(a_recorded_stream_is_cut_into_its_parts_however_it_arrives),
        cmocka_unit_test(a_listener_may_stop_behind_any_part),
        cmocka_unit_test(parts_without_length_end_at_the_boundary),
        cmocka_unit_test(streams_that_never_come_to_a_part_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, end);
}
