/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From a title to a signed credential and back: what a holder gets, and what a checker sees. */
#include "check.h"

#include "base/time.h"
#include "ledger/jwt.h"
#include "ledger/vc.h"
#include "notary/credential.h"

#include <jansson.h>
#include <sqlite3.h>
#include <unistd.h>

typedef struct {
    char folder[64], path[128], keys[128];
    store *s;
    signer *k;
} world;

/* An RSA key takes seconds to make: one for all. */
static char shared[64];

static int make_keys(void **state)
{
    char keys[128];
    (void)state;
    strcpy(shared, "/tmp/assay-keys-XX"
                   "XX"
                   "XX");
    assert_non_null(mkdtemp(shared));
    snprintf(keys, sizeof keys, "%s/keys", shared);
    return signer_file_add(keys, SIGNER_CREDENTIAL, "credential", NULL, NULL) ||
           signer_file_add(keys, SIGNER_RSA, "rsa", NULL, NULL);
}

static int drop_keys(void **state)
{
    char command[128];
    (void)state;
    snprintf(command, sizeof command, "rm -rf %s", shared);
    return system(command);
}

static world world_open(void)
{
    world w = {.folder = "/tmp/assay-credential-XX"
                         "XX"
                         "XX"};
    assay_err err = {0};
    assert_non_null(mkdtemp(w.folder));
    snprintf(w.path, sizeof w.path, "%s/db", w.folder);
    snprintf(w.keys, sizeof w.keys, "%s/keys", w.folder);
    char command[256];
    snprintf(command, sizeof command, "cp -r %s/. %s", shared, w.folder);
    assert_int_equal(system(command), 0);
    assert_ok(signer_open(w.keys, &w.k, &err), err);
    assert_ok(store_open(w.path, STORE_CREATE, &w.s, &err), err);
    return w;
}

static void world_close(world *w)
{
    char command[128];
    signer_close(w->k);
    store_close(w->s);
    snprintf(command, sizeof command, "rm -rf %s", w->folder);
    assert_int_equal(system(command), 0);
}

static store_tx *begin(world *w)
{
    store_tx *tx;
    assay_err err = {0};
    assert_ok(store_tx_begin(w->s, &tx, &err), err);
    return tx;
}

static void commit(store_tx *tx)
{
    assay_err err = {0};
    assert_ok(store_tx_commit(tx, NULL, &err), err);
}

static void set_issuer(world *w, const char *base)
{
    signer_public keys;
    assay_err err = {0};
    store_tx *tx = begin(w);
    assert_ok(signer_keys(w->k, &keys, &err), err);
    assert_ok(credential_issuer_write(tx, w->s, base, "Quality Association", NULL, &keys, "ann",
                                      "start", &err),
              err);
    commit(tx);
}

static void set_achievement(world *w, const char *purpose)
{
    assay_err err = {0};
    store_tx *tx = begin(w);
    credential_achievement a = {.id = "quality-master",
                                .name = "품질명장",
                                .description = "Proven improvement",
                                .criteria = "Ten verified results",
                                .type = "Award",
                                .purpose = purpose};
    assert_ok(credential_achievement_put(tx, &a, "ann", "", &err), err);
    commit(tx);
}

static world world_new(const char *base)
{
    world w = world_open();
    set_issuer(&w, base);
    set_achievement(&w, NULL);
    return w;
}

static credential_wish wish(void)
{
    return (credential_wish){.achievement = "quality-master",
                             .holder = "김민준",
                             .email = "kim@example.org",
                             .title = "title-1",
                             .from = TIME_NONE,
                             .until = TIME_NONE,
                             .awarded = TIME_NONE};
}

static void issue(world *w, char id[CREDENTIAL_ID])
{
    assay_err err = {0};
    credential_wish x = wish();
    store_tx *tx = begin(w);
    assert_ok(credential_issue(tx, w->s, &x, "ann", "decided", id, &err), err);
    commit(tx);
}

static void sign(world *w)
{
    assay_err err = {0};
    assert_ok(credential_sign(w->s, w->k, 0, NULL, &err), err);
    assert_int_equal(credential_waiting(w->s), 0);
}

static vc_reason judge(world *w, const char *id, credential_form form)
{
    buf text = BUF_INIT;
    assay_err err = {0};
    vc_report r;
    vc_sources sources = credential_sources(w->s, time_now() + 2000000000);
    assert_ok(credential_text(w->s, id, form, &text, &err), err);
    assert_ok(vc_verify(text.data, text.length, &sources, &r, &err), err);
    vc_reason reason = r.reason;
    vc_report_done(&r);
    buf_done(&text);
    return reason;
}

static assay_status act(world *w, const char *id, credential_act what)
{
    assay_err err = {0};
    store_tx *tx = begin(w);
    assay_status status = credential_change(tx, w->s, id, what, "ann", "because", &err);
    if (status)
        store_tx_abort(tx);
    else
        commit(tx);
    if (!status)
        sign(w);
    return status;
}

static void a_title_becomes_a_credential_that_verifies(void **state)
{
    (void)state;
    world w = world_new("quality.example");
    char id[CREDENTIAL_ID], again[CREDENTIAL_ID];
    credential_state c;
    buf text = BUF_INIT;
    badge_view v;
    json_t *o;
    issue(&w, id);
    assert_int_equal(credential_text(w.s, id, CREDENTIAL_JSON, &text, NULL), ASSAY_BUSY);
    assert_int_equal(credential_waiting(w.s), 3); /* it, and its new list, which is a pair */
    sign(&w);
    assert_int_equal(judge(&w, id, CREDENTIAL_JSON), VC_FINE);
    assert_int_equal(judge(&w, id, CREDENTIAL_JWT), VC_FINE);
    assert_int_equal(credential_find(w.s, id, &c, NULL), ASSAY_OK);
    assert_string_equal(c.state, "valid");
    assert_true(c.is_signed && c.record > 0 && c.version == 1);
    assert_int_equal(credential_text(w.s, id, CREDENTIAL_JSON, &text, NULL), ASSAY_OK);
    o = json_loads(text.data, 0, NULL);
    assert_int_equal(badge_read(o, &v, NULL), ASSAY_OK);
    assert_string_equal(v.holder, "김민준");
    assert_string_equal(v.issuer, "did:web:quality.example");
    assert_non_null(strstr(v.evidence, id));
    assert_true(badge_is_holder(o, "kim@example.org"));
    /* The same title again is the same credential. */
    issue(&w, again);
    assert_string_equal(id, again);
    assert_int_equal(credential_of_title(w.s, "title-1", again, NULL), ASSAY_OK);
    json_decref(o);
    buf_done(&text);
    world_close(&w);
}

static void a_did_key_issuer_needs_nobody(void **state)
{
    (void)state;
    world w = world_new("");
    char id[CREDENTIAL_ID];
    buf text = BUF_INIT;
    issue(&w, id);
    sign(&w);
    assert_int_equal(judge(&w, id, CREDENTIAL_JSON), VC_FINE);
    assert_int_equal(credential_text(w.s, id, CREDENTIAL_JWT, &text, NULL), ASSAY_NOT_FOUND);
    buf_done(&text);
    world_close(&w);
}

static void it_is_suspended_reinstated_and_revoked_for_good(void **state)
{
    (void)state;
    world w = world_new("quality.example");
    char id[CREDENTIAL_ID];
    issue(&w, id);
    sign(&w);
    assert_int_equal(act(&w, id, CREDENTIAL_REINSTATE), ASSAY_CONFLICT);
    assert_int_equal(act(&w, id, CREDENTIAL_SUSPEND), ASSAY_OK);
    assert_int_equal(judge(&w, id, CREDENTIAL_JSON), VC_SUSPENDED);
    assert_int_equal(judge(&w, id, CREDENTIAL_JWT), VC_SUSPENDED);
    assert_int_equal(act(&w, id, CREDENTIAL_SUSPEND), ASSAY_CONFLICT);
    assert_int_equal(act(&w, id, CREDENTIAL_REINSTATE), ASSAY_OK);
    assert_int_equal(judge(&w, id, CREDENTIAL_JSON), VC_FINE);
    assert_int_equal(act(&w, id, CREDENTIAL_SUSPEND), ASSAY_OK);
    assert_int_equal(act(&w, id, CREDENTIAL_REVOKE), ASSAY_OK);
    assert_int_equal(judge(&w, id, CREDENTIAL_JSON), VC_REVOKED);
    assert_int_equal(judge(&w, id, CREDENTIAL_JWT), VC_REVOKED);
    assert_int_equal(act(&w, id, CREDENTIAL_REINSTATE), ASSAY_CONFLICT);
    assert_int_equal(act(&w, id, CREDENTIAL_REVOKE), ASSAY_CONFLICT);
    world_close(&w);
}

static void one_with_a_status_of_revocation_is_only_revoked(void **state)
{
    (void)state;
    world w = world_new("quality.example");
    char id[CREDENTIAL_ID], next[CREDENTIAL_ID];
    set_achievement(&w, "revocation");
    issue(&w, id);
    sign(&w);
    assert_int_equal(act(&w, id, CREDENTIAL_SUSPEND), ASSAY_UNSUPPORTED);
    assert_int_equal(act(&w, id, CREDENTIAL_REVOKE), ASSAY_OK);
    assert_int_equal(judge(&w, id, CREDENTIAL_JSON), VC_REVOKED);
    /* The title may be given again: another credential. */
    issue(&w, next);
    assert_string_not_equal(id, next);
    world_close(&w);
}

/* What a list stood for before it had one of revocation beside it: made up for, not forgotten. */
static void an_older_list_gets_its_pair(void **state)
{
    (void)state;
    world w = world_new("quality.example");
    char id[CREDENTIAL_ID], other[CREDENTIAL_ID];
    buf text = BUF_INIT;
    assay_err err = {0};
    issue(&w, id);
    sign(&w);
    store_tx *tx = begin(&w);
    assert_ok(store_document_drop(tx, "status-list", "s1r", &err), err);
    assert_ok(store_document_drop(tx, "status-list-text", "s1r", &err), err);
    commit(tx);
    assert_int_equal(act(&w, id, CREDENTIAL_SUSPEND), ASSAY_OK);
    assert_int_equal(judge(&w, id, CREDENTIAL_JSON), VC_SUSPENDED);
    assert_int_equal(credential_list_text(w.s, "s1r", &text, NULL), ASSAY_NOT_FOUND);
    assert_int_equal(act(&w, id, CREDENTIAL_REVOKE), ASSAY_OK);
    assert_int_equal(judge(&w, id, CREDENTIAL_JSON), VC_REVOKED);
    credential_wish x = wish();
    x.title = "title-2";
    tx = begin(&w);
    assert_ok(credential_issue(tx, w.s, &x, "ann", "", other, &err), err);
    commit(tx);
    sign(&w);
    assert_int_equal(judge(&w, other, CREDENTIAL_JSON), VC_FINE);
    buf_done(&text);
    world_close(&w);
}

/* The narrative of its evidence, and what the newest record of this type rests on. */
typedef struct {
    const char *type;
    int64_t rests_on;
} resting;

static bool find_resting(const record *r, void *context)
{
    resting *x = context;
    if (strcmp(r->type, x->type) == 0) {
        json_t *o = json_loads(r->payload, 0, NULL);
        x->rests_on = json_integer_value(json_object_get(o, "rests_on"));
        json_decref(o);
    }
    return true;
}

static void assert_rests_on(world *w, const char *id, const char *type, int64_t number)
{
    resting x = {.type = type, .rests_on = -1};
    buf text = BUF_INIT;
    char words[40];
    snprintf(words, sizeof words, "record %lld.", (long long)number);
    assert_int_equal(store_records(w->s, NULL, 1, find_resting, &x, NULL), ASSAY_OK);
    assert_int_equal(x.rests_on, number);
    assert_int_equal(credential_text(w->s, id, CREDENTIAL_JSON, &text, NULL), ASSAY_OK);
    json_t *o = json_loads(text.data, 0, NULL);
    const json_t *evidence = json_array_get(json_object_get(o, "evidence"), 0);
    assert_non_null(strstr(vc_text(evidence, "narrative"), words));
    assert_non_null(strstr(vc_text(evidence, "id"), id));
    json_decref(o);
    buf_done(&text);
}

static void a_renewed_one_names_the_decision_that_renewed_it(void **state)
{
    (void)state;
    world w = world_new("quality.example");
    char id[CREDENTIAL_ID];
    credential_state c;
    assay_err err = {0};
    credential_wish x = wish();
    x.rests_on = 7;
    store_tx *tx = begin(&w);
    assert_ok(credential_issue(tx, w.s, &x, "ann", "decided", id, &err), err);
    commit(tx);
    sign(&w);
    assert_rests_on(&w, id, "credential.issued", 7);
    tx = begin(&w);
    assert_ok(credential_renew(tx, w.s, id, TIME_NONE, TIME_NONE, 19, "ann", "", &err), err);
    commit(tx);
    sign(&w);
    assert_rests_on(&w, id, "credential.renewed", 19);
    assert_int_equal(judge(&w, id, CREDENTIAL_JSON), VC_FINE);
    /* Renewed by hand, it rests on what it rested on. */
    tx = begin(&w);
    assert_ok(credential_renew(tx, w.s, id, TIME_NONE, TIME_NONE, 0, "ann", "", &err), err);
    commit(tx);
    sign(&w);
    assert_rests_on(&w, id, "credential.renewed", 19);
    assert_ok(credential_find(w.s, id, &c, &err), err);
    assert_int_equal(c.rests_on, 19);
    world_close(&w);
}

static void renewing_keeps_the_id_and_the_first_day(void **state)
{
    (void)state;
    world w = world_new("quality.example");
    char id[CREDENTIAL_ID];
    credential_state before, after;
    assay_err err = {0};
    int64_t until = time_now() + (int64_t)86400 * 365 * 1000000000;
    issue(&w, id);
    assert_int_equal(credential_find(w.s, id, &before, NULL), ASSAY_OK);
    store_tx *tx = begin(&w);
    assert_ok(credential_renew(tx, w.s, id, TIME_NONE, until, 0, "ann", "renewed", &err), err);
    assert_int_equal(credential_renew(tx, w.s, id, until, until, 0, "ann", "", &err), ASSAY_DOMAIN);
    commit(tx);
    sign(&w);
    assert_int_equal(credential_find(w.s, id, &after, NULL), ASSAY_OK);
    assert_true(after.from > before.from && after.awarded == before.awarded);
    assert_true(after.until > after.from && after.version == 2);
    assert_int_equal(judge(&w, id, CREDENTIAL_JSON), VC_FINE);
    assert_int_equal(judge(&w, id, CREDENTIAL_JWT), VC_FINE);
    assert_int_equal(act(&w, id, CREDENTIAL_REVOKE), ASSAY_OK);
    tx = begin(&w);
    assert_int_equal(credential_renew(tx, w.s, id, TIME_NONE, until, 0, "ann", "", &err),
                     ASSAY_CONFLICT);
    store_tx_abort(tx);
    world_close(&w);
}

typedef struct {
    const char *needle;
    int found, of_type;
    const char *type;
} search;

static bool look(const record *r, void *context)
{
    search *x = context;
    x->found += r->payload && strstr(r->payload, x->needle) != NULL;
    x->of_type += strcmp(r->type, x->type) == 0;
    return true;
}

static void no_record_names_the_holder(void **state)
{
    (void)state;
    world w = world_new("quality.example");
    char id[CREDENTIAL_ID];
    buf text = BUF_INIT;
    assay_err err = {0};
    search name = {.needle = "김민준", .type = "credential.issued"};
    search mail = {.needle = "kim@", .type = "status-list.changed"};
    search digest = {.needle = "\"digest\":", .type = "credential.forgotten"};
    issue(&w, id);
    sign(&w);
    store_tx *tx = begin(&w);
    assert_ok(credential_forget(tx, w.s, id, "ann", "asked for", &err), err);
    commit(tx);
    assert_int_equal(store_records(w.s, NULL, 1, look, &name, NULL), ASSAY_OK);
    assert_int_equal(store_records(w.s, NULL, 1, look, &mail, NULL), ASSAY_OK);
    assert_int_equal(store_records(w.s, NULL, 1, look, &digest, NULL), ASSAY_OK);
    assert_int_equal(name.found, 0);
    assert_int_equal(mail.found, 0);
    assert_int_equal(digest.found, 1);
    assert_int_equal(name.of_type, 1);
    assert_int_equal(mail.of_type, 2); /* one pair */
    assert_int_equal(digest.of_type, 1);
    assert_int_equal(credential_text(w.s, id, CREDENTIAL_JSON, &text, NULL), ASSAY_NOT_FOUND);
    assert_int_equal(act(&w, id, CREDENTIAL_REVOKE), ASSAY_OK);
    world_close(&w);
}

static void places_of_many_differ(void **state)
{
    (void)state;
    world w = world_new("");
    static uint32_t index[300];
    assay_err err = {0};
    credential_wish x = wish();
    x.title = NULL;
    store_tx *tx = begin(&w);
    for (size_t i = 0; i < 300; i++) {
        char id[CREDENTIAL_ID];
        credential_state c;
        assert_ok(credential_issue(tx, w.s, &x, "ann", "", id, &err), err);
        assert_ok(credential_find(w.s, id, &c, &err), err);
        index[i] = c.index;
        for (size_t k = 0; k < i; k++)
            assert_int_not_equal(index[k], index[i]);
    }
    commit(tx);
    size_t count;
    assert_ok(credential_sign(w.s, w.k, 0, &count, &err), err);
    assert_int_equal(count, 302); /* with a pair of lists */
    world_close(&w);
}

static void keys_change_and_are_withdrawn(void **state)
{
    (void)state;
    world w = world_new("quality.example");
    char id[CREDENTIAL_ID], next[CREDENTIAL_ID], method[DID_MAX];
    assay_err err = {0};
    did_method m;
    json_t *document;
    issue(&w, id);
    sign(&w);
    assert_ok(credential_issuer_document(w.s, &document, &err), err);
    assert_true(did_document_at(document, 0, &m));
    snprintf(method, sizeof method, "%s", m.id);
    json_decref(document);
    /* A new key: before the issuer has taken it up, nothing is signed with it. */
    signer_close(w.k);
    assert_ok(signer_file_add(w.keys, SIGNER_CREDENTIAL, "credential", NULL, &err), err);
    assert_ok(signer_open(w.keys, &w.k, &err), err);
    credential_wish x = wish();
    x.title = "title-2";
    store_tx *tx = begin(&w);
    assert_ok(credential_issue(tx, w.s, &x, "ann", "", next, &err), err);
    commit(tx);
    assert_int_equal(credential_sign(w.s, w.k, 0, NULL, &err), ASSAY_CONFLICT);
    set_issuer(&w, "quality.example");
    sign(&w);
    assert_int_equal(judge(&w, id, CREDENTIAL_JSON), VC_FINE);
    assert_int_equal(judge(&w, next, CREDENTIAL_JSON), VC_FINE);
    /* The old one is withdrawn: what it signed before still counts, its list was signed anew. */
    usleep(1100000);
    tx = begin(&w);
    assert_ok(credential_key_withdraw(tx, w.s, method, "ann", "lost", &err), err);
    assert_int_equal(credential_key_withdraw(tx, w.s, "did:web:x#y", "ann", "", &err),
                     ASSAY_NOT_FOUND);
    commit(tx);
    assert_ok(credential_issuer_document(w.s, &document, &err), err);
    assert_ok(did_document_method(document, method, &m, &err), err);
    assert_true(m.revoked != TIME_NONE);
    json_decref(document);
    assert_int_equal(judge(&w, id, CREDENTIAL_JSON), VC_FINE);
    tx = begin(&w);
    signer_public keys;
    assert_ok(signer_keys(w.k, &keys, &err), err);
    assert_int_equal(
        credential_issuer_write(tx, w.s, "other.example", "n", NULL, &keys, "ann", "", &err),
        ASSAY_CONFLICT);
    store_tx_abort(tx);
    world_close(&w);
}

static void what_is_missing_is_said(void **state)
{
    (void)state;
    world w = world_open();
    char id[CREDENTIAL_ID];
    assay_err err = {0};
    credential_wish x = wish();
    signer_public none = {0}, keys;
    store_tx *tx = begin(&w);
    assert_int_equal(credential_issue(tx, w.s, &x, "ann", "", id, &err), ASSAY_NOT_FOUND);
    assert_int_equal(credential_issuer_write(tx, w.s, "a.b", "n", NULL, &none, "ann", "", &err),
                     ASSAY_MISSING);
    assert_ok(signer_keys(w.k, &keys, &err), err);
    assert_int_equal(credential_issuer_write(tx, w.s, "a b", "n", NULL, &keys, "ann", "", &err),
                     ASSAY_DOMAIN);
    assert_int_equal(credential_issuer_write(tx, w.s, "a.b", "", NULL, &keys, "ann", "", &err),
                     ASSAY_MISSING);
    assert_ok(credential_issuer_write(tx, w.s, "a.b", "n", NULL, &keys, "ann", "", &err), err);
    assert_int_equal(credential_issue(tx, w.s, &x, "ann", "", id, &err), ASSAY_NOT_FOUND);
    credential_achievement a = {.id = "Bad Id", .name = "n", .description = "d", .criteria = "c"};
    assert_int_equal(credential_achievement_put(tx, &a, "ann", "", &err), ASSAY_DOMAIN);
    a.id = "good";
    a.type = "Medal";
    assert_int_equal(credential_achievement_put(tx, &a, "ann", "", &err), ASSAY_DOMAIN);
    a.type = NULL;
    a.criteria = NULL;
    assert_int_equal(credential_achievement_put(tx, &a, "ann", "", &err), ASSAY_MISSING);
    assert_int_equal(credential_find(w.s, "x", &(credential_state){0}, &err), ASSAY_NOT_FOUND);
    store_tx_abort(tx);
    world_close(&w);
}

static void wishes_have_bounds(void **state)
{
    (void)state;
    world w = world_new("quality.example/");
    char id[CREDENTIAL_ID], again[CREDENTIAL_ID], long_one[400];
    assay_err err = {0};
    store_tx *tx = begin(&w);
    memset(long_one, 'a', sizeof long_one);
    long_one[sizeof long_one - 1] = '\0';
    credential_wish x = wish();
    x.achievement = NULL;
    assert_int_equal(credential_issue(tx, w.s, &x, "ann", "", id, &err), ASSAY_MISSING);
    x.achievement = long_one;
    assert_int_equal(credential_issue(tx, w.s, &x, "ann", "", id, &err), ASSAY_MISSING);
    x = wish();
    x.subject = long_one;
    assert_int_equal(credential_issue(tx, w.s, &x, "ann", "", id, &err), ASSAY_LIMIT);
    x.subject = "did:example:kim";
    x.title = long_one;
    assert_int_equal(credential_issue(tx, w.s, &x, "ann", "", id, &err), ASSAY_LIMIT);
    x.title = "";
    x.from = 1767225600000000000;
    x.awarded = 1767225600000000000;
    x.until = 1798761600000000000;
    x.holder = x.email = NULL;
    x.rests_on = 1;
    assert_ok(credential_issue(tx, w.s, &x, "ann", NULL, id, &err), err);
    assert_ok(credential_issue(tx, w.s, &x, "ann", "", again, &err), err);
    assert_string_not_equal(id, again); /* no title: each is another */
    x.until = x.from;
    assert_int_equal(credential_issue(tx, w.s, &x, "ann", "", id, &err), ASSAY_DOMAIN);
    store_tx_abort(tx);
    world_close(&w);
}

static bool stop_at_once(const credential_state *c, void *context)
{
    (void)c;
    ++*(int *)context;
    return false;
}

static void what_cannot_be_done_is_refused_in_words(void **state)
{
    (void)state;
    world w = world_new("quality.example");
    char id[CREDENTIAL_ID];
    assay_err err = {0};
    credential_state c;
    buf text = BUF_INIT;
    int seen = 0;
    issue(&w, id);
    assert_int_equal(credential_text(w.s, id, CREDENTIAL_JSON, &text, &err), ASSAY_BUSY);
    assert_int_equal(credential_list_text(w.s, "s1", &text, &err), ASSAY_NOT_FOUND);
    sign(&w);
    assert_int_equal(credential_text(w.s, "none", CREDENTIAL_JSON, &text, &err), ASSAY_NOT_FOUND);
    assert_int_equal(credential_list_text(w.s, "s9", &text, &err), ASSAY_NOT_FOUND);
    assert_int_equal(credential_issuer_text(w.s, "none", &text, &err), ASSAY_NOT_FOUND);
    assert_int_equal(credential_achievement_text(w.s, "none", &text, &err), ASSAY_NOT_FOUND);
    store_tx *tx = begin(&w);
    assert_int_equal(credential_change(tx, w.s, "none", CREDENTIAL_REVOKE, "ann", "", &err), ASSAY_NOT_FOUND);
    assert_int_equal(credential_forget(tx, w.s, "none", "ann", "", &err), ASSAY_NOT_FOUND);
    assert_int_equal(credential_renew(tx, w.s, "none", TIME_NONE, TIME_NONE, 0, "ann", "", &err), ASSAY_NOT_FOUND);
    assert_int_equal(credential_renew(tx, w.s, id, TIME_NONE, 5, 0, "ann", "", &err), ASSAY_DOMAIN);
    assert_int_equal(credential_key_withdraw(tx, w.s, "none", "ann", "", &err), ASSAY_NOT_FOUND);
    assert_ok(credential_renew(tx, w.s, id, 5, TIME_NONE, 7, "ann", NULL, &err), err); /* never earlier than before */
    assert_ok(credential_forget(tx, w.s, id, "ann", NULL, &err), err);
    commit(tx);
    assert_ok(credential_find(w.s, id, &c, &err), err);
    assert_true(c.is_forgotten && c.rests_on == 7 && c.until == TIME_NONE);
    tx = begin(&w);
    assert_int_equal(credential_renew(tx, w.s, id, TIME_NONE, TIME_NONE, 0, "ann", "", &err), ASSAY_NOT_FOUND);
    store_tx_abort(tx);
    assert_int_equal(credential_text(w.s, id, CREDENTIAL_JSON, &text, &err), ASSAY_NOT_FOUND);
    assert_int_equal(act(&w, id, CREDENTIAL_REVOKE), ASSAY_OK);
    tx = begin(&w);
    assert_int_equal(credential_renew(tx, w.s, id, TIME_NONE, TIME_NONE, 0, "ann", "", &err), ASSAY_CONFLICT);
    store_tx_abort(tx);
    credential_wish x = wish();
    tx = begin(&w);
    assert_ok(credential_issue(tx, w.s, &x, "ann", "", id, &err), err); /* the title's other one is revoked */
    commit(tx);
    assert_ok(credential_visit(w.s, NULL, 0, stop_at_once, &seen, &err), err);
    assert_int_equal(seen, 1);
    buf_done(&text);
    world_close(&w);
}

static void achievements_and_issuers_have_their_form(void **state)
{
    (void)state;
    world w = world_open();
    assay_err err = {0};
    credential_issuer issuer;
    json_t *document = NULL;
    signer_public keys;
    buf text = BUF_INIT;
    assert_int_equal(credential_issuer_read(w.s, &issuer, &err), ASSAY_NOT_FOUND);
    assert_int_equal(credential_issuer_document(w.s, &document, &err), ASSAY_NOT_FOUND);
    assert_int_equal(credential_issuer_jwk(w.s, "x", &document, &err), ASSAY_NOT_FOUND);
    assert_int_equal(credential_achievement_text(w.s, "x", &text, &err), ASSAY_NOT_FOUND);
    assert_int_equal(credential_sign(w.s, w.k, 0, NULL, &err), ASSAY_NOT_FOUND);
    store_tx *tx = begin(&w);
    assert_int_equal(credential_key_withdraw(tx, w.s, "x", "ann", "", &err), ASSAY_NOT_FOUND);
    assert_ok(signer_keys(w.k, &keys, &err), err);
    assert_int_equal(credential_issuer_write(tx, w.s, "a.b", NULL, NULL, &keys, "ann", "", &err), ASSAY_MISSING);
    assert_ok(credential_issuer_write(tx, w.s, "https://a.b/", "n", "https://a.b/home", &keys, "ann", "", &err), err);
    assert_ok(credential_issuer_write(tx, w.s, "c.d", "n", "", &keys, "ann", "", &err), err); /* nothing was given yet */
    assert_ok(credential_issuer_write(tx, w.s, "", "n", "", &keys, "ann", "", &err), err);
    const credential_achievement bad[] = {
        {.id = NULL, .name = "n", .description = "d", .criteria = "c"}, {.id = "", .name = "n", .description = "d", .criteria = "c"},
        {.id = "a b", .name = "n", .description = "d", .criteria = "c"},
        {.id = "a", .name = NULL, .description = "d", .criteria = "c"}, {.id = "a", .name = "", .description = "d", .criteria = "c"},
        {.id = "a", .name = "n", .description = NULL, .criteria = "c"}, {.id = "a", .name = "n", .description = "", .criteria = "c"},
        {.id = "a", .name = "n", .description = "d", .criteria = "", .criteria_url = ""},
        {.id = "a", .name = "n", .description = "d", .criteria = "c", .purpose = "fun"},
        {.id = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", .name = "n", .description = "d", .criteria = "c"}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_not_equal(credential_achievement_put(tx, &bad[i], "ann", "", &err), ASSAY_OK);
    const credential_achievement usual = {.id = "u", .name = "n", .description = "d", .criteria = "c", .purpose = "suspension"};
    assert_ok(credential_achievement_put(tx, &usual, "ann", "", &err), err);
    const credential_achievement good = {.id = "a", .name = "n", .description = "d", .criteria_url = "https://a.b/c", .type = "", .purpose = "revocation"};
    assert_ok(credential_achievement_put(tx, &good, "ann", "", &err), err);
    commit(tx);
    assert_ok(credential_achievement_text(w.s, "a", &text, &err), err);
    assert_non_null(strstr(text.data, "\"criteria\":{\"id\":\"https://a.b/c\"}"));
    buf_done(&text);
    world_close(&w);
}

/* What no writer of ours writes. */
static void spoil(world *w, const char *kind, const char *id, const char *json)
{
    uint64_t version;
    assay_err err = {0};
    store_tx *tx = begin(w);
    assert_ok(store_document_put(tx, kind, id, json, NULL, DOCUMENT_ANY, "ann", "spoilt", &version, &err), err);
    commit(tx);
}

static bool any_state(const credential_state *c, void *context)
{
    (void)c;
    ++*(int *)context;
    return true;
}

static void damaged_documents_are_called_so(void **state)
{
    (void)state;
    world w = world_new("quality.example");
    char id[CREDENTIAL_ID];
    assay_err err = {0};
    buf text = BUF_INIT;
    issue(&w, id);
    sign(&w);
    int seen = 0;
    assert_ok(credential_visit(w.s, NULL, 0, any_state, &seen, &err), err);
    assert_int_equal(seen, 1);
    spoil(&w, "credential-copy", id, "{}");
    assert_int_equal(credential_text(w.s, id, CREDENTIAL_JSON, &text, &err), ASSAY_DAMAGED);
    spoil(&w, "credential-waiting", "list:s9", "{}");
    assert_int_not_equal(credential_sign(w.s, w.k, 0, NULL, &err), ASSAY_OK);
    assert_int_equal(credential_waiting(w.s), 1);
    spoil(&w, "status-list", "s1", "{\"purpose\":\"suspension\",\"encoded\":\"uAA\"}");
    store_tx *tx = begin(&w);
    assert_int_not_equal(credential_change(tx, w.s, id, CREDENTIAL_SUSPEND, "ann", "", &err), ASSAY_OK);
    store_tx_abort(tx);
    sqlite3 *c;
    assert_int_equal(sqlite3_open(w.path, &c), SQLITE_OK);
    assert_int_equal(sqlite3_exec(c, "UPDATE document SET json = '{' WHERE kind = 'credential'", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(c);
    assert_int_equal(credential_visit(w.s, NULL, 0, any_state, &seen, &err), ASSAY_DAMAGED);
    assert_non_null(strstr(err.message, "cannot be read"));
    assert_int_equal(seen, 1);
    buf_done(&text);
    world_close(&w);
}

static void touch(world *w, const char *kind, const char *id, const char *json, const char *secret)
{
    assay_err err = {0};
    store_tx *tx = begin(w);
    assert_ok(store_document_touch(tx, kind, id, json, secret, &err), err);
    commit(tx);
}

static assay_status issue_for(world *w, const char *title, char id[CREDENTIAL_ID], assay_err *err)
{
    credential_wish x = wish();
    store_tx *tx = begin(w);
    x.title = title;
    assay_status status = credential_issue(tx, w->s, &x, "ann", "", id, err);
    if (status)
        store_tx_abort(tx);
    else
        commit(tx);
    return status;
}

static void a_credential_with_an_id_that_is_none_is_not_touched(void **state)
{
    (void)state;
    static const char *const ids[] = {"short", "zzzzzzzz-1111-1111-1111-111111111111", "11111111-1111-1111-1111-1111111111--"};
    world w = world_new("quality.example");
    assay_err err = {0};
    credential_state c;
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
        spoil(&w, "credential", ids[i], "{\"list\":\"s1\",\"state\":\"valid\"}");
        spoil(&w, "credential-copy", ids[i], "{\"credential\":{\"id\":\"x\"}}");
        assert_ok(credential_find(w.s, ids[i], &c, &err), err);
        assert_false(c.is_signed || c.is_forgotten);
        store_tx *tx = begin(&w);
        assert_int_equal(credential_forget(tx, w.s, ids[i], "ann", "", &err), ASSAY_DAMAGED);
        assert_non_null(strstr(err.message, "is no id of a credential"));
        assert_int_equal(credential_renew(tx, w.s, ids[i], TIME_NONE, TIME_NONE, 7, "ann", "", &err), ASSAY_DAMAGED);
        assert_non_null(strstr(err.message, ids[i]));
        store_tx_abort(tx);
    }
    world_close(&w);
}

static void a_title_whose_credential_is_gone_gets_another(void **state)
{
    (void)state;
    world w = world_new("quality.example");
    char id[CREDENTIAL_ID];
    assay_err err = {0};
    buf text = BUF_INIT;
    issue(&w, id);
    sign(&w);
    spoil(&w, "credential-copy", id, "{\"credential\":5}");
    assert_int_equal(credential_text(w.s, id, CREDENTIAL_JSON, &text, &err), ASSAY_DAMAGED);
    spoil(&w, "credential-title", "ghost", "{\"id\":\"none\"}");
    assert_ok(issue_for(&w, "ghost", id, &err), err);
    buf_done(&text);
    world_close(&w);
}

static void a_renewal_of_one_without_evidence_adds_none(void **state)
{
    (void)state;
    world w = world_new("");
    char id[CREDENTIAL_ID];
    assay_err err = {0};
    buf text = BUF_INIT;
    issue(&w, id);
    spoil(&w, "credential-copy", id, "{\"credential\":{\"id\":\"x\"}}");
    store_tx *tx = begin(&w);
    assert_ok(credential_renew(tx, w.s, id, TIME_NONE, TIME_NONE, 7, "ann", "", &err), err);
    commit(tx);
    sign(&w);
    assert_ok(credential_text(w.s, id, CREDENTIAL_JSON, &text, &err), err);
    assert_null(strstr(text.data, "evidence"));
    assert_non_null(strstr(text.data, "validFrom"));
    buf_done(&text);
    world_close(&w);
}

static void an_empty_subject_is_a_new_one(void **state)
{
    (void)state;
    world w = world_new("quality.example");
    char id[CREDENTIAL_ID];
    assay_err err = {0};
    credential_wish x = wish();
    credential_state c;
    store_tx *tx = begin(&w);
    x.subject = "";
    x.holder = x.email = "";
    assert_ok(credential_issue(tx, w.s, &x, "ann", "", id, &err), err);
    commit(tx);
    assert_ok(credential_find(w.s, id, &c, &err), err);
    assert_int_equal(strncmp(c.subject, "urn:uuid:", 9), 0);
    world_close(&w);
}

static void lists_have_bounds_and_need_their_key(void **state)
{
    (void)state;
    static const char *const secrets[] = {"", "zz", "aabb"};
    world w = world_new("quality.example");
    char id[CREDENTIAL_ID], beside[16];
    assay_err err = {0};
    credential_state c;
    issue(&w, id);
    assert_false(credential_list_beside("s1r", beside));
    assert_string_equal(beside, "s1r");
    for (size_t i = 0; i < sizeof secrets / sizeof *secrets; i++) {
        touch(&w, "status-list", "s1", NULL, secrets[i]);
        assert_int_equal(issue_for(&w, "t", id, &err), ASSAY_DAMAGED);
        assert_non_null(strstr(err.message, "s1 has no key"));
    }
    touch(&w, "status-list-count", "suspension", "{\"count\":114688,\"list\":1}", NULL); /* seven eighths of 2^17 */
    assert_ok(issue_for(&w, "t", id, &err), err);
    assert_ok(credential_find(w.s, id, &c, &err), err);
    assert_string_equal(c.list, "s2");
    touch(&w, "status-list-count", "suspension", "{\"count\":114688,\"list\":10000}", NULL);
    assert_int_equal(issue_for(&w, "u", id, &err), ASSAY_LIMIT);
    assert_non_null(strstr(err.message, "more than 10000"));
    world_close(&w);
}

static void at_most_so_many_are_signed_at_once(void **state)
{
    (void)state;
    world w = world_new("quality.example");
    char id[CREDENTIAL_ID], title[16];
    assay_err err = {0};
    size_t count;
    credential_wish x = wish();
    store_tx *tx = begin(&w);
    x.title = title;
    for (int i = 0; i < 300; i++) {
        snprintf(title, sizeof title, "t-%d", i);
        assert_ok(credential_issue(tx, w.s, &x, "ann", "", id, &err), err);
    }
    commit(tx);
    assert_ok(credential_sign(w.s, w.k, 1, &count, &err), err);
    assert_int_equal(count, 1);
    assert_ok(credential_sign(w.s, w.k, 260, &count, &err), err); /* more than a batch */
    assert_int_equal(count, 260);
    assert_ok(credential_sign(w.s, w.k, 1000, &count, &err), err); /* more than there are */
    assert_int_equal(count, 302 - 261);
    assert_int_equal(credential_waiting(w.s), 0);
    world_close(&w);
}

static void a_withdrawn_key_signs_nothing_and_stays_withdrawn(void **state)
{
    (void)state;
    world w = world_new("");
    char id[CREDENTIAL_ID], method[DID_MAX];
    assay_err err = {0};
    did_method m;
    json_t *document;
    assert_ok(credential_issuer_document(w.s, &document, &err), err);
    assert_true(did_document_at(document, 0, &m));
    snprintf(method, sizeof method, "%s", m.id);
    json_decref(document);
    store_tx *tx = begin(&w);
    assert_ok(credential_key_withdraw(tx, w.s, method, "ann", "lost", &err), err);
    assert_int_equal(credential_key_withdraw(tx, w.s, method, "ann", "again", &err), ASSAY_CONFLICT);
    assert_non_null(strstr(err.message, "was withdrawn already"));
    commit(tx);
    issue(&w, id);
    assert_int_equal(credential_sign(w.s, w.k, 0, NULL, &err), ASSAY_CONFLICT);
    assert_int_equal(credential_waiting(w.s), 3);
    /* A signer without a key for credentials signs none either. */
    char other[160];
    snprintf(other, sizeof other, "%s/other", w.folder);
    signer_close(w.k);
    assert_ok(signer_file_add(other, SIGNER_WITNESS, "w.test", NULL, &err), err);
    assert_ok(signer_open(other, &w.k, &err), err);
    assert_int_equal(credential_sign(w.s, w.k, 0, NULL, &err), ASSAY_MISSING);
    world_close(&w);
}

static void keys_are_found_by_their_thumbprint(void **state)
{
    (void)state;
    world w = world_new("quality.example");
    assay_err err = {0};
    json_t *document, *found, *keys = json_array();
    did_method m;
    char thumbprint[JWK_THUMBPRINT] = "";
    buf text = BUF_INIT;
    assert_ok(credential_issuer_document(w.s, &document, &err), err);
    for (size_t i = 0; did_document_at(document, i, &m); i++)
        if (m.jwk)
            assert_ok(jwk_thumbprint(m.jwk, thumbprint, &err), err);
    assert_ok(credential_issuer_jwk(w.s, thumbprint, &found, &err), err);
    assert_int_equal(credential_issuer_jwk(w.s, "another", &document, &err), ASSAY_NOT_FOUND);
    assert_ok(credential_issuer_text(w.s, thumbprint, &text, &err), err);
    assert_non_null(strstr(text.data, "\"kty\":\"RSA\""));
    /* Of many keys the first ones are published; one that is found ends the search. */
    json_array_append_new(keys, json_pack("{s:s, s:O}", "id", "did:web:quality.example#k", "jwk", found));
    for (int i = 0; i < DID_METHODS_MAX; i++)
        json_array_append_new(keys, json_pack("{s:s, s:s}", "id", "did:web:quality.example#z", "multibase", "z6Mk"));
    json_t *issuer = json_pack("{s:s, s:o}", "did", "did:web:quality.example", "keys", keys);
    char *said = json_dumps(issuer, JSON_COMPACT | JSON_SORT_KEYS);
    spoil(&w, "issuer", "issuer", said);
    json_decref(found);
    json_decref(document);
    assert_ok(credential_issuer_jwk(w.s, thumbprint, &found, &err), err);
    json_decref(found);
    assert_ok(credential_issuer_document(w.s, &document, &err), err);
    assert_int_equal(json_array_size(json_object_get(document, "verificationMethod")), DID_METHODS_MAX);
    json_decref(document);
    json_decref(issuer);
    free(said);
    buf_done(&text);
    world_close(&w);
}

static void what_others_keep_is_not_at_hand_here(void **state)
{
    (void)state;
    static const char *const urls[] = {"nowhere", "https://quality.example/credentials/status/s123456789012345",
                                       "https://other.example/credentials/status/s1", "urn:assay:status:x:s1", "urn"};
    world w = world_new("quality.example");
    world none = world_open();
    char id[CREDENTIAL_ID];
    assay_err err = {0};
    json_t *document = NULL;
    buf text = BUF_INIT;
    issue(&w, id);
    sign(&w);
    vc_sources here = credential_sources(w.s, 0), nobody = credential_sources(none.s, 0);
    assert_ok(here.list(here.context, "https://quality.example/credentials/status/s1", &text, &err), err);
    for (size_t i = 0; i < sizeof urls / sizeof *urls; i++)
        assert_int_equal(here.list(here.context, urls[i], &text, &err), ASSAY_NOT_FOUND);
    assert_int_equal(here.issuer(here.context, "did:web:other.example", &document, &err), ASSAY_NOT_FOUND);
    assert_int_equal(nobody.issuer(nobody.context, "did:web:quality.example", &document, &err), ASSAY_NOT_FOUND);
    assert_int_equal(nobody.list(nobody.context, "https://quality.example/credentials/status/s1", &text, &err), ASSAY_NOT_FOUND);
    buf_done(&text);
    world_close(&none);
    world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_title_becomes_a_credential_that_verifies),
        cmocka_unit_test(a_did_key_issuer_needs_nobody),
        cmocka_unit_test(it_is_suspended_reinstated_and_revoked_for_good),
        cmocka_unit_test(one_with_a_status_of_revocation_is_only_revoked),
        cmocka_unit_test(an_older_list_gets_its_pair),
        cmocka_unit_test(a_renewed_one_names_the_decision_that_renewed_it),
        cmocka_unit_test(renewing_keeps_the_id_and_the_first_day),
        cmocka_unit_test(no_record_names_the_holder),
        cmocka_unit_test(places_of_many_differ),
        cmocka_unit_test(keys_change_and_are_withdrawn),
        cmocka_unit_test(what_is_missing_is_said),
        cmocka_unit_test(damaged_documents_are_called_so),
        cmocka_unit_test(achievements_and_issuers_have_their_form),
        cmocka_unit_test(what_cannot_be_done_is_refused_in_words),
        cmocka_unit_test(wishes_have_bounds),
        cmocka_unit_test(a_credential_with_an_id_that_is_none_is_not_touched),
        cmocka_unit_test(a_title_whose_credential_is_gone_gets_another),
        cmocka_unit_test(a_renewal_of_one_without_evidence_adds_none),
        cmocka_unit_test(an_empty_subject_is_a_new_one),
        cmocka_unit_test(lists_have_bounds_and_need_their_key),
        cmocka_unit_test(at_most_so_many_are_signed_at_once),
        cmocka_unit_test(a_withdrawn_key_signs_nothing_and_stays_withdrawn),
        cmocka_unit_test(keys_are_found_by_their_thumbprint),
        cmocka_unit_test(what_others_keep_is_not_at_hand_here),
    };
    return cmocka_run_group_tests_name("credential", tests, make_keys, drop_keys);
}
