/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "shop.h"

#include <sqlite3.h>

enum { N = 30000 };

static void fill(shop *h)
{
    row *rows = calloc(N, sizeof *rows);
    for (int i = 0; i < N; i++)
        rows[i] = (row){.time = i, .mantissa = i % 777, .path = i % 3 ? "a" : "b",
                        .serial = i % 7 ? "s" : "other"};
    shop_import(h, "g", "c1", rows, N);
    assert_ok(store_compact(h->s, NULL, NULL, &h->err), h->err);
    free(rows);
}

static void print_finding(const char *what, void *context)
{
    snprintf(context, 600, "%s", what);
}

static store_check_t check(shop *h, char text[600])
{
    store_check_t out = {0};
    text[0] = '\0';
    assert_ok(store_check(h->s, print_finding, text, &out, &h->err), h->err);
    return out;
}

static void a_whole_store_has_no_finding(void **state)
{
    (void)state;
    shop *h = shop_new();
    char text[600];
    fill(h);
    store_check_t found = check(h, text);
    assert_string_equal(text, "");
    assert_int_equal(found.damaged, 0);
    assert_int_equal(found.measurements, N);
    assert_int_equal(found.records, 2);
    shop_free(h);
}

static void a_damaged_chunk_is_named_and_the_rest_is_read(void **state)
{
    (void)state;
    shop *h = shop_new();
    char text[600];
    fill(h);
    store_close(h->s);
    sqlite3 *db;
    assert_int_equal(sqlite3_open(h->path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "UPDATE chunk_values SET data = CAST(substr(data, 1, 40) ||"
                                      " x'ff00ff' || substr(data, 44) AS BLOB) WHERE id = 2",
                                  NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
    shop_open(h);
    store_check_t found = check(h, text);
    assert_int_equal(found.damaged, 1);
    assert_non_null(strstr(text, "chunk 2 of characteristic"));
    store_range all = STORE_ALL;
    cursor *c;
    measurement_batch b;
    size_t read = 0;
    int faults = 0;
    for (uint32_t k = 1; k <= 2; k++) {
        assert_ok(cursor_open(h->s, k, &all, &c, &h->err), h->err);
        for (;;) {
            assay_status status = cursor_next(c, &b, &h->err);
            faults += status == ASSAY_DAMAGED;
            if (!status && !b.n)
                break;
            read += status ? 0 : b.n;
        }
        cursor_close(c);
    }
    assert_int_equal(faults, 1);
    assert_int_equal(read, N - 3840);
    shop_free(h);
}

static void a_backup_is_verified_and_restores(void **state)
{
    (void)state;
    shop *h = shop_new();
    char copy[200], text[600];
    fill(h);
    series_digest before = shop_digest(h, 1);
    snprintf(copy, sizeof copy, "%s/copy.assay", h->folder);
    assert_ok(store_backup(h->s, copy, &h->err), h->err);
    assert_int_equal(store_backup(h->s, copy, &h->err), ASSAY_EXISTS);
    shop_import(h, "g", "c2", &(row){.path = "a", .time = N + 5, .mantissa = 1}, 1);
    assert_int_equal(store_restore(copy, h->path, &h->err), ASSAY_BUSY);
    store_close(h->s);
    assert_ok(store_restore(copy, h->path, &h->err), h->err);
    shop_open(h);
    series_digest after = shop_digest(h, 1);
    assert_memory_equal(&before, &after, sizeof before);
    assert_int_equal(check(h, text).damaged, 0);
    shop_free(h);
}

static void a_stranger_and_a_newer_file_are_refused(void **state)
{
    (void)state;
    shop *h = shop_new();
    char path[200];
    store *s;
    snprintf(path, sizeof path, "%s/other", h->folder);
    FILE *f = fopen(path, "w");
    fputs("this is a text and no database, long enough to be looked at..................", f);
    fclose(f);
    assert_int_equal(store_open(path, STORE_READ, &s, &h->err), ASSAY_FORMAT);
    assert_int_equal(store_open("/nowhere/x", STORE_READ, &s, &h->err), ASSAY_NOT_FOUND);
    store_close(h->s);
    sqlite3 *db;
    sqlite3_open(h->path, &db);
    sqlite3_exec(db, "PRAGMA user_version=99", NULL, NULL, NULL);
    sqlite3_close(db);
    assert_int_equal(store_open(h->path, STORE_WRITE, &s, &h->err), ASSAY_NEWER);
    sqlite3_open(h->path, &db);
    sqlite3_exec(db, "PRAGMA user_version=10", NULL, NULL, NULL);
    sqlite3_close(db);
    shop_open(h);
    shop_free(h);
}

static void a_file_whose_creation_was_cut_short_is_created(void **state)
{
    (void)state;
    shop *h = shop_new();
    sqlite3 *db;
    store *s;
    char path[200];
    snprintf(path, sizeof path, "%s/begun", h->folder);
    sqlite3_open(path, &db);
    sqlite3_exec(db, "PRAGMA page_size=65536; PRAGMA auto_vacuum=INCREMENTAL;"
                     "PRAGMA journal_mode=WAL", NULL, NULL, NULL);
    sqlite3_close(db);
    assert_int_equal(store_open(path, STORE_READ, &s, &h->err), ASSAY_FORMAT);
    assert_ok(store_open(path, STORE_CREATE, &s, &h->err), h->err);
    assert_int_equal(store_commit_number(s), 0);
    store_close(s);
    shop_free(h);
}

static void an_erased_payload_leaves_its_record(void **state)
{
    (void)state;
    shop *h = shop_new();
    char text[600];
    store_tx *tx;
    uint64_t sequence;
    assert_ok(store_tx_begin(h->s, &tx, &h->err), h->err);
    assert_ok(record_append(tx, "note", "Kim", NULL, "{\"b\":1,\"a\":2}", &sequence, &h->err), h->err);
    assert_ok(store_record_erase(tx, sequence, "Lee", "asked to", &h->err), h->err);
    assert_ok(store_person_erase(tx, "Kim", "Lee", &h->err), h->err);
    assert_ok(store_tx_commit(tx, NULL, &h->err), h->err);
    store_check_t found = check(h, text);
    assert_int_equal(found.records, 3);
    assert_int_equal(found.damaged, 0);
    shop_reopen(h);
    char command[300];
    snprintf(command, sizeof command, "grep -c Kim %s > /dev/null", h->path);
    assert_int_not_equal(system(command), 0);
    shop_free(h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_whole_store_has_no_finding),
        cmocka_unit_test(a_damaged_chunk_is_named_and_the_rest_is_read),
        cmocka_unit_test(a_backup_is_verified_and_restores),
        cmocka_unit_test(a_stranger_and_a_newer_file_are_refused),
        cmocka_unit_test(a_file_whose_creation_was_cut_short_is_created),
        cmocka_unit_test(an_erased_payload_leaves_its_record),
    };
    return cmocka_run_group_tests_name("care", tests, NULL, NULL);
}
