/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whoever holds the keys: the one door to every signature this program gives.
 *
 * The keys live in a file that only the signer reads. It is opened here, in this process (tests,
 * small installations), or by a process of its own that answers on a Unix socket (`assay signer`);
 * callers cannot tell. A signer remembers durably the last tree it signed for each use and origin
 * and signs a later one only with the proof that it begins with it: before it gives a signature,
 * what it will hold against the next request is on the disk.
 *
 * A handle may be used by any thread; calls wait for one another. */
#ifndef LEDGER_SIGNER_H
#define LEDGER_SIGNER_H

#include "ledger/checkpoint.h"
#include "ledger/merkle.h"
#include "ledger/note.h"

enum { SIGNER_TEXT_MAX = 8192, SIGNER_RSA_MAX = 512, SIGNER_RETIRED_MAX = 16 };

typedef enum {
    SIGNER_LOG,        /* checkpoints of the own log; the key's name is the origin */
    SIGNER_WITNESS,    /* cosignatures of others' checkpoints, and of the own */
    SIGNER_CREDENTIAL, /* Ed25519 over h1 || h2 of a credential's proof */
    SIGNER_RSA,        /* RS256 over a JWS signing input, RSA-3072 */
    SIGNER_USES
} signer_use;

const char *signer_use_name(signer_use use); /* "log", "witness", "credential", "rsa" */

typedef struct signer signer;

/* `where`: the path of a key file (ASSAY_NOT_FOUND: there is none), or "unix:PATH" of a running
 * signer's socket. */
ASSAY_MUST_USE assay_status signer_open(const char *where, signer **out, assay_err *err);
void signer_close(signer *s); /* accepts NULL; wipes keys */

/* What may be known of the keys in use; type 0, length 0: there is no such key. */
typedef struct {
    note_key log, witness;
    uint8_t credential[32];
    bool has_credential;
    uint8_t modulus[SIGNER_RSA_MAX]; /* big-endian, without leading zeros; the exponent is 65537 */
    size_t modulus_length;
    note_key retired[SIGNER_RETIRED_MAX]; /* log keys before the present one: old notes are theirs */
    size_t retired_count;
} signer_public;
ASSAY_MUST_USE assay_status signer_keys(signer *s, signer_public *out, assay_err *err);

/* The last tree signed for an origin. ASSAY_NOT_FOUND: none yet. */
typedef struct {
    uint64_t size;
    sha256 root;
} signer_seen;
ASSAY_MUST_USE assay_status signer_last(signer *s, signer_use use, const char *origin,
                                        signer_seen *out, assay_err *err);

/* Sign the text of a checkpoint (SIGNER_LOG) or cosign it (SIGNER_WITNESS, at the signer's own
 * time): one signature line is appended to `line`. `old` is the size signed last for this origin, 0
 * for the first one, and `proof` leads from it to the new tree (empty for old 0, and for the same
 * tree again).
 *   ASSAY_BUSY      the last one has another size than `old`: ask signer_last
 *   ASSAY_CONFLICT  the new tree does not begin with the last one: a fork, or an older state
 *   ASSAY_DOMAIN    no checkpoint, or not of the log this key is for */
ASSAY_MUST_USE assay_status signer_sign_tree(signer *s, signer_use use, const char *text,
                                             size_t length, uint64_t old,
                                             const merkle_proof *proof, buf *line, assay_err *err);

/* Ed25519 with the credential key over SHA-256(proof options) || SHA-256(document). */
ASSAY_MUST_USE assay_status signer_sign_proof(signer *s, const uint8_t hashes[static 64],
                                              uint8_t signature[static 64], assay_err *err);
/* RSASSA-PKCS1-v1_5 with SHA-256 over a JWS signing input; *length: of the modulus. */
ASSAY_MUST_USE assay_status signer_sign_rs256(signer *s, const void *input, size_t input_length,
                                              uint8_t signature[static SIGNER_RSA_MAX],
                                              size_t *length, assay_err *err);

/* -- keeping keys -------------------------------------------------------------------------- */

/* Add a key to the file, which is made (mode 0600) if it is not there: from now on it is the one in
 * use, and the one before it is retired. `name`: the origin for SIGNER_LOG, the witness's name for
 * SIGNER_WITNESS, anything of the form of a key's name for the others. `pem`: a private key in
 * PKCS#8 to take over; NULL: a new one. */
ASSAY_MUST_USE assay_status signer_file_add(const char *path, signer_use use, const char *name,
                                            const char *pem, assay_err *err);
/* The private key in use as PKCS#8 PEM, with a passphrase (NULL: none). Wipe it. */
ASSAY_MUST_USE assay_status signer_file_export(const char *path, signer_use use,
                                               const char *passphrase, buf *out, assay_err *err);

#endif
