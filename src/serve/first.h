/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The first start: a database without accounts gets its administrator; a demo gets its login. */
#ifndef SERVE_FIRST_H
#define SERVE_FIRST_H

#include "serve/server.h"

/* Fills what there is to print. Before HTTP starts, after the address is bound. */
ASSAY_MUST_USE assay_status first_start(server *s, serve_start *out, assay_err *err);

#endif
