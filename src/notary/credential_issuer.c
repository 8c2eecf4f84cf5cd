/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The issuer and its keys: one document, so that every key that ever spoke is in the records.
 *
 *     {"base", "did", "keys": [{"id", "jwk" | "multibase", "since", "revoked"}], "name", "url"}
 */
#include "notary/credential_inner.h"

#include "base/jcs.h"
#include "ledger/jwt.h"
#include "ledger/multikey.h"
#include "ledger/vc.h"

#include <jansson.h>
#include <string.h>

static const uint8_t exponent[3] = {1, 0, 1};

/* -- reading -------------------------------------------------------------------------------- */

static assay_status read_document(store *s, json_t **out, assay_err *err)
{
    assay_status status = document_read(s, KIND_ISSUER, KIND_ISSUER, out, err);
    if (status == ASSAY_NOT_FOUND) {
        assay_fail(err, ASSAY_NOT_FOUND, 0, "this database issues no credentials yet");
        assay_hint(err, "assay credential issuer DB --name NAME --at HOST");
    }
    return status;
}

assay_status credential_issuer_read(store *s, credential_issuer *out, assay_err *err)
{
    json_t *o;
    assay_status status = read_document(s, &o, err);
    if (status)
        return status;
    copy_text(out->did, sizeof out->did, o, "did");
    copy_text(out->base, sizeof out->base, o, "base");
    copy_text(out->name, sizeof out->name, o, "name");
    copy_text(out->url, sizeof out->url, o, "url");
    json_decref(o);
    return ASSAY_OK;
}

static did_method method_of(const json_t *key)
{
    const char *multibase = vc_text(key, "multibase");
    return (did_method){.id = vc_text(key, "id"),
                        .multibase = *multibase ? multibase : NULL,
                        .jwk = json_object_get(key, "jwk"),
                        .revoked = time_of(key, "revoked"),
                        .is_assertion = true};
}

assay_status credential_issuer_document(store *s, json_t **out, assay_err *err)
{
    did_method methods[DID_METHODS_MAX];
    size_t n = 0;
    json_t *o;
    assay_status status = read_document(s, &o, err);
    if (status)
        return status;
    const json_t *keys = json_object_get(o, "keys");
    for (; n < json_array_size(keys) && n < DID_METHODS_MAX; n++)
        methods[n] = method_of(json_array_get(keys, n));
    status = did_document_write(vc_text(o, "did"), methods, n, out, err);
    json_decref(o);
    return status;
}

assay_status credential_issuer_jwk(store *s, const char *thumbprint, json_t **out, assay_err *err)
{
    json_t *o, *found = NULL;
    char mine[JWK_THUMBPRINT];
    assay_status status = read_document(s, &o, err);
    if (status)
        return status;
    const json_t *keys = json_object_get(o, "keys");
    for (size_t i = 0; i < json_array_size(keys) && !found; i++) {
        json_t *key_json = json_object_get(json_array_get(keys, i), "jwk");
        if (key_json && jwk_thumbprint(key_json, mine, NULL) == ASSAY_OK &&
            strcmp(mine, thumbprint) == 0)
            found = json_incref(key_json);
    }
    json_decref(o);
    if (!found)
        return assay_fail(err, ASSAY_NOT_FOUND, 0, "the issuer has no key %.60s", thumbprint);
    *out = found;
    return ASSAY_OK;
}

assay_status credential_issuer_text(store *s, const char *thumbprint, buf *out, assay_err *err)
{
    json_t *value;
    assay_status status = thumbprint ? credential_issuer_jwk(s, thumbprint, &value, err)
                                     : credential_issuer_document(s, &value, err);
    if (status)
        return status;
    status = jcs_write(value, out, err);
    json_decref(value);
    return status;
}

/* -- keys ------------------------------------------------------------------------------------- */

static assay_status rsa_of(const signer_public *keys, json_t **key_json, char thumbprint[JWK_THUMBPRINT],
                           assay_err *err)
{
    json_t *made;
    assay_status status = jwk_write_rsa(keys->modulus, keys->modulus_length, exponent, 3, &made, err);
    if (status)
        return status;
    status = jwk_thumbprint(made, thumbprint, err);
    if (status)
        json_decref(made);
    else
        *key_json = made;
    return status;
}

assay_status issuer_methods(const credential_issuer *issuer, const signer_public *keys,
                            char ed25519[DID_MAX], char rsa_kid[DID_MAX], assay_err *err)
{
    char text[MULTIKEY_TEXT], thumbprint[JWK_THUMBPRINT];
    json_t *key_json;
    multikey_write(keys->credential, text);
    snprintf(ed25519, DID_MAX, "%.*s#%s", DID_MAX - MULTIKEY_TEXT - 2, issuer->did, text);
    *rsa_kid = '\0';
    if (!*issuer->base || !keys->modulus_length)
        return ASSAY_OK;
    assay_status status = rsa_of(keys, &key_json, thumbprint, err);
    if (status)
        return status;
    snprintf(rsa_kid, DID_MAX, "%s/credentials/keys/%s", issuer->base, thumbprint);
    json_decref(key_json);
    return ASSAY_OK;
}

static bool has_key(const json_t *list, const char *id)
{
    for (size_t i = 0; i < json_array_size(list); i++)
        if (strcmp(vc_text(json_array_get(list, i), "id"), id) == 0)
            return true;
    return false;
}

/* Keys in use come first: readers that stop early find them. */
static int add_key(json_t *list, const char *id, const char *member, json_t *value)
{
    if (has_key(list, id)) {
        json_decref(value);
        return 0;
    }
    return json_array_insert_new(
        list, 0,
        json_pack("{s:s, s:o, s:o}", "id", id, member, value, "since", time_json(time_now())));
}

static int add_keys(json_t *list, const credential_issuer *issuer, const signer_public *keys)
{
    char id[DID_MAX], kid[DID_MAX], thumbprint[JWK_THUMBPRINT];
    json_t *key_json;
    int failed = issuer_methods(issuer, keys, id, kid, NULL) != ASSAY_OK;
    if (*kid && rsa_of(keys, &key_json, thumbprint, NULL) != ASSAY_OK) {
        failed = true;
    } else if (*kid) {
        char rsa_id[DID_MAX];
        snprintf(rsa_id, sizeof rsa_id, "%.*s#%s", DID_MAX - JWK_THUMBPRINT - 2, issuer->did,
                 thumbprint);
        failed |= json_object_set_new(key_json, "kid", json_string(kid));
        failed |= json_object_set_new(key_json, "alg", json_string("RS256"));
        failed |= json_object_set_new(key_json, "use", json_string("sig"));
        failed |= add_key(list, rsa_id, "jwk", key_json);
    }
    return failed | add_key(list, id, "multibase", json_string(strchr(id, '#') + 1));
}

/* -- setting ------------------------------------------------------------------------------------
 */

static assay_status identify(const char *base, const signer_public *keys, credential_issuer *out,
                             assay_err *err)
{
    buf did = BUF_INIT;
    if (!*base) {
        did_key_write(keys->credential, out->did);
        return ASSAY_OK;
    }
    assay_status status = did_web_of(base, &did, err);
    if (!status) {
        const char *place = strncmp(base, "https://", 8) == 0 ? base + 8 : base;
        size_t length = strlen(place); /* a host is in it: did_web_of has made sure */
        while (place[length - 1] == '/')
            length--;
        snprintf(out->did, sizeof out->did, "%s", did.data);
        snprintf(out->base, sizeof out->base, "https://%.*s", (int)length, place);
    }
    buf_done(&did);
    return status;
}

static bool see_one(const store_document *d, void *context)
{
    (void)d;
    *(bool *)context = true;
    return false;
}

/* What was given names the issuer in its signed text. */
static assay_status check_same(store *s, const json_t *old, const credential_issuer *new,
                               assay_err *err)
{
    bool has_given = false;
    if (!old || strcmp(vc_text(old, "did"), new->did) == 0)
        return ASSAY_OK;
    assay_status status = store_documents(s, KIND_CREDENTIAL, see_one, &has_given, err);
    if (status || !has_given)
        return status;
    return assay_fail(err, ASSAY_CONFLICT, 0, "credentials were given as %.200s, which stays",
                      vc_text(old, "did"));
}

assay_status credential_issuer_write(store_tx *tx, store *s, const char *base, const char *name,
                                     const char *url, const signer_public *keys, const char *actor,
                                     const char *why, assay_err *err)
{
    credential_issuer issuer = {0};
    json_t *old = NULL;
    if (!keys->has_credential) {
        assay_fail(err, ASSAY_MISSING, 0, "the signer has no key for credentials");
        assay_hint(err, "assay signer add KEYS --use credential");
        return ASSAY_MISSING;
    }
    if (!name || !*name)
        return assay_fail(err, ASSAY_MISSING, 0, "an issuer has a name");
    assay_status status = identify(base, keys, &issuer, err);
    if (!status) {
        status = document_read(s, KIND_ISSUER, KIND_ISSUER, &old, err);
        status = status == ASSAY_NOT_FOUND ? ASSAY_OK : status;
    }
    if (!status)
        status = check_same(s, old, &issuer, err);
    if (!status) {
        json_t *list = old && strcmp(vc_text(old, "did"), issuer.did) == 0
                           ? json_deep_copy(json_object_get(old, "keys"))
                           : json_array();
        json_t *o = add_keys(list, &issuer, keys)
                        ? NULL
                        : json_pack("{s:s, s:s, s:O, s:s, s:s*}", "base", issuer.base, "did",
                                    issuer.did, "keys", list, "name", name, "url",
                                    url && *url    ? url
                                    : *issuer.base ? issuer.base
                                                   : NULL);
        json_decref(list);
        status = document_change(tx, KIND_ISSUER, KIND_ISSUER, o, NULL, actor, why, err);
    }
    json_decref(old);
    return status;
}

assay_status credential_key_withdraw(store_tx *tx, store *s, const char *id, const char *actor,
                                     const char *why, assay_err *err)
{
    json_t *o, *key = NULL;
    assay_status status = read_document(s, &o, err);
    if (status)
        return status;
    json_t *list = json_object_get(o, "keys");
    for (size_t i = 0; i < json_array_size(list); i++)
        if (strcmp(vc_text(json_array_get(list, i), "id"), id) == 0)
            key = json_array_get(list, i);
    if (!key || json_object_get(key, "revoked")) {
        status = assay_fail(
            err, key ? ASSAY_CONFLICT : ASSAY_NOT_FOUND, 0,
            key ? "the key %.150s was withdrawn already" : "the issuer has no key %.150s", id);
        json_decref(o);
        return status;
    }
    if (json_object_set_new(key, "revoked", time_json(time_now())) != 0) {
        json_decref(o);
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for the issuer");
    }
    return document_change(tx, KIND_ISSUER, KIND_ISSUER, o, NULL, actor, why, err);
}

/* -- achievements --------------------------------------------------------------------------------
 */

static bool is_short_name(const char *id)
{
    size_t n = id ? strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789-") : 0;
    return n && n < 64 && !id[n];
}

static assay_status check_achievement(const credential_achievement *a, assay_err *err)
{
    if (!is_short_name(a->id))
        return assay_fail(err, ASSAY_DOMAIN, 0,
                          "the id of an achievement has 1 to 63 of a-z, 0-9 and hyphen");
    if (!a->name || !*a->name || !a->description || !*a->description)
        return assay_fail(err, ASSAY_MISSING, 0, "an achievement has a name and a description");
    if ((!a->criteria || !*a->criteria) && (!a->criteria_url || !*a->criteria_url))
        return assay_fail(err, ASSAY_MISSING, 0,
                          "an achievement has criteria, in words or as a URL");
    if (a->type && *a->type && !badge_is_type(a->type)) {
        assay_fail(err, ASSAY_DOMAIN, 0, "\"%.40s\" is not a type of achievement", a->type);
        assay_hint(err, "Award, Certification, CertificateOfCompletion, License, "
                        "QualityAssuranceCredential, Competency ...");
        return ASSAY_DOMAIN;
    }
    if (a->purpose && strcmp(a->purpose, "suspension") != 0 &&
        strcmp(a->purpose, "revocation") != 0)
        return assay_fail(err, ASSAY_DOMAIN, 0, "a status is of suspension or revocation");
    return ASSAY_OK;
}

assay_status credential_achievement_put(store_tx *tx, const credential_achievement *a,
                                        const char *actor, const char *why, assay_err *err)
{
    assay_status status = check_achievement(a, err);
    if (status)
        return status;
    json_t *o = json_pack("{s:s, s:s, s:s*, s:s*, s:s*, s:s}", "name", a->name, "description",
                          a->description, "criteria", a->criteria, "criteria_url", a->criteria_url,
                          "type", a->type, "purpose", a->purpose ? a->purpose : "suspension");
    return document_change(tx, KIND_ACHIEVEMENT, a->id, o, NULL, actor, why, err);
}

assay_status credential_achievement_text(store *s, const char *id, buf *out, assay_err *err)
{
    credential_issuer issuer;
    json_t *a;
    assay_status status = credential_issuer_read(s, &issuer, err);
    if (!status)
        status = document_read(s, KIND_ACHIEVEMENT, id, &a, err);
    if (status)
        return status;
    const char *url = vc_text(a, "criteria_url"), *words = vc_text(a, "criteria");
    const char *type = vc_text(a, "type");
    json_t *o =
        json_pack("{s:s++, s:[s], s:s*, s:s, s:s, s:{s:s*, s:s*}, s:s}", "id", issuer.base,
                  "/credentials/achievements/", id, "type", "Achievement", "achievementType",
                  *type ? type : NULL, "name", vc_text(a, "name"), "description",
                  vc_text(a, "description"), "criteria", "id", *url ? url : NULL, "narrative",
                  *words ? words : NULL, "@context", BADGE_CONTEXT);
    json_decref(a);
    status = o ? jcs_write(o, out, err) : assay_fail(err, ASSAY_MEMORY, 0, "no memory");
    json_decref(o);
    return status;
}
