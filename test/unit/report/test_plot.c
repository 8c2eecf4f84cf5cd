/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pictures of hand-made charts. With ASSAY_TEST_PICTURES=DIR each picture is also written there as
 * SVG and PNG, for looking at. */
#include "check.h"

#include "report/plot.h"

#include <cairo.h>

enum { most = 200 };

typedef struct {
    assay_chart chart;
    assay_chart_point location[most], spread[most];
    assay_cusum_point cusum[most];
    assay_chart_stage stages[4];
    assay_rules rules;
    int64_t time[most];
    double readings[most * 5];
    const char *stage_names[4];
    chart_plot plot;
} scene;

static uint32_t seed = 7;
static double noise(void)
{
    double sum = 0;
    for (int i = 0; i < 12; i++) {
        seed = seed * 1664525u + 1013904223u;
        sum += seed / 4294967296.0;
    }
    return sum - 6;
}

static void scene_make(scene *s, assay_chart_type type, size_t n, bool has_spread)
{
    memset(s, 0, sizeof *s);
    seed = 7;
    for (size_t i = 0; i < n; i++) {
        s->location[i] = (assay_chart_point){.value = 10 + 0.1 * noise(), .center = 10, .lcl = 9.7, .ucl = 10.3,
                                             .prob_lcl = NAN, .prob_ucl = NAN, .sigma = 0.1, .n = 5};
        s->spread[i] = (assay_chart_point){.value = 0.5 + 0.1 * fabs(noise()), .center = 0.55, .lcl = NAN, .ucl = 1.16, .n = 5};
        s->cusum[i] = (assay_cusum_point){fabs(noise()), fabs(noise()), 0};
        s->time[i] = (int64_t)(1767600000 + 3600 * i) * 1000000000;
    }
    for (size_t i = 0; i < most * 5; i++)
        s->readings[i] = 10 + 0.2 * noise();
    s->stages[0] = (assay_chart_stage){.to = n, .center = 10, .sigma = 0.22};
    s->rules = (assay_rules){.name = "nelson", .count = 2, .rule = {{ASSAY_RULE_BEYOND, 1, 1, 3, "1"}, {ASSAY_RULE_SIDE, 9, 9, 0, "2"}}};
    s->chart = (assay_chart){.type = type, .method = ASSAY_SIGMA_RBAR, .location = s->location, .spread = s->spread,
                             .cusum = type == ASSAY_CHART_CUSUM ? s->cusum : NULL, .stages = s->stages, .stage_count = 1,
                             .has_spread = has_spread, .k = 0.5, .h = 4, .is_stable = true};
    s->plot = (chart_plot){.title = "line 2/housing/bore diameter", .subtitle = "X̄-R · n 5 · 25 subgroups", .unit = "mm",
                           .chart = &s->chart, .points = n, .rules = &s->rules, .time = s->time, .offset = 0,
                           .decimals = 2, .readings = s->readings, .reading_count = n * 5};
}

static void write_file(const char *name, const char *ending, const char *bytes, size_t length)
{
    const char *folder = getenv("ASSAY_TEST_PICTURES");
    char path[4096];
    if (!folder)
        return;
    snprintf(path, sizeof path, "%s/%s.%s", folder, name, ending);
    FILE *f = fopen(path, "wb");
    if (f) {
        fwrite(bytes, 1, length, f);
        fclose(f);
    }
}

typedef void drawing(canvas *c, const void *plot);
static void draw_chart(canvas *c, const void *plot) { plot_chart(c, plot); }
static void draw_histogram(canvas *c, const void *plot) { plot_histogram(c, plot); }
static void draw_pareto(canvas *c, const void *plot) { plot_pareto(c, plot); }
static void draw_scatter(canvas *c, const void *plot) { plot_scatter(c, plot); }
static void draw_cause(canvas *c, const void *plot) { plot_cause(c, plot); }
static void draw_strata(canvas *c, const void *plot) { plot_strata(c, plot); }

/* SVG text in a buffer the caller frees; also drawn through cairo so that both canvases run. */
static char *picture(const char *name, drawing *draw, const void *plot, double width, double height)
{
    buf out = BUF_INIT;
    svg_canvas svg;
    svg_begin(&svg, &out, width, height, name, name, true);
    draw(&svg.base, plot);
    svg_end(&svg);
    assert_false(out.failed);
    write_file(name, "svg", out.data, out.length);
    cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, (int)width, (int)height);
    cairo_t *cr = cairo_create(surface);
    cairo_canvas sheet;
    cairo_canvas_begin(&sheet, cr, width, height);
    draw(&sheet.base, plot);
    cairo_canvas_end(&sheet);
    assert_int_equal(cairo_status(cr), CAIRO_STATUS_SUCCESS);
    if (getenv("ASSAY_TEST_PICTURES")) {
        char path[4096];
        snprintf(path, sizeof path, "%s/%s.png", getenv("ASSAY_TEST_PICTURES"), name);
        cairo_surface_write_to_png(surface, path);
    }
    cairo_destroy(cr);
    cairo_surface_destroy(surface);
    return out.data;
}

static size_t count_of(const char *text, const char *part)
{
    size_t n = 0;
    for (const char *p = text; (p = strstr(p, part)); p++)
        n++;
    return n;
}

static void limits_are_labelled_with_their_values(void **state)
{
    (void)state;
    scene *s = malloc(sizeof *s);
    scene_make(s, ASSAY_CHART_XBAR_R, 25, true);
    char *svg = picture("plain", draw_chart, &s->plot, 1000, 520);
    assert_non_null(strstr(svg, "UCL 10.300"));
    assert_non_null(strstr(svg, "CL 10.000"));
    assert_non_null(strstr(svg, "LCL 9.700"));
    assert_non_null(strstr(svg, "UCL 1.160"));
    assert_null(strstr(svg, "LCL –"));
    assert_int_equal(count_of(svg, "<circle"), 50);
    free(svg);
    free(s);
}

static void a_signal_is_a_diamond_with_its_rule_and_rings_on_its_run(void **state)
{
    (void)state;
    scene *s = malloc(sizeof *s);
    scene_make(s, ASSAY_CHART_XBAR_R, 25, true);
    for (size_t i = 10; i < 19; i++)
        s->location[i].value = 10.1 + 0.02 * noise();
    s->location[18].rules = 2;
    s->location[22].value = 10.42;
    s->location[22].rules = 1;
    char *svg = picture("signals", draw_chart, &s->plot, 1000, 520);
    assert_int_equal(count_of(svg, "stroke:var(--signal);stroke-width:1.4"), 8);
    assert_non_null(strstr(svg, ">2</text>"));
    assert_int_equal(count_of(svg, "fill:var(--signal)\"><title>"), 2);
    free(svg);
    free(s);
}

static void stages_step_and_missing_points_break_the_line(void **state)
{
    (void)state;
    scene *s = malloc(sizeof *s);
    scene_make(s, ASSAY_CHART_I_MR, 40, true);
    s->chart.stage_count = 2;
    s->stages[0].to = 20;
    s->stages[1] = (assay_chart_stage){.from = 20, .to = 40};
    for (size_t i = 20; i < 40; i++) {
        s->location[i].value -= 0.5;
        s->location[i].center = 9.5;
        s->location[i].lcl = 9.3;
        s->location[i].ucl = 9.7;
    }
    s->stage_names[0] = "before";
    s->stage_names[1] = "새 공구 新刀具";
    s->plot.stages = s->stage_names;
    s->plot.title = "라인 2/하우징/내경 壳体内径";
    s->location[30].value = NAN;
    s->location[30].flags = ASSAY_POINT_MISSING;
    s->location[5].flags = ASSAY_POINT_EXCLUDED;
    char *svg = picture("stages", draw_chart, &s->plot, 1000, 520);
    assert_non_null(strstr(svg, "새 공구 新刀具"));
    const char *line = strstr(svg, "<g class=\"line\"");
    const char *end = strstr(line, "/>");
    size_t moves = 0;
    for (const char *p = strstr(line, " d=\""); p < end; p++)
        moves += *p == 'M';
    assert_int_equal(moves, 2);
    free(svg);
    free(s);
}

static void no_points_say_so_and_one_point_is_drawn(void **state)
{
    (void)state;
    scene *s = malloc(sizeof *s);
    scene_make(s, ASSAY_CHART_I_MR, 0, true);
    char *svg = picture("none", draw_chart, &s->plot, 1000, 520);
    assert_non_null(strstr(svg, "no data"));
    free(svg);
    scene_make(s, ASSAY_CHART_I_MR, 1, true);
    s->location[0].lcl = s->location[0].ucl = NAN;
    s->spread[0] = (assay_chart_point){.value = NAN, .center = NAN, .lcl = NAN, .ucl = NAN, .flags = ASSAY_POINT_MISSING};
    svg = picture("one", draw_chart, &s->plot, 1000, 520);
    assert_int_equal(count_of(svg, "<circle"), 1);
    assert_null(strstr(svg, "nan"));
    assert_null(strstr(svg, "inf"));
    free(svg);
    free(s);
}

static void dense_data_keep_their_extremes(void **state)
{
    (void)state;
    enum { n = 100000 };
    assay_chart_point *points = calloc(n, sizeof *points);
    for (size_t i = 0; i < n; i++)
        points[i] = (assay_chart_point){.value = 5 + 0.01 * noise(), .center = 5, .lcl = 4, .ucl = 6};
    points[54321].value = 9;
    assay_chart_stage stage = {.to = n};
    assay_chart chart = {.type = ASSAY_CHART_RUN, .location = points, .stages = &stage, .stage_count = 1};
    chart_plot plot = {.title = "dense", .unit = "", .chart = &chart, .points = n, .decimals = 2};
    char *svg = picture("dense", draw_chart, &plot, 1000, 400);
    assert_true(strlen(svg) < 100000);
    const char *line = strstr(strstr(svg, "<g class=\"line\""), " d=\"");
    double top = 1e9;
    for (const char *p = line; p && *p && *p != '>'; p++)
        if (*p == ' ' && p[1] >= '0' && p[1] <= '9')
            top = fmin(top, atof(p + 1));
    assert_true(top < 120);
    free(svg);
    free(points);
}

static void varying_sizes_and_cusum_draw(void **state)
{
    (void)state;
    scene *s = malloc(sizeof *s);
    scene_make(s, ASSAY_CHART_P, 20, false);
    for (size_t i = 0; i < 20; i++) {
        double n = 100 + 20.0 * (double)(i % 4), half = 3 * sqrt(0.04 * 0.96 / n);
        s->location[i] = (assay_chart_point){.value = fmax(0, 0.04 + 0.015 * noise()), .center = 0.04, .ucl = 0.04 + half, .lcl = NAN, .n = n};
    }
    s->plot.readings = NULL;
    s->plot.unit = "";
    char *svg = picture("p", draw_chart, &s->plot, 1000, 400);
    free(svg);
    scene_make(s, ASSAY_CHART_CUSUM, 30, false);
    s->cusum[20].upper = 4.6;
    s->cusum[20].rules = 1;
    svg = picture("cusum", draw_chart, &s->plot, 1000, 400);
    assert_int_equal(count_of(svg, "fill:var(--signal)\"><title>"), 1);
    assert_non_null(strstr(svg, "+h 4.000"));
    free(svg);
    free(s);
}

static double bell(double x, void *context)
{
    (void)context;
    return exp(-0.5 * pow((x - 10) / 0.2, 2)) / (0.2 * sqrt(2 * M_PI));
}

static void a_histogram_shows_limits_and_curve(void **state)
{
    (void)state;
    scene *s = malloc(sizeof *s);
    scene_make(s, ASSAY_CHART_RUN, 100, false);
    for (size_t i = 0; i < 500; i++)
        s->readings[i] = round(s->readings[i] * 100) / 100;
    histogram_plot plot = {.title = "Histogram", .subtitle = "Ppk 1.33 (1.20 … 1.46)", .unit = "mm", .x = s->readings, .n = 500,
                           .lsl = 9.2, .usl = 10.9, .target = 10, .density = bell, .decimals = 2};
    char *svg = picture("histogram", draw_histogram, &plot, 520, 330);
    assert_non_null(strstr(svg, "LSL 9.20"));
    assert_non_null(strstr(svg, "USL 10.90"));
    free(svg);
    plot.n = 0;
    svg = picture("histogram-none", draw_histogram, &plot, 520, 330);
    assert_non_null(strstr(svg, "no data"));
    free(svg);
    free(s);
}

static void a_pareto_sums_what_does_not_fit(void **state)
{
    (void)state;
    const char *labels[40];
    double counts[40];
    for (int i = 0; i < 40; i++) {
        labels[i] = i % 2 ? "scratch on housing" : "划痕";
        counts[i] = 400.0 / (i + 1) + 0.5;
    }
    pareto_plot plot = {.title = "Pareto", .labels = labels, .counts = counts, .n = 6, .vital_few = 2};
    char *svg = picture("pareto", draw_pareto, &plot, 900, 420);
    assert_null(strstr(svg, "others"));
    free(svg);
    plot.n = 40;
    svg = picture("pareto-many", draw_pareto, &plot, 1000, 420);
    assert_non_null(strstr(svg, "others"));
    free(svg);
}

static void a_scatter_draws_each_place_once_and_no_extreme_is_lost(void **state)
{
    (void)state;
    static double x[5000], y[5000];
    for (int i = 0; i < 4998; i++)
        x[i] = 5, y[i] = 2;
    x[4998] = 0, y[4998] = 9;
    x[4999] = 10, y[4999] = -4;
    scatter_plot plot = {.title = "length × bore", .x_name = "length [mm]", .y_name = "bore [mm]", .x = x, .y = y,
                         .n = 5000, .slope = -1.3, .intercept = 9};
    char *svg = picture("scatter", draw_scatter, &plot, 900, 420);
    assert_int_equal(count_of(svg, "<circle"), 3);
    assert_non_null(strstr(svg, "length [mm]"));
    assert_int_equal(count_of(svg, "var(--worse)"), 1);
    free(svg);
    plot.slope = plot.intercept = NAN;
    svg = picture("scatter-no-line", draw_scatter, &plot, 900, 420);
    assert_null(strstr(svg, "stroke:var(--worse)"));
    free(svg);
    plot.n = 0;
    svg = picture("scatter-none", draw_scatter, &plot, 900, 420);
    assert_non_null(strstr(svg, "no data"));
    free(svg);
}

static void a_fishbone_names_each_cause_and_tells_main_ones_and_those_with_data(void **state)
{
    (void)state;
    const cause_twig machine[] = {{"spindle worn", true, true}, {"chuck loose", false, true}, {"coolant warm", true, false}};
    const cause_branch branch[] = {{"설비", machine, 3}, {"材料", NULL, 0}, {"Method", machine, 1}};
    cause_plot plot = {.title = "Causes", .effect = "Diameter of the shaft is too large in the morning", .branch = branch, .count = 3};
    double height = plot_cause_height(&plot);
    char *svg = picture("fishbone", draw_cause, &plot, 1000, height);
    assert_int_equal(count_of(svg, ">spindle worn</text>"), 2);
    assert_int_equal(count_of(svg, ">coolant warm</text>"), 1);
    assert_non_null(strstr(svg, "材料"));
    assert_non_null(strstr(svg, "Diameter of the shaft"));
    free(svg);
    plot.count = 0;
    svg = picture("fishbone-none", draw_cause, &plot, 1000, plot_cause_height(&plot));
    assert_non_null(strstr(svg, "no data"));
    free(svg);
    plot.count = 2;
    assert_true(plot_cause_height(&plot) == height); /* the longest branch decides */
}

static void strata_stand_on_one_scale(void **state)
{
    (void)state;
    const stratum row[] = {{"M1", 100, 10, 0.5, 8.5, 11}, {"M2", 1, 14, NAN, 14, 14}};
    strata_plot plot = {.title = "bore · machine", .unit = "mm", .row = row, .n = 2};
    char *svg = picture("strata", draw_strata, &plot, 900, plot_strata_height(&plot));
    assert_non_null(strstr(svg, "M2  n 1"));
    assert_int_equal(count_of(svg, "stroke-width:8"), 1); /* one reading has no deviation */
    free(svg);
}

static void axes_are_round_and_cover_any_finite_range(void **state)
{
    (void)state;
    const double ranges[][2] = {{0, 1}, {9.7, 10.3}, {-5, 5}, {3, 3}, {0, 0}, {1e300, 1.1e300}, {1e-300, 2e-300}, {-1e15, -1e15 + 3}};
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++) {
        axis_ticks t = axis_make(ranges[i][0], ranges[i][1], 6);
        assert_true(t.low <= ranges[i][0] + t.step * 1e-6 && t.high >= ranges[i][1] - t.step * 1e-6);
        assert_true(t.high > t.low && t.step > 0);
        assert_true((t.high - t.low) / t.step < 20);
    }
    axis_ticks odd = axis_make(NAN, 1, 5);
    assert_true(isfinite(odd.low) && odd.high > odd.low);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(limits_are_labelled_with_their_values),
        cmocka_unit_test(a_signal_is_a_diamond_with_its_rule_and_rings_on_its_run),
        cmocka_unit_test(stages_step_and_missing_points_break_the_line),
        cmocka_unit_test(no_points_say_so_and_one_point_is_drawn),
        cmocka_unit_test(dense_data_keep_their_extremes),
        cmocka_unit_test(varying_sizes_and_cusum_draw),
        cmocka_unit_test(a_histogram_shows_limits_and_curve),
        cmocka_unit_test(a_pareto_sums_what_does_not_fit),
        cmocka_unit_test(a_scatter_draws_each_place_once_and_no_extreme_is_lost),
        cmocka_unit_test(a_fishbone_names_each_cause_and_tells_main_ones_and_those_with_data),
        cmocka_unit_test(strata_stand_on_one_scale),
        cmocka_unit_test(axes_are_round_and_cover_any_finite_range),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
