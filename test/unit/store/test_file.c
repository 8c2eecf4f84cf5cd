/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "shop.h"

#include <sqlite3.h>

static const object_id about = {{1}}, owner = {{2}};

static object_id id_of(uint8_t k)
{
    return (object_id){{9, k}};
}

static store_tx *begin(shop *h)
{
    store_tx *tx;
    assert_ok(store_tx_begin(h->s, &tx, &h->err), h->err);
    return tx;
}

static void commit(shop *h, store_tx *tx)
{
    assert_ok(store_tx_commit(tx, NULL, &h->err), h->err);
}

/* Of `parts` parts, each in a transaction of its own. */
static object_id bring(shop *h, uint8_t k, int parts)
{
    object_id id = id_of(k);
    char bytes[5000];
    store_tx *tx = begin(h);
    assert_ok(store_file_begin(tx, &id, &about, &owner, &h->err), h->err);
    commit(h, tx);
    for (int i = 0; i < parts; i++) {
        memset(bytes, 'a' + k + i, sizeof bytes);
        tx = begin(h);
        assert_ok(store_file_add(tx, &id, bytes, sizeof bytes, &h->err), h->err);
        commit(h, tx);
    }
    return id;
}

static void end(shop *h, const object_id *id, bool is_kept)
{
    store_tx *tx = begin(h);
    assert_ok(store_file_end(tx, id, "told", &h->err), h->err);
    if (is_kept)
        assert_ok(store_file_keep(tx, id, &h->err), h->err);
    commit(h, tx);
}

static uint64_t damaged(shop *h)
{
    store_check_t found;
    assert_ok(store_check(h->s, NULL, NULL, &found, &h->err), h->err);
    return found.damaged;
}

static void parts_come_back_as_they_were_brought(void **state)
{
    (void)state;
    shop *h = shop_new();
    buf part = BUF_INIT;
    store_file f;
    store *reader;
    object_id id = bring(h, 1, 3);
    end(h, &id, true);
    assert_ok(store_open(h->path, STORE_READ, &reader, &h->err), h->err);
    assert_ok(store_file_get(reader, &id, &f, &h->err), h->err);
    assert_int_equal(f.parts, 3);
    assert_int_equal(f.bytes, 15000);
    assert_int_equal(f.state, FILE_KEPT);
    assert_string_equal(f.about, "told");
    assert_memory_equal(&f.object, &about, sizeof about);
    assert_ok(store_file_read(reader, &id, 2, &part, &h->err), h->err);
    assert_int_equal(part.length, 5000);
    assert_int_equal(part.data[4999], 'a' + 3);
    assert_int_equal(store_file_read(reader, &id, 3, &part, &h->err), ASSAY_NOT_FOUND);
    store_close(reader);
    assert_int_equal(damaged(h), 0);
    buf_done(&part);
    shop_free(h);
}

static void what_is_ended_or_gone_takes_no_more(void **state)
{
    (void)state;
    shop *h = shop_new();
    object_id id = bring(h, 1, 1), stranger = id_of(7);
    char large[STORE_FILE_PART + 1];
    memset(large, 'x', sizeof large);
    store_tx *tx = begin(h);
    assert_int_equal(store_file_keep(tx, &id, &h->err), ASSAY_CONFLICT);
    assert_int_equal(store_file_add(tx, &id, large, sizeof large, &h->err), ASSAY_LIMIT);
    assert_int_equal(store_file_add(tx, &id, large, 0, &h->err), ASSAY_LIMIT);
    assert_int_equal(store_file_add(tx, &stranger, "x", 1, &h->err), ASSAY_CONFLICT);
    assert_ok(store_file_end(tx, &id, "", &h->err), h->err);
    assert_int_equal(store_file_add(tx, &id, "x", 1, &h->err), ASSAY_CONFLICT);
    commit(h, tx);
    assert_int_equal(damaged(h), 0);
    shop_free(h);
}

static uint64_t sweep(shop *h, int64_t before)
{
    uint64_t gone;
    store_tx *tx = begin(h);
    assert_ok(store_files_sweep(tx, before, &gone, &h->err), h->err);
    commit(h, tx);
    return gone;
}

static void loose_files_are_swept_and_kept_ones_stay(void **state)
{
    (void)state;
    shop *h = shop_new();
    store_file f;
    store_file_tally n;
    uint64_t gone, all = 0;
    object_id kept = bring(h, 1, 2), loose = bring(h, 2, 2), coming = bring(h, 3, 1);
    end(h, &kept, true);
    end(h, &loose, false);
    assert_ok(store_files_of(h->s, &about, &n, &h->err), h->err);
    assert_int_equal(n.files, 3);
    assert_int_equal(n.loose, 2);
    assert_int_equal(sweep(h, 0), 0);
    while ((gone = sweep(h, INT64_MAX)) != 0)
        all += gone;
    assert_int_equal(all, 2);
    assert_int_equal(store_file_get(h->s, &loose, &f, &h->err), ASSAY_NOT_FOUND);
    assert_int_equal(store_file_get(h->s, &coming, &f, &h->err), ASSAY_NOT_FOUND);
    assert_ok(store_file_get(h->s, &kept, &f, &h->err), h->err);
    assert_int_equal(damaged(h), 0);
    shop_free(h);
}

static void an_erasure_takes_the_bytes_and_leaves_the_row(void **state)
{
    (void)state;
    shop *h = shop_new();
    buf part = BUF_INIT;
    store_file f;
    object_id id = bring(h, 1, 2);
    end(h, &id, true);
    store_tx *tx = begin(h);
    assert_ok(store_files_erase(tx, &owner, &h->err), h->err);
    commit(h, tx);
    assert_ok(store_file_get(h->s, &id, &f, &h->err), h->err);
    assert_int_equal(f.state, FILE_ERASED);
    assert_string_equal(f.about, "");
    assert_int_equal(store_file_read(h->s, &id, 0, &part, &h->err), ASSAY_NOT_FOUND);
    assert_int_equal(damaged(h), 0);
    buf_done(&part);
    shop_free(h);
}

static void the_check_finds_bytes_that_changed_went_or_belong_to_nobody(void **state)
{
    (void)state;
    static const char *const hurts[] = {
        "UPDATE file_part SET data = zeroblob(5000) WHERE id & 1023 = 1",
        "DELETE FROM file_part WHERE id & 1023 = 0", "UPDATE file SET bytes = bytes + 1",
        "INSERT INTO file_part VALUES (5000000, 0, x'00')"};
    for (size_t i = 0; i < sizeof hurts / sizeof *hurts; i++) {
        shop *h = shop_new();
        sqlite3 *db;
        buf part = BUF_INIT;
        object_id id = bring(h, 1, 2);
        end(h, &id, true);
        store_close(h->s);
        assert_int_equal(sqlite3_open(h->path, &db), SQLITE_OK);
        assert_int_equal(sqlite3_exec(db, hurts[i], NULL, NULL, NULL), SQLITE_OK);
        sqlite3_close(db);
        shop_open(h);
        assert_int_equal(damaged(h), 1);
        if (i < 2)
            assert_int_equal(store_file_read(h->s, &id, i == 0, &part, &h->err), ASSAY_DAMAGED);
        buf_done(&part);
        shop_free(h);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_come_back_as_they_were_brought),
        cmocka_unit_test(what_is_ended_or_gone_takes_no_more),
        cmocka_unit_test(loose_files_are_swept_and_kept_ones_stay),
        cmocka_unit_test(an_erasure_takes_the_bytes_and_leaves_the_row),
        cmocka_unit_test(the_check_finds_bytes_that_changed_went_or_belong_to_nobody),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
