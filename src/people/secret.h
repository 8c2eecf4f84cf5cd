/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Random secrets, their digests, one-time codes. */
#ifndef PEOPLE_SECRET_H
#define PEOPLE_SECRET_H

#include <assay/err.h>

#include <stdbool.h>
#include <stdint.h>

/* 2 n hexadecimal digits of n random bytes, n <= 32, and a NUL. */
ASSAY_MUST_USE assay_status secret_new(size_t n, char *out, assay_err *err);
ASSAY_MUST_USE assay_status secret_digest(const char *secret, uint8_t out[32], assay_err *err);

/* TOTP (RFC 6238 over RFC 4226): 20 random bytes in base32, and the code of a step of 30 seconds.
 */
ASSAY_MUST_USE assay_status totp_new(char out[33], assay_err *err);
/* False: the secret is not base32 of 20 bytes. */
bool totp_code(const char *secret, uint64_t step, char out[7]);
/* The step whose code this is, within one step of `now_ns` and after `last`; 0: none. */
uint64_t totp_step(const char *secret, const char *code, int64_t now_ns, uint64_t last);

#endif
