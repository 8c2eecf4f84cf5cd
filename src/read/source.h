/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The bytes of a file or of standard input, read forward, with a head that can be looked at first.
 *
 * A pipe gives what it has: source_read returns as soon as anything arrived, and source_head stops
 * waiting when the writer pauses, so that a live stream is never held back to fill a buffer.
 */
#ifndef READ_SOURCE_H
#define READ_SOURCE_H

#include <assay/err.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SOURCE_HEAD_MAX (256 * 1024)

typedef struct {
    int fd;
    bool is_pipe;
    char *name;       /* path, or "standard input" */
    uint64_t size;    /* 0: not known */
    uint64_t limit;   /* bytes that count, the rest is not there; 0: all */
    uint64_t offset;  /* of the next byte source_read gives */
    char *head;       /* the first bytes, once looked at */
    size_t head_length;
    bool head_is_all; /* the source ends where the head ends */
} source;

ASSAY_MUST_USE assay_status source_open(source *s, const char *path, assay_err *err);
void source_close(source *s);

/* Look at the first bytes (at most SOURCE_HEAD_MAX) without consuming them; before any read. */
ASSAY_MUST_USE assay_status source_head(source *s, assay_err *err);

/* At least one byte unless the end is reached (*got == 0); at most n. */
ASSAY_MUST_USE assay_status source_read(source *s, char *out, size_t n, size_t *got,
                                        assay_err *err);

/* Go on from a byte offset: a file is positioned, a pipe is read up to there. */
ASSAY_MUST_USE assay_status source_seek(source *s, uint64_t offset, assay_err *err);

#endif
