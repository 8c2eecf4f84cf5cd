/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "live/mapping_metric.h"

typedef struct {
    sparkplug_host *host;
    mapping_metric *mapping;
    catalog *catalog;
    json_t *settings;
    size_t n, repeats, refusals;
    char refused[32];
    struct {
        char path[128], value[32], text[CONTEXT_COUNT][32];
        int64_t time;
        uint32_t size;
        uint8_t status;
        bool is_historical;
    } row[64];
} bench;

static void on_row(void *context, const metric_value *v)
{
    bench *b = context;
    assert_true(b->n < 64);
    snprintf(b->row[b->n].path, 128, "%s", catalog_path(b->catalog, v->place));
    if (v->status & STATUS_RAW)
        double_format(v->raw, b->row[b->n].value, 32);
    else
        snprintf(b->row[b->n].value, 32, "%lldE%d", (long long)v->value.mantissa,
                 v->value.exponent);
    for (int k = 0; v->has_texts && k < CONTEXT_COUNT; k++)
        snprintf(b->row[b->n].text[k], 32, "%.*s", (int)v->texts[k].length,
                 v->texts[k].text ? v->texts[k].text : "");
    b->row[b->n].time = v->time;
    b->row[b->n].size = v->size;
    b->row[b->n].status = v->status;
    b->row[b->n++].is_historical = v->is_historical;
}

static void on_refuse(void *context, const char *reason, const char *remedy, uint64_t count,
                      const char *example, size_t length)
{
    bench *b = context;
    (void)remedy, (void)example, (void)length;
    snprintf(b->refused, sizeof b->refused, "%s", reason);
    b->refusals += count;
}

static void on_repeat(void *context, uint64_t values)
{
    ((bench *)context)->repeats += values;
}

static void host_data(void *context, const sparkplug_message *m)
{
    mapping_metric_take(((bench *)context)->mapping, m);
}

static void host_gap(void *context, sparkplug_node *n)
{
    mapping_metric_gap(((bench *)context)->mapping, n);
}

static void host_forget(void *context, sparkplug_device *d)
{
    mapping_metric_forget(((bench *)context)->mapping, d);
}

static void host_rebirth(void *context, sparkplug_node *n)
{
    (void)context, (void)n;
}

static bench *open_bench(const char *settings)
{
    bench *b = calloc(1, sizeof *b);
    assay_err err;
    json_error_t where;
    b->settings = json_loads(settings, 0, &where);
    if (!b->settings)
        fail_msg("%s", where.text);
    assert_ok(catalog_open(NULL, &b->catalog, &err), err);
    assert_ok(mapping_metric_check(b->settings, &err), err);
    metric_sink out = {on_row, on_refuse, on_repeat, b};
    assert_ok(mapping_metric_new(b->settings, b->catalog, &out, &b->mapping, &err), err);
    sparkplug_settings s = {.id = "h", .reorder_ms = 0, .asks_rebirth = true};
    sparkplug_sink sink = {.data = host_data,
                           .gap = host_gap,
                           .refuse = on_refuse,
                           .rebirth = host_rebirth,
                           .forget = host_forget,
                           .context = b};
    assert_ok(sparkplug_host_new(&s, &sink, &b->host, &err), err);
    return b;
}

static void close_bench(bench *b)
{
    sparkplug_host_free(b->host);
    mapping_metric_free(b->mapping);
    catalog_close(b->catalog);
    json_decref(b->settings);
    free(b);
}

/* -- metrics --------------------------------------------------------------------------- */

static spb_metric metric(const char *name, uint32_t type)
{
    return (spb_metric){
        .name = name, .name_length = (uint32_t)strlen(name), .type = type, .has = SPB_HAS_NAME};
}

static spb_metric real(const char *name, double x)
{
    spb_metric m = metric(name, SPB_DOUBLE);
    m.field = SPB_IN_DOUBLE;
    memcpy(&m.value.bits, &x, sizeof x);
    return m;
}

static spb_metric whole(const char *name, uint32_t type, uint64_t x)
{
    spb_metric m = metric(name, type);
    m.field = type == SPB_BOOLEAN ? SPB_IN_BOOL : SPB_IN_INT;
    m.value.bits = x;
    return m;
}

static spb_metric words(const char *name, const char *text)
{
    spb_metric m = metric(name, SPB_STRING);
    m.field = SPB_IN_STRING;
    m.value.bytes = (const uint8_t *)text;
    m.value_length = (uint32_t)strlen(text);
    return m;
}

static spb_metric at(spb_metric m, uint64_t ms)
{
    m.timestamp = ms;
    m.has |= SPB_HAS_TIMESTAMP;
    return m;
}

static spb_metric with(spb_metric m, int bit)
{
    m.has = (uint8_t)(m.has | bit);
    return m;
}

static void send(bench *b, const char *topic, int seq, size_t n, const spb_metric *metrics)
{
    buf out = BUF_INIT;
    static spb_metric typed[16];
    bool is_birth = strstr(topic, "BIRTH") != NULL;
    for (size_t i = 0; i < n; i++)
        typed[i] = is_birth ? with(metrics[i], SPB_HAS_TYPE) : metrics[i];
    spb_payload p = {.metrics = typed,
                     .n = n,
                     .seq = (uint64_t)seq,
                     .has_seq = true,
                     .timestamp = 5000,
                     .has_timestamp = true};
    spb_write(&p, &out);
    sparkplug_host_take(b->host, (sparkplug_clock){1, 1}, topic, strlen(topic), buf_text(&out),
                        out.length, false);
    buf_done(&out);
}

#define COUNT(list) (sizeof(list) / sizeof *(list))
#define NBIRTH(b, ...)                                                                             \
    do {                                                                                           \
        spb_metric list[] = {__VA_ARGS__};                                                         \
        send(b, "spBv1.0/G/NBIRTH/N", 0, COUNT(list), list);                                       \
    } while (0)
#define DBIRTH(b, seq, ...)                                                                        \
    do {                                                                                           \
        spb_metric list[] = {__VA_ARGS__};                                                         \
        send(b, "spBv1.0/G/DBIRTH/N/D", seq, COUNT(list), list);                                   \
    } while (0)
#define DDATA(b, seq, ...)                                                                         \
    do {                                                                                           \
        spb_metric list[] = {__VA_ARGS__};                                                         \
        send(b, "spBv1.0/G/DDATA/N/D", seq, COUNT(list), list);                                    \
    } while (0)
#define BDSEQ whole("bdSeq", SPB_INT64, 0)

/* -- contract -------------------------------------------------------------------------- */

static void without_a_mapping_every_number_counts_under_its_topic(void **state)
{
    (void)state;
    bench *b = open_bench("{}");
    NBIRTH(b, BDSEQ, whole("Node Control/Rebirth", SPB_BOOLEAN, 0), whole("Uptime", SPB_UINT32, 5));
    DBIRTH(b, 1, real("Dim/OD", 10), words("Serial", ""), whole("Ok", SPB_BOOLEAN, 1));
    assert_int_equal(b->n, 0); /* births are no measurements */
    DDATA(b, 2, at(real("Dim/OD", 10.25), 1000), words("Serial", "S1"),
          whole("Ok", SPB_BOOLEAN, 1));
    spb_metric uptime = whole("Uptime", SPB_UINT32, 6);
    send(b, "spBv1.0/G/NDATA/N", 3, 1, &uptime);
    assert_int_equal(b->n, 2);
    assert_string_equal(b->row[0].path, "G/N/D/Dim/OD");
    assert_string_equal(b->row[0].value, "1025E-2");
    assert_true(b->row[0].time == 1000000000);
    assert_string_equal(b->row[1].path, "G/N/Uptime");
    assert_true(b->row[1].time == 5000000000); /* the message's */
    assert_int_equal(b->refusals, 0);
    close_bench(b);
}

static void companions_of_the_same_message_are_context(void **state)
{
    (void)state;
    bench *b = open_bench(
        "{\"mapping\": [{\"device\": \"D\", \"metric\": \"OD\", \"characteristic\": "
        "\"{device}/od\","
        " \"serial\": \"Serial\", \"subgroup\": \"Day\", \"batch\": {\"metric\": \"Batch\","
        " \"carry\": true}, \"decimals\": 2}]}");
    NBIRTH(b, BDSEQ);
    DBIRTH(b, 1, real("OD", 0), words("Serial", "old"), whole("Day", SPB_INT32, 0),
           words("Batch", "B0"), real("ID", 0));
    DDATA(b, 2, real("OD", 1.5), words("Serial", "S1"), whole("Day", SPB_INT32, 7), real("ID", 9));
    DDATA(b, 3, real("OD", 1.6), words("Batch", "B1"));
    DDATA(b, 4, real("OD", 1.7));
    assert_int_equal(b->n, 3);
    assert_string_equal(b->row[0].path, "D/od");
    assert_string_equal(b->row[0].text[CONTEXT_SERIAL], "S1");
    assert_string_equal(b->row[0].text[CONTEXT_SUBGROUP], "7");
    assert_string_equal(b->row[0].text[CONTEXT_BATCH], "B0"); /* known from the birth */
    assert_string_equal(b->row[1].text[CONTEXT_SERIAL], "");  /* not in this message */
    assert_string_equal(b->row[1].text[CONTEXT_BATCH], "B1");
    assert_string_equal(b->row[2].text[CONTEXT_BATCH], "B1");
    DDATA(b, 9, real("OD", 1.8)); /* messages were lost: the batch is not known any more */
    assert_string_equal(b->row[3].text[CONTEXT_BATCH], "");
    close_bench(b);
}

static void a_counter_makes_a_part_of_a_value_that_stayed_the_same(void **state)
{
    (void)state;
    bench *b = open_bench("{\"mapping\": [{\"metric\": \"OD\", \"part\": {\"change\": \"Count\"},"
                          " \"serial\": \"Count\"}]}");
    NBIRTH(b, BDSEQ);
    DBIRTH(b, 1, real("OD", 10), whole("Count", SPB_UINT32, 7));
    DDATA(b, 2, real("OD", 10.5));                        /* still the same part */
    DDATA(b, 3, at(whole("Count", SPB_UINT32, 8), 2000)); /* done: 10.5 */
    DDATA(b, 4, at(whole("Count", SPB_UINT32, 9), 3000)); /* the next one measures the same */
    DDATA(b, 5, whole("Count", SPB_UINT32, 9));           /* nothing new */
    DDATA(b, 6, real("OD", 10.7), whole("Count", SPB_UINT32, 10));
    assert_int_equal(b->n, 3);
    assert_string_equal(b->row[0].value, "105E-1");
    assert_string_equal(b->row[1].value, "105E-1");
    assert_string_equal(b->row[2].value, "107E-1");
    assert_true(b->row[0].time == 2000000000 && b->row[1].time == 3000000000);
    assert_string_equal(b->row[1].text[CONTEXT_SERIAL], "9");
    close_bench(b);
}

static void a_trigger_takes_what_is_known_when_it_comes(void **state)
{
    (void)state;
    bench *b =
        open_bench("{\"mapping\": [{\"metric\": \"*\", \"part\": {\"trigger\": \"Done\"}}]}");
    NBIRTH(b, BDSEQ);
    DBIRTH(b, 1, real("OD", 10), real("ID", 5), whole("Done", SPB_BOOLEAN, 0));
    DDATA(b, 2, real("OD", 10.5), real("ID", 5.5));
    DDATA(b, 3, whole("Done", SPB_BOOLEAN, 0));
    assert_int_equal(b->n, 0);
    DDATA(b, 4, whole("Done", SPB_BOOLEAN, 1));
    assert_true(b->n >= 2);
    assert_string_equal(b->row[0].value, "105E-1");
    assert_string_equal(b->row[1].value, "55E-1");
    close_bench(b);
}

static void what_is_bad_null_or_stale_never_counts_as_good(void **state)
{
    (void)state;
    bench *b = open_bench("{}");
    NBIRTH(b, BDSEQ);
    DBIRTH(b, 1, real("x", 0), whole("i", SPB_INT8, 0));
    spb_metric bad = real("x", 1), stale = real("x", 2), odd = real("x", 3),
               none = with(metric("x", SPB_DOUBLE), SPB_IS_NULL);
    bad = with(bad, SPB_HAS_QUALITY);
    stale = with(stale, SPB_HAS_QUALITY);
    stale.quality = 500;
    odd = with(odd, SPB_HAS_QUALITY);
    odd.quality = 64;
    DDATA(b, 2, bad, stale, odd, none, real("x", NAN), real("x", INFINITY),
          with(real("x", 5), SPB_IS_TRANSIENT));
    assert_int_equal(b->n, 6);
    assert_int_equal(b->row[0].status & STATUS_MASK, STATUS_BAD);
    assert_int_equal(b->row[1].status & STATUS_MASK, STATUS_BAD);
    assert_int_equal(b->row[2].status & STATUS_MASK, STATUS_MARKED);
    assert_int_equal(b->row[3].status & STATUS_MASK, STATUS_NO_VALUE);
    assert_int_equal(b->row[4].status & STATUS_MASK, STATUS_BAD);
    assert_int_equal(b->row[5].status & STATUS_MASK, STATUS_BAD);
    DDATA(b, 3, whole("i", SPB_INT8, 300));
    assert_true(b->n == 6 && b->refusals == 1);
    assert_string_equal(b->refused, "out-of-range");
    close_bench(b);
}

static void history_is_told_and_does_not_become_the_present(void **state)
{
    (void)state;
    bench *b = open_bench("{\"mapping\": [{\"metric\": \"OD\", \"batch\": {\"metric\": \"Batch\", "
                          "\"carry\": true}}]}");
    NBIRTH(b, BDSEQ);
    DBIRTH(b, 1, real("OD", 0), words("Batch", "now"));
    DDATA(b, 2, with(real("OD", 1), SPB_IS_HISTORICAL),
          with(words("Batch", "then"), SPB_IS_HISTORICAL));
    DDATA(b, 3, real("OD", 2));
    assert_true(b->row[0].is_historical && !b->row[1].is_historical);
    assert_string_equal(b->row[0].text[CONTEXT_BATCH], "then");
    assert_string_equal(b->row[1].text[CONTEXT_BATCH], "now");
    close_bench(b);
}

static void births_count_only_if_asked_for_and_newer(void **state)
{
    (void)state;
    bench *b =
        open_bench("{\"mapping\": [{\"metric\": \"OD\", \"births\": true}, {\"metric\": \"ID\"}]}");
    NBIRTH(b, BDSEQ);
    DBIRTH(b, 1, at(real("OD", 1), 1000), at(real("ID", 1), 1000));
    DDATA(b, 2, at(real("OD", 2), 2000), at(real("ID", 2), 2000));
    DBIRTH(b, 3, at(real("OD", 2), 2000), at(real("ID", 2), 2000));
    assert_int_equal(b->n, 2);
    DBIRTH(b, 4, at(real("OD", 3), 3000), at(real("ID", 3), 3000));
    assert_int_equal(b->n, 3);
    assert_string_equal(b->row[2].value, "3E0");
    assert_string_equal(b->row[2].path, "G/N/D/OD");
    close_bench(b);
}

static void an_array_is_a_subgroup(void **state)
{
    (void)state;
    bench *b = open_bench("{}");
    static const double five[] = {1.5, 2.5, 3.5};
    spb_metric a = metric("five", SPB_DOUBLE_ARRAY);
    a.field = SPB_IN_BYTES;
    a.value.bytes = (const uint8_t *)five;
    a.value_length = sizeof five;
    NBIRTH(b, BDSEQ);
    DBIRTH(b, 1, a);
    DDATA(b, 2, at(a, 7000));
    assert_int_equal(b->n, 3);
    assert_string_equal(b->row[2].value, "35E-1");
    assert_string_equal(b->row[0].text[CONTEXT_SUBGROUP], "7000");
    a.value_length = 9;
    DDATA(b, 3, a);
    assert_true(b->n == 3 && b->refusals == 1);
    close_bench(b);
}

static void another_unit_than_mapped_is_refused(void **state)
{
    (void)state;
    bench *b = open_bench("{\"mapping\": [{\"metric\": \"OD\", \"unit\": \"mm\"}]}");
    spb_metric od = real("OD", 1);
    od.unit = "in";
    od.unit_length = 2;
    NBIRTH(b, BDSEQ);
    DBIRTH(b, 1, od);
    DDATA(b, 2, real("OD", 2));
    assert_true(b->n == 0 && b->refusals == 1);
    assert_string_equal(b->refused, "unit-differs");
    od.unit = "mm";
    DBIRTH(b, 3, od);
    DDATA(b, 4, real("OD", 2));
    assert_int_equal(b->n, 1);
    close_bench(b);
}

static void a_repeated_message_counts_its_values_as_duplicates(void **state)
{
    (void)state;
    bench *b = open_bench("{\"mapping\": [{\"metric\": \"OD\"}]}");
    NBIRTH(b, BDSEQ);
    DBIRTH(b, 1, real("OD", 0), real("ID", 0));
    DDATA(b, 2, real("OD", 1), real("ID", 1));
    DDATA(b, 2, real("OD", 1), real("ID", 1));
    assert_true(b->n == 1 && b->repeats == 1 && b->refusals == 0);
    close_bench(b);
}

static void texts_with_numbers_count_where_a_rule_names_them(void **state)
{
    (void)state;
    bench *b =
        open_bench("{\"mapping\": [{\"metric\": \"OD\", \"size\": \"N\"}], \"others\": true}");
    NBIRTH(b, BDSEQ);
    DBIRTH(b, 1, words("OD", ""), words("Name", ""), whole("N", SPB_INT32, 0));
    DDATA(b, 2, words("OD", "24.50"), words("Name", "25"), whole("N", SPB_INT32, 50));
    DDATA(b, 3, words("OD", "a"));
    assert_true(b->n == 1 && b->refusals == 1);
    assert_string_equal(b->row[0].value, "2450E-2");
    assert_int_equal(b->row[0].size, 50);
    close_bench(b);
}

static void wrong_settings_are_refused_and_named(void **state)
{
    (void)state;
    static const struct {
        const char *settings, *message;
    } wrong[] = {
        {"{\"mapping\": {}}", "\"mapping\" is not a list of objects"},
        {"{\"others\": 1}", "\"others\" is not true or false"},
        {"{\"mapping\": [1]}", "\"mapping\" entry 1 is not an object"},
        {"{\"mapping\": [{}]}",
         "\"mapping\" entry 1: \"metric\" is missing, expected the name of a metric"},
        {"{\"mapping\": [{\"metric\": \"a\"}, {\"metric\": \"b\", \"serail\": \"c\"}]}",
         "\"mapping\" entry 2: \"serail\" is not a member of it"},
        {"{\"mapping\": [{\"metric\": \"a\", \"serial\": 1}]}",
         "\"mapping\" entry 1: \"serial\" is 1, expected a metric's name or {\"metric\": NAME, "
         "\"carry\": true}"},
        {"{\"mapping\": [{\"metric\": \"a\", \"part\": \"each\"}]}",
         "\"mapping\" entry 1: \"part\" is \"each\", expected \"message\", {\"change\": METRIC} or "
         "{\"trigger\": METRIC}"},
        {"{\"mapping\": [{\"metric\": \"a\", \"kind\": \"x\"}]}",
         "\"mapping\" entry 1: \"kind\" is \"x\", expected \"variable\", \"defectives\" or "
         "\"defects\""},
    };
    for (size_t i = 0; i < COUNT(wrong); i++) {
        assay_err err;
        json_t *settings = json_loads(wrong[i].settings, 0, NULL);
        assert_int_equal(mapping_metric_check(settings, &err), ASSAY_USAGE);
        assert_string_equal(err.message, wrong[i].message);
        json_decref(settings);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_mapping_every_number_counts_under_its_topic),
        cmocka_unit_test(companions_of_the_same_message_are_context),
        cmocka_unit_test(a_counter_makes_a_part_of_a_value_that_stayed_the_same),
        cmocka_unit_test(a_trigger_takes_what_is_known_when_it_comes),
        cmocka_unit_test(what_is_bad_null_or_stale_never_counts_as_good),
        cmocka_unit_test(history_is_told_and_does_not_become_the_present),
        cmocka_unit_test(births_count_only_if_asked_for_and_newer),
        cmocka_unit_test(an_array_is_a_subgroup),
        cmocka_unit_test(another_unit_than_mapped_is_refused),
        cmocka_unit_test(a_repeated_message_counts_its_values_as_duplicates),
        cmocka_unit_test(texts_with_numbers_count_where_a_rule_names_them),
        cmocka_unit_test(wrong_settings_are_refused_and_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
