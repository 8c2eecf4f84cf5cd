/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A credential with everything for checking it offline, as one ZIP; and ZIPs in memory. */
#ifndef REPORT_CREDENTIAL_ZIP_H
#define REPORT_CREDENTIAL_ZIP_H

#include "notary/credential.h"
#include "notary/notary.h"

/* -- a credential and what belongs to it (credential_bundle.c) ------------------------------------ */

typedef struct {
    buf json, jws, issuer, list, revocation, proof, read_me;
} credential_bundle;
void credential_bundle_done(credential_bundle *b);
/* What is not there is left out: no JWT without an RSA key, no proof without a ledger (NULL). Errors as
 * credential_text. */
ASSAY_MUST_USE assay_status credential_bundle_read(store *s, ledger_view *ledger, const char *id,
                                                   credential_bundle *out, assay_err *err);
ASSAY_MUST_USE assay_status credential_bundle_zip(const credential_bundle *b, buf *out,
                                                  assay_err *err);

/* -- ZIPs (credential_zip.c) ---------------------------------------------------------------------- */

typedef struct {
    const char *name;
    const buf *bytes;
} zip_member;
ASSAY_MUST_USE assay_status credential_zip_write(const zip_member *members, size_t count, buf *out,
                                                 assay_err *err);
bool credential_zip_is(const buf *file); /* begins like one */
/* Every member: false stops. At most 64 members, 16 MiB each, 64 MiB together. */
typedef bool zip_visitor(const char *name, const buf *bytes, void *context);
ASSAY_MUST_USE assay_status credential_zip_read(const buf *zip, zip_visitor *visit, void *context,
                                                assay_err *err);

#endif
