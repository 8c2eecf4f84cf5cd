/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dfq.h"

#include "read/write.h"

#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/aqdef-write-XXXXXX";

static const char *file_in(const char *name)
{
    static char path[200];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static void write_as(const dfq *d, const char *path, const aqdef_write_options *options)
{
    assay_err err = {0};
    aqdef_writer *w;
    const dictionary *texts[CONTEXT_COUNT];
    for (int k = 0; k < CONTEXT_COUNT; k++)
        texts[k] = reader_dictionary(d->r, (context_kind)k);
    assert_ok(aqdef_write_begin(path, d->c, d->n, options, &w, &err), err);
    assert_ok(aqdef_write_rows(w, d->b, texts, &err), err);
    assert_ok(aqdef_write_end(w, &err), err);
}

static void open_path(dfq *d, const char *path, const char *in_zone)
{
    assay_err err = {0};
    reader *r;
    read_options options = {.follow_pairs = true, .zone = in_zone, .strict = true};
    assert_ok(reader_open(path, &options, &r, &err), err);
    dfq_read(d, r);
}

static char *slurp(const char *path)
{
    static char text[1 << 20];
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    text[fread(text, 1, sizeof text - 1, f)] = 0;
    fclose(f);
    return text;
}

#define assert_same_text(a, b) assert_string_equal((a) ? (a) : "-", (b) ? (b) : "-")

static void assert_same_quantity(const quantity *a, const quantity *b)
{
    assert_int_equal(a->is_given, b->is_given);
    assert_true(a->value.mantissa == b->value.mantissa && a->value.exponent == b->value.exponent);
}

/* Free fields of `a` are in `b` too; numbers of the structure are given anew. */
static void assert_same_fields(const dfq *a, const dfq *b, size_t c)
{
    for (size_t i = 0; i < a->c[c]->field_count; i++) {
        const free_field *x = &a->c[c]->fields[i];
        if (x->key[0] == '@' || strncmp(x->key, "K5", 2) == 0)
            continue;
        const char *other = dfq_free(b, c, x->key);
        if (!other || strcmp(other, x->text) != 0)
            fail_msg("%s: \"%s\" came back as \"%s\"", x->key, x->text, other ? other : "nothing");
    }
    assert_int_equal(a->c[c]->field_count, b->c[c]->field_count);
}

static void assert_same_definitions(const dfq *a, const dfq *b)
{
    assert_int_equal(a->n, b->n);
    for (size_t i = 0; i < a->n; i++) {
        const characteristic *x = a->c[i], *y = b->c[i];
        assert_same_text(x->path, y->path);
        assert_same_text(x->part_number, y->part_number);
        assert_same_text(x->part_name, y->part_name);
        assert_same_text(x->number, y->number);
        assert_same_text(x->name, y->name);
        assert_same_text(x->unit, y->unit);
        assert_int_equal(x->kind, y->kind);
        assert_int_equal(x->decimals, y->decimals);
        assert_int_equal(x->subgroup_size, y->subgroup_size);
        assert_same_quantity(&x->target, &y->target);
        assert_same_quantity(&x->nominal, &y->nominal);
        assert_same_quantity(&x->lower, &y->lower);
        assert_same_quantity(&x->upper, &y->upper);
        assert_int_equal(x->lower_kind, y->lower_kind);
        assert_int_equal(x->upper_kind, y->upper_kind);
        assert_same_fields(a, b, i);
    }
}

static void assert_same_number(const dfq *a, size_t i, const dfq *b, size_t j)
{
    assert_true(a->b->mantissa[i] == b->b->mantissa[j]);
    assert_int_equal(a->b->exponent[i], b->b->exponent[j]);
    assert_int_equal(a->b->decimals[i], b->b->decimals[j]);
}

/* The next row of characteristic c from *at on: rows of different ones may overtake. */
static size_t next_of(const dfq *d, uint32_t c, size_t at)
{
    while (at < d->b->n && d->b->characteristic[at] != c)
        at++;
    return at;
}

static void assert_same_rows(const dfq *a, const dfq *b)
{
    assert_int_equal(a->b->n, b->b->n);
    for (uint32_t c = 0; c < a->n; c++) {
        size_t i = next_of(a, c, 0), j = next_of(b, c, 0);
        for (; i < a->b->n; i = next_of(a, c, i + 1), j = next_of(b, c, j + 1)) {
            assert_true(j < b->b->n);
            bool is_raw = a->b->status[i] & STATUS_RAW; /* comes back as its shortest decimal */
            assert_int_equal(a->b->status[i] & ~STATUS_RAW, b->b->status[j] & ~STATUS_RAW);
            if (is_raw)
                assert_true(batch_value(a->b, i) == batch_value(b->b, j));
            else
                assert_same_number(a, i, b, j);
            assert_true(a->b->time[i] == b->b->time[j]);
            assert_int_equal(a->b->offset[i], b->b->offset[j]);
            assert_int_equal(a->b->size[i], b->b->size[j]);
            for (int k = 0; k < CONTEXT_COUNT; k++)
                assert_string_equal(dfq_context(a, i, (context_kind)k),
                                    dfq_context(b, j, (context_kind)k));
        }
    }
}

static void assert_comes_back(const dfq *d, const char *in_zone)
{
    static const aqdef_write_options ways[] = {{.mode = AQDEF_RECORDS}, {.mode = AQDEF_FIELDS},
                                               {.mode = AQDEF_RECORDS, .is_cp1252 = true}};
    static const char *const names[] = {"back.dfq", "back.dfd"};
    for (size_t i = 0; i < 6; i++) {
        dfq back;
        aqdef_write_options options = ways[i / 2];
        options.zone = in_zone;
        write_as(d, file_in(names[i % 2]), &options);
        open_path(&back, file_in(names[i % 2]), in_zone);
        assert_same_definitions(d, &back);
        assert_same_rows(d, &back);
        dfq_close(&back);
    }
}

static void every_public_file_comes_back_as_it_was(void **state)
{
    (void)state;
    static const char *const files[] = {
        "one-dataset/ccxbar-record-mode.dfq",
        "one-dataset/ccxbar-kfield-mode.dfq",
        "qs-stat-export/testmeasures.dfq",
        "qs-stat-export/three-types-latin1.dfq",
        "dfd-dfx-pair/2604020002.dfd",
        "parser-rules/dfqWithAttributeCharacteristicWithBinaryValues.dfq",
        "parser-rules/dfqWithEmptyValue.dfq",
        "parser-rules/dfqWithMultipleKeysAppliedToAllValues.dfq",
        "parser-rules/dfqWithTwoPartsWithBinaryValuesAtTheEnd.dfq",
        "parser-rules/dfqWithHierarchy.dfq",
        "writer-fixtures/basicDfq_threeParts_differentNumberOfCharacteristics.dfq",
        "writer-fixtures/characteristicHierarchy_singlePart_twoChildCharacteristics_twoGroups.dfq"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        dfq d;
        dfq_open(&d, files[i], "Europe/Berlin");
        assert_comes_back(&d, "Europe/Berlin");
        dfq_close(&d);
    }
}

static void statuses_events_and_unknown_keys_come_back(void **state)
{
    (void)state;
    dfq d;
    dfq_text_in(&d, "t.dfq",
                "K0100 3\nK0101 2\nK1001/1 P\nK1777/1 x\nK2002/1 a\nK2998/1 y\nK2002/2 b\nK2004/2 5\n"
                "K2110/2 0\nK2120/2 2\nK1001/2 Q\nK2002/3 h\nK2008/3 2\nK3001/1 s\nK4092/7 Ann\n"
                "K9001/2 mine\nK12345/3 far\n"
                "1.250\x14" "0\x14" "1.6.2026/10:00:00\x14" "1,3\x14#B\x14" "4\x0f"
                "5000\x14" "1\x0f" "0.0\x14" "256\nK0009/1 look\nK0016/1 4711\nK0014/0 S\n"
                "\x14" "255\x0f" "5000\x14" "2\nK0053/0 O 1\n"
                "12345678901234567890.5\x14" "7\x0f\x0f\x14" "256\n"
                "-0.001\x14\x14" "25.10.2026/02:30:00\n+1\x14\x14" "25.10.2026/02:10:00\n",
                "Europe/Berlin");
    assert_int_equal(d.b->n, 9);
    assert_comes_back(&d, "Europe/Berlin");
    dfq_close(&d);
}

/* A line that repeats a key of its value begins the next value, and what follows would go to it. */
static void a_note_never_says_a_key_of_its_value_again(void **state)
{
    (void)state;
    static const char head[] = "K0100 2\nK1001/1 P\nK2002/1 a\nK2002/2 b\n";
    static const char *const values[] = {
        "K0001/1 1\nK0001/2 2\nK0003/0 x\nK0003/0 y\nK0010/0 7\nK0001/1 3\nK0010/1 8\n",
        "K0001/1 1\nK0009/1 look | K0001 5 | K0014 S | K0016 p | K0016 q | K0100 r | no key\n",
        "K0001/1 1\nK0009/1 K0004 1.1.2026 | K0009 again\nK0016/1 p\nK0001/1 2\n"};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        dfq d;
        char text[400];
        snprintf(text, sizeof text, "%s%s", head, values[i]);
        dfq_text_in(&d, "t.dfq", text, "UTC");
        assert_comes_back(&d, "UTC");
        dfq_close(&d);
    }
}

static void every_size_of_a_lot_that_is_read_can_be_read_again(void **state)
{
    (void)state;
    dfq d;
    dfq_text_in(&d, "t.dfq",
                "K0100 1\nK1001/1 P\nK2002/1 a\nK2004/1 1\n"
                "10000011\x14" "1\n" "4294967295000\x14" "2\n" "4294967296000\x14" "2\n", "UTC");
    assert_int_equal(d.b->n, 2);
    assert_int_equal(d.b->size[0], 10000011);
    assert_int_equal(d.b->size[1], UINT32_MAX);
    assert_int_equal(d.tally.refused, 1);
    assert_comes_back(&d, "UTC");
    dfq_close(&d);
}

static void control_characters_in_a_text_are_blanks_before_and_after(void **state)
{
    (void)state;
    dfq d;
    dfq_text_in(&d, "t.dfq",
                "K0100 1\nK1001/1 \x01P\x02\nK2002/1 a\x0f" "b\nK2004/1 1\x1a\x1a\n"
                "K0020/1 5000\nK0021/1 2\nK0014/1 S\x03 1\x04\nK0012/1 \x05\nK0010/1 \x01" "0\nK0016/1 \x06\n", "UTC");
    assert_string_equal(d.c[0]->path, "P/a b");
    assert_int_equal(d.c[0]->kind, KIND_DEFECTIVES);
    assert_string_equal(dfq_context(&d, 0, CONTEXT_SERIAL), "S  1");
    assert_string_equal(dfq_context(&d, 0, CONTEXT_GAUGE), "");
    assert_string_equal(dfq_context(&d, 0, CONTEXT_MACHINE), ""); /* entry 0 is none */
    assert_string_equal(dfq_context(&d, 0, CONTEXT_NOTE), "");
    assert_comes_back(&d, "UTC");
    dfq_close(&d);
}

static void a_record_is_written_as_the_format_says(void **state)
{
    (void)state;
    dfq d;
    dfq_text(&d, "K0100 2\nK1002/1 N\nK1001/1 P\nK2142/1 mm\nK2002/1 a\nK2111/1 3\nK8010/1 1 2\n"
                 "K2002/2 b\nK2004/2 1\n"
                 "1.50\x14" "0\x14" "5.1.2026/8:1:2\x14\x14#L\x0f" "155000\x14" "3\nK0014/0 S\nK0009/1 n\n");
    write_as(&d, file_in("r.dfq"), &(aqdef_write_options){.mode = AQDEF_RECORDS});
    assert_string_equal(slurp(file_in("r.dfq")),
                        "K0100 2\r\nK1001/1 P\r\nK1002/1 N\r\nK2002/1 a\r\nK2111/1 3\r\n"
                        "K2121/1 1\r\nK2142/1 mm\r\nK8010/1 1 2\r\nK2002/2 b\r\nK2004/2 1\r\n"
                        "1.50\x14" "0\x14" "05.01.2026/08:01:02\x14\x14#L\x0f" "155000\x14" "3\r\n"
                        "K0009/1 n\r\nK0014/0 S\r\n");
    write_as(&d, file_in("r.dfq"), &(aqdef_write_options){.mode = AQDEF_FIELDS});
    assert_non_null(strstr(slurp(file_in("r.dfq")),
                           "K2004/2 1\r\nK0001/1 1.50\r\nK0004/1 05.01.2026/08:01:02\r\n"
                           "K0006/1 #L\r\nK0009/1 n\r\nK0014/1 S\r\nK0020/2 155000\r\n"
                           "K0021/2 3\r\nK0014/2 S\r\n"));
    dfq_close(&d);
}

static void rows_of_one_characteristic_after_another_come_back_too(void **state)
{
    (void)state;
    dfq d, back;
    dfq_text(&d, "K0100 3\nK1001 P\nK2002/1 a\nK2002/2 b\nK2002/3 c\nK0001/2 1\nK0001/2 2\nK0001/3 3\n"
                 "K0001/1 4\nK0001/3 5\n");
    write_as(&d, file_in("o.dfq"), &(aqdef_write_options){.mode = AQDEF_RECORDS});
    open_path(&back, file_in("o.dfq"), NULL);
    assert_same_rows(&d, &back);
    dfq_close(&back);
    dfq_close(&d);
}

/* Lines of `text` whose key lies in a class, one string. */
static void lines_of(const char *text, bool is_values, char *out)
{
    *out = 0;
    while (*text) {
        size_t n = strcspn(text, "\r\n");
        bool is_value = strncmp(text, "K00", 3) == 0;
        bool is_bound = strncmp(text, "K2120", 5) == 0 || strncmp(text, "K2121", 5) == 0;
        if (n && is_value == is_values && !is_bound)
            sprintf(out + strlen(out), "%.*s\n", (int)n, text);
        text += n + strspn(text + n, "\r\n");
    }
}

static void the_fixtures_of_a_public_writer_are_reproduced(void **state)
{
    (void)state;
    static const char *const files[] = {
        "basicDfq_singlePart_singleCharacteristic_noValues",
        "basicDfq_singlePart_threeCharacteristics",
        "basicDfq_threeParts_differentNumberOfCharacteristics",
        "characteristicHierarchy_singlePart_singleGroup_twoCharacteristics",
        "characteristicHierarchy_singlePart_threeCharacteristics",
        "characteristicHierarchy_singlePart_twoChildCharacteristics_twoGroups"};
    static char expected[1 << 16], found[1 << 16];
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char name[200];
        dfq d;
        snprintf(name, sizeof name, "writer-fixtures/%s.dfq", files[i]);
        dfq_open(&d, name, NULL);
        write_as(&d, file_in("f.dfq"), &(aqdef_write_options){.mode = AQDEF_FIELDS});
        char key[220];
        snprintf(key, sizeof key, "dfq/%s", name);
        lines_of(slurp(check_data(key)), false, expected);
        lines_of(slurp(file_in("f.dfq")), false, found);
        assert_string_equal(found, expected);
        dfq_close(&d);
    }
}

static void a_file_that_cannot_be_finished_does_not_appear(void **state)
{
    (void)state;
    assay_err err = {0};
    aqdef_writer *w = NULL;
    characteristic c = {.path = "P/a", .decimals = -1};
    const characteristic *list[] = {&c};
    aqdef_write_options options = {0};
    struct stat st;
    assert_ok(aqdef_write_begin(file_in("gone.dfq"), list, 1, &options, &w, &err), err);
    aqdef_write_abort(w);
    assert_int_not_equal(stat(file_in("gone.dfq"), &st), 0);
    assert_int_equal(rmdir(file_in("nothing")), -1);
    assert_int_equal(aqdef_write_begin(file_in("no/such/x.dfq"), list, 1, &options, &w, &err),
                     ASSAY_IO);
    assert_int_not_equal(err.message[0], 0);
}

static void a_definition_without_aqdef_names_takes_them_from_its_path(void **state)
{
    (void)state;
    assay_err err = {0};
    aqdef_writer *w;
    characteristic a = {.path = "line/P/a", .decimals = 2, .unit = "mm"};
    characteristic b = {.path = "Q/b\nx", .decimals = -1, .kind = KIND_DEFECTIVES};
    characteristic e = {.path = "line/P/e", .decimals = -1};
    const characteristic *list[] = {&a, &b, &e};
    assert_ok(aqdef_write_begin(file_in("p.dfq"), list, 3, &(aqdef_write_options){0}, &w, &err), err);
    assert_ok(aqdef_write_end(w, &err), err);
    assert_string_equal(slurp(file_in("p.dfq")),
                        "K0100 3\r\nK1001/1 line/P\r\nK2002/1 a\r\nK2022/1 2\r\nK2142/1 mm\r\n"
                        "K2002/2 e\r\nK1001/2 Q\r\nK2002/3 b x\r\nK2004/3 1\r\n");
}

/* A reader passes over a blank line: without a name the characteristic and its rows would be lost. */
static void a_name_that_cannot_be_seen_on_the_line_is_replaced(void **state)
{
    (void)state;
    assay_err err = {0};
    aqdef_writer *w;
    characteristic a = {.path = "P/a", .number = "\001\002", .name = " ", .decimals = -1};
    characteristic b = {.path = "P/\t", .number = "\t", .decimals = -1};
    const characteristic *list[] = {&a, &b};
    assert_ok(aqdef_write_begin(file_in("p.dfq"), list, 2, &(aqdef_write_options){0}, &w, &err), err);
    assert_ok(aqdef_write_end(w, &err), err);
    assert_string_equal(slurp(file_in("p.dfq")), "K0100 2\r\nK1001/1 P\r\nK2002/1 a\r\n"
                                                 "K2002/2 characteristic 2\r\n");
}

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
    (void)state;
    static const char *const names[] = {"back.dfq", "back.dfd", "back.dfx", "r.dfq",
                                        "o.dfq",    "f.dfq",    "p.dfq"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        unlink(file_in(names[i]));
    return rmdir(folder); /* nothing temporary is left */
}

#define CASE(name) cmocka_unit_test(name)
int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(every_public_file_comes_back_as_it_was),
        CASE(statuses_events_and_unknown_keys_come_back),
        CASE(a_note_never_says_a_key_of_its_value_again),
        CASE(every_size_of_a_lot_that_is_read_can_be_read_again),
        CASE(control_characters_in_a_text_are_blanks_before_and_after),
        CASE(a_record_is_written_as_the_format_says),
        CASE(rows_of_one_characteristic_after_another_come_back_too),
        CASE(the_fixtures_of_a_public_writer_are_reproduced),
        CASE(a_file_that_cannot_be_finished_does_not_appear),
        CASE(a_definition_without_aqdef_names_takes_them_from_its_path),
        CASE(a_name_that_cannot_be_seen_on_the_line_is_replaced),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
