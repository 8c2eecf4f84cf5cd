/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A key as libcrypto and libsodium take it. */
#ifndef LEDGER_JWT_INNER_H
#define LEDGER_JWT_INNER_H

#include "ledger/jwt.h"

#include <openssl/evp.h>

struct jwk {
    EVP_PKEY *rsa; /* NULL: Ed25519 */
    uint8_t ed25519[32];
};

#endif
