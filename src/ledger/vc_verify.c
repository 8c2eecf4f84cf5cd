/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ledger/vc_verify.h"

#include "base/jcs.h"
#include "base/time.h"
#include "ledger/jwt.h"
#include "ledger/multikey.h"
#include "ledger/status_list.h"
#include "ledger/vc.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

/* -- words ---------------------------------------------------------------------------------- */

const char *vc_reason_name(vc_reason r)
{
    static const char *const names[] = {
#define X(code, name, text) name,
        VC_REASON_LIST(X)
#undef X
    };
    return names[r];
}

const char *vc_reason_text(vc_reason r)
{
    static const char *const texts[] = {
#define X(code, name, text) text,
        VC_REASON_LIST(X)
#undef X
    };
    return texts[r];
}

const char *vc_verdict_name(vc_verdict v)
{
    static const char *const names[] = {"valid", "invalid", "open"};
    return names[v];
}

/* Not decided, rather than wrong. */
static bool is_open(vc_reason r)
{
    return r == VC_SUITE || r == VC_ISSUER || r == VC_LIST_MISSING;
}

/* -- keys ----------------------------------------------------------------------------------- */

typedef struct {
    const json_t *credential;
    const vc_sources *sources;
    const char *issuer;
    json_t *document; /* of the issuer, once asked for */
    vc_proof_report *now;
    bool is_short; /* memory ended: what was found is no verdict */
} verifier;

static bool is_memory(const assay_err *err)
{
    return err && err->code == ASSAY_MEMORY;
}

static void because(verifier *v, vc_reason reason, const assay_err *err)
{
    v->now->reason = reason;
    v->is_short = v->is_short || is_memory(err);
    snprintf(v->now->detail, sizeof v->now->detail, "%.199s", err ? err->message : "");
}

static assay_status find_document(verifier *v, assay_err *err)
{
    if (v->document)
        return ASSAY_OK;
    if (is_did_key(v->issuer))
        return did_key_document(v->issuer, &v->document, err);
    if (!v->sources->issuer)
        return assay_fail(err, ASSAY_NOT_FOUND, 0, "the document of %.150s is not at hand",
                          v->issuer);
    assay_status status = v->sources->issuer(v->sources->context, v->issuer, &v->document, err);
    if (!status)
        status = did_document_check(v->document, v->issuer, err);
    if (status) {
        json_decref(v->document);
        v->document = NULL;
    }
    return status;
}

/* May this key sign for the issuer at `created`? */
static bool may_sign(verifier *v, const did_method *m, int64_t created)
{
    if (!m->is_assertion || strcmp(m->controller, v->issuer) != 0)
        because(v, VC_FOREIGN, NULL);
    else if (m->revoked != TIME_NONE && created >= m->revoked)
        because(v, VC_WITHDRAWN, NULL);
    else
        return true;
    return false;
}

static bool is_of_issuer(const verifier *v, const char *method)
{
    size_t length = strlen(v->issuer);
    return strncmp(method, v->issuer, length) == 0 && method[length] == '#';
}

/* -- embedded proofs ------------------------------------------------------------------------- */

static bool check_options(verifier *v, const json_t *proof, int64_t *created)
{
    const json_t *expires = json_object_get(proof, "expires");
    int64_t until;
    if (strcmp(vc_text(proof, "proofPurpose"), "assertionMethod") != 0)
        because(v, VC_PURPOSE, NULL);
    else if (!vc_time(vc_text(proof, "created"), created) ||
             (expires && !vc_time(vc_text(proof, "expires"), &until)))
        because(v, VC_MALFORMED, NULL);
    else if (expires && v->sources->now >= until)
        because(v, VC_PROOF_EXPIRED, NULL);
    else
        return true;
    return false;
}

static bool find_ed25519(verifier *v, const char *id, int64_t created, uint8_t out[32])
{
    assay_err err = {0};
    did_method m;
    if (!is_of_issuer(v, id)) {
        because(v, VC_FOREIGN, NULL);
        return false;
    }
    if (find_document(v, &err) != ASSAY_OK) {
        because(v, VC_ISSUER, &err);
        return false;
    }
    if (did_document_method(v->document, id, &m, &err) != ASSAY_OK || !m.multibase ||
        multikey_read(m.multibase, strlen(m.multibase), out, &err) != ASSAY_OK) {
        because(v, VC_KEY, &err);
        return false;
    }
    return may_sign(v, &m, created);
}

static vc_reason reason_of(assay_status status, const assay_err *err)
{
    return status == ASSAY_UNSUPPORTED                                    ? VC_SUITE
           : status == ASSAY_CONFLICT && strstr(err->message, "@context") ? VC_CONTEXT
           : status == ASSAY_CONFLICT                                     ? VC_SIGNATURE
                                                                          : VC_MALFORMED;
}

static void check_proof(verifier *v, const json_t *proof)
{
    uint8_t key[32];
    int64_t created;
    assay_err err = {0};
    const char *id = vc_text(proof, "verificationMethod");
    snprintf(v->now->kind, sizeof v->now->kind, "%.39s",
             *vc_text(proof, "cryptosuite") ? vc_text(proof, "cryptosuite")
                                            : vc_text(proof, "type"));
    snprintf(v->now->method, sizeof v->now->method, "%.*s", DID_MAX - 1, id);
    snprintf(v->now->created, sizeof v->now->created, "%.47s", vc_text(proof, "created"));
    /* Of another suite: said before anything is asked of its members. */
    assay_status status = vc_proof_check(proof, &err);
    if (status) {
        because(v, reason_of(status, &err), &err);
        return;
    }
    if (!check_options(v, proof, &created) || !find_ed25519(v, id, created, key))
        return;
    status = vc_proof_verify(v->credential, proof, key, &err);
    if (status)
        because(v, reason_of(status, &err), &err);
}

/* -- the outer proof of a JWT --------------------------------------------------------------- */

/* The key of the issuer's document that the header names or shows. */
static bool find_jwk(verifier *v, const json_t *header, did_method *out)
{
    const char *kid = vc_text(header, "kid");
    const json_t *shown = json_object_get(header, "jwk");
    did_method m;
    for (size_t i = 0; did_document_at(v->document, i, &m); i++) {
        if (!m.jwk)
            continue;
        bool is_it = shown ? jwk_same(m.jwk, shown)
                           : strcmp(m.id, kid) == 0 || strcmp(vc_text(m.jwk, "kid"), kid) == 0;
        if (!is_it)
            continue;
        *out = m;
        return true;
    }
    return false;
}

static void check_jws(verifier *v, const jws *j)
{
    assay_err err = {0};
    did_method m;
    jwk *key = NULL;
    snprintf(v->now->kind, sizeof v->now->kind, "%.39s", vc_text(j->header, "alg"));
    snprintf(v->now->method, sizeof v->now->method, "%.*s", DID_MAX - 1, vc_text(j->header, "kid"));
    if (jwt_claims_check(j->payload, &err) != ASSAY_OK) {
        because(v, VC_CLAIMS, &err);
        return;
    }
    if (find_document(v, &err) != ASSAY_OK) {
        because(v, VC_ISSUER, &err);
        return;
    }
    if (!find_jwk(v, j->header, &m)) {
        because(v, VC_KEY, NULL);
        return;
    }
    snprintf(v->now->method, sizeof v->now->method, "%.*s", DID_MAX - 1, m.id);
    if (!may_sign(v, &m, v->sources->now))
        return;
    assay_status status = jwk_read(m.jwk, &key, &err);
    if (status)
        because(v, VC_KEY, &err);
    else if ((status = jws_verify(j, key, &err)))
        because(v, status == ASSAY_UNSUPPORTED ? VC_ALGORITHM : VC_SIGNATURE, &err);
    jwk_free(key);
}

/* -- time and status ------------------------------------------------------------------------ */

static vc_reason check_time(const json_t *credential, int64_t now, vc_report *r)
{
    r->valid_from = r->valid_until = TIME_NONE;
    if (json_object_get(credential, "validFrom") &&
        !vc_time(vc_text(credential, "validFrom"), &r->valid_from))
        return VC_MALFORMED;
    if (json_object_get(credential, "validUntil") &&
        !vc_time(vc_text(credential, "validUntil"), &r->valid_until))
        return VC_MALFORMED;
    return r->valid_from != TIME_NONE && now < r->valid_from      ? VC_EARLY
           : r->valid_until != TIME_NONE && now >= r->valid_until ? VC_EXPIRED
                                                                  : VC_FINE;
}

static vc_reason status_says(verifier *v, vc_report *r, vc_reason reason, const assay_err *err)
{
    v->is_short = v->is_short || is_memory(err);
    snprintf(r->status_detail, sizeof r->status_detail, "%.199s", err->message);
    return reason;
}

/* The list must be a valid credential of the same issuer, without a status of its own (which might
 * lead round in a circle). */
static vc_reason read_list(verifier *v, const status_entry *entry, const buf *text, vc_report *r,
                           bool *is_set)
{
    vc_report list;
    vc_sources alone = *v->sources;
    assay_err err = {0};
    alone.list = NULL;
    if (vc_verify(buf_text(text), text->length, &alone, &list, &err) != ASSAY_OK)
        return status_says(v, r, VC_LIST_BAD, &err);
    bool is_good =
        list.verdict == VC_VALID && strcmp(vc_issuer(list.credential), v->issuer) == 0;
    if (!is_good)
        assay_fail(&err, ASSAY_CONFLICT, 0, "the status list of %.100s: %s",
                   vc_issuer(list.credential),
                   list.verdict == VC_VALID ? "another issuer" : vc_reason_text(list.reason));
    else if (status_list_read(list.credential, entry, is_set, &err) != ASSAY_OK)
        is_good = false;
    r->status_from = list.valid_from;
    bool is_undecided = !is_good && list.reason == VC_ISSUER; /* no keys to judge it by */
    vc_report_done(&list);
    return is_good ? VC_FINE : status_says(v, r, is_undecided ? VC_LIST_MISSING : VC_LIST_BAD, &err);
}

/* VC_FINE: the list was read, and says whether the bit is set. */
static vc_reason ask_list(verifier *v, const status_entry *entry, vc_report *r, bool *is_set)
{
    assay_err err = {0};
    buf text = BUF_INIT;
    const vc_sources *s = v->sources;
    if (!s->list)
        assay_fail(&err, ASSAY_NOT_FOUND, 0, "%.199s", entry->url);
    vc_reason reason = s->list && s->list(s->context, entry->url, &text, &err) == ASSAY_OK
                           ? read_list(v, entry, &text, r, is_set)
                           : status_says(v, r, VC_LIST_MISSING, &err);
    buf_done(&text);
    return reason;
}

/* An entry of suspension may refer to a list of revocation that has the same places: what is set
 * there too was revoked. A reference that leads to something else says nothing. */
static bool is_revoked_too(verifier *v, const status_entry *entry, vc_report *r)
{
    const status_entry there = {
        .url = entry->reference, .purpose = "revocation", .index = entry->index};
    vc_report aside = {.status_from = TIME_NONE};
    bool is_set = false;
    if (!*entry->reference || ask_list(v, &there, &aside, &is_set) != VC_FINE || !is_set)
        return false;
    r->status_from = aside.status_from;
    return true;
}

static vc_reason check_entry(verifier *v, const json_t *item, vc_report *r)
{
    status_entry entry;
    assay_err err = {0};
    bool is_set = false;
    assay_status status = status_entry_read(item, &entry, &err);
    if (status)
        return status_says(v, r, status == ASSAY_UNSUPPORTED ? VC_LIST_MISSING : VC_MALFORMED, &err);
    bool is_revocation = strcmp(entry.purpose, "revocation") == 0;
    if (!is_revocation && strcmp(entry.purpose, "suspension") != 0)
        return VC_FINE; /* a message, a refresh: no judgement */
    vc_reason reason = ask_list(v, &entry, r, &is_set);
    if (reason != VC_FINE || !is_set)
        return reason;
    return is_revocation || is_revoked_too(v, &entry, r) ? VC_REVOKED : VC_SUSPENDED;
}

/* What a list says outweighs what could not be asked, and for good outweighs for now. */
static int weight(vc_reason r)
{
    return r == VC_REVOKED     ? 4
           : r == VC_SUSPENDED ? 3
           : r == VC_FINE      ? 0
           : is_open(r)        ? 1
                               : 2;
}

/* One entry, or a list of them: the worst counts. */
static vc_reason check_status(verifier *v, vc_report *r)
{
    const json_t *value = json_object_get(v->credential, "credentialStatus");
    size_t n = json_is_array(value) ? json_array_size(value) : value ? 1 : 0;
    vc_reason worst = n ? VC_FINE : VC_NONE;
    for (size_t i = 0; i < n && i < 8; i++) {
        const json_t *item = json_is_array(value) ? json_array_get(value, i) : value;
        vc_reason reason = check_entry(v, item, r);
        if (weight(reason) > weight(worst))
            worst = reason;
    }
    return n > 8 ? VC_MALFORMED : worst;
}

/* -- the whole ------------------------------------------------------------------------------ */

static bool is_credential(const json_t *value)
{
    return vc_has_type(value, "VerifiableCredential") && *vc_issuer(value) &&
           json_object_get(value, "credentialSubject");
}

static assay_status check_form(const json_t *value, assay_err *err)
{
    const json_t *context = json_object_get(value, "@context");
    const char *first =
        json_string_value(json_is_array(context) ? json_array_get(context, 0) : context);
    if (!is_credential(value))
        return assay_fail(err, ASSAY_FORMAT, 0,
                          "this JSON is no verifiable credential: type, issuer and "
                          "credentialSubject are needed");
    if (!first || strcmp(first, VC_DATA_MODEL) != 0)
        return assay_fail(err, ASSAY_UNSUPPORTED, 0,
                          "a credential of another data model: @context does not begin with %s",
                          VC_DATA_MODEL);
    if (vc_proof_count(value) > VC_PROOFS_MAX)
        return assay_fail(err, ASSAY_LIMIT, 0, "a credential with more than %d proofs",
                          VC_PROOFS_MAX);
    return ASSAY_OK;
}

static vc_proof_report *next_proof(vc_report *r)
{
    vc_proof_report *p = &r->proofs[r->proof_count++];
    *p = (vc_proof_report){.reason = VC_FINE};
    return p;
}

static void check_proofs(verifier *v, const jws *j, vc_report *r)
{
    if (j) {
        v->now = next_proof(r);
        check_jws(v, j);
    }
    for (size_t i = 0; i < vc_proof_count(r->credential); i++) {
        v->now = next_proof(r);
        check_proof(v, vc_proof_at(r->credential, i));
    }
}

/* ASSAY_MEMORY: nothing was judged. */
static assay_status check_all(const vc_sources *sources, const jws *j, vc_report *r, assay_err *err)
{
    verifier v = {
        .credential = r->credential, .sources = sources, .issuer = vc_issuer(r->credential)};
    check_proofs(&v, j, r);
    r->time = check_time(r->credential, sources->now, r);
    r->status = check_status(&v, r);
    json_decref(v.document);
    return v.is_short ? assay_fail(err, ASSAY_MEMORY, 0, "no memory to judge a credential")
                      : ASSAY_OK;
}

static void decide(vc_report *r)
{
    vc_reason wrong = VC_FINE, open = VC_FINE;
    bool is_signed = false;
    vc_reason said[VC_PROOFS_MAX + 3];
    size_t n = 0;
    for (size_t i = 0; i < r->proof_count; i++) {
        is_signed = is_signed || r->proofs[i].reason == VC_FINE;
        said[n++] = r->proofs[i].reason;
    }
    said[n++] = r->time;
    said[n++] = r->status == VC_NONE ? VC_FINE : r->status;
    for (size_t i = 0; i < n; i++) {
        /* Beside a proof that holds, one of an unknown suite takes nothing away. */
        if (said[i] == VC_FINE || (said[i] == VC_SUITE && is_signed))
            continue;
        vc_reason *to = is_open(said[i]) ? &open : &wrong;
        if (*to == VC_FINE)
            *to = said[i];
    }
    if (!r->proof_count)
        wrong = VC_NONE;
    r->reason = wrong ? wrong : open;
    r->verdict = wrong ? VC_INVALID : open ? VC_OPEN : VC_VALID;
}

static assay_status read_json(const char *text, size_t length, json_t **out, assay_err *err)
{
    if (length > VC_MAX)
        return assay_fail(err, ASSAY_LIMIT, 0, "a credential of %zu bytes; at most %d are read",
                          length, VC_MAX);
    return jcs_read(text, length, out, err);
}

assay_status vc_verify(const char *text, size_t length, const vc_sources *sources, vc_report *out,
                       assay_err *err)
{
    jws j = {0};
    vc_report r = {.is_jwt = jws_is(text, length), .status_from = TIME_NONE};
    assay_status status = r.is_jwt ? jws_read(text, length, false, &j, err)
                                   : read_json(text, length, &r.credential, err);
    if (!status && r.is_jwt)
        r.credential = json_incref(j.payload);
    if (!status)
        status = check_form(r.credential, err);
    if (!status)
        status = check_all(sources, r.is_jwt ? &j : NULL, &r, err);
    jws_done(&j);
    if (status) {
        vc_report_done(&r);
        return status;
    }
    decide(&r);
    *out = r;
    return ASSAY_OK;
}

void vc_report_done(vc_report *r)
{
    json_decref(r->credential);
    *r = (vc_report){0};
}
