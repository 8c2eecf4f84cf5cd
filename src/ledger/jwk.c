/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Public keys as JSON. */
#include "ledger/jwt_inner.h"

#include "base/base64.h"
#include "base/hash.h"
#include "base/jcs.h"

#include <jansson.h>
#include <openssl/core_names.h>
#include <openssl/param_build.h>
#include <stdlib.h>
#include <string.h>

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

static bool read_bytes(const json_t *value, const char *key, uint8_t *out, size_t room,
                       size_t *used)
{
    const char *text = text_of(value, key);
    return base64_read(text, strlen(text), BASE64_URL, out, room, used) && *used;
}

static EVP_PKEY *rsa_of(const BIGNUM *n, const BIGNUM *e)
{
    EVP_PKEY *key = NULL;
    OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
    OSSL_PARAM *params = NULL;
    if (build && OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, n) &&
        OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, e))
        params = OSSL_PARAM_BLD_to_param(build);
    EVP_PKEY_CTX *context = params ? EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL) : NULL;
    if (!context || EVP_PKEY_fromdata_init(context) <= 0 ||
        EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, params) <= 0)
        key = NULL;
    EVP_PKEY_CTX_free(context);
    OSSL_PARAM_free(params);
    OSSL_PARAM_BLD_free(build);
    return key;
}

/* An exponent of 1 or an even one would let anybody sign. */
static bool is_exponent(const BIGNUM *e)
{
    return BN_is_odd(e) && !BN_is_one(e) && BN_num_bits(e) <= 64;
}

static assay_status read_rsa(const json_t *value, jwk *k, assay_err *err)
{
    uint8_t bytes[RSA_BYTES_MAX], exponent[16];
    size_t n_length, e_length;
    if (!read_bytes(value, "n", bytes, sizeof bytes, &n_length) ||
        !read_bytes(value, "e", exponent, sizeof exponent, &e_length))
        return assay_fail(err, ASSAY_FORMAT, 0, "an RSA key has n and e in base64url");
    BIGNUM *n = BN_bin2bn(bytes, (int)n_length, NULL),
           *e = BN_bin2bn(exponent, (int)e_length, NULL);
    assay_status status = ASSAY_OK;
    if (!n || !e)
        status = assay_fail(err, ASSAY_MEMORY, 0, "no memory for a key");
    else if (BN_num_bits(n) < RSA_BITS_READ || !BN_is_odd(n) || !is_exponent(e))
        status = assay_fail(err, ASSAY_LIMIT, 0, "an RSA key of %d bits is too weak; %d are needed",
                            BN_num_bits(n), RSA_BITS_READ);
    else if (!(k->rsa = rsa_of(n, e))) /* of this form it takes every one, while there is memory */
        status = assay_fail(err, ASSAY_MEMORY, 0, "no memory for a key");
    BN_free(n);
    BN_free(e);
    return status;
}

static assay_status read_ed25519(const json_t *value, jwk *k, assay_err *err)
{
    size_t used;
    if (strcmp(text_of(value, "crv"), "Ed25519") != 0)
        return assay_fail(err, ASSAY_UNSUPPORTED, 0, "keys on the curve \"%.20s\" are not known",
                          text_of(value, "crv"));
    if (!read_bytes(value, "x", k->ed25519, sizeof k->ed25519, &used) || used != 32)
        return assay_fail(err, ASSAY_FORMAT, 0, "an Ed25519 key has x, 32 bytes in base64url");
    return ASSAY_OK;
}

static bool is_private(const json_t *value)
{
    static const char *const secret[] = {"d", "p", "q", "dp", "dq", "qi", "k", "oth"};
    for (size_t i = 0; i < sizeof secret / sizeof *secret; i++)
        if (json_object_get(value, secret[i]))
            return true;
    return false;
}

assay_status jwk_read(const json_t *value, jwk **out, assay_err *err)
{
    if (!json_is_object(value))
        return assay_fail(err, ASSAY_FORMAT, 0, "a key is not an object");
    if (is_private(value))
        return assay_fail(err, ASSAY_CONFLICT, 0, "a key was published with its secret part");
    const char *kind = text_of(value, "kty");
    bool is_rsa = strcmp(kind, "RSA") == 0;
    if (!is_rsa && strcmp(kind, "OKP") != 0)
        return assay_fail(err, ASSAY_UNSUPPORTED, 0, "keys of kind \"%.20s\" are not known", kind);
    jwk *k = calloc(1, sizeof *k);
    if (!k)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for a key");
    assay_status status = is_rsa ? read_rsa(value, k, err) : read_ed25519(value, k, err);
    if (status)
        jwk_free(k);
    else
        *out = k;
    return status;
}

void jwk_free(jwk *k)
{
    if (!k)
        return;
    EVP_PKEY_free(k->rsa);
    free(k);
}

const char *jwk_algorithm(const jwk *k)
{
    return k->rsa ? "RS256" : "EdDSA";
}

assay_status jwk_write_rsa(const uint8_t *n, size_t n_length, const uint8_t *e, size_t e_length,
                           json_t **out, assay_err *err)
{
    buf modulus = BUF_INIT, exponent = BUF_INIT;
    base64_add(&modulus, n, n_length, BASE64_URL);
    base64_add(&exponent, e, e_length, BASE64_URL);
    json_t *value = json_pack("{s:s, s:s, s:s}", "kty", "RSA", "n", buf_text(&modulus), "e",
                              buf_text(&exponent));
    bool failed = !value || modulus.failed || exponent.failed;
    buf_done(&modulus);
    buf_done(&exponent);
    if (failed) {
        json_decref(value);
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for a key");
    }
    *out = value;
    return ASSAY_OK;
}

/* The required members alone. */
static json_t *required(const json_t *value)
{
    if (strcmp(text_of(value, "kty"), "RSA") == 0)
        return json_pack("{s:s, s:s, s:s}", "e", text_of(value, "e"), "kty", "RSA", "n",
                         text_of(value, "n"));
    return json_pack("{s:s, s:s, s:s}", "crv", text_of(value, "crv"), "kty", text_of(value, "kty"),
                     "x", text_of(value, "x"));
}

assay_status jwk_thumbprint(const json_t *value, char out[JWK_THUMBPRINT], assay_err *err)
{
    json_t *members = required(value);
    buf text = BUF_INIT, letters = BUF_INIT;
    sha256 digest;
    assay_status status = members ? jcs_write(members, &text, err)
                                  : assay_fail(err, ASSAY_MEMORY, 0, "no memory for a key");
    if (!status)
        status = sha256_of(text.data, text.length, &digest, err);
    if (!status) {
        base64_add(&letters, digest.bytes, sizeof digest.bytes, BASE64_URL);
        status =
            letters.failed ? assay_fail(err, ASSAY_MEMORY, 0, "no memory for a key") : ASSAY_OK;
    }
    if (!status)
        memcpy(out, letters.data, JWK_THUMBPRINT);
    json_decref(members);
    buf_done(&text);
    buf_done(&letters);
    return status;
}

bool jwk_same(const json_t *a, const json_t *b)
{
    json_t *x = required(a), *y = required(b);
    bool is_same = x && y && *text_of(a, "kty") && json_equal(x, y);
    json_decref(x);
    json_decref(y);
    return is_same;
}
