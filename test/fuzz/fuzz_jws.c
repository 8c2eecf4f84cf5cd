/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Signed texts, the keys in them and the claims they repeat, without the arithmetic of signatures.
 * An input that begins with { is header, payload and signature, a line each, and put together here;
 * any other is the text itself. What is taken has one spelling, and a payload written again is read
 * as the same. */
#include "base/base64.h"
#include "fuzz_check.h"
#include "ledger/jwt.h"

#include <jansson.h>

static const uint8_t signature[RSA_BITS_WRITE / 8] = {7};

static void try_rsa(const json_t *value)
{
    uint8_t n[RSA_BYTES_MAX], e[16];
    size_t n_length, e_length;
    json_t *again = NULL;
    const char *modulus = json_string_value(json_object_get(value, "n"));
    const char *exponent = json_string_value(json_object_get(value, "e"));
    check(base64_read(modulus, strlen(modulus), BASE64_URL, n, sizeof n, &n_length));
    check(base64_read(exponent, strlen(exponent), BASE64_URL, e, sizeof e, &e_length));
    check(jwk_write_rsa(n, n_length, e, e_length, &again, NULL) == ASSAY_OK &&
          jwk_same(value, again));
    json_decref(again);
}

static void try_key(const json_t *value)
{
    jwk *k = NULL;
    assay_err err = {0};
    char thumbprint[JWK_THUMBPRINT];
    if (taken(jwk_read(value, &k, &err), &err)) {
        check(jwk_same(value, value) && jwk_thumbprint(value, thumbprint, NULL) == ASSAY_OK);
        if (strcmp(jwk_algorithm(k), "RS256") == 0)
            try_rsa(value);
    }
    jwk_free(k);
}

static void try_claims(json_t *payload)
{
    json_t *bare = json_copy(payload), *full = NULL;
    assay_err err = {0};
    if (taken(jwt_claims_check(bare, &err), &err)) {
        check(jwt_claims_add(bare, &full, NULL) == ASSAY_OK &&
              jwt_claims_check(full, NULL) == ASSAY_OK && json_equal(full, bare));
    } else {
        check(json_equal(bare, payload));
    }
    json_decref(bare);
    json_decref(full);
}

static assay_status seal(void *context, const void *input, size_t length,
                         uint8_t out[RSA_BYTES_MAX], size_t *used, assay_err *err)
{
    (void)context, (void)input, (void)length, (void)err;
    memcpy(out, signature, sizeof signature);
    *used = sizeof signature;
    return ASSAY_OK;
}

static void try_written(const json_t *payload)
{
    jws_signer signer = {"https://example.com/key", seal, NULL};
    buf text = BUF_INIT;
    jws j = {0};
    assay_err err = {0};
    if (taken(jws_write(payload, &signer, &text, &err), &err)) {
        check(jws_read(text.data, text.length, false, &j, NULL) == ASSAY_OK &&
              json_equal(j.payload, payload) && j.signature_length == sizeof signature &&
              memcmp(j.signature, signature, sizeof signature) == 0);
    } else {
        check(err.code == ASSAY_LIMIT); /* too deep */
    }
    jws_done(&j);
    buf_done(&text);
}

/* Between blanks stands what was signed, and the signature as it is written. */
static void same_spelling(const jws *j, const char *text, size_t length)
{
    buf again = BUF_INIT;
    buf_add(&again, j->input, j->input_length);
    buf_add_char(&again, '.');
    base64_add(&again, j->signature, j->signature_length, BASE64_URL);
    size_t before = (size_t)(j->input - text), behind = length - before;
    check(again.length <= behind && memcmp(again.data, j->input, again.length) == 0);
    for (size_t i = 0; i < length; i++)
        check((i >= before && i < before + again.length) ||
              (text[i] && strchr(" \t\r\n", text[i])));
    buf_done(&again);
}

static void try_text(const char *text, size_t length)
{
    jws j = {0}, strict = {0};
    assay_err err = {0};
    if (!taken(jws_read(text, length, true, &j, &err), &err)) {
        check(jws_read(text, length, false, &strict, NULL) != ASSAY_OK);
        return;
    }
    check(jws_is(text, length) && *json_string_value(json_object_get(j.header, "alg")));
    same_spelling(&j, text, length);
    try_key(json_object_get(j.header, "jwk"));
    if (taken(jws_read(text, length, false, &strict, &err), &err))
        check(json_equal(j.header, strict.header) && json_equal(j.payload, strict.payload));
    if (j.payload) {
        try_claims(j.payload);
        try_written(j.payload);
    }
    jws_done(&j);
    jws_done(&strict);
}

static void try_lines(const char *at, size_t left)
{
    buf text = BUF_INIT;
    for (int part = 0; part < 3; part++) {
        const char *end = part < 2 ? memchr(at, '\n', left) : NULL;
        size_t length = end ? (size_t)(end - at) : left;
        if (part)
            buf_add_char(&text, '.');
        base64_add(&text, at, length, BASE64_URL);
        length += end != NULL;
        at += length, left -= length;
    }
    try_text(buf_text(&text), text.length);
    buf_done(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    (size && *data == '{' ? try_lines : try_text)((const char *)data, size);
    return 0;
}
