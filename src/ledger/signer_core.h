/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a signer does with its keys, whether it is asked in this process or over a socket. One
 * thread at a time. */
#ifndef LEDGER_SIGNER_CORE_H
#define LEDGER_SIGNER_CORE_H

#include "ledger/signer_keys.h"

#include <limits.h>

typedef struct {
    key_ring keys;
    hasher *hasher;
    int lock_fd; /* -1: not open */
    char state[PATH_MAX]; /* directory: one file for each use and origin */
} signer_core;

/* Keys of the file `path`; what was signed last stands in the directory PATH.state. */
ASSAY_MUST_USE assay_status core_open(const char *path, signer_core *out, assay_err *err);
void core_close(signer_core *c);

void core_public(const signer_core *c, signer_public *out);
ASSAY_MUST_USE assay_status core_last(signer_core *c, signer_use use, const char *origin,
                                      signer_seen *out, assay_err *err);
ASSAY_MUST_USE assay_status core_sign_tree(signer_core *c, signer_use use, const char *text,
                                           size_t length, uint64_t old, const merkle_proof *proof,
                                           buf *line, assay_err *err);
ASSAY_MUST_USE assay_status core_sign_proof(signer_core *c, const uint8_t hashes[static 64],
                                            uint8_t signature[static 64], assay_err *err);
/* `digest`: SHA-256 of the signing input. */
ASSAY_MUST_USE assay_status core_sign_rsa(signer_core *c, const sha256 *digest,
                                          uint8_t signature[static SIGNER_RSA_MAX], size_t *length,
                                          assay_err *err);

/* The text of a state file, for tests and fuzzing. */
ASSAY_MUST_USE assay_status seen_parse(const char *text, size_t length, signer_use use,
                                       const char *origin, signer_seen *out, assay_err *err);

#endif
