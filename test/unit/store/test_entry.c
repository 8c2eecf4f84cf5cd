/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "shop.h"

#include "store/connection.h"

static object_id id_of(uint32_t k)
{
    object_id id = {{0}};
    for (int i = 0; i < 4; i++)
        id.bytes[i] = (uint8_t)(k >> (24 - 8 * i));
    return id;
}

static void put_in(shop *h, store_tx *tx, uint32_t k, const char *shown, const char *const *places)
{
    entry_place p[8];
    object_id id = id_of(k);
    size_t n = 0;
    for (; places && places[2 * n]; n++)
        p[n] = (entry_place){places[2 * n], places[2 * n + 1]};
    assert_ok(store_entry_put(tx, "case", &id, shown, p, n, &h->err), h->err);
}

static void put(shop *h, uint32_t k, const char *shown, const char *const *places)
{
    store_tx *tx;
    assert_ok(store_tx_begin(h->s, &tx, &h->err), h->err);
    put_in(h, tx, k, shown, places);
    assert_ok(store_tx_commit(tx, NULL, &h->err), h->err);
}
#define PLACES(...) ((const char *const[]){__VA_ARGS__, NULL})

static bool add_row(const store_entry *e, void *context)
{
    char *text = context;
    snprintf(text + strlen(text), 4096 - strlen(text), "%s ", e->row);
    return true;
}

static bool keep_mark(const store_entry *e, void *context)
{
    strcpy(context, e->mark);
    return true;
}

static const char *page(shop *h, store_page p)
{
    static char text[4096];
    text[0] = '\0';
    assert_ok(store_entries(h->s, &p, add_row, text, &h->err), h->err);
    return text;
}

static uint64_t count(shop *h, const char *list)
{
    uint64_t n;
    assert_ok(store_list_count(h->s, list, &n, &h->err), h->err);
    return n;
}

static void three(shop *h)
{
    put(h, 1, "\"a\"", PLACES("open", "2026-03", "all", "1"));
    put(h, 2, "\"b\"", PLACES("open", "2026-01", "all", "1"));
    put(h, 3, "\"c\"", PLACES("open", "2026-02", "all", "0"));
}

static void a_list_is_sorted_by_bytes_then_by_age(void **state)
{
    (void)state;
    shop *h = shop_new();
    three(h);
    assert_string_equal(page(h, (store_page){.list = "open"}), "\"b\" \"c\" \"a\" ");
    assert_string_equal(page(h, (store_page){.list = "all"}), "\"c\" \"a\" \"b\" ");
    assert_string_equal(page(h, (store_page){.list = "all", .is_down = true}),
                        "\"b\" \"a\" \"c\" ");
    assert_string_equal(page(h, (store_page){.list = "all", .prefix = "1"}), "\"a\" \"b\" ");
    assert_string_equal(page(h, (store_page){.list = "open", .from = "2026-02"}), "\"c\" \"a\" ");
    assert_string_equal(page(h, (store_page){.list = "none"}), "");
    shop_free(h);
}

static void an_entry_moves_and_its_lists_count_it_once(void **state)
{
    (void)state;
    shop *h = shop_new();
    three(h);
    put(h, 3, "\"C\"", PLACES("done", "x", "all", "0", "all", "0"));
    assert_int_equal(count(h, "open"), 2);
    assert_int_equal(count(h, "done"), 1);
    assert_int_equal(count(h, "all"), 3);
    assert_string_equal(page(h, (store_page){.list = "done"}), "\"C\" ");
    put(h, 3, NULL, NULL);
    assert_int_equal(count(h, "done"), 0);
    assert_int_equal(count(h, "all"), 2);
    buf shown = BUF_INIT;
    object_id gone = id_of(3), there = id_of(2);
    assert_int_equal(store_entry_get(h->s, "case", &gone, &shown, &h->err), ASSAY_NOT_FOUND);
    assert_ok(store_entry_get(h->s, "case", &there, &shown, &h->err), h->err);
    assert_string_equal(shown.data, "\"b\"");
    buf_done(&shown);
    shop_free(h);
}

static void what_is_not_committed_is_in_no_list(void **state)
{
    (void)state;
    shop *h = shop_new();
    store_tx *tx;
    three(h);
    assert_ok(store_tx_begin(h->s, &tx, &h->err), h->err);
    put_in(h, tx, 4, "\"d\"", PLACES("open", "0"));
    put_in(h, tx, 1, "\"a\"", PLACES("done", "0"));
    store_tx_abort(tx);
    assert_string_equal(page(h, (store_page){.list = "open"}), "\"b\" \"c\" \"a\" ");
    assert_int_equal(count(h, "open"), 3);
    assert_int_equal(count(h, "done"), 0);
    shop_free(h);
}

static void pages_follow_each_other_without_gap_or_double(void **state)
{
    (void)state;
    shop *h = shop_new();
    char mark[sizeof((store_entry){0}.mark)], seen[4096] = "", shown[16], sort[16];
    for (uint32_t k = 0; k < 25; k++) {
        snprintf(shown, sizeof shown, "%u", k);
        snprintf(sort, sizeof sort, "%02u", k / 4); /* ties across the edge of a page */
        put(h, k, shown, PLACES("all", sort));
    }
    for (int way = 0; way < 2; way++) {
        store_page p = {.list = "all", .limit = 7, .is_down = way == 1};
        seen[0] = '\0';
        for (int i = 0; i < 5; i++) {
            assert_ok(store_entries(h->s, &p, add_row, seen, &h->err), h->err);
            assert_ok(store_entries(h->s, &p, keep_mark, mark, &h->err), h->err);
            p.mark = mark;
        }
        int expected = way ? 24 : 0;
        for (char *word = strtok(seen, " "); word; word = strtok(NULL, " "))
            assert_int_equal(atoi(word), way ? expected-- : expected++);
        assert_int_equal(expected, way ? -1 : 25);
    }
    store_page wrong = {.list = "all", .mark = "zz"};
    assert_int_equal(store_entries(h->s, &wrong, add_row, seen, &h->err), ASSAY_FORMAT);
    shop_free(h);
}

/* A page far behind costs what the first one does: the tree is entered at the mark. */
static void a_page_begins_at_its_mark_without_passing_over_others(void **state)
{
    (void)state;
    static const char *const texts[] = {
#define X(name, text) [SQL_##name] = text,
        SQL_LIST(X)
#undef X
    };
    static const char *const bounds[] = {"(list=? AND (sort,entry)>(?,?) AND sort<?)",
                                         "(list=? AND sort>? AND (sort,entry)<(?,?))"};
    static const sql which[] = {SQL_PAGE_UP, SQL_PAGE_DOWN};
    shop *h = shop_new();
    sqlite3 *db;
    assert_int_equal(sqlite3_open(h->path, &db), SQLITE_OK);
    for (int i = 0; i < 2; i++) {
        char text[1000];
        sqlite3_stmt *q;
        snprintf(text, sizeof text, "EXPLAIN QUERY PLAN %s", texts[which[i]]);
        assert_int_equal(sqlite3_prepare_v2(db, text, -1, &q, NULL), SQLITE_OK);
        assert_int_equal(sqlite3_step(q), SQLITE_ROW);
        assert_non_null(strstr((const char *)sqlite3_column_text(q, 3), bounds[i]));
        sqlite3_finalize(q);
    }
    sqlite3_close(db);
    shop_free(h);
}

/* Every page of 7, one after the other. */
static const char *all_pages(shop *h, store_page p)
{
    static char seen[4096];
    char mark[sizeof((store_entry){0}.mark)] = "", before[sizeof mark];
    seen[0] = '\0';
    p.limit = 7;
    do {
        strcpy(before, mark);
        assert_ok(store_entries(h->s, &p, add_row, seen, &h->err), h->err);
        assert_ok(store_entries(h->s, &p, keep_mark, mark, &h->err), h->err);
        p.mark = mark;
    } while (strcmp(mark, before) != 0);
    return seen;
}

static void several_lists_are_read_as_one(void **state)
{
    (void)state;
    static const char *const lists[] = {"x", "y", "z"};
    static const store_span of[] = {
        {"x", NULL}, {"none", NULL}, {"z", NULL}, {"y", "1"}, {"x", "0"}};
    shop *h = shop_new();
    char shown[16], sort[16], expected[4096];
    for (uint32_t k = 0; k < 60; k++) {
        snprintf(shown, sizeof shown, "%u", k);
        snprintf(sort, sizeof sort, "%02u", k * 7 % 20); /* ties within lists and between them */
        bool is_in = k % 3 != 1 || sort[0] == '1';
        put(h, k, shown, PLACES(lists[k % 3], sort, is_in ? "same" : "other", sort));
    }
    for (int way = 0; way < 2; way++) {
        store_page p = {.list = "same", .is_down = way == 1};
        strcpy(expected, all_pages(h, p));
        assert_non_null(strstr(expected, "59 "));
        p = (store_page){.span = of, .span_count = sizeof of / sizeof *of, .is_down = way == 1};
        assert_string_equal(all_pages(h, p), expected);
    }
    assert_string_equal(page(h, (store_page){.limit = 7}), ""); /* of none */
    shop_free(h);
}

static bool add_list(const char *list, uint64_t n, void *context)
{
    char *text = context;
    snprintf(text + strlen(text), 4096 - strlen(text), "%s=%llu ", list, (unsigned long long)n);
    return true;
}

static void lists_are_counted_by_the_start_of_their_name(void **state)
{
    (void)state;
    shop *h = shop_new();
    char text[4096] = "";
    put(h, 1, "1", PLACES("stage/a", "", "stage/b", "", "other", ""));
    put(h, 2, "2", PLACES("stage/b", ""));
    put(h, 3, "3", PLACES("stage/c", ""));
    put(h, 3, NULL, NULL);
    assert_ok(store_lists(h->s, "stage/", add_list, text, &h->err), h->err);
    assert_string_equal(text, "stage/a=1 stage/b=2 ");
    shop_free(h);
}

static void entries_of_a_kind_can_be_made_anew(void **state)
{
    (void)state;
    shop *h = shop_new();
    store_tx *tx;
    char shown[16];
    assert_ok(store_tx_begin(h->s, &tx, &h->err), h->err);
    for (uint32_t k = 0; k < 2500; k++) {
        snprintf(shown, sizeof shown, "%u", k);
        put_in(h, tx, k, shown, PLACES("all", shown));
    }
    object_id other = id_of(7);
    entry_place p = {"all", "x"};
    assert_ok(store_entry_put(tx, "round", &other, "0", &p, 1, &h->err), h->err);
    assert_ok(store_entries_drop(tx, "case", &h->err), h->err);
    assert_ok(store_tx_commit(tx, NULL, &h->err), h->err);
    assert_int_equal(count(h, "all"), 1);
    shop_free(h);
}

static void find(const char *what, void *context)
{
    strcat(strcat(context, what), "\n");
}

/* What a check finds after SQL has gone behind the store's back. */
static void found_after(const char *damage, char *found)
{
    shop *h = shop_new();
    sqlite3 *db;
    store_check_t got;
    found[0] = '\0';
    three(h);
    assert_ok(store_check(h->s, find, found, &got, &h->err), h->err);
    assert_string_equal(found, "");
    store_close(h->s);
    assert_int_equal(sqlite3_open(h->path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, damage, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
    shop_open(h);
    assert_ok(store_check(h->s, find, found, &got, &h->err), h->err);
    shop_free(h);
}

static void a_list_that_does_not_agree_with_its_entries_is_found(void **state)
{
    (void)state;
    char found[4096];
    found_after("DELETE FROM place WHERE list = 2 AND entry = 1", found);
    assert_non_null(strstr(found, "entry 1 (case) is missing in a list"));
    assert_non_null(strstr(found, "list \"all\" counts 3 entries and has 2"));
    found_after("UPDATE entry SET places = zeroblob(0) WHERE number = 3", found);
    assert_non_null(strstr(found, "lists have 6 places, their entries say 4"));
}

/* -- records of one object ------------------------------------------------------------- */

static bool add_record(const record *r, void *context)
{
    char *text = context;
    snprintf(text + strlen(text), 4096 - strlen(text), "%s:%s:%s ", r->type, r->actor, r->payload);
    return true;
}

static void records_of_one_object_come_in_order_and_alone(void **state)
{
    (void)state;
    shop *h = shop_new();
    store_tx *tx;
    store *reader;
    object_id mine = id_of(1), other = id_of(2);
    char text[4096] = "";
    assert_ok(store_tx_begin(h->s, &tx, &h->err), h->err);
    assert_ok(record_append(tx, "case.opened", "kim", &mine, "{}", NULL, &h->err), h->err);
    assert_ok(record_append(tx, "case.opened", "lee", &other, "{}", NULL, &h->err), h->err);
    assert_ok(record_append(tx, "case.note", NULL, &mine, "{\"a\":1}", NULL, &h->err), h->err);
    assert_ok(store_object_records(h->s, &mine, 0, add_record, text, &h->err), h->err);
    assert_string_equal(text, "case.opened:kim:{} case.note::{\"a\":1} ");
    assert_ok(store_tx_commit(tx, NULL, &h->err), h->err);
    assert_ok(store_open(h->path, STORE_READ, &reader, &h->err), h->err);
    text[0] = '\0';
    assert_ok(store_object_records(reader, &mine, 2, add_record, text, &h->err), h->err);
    assert_string_equal(text, "case.note::{\"a\":1} ");
    store_close(reader);
    shop_free(h);
}

static bool add_sequence(const record *r, void *context)
{
    char *text = context;
    snprintf(text + strlen(text), 4096 - strlen(text), "%llu ", (unsigned long long)r->sequence);
    return true;
}

static void records_of_a_type_are_found_from_both_ends(void **state)
{
    (void)state;
    shop *h = shop_new();
    store_tx *tx;
    uint64_t at;
    char text[4096] = "";
    assert_ok(store_tx_begin(h->s, &tx, &h->err), h->err);
    for (int i = 1; i <= 30; i++) /* 5, 10 ... 30 are rare */
        assert_ok(record_append(tx, i % 5 ? "often" : "rare", "kim", NULL, "{}", NULL, &h->err),
                  h->err);
    assert_ok(store_tx_commit(tx, NULL, &h->err), h->err);
    assert_ok(store_records(h->s, "rare", 6, add_sequence, text, &h->err), h->err);
    assert_ok(store_record_heads(h->s, "rare", 21, add_sequence, text, &h->err), h->err);
    assert_string_equal(text, "10 15 20 25 30 25 30 ");
    static const struct {
        uint64_t before, n, from;
    } looks[] = {{31, 1, 30}, {30, 1, 25}, {UINT64_MAX, 2, 25}, {26, 3, 15}, {26, 5, 5},
                 {26, 6, 1},  {5, 1, 1}};
    for (size_t i = 0; i < sizeof looks / sizeof *looks; i++) {
        assert_ok(store_record_before(h->s, "rare", looks[i].before, looks[i].n, &at, &h->err),
                  h->err);
        assert_int_equal(at, looks[i].from);
    }
    assert_ok(store_record_before(h->s, "none", 31, 1, &at, &h->err), h->err);
    assert_int_equal(at, 1);
    shop_free(h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_list_is_sorted_by_bytes_then_by_age),
        cmocka_unit_test(an_entry_moves_and_its_lists_count_it_once),
        cmocka_unit_test(what_is_not_committed_is_in_no_list),
        cmocka_unit_test(pages_follow_each_other_without_gap_or_double),
        cmocka_unit_test(a_page_begins_at_its_mark_without_passing_over_others),
        cmocka_unit_test(several_lists_are_read_as_one),
        cmocka_unit_test(lists_are_counted_by_the_start_of_their_name),
        cmocka_unit_test(entries_of_a_kind_can_be_made_anew),
        cmocka_unit_test(a_list_that_does_not_agree_with_its_entries_is_found),
        cmocka_unit_test(records_of_one_object_come_in_order_and_alone),
        cmocka_unit_test(records_of_a_type_are_found_from_both_ends),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
