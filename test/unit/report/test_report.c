/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Documents of a real analysis: NIST CCXBAR, 20 days x 5. */
#include "check.h"

#include "report/report.h"

#include <sys/stat.h>
#include <unistd.h>

typedef struct {
    series_set *set;
    analysis a;
    char folder[64];
} fixture;

static int make(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    assay_err err = {0};
    strcpy(f->folder, "/tmp/assay-report-XXXXXX");
    if (!f || !mkdtemp(f->folder))
        return -1;
    series_request request = {.source = check_data("dfq/one-dataset/ccxbar-record-mode.dfq"), .range = STORE_ALL,
                              .with_time = true, .read = {.zone = "Europe/Berlin"}};
    assert_ok(series_open(&request, &f->set, &err), err);
    analysis_options options = analysis_defaults();
    options.n = 5;
    options.with_capability = true;
    assert_ok(assay_rules_parse("nelson", &options.rules, &err), err);
    assert_ok(analysis_make(f->set, series_at(f->set, 0), &options, &f->a, &err), err);
    *state = f;
    return 0;
}

static int unmake(void **state)
{
    fixture *f = *state;
    analysis_done(&f->a);
    series_close(f->set);
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", f->folder);
    if (system(command))
        return -1;
    free(f);
    return 0;
}

static char *slurp(const char *path, size_t *size)
{
    FILE *in = fopen(path, "rb");
    assert_non_null(in);
    fseek(in, 0, SEEK_END);
    *size = (size_t)ftell(in);
    rewind(in);
    char *text = calloc(1, *size + 1);
    assert_int_equal(fread(text, 1, *size, in), *size);
    fclose(in);
    return text;
}

static char *document(fixture *f, report_format format, const char *name, size_t *size)
{
    char path[160];
    report *r;
    assay_err err = {0};
    snprintf(path, sizeof path, "%s/%s", f->folder, name);
    assert_ok(report_begin(format, path, "Wafers & <more>", &r, &err), err);
    assert_ok(report_add(r, &f->a, &err), err);
    assert_int_equal(access(path, F_OK), -1); /* not there before it is whole */
    assert_ok(report_end(r, true, &err), err);
    return slurp(path, size);
}

static void the_html_report_carries_the_published_limits(void **state)
{
    size_t size;
    char *html = document(*state, REPORT_HTML, "r.html", &size);
    assert_non_null(strstr(html, "Wafers &amp; &lt;more&gt;"));
    assert_non_null(strstr(html, "UCL 24.91"));
    assert_non_null(strstr(html, "LCL 22.54"));
    assert_non_null(strstr(html, "not stable"));
    assert_non_null(strstr(html, "</html>"));
    assert_null(strstr(html, "http://www.w3.org/1999")); /* nothing is fetched */
    assert_null(strstr(html, "src="));
    assert_null(strstr(html, "nan"));
    free(html);
}

static void the_pdf_and_the_workbook_are_whole(void **state)
{
    size_t size;
    char *pdf = document(*state, REPORT_PDF, "r.pdf", &size);
    assert_memory_equal(pdf, "%PDF-", 5);
    assert_memory_equal(pdf + size - 6, "%%EOF\n", 6);
    free(pdf);
    char *xlsx = document(*state, REPORT_XLSX, "r.xlsx", &size);
    assert_memory_equal(xlsx, "PK\3\4", 4);
    free(xlsx);
}

static bool has_pages(fixture *f, int characteristics, size_t alarms, const char *count)
{
    const report_alarm alarm[2] = {{"bore", "action", "1", "", "", 0, 0},
                                   {"bore", "action", "1", "", "", 0, 0}};
    char path[160];
    size_t size;
    report *r;
    assay_err err = {0};
    snprintf(path, sizeof path, "%s/pages.pdf", f->folder);
    assert_ok(report_begin(REPORT_PDF, path, "x", &r, &err), err);
    for (int i = 0; i < characteristics; i++)
        assert_ok(report_add(r, &f->a, &err), err);
    assert_ok(report_alarms(r, alarm, alarms, &err), err);
    assert_ok(report_end(r, true, &err), err);
    char *pdf = slurp(path, &size);
    bool is_so = memmem(pdf, size, count, strlen(count)) != NULL;
    free(pdf);
    return is_so;
}

static void no_page_of_the_pdf_stands_nearly_empty(void **state)
{
    assert_true(has_pages(*state, 1, 0, "/Count 1\n")); /* one alone carries the title itself */
    assert_true(has_pages(*state, 1, 2, "/Count 2\n"));
    assert_true(has_pages(*state, 2, 0, "/Count 3\n")); /* alarms below the overview, none too */
    assert_true(has_pages(*state, 2, 2, "/Count 3\n"));
    assert_true(has_pages(*state, 0, 2, "/Count 1\n"));
    assert_true(has_pages(*state, 44, 2, "/Count 46\n")); /* the overview fills its sheet */
}

static void alarms_come_first_and_none_is_said(void **state)
{
    fixture *f = *state;
    const report_alarm alarm = {"line/bore <1>", "action", "1", "tool worn", "", 1767600000000000000, 32400};
    const report_format formats[] = {REPORT_HTML, REPORT_PDF, REPORT_XLSX};
    for (int i = 0; i < 6; i++) {
        char path[160];
        size_t size;
        report *r;
        assay_err err = {0};
        snprintf(path, sizeof path, "%s/alarms", f->folder);
        assert_ok(report_begin(formats[i / 2], path, "x", &r, &err), err);
        assert_ok(report_alarms(r, &alarm, i % 2, &err), err);
        assert_ok(report_add(r, &f->a, &err), err);
        assert_ok(report_end(r, true, &err), err);
        char *text = slurp(path, &size);
        if (i < 2) {
            assert_non_null(strstr(text, i ? "line/bore &lt;1&gt;" : "No alarm in this time."));
            assert_int_equal(strstr(text, "2026-01-05 17:00:00+09:00") != NULL, i);
            assert_int_equal(strstr(text, "tool worn") != NULL, i);
        }
        free(text);
    }
}

static void a_png_is_written_whole_or_not_at_all(void **state)
{
    fixture *f = *state;
    char path[160];
    size_t size;
    assay_err err = {0};
    snprintf(path, sizeof path, "%s/c.png", f->folder);
    assert_ok(report_chart_png(&f->a, 800, 480, 1, path, &err), err);
    char *png = slurp(path, &size);
    assert_memory_equal(png, "\x89PNG", 4);
    free(png);
    assert_int_equal(report_chart_png(&f->a, 800, 480, 1, "/no/such/folder/c.png", &err), ASSAY_IO);
    assert_non_null(strstr(err.message, "/no/such/folder/c.png"));
}

static void a_dropped_report_leaves_nothing(void **state)
{
    fixture *f = *state;
    char path[160];
    report *r;
    assay_err err = {0};
    const report_format formats[] = {REPORT_HTML, REPORT_PDF, REPORT_XLSX};
    for (int i = 0; i < 3; i++) {
        snprintf(path, sizeof path, "%s/dropped", f->folder);
        assert_ok(report_begin(formats[i], path, "x", &r, &err), err);
        assert_ok(report_add(r, &f->a, &err), err);
        assert_ok(report_end(r, false, &err), err);
        assert_int_equal(access(path, F_OK), -1);
    }
    char command[160];
    snprintf(command, sizeof command, "ls %s | grep -q dropped", f->folder);
    assert_int_not_equal(system(command), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_html_report_carries_the_published_limits),
        cmocka_unit_test(the_pdf_and_the_workbook_are_whole),
        cmocka_unit_test(no_page_of_the_pdf_stands_nearly_empty),
        cmocka_unit_test(alarms_come_first_and_none_is_said),
        cmocka_unit_test(a_png_is_written_whole_or_not_at_all),
        cmocka_unit_test(a_dropped_report_leaves_nothing),
    };
    return cmocka_run_group_tests(tests, make, unmake);
}
