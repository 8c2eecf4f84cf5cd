/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Signed notes (C2SP signed-note), the cosignatures of witnesses (C2SP tlog-cosignature), and their
 * keys as text:
 *
 *     vkey   NAME+HEX(key id)+BASE64(type || 32 bytes of public key)
 *     note   text, empty line, then lines "— NAME BASE64(key id || signature)"
 *
 * Signatures of keys that are not known are passed over; a known key's that fails spoils the note.
 */
#ifndef LEDGER_NOTE_H
#define LEDGER_NOTE_H

#include "base/buf.h"

#include <assay/err.h>

#include <stdint.h>

enum { NOTE_ED25519 = 1, NOTE_COSIGNATURE = 4 }; /* types of keys */
enum { NOTE_NAME_MAX = 255, NOTE_LINES_MAX = 100, NOTE_MAX = 1 << 20 };

typedef struct {
    char name[NOTE_NAME_MAX + 1];
    uint8_t type;
    uint8_t id[4];
    uint8_t key[32]; /* public */
} note_key;

typedef struct {
    note_key public;
    uint8_t secret[64]; /* of libsodium: seed and public key; wipe it */
} note_signer;

ASSAY_MUST_USE assay_status note_key_parse(const char *vkey, note_key *out, assay_err *err);
void note_key_write(const note_key *k, buf *out);
/* A new key, or that of a seed of 32 bytes. Names: no space, no plus, no control character. */
ASSAY_MUST_USE assay_status note_signer_new(const char *name, uint8_t type, note_signer *out,
                                            assay_err *err);
ASSAY_MUST_USE assay_status note_signer_of(const char *name, uint8_t type, const uint8_t seed[32],
                                           note_signer *out, assay_err *err);

/* Append one signature line for `text` (which ends with a newline). `time`: POSIX seconds, of a
 * cosignature only. */
ASSAY_MUST_USE assay_status note_sign(const note_signer *s, const char *text, size_t length,
                                      uint64_t time, buf *out, assay_err *err);

/* -- reading --------------------------------------------------------------------------- */

typedef struct {
    const char *name;
    size_t name_length;
    uint8_t id[4];
    size_t length;         /* of the signature, without the id */
    uint8_t signature[72]; /* of types known here; longer ones are cut */
} note_line;

/* Views into the bytes that were parsed. */
typedef struct {
    const char *text; /* with its last newline */
    size_t text_length;
    note_line lines[NOTE_LINES_MAX];
    size_t line_count;
} note;

ASSAY_MUST_USE assay_status note_parse(const char *bytes, size_t length, note *out, assay_err *err);
/* Has `key` signed it? *time: of a cosignature, else 0. ASSAY_NOT_FOUND: no line of this key.
 * ASSAY_CONFLICT: a line of this key whose signature fails. */
ASSAY_MUST_USE assay_status note_verify(const note *n, const note_key *key, uint64_t *time,
                                        assay_err *err);

#endif
