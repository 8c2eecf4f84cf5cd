/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A key is drawn for one payload and never seals another, so the nonce may be zero: what must not
 * come twice is the pair of the two. */
#include "store/payload.h"

#include <pthread.h>
#include <sodium.h>
#include <string.h>

_Static_assert(PAYLOAD_KEY == crypto_aead_chacha20poly1305_ietf_KEYBYTES &&
                   PAYLOAD_TAG == crypto_aead_chacha20poly1305_ietf_ABYTES,
               "sizes of ChaCha20-Poly1305");

static const uint8_t nonce[crypto_aead_chacha20poly1305_ietf_NPUBBYTES];
static const char prefix[] = "assay/payload/v1\n";

enum { BOUND = sizeof prefix - 1 + 8 };

static void choose_kernels(void)
{
    (void)!sodium_init(); /* without it libsodium works as well, but slowly */
}

static void bind(int64_t sequence, uint8_t out[static BOUND])
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, choose_kernels);
    memcpy(out, prefix, sizeof prefix - 1);
    for (int i = 0; i < 8; i++)
        out[BOUND - 8 + i] = (uint8_t)((uint64_t)sequence >> (56 - 8 * i));
}

void payload_seal(int64_t sequence, const uint8_t key[static PAYLOAD_KEY], const void *payload,
                  size_t length, buf *out)
{
    uint8_t bound[BOUND];
    unsigned long long made;
    if (!buf_reserve(out, length + PAYLOAD_TAG))
        return;
    bind(sequence, bound);
    crypto_aead_chacha20poly1305_ietf_encrypt((uint8_t *)out->data + out->length, &made, payload,
                                              length, bound, sizeof bound, NULL, nonce, key);
    out->length += (size_t)made;
}

bool payload_open(int64_t sequence, const uint8_t key[static PAYLOAD_KEY], const void *sealed,
                  size_t length, buf *out)
{
    uint8_t bound[BOUND];
    unsigned long long made;
    if (length < PAYLOAD_TAG || !buf_reserve(out, length))
        return false;
    bind(sequence, bound);
    if (crypto_aead_chacha20poly1305_ietf_decrypt((uint8_t *)out->data + out->length, &made, NULL,
                                                  sealed, length, bound, sizeof bound, nonce, key))
        return false;
    out->length += (size_t)made;
    out->data[out->length] = '\0';
    return true;
}
