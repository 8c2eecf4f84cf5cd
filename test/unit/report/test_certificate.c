/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A certificate and a badge carry the credential they show, whatever of it is said or left out, in three languages. */
#include "check.h"

#include "ledger/badge.h"
#include "report/certificate.h"

static assay_err err;

/* Of an Open Badge what differs between the tests. */
typedef struct {
    const char *id, *name, *issuer_name, *holder, *license, *from, *more; /* more: further members */
} face;

static void write_badge(const face *f, buf *out)
{
    buf_clear(out);
    buf_addf(out,
             "{\"@context\":[\"https://www.w3.org/ns/credentials/v2\","
             "\"https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json\"],\"type\":[\"VerifiableCredential\","
             "\"OpenBadgeCredential\"],\"id\":\"%s\",\"issuer\":{\"id\":\"did:web:q.example\",\"type\":\"Profile\"%s%s%s},"
             "\"validFrom\":\"%s\"%s,\"credentialSubject\":{\"id\":\"urn:uuid:1\",\"type\":\"AchievementSubject\"%s%s%s%s%s%s,"
             "\"achievement\":{\"id\":\"urn:a\",\"type\":\"Achievement\",\"name\":\"%s\",\"description\":\"d\",",
             f->id, f->issuer_name ? ",\"name\":\"" : "", f->issuer_name ? f->issuer_name : "", f->issuer_name ? "\"" : "",
             f->from, f->more ? f->more : "", f->holder ? ",\"name\":\"" : "", f->holder ? f->holder : "",
             f->holder ? "\"" : "", f->license ? ",\"licenseNumber\":\"" : "", f->license ? f->license : "",
             f->license ? "\"" : "", f->name);
    buf_add_text(out, "\"criteria\":{\"narrative\":\"c\"}}}}");
    assert_false(out->failed);
}

static const face plain = {.id = "urn:uuid:7", .name = "Master", .issuer_name = "QA", .holder = "Kim", .from = "2026-03-04T00:00:00Z"};

/* A text of the PDF's own letters is packed; what can be read is the attachment, and that a page came at all. */
static void carries(const face *f, const char *language)
{
    buf text = BUF_INIT, made = BUF_INIT, back = BUF_INIT;
    write_badge(f, &text);
    assert_ok(certificate_pdf(text.data, text.length, language, &made, &err), err);
    assert_ok(badge_unbake_pdf(made.data, made.length, &back, &err), err);
    assert_string_equal(back.data, text.data);
    for (int is_svg = 0; is_svg < 2; is_svg++) {
        buf_clear(&made);
        buf_clear(&back);
        assert_ok(certificate_badge(text.data, text.length, language, is_svg, &made, &err), err);
        assert_ok(is_svg ? badge_unbake_svg(made.data, made.length, &back, &err)
                         : badge_unbake_png(made.data, made.length, &back, &err), err);
        assert_string_equal(back.data, text.data);
    }
    buf *bufs[] = {&text, &made, &back};
    for (size_t i = 0; i < 3; i++)
        buf_done(bufs[i]);
}

static void whatever_is_said_or_left_out_the_credential_is_carried(void **state)
{
    (void)state;
    static const char *const ids[] = {"urn:uuid:7", "u", "none", "https://q.example/credentials/7", "https://q.example/7",
                                      "http://q.example/credentials/7"};
    static const char *const days[] = {"2026-03-04T00:00:00Z", "soon", "2026-00-04T00:00:00Z", "2026-13-04T00:00:00Z"};
    static const char *const names[] = {
        "Master", "A name of more than 20", "A name of more than forty bytes, and on it goes",
        "A name that no size fits on one line: it goes on and on and on and on and on and on and on and on and on and on "
        "and on and on and on and on and on and on and on and on and on and on and on and on and on and on and on and on"};
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
        face f = plain;
        f.id = ids[i];
        carries(&f, "en");
    }
    for (size_t i = 0; i < sizeof days / sizeof *days; i++) {
        face f = plain;
        f.from = days[i];
        carries(&f, "zh");
    }
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        face f = plain;
        f.name = names[i];
        carries(&f, "ko");
    }
    face bare = plain, full = plain;
    bare.issuer_name = bare.holder = NULL;
    carries(&bare, "en");
    full.issuer_name = "An institute whose name is longer than a badge is wide";
    full.license = "L-7";
    full.more = ",\"awardedDate\":\"2026-03-05T00:00:00Z\",\"validUntil\":\"2027-12-31T00:00:00Z\"";
    carries(&full, "en");
    full.more = ",\"awardedDate\":\"2026-03-04T00:00:00Z\"";
    carries(&full, "ko");
}

/* The PDF of a language; the fonts and words of another give other bytes. Dates of making are cut out. */
static size_t length_in(const char *language, const char *const environment[3])
{
    static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
    buf text = BUF_INIT, made = BUF_INIT;
    for (int i = 0; i < 3; i++)
        assert_int_equal(environment[i] ? setenv(names[i], environment[i], 1) : unsetenv(names[i]), 0);
    write_badge(&plain, &text);
    assert_ok(certificate_pdf(text.data, text.length, language, &made, &err), err);
    size_t length = made.length;
    buf_done(&text);
    buf_done(&made);
    return length;
}

static void the_language_is_the_one_asked_for_then_that_of_the_environment(void **state)
{
    (void)state;
    static const char *const none[3], *const all[3] = {"ko_KR.UTF-8", "zh_CN.UTF-8", "en"},
                             *const messages[3] = {"", "ko_KR.UTF-8", "zh_CN.UTF-8"}, *const last[3] = {"", "", "ko_KR.UTF-8"},
                             *const bare[3] = {NULL, NULL, "ko"}, *const blank[3] = {"", "", ""};
    size_t en = length_in("en", none), ko = length_in("ko", none), zh = length_in("zh", all);
    assert_true(en != ko && ko != zh && zh != en);
    assert_int_equal(length_in(NULL, none), en);
    assert_int_equal(length_in("", none), en);
    assert_int_equal(length_in(NULL, all), ko);
    assert_int_equal(length_in("", messages), ko);
    assert_int_equal(length_in(NULL, last), ko);
    assert_int_equal(length_in(NULL, bare), ko);
    assert_int_equal(length_in(NULL, blank), en);
}

static void what_is_no_badge_is_not_drawn(void **state)
{
    (void)state;
    static const char *const odd[] = {"{", "{}", "[]"};
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        buf out = BUF_INIT;
        assert_int_not_equal(certificate_pdf(odd[i], strlen(odd[i]), "en", &out, &err), ASSAY_OK);
        assert_int_not_equal(certificate_badge(odd[i], strlen(odd[i]), "en", true, &out, &err), ASSAY_OK);
        assert_int_equal(out.length, 0);
        buf_done(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whatever_is_said_or_left_out_the_credential_is_carried),
        cmocka_unit_test(the_language_is_the_one_asked_for_then_that_of_the_environment),
        cmocka_unit_test(what_is_no_badge_is_not_drawn),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
