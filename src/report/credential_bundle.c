/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/credential_zip.h"

static const char read_me[] =
    "This folder holds a verifiable credential and what is needed to check it without a network.\n"
    "\n"
    "  credential.json      the credential (Open Badges 3.0), with its proof inside\n"
    "  credential.jws       the same, signed as a whole (JWT, RS256), if its issuer does so\n"
    "  did.json             the issuer's keys, as they were when this was made\n"
    "  status-list.json     which credentials were suspended or revoked then\n"
    "  status-list-revocation.json   which of them for good\n"
    "  decision.tlog-proof  proof that the decision stands in the issuer's transparency log\n"
    "\n"
    "Check all of it:   assay verify THIS.zip\n"
    "\n"
    "The keys in did.json are only as true as where this file comes from. Compare them once with\n"
    "those the issuer publishes at the address that the did:web names. A did:key is the key "
    "itself.\n";

void credential_bundle_done(credential_bundle *b)
{
    buf *all[] = {&b->json, &b->jws, &b->issuer, &b->list, &b->revocation, &b->proof, &b->read_me};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        buf_done(all[i]);
}

/* What is not there is left out; what could not be read is said. */
static assay_status perhaps(assay_status status, buf *b)
{
    if (status == ASSAY_MEMORY || status == ASSAY_IO || status == ASSAY_DAMAGED)
        return status;
    if (status)
        buf_clear(b);
    return ASSAY_OK;
}

assay_status credential_bundle_read(store *s, ledger_view *ledger, const char *id,
                                    credential_bundle *out, assay_err *err)
{
    credential_state c;
    char beside[16];
    assay_status status = credential_find(s, id, &c, err);
    if (status == ASSAY_OK)
        status = credential_text(s, id, CREDENTIAL_JSON, &out->json, err);
    if (status == ASSAY_OK)
        status = credential_issuer_text(s, NULL, &out->issuer, err);
    if (status == ASSAY_OK)
        status = credential_list_text(s, c.list, &out->list, err);
    if (status == ASSAY_OK && credential_list_beside(c.list, beside))
        status = perhaps(credential_list_text(s, beside, &out->revocation, err), &out->revocation);
    if (status == ASSAY_OK)
        status = perhaps(credential_text(s, id, CREDENTIAL_JWT, &out->jws, err), &out->jws);
    if (status == ASSAY_OK && ledger)
        status = perhaps(notary_receipt(ledger, s, c.decision, RECEIPT_PLAIN, &out->proof, err), &out->proof);
    buf_add_text(&out->read_me, read_me);
    return status == ASSAY_OK && out->read_me.failed ? assay_fail(err, ASSAY_MEMORY, 0, "no memory for a bundle") : status;
}

assay_status credential_bundle_zip(const credential_bundle *b, buf *out, assay_err *err)
{
    const zip_member all[] = {{"README.txt", &b->read_me},
                              {"credential.json", &b->json},
                              {"credential.jws", &b->jws},
                              {"did.json", &b->issuer},
                              {"status-list.json", &b->list},
                              {"status-list-revocation.json", &b->revocation},
                              {"decision.tlog-proof", &b->proof}};
    enum { MOST = sizeof all / sizeof *all };
    zip_member given[MOST];
    size_t n = 0;
    for (size_t i = 0; i < MOST; i++)
        if (all[i].bytes->length)
            given[n++] = all[i];
    return credential_zip_write(given, n, out, err);
}
