/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What credentials a body asks for: one, or one for each row of its "batch". */
#ifndef SERVE_CREDENTIAL_WISHES_H
#define SERVE_CREDENTIAL_WISHES_H

#include "notary/credential.h"
#include "serve/request.h"

enum { CREDENTIAL_BATCH_MOST = 1000 };

typedef struct {
    credential_wish *wish; /* lives as long as the request */
    size_t count;
    bool is_batch;
} credential_wishes;
/* Of a body that was read (body.h). False after refusing with the place of the fault. */
bool credential_wishes_read(request *r, const char *achievement, credential_wishes *out);

#endif
