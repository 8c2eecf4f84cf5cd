/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "shop.h"

#include <sqlite3.h>

typedef struct {
    assay_status status;
    uint64_t version;
} outcome;

static outcome put(shop *h, const char *id, const char *json, const char *secret,
                   uint64_t expected)
{
    store_tx *tx;
    outcome o = {.version = 0};
    assert_ok(store_tx_begin(h->s, &tx, &h->err), h->err);
    o.status = store_document_put(tx, "plan", id, json, secret, expected, "Kim", "better so",
                                  &o.version, &h->err);
    if (o.status)
        store_tx_abort(tx);
    else
        assert_ok(store_tx_commit(tx, NULL, &h->err), h->err);
    return o;
}

static bool add_payload(const record *r, void *context)
{
    char *text = context;
    snprintf(text + strlen(text), 4096 - strlen(text), "%s %s %s\n", r->type, r->actor,
             r->payload);
    return true;
}

static const char *records(shop *h)
{
    static char text[4096];
    text[0] = '\0';
    assert_ok(store_records(h->s, NULL, 0, add_payload, text, &h->err), h->err);
    return text;
}

static void a_change_is_a_record_with_before_after_and_why(void **state)
{
    (void)state;
    shop *h = shop_new();
    assert_int_equal(put(h, "bore", "{\"every\": 5}", NULL, 0).version, 1);
    assert_int_equal(put(h, "bore", "{\"every\": 10}", NULL, 1).version, 2);
    assert_string_equal(
        records(h),
        "plan.changed Kim {\"after\":{\"every\":5},\"before\":null,\"id\":\"bore\",\"kind\":"
        "\"plan\",\"why\":\"better so\"}\n"
        "plan.changed Kim {\"after\":{\"every\":10},\"before\":{\"every\":5},\"id\":\"bore\","
        "\"kind\":\"plan\",\"why\":\"better so\"}\n");
    store_document d;
    shop_reopen(h);
    assert_ok(store_document_get(h->s, "plan", "bore", &d, &h->err), h->err);
    assert_string_equal(d.json, "{\"every\":10}");
    assert_null(d.secret);
    assert_int_equal(d.version, 2);
    assert_true(d.time > 0);
    shop_free(h);
}

static void what_changes_nothing_appends_nothing(void **state)
{
    (void)state;
    shop *h = shop_new();
    put(h, "bore", "{\"a\":1,\"b\":2}", "hash", 0);
    assert_int_equal(put(h, "bore", "{ \"b\":2, \"a\":1.0 }", NULL, 1).version, 1);
    assert_int_equal(put(h, "bore", "{\"a\":1,\"b\":2}", "hash", DOCUMENT_ANY).version, 1);
    assert_int_equal(put(h, "none", NULL, NULL, DOCUMENT_ANY).version, 0);
    assert_null(strchr(strchr(records(h), '\n') + 1, '\n'));
    shop_free(h);
}

static void another_version_than_expected_is_a_conflict(void **state)
{
    (void)state;
    shop *h = shop_new();
    put(h, "bore", "{}", NULL, 0);
    assert_int_equal(put(h, "bore", "{\"a\":1}", NULL, 0).status, ASSAY_CONFLICT);
    assert_int_equal(put(h, "bore", "{\"a\":1}", NULL, 2).status, ASSAY_CONFLICT);
    assert_int_equal(put(h, "other", "{\"a\":1}", NULL, 1).status, ASSAY_CONFLICT);
    assert_int_equal(put(h, "bore", "{\"a\":1}", NULL, DOCUMENT_ANY).version, 2);
    shop_free(h);
}

static void a_secret_stands_in_no_record(void **state)
{
    (void)state;
    shop *h = shop_new();
    store_document d;
    put(h, "kim", "{}", "hunter2", 0);
    assert_int_equal(put(h, "kim", "{}", "correct horse", 1).version, 2);
    assert_ok(store_document_get(h->s, "plan", "kim", &d, &h->err), h->err);
    assert_string_equal(d.secret, "correct horse");
    assert_int_equal(put(h, "kim", "{\"name\":\"Kim\"}", NULL, 2).version, 3);
    assert_ok(store_document_get(h->s, "plan", "kim", &d, &h->err), h->err);
    assert_string_equal(d.secret, "correct horse");
    assert_int_equal(put(h, "kim", "{\"name\":\"Kim\"}", "", 3).version, 4);
    assert_ok(store_document_get(h->s, "plan", "kim", &d, &h->err), h->err);
    assert_null(d.secret);
    const char *all = records(h);
    assert_null(strstr(all, "hunter2"));
    assert_null(strstr(all, "horse"));
    assert_non_null(strstr(all, "\"secret\":\"changed\""));
    assert_non_null(strstr(all, "\"secret\":\"removed\""));
    shop_free(h);
}

static void a_deleted_one_is_gone_and_its_versions_go_on(void **state)
{
    (void)state;
    shop *h = shop_new();
    store_document d;
    put(h, "bore", "{}", "hash", 0);
    assert_int_equal(put(h, "bore", NULL, NULL, 1).version, 2);
    assert_int_equal(store_document_get(h->s, "plan", "bore", &d, &h->err), ASSAY_NOT_FOUND);
    assert_int_equal(put(h, "bore", "{}", NULL, 1).status, ASSAY_CONFLICT);
    assert_int_equal(put(h, "bore", "{}", NULL, 0).version, 3);
    assert_ok(store_document_get(h->s, "plan", "bore", &d, &h->err), h->err);
    assert_null(d.secret);
    shop_free(h);
}

static void a_touch_is_no_change_to_the_records(void **state)
{
    (void)state;
    shop *h = shop_new();
    store_tx *tx;
    store_document d;
    put(h, "bore", "{\"used\":1}", NULL, 0);
    assert_ok(store_tx_begin(h->s, &tx, &h->err), h->err);
    assert_ok(store_document_touch(tx, "plan", "bore", "{\"used\":2}", "hash", &h->err), h->err);
    assert_int_equal(store_document_touch(tx, "plan", "other", NULL, "", &h->err),
                     ASSAY_NOT_FOUND);
    assert_ok(store_document_touch(tx, "plan", "short", "{}", "x", &h->err), h->err);
    assert_ok(store_document_drop(tx, "plan", "short", &h->err), h->err);
    assert_ok(store_tx_commit(tx, NULL, &h->err), h->err);
    assert_int_equal(store_document_get(h->s, "plan", "short", &d, &h->err), ASSAY_NOT_FOUND);
    assert_ok(store_document_get(h->s, "plan", "bore", &d, &h->err), h->err);
    assert_string_equal(d.json, "{\"used\":2}");
    assert_string_equal(d.secret, "hash");
    assert_int_equal(d.version, 1);
    assert_null(strchr(strchr(records(h), '\n') + 1, '\n'));
    shop_free(h);
}

static void what_is_no_object_or_no_name_is_refused(void **state)
{
    (void)state;
    shop *h = shop_new();
    char name[300];
    memset(name, 'x', sizeof name);
    name[299] = '\0';
    assert_int_equal(put(h, "bore", "[1]", NULL, 0).status, ASSAY_FORMAT);
    assert_int_equal(put(h, "bore", "{\"a\":", NULL, 0).status, ASSAY_FORMAT);
    assert_int_equal(put(h, "", "{}", NULL, 0).status, ASSAY_DOMAIN);
    assert_int_equal(put(h, "a\nb", "{}", NULL, 0).status, ASSAY_DOMAIN);
    assert_int_equal(put(h, name, "{}", NULL, 0).status, ASSAY_DOMAIN);
    assert_string_equal(records(h), "");
    shop_free(h);
}

static bool add_id(const store_document *d, void *context)
{
    strcat(context, d->id);
    strcat(context, d->json);
    return d->version < 2;
}

static void all_of_a_kind_come_in_order_of_id(void **state)
{
    (void)state;
    shop *h = shop_new();
    store *reader;
    char text[100] = "";
    put(h, "c", "{}", NULL, 0);
    put(h, "a", "{\"x\":1}", NULL, 0);
    put(h, "b", "{}", NULL, 0);
    put(h, "b", NULL, NULL, 1);
    assert_ok(store_open(h->path, STORE_READ, &reader, &h->err), h->err);
    assert_ok(store_documents(reader, "plan", add_id, text, &h->err), h->err);
    assert_string_equal(text, "a{\"x\":1}c{}");
    store_close(reader);
    shop_free(h);
}

/* A file as version 2 left it. */
static void downgrade(const shop *h)
{
    sqlite3 *db;
    assert_int_equal(sqlite3_open(h->path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db,
                                  "DROP TABLE document; DROP TABLE secret; DROP TABLE live;"
                                  "DROP TABLE moving; DROP TABLE account; DROP TABLE refusal;"
                                  "DROP TABLE remembered; DROP TABLE list; DROP TABLE entry;"
                                  "DROP TABLE place; DROP INDEX record_object;"
                                  "DROP TABLE pseudonym; DROP TABLE correction;"
                                  "DROP TABLE payload; DROP TABLE payload_key;"
                                  "CREATE TABLE payload (sequence INTEGER PRIMARY KEY,"
                                  " salt BLOB NOT NULL, payload TEXT NOT NULL);"
                                  "DROP TABLE file; DROP TABLE file_part; DROP TABLE lineage;"
                                  "DROP TABLE total; DROP INDEX record_type;"
                                  "PRAGMA user_version=2;",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    sqlite3_close(db);
}

static void a_file_of_version_2_is_read_and_brought_up_by_a_writer(void **state)
{
    (void)state;
    shop *h = shop_new();
    char text[100] = "";
    store *reader;
    store_check_t found;
    store_range all = STORE_ALL;
    shop_import(h, "gauge", "c1", &(row){.time = 10, .mantissa = 7}, 1);
    series_digest before = shop_digest(h, 1);
    store_close(h->s);
    downgrade(h);
    assert_ok(store_open(h->path, STORE_READ, &reader, &h->err), h->err);
    assert_ok(store_documents(reader, "plan", add_id, text, &h->err), h->err);
    assert_string_equal(text, "");
    assert_int_equal(store_commit_number(reader), 1);
    h->s = reader;
    assert_string_equal(shop_values(h, 1, &all), "7");
    store_close(reader);
    assert_ok(store_open(h->path, STORE_WRITE, &h->s, &h->err), h->err);
    assert_int_equal(put(h, "bore", "{}", NULL, 0).version, 1);
    series_digest after = shop_digest(h, 1);
    assert_memory_equal(&before, &after, sizeof before);
    assert_ok(store_check(h->s, NULL, NULL, &found, &h->err), h->err);
    assert_int_equal(found.damaged, 0);
    shop_free(h);
}

static void the_check_finds_a_document_that_was_changed_behind_it(void **state)
{
    (void)state;
    shop *h = shop_new();
    sqlite3 *db;
    store_check_t found;
    put(h, "bore", "{}", "hash", 0);
    assert_ok(store_check(h->s, NULL, NULL, &found, &h->err), h->err);
    assert_int_equal(found.damaged, 0);
    store_close(h->s);
    assert_int_equal(sqlite3_open(h->path, &db), SQLITE_OK);
    sqlite3_exec(db, "UPDATE document SET json = '[1'; INSERT INTO secret VALUES ('plan','x','y')",
                 NULL, NULL, NULL);
    sqlite3_close(db);
    shop_open(h);
    assert_ok(store_check(h->s, NULL, NULL, &found, &h->err), h->err);
    assert_int_equal(found.damaged, 2);
    shop_free(h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_change_is_a_record_with_before_after_and_why),
        cmocka_unit_test(what_changes_nothing_appends_nothing),
        cmocka_unit_test(another_version_than_expected_is_a_conflict),
        cmocka_unit_test(a_secret_stands_in_no_record),
        cmocka_unit_test(a_deleted_one_is_gone_and_its_versions_go_on),
        cmocka_unit_test(a_touch_is_no_change_to_the_records),
        cmocka_unit_test(what_is_no_object_or_no_name_is_refused),
        cmocka_unit_test(all_of_a_kind_come_in_order_of_id),
        cmocka_unit_test(a_file_of_version_2_is_read_and_brought_up_by_a_writer),
        cmocka_unit_test(the_check_finds_a_document_that_was_changed_behind_it),
    };
    return cmocka_run_group_tests_name("documents", tests, NULL, NULL);
}
