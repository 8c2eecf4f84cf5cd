/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The OpenAPI 3.1 document, made of the table of routes, params.def and schemas.json. */
#ifndef SERVE_OPENAPI_H
#define SERVE_OPENAPI_H

#include "base/buf.h"
#include "serve/route.h"

void openapi_write(buf *out);

#endif
