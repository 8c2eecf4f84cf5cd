/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An RSA key made for a test, and a signer with it. */
#ifndef TEST_RSA_KEY_H
#define TEST_RSA_KEY_H

#include "check.h"
#include "ledger/jwt.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

static inline EVP_PKEY *rsa_new(unsigned bits)
{
    EVP_PKEY *key = EVP_RSA_gen(bits);
    assert_non_null(key);
    return key;
}

static inline json_t *rsa_public(EVP_PKEY *key)
{
    BIGNUM *n = NULL, *e = NULL;
    uint8_t modulus[RSA_BYTES_MAX], exponent[16];
    json_t *value;
    assert_int_equal(EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_N, &n), 1);
    assert_int_equal(EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_E, &e), 1);
    size_t n_length = (size_t)BN_bn2bin(n, modulus), e_length = (size_t)BN_bn2bin(e, exponent);
    assert_int_equal(jwk_write_rsa(modulus, n_length, exponent, e_length, &value, NULL), ASSAY_OK);
    BN_free(n);
    BN_free(e);
    return value;
}

static inline assay_status rsa_sign(void *context, const void *input, size_t length,
                                    uint8_t out[RSA_BYTES_MAX], size_t *used, assay_err *err)
{
    EVP_MD_CTX *c = EVP_MD_CTX_new();
    (void)err;
    *used = RSA_BYTES_MAX;
    assert_int_equal(EVP_DigestSignInit(c, NULL, EVP_sha256(), NULL, context), 1);
    assert_int_equal(EVP_DigestSign(c, out, used, input, length), 1);
    EVP_MD_CTX_free(c);
    return ASSAY_OK;
}

#endif
