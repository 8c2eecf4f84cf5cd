/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "read/spb.h"

#include <jansson.h>
#include <zlib.h>

static size_t from_hex(const char *hex, uint8_t *out, size_t room)
{
    size_t n = strlen(hex) / 2;
    assert_true(n <= room);
    for (size_t i = 0; i < n; i++) {
        unsigned byte;
        assert_int_equal(sscanf(hex + 2 * i, "%2x", &byte), 1);
        out[i] = (uint8_t)byte;
    }
    return n;
}

static assay_status read_hex(const char *hex, spb_payload *p, assay_err *err)
{
    static uint8_t bytes[1 << 16];
    return spb_read(bytes, from_hex(hex, bytes, sizeof bytes), p, err);
}

static const char *text_of(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

static void same_text(const char *text, size_t length, const char *expected)
{
    assert_non_null(text);
    assert_int_equal(length, strlen(expected));
    assert_memory_equal(text, expected, length);
}

static void same_bytes(const spb_metric *m, const char *expected)
{
    uint8_t bytes[256];
    size_t n;
    if (sscanf(expected, "<%*[a-z] %zu bytes>", &n) == 1) {
        assert_int_equal(m->value_length, n);
        return;
    }
    n = from_hex(expected + strlen("hex:"), bytes, sizeof bytes);
    assert_int_equal(m->value_length, n);
    assert_memory_equal(m->value.bytes, bytes, n);
}

static void same_value(const spb_metric *m, uint32_t type, const json_t *value)
{
    spb_number x = spb_number_of(m, type);
    if (json_is_real(value) || json_is_boolean(value)) {
        double expected = json_is_real(value) ? json_real_value(value) : json_is_true(value);
        assert_true(x.kind == SPB_VALUE_DECIMAL || x.kind == SPB_VALUE_RAW);
        assert_true(x.raw == expected);
        if (x.kind == SPB_VALUE_DECIMAL)
            assert_true(decimal_to_double(x.value.mantissa, x.value.exponent) == expected);
        return;
    }
    const char *expected = json_string_value(value);
    size_t length;
    const char *text = spb_text_of(m, type, &length);
    if (text)
        same_text(text, length, expected);
    else if (type == SPB_DOUBLE)
        assert_true(x.kind == SPB_VALUE_NOT_FINITE && !isfinite(x.raw));
    else
        same_bytes(m, expected);
}

static void same_metric(const spb_metric *m, const json_t *expected)
{
    const char *name = text_of(expected, "name");
    const json_t *value = json_object_get(expected, "value"), *all;
    if (name)
        same_text(m->name, m->name_length, name);
    assert_int_equal(m->has & SPB_HAS_NAME, name ? SPB_HAS_NAME : 0);
    if (json_object_get(expected, "alias"))
        assert_true((double)m->alias == json_number_value(json_object_get(expected, "alias")));
    if (json_object_get(expected, "timestamp"))
        assert_true((double)m->timestamp ==
                    json_number_value(json_object_get(expected, "timestamp")));
    assert_string_equal(spb_type_name(m->type), text_of(expected, "datatype"));
    assert_int_equal(!!(m->has & SPB_IS_NULL), json_is_true(json_object_get(expected, "is_null")));
    assert_int_equal(!!(m->has & SPB_IS_TRANSIENT),
                     json_is_true(json_object_get(expected, "is_transient")));
    if ((all = json_object_get(expected, "properties"))) {
        assert_true(m->quality == json_number_value(json_object_get(all, "Quality")));
        same_text(m->unit, m->unit_length, text_of(all, "engUnit"));
    }
    if (value)
        same_value(m, m->type, value);
    else
        assert_int_equal(spb_number_of(m, m->type).kind, SPB_VALUE_NULL);
}

static void same_message(const char *hex, const json_t *expected, spb_payload *p)
{
    assay_err err;
    const json_t *metrics = json_object_get(expected, "metrics"), *seq;
    if (json_object_get(expected, "state"))
        return;
    if (json_object_get(expected, "error")) {
        assert_int_equal(read_hex(hex, p, &err), ASSAY_FORMAT);
        assert_true(p->n == 0 && p->fault);
        return;
    }
    assert_ok(read_hex(hex, p, &err), err);
    assert_int_equal(p->n, json_array_size(metrics));
    for (size_t i = 0; i < p->n; i++)
        same_metric(&p->metrics[i], json_array_get(metrics, i));
    seq = json_object_get(expected, "seq");
    assert_int_equal(p->has_seq, seq != NULL);
    if (seq)
        assert_true((double)p->seq == json_number_value(seq));
}

static FILE *open_sample(const char *name, const char *end)
{
    char file[128];
    snprintf(file, sizeof file, "sparkplug/%s%s", name, end);
    FILE *f = fopen(check_data(file), "r");
    assert_non_null(f);
    return f;
}

static void every_sample_decodes_as_the_independent_reader_did(void **state)
{
    (void)state;
    static const char *const samples[] = {
        "01-session-real-client",        "02-all-datatypes",
        "03-reorder-gap-wrap-duplicate", "04-stale-death-and-rebirth",
        "05-late-joiner-unknown-alias",  "07-malformed"};
    size_t messages = 0;
    spb_payload p = {0};
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        FILE *wire = open_sample(samples[i], ".jsonl"),
             *decoded = open_sample(samples[i], ".decoded.jsonl");
        static char line[1 << 16];
        while (fgets(line, sizeof line, wire)) {
            json_t *m = json_loads(line, 0, NULL);
            assert_non_null(m);
            assert_non_null(fgets(line, sizeof line, decoded));
            json_t *expected = json_loads(line, JSON_DECODE_INT_AS_REAL, NULL);
            assert_non_null(expected);
            same_message(text_of(m, "payload_hex"), expected, &p);
            json_decref(m);
            json_decref(expected);
            messages++;
        }
        fclose(wire);
        fclose(decoded);
    }
    assert_int_equal(messages, 104 + 1 + 260 + 12 + 3 + 14);
    spb_done(&p);
}

/* -- numbers --------------------------------------------------------------------------------- */

static spb_number number(spb_field in, uint64_t bits, spb_type type)
{
    spb_metric m = {.field = (uint8_t)in, .value.bits = bits};
    return spb_number_of(&m, type);
}

static uint64_t bits_of(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static uint64_t bits_of_float(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

#define assert_decimal(x, m, e)                                                                    \
    do {                                                                                           \
        spb_number check_x = (x);                                                                  \
        assert_int_equal(check_x.kind, SPB_VALUE_DECIMAL);                                         \
        assert_true(check_x.value.mantissa == (m) && check_x.value.exponent == (e));               \
    } while (0)

static void integers_are_twos_complement_of_their_field(void **state)
{
    (void)state;
    assert_decimal(number(SPB_IN_INT, 4294967168u, SPB_INT8), -128, 0);
    assert_decimal(number(SPB_IN_LONG, (uint64_t)-128, SPB_INT8), -128, 0);
    assert_decimal(number(SPB_IN_INT, 0x80000000u, SPB_INT32), INT64_C(-2147483648), 0);
    assert_decimal(number(SPB_IN_LONG, 4294967295u, SPB_UINT32), INT64_C(4294967295), 0);
    assert_decimal(number(SPB_IN_INT, 4294967295u, SPB_UINT32), INT64_C(4294967295), 0);
    assert_decimal(number(SPB_IN_INT, 0xFFFFFFFFu, SPB_INT64), -1, 0);
    assert_int_equal(number(SPB_IN_INT, 128, SPB_INT8).kind, SPB_VALUE_OUT_OF_RANGE);
    assert_int_equal(number(SPB_IN_INT, 4294967168u, SPB_UINT8).kind, SPB_VALUE_OUT_OF_RANGE);
    assert_int_equal(number(SPB_IN_LONG, UINT64_C(1) << 32, SPB_UINT32).kind,
                     SPB_VALUE_OUT_OF_RANGE);
    assert_decimal(number(SPB_IN_BOOL, 1, SPB_BOOLEAN), 1, 0);
    assert_int_equal(number(SPB_IN_BOOL, 1, SPB_INT8).kind, SPB_VALUE_OTHER);
}

static void integers_wider_than_18_digits_keep_their_nearest_double(void **state)
{
    (void)state;
    spb_number x = number(SPB_IN_LONG, UINT64_MAX, SPB_UINT64);
    assert_true(x.kind == SPB_VALUE_RAW && x.raw == 18446744073709551616.0);
    x = number(SPB_IN_LONG, UINT64_C(1) << 63, SPB_INT64);
    assert_true(x.kind == SPB_VALUE_RAW && x.raw == -9223372036854775808.0);
    assert_decimal(number(SPB_IN_LONG, UINT64_C(999999999999999999), SPB_UINT64),
                   INT64_C(999999999999999999), 0);
}

static void numbers_in_another_number_field_are_taken_if_exact(void **state)
{
    (void)state;
    assert_decimal(number(SPB_IN_DOUBLE, bits_of(-7), SPB_INT16), -7, 0);
    assert_int_equal(number(SPB_IN_DOUBLE, bits_of(7.5), SPB_INT16).kind, SPB_VALUE_OUT_OF_RANGE);
    assert_int_equal(number(SPB_IN_DOUBLE, bits_of(-7), SPB_UINT16).kind, SPB_VALUE_OUT_OF_RANGE);
    assert_int_equal(number(SPB_IN_DOUBLE, bits_of(NAN), SPB_INT16).kind, SPB_VALUE_NOT_FINITE);
    assert_decimal(number(SPB_IN_INT, 12, SPB_DOUBLE), 12, 0);
    assert_int_equal(number(SPB_IN_INT, (1 << 24) + 1, SPB_FLOAT).kind, SPB_VALUE_OUT_OF_RANGE);
    assert_decimal(number(SPB_IN_FLOAT, bits_of_float(0.1f), SPB_DOUBLE), 1, -1);
    assert_int_equal(number(SPB_IN_STRING, 0, SPB_DOUBLE).kind, SPB_VALUE_OTHER);
}

static void reals_become_their_own_shortest_decimal(void **state)
{
    (void)state;
    assert_decimal(number(SPB_IN_DOUBLE, bits_of(24.5), SPB_DOUBLE), 245, -1);
    assert_decimal(number(SPB_IN_DOUBLE, bits_of(0.1 + 0.2), SPB_DOUBLE),
                   INT64_C(30000000000000004), -17);
    assert_decimal(number(SPB_IN_DOUBLE, bits_of(1e-300), SPB_DOUBLE), 1, -300);
    assert_decimal(number(SPB_IN_DOUBLE, bits_of(-0.0), SPB_DOUBLE), 0, 0);
    assert_decimal(number(SPB_IN_DOUBLE, bits_of(1.7976931348623157e308), SPB_DOUBLE),
                   INT64_C(17976931348623157), 292);
    assert_decimal(number(SPB_IN_DOUBLE, bits_of(5e-324), SPB_DOUBLE), 5, -324);
    assert_decimal(number(SPB_IN_FLOAT, bits_of_float(24.1f), SPB_FLOAT), 241, -1);
    assert_decimal(number(SPB_IN_FLOAT, bits_of_float(16777217.0f), SPB_FLOAT), 16777216, 0);
    assert_decimal(number(SPB_IN_FLOAT, bits_of_float(3.4028235e38f), SPB_FLOAT), 34028235, 31);
    assert_decimal(number(SPB_IN_FLOAT, bits_of_float(1.5e-42f), SPB_FLOAT), 15, -43);
    assert_int_equal(number(SPB_IN_FLOAT, bits_of_float(-INFINITY), SPB_FLOAT).kind,
                     SPB_VALUE_NOT_FINITE);
}

static void every_double_reads_back_from_its_decimal(void **state)
{
    (void)state;
    uint64_t seed = 42;
    for (int i = 0; i < 200000; i++) {
        seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
        double x;
        float y;
        uint64_t bits = i % 2 ? seed : bits_of((double)(int64_t)(seed >> 40) / 1000);
        uint32_t low = (uint32_t)(seed >> 32);
        memcpy(&x, &bits, sizeof x);
        memcpy(&y, &low, sizeof y);
        spb_number d = number(SPB_IN_DOUBLE, bits, SPB_DOUBLE),
                   f = number(SPB_IN_FLOAT, low, SPB_FLOAT);
        if (isfinite(x))
            assert_true(decimal_to_double(d.value.mantissa, d.value.exponent) == x);
        if (isfinite(y))
            assert_true((float)decimal_to_double(f.value.mantissa, f.value.exponent) == y);
    }
}

/* -- arrays -------------------------------------------------------------------------------- */

static spb_metric array(const char *hex)
{
    static uint8_t bytes[256];
    size_t n = from_hex(hex, bytes, sizeof bytes);
    return (spb_metric){.field = SPB_IN_BYTES, .value.bytes = bytes, .value_length = (uint32_t)n};
}

static void arrays_are_packed_little_endian(void **state)
{
    (void)state;
    spb_metric m = array("ef7b"); /* the specification's examples; reals little-endian */
    assert_int_equal(spb_array_count(&m, SPB_INT8_ARRAY), 2);
    assert_decimal(spb_array_at(&m, SPB_INT8_ARRAY, 0), -17, 0);
    assert_decimal(spb_array_at(&m, SPB_INT8_ARRAY, 1), 123, 0);
    m = array("308a30757537"); /* -30160, 30000, 14197 */
    assert_decimal(spb_array_at(&m, SPB_INT16_ARRAY, 0), -30160, 0);
    assert_decimal(spb_array_at(&m, SPB_UINT16_ARRAY, 0), 35376, 0);
    m = array("0000c441cdccc041");
    assert_decimal(spb_array_at(&m, SPB_FLOAT_ARRAY, 0), 245, -1);
    assert_decimal(spb_array_at(&m, SPB_FLOAT_ARRAY, 1), 241, -1);
    m = array("0000000000803840");
    assert_decimal(spb_array_at(&m, SPB_DOUBLE_ARRAY, 0), 245, -1);
    assert_int_equal(spb_array_count(&m, SPB_DATETIME_ARRAY), 1);
    m = array("0c0000003450"); /* 12 bits */
    assert_int_equal(spb_array_count(&m, SPB_BOOLEAN_ARRAY), 12);
    assert_decimal(spb_array_at(&m, SPB_BOOLEAN_ARRAY, 2), 1, 0);
    assert_decimal(spb_array_at(&m, SPB_BOOLEAN_ARRAY, 11), 1, 0);
    assert_decimal(spb_array_at(&m, SPB_BOOLEAN_ARRAY, 10), 0, 0);
    m = array("414200430000");
    assert_int_equal(spb_array_count(&m, SPB_STRING_ARRAY), 3);
}

static void an_array_that_is_not_whole_has_no_elements(void **state)
{
    (void)state;
    spb_metric m = array("000000");
    assert_true(spb_array_count(&m, SPB_INT16_ARRAY) == SIZE_MAX);
    assert_true(spb_array_count(&m, SPB_BOOLEAN_ARRAY) == SIZE_MAX);
    m = array("ffffffff00");
    assert_true(spb_array_count(&m, SPB_BOOLEAN_ARRAY) == SIZE_MAX);
    m = array("4142");
    assert_true(spb_array_count(&m, SPB_STRING_ARRAY) == SIZE_MAX);
    assert_true(spb_array_count(&m, SPB_DOUBLE) == SIZE_MAX);
}

/* -- what is refused -------------------------------------------------------------------------- */

static void refused(const char *hex, const char *fault)
{
    spb_payload p = {0};
    assay_err err;
    assert_int_not_equal(read_hex(hex, &p, &err), ASSAY_OK);
    assert_string_equal(p.fault, fault);
    assert_int_equal(p.n, 0);
    spb_done(&p);
}

static void malformed_messages_are_refused_with_their_reason(void **state)
{
    (void)state;
    refused("0affffffff0f", "cut-short");
    refused("08", "cut-short");
    refused("1205690000", "cut-short");
    refused("ffffffffffffffffffff01", "endless-varint");
    refused("08ffffffffffffffffffff01", "endless-varint");
    refused("0b", "wire-type");
    refused("0c", "wire-type");
    refused("0e", "wire-type");
    refused("0f", "wire-type");
    refused("0001", "wire-type"); /* field 0 */
    refused("12040a02c328", "not-utf-8");
    refused("1203"
            "7a01ff",
            "not-utf-8");
    refused("2201ff", "not-utf-8");
    refused("1205"
            "4a03"
            "0a0161",
            "bad-properties");
}

static void unknown_fields_are_skipped_and_the_last_of_a_kind_wins(void **state)
{
    (void)state;
    spb_payload p = {0};
    assay_err err;
    /* fields 30 (bytes), 40 (varint), 50 (fixed64), 51 (fixed32), a name of another wire type */
    assert_ok(read_hex("f2010161"
                       "c00205"
                       "91030000000000000000"
                       "9d0300000000"
                       "120f"
                       "0805"
                       "1001"
                       "1002"
                       "5007"
                       "6d0000803f"
                       "3800"
                       "1803",
                       &p, &err),
              err);
    assert_int_equal(p.n, 1);
    assert_true(p.metrics[0].alias == 2 && p.seq == 3);
    assert_false(p.metrics[0].has & SPB_HAS_NAME);
    assert_int_equal(p.metrics[0].field, SPB_IN_INT); /* field 13 as fixed32 is unknown */
    spb_done(&p);
}

static void put_nested(buf *out, int depth, unsigned char tag_hi, unsigned char tag_lo)
{
    buf inner = BUF_INIT;
    for (int i = 0; i < depth; i++) { /* template (18) of a metric (2) of a template ... */
        buf shell = BUF_INIT;
        if (i) {
            buf_addf(&shell, "%c%c", 0x12, (int)inner.length);
            buf_add(&shell, inner.data, inner.length);
        }
        buf_clear(&inner);
        buf_addf(&inner, "%c%c%c", tag_hi, tag_lo, (int)shell.length);
        buf_add(&inner, shell.data, shell.length);
        buf_done(&shell);
    }
    buf_addf(out, "%c%c", 0x12, (int)inner.length);
    buf_add(out, inner.data, inner.length);
    buf_done(&inner);
}

static void templates_nest_eight_deep_and_no_deeper(void **state)
{
    (void)state;
    spb_payload p = {0};
    buf b = BUF_INIT;
    assay_err err;
    put_nested(&b, 8, 0x92, 0x01);
    assert_ok(spb_read(b.data, b.length, &p, &err), err);
    assert_int_equal(p.metrics[0].field, SPB_IN_TEMPLATE);
    buf_clear(&b);
    put_nested(&b, 9, 0x92, 0x01);
    assert_int_equal(spb_read(b.data, b.length, &p, &err), ASSAY_FORMAT);
    assert_string_equal(p.fault, "too-deep");
    buf_done(&b);
    spb_done(&p);
}

static void more_metrics_than_allowed_are_refused(void **state)
{
    (void)state;
    spb_payload p = {0};
    buf b = BUF_INIT;
    assay_err err;
    for (int i = 0; i < SPB_METRICS_MAX; i++)
        buf_add(&b, "\x12\0", 2);
    assert_ok(spb_read(b.data, b.length, &p, &err), err);
    assert_int_equal(p.n, SPB_METRICS_MAX);
    buf_add(&b, "\x12\0", 2);
    assert_int_equal(spb_read(b.data, b.length, &p, &err), ASSAY_LIMIT);
    assert_string_equal(p.fault, "too-large");
    buf_done(&b);
    spb_done(&p);
}

/* -- compressed -------------------------------------------------------------------------------- */

static void pack(const void *bytes, size_t length, bool gzip, buf *out)
{
    static uint8_t packed[1 << 20];
    z_stream z = {.next_in = (Bytef *)bytes,
                  .avail_in = (uInt)length,
                  .next_out = packed,
                  .avail_out = sizeof packed};
    assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, gzip ? 31 : 15, 8, 0), Z_OK);
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    size_t n = sizeof packed - z.avail_out;
    deflateEnd(&z);
    buf_addf(out, "%c%cSPBV1.0_COMPRESSED%c", 0x22, 18, 0x2a);
    size_t rest = n;
    for (; rest >= 0x80; rest >>= 7)
        buf_add_char(out, (char)(rest | 0x80));
    buf_add_char(out, (char)rest);
    buf_add(out, packed, n);
}

static void a_compressed_payload_is_the_one_inside(void **state)
{
    (void)state;
    static const uint8_t plain[] = {0x12, 0x05, 0x10, 0x07, 0x50, 0x80, 0x01, 0x18, 0x09};
    for (int gzip = 0; gzip < 2; gzip++) {
        spb_payload p = {0};
        buf b = BUF_INIT;
        assay_err err;
        pack(plain, sizeof plain, gzip, &b);
        assert_ok(spb_read(b.data, b.length, &p, &err), err);
        assert_true(p.was_compressed && p.n == 1 && p.has_seq && p.seq == 9);
        assert_true(p.metrics[0].alias == 7 && p.metrics[0].value.bits == 128);
        b.data[b.length / 2 + 8] ^= 0x55;
        assert_int_equal(spb_read(b.data, b.length, &p, &err), ASSAY_FORMAT);
        assert_string_equal(p.fault, "bad-compression");
        buf_done(&b);
        spb_done(&p);
    }
}

static void a_bomb_ends_at_the_limit(void **state)
{
    (void)state;
    spb_payload p = {0};
    buf b = BUF_INIT;
    assay_err err;
    char *zeros = calloc(1, 64 << 20);
    pack(zeros, 64 << 20, false, &b);
    free(zeros);
    assert_true(b.length < 100000);
    assert_int_equal(spb_read(b.data, b.length, &p, &err), ASSAY_LIMIT);
    assert_string_equal(p.fault, "too-large");
    assert_true(p.plain.room <= 4 * (size_t)SPB_BYTES_MAX);
    buf_done(&b);
    spb_done(&p);
}

/* -- writing ----------------------------------------------------------------------------------- */

static void what_is_written_reads_back(void **state)
{
    (void)state;
    spb_metric metrics[] = {{.name = "Node Control/Rebirth",
                             .name_length = 20,
                             .type = SPB_BOOLEAN,
                             .timestamp = 1767597600000,
                             .has = SPB_HAS_NAME | SPB_HAS_TYPE | SPB_HAS_TIMESTAMP,
                             .field = SPB_IN_BOOL,
                             .value.bits = 1},
                            {.alias = 300,
                             .has = SPB_HAS_ALIAS | SPB_HAS_QUALITY | SPB_IS_HISTORICAL,
                             .quality = 500,
                             .unit = "mm",
                             .unit_length = 2,
                             .field = SPB_IN_DOUBLE,
                             .value.bits = 0x4038800000000000},
                            {.alias = 1, .has = SPB_HAS_ALIAS | SPB_IS_NULL | SPB_IS_TRANSIENT}};
    spb_payload in = {.timestamp = 1767597600005,
                      .has_timestamp = true,
                      .metrics = metrics,
                      .n = 3},
                out = {0};
    buf b = BUF_INIT;
    assay_err err;
    spb_write(&in, &b);
    assert_ok(spb_read(b.data, b.length, &out, &err), err);
    assert_true(out.n == 3 && out.timestamp == in.timestamp && !out.has_seq);
    same_text(out.metrics[0].name, out.metrics[0].name_length, "Node Control/Rebirth");
    assert_true(out.metrics[0].value.bits == 1 && out.metrics[0].type == SPB_BOOLEAN);
    assert_decimal(spb_number_of(&out.metrics[1], SPB_DOUBLE), 245, -1);
    assert_int_equal(out.metrics[1].quality, 500);
    same_text(out.metrics[1].unit, out.metrics[1].unit_length, "mm");
    assert_int_equal(out.metrics[1].has & SPB_IS_HISTORICAL, SPB_IS_HISTORICAL);
    assert_int_equal(out.metrics[2].has, SPB_HAS_ALIAS | SPB_IS_NULL | SPB_IS_TRANSIENT);
    buf_done(&b);
    spb_done(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_sample_decodes_as_the_independent_reader_did),
        cmocka_unit_test(integers_are_twos_complement_of_their_field),
        cmocka_unit_test(integers_wider_than_18_digits_keep_their_nearest_double),
        cmocka_unit_test(numbers_in_another_number_field_are_taken_if_exact),
        cmocka_unit_test(reals_become_their_own_shortest_decimal),
        cmocka_unit_test(every_double_reads_back_from_its_decimal),
        cmocka_unit_test(arrays_are_packed_little_endian),
        cmocka_unit_test(an_array_that_is_not_whole_has_no_elements),
        cmocka_unit_test(malformed_messages_are_refused_with_their_reason),
        cmocka_unit_test(unknown_fields_are_skipped_and_the_last_of_a_kind_wins),
        cmocka_unit_test(templates_nest_eight_deep_and_no_deeper),
        cmocka_unit_test(more_metrics_than_allowed_are_refused),
        cmocka_unit_test(a_compressed_payload_is_the_one_inside),
        cmocka_unit_test(a_bomb_ends_at_the_limit),
        cmocka_unit_test(what_is_written_reads_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
