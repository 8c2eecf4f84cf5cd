/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/hash.h"
#include "base/random.h"
#include "check.h"

static void sha256_agrees_with_fips_180_4(void **state)
{
    (void)state;
    assay_err err = {0};
    sha256 digest;
    char hex[65];
    assert_ok(sha256_of("abc", 3, &digest, &err), err);
    sha256_to_hex(&digest, hex);
    assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_ok(sha256_of("", 0, &digest, &err), err);
    sha256_to_hex(&digest, hex);
    assert_string_equal(hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

static void a_hasher_starts_afresh_each_time(void **state)
{
    (void)state;
    assay_err err = {0};
    hasher *h;
    sha256 whole, again;
    assert_ok(hasher_new(&h, &err), err);
    hasher_begin(h);
    hasher_add(h, "not this", 8);
    hasher_begin(h);
    hasher_add(h, "a", 1);
    hasher_add(h, "bc", 2);
    assert_ok(hasher_end(h, &again, &err), err);
    assert_ok(sha256_of("abc", 3, &whole, &err), err);
    assert_memory_equal(whole.bytes, again.bytes, 32);
    hasher_free(h);
    hasher_free(NULL);
}

static void xxh3_is_the_published_one(void **state)
{
    (void)state;
    assert_true(hash64("", 0) == 0x2D06800538D394C2u);
}

static void random_bytes_differ(void **state)
{
    (void)state;
    assay_err err = {0};
    uint8_t a[32] = {0}, b[32] = {0};
    assert_ok(random_bytes(a, sizeof a, &err), err);
    assert_ok(random_bytes(b, sizeof b, &err), err);
    assert_memory_not_equal(a, b, 32);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sha256_agrees_with_fips_180_4),
        cmocka_unit_test(a_hasher_starts_afresh_each_time),
        cmocka_unit_test(xxh3_is_the_published_one),
        cmocka_unit_test(random_bytes_differ),
    };
    return cmocka_run_group_tests_name("hash", tests, NULL, NULL);
}
