/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "base/i18n.h"
#include "base/utf8.h"

#include <libintl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* Ascending, as a .mo file has them. */
static const char *const texts[][2] = {
    {"%s: cannot open it: %s", "%s: 열 수 없음: %s"},
    {"Permission denied", "권한 없음"},
    {"part %zu of list %s is damaged", "%2$s 목록의 %1$zu번째가 손상됨"},
    {"there is no %s", "%s 이(가) 없음"},
    {"there is no rule \"%s\"", "규칙 \"%s\" 이(가) 없음"},
};
enum { COUNT = sizeof texts / sizeof *texts, TABLES = 28 };

static void add_word(FILE *f, size_t x)
{
    uint32_t word = (uint32_t)x;
    assert_int_equal(fwrite(&word, sizeof word, 1, f), 1);
}

static void write_catalogue(FILE *f)
{
    const size_t head[] = {0x950412de, 0, COUNT, TABLES, TABLES + 8 * COUNT, 0, 0};
    size_t at = TABLES + 16 * COUNT;
    for (size_t i = 0; i < sizeof head / sizeof *head; i++)
        add_word(f, head[i]);
    for (int side = 0; side < 2; side++)
        for (int i = 0; i < COUNT; i++) {
            add_word(f, strlen(texts[i][side]));
            add_word(f, at);
            at += strlen(texts[i][side]) + 1;
        }
    for (int side = 0; side < 2; side++)
        for (int i = 0; i < COUNT; i++)
            assert_int_equal(fwrite(texts[i][side], strlen(texts[i][side]) + 1, 1, f), 1);
}

static int borrow(void **state)
{
    static char folder[] = "/tmp/assay-i18n-XXXXXX";
    char path[100];
    (void)state;
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/ko", folder);
    assert_int_equal(mkdir(path, 0700), 0);
    snprintf(path, sizeof path, "%s/ko/LC_MESSAGES", folder);
    assert_int_equal(mkdir(path, 0700), 0);
    snprintf(path, sizeof path, "%s/ko/LC_MESSAGES/assay.mo", folder);
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    write_catalogue(f);
    assert_int_equal(fclose(f), 0);
    bindtextdomain("assay", folder);
    bool is_borrowed = i18n_borrow("ko");
    unlink(path);
    for (int i = 0; i < 3; i++) {
        *strrchr(path, '/') = '\0';
        rmdir(path);
    }
    return is_borrowed ? 0 : -1;
}

static void a_text_made_elsewhere_is_told_in_the_language_in_force(void **state)
{
    static const char *const told[][2] = {
        {"Permission denied", "권한 없음"},
        {"/x: cannot open it: Permission denied", "/x: 열 수 없음: 권한 없음"},
        {"/x: cannot open it: No such device", "/x: 열 수 없음: No such device"},
        {"part 3 of list a b is damaged", "a b 목록의 3번째가 손상됨"},
        {"there is no rule \"9\"", "규칙 \"9\" 이(가) 없음"}, /* by the format that says most itself */
        {"there is no file", "file 이(가) 없음"},
        {"part 3 of list a is damage", "part 3 of list a is damage"},
        {"%s %n 100 %", "%s %n 100 %"},
        {"", ""},
    };
    char out[100];
    (void)state;
    for (size_t i = 0; i < sizeof told / sizeof *told; i++) {
        i18n_retell(told[i][0], out, sizeof out);
        assert_string_equal(out, told[i][1]);
    }
}

static void what_has_no_room_ends_between_two_letters(void **state)
{
    char out[40];
    (void)state;
    for (size_t room = 1; room <= sizeof out; room++) {
        i18n_retell("/x: cannot open it: Permission denied", out, room);
        assert_true(strlen(out) < room);
        assert_memory_equal(out, "/x: 열 수 없음: 권한 없음", strlen(out));
        assert_int_equal(utf8_valid(out, strlen(out)), strlen(out));
    }
}

static void english_stays_as_it_is(void **state)
{
    char out[100];
    (void)state;
    i18n_borrow("en");
    i18n_retell("Permission denied", out, sizeof out);
    assert_string_equal(out, "Permission denied");
    i18n_borrow("ko");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_text_made_elsewhere_is_told_in_the_language_in_force),
        cmocka_unit_test(what_has_no_room_ends_between_two_letters),
        cmocka_unit_test(english_stays_as_it_is),
    };
    return cmocka_run_group_tests(tests, borrow, NULL);
}
