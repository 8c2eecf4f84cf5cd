/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A live chart over a stored series is the analysis of that series: every chart type, every way of
 * cutting, bit for bit, in whatever order the rows arrived. */
#include "live/engine_series.h"

#include "../store/shop.h"

enum { ROWS = 1500 };

static uint64_t seed;

static uint64_t draw(uint64_t below)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (seed >> 33) % below;
}

typedef enum { BY_ONE, BY_COUNT, BY_KEY, BY_TIME, BY_DAY, CUTS } cut;

typedef struct {
    assay_chart_type type;
    cut by;
    bool is_raw, is_mixed; /* some values no decimals; some finer than others */
    bool with_stage, with_filter;
} story;

static bool is_attribute(assay_chart_type t)
{
    return t >= ASSAY_CHART_P;
}

static uint32_t code_of(tray *t, context_kind kind, const char *format, uint64_t n)
{
    char text[32];
    int length = snprintf(text, sizeof text, format, (unsigned long long)n);
    return dictionary_code(t->texts[kind], text, (size_t)length);
}

static void put_value(measurement_batch *b, size_t i, const story *s)
{
    static const uint8_t odd[] = {STATUS_MARKED, STATUS_NO_VALUE, STATUS_BAD};
    double real;
    b->exponent[i] = is_attribute(s->type) ? 0 : -3;
    b->mantissa[i] = is_attribute(s->type) ? (int64_t)draw(9)
                                           : 24000 + (int64_t)draw(60) + (int64_t)draw(60) +
                                                 (int64_t)(i / 300 % 3) * 30;
    b->status[i] = draw(40) == 0 ? odd[draw(3)] : STATUS_VALID;
    b->size[i] = is_attribute(s->type) ? 20 + (uint32_t)draw(5) : 1;
    if (s->is_mixed && draw(30) == 0 && !is_attribute(s->type)) {
        b->exponent[i] = -5;
        b->mantissa[i] = b->mantissa[i] * 100 + (int64_t)draw(100);
    }
    if (s->is_raw && draw(100) == 0 && !is_attribute(s->type)) {
        real = (double)b->mantissa[i] * 1.0000000001e-3;
        b->exponent[i] = 0;
        memcpy(&b->mantissa[i], &real, sizeof real);
        b->status[i] |= STATUS_RAW;
    }
}

/* The rows of a story, in series order. */
static void tell(tray *t, const story *s)
{
    measurement_batch *b = t->b;
    uint64_t key = 1, stage = 1;
    int64_t time = INT64_C(1700000000) * 1000000000;
    b->n = ROWS;
    for (size_t i = 0; i < ROWS; i++) {
        put_value(b, i, s);
        key += draw(4) == 0;
        stage += draw(400) == 0;
        time += (int64_t)(1 + draw(20)) * (s->by == BY_DAY ? INT64_C(600000000000) : 100000000);
        b->characteristic[i] = 0;
        b->time[i] = time;
        b->offset[i] = s->by != BY_DAY ? 0 : i < 700 ? 32400 : -18000; /* the plant moves */
        b->decimals[i] = 3;
        b->record[i] = i + 1;
        b->context[CONTEXT_SUBGROUP][i] = draw(50) ? code_of(t, CONTEXT_SUBGROUP, "g%llu", key) : 0;
        b->context[CONTEXT_STAGE][i] = s->with_stage ? code_of(t, CONTEXT_STAGE, "s%llu", stage) : 0;
        b->context[CONTEXT_MACHINE][i] = code_of(t, CONTEXT_MACHINE, "M%llu", draw(3));
    }
}

static chart_definition definition_of(const story *s)
{
    chart_definition d = {.rules = "nelson", .size_all = NAN, .chart = assay_chart_defaults()};
    d.chart.type = s->type;
    d.n = s->by == BY_COUNT ? 2 + (uint32_t)draw(6) : s->by == BY_ONE ? 1 : 0;
    d.every_s = s->by == BY_TIME ? 4 : s->by == BY_DAY ? 86400 : 0;
    d.chart.fir = draw(2) ? 2.5 : 0;
    d.chart.span = 2 + (unsigned)draw(3);
    d.filter[CONTEXT_MACHINE] = s->with_filter ? "M1" : NULL;
    return d;
}

static chart_limits limits_of(const story *s)
{
    chart_limits l = {.center = 24.07, .sigma = 0.03, .size = NAN, .definition = definition_of(s)};
    if (is_attribute(s->type)) {
        l.center = s->type == ASSAY_CHART_C || s->type == ASSAY_CHART_NP ? 4 : 0.2;
        l.size = s->type == ASSAY_CHART_NP ? 22 : NAN;
    }
    if (is_attribute(s->type) || s->type == ASSAY_CHART_RUN)
        l.sigma = NAN;
    return l;
}

/* -- store and analysis ------------------------------------------------------------------- */

static void import_all(shop *h, tray *t, const uint32_t *order)
{
    static const characteristic c = {.path = "line/x", .kind = KIND_VARIABLE};
    const characteristic *list[] = {&c};
    const measurement_batch *from = t->b;
    measurement_batch *part;
    import *job;
    import_tally tally;
    import_options o = {.source = "test", .content = "c", .label = "l", .actor = "a"};
    uint32_t contexts = 1u << CONTEXT_SUBGROUP | 1u << CONTEXT_STAGE | 1u << CONTEXT_MACHINE;
    assert_ok(batch_new(ROWS, contexts, &part, &h->err), h->err);
    assert_ok(import_begin(h->s, &o, &job, &tally, &h->err), h->err);
    for (size_t i = 0; i < ROWS; i++) {
        size_t at = order ? order[i] : i, n = part->n++;
        part->characteristic[n] = 0;
        part->time[n] = from->time[at];
        part->offset[n] = from->offset[at];
        part->mantissa[n] = from->mantissa[at];
        part->exponent[n] = from->exponent[at];
        part->decimals[n] = from->decimals[at];
        part->status[n] = from->status[at];
        part->size[n] = from->size[at];
        part->record[n] = i + 1;
        for (int k = 0; k < CONTEXT_COUNT; k++)
            if (part->context[k])
                part->context[k][n] = from->context[k][at];
        if (part->n < 200 && i + 1 < ROWS)
            continue;
        assert_ok(import_append(job, part, list, (const dictionary *const *)t->texts, i + 1, i + 1,
                                &h->err), h->err);
        part->n = 0;
    }
    assert_ok(import_commit(job, &tally, &h->err), h->err);
    import_close(job, false);
    assert_int_equal(tally.stored, ROWS);
    batch_free(part);
}

typedef struct {
    live_point list[ROWS + 1];
    size_t n, agains;
} points;

static void keep(live_chart *c, const live_point *p, void *context)
{
    (void)c;
    points *to = context;
    to->list[to->n++] = *p;
}

static void start_again(live_chart *c, void *context)
{
    (void)c;
    points *to = context;
    to->n = 0;
    to->agains++;
}

static void same_number(double a, double b)
{
    if (memcmp(&a, &b, sizeof a) != 0 && !(isnan(a) && isnan(b)))
        fail_msg("%.17g is not %.17g", a, b);
}

static void same_point(const assay_chart_point *a, const assay_chart_point *b)
{
    same_number(a->value, b->value);
    same_number(a->center, b->center);
    same_number(a->lcl, b->lcl);
    same_number(a->ucl, b->ucl);
    same_number(a->sigma, b->sigma);
    same_number(a->n, b->n);
    assert_int_equal(a->rules, b->rules);
    assert_int_equal(a->flags, b->flags);
}

/* Every subgroup of the analysis but an incomplete last one. */
static size_t compare(const points *live, const analysis *a)
{
    size_t signals = 0, k = a->input.subgroups;
    if (k && a->chart.location[k - 1].flags & ASSAY_POINT_PARTIAL)
        k--;
    assert_int_equal(live->n, k);
    for (size_t i = 0; i < k; i++) {
        const live_point *p = &live->list[i];
        assert_int_equal(p->time, analysis_time(a, i));
        same_point(&p->p.location, &a->chart.location[i]);
        if (a->chart.has_spread)
            same_point(&p->p.spread, &a->chart.spread[i]);
        if (a->chart.cusum) {
            same_number(p->p.cusum.upper, a->chart.cusum[i].upper);
            same_number(p->p.cusum.lower, a->chart.cusum[i].lower);
            assert_int_equal(p->p.cusum.rules, a->chart.cusum[i].rules);
        }
        signals += live_signals(&p->p);
    }
    return signals;
}

static void analyse(shop *h, const chart_limits *l, series_set **set, analysis *a)
{
    analysis_options o = analysis_defaults();
    series_request q = {.source = h->path, .name = "line/x", .range = STORE_ALL, .with_time = true,
                        .contexts = 1u << CONTEXT_SUBGROUP | 1u << CONTEXT_STAGE};
    q.range.all_status = true;
    q.range.filter[CONTEXT_MACHINE] = l->definition.filter[CONTEXT_MACHINE];
    assert_ok(limits_apply(l, &o, &h->err), h->err);
    assert_ok(series_open(&q, set, &h->err), h->err);
    assert_ok(analysis_make(*set, series_at(*set, 0), &o, a, &h->err), h->err);
}

static void make_live(live_chart *c, live_plan *p, const chart_limits *l)
{
    assay_err err = {0};
    assert_ok(live_plan_init(&l->definition, p, &err), err);
    assert_ok(live_chart_init(c, p, l->center, l->sigma, l->size, &err), err);
    c->characteristic = 1;
    c->spacing = 100;
}

static size_t check_story(const story *s)
{
    static points live;
    tray t;
    analysis a;
    series_set *set;
    live_plan plan;
    live_chart chart;
    int64_t since;
    shop *h = shop_new();
    tray_init(&t, 1u << CONTEXT_SUBGROUP | 1u << CONTEXT_STAGE | 1u << CONTEXT_MACHINE);
    tell(&t, s);
    import_all(h, &t, NULL);
    chart_limits l = limits_of(s);
    analyse(h, &l, &set, &a);
    make_live(&chart, &plan, &l);
    live.n = 0;
    assert_ok(live_chart_replay(&chart, h->s, TIME_NONE, STORE_NOW, keep, start_again, &live,
                                &since, &h->err), h->err);
    bool shows_open = s->by != BY_COUNT || is_attribute(s->type); /* a share has limits of its own */
    if (s->by != BY_ONE && shows_open)
        live_chart_peek(&chart, keep, &live);
    size_t signals = compare(&live, &a);
    live_chart_done(&chart);
    analysis_done(&a);
    series_close(set);
    tray_done(&t);
    shop_free(h);
    return signals;
}

static void every_chart_lives_as_it_is_analysed(void **state)
{
    (void)state;
    for (int type = ASSAY_CHART_XBAR_R; type <= ASSAY_CHART_U; type++) {
        bool is_single = type == ASSAY_CHART_I_MR || type == ASSAY_CHART_RUN;
        for (int by = BY_ONE; by < CUTS; by++) {
            if ((by != BY_ONE) == is_single && !(by == BY_ONE && type >= ASSAY_CHART_EWMA))
                continue;
            size_t signals = 0;
            for (uint64_t k = is_attribute((assay_chart_type)type) ? 2 : 0; k < 4; k++) {
                seed = k * 977 + (uint64_t)type * 31 + (uint64_t)by;
                story s = {.type = (assay_chart_type)type, .by = (cut)by, .is_raw = k == 3,
                           .is_mixed = k & 1, .with_stage = k >= 2, .with_filter = k == 2};
                signals += check_story(&s);
            }
            assert_true(signals > 3 || type == ASSAY_CHART_RUN);
        }
    }
}

/* -- checkpoints -------------------------------------------------------------------------- */

static void a_chart_wound_back_to_a_checkpoint_draws_the_same_again(void **state)
{
    (void)state;
    static points first, second;
    for (int by = BY_ONE; by < CUTS; by++) {
        tray t;
        live_plan plan;
        live_chart chart;
        int64_t since;
        seed = 5;
        story s = {.type = by == BY_ONE ? ASSAY_CHART_I_MR : ASSAY_CHART_XBAR_S, .by = (cut)by,
                   .with_stage = true};
        shop *h = shop_new();
        tray_init(&t, 1u << CONTEXT_SUBGROUP | 1u << CONTEXT_STAGE | 1u << CONTEXT_MACHINE);
        tell(&t, &s);
        import_all(h, &t, NULL);
        chart_limits l = limits_of(&s);
        make_live(&chart, &plan, &l);
        first.n = second.n = 0;
        assert_ok(live_chart_replay(&chart, h->s, TIME_NONE, STORE_NOW, keep, start_again, &first,
                                    &since, &h->err), h->err);
        assert_int_equal(since, TIME_NONE);
        live_state before = chart.s;
        int64_t late = t.b->time[1100];
        assert_ok(live_chart_replay(&chart, h->s, late, STORE_NOW, keep, start_again, &second,
                                    &since, &h->err), h->err);
        assert_true(since != TIME_NONE && since < late); /* not from the beginning */
        assert_true(second.n < first.n / 2);
        assert_memory_equal(&before, &chart.s, sizeof before);
        for (size_t i = 0; i < second.n; i++)
            same_point(&second.list[second.n - 1 - i].p.location,
                       &first.list[first.n - 1 - i].p.location);
        live_chart_done(&chart);
        tray_done(&t);
        shop_free(h);
    }
}

static void save_and_go_on(assay_chart_type of)
{
    tray t;
    live_plan plan;
    live_chart one, two;
    int64_t since;
    seed = 9;
    story s = {.type = of, .by = BY_COUNT};
    shop *h = shop_new();
    tray_init(&t, 1u << CONTEXT_SUBGROUP | 1u << CONTEXT_STAGE | 1u << CONTEXT_MACHINE);
    tell(&t, &s);
    import_all(h, &t, NULL);
    chart_limits l = limits_of(&s);
    make_live(&one, &plan, &l);
    make_live(&two, &plan, &l);
    assert_ok(live_chart_replay(&one, h->s, TIME_NONE, STORE_NOW, NULL, NULL, NULL, &since, &h->err),
              h->err);
    size_t size = live_state_size(&one);
    char *blob = malloc(size);
    live_state_save(&one, blob);
    assert_false(live_state_load(&two, blob, size - 1));
    assert_true(live_state_load(&two, blob, size));
    for (int i = 0; i < 40; i++) {
        static points a, b;
        live_row next = {.time = one.s.last_time + 1, .mantissa = 24000 + (int64_t)draw(200),
                        .exponent = -3, .size = 1};
        if (is_attribute(of)) {
            next.mantissa = (int64_t)draw(9);
            next.exponent = 0;
            next.size = 20;
        }
        a.n = b.n = 0;
        assert_true(live_chart_push(&one, &next, keep, &a));
        assert_true(live_chart_push(&two, &next, keep, &b));
        assert_int_equal(a.n, b.n);
        if (a.n)
            same_point(&a.list[0].p.location, &b.list[0].p.location);
    }
    free(blob);
    live_chart_done(&one);
    live_chart_done(&two);
    tray_done(&t);
    shop_free(h);
}

static void a_saved_state_goes_on_as_if_it_had_never_stopped(void **state)
{
    (void)state;
    save_and_go_on(ASSAY_CHART_EWMA);
    save_and_go_on(ASSAY_CHART_P);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_chart_lives_as_it_is_analysed),
        cmocka_unit_test(a_chart_wound_back_to_a_checkpoint_draws_the_same_again),
        cmocka_unit_test(a_saved_state_goes_on_as_if_it_had_never_stopped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
