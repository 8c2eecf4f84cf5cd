/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The log as files: whatever the batches, wherever it was opened again, the same tree. */
#include "check.h"

#include "ledger/durable.h"
#include "ledger/log.h"
#include "ledger/verify.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static const char origin[] = "ledger.test/log";
static char folder[64], keys[96], directory[96];
static hasher *h;
static signer *who;
static signer_public public;
static assay_err err;

static int begin(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/assay-log-XX" "XX" "XX");
    snprintf(keys, sizeof keys, "%s/keys", mkdtemp(folder));
    snprintf(directory, sizeof directory, "%s/log", folder);
    assert_ok(hasher_new(&h, &err), err);
    assert_ok(signer_file_add(keys, SIGNER_LOG, origin, NULL, &err), err);
    assert_ok(signer_open(keys, &who, &err), err);
    assert_ok(signer_keys(who, &public, &err), err);
    return 0;
}

static int end(void **state)
{
    (void)state;
    char command[128];
    hasher_free(h);
    signer_close(who);
    snprintf(command, sizeof command, "rm -r %s", folder);
    return system(command);
}

static tlog *open_log(void)
{
    tlog *t;
    assert_ok(tlog_open(directory, origin, &public.log, 1, &t, &err), err);
    return t;
}

static void add(tlog *t, uint64_t from, uint64_t to)
{
    char text[32];
    for (uint64_t i = from; i < to; i++)
        assert_ok(tlog_add(t, text, (size_t)sprintf(text, "entry %llu", (unsigned long long)i), &err),
                  err);
}

static sha256 root_of(uint64_t size)
{
    merkle_tree t = {0};
    sha256 leaf, root;
    char text[32];
    for (uint64_t i = 0; i < size; i++) {
        assert_ok(merkle_leaf(h, text, (size_t)sprintf(text, "entry %llu", (unsigned long long)i),
                              &leaf, &err), err);
        assert_ok(merkle_append(h, &t, &leaf, &err), err);
    }
    assert_ok(merkle_root(h, &t, &root, &err), err);
    return root;
}

static void check(const tlog *t, uint64_t size)
{
    note n;
    checkpoint c;
    sha256 root = root_of(size);
    const buf *text = tlog_note(t);
    assert_ok(note_parse(text->data, text->length, &n, &err), err);
    assert_ok(note_verify(&n, &public.log, NULL, &err), err);
    assert_ok(checkpoint_parse(n.text, n.text_length, &c, &err), err);
    assert_int_equal(c.size, size);
    assert_memory_equal(&c.root, &root, 32);
}

static void batches_of_any_size_and_reopening_give_the_same_tree(void **state)
{
    (void)state;
    static const uint64_t sizes[] = {0, 1, 2, 255, 256, 257, 511, 512, 700, 3000, 65535, 65536, 65537, 70000};
    uint64_t old = 0;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; old = sizes[i++]) {
        tlog *t = open_log();
        assert_int_equal(tlog_size(t), old);
        add(t, old, sizes[i]);
        assert_ok(tlog_sign(t, who, &err), err);
        check(t, sizes[i]);
        tlog_close(t);
    }
}

static void every_entry_is_proved_and_every_older_tree_continued(void **state)
{
    (void)state;
    enum { SIZE = 1500 };
    tlog *t = open_log();
    tlog_reader *r;
    merkle_proof p;
    sha256 root = root_of(SIZE), leaf, older;
    buf entry = BUF_INIT;
    char text[32];
    add(t, 0, 1100);
    assert_ok(tlog_sign(t, who, &err), err);
    add(t, 1100, SIZE);
    assert_ok(tlog_sign(t, who, &err), err);
    tlog_close(t);
    assert_ok(tlog_reader_open(directory, 3, &r, &err), err);
    for (uint64_t i = 0; i < SIZE; i++) {
        sprintf(text, "entry %llu", (unsigned long long)i);
        buf_clear(&entry);
        assert_ok(tlog_read_entry(r, i, SIZE, &entry, &err), err);
        assert_int_equal(entry.length, strlen(text));
        assert_memory_equal(entry.data, text, entry.length);
        assert_ok(merkle_leaf(h, text, strlen(text), &leaf, &err), err);
        assert_ok(tlog_prove_inclusion(r, i, SIZE, &p, &err), err);
        assert_ok(merkle_verify_inclusion(h, &leaf, i, SIZE, p.hash, p.count, &root, &err), err);
    }
    for (uint64_t i = 1; i <= SIZE; i += 7) {
        older = root_of(i);
        assert_ok(tlog_prove_consistency(r, i, SIZE, &p, &err), err);
        assert_ok(merkle_verify_consistency(h, i, &older, SIZE, &root, p.hash, p.count, &err), err);
    }
    assert_int_equal(tlog_prove_inclusion(r, SIZE, SIZE, &p, &err) != ASSAY_OK, true);
    tlog_reader_close(r);
    buf_done(&entry);
}

static bool exists(const char *name)
{
    char path[200];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    return access(path, F_OK) == 0;
}

static void partial_tiles_stay_until_the_full_one_is_signed(void **state)
{
    (void)state;
    tlog *t = open_log();
    add(t, 0, 10);
    assert_ok(tlog_sign(t, who, &err), err);
    add(t, 10, 20);
    assert_ok(tlog_sign(t, who, &err), err);
    assert_true(exists("tile/0/000.p/10"));
    assert_true(exists("tile/entries/000.p/20"));
    add(t, 20, 300);
    assert_ok(tlog_write(t, &err), err);
    assert_true(exists("tile/0/000.p/10"));
    assert_true(exists("tile/0/000"));
    assert_ok(tlog_sign(t, who, &err), err);
    assert_false(exists("tile/0/000.p"));
    assert_false(exists("tile/entries/000.p"));
    assert_true(exists("tile/0/001.p/44"));
    assert_true(exists("tile/1/000.p/1"));
    tlog_close(t);
}

static void what_was_written_but_not_signed_is_added_again(void **state)
{
    (void)state;
    for (uint64_t cut = 101; cut < 700; cut += 61) {
        char command[256];
        tlog *t = open_log();
        add(t, tlog_size(t), 100);
        assert_ok(tlog_sign(t, who, &err), err);
        add(t, 100, cut);
        assert_ok(tlog_write(t, &err), err);
        tlog_close(t); /* killed before the signature */
        t = open_log();
        assert_int_equal(tlog_size(t), 100);
        add(t, 100, 900);
        assert_ok(tlog_sign(t, who, &err), err);
        check(t, 900);
        tlog_close(t);
        snprintf(command, sizeof command, "rm -r %s %s.state/*", directory, keys);
        assert_int_equal(system(command), 0);
    }
}

static void a_lost_checkpoint_is_signed_again(void **state)
{
    (void)state;
    char command[400];
    tlog *t = open_log();
    add(t, 0, 100);
    assert_ok(tlog_sign(t, who, &err), err);
    snprintf(command, sizeof command, "cp %s/checkpoint %s/before", directory, folder);
    assert_int_equal(system(command), 0);
    add(t, 100, 400);
    assert_ok(tlog_sign(t, who, &err), err);
    tlog_close(t);
    snprintf(command, sizeof command, "cp %s/before %s/checkpoint", folder, directory);
    assert_int_equal(system(command), 0);
    t = open_log(); /* signed by the signer, never published */
    assert_int_equal(tlog_size(t), 100);
    add(t, 100, 350);
    assert_int_equal(tlog_sign(t, who, &err), ASSAY_CONFLICT);
    assert_non_null(strstr(err.message, "only 350"));
    add(t, 350, 400);
    assert_ok(tlog_sign(t, who, &err), err);
    check(t, 400);
    tlog_close(t);
}

static void other_entries_than_were_signed_are_refused(void **state)
{
    (void)state;
    char command[400];
    tlog *t = open_log();
    add(t, 0, 100);
    assert_ok(tlog_sign(t, who, &err), err);
    tlog_close(t);
    snprintf(command, sizeof command, "cp -r %s %s/copy", directory, folder);
    assert_int_equal(system(command), 0);
    t = open_log();
    add(t, 100, 600);
    assert_ok(tlog_sign(t, who, &err), err);
    tlog_close(t);
    snprintf(command, sizeof command, "rm -r %s && mv %s/copy %s", directory, folder, directory);
    assert_int_equal(system(command), 0);
    t = open_log();
    add(t, 101, 1001); /* one entry is missing */
    assert_int_equal(tlog_sign(t, who, &err), ASSAY_CONFLICT);
    assert_int_equal(tlog_signed_size(t), 100);
    tlog_close(t);
}

static void one_writer_at_a_time(void **state)
{
    (void)state;
    tlog *t = open_log(), *other;
    assert_int_equal(tlog_open(directory, origin, &public.log, 1, &other, &err), ASSAY_BUSY);
    tlog_close(t);
    tlog_close(open_log());
}

static void flip(const char *name, size_t bit)
{
    char path[200];
    uint8_t byte;
    snprintf(path, sizeof path, "%s/%s", directory, name);
    int fd = open(path, O_RDWR);
    assert_true(fd >= 0);
    assert_int_equal(pread(fd, &byte, 1, (off_t)(bit / 8)), 1);
    byte = (uint8_t)(byte ^ 1 << bit % 8);
    assert_int_equal(pwrite(fd, &byte, 1, (off_t)(bit / 8)), 1);
    close(fd);
}

static void a_bit_changed_at_the_right_edge_stops_the_writer(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        size_t bits;
    } files[] = {{"checkpoint", 8 * 60}, {"tile/0/002.p/88", 8 * 32 * 88},
                 {"tile/1/000.p/2", 8 * 64}, {"tile/entries/002.p/88", 8 * 100}};
    tlog *t = open_log(), *other;
    add(t, 0, 600);
    assert_ok(tlog_sign(t, who, &err), err);
    tlog_close(t);
    for (size_t f = 0; f < sizeof files / sizeof *files; f++)
        for (size_t bit = 0; bit < files[f].bits; bit += 1 + files[f].bits / 97) {
            flip(files[f].name, bit);
            if (tlog_open(directory, origin, &public.log, 1, &other, &err) == ASSAY_OK)
                fail_msg("%s: bit %zu", files[f].name, bit);
            flip(files[f].name, bit);
        }
    tlog_close(open_log());
}

static void a_full_tile_is_never_overwritten(void **state)
{
    (void)state;
    tlog *t = open_log();
    add(t, 0, 100);
    assert_ok(tlog_sign(t, who, &err), err);
    add(t, 100, 256);
    assert_ok(tlog_write(t, &err), err);
    tlog_close(t);
    t = open_log();
    add(t, 101, 256);
    assert_int_equal(tlog_add(t, "x", 1, &err), ASSAY_CONFLICT);
    assert_non_null(strstr(err.message, "never overwritten"));
    assert_int_equal(tlog_sign(t, who, &err), ASSAY_IO);
    tlog_close(t);
}

static void after_an_entry_that_cannot_be_the_log_takes_no_other(void **state)
{
    (void)state;
    static const char big[ENTRY_MAX + 1];
    tlog *t = open_log();
    add(t, 0, 3);
    assert_int_equal(tlog_add(t, big, sizeof big, &err), ASSAY_LIMIT);
    assert_int_equal(tlog_add(t, "x", 1, &err), ASSAY_IO);
    assert_non_null(strstr(err.message, "could not be written"));
    tlog_close(t);
}

static void a_checkpoint_by_any_key_of_the_log_opens_it(void **state)
{
    (void)state;
    tlog *t = open_log();
    add(t, 0, 3);
    assert_ok(tlog_sign(t, who, &err), err);
    tlog_close(t);
    uint8_t seed[32] = {9};
    note_signer newer;
    assert_ok(note_signer_of(origin, NOTE_ED25519, seed, &newer, &err), err);
    const note_key keys_of[] = {newer.public, public.log};
    assert_int_equal(tlog_open(directory, origin, keys_of, 1, &t, &err), ASSAY_CONFLICT);
    assert_non_null(strstr(err.message, "not signed by a key"));
    assert_ok(tlog_open(directory, origin, keys_of, 2, &t, &err), err);
    tlog_close(t);
}

static void a_tile_that_is_gone_is_named(void **state)
{
    (void)state;
    char path[200];
    tlog_reader *r;
    merkle_proof p;
    tlog *t = open_log();
    add(t, 0, 300);
    assert_ok(tlog_sign(t, who, &err), err);
    tlog_close(t);
    snprintf(path, sizeof path, "%s/tile/0/000", directory);
    assert_int_equal(unlink(path), 0);
    assert_ok(tlog_reader_open(directory, 3, &r, &err), err);
    assert_int_equal(tlog_prove_inclusion(r, 7, 300, &p, &err), ASSAY_NOT_FOUND);
    assert_non_null(strstr(err.message, "tile/0/000"));
    assert_non_null(strstr(err.hint, "assay ledger verify"));
    tlog_reader_close(r);
}

static void a_directory_that_cannot_be_is_refused_by_name(void **state)
{
    (void)state;
    char long_name[302] = "/";
    memset(long_name + 1, 'n', 300);
    assert_int_equal(durable_make_directory(keys, 0755, &err), ASSAY_EXISTS);
    assert_non_null(strstr(err.message, "is not a directory"));
    assert_int_equal(durable_make_directory(long_name, 0755, &err), ASSAY_IO);
    assert_non_null(strstr(err.message, "cannot make the directory"));
}

/* -- receipts of any log ---------------------------------------------------------------------------- */

static assay_status verify_entry(const char *receipt_text, const char *entry, receipt_verdict *v)
{
    policy *p = malloc(sizeof *p);
    buf text = BUF_INIT;
    buf_add_text(&text, "log ");
    note_key_write(&public.log, &text);
    buf_add_text(&text, "\nquorum none\n");
    assert_ok(policy_parse(text.data, text.length, p, &err), err);
    assay_status status = receipt_verify(receipt_text, strlen(receipt_text), p, entry,
                                         entry ? strlen(entry) : 0, v, &err);
    buf_done(&text);
    free(p);
    return status;
}

static void an_entry_of_another_program_is_proven_as_bytes(void **state)
{
    (void)state;
    receipt r = {.index = 2};
    receipt_verdict v;
    tlog_reader *reader;
    buf text = BUF_INIT;
    tlog *t = open_log();
    add(t, 0, 5);
    assert_ok(tlog_sign(t, who, &err), err);
    assert_ok(tlog_reader_open(directory, 3, &reader, &err), err);
    assert_ok(tlog_prove_inclusion(reader, r.index, 5, &r.proof, &err), err);
    r.note = tlog_note(t)->data, r.note_length = tlog_note(t)->length;
    receipt_write(&r, &text);
    assert_ok(verify_entry(text.data, "entry 2", &v), err);
    assert_true(v.is_trusted && !v.has_entry);
    assert_string_equal(v.entry_text.data, "entry 2");
    receipt_verdict_done(&v);
    assert_int_equal(verify_entry(text.data, "entry 3", &v), ASSAY_CONFLICT);
    receipt_verdict_done(&v);
    assert_int_equal(verify_entry(text.data, NULL, &v), ASSAY_MISSING);
    assert_string_equal(err.hint, "--entry FILE");
    receipt_verdict_done(&v);
    tlog_reader_close(reader);
    tlog_close(t);
    buf_done(&text);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(batches_of_any_size_and_reopening_give_the_same_tree),
        TEST(every_entry_is_proved_and_every_older_tree_continued),
        TEST(partial_tiles_stay_until_the_full_one_is_signed),
        TEST(what_was_written_but_not_signed_is_added_again),
        TEST(a_lost_checkpoint_is_signed_again),
        TEST(other_entries_than_were_signed_are_refused),
        TEST(one_writer_at_a_time),
        TEST(a_bit_changed_at_the_right_edge_stops_the_writer),
        TEST(a_full_tile_is_never_overwritten),
        TEST(after_an_entry_that_cannot_be_the_log_takes_no_other),
        TEST(a_checkpoint_by_any_key_of_the_log_opens_it),
        TEST(a_tile_that_is_gone_is_named),
        TEST(a_directory_that_cannot_be_is_refused_by_name),
        TEST(an_entry_of_another_program_is_proven_as_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
