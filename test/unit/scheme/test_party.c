/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "../store/shop.h"

#include "scheme/party_inner.h"

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

static object_id add(shop *h, const char *said)
{
    object_id id;
    store_tx *tx = begin(h);
    assert_ok(party_add(tx, h->s, said, "desk", &id, &h->err), h->err);
    commit(h, tx);
    return id;
}

static assay_status relate(shop *h, const object_id *id, const char *said)
{
    store_tx *tx = begin(h);
    assay_status status = party_relate(tx, h->s, id, said, "desk", &h->err);
    if (status)
        store_tx_abort(tx);
    else
        commit(h, tx);
    return status;
}

static const char *show(shop *h, const object_id *id, bool is_personal)
{
    static buf text;
    buf_clear(&text);
    assert_ok(party_show(h->s, id, is_personal, &text, &h->err), h->err);
    return text.data;
}

static bool file_has(const shop *h, const char *text)
{
    char command[512];
    snprintf(command, sizeof command, "grep -aq '%s' %s %s-wal", text, h->path, h->path);
    return system(command) == 0;
}

static const char kim[] = "{\"kind\":\"person\",\"name\":\"Kim Haneul\",\"account\":\"haneul\","
                          "\"code\":\"B-1017\",\"site_years\":\"12\"}";

static void a_person_is_found_by_account_code_and_name_and_stands_nowhere_in_plain(void **state)
{
    (void)state;
    shop *h = shop_new();
    object_id id = add(h, kim), found;
    const char *const names[] = {"haneul", "B-1017", "Kim Haneul", "kim haneul", "haneul", "KIM"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        assert_ok(party_find(h->s, names[i], &found, &h->err), h->err);
        assert_true(id_same(&id, &found));
    }
    assert_int_equal(party_find(h->s, "han", &found, &h->err), ASSAY_NOT_FOUND);
    assert_non_null(strstr(show(h, &id, true), "\"name\":\"Kim Haneul\""));
    assert_null(strstr(show(h, &id, false), "Haneul"));
    store_close(h->s);
    assert_false(file_has(h, "Haneul"));
    assert_false(file_has(h, "haneul"));
    assert_false(file_has(h, "B-1017"));
    shop_open(h);
    shop_free(h);
}

/* The words of persons stand keyed, in hexadecimal, among those of firms: a short name such as "b1" is no beginning
 * of one, nor of a longer name. */
static void a_short_name_finds_nobody_by_what_it_begins(void **state)
{
    (void)state;
    shop *h = shop_new();
    char text[80];
    object_id found;
    buf out = BUF_INIT;
    store_tx *tx = begin(h);
    for (int i = 0; i < 200; i++) {
        snprintf(text, sizeof text, "{\"kind\":\"person\",\"name\":\"P n%d\",\"code\":\"C-%d\"}", i, i);
        assert_ok(party_add(tx, h->s, text, "desk", &found, &h->err), h->err);
    }
    commit(h, tx);
    object_id firm = add(h, "{\"kind\":\"firm\",\"name\":\"Hanbit Motors\"}");
    for (int i = 0; i < 256; i++) {
        snprintf(text, sizeof text, "%02x", (unsigned)i);
        assert_int_equal(party_find(h->s, text, &found, &h->err), ASSAY_NOT_FOUND);
        buf_clear(&out);
        assert_ok(party_list(h->s, NULL, text, NULL, 100, true, &out, &h->err), h->err);
        assert_null(strstr(buf_text(&out), "person"));
    }
    assert_int_equal(party_find(h->s, "hanb", &found, &h->err), ASSAY_NOT_FOUND);
    assert_ok(party_find(h->s, "hanbit", &found, &h->err), h->err);
    assert_true(id_same(&firm, &found));
    buf_clear(&out);
    assert_ok(party_list(h->s, NULL, "hanb", NULL, 100, true, &out, &h->err), h->err);
    assert_non_null(strstr(buf_text(&out), "Hanbit Motors"));
    buf_clear(&out);
    assert_ok(party_list(h->s, NULL, "p", NULL, 300, true, &out, &h->err), h->err);
    assert_non_null(strstr(buf_text(&out), "P n199"));
    buf_done(&out);
    shop_free(h);
}

static void an_erased_person_leaves_records_that_say_nothing(void **state)
{
    (void)state;
    shop *h = shop_new();
    object_id id = add(h, kim), found;
    buf name = BUF_INIT;
    store_tx *tx = begin(h);
    assert_ok(party_erase(tx, h->s, &id, "asked for it", "desk", &h->err), h->err);
    commit(h, tx);
    shop_reopen(h);
    assert_null(strstr(show(h, &id, true), "Haneul"));
    assert_non_null(strstr(show(h, &id, true), "\"is_erased\":true"));
    assert_int_equal(party_find(h->s, "haneul", &found, &h->err), ASSAY_NOT_FOUND);
    assert_ok(party_name(h->s, &id, &name, &h->err), h->err);
    assert_int_equal(name.length, 0);
    assert_false(secret_is_there(h->s, &id));
    tx = begin(h);
    assert_int_equal(party_change(tx, h->s, &id, "{\"name\":\"X\"}", "desk", &h->err),
                     ASSAY_CONFLICT);
    store_tx_abort(tx);
    store_check_t got;
    assert_ok(store_check(h->s, NULL, NULL, &got, &h->err), h->err);
    assert_int_equal(got.damaged, 0);
    buf_done(&name);
    shop_free(h);
}

static void what_was_sealed_for_one_opens_for_nobody_else(void **state)
{
    (void)state;
    shop *h = shop_new();
    object_id a = add(h, kim), b = add(h, "{\"kind\":\"person\",\"name\":\"Lee Bada\"}");
    buf sealed = BUF_INIT;
    json_t *value = json_pack("{s:s}", "birth", "1980-01-02"), *got = NULL;
    store_tx *tx = begin(h);
    assert_ok(secret_seal(tx, h->s, &a, "form", value, &sealed, &h->err), h->err);
    commit(h, tx);
    assert_ok(secret_open(h->s, &a, "form", sealed.data, &got, &h->err), h->err);
    assert_true(json_equal(value, got));
    json_decref(got);
    assert_int_equal(secret_open(h->s, &b, "form", sealed.data, &got, &h->err), ASSAY_DAMAGED);
    assert_int_equal(secret_open(h->s, &a, "other", sealed.data, &got, &h->err), ASSAY_DAMAGED);
    sealed.data[20] = sealed.data[20] == 'A' ? 'B' : 'A';
    assert_int_equal(secret_open(h->s, &a, "form", sealed.data, &got, &h->err), ASSAY_DAMAGED);
    json_decref(value);
    buf_done(&sealed);
    shop_free(h);
}

static bool count_tie(const party_tie *t, void *context)
{
    ++*(int *)context;
    return t->relation != NULL;
}

static void merged_parties_share_their_relations(void **state)
{
    (void)state;
    shop *h = shop_new();
    object_id firm = add(h, "{\"kind\":\"firm\",\"name\":\"Hansol\"}");
    object_id a = add(h, kim), b = add(h, "{\"kind\":\"person\",\"name\":\"Kim H.\"}"), found;
    int n = 0;
    assert_ok(
        relate(h, &b, "{\"relation\":\"employed\",\"to\":\"Hansol\",\"from\":\"2020-01-01\"}"),
        h->err);
    store_tx *tx = begin(h);
    assert_ok(party_merge(tx, h->s, &a, &b, "same badge", "desk", &h->err), h->err);
    commit(h, tx);
    assert_ok(party_ties(h->s, &a, count_tie, &n, &h->err), h->err);
    assert_int_equal(n, 1);
    assert_ok(party_kept(h->s, &b, &found, &h->err), h->err);
    assert_true(id_same(&found, &a));
    n = 0;
    assert_ok(party_ties(h->s, &firm, count_tie, &n, &h->err), h->err);
    assert_int_equal(n, 1);
    assert_int_equal(relate(h, &b, "{\"relation\":\"kin\",\"to\":\"Hansol\"}"), ASSAY_CONFLICT);
    tx = begin(h);
    assert_int_equal(party_merge(tx, h->s, &a, &firm, "no", "desk", &h->err), ASSAY_DOMAIN);
    store_tx_abort(tx);
    shop_free(h);
}

static void who_may_act_for_a_team_is_a_matter_of_dates(void **state)
{
    (void)state;
    shop *h = shop_new();
    object_id team = add(h, "{\"kind\":\"team\",\"name\":\"Blue\"}"), a = add(h, kim);
    bool may = true;
    int64_t day = (int64_t)86400 * 1000000000, at = day * 20000; /* 2024-10-04 */
    assert_ok(relate(h, &a,
                     "{\"relation\":\"member\",\"to\":\"Blue\",\"from\":\"2024-10-01\","
                     "\"until\":\"2024-10-10\"}"),
              h->err);
    assert_ok(party_acts_for(h->s, &a, &team, at, &may, &h->err), h->err);
    assert_true(may);
    assert_ok(party_acts_for(h->s, &a, &team, at + 6 * day, &may, &h->err), h->err);
    assert_false(may);
    assert_ok(party_acts_for(h->s, &team, &a, at, &may, &h->err), h->err);
    assert_false(may);
    /* the same relation again changes its end */
    assert_ok(relate(h, &a, "{\"relation\":\"member\",\"to\":\"Blue\",\"from\":\"2024-10-01\"}"),
              h->err);
    assert_ok(party_acts_for(h->s, &a, &team, at + 6 * day, &may, &h->err), h->err);
    assert_true(may);
    shop_free(h);
}

static bool count_post(const party_post *p, void *context)
{
    assert_string_equal(p->role, "examiner");
    ++*(int *)context;
    return true;
}

static void holders_of_a_role_are_those_of_the_day(void **state)
{
    (void)state;
    shop *h = shop_new();
    object_id a = add(h, kim);
    int n = 0;
    store_tx *tx = begin(h);
    assert_ok(party_appoint(tx, h->s, &a,
                            "{\"scheme\":\"x.award\",\"role\":\"examiner\",\"place\":"
                            "\"south\",\"until\":\"2024-10-10\",\"trained\":\"2024-01-01\"}",
                            "desk", &h->err),
              h->err);
    commit(h, tx);
    int64_t day = (int64_t)86400 * 1000000000, at = day * 20000;
    assert_ok(party_holders(h->s, "x.award", "examiner", at, count_post, &n, &h->err), h->err);
    assert_ok(party_posts(h->s, &a, at, count_post, &n, &h->err), h->err);
    assert_int_equal(n, 2);
    assert_ok(party_holders(h->s, "x.award", "examiner", at + 10 * day, count_post, &n, &h->err),
              h->err);
    assert_ok(party_holders(h->s, "x.award", "exam", at, count_post, &n, &h->err), h->err);
    assert_int_equal(n, 2);
    shop_free(h);
}

static void what_cannot_be_is_refused_with_its_reason(void **state)
{
    (void)state;
    shop *h = shop_new();
    object_id id;
    static const struct {
        const char *said;
        assay_status status;
        const char *message;
    } wrong[] = {
        {"[]", ASSAY_FORMAT, "expected a JSON object"},
        {"{\"kind\":\"person\"}", ASSAY_MISSING, "\"name\" is missing"},
        {"{\"kind\":\"robot\",\"name\":\"R\"}", ASSAY_FORMAT, "expected person, firm or team"},
        {"{\"kind\":\"person\",\"name\":\"R\",\"age\":7}", ASSAY_FORMAT, "given as text"},
        {"{\"kind\":\"person\",\"name\":\"R\",\"A b\":\"7\"}", ASSAY_FORMAT, "no name"},
        {"{\"kind\":\"person\",\"name\":\"R\",\"name\":\"S\"}", ASSAY_FORMAT, "duplicate"},
        {"{\"kind\":\"person\",\"name\":\"R\",\"account\":\"haneul\"}", ASSAY_EXISTS, "account"},
    };
    add(h, kim);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        store_tx *tx = begin(h);
        h->err = (assay_err){0};
        assert_int_equal(party_add(tx, h->s, wrong[i].said, "desk", &id, &h->err), wrong[i].status);
        if (!strstr(h->err.message, wrong[i].message))
            fail_msg("\"%s\" does not say \"%s\"", h->err.message, wrong[i].message);
        store_tx_abort(tx);
    }
    shop_free(h);
}

static void a_bulk_of_lines_is_taken_whole_or_not_at_all(void **state)
{
    (void)state;
    shop *h = shop_new();
    static const char good[] =
        "{\"kind\":\"firm\",\"name\":\"Hansol\",\"ref\":\"f\"}\n\n"
        "{\"kind\":\"person\",\"name\":\"Park Byul\",\"account\":\"byul\",\"relations\":"
        "[{\"relation\":\"employed\",\"to\":\"f\"}],\"appointments\":"
        "[{\"scheme\":\"x\",\"role\":\"examiner\"}]}\n";
    static const char bad[] = "{\"kind\":\"firm\",\"name\":\"Daehan\"}\n{\"kind\":\"firm\"}\n";
    uint64_t n = 0;
    buf out = BUF_INIT;
    store_tx *tx = begin(h);
    assert_ok(party_import(tx, h->s, good, sizeof good - 1, "desk", &n, &h->err), h->err);
    commit(h, tx);
    assert_int_equal(n, 2);
    tx = begin(h);
    assert_int_equal(party_import(tx, h->s, bad, sizeof bad - 1, "desk", &n, &h->err),
                     ASSAY_MISSING);
    assert_int_equal(h->err.line, 2);
    store_tx_abort(tx);
    assert_ok(party_list(h->s, "firm", NULL, NULL, 10, false, &out, &h->err), h->err);
    assert_non_null(strstr(out.data, "\"count\":1"));
    buf_clear(&out);
    assert_ok(party_list(h->s, NULL, "byul", NULL, 10, true, &out, &h->err), h->err);
    assert_non_null(strstr(out.data, "Park Byul"));
    buf_done(&out);
    shop_free(h);
}

static void lists_made_anew_are_the_same(void **state)
{
    (void)state;
    shop *h = shop_new();
    buf before = BUF_INIT, after = BUF_INIT;
    object_id found;
    add(h, "{\"kind\":\"firm\",\"name\":\"Hansol\"}");
    object_id a = add(h, kim);
    assert_ok(relate(h, &a, "{\"relation\":\"employed\",\"to\":\"Hansol\"}"), h->err);
    assert_ok(party_list(h->s, NULL, NULL, NULL, 10, true, &before, &h->err), h->err);
    store_tx *tx = begin(h);
    assert_ok(party_rebuild(tx, h->s, &h->err), h->err);
    commit(h, tx);
    assert_ok(party_list(h->s, NULL, NULL, NULL, 10, true, &after, &h->err), h->err);
    assert_string_equal(before.data, after.data);
    assert_ok(party_find(h->s, "haneul", &found, &h->err), h->err);
    store_check_t got;
    assert_ok(store_check(h->s, NULL, NULL, &got, &h->err), h->err);
    assert_int_equal(got.damaged, 0);
    buf_clear(&after);
    assert_ok(party_export(h->s, &a, &after, &h->err), h->err);
    assert_non_null(strstr(after.data, "party.related"));
    buf_done(&before);
    buf_done(&after);
    shop_free(h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_person_is_found_by_account_code_and_name_and_stands_nowhere_in_plain),
        cmocka_unit_test(a_short_name_finds_nobody_by_what_it_begins),
        cmocka_unit_test(an_erased_person_leaves_records_that_say_nothing),
        cmocka_unit_test(what_was_sealed_for_one_opens_for_nobody_else),
        cmocka_unit_test(merged_parties_share_their_relations),
        cmocka_unit_test(who_may_act_for_a_team_is_a_matter_of_dates),
        cmocka_unit_test(holders_of_a_role_are_those_of_the_day),
        cmocka_unit_test(what_cannot_be_is_refused_with_its_reason),
        cmocka_unit_test(a_bulk_of_lines_is_taken_whole_or_not_at_all),
        cmocka_unit_test(lists_made_anew_are_the_same),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
