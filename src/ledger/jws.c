/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ledger/jwt_inner.h"

#include "base/base64.h"
#include "base/jcs.h"
#include "ledger/multikey.h"

#include <jansson.h>
#include <openssl/err.h>
#include <stdlib.h>
#include <string.h>

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

/* -- writing -------------------------------------------------------------------------------- */

static assay_status add_part(const json_t *value, buf *out, assay_err *err)
{
    buf text = BUF_INIT;
    assay_status status = jcs_write(value, &text, err);
    if (!status)
        base64_add(out, text.data, text.length, BASE64_URL);
    buf_done(&text);
    return status;
}

assay_status jws_write(const json_t *payload, const jws_signer *signer, buf *out, assay_err *err)
{
    uint8_t signature[RSA_BYTES_MAX];
    size_t used = 0;
    buf text = BUF_INIT;
    json_t *header = json_pack("{s:s, s:s, s:s}", "alg", "RS256", "kid", signer->kid, "typ", "JWT");
    assay_status status = header ? add_part(header, &text, err)
                                 : assay_fail(err, ASSAY_MEMORY, 0, "no memory for a signature");
    buf_add_char(&text, '.');
    if (!status)
        status = add_part(payload, &text, err);
    if (!status && text.failed)
        status = assay_fail(err, ASSAY_MEMORY, 0, "no memory for a signature");
    if (!status)
        status = signer->sign(signer->context, text.data, text.length, signature, &used, err);
    if (!status && used * 8 < RSA_BITS_WRITE)
        status = assay_fail(err, ASSAY_LIMIT, 0, "the RSA key has %zu bits, %d are needed",
                            used * 8, RSA_BITS_WRITE);
    if (!status) {
        buf_add_char(&text, '.');
        base64_add(&text, signature, used, BASE64_URL);
        buf_add(out, buf_text(&text), text.length);
        if (text.failed || out->failed)
            status = assay_fail(err, ASSAY_MEMORY, 0, "no memory for a signature");
    }
    json_decref(header);
    buf_done(&text);
    return status;
}

/* -- reading -------------------------------------------------------------------------------- */

static void trim(const char **text, size_t *length)
{
    while (*length && strchr(" \t\r\n", **text) && **text)
        ++*text, --*length;
    while (*length && strchr(" \t\r\n", (*text)[*length - 1]) && (*text)[*length - 1])
        --*length;
}

bool jws_is(const char *text, size_t length)
{
    size_t dots = 0;
    trim(&text, &length);
    for (size_t i = 0; i < length; i++) {
        char c = text[i];
        bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                         (c >= '0' && c <= '9') || c == '-' || c == '_';
        if (!is_letter && c != '.')
            return false;
        dots += c == '.';
    }
    return dots == 2 && length > 2 && text[0] != '.';
}

/* The object in base64url; ASSAY_FORMAT. */
static assay_status read_part(const char *text, size_t length, const char *name, json_t **out,
                              assay_err *err)
{
    size_t used;
    char *bytes = malloc(length + 1);
    json_t *value = NULL;
    if (!bytes)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for a signed text");
    assay_status status = base64_read(text, length, BASE64_URL, bytes, length, &used)
                              ? jcs_read(bytes, used, &value, err)
                              : assay_fail(err, ASSAY_FORMAT, 0, "the %s is not base64url", name);
    free(bytes);
    if (!status && !json_is_object(value)) {
        json_decref(value);
        status = assay_fail(err, ASSAY_FORMAT, 0, "the %s is not a JSON object", name);
    }
    if (!status)
        *out = value;
    return status;
}

static assay_status check_header(const json_t *header, bool is_bare, assay_err *err)
{
    size_t known = 1;
    const json_t *typ = json_object_get(header, "typ"), *key = json_object_get(header, "jwk");
    bool has_kid = *text_of(header, "kid");
    if (!*text_of(header, "alg"))
        return assay_fail(err, ASSAY_FORMAT, 0, "the header names no algorithm");
    if ((has_kid || !is_bare) && has_kid == json_is_object(key))
        return assay_fail(err, ASSAY_FORMAT, 0, "the header has not exactly one of kid and jwk");
    if (typ && strcmp(text_of(header, "typ"), "JWT") != 0)
        return assay_fail(err, ASSAY_FORMAT, 0, "the header's typ is not JWT");
    known += (typ != NULL) + (key != NULL) + (json_object_get(header, "kid") != NULL);
    if (json_object_size(header) != known)
        return assay_fail(err, ASSAY_UNSUPPORTED, 0,
                          "the header has members other than alg, kid, jwk and typ");
    return ASSAY_OK;
}

static assay_status read_signature(const char *text, size_t length, jws *out, assay_err *err)
{
    if (base64_read(text, length, BASE64_URL, out->signature, sizeof out->signature,
                    &out->signature_length) &&
        out->signature_length)
        return ASSAY_OK;
    return assay_fail(err, ASSAY_FORMAT, 0, "the signature is not base64url of at most %d bytes",
                      RSA_BYTES_MAX);
}

assay_status jws_read(const char *text, size_t length, bool is_bare, jws *out, assay_err *err)
{
    jws j = {0};
    trim(&text, &length);
    if (length > JWS_MAX)
        return assay_fail(err, ASSAY_LIMIT, 0, "a signed text of %zu bytes; at most %d are read",
                          length, JWS_MAX);
    if (!jws_is(text, length))
        return assay_fail(err, ASSAY_FORMAT, 0, "not three parts of base64url");
    size_t header = (size_t)((const char *)memchr(text, '.', length) - text);
    size_t payload = (size_t)((const char *)memrchr(text, '.', length) - text);
    assay_status status = read_part(text, header, "header", &j.header, err);
    if (!status)
        status = check_header(j.header, is_bare, err);
    if (!status) {
        status = read_part(text + header + 1, payload - header - 1, "payload", &j.payload, err);
        if (status == ASSAY_FORMAT && is_bare)
            status = ASSAY_OK;
    }
    if (!status)
        status = read_signature(text + payload + 1, length - payload - 1, &j, err);
    if (status) {
        jws_done(&j);
        return status;
    }
    j.input = text;
    j.input_length = payload;
    *out = j;
    return ASSAY_OK;
}

void jws_done(jws *j)
{
    json_decref(j->header);
    json_decref(j->payload);
    *j = (jws){0};
}

/* -- verifying ------------------------------------------------------------------------------- */

static assay_status wrong(assay_err *err)
{
    return assay_fail(err, ASSAY_CONFLICT, 0, "the signature does not hold");
}

/* Without memory libcrypto says no, too: a signature that is wrong has the RSA code's own word for it. */
static assay_status rsa_verify(const jws *j, EVP_PKEY *key, assay_err *err)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    ERR_clear_error();
    bool is_begun = context && EVP_DigestVerifyInit(context, NULL, EVP_sha256(), NULL, key) == 1;
    bool is_good = is_begun && EVP_DigestVerify(context, j->signature, j->signature_length,
                                                (const uint8_t *)j->input, j->input_length) == 1;
    bool is_wrong = false;
    for (unsigned long code; (code = ERR_get_error());)
        is_wrong = is_wrong || (ERR_GET_LIB(code) == ERR_LIB_RSA && ERR_GET_REASON(code) != ERR_R_MALLOC_FAILURE);
    EVP_MD_CTX_free(context);
    return is_good ? ASSAY_OK : is_wrong ? wrong(err) : assay_fail(err, ASSAY_MEMORY, 0, "no memory for a signature");
}

assay_status jws_verify(const jws *j, const jwk *key, assay_err *err)
{
    const char *alg = text_of(j->header, "alg");
    if (strcmp(alg, jwk_algorithm(key)) != 0)
        return assay_fail(err, ASSAY_UNSUPPORTED, 0,
                          "the header says \"%.20s\", but the key is for %s", alg,
                          jwk_algorithm(key));
    if (key->rsa)
        return rsa_verify(j, key->rsa, err);
    return j->signature_length == 64 && ed25519_verify(key->ed25519, j->input, j->input_length, j->signature) ? ASSAY_OK
                                                                                                              : wrong(err);
}
