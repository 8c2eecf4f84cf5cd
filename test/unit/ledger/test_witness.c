/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The statuses of C2SP tlog-witness, one by one, and forks refused for good. */
#include "check.h"

#include "ledger/witness.h"

static const char origin[] = "log.test/1";
static char folder[64], keys[96], directory[96];
static note_signer log_key, stranger;
static hasher *h;
static signer *s;
static witness *w;
static assay_err err;

typedef struct {
    sha256 node[9][256];
    uint64_t size;
} forest;

static forest *forest_new(uint64_t size, uint64_t odd)
{
    forest *f = calloc(1, sizeof *f);
    f->size = size;
    for (uint64_t i = 0; i < size; i++) {
        uint64_t entry[2] = {i, i == odd};
        assert_ok(merkle_leaf(h, entry, sizeof entry, &f->node[0][i], &err), err);
    }
    for (unsigned l = 1; l < 9; l++)
        for (uint64_t i = 0; i < size >> l; i++)
            assert_ok(merkle_node(h, &f->node[l - 1][2 * i], &f->node[l - 1][2 * i + 1],
                                  &f->node[l][i], &err), err);
    return f;
}

static assay_status forest_read(void *context, unsigned level, uint64_t index, sha256 *out,
                                assay_err *e)
{
    const forest *f = context;
    if (level >= 9 || index >= f->size >> level)
        return assay_fail(e, ASSAY_NOT_FOUND, 0, "no subtree");
    *out = f->node[level][index];
    return ASSAY_OK;
}

static int begin(void **state)
{
    (void)state;
    uint8_t seed[32] = {1};
    policy p = {.quorum = -1, .log_count = 1};
    strcpy(folder, "/tmp/assay-witness-XX" "XX" "XX");
    snprintf(keys, sizeof keys, "%s/keys", mkdtemp(folder));
    snprintf(directory, sizeof directory, "%s/seen", folder);
    assert_ok(hasher_new(&h, &err), err);
    assert_ok(note_signer_of(origin, NOTE_ED25519, seed, &log_key, &err), err);
    seed[0] = 2;
    assert_ok(note_signer_of(origin, NOTE_ED25519, seed, &stranger, &err), err);
    assert_ok(signer_file_add(keys, SIGNER_WITNESS, "w.test", NULL, &err), err);
    assert_ok(signer_open(keys, &s, &err), err);
    p.logs[0].key = log_key.public;
    assert_ok(witness_open(directory, &p, s, &w, &err), err);
    return 0;
}

static int end(void **state)
{
    (void)state;
    char command[128];
    witness_close(w);
    signer_close(s);
    hasher_free(h);
    snprintf(command, sizeof command, "rm -r %s", folder);
    return system(command);
}

static void note_of(const char *name, forest *f, uint64_t size, const note_signer *by, buf *out)
{
    checkpoint c = {.size = size};
    buf text = BUF_INIT;
    strcpy(c.origin, name);
    assert_ok(merkle_root_of(h, size, forest_read, f, &c.root, &err), err);
    checkpoint_write(&c, &text);
    buf_add(out, text.data, text.length);
    buf_add_char(out, '\n');
    assert_ok(note_sign(by, text.data, text.length, 0, out, &err), err);
    buf_done(&text);
}

static int post(const char *name, forest *f, uint64_t old, uint64_t size, const note_signer *by,
                merkle_proof *proof, witness_answer *a)
{
    witness_request r = {.old = old};
    buf text = BUF_INIT, body = BUF_INIT;
    if (proof)
        r.proof = *proof;
    else if (old && old < size)
        assert_ok(merkle_prove_consistency(h, old, size, forest_read, f, &r.proof, &err), err);
    note_of(name, f, size, by, &text);
    r.note = text.data;
    r.note_length = text.length;
    witness_request_write(&r, &body);
    witness_add_checkpoint(w, body.data, body.length, a);
    buf_done(&text);
    buf_done(&body);
    return a->status;
}

static int status_of(const char *name, forest *f, uint64_t old, uint64_t size,
                     const note_signer *by, merkle_proof *proof)
{
    witness_answer a;
    int status = post(name, f, old, size, by, proof, &a);
    buf_done(&a.body);
    return status;
}

static void each_answer_has_the_status_that_is_written(void **state)
{
    (void)state;
    forest *f = forest_new(200, UINT64_MAX), *fork_of = forest_new(200, 3);
    merkle_proof none = {.count = 0}, one = {.count = 1};
    witness_answer a;
    assert_int_equal(status_of("other.test/1", f, 0, 5, &log_key, NULL), 404);
    assert_int_equal(status_of(origin, f, 0, 5, &stranger, NULL), 403);
    assert_int_equal(status_of(origin, f, 9, 5, &log_key, &none), 400);
    assert_int_equal(status_of(origin, f, 0, 5, &log_key, &one), 422);
    assert_int_equal(post(origin, f, 3, 5, &log_key, NULL, &a), 409);
    assert_string_equal(a.body.data, "0\n");
    assert_string_equal(a.type, "text/x.tlog.size");
    buf_done(&a.body);
    assert_int_equal(status_of(origin, f, 0, 5, &log_key, NULL), 200);
    assert_int_equal(status_of(origin, f, 0, 7, &log_key, NULL), 409);
    assert_int_equal(status_of(origin, f, 5, 5, &log_key, NULL), 200); /* the same again */
    assert_int_equal(status_of(origin, f, 5, 5, &log_key, &one), 422);
    assert_int_equal(status_of(origin, fork_of, 5, 5, &log_key, NULL), 422);
    assert_int_equal(status_of(origin, fork_of, 5, 100, &log_key, NULL), 422);
    assert_int_equal(status_of(origin, f, 5, 100, &log_key, &none), 422);
    assert_int_equal(post(origin, f, 5, 100, &log_key, NULL, &a), 200);
    assert_int_equal(strncmp(a.body.data, "\xe2\x80\x94 w.test ", 11), 0);
    buf_done(&a.body);
    assert_int_equal(status_of(origin, f, 5, 100, &log_key, NULL), 409);
    free(f);
    free(fork_of);
}

static void the_last_checkpoint_is_served_with_both_signatures(void **state)
{
    (void)state;
    forest *f = forest_new(200, UINT64_MAX);
    sha256 digest;
    char hex[65];
    witness_answer a;
    signer_public p;
    note n;
    uint64_t when;
    assert_ok(sha256_of(origin, strlen(origin), &digest, &err), err);
    sha256_to_hex(&digest, hex);
    witness_checkpoint(w, hex, &a);
    assert_int_equal(a.status, 404);
    buf_done(&a.body);
    assert_int_equal(status_of(origin, f, 0, 5, &log_key, NULL), 200);
    assert_int_equal(status_of(origin, f, 5, 150, &log_key, NULL), 200);
    witness_checkpoint(w, hex, &a);
    assert_int_equal(a.status, 200);
    assert_ok(signer_keys(s, &p, &err), err);
    assert_ok(note_parse(a.body.data, a.body.length, &n, &err), err);
    assert_ok(note_verify(&n, &log_key.public, NULL, &err), err);
    assert_ok(note_verify(&n, &p.witness, &when, &err), err);
    assert_int_equal(n.line_count, 2);
    buf_done(&a.body);
    memset(hex, 'z', 64);
    static const char climbing[] = "../../../../etc/passwd";
    const char *const others[] = {climbing, hex};
    for (size_t i = 0; i < 2; i++) {
        witness_checkpoint(w, others[i], &a);
        assert_int_equal(a.status, 404);
        buf_done(&a.body);
    }
    free(f);
}

/* Of another name, as long as the log's and longer, and by another key: none is kept. */
static void what_others_signed_beside_the_log_is_not_kept(void **state)
{
    (void)state;
    static const char *const others[] = {"LOG.test/1", "else.test/long"};
    uint8_t seed[32] = {3};
    note_signer beside[2];
    forest *f = forest_new(20, UINT64_MAX);
    witness_request r = {.old = 0};
    witness_answer a;
    sha256 digest;
    char hex[65];
    note n;
    buf text = BUF_INIT, lines = BUF_INIT, body = BUF_INIT;
    for (size_t i = 0; i < 2; i++)
        assert_ok(note_signer_of(others[i], NOTE_ED25519, seed, &beside[i], &err), err);
    note_of(origin, f, 5, &beside[0], &text);
    note_of(origin, f, 5, &beside[1], &lines);
    buf_add_text(&text, strstr(lines.data, "\xe2\x80\x94"));
    buf_clear(&lines);
    note_of(origin, f, 5, &stranger, &lines);
    buf_add_text(&text, strstr(lines.data, "\xe2\x80\x94"));
    buf_clear(&lines);
    note_of(origin, f, 5, &log_key, &lines);
    buf_add_text(&text, strstr(lines.data, "\xe2\x80\x94"));
    r.note = text.data, r.note_length = text.length;
    witness_request_write(&r, &body);
    witness_add_checkpoint(w, body.data, body.length, &a);
    assert_int_equal(a.status, 200);
    buf_done(&a.body);
    assert_ok(sha256_of(origin, strlen(origin), &digest, &err), err);
    sha256_to_hex(&digest, hex);
    witness_checkpoint(w, hex, &a);
    assert_ok(note_parse(a.body.data, a.body.length, &n, &err), err);
    assert_int_equal(n.line_count, 2); /* the log's and the witness's */
    assert_ok(note_verify(&n, &log_key.public, NULL, &err), err);
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(note_verify(&n, &beside[i].public, NULL, &err), ASSAY_NOT_FOUND);
    buf *all[] = {&text, &lines, &body, &a.body};
    for (size_t i = 0; i < 4; i++)
        buf_done(all[i]);
    free(f);
}

static void a_request_has_bounds(void **state)
{
    (void)state;
    witness_request r = {.old = 1, .note = "x\n", .note_length = 2}, back;
    buf body = BUF_INIT, more = BUF_INIT;
    r.proof.count = MERKLE_PROOF_MAX;
    memset(r.proof.hash, 7, sizeof r.proof.hash);
    witness_request_write(&r, &body);
    assert_ok(witness_request_parse(body.data, body.length, &back, &err), err);
    assert_int_equal(back.proof.count, MERKLE_PROOF_MAX);
    const char *hash = strchr(body.data, '\n') + 1; /* one more of the same */
    buf_add(&more, body.data, (size_t)(hash - body.data));
    buf_add(&more, hash, 45);
    buf_add_text(&more, hash);
    assert_int_equal(witness_request_parse(more.data, more.length, &back, &err), ASSAY_FORMAT);
    assert_non_null(strstr(err.message, "more than 63"));
    while (body.length <= WITNESS_BODY_MAX)
        buf_add_text(&body, "more and more");
    assert_int_equal(witness_request_parse(body.data, body.length, &back, &err), ASSAY_FORMAT);
    buf_done(&body);
    buf_done(&more);
}

static void a_hundred_forks_are_refused_a_hundred_times(void **state)
{
    (void)state;
    forest *f = forest_new(200, UINT64_MAX);
    int refused = 0;
    assert_int_equal(status_of(origin, f, 0, 100, &log_key, NULL), 200);
    for (uint64_t odd = 0; odd < 100; odd++) {
        forest *other = forest_new(200, odd);
        refused += status_of(origin, other, 100, 101 + odd, &log_key, NULL) == 422;
        free(other);
    }
    assert_int_equal(refused, 100);
    assert_int_equal(status_of(origin, f, 100, 200, &log_key, NULL), 200);
    free(f);
}

static void a_request_that_is_cut_or_changed_is_not_taken(void **state)
{
    (void)state;
    forest *f = forest_new(200, UINT64_MAX);
    witness_request r = {.old = 100}, back;
    buf text = BUF_INIT, body = BUF_INIT;
    assert_int_equal(status_of(origin, f, 0, 100, &log_key, NULL), 200);
    assert_ok(merkle_prove_consistency(h, 100, 150, forest_read, f, &r.proof, &err), err);
    note_of(origin, f, 150, &log_key, &text);
    r.note = text.data;
    r.note_length = text.length;
    witness_request_write(&r, &body);
    assert_ok(witness_request_parse(body.data, body.length, &back, &err), err);
    assert_int_equal(back.proof.count, r.proof.count);
    for (size_t bit = 0; bit < 8 * body.length; bit++) {
        witness_answer a;
        body.data[bit / 8] = (char)(body.data[bit / 8] ^ 1 << bit % 8);
        witness_add_checkpoint(w, body.data, body.length, &a);
        if (a.status == 200)
            fail_msg("bit %zu of %zu changed and cosigned", bit, 8 * body.length);
        buf_done(&a.body);
        body.data[bit / 8] = (char)(body.data[bit / 8] ^ 1 << bit % 8);
    }
    for (size_t length = 0; length < body.length; length++) {
        witness_answer a;
        witness_add_checkpoint(w, body.data, length, &a);
        assert_int_not_equal(a.status, 200);
        buf_done(&a.body);
    }
    buf_done(&text);
    buf_done(&body);
    free(f);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(each_answer_has_the_status_that_is_written),
        TEST(the_last_checkpoint_is_served_with_both_signatures),
        TEST(what_others_signed_beside_the_log_is_not_kept),
        TEST(a_request_has_bounds),
        TEST(a_hundred_forks_are_refused_a_hundred_times),
        TEST(a_request_that_is_cut_or_changed_is_not_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
