/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "base/arena.h"

static void pieces_are_zeroed_aligned_and_apart(void **state)
{
    (void)state;
    arena a;
    arena_init(&a);
    for (size_t size = 1; size < 200000; size = size * 3 + 1) {
        unsigned char *piece = arena_alloc(&a, size, 1);
        assert_non_null(piece);
        assert_int_equal((uintptr_t)piece % 16, 0);
        for (size_t i = 0; i < size; i++)
            assert_int_equal(piece[i], 0);
        memset(piece, 0xff, size);
    }
    arena_done(&a);
}

static void an_overflowing_size_is_refused(void **state)
{
    (void)state;
    arena a;
    arena_init(&a);
    assert_null(arena_alloc(&a, SIZE_MAX / 2, 4));
    arena_done(&a);
}

static void allocation_fails_on_demand(void **state)
{
    (void)state;
    arena a;
    arena_init(&a);
    arena_fail_after(&a, 2);
    assert_non_null(arena_alloc(&a, 1, 8));
    assert_non_null(arena_text(&a, "abc", 3));
    assert_null(arena_alloc(&a, 1, 8));
    arena_done(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_are_zeroed_aligned_and_apart),
        cmocka_unit_test(an_overflowing_size_is_refused),
        cmocka_unit_test(allocation_fails_on_demand),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
