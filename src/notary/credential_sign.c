/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Signatures come after the decision's commit: Ed25519 is deterministic and the time of the proof
 * is that of the signature, so a crash between costs nothing but doing it again. */
#include "notary/credential_inner.h"

#include "base/i18n.h"
#include "base/jcs.h"
#include "ledger/jwt.h"
#include "ledger/vc.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

enum { BATCH = 256 };

/* -- the signer, as credentials ask it ------------------------------------------------------------
 */

static assay_status sign_proof(void *context, const uint8_t hashes[64], uint8_t out[64],
                               assay_err *err)
{
    return signer_sign_proof(context, hashes, out, err);
}

static assay_status sign_rs256(void *context, const void *input, size_t length,
                               uint8_t out[RSA_BYTES_MAX], size_t *used, assay_err *err)
{
    return signer_sign_rs256(context, input, length, out, used, err);
}

typedef struct {
    store *s;
    signer *k;
    credential_issuer issuer;
    char method[DID_MAX], kid[DID_MAX]; /* kid "": no JWT */
} signing;

/* -- one
 * -------------------------------------------------------------------------------------------- */

static assay_status add_jwt(const signing *g, const json_t *credential, json_t *copy,
                            assay_err *err)
{
    jws_signer by = {g->kid, sign_rs256, g->k};
    json_t *payload;
    buf text = BUF_INIT;
    assay_status status = jwt_claims_add(credential, &payload, err);
    if (status)
        return status;
    status = jws_write(payload, &by, &text, err);
    if (!status && json_object_set_new(copy, "jwt", json_string(text.data)) != 0)
        status = assay_fail(err, ASSAY_MEMORY, 0, "no memory for a credential");
    json_decref(payload);
    buf_done(&text);
    return status;
}

static assay_status mark_signed(store_tx *tx, store *s, const char *id, assay_err *err)
{
    json_t *o;
    assay_status status = document_read(s, KIND_CREDENTIAL, id, &o, err);
    if (status)
        return status;
    if (json_object_set_new(o, "signed", json_true()) != 0) {
        json_decref(o);
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for a credential");
    }
    return document_keep(tx, KIND_CREDENTIAL, id, o, err);
}

static assay_status sign_copy(const signing *g, store_tx *tx, const char *id, assay_err *err)
{
    vc_signer by = {g->method, sign_proof, g->k};
    json_t *copy, *credential;
    assay_status status = copy_read(g->s, id, &copy, &credential, err);
    if (status)
        return status;
    json_object_del(credential, "proof");
    status = vc_proof_add(credential, &by, time_now(), err);
    if (!status && *g->kid)
        status = add_jwt(g, credential, copy, err);
    if (status) {
        json_decref(copy);
        return status;
    }
    status = document_keep(tx, KIND_COPY, id, copy, err);
    return status ? status : mark_signed(tx, g->s, id, err);
}

static assay_status sign_list(const signing *g, store_tx *tx, const char *list, assay_err *err)
{
    vc_signer by = {g->method, sign_proof, g->k};
    json_t *credential;
    assay_status status = list_unsigned(g->s, &g->issuer, list, &credential, err);
    if (status)
        return status;
    status = vc_proof_add(credential, &by, time_now(), err);
    if (status) {
        json_decref(credential);
        return status;
    }
    return document_keep(tx, KIND_LIST_TEXT, list, credential, err);
}

static assay_status sign_one(const signing *g, store_tx *tx, const char *id, assay_err *err)
{
    assay_status status =
        strncmp(id, "list:", 5) == 0 ? sign_list(g, tx, id + 5, err) : sign_copy(g, tx, id, err);
    return status ? status : store_document_drop(tx, KIND_WAITING, id, err);
}

/* -- all that wait
 * ---------------------------------------------------------------------------------- */

typedef struct {
    char id[BATCH][48];
    size_t count, room;
} waiting;

static bool take_waiting(const store_document *d, void *context)
{
    waiting *w = context;
    snprintf(w->id[w->count++], sizeof w->id[0], "%s", d->id);
    return w->count < w->room;
}

static bool count_waiting(const store_document *d, void *context)
{
    (void)d;
    ++*(size_t *)context;
    return true;
}

size_t credential_waiting(store *s)
{
    size_t n = 0;
    return store_documents(s, KIND_WAITING, count_waiting, &n, NULL) == ASSAY_OK ? n : 0;
}

static assay_status sign_batch(const signing *g, const waiting *w, assay_err *err)
{
    store_tx *tx;
    assay_status status = store_tx_begin(g->s, &tx, err);
    if (status)
        return status;
    for (size_t i = 0; i < w->count && !status; i++)
        status = sign_one(g, tx, w->id[i], err);
    if (!status)
        return store_tx_commit(tx, NULL, err);
    store_tx_abort(tx);
    return status;
}

static bool is_own_key(store *s, const char *method)
{
    json_t *document;
    did_method m;
    if (credential_issuer_document(s, &document, NULL) != ASSAY_OK)
        return false;
    bool is_it =
        did_document_method(document, method, &m, NULL) == ASSAY_OK && m.revoked == TIME_NONE;
    json_decref(document);
    return is_it;
}

static assay_status prepare(signing *g, assay_err *err)
{
    signer_public keys;
    assay_status status = credential_issuer_read(g->s, &g->issuer, err);
    if (!status)
        status = signer_keys(g->k, &keys, err);
    if (!status && !keys.has_credential)
        status = assay_fail(err, ASSAY_MISSING, 0, "the signer has no key for credentials");
    if (status)
        return status;
    status = issuer_methods(&g->issuer, &keys, g->method, g->kid, err);
    if (status)
        return status;
    if (is_own_key(g->s, g->method))
        return ASSAY_OK;
    assay_fail(err, ASSAY_CONFLICT, 0, "the signer's key is not one of this issuer's");
    assay_hint(err, _("after a change of keys: assay credential issuer DB"));
    return ASSAY_CONFLICT;
}

assay_status credential_sign(store *s, signer *k, size_t most, size_t *count, assay_err *err)
{
    signing g = {.s = s, .k = k};
    size_t done = 0;
    waiting *w = malloc(sizeof *w);
    assay_status status = w ? prepare(&g, err) : assay_fail(err, ASSAY_MEMORY, 0, "no memory");
    while (!status && (!most || done < most)) {
        w->count = 0;
        w->room = most && most - done < BATCH ? most - done : BATCH;
        status = store_documents(s, KIND_WAITING, take_waiting, w, err);
        if (status || !w->count)
            break;
        status = sign_batch(&g, w, err);
        done += status ? 0 : w->count;
    }
    free(w);
    if (count)
        *count = done;
    return status;
}

/* -- showing
 * ---------------------------------------------------------------------------------------- */

static assay_status copy_of(store *s, const char *id, json_t **out, json_t **credential,
                            assay_err *err)
{
    credential_state c;
    assay_status status = credential_find(s, id, &c, err);
    if (status)
        return status;
    if (c.is_forgotten)
        return assay_fail(err, ASSAY_NOT_FOUND, 0, "the text of this credential was erased");
    if (!c.is_signed) {
        assay_fail(err, ASSAY_BUSY, 0, "the credential waits for its signature");
        assay_hint(err, "assay credential sign DB");
        return ASSAY_BUSY;
    }
    return copy_read(s, id, out, credential, err);
}

assay_status credential_text(store *s, const char *id, credential_form form, buf *out,
                             assay_err *err)
{
    json_t *copy, *credential;
    assay_status status = copy_of(s, id, &copy, &credential, err);
    if (status)
        return status;
    const char *jwt = vc_text(copy, "jwt");
    if (form == CREDENTIAL_JSON)
        status = jcs_write(credential, out, err);
    else if (!*jwt)
        status = assay_fail(err, ASSAY_NOT_FOUND, 0,
                            "this credential has no JWT: its issuer has "
                            "no RSA key, or is a did:key");
    else
        buf_add_text(out, jwt);
    json_decref(copy);
    if (!status && out->failed)
        status = assay_fail(err, ASSAY_MEMORY, 0, "no memory for a credential");
    return status;
}

assay_status credential_list_text(store *s, const char *list, buf *out, assay_err *err)
{
    store_document d;
    assay_status status = store_document_get(s, KIND_LIST_TEXT, list, &d, err);
    if (status)
        return status;
    buf_add_text(out, d.json);
    return out->failed ? assay_fail(err, ASSAY_MEMORY, 0, "no memory for a list") : ASSAY_OK;
}

/* -- for verifying
 * ------------------------------------------------------------------------------------ */

static assay_status own_document(void *context, const char *did, json_t **out, assay_err *err)
{
    credential_issuer issuer;
    assay_status status = credential_issuer_read(context, &issuer, err);
    if (!status && strcmp(issuer.did, did) != 0)
        status = assay_fail(err, ASSAY_NOT_FOUND, 0, "the keys of %.150s are not at hand", did);
    return status ? status : credential_issuer_document(context, out, err);
}

static assay_status own_list(void *context, const char *url, buf *out, assay_err *err)
{
    credential_issuer issuer;
    char mine[512];
    const char *last = strrchr(url, *url == 'u' ? ':' : '/');
    assay_status status = credential_issuer_read(context, &issuer, err);
    if (status)
        return status;
    if (last && strlen(last + 1) < 16)
        list_url(&issuer, last + 1, mine, sizeof mine);
    if (!last || strlen(last + 1) >= 16 || strcmp(mine, url) != 0)
        return assay_fail(err, ASSAY_NOT_FOUND, 0, "the status list %.150s is not at hand", url);
    return credential_list_text(context, last + 1, out, err);
}

vc_sources credential_sources(store *s, int64_t now)
{
    return (vc_sources){own_document, own_list, s, now};
}
