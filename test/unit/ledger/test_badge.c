/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Open Badges 3.0: the shape that is written, what is read, and pictures that carry it. */
#include "credentials.h"

#include "base/jcs.h"
#include "ledger/badge.h"
#include "ledger/status_list.h"

#include <zlib.h>

static const badge_result results[] = {{"total score", "ScaledScore", "92.50"},
                                       {"decision", "Status", "Completed"}};

static badge example(void)
{
    return (badge){.id = "urn:uuid:00000000-0000-4000-8000-000000000001",
                   .issuer = "did:web:quality.example",
                   .issuer_name = "품질협회",
                   .achievement = {.id = "https://quality.example/achievements/master",
                                   .type = "Award",
                                   .name = "품질명장",
                                   .description = "Proven improvement.",
                                   .criteria = "Ten verified results."},
                   .subject = "urn:uuid:00000000-0000-4000-8000-000000000002",
                   .holder = "김민준",
                   .email = "kim@example.org",
                   .salt = "salt1",
                   .results = results,
                   .result_count = 2,
                   .evidence = "https://quality.example/credentials/1.tlog-proof",
                   .evidence_name = "Decision",
                   .valid_from = 1767225600000000000,
                   .valid_until = TIME_NONE,
                   .awarded = TIME_NONE};
}

static json_t *written(const badge *b)
{
    json_t *o = NULL;
    assay_err err = {0};
    assert_ok(badge_write(b, &o, &err), err);
    return o;
}

static void a_badge_is_written_and_read(void **state)
{
    (void)state;
    badge b = example();
    json_t *o = written(&b);
    badge_view v;
    assay_err err = {0};
    assert_ok(badge_read(o, &v, &err), err);
    assert_string_equal(v.issuer, b.issuer);
    assert_string_equal(v.issuer_name, b.issuer_name);
    assert_string_equal(v.name, b.achievement.name);
    assert_string_equal(v.type, "Award");
    assert_string_equal(v.criteria, b.achievement.criteria);
    assert_string_equal(v.holder, "김민준");
    assert_string_equal(v.evidence, b.evidence);
    assert_false(v.is_endorsement);
    assert_true(badge_is_holder(o, "kim@example.org"));
    assert_false(badge_is_holder(o, "lee@example.org"));
    const json_t *subject = json_object_get(o, "credentialSubject");
    const json_t *score = json_array_get(json_object_get(subject, "result"), 0);
    const json_t *said = json_array_get(
        json_object_get(json_object_get(subject, "achievement"), "resultDescription"), 0);
    assert_string_equal(text_of(score, "value"), "92.50");
    assert_string_equal(text_of(score, "resultDescription"), text_of(said, "id"));
    assert_string_equal(text_of(o, "validFrom"), "2026-01-01T00:00:00Z");
    assert_null(json_object_get(o, "validUntil"));
    assert_null(json_object_get(o, "credentialStatus"));
    json_decref(o);
}

static void what_is_not_given_is_left_out(void **state)
{
    (void)state;
    badge b = example();
    buf text = BUF_INIT;
    b.holder = b.email = b.evidence = "";
    b.result_count = 0;
    b.valid_until = b.awarded = 1798761600000000000;
    json_t *o = written(&b), *entry;
    assert_null(json_object_get(json_object_get(o, "credentialSubject"), "identifier"));
    assert_null(json_object_get(o, "evidence"));
    assert_string_equal(text_of(o, "validUntil"), "2027-01-01T00:00:00Z");
    assert_int_equal(jcs_write(o, &text, NULL), ASSAY_OK);
    assert_null(strstr(text.data, "null"));
    assert_null(strstr(text.data, "[]"));
    assert_null(strstr(text.data, "\"\""));
    json_decref(o);
    assert_int_equal(status_entry_write("https://a", 5, "suspension", NULL, &entry, NULL), ASSAY_OK);
    b.status = entry;
    o = written(&b);
    assert_true(json_equal(json_object_get(o, "credentialStatus"), entry));
    json_decref(o);
    json_decref(entry);
    buf_done(&text);
}

static void what_must_be_there_is_asked_for(void **state)
{
    (void)state;
    const badge good = example();
    const struct {
        size_t at;
        assay_status status;
    } cases[] = {{offsetof(badge, id), ASSAY_MISSING},
                 {offsetof(badge, subject), ASSAY_MISSING},
                 {offsetof(badge, issuer), ASSAY_MISSING},
                 {offsetof(badge, issuer_name), ASSAY_MISSING},
                 {offsetof(badge, achievement.id), ASSAY_MISSING},
                 {offsetof(badge, achievement.name), ASSAY_MISSING},
                 {offsetof(badge, achievement.description), ASSAY_MISSING},
                 {offsetof(badge, achievement.criteria), ASSAY_MISSING}};
    json_t *o;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        badge b = good;
        *(const char **)((char *)&b + cases[i].at) = NULL;
        assert_int_equal(badge_write(&b, &o, NULL), cases[i].status);
    }
    badge b = good;
    b.achievement.type = "Medal";
    assert_int_equal(badge_write(&b, &o, NULL), ASSAY_DOMAIN);
    b = good;
    b.valid_from = TIME_NONE;
    assert_int_equal(badge_write(&b, &o, NULL), ASSAY_MISSING);
    b = good;
    b.valid_until = b.valid_from;
    assert_int_equal(badge_write(&b, &o, NULL), ASSAY_DOMAIN);
    b = good;
    b.holder = "\xff";
    assert_int_equal(badge_write(&b, &o, NULL), ASSAY_FORMAT);
    badge_result odd = {"x", "Points", "5"}, empty = {"x", "Percent", ""};
    b = good;
    b.results = &odd;
    b.result_count = 1;
    assert_int_equal(badge_write(&b, &o, NULL), ASSAY_DOMAIN);
    b.results = &empty;
    assert_int_equal(badge_write(&b, &o, NULL), ASSAY_MISSING);
    b.result_count = BADGE_RESULTS_MAX + 1;
    assert_int_equal(badge_write(&b, &o, NULL), ASSAY_LIMIT);
}

static assay_status read_changed(const char *path, const char *key, json_t *value)
{
    badge b = example();
    badge_view v;
    json_t *o = written(&b), *at = o;
    if (*path)
        at = json_object_get(at, "credentialSubject");
    if (strcmp(path, "achievement") == 0)
        at = json_object_get(at, "achievement");
    if (value)
        json_object_set_new(at, key, value);
    else
        json_object_del(at, key);
    assay_status status = badge_read(o, &v, NULL);
    json_decref(o);
    return status;
}

static void other_shapes_are_told(void **state)
{
    (void)state;
    assert_int_equal(read_changed("", "name", NULL), ASSAY_OK);
    assert_int_equal(read_changed("", "id", NULL), ASSAY_FORMAT);
    assert_int_equal(read_changed("", "@context", json_pack("[s]", "x")), ASSAY_FORMAT);
    assert_int_equal(read_changed("", "type", json_pack("[s]", "VerifiableCredential")),
                     ASSAY_UNSUPPORTED);
    assert_int_equal(read_changed("", "credentialStatus", json_array()), ASSAY_FORMAT);
    assert_int_equal(read_changed("subject", "type", NULL), ASSAY_FORMAT);
    assert_int_equal(read_changed("subject", "id", NULL), ASSAY_OK);
    assert_int_equal(read_changed("achievement", "type", NULL), ASSAY_FORMAT);
    assert_int_equal(read_changed("achievement", "description", NULL), ASSAY_FORMAT);
    assert_int_equal(read_changed("achievement", "criteria", json_object()), ASSAY_FORMAT);
    assert_int_equal(read_changed("subject", "achievement", NULL), ASSAY_FORMAT);
}

static void endorsements_are_found_and_read(void **state)
{
    (void)state;
    json_t *e =
        json_pack("{s:[s,s], s:{s:s, s:[s], s:s}, s:s}", "type", "VerifiableCredential",
                  "EndorsementCredential", "credentialSubject", "id", "urn:x", "type",
                  "EndorsementSubject", "endorsementComment", "trusted", "issuer", "did:web:b");
    badge b = example();
    badge_view v;
    json_t *o = written(&b);
    json_t *a = json_object_get(json_object_get(o, "credentialSubject"), "achievement");
    assert_int_equal(badge_read(e, &v, NULL), ASSAY_OK);
    assert_true(v.is_endorsement);
    assert_string_equal(v.endorsement, "trusted");
    assert_null(badge_endorsement_at(o, 0));
    json_object_set_new(o, "endorsement", json_pack("[O]", e));
    json_object_set_new(a, "endorsementJwt", json_pack("[s,s]", "a.b.c", "d.e.f"));
    assert_ptr_equal(badge_endorsement_at(o, 0), e);
    assert_string_equal(json_string_value(badge_endorsement_at(o, 2)), "d.e.f");
    assert_null(badge_endorsement_at(o, 3));
    json_object_del(json_object_get(e, "credentialSubject"), "id");
    assert_int_equal(badge_read(e, &v, NULL), ASSAY_FORMAT);
    json_decref(o);
    json_decref(e);
}

/* -- pictures ----------------------------------------------------------------------------- */

static void add_chunk(buf *out, const char *type, const char *data, size_t length)
{
    uint32_t crc =
        (uint32_t)crc32(crc32(0, (const Bytef *)type, 4), (const Bytef *)data, (uInt)length);
    for (int shift = 24; shift >= 0; shift -= 8)
        buf_add_char(out, (char)(length >> shift));
    buf_add(out, type, 4);
    buf_add(out, data, length);
    for (int shift = 24; shift >= 0; shift -= 8)
        buf_add_char(out, (char)(crc >> shift));
}

static void small_png(buf *out)
{
    buf_add(out, "\x89PNG\r\n\x1a\n", 8);
    add_chunk(out, "IHDR", "\0\0\0\1\0\0\0\1\x08\0\0\0\0", 13);
    add_chunk(out, "IDAT", "\x08\xd7\x63\x60\0\0\0\2\0\1", 10);
    add_chunk(out, "IEND", "", 0);
}

static void a_png_carries_one_credential(void **state)
{
    (void)state;
    static const char first[] = "{\"name\":\"품질명장\"}", second[] = "a.b.c";
    buf png = BUF_INIT, once = BUF_INIT, twice = BUF_INIT, out = BUF_INIT;
    small_png(&png);
    assert_int_equal(badge_unbake_png(png.data, png.length, &out, NULL), ASSAY_NOT_FOUND);
    assert_int_equal(badge_bake_png(png.data, png.length, first, strlen(first), &once, NULL), 0);
    assert_int_equal(badge_unbake_png(once.data, once.length, &out, NULL), ASSAY_OK);
    assert_string_equal(out.data, first);
    assert_int_equal(badge_bake_png(once.data, once.length, second, 5, &twice, NULL), ASSAY_OK);
    buf_clear(&out);
    assert_int_equal(badge_unbake_png(twice.data, twice.length, &out, NULL), ASSAY_OK);
    assert_string_equal(out.data, second);
    assert_int_equal(twice.length, png.length + 12 + 19 + 5 + 5);
    for (size_t n = 0; n < once.length; n++)
        assert_int_not_equal(badge_unbake_png(once.data, n, &out, NULL), ASSAY_OK);
    for (size_t i = 0; i < once.length; i++) {
        once.data[i] ^= 4;
        assert_int_not_equal(badge_unbake_png(once.data, once.length, &out, NULL), ASSAY_OK);
        once.data[i] ^= 4;
    }
    buf *all[] = {&png, &once, &twice, &out};
    for (size_t i = 0; i < 4; i++)
        buf_done(all[i]);
}

static assay_status unbake_chunk(const char *data, size_t length, int times)
{
    buf png = BUF_INIT, out = BUF_INIT;
    buf_add(&png, "\x89PNG\r\n\x1a\n", 8);
    for (int i = 0; i < times; i++)
        add_chunk(&png, "iTXt", data, length);
    add_chunk(&png, "IEND", "", 0);
    assay_status status = badge_unbake_png(png.data, png.length, &out, NULL);
    buf_done(&png);
    buf_done(&out);
    return status;
}

static void odd_text_chunks_are_refused(void **state)
{
    (void)state;
#define KEY              "openbadgecredential\0"
#define UNBAKE(t, times) unbake_chunk(t, sizeof t - 1, times)
    assert_int_equal(UNBAKE(KEY "\0\0\0\0{}", 1), ASSAY_OK);
    assert_int_equal(UNBAKE(KEY "\0\0en\0Ausweis\0{}", 1), ASSAY_OK);
    assert_int_equal(UNBAKE(KEY "\0\0\0\0{}", 2), ASSAY_CONFLICT);
    assert_int_equal(UNBAKE(KEY "\1\0\0\0{}", 1), ASSAY_FORMAT);
    assert_int_equal(UNBAKE(KEY "\0", 1), ASSAY_FORMAT);
    assert_int_equal(UNBAKE(KEY "\0\0en", 1), ASSAY_FORMAT);
    assert_int_equal(UNBAKE("openbadges\0\0\0\0\0{}", 1), ASSAY_NOT_FOUND);
    assert_int_equal(UNBAKE("openbadgecredential", 1), ASSAY_NOT_FOUND);
    assert_int_equal(UNBAKE("XML:com.adobe.xmp\0\0\0\0\0<x:xmpmeta/>", 1), ASSAY_NOT_FOUND);
    buf out = BUF_INIT;
    char *large = calloc(1, BADGE_PICTURE_MAX + 1);
    assert_int_equal(badge_unbake_png(large, BADGE_PICTURE_MAX + 1, &out, NULL), ASSAY_LIMIT);
    assert_int_equal(badge_unbake_svg(large, BADGE_PICTURE_MAX + 1, &out, NULL), ASSAY_LIMIT);
    free(large);
}

static const char plain_svg[] = "<?xml version=\"1.0\"?>\n<!-- a > b --><svg "
                                "xmlns=\"http://www.w3.org/2000/svg\" width=\"5\"\n>"
                                "<rect width=\"5\" height=\"5\"/></svg>\n";

static void check_svg(const char *text)
{
    buf once = BUF_INIT, twice = BUF_INIT, out = BUF_INIT;
    assay_err err = {0};
    assert_ok(badge_bake_svg(plain_svg, strlen(plain_svg), "a.b.c", 5, &once, &err), err);
    assert_ok(badge_unbake_svg(once.data, once.length, &out, &err), err);
    assert_string_equal(out.data, "a.b.c");
    assert_ok(badge_bake_svg(once.data, once.length, text, strlen(text), &twice, &err), err);
    buf_clear(&out);
    assert_ok(badge_unbake_svg(twice.data, twice.length, &out, &err), err);
    buf a = BUF_INIT, b = BUF_INIT;
    if (text[0] == '{') {
        assert_int_equal(jcs_canonical(text, strlen(text), &a, NULL), ASSAY_OK);
        assert_int_equal(jcs_canonical(out.data, out.length, &b, NULL), ASSAY_OK);
        assert_string_equal(a.data, b.data);
    } else {
        assert_string_equal(out.data, text);
    }
    buf *all[] = {&once, &twice, &out, &a, &b};
    for (size_t i = 0; i < 5; i++)
        buf_done(all[i]);
}

static void an_svg_carries_one_credential(void **state)
{
    (void)state;
    check_svg("x.y.z");
    check_svg("{\"name\":\"<품질> & \\\"명장\\\"\",\"cut\":\"a]]>b]]>\"}");
}

static void odd_svgs_are_refused(void **state)
{
    (void)state;
#define OB  "xmlns:o='https://purl.imsglobal.org/ob/v3p0'"
#define SVG "<svg xmlns='http://www.w3.org/2000/svg' " OB
    static const struct {
        const char *svg;
        assay_status status;
    } cases[] = {
        {SVG "><o:credential verify='a.b.c'/></svg>", ASSAY_OK},
        {SVG "><o:credential>{}</o:credential></svg>", ASSAY_OK},
        {SVG "><o:credential/></svg>", ASSAY_NOT_FOUND},
        {SVG "/>", ASSAY_NOT_FOUND},
        {SVG "><o:credential verify='a'/><o:credential verify='b'/></svg>", ASSAY_CONFLICT},
        {"<html " OB "/>", ASSAY_FORMAT},
        {SVG ">", ASSAY_FORMAT},
        {"<!DOCTYPE svg [<!ENTITY a 'b'>]>" SVG "/>", ASSAY_UNSUPPORTED},
        {"", ASSAY_FORMAT},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        buf out = BUF_INIT;
        assert_int_equal(badge_unbake_svg(cases[i].svg, strlen(cases[i].svg), &out, NULL),
                         cases[i].status);
        buf_done(&out);
    }
    buf deep = BUF_INIT, out = BUF_INIT;
    buf_add_text(&deep, SVG ">");
    for (int i = 0; i < 300; i++)
        buf_add_text(&deep, "<g>");
    assert_int_equal(badge_unbake_svg(deep.data, deep.length, &out, NULL), ASSAY_LIMIT);
    assert_int_equal(badge_bake_svg(SVG "/>", strlen(SVG "/>"), "{}", 2, &out, NULL), ASSAY_FORMAT);
    const char *taken =
        "<svg xmlns='http://www.w3.org/2000/svg' xmlns:openbadges='urn:x'><g/></svg>";
    assert_int_equal(badge_bake_svg(taken, strlen(taken), "{}", 2, &out, NULL), ASSAY_CONFLICT);
    assert_true(badge_is_svg(plain_svg, strlen(plain_svg)));
    assert_false(badge_is_svg("{\"a\":\"<svg\"}", 12));
    buf_done(&deep);
    buf_done(&out);
}

/* The object at "a.b.c" of `o`; the last name is left in *name. */
static json_t *holder_at(json_t *o, const char *path, char name[64])
{
    for (const char *dot; (dot = strchr(path, '.')); path = dot + 1) {
        snprintf(name, 64, "%.*s", (int)(dot - path), path);
        o = json_object_get(o, name);
    }
    snprintf(name, 64, "%s", path);
    return o;
}

static void every_member_that_is_missing_is_named(void **state)
{
    (void)state;
    static const char *const needed[] = {
        "id", "validFrom", "@context", "credentialSubject", "credentialSubject.type", "credentialSubject.achievement",
        "credentialSubject.achievement.type", "credentialSubject.achievement.id", "credentialSubject.achievement.name",
        "credentialSubject.achievement.description", "credentialSubject.achievement.criteria"};
    char name[64];
    badge_view v;
    badge b = example();
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++) {
        json_t *o = written(&b), *at = holder_at(o, needed[i], name);
        json_object_del(at, name);
        if (badge_read(o, &v, NULL) != ASSAY_FORMAT)
            fail_msg("taken without %s", needed[i]);
        json_decref(o);
    }
    json_t *o = written(&b), *subject = json_object_get(o, "credentialSubject");
    json_t *criteria = json_object_get(json_object_get(subject, "achievement"), "criteria");
    json_object_del(criteria, "narrative");
    json_object_set_new(criteria, "id", json_string("https://a.example/criteria"));
    assert_int_equal(badge_read(o, &v, NULL), ASSAY_OK);
    assert_string_equal(v.criteria, "https://a.example/criteria");
    json_object_del(subject, "id");
    assert_int_equal(badge_read(o, &v, NULL), ASSAY_OK); /* it has an identifier */
    json_object_del(subject, "identifier");
    assert_int_equal(badge_read(o, &v, NULL), ASSAY_FORMAT);
    json_object_set_new(subject, "id", json_string("urn:x"));
    json_object_set_new(json_object_get(o, "@context"), "x", NULL);
    json_array_set_new(json_object_get(o, "@context"), 1, json_string("https://purl.imsglobal.org/spec/ob/v2p0/"));
    assert_int_equal(badge_read(o, &v, NULL), ASSAY_FORMAT);
    json_array_set_new(json_object_get(o, "@context"), 1, json_string("https://purl.imsglobal.org/spec/ob/v3p0/x.json"));
    json_object_set_new(o, "type", json_pack("[s,s]", "VerifiableCredential", "AchievementCredential"));
    assert_int_equal(badge_read(o, &v, NULL), ASSAY_OK);
    json_object_set_new(o, "evidence", json_pack("{s:s}", "id", "https://a.example/e"));
    assert_int_equal(badge_read(o, &v, NULL), ASSAY_OK);
    assert_string_equal(v.evidence, "https://a.example/e");
    json_decref(o);
    o = json_pack("{s:[s], s:{s:s}}", "type", "EndorsementCredential", "credentialSubject", "type", "EndorsementSubject");
    assert_int_equal(badge_read(o, &v, NULL), ASSAY_FORMAT);
    json_object_set_new(json_object_get(o, "credentialSubject"), "id", json_string("urn:x"));
    assert_int_equal(badge_read(o, &v, NULL), ASSAY_OK);
    json_object_set_new(json_object_get(o, "credentialSubject"), "type", json_string("Other"));
    assert_int_equal(badge_read(o, &v, NULL), ASSAY_FORMAT);
    json_decref(o);
    o = json_pack("{s:{s:s, s:[{s:s, s:b}, {s:s, s:b, s:s}, {s:s, s:b, s:s}]}}", "credentialSubject", "name", "Kim", "identifier",
                  "identityType", "name", "hashed", 1, "identityType", "emailAddress", "hashed", 0, "identityHash", "sha256$00",
                  "identityType", "emailAddress", "hashed", 1, "identityHash", "md5$00");
    assert_int_equal(badge_read(o, &v, NULL), ASSAY_UNSUPPORTED);
    assert_string_equal(v.holder, "Kim"); /* a name that is hashed is none to show */
    assert_false(badge_is_holder(o, "kim@example.org"));
    json_decref(o);
    o = json_pack("{s:{s:[{s:s, s:s}]}}", "credentialSubject", "identifier", "identityType", "name", "identityHash", "Lee");
    assert_int_equal(badge_read(o, &v, NULL), ASSAY_UNSUPPORTED);
    assert_string_equal(v.holder, "Lee"); /* nor is one hashed that does not say so */
    json_decref(o);
}

static void every_odd_wish_is_named(void **state)
{
    (void)state;
    static const badge_result bad[][1] = {{{NULL, "Status", "x"}}, {{"a", "Status", NULL}}, {{"a", NULL, "x"}}, {{"a", "Colour", "x"}}, {{"", "Status", "x"}}};
    json_t *o = NULL;
    badge b = example();
    b.result_count = 1;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        b.results = bad[i];
        assert_int_not_equal(badge_write(&b, &o, NULL), ASSAY_OK);
    }
    b.results = results;
    b.achievement.type = "Trophy";
    assert_int_equal(badge_write(&b, &o, NULL), ASSAY_DOMAIN);
    b.achievement.type = NULL;
    b.achievement.criteria = "";
    assert_int_equal(badge_write(&b, &o, NULL), ASSAY_MISSING);
    b.achievement.criteria_url = "https://a.example/criteria";
    b.holder = b.email = NULL; /* nobody is named */
    o = written(&b);
    assert_null(json_object_get(json_object_get(o, "credentialSubject"), "identifier"));
    json_decref(o);
    b.holder = b.email = ""; /* as a form sends them */
    o = written(&b);
    assert_null(json_object_get(json_object_get(o, "credentialSubject"), "identifier"));
    json_decref(o);
    b.email = "kim@example.org"; /* the address alone, without a salt */
    b.salt = NULL;
    o = written(&b);
    assert_true(badge_is_holder(o, "kim@example.org"));
    json_decref(o);
    b.holder = NULL;
    o = written(&b);
    assert_true(badge_is_holder(o, "kim@example.org"));
    json_decref(o);
    b.holder = "Kim"; /* the name alone */
    b.email = "";
    o = written(&b);
    assert_int_equal(json_array_size(json_object_get(json_object_get(o, "credentialSubject"), "identifier")), 1);
    json_decref(o);
    assert_false(badge_is_type(NULL) || badge_is_result_type("") || badge_is_result_type(NULL));
}

static void odd_svgs_are_judged(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool is_svg;
    } heads[] = {{"\xef\xbb\xbf<svg/>", true}, {"\xef\xbb<svg/>", false}, {" \t\r\n<svg/>", true}, {"", false}, {"   ", false}, {"<html>", false}, {"x<svg", false}, {"ab", false}};
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
        assert_int_equal(badge_is_svg(heads[i].text, strlen(heads[i].text)), heads[i].is_svg);
    assert_false(badge_is_svg("\0<svg/>", 7));
    char *long_one = malloc(5000);
    memset(long_one, ' ', 5000);
    memcpy(long_one + 4990, "<svg/>", 6);
    assert_false(badge_is_svg(long_one, 5000)); /* behind what is looked at */
    free(long_one);
    static const char *const taken[] = {
        "<svg xmlns='http://www.w3.org/2000/svg' xmlns:openbadges='urn:other'><g/></svg>",
        "<svg xmlns='http://www.w3.org/2000/svg' xmlns:openbadges=''><g/></svg>"};
    buf out = BUF_INIT;
    for (size_t i = 0; i < 2; i++)
        assert_int_not_equal(badge_bake_svg(taken[i], strlen(taken[i]), "{}", 2, &out, NULL), ASSAY_OK);
    static const char *const fine[] = {
        "<!DOCTYPE svg PUBLIC 'a' 'b'><svg xmlns='http://www.w3.org/2000/svg'><g xmlns:openbadges='urn:other' xmlns:x='urn:x'/>t</svg>",
        "<svg xmlns='http://www.w3.org/2000/svg' xmlns:openbadges='https://purl.imsglobal.org/ob/v3p0'><openbadges:credential other='1' verify='a.b.c'/></svg>"};
    for (size_t i = 0; i < 2; i++) {
        buf_clear(&out);
        assert_int_equal(badge_bake_svg(fine[i], strlen(fine[i]), "{\"a\":1}", 7, &out, NULL), ASSAY_OK);
        buf back = BUF_INIT;
        assert_int_equal(badge_unbake_svg(out.data, out.length, &back, NULL), ASSAY_OK);
        assert_string_equal(back.data, "{\"a\":1}");
        buf_done(&back);
    }
    buf_clear(&out);
    assert_int_equal(badge_unbake_svg(fine[0], strlen(fine[0]), &out, NULL), ASSAY_NOT_FOUND);
    assert_int_equal(badge_unbake_svg("<!DOCTYPE svg [<!ENTITY a 'b'>]><svg/>", 37, &out, NULL), ASSAY_UNSUPPORTED);
    buf_done(&out);
}

/* -- certificates --------------------------------------------------------------------------------- */

static assay_status unbake_pdf(const char *pdf, const char *expected)
{
    buf file = BUF_INIT, out = BUF_INIT;
    assay_err err = {0};
    buf_add_text(&file, pdf);
    assay_status status = badge_unbake(&file, &out, &err);
    if (!status)
        assert_string_equal(out.data, expected);
    if (status == ASSAY_UNSUPPORTED)
        assert_non_null(strstr(err.hint, "credential.json"));
    buf_done(&file);
    buf_done(&out);
    return status;
}

#define PDF      "%PDF-1.5\n"
#define HEAD     "7 0 obj\n<< /Type /EmbeddedFile /Length "
#define FOOT     "\nendstream\nendobj\n"
static void a_certificate_carries_one_as_its_attachment(void **state)
{
    (void)state;
    static const struct {
        const char *pdf, *expected;
        assay_status status;
    } cases[] = {
        {PDF HEAD "7 >>\nstream\n{\"a\":1}" FOOT, "{\"a\":1}", ASSAY_OK},
        {PDF HEAD "7 >>\r\nstream\r\n{\"a\":1}" FOOT, "{\"a\":1}", ASSAY_OK},
        {PDF HEAD "5 >>\nstream\na.b.c" FOOT, "a.b.c", ASSAY_OK},
        {PDF HEAD "9 >>\nstream\n \n{\"a\":1}" FOOT, " \n{\"a\":1}", ASSAY_OK},
        /* the last one counts; what is no credential is passed over */
        {PDF HEAD "2 >>\nstream\n{}" FOOT HEAD "3 >>\nstream\n{ }" FOOT, "{ }", ASSAY_OK},
        {PDF HEAD "2 >>\nstream\n{}" FOOT HEAD "5 >>\nstream\nhello" FOOT, "{}", ASSAY_OK},
        {PDF HEAD "2 >>\nstream\n{}" FOOT "8 0 obj\n<< /Names << /EmbeddedFiles 9 0 R >> >>\nendobj\n", "{}", ASSAY_OK},
        {PDF HEAD "7>>\nstream\n{\"a\":1}" FOOT, "{\"a\":1}", ASSAY_OK},
        {PDF HEAD "7 stream\n{\"a\":1}" FOOT, "{\"a\":1}", ASSAY_OK},
        {PDF HEAD "2 >>\nstream{}" FOOT, "{}", ASSAY_OK},
        {PDF "7 0 obj\n<< /Type /EmbeddedFile >>\nstream\n{}" FOOT, "", ASSAY_NOT_FOUND},
        {PDF HEAD "2 /Filter /FlateDecode >>\nstream\nxx" FOOT, "", ASSAY_UNSUPPORTED},
        {PDF HEAD "2 0 R >>\nstream\n{}" FOOT, "", ASSAY_NOT_FOUND},
        {PDF HEAD "999 >>\nstream\n{}" FOOT, "", ASSAY_NOT_FOUND},
        {PDF HEAD "99999999999999999999999999 >>\nstream\n{}" FOOT, "", ASSAY_NOT_FOUND},
        {PDF HEAD ">>\nstream\n{}" FOOT, "", ASSAY_NOT_FOUND},
        {PDF HEAD "0 >>\nstream\n" FOOT, "", ASSAY_NOT_FOUND},
        {PDF HEAD "3 >>\nstream\n  \n" FOOT, "", ASSAY_NOT_FOUND},
        {PDF HEAD "2 >>\nendobj\n8 0 obj\n<<>>\nstream\n{}" FOOT, "", ASSAY_NOT_FOUND},
        {PDF "/EmbeddedFile /Length 2 stream\n{}", "", ASSAY_NOT_FOUND},
        {PDF HEAD "2 >>", "", ASSAY_NOT_FOUND},
        {PDF HEAD "2 >> stream", "", ASSAY_NOT_FOUND},
        {PDF, "", ASSAY_NOT_FOUND},
        {"%PDF", "%PDF", ASSAY_OK}, /* too short to be one: itself */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (unbake_pdf(cases[i].pdf, cases[i].expected) != cases[i].status)
            fail_msg("case %zu", i);
    buf out = BUF_INIT;
    char *large = calloc(1, BADGE_PICTURE_MAX + 1);
    assert_int_equal(badge_unbake_pdf(large, BADGE_PICTURE_MAX + 1, &out, NULL), ASSAY_LIMIT);
    assert_int_equal(badge_unbake_pdf(large, 100, &out, NULL), ASSAY_FORMAT);
    free(large);
}

static void any_file_gives_what_it_carries(void **state)
{
    (void)state;
    buf png = BUF_INIT, file = BUF_INIT, out = BUF_INIT;
    small_png(&png);
    assert_int_equal(badge_bake_png(png.data, png.length, "a.b.c", 5, &file, NULL), ASSAY_OK);
    assert_true(badge_is_carrier(&file));
    assert_int_equal(badge_unbake(&file, &out, NULL), ASSAY_OK);
    assert_string_equal(out.data, "a.b.c");
    buf_clear(&file), buf_clear(&out);
    assert_int_equal(badge_bake_svg(plain_svg, strlen(plain_svg), "a.b.c", 5, &file, NULL), ASSAY_OK);
    assert_true(badge_is_carrier(&file));
    assert_int_equal(badge_unbake(&file, &out, NULL), ASSAY_OK);
    assert_string_equal(out.data, "a.b.c");
    buf_clear(&file), buf_clear(&out);
    buf_add_text(&file, "{}");
    assert_false(badge_is_carrier(&file));
    assert_int_equal(badge_unbake(&file, &out, NULL), ASSAY_OK);
    assert_string_equal(out.data, "{}");
    buf *all[] = {&png, &file, &out};
    for (size_t i = 0; i < 3; i++)
        buf_done(all[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_badge_is_written_and_read),
        cmocka_unit_test(what_is_not_given_is_left_out),
        cmocka_unit_test(what_must_be_there_is_asked_for),
        cmocka_unit_test(other_shapes_are_told),
        cmocka_unit_test(endorsements_are_found_and_read),
        cmocka_unit_test(a_png_carries_one_credential),
        cmocka_unit_test(odd_text_chunks_are_refused),
        cmocka_unit_test(an_svg_carries_one_credential),
        cmocka_unit_test(odd_svgs_are_refused),
        cmocka_unit_test(a_certificate_carries_one_as_its_attachment),
        cmocka_unit_test(any_file_gives_what_it_carries),
        cmocka_unit_test(odd_svgs_are_judged),
        cmocka_unit_test(every_odd_wish_is_named),
        cmocka_unit_test(every_member_that_is_missing_is_named),
    };
    return cmocka_run_group_tests_name("badge", tests, NULL, NULL);
}
