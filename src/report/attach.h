/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A file attached to a PDF that cairo wrote. */
#ifndef REPORT_ATTACH_H
#define REPORT_ATTACH_H

#include "base/buf.h"

#include <assay/err.h>

/* Append an incremental update with the attachment. The PDF has a table of objects (not a stream),
 * as cairo writes it, else ASSAY_UNSUPPORTED. `name` and `type` ("application/json") are plain
 * ASCII. */
ASSAY_MUST_USE assay_status pdf_attach(buf *pdf, const char *name, const char *type,
                                       const void *bytes, size_t length, assay_err *err);

#endif
