/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The judgement before a signature. A tree is signed only if it begins with the one signed last for
 * the same use and origin; the new one is durable as the last before the signature leaves, so that
 * a crash can make the signer forget a signature it gave nobody, never one that somebody has. */
#include "ledger/signer_core.h"

#include "base/base64.h"
#include "base/i18n.h"
#include "base/time.h"
#include "ledger/durable.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/rsa.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

enum { STATE_MAX = 1024 };

/* -- state ---------------------------------------------------------------------------------- */

/* One file for each: USE newline, then the text of a checkpoint. */
static assay_status state_path(const signer_core *c, signer_use use, const char *origin,
                               char out[PATH_MAX], assay_err *err)
{
    buf key = BUF_INIT;
    sha256 digest;
    char hex[65];
    buf_addf(&key, "%s\n%s", signer_use_name(use), origin);
    assay_status status = key.failed ? assay_fail(err, ASSAY_MEMORY, 0, "no memory for a path")
                                     : sha256_of(key.data, key.length, &digest, err);
    buf_done(&key);
    if (status != ASSAY_OK)
        return status;
    sha256_to_hex(&digest, hex);
    if ((size_t)snprintf(out, PATH_MAX, "%s/%s", c->state, hex) >= PATH_MAX)
        return assay_fail(err, ASSAY_LIMIT, 0, "the path %.80s... is too long", c->state);
    return ASSAY_OK;
}

assay_status seen_parse(const char *text, size_t length, signer_use use, const char *origin,
                        signer_seen *out, assay_err *err)
{
    checkpoint c;
    const char *name = signer_use_name(use);
    size_t skip = strlen(name) + 1;
    if (length < skip || memcmp(text, name, skip - 1) != 0 || text[skip - 1] != '\n')
        return assay_fail(err, ASSAY_DAMAGED, 0, "the signer's state of %s is not one", origin);
    assay_status status = checkpoint_parse(text + skip, length - skip, &c, err);
    if (status != ASSAY_OK || strcmp(c.origin, origin) != 0)
        return assay_fail(err, ASSAY_DAMAGED, 0, "the signer's state of %s is damaged", origin);
    *out = (signer_seen){c.size, c.root};
    return ASSAY_OK;
}

assay_status core_last(signer_core *c, signer_use use, const char *origin, signer_seen *out,
                       assay_err *err)
{
    char path[PATH_MAX];
    buf text = BUF_INIT;
    assay_status status = state_path(c, use, origin, path, err);
    if (status == ASSAY_OK)
        status = durable_read(path, STATE_MAX, &text, err);
    if (status == ASSAY_NOT_FOUND)
        assay_fail(err, ASSAY_NOT_FOUND, 0, "nothing of %s was signed yet", origin);
    else if (status == ASSAY_OK)
        status = seen_parse(buf_text(&text), text.length, use, origin, out, err);
    buf_done(&text);
    return status;
}

static assay_status remember(signer_core *c, signer_use use, const checkpoint *new, assay_err *err)
{
    char path[PATH_MAX];
    buf text = BUF_INIT;
    buf_addf(&text, "%s\n", signer_use_name(use));
    checkpoint_write(new, &text);
    assay_status status = state_path(c, use, new->origin, path, err);
    if (status == ASSAY_OK && text.failed)
        status = assay_fail(err, ASSAY_MEMORY, 0, "no memory for the signer's state");
    if (status == ASSAY_OK)
        status = durable_write(path, 0600, text.data, text.length, err);
    buf_done(&text);
    return status;
}

/* -- judgement ------------------------------------------------------------------------------ */

static assay_status fork_of(const signer_seen *last, const checkpoint *new, const char *why,
                            assay_err *err)
{
    assay_fail(err, ASSAY_CONFLICT, 0,
               "refused to sign %s at size %llu: it contradicts size %llu, signed before (%s)",
               new->origin, (unsigned long long)new->size, (unsigned long long)last->size, why);
    return assay_hint(err, _("the log was forked, or an older state of it was restored"));
}

static assay_status judge(signer_core *c, const signer_seen *last, const checkpoint *new,
                          const merkle_proof *proof, assay_err *err)
{
    assay_err detail;
    if (new->size == last->size)
        return sha256_equal(&new->root, &last->root) && !proof->count
                   ? ASSAY_OK
                   : fork_of(last, new, "same size, other root", err);
    assay_status status = merkle_verify_consistency(c->hasher, last->size, &last->root, new->size,
                                                    &new->root, proof->hash, proof->count, &detail);
    return status == ASSAY_OK ? ASSAY_OK : fork_of(last, new, detail.message, err);
}

static assay_status empty_root(const checkpoint *new, assay_err *err)
{
    sha256 empty;
    assay_status status = sha256_of("", 0, &empty, err);
    if (status == ASSAY_OK && new->size == 0 && !sha256_equal(&new->root, &empty))
        return assay_fail(err, ASSAY_CONFLICT, 0, "the root of no entries is the hash of nothing");
    return status;
}

/* *is_same: it was signed already, nothing is to be remembered. */
static assay_status check_tree(signer_core *c, signer_use use, const checkpoint *new, uint64_t old,
                               const merkle_proof *proof, bool *is_same, assay_err *err)
{
    signer_seen last = {0};
    assay_status status = core_last(c, use, new->origin, &last, err);
    *is_same = status == ASSAY_OK && last.size == new->size;
    if (status == ASSAY_NOT_FOUND) {
        last.size = 0;
        status = ASSAY_OK;
    }
    if (status == ASSAY_OK && old > new->size)
        status = assay_fail(err, ASSAY_DOMAIN, 0, "the old size %llu is beyond the new one, %llu",
                            (unsigned long long)old, (unsigned long long)new->size);
    if (status == ASSAY_OK && last.size != old)
        status = assay_fail(err, ASSAY_BUSY, 0, "the last signed size of %s is %llu, not %llu",
                            new->origin, (unsigned long long)last.size, (unsigned long long)old);
    if (status == ASSAY_OK)
        status = empty_root(new, err);
    if (status == ASSAY_OK && (*is_same || last.size))
        status = judge(c, &last, new, proof, err);
    else if (status == ASSAY_OK && proof->count)
        status = fork_of(&last, new, "a proof from size 0", err);
    return status;
}

static const note_signer *key_of(const signer_core *c, signer_use use)
{
    const note_signer *s = use == SIGNER_LOG ? &c->keys.log : &c->keys.witness;
    return s->public.type ? s : NULL;
}

static assay_status no_key(signer_use use, assay_err *err)
{
    assay_fail(err, ASSAY_NOT_FOUND, 0, "the signer has no key for %s", signer_use_name(use));
    return assay_hint(err, "assay signer add FILE %s NAME", signer_use_name(use));
}

assay_status core_sign_tree(signer_core *c, signer_use use, const char *text, size_t length,
                            uint64_t old, const merkle_proof *proof, buf *line, assay_err *err)
{
    checkpoint new;
    bool is_same;
    if (use != SIGNER_LOG && use != SIGNER_WITNESS)
        return assay_fail(err, ASSAY_DOMAIN, 0, "trees are signed for log and witness alone");
    const note_signer *key = key_of(c, use);
    if (!key)
        return no_key(use, err);
    if (length > SIGNER_TEXT_MAX || checkpoint_parse(text, length, &new, err) != ASSAY_OK)
        return assay_fail(err, ASSAY_DOMAIN, 0, "not the text of a checkpoint of at most %d bytes",
                          SIGNER_TEXT_MAX);
    if (use == SIGNER_LOG && strcmp(new.origin, key->public.name) != 0)
        return assay_fail(err, ASSAY_DOMAIN, 0, "the key is for %s, the checkpoint of %s",
                          key->public.name, new.origin);
    if (flock(c->lock_fd, LOCK_EX) != 0) /* whoever else holds these keys waits */
        return assay_fail(err, ASSAY_IO, 0, "cannot lock %s: %s", c->state, strerror(errno));
    assay_status status = check_tree(c, use, &new, old, proof, &is_same, err);
    if (status == ASSAY_OK && !is_same)
        status = remember(c, use, &new, err);
    flock(c->lock_fd, LOCK_UN);
    if (status == ASSAY_OK)
        status = note_sign(key, text, length, (uint64_t)(time_now() / 1000000000), line, err);
    return status;
}

/* -- credentials ----------------------------------------------------------------------------- */

assay_status core_sign_proof(signer_core *c, const uint8_t hashes[static 64],
                             uint8_t signature[static 64], assay_err *err)
{
    if (!c->keys.has_credential)
        return no_key(SIGNER_CREDENTIAL, err);
    if (crypto_sign_detached(signature, NULL, hashes, 64, c->keys.credential) != 0)
        return assay_fail(err, ASSAY_IO, 0, "cannot sign");
    return ASSAY_OK;
}

assay_status core_sign_rsa(signer_core *c, const sha256 *digest,
                           uint8_t signature[static SIGNER_RSA_MAX], size_t *length, assay_err *err)
{
    if (!c->keys.rsa)
        return no_key(SIGNER_RSA, err);
    size_t room = SIGNER_RSA_MAX;
    EVP_PKEY_CTX *x = EVP_PKEY_CTX_new(c->keys.rsa, NULL);
    bool is_fine = x && EVP_PKEY_sign_init(x) == 1 &&
                   EVP_PKEY_CTX_set_rsa_padding(x, RSA_PKCS1_PADDING) == 1 &&
                   EVP_PKEY_CTX_set_signature_md(x, EVP_sha256()) == 1 &&
                   EVP_PKEY_sign(x, signature, &room, digest->bytes, sizeof digest->bytes) == 1;
    EVP_PKEY_CTX_free(x);
    if (!is_fine)
        return assay_fail(err, ASSAY_IO, 0, "cannot sign with the RSA key");
    *length = room;
    return ASSAY_OK;
}

/* -- life -------------------------------------------------------------------------------------- */

void core_public(const signer_core *c, signer_public *out)
{
    const key_ring *k = &c->keys;
    signer_public p = {.log = k->log.public, .witness = k->witness.public,
                       .has_credential = k->has_credential, .retired_count = k->retired_count};
    memcpy(p.retired, k->retired, sizeof p.retired);
    if (k->has_credential)
        memcpy(p.credential, k->credential + 32, 32);
    BIGNUM *n = NULL;
    if (k->rsa && EVP_PKEY_get_bn_param(k->rsa, "n", &n) == 1)
        p.modulus_length = (size_t)BN_bn2bin(n, p.modulus);
    BN_free(n);
    *out = p;
}

static assay_status open_lock(signer_core *c, assay_err *err)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%.*s/lock", PATH_MAX - 16, c->state);
    c->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    return c->lock_fd >= 0 ? ASSAY_OK
                           : assay_fail(err, ASSAY_IO, 0, "cannot open %s: %s", path, strerror(errno));
}

assay_status core_open(const char *path, signer_core *out, assay_err *err)
{
    signer_core c = {.lock_fd = -1};
    if (sodium_init() < 0)
        return assay_fail(err, ASSAY_IO, 0, "no random numbers from the system");
    if ((size_t)snprintf(c.state, sizeof c.state, "%s.state", path) >= sizeof c.state)
        return assay_fail(err, ASSAY_LIMIT, 0, "the path %.80s... is too long", path);
    assay_status status = keys_load(path, &c.keys, err);
    if (status == ASSAY_OK)
        status = durable_make_directory(c.state, 0700, err);
    if (status == ASSAY_OK)
        status = open_lock(&c, err);
    if (status == ASSAY_OK)
        status = hasher_new(&c.hasher, err);
    if (status == ASSAY_OK)
        *out = c;
    else
        core_close(&c);
    return status;
}

void core_close(signer_core *c)
{
    keys_done(&c->keys);
    hasher_free(c->hasher);
    c->hasher = NULL;
    if (c->lock_fd >= 0)
        close(c->lock_fd);
    c->lock_fd = -1;
}
