/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A verdict for every way in which a credential can be wrong. */
#include "credentials.h"
#include "rsa_key.h"

#include "base/base64.h"
#include "base/jcs.h"
#include "base/time.h"
#include "ledger/status_list.h"
#include "ledger/vc.h"
#include "ledger/vc_verify.h"

#define NOW 1767225600000000000 /* 2026-01-01 */
static const char list_url[] = "https://a.example/status/1";

/* An issuer with an Ed25519 and an RSA key, and what it published. */
typedef struct {
    test_key key, other;
    EVP_PKEY *rsa;
    json_t *rsa_jwk, *document;
    json_t *list; /* NULL: none */
    json_t *beside; /* another, under its own address; NULL: none */
    buf text;     /* of the credential to be judged */
    vc_sources sources;
    vc_report report;
} issuer;

static const char method[] = "did:web:a.example#key-1";

static assay_status find_issuer(void *context, const char *did, json_t **out, assay_err *err)
{
    issuer *w = context;
    if (!w->document)
        return assay_fail(err, ASSAY_NOT_FOUND, 0, "no document of %s", did);
    *out = json_incref(w->document);
    return ASSAY_OK;
}

static assay_status find_list(void *context, const char *url, buf *out, assay_err *err)
{
    issuer *w = context;
    if (w->beside && strcmp(vc_text(w->beside, "id"), url) == 0)
        return jcs_write(w->beside, out, err);
    if (!w->list)
        return assay_fail(err, ASSAY_NOT_FOUND, 0, "no list %s", url);
    return jcs_write(w->list, out, err);
}

static EVP_PKEY *shared_rsa; /* made once: slow */

static issuer issuer_new(void)
{
    issuer w = {.key = key_number(1), .other = key_number(2), .rsa = shared_rsa};
    w.rsa_jwk = rsa_public(w.rsa);
    json_object_set_new(w.rsa_jwk, "kid", json_string("https://a.example/keys/rsa"));
    const did_method methods[] = {
        {.id = method, .multibase = w.key.did + 8, .revoked = TIME_NONE, .is_assertion = true},
        {.id = "did:web:a.example#old",
         .multibase = w.other.did + 8,
         .revoked = NOW,
         .is_assertion = true},
        {.id = "did:web:a.example#login", .multibase = w.other.did + 8, .revoked = TIME_NONE},
        {.id = "did:web:a.example#rsa",
         .jwk = w.rsa_jwk,
         .revoked = TIME_NONE,
         .is_assertion = true}};
    assert_int_equal(did_document_write("did:web:a.example", methods, 4, &w.document, NULL), 0);
    return w;
}

static void issuer_done(issuer *w)
{
    vc_report_done(&w->report);
    buf_done(&w->text);
    json_decref(w->rsa_jwk);
    json_decref(w->document);
    json_decref(w->list);
    json_decref(w->beside);
}

static json_t *credential(void)
{
    return json_pack("{s:[s], s:s, s:[s], s:{s:s}, s:{s:s}, s:s}", "@context", VC_DATA_MODEL, "id",
                     "urn:uuid:1", "type", "VerifiableCredential", "issuer", "id",
                     "did:web:a.example", "credentialSubject", "id", "urn:uuid:2", "validFrom",
                     "2025-12-01T00:00:00Z");
}

static void sign_as(json_t *value, test_key *k, const char *id)
{
    vc_signer s = {id, test_sign, k};
    assert_int_equal(vc_proof_add(value, &s, NOW - 1000000000, NULL), ASSAY_OK);
}

static vc_reason judge(issuer *w)
{
    assay_err err = {0};
    vc_report_done(&w->report);
    w->sources = (vc_sources){find_issuer, find_list, w, NOW};
    assert_ok(vc_verify(w->text.data, w->text.length, &w->sources, &w->report, &err), err);
    return w->report.reason;
}

static vc_reason judge_json(issuer *w, json_t *value)
{
    buf_clear(&w->text);
    assert_int_equal(jcs_write(value, &w->text, NULL), ASSAY_OK);
    json_decref(value);
    return judge(w);
}

/* Change a member before signing (or after it), and judge. */
static vc_reason judge_with(const char *key, json_t *before, json_t *after)
{
    issuer w = issuer_new();
    json_t *c = credential();
    if (before)
        json_object_set_new(c, key, before);
    sign_as(c, &w.key, method);
    if (after)
        json_object_set_new(c, key, after);
    vc_reason reason = judge_json(&w, c);
    vc_verdict expected = reason == VC_FINE                                  ? VC_VALID
                          : reason == VC_LIST_MISSING || reason == VC_ISSUER ? VC_OPEN
                                                                             : VC_INVALID;
    assert_int_equal(w.report.verdict, expected);
    issuer_done(&w);
    return reason;
}

static void a_signed_credential_in_its_time_is_valid(void **state)
{
    (void)state;
    issuer w = issuer_new();
    json_t *c = credential();
    sign_as(c, &w.key, method);
    assert_int_equal(judge_json(&w, c), VC_FINE);
    assert_int_equal(w.report.verdict, VC_VALID);
    assert_int_equal(w.report.status, VC_NONE);
    assert_int_equal(w.report.proof_count, 1);
    assert_string_equal(w.report.proofs[0].kind, "eddsa-jcs-2022");
    assert_string_equal(w.report.proofs[0].method, method);
    assert_string_equal(w.report.proofs[0].created, "2025-12-31T23:59:59Z");
    assert_string_equal(vc_verdict_name(w.report.verdict), "valid");
    assert_string_equal(vc_reason_name(VC_LIST_BAD), "status-list-bad");
    assert_true(strlen(vc_reason_text(VC_LIST_BAD)) > 5);
    issuer_done(&w);
}

static void times_bound_it(void **state)
{
    (void)state;
    assert_int_equal(judge_with("validFrom", json_string("2026-01-01T00:00:00Z"), NULL), VC_FINE);
    assert_int_equal(judge_with("validFrom", json_string("2026-01-01T00:00:01Z"), NULL), VC_EARLY);
    assert_int_equal(judge_with("validUntil", json_string("2026-01-01T00:00:01Z"), NULL), VC_FINE);
    assert_int_equal(judge_with("validUntil", json_string("2026-01-01T00:00:00Z"), NULL),
                     VC_EXPIRED);
    assert_int_equal(judge_with("validFrom", json_string("2025-12-01T00:00:00"), NULL),
                     VC_MALFORMED);
    assert_int_equal(judge_with("validUntil", json_string("2027-1-1"), NULL), VC_MALFORMED);
    issuer w = issuer_new();
    json_t *c = credential();
    json_object_del(c, "validFrom"); /* what names no begin has none */
    sign_as(c, &w.key, method);
    assert_int_equal(judge_json(&w, c), VC_FINE);
    assert_int_equal(w.report.valid_from, TIME_NONE);
    issuer_done(&w);
}

static void changes_after_signing_are_noticed(void **state)
{
    (void)state;
    assert_int_equal(judge_with("id", NULL, json_string("urn:uuid:3")), VC_SIGNATURE);
    assert_int_equal(judge_with("name", NULL, json_string("more")), VC_SIGNATURE);
    assert_int_equal(judge_with("@context", NULL, json_pack("[s,s]", VC_DATA_MODEL, "x")), VC_FINE);
    assert_int_equal(judge_with("@context", json_pack("[s,s]", VC_DATA_MODEL, "x"),
                                json_pack("[s]", VC_DATA_MODEL)),
                     VC_CONTEXT);
    assert_int_equal(judge_with("proof", NULL, json_array()), VC_NONE);
}

static vc_reason judge_proof(const char *key, json_t *value)
{
    issuer w = issuer_new();
    json_t *c = credential();
    sign_as(c, &w.key, method);
    json_object_set_new(json_object_get(c, "proof"), key, value);
    vc_reason reason = judge_json(&w, c);
    issuer_done(&w);
    return reason;
}

static void each_member_of_a_proof_is_checked(void **state)
{
    (void)state;
    assert_int_equal(judge_proof("proofPurpose", json_string("authentication")), VC_PURPOSE);
    assert_int_equal(judge_proof("created", json_string("yesterday")), VC_MALFORMED);
    assert_int_equal(judge_proof("created", json_string("2025-12-31T23:59:58Z")), VC_SIGNATURE);
    assert_int_equal(judge_proof("expires", json_string("2026-01-01T00:00:00Z")), VC_PROOF_EXPIRED);
    assert_int_equal(judge_proof("expires", json_integer(5)), VC_MALFORMED);
    assert_int_equal(judge_proof("expires", json_string("2027-01-01T00:00:00Z")), VC_SIGNATURE);
    assert_int_equal(judge_proof("proofValue", json_string("z3")), VC_MALFORMED);
    assert_int_equal(judge_proof("cryptosuite", json_string("eddsa-rdfc-2022")), VC_SUITE);
    assert_int_equal(judge_proof("previousProof", json_string("urn:x")), VC_SUITE);
    assert_int_equal(judge_proof("cryptosuite", json_string("")), VC_SUITE);
    assert_int_equal(judge_proof("verificationMethod", json_string("did:web:a.example#none")),
                     VC_KEY);
    assert_int_equal(judge_proof("verificationMethod", json_string("did:web:a.example#rsa")),
                     VC_KEY);
}

static vc_reason judge_key(int which, const char *id)
{
    issuer w = issuer_new();
    json_t *c = credential();
    sign_as(c, which == 1 ? &w.key : &w.other, id);
    vc_reason reason = judge_json(&w, c);
    issuer_done(&w);
    return reason;
}

static void only_the_issuers_own_keys_speak(void **state)
{
    (void)state;
    test_key stranger = key_number(2);
    assert_int_equal(judge_key(1, method), VC_FINE);
    assert_int_equal(judge_key(2, method), VC_SIGNATURE);
    assert_int_equal(judge_key(2, "did:web:a.example#login"), VC_FOREIGN);
    assert_int_equal(judge_key(2, stranger.method), VC_FOREIGN);
    assert_int_equal(judge_key(1, "did:web:a.example.evil#key-1"), VC_FOREIGN);
    assert_int_equal(judge_key(1, "did:web:a.example"), VC_FOREIGN);
    /* Withdrawn at NOW, signed a second before. */
    assert_int_equal(judge_key(2, "did:web:a.example#old"), VC_FINE);
}

/* The issuer's document with another member in its first method. */
static vc_reason judge_method(const char *name, const char *value)
{
    issuer w = issuer_new();
    json_t *c = credential();
    sign_as(c, &w.key, method);
    json_object_set_new(json_array_get(json_object_get(w.document, "verificationMethod"), 0), name, json_string(value));
    vc_reason reason = judge_json(&w, c);
    issuer_done(&w);
    return reason;
}

static void a_key_that_another_controls_or_that_is_none_does_not_count(void **state)
{
    (void)state;
    assert_int_equal(judge_method("controller", "did:web:a.example"), VC_FINE);
    assert_int_equal(judge_method("controller", "did:web:b.example"), VC_FOREIGN);
    assert_int_equal(judge_method("publicKeyMultibase", "zzzz"), VC_KEY);
}

static void a_key_signs_nothing_after_it_was_withdrawn(void **state)
{
    (void)state;
    issuer w = issuer_new();
    json_t *c = credential();
    vc_signer s = {"did:web:a.example#old", test_sign, &w.other};
    assert_int_equal(vc_proof_add(c, &s, NOW, NULL), ASSAY_OK);
    assert_int_equal(judge_json(&w, c), VC_WITHDRAWN);
    issuer_done(&w);
}

static void without_the_issuers_document_it_stays_open(void **state)
{
    (void)state;
    issuer w = issuer_new();
    json_t *c = credential();
    sign_as(c, &w.key, method);
    json_decref(w.document);
    w.document = NULL;
    assert_int_equal(judge_json(&w, c), VC_ISSUER);
    assert_int_equal(w.report.verdict, VC_OPEN);
    w.document = json_pack("{s:s}", "id", "did:web:b.example");
    assert_int_equal(judge(&w), VC_ISSUER);
    vc_sources none = {.now = NOW};
    vc_report_done(&w.report);
    assert_int_equal(vc_verify(w.text.data, w.text.length, &none, &w.report, NULL), ASSAY_OK);
    assert_int_equal(w.report.reason, VC_ISSUER);
    issuer_done(&w);
}

static void a_did_key_needs_no_document(void **state)
{
    (void)state;
    issuer w = issuer_new();
    json_t *c = credential();
    json_object_set_new(c, "issuer", json_string(w.key.did));
    sign_as(c, &w.key, w.key.method);
    vc_sources none = {.now = NOW};
    assert_int_equal(jcs_write(c, &w.text, NULL), ASSAY_OK);
    assert_int_equal(vc_verify(w.text.data, w.text.length, &none, &w.report, NULL), ASSAY_OK);
    assert_int_equal(w.report.verdict, VC_VALID);
    json_decref(c);
    issuer_done(&w);
}

static void a_proof_of_a_set_may_be_unknown_but_not_wrong(void **state)
{
    (void)state;
    issuer w = issuer_new();
    json_t *c = credential();
    sign_as(c, &w.key, method);
    sign_as(c, &w.key, method);
    json_t *second = json_array_get(json_object_get(c, "proof"), 1);
    json_object_set_new(second, "cryptosuite", json_string("eddsa-rdfc-2022"));
    assert_int_equal(judge_json(&w, json_deep_copy(c)), VC_FINE);
    assert_int_equal(w.report.proofs[1].reason, VC_SUITE);
    json_object_set_new(second, "cryptosuite", json_string("eddsa-jcs-2022"));
    json_object_set_new(second, "created", json_string("2025-12-31T23:59:58Z"));
    assert_int_equal(judge_json(&w, c), VC_SIGNATURE);
    issuer_done(&w);
}

/* -- status ------------------------------------------------------------------------------- */

static json_t *status_list(issuer *w, const char *purpose, uint64_t set)
{
    uint8_t bits[STATUS_LIST_BYTES] = {0};
    buf text = BUF_INIT;
    json_t *list;
    status_list_set(bits, set, true);
    assert_int_equal(status_list_encode(bits, sizeof bits, &text, NULL), ASSAY_OK);
    assert_int_equal(status_list_write(list_url, "did:web:a.example", purpose, text.data,
                                       NOW - 1000000000, &list, NULL),
                     ASSAY_OK);
    sign_as(list, &w->key, method);
    buf_done(&text);
    return list;
}

static json_t *with_reference(issuer *w, const char *purpose, const char *reference)
{
    json_t *c = credential(), *item;
    assert_int_equal(status_entry_write(list_url, 77, purpose, reference, &item, NULL), ASSAY_OK);
    json_object_set_new(c, "credentialStatus", item);
    sign_as(c, &w->key, method);
    return c;
}

static json_t *with_status(issuer *w, const char *purpose)
{
    return with_reference(w, purpose, NULL);
}

static vc_reason judge_list(const char *purpose, json_t *(*make)(issuer *w))
{
    issuer w = issuer_new();
    w.list = make(&w);
    vc_reason reason = judge_json(&w, with_status(&w, purpose));
    issuer_done(&w);
    return reason;
}

static json_t *no_list(issuer *w)
{
    (void)w;
    return NULL;
}
static json_t *clear_list(issuer *w)
{
    return status_list(w, "revocation", 78);
}
static json_t *revoking_list(issuer *w)
{
    return status_list(w, "revocation", 77);
}
static json_t *suspending_list(issuer *w)
{
    return status_list(w, "suspension", 77);
}
static json_t *changed_list(issuer *w)
{
    json_t *list = revoking_list(w), *other = clear_list(w);
    json_object_set(list, "credentialSubject", json_object_get(other, "credentialSubject"));
    json_decref(other);
    return list;
}
static json_t *unsigned_list(issuer *w)
{
    json_t *list = clear_list(w);
    json_object_del(list, "proof");
    return list;
}
static json_t *foreign_list(issuer *w)
{
    json_t *list = unsigned_list(w);
    json_object_set_new(list, "issuer", json_string(w->other.did));
    sign_as(list, &w->other, w->other.method);
    return list;
}
static json_t *circular_list(issuer *w)
{
    json_t *list = unsigned_list(w), *item;
    assert_int_equal(status_entry_write(list_url, 1, "revocation", NULL, &item, NULL), ASSAY_OK);
    json_object_set_new(list, "credentialStatus", item);
    sign_as(list, &w->key, method);
    return list;
}
static json_t *expired_list(issuer *w)
{
    json_t *list = unsigned_list(w);
    json_object_set_new(list, "validUntil", json_string("2025-12-31T00:00:00Z"));
    sign_as(list, &w->key, method);
    return list;
}
static json_t *plain_json(issuer *w)
{
    (void)w;
    return json_object();
}

static void the_status_list_decides(void **state)
{
    (void)state;
    assert_int_equal(judge_list("revocation", clear_list), VC_FINE);
    assert_int_equal(judge_list("revocation", revoking_list), VC_REVOKED);
    assert_int_equal(judge_list("suspension", suspending_list), VC_SUSPENDED);
    assert_int_equal(judge_list("revocation", no_list), VC_LIST_MISSING);
    assert_int_equal(judge_list("refresh", revoking_list), VC_FINE);
}

static void a_list_that_cannot_be_trusted_is_no_answer(void **state)
{
    (void)state;
    json_t *(*const bad[])(issuer *) = {changed_list, unsigned_list, foreign_list,   circular_list,
                                        expired_list, plain_json,    suspending_list};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(judge_list("revocation", bad[i]), VC_LIST_BAD);
}

static void of_several_statuses_the_worst_counts(void **state)
{
    (void)state;
    issuer w = issuer_new();
    json_t *c = credential(), *items = json_array(), *item;
    const char *purposes[] = {"refresh", "suspension", "revocation"};
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(status_entry_write(i == 1 ? "https://b.example/x" : list_url, 77,
                                            purposes[i], NULL, &item, NULL),
                         ASSAY_OK);
        json_array_append_new(items, item);
    }
    json_object_set_new(c, "credentialStatus", items);
    sign_as(c, &w.key, method);
    assert_int_equal(judge_json(&w, json_deep_copy(c)), VC_LIST_MISSING);
    json_object_del(c, "proof");
    json_array_remove(items, 1);
    sign_as(c, &w.key, method);
    w.list = revoking_list(&w);
    assert_int_equal(judge_json(&w, c), VC_REVOKED);
    assert_int_equal(w.report.status_from, NOW - 1000000000);
    issuer_done(&w);
}

/* A list of suspension and, beside it, one of `purpose` with this bit set. */
static vc_reason judge_pair(const char *purpose, uint64_t bit, uint64_t beside)
{
    static const char reference[] = "https://a.example/status/1r";
    issuer w = issuer_new();
    w.list = status_list(&w, "suspension", bit);
    w.beside = status_list(&w, purpose, beside);
    json_object_del(w.beside, "proof");
    json_object_set_new(w.beside, "id", json_string(reference));
    json_object_set_new(w.beside, "validFrom", json_string("2025-12-31T23:59:50Z"));
    sign_as(w.beside, &w.key, method);
    vc_reason reason = judge_json(&w, with_reference(&w, "suspension", reference));
    assert_int_equal(w.report.status_from,
                     reason == VC_REVOKED ? NOW - 10000000000 : NOW - 1000000000);
    issuer_done(&w);
    return reason;
}

static void a_list_of_revocation_beside_it_tells_for_good_from_for_now(void **state)
{
    (void)state;
    issuer w = issuer_new();
    assert_int_equal(judge_pair("revocation", 77, 77), VC_REVOKED);
    assert_int_equal(judge_pair("revocation", 77, 78), VC_SUSPENDED);
    assert_int_equal(judge_pair("revocation", 78, 78), VC_FINE);
    /* What is no list of revocation, or not there, says nothing. */
    assert_int_equal(judge_pair("refresh", 77, 77), VC_SUSPENDED);
    w.list = suspending_list(&w);
    assert_int_equal(judge_json(&w, with_reference(&w, "suspension", "https://a.example/why")),
                     VC_SUSPENDED);
    issuer_done(&w);
}

static void revoked_outweighs_suspended_in_any_order(void **state)
{
    (void)state;
    static const char beside[] = "https://a.example/status/2";
    for (size_t first = 0; first < 2; first++) {
        issuer w = issuer_new();
        json_t *c = credential(), *items = json_array(), *item;
        w.list = suspending_list(&w);
        w.beside = revoking_list(&w);
        json_object_del(w.beside, "proof");
        json_object_set_new(w.beside, "id", json_string(beside));
        sign_as(w.beside, &w.key, method);
        for (size_t i = 0; i < 2; i++) {
            bool is_list = (i == first);
            assert_int_equal(status_entry_write(is_list ? list_url : beside, 77,
                                                is_list ? "suspension" : "revocation", NULL, &item,
                                                NULL),
                             ASSAY_OK);
            json_array_append_new(items, item);
        }
        json_object_set_new(c, "credentialStatus", items);
        sign_as(c, &w.key, method);
        assert_int_equal(judge_json(&w, c), VC_REVOKED);
        issuer_done(&w);
    }
}

static void status_entries_of_other_kinds_stay_open(void **state)
{
    (void)state;
    assert_int_equal(
        judge_with("credentialStatus", json_pack("{s:s}", "type", "1EdTechRevocationList"), NULL),
        VC_LIST_MISSING);
    assert_int_equal(judge_with("credentialStatus",
                                json_pack("{s:s}", "type", "BitstringStatusListEntry"), NULL),
                     VC_MALFORMED);
    json_t *many = json_array();
    for (int i = 0; i < 9; i++)
        json_array_append_new(many, json_pack("{s:s}", "type", "x"));
    assert_int_equal(judge_with("credentialStatus", many, NULL), VC_MALFORMED);
}

/* -- JWT ---------------------------------------------------------------------------------- */

static vc_reason judge_jwt(const char *kid, bool is_inner, const char *claim)
{
    issuer w = issuer_new();
    json_t *c = credential(), *payload;
    jws_signer s = {kid, rsa_sign, w.rsa};
    if (is_inner)
        sign_as(c, &w.key, method);
    assert_int_equal(jwt_claims_add(c, &payload, NULL), ASSAY_OK);
    if (claim)
        json_object_set_new(payload, claim, json_string("x"));
    assert_int_equal(jws_write(payload, &s, &w.text, NULL), ASSAY_OK);
    json_decref(c);
    json_decref(payload);
    vc_reason reason = judge(&w);
    assert_true(w.report.is_jwt);
    assert_int_equal(w.report.proof_count, is_inner ? 2 : 1);
    assert_string_equal(w.report.proofs[0].kind, "RS256");
    issuer_done(&w);
    return reason;
}

static void a_jwt_is_judged_with_the_issuers_rsa_key(void **state)
{
    (void)state;
    assert_int_equal(judge_jwt("https://a.example/keys/rsa", false, NULL), VC_FINE);
    assert_int_equal(judge_jwt("did:web:a.example#rsa", false, NULL), VC_FINE);
    assert_int_equal(judge_jwt("did:web:a.example#rsa", true, NULL), VC_FINE);
    assert_int_equal(judge_jwt("did:web:a.example#key-1", false, NULL), VC_KEY);
    assert_int_equal(judge_jwt("https://evil.example/keys/rsa", false, NULL), VC_KEY);
    assert_int_equal(judge_jwt("did:web:a.example#rsa", false, "sub"), VC_CLAIMS);
    assert_int_equal(judge_jwt("did:web:a.example#rsa", true, "name"), VC_SIGNATURE);
}

/* Signed with the RSA key under this header. */
static vc_reason judge_header(issuer *w, json_t *header)
{
    json_t *c = credential(), *payload;
    buf head = BUF_INIT, body = BUF_INIT;
    uint8_t signature[RSA_BYTES_MAX];
    size_t length;
    buf_clear(&w->text);
    assert_int_equal(jwt_claims_add(c, &payload, NULL), ASSAY_OK);
    assert_int_equal(jcs_write(header, &head, NULL), ASSAY_OK);
    assert_int_equal(jcs_write(payload, &body, NULL), ASSAY_OK);
    base64_add(&w->text, head.data, head.length, BASE64_URL);
    buf_add_char(&w->text, '.');
    base64_add(&w->text, body.data, body.length, BASE64_URL);
    assert_int_equal(rsa_sign(w->rsa, w->text.data, w->text.length, signature, &length, NULL), ASSAY_OK);
    buf_add_char(&w->text, '.');
    base64_add(&w->text, signature, length, BASE64_URL);
    buf_done(&head);
    buf_done(&body);
    json_decref(header);
    json_decref(payload);
    json_decref(c);
    return judge(w);
}

static void the_key_of_a_jwt_may_be_shown_and_must_be_the_issuers(void **state)
{
    (void)state;
    issuer w = issuer_new();
    test_key stranger = key_number(3);
    json_t *other = json_pack("{s:s, s:s, s:s}", "kty", "OKP", "crv", "Ed25519", "x", stranger.did);
    assert_int_equal(judge_header(&w, json_pack("{s:s, s:O}", "alg", "RS256", "jwk", w.rsa_jwk)), VC_FINE);
    assert_int_equal(judge_header(&w, json_pack("{s:s, s:o}", "alg", "RS256", "jwk", other)), VC_KEY);
    assert_int_equal(judge_header(&w, json_pack("{s:s, s:s}", "alg", "PS256", "kid", "did:web:a.example#rsa")), VC_ALGORITHM);
    json_object_set_new(w.document, "assertionMethod", json_pack("[s]", method)); /* no longer for credentials */
    assert_int_equal(judge_header(&w, json_pack("{s:s, s:s}", "alg", "RS256", "kid", "did:web:a.example#rsa")), VC_FOREIGN);
    issuer_done(&w);
}

static void what_is_no_credential_is_said_so(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "7",
        "{}",
        "[1]",
        "{\"a\":1,\"a\":2}",
        "a.b.c",
        "{\"type\":\"VerifiableCredential\",\"issuer\":\"a\",\"credentialSubject\":{}}",
        "{\"@context\":\"https://www.w3.org/2018/credentials/"
        "v1\",\"type\":\"VerifiableCredential\","
        "\"issuer\":\"a\",\"credentialSubject\":{}}",
        "{\"@context\":\"" VC_DATA_MODEL "\",\"type\":\"VerifiableCredential\",\"credentialSubject\":{}}",
        "{\"@context\":\"" VC_DATA_MODEL "\",\"type\":\"VerifiableCredential\",\"issuer\":\"a\"}"};
    vc_sources none = {.now = NOW};
    vc_report r;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_not_equal(vc_verify(bad[i], strlen(bad[i]), &none, &r, NULL), ASSAY_OK);
    json_t *c = credential(), *proofs = json_array();
    buf text = BUF_INIT;
    assay_err err = {0};
    for (int i = 0; i <= VC_PROOFS_MAX; i++)
        json_array_append_new(proofs, json_object());
    json_object_set_new(c, "proof", proofs);
    assert_int_equal(jcs_write(c, &text, NULL), ASSAY_OK);
    assert_int_equal(vc_verify(text.data, text.length, &none, &r, &err), ASSAY_LIMIT);
    assert_non_null(strstr(err.message, "proofs"));
    buf_done(&text);
    json_decref(c);
    char *large = calloc(1, VC_MAX + 1);
    assert_int_equal(vc_verify(large, VC_MAX + 1, &none, &r, NULL), ASSAY_LIMIT);
    free(large);
}

static void an_open_badge_of_another_suite_stays_open(void **state)
{
    (void)state;
    json_t *all = credentials("ob3-signed-rdfc");
    buf text = BUF_INIT;
    vc_sources none = {.now = NOW};
    vc_report r;
    assert_int_equal(jcs_write(json_object_get(all, "signedCredential"), &text, NULL), ASSAY_OK);
    assert_int_equal(vc_verify(text.data, text.length, &none, &r, NULL), ASSAY_OK);
    assert_int_equal(r.verdict, VC_OPEN);
    assert_int_equal(r.reason, VC_SUITE);
    vc_report_done(&r);
    buf_done(&text);
    json_decref(all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_signed_credential_in_its_time_is_valid),
        cmocka_unit_test(times_bound_it),
        cmocka_unit_test(changes_after_signing_are_noticed),
        cmocka_unit_test(each_member_of_a_proof_is_checked),
        cmocka_unit_test(only_the_issuers_own_keys_speak),
        cmocka_unit_test(a_key_that_another_controls_or_that_is_none_does_not_count),
        cmocka_unit_test(a_key_signs_nothing_after_it_was_withdrawn),
        cmocka_unit_test(without_the_issuers_document_it_stays_open),
        cmocka_unit_test(a_did_key_needs_no_document),
        cmocka_unit_test(a_proof_of_a_set_may_be_unknown_but_not_wrong),
        cmocka_unit_test(the_status_list_decides),
        cmocka_unit_test(a_list_that_cannot_be_trusted_is_no_answer),
        cmocka_unit_test(of_several_statuses_the_worst_counts),
        cmocka_unit_test(a_list_of_revocation_beside_it_tells_for_good_from_for_now),
        cmocka_unit_test(revoked_outweighs_suspended_in_any_order),
        cmocka_unit_test(status_entries_of_other_kinds_stay_open),
        cmocka_unit_test(a_jwt_is_judged_with_the_issuers_rsa_key),
        cmocka_unit_test(the_key_of_a_jwt_may_be_shown_and_must_be_the_issuers),
        cmocka_unit_test(what_is_no_credential_is_said_so),
        cmocka_unit_test(an_open_badge_of_another_suite_stays_open),
    };
    shared_rsa = EVP_RSA_gen(3072);
    int result = cmocka_run_group_tests_name("vc_verify", tests, NULL, NULL);
    EVP_PKEY_free(shared_rsa);
    return result;
}
