/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Compact JWS (RFC 7515) as VC-JWT uses it: HEADER.PAYLOAD.SIGNATURE in base64url.
 *
 * RS256 is written (RSA of 3072 bits or more) and read (2048 or more); EdDSA (Ed25519) is read. The
 * kind of key decides, never the header: a header that names another algorithm, or "none", is
 * refused. Views live as long as the parsed value.
 */
#ifndef LEDGER_JWT_H
#define LEDGER_JWT_H

#include "base/buf.h"

#include <assay/err.h>
#include <stdint.h>

typedef struct json_t json_t; /* of jansson, whose header is not for all */

enum { JWS_MAX = 4 << 20, RSA_BYTES_MAX = 1024, RSA_BITS_WRITE = 3072, RSA_BITS_READ = 2048 };

/* -- keys: JWK (RFC 7517), public ones only ------------------------------------------------- */

typedef struct jwk jwk;
/* {"kty":"RSA","n","e"} or {"kty":"OKP","crv":"Ed25519","x"}. A private member is refused. */
ASSAY_MUST_USE assay_status jwk_read(const json_t *value, jwk **out, assay_err *err);
void jwk_free(jwk *k);
const char *jwk_algorithm(const jwk *k); /* "RS256" or "EdDSA" */
/* Of a public RSA key: modulus and exponent, big endian. */
ASSAY_MUST_USE assay_status jwk_write_rsa(const uint8_t *n, size_t n_length, const uint8_t *e,
                                          size_t e_length, json_t **out, assay_err *err);
/* SHA-256 thumbprint (RFC 7638) in base64url, for key ids. */
enum { JWK_THUMBPRINT = 44 };
ASSAY_MUST_USE assay_status jwk_thumbprint(const json_t *value, char out[JWK_THUMBPRINT],
                                           assay_err *err);
/* The same public key, whatever else stands beside it? */
bool jwk_same(const json_t *a, const json_t *b);

/* -- JWS ----------------------------------------------------------------------------------------
 */

/* Signs `length` bytes with RSASSA-PKCS1-v1_5 and SHA-256. */
typedef assay_status jws_sign(void *context, const void *input, size_t length,
                              uint8_t out[RSA_BYTES_MAX], size_t *used, assay_err *err);
typedef struct {
    const char *kid; /* URL of the JWK */
    jws_sign *sign;
    void *context;
} jws_signer;

/* {"alg":"RS256","kid","typ":"JWT"} and the payload in canonical form. */
ASSAY_MUST_USE assay_status jws_write(const json_t *payload, const jws_signer *signer, buf *out,
                                      assay_err *err);

typedef struct {
    json_t *header, *payload; /* objects */
    const char *input;        /* what is signed: a view of the text */
    size_t input_length;
    uint8_t signature[RSA_BYTES_MAX];
    size_t signature_length;
} jws;

/* Does it look like one: three parts of base64url? */
bool jws_is(const char *text, size_t length);
/* Blanks at the ends are passed over. The header has alg, one of kid and jwk, optionally typ "JWT",
 * and nothing else; `is_bare`: kid may be missing too, and the payload be no JSON (payload NULL).
 */
ASSAY_MUST_USE assay_status jws_read(const char *text, size_t length, bool is_bare, jws *out,
                                     assay_err *err);
void jws_done(jws *j);
/* ASSAY_UNSUPPORTED: alg is not that of the key. ASSAY_CONFLICT: the signature does not hold. */
ASSAY_MUST_USE assay_status jws_verify(const jws *j, const jwk *key, assay_err *err);

/* -- VC-JWT: the credential and the claims that repeat it -----------------------------------------
 */

/* A copy with iss, jti, sub, nbf and exp added; ASSAY_MISSING: the credential has no subject id. */
ASSAY_MUST_USE assay_status jwt_claims_add(const json_t *credential, json_t **out, assay_err *err);
/* Take them out again; ASSAY_CONFLICT: one differs from what the credential says. */
ASSAY_MUST_USE assay_status jwt_claims_check(json_t *payload, assay_err *err);

#endif
