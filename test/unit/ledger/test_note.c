/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Against the notes and keys of C2SP, golang/mod, torchwood, sunlight and Rekor v2. */
#include "ledger/checkpoint.h"
#include "ledger/merkle.h"
#include "ledger/note.h"
#include "vectors.h"

static assay_status open_note(const char *text, const char *vkey, uint64_t *time)
{
    note n;
    note_key k;
    assay_err err = {0};
    assert_ok(note_key_parse(vkey, &k, &err), err);
    assay_status status = note_parse(text, strlen(text), &n, &err);
    return status ? status : note_verify(&n, &k, time, &err);
}

static void published_notes_verify_or_are_refused(void **state)
{
    (void)state;
    json_t *all = vectors("signed-notes"), *list = json_object_get(all, "valid");
    assert_int_equal(json_array_size(list), 6);
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *c = json_array_get(list, i);
        const char *said = json_string_value(json_object_get(c, "verifies"));
        uint64_t time = 0, expected = said ? strtoull(said + 5, NULL, 10) : 0;
        if (open_note(text_of(c, "note"), text_of(c, "vkey"), &time) != ASSAY_OK)
            fail_msg("%s is refused", text_of(c, "id"));
        assert_int_equal(time, expected);
    }
    list = json_object_get(all, "reject");
    assert_int_equal(json_array_size(list), 7);
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *c = json_array_get(list, i);
        if (open_note(text_of(c, "note"), text_of(all, "rejectVkey"), NULL) == ASSAY_OK)
            fail_msg("%s is accepted", text_of(c, "id"));
    }
    json_decref(all);
}

static void a_part_or_a_change_of_a_key_is_no_key(void **state)
{
    (void)state;
    json_t *all = vectors("signed-notes");
    const char *vkey = text_of(all, "rejectVkey");
    char bad[256];
    note_key k;
    size_t length = strlen(vkey);
    assert_int_equal(note_key_parse(vkey, &k, NULL), ASSAY_OK);
    for (size_t from = 0; from < length; from++)
        for (size_t n = 1; n <= length - from; n++) {
            if (n == length)
                continue;
            snprintf(bad, sizeof bad, "%.*s", (int)n, vkey + from);
            if (note_key_parse(bad, &k, NULL) == ASSAY_OK)
                fail_msg("%s is taken as a key", bad);
        }
    for (size_t i = 0; i < length; i++) {
        snprintf(bad, sizeof bad, "%s", vkey);
        bad[i]++;
        if (note_key_parse(bad, &k, NULL) == ASSAY_OK)
            fail_msg("%s is taken as a key", bad);
    }
    const char *padded = json_string_value(json_array_get(json_object_get(all, "badVkeys"), 0));
    assert_int_not_equal(note_key_parse(padded, &k, NULL), ASSAY_OK);
    json_decref(all);
}

static void what_we_sign_is_byte_for_byte_what_go_signs(void **state)
{
    (void)state;
    json_t *all = vectors("signed-notes"), *list = json_object_get(all, "valid");
    const json_t *c = json_array_get(list, 1);
    const char *key = strstr(text_of(c, "signerKey"), "c74f20a3+") + 9, *whole = text_of(c, "note");
    uint8_t bytes[33];
    size_t used;
    note_signer s;
    buf out = BUF_INIT, vkey = BUF_INIT;
    assert_string_equal(text_of(c, "id"), "go-peter");
    assert_true(base64_read(key, strlen(key), BASE64_STANDARD, bytes, 33, &used));
    assert_int_equal(note_signer_of("PeterNeumann", NOTE_ED25519, bytes + 1, &s, NULL), ASSAY_OK);
    note_key_write(&s.public, &vkey);
    assert_string_equal(vkey.data, text_of(c, "vkey"));
    size_t text = (size_t)(strstr(whole, "\n\n") - whole) + 1;
    buf_add(&out, whole, text);
    buf_add_char(&out, '\n');
    assert_int_equal(note_sign(&s, whole, text, 0, &out, NULL), ASSAY_OK);
    assert_string_equal(out.data, whole);
    buf_done(&out);
    buf_done(&vkey);
    json_decref(all);
}

static void a_cosignature_tells_its_time_and_covers_it(void **state)
{
    (void)state;
    static const char text[] = "ledger.example.org\n0\nAAAA\n";
    note_signer s;
    buf out = BUF_INIT;
    note n;
    uint64_t time;
    assert_int_equal(note_signer_new("witness.example.org", NOTE_COSIGNATURE, &s, NULL), 0);
    buf_add_text(&out, text);
    buf_add_char(&out, '\n');
    assert_int_equal(note_sign(&s, text, sizeof text - 1, 1767139200, &out, NULL), ASSAY_OK);
    assert_int_equal(note_parse(out.data, out.length, &n, NULL), ASSAY_OK);
    assert_int_equal(note_verify(&n, &s.public, &time, NULL), ASSAY_OK);
    assert_int_equal(time, 1767139200);
    n.lines[0].signature[7] ^= 1;
    assert_int_equal(note_verify(&n, &s.public, &time, NULL), ASSAY_CONFLICT);
    s.public.id[0] ^= 1;
    assert_int_equal(note_verify(&n, &s.public, &time, NULL), ASSAY_NOT_FOUND);
    buf_done(&out);
}

static void checkpoints_are_taken_and_refused_as_c2sp_has_it(void **state)
{
    (void)state;
    json_t *all = vectors("checkpoint-text"), *list = json_object_get(all, "accept");
    checkpoint cp;
    size_t strict = 0;
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *c = json_array_get(list, i);
        const char *text = text_of(c, "text");
        bool is_ok = checkpoint_parse(text, strlen(text), &cp, NULL) == ASSAY_OK;
        assert_int_equal(is_ok, json_object_get(c, "lenient") == NULL);
        if (!is_ok)
            continue;
        buf again = BUF_INIT;
        checkpoint_write(&cp, &again);
        assert_string_equal(again.data, text);
        assert_string_equal(cp.origin, text_of(c, "origin"));
        assert_int_equal(cp.size, number_of(c, "size"));
        buf_done(&again);
        strict++;
    }
    assert_int_equal(strict, 1);
    list = json_object_get(all, "reject");
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *text = text_of(json_array_get(list, i), "text");
        if (checkpoint_parse(text, strlen(text), &cp, NULL) == ASSAY_OK)
            fail_msg("accepted: %s", text);
    }
    json_decref(all);
}

/* Signature of the log, and the entry in the tree of its checkpoint. */
static bool rekor_accepts(hasher *h, const json_t *c)
{
    const char *text = text_of(c, "checkpoint");
    sha256 proof[MERKLE_PROOF_MAX], leaf;
    checkpoint cp;
    note n;
    note_key k;
    long count = hashes_of(json_object_get(c, "proof"), proof, MERKLE_PROOF_MAX);
    return count >= 0 && hash_of(json_object_get(c, "leafHash"), &leaf) &&
           note_key_parse(text_of(c, "vkey"), &k, NULL) == ASSAY_OK &&
           note_parse(text, strlen(text), &n, NULL) == ASSAY_OK &&
           note_verify(&n, &k, NULL, NULL) == ASSAY_OK &&
           checkpoint_parse(n.text, n.text_length, &cp, NULL) == ASSAY_OK &&
           strcmp(cp.origin, text_of(c, "keyName")) == 0 &&
           merkle_verify_inclusion(h, &leaf, strtoull(text_of(c, "index"), NULL, 10), cp.size,
                                   proof, (size_t)count, &cp.root, NULL) == ASSAY_OK;
}

static void checkpoints_of_a_real_rekor_log_get_sigstores_verdict(void **state)
{
    (void)state;
    json_t *all = vectors("rekor2-checkpoints"), *cases = json_object_get(all, "cases");
    hasher *h;
    assert_int_equal(hasher_new(&h, NULL), ASSAY_OK);
    assert_int_equal(json_array_size(cases), 7);
    for (size_t i = 0; i < json_array_size(cases); i++) {
        const json_t *c = json_array_get(cases, i);
        bool expected = strcmp(text_of(c, "expect"), "accept") == 0;
        if (rekor_accepts(h, c) != expected)
            fail_msg("%s: expected %s", text_of(c, "name"), text_of(c, "expect"));
    }
    hasher_free(h);
    json_decref(all);
}

static void names_and_notes_have_bounds(void **state)
{
    (void)state;
    static char big[(1 << 20) + 2];
    const uint8_t seed[32] = {1};
    char name[NOTE_NAME_MAX + 2];
    note_signer s;
    note_key k;
    note n;
    assay_err err = {0};
    memset(name, 'n', sizeof name);
    name[sizeof name - 1] = '\0';
    const char *const bad[] = {"", "a b", "a+b", "a\x7f", "a\xff", name};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char vkey[400];
        assert_int_equal(note_signer_of(bad[i], NOTE_ED25519, seed, &s, &err), ASSAY_DOMAIN);
        snprintf(vkey, sizeof vkey, "%s+00000000+AQAA", bad[i]);
        assert_int_equal(note_key_parse(vkey, &k, &err), ASSAY_FORMAT);
    }
    name[NOTE_NAME_MAX] = '\0';
    assert_ok(note_signer_of(name, NOTE_ED25519, seed, &s, &err), err);
    buf long_id = BUF_INIT;
    note_key_write(&s.public, &long_id);
    buf_reserve(&long_id, 1);
    memmove(long_id.data + NOTE_NAME_MAX + 2, long_id.data + NOTE_NAME_MAX + 1, long_id.length - NOTE_NAME_MAX);
    assert_int_equal(note_key_parse(long_id.data, &k, &err), ASSAY_FORMAT);
    assert_non_null(strstr(err.message, "its id does not agree"));
    buf_done(&long_id);
    memset(big, 'a', sizeof big);
    assert_int_equal(note_parse(big, sizeof big, &n, &err), ASSAY_FORMAT);
    assert_non_null(strstr(err.message, "longer than 1 MiB"));
    buf b = BUF_INIT;
    buf_add_text(&b, "text\n\n");
    for (int i = 0; i < 101; i++)
        assert_ok(note_sign(&s, "text\n", 5, 0, &b, &err), err);
    assert_int_equal(note_parse(b.data, b.length, &n, &err), ASSAY_FORMAT);
    assert_non_null(strstr(err.message, "more than 100"));
    buf_done(&b);
    static const char *const odd[] = {"t\n\n", "t\n\nab\n", "t\n\n\xe2\x80\x94 a AAAAAAAA", "t\n\n\xe2\x80\n",
                                      "t\n\nabcdefgh\n", "t\n\n\xe2\x80\x94 aAAAAAAAA\n", "t\n\n\xe2\x80\x94 a AAAA\n", "t\n\n\xe2\x80\x94  AAAAAAAA\n"};
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++)
        assert_int_equal(note_parse(odd[i], strlen(odd[i]), &n, &err), ASSAY_FORMAT);
    static const char short_one[] = "t\n\n\xe2\x80\x94 a AAAAAAAAAA==\n"; /* three bytes of a signature */
    assert_ok(note_parse(short_one, sizeof short_one - 1, &n, &err), err);
}

static void checkpoints_have_bounds(void **state)
{
    (void)state;
    char text[700];
    checkpoint c;
    assay_err err = {0};
    static const char root[] = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    memset(text, 'o', 600);
    snprintf(text + 600, 100, "\n1\n%s\n", root);
    assert_int_equal(checkpoint_parse(text, strlen(text), &c, &err), ASSAY_FORMAT);
    static const char *const bad[] = {"o\x7f\n1\n%s\n", "\xff\n1\n%s\n", "\n1\n%s\n", "o", "o\n", "o\n1\n", "o\n1\n%s", "o\n1\n%s\n\n", "o\n1\n%s\nmore",
                                      "o\n1\nAAAA\n", "o\n1\n%s=\n"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        snprintf(text, sizeof text, bad[i], root);
        if (checkpoint_parse(text, strlen(text), &c, NULL) == ASSAY_OK)
            fail_msg("taken: %s", text);
        assert_int_equal(checkpoint_parse(text, strlen(text), &c, &err), ASSAY_FORMAT);
    }
    snprintf(text, sizeof text, "o\n1\n%s\nmore\n", root);
    assert_ok(checkpoint_parse(text, strlen(text), &c, &err), err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_notes_verify_or_are_refused),
        cmocka_unit_test(a_part_or_a_change_of_a_key_is_no_key),
        cmocka_unit_test(what_we_sign_is_byte_for_byte_what_go_signs),
        cmocka_unit_test(a_cosignature_tells_its_time_and_covers_it),
        cmocka_unit_test(checkpoints_are_taken_and_refused_as_c2sp_has_it),
        cmocka_unit_test(checkpoints_of_a_real_rekor_log_get_sigstores_verdict),
        cmocka_unit_test(checkpoints_have_bounds),
        cmocka_unit_test(names_and_notes_have_bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
