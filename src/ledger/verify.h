/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a receipt proves, offline: with the file, the keys one trusts, and nothing else.
 *
 * The receipt's extra line (base64 of a JSON object, not signed) carries what is to be proven:
 *
 *     entry    the entry, as text
 *     payload  as text: of what the entry's commitment hides, the members shown, with salt, salts and
 *              withheld (base/commitment.h); of older records all of it, with salt (base64url); or
 *     erased   {index, entry, proof: [base64 ...]}: the entry that says the payload was erased
 *     log      the log's key, for those who do not know it: a hint, not a proof */
#ifndef LEDGER_VERIFY_H
#define LEDGER_VERIFY_H

#include "ledger/checkpoint.h"
#include "ledger/entry.h"
#include "ledger/policy.h"
#include "ledger/receipt.h"

typedef enum {
    PAYLOAD_ABSENT, /* the file does not hold it: the commitment stays closed */
    PAYLOAD_PROVEN, /* it is what was committed to */
    PAYLOAD_ERASED, /* the log itself says that it was erased */
} payload_state;

typedef struct {
    uint64_t index;
    checkpoint tree;
    policy_verdict by;
    bool is_trusted; /* by the policy; false: only by the key that the file names itself */
    note_key log;    /* who signed */
    bool has_entry;  /* it is an entry of this program's form */
    ledger_entry entry;
    buf entry_text;
    payload_state payload;
    buf payload_text;
    buf withheld; /* names of members that are committed to and not shown, each with its NUL */
    uint64_t erased_index;
    int64_t erased_time;
} receipt_verdict;

/* `p` NULL: none, the key in the file is taken for what it is worth. `entry`: the bytes proven, when
 * the receipt does not carry them (NULL). ASSAY_FORMAT: not a receipt. ASSAY_MISSING: nothing says
 * what is to be proven, or by whom. ASSAY_CONFLICT: it does not hold. Free the verdict in any case.
 */
ASSAY_MUST_USE assay_status receipt_verify(const char *bytes, size_t length, const policy *p,
                                           const void *entry, size_t entry_length,
                                           receipt_verdict *out, assay_err *err);
void receipt_verdict_done(receipt_verdict *v);

#endif
