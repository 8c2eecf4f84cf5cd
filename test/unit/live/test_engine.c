/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The engine between a store and its listeners: one verdict for any order of arrival, alarms that
 * come and go with their data, and a restart nobody can tell. */
#include "plant.h"

#include "base/hash.h"

enum { ROWS = 240, ORDERS = 200 };

static uint64_t seed;

static uint64_t draw(uint64_t below)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (seed >> 33) % below;
}

/* -- what a plant knows in the end ----------------------------------------------------------- */

static bool add_hits(const alarm_view *a, void *context)
{
    hit_list *l = context;
    for (size_t i = 0; i < a->hit_count; i++)
        if (!a->hits[i].is_withdrawn &&
            engine_grow(&l->list, sizeof *l->list, l->count, &l->room)) {
            l->list[l->count] = a->hits[i];
            l->list[l->count++].chart = (object_id){{0}}; /* random in every plant */
        }
    return true;
}

static int by_all(const void *a, const void *b)
{
    int order = hit_order(a, b);
    return order ? order : strcmp(((const alarm_hit *)a)->value, ((const alarm_hit *)b)->value);
}

static void write_hits(plant *p, buf *out)
{
    hit_list l = {0};
    alarm_visit(engine_alarms(p->engine), 0, true, add_hits, &l);
    if (l.count)
        qsort(l.list, l.count, sizeof *l.list, by_all);
    for (size_t i = 0; i < l.count; i++)
        buf_addf(out, "hit %lld %s %s\n", (long long)l.list[i].happened, l.list[i].rule,
                 l.list[i].value);
    free(l.list);
}

static void write_chart(const live_chart *c, buf *out)
{
    const live_state *s = &c->s;
    buf_addf(out, "%s rows %llu points %llu signals %llu last %lld open %u form %d %d: ",
             assay_chart_type_name(c->step.options.type), (unsigned long long)s->rows,
             (unsigned long long)s->subgroups, (unsigned long long)s->signals,
             (long long)s->last_time, s->count, s->form.exponent, s->form.is_real);
    buf_addf(out, "%.17g %.17g %.17g %u\n", s->mean, s->lcl, s->ucl, s->last_rules);
    for (int i = 0; i < s->spark_count; i++)
        buf_addf(out, "%.9g%s ", (double)s->spark[i], s->spark_rules >> i & 1 ? "!" : "");
    const unsigned char *stepped = c->stepped;
    for (size_t i = 0; i < assay_step_size(&c->step); i++)
        buf_addf(out, "%02x", stepped[i]);
    buf_add_char(out, '\n');
}

static buf knowledge(plant *p)
{
    buf out = BUF_INIT;
    plant_settle(p);
    pthread_mutex_lock(&p->engine->lock);
    for (int type = 1; type <= ASSAY_CHART_U; type++) /* lists are in order of making */
        for (uint32_t n = 1; n < p->engine->room; n++)
            for (const live_chart *c = p->engine->first[n]; c; c = c->next)
                if (c->step.options.type == (assay_chart_type)type)
                    write_chart(c, &out);
    pthread_mutex_unlock(&p->engine->lock);
    write_hits(p, &out);
    assert_false(out.failed);
    return out;
}

/* -- orders ---------------------------------------------------------------------------------- */

static char keys[ROWS][12];

static void tell(sent *rows)
{
    seed = 77;
    for (int i = 0; i < ROWS; i++) {
        int64_t shift = i > 150 && i < 190 ? 9 : 0;
        snprintf(keys[i], sizeof keys[i], "k%d", i / 4);
        rows[i] = (sent){.time = INT64_C(1700000000000000000) + (i - i % 7 / 6) * INT64_C(1000000007),
                         .mantissa = 94 + shift + (int64_t)draw(7) + (int64_t)draw(7),
                         .key = keys[i], .stage = i < 90 ? "a" : "b",
                         .status = draw(25) ? STATUS_VALID : STATUS_BAD};
        if (i == 60) /* a finer value makes the whole series finer */
            rows[i] = (sent){.time = rows[i].time, .mantissa = 10025, .exponent = -2,
                             .key = keys[i], .stage = "a"};
        if (i % 7 == 6)
            rows[i].time++; /* never equal: equal ones stand in order of arrival */
    }
}

static void shuffle(sent *rows, int disorder)
{
    for (int i = 0; i < disorder; i++) {
        size_t a = draw(ROWS), b = draw(ROWS);
        sent x = rows[a];
        rows[a] = rows[b];
        rows[b] = x;
    }
}

static plant *plant_of_orders(void)
{
    plant *p = plant_new();
    plant_chart(p, "line/x", ASSAY_CHART_XBAR_S, 3, "nelson", true);
    plant_chart(p, "line/x", ASSAY_CHART_I_MR, 1, "nelson", true);
    plant_chart(p, "line/x", ASSAY_CHART_XBAR_R, 0, "1,2", true);
    plant_chart(p, "line/x", ASSAY_CHART_EWMA, 2, "1", true);
    plant_chart(p, "line/x", ASSAY_CHART_CUSUM, 2, "1", false);
    plant_start(p);
    return p;
}

static void arrive(plant *p, const sent *rows)
{
    size_t from = 0;
    while (from < ROWS) {
        size_t n = 1 + draw(60);
        n = n < ROWS - from ? n : ROWS - from;
        plant_send(p, rows + from, n);
        if (draw(3) == 0)
            plant_settle(p);
        from += n;
    }
}

static void every_order_of_arrival_ends_in_one_verdict(void **state)
{
    (void)state;
    sent rows[ROWS], mixed[ROWS];
    sha256 digest;
    char hex[65];
    assay_err err;
    tell(rows);
    plant *p = plant_of_orders();
    arrive(p, rows);
    buf expected = knowledge(p);
    plant_free(p);
    assert_non_null(strstr(buf_text(&expected), "hit "));
    for (int order = 0; order < ORDERS; order++) {
        memcpy(mixed, rows, sizeof rows);
        shuffle(mixed, order % 4 == 0 ? 3 : order % 4 == 1 ? 20 : 600);
        p = plant_of_orders();
        arrive(p, mixed);
        buf found = knowledge(p);
        assert_string_equal(buf_text(&found), buf_text(&expected));
        buf_done(&found);
        plant_free(p);
    }
    assert_ok(sha256_of(expected.data, expected.length, &digest, &err), err);
    sha256_to_hex(&digest, hex);
    print_message("%d orders of %d rows, one digest: %s\n", ORDERS, ROWS, hex);
    buf_done(&expected);
}

/* -- restart --------------------------------------------------------------------------------- */

static void a_restart_at_any_moment_is_not_seen(void **state)
{
    (void)state;
    sent rows[ROWS];
    tell(rows);
    plant *whole = plant_of_orders(), *broken = plant_of_orders();
    for (size_t from = 0; from < ROWS; from += 40) {
        plant_send(whole, rows + from, 40);
        plant_send(broken, rows + from, 40);
        plant_stop(broken);
        plant_start(broken);
        buf one = knowledge(whole), two = knowledge(broken);
        assert_string_equal(buf_text(&one), buf_text(&two));
        buf_done(&one);
        buf_done(&two);
    }
    plant_free(whole);
    plant_free(broken);
}

/* -- alarms ---------------------------------------------------------------------------------- */

static sent at(int second, int64_t value)
{
    return (sent){.time = INT64_C(1700000000000000000) + second * INT64_C(1000000000),
                  .mantissa = value};
}

typedef struct {
    alarm_view a;
    size_t n, withdrawn, late;
} seen_alarm;

static bool see(const alarm_view *a, void *context)
{
    seen_alarm *s = context;
    if (s->n++ == 0) {
        s->a = *a;
        for (size_t i = 0; i < a->hit_count; i++) {
            s->withdrawn += a->hits[i].is_withdrawn;
            s->late += a->hits[i].is_late;
        }
    }
    return true;
}

static seen_alarm alarms_of(plant *p, bool open_only)
{
    seen_alarm s = {0};
    plant_settle(p);
    alarm_visit(engine_alarms(p->engine), 0, open_only, see, &s);
    return s;
}

static void send_steady(plant *p, int from, int n)
{
    for (int i = from; i < from + n; i++) {
        sent r = at(i, i % 2 ? 101 : 99);
        plant_send(p, &r, 1);
    }
}

static void late_data_withdraws_what_it_removes_and_raises_what_it_shows(void **state)
{
    (void)state;
    plant *p = plant_new();
    plant_chart(p, "line/x", ASSAY_CHART_I_MR, 1, "9side", true);
    plant_start(p);
    for (int i = 0; i < 9; i++) {
        sent r = at(10 * i, 101 + i % 2);
        plant_send(p, &r, 1);
    }
    seen_alarm s = alarms_of(p, true);
    assert_int_equal(s.n, 1);
    assert_int_equal(s.a.hit_count, 1);
    assert_string_equal(s.a.hits[0].rule, "2");
    assert_false(s.a.hits[0].is_late);
    assert_true(s.a.hits[0].happened == at(80, 0).time && s.a.hits[0].known > s.a.hits[0].happened);
    sent below = at(45, 99); /* in the midst of the nine */
    plant_send(p, &below, 1);
    s = alarms_of(p, false);
    assert_int_equal(s.n, 1);
    assert_int_equal(s.a.state, ALARM_WITHDRAWN);
    sent beyond = at(5, 300);
    plant_send(p, &beyond, 1);
    s = alarms_of(p, true);
    assert_int_equal(s.n, 1); /* 9side has no limit, but the moving range has */
    assert_string_equal(s.a.hits[0].rule, "moving-range");
    assert_int_equal(s.late, 2);
    plant_free(p);
}

static void a_late_point_that_signals_is_told_as_late(void **state)
{
    (void)state;
    plant *p = plant_new();
    plant_chart(p, "line/x", ASSAY_CHART_RUN, 1, "1", false);
    plant_chart(p, "line/y", ASSAY_CHART_CUSUM, 1, "1", true);
    plant_chart(p, "line/x", ASSAY_CHART_XBAR_S, 1, "1", true);
    plant_start(p);
    send_steady(p, 0, 5);
    sent beyond = at(2, 200);
    beyond.time++;
    plant_send(p, &beyond, 1);
    seen_alarm s = alarms_of(p, true);
    assert_int_equal(s.n, 1);
    assert_int_equal(s.late, 1);
    assert_string_equal(s.a.hits[0].value, "200");
    plant_free(p);
}

static void a_conflict_takes_its_value_out_and_the_alarm_with_it(void **state)
{
    (void)state;
    plant *p = plant_new();
    plant_chart(p, "line/x", ASSAY_CHART_XBAR_S, 1, "1", true);
    plant_start(p);
    sent beyond = at(1, 200), other = at(1, 100);
    plant_send(p, &beyond, 1);
    assert_int_equal(alarms_of(p, true).n, 1);
    plant_send(p, &other, 1); /* the same measurement with another value: neither counts */
    assert_int_equal(alarms_of(p, true).n, 0);
    seen_alarm s = alarms_of(p, false);
    assert_int_equal(s.a.state, ALARM_WITHDRAWN);
    plant_free(p);
}

static assay_status exclude_work(store *db, void *context, assay_err *err)
{
    (void)context;
    store_tx *tx;
    assay_status status = store_tx_begin(db, &tx, err);
    if (status == ASSAY_OK)
        status = store_amend(tx, 1, 0, AMEND_EXCLUDE, NULL, "kim", "gauge dropped", err);
    return status == ASSAY_OK ? store_tx_commit(tx, NULL, err) : status;
}

static void an_excluded_value_takes_its_alarm_with_it(void **state)
{
    (void)state;
    plant *p = plant_new();
    plant_chart(p, "line/x", ASSAY_CHART_XBAR_S, 1, "1", true);
    plant_start(p);
    sent beyond = at(1, 200);
    plant_send(p, &beyond, 1);
    assert_int_equal(alarms_of(p, true).n, 1);
    assert_ok(intake_do(p->intake, exclude_work, NULL, &p->err), p->err);
    engine_reload(p->engine, 1);
    assert_int_equal(alarms_of(p, true).n, 0);
    assert_int_equal(alarms_of(p, false).a.state, ALARM_WITHDRAWN);
    plant_free(p);
}

static void a_chart_in_force_raises_nothing(void **state)
{
    (void)state;
    plant *p = plant_new();
    plant_chart(p, "line/x", ASSAY_CHART_I_MR, 1, "1", false);
    plant_start(p);
    sent beyond = at(1, 200);
    plant_send(p, &beyond, 1);
    assert_int_equal(alarms_of(p, true).n, 0);
    engine_row row;
    assert_ok(engine_show(p->engine, 1, &row, &p->err), p->err);
    assert_int_equal(row.state, CHART_IN_FORCE);
    assert_int_equal(row.last_rules, 1);
    assert_int_equal(row.signals, 1);
    plant_free(p);
}

static void alerting_judges_what_is_measured_after_it(void **state)
{
    (void)state;
    char id[33];
    plant *p = plant_new();
    chart_limits l = plant_chart(p, "line/x", ASSAY_CHART_I_MR, 1, "1", false);
    plant_start(p);
    sent first = at(1, 200), back = at(2, 100), second = at(9, 200);
    plant_send(p, &first, 1);
    plant_send(p, &back, 1);
    alarm_id_text(&l.chart, id);
    plant_put(p, "chart-state", id, "{\"state\":\"alerting\"}");
    assert_int_equal(alarms_of(p, true).n, 0);
    plant_send(p, &second, 1);
    seen_alarm s = alarms_of(p, true);
    assert_int_equal(s.n, 1);
    assert_true(s.a.happened == second.time);
    plant_stop(p);
    plant_start(p); /* and a restart does not raise the old one either */
    s = alarms_of(p, true);
    assert_int_equal(s.n, 1);
    assert_int_equal(s.a.hits[0].happened, second.time);
    plant_free(p);
}

static void step(plant *p, const object_id *id, alarm_state s, const char *who, const char *json)
{
    assert_ok(engine_alarm_step(p->engine, id, s, who, json, DOCUMENT_ANY, &p->err), p->err);
}

static void an_alarm_is_verified_by_the_points_that_follow_its_action(void **state)
{
    (void)state;
    plant *p = plant_new();
    plant_chart(p, "line/x", ASSAY_CHART_I_MR, 1, "1", true);
    plant_start(p);
    plant_put(p, "plan", "1", "{\"characteristic\":\"*\",\"rule\":\"*\",\"verify\":4,\"stop\":true}");
    sent bad = at(1, 200);
    plant_send(p, &bad, 1);
    seen_alarm s = alarms_of(p, true);
    assert_true(s.a.is_stop && s.a.verify_wanted == 4);
    engine_row row;
    assert_ok(engine_show(p->engine, 1, &row, &p->err), p->err);
    assert_int_equal(row.stop_alarms, 1);
    assert_int_equal(row.silent_alarms, 0);
    object_id id = s.a.id;
    step(p, &id, ALARM_ACKNOWLEDGED, "kim", "{}");
    step(p, &id, ALARM_CONTAINED, "kim", "{\"from\":\"P1\"}");
    step(p, &id, ALARM_CAUSE, "kim", "{\"cause\":\"chip\"}");
    send_steady(p, 100, 3); /* before the action: prove nothing */
    step(p, &id, ALARM_ACTION, "kim", "{\"action\":\"cleaned\"}");
    send_steady(p, 200, 3);
    s = alarms_of(p, true);
    assert_int_equal(s.a.state, ALARM_ACTION);
    assert_int_equal(s.a.verified_by, 3);
    plant_stop(p);
    plant_start(p);
    s = alarms_of(p, true);
    send_steady(p, 203, 1);
    s = alarms_of(p, true);
    assert_int_equal(s.a.state, ALARM_VERIFIED);
    assay_status status =
        engine_alarm_step(p->engine, &id, ALARM_CLOSED, "kim", "{}", DOCUMENT_ANY, &p->err);
    assert_int_equal(status, ASSAY_CONFLICT);
    step(p, &id, ALARM_CLOSED, "lee", "{}");
    assert_int_equal(alarms_of(p, true).n, 0);
    plant_free(p);
}

static void an_open_alarm_is_escalated_once_a_level(void **state)
{
    (void)state;
    plant *p = plant_new();
    plant_chart(p, "line/x", ASSAY_CHART_I_MR, 1, "1", true);
    plant_start(p);
    plant_put(p, "plan", "1",
              "{\"characteristic\":\"line/x\",\"rule\":\"*\",\"escalate\":[{\"state\":\"raised\","
              "\"after_s\":0.05,\"to\":\"lead\"},{\"state\":\"raised\",\"after_s\":3000,\"to\":"
              "\"manager\"},{\"state\":\"acknowledged\",\"after_s\":0.05,\"to\":\"lead\"}]}");
    sent bad = at(1, 200);
    plant_send(p, &bad, 1);
    seen_alarm s = alarms_of(p, true);
    usleep(100000);
    (void)alarms_of(p, true);
    s = alarms_of(p, true);
    assert_int_equal(s.a.call_count, 1);
    assert_string_equal(s.a.calls[0].to, "lead");
    object_id id = s.a.id;
    step(p, &id, ALARM_ACKNOWLEDGED, "kim", "{}");
    usleep(100000);
    s = alarms_of(p, true);
    assert_int_equal(s.a.call_count, 2);
    plant_free(p);
}

static void a_silent_characteristic_is_an_alarm_of_its_own(void **state)
{
    (void)state;
    plant *p = plant_new();
    plant_chart(p, "line/x", ASSAY_CHART_I_MR, 1, "1", true);
    plant_start(p);
    plant_put(p, "sampling", "1",
              "{\"characteristic\":\"line/x\",\"every_s\":60,\"alarm_after_s\":2}");
    send_steady(p, 0, 1);
    assert_int_equal(alarms_of(p, true).n, 0);
    seen_alarm s = {0};
    for (int i = 0; i < 100 && s.n == 0; i++) {
        usleep(100000);
        s = alarms_of(p, true);
    }
    assert_int_equal(s.n, 1);
    assert_true(alarm_is_no_data(&s.a));
    engine_row row;
    assert_ok(engine_show(p->engine, 1, &row, &p->err), p->err);
    assert_true(row.is_stale);
    assert_int_equal(row.open_alarms, 1);
    assert_int_equal(row.silent_alarms, 1);
    assert_int_equal(row.stop_alarms, 0);
    usleep(300000);
    s = alarms_of(p, true);
    assert_int_equal(s.n, 1);
    assert_int_equal(s.a.hit_count, 1); /* not told again and again */
    plant_free(p);
}

/* -- listeners ------------------------------------------------------------------------------- */

typedef struct {
    unsigned points, alarms;
    char last[4096];
} heard;

static bool hear(const event *e, void *context)
{
    heard *h = context;
    h->points += e->kind == EVENT_POINT;
    h->alarms += e->kind == EVENT_ALARM;
    if (e->kind == EVENT_POINT)
        snprintf(h->last, sizeof h->last, "%s", e->json);
    return true;
}

static void points_and_alarms_are_told_on_the_bus(void **state)
{
    (void)state;
    heard h = {0};
    plant *p = plant_new();
    plant_chart(p, "line/\"x\"", ASSAY_CHART_I_MR, 1, "1", true);
    plant_start(p);
    sent bad = at(1, 200);
    bad.path = "line/\"x\"";
    plant_send(p, &bad, 1);
    plant_settle(p);
    bus_after(p->bus, 0, EVENT_POINT | EVENT_ALARM, hear, &h);
    assert_int_equal(h.points, 1);
    assert_int_equal(h.alarms, 1);
    assert_non_null(strstr(h.last, "\"path\":\"line/\\\"x\\\"\""));
    assert_non_null(strstr(h.last, "\"value\":200,"));
    assert_non_null(strstr(h.last, "\"rules\":[\"1\"]"));
    assert_non_null(strstr(h.last, "\"time\":\"2023-11-14T22:13:21Z\""));
    plant_free(p);
}

static bool count_due(const engine_due *d, void *context)
{
    *(engine_due *)context = *d;
    return true;
}

static void what_is_due_when_follows_from_sampling(void **state)
{
    (void)state;
    engine_due d = {0};
    plant *p = plant_new();
    plant_chart(p, "line/x", ASSAY_CHART_I_MR, 1, "1", false);
    plant_start(p);
    plant_put(p, "sampling", "1", "{\"characteristic\":\"line/x\",\"every_s\":60,\"grace_s\":10}");
    send_steady(p, 0, 1);
    int64_t then = at(0, 0).time, second = 1000000000;
    engine_due_list(p->engine, then + 65 * second, count_due, &d);
    assert_true(d.due == then + 60 * second && !d.is_late);
    engine_due_list(p->engine, then + 71 * second, count_due, &d);
    assert_true(d.is_late);
    plant_free(p);
}

static void a_document_that_cannot_be_used_is_told_so(void **state)
{
    (void)state;
    assay_err err;
    const char *const wrong[][2] = {
        {"plan", "[]"}, {"plan", "{\"characteristic\":\"x\"}"},
        {"plan", "{\"characteristic\":\"x\",\"rule\":\"*\",\"verify\":0}"},
        {"plan", "{\"characteristic\":\"x\",\"rule\":\"*\",\"steps\":[{\"id\":\"a\",\"check\":\"?\","
                 "\"yes\":\"b\"}]}"},
        {"plan", "{\"characteristic\":\"x\",\"rule\":\"*\",\"escalate\":[{\"state\":\"closed\","
                 "\"after_s\":1,\"to\":\"x\"}]}"},
        {"sampling", "{\"characteristic\":\"x\"}"},
        {"sampling", "{\"characteristic\":\"x\",\"every_s\":-1}"},
        {"list", "{\"for\":\"blame\",\"items\":[]}"}, {"list", "{\"for\":\"cause\",\"items\":[1]}"},
        {"chart-state", "{\"state\":\"loud\"}"},
        {"chart-state", "{\"state\":\"alerting\",\"budget\":\"rarely\"}"}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_not_equal(engine_check(wrong[i][0], wrong[i][1], &err), ASSAY_OK);
    assert_ok(engine_check("plan", "{\"characteristic\":\"x\",\"rule\":\"1\",\"steps\":[{\"id\":\"a\","
                                   "\"check\":\"dirt?\",\"yes\":\"b\"},{\"id\":\"b\",\"check\":\"?\"}]}",
                           &err), err);
    assert_ok(engine_check("other", "whatever", &err), err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(late_data_withdraws_what_it_removes_and_raises_what_it_shows),
        cmocka_unit_test(a_late_point_that_signals_is_told_as_late),
        cmocka_unit_test(a_conflict_takes_its_value_out_and_the_alarm_with_it),
        cmocka_unit_test(an_excluded_value_takes_its_alarm_with_it),
        cmocka_unit_test(a_chart_in_force_raises_nothing),
        cmocka_unit_test(alerting_judges_what_is_measured_after_it),
        cmocka_unit_test(an_alarm_is_verified_by_the_points_that_follow_its_action),
        cmocka_unit_test(an_open_alarm_is_escalated_once_a_level),
        cmocka_unit_test(a_silent_characteristic_is_an_alarm_of_its_own),
        cmocka_unit_test(points_and_alarms_are_told_on_the_bus),
        cmocka_unit_test(what_is_due_when_follows_from_sampling),
        cmocka_unit_test(a_document_that_cannot_be_used_is_told_so),
        cmocka_unit_test(a_restart_at_any_moment_is_not_seen),
        cmocka_unit_test(every_order_of_arrival_ends_in_one_verdict),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
