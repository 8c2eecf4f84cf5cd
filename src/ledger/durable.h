/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files that are there as a whole or not at all, whatever is cut off when. */
#ifndef LEDGER_DURABLE_H
#define LEDGER_DURABLE_H

#include "base/buf.h"

#include <assay/err.h>

/* All of a file of at most `most` bytes. ASSAY_NOT_FOUND, ASSAY_LIMIT. */
ASSAY_MUST_USE assay_status durable_read(const char *path, size_t most, buf *out, assay_err *err);
/* Under a temporary name, fsync, rename, fsync of the directory. */
ASSAY_MUST_USE assay_status durable_write(const char *path, unsigned mode, const void *bytes,
                                          size_t length, assay_err *err);

/* The same in steps, for many files at once: write and fsync under PATH.tmp; put in place. The
 * directory is the caller's to fsync. */
ASSAY_MUST_USE assay_status durable_put(const char *path, unsigned mode, const void *bytes,
                                        size_t length, assay_err *err);
ASSAY_MUST_USE assay_status durable_place(const char *path, assay_err *err);
ASSAY_MUST_USE assay_status durable_directory(const char *path, assay_err *err); /* fsync it */
/* Make the directory and those above it, each entry fsynced; nothing when it is there. */
ASSAY_MUST_USE assay_status durable_make_directory(const char *path, unsigned mode, assay_err *err);

#endif
