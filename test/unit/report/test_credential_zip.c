/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ZIPs: what was put in comes out; what is damaged, too many or too much is refused. */
#include "check.h"

#include "report/credential_zip.h"

static assay_err err;

static void fill(buf *b, size_t length)
{
    buf_clear(b);
    assert_true(buf_reserve(b, length));
    memset(b->data, 'a', length);
    b->length = length;
}

typedef struct {
    size_t count, bytes;
    bool stops;
    char names[200];
} seen;

static bool look(const char *name, const buf *bytes, void *context)
{
    seen *s = context;
    s->count++;
    s->bytes += bytes->length;
    snprintf(s->names + strlen(s->names), sizeof s->names - strlen(s->names), "%s;", name);
    return !s->stops;
}

static assay_status read_zip(const buf *zip, seen *s)
{
    bool stops = s->stops;
    *s = (seen){.stops = stops};
    return credential_zip_read(zip, look, s, &err);
}

static void what_is_put_in_comes_out(void **state)
{
    (void)state;
    buf text = BUF_INIT, none = BUF_INIT, zip = BUF_INIT, again = BUF_INIT;
    seen s = {0};
    buf_add_text(&text, "품질명장");
    const zip_member all[] = {{"credential.json", &text}, {"명장/did.json", &text}, {"empty", &none}};
    assert_ok(credential_zip_write(all, 3, &zip, &err), err);
    assert_ok(credential_zip_write(all, 3, &again, &err), err);
    assert_int_equal(zip.length, again.length); /* the same bytes each time */
    assert_memory_equal(zip.data, again.data, zip.length);
    assert_ok(read_zip(&zip, &s), err);
    assert_string_equal(s.names, "credential.json;명장/did.json;empty;");
    assert_int_equal(s.bytes, 2 * text.length);
    s.stops = true;
    assert_ok(read_zip(&zip, &s), err);
    assert_int_equal(s.count, 1);
    const zip_member twice[] = {all[0], all[0]};
    assert_int_equal(credential_zip_write(twice, 2, &again, &err), ASSAY_FORMAT);
    buf *bufs[] = {&text, &none, &zip, &again};
    for (size_t i = 0; i < 4; i++)
        buf_done(bufs[i]);
}

static void what_is_no_zip_or_a_damaged_one_is_refused(void **state)
{
    (void)state;
    buf text = BUF_INIT, zip = BUF_INIT, odd = BUF_INIT;
    seen s = {0};
    fill(&text, 3000);
    const zip_member one[] = {{"a.json", &text}};
    assert_ok(credential_zip_write(one, 1, &zip, &err), err);
    for (size_t n = 1; n < zip.length; n++) { /* of no bytes: an empty one, as libzip has it */
        buf_clear(&odd);
        buf_add(&odd, zip.data, n);
        if (read_zip(&odd, &s) == ASSAY_OK)
            fail_msg("cut at %zu of %zu and taken", n, zip.length);
    }
    size_t taken = 0;
    for (size_t bit = 0; bit < 8 * zip.length; bit++) {
        zip.data[bit / 8] = (char)(zip.data[bit / 8] ^ 1 << bit % 8);
        if (read_zip(&zip, &s) == ASSAY_OK) /* a name, a time, a comment: never other bytes of a member */
            taken += s.count != 1 || s.bytes != 3000;
        zip.data[bit / 8] = (char)(zip.data[bit / 8] ^ 1 << bit % 8);
    }
    assert_int_equal(taken, 0);
    buf *bufs[] = {&text, &zip, &odd};
    for (size_t i = 0; i < 3; i++)
        buf_done(bufs[i]);
}

static void a_zip_has_bounds(void **state)
{
    (void)state;
    enum { MOST = 64 };
    static char names[MOST + 1][8];
    zip_member many[MOST + 1];
    buf text = BUF_INIT, zip = BUF_INIT;
    seen s = {0};
    buf_add_text(&text, "x");
    for (int i = 0; i <= MOST; i++) {
        snprintf(names[i], sizeof names[i], "%d", i);
        many[i] = (zip_member){names[i], &text};
    }
    assert_ok(credential_zip_write(many, MOST, &zip, &err), err);
    assert_ok(read_zip(&zip, &s), err);
    assert_int_equal(s.count, MOST);
    buf_clear(&zip);
    assert_ok(credential_zip_write(many, MOST + 1, &zip, &err), err);
    assert_int_equal(read_zip(&zip, &s), ASSAY_LIMIT);
    assert_non_null(strstr(err.message, "more than 64"));
    fill(&text, 17 << 20); /* one of more than 16 MiB */
    buf_clear(&zip);
    assert_ok(credential_zip_write(many, 1, &zip, &err), err);
    assert_true(zip.length < 1 << 20);
    assert_int_equal(read_zip(&zip, &s), ASSAY_LIMIT);
    assert_int_equal(s.count, 0);
    fill(&text, 15 << 20); /* five that are more than 64 MiB together */
    buf_clear(&zip);
    assert_ok(credential_zip_write(many, 5, &zip, &err), err);
    assert_int_equal(read_zip(&zip, &s), ASSAY_LIMIT);
    assert_int_equal(s.count, 4);
    buf_done(&text);
    buf_done(&zip);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_put_in_comes_out),
        cmocka_unit_test(what_is_no_zip_or_a_damaged_one_is_refused),
        cmocka_unit_test(a_zip_has_bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
