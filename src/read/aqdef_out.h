/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A file that appears whole or not at all: written beside its name, synced, renamed. */
#ifndef READ_AQDEF_OUT_H
#define READ_AQDEF_OUT_H

#include "base/buf.h"

#include <assay/err.h>

typedef struct {
    int fd;
    char *path, *beside; /* NULL for standard output */
    buf bytes;
    assay_status status; /* the first failure stays */
    int error;
} aqdef_out;

ASSAY_MUST_USE assay_status aqdef_out_open(aqdef_out *o, const char *path, assay_err *err);
/* Give buffered bytes to the system once there are many. */
void aqdef_out_flush(aqdef_out *o, bool is_forced);
ASSAY_MUST_USE assay_status aqdef_out_commit(aqdef_out *o, assay_err *err);
void aqdef_out_abort(aqdef_out *o); /* after commit or half-made: nothing happens */

#endif
