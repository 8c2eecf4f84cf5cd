/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What of a record becomes public: ids, times, commitments. */
#include "check.h"

#include "notary/notary.h"

#include <unistd.h>

static char folder[64], path[96];
static store *db;
static assay_err err;

static int begin(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/assay-notary-XX" "XX" "XX");
    snprintf(path, sizeof path, "%s/a.assay", mkdtemp(folder));
    assert_ok(store_open(path, STORE_CREATE, &db, &err), err);
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

typedef struct {
    buf text;
    ledger_entry entry[16];
    size_t count;
} entries;

static bool collect(const record *r, void *context)
{
    entries *e = context;
    static const object_id tenant = {{1, 2, 3}};
    size_t at = e->text.length;
    assert_ok(notary_entry(r, &tenant, &e->text, &err), err);
    assert_ok(entry_parse(e->text.data + at, e->text.length - at, &e->entry[e->count], &err), err);
    if (r->payload)
        assert_ok(entry_open(&e->entry[e->count], r->form, r->salt, r->salt_length, r->payload,
                             strlen(r->payload), &err), err);
    e->count++;
    return true;
}

static entries all(void)
{
    entries e = {.count = 0};
    assert_ok(store_records(db, NULL, 1, collect, &e, &err), err);
    return e;
}

static void append(const char *actor, const char *payload)
{
    store_tx *tx;
    uint64_t sequence;
    assert_ok(store_tx_begin(db, &tx, &err), err);
    assert_ok(record_append(tx, "decision.taken", actor, NULL, payload, &sequence, &err), err);
    assert_ok(store_tx_commit(tx, NULL, &err), err);
}

static void people_are_random_ids_that_stay_the_same(void **state)
{
    (void)state;
    append("Kim Minsu", "{\"score\":\"93\"}");
    append("Lee", "{\"score\":\"94\"}");
    append("Kim Minsu", "{\"score\":\"95\"}");
    entries first = all();
    assert_int_equal(first.count, 3);
    assert_memory_equal(first.entry[0].actor, first.entry[2].actor, 16);
    assert_memory_not_equal(first.entry[0].actor, first.entry[1].actor, 16);
    assert_null(strstr(first.text.data, "Kim"));
    assert_null(strstr(first.text.data, "score"));
    store_close(db);
    assert_ok(store_open(path, STORE_WRITE, &db, &err), err);
    append("Kim Minsu", "{}");
    entries second = all();
    assert_int_equal(second.count, 4);
    assert_memory_equal(second.text.data, first.text.data, first.text.length);
    assert_memory_equal(second.entry[3].actor, first.entry[0].actor, 16);
    buf_done(&first.text);
    buf_done(&second.text);
}

static void erasing_is_an_entry_that_names_the_erased_one(void **state)
{
    (void)state;
    store_tx *tx;
    append("Kim", "{\"a\":1}");
    append("Kim", "{\"b\":1}");
    entries before = all();
    assert_ok(store_tx_begin(db, &tx, &err), err);
    assert_ok(store_record_erase(tx, 2, "Lee", "asked for", &err), err);
    assert_ok(store_tx_commit(tx, NULL, &err), err);
    entries after = all();
    assert_int_equal(after.count, 3);
    assert_memory_equal(after.text.data, before.text.data, before.text.length);
    assert_string_equal(after.entry[2].type, "payload.erased");
    assert_true(after.entry[2].has_prev);
    assert_int_equal(after.entry[2].prev, 1);
    buf_done(&before.text);
    buf_done(&after.text);
}

static void a_type_longer_than_an_entry_s_is_refused(void **state)
{
    (void)state;
    static const object_id tenant = {{1, 2, 3}};
    char type[ENTRY_TYPE_MAX + 2];
    buf out = BUF_INIT;
    memset(type, 'a', sizeof type - 1);
    type[sizeof type - 1] = '\0';
    const record r = {.sequence = 7, .type = type};
    assert_int_equal(notary_entry(&r, &tenant, &out, &err), ASSAY_LIMIT);
    assert_non_null(strstr(err.message, "record 7: the type aaa"));
    buf_done(&out);
}

static void settings_are_a_document_and_come_back(void **state)
{
    (void)state;
    store_tx *tx;
    notary_settings set = {.origin = "ledger.test/2026", .tenant = {{9, 8, 7}}}, back;
    char where[600];
    assert_int_equal(notary_settings_read(db, &back, &err), ASSAY_NOT_FOUND);
    buf_add_text(&set.keys, "a key\n");
    assert_ok(store_tx_begin(db, &tx, &err), err);
    assert_ok(notary_settings_write(tx, &set, "Kim", "", &err), err);
    assert_ok(store_tx_commit(tx, NULL, &err), err);
    assert_ok(notary_settings_read(db, &back, &err), err);
    assert_string_equal(back.origin, set.origin);
    assert_memory_equal(&back.tenant, &set.tenant, 16);
    assert_string_equal(buf_text(&back.keys), "a key\n");
    notary_directory(&back, "x/plant.assay", where, sizeof where);
    assert_string_equal(where, "x/plant.assay-ledger");
    notary_settings_done(&set);
    notary_settings_done(&back);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(people_are_random_ids_that_stay_the_same),
        TEST(erasing_is_an_entry_that_names_the_erased_one),
        TEST(a_type_longer_than_an_entry_s_is_refused),
        TEST(settings_are_a_document_and_come_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
