/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Credentials that wait for a signature get it: a thread that looks every second, whoever gave them
 * (a programme, a person). Without an issuer or a signer they go on waiting, and it is said once.
 */
#ifndef SERVE_SIGNATURES_H
#define SERVE_SIGNATURES_H

#include "serve/server.h"

typedef struct signatures signatures;
ASSAY_MUST_USE assay_status signatures_open(server *s, signatures **out, assay_err *err);
void signatures_close(signatures *g); /* accepts NULL */

#endif
