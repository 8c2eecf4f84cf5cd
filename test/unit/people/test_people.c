/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Accounts, sessions, tokens and invitations on a real store. */
#include "base/time.h"
#include "check.h"
#include "people/people.h"
#include "people/secret.h"

#include <sys/stat.h>
#include <unistd.h>

typedef struct {
    char folder[64], path[96];
    store *store;
    people *people;
    assay_err err;
} office;

static int set_up(void **state)
{
    office *o = calloc(1, sizeof *o);
    strcpy(o->folder, "/tmp/assay-people-XXXXXX");
    assert_non_null(mkdtemp(o->folder));
    snprintf(o->path, sizeof o->path, "%s/a.assay", o->folder);
    assert_ok(store_open(o->path, STORE_CREATE, &o->store, &o->err), o->err);
    assert_ok(people_open(o->store, &o->people, &o->err), o->err);
    *state = o;
    return 0;
}

static int tear_down(void **state)
{
    office *o = *state;
    char command[128];
    people_close(o->people);
    store_close(o->store);
    snprintf(command, sizeof command, "rm -rf %s", o->folder);
    int code = system(command);
    free(o);
    return code;
}

static store_tx *begin(office *o)
{
    store_tx *tx = NULL;
    assert_ok(store_tx_begin(o->store, &tx, &o->err), o->err);
    return tx;
}

static void commit(office *o, store_tx *tx)
{
    uint64_t number;
    assert_ok(store_tx_commit(tx, &number, &o->err), o->err);
}

static void open_again(office *o)
{
    people_close(o->people);
    store_close(o->store);
    o->store = NULL;
    o->people = NULL;
    assert_ok(store_open(o->path, STORE_WRITE, &o->store, &o->err), o->err);
    assert_ok(people_open(o->store, &o->people, &o->err), o->err);
}

static void put(office *o, const char *account, const char *password, const char *grants)
{
    char hash[PASSWORD_HASH_MAX];
    person_change c = {.account = account, .name = account, .grants = grants, .hash = hash};
    assert_ok(people_hash(o->people, password, hash, &o->err), o->err);
    store_tx *tx = begin(o);
    assert_ok(people_put(o->people, tx, &c, DOCUMENT_ANY, "test", "needed", &o->err), o->err);
    commit(o, tx);
}

static assay_status check(office *o, const char *account, const char *password, const char *code)
{
    return people_check(o->people, account, password, code, "192.0.2.7", &o->err);
}

static void sign_in(office *o, const char *account, char secret[33])
{
    store_tx *tx = begin(o);
    assert_ok(people_session(o->people, tx, account, secret, &o->err), o->err);
    commit(o, tx);
}

static void a_password_opens_a_session_that_survives_a_restart(void **state)
{
    office *o = *state;
    identity who;
    char secret[33];
    assert_true(people_is_empty(o->people));
    put(o, "kim", "correct horse", "engineer@plant-a,operator");
    assert_false(people_is_empty(o->people));
    assert_int_equal(check(o, "kim", "correct horse", ""), ASSAY_OK);
    assert_int_equal(check(o, "kim", "wrong horse 1", ""), ASSAY_NOT_FOUND);
    assert_int_equal(check(o, "lee", "correct horse", ""), ASSAY_NOT_FOUND);
    sign_in(o, "kim", secret);
    open_again(o);
    assert_ok(people_who(o->people, secret, &who, &o->err), o->err);
    assert_string_equal(who.account, "kim");
    assert_true(who.is_session);
    assert_int_equal(strlen(who.csrf), 32);
    store_tx *tx = begin(o);
    assert_ok(people_session_end(o->people, tx, secret, &o->err), o->err);
    commit(o, tx);
    assert_int_equal(people_who(o->people, secret, &who, &o->err), ASSAY_NOT_FOUND);
    open_again(o);
    assert_int_equal(people_who(o->people, secret, &who, &o->err), ASSAY_NOT_FOUND);
}

static void a_role_counts_at_its_site_alone(void **state)
{
    office *o = *state;
    identity who;
    char secret[33];
    put(o, "kim", "correct horse", "engineer@plant-a,operator@plant-b");
    sign_in(o, "kim", secret);
    assert_ok(people_who(o->people, secret, &who, &o->err), o->err);
    assert_true(identity_may(&who, SCOPE_ENGINEER, "plant-a/line/part/d"));
    assert_false(identity_may(&who, SCOPE_ENGINEER, "plant-b/line/part/d"));
    assert_true(identity_may(&who, SCOPE_MEASURE, "plant-b/line/part/d"));
    assert_false(identity_may(&who, SCOPE_READ, "plant-c/line"));
    assert_false(identity_may(&who, SCOPE_READ, "plant-a2/line"));
    assert_false(identity_may(&who, SCOPE_READ, "plant"));
    assert_true(identity_may(&who, SCOPE_READ, "plant-a"));
    assert_false(identity_may(&who, SCOPE_READ, NULL));
    assert_false(identity_may(&who, SCOPE_ADMIN, "plant-a/line"));
}

static void a_token_has_some_of_its_owners_scopes_until_it_is_revoked(void **state)
{
    office *o = *state;
    identity who;
    char id[TOKEN_ID], secret[TOKEN_SECRET];
    put(o, "gauge", "correct horse", "operator");
    store_tx *tx = begin(o);
    assert_ok(
        people_token(o->people, tx, "gauge", "measure,admin", 1, "press 3", id, secret, &o->err),
        o->err);
    commit(o, tx);
    open_again(o);
    assert_ok(people_who(o->people, secret, &who, &o->err), o->err);
    assert_int_equal(who.scopes, 1u << SCOPE_MEASURE);
    assert_false(who.is_session);
    assert_string_equal(who.csrf, "");
    tx = begin(o);
    assert_int_equal(people_token(o->people, tx, "gauge", "fly", 0, "", id, secret, &o->err),
                     ASSAY_DOMAIN);
    store_tx_abort(tx);
    tx = begin(o);
    assert_ok(people_token_revoke(o->people, tx, id, "test", &o->err), o->err);
    commit(o, tx);
    assert_int_equal(people_who(o->people, secret, &who, &o->err), ASSAY_NOT_FOUND);
}

static void an_invitation_sets_a_password_once(void **state)
{
    office *o = *state;
    char code[33], hash[PASSWORD_HASH_MAX], account[64];
    identity who;
    person_change c = {.account = "admin", .name = "Admin", .grants = "administrator"};
    store_tx *tx = begin(o);
    assert_ok(people_put(o->people, tx, &c, 0, "test", "first", &o->err), o->err);
    assert_ok(people_invite(o->people, tx, "admin", "test", code, &o->err), o->err);
    commit(o, tx);
    open_again(o);
    assert_int_equal(people_who(o->people, code, &who, &o->err), ASSAY_NOT_FOUND);
    assert_int_equal(check(o, "admin", "", ""), ASSAY_NOT_FOUND);
    assert_ok(people_hash(o->people, "new password", hash, &o->err), o->err);
    tx = begin(o);
    assert_ok(people_accept(o->people, tx, code, hash, account, &o->err), o->err);
    commit(o, tx);
    assert_string_equal(account, "admin");
    tx = begin(o);
    assert_int_equal(people_accept(o->people, tx, code, hash, account, &o->err), ASSAY_NOT_FOUND);
    store_tx_abort(tx);
    assert_int_equal(check(o, "admin", "new password", ""), ASSAY_OK);
}

static void a_one_time_code_is_asked_for_once_it_was_confirmed(void **state)
{
    office *o = *state;
    char secret[33], code[7];
    put(o, "kim", "correct horse", "engineer");
    store_tx *tx = begin(o);
    assert_ok(people_totp_begin(o->people, tx, "kim", secret, &o->err), o->err);
    commit(o, tx);
    assert_int_equal(check(o, "kim", "correct horse", ""), ASSAY_OK);
    uint64_t step = (uint64_t)(time_now() / 1000000000 / 30);
    assert_true(totp_code(secret, step, code));
    tx = begin(o);
    assert_ok(people_totp_confirm(o->people, tx, "kim", code, &o->err), o->err);
    commit(o, tx);
    open_again(o);
    assert_int_equal(check(o, "kim", "correct horse", ""), ASSAY_MISSING);
    assert_int_equal(check(o, "kim", "correct horse", code), ASSAY_NOT_FOUND); /* it counted */
    assert_true(totp_code(secret, step + 1, code));
    assert_int_equal(check(o, "kim", "correct horse", code), ASSAY_OK);
    assert_int_equal(check(o, "kim", "correct horse", code), ASSAY_NOT_FOUND);
}

static void wrong_passwords_make_their_account_wait(void **state)
{
    office *o = *state;
    put(o, "kim", "correct horse", "engineer");
    for (int i = 0; i < 6; i++)
        assert_int_equal(check(o, "kim", "wrong", ""), ASSAY_NOT_FOUND);
    assert_int_equal(check(o, "kim", "correct horse", ""), ASSAY_BUSY);
    assert_int_equal(o->err.at, 1);
}

static void a_disabled_account_has_neither_session_nor_token(void **state)
{
    office *o = *state;
    identity who;
    char session[33], id[TOKEN_ID], token[TOKEN_SECRET];
    put(o, "kim", "correct horse", "engineer");
    sign_in(o, "kim", session);
    store_tx *tx = begin(o);
    assert_ok(people_token(o->people, tx, "kim", "read", 0, "", id, token, &o->err), o->err);
    commit(o, tx);
    person_change c = {.account = "kim", .state = ACCOUNT_DISABLE};
    tx = begin(o);
    assert_ok(people_put(o->people, tx, &c, DOCUMENT_ANY, "test", "left", &o->err), o->err);
    commit(o, tx);
    assert_int_equal(people_who(o->people, session, &who, &o->err), ASSAY_NOT_FOUND);
    assert_int_equal(people_who(o->people, token, &who, &o->err), ASSAY_NOT_FOUND);
    assert_int_equal(check(o, "kim", "correct horse", ""), ASSAY_NOT_FOUND);
    c = (person_change){.account = "kim", .name = "Kim"};
    tx = begin(o);
    assert_ok(people_put(o->people, tx, &c, DOCUMENT_ANY, "test", "name", &o->err), o->err);
    commit(o, tx);
    assert_int_equal(check(o, "kim", "correct horse", ""), ASSAY_NOT_FOUND);
    c.state = ACCOUNT_ENABLE;
    tx = begin(o);
    assert_ok(people_put(o->people, tx, &c, DOCUMENT_ANY, "test", "back", &o->err), o->err);
    commit(o, tx);
    assert_int_equal(check(o, "kim", "correct horse", ""), ASSAY_OK);
}

static void the_last_administrator_stays(void **state)
{
    office *o = *state;
    put(o, "admin", "correct horse", "administrator");
    put(o, "other", "correct horse", "administrator@plant-a");
    person_change c = {.account = "admin", .grants = "engineer"};
    store_tx *tx = begin(o);
    assert_int_equal(people_put(o->people, tx, &c, DOCUMENT_ANY, "admin", "", &o->err),
                     ASSAY_CONFLICT);
    assert_int_equal(people_erase(o->people, tx, "admin", "admin", &o->err), ASSAY_CONFLICT);
    store_tx_abort(tx);
}

static bool mentions(const record *r, void *context)
{
    *(bool *)context |= (r->payload && strstr(r->payload, "Gildong")) ||
                        (r->payload && strstr(r->payload, "\"hong\"")) ||
                        (r->actor && strcmp(r->actor, "hong") == 0);
    return true;
}

static bool file_holds(const char *path, const char *text)
{
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    fseek(f, 0, SEEK_END);
    long n = ftell(f);
    rewind(f);
    char *all = malloc((size_t)n + 1);
    assert_int_equal(fread(all, 1, (size_t)n, f), n);
    bool found = memmem(all, (size_t)n, text, strlen(text)) != NULL;
    free(all);
    fclose(f);
    return found;
}

static void an_erased_person_is_nowhere_in_the_file(void **state)
{
    office *o = *state;
    char secret[33];
    put(o, "admin", "correct horse", "administrator");
    put(o, "hong", "correct horse", "engineer");
    person_change c = {.account = "hong", .name = "Hong Gildong"};
    store_tx *tx = begin(o);
    assert_ok(people_put(o->people, tx, &c, DOCUMENT_ANY, "hong", "name", &o->err), o->err);
    commit(o, tx);
    sign_in(o, "hong", secret);
    tx = begin(o);
    assert_ok(people_invite(o->people, tx, "hong", "admin", secret, &o->err), o->err);
    commit(o, tx);
    tx = begin(o);
    assert_ok(people_erase(o->people, tx, "hong", "admin", &o->err), o->err);
    commit(o, tx);
    bool found = false;
    assert_ok(store_records(o->store, NULL, 1, mentions, &found, &o->err), o->err);
    assert_false(found);
    open_again(o);
    assert_int_equal(check(o, "hong", "correct horse", ""), ASSAY_NOT_FOUND);
    people_close(o->people);
    store_close(o->store);
    o->people = NULL;
    o->store = NULL;
    assert_false(file_holds(o->path, "Gildong"));
}

static void what_cannot_be_an_account_is_refused_with_the_reason(void **state)
{
    office *o = *state;
    static const person_change bad[] = {
        {.account = ""},
        {.account = "Kim"},
        {.account = "kim/lee"},
        {.account = "kim", .grants = "king"},
        {.account = "kim", .grants = "engineer@"},
        {.account = "kim", .grants = "engineer@a/b"},
    };
    store_tx *tx = begin(o);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(people_put(o->people, tx, &bad[i], 0, "test", "", &o->err), ASSAY_DOMAIN);
        assert_string_not_equal(o->err.message, "");
    }
    store_tx_abort(tx);
    char hash[PASSWORD_HASH_MAX];
    assert_int_equal(people_hash(o->people, "too short", hash, &o->err), ASSAY_LIMIT);
}

static void a_badge_says_who_acts_and_never_opens_a_session(void **state)
{
    office *o = *state;
    identity station = {0}, who = {0};
    char id[TOKEN_ID];
    put(o, "line3", "correct horse", "operator");
    put(o, "kim", "correct horse", "engineer@a");
    char secret[33];
    sign_in(o, "line3", secret);
    assert_ok(people_who(o->people, secret, &station, &o->err), o->err);
    store_tx *tx = begin(o);
    assert_ok(people_badge(o->people, tx, "kim", "B-1001", "blue", "admin", id, &o->err), o->err);
    assert_int_equal(people_badge(o->people, tx, "line3", "B-1001", "", "admin", id, &o->err), ASSAY_EXISTS);
    commit(o, tx);
    open_again(o);
    assert_int_equal(people_who(o->people, "B-1001", &who, &o->err), ASSAY_NOT_FOUND);
    assert_int_equal(people_who(o->people, "badge:B-1001", &who, &o->err), ASSAY_NOT_FOUND);
    assert_ok(people_badge_who(o->people, "B-1001", &station, &who, &o->err), o->err);
    assert_string_equal(who.account, "kim");
    assert_true(identity_may(&who, SCOPE_ACT, "a/bore"));
    assert_false(identity_may(&who, SCOPE_ACT, "b/bore"));
    assert_false(identity_may(&who, SCOPE_ENGINEER, "a/bore"));
    station.scopes = 1u << SCOPE_READ;
    assert_ok(people_badge_who(o->people, "B-1001", &station, &who, &o->err), o->err);
    assert_false(identity_may(&who, SCOPE_ACT, "a/bore"));
    tx = begin(o);
    assert_ok(people_badge_end(o->people, tx, id, "admin", &o->err), o->err);
    commit(o, tx);
    assert_int_equal(people_badge_who(o->people, "B-1001", &station, &who, &o->err), ASSAY_NOT_FOUND);
    assert_false(file_holds(o->path, "B-1001"));
}

static void unknown_badges_make_their_station_wait(void **state)
{
    office *o = *state;
    identity station = {.account = "line3", .scopes = UINT32_MAX}, who;
    assay_status status = ASSAY_NOT_FOUND;
    for (int i = 0; i < 30 && status == ASSAY_NOT_FOUND; i++)
        status = people_badge_who(o->people, "B-77", &station, &who, &o->err);
    assert_int_equal(status, ASSAY_BUSY);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_password_opens_a_session_that_survives_a_restart),
        CASE(a_role_counts_at_its_site_alone),
        CASE(a_token_has_some_of_its_owners_scopes_until_it_is_revoked),
        CASE(an_invitation_sets_a_password_once),
        CASE(a_one_time_code_is_asked_for_once_it_was_confirmed),
        CASE(wrong_passwords_make_their_account_wait),
        CASE(a_disabled_account_has_neither_session_nor_token),
        CASE(the_last_administrator_stays),
        CASE(an_erased_person_is_nowhere_in_the_file),
        CASE(a_badge_says_who_acts_and_never_opens_a_session),
        CASE(unknown_badges_make_their_station_wait),
        CASE(what_cannot_be_an_account_is_refused_with_the_reason),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
