/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Measurements in workbooks: what a cell says, which sheet is read, what is refused. */
#include "check.h"
#include "read/read.h"
#include "read/reader_priv.h"
#include "read/xlsx_style.h"
#include "workbook_made.h"

#include <stdio.h>
#include <unistd.h>

/* -- cells ------------------------------------------------------------------------------------- */

static void formats_tell_dates_from_numbers(void **state)
{
    (void)state;
    static const struct {
        const char *code;
        bool has_date, has_clock;
        int decimals;
    } all[] = {{"General", 0, 0, 0},
               {"0.000", 0, 0, 3},
               {"#,##0.00_);[Red](#,##0.00)", 0, 0, 2},
               {"0.0##", 0, 0, 1},
               {"0.00%", 0, 0, 0},
               {"0.00E+00", 0, 0, 0},
               {"# ?/?", 0, 0, 0},
               {"0.0\" mm\"", 0, 0, 1},
               {"[Red]0.0", 0, 0, 1},
               {"\"day\" 0", 0, 0, 0},
               {"yyyy\\-mm\\-dd", 1, 0, 0},
               {"yyyy-mm-dd hh:mm:ss.000", 1, 1, 0},
               {"[$-412]yyyy\"년\" m\"월\" d\"일\"", 1, 0, 0},
               {"[$-804]AM/PM h\"时\"mm\"分\"", 0, 1, 0},
               {"h:mm", 0, 1, 0},
               {"mmm-yy", 1, 0, 0},
               {"mm:ss.0", 0, 1, 0},
               {"[h]:mm:ss", 0, 0, 0},
               {"[mm]:ss", 0, 0, 0},
               {"\"unended", 0, 0, 0},
               {"", 0, 0, 0}};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        xlsx_style s = xlsx_style_of_code(all[i].code);
        if (s.has_date != all[i].has_date || s.has_clock != all[i].has_clock ||
            s.decimals != all[i].decimals)
            fail_msg("\"%s\": date %d, clock %d, %d decimals", all[i].code, s.has_date, s.has_clock,
                     s.decimals);
    }
    assert_true(xlsx_style_of_number(14).has_date);
    assert_true(xlsx_style_of_number(22).has_date && xlsx_style_of_number(22).has_clock);
    assert_true(xlsx_style_of_number(31).has_date && !xlsx_style_of_number(31).has_clock);
    assert_true(xlsx_style_of_number(45).has_clock && !xlsx_style_of_number(45).has_date);
    assert_false(xlsx_style_of_number(46).has_clock); /* [h]:mm:ss */
    assert_int_equal(xlsx_style_of_number(2).decimals, 2);
    assert_false(xlsx_style_of_number(49).has_date);
}

static void numbers_read_as_they_were_typed(void **state)
{
    (void)state;
    static const struct {
        const char *value, *code;
        bool is_1904;
        const char *text;
    } all[] = {
        {"24.5", "0.000", 0, "24.500"},
        {"24", "0.00", 0, "24.00"},
        {"-0.5", "0.0", 0, "-0.5"},
        {"24.5123", "0.0", 0, "24.5123"}, /* what is stored, not what is shown */
        {"9.9000000000000004", "General", 0, "9.9"},
        {"1.0000000000000001E-5", "0.000", 0, "1e-05"},
        {"46027", "yyyy-mm-dd", 0, "2026-01-05"},
        {"46027.333333333336", "yyyy-mm-dd hh:mm", 0, "2026-01-05T08:00:00"},
        {"46027.333333333336", "yyyy-mm-dd", 0, "2026-01-05T08:00:00"}, /* the hour is there */
        {"46027.999999998", "yyyy-mm-dd hh:mm", 0, "2026-01-06T00:00:00"},
        {"46027.333344907", "h:mm:ss.000", 0, "2026-01-05T08:00:01"},
        {"0.35416666666666669", "h:mm", 0, "08:30:00"},
        {"0.35416668981481484", "h:mm", 0, "08:30:00.002"},
        {"0", "h:mm", 0, "00:00:00"},
        {"44565", "yyyy-mm-dd", 1, "2026-01-05"},
        {"1", "yyyy-mm-dd", 0, "1900-01-01"},
        {"61", "yyyy-mm-dd", 0, "1900-03-01"},
        {"1.25", "h:mm", 0, "1.25"}, /* 30 hours are no time of day */
        {"-3", "yyyy-mm-dd", 0, "-3"},
        {"1e300", "yyyy-mm-dd", 0, "1e300"},
        {"nan", "yyyy-mm-dd", 0, "nan"},
        {"x", "0.0", 0, "x"}};
    char room[XLSX_TEXT];
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        assert_string_equal(
            xlsx_number_text(all[i].value, xlsx_style_of_code(all[i].code), all[i].is_1904, room),
            all[i].text);
}

/* -- workbooks --------------------------------------------------------------------------------- */

#define WORKBOOK        "xl/workbook.xml"
#define SHEET           "<worksheet><sheetData>"
#define END             "</sheetData></worksheet>"
#define CELL(at, value) "<c r=\"" at "\"><v>" value "</v></c>"
#define TEXT(at, text)  "<c r=\"" at "\" t=\"inlineStr\"><is><t>" text "</t></is></c>"

static const char two_sheets[] = "<workbook xmlns:r=\"r\"><sheets><sheet name=\"표지\" r:id=\"a\"/>"
                                 "<sheet name=\"secret\" state=\"hidden\" r:id=\"c\"/>"
                                 "<sheet name=\"측정\" r:id=\"b\"/></sheets></workbook>";
static const char relations[] =
    "<Relationships><Relationship Id=\"a\" Target=\"worksheets/one.xml\"/>"
    "<Relationship Id=\"b\" Target=\"/xl/worksheets/two.xml\"/>"
    "<Relationship Id=\"c\" Target=\"worksheets/three.xml\"/></Relationships>";
static const char cover[] = SHEET "<row r=\"1\">" TEXT("A1", "기록") CELL("B1", "3") "</row>" END;

static assay_status open_book(const char *book, const char *one, const char *two,
                              const char *dialect, reader **out, assay_err *err)
{
    const workbook_part parts[] = {{WORKBOOK, book, strlen(book)},
                                   {"xl/_rels/workbook.xml.rels", relations, strlen(relations)},
                                   {"xl/worksheets/one.xml", one, strlen(one)},
                                   {"xl/worksheets/two.xml", two, strlen(two)},
                                   {"xl/worksheets/three.xml", two, strlen(two)}};
    size_t length = 0;
    char path[] = "/tmp/assay-workbook-XXXXXX";
    void *bytes = workbook_make(parts, 5, &length);
    assert_non_null(bytes);
    int file = mkstemp(path);
    assert_true(file >= 0 && write(file, bytes, length) == (ssize_t)length);
    close(file);
    free(bytes);
    assay_status status =
        reader_open(path, &(read_options){.dialect = dialect, .threads = 1}, out, err);
    unlink(path);
    return status;
}

/* "value@line ..", with the refusals behind. */
static void is_read(reader *r, const char *expected)
{
    assay_err err;
    measurement_batch *b;
    buf all = BUF_INIT;
    assert_ok(batch_new(100, 0, &b, &err), err);
    do {
        assert_ok(reader_next(r, b, &err), err);
        for (size_t i = 0; i < b->n; i++) {
            char number[64];
            decimal_format(b->mantissa[i], b->exponent[i], b->decimals[i], number, sizeof number);
            buf_addf(&all, "%s@%llu ",
                     (b->status[i] & STATUS_MASK) == STATUS_NO_VALUE ? "-" : number,
                     (unsigned long long)reader_line(r, b, i));
        }
    } while (b->n);
    reader_tally_t t;
    reader_tally(r, &t);
    for (size_t i = 0; i < t.refusal_count; i++)
        buf_addf(&all, "%s@%llu ", t.refusals[i].reason, (unsigned long long)t.refusals[i].line);
    assert_string_equal(buf_text(&all), expected);
    buf_done(&all);
    batch_free(b);
    reader_close(r);
}

static void rows_keep_their_numbers_and_the_cover_is_passed_over(void **state)
{
    (void)state;
    static const char data[] = SHEET "<row r=\"1\">" TEXT(
        "A1",
        "Line 3, \"north\"&#10;bay") "</row>"
                                     "<row r=\"3\">" TEXT("A3", "lot") TEXT("B3", "측정값") TEXT(
                                         "C3",
                                         "비고") "</row>"
                                                 "<row r=\"4\">" TEXT("A4", "L1") CELL(
                                                     "B4",
                                                     "24.5") "</row>"
                                                             "<row r=\"5\">" TEXT("A5", "L1") CELL("B5", "24.75") TEXT(
                                                                 "C5",
                                                                 "a,b") "</row>"
                                                                        "<row r=\"7\">" TEXT("A7", "L2") CELL(
                                                                            "B7",
                                                                            "25") "</row>"
                                                                                  "<row "
                                                                                  "r=\"8\">" TEXT("A8", "L2") TEXT(
                                                                                      "B8",
                                                                                      "bad") "</"
                                                                                             "row>"
                                                                                             "<row "
                                                                                             "r="
                                                                                             "\"9\""
                                                                                             ">" TEXT(
                                                                                                 "A"
                                                                                                 "9",
                                                                                                 "L"
                                                                                                 "2")
                                                                                                 CELL(
                                                                                                     "B9",
                                                                                                     "26") "</row>" END;
    reader *r;
    assay_err err;
    assert_ok(open_book(two_sheets, cover, data, NULL, &r, &err), err);
    assert_string_equal(r->sheet, "측정");
    is_read(r, "24.5@4 24.75@5 25@7 26@9 not-a-number@8 ");
    assert_ok(open_book(two_sheets, data, cover, NULL, &r, &err), err);
    assert_string_equal(r->sheet, "표지");
    assert_int_equal(r->warning_count, 1); /* what may be missed is told */
    assert_non_null(strstr(r->warnings[0], "of 2 sheets \"표지\""));
    reader_close(r);
    /* asked for, by name and by number */
    assert_ok(open_book(two_sheets, data, cover, "sheet=측정", &r, &err), err);
    assert_string_equal(r->sheet, "측정");
    assert_int_equal(r->warning_count, 0);
    reader_close(r);
    assert_ok(open_book(two_sheets, data, cover, "sheet=1;header=1", &r, &err), err);
    assert_non_null(strstr(reader_dialect(r), ";sheet=1"));
    is_read(r, "24.5@4 24.75@5 25@7 26@9 not-a-number@8 ");
    assert_int_equal(open_book(two_sheets, data, cover, "sheet=secret", &r, &err), ASSAY_USAGE);
    assert_non_null(strstr(err.hint, "측정"));
}

static void what_is_no_sheet_is_refused_in_words(void **state)
{
    (void)state;
    static const struct {
        const char *book, *sheet, *says;
    } all[] = {
        {two_sheets, SHEET END, "no sheet with cells"},
        {"<workbook><sheets/></workbook>", SHEET END, "no sheet with cells"},
        {two_sheets,
         SHEET "<row r=\"2\">" CELL("A2", "1") "</row><row r=\"1\">" CELL("A1", "1") "</row>" END,
         "row 1, column 1"},
        {two_sheets, SHEET "<row r=\"1\">" CELL("B1", "1") CELL("A1", "1") "</row>" END,
         "row 1, column 1"},
        {two_sheets, SHEET "<row r=\"1\">" CELL("XFE1", "1") "</row>" END, "at most"},
        {two_sheets, SHEET "<row r=\"1048577\">" CELL("A1048577", "1") "</row>" END, "at most"},
        {two_sheets, SHEET "<row r=\"1\">", "xl/worksheets/one.xml"},
        {two_sheets, "<!DOCTYPE a [<!ENTITY b \"c\">]>" SHEET END, "xl/worksheets/one.xml"},
        {"<workbook", SHEET END, WORKBOOK}};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        reader *r;
        assay_err err = {0};
        if (open_book(all[i].book, all[i].sheet, SHEET END, NULL, &r, &err) == ASSAY_OK)
            fail_msg("%zu was read", i);
        if (!strstr(err.message, all[i].says))
            fail_msg("%zu: \"%s\", expected \"%s\"", i, err.message, all[i].says);
    }
}

/* Sparse cells far apart would become a text of gigabytes. */
static void a_sheet_that_is_mostly_nothing_is_bounded(void **state)
{
    (void)state;
    reader *r;
    assay_err err = {0};
    assert_int_equal(open_book(two_sheets,
                               SHEET
                               "<row r=\"1\">" CELL("XFD1", "1") "</row><row r=\"1048576\">" CELL(
                                   "A1048576", "1") "</row>" END,
                               cover, "sheet=1", &r, &err),
                     ASSAY_LIMIT);
    assert_non_null(strstr(err.message, "MiB"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(formats_tell_dates_from_numbers),
        cmocka_unit_test(numbers_read_as_they_were_typed),
        cmocka_unit_test(rows_keep_their_numbers_and_the_cover_is_passed_over),
        cmocka_unit_test(what_is_no_sheet_is_refused_in_words),
        cmocka_unit_test(a_sheet_that_is_mostly_nothing_is_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
