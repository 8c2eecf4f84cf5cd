/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a photo of somebody unknown tells beside the picture is gone; the picture is not. */
#include "check.h"

#include "scheme/photo.h"

#define HEAD   "\xff\xd8\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0"
#define TABLES "\xff\xdb\0\4\1\2"
#define PLACE  "\xff\xe1\0\x13" "Exif\0\0" "37.56 126.9"
#define SAID   "\xff\xfe\0\x08" "by Kim"
#define SCAN   "\xff\xda\0\4\1\2" "\x12\xff\0\x34\xff\xd0\x56"
#define END    "\xff\xd9"
#define BYTES(x) (x), sizeof(x) - 1

static void assert_stripped(const char *bytes, size_t length, const char *expected, size_t left)
{
    buf out = BUF_INIT;
    assay_err err;
    assert_ok(photo_strip(bytes, length, &out, &err), err);
    assert_int_equal(out.length, left);
    assert_memory_equal(out.data, expected, left);
    buf_done(&out);
}

static void place_and_comments_of_a_jpeg_are_gone(void **state)
{
    (void)state;
    assert_stripped(BYTES(HEAD PLACE SAID TABLES SCAN END), BYTES(HEAD TABLES SCAN END));
}

static void a_progressive_jpeg_keeps_all_its_scans(void **state)
{
    (void)state;
    assert_stripped(BYTES(HEAD TABLES SCAN TABLES PLACE SCAN END), BYTES(HEAD TABLES SCAN TABLES SCAN END));
}

static void what_follows_the_end_of_a_picture_is_gone(void **state)
{
    (void)state;
    assert_stripped(BYTES(HEAD TABLES SCAN END HEAD PLACE SCAN END), BYTES(HEAD TABLES SCAN END));
}

/* Once the comment is gone, a restart behind it would stand in the coded data and hide what follows. */
static void a_restart_outside_of_coded_data_is_refused(void **state)
{
    buf out = BUF_INIT;
    assay_err err;
    (void)state;
    assert_int_equal(photo_strip(BYTES(HEAD TABLES SCAN SAID "\xff\xd3\0\4\1\2" PLACE END), &out, &err), ASSAY_FORMAT);
    buf_done(&out);
}

static void texts_of_a_png_are_gone(void **state)
{
#define PNG   "\x89PNG\r\n\x1a\n" "\0\0\0\1IHDRx0000"
#define TEXT  "\0\0\0\3tEXtKim0000"
#define IMAGE "\0\0\0\2IDATxy0000" "\0\0\0\0IEND0000"
    (void)state;
    assert_stripped(BYTES(PNG TEXT IMAGE "more"), BYTES(PNG IMAGE));
}

static void what_is_cut_or_no_photo_is_refused_and_named(void **state)
{
    static const char whole[] = HEAD PLACE TABLES SCAN END;
    assay_err err;
    (void)state;
    for (size_t n = 3; n < sizeof whole - 1; n++) {
        buf out = BUF_INIT;
        assert_int_equal(photo_strip(whole, n, &out, &err), ASSAY_FORMAT);
        buf_done(&out);
    }
    buf out = BUF_INIT;
    assert_int_equal(photo_strip("<svg/>", 6, &out, &err), ASSAY_FORMAT);
    assert_non_null(strstr(err.message, "found text/plain, expected a photo as JPEG or PNG"));
    buf_done(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(place_and_comments_of_a_jpeg_are_gone),
        cmocka_unit_test(a_progressive_jpeg_keeps_all_its_scans),
        cmocka_unit_test(what_follows_the_end_of_a_picture_is_gone),
        cmocka_unit_test(a_restart_outside_of_coded_data_is_refused),
        cmocka_unit_test(texts_of_a_png_are_gone),
        cmocka_unit_test(what_is_cut_or_no_photo_is_refused_and_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
