/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ledger/signer_keys.h"

#include "base/base64.h"
#include "base/i18n.h"
#include "base/time.h"
#include "ledger/durable.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char head[] = "assay-keys v1\n";
enum { RSA_BITS = 3072, SECRET_MAX = 4096 };

const char *signer_use_name(signer_use use)
{
    static const char *const names[SIGNER_USES] = {"log", "witness", "credential", "rsa"};
    return names[use];
}

/* -- one line ------------------------------------------------------------------------------ */

typedef struct {
    signer_use use;
    char name[NOTE_NAME_MAX + 1];
    uint8_t secret[SECRET_MAX];
    size_t length;
} key_line;

static bool use_of(const char *text, size_t length, signer_use *out)
{
    for (int u = 0; u < SIGNER_USES; u++) {
        const char *name = signer_use_name((signer_use)u);
        if (strlen(name) == length && memcmp(name, text, length) == 0) {
            *out = (signer_use)u;
            return true;
        }
    }
    return false;
}

static bool parse_line(const char *line, size_t length, key_line *out)
{
    const char *part[4];
    size_t size[4];
    const char *end = line + length;
    for (int i = 0; i < 4; i++) {
        const char *stop = i < 3 ? memchr(line, ' ', (size_t)(end - line)) : end;
        if (!stop || stop == line)
            return false;
        part[i] = line;
        size[i] = (size_t)(stop - line);
        line = i < 3 ? stop + 1 : stop;
    }
    if (!use_of(part[0], size[0], &out->use) || size[1] > NOTE_NAME_MAX ||
        !base64_read(part[3], size[3], BASE64_STANDARD, out->secret, sizeof out->secret,
                     &out->length))
        return false;
    memcpy(out->name, part[1], size[1]);
    out->name[size[1]] = '\0';
    return out->use == SIGNER_RSA || out->length == 32;
}

static EVP_PKEY *rsa_of(const uint8_t *der, size_t length)
{
    const unsigned char *at = der;
    EVP_PKEY *key = d2i_AutoPrivateKey(NULL, &at, (long)length);
    if (key && EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA && EVP_PKEY_get_bits(key) >= 2048 &&
        EVP_PKEY_get_bits(key) <= 8 * SIGNER_RSA_MAX)
        return key;
    EVP_PKEY_free(key);
    return NULL;
}

static void retire(key_ring *k)
{
    size_t keep = k->retired_count < SIGNER_RETIRED_MAX ? k->retired_count : SIGNER_RETIRED_MAX - 1;
    memmove(k->retired + 1, k->retired, keep * sizeof *k->retired);
    k->retired[0] = k->log.public;
    k->retired_count = keep + 1;
}

static assay_status take_line(key_ring *k, const key_line *l, assay_err *err)
{
    uint8_t public[32];
    switch (l->use) {
    case SIGNER_LOG:
        if (k->log.public.type)
            retire(k);
        return note_signer_of(l->name, NOTE_ED25519, l->secret, &k->log, err);
    case SIGNER_WITNESS:
        return note_signer_of(l->name, NOTE_COSIGNATURE, l->secret, &k->witness, err);
    case SIGNER_CREDENTIAL:
        k->has_credential = crypto_sign_seed_keypair(public, k->credential, l->secret) == 0;
        return k->has_credential ? ASSAY_OK : assay_fail(err, ASSAY_IO, 0, "libsodium makes no key of its seed");
    default:
        EVP_PKEY_free(k->rsa);
        k->rsa = rsa_of(l->secret, l->length);
        return k->rsa ? ASSAY_OK
                      : assay_fail(err, ASSAY_FORMAT, 0, "not an RSA key of 2048 to 4096 bits");
    }
}

/* -- the file ------------------------------------------------------------------------------ */

assay_status keys_parse(const char *text, size_t length, key_ring *out, assay_err *err)
{
    key_ring k = {.has_credential = false};
    key_line line;
    assay_status status = ASSAY_OK;
    size_t at = sizeof head - 1;
    if (length < at || memcmp(text, head, at) != 0)
        return assay_fail(err, ASSAY_FORMAT, 0, "not a file of keys: it does not begin with \"%.13s\"",
                          head);
    for (uint64_t row = 2; at < length && status == ASSAY_OK; row++) {
        const char *stop = memchr(text + at, '\n', length - at);
        if (!stop || row > KEYS_MAX || !parse_line(text + at, (size_t)(stop - text) - at, &line))
            status = assay_fail(err, ASSAY_FORMAT, 0, "line %llu is no key", (unsigned long long)row);
        else
            status = take_line(&k, &line, err);
        at = stop ? (size_t)(stop - text) + 1 : length;
    }
    sodium_memzero(&line, sizeof line);
    if (status == ASSAY_OK)
        *out = k;
    else
        keys_done(&k);
    return status;
}

/* Others must not be able to read it; that they could is an error, not a warning. */
static assay_status check_mode(const char *path, assay_err *err)
{
    struct stat s;
    if (stat(path, &s) != 0)
        return assay_fail(err, errno == ENOENT ? ASSAY_NOT_FOUND : ASSAY_IO, 0, "%s: %s", path,
                          strerror(errno));
    if (s.st_mode & 077) {
        assay_fail(err, ASSAY_DOMAIN, 0, "%s holds keys and others may read or write it (mode %o)",
                   path, (unsigned)s.st_mode & 0777);
        return assay_hint(err, "chmod 600 %s", path);
    }
    return ASSAY_OK;
}

static assay_status read_keys(const char *path, buf *text, assay_err *err)
{
    assay_status status = check_mode(path, err);
    return status != ASSAY_OK ? status : durable_read(path, KEYS_FILE_MAX, text, err);
}

static void wipe(buf *b)
{
    if (b->data)
        sodium_memzero(b->data, b->room);
    buf_done(b);
}

assay_status keys_load(const char *path, key_ring *out, assay_err *err)
{
    buf text = BUF_INIT;
    assay_status status = read_keys(path, &text, err);
    if (status == ASSAY_OK)
        status = keys_parse(buf_text(&text), text.length, out, err);
    wipe(&text);
    return status;
}

void keys_done(key_ring *k)
{
    EVP_PKEY_free(k->rsa);
    sodium_memzero(k, sizeof *k);
}

/* -- adding and exporting ------------------------------------------------------------------- */

static assay_status new_secret(signer_use use, uint8_t *out, size_t *length, assay_err *err)
{
    if (use != SIGNER_RSA) {
        randombytes_buf(out, 32);
        *length = 32;
        return ASSAY_OK;
    }
    EVP_PKEY *key = EVP_RSA_gen(RSA_BITS);
    unsigned char *at = out;
    int size = key ? i2d_PrivateKey(key, NULL) : -1;
    if (size > 0 && size <= SECRET_MAX)
        *length = (size_t)i2d_PrivateKey(key, &at);
    EVP_PKEY_free(key);
    return size > 0 && size <= SECRET_MAX ? ASSAY_OK
                                          : assay_fail(err, ASSAY_IO, 0, "cannot make an RSA key");
}

static int no_passphrase(char *out, int room, int is_writing, void *context)
{
    (void)out, (void)room, (void)is_writing, (void)context;
    return -1;
}

static assay_status secret_of_pem(signer_use use, const char *pem, uint8_t *out, size_t *length,
                                  assay_err *err)
{
    BIO *in = BIO_new_mem_buf(pem, -1);
    EVP_PKEY *key = in ? PEM_read_bio_PrivateKey(in, NULL, no_passphrase, NULL) : NULL;
    unsigned char *at = out;
    bool is_fine = false;
    *length = 32;
    if (key && use != SIGNER_RSA)
        is_fine = EVP_PKEY_get_base_id(key) == EVP_PKEY_ED25519 &&
                  EVP_PKEY_get_raw_private_key(key, out, length) == 1;
    else if (key && EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA && i2d_PrivateKey(key, NULL) <= SECRET_MAX) {
        *length = (size_t)i2d_PrivateKey(key, &at);
        is_fine = true;
    }
    EVP_PKEY_free(key);
    BIO_free(in);
    if (is_fine)
        return ASSAY_OK;
    assay_fail(err, ASSAY_FORMAT, 0, "not a private key in PEM (%s)",
               use == SIGNER_RSA ? "RSA" : "Ed25519");
    return assay_hint(err, _("without a passphrase: openssl pkey -in FILE takes one away"));
}

static void add_line(buf *text, signer_use use, const char *name, const uint8_t *secret,
                     size_t length)
{
    char when[40];
    time_format(time_now(), TIME_OFFSET_NONE, when, sizeof when);
    buf_addf(text, "%s %s %s ", signer_use_name(use), name, when);
    base64_add(text, secret, length, BASE64_STANDARD);
    buf_add_char(text, '\n');
}

assay_status signer_file_add(const char *path, signer_use use, const char *name, const char *pem,
                             assay_err *err)
{
    uint8_t secret[SECRET_MAX] = {0};
    size_t length = 0;
    key_ring checked = {.has_credential = false};
    buf text = BUF_INIT;
    if (sodium_init() < 0)
        return assay_fail(err, ASSAY_IO, 0, "no random numbers from the system");
    note_signer named; /* the form of the name is that of every key */
    assay_status status = note_signer_of(name, NOTE_ED25519, secret, &named, err);
    sodium_memzero(&named, sizeof named);
    if (status == ASSAY_OK)
        status = read_keys(path, &text, err);
    if (status == ASSAY_NOT_FOUND) {
        buf_add_text(&text, head);
        status = ASSAY_OK;
    }
    if (status == ASSAY_OK)
        status = pem ? secret_of_pem(use, pem, secret, &length, err)
                     : new_secret(use, secret, &length, err);
    if (status == ASSAY_OK) {
        add_line(&text, use, name, secret, length);
        status = text.failed ? assay_fail(err, ASSAY_MEMORY, 0, "no memory for keys")
                             : keys_parse(text.data, text.length, &checked, err);
    }
    if (status == ASSAY_OK)
        status = durable_write(path, 0600, text.data, text.length, err);
    keys_done(&checked);
    sodium_memzero(secret, sizeof secret);
    wipe(&text);
    return status;
}

/* Out of the ring. */
static assay_status take_key(key_ring *k, const char *path, signer_use use, EVP_PKEY **out, assay_err *err)
{
    const uint8_t *seed = use == SIGNER_LOG && k->log.public.type ? k->log.secret
                          : use == SIGNER_WITNESS && k->witness.public.type ? k->witness.secret
                          : use == SIGNER_CREDENTIAL && k->has_credential   ? k->credential
                                                                            : NULL;
    *out = use == SIGNER_RSA ? k->rsa : NULL;
    if (!*out && !seed)
        return assay_fail(err, ASSAY_NOT_FOUND, 0, "%s has no key for %s", path, signer_use_name(use));
    if (*out)
        k->rsa = NULL;
    else
        *out = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, 32);
    return *out ? ASSAY_OK : assay_fail(err, ASSAY_MEMORY, 0, "no memory for a key");
}

static bool write_pem(EVP_PKEY *key, const char *passphrase, buf *out)
{
    BIO *memory = BIO_new(BIO_s_mem());
    const EVP_CIPHER *cipher = passphrase ? EVP_aes_256_cbc() : NULL;
    char *bytes;
    bool is_fine =
        memory && PEM_write_bio_PKCS8PrivateKey(memory, key, cipher, NULL, 0, NULL, (void *)(uintptr_t)passphrase) == 1;
    if (is_fine) {
        long length = BIO_get_mem_data(memory, &bytes);
        buf_add(out, bytes, (size_t)length);
        sodium_memzero(bytes, (size_t)length);
    }
    BIO_free(memory);
    return is_fine && !out->failed;
}

assay_status signer_file_export(const char *path, signer_use use, const char *passphrase, buf *out,
                                assay_err *err)
{
    key_ring k;
    assay_status status = keys_load(path, &k, err);
    if (status != ASSAY_OK)
        return status;
    EVP_PKEY *key = NULL;
    status = take_key(&k, path, use, &key, err);
    if (status == ASSAY_OK && !write_pem(key, passphrase, out))
        status = assay_fail(err, ASSAY_MEMORY, 0, "cannot write the key");
    EVP_PKEY_free(key);
    keys_done(&k);
    return status;
}
