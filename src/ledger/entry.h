/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An entry of the log: one JSON object in canonical form (RFC 8785), of types, random ids, times
 * and a salted commitment. Never a name, a text or a value: those are the payload, which the
 * commitment binds and which can be erased.
 *
 *     {"actor":ID,"commit":BASE64URL,"id":ID,"object":ID,"prev":N,"tenant":ID,"time":"...Z",
 *      "type":"limits.frozen","v":1}
 *
 * actor, object and prev are left out where there is none. IDs are 32 hexadecimal digits. */
#ifndef LEDGER_ENTRY_H
#define LEDGER_ENTRY_H

#include "base/buf.h"
#include "base/commitment.h"

#include <assay/err.h>

#include <stdbool.h>

enum { ENTRY_VERSION = 1, ENTRY_TYPE_MAX = 64, ENTRY_ID = 16 };

typedef struct {
    char type[ENTRY_TYPE_MAX + 1]; /* [a-z0-9.-] */
    int64_t time;                  /* UTC ns */
    uint8_t id[ENTRY_ID], tenant[ENTRY_ID];
    uint8_t actor[ENTRY_ID], object[ENTRY_ID];
    bool has_actor, has_object, has_prev;
    uint64_t prev; /* index of the entry that this one corrects or erases the payload of */
    sha256 commit;
} ledger_entry;

ASSAY_MUST_USE assay_status entry_write(const ledger_entry *e, buf *out, assay_err *err);
/* Only what entry_write would have written, byte for byte. */
ASSAY_MUST_USE assay_status entry_parse(const char *text, size_t length, ledger_entry *out,
                                        assay_err *err);

/* Is this what the entry commits to? ASSAY_CONFLICT: it is not. */
ASSAY_MUST_USE assay_status entry_commits(const ledger_entry *e, const sha256 *digest,
                                          assay_err *err);
/* The same for a whole payload in a form of commitment. */
ASSAY_MUST_USE assay_status entry_open(const ledger_entry *e, int form, const uint8_t *salt,
                                       size_t salt_length, const char *payload,
                                       size_t payload_length, assay_err *err);

#endif
