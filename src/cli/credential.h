/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the verbs about credentials share. */
#ifndef CLI_CREDENTIAL_H
#define CLI_CREDENTIAL_H

#include "cli/cli.h"

#include "ledger/vc_shelf.h"
#include "notary/credential.h"
#include "notary/vc_web.h"

/* The signer of --signer, or that of the database's ledger, or DB-keys. */
ASSAY_MUST_USE assay_status credential_signer(cli *c, store *db, signer **out);

/* Signs what a commit left waiting in operand[1]; a remark where that cannot be done now. */
void credential_sign_after(cli *c, store *db);

/* operand[2] as a file of --output's form: .json .jws .svg .png .pdf .zip (credential_export.c) */
ASSAY_MUST_USE assay_status credential_export(cli *c, store *db);

/* How --offline, --ca and --private ask the web; `cache` is room for its directory, and outlives what
 * is returned (verify_credential.c). */
vc_web_options credential_web(const cli *c, char *cache, size_t room);

/* A kind of assay verify (verify.h): the exit code; verify_credential.c. */
int verify_credential(cli *c, const buf *file);
bool verify_is_credential(const buf *file);

#endif
