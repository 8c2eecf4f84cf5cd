/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Policies, entries, requests to a witness, receipts and what they carry, files of keys and of the
 * signer's state, and the signer's protocol on both sides. What is taken has one spelling. The
 * signer has no keys here: it must refuse, in bounds. */
#include "fuzz_check.h"
#include "ledger/entry.h"
#include "ledger/signer_wire.h"
#include "ledger/verify.h"
#include "ledger/witness.h"

static policy *try_policy(const char *text, size_t length)
{
    policy *p = malloc(sizeof *p);
    if (policy_parse(text, length, p, NULL) != ASSAY_OK) {
        free(p);
        return NULL;
    }
    if (p->log_count > POLICY_LOGS || p->witness_count > POLICY_WITNESSES ||
        p->group_count > POLICY_GROUPS || p->quorum >= POLICY_WITNESSES + POLICY_GROUPS)
        abort();
    return p;
}

static void try_receipt(const char *text, size_t length, const policy *p)
{
    receipt_verdict v;
    assay_status status = receipt_verify(text, length, p, NULL, 0, &v, NULL);
    if (status == ASSAY_OK && v.index >= v.tree.size)
        abort();
    receipt_verdict_done(&v);
}

static void try_entry(const char *text, size_t length)
{
    ledger_entry e;
    buf again = BUF_INIT;
    if (entry_parse(text, length, &e, NULL) == ASSAY_OK) {
        if (entry_write(&e, &again, NULL) != ASSAY_OK)
            abort();
        same(&again, text, length);
    }
    buf_done(&again);
}

static void try_request(const char *text, size_t length)
{
    witness_request r;
    buf again = BUF_INIT;
    if (witness_request_parse(text, length, &r, NULL) == ASSAY_OK) {
        witness_request_write(&r, &again);
        same(&again, text, length);
    }
    buf_done(&again);
}

static void try_keys(const char *text, size_t length)
{
    key_ring k;
    signer_seen seen;
    if (keys_parse(text, length, &k, NULL) == ASSAY_OK)
        keys_done(&k);
    (void)!seen_parse(text, length, SIGNER_LOG, "example.com/log", &seen, NULL);
}

static void try_wire(const uint8_t *bytes, size_t length)
{
    static signer_core core = {.state = "/nonexistent/assay-fuzz", .lock_fd = -1};
    signer_public p, back;
    buf out = BUF_INIT, again = BUF_INIT;
    if (length <= WIRE_MAX)
        wire_answer(&core, bytes, length, &out);
    if (out.length && (wire_u32_at((uint8_t *)out.data) != out.length - 4))
        abort();
    if (wire_read_keys(bytes, length, &p)) {
        wire_add_keys(&again, &p);
        if (!wire_read_keys((uint8_t *)again.data, again.length, &back) ||
            back.retired_count != p.retired_count || back.modulus_length != p.modulus_length)
            abort();
    }
    buf_done(&out);
    buf_done(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    const char *split = size ? memchr(text, '\f', size) : NULL; /* a policy, then a receipt */
    size_t first = split ? (size_t)(split - text) : size;
    policy *p = try_policy(text, first);
    if (split)
        try_receipt(split + 1, size - first - 1, p);
    free(p);
    try_receipt(text, size, NULL);
    try_entry(text, size);
    try_request(text, size);
    try_keys(text, size);
    try_wire(data, size);
    return 0;
}
