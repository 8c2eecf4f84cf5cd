/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every level of the plain long form against the general path, on rows a generator made up and then
 * spoiled: both must give the same rows, refusals and texts. */
#include "check.h"

#include "read/csv_worker.h"

static uint64_t seed = 42;
static uint64_t random64(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    return seed ^= seed << 17;
}

static unsigned random_to(unsigned n)
{
    return (unsigned)(random64() >> 33) % n;
}

/* -- marks -- */

static void every_level_marks_the_same_places(void **state)
{
    (void)state;
    enum { most = 1000, words = most / 64 + 1 };
    static char text[most + csv_pad];
    for (int round = 0; round < 3000; round++) {
        size_t length = random_to(most), n = (length + 63) / 64;
        for (size_t i = 0; i < sizeof text; i++)
            text[i] = random_to(3) ? (char)random64() : ",.\n;-\r"[random_to(6)];
        uint64_t bits[csv_levels][3 * words];
        for (unsigned level = 0; level < csv_levels; level++) {
            csv_marks m = {bits[level], bits[level] + words, bits[level] + 2 * words};
            csv_marks_at(level)(text, length, ',', '.', &m);
            for (size_t k = 0; k < 3; k++)
                assert_memory_equal(bits[level] + k * words, bits[0] + k * words, n * 8);
        }
        for (size_t i = 0; i < length; i++) {
            assert_int_equal(bits[0][i / 64] >> i % 64 & 1, text[i] == ',');
            assert_int_equal(bits[0][words + i / 64] >> i % 64 & 1, text[i] == '\n');
            assert_int_equal(bits[0][2 * words + i / 64] >> i % 64 & 1,
                             text[i] && strchr(",.\n-\r", text[i]) != NULL);
        }
    }
}

/* -- rows -- */

typedef struct {
    csv_dialect dialect;
    csv_layout layout;
    uint32_t value;
    zone *zone;
    int ends; /* 0: LF, 1: CR LF, 2: either */
} world;

static void digits_add(buf *out, unsigned n)
{
    while (n-- > 0)
        buf_addf(out, "%u", random_to(10));
}

static void time_add(const world *w, buf *out)
{
    static unsigned minute;
    minute = random_to(8) ? minute : random_to(100000);
    switch (w->dialect.date) {
    case CSV_DATE_ISO:
        if (random_to(20) == 0)
            minute = 1440 * (28 + 31 + 30) + random_to(600); /* where clocks change in Europe */
        buf_addf(out, "2026-%02u-%02u%c%02u:%02u:%02u", 1 + minute / 1440 / 28 % 12,
                 1 + minute / 1440 % 28, random_to(6) ? 'T' : ' ', minute / 60 % 24, minute % 60,
                 random_to(40) ? random_to(60) : random_to(100));
        if (random_to(3))
            buf_addf(out, ".%03u", random_to(1000));
        buf_add_text(out, ((const char *const[]){"Z", "Z", "Z", "", "+01:00"})[random_to(5)]);
        break;
    case CSV_DATE_MS:
        buf_addf(out, "17672256%05u", random_to(100000));
        break;
    default:
        buf_addf(out, "%u", 1 + random_to(9));
        digits_add(out, random_to(19));
    }
}

static void name_add(buf *out)
{
    static const char *const stems[] = {"", "a", "diameter", "\xC3\x84", "length of the left side ", "bore-", "p."};
    buf_addf(out, "%s%u", stems[random_to(7)], random_to(40));
    if (random_to(300) == 0)
        buf_addf(out, " very long name number %u", random_to(100));
}

static void value_add(const world *w, buf *out)
{
    if (random_to(5) == 0)
        buf_add_text(out, "-");
    unsigned whole = random_to(random_to(9) ? 4 : 12), places = random_to(random_to(9) ? 5 : 12);
    digits_add(out, whole);
    if (places)
        buf_add(out, &w->dialect.decimal, 1);
    digits_add(out, places);
    if (random_to(50) == 0)
        buf_add_text(out, ((const char *const[]){"e3", "E-2", "NA", ".", "-", "+", " "})[random_to(7)]);
}

static void row_add(const world *w, buf *out)
{
    for (uint32_t field = 0; field < w->layout.columns; field++) {
        if (field > 0)
            buf_add(out, &w->dialect.delimiter, 1);
        bool is_empty = random_to(200) == 0;
        if (is_empty)
            continue;
        if (field == w->layout.time)
            time_add(w, out);
        else if (field == w->layout.characteristic)
            name_add(out);
        else if (field == w->value)
            value_add(w, out);
        else
            digits_add(out, random_to(6));
    }
    bool is_cr = w->ends == 1 || (w->ends == 2 && random_to(2));
    buf_add_text(out, is_cr ? "\r\n" : "\n");
}

/* One byte becomes another, is lost or doubled. */
static void spoil(buf *text)
{
    static const char bytes[] = {0, '\n', '\r', ',', ';', '.', '-', '+', ' ', '\t', 'e', '/', ':', 'Z',
                                 '9', '0', '\x80', '\xFF', '\xB5', '\x1e'};
    size_t at = random_to((unsigned)text->length - 1);
    text->data[at] = random_to(2) ? bytes[random_to(sizeof bytes)] : (char)random64();
    if (text->data[at] == '"')
        text->data[at] = 'q';
}

static void block_fill(csv_block *b, const buf *text)
{
    assert_true(csv_block_reserve_text(b, text->length + 1));
    memcpy(b->text, text->data, text->length);
    b->length = text->length;
    if (b->text[b->length - 1] != '\n')
        b->text[b->length++] = '\n';
}

static void same_rows(const csv_block *a, const csv_block *b)
{
    assert_int_equal(a->n, b->n);
    assert_int_equal(a->received, b->received);
    assert_int_equal(a->records, b->records);
    assert_int_equal(a->lines, b->lines);
    assert_int_equal(a->has_status, b->has_status);
    assert_int_equal(a->has_folded, b->has_folded);
    assert_int_equal(a->strict_row, b->strict_row);
#define SAME(column) assert_memory_equal(a->column, b->column, a->n * sizeof *a->column)
    SAME(characteristic), SAME(time), SAME(mantissa), SAME(exponent), SAME(decimals), SAME(status);
    SAME(record), SAME(end);
    if (a->offset_s)
        SAME(offset_s);
    assert_int_equal(a->refusal_count, b->refusal_count);
    for (uint32_t i = 0; i < a->refusal_count; i++) {
        assert_string_equal(a->refusals[i].reason, b->refusals[i].reason);
        assert_int_equal(a->refusals[i].count, b->refusals[i].count);
        assert_int_equal(a->refusals[i].line, b->refusals[i].line);
        assert_int_equal(a->refusals[i].field, b->refusals[i].field);
    }
    uint32_t names = a->fresh_count[CSV_FRESH_CHARACTERISTIC];
    assert_int_equal(names, b->fresh_count[CSV_FRESH_CHARACTERISTIC]);
    for (uint32_t i = 0; i < names; i++) {
        const csv_text *x = &a->fresh[CSV_FRESH_CHARACTERISTIC][i];
        const csv_text *y = &b->fresh[CSV_FRESH_CHARACTERISTIC][i];
        assert_int_equal(x->length, y->length);
        assert_memory_equal(x->text, y->text, x->length);
    }
}

/* The definition of an even batch, row by row. */
static bool is_even(const csv_block *b)
{
    bool is_even = b->n > 0 && b->time[0] != TIME_NONE;
    for (size_t i = 0; i < b->n; i++) {
        is_even &= b->status[i] == STATUS_VALID && b->exponent[i] == b->exponent[0] &&
                   b->decimals[i] == b->decimals[0] && b->mantissa[i] >= -INT32_MAX &&
                   b->mantissa[i] <= INT32_MAX && (i == 0 || b->time[i] >= b->time[i - 1]) &&
                   (!b->offset_s || b->offset_s[i] == b->offset_s[0]);
    }
    return is_even;
}

static void evenness_is_known_at_every_level(void **state)
{
    (void)state;
    enum { rows = 64, kinds = 8 };
    csv_block b = {0};
    assert_true(csv_block_reserve_rows(&b, rows, 0, true, false));
    uint64_t seen[2] = {0};
    for (int round = 0; round < 20000; round++) {
        b.n = 1 + random_to(rows);
        for (size_t i = 0; i < b.n; i++) {
            b.time[i] = (int64_t)i / 2;
            b.mantissa[i] = random_to(3) ? (int64_t)random_to(1000) - 500 : INT32_MAX;
            b.exponent[i] = -3;
            b.decimals[i] = 3;
            b.status[i] = 0;
            b.offset_s[i] = 3600;
        }
        size_t at = random_to((unsigned)b.n);
        switch (random_to(2 * kinds)) {
        case 0: b.time[at] = -1; break;
        case 1: b.time[0] = TIME_NONE; break;
        case 2: b.mantissa[at] = INT32_MIN; break;
        case 3: b.mantissa[at] = (int64_t)INT32_MAX + 1; break;
        case 4: b.exponent[at] = -2; break;
        case 5: b.decimals[at] = 4; break;
        case 6: b.offset_s[at] = 0; break;
        case 7: b.mantissa[at] = INT64_MIN + random_to(3); break;
        default: b.mantissa[at] = -INT32_MAX; break;
        }
        bool expected = is_even(&b);
        seen[expected]++;
        for (unsigned level = 0; level < csv_levels; level++)
            assert_int_equal(csv_even_at(level)(&b), expected);
    }
    assert_true(seen[false] > 5000 && seen[true] > 5000);
    csv_block_done(&b);
}

static uint64_t rows_seen;

static void check_world(const world *w, int rounds)
{
    csv_plan plan = {.dialect = &w->dialect, .layout = &w->layout, .zone = w->zone};
    csv_worker *general, *fast[csv_levels];
    csv_block blocks[csv_levels + 1] = {0};
    assay_err err;
    assert_ok(csv_worker_new(&plan, 0, &general, &err), err);
    general->fast_fn = NULL;
    for (unsigned level = 0; level < csv_levels; level++) {
        assert_ok(csv_worker_new(&plan, 0, &fast[level], &err), err);
        fast[level]->fast_fn = csv_fast_at(&plan, fast[level]->epoch_unit, level);
        fast[level]->marks_fn = csv_marks_at(level);
        assert_non_null(fast[level]->fast_fn);
    }
    for (int round = 0; round < rounds; round++) {
        buf text = BUF_INIT;
        for (unsigned i = 1 + random_to(60); i > 0; i--)
            row_add(w, &text);
        if (random_to(4) == 0)
            buf_add_text(&text, "17672256000,a1,1.5"); /* no line end */
        for (unsigned i = random_to(3) ? 0 : random_to(8); i > 0; i--)
            spoil(&text);
        block_fill(&blocks[csv_levels], &text);
        csv_rows_parse(general, &blocks[csv_levels]);
        rows_seen += blocks[csv_levels].n;
        for (unsigned level = 0; level < csv_levels; level++) {
            block_fill(&blocks[level], &text);
            csv_rows_parse(fast[level], &blocks[level]);
            same_rows(&blocks[level], &blocks[csv_levels]);
            assert_int_equal(blocks[level].is_even, is_even(&blocks[level]));
        }
        buf_done(&text);
    }
    csv_worker_free(general);
    for (unsigned level = 0; level < csv_levels; level++)
        csv_worker_free(fast[level]);
    for (unsigned i = 0; i <= csv_levels; i++)
        csv_block_done(&blocks[i]);
}

static void worlds_of(csv_date date, const char *zone_name)
{
    static const uint32_t orders[][4] = {{3, 0, 1, 2}, {3, 2, 1, 0}, {3, 1, 2, 0}, {5, 3, 0, 1}};
    for (int ends = 0; ends < 3; ends++) {
        for (size_t i = 0; i < sizeof orders / sizeof *orders; i++) {
            world w = {.dialect = {.delimiter = i % 2 ? ';' : ',', .decimal = i == 3 ? ',' : '.', .date = date},
                       .value = orders[i][3], .ends = ends};
            w.layout = (csv_layout){.columns = orders[i][0], .time = orders[i][1], .clock = CSV_NO_FIELD,
                                    .characteristic = orders[i][2],
                                    .size = CSV_NO_FIELD, .values = &w.value, .value_count = 1};
            assay_err err;
            if (zone_name)
                assert_ok(zone_open(zone_name, &w.zone, &err), err);
            check_world(&w, i == 0 ? 500 : 150);
            zone_close(w.zone);
        }
    }
}

static void epochs_are_read_as_on_the_general_path(void **state)
{
    (void)state;
    rows_seen = 0;
    for (csv_date date = CSV_DATE_S; date <= CSV_DATE_NS; date++)
        worlds_of(date, NULL);
    assert_true(rows_seen > 30000);
}

static void iso_times_are_read_as_on_the_general_path(void **state)
{
    (void)state;
    rows_seen = 0;
    worlds_of(CSV_DATE_ISO, NULL);
    worlds_of(CSV_DATE_ISO, "Europe/Berlin");
    assert_true(rows_seen > 15000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_level_marks_the_same_places),
        cmocka_unit_test(evenness_is_known_at_every_level),
        cmocka_unit_test(epochs_are_read_as_on_the_general_path),
        cmocka_unit_test(iso_times_are_read_as_on_the_general_path),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
