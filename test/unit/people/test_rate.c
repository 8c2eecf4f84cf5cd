/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"
#include "people/rate.h"

static const int64_t second = 1000000000, start = 1700000000000000000;

static void a_few_failures_are_free_then_the_wait_doubles(void **state)
{
    (void)state;
    static rate r;
    uint64_t key = rate_key_account("kim");
    for (int i = 0; i < 5; i++)
        rate_fail(&r, key, 5, start);
    assert_int_equal(rate_wait(&r, key, start), 0);
    for (unsigned wait = 1; wait <= 4; wait *= 2) {
        rate_fail(&r, key, 5, start);
        assert_int_equal(rate_wait(&r, key, start), wait);
    }
    for (int i = 0; i < 40; i++)
        rate_fail(&r, key, 5, start);
    assert_int_equal(rate_wait(&r, key, start), 900);
    assert_int_equal(rate_wait(&r, key, start + 899 * second), 1);
    assert_int_equal(rate_wait(&r, key, start + 900 * second), 0);
}

static void a_success_or_a_quiet_hour_begins_anew(void **state)
{
    (void)state;
    static rate r;
    uint64_t key = rate_key_account("lee");
    for (int i = 0; i < 9; i++)
        rate_fail(&r, key, 5, start);
    rate_clear(&r, key);
    assert_int_equal(rate_wait(&r, key, start), 0);
    for (int i = 0; i < 9; i++)
        rate_fail(&r, key, 5, start);
    int64_t later = start + 3601 * second;
    rate_fail(&r, key, 5, later);
    assert_int_equal(rate_wait(&r, key, later), 0);
}

static void a_network_is_a_24_or_a_64(void **state)
{
    (void)state;
    assert_int_equal(rate_key_network("192.0.2.1"), rate_key_network("192.0.2.200"));
    assert_int_equal(rate_key_network("192.0.2.1"), rate_key_network("::ffff:192.0.2.9"));
    assert_int_not_equal(rate_key_network("192.0.2.1"), rate_key_network("192.0.3.1"));
    assert_int_equal(rate_key_network("2001:db8:0:1::1"), rate_key_network("2001:db8:0:1:ffff::"));
    assert_int_not_equal(rate_key_network("2001:db8:0:1::1"), rate_key_network("2001:db8:0:2::1"));
}

static void a_flood_of_names_forgets_the_oldest_not_the_newest(void **state)
{
    (void)state;
    static rate r;
    char name[32];
    for (int i = 0; i < 100000; i++) {
        snprintf(name, sizeof name, "name-%d", i);
        rate_fail(&r, rate_key_account(name), 0, start + i);
    }
    assert_int_equal(rate_wait(&r, rate_key_account(name), start + 100000), 1);
    assert_int_equal(rate_wait(&r, rate_key_account("name-0"), start + 100000), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_few_failures_are_free_then_the_wait_doubles),
        cmocka_unit_test(a_success_or_a_quiet_hour_begins_anew),
        cmocka_unit_test(a_network_is_a_24_or_a_64),
        cmocka_unit_test(a_flood_of_names_forgets_the_oldest_not_the_newest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
