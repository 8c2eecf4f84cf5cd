/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "read/csv.h"
#include "read/csv_swar.h"

static uint64_t seed = 42;
static uint64_t random64(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    return seed ^= seed << 17;
}

static void every_level_finds_the_positions_of_the_reference(void **state)
{
    (void)state;
    enum { most = 3000 };
    static uint32_t expected[most + 64], found[most + 64];
    char text[most];
    for (int round = 0; round < 3000; round++) {
        size_t length = (size_t)(random64() % most);
        unsigned density = 1 + (unsigned)(random64() % 30);
        for (size_t i = 0; i < length; i++) {
            uint64_t x = random64();
            text[i] = x % density ? (char)(x >> 32) : (x >> 20 & 1) ? ',' : '\n';
        }
        size_t n = csv_index_scalar(text, length, ',', expected);
        assert_int_equal(csv_index_best()(text, length, ',', found), n);
        assert_memory_equal(found, expected, n * sizeof *found);
    }
}

static void eight_digits_at_a_time_agree_with_one_at_a_time(void **state)
{
    (void)state;
    char padded[32] = "xxxxxxxx";
    for (int round = 0; round < 300000; round++) {
        static const char letters[] = "0123456789012345678901234567890123456789.,-/:;";
        unsigned n = 1 + (unsigned)(random64() % 8);
        for (unsigned i = 0; i < n; i++)
            padded[8 + i] = letters[random64() % (sizeof letters - 1)];
        decimal d;
        int64_t mantissa;
        unsigned decimals;
        bool is_signed = padded[8] == '-';
        bool is_number = !is_signed && decimal_parse(padded + 8, n, '.', &d, NULL) == DECIMAL_OK;
        bool is_fast = swar_decimal(padded + 8 + n, n, (uint64_t)'.' * 0x0101010101010101u, &mantissa, &decimals);
        assert_int_equal(is_fast, is_number);
        if (is_number) {
            assert_int_equal(mantissa, d.mantissa);
            assert_int_equal(decimals, d.decimals);
        }
    }
}

static void a_clock_is_read_like_the_general_way(void **state)
{
    (void)state;
    for (int round = 0; round < 200000; round++) {
        char text[24];
        snprintf(text, sizeof text, "%02u:%02u:%02u", (unsigned)(random64() % 26), (unsigned)(random64() % 62),
                 (unsigned)(random64() % 62));
        if (round % 5 == 0)
            text[random64() % 8] = (char)random64();
        int64_t ns = 0, seconds = 0;
        bool is_clock = text[2] == ':' && text[5] == ':' && csv_clock_parse(text, 8, &ns);
        assert_int_equal(swar_clock(text, &seconds), is_clock);
        if (is_clock)
            assert_int_equal(seconds * 1000000000, ns);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_level_finds_the_positions_of_the_reference),
        cmocka_unit_test(eight_digits_at_a_time_agree_with_one_at_a_time),
        cmocka_unit_test(a_clock_is_read_like_the_general_way),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
