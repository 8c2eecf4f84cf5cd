/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keys of persons.
 *
 * A key is the secret of a document that leaves no record and can be dropped without a trace; the
 * store overwrites what it deletes. A backup made before keeps the key: backups expire. */
#include "scheme/party_inner.h"

#include "base/base64.h"
#include "base/jcs.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEY_KIND   "party.key"
#define INDEX_KIND "party.index"

enum {
    KEY = crypto_aead_xchacha20poly1305_ietf_KEYBYTES,
    NONCE = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
    TAG = crypto_aead_xchacha20poly1305_ietf_ABYTES,
    SEALED_MAX = 256 << 10,
};

/* -- keys ----------------------------------------------------------------------------- */

static bool key_read(const store_document *d, uint8_t key[static KEY])
{
    size_t used;
    return d->secret && base64_read(d->secret, strlen(d->secret), BASE64_STANDARD, key, KEY,
                                    &used) && used == KEY;
}

/* ASSAY_NOT_FOUND: there is none, and tx is NULL. */
static assay_status key_of(store_tx *tx, store *s, const char *kind, const char *name,
                           uint8_t key[static KEY], assay_err *err)
{
    store_document d;
    if (sodium_init() < 0)
        return assay_fail(err, ASSAY_IO, 0, "libsodium cannot be used");
    assay_status status = store_document_get(s, kind, name, &d, err);
    if (!status && !key_read(&d, key))
        return assay_fail(err, ASSAY_DAMAGED, 0, "the key of %s is damaged", name);
    if (status != ASSAY_NOT_FOUND || !tx)
        return status;
    buf text = BUF_INIT;
    randombytes_buf(key, KEY);
    base64_add(&text, key, KEY, BASE64_STANDARD);
    status = store_document_touch(tx, kind, name, "{}", buf_text(&text), err);
    sodium_memzero(text.data, text.length);
    buf_done(&text);
    return status;
}

bool secret_is_there(store *s, const object_id *owner)
{
    char name[ID_TEXT];
    uint8_t key[KEY];
    id_text(owner, name);
    bool is_there = key_of(NULL, s, KEY_KIND, name, key, NULL) == ASSAY_OK;
    sodium_memzero(key, sizeof key);
    return is_there;
}

assay_status secret_destroy(store_tx *tx, const object_id *owner, assay_err *err)
{
    char name[ID_TEXT];
    id_text(owner, name);
    return store_document_drop(tx, KEY_KIND, name, err);
}

/* -- sealing -------------------------------------------------------------------------- */

static void bind_text(const object_id *owner, const char *about, buf *out)
{
    buf_add_text(out, "assay/party/v1\n");
    buf_add(out, owner->bytes, sizeof owner->bytes);
    buf_add_text(out, about);
}

/* Nonce and cipher text; the caller's to free. NULL: memory. */
static uint8_t *encrypt(const uint8_t *key, const buf *bound, const void *plain, size_t length,
                        size_t *out)
{
    uint8_t *room = malloc(NONCE + length + TAG);
    unsigned long long made = 0;
    if (!room)
        return NULL;
    randombytes_buf(room, NONCE);
    crypto_aead_xchacha20poly1305_ietf_encrypt(room + NONCE, &made, plain, length,
                                               (const uint8_t *)bound->data, bound->length, NULL,
                                               room, key);
    *out = NONCE + (size_t)made;
    return room;
}

assay_status secret_seal(store_tx *tx, store *s, const object_id *owner, const char *about,
                         const json_t *value, buf *out, assay_err *err)
{
    char name[ID_TEXT];
    uint8_t key[KEY];
    buf bound = BUF_INIT, plain = BUF_INIT;
    id_text(owner, name);
    assay_status status = key_of(tx, s, KEY_KIND, name, key, err);
    if (!status)
        status = jcs_write(value, &plain, err);
    if (!status && plain.length > SEALED_MAX)
        status = assay_fail(err, ASSAY_LIMIT, 0, "personal data have at most %d bytes", SEALED_MAX);
    bind_text(owner, about, &bound);
    size_t length = 0;
    uint8_t *bytes =
        status || bound.failed ? NULL : encrypt(key, &bound, plain.data, plain.length, &length);
    if (bytes)
        base64_add(out, bytes, length, BASE64_STANDARD);
    free(bytes);
    if (!status && (!bytes || out->failed))
        status = assay_fail(err, ASSAY_MEMORY, 0, "no memory to encrypt");
    if (plain.data)
        sodium_memzero(plain.data, plain.length);
    sodium_memzero(key, sizeof key);
    buf_done(&bound);
    buf_done(&plain);
    return status;
}

/* Into plain[length]; false: not what was sealed with this key. */
static bool decrypt(const uint8_t *key, const buf *bound, const uint8_t *bytes, size_t length,
                    uint8_t *plain, size_t *out)
{
    unsigned long long n = 0;
    bool is_fine = !bound->failed && length > NONCE + TAG &&
                   crypto_aead_xchacha20poly1305_ietf_decrypt(
                       plain, &n, NULL, bytes + NONCE, length - NONCE,
                       (const uint8_t *)bound->data, bound->length, bytes, key) == 0;
    *out = (size_t)n;
    return is_fine;
}

static json_t *decrypt_value(const uint8_t *key, const buf *bound, const uint8_t *bytes,
                             size_t length)
{
    uint8_t *plain = malloc(length + 1);
    size_t n = 0;
    json_t *value = NULL;
    if (plain && decrypt(key, bound, bytes, length, plain, &n))
        value = json_loadb((const char *)plain, n, JSON_DECODE_ANY, NULL);
    if (plain)
        sodium_memzero(plain, n);
    free(plain);
    return value;
}

assay_status secret_open(store *s, const object_id *owner, const char *about, const char *sealed,
                         json_t **out, assay_err *err)
{
    char name[ID_TEXT];
    uint8_t key[KEY];
    size_t room = strlen(sealed), used = 0;
    uint8_t *bytes = malloc(room + 1);
    buf bound = BUF_INIT;
    json_t *value = NULL;
    id_text(owner, name);
    assay_status status = bytes ? key_of(NULL, s, KEY_KIND, name, key, err)
                                : assay_fail(err, ASSAY_MEMORY, 0, "no memory to decrypt");
    if (!status) {
        bind_text(owner, about, &bound);
        if (base64_read(sealed, room, BASE64_STANDARD, bytes, room, &used))
            value = decrypt_value(key, &bound, bytes, used);
        if (!value)
            status = assay_fail(err, ASSAY_DAMAGED, 0,
                                "what was sealed for %s cannot be opened with its key", name);
        sodium_memzero(key, sizeof key);
    }
    if (status == ASSAY_NOT_FOUND)
        status = ASSAY_OK; /* forgotten */
    if (!status)
        *out = value;
    free(bytes);
    buf_done(&bound);
    return status;
}

/* -- bytes ------------------------------------------------------------------------------ */

assay_status secret_seal_bytes(store_tx *tx, store *s, const object_id *owner, const char *about,
                               const void *plain, size_t length, buf *out, assay_err *err)
{
    char name[ID_TEXT];
    uint8_t key[KEY], *bytes = NULL;
    size_t made = 0;
    buf bound = BUF_INIT;
    id_text(owner, name);
    assay_status status = key_of(tx, s, KEY_KIND, name, key, err);
    bind_text(owner, about, &bound);
    if (!status && !bound.failed)
        bytes = encrypt(key, &bound, plain, length, &made);
    sodium_memzero(key, sizeof key);
    if (bytes)
        buf_add(out, bytes, made);
    if (!status && (!bytes || out->failed))
        status = assay_fail(err, ASSAY_MEMORY, 0, "no memory to encrypt");
    free(bytes);
    buf_done(&bound);
    return status;
}

assay_status secret_open_bytes(store *s, const object_id *owner, const char *about,
                               const void *sealed, size_t length, buf *out, assay_err *err)
{
    char name[ID_TEXT];
    uint8_t key[KEY], *plain = malloc(length + 1);
    size_t n = 0;
    buf bound = BUF_INIT;
    id_text(owner, name);
    assay_status status = plain ? key_of(NULL, s, KEY_KIND, name, key, err)
                                : assay_fail(err, ASSAY_MEMORY, 0, "no memory to decrypt");
    bind_text(owner, about, &bound);
    if (!status && !decrypt(key, &bound, sealed, length, plain, &n))
        status = assay_fail(err, ASSAY_DAMAGED, 0,
                            "what was sealed for %s cannot be opened with its key", name);
    sodium_memzero(key, sizeof key);
    buf_clear(out);
    if (!status)
        buf_add(out, plain, n);
    if (plain)
        sodium_memzero(plain, n);
    free(plain);
    buf_done(&bound);
    return !status && out->failed ? assay_fail(err, ASSAY_MEMORY, 0, "no memory to decrypt")
                                  : status;
}

/* -- words of lists --------------------------------------------------------------------- */

assay_status secret_word(store_tx *tx, store *s, const char *text, char out[static 33],
                         assay_err *err)
{
    uint8_t key[KEY], digest[16];
    out[0] = '\0';
    assay_status status = key_of(tx, s, INDEX_KIND, "words", key, err);
    if (status == ASSAY_NOT_FOUND && !tx)
        return ASSAY_OK;
    if (status)
        return status;
    crypto_generichash(digest, sizeof digest, (const uint8_t *)text, strlen(text), key, KEY);
    sodium_bin2hex(out, 33, digest, sizeof digest);
    sodium_memzero(key, sizeof key);
    return ASSAY_OK;
}
