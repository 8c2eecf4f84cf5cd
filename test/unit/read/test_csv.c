/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "read/csv.h"
#include "read/read.h"

#include <unistd.h>

enum { room = 4096 };

/* -- a small world: text in a file, rows out -- */

typedef struct {
    reader *r;
    measurement_batch *b; /* all rows */
    char path[64];
} reading;

static void file_write(char path[static 64], const char *text, size_t length)
{
    snprintf(path, 64, "/tmp/assay-csv-XXXXXX");
    int fd = mkstemp(path);
    assert_true(fd >= 0 && write(fd, text, length) == (ssize_t)length);
    close(fd);
}

static void rows_append(measurement_batch *all, const measurement_batch *b)
{
    assert_true(all->n + b->n <= all->room);
    size_t at = all->n;
#define COPY(c) memcpy(all->c + at, b->c, b->n * sizeof *b->c)
    COPY(characteristic), COPY(time), COPY(offset), COPY(mantissa), COPY(exponent);
    COPY(decimals), COPY(status), COPY(size), COPY(record);
    for (int kind = 0; kind < CONTEXT_COUNT; kind++) {
        if (b->context[kind])
            COPY(context[kind]);
    }
    all->n += b->n;
}

static assay_status rows_read(reading *t, size_t step, assay_err *err)
{
    measurement_batch *b;
    assert_ok(batch_new(step, UINT32_MAX >> (32 - CONTEXT_COUNT), &b, err), *err);
    if (!t->b)
        assert_ok(batch_new(1 << 16, UINT32_MAX >> (32 - CONTEXT_COUNT), &t->b, err), *err);
    assay_status status;
    while ((status = reader_next(t->r, b, err)) == ASSAY_OK && b->n > 0)
        rows_append(t->b, b);
    batch_free(b);
    return status;
}

static reading read_path(const char *path, const read_options *options)
{
    reading t = {0};
    assay_err err;
    assert_ok(reader_open(path, options, &t.r, &err), err);
    assert_ok(rows_read(&t, room, &err), err);
    return t;
}

static reading read_bytes(const char *text, size_t length, const read_options *options)
{
    char path[64];
    file_write(path, text, length);
    reading t = read_path(path, options);
    unlink(path);
    return t;
}

static reading read_text(const char *text)
{
    return read_bytes(text, strlen(text), &(read_options){0});
}

static void done(reading *t)
{
    reader_close(t->r);
    batch_free(t->b);
}

static const char *context_at(const reading *t, context_kind kind, size_t i)
{
    return dictionary_text(reader_dictionary(t->r, kind), t->b->context[kind][i], NULL);
}

static const characteristic *characteristic_at(const reading *t, size_t i)
{
    size_t n;
    const characteristic *const *list = reader_characteristics(t->r, &n);
    assert_true(t->b->characteristic[i] < n);
    return list[t->b->characteristic[i]];
}

static int64_t iso(const char *text)
{
    int64_t ns;
    int32_t offset;
    assert_true(time_parse_iso(text, strlen(text), &ns, &offset));
    return ns;
}

/* -- one data set through three doors -- */

typedef struct {
    int64_t ms;
    char serial[16], subgroup[16], value[16];
} expected_row;

static void expected_read(expected_row out[static 100])
{
    FILE *file = fopen(check_data("csv/ccxbar-expected.csv"), "r");
    assert_non_null(file);
    char line[200];
    assert_non_null(fgets(line, sizeof line, file));
    for (int i = 0; i < 100; i++) {
        long long ms;
        assert_non_null(fgets(line, sizeof line, file));
        assert_int_equal(sscanf(line, "%*d,%lld,%*[^,],%15[^,],%15[^,],%15[^\n]", &ms, out[i].serial,
                                out[i].subgroup, out[i].value), 4);
        out[i].ms = ms;
    }
    fclose(file);
}

static void check_values(const reading *t, const expected_row *expected)
{
    assert_int_equal(t->b->n, 100);
    for (size_t i = 0; i < 100; i++) {
        char text[64];
        decimal_format(t->b->mantissa[i], t->b->exponent[i], t->b->decimals[i], text, sizeof text);
        assert_string_equal(text, expected[i].value);
        assert_int_equal(t->b->status[i], STATUS_VALID);
        assert_string_equal(context_at(t, CONTEXT_SUBGROUP, i), expected[i].subgroup);
    }
    reader_tally_t tally;
    reader_tally(t->r, &tally);
    assert_int_equal(tally.received, 100);
    assert_int_equal(tally.given, 100);
    assert_int_equal(tally.refused, 0);
}

static void check_times(const reading *t, const expected_row *expected)
{
    for (size_t i = 0; i < 100; i++) {
        assert_int_equal(t->b->time[i], expected[i].ms * 1000000);
        assert_string_equal(context_at(t, CONTEXT_SERIAL, i), expected[i].serial);
    }
}

static void one_data_set_reads_alike_in_iso_form(void **state)
{
    (void)state;
    expected_row expected[100];
    expected_read(expected);
    reading t = read_path(check_data("csv/ccxbar-iso.csv"), &(read_options){0});
    check_values(&t, expected);
    check_times(&t, expected);
    assert_string_equal(characteristic_at(&t, 0)->path, "thickness");
    assert_string_equal(characteristic_at(&t, 0)->name, "thickness_um");
    assert_string_equal(characteristic_at(&t, 0)->unit, "µm");
    assert_int_equal(t.b->offset[0], 0);
    assert_string_equal(reader_dialect(t.r),
                        "encoding=utf-8;delimiter=,;decimal=.;date=iso;skip=0;header=1;layout=long");
    done(&t);
}

static void one_data_set_reads_alike_in_german_form(void **state)
{
    (void)state;
    expected_row expected[100];
    expected_read(expected);
    reading t = read_path(check_data("csv/ccxbar-german-cp1252.csv"),
                          &(read_options){.zone = "Europe/Berlin"});
    check_values(&t, expected);
    check_times(&t, expected);
    assert_string_equal(characteristic_at(&t, 0)->path, "Stärke");
    assert_string_equal(characteristic_at(&t, 0)->unit, "µm");
    assert_int_equal(t.b->offset[0], 3600);
    assert_string_equal(reader_dialect(t.r), "encoding=cp1252;delimiter=;;decimal=,;date=dmy;"
                                             "zone=Europe/Berlin;skip=1;header=1;layout=long");
    done(&t);
}

static void one_data_set_reads_alike_with_a_subgroup_in_each_row(void **state)
{
    (void)state;
    expected_row expected[100];
    expected_read(expected);
    reading t = read_path(check_data("csv/ccxbar-wide-utf16.tsv"), &(read_options){0});
    check_values(&t, expected);
    assert_string_equal(characteristic_at(&t, 0)->path, "x");
    assert_int_equal(characteristic_at(&t, 0)->subgroup_size, 5);
    assert_int_equal(t.b->time[0], TIME_NONE);
    assert_int_equal(t.b->record[4], 1);
    assert_int_equal(t.b->record[5], 2);
    done(&t);
}

static void a_pinned_dialect_reads_as_the_guess_did(void **state)
{
    (void)state;
    static const char *const files[] = {"csv/ccxbar-iso.csv", "csv/ccxbar-german-cp1252.csv",
                                        "csv/ccxbar-wide-utf16.tsv", "csv/nist-FURNACE.DAT"};
    for (size_t f = 0; f < sizeof files / sizeof *files; f++) {
        reading guessed = read_path(check_data(files[f]), &(read_options){.zone = "Europe/Berlin"});
        char dialect[300];
        snprintf(dialect, sizeof dialect, "%s", reader_dialect(guessed.r));
        reading pinned = read_path(check_data(files[f]), &(read_options){.dialect = dialect});
        assert_string_equal(reader_dialect(pinned.r), dialect);
        assert_int_equal(pinned.b->n, guessed.b->n);
        assert_memory_equal(pinned.b->mantissa, guessed.b->mantissa, guessed.b->n * 8);
        assert_memory_equal(pinned.b->time, guessed.b->time, guessed.b->n * 8);
        done(&guessed);
        done(&pinned);
    }
}

/* -- aligned text under a preamble -- */

static void nist_files_are_read_by_column_position(void **state)
{
    (void)state;
    static const struct {
        const char *file, *value, *size;
        size_t n;
        double sum, sizes;
    } cases[] = {
        {"csv/nist-CCXBAR.DAT", "#1", NULL, 100, 2372.6, 100},
        {"csv/nist-CCP.DAT", "#1", "#2", 20, 465, 4678},
        {"csv/nist-CCU.DAT", "#1", "#2", 20, 98, 4625} /* hundredths of a metre */,
        {"csv/nist-CCC.DAT", "#1", "#2", 20, 113, 20},
        {"csv/nist-LITHOGRA.DAT", "#4", NULL, 450, 1139.527955, 450},
        {"csv/nist-FURNACE.DAT", "#4", NULL, 168, 94590, 168},
    };
    for (size_t f = 0; f < sizeof cases / sizeof *cases; f++) {
        read_options options = {.mapping = {.value = cases[f].value, .size = cases[f].size}};
        reading t = read_path(check_data(cases[f].file), &options);
        double sum = 0, sizes = 0;
        for (size_t i = 0; i < t.b->n; i++) {
            sum += batch_value(t.b, i);
            sizes += t.b->size[i];
        }
        assert_int_equal(t.b->n, cases[f].n);
        assert_digits(sum, cases[f].sum, 12);
        assert_digits(sizes, cases[f].sizes, 15);
        assert_int_equal(characteristic_at(&t, 0)->size_decimals, f == 2 ? 2 : 0);
        done(&t);
    }
    read_options by_name = {.mapping = {.value = "thickness", .context[CONTEXT_GROUP] = "RUN"}};
    reading t = read_path(check_data("csv/nist-FURNACE.DAT"), &by_name);
    assert_int_equal(t.b->n, 168);
    assert_string_equal(context_at(&t, CONTEXT_GROUP, 167), "21");
    done(&t);
}

static void every_numeric_column_is_a_characteristic_when_none_is_named(void **state)
{
    (void)state;
    reading t = read_text("serial,diameter_mm,length [mm]\nA,1.5,20\nB,1.6,21\n");
    assert_int_equal(t.b->n, 4);
    assert_string_equal(characteristic_at(&t, 0)->path, "diameter");
    assert_string_equal(characteristic_at(&t, 1)->path, "length");
    assert_string_equal(context_at(&t, CONTEXT_SERIAL, 3), "B");
    assert_int_equal(t.b->mantissa[3], 21);
    done(&t);
}

static void the_long_form_names_characteristic_unit_and_context(void **state)
{
    (void)state;
    reading t = read_text("time,characteristic,value,unit,machine,operator\n"
                          "1767225600005,bore/1,12.345,mm,M1,Kim\n"
                          "1767225600006,bore/2,-0.5,,M2,\n"
                          "1767225600007,bore/1,12.300,mm,M1,Lee\n");
    assert_int_equal(t.b->n, 3);
    assert_string_equal(characteristic_at(&t, 2)->path, "bore/1");
    assert_string_equal(characteristic_at(&t, 2)->unit, "mm");
    assert_null(characteristic_at(&t, 1)->unit);
    assert_int_equal(t.b->time[1], INT64_C(1767225600006000000));
    assert_int_equal(t.b->mantissa[1], -5);
    assert_int_equal(t.b->decimals[2], 3);
    assert_string_equal(context_at(&t, CONTEXT_MACHINE, 1), "M2");
    assert_string_equal(context_at(&t, CONTEXT_OPERATOR, 2), "Lee");
    assert_int_equal(t.b->context[CONTEXT_OPERATOR][1], 0);
    done(&t);
}

static void korean_and_chinese_headers_are_understood(void **state)
{
    (void)state;
    reading t = read_bytes("\xC3\xF8\xC1\xA4\xC0\xCF\xBD\xC3,\xC6\xAF\xBC\xBA,\xC3\xF8\xC1\xA4\xB0\xAA\n"
                           "2026-01-05 16:21:00,\xB5\xCE\xB2\xB2,24.5\n", 51, &(read_options){.zone = "Asia/Seoul"});
    assert_int_equal(t.b->n, 1);
    assert_string_equal(characteristic_at(&t, 0)->path, "두께");
    assert_int_equal(t.b->time[0], iso("2026-01-05T07:21:00Z"));
    done(&t);
    t = read_text("时间,特性,测量值,操作员\n2026/1/5 7:21:00,厚度,24.5,王\n");
    assert_int_equal(t.b->n, 1);
    assert_string_equal(characteristic_at(&t, 0)->path, "厚度");
    assert_string_equal(context_at(&t, CONTEXT_OPERATOR, 0), "王");
    assert_int_equal(t.b->time[0], iso("2026-01-05T07:21:00Z"));
    done(&t);
}

static void one_column_of_numbers_is_enough(void **state)
{
    (void)state;
    reading t = read_text("24.5\n22.4\n\n23.7");
    assert_int_equal(t.b->n, 3);
    assert_string_equal(characteristic_at(&t, 0)->path, "value");
    assert_int_equal(t.b->mantissa[2], 237);
    done(&t);
    t = read_text("Wert\n24,5\n22,4\n");
    assert_int_equal(t.b->n, 2);
    assert_int_equal(t.b->mantissa[1], 224);
    done(&t);
}

static void what_holds_no_measurements_is_refused_by_its_first_bytes(void **state)
{
    (void)state;
    static const struct {
        const char *bytes, *message;
        size_t length;
    } cases[] = {{"", "is empty", 0},
                 {"\x89PNG\r\n\x1a\n1,2", "looks like a PNG image", 11},
                 {"\x7f" "ELF1,2", "looks like a program", 7},
                 {"PK\3\4 xl/workbook.xml", "damaged workbook", 20},
                 {"PK\3\4 notes.txt", "looks like a ZIP archive", 14}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char path[64];
        reader *r = NULL;
        assay_err err;
        file_write(path, cases[i].bytes, cases[i].length);
        assert_int_equal(reader_open(path, &(read_options){0}, &r, &err), ASSAY_FORMAT);
        assert_non_null(strstr(err.message, cases[i].message));
        unlink(path);
    }
}

static void days_of_excel_are_times_where_the_name_says_so(void **state)
{
    (void)state;
    reading t = read_text("time,value\n46027.5,1\n46027.34375,2\n");
    assert_non_null(strstr(reader_dialect(t.r), "date=excel"));
    assert_int_equal(t.b->time[0], INT64_C(1767614400000000000)); /* 2026-01-05 12:00 */
    assert_int_equal(t.b->time[1], INT64_C(1767600900000000000)); /* 08:15 */
    done(&t);
    t = read_text("reading,value\n46027.5,1\n46027.34375,2\n");
    assert_null(strstr(reader_dialect(t.r), "date=excel"));
    done(&t);
}

static void times_are_read_as_people_write_them(void **state)
{
    (void)state;
    static const struct {
        csv_date form;
        const char *text;
        int64_t s; /* since 1970 */
    } good[] = {
        {CSV_DATE_YMD, "2026-03-01 오전 8:05:09", 1772352309},  {CSV_DATE_YMD, "2026-03-01 오후 8:05:09", 1772395509},
        {CSV_DATE_YMD, "2026. 3. 1. 오전 12:05:00", 1772323500}, {CSV_DATE_YMD, "2026. 3. 1. 오후 12:05", 1772366700},
        {CSV_DATE_YMD, "2026.03.01 13:05 오후", 1772370300},    {CSV_DATE_YMD, "2026/3/1 下午1:05", 1772370300},
        {CSV_DATE_YMD, "2026-3-1 上午 8:05:00", 1772352300},    {CSV_DATE_YMD, "2026年3月1日", 1772323200},
        {CSV_DATE_YMD, "2026年3月1日8时5分9秒", 1772352309},     {CSV_DATE_YMD, "2026年03月01日 08:05", 1772352300},
        {CSV_DATE_YMD, "2026년 3월 1일 오후 1시 5분", 1772370300}, {CSV_DATE_YMD, "2026년 3월 1일 8시", 1772352000},
        {CSV_DATE_DMY, "1-Mar-2026 8:05", 1772352300},          {CSV_DATE_DMY, "01 march 2026", 1772323200},
        {CSV_DATE_DMY, "1. 3. 2026", 1772323200},               {CSV_DATE_MDY, "Mar 1, 2026 8:05 AM", 1772352300},
        {CSV_DATE_MDY, "3/1/2026, 8:05:00 PM", 1772395500},     {CSV_DATE_DIGITS, "20260301080509", 1772352309},
        {CSV_DATE_DIGITS, "20260301", 1772323200},              {CSV_DATE_DIGITS, "20260301 0805", 1772352300},
        {CSV_DATE_DIGITS, "20260301T080509000", 1772352309},
    };
    static const struct {
        csv_date form;
        const char *text;
    } bad[] = {
        {CSV_DATE_YMD, "2026-03-01 오전 13:05"}, {CSV_DATE_YMD, "2026-03-01 오전"},  {CSV_DATE_YMD, "2026년 3월"},
        {CSV_DATE_YMD, "2026년 3-1"},            {CSV_DATE_YMD, "2026 3 1"},         {CSV_DATE_YMD, "2026-03-01 8시 5분 x"},
        {CSV_DATE_YMD, "2026-03-01 am 8:05 pm"}, {CSV_DATE_YMD, "2026年13月1日"},     {CSV_DATE_YMD, "2026-03-018:05"},
        {CSV_DATE_DMY, "1 3 2026"},              {CSV_DATE_DMY, "1-Max-2026"},       {CSV_DATE_MDY, "3, 1, 2026"},
        {CSV_DATE_DIGITS, "20261301"},           {CSV_DATE_DIGITS, "2026030108050"}, {CSV_DATE_DIGITS, "20260301 "},
        {CSV_DATE_DIGITS, "12345678"},           {CSV_DATE_DIGITS, "20260301250000"},
    };
    int64_t ns;
    int32_t offset;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        if (!csv_time_parse(good[i].form, good[i].text, strlen(good[i].text), &ns, &offset) ||
            ns != good[i].s * 1000000000)
            fail_msg("%s: %lld", good[i].text, (long long)ns);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (csv_time_parse(bad[i].form, bad[i].text, strlen(bad[i].text), &ns, &offset))
            fail_msg("taken: %s", bad[i].text);
}

static void forms_of_times_are_guessed_and_what_is_none_is_said(void **state)
{
    (void)state;
    static const struct {
        const char *text, *dialect;
    } cases[] = {
        {"일시,측정값\n2026-03-01 오전 8:05:00,1\n2026-03-01 오후 1:05:00,2\n", "date=ymd"},
        {"검사일시,측정값\n20260301080500,1\n20260301130500,2\n", "date=digits"},
        {"采集时间,数值\n2026年3月1日 8:05,1\n2026年3月1日 13:05,2\n", "date=ymd"},
        {"Date,Value\n1-Mar-2026 08:05,1\n1-Mar-2026 13:05,2\n", "date=dmy"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        reading t = read_text(cases[i].text);
        assert_non_null(strstr(reader_dialect(t.r), cases[i].dialect));
        assert_int_equal(t.b->n, 2);
        assert_int_equal(t.b->time[0], INT64_C(1772352300000000000));
        assert_int_equal(t.b->time[1] - t.b->time[0], INT64_C(18000000000000));
        done(&t);
    }
    reader_tally_t tally;
    reading t = read_text("일시,측정값\n내일 아침,1\n모레,2\n");
    reader_tally(t.r, &tally);
    assert_int_equal(t.b->n, 2);
    assert_true(!t.b->time || t.b->time[0] == TIME_NONE);
    assert_int_equal(tally.warning_count, 1);
    assert_non_null(strstr(tally.warnings[0], "\"내일 아침\" is in no known form"));
    done(&t);
}

static void thousands_may_stand_apart_where_they_are_sure(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        char sign;
        const char *value; /* NULL: no number */
    } cases[] = {
        {"1,234.5", '.', "1234.5"},  {"-12,345,678.90", '.', "-12345678.90"}, {"1,234,567", '.', "1234567"},
        {"1.234,5", ',', "1234,5"},  {"+1'234", '.', "1234"},                 {"1'234'567.8", '.', "1234567.8"},
        {"1,234.", '.', "1234."},    {"1,234", '.', NULL},                    {"1.234", ',', NULL},
        {"1,23.5", '.', NULL},       {"1234,567.8", '.', NULL},               {",234.5", '.', NULL},
        {"1,234,56", '.', NULL},     {"1,234'567.8", '.', NULL},              {"1.5,234", '.', NULL},
        {"1,234.5.6", '.', NULL},    {"1,,234.5", '.', NULL},                 {"1,2a4.5", '.', NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        decimal found, wanted;
        decimal_kind kind = csv_number_parse(cases[i].text, strlen(cases[i].text), cases[i].sign, &found, NULL);
        if ((kind == DECIMAL_OK) != (cases[i].value != NULL))
            fail_msg("%s", cases[i].text);
        if (cases[i].value) {
            assert_int_equal(decimal_parse(cases[i].value, strlen(cases[i].value), cases[i].sign, &wanted, NULL), DECIMAL_OK);
            assert_int_equal(found.mantissa, wanted.mantissa);
            assert_int_equal(found.exponent, wanted.exponent);
        }
    }
    reader_tally_t tally;
    reading t = read_text("t;value\n1;1.000,5\n2;1.001,5\n3;998,5\n");
    assert_int_equal(t.b->n, 3);
    assert_int_equal(t.b->mantissa[1], 10015);
    done(&t);
    t = read_text("n;value\n1;10 mm\n2;11 mm\n3;12 mm\n");
    reader_tally(t.r, &tally);
    assert_int_equal(tally.warning_count, 1);
    assert_non_null(strstr(tally.warnings[0], "is named as a value, but \"10 mm\""));
    done(&t);
}

static void a_first_value_beyond_the_gauge_is_no_header(void **state)
{
    (void)state;
    reader_tally_t tally;
    reading t = read_text("값\n<0.01\n10.2\n> 99\n10.3\n10.1\n10.2\n");
    assert_string_equal(characteristic_at(&t, 0)->path, "값");
    reader_tally(t.r, &tally);
    assert_int_equal(tally.refused, 2);
    assert_int_equal(t.b->n, 4);
    done(&t);
    t = read_text("No,외경,판정\n1,10.02,OK\n2,10.03,OK\n3,10.01,NG\n");
    assert_int_equal(t.b->n, 3);
    assert_string_equal(characteristic_at(&t, 0)->path, "외경");
    done(&t);
    t = read_text("result,x\nOK,1.2\nNG,1.3\nOK,1.4\n");
    reader_tally(t.r, &tally);
    assert_int_equal(tally.warning_count, 0);
    done(&t);
}

static void a_named_characteristic_keeps_the_subgroup_of_its_row(void **state)
{
    (void)state;
    reading t = read_text("항목,X1,X2,X3\n외경,1,2,3\n내경,4,5,6\n외경,7,8,9\n");
    assert_int_equal(t.b->n, 9);
    assert_string_equal(characteristic_at(&t, 3)->path, "내경");
    assert_int_equal(characteristic_at(&t, 0)->subgroup_size, 3);
    assert_int_equal(characteristic_at(&t, 3)->subgroup_size, 3);
    done(&t);
    t = read_text("항목,전,후\n외경,1,2\n내경,4,5\n");
    assert_int_equal(characteristic_at(&t, 0)->subgroup_size, 0);
    done(&t);
}

static void counts_beside_a_number_inspected_are_of_their_kind(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        characteristic_kind kind;
    } cases[] = {
        {"批次,检验数,不良数\n1,100,3\n2,100,0\n3,90,90\n", KIND_DEFECTIVES},
        {"로트,시료수,결점수\n1,10,3\n2,10,14\n", KIND_DEFECTS},
        {"lot,defects\n1,3\n2,14\n", KIND_DEFECTS},
        {"lot,inspected,found\n1,10,3\n2,10,14\n", KIND_VARIABLE},   /* more than inspected */
        {"lot,inspected,mean\n1,10,3.2\n2,10,3.4\n", KIND_VARIABLE}, /* no counts */
        {"lot,defects\n1,3.5\n2,1.4\n", KIND_VARIABLE},
        {"항목,검사수,부적합품수\n도장,50,2\n조립,50,1\n", KIND_DEFECTIVES},
        {"lot,NG\n1,0\n1,1\n2,0\n", KIND_DEFECTIVES},
        {"lot,NG\n1,0\n1,2\n2,0\n", KIND_VARIABLE}, /* counts of what? */
        {"lot,flag\n1,0\n1,1\n2,0\n", KIND_VARIABLE},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        reading t = read_text(cases[i].text);
        assert_int_equal(characteristic_at(&t, 0)->kind, cases[i].kind);
        done(&t);
    }
}

static void verdicts_are_items_conforming_or_not(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "lot,result\nA,OK\nA,ng\nA,\nA,OK\nB,rework\nB,N.G.\n",
        "품질 검사 일지\n\n로트;판정\nA;합격\nA;불합격\nA;-\nA;양호\nB;재검\nB;불량\n",
        "批次\t判定\nA\t合格\nA\t不合格\nA\t\nA\t良\nB\t返工\nB\t不良\n",
        "로트,외관\nA,O\nA,X\nA,\nA,○\nB,△\nB,×\n",
        "Los;Ergebnis\nA;i. O.\nA;n. i. O.\nA;\nA;gut\nB;Nacharbeit\nB;schlecht\n",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        reader_tally_t tally;
        reading t = read_text(texts[i]);
        assert_int_equal(characteristic_at(&t, 0)->kind, KIND_DEFECTIVES);
        reader_tally(t.r, &tally);
        assert_int_equal(tally.refused, 1);
        assert_string_equal(tally.refusals[0].reason, "not-a-verdict");
        static const int64_t expected[] = {0, 1, 0, 0, 1};
        assert_int_equal(t.b->n, 5);
        for (size_t row = 0; row < 5; row++)
            assert_int_equal(t.b->mantissa[row], expected[row]);
        assert_int_equal(t.b->status[2] & STATUS_MASK, STATUS_NO_VALUE);
        assert_int_equal(t.b->context[CONTEXT_SUBGROUP][0], t.b->context[CONTEXT_SUBGROUP][3]);
        assert_int_not_equal(t.b->context[CONTEXT_SUBGROUP][3], t.b->context[CONTEXT_SUBGROUP][4]);
        done(&t);
    }
    /* beside measured values they are no values */
    reading t = read_text("lot,width,result\nA,2.5,OK\nA,2.6,NG\n");
    assert_string_equal(characteristic_at(&t, 0)->path, "width");
    assert_int_equal(characteristic_at(&t, 0)->kind, KIND_VARIABLE);
    done(&t);
}

static void infinities_are_refused_values_not_a_header(void **state)
{
    (void)state;
    reader_tally_t tally;
    reading t = read_text("v\nNaN\ninf\n-inf\n5\n6\n");
    assert_string_equal(characteristic_at(&t, 0)->path, "v");
    reader_tally(t.r, &tally);
    assert_int_equal(tally.refused, 2);
    assert_int_equal(tally.refusals[0].line, 3);
    assert_int_equal(t.b->n, 3);
    done(&t);
}

static void columns_of_one_name_are_a_subgroup_or_are_warned_of(void **state)
{
    (void)state;
    reader_tally_t tally;
    reading t = read_text("value,value,value\n1,2,3\n4,5,6\n7,8,9\n");
    assert_int_equal(t.b->n, 9);
    assert_string_equal(characteristic_at(&t, 0)->path, "value");
    assert_int_equal(characteristic_at(&t, 0)->subgroup_size, 3);
    done(&t);
    t = read_text("value,temp,value\n1,2,3\n4,5,6\n7,8,9\n");
    assert_int_equal(t.b->n, 3);
    reader_tally(t.r, &tally);
    assert_int_equal(tally.warning_count, 1);
    assert_non_null(strstr(tally.warnings[0], "columns 1 and 3 are both named \"value\""));
    done(&t);
}

/* -- bad rows -- */

static const refusal *refusal_named(const reader_tally_t *tally, const char *reason)
{
    for (size_t i = 0; i < tally->refusal_count; i++) {
        if (strcmp(tally->refusals[i].reason, reason) == 0)
            return &tally->refusals[i];
    }
    fail_msg("nothing was refused as %s", reason);
    return NULL;
}

static const char bad_rows[] = "time,part,value\n"
                               "2026-01-05T07:21:00Z,a,1.5\n"
                               "2026-01-05T07:22:00Z,a,abc\n"
                               "2026-13-05T07:23:00Z,a,1.6\n"
                               "2026-01-05T07:24:00Z,a\n"
                               "2026-01-05T07:25:00Z,a,1.7,x\n"
                               "2026-01-05T07:26:00Z,a,\n"
                               "2026-01-05T07:27:00Z,a,n/a\n"
                               "2026-01-05T07:28:00Z,a,1.8,,\n"
                               "2026-01-05T07:29:00Z,a,zwei\n"
                               ",a,1.9\n"
                               "2026-01-05T07:30:00Z,a,2.0\n"
                               "2026-01-05T07:31:00Z,a,2.1\n";

static void a_bad_row_costs_only_itself_and_is_named(void **state)
{
    (void)state;
    reading t = read_text(bad_rows);
    assert_int_equal(t.b->n, 7);
    assert_int_equal(t.b->status[1], STATUS_NO_VALUE);
    assert_int_equal(t.b->status[2], STATUS_NO_VALUE);
    assert_int_equal(t.b->mantissa[3], 18);
    assert_int_equal(t.b->record[3], 8);
    assert_int_equal(t.b->time[4], TIME_NONE);
    reader_tally_t tally;
    reader_tally(t.r, &tally);
    assert_int_equal(tally.received, 12);
    assert_int_equal(tally.given, 7);
    assert_int_equal(tally.refused, 5);
    const refusal *number = refusal_named(&tally, "not-a-number");
    assert_int_equal(number->count, 2);
    assert_int_equal(number->line, 3);
    assert_int_equal(number->field, 3);
    assert_string_equal(number->column, "value");
    assert_string_equal(number->found, "abc");
    const refusal *date = refusal_named(&tally, "not-a-date");
    assert_int_equal(date->line, 4);
    assert_string_equal(date->found, "2026-13-05T07:23:00Z");
    assert_int_equal(refusal_named(&tally, "too-few-fields")->line, 5);
    assert_int_equal(refusal_named(&tally, "too-many-fields")->line, 6);
    done(&t);
}

static void strict_stops_at_the_first_bad_row_and_says_where(void **state)
{
    (void)state;
    reading t = {0};
    assay_err err;
    file_write(t.path, bad_rows, strlen(bad_rows));
    assert_ok(reader_open(t.path, &(read_options){.strict = true}, &t.r, &err), err);
    assert_int_equal(rows_read(&t, room, &err), ASSAY_FORMAT);
    assert_int_equal(t.b->n, 1);
    assert_int_equal(err.line, 3);
    assert_int_equal(err.column, 3);
    assert_non_null(strstr(err.message, "line 3, field 3 (value): not-a-number (\"abc\")"));
    unlink(t.path);
    done(&t);
}

static void quotes_may_hold_delimiters_line_ends_and_quotes(void **state)
{
    (void)state;
    reading t = read_text("note,value\r\n\"a,b\",1\r\n\"two\nlines\",2\r\n\"say \"\"hi\"\"\",3\r\nplain,4\r\n");
    assert_int_equal(t.b->n, 4);
    assert_string_equal(context_at(&t, CONTEXT_NOTE, 0), "a,b");
    assert_string_equal(context_at(&t, CONTEXT_NOTE, 1), "two\nlines");
    assert_string_equal(context_at(&t, CONTEXT_NOTE, 2), "say \"hi\"");
    assert_int_equal(t.b->mantissa[3], 4);
    done(&t);
}

static void the_delimiter_is_found_beside_quoted_line_ends(void **state)
{
    (void)state;
    reading t = read_text("time,value,remark\n"
                          "2024-01-01T00:00:00Z,10.0,\"line one\nline, \"\"two\"\"\"\n"
                          "2024-01-01T01:00:00Z,10.1,\"line one\nline, \"\"two\"\"\"\n"
                          "2024-01-01T02:00:00Z,10.2,\"line one\nline, \"\"two\"\"\"\n");
    assert_int_equal(t.b->n, 3);
    assert_int_equal(t.b->mantissa[2], 102);
    done(&t);
}

static void dialect_expect(const char *text, size_t rows, const char *dialect)
{
    reading t = read_text(text);
    assert_non_null(strstr(reader_dialect(t.r), dialect));
    assert_int_equal(t.b->n, rows);
    done(&t);
}

static void a_spoilt_first_row_is_not_the_header(void **state)
{
    (void)state;
    dialect_expect("time,value\n2024-01-01 00:00,OL\n2024-01-01 01:00,5.1\n2024-01-01 02:00,5.2\n",
                   2, "skip=0;header=1");
    dialect_expect("time,a,b\n2024-01-01 00:00,,\n2024-01-01 01:00,5.1,\n2024-01-01 02:00,,5.2\n"
                   "2024-01-01 03:00,5.3,5.2\n", 8, "skip=0;header=1");
    dialect_expect("2024-01-01 00:00,OL\n2024-01-01 01:00,5.1\n2024-01-01 02:00,5.2\n", 2,
                   "header=0");
    dialect_expect("when,\n2024-01-01 01:00,5.1\n2024-01-01 02:00,5.2\n", 2, "skip=0;header=1");
}

static void a_stray_quote_costs_one_row(void **state)
{
    (void)state;
    reading t = read_text("note,value\na,1\n\"b,2\nc,3\n5\" pipe,4\n\"d\"x,5\ne,6\n");
    reader_tally_t tally;
    reader_tally(t.r, &tally);
    assert_int_equal(tally.received, 6);
    assert_int_equal(tally.given, 4);
    assert_int_equal(refusal_named(&tally, "broken-quotes")->count, 2);
    assert_int_equal(refusal_named(&tally, "broken-quotes")->line, 3);
    assert_string_equal(context_at(&t, CONTEXT_NOTE, 2), "5\" pipe");
    assert_int_equal(t.b->mantissa[3], 6);
    done(&t);
}

static void a_line_over_the_bound_is_dropped_alone(void **state)
{
    (void)state;
    size_t length = 3 << 20;
    char *text = malloc(length);
    assert_non_null(text);
    memset(text, 'x', length);
    memcpy(text, "note,value\na,1\n", 15);
    memcpy(text + length - 5, "\nb,2\n", 5);
    reading t = read_bytes(text, length, &(read_options){0});
    reader_tally_t tally;
    reader_tally(t.r, &tally);
    assert_int_equal(tally.received, 3);
    assert_int_equal(tally.given, 2);
    assert_int_equal(refusal_named(&tally, "line-too-long")->line, 3);
    assert_int_equal(t.b->record[1], 3);
    done(&t);
    free(text);
}

static void wide_numbers_keep_their_binary64(void **state)
{
    (void)state;
    reading t = read_text("value\n1.5\n1.2345678901234567891\n1e-200\n-123456.789012\n1.5E3\n");
    assert_int_equal(t.b->n, 5);
    assert_int_equal(t.b->status[1], STATUS_RAW);
    assert_true(batch_value(t.b, 1) == 1.2345678901234567891);
    assert_int_equal(t.b->status[2], STATUS_RAW);
    assert_true(batch_value(t.b, 2) == 1e-200);
    assert_int_equal(t.b->mantissa[3], -123456789012);
    assert_true(batch_value(t.b, 4) == 1500);
    done(&t);
}

/* -- times -- */

static void each_date_form_is_recognised(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "05.01.2026 07:21:00", "1/5/2026 7:21 AM", "13/01/2026 07:21", "2026/01/05 07:21:00",
        "1767597660", "1767597660000", "1767597660000000", "1767597660000000000",
        "2026-01-05T16:21:00+09:00", "05.01.26 07:21", "2026-01-05 07:21:00.000"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        char text[200];
        snprintf(text, sizeof text, "time;value\n%s;1.5\n", texts[i]);
        reading t = read_text(text);
        assert_int_equal(t.b->n, 1);
        int64_t wanted = iso(i == 2 ? "2026-01-13T07:21:00Z" : "2026-01-05T07:21:00Z");
        if (t.b->time[0] != wanted)
            fail_msg("%s was read as %lld (%s)", texts[i], (long long)t.b->time[0], reader_dialect(t.r));
        done(&t);
    }
}

static void date_and_time_of_day_may_stand_apart(void **state)
{
    (void)state;
    reading t = read_text("Datum;Uhrzeit;Messwert\n05.01.2026;07:21:00;24,5\n05.01.2026;25:00:00;24,5\n06.01.2026;7:21;24,6\n");
    assert_int_equal(t.b->n, 2);
    assert_int_equal(t.b->time[1], iso("2026-01-06T07:21:00Z"));
    assert_int_equal(t.b->time[0], iso("2026-01-05T07:21:00Z"));
    reader_tally_t tally;
    reader_tally(t.r, &tally);
    assert_int_equal(refusal_named(&tally, "not-a-time-of-day")->field, 2);
    done(&t);
}

static void the_hour_that_happens_twice_is_told_apart_by_the_step_back(void **state)
{
    (void)state;
    const char *text = "time,value\n2025-10-26 01:59:00,1\n2025-10-26 02:00:00,2\n2025-10-26 02:59:00,3\n"
                       "2025-10-26 02:00:00,4\n2025-10-26 02:59:00,5\n2025-10-26 03:00:00,6\n"
                       "2026-03-29 02:30:00,7\n";
    reading t = read_bytes(text, strlen(text), &(read_options){.zone = "Europe/Berlin"});
    static const char *const utc[] = {"2025-10-25T23:59:00Z", "2025-10-26T00:00:00Z", "2025-10-26T00:59:00Z",
                                      "2025-10-26T01:00:00Z", "2025-10-26T01:59:00Z", "2025-10-26T02:00:00Z"};
    assert_int_equal(t.b->n, 6);
    for (size_t i = 0; i < 6; i++) {
        assert_int_equal(t.b->time[i], iso(utc[i]));
        assert_int_equal(t.b->offset[i], i < 3 ? 7200 : 3600);
        assert_int_equal(t.b->status[i], i >= 1 && i <= 4 ? STATUS_FOLDED : 0);
    }
    reader_tally_t tally;
    reader_tally(t.r, &tally);
    assert_int_equal(refusal_named(&tally, "no-such-local-time")->line, 8);
    done(&t);
}

/* -- places to go on from, pieces, threads -- */

static char *long_file(size_t rows, bool has_quotes, size_t *length)
{
    char *text = malloc(rows * 80 + 100), *p = text;
    assert_non_null(text);
    p += sprintf(p, "time,characteristic,value,serial\n");
    uint64_t x = 1;
    for (size_t i = 0; i < rows; i++) {
        x = x * 6364136223846793005u + 1442695040888963407u;
        if (i % 997 == 5)
            p += sprintf(p, "%zu,broken\n", i);
        const char *quote = has_quotes && i % 7 == 3 ? "\"" : "";
        p += sprintf(p, "%lld,c%llu,%lld.%03llu,%sS%zu%s\n", 1767225600000 + (long long)i,
                     (unsigned long long)(x >> 40) % (i / 50 + 1), (long long)(x >> 33) % 1000 - 500,
                     (unsigned long long)(x >> 20) % 1000, quote, i, quote);
    }
    *length = (size_t)(p - text);
    return text;
}

static void reading_on_from_any_offset_gives_the_rest(void **state)
{
    (void)state;
    size_t length;
    char *text = long_file(3000, true, &length);
    char path[64];
    file_write(path, text, length);
    reading all = read_path(path, &(read_options){0});
    assert_int_equal(all.b->n, 3000);
    assay_err err;
    for (size_t step = 1; step < 3000; step += 531) {
        reading part = {0};
        measurement_batch *b;
        assert_ok(batch_new(step, all.b->context[CONTEXT_SERIAL] ? 1u << CONTEXT_SERIAL : 0, &b, &err), err);
        reader *r;
        assert_ok(reader_open(path, &(read_options){0}, &r, &err), err);
        assert_ok(reader_next(r, b, &err), err);
        assert_int_equal(b->n, step);
        uint64_t offset = reader_offset(r), record = b->record[b->n - 1];
        reader_close(r);
        batch_free(b);
        assert_ok(reader_open(path, &(read_options){0}, &part.r, &err), err);
        assert_ok(reader_resume(part.r, offset, record, &err), err);
        assert_ok(rows_read(&part, room, &err), err);
        assert_int_equal(part.b->n, 3000 - step);
        assert_memory_equal(part.b->mantissa, all.b->mantissa + step, part.b->n * 8);
        assert_memory_equal(part.b->record, all.b->record + step, part.b->n * 8);
        assert_memory_equal(part.b->time, all.b->time + step, part.b->n * 8);
        assert_int_equal(reader_offset(part.r), length);
        done(&part);
    }
    unlink(path);
    done(&all);
    free(text);
}

static void an_offset_counts_bytes_of_the_source_in_any_encoding(void **state)
{
    (void)state;
    reading t = {0};
    assay_err err;
    measurement_batch *b;
    assert_ok(batch_new(15, 0, &b, &err), err);
    assert_ok(reader_open(check_data("csv/ccxbar-wide-utf16.tsv"), &(read_options){0}, &t.r, &err), err);
    assert_ok(reader_next(t.r, b, &err), err);
    uint64_t offset = reader_offset(t.r);
    reader_close(t.r);
    assert_ok(reader_open(check_data("csv/ccxbar-wide-utf16.tsv"), &(read_options){0}, &t.r, &err), err);
    assert_ok(reader_resume(t.r, offset, 3, &err), err);
    assert_ok(reader_next(t.r, b, &err), err);
    assert_int_equal(b->mantissa[0], 243);
    assert_int_equal(b->record[0], 4);
    batch_free(b);
    done(&t);
}

static void the_number_of_threads_changes_nothing(void **state)
{
    (void)state;
    size_t length;
    for (int quotes = 0; quotes < 2; quotes++) {
        char *text = long_file(60000, quotes, &length);
        reading one = read_bytes(text, length, &(read_options){.threads = 1});
        reader_tally_t tally;
        reader_tally(one.r, &tally);
        assert_int_equal(tally.given, 60000);
        assert_int_equal(tally.refused, 61);
        for (unsigned threads = 2; threads <= 5; threads++) {
            reading many = read_bytes(text, length, &(read_options){.threads = threads});
            assert_int_equal(many.b->n, one.b->n);
            assert_memory_equal(many.b->characteristic, one.b->characteristic, one.b->n * 4);
            assert_memory_equal(many.b->time, one.b->time, one.b->n * 8);
            assert_memory_equal(many.b->mantissa, one.b->mantissa, one.b->n * 8);
            assert_memory_equal(many.b->record, one.b->record, one.b->n * 8);
            assert_memory_equal(many.b->context[CONTEXT_SERIAL], one.b->context[CONTEXT_SERIAL], one.b->n * 4);
            size_t n, m;
            const characteristic *const *a = reader_characteristics(one.r, &n);
            const characteristic *const *c = reader_characteristics(many.r, &m);
            assert_int_equal(n, m);
            for (size_t i = 0; i < n; i++)
                assert_string_equal(a[i]->path, c[i]->path);
            assert_string_equal(context_at(&many, CONTEXT_SERIAL, 59999), "S59999");
            reader_tally(many.r, &tally);
            assert_int_equal(tally.refused, 61);
            assert_int_equal(refusal_named(&tally, "too-few-fields")->line, 7);
            done(&many);
        }
        done(&one);
        free(text);
    }
}

typedef struct {
    measurement_batch *b;
    uint64_t stop_at; /* rows; 0: never */
} drained;

static assay_status drained_take(void *context, const measurement_batch *rows, assay_err *err)
{
    drained *d = context;
    measurement_batch *all = d->b;
    size_t at = all->n, n = rows->n;
    assert_true(n > 0 && at + n <= all->room);
    memcpy(all->characteristic + at, rows->characteristic, n * 4);
    memcpy(all->time + at, rows->time, n * 8);
    memcpy(all->mantissa + at, rows->mantissa, n * 8);
    memcpy(all->exponent + at, rows->exponent, n);
    memcpy(all->context[CONTEXT_SERIAL] + at, rows->context[CONTEXT_SERIAL], n * 4);
    for (size_t i = 0; i < n; i++) {
        all->status[at + i] = rows->status ? rows->status[i] : STATUS_VALID;
        all->record[at + i] = rows->record ? rows->record[i] : rows->first_record + i;
    }
    all->n += n;
    if (d->stop_at && all->n >= d->stop_at)
        return assay_fail(err, ASSAY_STOPPED, 7, "enough");
    return ASSAY_OK;
}

static reading drain_text(const char *text, size_t length, const read_options *options,
                          uint64_t stop_at, assay_status expected)
{
    char path[64];
    reading t = {0};
    assay_err err = {0};
    file_write(path, text, length);
    assert_ok(reader_open(path, options, &t.r, &err), err);
    assert_ok(batch_new(1 << 16, UINT32_MAX >> (32 - CONTEXT_COUNT), &t.b, &err), err);
    drained d = {t.b, stop_at};
    assert_int_equal(reader_drain(t.r, UINT32_MAX >> (32 - CONTEXT_COUNT), drained_take, &d, &err),
                     expected);
    assert_int_equal(expected == ASSAY_OK ? ASSAY_OK : err.code, expected);
    unlink(path);
    return t;
}

static void draining_gives_what_reading_on_gives(void **state)
{
    (void)state;
    size_t length;
    for (int quotes = 0; quotes < 2; quotes++) {
        char *text = long_file(60000, quotes, &length);
        reading on = read_bytes(text, length, &(read_options){.threads = 1});
        for (unsigned threads = 1; threads <= 4; threads++) {
            const read_options options = {.threads = threads};
            reading all = drain_text(text, length, &options, 0, ASSAY_OK);
            size_t n = on.b->n;
            assert_int_equal(all.b->n, n);
            assert_memory_equal(all.b->characteristic, on.b->characteristic, n * 4);
            assert_memory_equal(all.b->time, on.b->time, n * 8);
            assert_memory_equal(all.b->mantissa, on.b->mantissa, n * 8);
            assert_memory_equal(all.b->exponent, on.b->exponent, n);
            assert_memory_equal(all.b->status, on.b->status, n);
            assert_memory_equal(all.b->record, on.b->record, n * 8);
            assert_memory_equal(all.b->context[CONTEXT_SERIAL], on.b->context[CONTEXT_SERIAL], n * 4);
            assert_string_equal(context_at(&all, CONTEXT_SERIAL, 59999), "S59999");
            reader_tally_t tally;
            reader_tally(all.r, &tally);
            assert_int_equal(tally.given, 60000);
            assert_int_equal(tally.refused, 61);
            assert_int_equal(refusal_named(&tally, "too-few-fields")->line, 7);
            assert_int_equal(reader_offset(all.r), length);
            assert_int_equal(reader_record(all.r), all.b->record[n - 1]);
            done(&all);
        }
        done(&on);
        free(text);
    }
}

static void draining_ends_where_it_is_told_or_must(void **state)
{
    (void)state;
    size_t length;
    char *text = long_file(60000, false, &length);
    for (unsigned threads = 1; threads <= 4; threads++) {
        read_options options = {.threads = threads};
        reading stopped = drain_text(text, length, &options, 20000, ASSAY_STOPPED);
        assert_true(stopped.b->n >= 20000 && stopped.b->n < 60000);
        done(&stopped);
        options.strict = true;
        reading strict = drain_text(text, length, &options, 0, ASSAY_FORMAT);
        assert_int_equal(strict.b->n, 5); /* line 7 is refused */
        done(&strict);
    }
    free(text);
}

static size_t odd_field(char *out, uint64_t x)
{
    static const char *const odd[] = {"", " 1.5 ", "+2", "x", "1e3", "123456789.5", "-", ".", "-.5", "NA",
                                      "1.2.3", "7.", "0.000", "-0", "99999999", "\t4"};
    return (size_t)sprintf(out, "%s", odd[x % (sizeof odd / sizeof *odd)]);
}

/* time,characteristic,value with every kind of oddity now and then */
static size_t odd_file(char *text, size_t rows, bool is_iso)
{
    char *p = text;
    uint64_t x = 7;
    p += sprintf(p, "time,characteristic,value\n");
    for (size_t i = 0; i < rows; i++) {
        x = x * 6364136223846793005u + 1442695040888963407u;
        uint64_t y = x >> 24;
        if (is_iso)
            p += sprintf(p, "2026-0%d-%02dT%02d:%02d:%02d%s,", (int)(i / 4000 + 1), (int)(y % 29), (int)(y % 24),
                         (int)(y % 60), (int)(i % 60), y % 3 == 0 ? "Z" : y % 3 == 1 ? ".125Z" : "");
        else
            p += sprintf(p, "%lld,", 1767225600000 + (long long)(y % 100000));
        p += y % 31 == 0 ? odd_field(p, y / 31) : (size_t)sprintf(p, "c%d", (int)(y % 3000));
        *p++ = ',';
        p += y % 13 == 0 ? odd_field(p, y / 13)
                         : (size_t)sprintf(p, "%s%d.%03d", y & 1 ? "-" : "", (int)(y % 1000), (int)(y % 999));
        p += sprintf(p, y % 101 == 0 ? ",1\n" : y % 103 == 0 ? "\n\n" : y % 7 == 0 ? "\r\n" : "\n");
    }
    return (size_t)(p - text);
}

static void the_plain_form_reads_as_the_general_way_does(void **state)
{
    (void)state;
    enum { rows = 20000 };
    char *text = malloc(rows * 80);
    assert_non_null(text);
    for (int is_iso = 0; is_iso < 2; is_iso++) {
        size_t length = odd_file(text, rows, is_iso);
        read_options options = {.zone = is_iso ? "Europe/Berlin" : NULL};
        reading plain = read_bytes(text, length, &options);
        options.mapping.characteristic = "characteristic";
        options.mapping.context[CONTEXT_NOTE] = "characteristic"; /* one role more: the general way */
        reading general = read_bytes(text, length, &options);
        assert_int_equal(plain.b->n, general.b->n);
        assert_true(plain.b->n > rows / 2);
        size_t n = plain.b->n;
        assert_memory_equal(plain.b->time, general.b->time, n * 8);
        assert_memory_equal(plain.b->offset, general.b->offset, n * 4);
        assert_memory_equal(plain.b->characteristic, general.b->characteristic, n * 4);
        assert_memory_equal(plain.b->mantissa, general.b->mantissa, n * 8);
        assert_memory_equal(plain.b->exponent, general.b->exponent, n);
        assert_memory_equal(plain.b->decimals, general.b->decimals, n);
        assert_memory_equal(plain.b->status, general.b->status, n);
        assert_memory_equal(plain.b->record, general.b->record, n * 8);
        reader_tally_t a, b;
        reader_tally(plain.r, &a);
        reader_tally(general.r, &b);
        assert_int_equal(a.received, b.received);
        assert_int_equal(a.received, a.given + a.refused);
        assert_int_equal(a.refused, b.refused);
        for (size_t i = 0; i < a.refusal_count; i++)
            assert_int_equal(a.refusals[i].line, b.refusals[i].line);
        done(&plain);
        done(&general);
    }
    free(text);
}

static void a_live_pipe_gives_its_rows_at_once(void **state)
{
    (void)state;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    int keep = dup(STDIN_FILENO);
    dup2(ends[0], STDIN_FILENO);
    close(ends[0]);
    assay_err err;
    reader *r;
    measurement_batch *b;
    assert_ok(batch_new(16, 0, &b, &err), err);
    assert_int_equal(write(ends[1], "value\n1.5\n", 10), 10);
    assert_ok(reader_open("-", &(read_options){0}, &r, &err), err);
    assert_ok(reader_next(r, b, &err), err);
    assert_int_equal(b->n, 1);
    assert_int_equal(write(ends[1], "2.5\n3", 5), 5);
    assert_ok(reader_next(r, b, &err), err);
    assert_int_equal(b->n, 1);
    assert_int_equal(b->mantissa[0], 25);
    assert_int_equal(write(ends[1], ".5", 2), 2);
    close(ends[1]);
    assert_ok(reader_next(r, b, &err), err);
    assert_int_equal(b->n, 1);
    assert_int_equal(b->mantissa[0], 35);
    assert_ok(reader_next(r, b, &err), err);
    assert_int_equal(b->n, 0);
    reader_close(r);
    batch_free(b);
    dup2(keep, STDIN_FILENO);
    close(keep);
}

static void a_wrong_column_or_dialect_is_named(void **state)
{
    (void)state;
    char path[64];
    reader *r;
    assay_err err;
    file_write(path, "a,b\n1,2\n", 8);
    assert_int_equal(reader_open(path, &(read_options){.mapping.value = "c"}, &r, &err), ASSAY_NOT_FOUND);
    assert_non_null(strstr(err.message, "no column \"c\""));
    assert_string_equal(err.hint, "columns: a, b");
    assert_int_equal(reader_open(path, &(read_options){.dialect = "colour=red"}, &r, &err), ASSAY_USAGE);
    assert_int_equal(reader_open(path, &(read_options){.dialect = "date=july"}, &r, &err), ASSAY_USAGE);
    assert_int_equal(reader_open("/nonexistent", &(read_options){0}, &r, &err), ASSAY_IO);
    unlink(path);
    file_write(path, "a,b\nx,y\n", 8);
    assert_int_equal(reader_open(path, &(read_options){0}, &r, &err), ASSAY_FORMAT);
    unlink(path);
}

/* -- what rows say of their characteristics -- */

static const char *warning_at(const reading *t, size_t i)
{
    reader_tally_t tally;
    reader_tally(t->r, &tally);
    return i < tally.warning_count ? tally.warnings[i] : "";
}

static assay_status rows_ignored(void *context, const measurement_batch *rows, assay_err *err)
{
    (void)context, (void)rows, (void)err;
    return ASSAY_OK;
}

static double said(const reading *t, size_t index, property p)
{
    const characteristic *c = reader_said(t->r, index);
    characteristic copy = c ? *c : (characteristic){0};
    return quantity_value(property_quantity(&copy, p));
}

static void limits_of_the_rows_belong_to_their_characteristic(void **state)
{
    (void)state;
    reading t = read_text("time,characteristic,value,LSL,USL,Target,unit,part no.\n"
                          "2026-01-01,d,10.0,9.5,10.5,10,mm,A-1\n"
                          "2026-01-02,l,5.0,,5.5,-,kg,\n"
                          "2026-01-03,d,10.1,9.50,10.5,10.0,mm,A-1\n");
    assert_int_equal(t.b->n, 3);
    assert_true(said(&t, 0, PROPERTY_LOWER) == 9.5 && said(&t, 0, PROPERTY_UPPER) == 10.5);
    assert_true(said(&t, 0, PROPERTY_TARGET) == 10 && isnan(said(&t, 0, PROPERTY_NOMINAL)));
    assert_true(isnan(said(&t, 1, PROPERTY_LOWER)) && said(&t, 1, PROPERTY_UPPER) == 5.5);
    assert_string_equal(reader_said(t.r, 0)->part_number, "A-1");
    assert_string_equal(characteristic_at(&t, 0)->unit, "mm");
    assert_string_equal(characteristic_at(&t, 1)->unit, "kg");
    assert_true(reader_says(t.r));
    assert_string_equal(warning_at(&t, 0), "");
    done(&t);
}

static void limits_beside_one_column_of_values_are_not_measured(void **state)
{
    (void)state;
    reading t = read_text("diameter,LSL,USL,unit\n10.0,9.5,10.5,mm\n10.1,9.5,10.5,mm\n");
    assert_int_equal(t.b->n, 2);
    assert_string_equal(characteristic_at(&t, 0)->path, "diameter");
    assert_string_equal(characteristic_at(&t, 0)->unit, "mm");
    assert_true(said(&t, 0, PROPERTY_LOWER) == 9.5 && said(&t, 0, PROPERTY_UPPER) == 10.5);
    done(&t);
    t = read_text("x1,x2,x3,LSL\n1,2,3,0.5\n2,3,4,0.5\n");
    assert_int_equal(t.b->n, 6);
    assert_true(said(&t, 0, PROPERTY_LOWER) == 0.5);
    done(&t);
}

static void limits_that_differ_are_told_and_not_taken(void **state)
{
    (void)state;
    reading t = read_text("characteristic,value,LSL,USL,unit\nd,10,9.5,10.5,mm\nd,10,9.5,10.6,mm\n"
                          "d,10,9.6,10.5,cm\nl,1,0.5,x,\nl,1,0.5,2,\n");
    assert_int_equal(t.b->n, 5);
    assert_true(isnan(said(&t, 0, PROPERTY_LOWER)) && isnan(said(&t, 0, PROPERTY_UPPER)));
    assert_true(said(&t, 1, PROPERTY_LOWER) == 0.5 && said(&t, 1, PROPERTY_UPPER) == 2);
    assert_string_equal(warning_at(&t, 0), "upper limit of d: 10.5 in line 2, 10.6 in line 3: not taken");
    assert_string_equal(warning_at(&t, 1), "lower limit of d: 9.5 in line 2, 9.6 in line 4: not taken");
    assert_string_equal(warning_at(&t, 2), "unit of d: mm in line 2, cm in line 4: the first is taken");
    assert_string_equal(warning_at(&t, 3), "upper limit of l: \"x\" in line 5 is not a number and not taken");
    done(&t);
    t = read_text("value,LSL,USL\n10,9,11\n12,,\n");
    assert_true(said(&t, 0, PROPERTY_LOWER) == 9);
    done(&t);
    t = read_text("value,LSL,USL\n10,11,9\n");
    assert_true(isnan(said(&t, 0, PROPERTY_LOWER)) && isnan(said(&t, 0, PROPERTY_UPPER)));
    assert_string_equal(warning_at(&t, 0), "limits of value: 11 in line 2 is not below 9 in line 2: not taken");
    done(&t);
}

static void limits_beside_several_columns_of_values_are_of_none(void **state)
{
    (void)state;
    reading t = read_text("width,length,LSL\n1,2,0.5\n2,3,0.5\n");
    assert_int_equal(t.b->n, 4);
    assert_null(reader_said(t.r, 0));
    assert_string_equal(warning_at(&t, 0), "column 3 says a lower limit, but not of which of the 2 "
                                           "characteristics in columns: it is not taken");
    done(&t);
}

static void a_decimal_sign_that_is_sure_decides(void **state)
{
    (void)state;
    reader_tally_t tally;
    reading t = read_text("lot,len\nA,1234.5\nB,\"1,200\"\nC,1250\n");
    reader_tally(t.r, &tally);
    assert_int_equal(t.b->n, 2);
    assert_int_equal(tally.refused, 1);
    assert_int_equal(tally.refusals[0].line, 3);
    done(&t);
    t = read_text("lot;len\nA;1234,5\nB;1.200\nC;1250\n");
    reader_tally(t.r, &tally);
    assert_int_equal(t.b->n, 2);
    assert_int_equal(tally.refusals[0].line, 3);
    done(&t);
    t = read_text("Version;1.5\nx;y\n10,101;7\n10,102;7\n10,103;7\n");
    assert_int_equal(t.b->exponent[0], -3);
    done(&t);
}

static void sums_and_means_below_a_table_are_refused_as_such(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "날짜,길이\n2026-01-01,10.1\n2026-01-02,10.2\n합계,20.3\n평균,10.15\n",
        "序号;尺寸\n1;10,1\n2;10,2\n合计;20,3\n最大值;10,2\n",
        "lot,unused,x\nA,,10.1\nB,,10.2\nTotal,,20.3\n,Std. Dev.,0.07\n",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        reader_tally_t tally;
        reading t = read_text(texts[i]);
        reader_tally(t.r, &tally);
        assert_int_equal(t.b->n, 2);
        assert_int_equal(t.b->time[0] == TIME_NONE, i > 0);
        assert_int_equal(tally.refusal_count, 1);
        assert_string_equal(tally.refusals[0].reason, "summary-row");
        assert_int_equal(tally.refusals[0].count, 2);
        done(&t);
    }
    /* names of characteristics and levels of a factor are none */
    reading t = read_text("characteristic,value\nmean,5\nmax,6\n");
    assert_int_equal(t.b->n, 2);
    done(&t);
    t = read_text("group,value\nmin,5\nmax,6\n");
    assert_int_equal(t.b->n, 2);
    done(&t);
}

static void a_limit_that_bears_a_name_is_of_that_characteristic(void **state)
{
    (void)state;
    static const char *const heads[] = {
        "a,a_LSL,a_USL,b,b LSL,b USL,b_unit",
        "a [mm],LSL a,USL-a,b [N],b(LSL),b (USL),b unit",
        "길이,길이 하한,길이_상한,길이2 (mm),길이2하한,하한 길이2 상한값,길이2 단위",
        "宽（mm）,宽（下限）,宽_上限,长,长规格下限,规格上限 长,长 单位",
        "x1,x1_LSL,x1_USL,x2,x2_LSL,x2_USL,x2_unit",
    };
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) {
        char text[256];
        snprintf(text, sizeof text, "%s\n1,0.5,2,7,6,8,kg\n1.5,0.5,2,7,6,8,kg\n", heads[i]);
        reading t = read_text(text);
        size_t n;
        reader_characteristics(t.r, &n);
        assert_int_equal(n, i == 2 ? 3 : 2); /* a column with two of them is of none */
        assert_int_equal(characteristic_at(&t, 0)->subgroup_size, 0);
        assert_true(said(&t, 0, PROPERTY_LOWER) == 0.5 && said(&t, 0, PROPERTY_UPPER) == 2);
        assert_true(said(&t, 1, PROPERTY_LOWER) == 6);
        assert_true(i == 2 || said(&t, 1, PROPERTY_UPPER) == 8);
        assert_string_equal(reader_said(t.r, 1)->unit, "kg");
        done(&t);
    }
    /* one value and its limits; a name that is not there */
    reading t = read_text("a,a_LSL\n1,0.5\n2,0.5\n");
    assert_int_equal(t.b->n, 2);
    assert_true(said(&t, 0, PROPERTY_LOWER) == 0.5);
    done(&t);
    t = read_text("a,c_LSL\n1,0.5\n2,0.5\n");
    assert_int_equal(t.b->n, 4);
    done(&t);
}

static void a_second_column_of_limits_is_no_value(void **state)
{
    (void)state;
    reading t = read_text("value,LSL,USL,LSL\n1,0.5,2,7\n");
    assert_int_equal(t.b->n, 1);
    assert_true(said(&t, 0, PROPERTY_LOWER) == 0.5);
    done(&t);
}

static void columns_of_limits_are_pinned_and_denied(void **state)
{
    (void)state;
    const char *text = "a,b,LSL\n10,9.5,1\n11,9.5,2\n";
    buf words = BUF_INIT;
    reading t = read_bytes(text, strlen(text), &(read_options){.dialect = "lower=b;upper=none;lower=#2"});
    assert_true(said(&t, 0, PROPERTY_LOWER) == 9.5);
    assert_non_null(strstr(reader_dialect(t.r), ";lower=#2"));
    reader_describe(t.r, &words);
    assert_non_null(strstr(buf_text(&words), "  lower limit: column 2, b\n"));
    buf_done(&words);
    read_column columns[3];
    assert_int_equal(reader_columns(t.r, columns, 3), 3);
    assert_string_equal(columns[1].role, "lower");
    done(&t);
    t = read_bytes(text, strlen(text), &(read_options){.dialect = "lower=none"});
    assert_int_equal(t.b->n, 6); /* as measured as before */
    done(&t);
    reader *r;
    assay_err err;
    assert_int_equal(reader_open(check_data("csv/ccxbar-iso.csv"), &(read_options){.dialect = "upper=#99"}, &r, &err),
                     ASSAY_NOT_FOUND);
}

static void korean_and_chinese_names_of_limits_are_understood(void **state)
{
    (void)state;
    static const char *const heads[] = {"측정값,규격하한,규격상한,목표,단위,품번", "측정값,하한,상한,목표값,단위,품번",
                                        "测量值,规格下限,规格上限,目标,单位,品号", "值,下限,上限,目标值,单位,品号"};
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) {
        char text[300];
        snprintf(text, sizeof text, "%s\n10.0,9.5,10.5,10,mm,A1\n10.1,9.5,10.5,10,mm,A1\n", heads[i]);
        reading t = read_text(text);
        assert_int_equal(t.b->n, 2);
        assert_true(said(&t, 0, PROPERTY_LOWER) == 9.5 && said(&t, 0, PROPERTY_UPPER) == 10.5);
        assert_true(said(&t, 0, PROPERTY_TARGET) == 10);
        assert_string_equal(characteristic_at(&t, 0)->unit, "mm");
        assert_string_equal(reader_said(t.r, 0)->part_number, "A1");
        done(&t);
    }
}

/* The first difference stands far behind, so that another thread meets it. */
static void what_differs_far_behind_is_found_by_any_number_of_threads(void **state)
{
    (void)state;
    buf text = BUF_INIT;
    buf_add_text(&text, "characteristic,value,LSL,USL\n");
    for (int i = 0; i < 120000; i++)
        buf_addf(&text, "c%d,1.5,1,%s\n", i % 7, i == 90003 ? "9" : i == 110002 ? "8" : "2");
    for (unsigned threads = 1; threads <= 3; threads++) {
        char path[64];
        reader *r;
        assay_err err;
        file_write(path, text.data, text.length);
        assert_ok(reader_open(path, &(read_options){.threads = threads}, &r, &err), err);
        assert_ok(reader_drain(r, 0, rows_ignored, NULL, &err), err);
        reading t = {.r = r};
        for (size_t i = 0; i < 7; i++) {
            assert_true(said(&t, i, PROPERTY_LOWER) == 1);
            bool is_odd_one = strcmp(reader_characteristics(r, &(size_t){0})[i]->path, "c4") == 0;
            assert_true(isnan(said(&t, i, PROPERTY_UPPER)) == is_odd_one);
        }
        assert_string_equal(warning_at(&t, 0), "upper limit of c4: 2 in line 6, 9 in line 90005: not taken");
        assert_string_equal(warning_at(&t, 1), "");
        reader_close(r);
        unlink(path);
    }
    buf_done(&text);
}

static void a_row_knows_its_line(void **state)
{
    (void)state;
    static const char *const texts[] = {"made by a gauge\n\nid,value\na,1\n\nb,x\nc,3\n",
                                        "made by a gauge\n\nid,value\n\"a\n\"\"1\",1\nb,x\n\"c\",3\n"};
    for (size_t i = 0; i < 2; i++) {
        char path[64];
        reader *r;
        assay_err err;
        reader_tally_t tally;
        measurement_batch *b;
        file_write(path, texts[i], strlen(texts[i]));
        assert_ok(reader_open(path, &(read_options){.dialect = "skip=2;header=1"}, &r, &err), err);
        assert_ok(batch_new(1, 0, &b, &err), err);
        assert_ok(reader_next(r, b, &err), err);
        assert_int_equal(reader_line(r, b, 0), 4);
        assert_ok(reader_next(r, b, &err), err);
        assert_int_equal(reader_line(r, b, 0), 7);
        reader_tally(r, &tally);
        assert_int_equal(tally.refusals[0].line, 6);
        batch_free(b);
        reader_close(r);
        unlink(path);
    }
}

static void forgotten_texts_are_right_while_their_batch_lasts(void **state)
{
    (void)state;
    enum { rows = 700000 };
    buf text = BUF_INIT;
    buf_add_text(&text, "serial,machine,value\n");
    for (int i = 0; i < rows; i++)
        buf_addf(&text, "SN-%08d,M%d,%d.5\n", i % 650000, i % 3, i % 100);
    char path[64];
    file_write(path, text.data, text.length);
    buf_done(&text);
    for (unsigned threads = 1; threads <= 3; threads += 2) {
        read_options options = {.threads = threads, .forgets = 1u << CONTEXT_SERIAL};
        reader *r;
        measurement_batch *b;
        assay_err err;
        assert_ok(reader_open(path, &options, &r, &err), err);
        assert_ok(batch_new(room, 1u << CONTEXT_SERIAL | 1u << CONTEXT_MACHINE, &b, &err), err);
        int row = 0;
        uint32_t most = 0;
        for (;;) {
            assert_ok(reader_next(r, b, &err), err);
            if (b->n == 0)
                break;
            const dictionary *serials = reader_dictionary(r, CONTEXT_SERIAL);
            const dictionary *machines = reader_dictionary(r, CONTEXT_MACHINE);
            for (size_t k = 0; k < b->n; k++, row++) {
                char expected[16];
                snprintf(expected, sizeof expected, "SN-%08d", row % 650000);
                assert_string_equal(dictionary_text(serials, b->context[CONTEXT_SERIAL][k], NULL), expected);
                snprintf(expected, sizeof expected, "M%d", row % 3);
                assert_string_equal(dictionary_text(machines, b->context[CONTEXT_MACHINE][k], NULL), expected);
            }
            most = dictionary_count(serials) > most ? dictionary_count(serials) : most;
        }
        assert_int_equal(row, rows);
        assert_true(most < 400000);
        assert_int_equal(dictionary_count(reader_dictionary(r, CONTEXT_MACHINE)), 3);
        batch_free(b);
        reader_close(r);
    }
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_data_set_reads_alike_in_iso_form),
        cmocka_unit_test(one_data_set_reads_alike_in_german_form),
        cmocka_unit_test(one_data_set_reads_alike_with_a_subgroup_in_each_row),
        cmocka_unit_test(forgotten_texts_are_right_while_their_batch_lasts),
        cmocka_unit_test(a_pinned_dialect_reads_as_the_guess_did),
        cmocka_unit_test(nist_files_are_read_by_column_position),
        cmocka_unit_test(every_numeric_column_is_a_characteristic_when_none_is_named),
        cmocka_unit_test(the_long_form_names_characteristic_unit_and_context),
        cmocka_unit_test(korean_and_chinese_headers_are_understood),
        cmocka_unit_test(one_column_of_numbers_is_enough),
        cmocka_unit_test(what_holds_no_measurements_is_refused_by_its_first_bytes),
        cmocka_unit_test(days_of_excel_are_times_where_the_name_says_so),
        cmocka_unit_test(times_are_read_as_people_write_them),
        cmocka_unit_test(forms_of_times_are_guessed_and_what_is_none_is_said),
        cmocka_unit_test(thousands_may_stand_apart_where_they_are_sure),
        cmocka_unit_test(a_first_value_beyond_the_gauge_is_no_header),
        cmocka_unit_test(a_named_characteristic_keeps_the_subgroup_of_its_row),
        cmocka_unit_test(counts_beside_a_number_inspected_are_of_their_kind),
        cmocka_unit_test(verdicts_are_items_conforming_or_not),
        cmocka_unit_test(infinities_are_refused_values_not_a_header),
        cmocka_unit_test(columns_of_one_name_are_a_subgroup_or_are_warned_of),
        cmocka_unit_test(a_bad_row_costs_only_itself_and_is_named),
        cmocka_unit_test(strict_stops_at_the_first_bad_row_and_says_where),
        cmocka_unit_test(quotes_may_hold_delimiters_line_ends_and_quotes),
        cmocka_unit_test(the_delimiter_is_found_beside_quoted_line_ends),
        cmocka_unit_test(a_spoilt_first_row_is_not_the_header),
        cmocka_unit_test(a_stray_quote_costs_one_row),
        cmocka_unit_test(a_line_over_the_bound_is_dropped_alone),
        cmocka_unit_test(wide_numbers_keep_their_binary64),
        cmocka_unit_test(each_date_form_is_recognised),
        cmocka_unit_test(date_and_time_of_day_may_stand_apart),
        cmocka_unit_test(the_hour_that_happens_twice_is_told_apart_by_the_step_back),
        cmocka_unit_test(reading_on_from_any_offset_gives_the_rest),
        cmocka_unit_test(an_offset_counts_bytes_of_the_source_in_any_encoding),
        cmocka_unit_test(the_number_of_threads_changes_nothing),
        cmocka_unit_test(draining_gives_what_reading_on_gives),
        cmocka_unit_test(draining_ends_where_it_is_told_or_must),
        cmocka_unit_test(the_plain_form_reads_as_the_general_way_does),
        cmocka_unit_test(a_live_pipe_gives_its_rows_at_once),
        cmocka_unit_test(a_wrong_column_or_dialect_is_named),
        cmocka_unit_test(limits_of_the_rows_belong_to_their_characteristic),
        cmocka_unit_test(limits_beside_one_column_of_values_are_not_measured),
        cmocka_unit_test(limits_that_differ_are_told_and_not_taken),
        cmocka_unit_test(limits_beside_several_columns_of_values_are_of_none),
        cmocka_unit_test(a_decimal_sign_that_is_sure_decides),
        cmocka_unit_test(sums_and_means_below_a_table_are_refused_as_such),
        cmocka_unit_test(a_limit_that_bears_a_name_is_of_that_characteristic),
        cmocka_unit_test(a_second_column_of_limits_is_no_value),
        cmocka_unit_test(columns_of_limits_are_pinned_and_denied),
        cmocka_unit_test(korean_and_chinese_names_of_limits_are_understood),
        cmocka_unit_test(what_differs_far_behind_is_found_by_any_number_of_threads),
        cmocka_unit_test(a_row_knows_its_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
