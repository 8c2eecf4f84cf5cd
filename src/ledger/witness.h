/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The witness (C2SP tlog-witness): it cosigns the checkpoints of logs it knows, each only if it
 * continues the last one it saw. The size it saw last stands with the signer, compared and stored
 * there in one step before a cosignature leaves.
 *
 * DIR keeps for each log the last checkpoint with its signatures, under the hexadecimal SHA-256 of
 * the origin. A witness may be used by any thread. */
#ifndef LEDGER_WITNESS_H
#define LEDGER_WITNESS_H

#include "ledger/policy.h"
#include "ledger/receipt.h"
#include "ledger/signer.h"

typedef struct witness witness;
enum { WITNESS_BODY_MAX = 1 << 16 };

/* `logs`: the log lines of a policy say whose checkpoints are cosigned. The signer stays the
 * caller's and needs a witness key. */
ASSAY_MUST_USE assay_status witness_open(const char *directory, const policy *logs, signer *s,
                                         witness **out, assay_err *err);
void witness_close(witness *w); /* accepts NULL */

/* What to answer to a request: HTTP status, media type and body. */
typedef struct {
    int status; /* 200, 400, 403, 404, 409, 422, 500 */
    const char *type;
    buf body;
} witness_answer;
/* POST add-checkpoint. The body of the answer is the caller's to free. */
void witness_add_checkpoint(witness *w, const char *body, size_t length, witness_answer *out);
/* The last checkpoint of the log whose origin has this hexadecimal SHA-256. */
void witness_checkpoint(witness *w, const char *hex, witness_answer *out);

/* -- the request, for both sides ------------------------------------------------------------ */

typedef struct {
    uint64_t old;
    merkle_proof proof;
    const char *note;
    size_t note_length;
} witness_request;
void witness_request_write(const witness_request *r, buf *out);
ASSAY_MUST_USE assay_status witness_request_parse(const char *body, size_t length,
                                                  witness_request *out, assay_err *err);

#endif
