/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Public files and what an independent reader made of them (test/data/dfq/README.md). */
#include "dfq.h"

#include "read/aqdef.h"
#include "read/aqdef_lines.h"

static double sum_of(const dfq *d, uint32_t c, size_t *n)
{
    double sum = 0;
    *n = 0;
    for (size_t i = 0; i < d->b->n; i++)
        if (d->b->characteristic[i] == c) {
            sum += batch_value(d->b, i);
            ++*n;
        }
    return sum;
}

static void the_four_forms_of_one_data_set_are_one_series(void **state)
{
    (void)state;
    static const char *const forms[] = {
        "one-dataset/ccxbar-record-mode.dfq", "one-dataset/ccxbar-kfield-mode.dfq",
        "one-dataset/ccxbar.dfd", "one-dataset/ccxbar.dfx"};
    dfq first;
    dfq_open(&first, forms[0], "Europe/Berlin");
    assert_int_equal(first.b->n, 100);
    assert_true(first.b->time[0] == INT64_C(1767597660000) * 1000000);
    size_t n;
    assert_digits(sum_of(&first, 0, &n) / 100, 23.726, 14);
    for (size_t f = 1; f < 4; f++) {
        dfq other;
        dfq_open(&other, forms[f], "Europe/Berlin");
        assert_int_equal(other.b->n, 100);
        for (size_t i = 0; i < 100; i++) {
            assert_true(first.b->mantissa[i] == other.b->mantissa[i]);
            assert_int_equal(first.b->exponent[i], other.b->exponent[i]);
            assert_int_equal(first.b->decimals[i], other.b->decimals[i]);
            assert_true(first.b->time[i] == other.b->time[i]);
            assert_int_equal(first.b->record[i], other.b->record[i]);
            assert_string_equal(dfq_context(&first, i, CONTEXT_SERIAL),
                                dfq_context(&other, i, CONTEXT_SERIAL));
            assert_string_equal(dfq_context(&first, i, CONTEXT_BATCH),
                                dfq_context(&other, i, CONTEXT_BATCH));
        }
        assert_string_equal(other.c[0]->path, "WAFER-100/Thickness");
        assert_string_equal(other.c[0]->unit, "um");
        assert_true(quantity_value(&other.c[0]->lower) == 20 && other.c[0]->subgroup_size == 5);
        dfq_close(&other);
    }
    dfq_close(&first);
}

static void a_vendor_export_gives_its_values_and_doubtful_limits(void **state)
{
    (void)state;
    dfq d;
    size_t n;
    dfq_open(&d, "qs-stat-export/testmeasures.dfq", "Europe/Berlin");
    assert_int_equal(d.b->n, 10);
    assert_true(batch_value(d.b, 0) == 249.96 && batch_value(d.b, 1) == 249.57);
    assert_digits(sum_of(&d, 0, &n) / 5, 249.876, 14);
    assert_digits(sum_of(&d, 1, &n) / 5, 249.468, 14);
    assert_true(d.b->time[0] == INT64_C(1021607698) * 1000000000);
    assert_false(d.c[1]->nominal.is_given || d.c[1]->lower.is_given);
    assert_int_equal(d.c[0]->lower_kind, BOUND_NONE);
    assert_true(dfq_context(&d, 0, CONTEXT_ORDER)[0] && dfq_context(&d, 0, CONTEXT_SUBGROUP)[0]);
    dfq_close(&d);
}

static void latin_names_and_attributes_in_the_short_form(void **state)
{
    (void)state;
    dfq d;
    size_t n;
    dfq_open(&d, "qs-stat-export/three-types-latin1.dfq", NULL);
    assert_int_equal(d.b->n, 33);
    assert_digits(sum_of(&d, 0, &n) / 11, 10.00818182, 9);
    assert_digits(sum_of(&d, 1, &n) / 11, 1.003818182, 9);
    assert_true(sum_of(&d, 2, &n) == 17 && n == 11);
    assert_int_equal(d.b->size[2], 100);
    assert_string_equal(d.c[0]->name, "L\xc3\xa4nge");
    assert_string_equal(dfq_context(&d, 30, CONTEXT_EVENT), "3");
    assert_string_equal(dfq_context(&d, 0, CONTEXT_BATCH), "123");
    assert_true(d.b->time[1] == TIME_NONE);
    dfq_close(&d);
}

static void a_pair_is_read_from_either_side(void **state)
{
    (void)state;
    static const char *const sides[] = {"dfd-dfx-pair/2604020002.dfd",
                                        "dfd-dfx-pair/2604020002.dfx"};
    for (size_t i = 0; i < 2; i++) {
        dfq d;
        dfq_open(&d, sides[i], NULL);
        assert_string_equal(dfq_rows(&d), "1:1500.0 2:25.300 3:18.700 1:1520.0 2:28.100 3:21.400");
        assert_int_equal(d.c[0]->kind, KIND_VARIABLE);
        assert_string_equal(dfq_context(&d, 0, CONTEXT_BATCH), "SN001");
        assert_true(quantity_value(&d.c[1]->upper) == 80);
        dfq_close(&d);
    }
}

static void each_public_parser_rule_holds(void **state)
{
    (void)state;
    static const struct {
        const char *name, *rows;
    } rules[] = {
        {"KeyAppliedToEachValueSet", "1:1 1:2"},
        {"MultipleKeysAppliedToAllValues", "1:1 2:3 1:2 2:4"},
        {"TwoPartsWithBinaryValuesAtTheEnd", "1:1 2:2 1:1.1 2:2.1"},
        {"AttributeCharacteristicWithBinaryValues", "1:1 2:0 1:1.1 2:1"},
        {"AdditionalDataForValueWithIndex", "1:1 1:2"},
        {"EmptyValue", "1:1 2:10 1:- 2:20"},
        {"SingleValueWithoutAnySeparatorInBinaryLine", "1:10.6"},
        {"MoreValuesThanCharacteristics", "1:1 2:2"},
        {"InvalidIndex", ""},
        {"KeyAppliedToAllCharacteristicsOnMultipleParts", ""},
    };
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        char name[200];
        dfq d;
        snprintf(name, sizeof name, "parser-rules/dfqWith%s.dfq", rules[i].name);
        dfq_open(&d, name, NULL);
        if (strcmp(dfq_rows(&d), rules[i].rows) != 0)
            fail_msg("%s: %s", rules[i].name, dfq_rows(&d));
        dfq_close(&d);
    }
}

static void public_rules_for_texts_of_values_hold(void **state)
{
    (void)state;
    dfq d;
    dfq_open(&d, "parser-rules/dfqWithKeyAppliedToEachValueSet.dfq", NULL);
    assert_string_equal(dfq_context(&d, 0, CONTEXT_SERIAL), "identifier 1");
    assert_string_equal(dfq_context(&d, 1, CONTEXT_SERIAL), "identifier 2");
    dfq_close(&d);
    dfq_open(&d, "parser-rules/dfqWithMultipleKeysAppliedToAllValues.dfq", NULL);
    for (size_t i = 0; i < 4; i++)
        assert_string_equal(dfq_context(&d, i, CONTEXT_MACHINE), i < 2 ? "153" : "154");
    assert_true(d.b->time[2] - d.b->time[1] == INT64_C(1000000000));
    dfq_close(&d);
    dfq_open(&d, "parser-rules/dfqWithAdditionalDataForValueWithIndex.dfq", NULL);
    assert_string_equal(dfq_context(&d, 0, CONTEXT_SERIAL), "partId1");
    assert_string_equal(dfq_context(&d, 1, CONTEXT_SERIAL), "");
    dfq_close(&d);
}

static void public_rules_for_headers_hold(void **state)
{
    (void)state;
    dfq d;
    dfq_open(&d, "parser-rules/dfqWithKeyAppliedToAllCharacteristicsOnMultipleParts.dfq", NULL);
    assert_int_equal(d.n, 4);
    for (size_t i = 0; i < 4; i++)
        assert_string_equal(d.c[i]->name, "common title part2");
    assert_string_equal(d.c[1]->part_number, "part1");
    assert_string_equal(d.c[2]->part_number, "part2");
    dfq_close(&d);
    dfq_open(&d, "parser-rules/dfqWithKeyAppliedToAllCharacteristics.dfq", NULL);
    assert_string_equal(d.c[0]->name, "common title");
    assert_string_equal(d.c[1]->name, "common title");
    dfq_close(&d);
}

/* The header alone: what the reader keeps of parts and structure. */
static void header_of(const char *name, aqdef_file *f)
{
    assay_err err = {0};
    char file[200];
    source in;
    aqdef_lines lines;
    const char *text;
    size_t length;
    snprintf(file, sizeof file, "dfq/%s", name);
    aqdef_file_init(f);
    assert_ok(source_open(&in, check_data(file), &err), err);
    assert_ok(source_head(&in, &err), err);
    assert_ok(aqdef_lines_open(&lines, &in, &err), err);
    for (;;) {
        aqdef_line line;
        assert_ok(aqdef_lines_next(&lines, &text, &length, &err), err);
        if (!text)
            break;
        if (aqdef_line_parse(text, length, &line) == AQDEF_FIELD && line.key >= 100)
            assert_ok(aqdef_file_add(f, &line, line.text, line.length, lines.number, &err), err);
    }
    aqdef_lines_close(&lines);
    source_close(&in);
    assert_ok(aqdef_file_seal(f, &err), err);
}

static void public_rules_for_parts_hold(void **state)
{
    (void)state;
    aqdef_file f;
    header_of("parser-rules/dfqWithEmptyKeys.dfq", &f);
    assert_string_equal(aqdef_text(&f, 1001, 1), "part");
    assert_null(aqdef_text(&f, 1002, 1));
    assert_null(aqdef_text(&f, 1003, 1));
    aqdef_file_done(&f);
    header_of("parser-rules/dfqWithUnindexedPart.dfq", &f);
    assert_string_equal(aqdef_text(&f, 1002, 1), "title");
    aqdef_file_done(&f);
    header_of("parser-rules/dfqWithKeyAppliedToAllParts.dfq", &f);
    assert_string_equal(aqdef_text(&f, 1002, 1), "common title");
    assert_string_equal(aqdef_text(&f, 1002, 2), "common title");
    aqdef_file_done(&f);
}

static void a_hierarchy_keeps_its_nodes_and_the_order_of_children(void **state)
{
    (void)state;
    static const aqdef_child of_one[] = {{1, 5102, 1}, {1, 5103, 3}, {1, 5103, 8}};
    aqdef_file f;
    header_of("parser-rules/dfqWithHierarchy.dfq", &f);
    assert_int_equal(f.node_count, 8);
    assert_int_equal(f.nodes[1].child_count, 3);
    assert_int_equal(f.nodes[3].child_count, 2);
    assert_int_equal(f.nodes[8].child_count, 2);
    assert_int_equal(f.nodes[8].kind, AQDEF_NODE_GROUP);
    assert_int_equal(f.nodes[1].kind, AQDEF_NODE_PART);
    assert_memory_equal(&f.children[f.nodes[1].first_child], of_one, sizeof of_one);
    aqdef_file_done(&f);
}

static void two_forms_of_grouping_contradict(void **state)
{
    (void)state;
    assay_err err = {0};
    reader *r = NULL;
    read_options options = {.strict = true};
    const char *name = "dfq/parser-rules/dfqWithSimpleAndNormalHierarchy.dfq";
    assert_int_equal(reader_open(check_data(name), &options, &r, &err), ASSAY_FORMAT);
    assert_non_null(strstr(err.message, "hierarchy"));
    dfq d;
    dfq_open(&d, "parser-rules/dfqWithSimpleAndNormalHierarchy.dfq", NULL);
    assert_true(dfq_warns(&d, "contradict"));
    dfq_close(&d);
}

static void the_writer_fixtures_of_a_public_library_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        size_t characteristics, values;
    } files[] = {{"basicDfq_singlePart_noCharacteristics", 0, 0},
                 {"basicDfq_singlePart_singleCharacteristic_noValues", 1, 0},
                 {"basicDfq_singlePart_threeCharacteristics", 3, 9},
                 {"basicDfq_threeParts_differentNumberOfCharacteristics", 9, 26},
                 {"characteristicHierarchy_singlePart_singleGroup_twoCharacteristics", 2, 2},
                 {"characteristicHierarchy_singlePart_threeCharacteristics", 3, 3},
                 {"characteristicHierarchy_singlePart_twoChildCharacteristics_twoGroups", 4, 4}};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char name[200];
        dfq d;
        snprintf(name, sizeof name, "writer-fixtures/%s.dfq", files[i].name);
        dfq_open(&d, name, NULL);
        assert_int_equal(d.n, files[i].characteristics);
        assert_int_equal(d.b->n, files[i].values);
        assert_int_equal(d.tally.refused, 0);
        dfq_close(&d);
    }
}

#define CASE(name) cmocka_unit_test(name)
int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(the_four_forms_of_one_data_set_are_one_series),
        CASE(a_vendor_export_gives_its_values_and_doubtful_limits),
        CASE(latin_names_and_attributes_in_the_short_form),
        CASE(a_pair_is_read_from_either_side),
        CASE(each_public_parser_rule_holds),
        CASE(public_rules_for_texts_of_values_hold),
        CASE(public_rules_for_headers_hold),
        CASE(public_rules_for_parts_hold),
        CASE(a_hierarchy_keeps_its_nodes_and_the_order_of_children),
        CASE(two_forms_of_grouping_contradict),
        CASE(the_writer_fixtures_of_a_public_library_are_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
