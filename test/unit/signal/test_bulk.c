/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Many characteristics in one pass: the quick ways give what the slow ones give, whatever the
 * data look like and however many threads read them. */
#include "check.h"
#include "signal/signal.h"

#include <unistd.h>

enum { KINDS = 9, ROWS = 60000, FILL = 840 }; /* 840 divides by 2 .. 8 */

/* What is awkward about a file, beside its characteristics. */
enum { UNORDERED = 1, LEFT_OVER = 2, UNTIMED = 4, EXPONENTS = 8 };

typedef struct {
    int64_t ms;
    int code;
    char text[24];
} row;

static row rows[ROWS];
static size_t row_count;
static uint64_t state;

static uint32_t draw(uint32_t below)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(state >> 33) % below;
}

/* Each characteristic is awkward in its own way. */
static void write_value(int code, char *text)
{
    int64_t whole = 200000 + (int64_t)(draw(60) + draw(60) + draw(60));
    switch (code) {
    case 1: /* places without a value */
        sprintf(text, draw(500) == 0 ? "" : "%.3f", (double)whole / 1000);
        break;
    case 2: /* one digit fewer now and then */
        sprintf(text, draw(3) == 0 ? "%.2f" : "%.3f", (double)whole / 1000);
        break;
    case 3: /* beyond four bytes */
        sprintf(text, "%lld.125", (long long)whole * 1000);
        break;
    case 4: /* below zero */
        sprintf(text, "%.3f", (double)(whole - 200090) / 1000);
        break;
    case 5: /* no spread */
        strcpy(text, "1.5");
        break;
    case 6: /* few steps: ties */
        sprintf(text, "%u", draw(3));
        break;
    case 7: /* beyond the limits now and then */
        sprintf(text, "%.2f", (double)(whole + (draw(200) == 0 ? 500 : 0)) / 100);
        break;
    default:
        sprintf(text, "%.3f", (double)whole / 1000);
    }
}

static void make_rows(unsigned awkward)
{
    static size_t of_code[KINDS];
    memset(of_code, 0, sizeof of_code);
    state = 7 + awkward;
    row_count = 0;
    while (row_count + 8 < ROWS - KINDS * FILL) {
        int code = (int)draw(KINDS);
        size_t run = draw(3) == 0 ? 1 + draw(8) : 5;
        for (size_t i = 0; i < run; i++, row_count++, of_code[code]++) {
            row *r = &rows[row_count];
            r->code = code;
            r->ms = 1767225600000 + (int64_t)row_count / 3 * 3; /* some times are equal */
            if (awkward & UNORDERED && draw(1000) == 0)
                r->ms -= (int64_t)draw(5000);
            write_value(code, r->text);
            if (awkward & EXPONENTS && draw(2000) == 0)
                strcpy(r->text, "2.001e2");
        }
    }
    /* Whole subgroups of 2 .. 8, or none but the size 1. */
    for (int code = 0; code < KINDS; code++)
        for (; of_code[code] % FILL != (awkward & LEFT_OVER ? FILL - 1u : 0); of_code[code]++) {
            if (row_count == ROWS)
                fail_msg("too few rows");
            row *r = &rows[row_count];
            *r = (row){1767225600000 + (int64_t)row_count++, code, ""};
            write_value(code, r->text);
        }
}

static void write_rows(const char *path, unsigned awkward)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(awkward & UNTIMED ? "characteristic,value\n" : "time,characteristic,value\n", f);
    for (size_t i = 0; i < row_count; i++) {
        if (!(awkward & UNTIMED))
            fprintf(f, "%lld,", (long long)rows[i].ms);
        fprintf(f, "c%d,%s\n", rows[i].code, rows[i].text);
    }
    assert_int_equal(fclose(f), 0);
}

static series_set *load(const char *path, unsigned threads, const char *name)
{
    series_set *set = NULL;
    assay_err err = {0};
    series_request request = {.source = path, .name = name, .read = {.threads = threads}};
    assert_ok(series_open(&request, &set, &err), err);
    return set;
}

/* -- loading --------------------------------------------------------------------------------- */

static int by_time(const void *a, const void *b)
{
    const row *x = *(const row *const *)a, *y = *(const row *const *)b;
    if (x->ms != y->ms)
        return x->ms < y->ms ? -1 : 1;
    return (x > y) - (x < y);
}

/* The rows of a characteristic, as a reader of the file would put them in order. */
static size_t expected_rows(int code, unsigned awkward, const row **out)
{
    size_t n = 0;
    for (size_t i = 0; i < row_count; i++)
        if (rows[i].code == code)
            out[n++] = &rows[i];
    if (!(awkward & UNTIMED))
        qsort(out, n, sizeof *out, by_time);
    return n;
}

static void check_series(const series *s, unsigned awkward)
{
    static const row *expected[ROWS];
    size_t n = expected_rows(s->definition->path[1] - '0', awkward, expected);
    assert_int_equal(s->n, n);
    int64_t first = INT64_MAX, last = INT64_MIN;
    for (size_t i = 0; i < n; i++) {
        const char *text = expected[i]->text;
        double value = series_value(s, i);
        if (*text ? value != strtod(text, NULL) : !isnan(value))
            fail_msg("%s[%zu] is %.17g, expected \"%s\"", s->definition->path, i, value, text);
        unsigned status = s->status ? s->status[i] : STATUS_VALID;
        assert_int_equal(status, *text ? STATUS_VALID : STATUS_NO_VALUE);
        first = expected[i]->ms < first ? expected[i]->ms : first;
        last = expected[i]->ms > last ? expected[i]->ms : last;
    }
    if (awkward & UNTIMED)
        return;
    assert_true(s->first_time == first * 1000000 && s->last_time == last * 1000000);
}

static void check_file(unsigned awkward)
{
    char path[] = "/tmp/assay-bulk-XXXXXX";
    close(mkstemp(path));
    make_rows(awkward);
    write_rows(path, awkward);
    for (unsigned threads = 1; threads <= 3; threads++) {
        series_set *set = load(path, threads, NULL);
        assert_int_equal(series_count(set), KINDS);
        for (size_t i = 0; i < KINDS; i++)
            check_series(series_at(set, i), awkward);
        series_close(set);
        set = load(path, threads, "c4");
        assert_int_equal(series_count(set), 1);
        check_series(series_at(set, 0), awkward);
        series_close(set);
    }
    unlink(path);
}

static void every_row_stands_in_its_series_in_order(void **unused)
{
    (void)unused;
    for (unsigned awkward = 0; awkward < 16; awkward++)
        check_file(awkward);
}

/* -- verdicts -------------------------------------------------------------------------------- */

static void check_equal(double a, double b, const char *what, const series *s, uint32_t n)
{
    if (memcmp(&a, &b, sizeof a) != 0 && !(isnan(a) && isnan(b)))
        fail_msg("%s of %s at n = %u: %.17g without points, %.17g with", what, s->definition->path,
                 n, a, b);
}

static void compare(const analysis *a, const analysis *b)
{
    const series *s = a->series;
    const assay_chart_stage *x = a->chart.stages, *y = b->chart.stages;
    const struct {
        const char *what;
        double a, b;
    } pairs[] = {{"center", x->center, y->center},
                 {"sigma", x->sigma, y->sigma},
                 {"lcl", x->lcl, y->lcl},
                 {"ucl", x->ucl, y->ucl},
                 {"spread center", x->spread_center, y->spread_center},
                 {"spread lcl", x->spread_lcl, y->spread_lcl},
                 {"spread ucl", x->spread_ucl, y->spread_ucl},
                 {"mean", a->capability.mean, b->capability.mean},
                 {"sd within", a->capability.sd_within, b->capability.sd_within},
                 {"sd overall", a->capability.sd_overall, b->capability.sd_overall},
                 {"cp", a->capability.cp.value, b->capability.cp.value},
                 {"cpk", a->capability.cpk.value, b->capability.cpk.value},
                 {"pp", a->capability.pp.value, b->capability.pp.value},
                 {"ppk", a->capability.ppk.value, b->capability.ppk.value},
                 {"cpm", a->capability.cpm.value, b->capability.cpm.value}};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        check_equal(pairs[i].a, pairs[i].b, pairs[i].what, s, a->n);
    assert_int_equal(a->capability.n, b->capability.n);
    assert_int_equal(a->chart.type, b->chart.type);
    assert_int_equal(a->chart.method, b->chart.method);
    assert_int_equal(a->capability.sigma_method, b->capability.sigma_method);
    assert_int_equal(a->chart.signals, b->chart.signals);
    assert_int_equal(a->chart.is_stable, b->chart.is_stable);
    assert_int_equal(a->chart.stage_count, b->chart.stage_count);
    assert_int_equal(a->input.subgroups, b->input.subgroups);
    assert_int_equal(a->chart.why_undefined != NULL, b->chart.why_undefined != NULL);
    assert_int_equal(analysis_judge(a, 1.33), analysis_judge(b, 1.33));
    for (int r = 0; r < a->rules.count; r++)
        assert_int_equal(analysis_rule_count(a, r), analysis_rule_count(b, r));
}

/* Returns whether the quick way was taken. */
static bool check_verdict(const series_set *set, const series *s, uint32_t n)
{
    analysis quick, full;
    assay_err err = {0};
    analysis_options o = analysis_defaults();
    o.n = n;
    o.with_capability = true;
    o.spec.lsl = 199.9;
    o.spec.usl = 200.2;
    o.spec.target = 200.05;
    assert_ok(analysis_make(set, s, &o, &full, &err), err);
    assert_non_null(full.chart.location);
    o.is_brief = o.without_points = true;
    assert_ok(analysis_make(set, s, &o, &quick, &err), err);
    compare(&quick, &full);
    bool is_quick = quick.chart.location == NULL;
    analysis_done(&quick);
    analysis_done(&full);
    return is_quick;
}

static void a_verdict_without_points_is_that_of_the_full_chart(void **unused)
{
    (void)unused;
    for (unsigned awkward = 0; awkward < 4; awkward++) {
        size_t quick = 0;
        char path[] = "/tmp/assay-bulk-XXXXXX";
        close(mkstemp(path));
        make_rows(awkward);
        write_rows(path, awkward);
        series_set *set = load(path, 2, NULL);
        for (size_t i = 0; i < KINDS; i++)
            for (uint32_t n = 1; n <= 9; n++)
                quick += check_verdict(set, series_at(set, i), n);
        /* Sizes 2 to 8 of those that are narrow, whole and not constant. */
        assert_int_equal(quick, awkward & LEFT_OVER ? 0 : 7 * 6);
        series_close(set);
        unlink(path);
    }
}

typedef struct {
    buf text;
} shown;

static void note(const analysis *a, size_t i, void *context)
{
    shown *s = context;
    buf_addf(&s->text, "%zu %s %.17g %.17g %.17g %zu\n", i, a->series->definition->path,
             a->chart.stages[0].sigma, a->capability.ppk.value, a->capability.sd_overall,
             a->chart.signals);
}

static void threads_change_nothing(void **unused)
{
    (void)unused;
    shown seen[3] = {{BUF_INIT}, {BUF_INIT}, {BUF_INIT}};
    char path[] = "/tmp/assay-bulk-XXXXXX";
    close(mkstemp(path));
    make_rows(0);
    write_rows(path, 0);
    analysis_options o = analysis_defaults();
    o.n = 5;
    o.with_capability = o.is_brief = o.without_points = true;
    o.spec.usl = 200.2;
    const analysis_options *each[KINDS];
    for (size_t i = 0; i < KINDS; i++)
        each[i] = &o;
    for (unsigned threads = 1; threads <= 3; threads++) {
        assay_err err = {0};
        series_set *set = load(path, threads, NULL);
        assert_ok(analysis_make_all(set, each, threads, note, &seen[threads - 1], &err), err);
        series_close(set);
    }
    assert_string_equal(buf_text(&seen[0].text), buf_text(&seen[1].text));
    assert_string_equal(buf_text(&seen[0].text), buf_text(&seen[2].text));
    assert_non_null(strstr(buf_text(&seen[0].text), "8 c"));
    for (int i = 0; i < 3; i++)
        buf_done(&seen[i].text);
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_stands_in_its_series_in_order),
        cmocka_unit_test(a_verdict_without_points_is_that_of_the_full_chart),
        cmocka_unit_test(threads_change_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
