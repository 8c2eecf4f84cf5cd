/* SPDX-License-Identifier: GPL-3.0-or-later */
/* gzip both ways, bounded: a body that unpacks to more than is taken is refused, not unpacked. */
#ifndef SERVE_GZIP_H
#define SERVE_GZIP_H

#include "base/buf.h"

#include <assay/err.h>

/* Packs in place; false (and unchanged) when it cannot or gains nothing. */
bool gzip_pack(buf *body);

/* Unpacking as bytes come. */
typedef struct inflater inflater;
ASSAY_MUST_USE assay_status inflater_new(inflater **out, assay_err *err);
void inflater_free(inflater *f); /* accepts NULL */
/* Unpack from in[0..*used) into out[0..*room); both are set to what was used and made. Nothing
 * used and nothing made: it wants more input. Errors: ASSAY_FORMAT. */
ASSAY_MUST_USE assay_status inflater_take(inflater *f, const char *in, size_t *used, char *out,
                                          size_t *room, assay_err *err);
bool inflater_is_complete(const inflater *f);

#endif
