/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sessions, for the API and for pages alike. */
#ifndef SERVE_COOKIE_H
#define SERVE_COOKIE_H

#include "serve/request.h"

void cookie_set(request *r, const char *secret);
void cookie_clear(request *r);

/* From a worker; `code` may be NULL. The answer gets the cookie, r->who is then known. Errors: those
 * of people_check. */
ASSAY_MUST_USE assay_status session_begin(request *r, const char *account, const char *password,
                                          const char *code, assay_err *err);
ASSAY_MUST_USE assay_status session_end(request *r, assay_err *err);
ASSAY_MUST_USE assay_status invitation_accept(request *r, const char *code, const char *password,
                                              char account[64], assay_err *err);

#endif
