/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The protocol of the signer's socket: what is malformed is refused by name, on both sides. */
#include "check.h"

#include "ledger/signer.h"
#include "ledger/signer_wire.h"

#include <pthread.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static const char origin[] = "ledger.test/one";
static char folder[64], keys[96], address[96];
static signer_core core;
static assay_err err;

static int begin(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/assay-wire-XX" "XX" "XX");
    snprintf(keys, sizeof keys, "%s/keys", mkdtemp(folder));
    snprintf(address, sizeof address, "%s/socket", folder);
    for (int use = 0; use < SIGNER_USES; use++)
        assert_ok(signer_file_add(keys, (signer_use)use, origin, NULL, &err), err);
    assert_ok(signer_file_add(keys, SIGNER_LOG, origin, NULL, &err), err);
    assert_ok(core_open(keys, &core, &err), err);
    return 0;
}

static int end(void **state)
{
    (void)state;
    char command[128];
    core_close(&core);
    snprintf(command, sizeof command, "rm -r %s", folder);
    return system(command);
}

/* -- what is asked -------------------------------------------------------------------------------- */

static int answer_to(const void *request, size_t length)
{
    buf out = BUF_INIT;
    wire_answer(&core, request, length, &out);
    int status = (uint8_t)out.data[4];
    assert_int_equal(wire_u32_at((const uint8_t *)out.data), out.length - 4);
    buf_done(&out);
    return status;
}

static void a_question_of_another_form_is_refused(void **state)
{
    (void)state;
    uint8_t q[400] = {0};
    assert_int_equal(answer_to(q, 0), ASSAY_FORMAT);
    assert_int_equal(answer_to(q, 1), ASSAY_FORMAT);
    q[0] = WIRE_KEYS;
    assert_int_equal(answer_to(q, 1), ASSAY_OK);
    assert_int_equal(answer_to(q, 2), ASSAY_FORMAT);
    q[0] = WIRE_PROOF;
    assert_int_equal(answer_to(q, 64), ASSAY_FORMAT);
    assert_int_equal(answer_to(q, 65), ASSAY_OK);
    q[0] = WIRE_RSA;
    assert_int_equal(answer_to(q, 32), ASSAY_FORMAT);
    assert_int_equal(answer_to(q, 33), ASSAY_OK);
}

static void the_last_tree_is_asked_for_by_use_and_origin(void **state)
{
    (void)state;
    uint8_t q[400] = {WIRE_LAST, SIGNER_LOG};
    memset(q + 2, 'a', 300);
    assert_int_equal(answer_to(q, 2), ASSAY_FORMAT);                     /* no origin */
    assert_int_equal(answer_to(q, 2 + NOTE_NAME_MAX + 1), ASSAY_FORMAT); /* too long */
    assert_int_equal(answer_to(q, 6), ASSAY_NOT_FOUND);
    q[1] = SIGNER_CREDENTIAL;
    assert_int_equal(answer_to(q, 6), ASSAY_FORMAT);
    q[1] = SIGNER_WITNESS;
    q[3] = '\0';
    assert_int_equal(answer_to(q, 6), ASSAY_FORMAT);
}

static void a_tree_comes_with_a_proof_of_known_length(void **state)
{
    (void)state;
    static const char text[] = "ledger.test/one\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n";
    uint8_t q[400] = {WIRE_TREE, SIGNER_LOG};
    assert_int_equal(answer_to(q, 10), ASSAY_FORMAT); /* cut */
    q[10] = MERKLE_PROOF_MAX + 1;
    assert_int_equal(answer_to(q, 11), ASSAY_FORMAT);
    q[10] = 2;
    assert_int_equal(answer_to(q, 11 + 63), ASSAY_FORMAT); /* a hash is cut */
    q[10] = 0;
    q[1] = SIGNER_RSA;
    assert_int_equal(answer_to(q, 11), ASSAY_FORMAT);
    q[1] = SIGNER_LOG;
    assert_int_equal(answer_to(q, 11), ASSAY_DOMAIN); /* no checkpoint */
    memcpy(q + 11, text, sizeof text - 1);
    assert_int_equal(answer_to(q, 11 + sizeof text - 1), ASSAY_OK);
}

static void keys_that_are_missing_are_said_to_be(void **state)
{
    (void)state;
    char bare[128];
    signer_core other;
    buf out = BUF_INIT;
    uint8_t q[100] = {WIRE_PROOF};
    snprintf(bare, sizeof bare, "%s/bare", folder);
    assert_ok(signer_file_add(bare, SIGNER_WITNESS, origin, NULL, &err), err);
    assert_ok(core_open(bare, &other, &err), err);
    wire_answer(&other, q, 65, &out);
    assert_int_equal(out.data[4], ASSAY_NOT_FOUND);
    q[0] = WIRE_RSA;
    wire_answer(&other, q, 33, &out);
    assert_int_equal(out.data[4], ASSAY_NOT_FOUND);
    q[0] = WIRE_KEYS;
    wire_answer(&other, q, 1, &out);
    signer_public p;
    assert_true(wire_read_keys((const uint8_t *)out.data + 5, out.length - 5, &p));
    assert_int_equal(p.log.type, 0);
    assert_false(p.has_credential);
    core_close(&other);
    buf_done(&out);
}

/* -- what is answered ----------------------------------------------------------------------------- */

static void keys_are_read_whole_or_not_at_all(void **state)
{
    (void)state;
    buf out = BUF_INIT;
    signer_public p, again;
    core_public(&core, &p);
    assert_int_equal(p.retired_count, 1);
    wire_add_keys(&out, &p);
    const uint8_t *bytes = (const uint8_t *)out.data;
    assert_true(wire_read_keys(bytes, out.length, &again));
    assert_memory_equal(&p, &again, sizeof p);
    for (size_t n = 0; n < out.length - p.modulus_length; n++)
        assert_false(wire_read_keys(bytes, n, &again));
    char *log = strchr(out.data, '+');
    log[1] = '!'; /* a key that is none */
    assert_false(wire_read_keys(bytes, out.length, &again));
    buf_done(&out);
}

static void keys_out_of_bounds_are_refused(void **state)
{
    (void)state;
    uint8_t wide[2 + 1 + 33 + SIGNER_RSA_MAX + 1] = {'\n', '\n'};
    signer_public p;
    assert_true(wire_read_keys(wide, 2 + 1 + 33, &p));
    assert_false(wire_read_keys(wide, 2, &p));
    assert_false(wire_read_keys(wide, sizeof wide, &p)); /* the modulus is too long */
    wide[2] = SIGNER_RETIRED_MAX + 1;
    assert_false(wire_read_keys(wide, 2 + 1 + 33, &p));
    wide[2] = 0;
    wide[3] = 2; /* neither yes nor no */
    assert_false(wire_read_keys(wide, 2 + 1 + 33, &p));
    uint8_t line[NOTE_NAME_MAX + 80];
    memset(line, 'a', sizeof line);
    line[sizeof line - 1] = '\n';
    assert_false(wire_read_keys(line, sizeof line, &p));
}

static void a_file_of_keys_has_one_form(void **state)
{
    (void)state;
    static const char seed[] = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    static const char *const bad[] = {
        "", "assay-keys v2\n", "assay-keys v1\nlog\n", "assay-keys v1\nlog a 2026 %s", "assay-keys v1\nlog a  %s\n", "assay-keys v1\n log a 2026 %s\n", "assay-keys v1\nlog a 2026 \n",
        "assay-keys v1\nking a 2026 %s\n", "assay-keys v1\nlo a 2026 %s\n", "assay-keys v1\nlog a 2026 AAAA\n", "assay-keys v1\nlog a 2026 !\n", "assay-keys v1\nrsa a 2026 %s\n", "assay-keys v1\nlog a+b 2026 %s\n"};
    char text[600];
    key_ring k;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        snprintf(text, sizeof text, bad[i], seed);
        assert_int_not_equal(keys_parse(text, strlen(text), &k, &err), ASSAY_OK);
    }
    buf b = BUF_INIT;
    buf_add_text(&b, "assay-keys v1\n");
    for (int i = 0; i < 20; i++)
        buf_addf(&b, "log a 2026 %s\n", seed);
    buf_addf(&b, "credential a 2026 %s\nwitness w 2026 %s\n", seed, seed);
    assert_ok(keys_parse(b.data, b.length, &k, &err), err);
    assert_int_equal(k.retired_count, SIGNER_RETIRED_MAX); /* the oldest are not kept */
    keys_done(&k);
    for (int i = 0; i < KEYS_MAX; i++)
        buf_addf(&b, "credential a 2026 %s\n", seed);
    assert_int_equal(keys_parse(b.data, b.length, &k, &err), ASSAY_FORMAT);
    buf_clear(&b);
    buf_addf(&b, "assay-keys v1\ncredential %0*d 2026 %s\n", NOTE_NAME_MAX + 1, 0, seed);
    assert_int_equal(keys_parse(b.data, b.length, &k, &err), ASSAY_FORMAT);
    buf_done(&b);
}

static void a_message_that_is_none_is_not_received(void **state)
{
    (void)state;
    static const struct {
        uint32_t length;
        size_t sent; /* of the bytes behind the length */
    } cases[] = {{0, 1}, {WIRE_MAX + 1, 1}, {5, 4}, {5, 5}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int pair[2];
        uint8_t what = 0;
        buf out = BUF_INIT, body = BUF_INIT;
        for (int shift = 24; shift >= 0; shift -= 8)
            buf_add_char(&out, (char)(cases[i].length >> shift));
        buf_add(&out, "abcde", cases[i].sent);
        assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
        assert_true(wire_send(pair[0], &out));
        close(pair[0]);
        assert_int_equal(wire_receive(pair[1], &what, &body), cases[i].sent == cases[i].length);
        assert_int_equal(what, cases[i].sent == cases[i].length ? 'a' : 0);
        close(pair[1]);
        buf_done(&out);
        buf_done(&body);
    }
}

/* A signer that answers each question with the next of these bytes. */
typedef struct {
    const uint8_t *answers;
    size_t length[8];
    int count;
    pthread_t thread;
    int listening;
} stand_in;

static void *play(void *context)
{
    stand_in *s = context;
    uint8_t what;
    buf body = BUF_INIT;
    const uint8_t *at = s->answers;
    for (int i = 0; i < s->count; i++) {
        int fd = accept(s->listening, NULL, NULL);
        (void)wire_receive(fd, &what, &body);
        (void)!send(fd, at, s->length[i], MSG_NOSIGNAL);
        at += s->length[i];
        close(fd);
    }
    buf_done(&body);
    return NULL;
}

static void start(stand_in *s)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    strcpy(at.sun_path, address);
    unlink(address);
    s->listening = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_int_equal(bind(s->listening, (struct sockaddr *)&at, sizeof at), 0);
    assert_int_equal(listen(s->listening, 4), 0);
    assert_int_equal(pthread_create(&s->thread, NULL, play, s), 0);
}

static signer *reach(void)
{
    signer *s = NULL;
    char where[128];
    snprintf(where, sizeof where, "unix:%s", address);
    assert_ok(signer_open(where, &s, &err), err);
    return s;
}

static void finish(stand_in *s, signer *k)
{
    signer_close(k);
    pthread_join(s->thread, NULL);
    close(s->listening);
}

static void an_answer_that_is_none_is_not_believed(void **state)
{
    (void)state;
    /* each: length, status, body */
    static const uint8_t bytes[] = {0, 0, 0, 2, 0, 9,                /* keys of one byte */
                                    0, 0, 0, 3, 0, 1, 2,             /* a last tree of two bytes */
                                    0, 0, 0, 2, 0, 7,                /* a signature of one byte */
                                    0, 0, 0, 4, 250, 'o', 'h', '\0'}; /* a status that is none */
    stand_in s = {.answers = bytes, .length = {6, 7, 6, 8}, .count = 4};
    signer_public p;
    signer_seen seen;
    uint8_t hashes[64] = {0}, signature[64];
    start(&s);
    signer *k = reach();
    assert_int_equal(signer_keys(k, &p, &err), ASSAY_FORMAT);
    assert_non_null(strstr(err.message, "not of its protocol"));
    assert_int_equal(signer_last(k, SIGNER_LOG, origin, &seen, &err), ASSAY_FORMAT);
    assert_int_equal(signer_sign_proof(k, hashes, signature, &err), ASSAY_FORMAT);
    assert_int_equal(signer_sign_proof(k, hashes, signature, &err), ASSAY_IO);
    assert_string_equal(err.message, "oh");
    finish(&s, k);
}

static void an_answer_that_is_too_long_is_not_taken(void **state)
{
    (void)state;
    static uint8_t bytes[4 + 1 + 65] = {0, 0, 0, 66, 0};
    static uint8_t endless[4] = {0, 1, 0, 0};
    stand_in s = {.answers = bytes, .length = {sizeof bytes}, .count = 1};
    uint8_t hashes[64] = {0}, signature[64];
    start(&s);
    signer *k = reach();
    assert_int_equal(signer_sign_proof(k, hashes, signature, &err), ASSAY_FORMAT);
    finish(&s, k);
    s = (stand_in){.answers = endless, .length = {2, 2}, .count = 2}; /* cut off, twice */
    start(&s);
    k = reach();
    assert_int_equal(signer_sign_proof(k, hashes, signature, &err), ASSAY_IO);
    assert_non_null(strstr(err.message, "gives no answer"));
    finish(&s, k);
}

static void a_long_message_is_cut_not_overrun(void **state)
{
    (void)state;
    static uint8_t bytes[4 + 1 + 4000];
    bytes[2] = (sizeof bytes - 4) >> 8;
    bytes[3] = (sizeof bytes - 4) & 0xff;
    bytes[4] = ASSAY_DOMAIN;
    memset(bytes + 5, 'x', 4000); /* no NUL anywhere */
    stand_in s = {.answers = bytes, .length = {sizeof bytes}, .count = 1};
    uint8_t hashes[64] = {0}, signature[64];
    start(&s);
    signer *k = reach();
    assert_int_equal(signer_sign_proof(k, hashes, signature, &err), ASSAY_DOMAIN);
    assert_int_equal(strlen(err.message), sizeof err.message - 1);
    finish(&s, k);
}

static void a_question_that_no_signer_takes_is_not_sent(void **state)
{
    (void)state;
    static char text[WIRE_MAX];
    merkle_proof none = {.count = 0};
    buf line = BUF_INIT;
    stand_in s = {.count = 0};
    start(&s);
    signer *k = reach();
    assert_int_equal(signer_sign_tree(k, SIGNER_LOG, text, sizeof text, 0, &none, &line, &err), ASSAY_LIMIT);
    finish(&s, k);
}

static void a_place_that_is_no_socket_is_refused(void **state)
{
    (void)state;
    signer *k = NULL;
    char where[300] = "unix:";
    assert_int_equal(signer_open(where, &k, &err), ASSAY_USAGE);
    memset(where + 5, 'a', 200);
    assert_int_equal(signer_open(where, &k, &err), ASSAY_USAGE);
    assert_int_equal(signer_open("unix:/nowhere/socket", &k, &err), ASSAY_IO);
    assert_non_null(strstr(err.hint, "assay-signer"));
    assert_null(k);
    signer_close(k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_question_of_another_form_is_refused),
        cmocka_unit_test(the_last_tree_is_asked_for_by_use_and_origin),
        cmocka_unit_test(a_tree_comes_with_a_proof_of_known_length),
        cmocka_unit_test(keys_that_are_missing_are_said_to_be),
        cmocka_unit_test(keys_are_read_whole_or_not_at_all),
        cmocka_unit_test(keys_out_of_bounds_are_refused),
        cmocka_unit_test(a_file_of_keys_has_one_form),
        cmocka_unit_test(a_message_that_is_none_is_not_received),
        cmocka_unit_test(an_answer_that_is_none_is_not_believed),
        cmocka_unit_test(an_answer_that_is_too_long_is_not_taken),
        cmocka_unit_test(a_long_message_is_cut_not_overrun),
        cmocka_unit_test(a_question_that_no_signer_takes_is_not_sent),
        cmocka_unit_test(a_place_that_is_no_socket_is_refused),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
