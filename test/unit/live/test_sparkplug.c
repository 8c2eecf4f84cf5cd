/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Topics and payloads in, calls out; the samples and what goes wrong elsewhere. */
#include "check.h"

#include "live/sparkplug.h"

#include <jansson.h>

/* What the host said, counted and kept. */
typedef struct {
    sparkplug_host *host;
    sparkplug_clock now;
    size_t values, marked, historical, from_births, messages, repeats, rebirths, gaps, contradicted;
    size_t changes, online_changes;
    double value[512];
    uint64_t time[512];
    char serial[128][16];
    char last_name[64];
    struct {
        char reason[32], example[200];
        size_t count;
    } refused[32];
    size_t refusals;
} plant;

static bool is_named(const sparkplug_metric *m, const char *name)
{
    return m->name_length == strlen(name) && memcmp(m->name, name, m->name_length) == 0;
}

static void value_seen(plant *p, const sparkplug_message *m, size_t i)
{
    const spb_metric *x = &m->payload->metrics[i];
    const sparkplug_metric *d = m->defined[i];
    spb_number number = spb_number_of(x, d->type);
    size_t length;
    const char *text = spb_text_of(x, d->type, &length);
    if (text && is_named(d, "Part/Serial") && p->values < 128)
        snprintf(p->serial[p->values], 16, "%.*s", (int)length, text);
    if (number.kind != SPB_VALUE_DECIMAL || d->type != SPB_DOUBLE)
        return;
    snprintf(p->last_name, sizeof p->last_name, "%.*s", (int)d->name_length, d->name);
    p->marked += m->is_marked;
    p->historical += !!(x->has & SPB_IS_HISTORICAL);
    if (p->values < 512) {
        p->value[p->values] = number.raw;
        p->time[p->values] = x->timestamp;
    }
    p->values++;
}

static void on_data(void *context, const sparkplug_message *m)
{
    plant *p = context;
    if (m->is_repeat) {
        p->repeats += m->payload->n;
        return;
    }
    if (m->is_birth) {
        p->from_births += m->payload->n;
        return;
    }
    p->messages++;
    for (size_t i = 0; i < m->payload->n; i++) {
        if (m->defined[i])
            value_seen(p, m, i);
    }
}

static void on_gap(void *context, sparkplug_node *n)
{
    (void)n;
    ((plant *)context)->gaps++;
}

static void on_changed(void *context, sparkplug_device *d)
{
    ((plant *)context)->changes++;
    ((plant *)context)->online_changes += d->is_online;
}

static void on_refuse(void *context, const char *reason, const char *remedy, uint64_t count,
                      const char *example, size_t length)
{
    plant *p = context;
    size_t i = 0;
    assert_true(*remedy);
    while (i < p->refusals && strcmp(p->refused[i].reason, reason))
        i++;
    if (i == p->refusals)
        snprintf(p->refused[p->refusals++].reason, 32, "%s", reason);
    p->refused[i].count += count;
    snprintf(p->refused[i].example, 200, "%.*s", (int)length, example);
}

static void on_rebirth(void *context, sparkplug_node *n)
{
    (void)n;
    ((plant *)context)->rebirths++;
}

static void on_contradicted(void *context)
{
    ((plant *)context)->contradicted++;
}

static size_t refused(const plant *p, const char *reason)
{
    for (size_t i = 0; i < p->refusals; i++) {
        if (strcmp(p->refused[i].reason, reason) == 0)
            return p->refused[i].count;
    }
    return 0;
}

static size_t all_refused(const plant *p)
{
    size_t sum = 0;
    for (size_t i = 0; i < p->refusals; i++)
        sum += p->refused[i].count;
    return sum;
}

static plant *plant_open(uint32_t reorder_ms)
{
    plant *p = calloc(1, sizeof *p);
    assay_err err;
    sparkplug_settings s = {
        .id = "assay", .reorder_ms = reorder_ms, .asks_rebirth = true, .spread_ms = 500};
    sparkplug_sink sink = {on_data,    on_gap,          on_changed, on_refuse,
                           on_rebirth, on_contradicted, NULL,       p};
    assert_ok(sparkplug_host_new(&s, &sink, &p->host, &err), err);
    p->now = (sparkplug_clock){1000000, INT64_C(1767600000000000000)};
    return p;
}

static void plant_close(plant *p)
{
    sparkplug_host_free(p->host);
    free(p);
}

static void wait_ms(plant *p, uint64_t ms)
{
    p->now.ms += ms;
    p->now.utc_ns += (int64_t)ms * 1000000;
    if (sparkplug_host_due(p->host) <= p->now.ms)
        sparkplug_host_tick(p->host, p->now);
}

static void take(plant *p, const char *topic, const void *bytes, size_t length)
{
    sparkplug_host_take(p->host, p->now, topic, strlen(topic), bytes, length, false);
}

/* Line `from` to line `to` (from 1) of a sample. */
static void play(plant *p, const char *name, size_t from, size_t to)
{
    char file[128];
    snprintf(file, sizeof file, "sparkplug/%s.jsonl", name);
    FILE *f = fopen(check_data(file), "r");
    assert_non_null(f);
    static char line[1 << 16];
    static uint8_t bytes[1 << 15];
    for (size_t n = 1; fgets(line, sizeof line, f); n++) {
        if (n < from || n > to)
            continue;
        json_t *m = json_loads(line, 0, NULL);
        const char *hex = json_string_value(json_object_get(m, "payload_hex"));
        size_t length = strlen(hex) / 2;
        for (size_t i = 0; i < length; i++) {
            unsigned byte;
            sscanf(hex + 2 * i, "%2x", &byte);
            bytes[i] = (uint8_t)byte;
        }
        take(p, json_string_value(json_object_get(m, "topic")), bytes, length);
        json_decref(m);
        wait_ms(p, 1);
    }
    fclose(f);
}

static const sparkplug_node *node(const plant *p, const char *group, const char *name)
{
    const sparkplug_node *n = sparkplug_host_find(p->host, group, name);
    assert_non_null(n);
    return n;
}

/* -- messages of our own ------------------------------------------------------------------------
 */

typedef struct {
    spb_metric metric[8];
    spb_payload p;
} message;

static spb_metric named(const char *name, int alias, uint32_t type, double value)
{
    spb_metric m = {.name = name,
                    .name_length = (uint32_t)strlen(name),
                    .type = type,
                    .has = SPB_HAS_NAME | SPB_HAS_TYPE};
    if (alias >= 0) {
        m.alias = (uint64_t)alias;
        m.has |= SPB_HAS_ALIAS;
    }
    m.field = type == SPB_DOUBLE ? SPB_IN_DOUBLE : SPB_IN_LONG;
    if (type == SPB_DOUBLE)
        memcpy(&m.value.bits, &value, sizeof value);
    else
        m.value.bits = (uint64_t)value;
    return m;
}

static spb_metric aliased(int alias, double value, uint64_t time)
{
    spb_metric m = {.alias = (uint64_t)alias,
                    .timestamp = time,
                    .field = SPB_IN_DOUBLE,
                    .has = SPB_HAS_ALIAS | SPB_HAS_TIMESTAMP};
    memcpy(&m.value.bits, &value, sizeof value);
    return m;
}

static void send(plant *p, const char *topic, int seq, size_t n, const spb_metric *metrics)
{
    buf b = BUF_INIT;
    spb_payload out = {.timestamp = 1767600000000,
                       .has_timestamp = true,
                       .metrics = (spb_metric *)metrics,
                       .n = n,
                       .seq = (uint64_t)(seq & 255),
                       .has_seq = seq >= 0};
    spb_write(&out, &b);
    take(p, topic, buf_text(&b), b.length);
    buf_done(&b);
}

static void born(plant *p, int seq, uint64_t bdseq)
{
    spb_metric node_metrics[] = {named("bdSeq", -1, SPB_UINT64, (double)bdseq)},
               device_metrics[] = {named("OD", 1, SPB_DOUBLE, 10), named("ID", 2, SPB_DOUBLE, 5)};
    send(p, "spBv1.0/G/NBIRTH/N", seq, 1, node_metrics);
    send(p, "spBv1.0/G/DBIRTH/N/D", seq + 1, 2, device_metrics);
}

static void measure(plant *p, int seq, double value)
{
    spb_metric m = aliased(1, value, (uint64_t)(1767600000000 + value * 1000));
    send(p, "spBv1.0/G/DDATA/N/D", seq, 1, &m);
}

/* -- the samples --------------------------------------------------------------------------------
 */

static void a_session_of_the_real_client_gives_its_100_values(void **state)
{
    (void)state;
    plant *p = plant_open(2000);
    play(p, "01-session-real-client", 1, 102);
    const sparkplug_node *n = node(p, "Fab1", "Gateway7");
    assert_true(n->is_online && n->devices[1]->is_online && n->device_count == 2);
    play(p, "01-session-real-client", 103, 103);
    assert_true(n->is_online && !n->devices[1]->is_online);
    assert_true(n->devices[1]->changed_ns == INT64_C(1767599400000000000)); /* the payload's time */
    play(p, "01-session-real-client", 104, 104);
    assert_false(n->is_online);
    assert_true(n->devices[0]->changed_ns == p->now.utc_ns - 1000000); /* our receipt */
    assert_int_equal(p->values, 100);
    assert_true(p->value[0] == 24.5 && p->value[99] == 25.4);
    assert_string_equal(p->serial[0], "W001");
    assert_string_equal(p->serial[99], "W100");
    assert_int_equal(all_refused(p), 0);
    wait_ms(p, 10000);
    assert_true(p->gaps == 0 && p->rebirths == 0 && p->marked == 0);
    plant_close(p);
}

static void a_swap_is_repaired_a_repeat_dropped_a_loss_recorded(void **state)
{
    (void)state;
    plant *p = plant_open(2000);
    play(p, "03-reorder-gap-wrap-duplicate", 1, 999);
    const sparkplug_node *n = node(p, "G", "N2");
    assert_int_equal(p->values, 256); /* the last one waits */
    assert_int_equal(p->rebirths, 0);
    wait_ms(p, 1900);
    assert_int_equal(p->values, 256);
    wait_ms(p, 101);
    assert_true(p->values == 257 && p->value[256] == 10.8 && p->rebirths == 1);
    for (size_t i = 1; i < 257; i++)
        assert_true(p->time[i] > p->time[i - 1]);
    assert_true(n->tally.duplicates == 1 && p->repeats == 1);
    assert_true(n->gap_count == 1 && n->gap[0].first == 2 && n->gap[0].last == 2);
    assert_true(n->tally.reordered == 2 && n->tally.lost == 1 && p->gaps == 1);
    assert_int_equal(all_refused(p), 0);
    plant_close(p);
}

static void an_old_will_is_ignored_and_the_own_one_honoured_once(void **state)
{
    (void)state;
    plant *p = plant_open(2000);
    play(p, "04-stale-death-and-rebirth", 1, 7);
    const sparkplug_node *n = node(p, "G", "N3");
    assert_true(n->is_online && n->bdseq == 42 && n->tally.ignored_deaths == 1);
    play(p, "04-stale-death-and-rebirth", 8, 9);
    assert_false(n->devices[1]->is_online);
    assert_true(p->rebirths == 0 && p->marked == 0);
    play(p, "04-stale-death-and-rebirth", 10, 10);
    assert_true(p->values == 4 && p->marked == 1 && p->rebirths == 1); /* kept, marked, asked */
    play(p, "04-stale-death-and-rebirth", 11, 12);
    assert_true(!n->is_online && n->tally.ignored_deaths == 2);
    assert_int_equal(all_refused(p), 0);
    plant_close(p);
}

static void a_late_joiner_asks_once_and_stores_nothing_under_a_guess(void **state)
{
    (void)state;
    plant *p = plant_open(2000);
    play(p, "05-late-joiner-unknown-alias", 1, 3);
    wait_ms(p, 5000);
    assert_true(p->values == 0 && p->rebirths == 1 && refused(p, "unknown-node") == 3);
    plant_close(p);
}

static void a_malformed_message_costs_exactly_itself(void **state)
{
    (void)state;
    plant *p = plant_open(2000);
    play(p, "07-malformed", 1, 14);
    assert_true(p->values == 1 && p->value[0] == 10.1);
    assert_int_equal(refused(p, "cut-short"), 2);
    assert_int_equal(refused(p, "no-sequence"), 1);
    assert_int_equal(refused(p, "endless-varint"), 1);
    assert_int_equal(refused(p, "not-utf-8"), 1);
    assert_int_equal(refused(p, "wire-type"), 1);
    assert_int_equal(refused(p, "bad-topic"), 3);
    assert_int_equal(refused(p, "bad-state"), 1);
    assert_int_equal(all_refused(p), 10);
    assert_int_equal(sparkplug_host_counts(p->host).messages, 14);
    plant_close(p);
}

static void every_type_is_defined_by_its_birth(void **state)
{
    (void)state;
    plant *p = plant_open(2000);
    play(p, "02-all-datatypes", 1, 1);
    const sparkplug_node *n = node(p, "G", "N");
    assert_true(n->devices[0]->n == 27 && p->from_births == 27 && p->values == 0);
    plant_close(p);
}

/* -- order
 * ------------------------------------------------------------------------------------------ */

static void a_birth_may_start_the_count_anywhere(void **state)
{
    (void)state;
    plant *p = plant_open(2000);
    born(p, 254, 0); /* DBIRTH 255, then 0 */
    measure(p, 0, 1);
    assert_int_equal(p->values, 1);
    assert_int_equal(all_refused(p), 0);
    plant_close(p);
}

static void what_a_gap_missed_is_still_taken_when_it_comes(void **state)
{
    (void)state;
    plant *p = plant_open(2000);
    born(p, 0, 0);
    measure(p, 3, 3);
    wait_ms(p, 2000);
    assert_true(p->values == 1 && node(p, "G", "N")->tally.lost == 1);
    measure(p, 2, 2);
    assert_true(p->values == 2 && node(p, "G", "N")->tally.lost == 0);
    measure(p, 2, 2);
    assert_true(p->values == 2 && p->repeats == 1);
    plant_close(p);
}

static void without_a_window_a_gap_is_told_at_once(void **state)
{
    (void)state;
    plant *p = plant_open(0);
    born(p, 0, 0);
    measure(p, 5, 5);
    assert_true(p->values == 1 && p->gaps == 1 && p->rebirths == 1);
    assert_true(node(p, "G", "N")->gap[0].first == 2 && node(p, "G", "N")->gap[0].last == 4);
    plant_close(p);
}

static void another_message_under_a_used_number_is_refused_and_asks(void **state)
{
    (void)state;
    plant *p = plant_open(2000);
    born(p, 0, 0);
    measure(p, 2, 2);
    measure(p, 2, 2.5);
    wait_ms(p, 1);
    assert_true(p->values == 1 && refused(p, "sequence-behind") == 1 && p->rebirths == 1);
    plant_close(p);
}

static void the_window_holds_at_most_its_room(void **state)
{
    (void)state;
    plant *p = plant_open(2000);
    born(p, 0, 0);
    for (int i = 0; i < 1000; i++)
        measure(p, 3 + i, i); /* number 2 never comes */
    wait_ms(p, 2000);
    assert_int_equal(p->values, 1000);
    assert_int_equal(node(p, "G", "N")->tally.lost, 1);
    plant_close(p);
}

static void a_seq_of_zero_may_be_left_out(void **state)
{
    (void)state;
    plant *p = plant_open(2000);
    born(p, 254, 0);
    spb_metric m = aliased(1, 7, 1767600000000);
    send(p, "spBv1.0/G/DDATA/N/D", -1, 1, &m);
    assert_int_equal(p->values, 1);
    send(p, "spBv1.0/G/DDATA/N/D", -1, 1, &m);
    assert_true(p->values == 1 && refused(p, "no-sequence") == 1);
    plant_close(p);
}

/* -- rebirths -------------------------------------------------------------------------------------
 */

static void requests_pause_and_double_until_a_birth(void **state)
{
    (void)state;
    plant *p = plant_open(2000);
    size_t asked_at[16] = {0}, n = 0, seen = 0;
    for (size_t s = 0; s < 3600; s++) {
        measure(p, (int)s, (double)s);
        wait_ms(p, 1000);
        if (p->rebirths > seen && n < 16)
            asked_at[n++] = s;
        seen = p->rebirths;
    }
    assert_true(n >= 10 && n <= 18);
    for (size_t i = 1; i < n; i++) {
        size_t pause = asked_at[i] - asked_at[i - 1];
        assert_true(pause >= 10 && pause <= 335);
        if (i > 6)
            assert_true(pause >= 300);
    }
    assert_int_equal(p->values, 0);
    plant_close(p);
}

static void a_birth_takes_a_request_back(void **state)
{
    (void)state;
    plant *p = plant_open(2000);
    measure(p, 9, 9);
    born(p, 0, 0);
    wait_ms(p, 60000);
    assert_int_equal(p->rebirths, 0);
    plant_close(p);
}

static void an_unknown_alias_costs_itself_and_asks(void **state)
{
    (void)state;
    plant *p = plant_open(2000);
    born(p, 0, 0);
    spb_metric m[] = {aliased(17, 1, 1767600000000), aliased(1, 2, 1767600000000)};
    send(p, "spBv1.0/G/DDATA/N/D", 2, 2, m);
    wait_ms(p, 1);
    assert_true(p->values == 1 && p->rebirths == 1 && refused(p, "unknown-metric") == 1);
    assert_string_equal(p->refused[0].example, "G/N/D: alias 17");
    plant_close(p);
}

static void another_type_than_the_birth_said_is_not_reinterpreted(void **state)
{
    (void)state;
    plant *p = plant_open(2000);
    born(p, 0, 0);
    spb_metric m = aliased(1, 1, 1767600000000);
    m.type = SPB_INT32;
    m.has |= SPB_HAS_TYPE;
    send(p, "spBv1.0/G/DDATA/N/D", 2, 1, &m);
    wait_ms(p, 1);
    assert_true(p->values == 0 && p->rebirths == 1 && refused(p, "type-conflict") == 1);
    plant_close(p);
}

/* -- births and deaths ----------------------------------------------------------------------------
 */

static void a_birth_of_the_device_may_move_its_aliases(void **state)
{
    (void)state;
    plant *p = plant_open(2000);
    born(p, 0, 0);
    measure(p, 2, 1);
    assert_string_equal(p->last_name, "OD");
    spb_metric swapped[] = {named("OD", 2, SPB_DOUBLE, 10), named("ID", 1, SPB_DOUBLE, 5)};
    send(p, "spBv1.0/G/DBIRTH/N/D", 3, 2, swapped);
    measure(p, 4, 1);
    assert_string_equal(p->last_name, "ID");
    spb_metric one[] = {named("ID", 7, SPB_DOUBLE, 5)};
    send(p, "spBv1.0/G/DBIRTH/N/D", 5, 1, one);
    measure(p, 6, 1);
    assert_true(p->values == 2 && refused(p, "unknown-metric") == 1);
    plant_close(p);
}

static void an_alias_of_another_device_is_unknown(void **state)
{
    (void)state;
    plant *p = plant_open(2000);
    born(p, 0, 0);
    spb_metric other[] = {named("X", 9, SPB_DOUBLE, 1)}, m = aliased(9, 1, 1767600000000);
    send(p, "spBv1.0/G/DBIRTH/N/E", 2, 1, other);
    send(p, "spBv1.0/G/DDATA/N/D", 3, 1, &m);
    assert_true(p->values == 0 && refused(p, "unknown-metric") == 1);
    send(p, "spBv1.0/G/DDATA/N/E", 4, 1, &m);
    assert_int_equal(p->values, 1);
    plant_close(p);
}

static void many_aliases_of_any_size_are_told_apart(void **state)
{
    (void)state;
    enum { count = 5000 };
    plant *p = plant_open(2000);
    static spb_metric all[count];
    static char names[count][16];
    for (int round = 0; round < 2; round++) {
        spb_metric bd[] = {named("bdSeq", -1, SPB_UINT64, 0)};
        send(p, "spBv1.0/G/NBIRTH/N", 0, 1, bd);
        for (int i = 0; i < count; i++) {
            snprintf(names[i], 16, "m%d", i);
            all[i] = named(names[i], 0, SPB_DOUBLE, 0);
            all[i].alias = i % 2 ? (uint64_t)i : UINT64_MAX - (uint64_t)i * 65536;
        }
        send(p, "spBv1.0/G/DBIRTH/N/D", 1, count, all);
        for (int again = 0; again < 2; again++) { /* born again: all aliases go and come */
            const sparkplug_node *n = node(p, "G", "N");
            assert_true(n->alias_count == count && n->devices[1]->n == count);
            send(p, "spBv1.0/G/DBIRTH/N/D", 2 + 3 * again, count, all);
            spb_metric m = aliased(0, 1, 1767600000000);
            m.alias = all[4444].alias;
            send(p, "spBv1.0/G/DDATA/N/D", 3 + 3 * again, 1, &m);
            assert_string_equal(p->last_name, "m4444");
            m.alias = all[4443].alias;
            send(p, "spBv1.0/G/DDATA/N/D", 4 + 3 * again, 1, &m);
            assert_string_equal(p->last_name, "m4443");
        }
    }
    assert_int_equal(all_refused(p), 0);
    plant_close(p);
}

static void a_death_whose_bdseq_hides_behind_an_alias_is_matched(void **state)
{
    (void)state;
    plant *p = plant_open(2000);
    spb_metric birth[] = {named("bdSeq", 5, SPB_UINT64, 3)};
    send(p, "spBv1.0/G/NBIRTH/N", 0, 1, birth);
    spb_metric other = {.alias = 5, .has = SPB_HAS_ALIAS, .field = SPB_IN_LONG, .value.bits = 2};
    send(p, "spBv1.0/G/NDEATH/N", -1, 1, &other);
    assert_true(node(p, "G", "N")->is_online);
    other.value.bits = 3;
    send(p, "spBv1.0/G/NDEATH/N", 77, 1, &other); /* with a seq that means nothing */
    assert_false(node(p, "G", "N")->is_online);
    plant_close(p);
}

static void after_death_data_wait_for_a_birth(void **state)
{
    (void)state;
    plant *p = plant_open(2000);
    born(p, 0, 0);
    spb_metric bd = named("bdSeq", -1, SPB_UINT64, 0);
    send(p, "spBv1.0/G/NDEATH/N", -1, 1, &bd);
    measure(p, 2, 2);
    assert_true(p->values == 0 && refused(p, "node-offline") == 1);
    born(p, 0, 0);
    measure(p, 2, 2);
    assert_int_equal(p->values, 1);
    plant_close(p);
}

static void a_new_node_birth_takes_its_devices_down(void **state)
{
    (void)state;
    plant *p = plant_open(2000);
    born(p, 0, 0);
    spb_metric bd = named("bdSeq", -1, SPB_UINT64, 1);
    send(p, "spBv1.0/G/NBIRTH/N", 0, 1, &bd);
    assert_false(node(p, "G", "N")->devices[1]->is_online);
    measure(p, 1, 1);
    assert_true(p->values == 0 && refused(p, "unknown-device") == 1);
    plant_close(p);
}

static void a_lost_connection_makes_all_stale_and_is_a_gap(void **state)
{
    (void)state;
    plant *p = plant_open(2000);
    born(p, 0, 0);
    measure(p, 2, 2);
    measure(p, 4, 4); /* waits */
    sparkplug_host_lost(p->host, p->now);
    const sparkplug_node *n = node(p, "G", "N");
    assert_true(!n->is_online && !n->devices[1]->is_online && p->values == 2);
    wait_ms(p, 60000);
    sparkplug_host_back(p->host, p->now);
    wait_ms(p, 600);
    assert_int_equal(p->rebirths, 1);
    measure(p, 9, 9);
    assert_int_equal(refused(p, "unknown-node"), 1);
    born(p, 0, 0);
    assert_true(n->is_online && n->gap_count == 2);
    assert_string_equal(n->gap[1].why, "away");
    assert_true(n->gap[1].to_ns - n->gap[1].from_ns >= INT64_C(60000000000));
    plant_close(p);
}

/* -- others' trouble
 * ------------------------------------------------------------------------------- */

static void history_keeps_its_time_and_its_flag(void **state)
{
    (void)state;
    plant *p = plant_open(2000);
    born(p, 0, 0);
    spb_metric m = aliased(1, 5.5, 1767500000000);
    m.has |= SPB_IS_HISTORICAL;
    send(p, "spBv1.0/G/DDATA/N/D", 2, 1, &m);
    assert_true(p->values == 1 && p->historical == 1 && p->time[0] == 1767500000000);
    const sparkplug_metric *known = &node(p, "G", "N")->devices[1]->metrics[0];
    assert_true(sparkplug_metric_last(known).raw == 10); /* what is known now is not history */
    plant_close(p);
}

static void ten_thousand_poison_messages_change_nothing(void **state)
{
    (void)state;
    plant *p = plant_open(2000);
    born(p, 0, 0);
    for (int i = 0; i < 10000; i++)
        take(p, "spBv1.0/G/DDATA/N/D", "\xff\xff\xff", 3);
    measure(p, 2, 2);
    assert_true(p->values == 1 && refused(p, "cut-short") == 10000);
    plant_close(p);
}

static void own_state_offline_is_contradicted_and_others_are_not(void **state)
{
    (void)state;
    plant *p = plant_open(2000);
    static const char off[] = "{\"online\":false,\"timestamp\":1}",
                      on[] = "{\"timestamp\":1,\"online\":true}";
    take(p, "spBv1.0/STATE/assay", on, strlen(on));
    take(p, "spBv1.0/STATE/other", off, strlen(off));
    assert_int_equal(p->contradicted, 0);
    take(p, "spBv1.0/STATE/assay", off, strlen(off));
    assert_int_equal(p->contradicted, 1);
    take(p, "spBv1.0/STATE/assay", "OFFLINE", 7);
    assert_int_equal(p->contradicted, 2);
    plant_close(p);
}

static void a_retained_birth_is_used_and_retained_data_are_not(void **state)
{
    (void)state;
    plant *p = plant_open(2000);
    born(p, 0, 0);
    spb_metric m = aliased(1, 1, 1767600000000);
    buf b = BUF_INIT;
    spb_payload out = {.metrics = &m, .n = 1, .seq = 2, .has_seq = true};
    spb_write(&out, &b);
    const char *topic = "spBv1.0/G/DDATA/N/D";
    sparkplug_host_take(p->host, p->now, topic, strlen(topic), b.data, b.length, true);
    assert_true(p->values == 0 && refused(p, "retained-data") == 1);
    take(p, topic, b.data, b.length);
    assert_int_equal(p->values, 1);
    buf_done(&b);
    plant_close(p);
}

static void ids_keep_their_case_and_their_bytes(void **state)
{
    (void)state;
    sparkplug_topic t;
    static const char *const good[] = {"spBv1.0/G/NDATA/n", "spBv1.0/\xc3\x84 1/DDATA/a b/c"},
                             *const bad[] = {"spBv1.0/G/NDATA",      "spBv1.0/G/NDATA/",
                                             "spBv1.0//NDATA/n",     "spBv1.0/G/NDATA/n/d",
                                             "spBv1.0/G/DDATA/n",    "spBv1.0/G/DDATA/n/+",
                                             "spBv1.0/STATE/a/b",    "spBv1.0/STATE",
                                             "spAv1.0/G/NDATA/n",    "spBv1.0/G/ndata/n",
                                             "spBv1.0/\xff/NDATA/n", "",
                                             "spBv1.0/G/DDATA/n/d/e"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        assert_true(sparkplug_topic_read(good[i], strlen(good[i]), &t));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(sparkplug_topic_read(bad[i], strlen(bad[i]), &t));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_session_of_the_real_client_gives_its_100_values),
        cmocka_unit_test(a_swap_is_repaired_a_repeat_dropped_a_loss_recorded),
        cmocka_unit_test(an_old_will_is_ignored_and_the_own_one_honoured_once),
        cmocka_unit_test(a_late_joiner_asks_once_and_stores_nothing_under_a_guess),
        cmocka_unit_test(a_malformed_message_costs_exactly_itself),
        cmocka_unit_test(every_type_is_defined_by_its_birth),
        cmocka_unit_test(a_birth_may_start_the_count_anywhere),
        cmocka_unit_test(what_a_gap_missed_is_still_taken_when_it_comes),
        cmocka_unit_test(without_a_window_a_gap_is_told_at_once),
        cmocka_unit_test(another_message_under_a_used_number_is_refused_and_asks),
        cmocka_unit_test(the_window_holds_at_most_its_room),
        cmocka_unit_test(a_seq_of_zero_may_be_left_out),
        cmocka_unit_test(requests_pause_and_double_until_a_birth),
        cmocka_unit_test(a_birth_takes_a_request_back),
        cmocka_unit_test(an_unknown_alias_costs_itself_and_asks),
        cmocka_unit_test(another_type_than_the_birth_said_is_not_reinterpreted),
        cmocka_unit_test(a_birth_of_the_device_may_move_its_aliases),
        cmocka_unit_test(an_alias_of_another_device_is_unknown),
        cmocka_unit_test(many_aliases_of_any_size_are_told_apart),
        cmocka_unit_test(a_death_whose_bdseq_hides_behind_an_alias_is_matched),
        cmocka_unit_test(after_death_data_wait_for_a_birth),
        cmocka_unit_test(a_new_node_birth_takes_its_devices_down),
        cmocka_unit_test(a_lost_connection_makes_all_stale_and_is_a_gap),
        cmocka_unit_test(history_keeps_its_time_and_its_flag),
        cmocka_unit_test(ten_thousand_poison_messages_change_nothing),
        cmocka_unit_test(own_state_offline_is_contradicted_and_others_are_not),
        cmocka_unit_test(a_retained_birth_is_used_and_retained_data_are_not),
        cmocka_unit_test(ids_keep_their_case_and_their_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
