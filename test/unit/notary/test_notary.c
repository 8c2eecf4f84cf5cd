/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From record to receipt; and what happens when database, log and signer do not belong together. */
#include "check.h"

#include "base/base64.h"
#include "base/commitment.h"
#include "ledger/policy.h"
#include "ledger/receipt.h"
#include "ledger/signer.h"
#include "ledger/verify.h"
#include "notary/inner.h"

#include <jansson.h>
#include <sqlite3.h>
#include <unistd.h>

static char folder[64], path[96];
static store *db;
static assay_err err;

static int begin(void **state)
{
    (void)state;
    const notary_wish w = {.origin = "ledger.test/n", .actor = "Kim Minsu"};
    strcpy(folder, "/tmp/assay-notary-XX" "XX" "XX");
    snprintf(path, sizeof path, "%s/a.assay", mkdtemp(folder));
    assert_ok(store_open(path, STORE_CREATE, &db, &err), err);
    assert_ok(notary_init(db, path, &w, &err), err);
    return 0;
}

static int end(void **state)
{
    (void)state;
    char command[128];
    store_close(db);
    snprintf(command, sizeof command, "rm -r %s", folder);
    return system(command);
}

static void run(const char *format, ...)
{
    char command[800];
    va_list args;
    va_start(args, format);
    vsnprintf(command, sizeof command, format, args);
    va_end(args);
    assert_int_equal(system(command), 0);
}

static uint64_t append(int count)
{
    store_tx *tx;
    char payload[64];
    uint64_t sequence = 0;
    assert_ok(store_tx_begin(db, &tx, &err), err);
    for (int i = 0; i < count; i++) {
        snprintf(payload, sizeof payload, "{\"score\":\"%d %%\"}", i);
        assert_ok(record_append(tx, "decision.taken", "Kim Minsu", NULL, payload, &sequence, &err), err);
    }
    assert_ok(store_tx_commit(tx, NULL, &err), err);
    return sequence;
}

static uint64_t step(void)
{
    notary *n;
    uint64_t size = 0;
    assert_ok(notary_open(path, &n, &err), err);
    assert_ok(notary_step(n, &size, &err), err);
    notary_close(n);
    return size;
}

static void receipt_of(uint64_t sequence, receipt_scope shows, buf *out)
{
    ledger_view *v;
    buf_clear(out);
    assert_ok(ledger_view_open(db, path, &v, &err), err);
    assert_ok(notary_receipt(v, db, sequence, shows, out, &err), err);
    ledger_view_close(v);
}

static policy own_policy(void)
{
    ledger_view *v;
    assert_ok(ledger_view_open(db, path, &v, &err), err);
    policy p = *ledger_view_policy(v);
    ledger_view_close(v);
    return p;
}

static void a_receipt_proves_entry_and_payload_offline(void **state)
{
    (void)state;
    buf text = BUF_INIT;
    receipt_verdict v;
    uint64_t last = append(700);
    assert_int_equal(step(), last);
    policy p = own_policy();
    for (uint64_t n = 1; n <= last; n += 37) {
        receipt_of(n, RECEIPT_PLAIN, &text);
        assert_ok(receipt_verify(text.data, text.length, &p, NULL, 0, &v, &err), err);
        assert_true(v.is_trusted && v.has_entry && v.by.has_quorum);
        assert_int_equal(v.index, n - 1);
        assert_int_equal(v.payload, PAYLOAD_PROVEN);
        receipt_verdict_done(&v);
        assert_ok(receipt_verify(text.data, text.length, NULL, NULL, 0, &v, &err), err);
        assert_false(v.is_trusted);
        receipt_verdict_done(&v);
        receipt_of(n, RECEIPT_BARE, &text);
        assert_ok(receipt_verify(text.data, text.length, &p, NULL, 0, &v, &err), err);
        assert_int_equal(v.payload, PAYLOAD_ABSENT);
        receipt_verdict_done(&v);
    }
    buf_done(&text);
}

/* A member whose value may name somebody, and one that cannot. */
static void free_text_is_in_no_receipt_that_did_not_ask_for_it(void **state)
{
    (void)state;
    static const char said[] =
        "{\"by\":\"kim\",\"digest\":\"00112233445566778899aabbccddeeff\",\"jury\":[{\"name\":\"Lee\"}],"
        "\"n\":7,\"ok\":true,\"phone\":\"01012345678\",\"score\":\"-93.50\",\"since\":\"2026-01-02\","
        "\"stage\":\"final\",\"unit\":\"Kim Min-su\",\"why\":\"Kim was late\"}";
    static const char shown[] = "{\"digest\":\"00112233445566778899aabbccddeeff\",\"n\":7,\"ok\":true,"
                                "\"score\":\"-93.50\",\"since\":\"2026-01-02\",\"stage\":\"final\"}";
    buf text = BUF_INIT;
    receipt_verdict v;
    store_tx *tx;
    uint64_t sequence;
    assert_ok(store_tx_begin(db, &tx, &err), err);
    assert_ok(record_append(tx, "case.note", "kim", NULL, said, &sequence, &err), err);
    assert_ok(store_tx_commit(tx, NULL, &err), err);
    step();
    policy p = own_policy();
    receipt_of(sequence, RECEIPT_PLAIN, &text);
    assert_ok(receipt_verify(text.data, text.length, &p, NULL, 0, &v, &err), err);
    assert_int_equal(v.payload, PAYLOAD_PROVEN);
    assert_string_equal(buf_text(&v.payload_text), shown);
    assert_memory_equal(v.withheld.data, "by\0jury\0phone\0unit\0why", v.withheld.length);
    receipt_verdict_done(&v);
    receipt_of(sequence, RECEIPT_ALL, &text);
    assert_ok(receipt_verify(text.data, text.length, &p, NULL, 0, &v, &err), err);
    assert_string_equal(buf_text(&v.payload_text), said);
    assert_int_equal(v.withheld.length, 0);
    receipt_verdict_done(&v);
    buf_done(&text);
}

static void what_was_erased_stays_proven_and_is_called_erased(void **state)
{
    (void)state;
    buf before = BUF_INIT, after = BUF_INIT;
    receipt_verdict v;
    store_tx *tx;
    uint64_t last = append(20);
    step();
    receipt_of(10, RECEIPT_PLAIN, &before);
    assert_ok(store_tx_begin(db, &tx, &err), err);
    assert_ok(store_record_erase(tx, 10, "Lee", "asked for", &err), err);
    assert_ok(store_tx_commit(tx, NULL, &err), err);
    assert_int_equal(step(), last + 1);
    policy p = own_policy();
    receipt_of(10, RECEIPT_PLAIN, &after);
    assert_ok(receipt_verify(before.data, before.length, &p, NULL, 0, &v, &err), err);
    assert_int_equal(v.payload, PAYLOAD_PROVEN); /* the owner has it still */
    receipt_verdict_done(&v);
    assert_ok(receipt_verify(after.data, after.length, &p, NULL, 0, &v, &err), err);
    assert_int_equal(v.payload, PAYLOAD_ERASED);
    assert_int_equal(v.erased_index, last);
    receipt_verdict_done(&v);
    buf_done(&before);
    buf_done(&after);
}

static void no_changed_bit_of_a_receipt_verifies_as_the_same(void **state)
{
    (void)state;
    buf text = BUF_INIT;
    receipt_verdict v;
    size_t taken = 0;
    append(300);
    step();
    policy p = own_policy();
    receipt_of(123, RECEIPT_PLAIN, &text);
    for (size_t bit = 0; bit < 8 * text.length; bit++) {
        text.data[bit / 8] = (char)(text.data[bit / 8] ^ 1 << bit % 8);
        if (receipt_verify(text.data, text.length, &p, NULL, 0, &v, &err) == ASSAY_OK) {
            /* only in the names of members of the extra line, which nobody signs */
            bool is_whole = v.payload == PAYLOAD_PROVEN && v.index == 122;
            const char *extra = strstr(text.data, "extra ");
            assert_true(text.data + bit / 8 > extra && bit / 8 < (size_t)(strstr(text.data, "index ") - text.data));
            taken += is_whole;
        }
        receipt_verdict_done(&v);
        text.data[bit / 8] = (char)(text.data[bit / 8] ^ 1 << bit % 8);
    }
    print_message("%zu of %zu changes left the proof as it was (the hint of a key)\n", taken,
                  8 * text.length);
    buf_done(&text);
}

static void an_older_database_is_not_signed_for_and_can_be_rebuilt(void **state)
{
    (void)state;
    notary *n;
    ledger_view *v;
    uint64_t count;
    char copy[128];
    buf text = BUF_INIT;
    receipt_verdict r;
    append(10);
    step();
    snprintf(copy, sizeof copy, "%s/copy", folder);
    assert_ok(store_backup(db, copy, &err), err);
    append(290);
    assert_int_equal(step(), 301);
    store_close(db);
    run("rm -f %s %s-wal %s-shm && cp %s %s", path, path, path, copy, path);
    assert_ok(store_open(path, STORE_WRITE, &db, &err), err);
    assert_int_equal(notary_open(path, &n, &err), ASSAY_CONFLICT);
    assert_non_null(strstr(err.hint, "rebuild"));
    assert_ok(ledger_view_open(db, path, &v, &err), err);
    assert_ok(notary_rebuild(v, db, &count, &err), err);
    ledger_view_close(v);
    assert_int_equal(count, 290);
    append(5);
    assert_int_equal(step(), 306);
    policy p = own_policy();
    receipt_of(200, RECEIPT_PLAIN, &text);
    assert_ok(receipt_verify(text.data, text.length, &p, NULL, 0, &r, &err), err);
    assert_int_equal(r.payload, PAYLOAD_ABSENT);
    receipt_verdict_done(&r);
    buf_done(&text);
}

static void a_database_that_went_on_without_its_log_is_refused(void **state)
{
    (void)state;
    notary *n;
    char copy[128];
    append(10);
    step();
    snprintf(copy, sizeof copy, "%s/copy", folder);
    assert_ok(store_backup(db, copy, &err), err);
    append(100);
    step();
    store_close(db);
    run("rm -f %s %s-wal %s-shm && cp %s %s", path, path, path, copy, path);
    assert_ok(store_open(path, STORE_WRITE, &db, &err), err);
    append(150);
    assert_int_equal(notary_open(path, &n, &err), ASSAY_CONFLICT);
    assert_non_null(strstr(err.message, "is not record"));
}

static void an_older_log_and_database_do_not_sign_behind_the_signer(void **state)
{
    (void)state;
    notary *n;
    uint64_t size;
    append(10);
    step();
    store_close(db);
    run("mkdir %s/old && cp -r %s %s-ledger %s/old", folder, path, path, folder);
    assert_ok(store_open(path, STORE_WRITE, &db, &err), err);
    append(100);
    step();
    store_close(db);
    run("rm -rf %s %s-wal %s-shm %s-ledger && mv %s/old/* %s", path, path, path, path, folder, folder);
    assert_ok(store_open(path, STORE_WRITE, &db, &err), err);
    append(20);
    assert_ok(notary_open(path, &n, &err), err);
    assert_int_equal(notary_step(n, &size, &err), ASSAY_CONFLICT);
    notary_close(n);
    append(200);
    assert_ok(notary_open(path, &n, &err), err);
    assert_int_equal(notary_step(n, &size, &err), ASSAY_CONFLICT);
    assert_non_null(strstr(err.message, "another root"));
    notary_close(n);
}

static void count_fault(const char *what, void *context)
{
    (void)what;
    ++*(int *)context;
}

static void the_whole_log_is_checked_and_each_damage_told(void **state)
{
    (void)state;
    ledger_view *v;
    notary_check_t found;
    int faults = 0;
    append(1000);
    step();
    assert_ok(ledger_view_open(db, path, &v, &err), err);
    assert_ok(notary_check(v, db, count_fault, &faults, &found, &err), err);
    assert_int_equal(faults, 0);
    assert_int_equal(found.entries, 1001);
    ledger_view_close(v);
    static const char *const files[] = {"tile/0/001", "tile/entries/002", "tile/1/000.p/3",
                                        "tile/entries/003.p/233"};
    for (size_t i = 0; i < 4; i++) {
        faults = 0;
        run("cd %s-ledger && cp %s /tmp/assay-kept.$PPID && printf 'X' | dd of=%s bs=1 seek=40 "
            "conv=notrunc 2>/dev/null", path, files[i], files[i]);
        assert_ok(ledger_view_open(db, path, &v, &err), err);
        assert_ok(notary_check(v, db, count_fault, &faults, &found, &err), err);
        ledger_view_close(v);
        assert_true(faults > 0);
        run("cd %s-ledger && mv /tmp/assay-kept.$PPID %s", path, files[i]);
    }
}

/* The document of the ledger, as no writer of ours leaves it. */
static assay_status settings_of(const char *id, const char *json)
{
    store_tx *tx;
    uint64_t version;
    notary_settings set;
    static policy logs;
    char place[1024], directory[1024];
    assert_ok(store_tx_begin(db, &tx, &err), err);
    assert_ok(store_document_put(tx, "ledger", id, json, NULL, DOCUMENT_ANY, "Kim", "spoilt", &version, &err), err);
    assert_ok(store_tx_commit(tx, NULL, &err), err);
    if (strcmp(id, "witness") == 0)
        return notary_witness_logs(db, path, &logs, place, directory, sizeof place, &err);
    assay_status status = notary_settings_read(db, &set, &err);
    if (!status)
        notary_settings_done(&set);
    return status;
}

static void settings_that_are_none_are_called_damaged(void **state)
{
    (void)state;
    static const char tenant[] = "00112233445566778899aabbccddeeff";
    static const char *const bad[] = {
        "{}", "{\"origin\":\"\",\"tenant\":\"%s\"}", "{\"origin\":5,\"tenant\":\"%s\"}", "{\"origin\":\"a\"}", "{\"origin\":\"a\",\"tenant\":\"00\"}",
        "{\"origin\":\"a\",\"tenant\":\"zz112233445566778899aabbccddeeff\"}", "{\"origin\":\"a\",\"tenant\":\"%s\",\"directory\":5}",
        "{\"origin\":\"a\",\"tenant\":\"%s\",\"signer\":5}", "{\"origin\":\"a\",\"tenant\":\"%s\",\"keys\":5}", "{\"origin\":\"a\",\"tenant\":\"%s\",\"policy\":[]}"};
    char text[9000], origin[300];
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        snprintf(text, sizeof text, bad[i], tenant);
        if (settings_of("log", text) != ASSAY_DAMAGED)
            fail_msg("taken: %s", text);
    }
    memset(origin, 'o', sizeof origin - 1);
    origin[sizeof origin - 1] = '\0';
    snprintf(text, sizeof text, "{\"origin\":\"%s\",\"tenant\":\"%s\"}", origin, tenant);
    assert_int_equal(settings_of("log", text), ASSAY_DAMAGED);
    snprintf(text, sizeof text, "{\"origin\":\"a\",\"tenant\":\"%s\"}", tenant);
    assert_int_equal(settings_of("log", text), ASSAY_OK);
    assert_int_equal(settings_of("witness", "{}"), ASSAY_DAMAGED);
    assert_int_equal(settings_of("witness", "{\"logs\":\"nonsense\"}"), ASSAY_FORMAT);
    assert_int_equal(settings_of("witness", "{\"logs\":\"quorum none\",\"signer\":\"unix:/x\"}"), ASSAY_OK);
    assert_int_equal(settings_of("witness", "{\"logs\":\"quorum none\",\"signer\":\"\"}"), ASSAY_OK);
    ledger_view *v = NULL;
    notary *n = NULL;
    /* a policy, or keys, that are none; too many keys; no key of this ledger */
    snprintf(text, sizeof text, "{\"origin\":\"ledger.test/n\",\"tenant\":\"%s\",\"policy\":\"nonsense\"}", tenant);
    assert_int_equal(settings_of("log", text), ASSAY_OK);
    assert_int_equal(ledger_view_open(db, path, &v, &err), ASSAY_FORMAT);
    assert_int_equal(notary_open(path, &n, &err), ASSAY_FORMAT);
    snprintf(text, sizeof text, "{\"origin\":\"ledger.test/n\",\"tenant\":\"%s\",\"keys\":\"x\"}", tenant);
    assert_int_equal(settings_of("log", text), ASSAY_OK);
    assert_int_equal(ledger_view_open(db, path, &v, &err), ASSAY_FORMAT);
    snprintf(text, sizeof text, "{\"origin\":\"ledger.test/n\",\"tenant\":\"%s\",\"keys\":\"%0600d\"}", tenant, 0);
    assert_int_equal(settings_of("log", text), ASSAY_OK);
    assert_int_equal(ledger_view_open(db, path, &v, &err), ASSAY_LIMIT);
    snprintf(text, sizeof text, "{\"origin\":\"other.test/n\",\"tenant\":\"%s\"}", tenant);
    assert_int_equal(settings_of("log", text), ASSAY_OK);
    assert_int_equal(notary_open(path, &n, &err), ASSAY_CONFLICT);
    assert_non_null(strstr(err.message, "the ledger is other.test/n"));
}

static void a_ledger_that_cannot_begin_says_why(void **state)
{
    (void)state;
    char other[160], keys[200], long_one[600];
    store *s;
    notary_wish w = {.origin = "ledger.test/n", .actor = "Kim"};
    assert_int_equal(notary_init(db, path, &w, &err), ASSAY_EXISTS);
    snprintf(other, sizeof other, "%s/b.assay", folder);
    assert_ok(store_open(other, STORE_CREATE, &s, &err), err);
    memset(long_one, 'a', sizeof long_one - 1);
    long_one[sizeof long_one - 1] = '\0';
    w.origin = long_one;
    assert_int_equal(notary_init(s, other, &w, &err), ASSAY_LIMIT);
    w.origin = "ledger.test/b";
    w.directory = long_one;
    assert_int_equal(notary_init(s, other, &w, &err), ASSAY_LIMIT);
    w.directory = NULL;
    w.signer = long_one;
    assert_int_equal(notary_init(s, other, &w, &err), ASSAY_LIMIT);
    w.signer = "unix:/nowhere/socket";
    assert_int_equal(notary_init(s, other, &w, &err), ASSAY_IO);
    snprintf(keys, sizeof keys, "%s/other-keys", folder);
    w.signer = keys;
    assert_ok(signer_file_add(keys, SIGNER_WITNESS, "w.test", NULL, &err), err);
    assert_int_equal(notary_init(s, other, &w, &err), ASSAY_NOT_FOUND);
    assert_non_null(strstr(err.hint, "assay signer add"));
    assert_ok(signer_file_add(keys, SIGNER_LOG, "else.test", NULL, &err), err);
    assert_int_equal(notary_init(s, other, &w, &err), ASSAY_CONFLICT);
    assert_ok(signer_file_add(keys, SIGNER_LOG, w.origin, NULL, &err), err);
    w.policy = "nonsense";
    assert_int_equal(notary_init(s, other, &w, &err), ASSAY_FORMAT);
    w.policy = "witness w w+1+x\nquorum none\n";
    assert_int_equal(notary_init(s, other, &w, &err), ASSAY_FORMAT);
    w.policy = NULL;
    snprintf(long_one, sizeof long_one, "%s/files", folder);
    w.directory = long_one;
    assert_ok(notary_init(s, other, &w, &err), err);
    assert_ok(notary_keys_follow(s, other, "Kim", &err), err); /* nothing new */
    assert_ok(signer_file_add(keys, SIGNER_LOG, w.origin, NULL, &err), err);
    assert_ok(notary_keys_follow(s, other, "Kim", &err), err); /* a new one */
    ledger_view *v;
    ledger_tree t;
    assert_ok(ledger_view_open(s, other, &v, &err), err);
    assert_int_equal(ledger_view_tree(v, UINT64_MAX, &t, &err), ASSAY_NOT_FOUND); /* not signed yet */
    assert_false(ledger_view_has_witnesses(v));
    ledger_view_close(v);
    store_close(s);
    assert_int_equal(notary_witness_set(db, "nonsense", NULL, "Kim", "", &err), ASSAY_FORMAT);
    assert_int_equal(notary_witness_set(db, "\xff", NULL, "Kim", "", &err), ASSAY_FORMAT);
    assert_ok(notary_witness_set(db, "quorum none\n", "unix:/x", "Kim", "", &err), err);
}

/* The receipt with its unauthenticated line said otherwise: member `at` ("a" or "a.b") becomes `to`;
 * NULL: it goes. */
static assay_status with_extra(const buf *text, const char *at, json_t *to)
{
    receipt r;
    size_t used;
    buf line = BUF_INIT, again = BUF_INIT;
    static char bytes[1 << 16];
    receipt_verdict v;
    assert_ok(receipt_parse(text->data, text->length, &r, &err), err);
    assert_true(base64_read(r.extra, r.extra_length, BASE64_STANDARD, bytes, sizeof bytes, &used));
    json_t *extra = json_loadb(bytes, used, 0, NULL), *in = extra;
    const char *dot = strchr(at, '.');
    if (dot) {
        char name[40];
        snprintf(name, sizeof name, "%.*s", (int)(dot - at), at);
        in = json_object_get(extra, name);
    }
    if (to)
        json_object_set_new(in, dot ? dot + 1 : at, to);
    else
        json_object_del(in, dot ? dot + 1 : at);
    char *said = json_dumps(*at ? extra : to, JSON_COMPACT | JSON_ENCODE_ANY);
    base64_add(&line, said, strlen(said), BASE64_STANDARD);
    r.extra = line.data;
    r.extra_length = line.length;
    receipt_write(&r, &again);
    policy p = own_policy();
    assay_status status = receipt_verify(again.data, again.length, &p, NULL, 0, &v, &err);
    receipt_verdict_done(&v);
    free(said);
    json_decref(extra);
    buf_done(&line);
    buf_done(&again);
    return status;
}

static void what_stands_beside_a_receipt_is_not_believed(void **state)
{
    (void)state;
    static const char *const names[] = {"entry", "payload", "salt", "salts", "withheld"};
    buf text = BUF_INIT;
    uint64_t last = append(5);
    assert_int_equal(step(), last);
    receipt_of(last, RECEIPT_PLAIN, &text);
    assert_int_equal(with_extra(&text, "other", json_true()), ASSAY_OK);
    assert_int_equal(with_extra(&text, "entry", NULL), ASSAY_MISSING);
    assert_int_equal(with_extra(&text, "payload", NULL), ASSAY_OK); /* then nothing is shown */
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        json_t *const odd[] = {json_integer(5), json_string("!"), json_object(), json_array(), json_null()};
        for (size_t k = 0; k < 5; k++) {
            assay_status status = with_extra(&text, names[i], odd[k]);
            assert_true(status != ASSAY_OK || i == 1 || i == 2 || k == 2); /* salt: of another form; {}: as it was */
        }
    }
    assert_int_not_equal(with_extra(&text, "salts", NULL), ASSAY_OK);
    store_tx *tx;
    assert_ok(store_tx_begin(db, &tx, &err), err);
    assert_ok(store_record_erase(tx, last, "Kim", "asked for", &err), err);
    assert_ok(store_tx_commit(tx, NULL, &err), err);
    step();
    receipt_of(last, RECEIPT_PLAIN, &text);
    assert_int_equal(with_extra(&text, "other", json_true()), ASSAY_OK);
    static const char *const parts[] = {"erased.entry", "erased.index", "erased.proof"};
    for (size_t i = 0; i < 3; i++) {
        json_t *const odd[] = {json_integer(-5), json_string("!"), json_pack("[i]", 1), json_pack("[s]", "!"), json_pack("[s]", "AAAA"), json_integer(0), NULL};
        for (size_t k = 0; k < 7; k++)
            assert_int_not_equal(with_extra(&text, parts[i], odd[k]), ASSAY_OK);
    }
    json_t *endless = json_array();
    for (int i = 0; i < MERKLE_PROOF_MAX + 1; i++)
        json_array_append_new(endless, json_string("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="));
    assert_int_equal(with_extra(&text, "erased.proof", endless), ASSAY_FORMAT);
    receipt_of(last - 1, RECEIPT_PLAIN, &text); /* another's word of erasing */
    assert_int_equal(with_extra(&text, "erased", json_object()), ASSAY_FORMAT);
    buf_done(&text);
}

static void sql(const char *format, ...)
{
    char text[400], *why = NULL;
    sqlite3 *c;
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    assert_int_equal(sqlite3_open(path, &c), SQLITE_OK);
    if (sqlite3_exec(c, text, NULL, NULL, &why) != SQLITE_OK)
        fail_msg("%s: %s", text, why);
    sqlite3_close(c);
}

static void say(const char *type, const char *payload)
{
    store_tx *tx;
    uint64_t sequence;
    assert_ok(store_tx_begin(db, &tx, &err), err);
    assert_ok(record_append(tx, type, "Kim", NULL, payload, &sequence, &err), err);
    assert_ok(store_tx_commit(tx, NULL, &err), err);
}

static void plain_are_numbers_ids_times_and_known_words(void **state)
{
    (void)state;
    static const struct {
        const char *member, *json;
        bool is_plain;
    } cases[] = {
        {"x", "\"00112233445566778899aabbccddeeff\"", true}, {"x", "\"00112233445566778899aabbccddeefg\"", false},
        {"x", "\"00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\"", true},
        {"x", "\"00112233445566778899AABBCCDDEEFF00112233445566778899aabbccddeeff\"", false},
        {"x", "\"123456789012\"", true}, {"x", "\"1234567890123\"", false}, {"x", "\"0\"", true}, {"x", "\"07\"", false},
        {"x", "\"1.\"", false}, {"x", "\"1.5\"", true}, {"x", "\"1.5x\"", false}, {"x", "\"\"", false}, {"x", "\"-\"", false},
        {"x", "\"2026-01-02\"", true}, {"x", "\"2026-99-99\"", false}, {"x", "\"2026 or so\"", false}, {"x", "\"20260102\"", true},
        {"stage", "\"final\"", true}, {"stage", "\"Final\"", false}, {"why", "\"final\"", false},
        {"x", "{}", true}, {"x", "{\"n\":1,\"stage\":\"final\"}", true}, {"x", "{\"n\":1,\"why\":\"late\"}", false},
        {"x", "[]", true}, {"x", "[1,true,null,\"5\"]", true}, {"stage", "[\"final\",\"first\"]", true}, {"x", "[1,\"Kim\"]", false},
        {"x", "[[{\"why\":\"late\"}]]", false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        json_t *value = json_loads(cases[i].json, JSON_DECODE_ANY, NULL);
        assert_non_null(value);
        if (payload_member_is_plain(cases[i].member, value) != cases[i].is_plain)
            fail_msg("%s: %s", cases[i].member, cases[i].json);
        json_decref(value);
    }
}

static assay_status receipt_status(uint64_t sequence, receipt_scope shows)
{
    ledger_view *v;
    buf out = BUF_INIT;
    assert_ok(ledger_view_open(db, path, &v, &err), err);
    assay_status status = notary_receipt(v, db, sequence, shows, &out, &err);
    ledger_view_close(v);
    buf_done(&out);
    return status;
}

static void a_receipt_is_given_only_of_what_is_signed_and_whole(void **state)
{
    (void)state;
    uint64_t last = append(10);
    assert_int_equal(receipt_status(last, RECEIPT_PLAIN), ASSAY_BUSY); /* nothing is */
    step();
    assert_int_equal(receipt_status(0, RECEIPT_PLAIN), ASSAY_NOT_FOUND);
    assert_int_equal(receipt_status(last + 1, RECEIPT_PLAIN), ASSAY_NOT_FOUND);
    append(5);
    assert_int_equal(receipt_status(last + 1, RECEIPT_PLAIN), ASSAY_BUSY);
    assert_int_equal(receipt_status(last, RECEIPT_PLAIN), ASSAY_OK);
    /* Erased, and the erasing is not in a signed tree yet: it is given, and says nothing of it. */
    store_tx *tx;
    buf text = BUF_INIT;
    receipt_verdict v;
    assert_ok(store_tx_begin(db, &tx, &err), err);
    assert_ok(store_record_erase(tx, last, "Lee", "asked for", &err), err);
    assert_ok(store_tx_commit(tx, NULL, &err), err);
    policy p = own_policy();
    receipt_of(last, RECEIPT_ALL, &text);
    assert_ok(receipt_verify(text.data, text.length, &p, NULL, 0, &v, &err), err);
    assert_int_equal(v.payload, PAYLOAD_ABSENT);
    receipt_verdict_done(&v);
    sql("DELETE FROM payload WHERE sequence = %d", (int)last - 1); /* gone without a word */
    sql("DELETE FROM payload_key WHERE sequence = %d", (int)last - 1);
    assert_int_equal(receipt_status(last - 1, RECEIPT_ALL), ASSAY_OK);
    sql("UPDATE record SET type = 'x' WHERE sequence = 5");
    assert_int_equal(receipt_status(5, RECEIPT_PLAIN), ASSAY_DAMAGED);
    assert_non_null(strstr(err.message, "is not what the log has as entry 4"));
    sql("DELETE FROM record WHERE sequence = 5");
    assert_int_equal(receipt_status(5, RECEIPT_PLAIN), ASSAY_NOT_FOUND);
    run("rm -r %s-ledger/tile", path);
    assert_int_equal(receipt_status(3, RECEIPT_PLAIN), ASSAY_NOT_FOUND);
    buf_done(&text);
}

static void an_erasing_that_cannot_be_proven_gives_no_receipt(void **state)
{
    (void)state;
    store_tx *tx;
    append(300);
    assert_ok(store_tx_begin(db, &tx, &err), err);
    assert_ok(store_record_erase(tx, 10, "Lee", "asked for", &err), err);
    assert_ok(store_tx_commit(tx, NULL, &err), err);
    append(300);
    step();
    assert_int_equal(receipt_status(10, RECEIPT_PLAIN), ASSAY_OK);
    run("rm %s-ledger/tile/0/001", path); /* where the erasing stands; the erased one needs it not */
    assert_int_equal(receipt_status(10, RECEIPT_PLAIN), ASSAY_NOT_FOUND);
    assert_int_equal(receipt_status(11, RECEIPT_PLAIN), ASSAY_OK);
}

static void a_payload_larger_than_a_receipt_travels_beside_it(void **state)
{
    (void)state;
    static char payload[1 << 17];
    buf text = BUF_INIT;
    receipt_verdict v;
    memset(payload, '7', sizeof payload);
    memcpy(payload, "{\"text\":\"", 9);
    strcpy(payload + sizeof payload - 3, "\"}");
    say("case.note", payload);
    step();
    policy p = own_policy();
    receipt_of(2, RECEIPT_ALL, &text);
    assert_true(text.length < 4000);
    assert_ok(receipt_verify(text.data, text.length, &p, NULL, 0, &v, &err), err);
    assert_int_equal(v.payload, PAYLOAD_ABSENT);
    receipt_verdict_done(&v);
    buf_done(&text);
}

typedef struct {
    char hex[65];
} older;

static bool commit_older(const record *r, void *context)
{
    sha256 digest;
    assert_ok(commitment_of(COMMIT_WHOLE, r->salt, r->salt_length, r->payload, strlen(r->payload), &digest, &err), err);
    sha256_to_hex(&digest, ((older *)context)->hex);
    return false;
}

static void a_commitment_of_older_form_is_shown_as_a_whole_or_not(void **state)
{
    (void)state;
    static const struct {
        const char *payload;
        payload_state plain;
    } cases[] = {{"{\"score\":\"90\"}", PAYLOAD_PROVEN}, {"{\"score\":\"ninety\"}", PAYLOAD_ABSENT}};
    buf text = BUF_INIT;
    receipt_verdict v;
    for (uint64_t i = 0; i < 2; i++) {
        older o;
        say("case.note", cases[i].payload);
        assert_ok(store_records(db, NULL, i + 2, commit_older, &o, &err), err);
        sql("UPDATE record SET commitment = X'%s' WHERE sequence = %d", o.hex, (int)i + 2);
        sql("UPDATE payload_key SET form = 1 WHERE sequence = %d", (int)i + 2);
    }
    step();
    policy p = own_policy();
    for (uint64_t i = 0; i < 2; i++)
        for (int is_all = 0; is_all < 2; is_all++) {
            receipt_of(i + 2, is_all ? RECEIPT_ALL : RECEIPT_PLAIN, &text);
            assert_ok(receipt_verify(text.data, text.length, &p, NULL, 0, &v, &err), err);
            assert_int_equal(v.payload, is_all ? PAYLOAD_PROVEN : cases[i].plain);
            receipt_verdict_done(&v);
        }
    buf_done(&text);
}

static uint64_t faults_of(store *s, notary_check_t *found)
{
    ledger_view *v;
    int faults = 0;
    assert_ok(ledger_view_open(db, path, &v, &err), err);
    assert_ok(notary_check(v, s, count_fault, &faults, found, &err), err);
    ledger_view_close(v);
    assert_int_equal(faults, found->faults);
    return found->faults;
}

static void whatever_is_lost_or_differs_is_told(void **state)
{
    (void)state;
    static const char *const lost[] = {"tile/0/001", "tile/1/000.p/2", "tile/entries/001"};
    notary_check_t found;
    ledger_view *v;
    append(700);
    step();
    append(3); /* not entered yet: no fault */
    assert_int_equal(faults_of(db, &found), 0);
    assert_int_equal(found.records, 704);
    assert_int_equal(faults_of(NULL, &found), 0);
    for (size_t i = 0; i < sizeof lost / sizeof *lost; i++) {
        run("mv %s-ledger/%s %s/kept", path, lost[i], folder);
        assert_true(faults_of(db, &found) > 0);
        assert_true(faults_of(NULL, &found) > 0);
        run("mv %s/kept %s-ledger/%s", folder, path, lost[i]);
    }
    run("cp %s-ledger/tile/entries/001 %s/kept && printf '\\377\\377' | dd of=%s-ledger/tile/entries/001 bs=1 conv=notrunc 2>/dev/null",
        path, folder, path);
    assert_true(faults_of(db, &found) > 0);
    run("head -c 300 %s/kept > %s-ledger/tile/entries/001", folder, path);
    assert_true(faults_of(db, &found) > 0);
    assert_ok(ledger_view_open(db, path, &v, &err), err);
    ledger_view_close(v);
    run("mv %s/kept %s-ledger/tile/entries/001", folder, path);
    sql("UPDATE record SET type = 'decision.another' WHERE sequence = 7"); /* another length */
    assert_int_equal(faults_of(db, &found), 1);
    sql("UPDATE record SET type = 'decision.tokem' WHERE sequence = 7");
    assert_int_equal(faults_of(db, &found), 1);
    sql("DELETE FROM record WHERE sequence > 600");
    assert_true(faults_of(db, &found) > 1);
}

static void what_is_rebuilt_belongs_together(void **state)
{
    (void)state;
    ledger_view *v;
    notary *n;
    uint64_t count;
    store *none;
    store_tx *tx;
    char other[112];
    append(20);
    assert_ok(store_tx_begin(db, &tx, &err), err);
    assert_ok(store_record_erase(tx, 10, "Lee", "asked for", &err), err);
    assert_ok(store_tx_commit(tx, NULL, &err), err);
    step();
    append(3);
    assert_ok(ledger_view_open(db, path, &v, &err), err);
    assert_ok(notary_rebuild(v, db, &count, &err), err); /* more than the log: nothing is to be done */
    assert_int_equal(count, 0);
    snprintf(other, sizeof other, "%s/none.assay", folder);
    assert_ok(store_open(other, STORE_CREATE, &none, &err), err);
    assert_int_equal(notary_rebuild(v, none, &count, &err), ASSAY_NOT_FOUND); /* an empty database is no older state */
    store_close(none);
    sql("DELETE FROM correction; DELETE FROM record WHERE sequence > 20");
    run("cp -r %s-ledger %s/kept", path, folder);
    run("head -c 900 %s/kept/tile/entries/000.p/22 > %s-ledger/tile/entries/000.p/22", folder, path);
    assert_int_not_equal(notary_rebuild(v, db, &count, &err), ASSAY_OK);
    run("head -c -10 %s/kept/tile/entries/000.p/22 > %s-ledger/tile/entries/000.p/22", folder, path);
    assert_int_not_equal(notary_rebuild(v, db, &count, &err), ASSAY_OK); /* the last record's is whole, another not */
    run("cp %s/kept/tile/entries/000.p/22 %s-ledger/tile/entries/000.p/22", folder, path);
    assert_ok(notary_rebuild(v, db, &count, &err), err); /* with the one that erased another */
    assert_int_equal(count, 2);
    sql("DELETE FROM record WHERE sequence > 20");
    sql("UPDATE record SET type = 'x' WHERE sequence = 20");
    assert_int_equal(notary_rebuild(v, db, &count, &err), ASSAY_CONFLICT);
    assert_int_equal(notary_open(path, &n, &err), ASSAY_CONFLICT);
    sql("UPDATE record SET type = 'decision.tokem' WHERE sequence = 20");
    assert_int_equal(notary_rebuild(v, db, &count, &err), ASSAY_CONFLICT);
    sql("DELETE FROM record WHERE sequence = 18");
    assert_int_equal(notary_open(path, &n, &err), ASSAY_DAMAGED);
    assert_non_null(strstr(err.message, "record 18 is missing"));
    ledger_view_close(v);
}

static void another_tenant_s_log_is_not_entered_here(void **state)
{
    (void)state;
    ledger_view *v;
    uint64_t count;
    char other[112];
    store *s;
    append(5);
    step();
    notary_settings set;
    assert_ok(notary_settings_read(db, &set, &err), err);
    set.tenant.bytes[0] ^= 1;
    store_tx *tx;
    snprintf(other, sizeof other, "%s/other.assay", folder);
    assert_ok(store_open(other, STORE_CREATE, &s, &err), err);
    assert_ok(store_tx_begin(s, &tx, &err), err);
    assert_ok(notary_settings_write(tx, &set, "Kim", "", &err), err);
    assert_ok(store_tx_commit(tx, NULL, &err), err);
    notary_settings_done(&set);
    assert_ok(ledger_view_open(s, path, &v, &err), err);
    store_close(s);
    snprintf(other, sizeof other, "%s/none.assay", folder);
    assert_ok(store_open(other, STORE_CREATE, &s, &err), err);
    assert_int_equal(notary_rebuild(v, s, &count, &err), ASSAY_CONFLICT);
    assert_non_null(strstr(err.message, "is of another tenant"));
    ledger_view_close(v);
    store_close(s);
}

static void what_is_no_entry_is_not_rebuilt(void **state)
{
    (void)state;
    notary_settings set;
    note_key keys[NOTARY_KEYS];
    size_t key_count;
    char place[128];
    signer *s;
    tlog *t;
    ledger_view *v;
    uint64_t count;
    append(5);
    step();
    assert_ok(notary_settings_read(db, &set, &err), err);
    assert_ok(settings_keys(&set, keys, NOTARY_KEYS, &key_count, &err), err);
    snprintf(place, sizeof place, "%s-keys", path);
    assert_ok(signer_open(place, &s, &err), err);
    snprintf(place, sizeof place, "%s-ledger", path);
    assert_ok(tlog_open(place, set.origin, keys, key_count, &t, &err), err);
    assert_ok(tlog_add(t, "garbage", 7, &err), err);
    assert_ok(tlog_write(t, &err), err);
    assert_ok(tlog_sign(t, s, &err), err);
    tlog_close(t);
    signer_close(s);
    notary_settings_done(&set);
    assert_ok(ledger_view_open(db, path, &v, &err), err);
    assert_int_equal(notary_rebuild(v, db, &count, &err), ASSAY_FORMAT);
    assert_int_equal(count, 0);
    ledger_view_close(v);
}

static void a_hole_among_the_records_stops_the_log(void **state)
{
    (void)state;
    notary *n;
    uint64_t size;
    append(5);
    step();
    append(5);
    sql("DELETE FROM record WHERE sequence = 8");
    assert_ok(notary_open(path, &n, &err), err);
    assert_int_equal(notary_step(n, &size, &err), ASSAY_DAMAGED);
    assert_non_null(strstr(err.message, "record 9 follows entry 7"));
    notary_close(n);
}

static void keys_of_before_count_and_too_many_are_refused(void **state)
{
    (void)state;
    notary *n;
    char keys[128];
    snprintf(keys, sizeof keys, "%s-keys", path);
    append(5);
    step();
    assert_ok(signer_file_add(keys, SIGNER_LOG, "ledger.test/n", NULL, &err), err);
    append(5);
    assert_int_equal(step(), 11); /* a new key signs on, before the settings know it */
    assert_ok(notary_keys_follow(db, path, "Kim", &err), err);
    notary_settings set;
    assert_ok(notary_settings_read(db, &set, &err), err);
    buf_add_text(&set.policy, "log ");
    buf_add(&set.policy, set.keys.data, strcspn(set.keys.data, "\n"));
    buf_add_text(&set.policy, "\nquorum none\n"); /* the log itself: named once more it is no other one */
    buf once = BUF_INIT;
    buf_add(&once, set.keys.data, strcspn(set.keys.data, "\n") + 1);
    store_tx *tx;
    for (int i = 0; i < 2; i++) { /* then so many keys that no policy has room, then too many */
        for (int k = 0; k < 16; k++)
            buf_add(&set.keys, once.data, once.length);
        assert_ok(store_tx_begin(db, &tx, &err), err);
        assert_ok(notary_settings_write(tx, &set, "Kim", "", &err), err);
        assert_ok(store_tx_commit(tx, NULL, &err), err);
        ledger_view *v = NULL;
        assert_int_equal(ledger_view_open(db, path, &v, &err), ASSAY_OK);
        if (i == 0)
            assert_int_equal(ledger_view_policy(v)->log_count, 2);
        ledger_view_close(v);
        assert_int_equal(notary_open(path, &n, &err), ASSAY_LIMIT);
    }
    notary_settings_done(&set);
    buf_done(&once);
    run("rm %s", keys);
    assert_int_equal(notary_keys_follow(db, path, "Kim", &err), ASSAY_NOT_FOUND); /* none is made anew */
    assert_ok(signer_file_add(keys, SIGNER_WITNESS, "w.test", NULL, &err), err);
    char other[112];
    store *s;
    snprintf(other, sizeof other, "%s/none.assay", folder);
    assert_ok(store_open(other, STORE_CREATE, &s, &err), err);
    assert_int_equal(notary_keys_follow(s, other, "Kim", &err), ASSAY_NOT_FOUND);
    store_close(s);
}

static void a_signer_that_lost_the_log_s_key_is_told(void **state)
{
    (void)state;
    notary *n;
    char keys[128];
    snprintf(keys, sizeof keys, "%s-keys", path);
    run("rm %s", keys);
    assert_ok(signer_file_add(keys, SIGNER_WITNESS, "w.test", NULL, &err), err);
    assert_int_equal(notary_open(path, &n, &err), ASSAY_NOT_FOUND);
    assert_non_null(strstr(err.message, "the signer has no key for log"));
    assert_non_null(strstr(err.hint, "assay signer add"));
}

static void a_policy_full_of_logs_takes_no_more(void **state)
{
    (void)state;
    static policy p;
    notary_settings set = {.origin = ""};
    note_signer k;
    char name[32];
    for (uint8_t i = 0; i <= POLICY_LOGS; i++) {
        uint8_t seed[32] = {i};
        snprintf(name, sizeof name, "log.test/%d", i);
        assert_ok(note_signer_of(name, NOTE_ED25519, seed, &k, &err), err);
        if (i == POLICY_LOGS)
            break;
        buf_add_text(&set.policy, "log ");
        note_key_write(&k.public, &set.policy);
        buf_add_char(&set.policy, '\n');
    }
    buf_add_text(&set.policy, "quorum none\n");
    assert_ok(settings_policy(&set, &k.public, 1, &p, &err), err);
    assert_int_equal(p.log_count, POLICY_LOGS);
    assert_string_equal(p.logs[POLICY_LOGS - 1].key.name, "log.test/15");
    buf_done(&set.policy);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(a_receipt_proves_entry_and_payload_offline),
        TEST(free_text_is_in_no_receipt_that_did_not_ask_for_it),
        TEST(what_was_erased_stays_proven_and_is_called_erased),
        TEST(no_changed_bit_of_a_receipt_verifies_as_the_same),
        TEST(an_older_database_is_not_signed_for_and_can_be_rebuilt),
        TEST(a_database_that_went_on_without_its_log_is_refused),
        TEST(an_older_log_and_database_do_not_sign_behind_the_signer),
        TEST(the_whole_log_is_checked_and_each_damage_told),
        TEST(settings_that_are_none_are_called_damaged),
        TEST(a_ledger_that_cannot_begin_says_why),
        TEST(what_stands_beside_a_receipt_is_not_believed),
        TEST(plain_are_numbers_ids_times_and_known_words),
        TEST(a_receipt_is_given_only_of_what_is_signed_and_whole),
        TEST(an_erasing_that_cannot_be_proven_gives_no_receipt),
        TEST(a_payload_larger_than_a_receipt_travels_beside_it),
        TEST(a_commitment_of_older_form_is_shown_as_a_whole_or_not),
        TEST(whatever_is_lost_or_differs_is_told),
        TEST(what_is_rebuilt_belongs_together),
        TEST(another_tenant_s_log_is_not_entered_here),
        TEST(what_is_no_entry_is_not_rebuilt),
        TEST(a_hole_among_the_records_stops_the_log),
        TEST(keys_of_before_count_and_too_many_are_refused),
        TEST(a_signer_that_lost_the_log_s_key_is_told),
        TEST(a_policy_full_of_logs_takes_no_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
