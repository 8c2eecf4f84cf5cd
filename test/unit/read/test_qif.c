/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dfq.h"

#include "read/qif.h"

#include <sys/stat.h>
#include <unistd.h>

static void open_file(dfq *d, const char *name, const char *dialect)
{
    assay_err err = {0};
    char file[256];
    reader *r;
    snprintf(file, sizeof file, "qif/%s", name);
    read_options options = {.dialect = dialect};
    assert_ok(reader_open(check_data(file), &options, &r, &err), err);
    dfq_read(d, r);
}

static assay_status open_text(const char *text, bool strict, reader **out, assay_err *err)
{
    size_t length = strlen(text);
    source in = {.fd = -1, .name = strdup("x.qif"), .head = malloc(length + 1),
                 .head_length = length, .head_is_all = true, .size = length};
    memcpy(in.head, text, length + 1);
    return qif_open(&in, &(read_options){.strict = strict}, out, err);
}

static void read_text(dfq *d, const char *text)
{
    assay_err err = {0};
    reader *r;
    assert_ok(open_text(text, false, &r, &err), err);
    dfq_read(d, r);
}

static double sum_of(const dfq *d)
{
    double sum = 0;
    for (size_t i = 0; i < d->b->n; i++)
        sum += batch_value(d->b, i);
    return sum;
}

/* Figures of an independent reader of the same files. */
static void published_documents_give_their_figures(void **state)
{
    (void)state;
    static const struct {
        const char *file;
        size_t measurements, characteristics;
        double sum;
    } wanted[] = {
        {"WIDGET_QIF_RESULTS.QIF", 42, 26, 283.831008},
        {"QIF_Results_Sample.QIF", 13, 11, 4318.09873},
        {"SheetMetal_QIF_Results_6_samples.QIF", 228, 21, 0.783426216},
        {"mitutoyo_results_serialized_pass_fail_sample.QIF", 0, 0, 0},
        {"All-in-one.QIF", 4, 2, 50.9908322},
        {"exploded/Exploded_Results1.QIF", 2, 2, 25.2597369},
        {"exploded/Exploded_Results2.QIF", 2, 2, 25.7310953},
        {"exploded/Exploded_Plan.QIF", 0, 2, 0},
        {"qif21_mitutoyo_capability_subgroups.QIF", 30, 1, 59.534},
        {"ccxbar.qif", 100, 1, 2372.6},
    };
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        dfq d;
        open_file(&d, wanted[i].file, NULL);
        assert_int_equal(d.b->n, wanted[i].measurements);
        assert_int_equal(d.n, wanted[i].characteristics);
        assert_int_equal(d.tally.refused, 0);
        assert_digits(sum_of(&d), wanted[i].sum, wanted[i].sum == 0 ? 15 : 8.5);
        dfq_close(&d);
    }
}

static void the_one_data_set_keeps_values_times_and_serials(void **state)
{
    (void)state;
    dfq d;
    char line[200], serial[32], value[32], number[80];
    long long ms;
    int n;
    FILE *expected = fopen(check_data("csv/ccxbar-expected.csv"), "r");
    assert_non_null(expected);
    assert_non_null(fgets(line, sizeof line, expected));
    open_file(&d, "ccxbar.qif", NULL);
    for (size_t i = 0; i < 100; i++) {
        assert_non_null(fgets(line, sizeof line, expected));
        assert_int_equal(sscanf(line, "%d,%lld,%*[^,],%31[^,],%*[^,],%31s", &n, &ms, serial, value), 4);
        decimal_format(d.b->mantissa[i], d.b->exponent[i], d.b->decimals[i], number, sizeof number);
        assert_string_equal(number, value);
        assert_true(d.b->time[i] == ms * 1000000);
        assert_string_equal(dfq_context(&d, i, CONTEXT_SERIAL), serial);
    }
    fclose(expected);
    assert_string_equal(d.c[0]->path, "WAFER-100/Thickness");
    assert_string_equal(d.c[0]->unit, "um");
    assert_true(quantity_value(&d.c[0]->lower) == 20 && quantity_value(&d.c[0]->upper) == 28);
    dfq_close(&d);
}

static const characteristic *named(const dfq *d, const char *name)
{
    for (size_t i = 0; i < d->n; i++)
        if (strcmp(d->c[i]->name, name) == 0)
            return d->c[i];
    fail_msg("no characteristic %s", name);
    return NULL;
}

static void limits_are_read_in_all_their_forms(void **state)
{
    (void)state;
    dfq d;
    open_file(&d, "QIF_Results_Sample.QIF", NULL);
    const characteristic *absolute = named(&d, "3"), *deviation = named(&d, "6");
    assert_true(quantity_value(&absolute->upper) == 945.20274658203107);
    assert_true(quantity_value(&absolute->lower) == 944.80274658203098);
    assert_true(quantity_value(&deviation->lower) == 9.6 && quantity_value(&deviation->upper) == 10.4);
    assert_int_equal(named(&d, "1")->lower_kind, BOUND_NONE); /* NonTolerance */
    const characteristic *position = named(&d, "7"), *profile = named(&d, "5");
    assert_int_equal(position->lower_kind, BOUND_NATURAL);
    assert_true(quantity_value(&position->upper) == 1);
    assert_int_equal(profile->lower_kind, BOUND_LIMIT);
    assert_true(quantity_value(&profile->lower) == -2 && quantity_value(&profile->upper) == 2);
    dfq_close(&d);
}

static void limits_that_are_absolute_by_mistake_are_taken_so_and_asked_about(void **state)
{
    (void)state;
    dfq d;
    const char *file = "qif21_mitutoyo_capability_subgroups.QIF";
    open_file(&d, file, NULL);
    assert_true(quantity_value(&d.c[0]->lower) == 1.8 && quantity_value(&d.c[0]->upper) == 2.2);
    assert_true(dfq_warns(&d, "Are they?"));
    dfq_close(&d);
    open_file(&d, file, "limits=deviation");
    assert_true(quantity_value(&d.c[0]->lower) == 3.8 && quantity_value(&d.c[0]->upper) == 4.2);
    assert_false(dfq_warns(&d, "Are they?"));
    dfq_close(&d);
    open_file(&d, file, "limits=absolute");
    assert_true(quantity_value(&d.c[0]->lower) == 1.8);
    assert_false(dfq_warns(&d, "Are they?"));
    dfq_close(&d);
}

static void subgroups_of_the_statistics_reach_their_measurements(void **state)
{
    (void)state;
    dfq d;
    open_file(&d, "qif21_mitutoyo_capability_subgroups.QIF", NULL);
    for (size_t i = 0; i < 30; i++) {
        char key[8];
        snprintf(key, sizeof key, "%zu", 98 + i / 3);
        assert_string_equal(dfq_context(&d, i, CONTEXT_SUBGROUP), key);
    }
    assert_string_equal(dfq_context(&d, 9, CONTEXT_SERIAL), "10ABC-DEFG");
    assert_string_equal(dfq_context(&d, 0, CONTEXT_GAUGE), "500-171-30");
    dfq_close(&d);
    open_file(&d, "SheetMetal_QIF_Results_6_samples.QIF", NULL);
    assert_string_equal(dfq_context(&d, 0, CONTEXT_SERIAL), "SN5802801");
    assert_string_equal(dfq_context(&d, 227, CONTEXT_SERIAL), "SN5802806");
    dfq_close(&d);
}

static void verdicts_alone_are_told_and_no_measurement_is_made_up(void **state)
{
    (void)state;
    dfq d;
    open_file(&d, "mitutoyo_results_serialized_pass_fail_sample.QIF", NULL);
    assert_true(dfq_warns(&d, "verdicts without measurements: 1 of 1 parts passed"));
    dfq_close(&d);
}

static void copy_file(const char *from, const char *to)
{
    char piece[4096];
    FILE *in = fopen(from, "r"), *out = fopen(to, "w");
    assert_true(in && out);
    size_t n = fread(piece, 1, sizeof piece, in);
    assert_int_equal(fwrite(piece, 1, n, out), n);
    fclose(in);
    fclose(out);
}

static void items_of_another_document_are_found_beside_it_or_among_the_given(void **state)
{
    (void)state;
    char folder[64], results[80], plan[80];
    assay_err err = {0};
    reader *r;
    dfq d;
    snprintf(folder, sizeof folder, "/tmp/qif-%d", (int)getpid());
    assert_int_equal(mkdir(folder, 0700), 0);
    snprintf(results, sizeof results, "%s/r.qif", folder);
    snprintf(plan, sizeof plan, "%s/other.qif", folder);
    copy_file(check_data("qif/exploded/Exploded_Results1.QIF"), results);
    read_options alone = {0};
    assert_ok(reader_open(results, &alone, &r, &err), err);
    dfq_read(&d, r);
    assert_int_equal(d.tally.refused, 2);
    assert_string_equal(d.tally.refusals[0].reason, "unknown-item");
    assert_true(dfq_warns(&d, "Exploded_Plan.QIF, QPId 6558F196"));
    dfq_close(&d);
    char given[4200];
    snprintf(given, sizeof given, "%s", check_data("qif/exploded/Exploded_Plan.QIF"));
    read_options with = {.with = (const char *const[]){given, NULL}};
    assert_ok(reader_open(results, &with, &r, &err), err);
    dfq_read(&d, r);
    assert_string_equal(d.c[0]->path, "SphericalDiameter1");
    assert_true(quantity_value(&d.c[0]->upper) == 25.649999999999999);
    dfq_close(&d);
    copy_file(given, plan); /* another name: found by its QPId */
    assert_ok(reader_open(results, &alone, &r, &err), err);
    dfq_read(&d, r);
    assert_int_equal(d.b->n, 2);
    dfq_close(&d);
    unlink(results), unlink(plan), rmdir(folder);
}

#define HEAD "<QIFDocument xmlns='http://qifstandards.org/xsd/qif3' versionQIF='3.0.0'><FileUnits><PrimaryUnits>" \
    "<LinearUnit><UnitName>mm</UnitName></LinearUnit></PrimaryUnits></FileUnits><Characteristics><CharacteristicItems>" \
    "<LengthCharacteristicItem id='1'><Name>L/1</Name></LengthCharacteristicItem>" \
    "<GoNoGoCharacteristicItem id='2'><Name>G</Name></GoNoGoCharacteristicItem>" \
    "<LengthCharacteristicItem id='5'><Name>L/1</Name></LengthCharacteristicItem>" \
    "</CharacteristicItems></Characteristics><Results><MeasurementResultsSet><MeasurementResults id='3'>" \
    "<InspectionTraceability><InspectionOperator><Name>Kim</Name></InspectionOperator>" \
    "<InspectionEnd>2026-01-05T08:00:00Z</InspectionEnd></InspectionTraceability>" \
    "<MeasuredCharacteristics><CharacteristicMeasurements>"
#define TAIL "</CharacteristicMeasurements></MeasuredCharacteristics></MeasurementResults></MeasurementResultsSet></Results></QIFDocument>"
#define ONE(inside) "<LengthCharacteristicMeasurement id='9'><CharacteristicItemId>1</CharacteristicItemId>" inside "</LengthCharacteristicMeasurement>"
#define GO(status) "<GoNoGoCharacteristicMeasurement id='8'><Status><CharacteristicStatusEnum>" status \
    "</CharacteristicStatusEnum></Status><CharacteristicItemId>2</CharacteristicItemId></GoNoGoCharacteristicMeasurement>"

static void a_bad_measurement_costs_itself_and_says_why(void **state)
{
    (void)state;
    dfq d;
    read_text(&d, HEAD ONE("<Value>1.50</Value>") ONE("<Value>x</Value>") ONE("<Value linearUnit='inch'>1</Value>")
              ONE("<Value>INF</Value>") ONE("<Value>NaN</Value>") ONE("") ONE("<Value linearUnit='mm'>2</Value>")
              ONE("<Status><CharacteristicStatusEnum>NOT_CALCULATED</CharacteristicStatusEnum></Status><Value>3</Value>") TAIL);
    assert_string_equal(dfq_rows(&d), "1:1.50 1:- 1:- 1:2 1:3");
    assert_int_equal(d.b->status[4], STATUS_BAD);
    assert_int_equal(d.tally.refused, 3);
    assert_string_equal(d.tally.refusals[0].reason, "not-a-number");
    assert_string_equal(d.tally.refusals[1].reason, "other-unit");
    assert_string_equal(d.tally.refusals[1].found, "inch");
    assert_true(d.b->time[0] == INT64_C(1767600000000000000));
    assert_string_equal(dfq_context(&d, 0, CONTEXT_OPERATOR), "Kim");
    assert_string_equal(d.c[0]->path, "L-1");
    assert_string_equal(d.c[2]->path, "L-1 #5");
    dfq_close(&d);
}

static void a_characteristic_with_verdicts_only_counts_defectives(void **state)
{
    (void)state;
    dfq d;
    read_text(&d, HEAD GO("PASS") GO("FAIL") GO("UNKNOWN") TAIL);
    assert_int_equal(d.c[1]->kind, KIND_DEFECTIVES);
    assert_string_equal(dfq_rows(&d), "2:0 2:1 2:-");
    assert_int_equal(d.b->size[0], 1);
    dfq_close(&d);
}

static void a_strict_reader_stops_at_the_first_bad_measurement(void **state)
{
    (void)state;
    assay_err err = {0};
    reader *r;
    measurement_batch *b;
    assert_ok(open_text(HEAD ONE("<Value>x</Value>") TAIL, true, &r, &err), err);
    assert_ok(batch_new(10, reader_contexts(r), &b, &err), err);
    assert_int_equal(reader_next(r, b, &err), ASSAY_FORMAT);
    assert_non_null(strstr(err.message, "not-a-number"));
    batch_free(b);
    reader_close(r);
}

static void hostile_documents_are_refused_with_their_reason(void **state)
{
    (void)state;
    char deep[4096] = "<QIFDocument>";
    while (strlen(deep) < 1000)
        strcat(deep, "<a>");
    const struct {
        const char *text, *message;
    } bad[] = {
        {"<!DOCTYPE a [<!ENTITY x 'y'>]><QIFDocument>&x;</QIFDocument>", "declares an entity"},
        {deep, "nested deeper than 64"},
        {"<html></html>", "not a QIF document: its root is \"html\""},
        {"<QIFDocument><a></b></QIFDocument>", "mismatched tag"},
        {"<QIFDocument>", "no element found"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assay_err err = {0};
        reader *r;
        assert_int_not_equal(open_text(bad[i].text, false, &r, &err), ASSAY_OK);
        if (!strstr(err.message, bad[i].message))
            fail_msg("\"%s\" does not say \"%s\"", err.message, bad[i].message);
    }
}

/* A tag that never ends must not be kept for ever. */
static void a_tag_without_end_is_refused_after_a_mebibyte(void **state)
{
    (void)state;
    size_t length = 8 << 20;
    char *text = malloc(length + 1);
    memset(text, 'x', length);
    memcpy(text, "<QIFDocument a='", 16);
    text[length] = 0;
    assay_err err = {0};
    reader *r;
    assert_int_equal(open_text(text, false, &r, &err), ASSAY_LIMIT);
    free(text);
}

static void reading_goes_on_behind_any_record(void **state)
{
    (void)state;
    assay_err err = {0};
    reader *r;
    measurement_batch *b;
    assert_ok(batch_new(40, 0, &b, &err), err);
    for (uint64_t behind = 1; behind <= 100; behind += 33) {
        char path[4200];
        snprintf(path, sizeof path, "%s", check_data("qif/ccxbar.qif"));
        assert_ok(reader_open(path, &(read_options){0}, &r, &err), err);
        assert_ok(reader_resume(r, behind * 100, behind, &err), err);
        uint64_t first = 0, n = 0;
        for (;;) {
            assert_ok(reader_next(r, b, &err), err);
            if (!b->n)
                break;
            first = first ? first : b->record[0];
            n += b->n;
        }
        assert_int_equal(n, 100 - behind);
        assert_true(behind == 100 || first == behind + 1);
        reader_close(r);
    }
    batch_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_documents_give_their_figures),
        cmocka_unit_test(the_one_data_set_keeps_values_times_and_serials),
        cmocka_unit_test(limits_are_read_in_all_their_forms),
        cmocka_unit_test(limits_that_are_absolute_by_mistake_are_taken_so_and_asked_about),
        cmocka_unit_test(subgroups_of_the_statistics_reach_their_measurements),
        cmocka_unit_test(verdicts_alone_are_told_and_no_measurement_is_made_up),
        cmocka_unit_test(items_of_another_document_are_found_beside_it_or_among_the_given),
        cmocka_unit_test(a_bad_measurement_costs_itself_and_says_why),
        cmocka_unit_test(a_characteristic_with_verdicts_only_counts_defectives),
        cmocka_unit_test(a_strict_reader_stops_at_the_first_bad_measurement),
        cmocka_unit_test(hostile_documents_are_refused_with_their_reason),
        cmocka_unit_test(a_tag_without_end_is_refused_after_a_mebibyte),
        cmocka_unit_test(reading_goes_on_behind_any_record),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
