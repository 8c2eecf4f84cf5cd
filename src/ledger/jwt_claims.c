/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The claims that a VC-JWT of Open Badges 3.0 repeats beside the credential:
 *
 *     iss = issuer.id   jti = id   sub = credentialSubject.id   nbf = validFrom   exp = validUntil
 */
#include "ledger/jwt.h"

#include "ledger/vc.h"

#include <jansson.h>
#include <string.h>

enum { BILLION = 1000000000 };

static int64_t floor_seconds(int64_t ns)
{
    return ns / BILLION - (ns % BILLION < 0);
}

typedef struct {
    const char *iss, *jti, *sub;
    int64_t nbf, exp;
    bool has_exp;
} claims;

static assay_status claims_of(const json_t *credential, claims *out, assay_err *err)
{
    claims c = {.iss = vc_issuer(credential),
                .jti = vc_text(credential, "id"),
                .sub = vc_text(json_object_get(credential, "credentialSubject"), "id"),
                .has_exp = json_object_get(credential, "validUntil") != NULL};
    int64_t from, until = 0;
    if (!vc_time(vc_text(credential, "validFrom"), &from) ||
        (c.has_exp && !vc_time(vc_text(credential, "validUntil"), &until)))
        return assay_fail(err, ASSAY_FORMAT, 0, "validFrom or validUntil is no date and time");
    if (!*c.iss || !*c.jti || !*c.sub)
        return assay_fail(err, ASSAY_MISSING, 0, "a credential as JWT needs %s",
                          !*c.sub   ? "an id of its subject"
                          : !*c.jti ? "an id"
                                    : "an issuer");
    c.nbf = floor_seconds(from);
    c.exp = floor_seconds(until);
    *out = c;
    return ASSAY_OK;
}

assay_status jwt_claims_add(const json_t *credential, json_t **out, assay_err *err)
{
    claims c;
    assay_status status = claims_of(credential, &c, err);
    if (status)
        return status;
    json_t *payload = json_copy((json_t *)(uintptr_t)credential);
    int failed = !payload || json_object_set_new(payload, "iss", json_string(c.iss)) ||
                 json_object_set_new(payload, "jti", json_string(c.jti)) ||
                 json_object_set_new(payload, "sub", json_string(c.sub)) ||
                 json_object_set_new(payload, "nbf", json_integer(c.nbf)) ||
                 (c.has_exp && json_object_set_new(payload, "exp", json_integer(c.exp)));
    if (failed) {
        json_decref(payload);
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for a credential");
    }
    *out = payload;
    return ASSAY_OK;
}

static bool same_text(const json_t *payload, const char *claim, const char *text)
{
    return strcmp(vc_text(payload, claim), text) == 0;
}

static bool same_time(const json_t *payload, const char *claim, int64_t seconds)
{
    const json_t *value = json_object_get(payload, claim);
    return json_is_number(value) && json_number_value(value) == (double)seconds;
}

static const char *differing(const json_t *payload, const claims *c)
{
    return !same_text(payload, "iss", c->iss)   ? "iss"
           : !same_text(payload, "jti", c->jti) ? "jti"
           : !same_text(payload, "sub", c->sub) ? "sub"
           : !same_time(payload, "nbf", c->nbf) ? "nbf"
           : c->has_exp != (json_object_get(payload, "exp") != NULL) ||
                   (c->has_exp && !same_time(payload, "exp", c->exp))
               ? "exp"
               : NULL;
}

assay_status jwt_claims_check(json_t *payload, assay_err *err)
{
    static const char *const names[] = {"iss", "jti", "sub", "nbf", "exp", "iat"};
    claims c;
    assay_status status = claims_of(payload, &c, err);
    if (status)
        return status;
    const char *wrong = differing(payload, &c);
    if (wrong)
        return assay_fail(err, ASSAY_CONFLICT, 0,
                          "the claim %s is missing or differs from the "
                          "credential",
                          wrong);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        json_object_del(payload, names[i]);
    return ASSAY_OK;
}
