/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What records say, each under a key of its own. */
#include "shop.h"

#include "base/commitment.h"
#include "store/payload.h"

#include <sqlite3.h>

#define SECRET "hong-gil-dong-was-late"
#define SAID   "{\"why\":\"" SECRET "\"}"

static uint64_t say(shop *h, const char *payload)
{
    store_tx *tx;
    uint64_t sequence;
    assert_ok(store_tx_begin(h->s, &tx, &h->err), h->err);
    assert_ok(record_append(tx, "note", "Kim", NULL, payload, &sequence, &h->err), h->err);
    assert_ok(store_tx_commit(tx, NULL, &h->err), h->err);
    return sequence;
}

static void erase(shop *h, uint64_t sequence)
{
    store_tx *tx;
    assert_ok(store_tx_begin(h->s, &tx, &h->err), h->err);
    assert_ok(store_record_erase(tx, sequence, "Lee", "asked to", &h->err), h->err);
    assert_ok(store_tx_commit(tx, NULL, &h->err), h->err);
}

static bool add_one(const record *r, void *context)
{
    buf_addf(context, "%s\n", r->payload ? r->payload : "erased");
    assert_int_equal(r->salt != NULL, r->payload != NULL);
    return true;
}

/* What all records say, a line each. */
static const char *told(store *s)
{
    static char text[4096];
    assay_err err;
    buf b = BUF_INIT;
    assert_ok(store_records(s, NULL, 1, add_one, &b, &err), err);
    snprintf(text, sizeof text, "%s", buf_text(&b));
    buf_done(&b);
    return text;
}

/* The file or its log. */
static bool file_has(const shop *h, const void *bytes, size_t length)
{
    static const char *const tails[] = {"", "-wal"};
    static char all[16 << 20];
    char name[200];
    bool is_there = false;
    for (size_t i = 0; i < 2; i++) {
        snprintf(name, sizeof name, "%s%s", h->path, tails[i]);
        FILE *f = fopen(name, "rb");
        size_t n = f ? fread(all, 1, sizeof all, f) : 0;
        if (f)
            fclose(f);
        is_there |= memmem(all, n, bytes, length) != NULL;
    }
    return is_there;
}

static void sql(const shop *h, const char *text)
{
    sqlite3 *db;
    char *why = NULL;
    assert_int_equal(sqlite3_open(h->path, &db), SQLITE_OK);
    if (sqlite3_exec(db, text, NULL, NULL, &why) != SQLITE_OK)
        fail_msg("%s: %s", text, why);
    sqlite3_close(db);
}

static uint64_t damaged(shop *h)
{
    store_check_t found;
    assert_ok(store_check(h->s, NULL, NULL, &found, &h->err), h->err);
    return found.damaged;
}

/* -- sealing -------------------------------------------------------------------------- */

static void what_is_sealed_opens_with_its_key_in_its_place_alone(void **state)
{
    (void)state;
    uint8_t key[PAYLOAD_KEY] = {1, 2, 3}, other[PAYLOAD_KEY] = {1, 2, 4};
    buf sealed = BUF_INIT, out = BUF_INIT;
    payload_seal(7, key, SAID, strlen(SAID), &sealed);
    assert_int_equal(sealed.length, strlen(SAID) + PAYLOAD_TAG);
    assert_null(memmem(sealed.data, sealed.length, SECRET, strlen(SECRET)));
    assert_true(payload_open(7, key, sealed.data, sealed.length, &out));
    assert_string_equal(out.data, SAID);
    assert_false(payload_open(8, key, sealed.data, sealed.length, &out));
    assert_false(payload_open(7, other, sealed.data, sealed.length, &out));
    for (size_t i = 0; i < sealed.length; i++) {
        assert_false(payload_open(7, key, sealed.data, i, &out));
        sealed.data[i] ^= 1;
        assert_false(payload_open(7, key, sealed.data, sealed.length, &out));
        sealed.data[i] ^= 1;
    }
    assert_string_equal(out.data, SAID); /* nothing was added by what failed */
    buf_done(&sealed);
    buf_done(&out);
}

/* -- in the file ------------------------------------------------------------------------ */

static void no_payload_stands_in_the_file_in_the_clear(void **state)
{
    (void)state;
    shop *h = shop_new();
    uint64_t sequence = say(h, SAID);
    assert_string_equal(told(h->s), SAID "\n");
    assert_false(file_has(h, SECRET, strlen(SECRET)));
    assert_int_equal(damaged(h), 0);
    erase(h, sequence);
    assert_non_null(strstr(told(h->s), "erased\n"));
    assert_int_equal(damaged(h), 0);
    shop_free(h);
}

/* The first column of the first row, behind the store's back. */
static void read_row(const shop *h, const char *text, buf *out)
{
    sqlite3 *db;
    sqlite3_stmt *q;
    assert_int_equal(sqlite3_open(h->path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, text, -1, &q, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(q), SQLITE_ROW);
    buf_add(out, sqlite3_column_blob(q, 0), (size_t)sqlite3_column_bytes(q, 0));
    sqlite3_finalize(q);
    sqlite3_close(db);
}

static void an_erased_key_stands_nowhere_and_a_stray_copy_says_nothing(void **state)
{
    (void)state;
    shop *h = shop_new();
    buf key = BUF_INIT, sealed = BUF_INIT;
    uint64_t sequence = say(h, SAID);
    say(h, "{\"stays\":1}");
    read_row(h, "SELECT key FROM payload_key WHERE sequence = 1", &key);
    read_row(h, "SELECT sealed FROM payload WHERE sequence = 1", &sealed);
    assert_true(file_has(h, key.data, key.length));
    erase(h, sequence); /* with the file open: the log is emptied too */
    assert_false(file_has(h, key.data, key.length));
    assert_false(file_has(h, sealed.data, sealed.length));
    assert_non_null(strstr(told(h->s), "{\"stays\":1}"));
    /* somebody kept the sealed bytes and puts them back: they stay closed */
    store_close(h->s);
    char text[600] = "INSERT INTO payload VALUES (1, x'";
    for (size_t i = 0; i < sealed.length; i++)
        snprintf(text + strlen(text), 3, "%02x", (uint8_t)sealed.data[i]);
    strcat(text, "');");
    sql(h, text);
    shop_open(h);
    assert_non_null(strstr(told(h->s), "erased\n"));
    assert_int_equal(damaged(h), 1);
    buf_done(&key);
    buf_done(&sealed);
    shop_free(h);
}

static void a_changed_payload_is_refused_by_readers_and_found_by_the_check(void **state)
{
    (void)state;
    shop *h = shop_new();
    buf b = BUF_INIT;
    say(h, SAID);
    store_close(h->s);
    sql(h, "UPDATE payload SET sealed = zeroblob(length(sealed)) WHERE sequence = 1");
    shop_open(h);
    assert_int_equal(store_records(h->s, NULL, 1, add_one, &b, &h->err), ASSAY_DAMAGED);
    assert_non_null(strstr(h->err.message, "record 1"));
    assert_int_equal(damaged(h), 1);
    buf_done(&b);
    shop_free(h);
}

/* -- older files ------------------------------------------------------------------------ */

/* SQL that writes the record as version 5 did, the first one as version 1: a salt of 16 bytes. */
static bool write_older(const record *r, void *context)
{
    size_t length = r->sequence == 1 ? COMMIT_SALT_OLD : COMMIT_SALT;
    sha256 digest;
    char hex[65];
    assay_err err;
    assert_ok(commitment_of(COMMIT_WHOLE, r->salt, length, r->payload, strlen(r->payload), &digest,
                            &err), err);
    sha256_to_hex(&digest, hex);
    buf_addf(context, "UPDATE record SET commitment = x'%s' WHERE sequence = %llu;"
                      "INSERT INTO payload VALUES (%llu, x'", hex,
             (unsigned long long)r->sequence, (unsigned long long)r->sequence);
    for (size_t i = 0; i < length; i++)
        buf_addf(context, "%02x", r->salt[i]);
    buf_addf(context, "', '%s');", r->payload);
    return true;
}

static void downgrade(shop *h)
{
    buf text = BUF_INIT;
    buf_add_text(&text, "DROP TABLE payload; DROP TABLE payload_key;"
                        "DROP TABLE file; DROP TABLE file_part; DROP TABLE lineage;"
                        "DROP TABLE total; DROP INDEX record_type;"
                        "CREATE TABLE payload (sequence INTEGER PRIMARY KEY, salt BLOB NOT NULL,"
                        " payload TEXT NOT NULL);");
    assert_ok(store_records(h->s, NULL, 1, write_older, &text, &h->err), h->err);
    buf_add_text(&text, "PRAGMA user_version=5;");
    store_close(h->s);
    sql(h, buf_text(&text));
    buf_done(&text);
}

static void a_file_of_version_5_is_read_and_brought_up_by_a_writer(void **state)
{
    (void)state;
    shop *h = shop_new();
    store *reader;
    store_check_t found;
    const char *all = SAID "\n{\"n\":2}\n{\"n\":3}\n";
    say(h, SAID);
    say(h, "{\"n\":2}");
    say(h, "{\"n\":3}");
    downgrade(h);
    assert_true(file_has(h, SECRET, strlen(SECRET)));
    assert_ok(store_open(h->path, STORE_READ, &reader, &h->err), h->err);
    assert_string_equal(told(reader), all);
    assert_ok(store_check(reader, NULL, NULL, &found, &h->err), h->err);
    assert_int_equal(found.damaged, 0);
    store_close(reader);
    shop_open(h);
    assert_string_equal(told(h->s), all);
    assert_int_equal(damaged(h), 0);
    erase(h, 2);
    assert_non_null(strstr(told(h->s), "erased\n{\"n\":3}"));
    shop_reopen(h);
    assert_int_equal(damaged(h), 0);
    assert_false(file_has(h, SECRET, strlen(SECRET))); /* nothing in the clear is left behind */
    shop_free(h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_sealed_opens_with_its_key_in_its_place_alone),
        cmocka_unit_test(no_payload_stands_in_the_file_in_the_clear),
        cmocka_unit_test(an_erased_key_stands_nowhere_and_a_stray_copy_says_nothing),
        cmocka_unit_test(a_changed_payload_is_refused_by_readers_and_found_by_the_check),
        cmocka_unit_test(a_file_of_version_5_is_read_and_brought_up_by_a_writer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
