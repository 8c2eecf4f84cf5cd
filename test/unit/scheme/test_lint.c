/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bad schemes, one file a fault: every message with its place, exactly. */
#include "scheme_fixture.h"

#include <dirent.h>
#include <unistd.h>

static int is_bad(const struct dirent *d)
{
    size_t n = strlen(d->d_name);
    return n > 5 && strcmp(d->d_name + n - 5, ".yaml") == 0 && strcmp(d->d_name, "good.yaml") != 0;
}

static char *slurp(const char *path)
{
    FILE *f = fopen(path, "rb");
    char *text = calloc(1, 1 << 20);
    assert_non_null(f);
    assert_true(fread(text, 1, (1 << 20) - 1, f) > 0);
    fclose(f);
    return text;
}

static void every_fault_is_named_with_its_place(void **state)
{
    struct dirent **entry = NULL;
    buf told = BUF_INIT;
    (void)state;
    assert_int_equal(chdir(check_golden("scheme")), 0);
    int n = scandir(".", &entry, is_bad, alphasort);
    assert_true(n > 40);
    for (int i = 0; i < n; i++) {
        scheme *s = NULL;
        scheme_faults faults;
        assert_int_equal(scheme_load(entry[i]->d_name, &s, &faults, NULL), ASSAY_FORMAT);
        assert_null(s);
        for (size_t k = 0; k < faults.count; k++)
            scheme_fault_text(&faults, k, &told);
        scheme_faults_done(&faults);
        free(entry[i]);
    }
    free(entry);
    char *expected = slurp("expected.txt");
    assert_string_equal(buf_text(&told), expected);
    free(expected);
    buf_done(&told);
}

static void the_scheme_without_their_faults_is_total(void **state)
{
    scheme *s = NULL;
    scheme_faults faults;
    (void)state;
    assert_int_equal(scheme_load(check_golden("scheme/good.yaml"), &s, &faults, NULL), ASSAY_OK);
    assert_int_equal(faults.count, 0);
    scheme_faults_done(&faults);
    scheme_free(s);
}

static void a_file_too_large_is_refused(void **state)
{
    scheme *s = NULL;
    scheme_faults faults;
    assay_err err = {0};
    char *text = calloc(1, SCHEME_BYTES_MOST + 2);
    (void)state;
    memset(text, '#', SCHEME_BYTES_MOST + 1);
    assert_int_equal(scheme_read("big", text, SCHEME_BYTES_MOST + 1, &s, &faults, &err),
                     ASSAY_LIMIT);
    assert_null(s);
    scheme_faults_done(&faults);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_scheme_without_their_faults_is_total),
        cmocka_unit_test(every_fault_is_named_with_its_place),
        cmocka_unit_test(a_file_too_large_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
