/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What can go wrong, and how it is told.
 *
 * A function that can fail returns assay_status and is marked ASSAY_MUST_USE; ASSAY_OK is 0.
 * The detail goes into the caller's assay_err, which may be NULL. On failure the other
 * outputs are untouched. Nothing here allocates, prints or keeps state.
 */
#ifndef ASSAY_ERR_H
#define ASSAY_ERR_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define ASSAY_PUBLIC       __attribute__((visibility("default")))
#define ASSAY_MUST_USE     __attribute__((warn_unused_result))
#define ASSAY_PRINTF(f, a) __attribute__((format(printf, f, a)))
#else
#define ASSAY_PUBLIC
#define ASSAY_MUST_USE
#define ASSAY_PRINTF(f, a)
#endif

/* code, name, text */
#define ASSAY_STATUS_LIST(X)                                                                       \
    X(OK, "ok", "no error")                                                                        \
    X(SHAPE, "shape", "sizes or counts outside what the function accepts")                         \
    X(MISSING, "missing", "a value that must be there is missing")                                 \
    X(DOMAIN, "domain", "an argument outside its domain")                                          \
    X(UNDEFINED, "undefined", "the result does not exist for these data")                          \
    X(NO_CONVERGENCE, "no-convergence", "an iteration did not settle")                             \
    X(MEMORY, "memory", "out of memory")                                                           \
    X(IO, "io", "the operating system refused to read or write")                                   \
    X(FULL, "full", "no room left on the device")                                                  \
    X(FORMAT, "format", "the input does not follow its format")                                    \
    X(LIMIT, "limit", "a stated bound was exceeded")                                               \
    X(NOT_FOUND, "not-found", "no such thing")                                                     \
    X(EXISTS, "exists", "it is already there")                                                     \
    X(CONFLICT, "conflict", "it contradicts what is stored")                                       \
    X(DAMAGED, "damaged", "stored data fails its checksum")                                        \
    X(BUSY, "busy", "another process holds it")                                                    \
    X(NEWER, "newer", "written by a newer version")                                                \
    X(STOPPED, "stopped", "interrupted on request")                                                \
    X(UNSUPPORTED, "unsupported", "valid, but not supported here")                                 \
    X(USAGE, "usage", "the command line is wrong")

typedef enum {
#define X(code, name, text) ASSAY_##code,
    ASSAY_STATUS_LIST(X)
#undef X
} assay_status;

/* Where and why. `at` is an array index, `line` and `column` count from 1; 0 means not known. */
typedef struct {
    assay_status code;
    size_t at;
    uint64_t line;
    uint32_t column;
    char message[400]; /* one fact in lower case, no final stop */
    char hint[200];    /* how to mend it, or empty */
} assay_err;

/* The name of a status ("shape") and its text. Never NULL. */
ASSAY_PUBLIC const char *assay_status_name(assay_status code);
ASSAY_PUBLIC const char *assay_status_text(assay_status code);

/* Fill `err` (may be NULL) and return `code`, so that a failing function reads
 *     return assay_fail(err, ASSAY_SHAPE, i, "subgroup %zu has one reading", i + 1);
 */
ASSAY_PUBLIC assay_status assay_fail(assay_err *err, assay_status code, size_t at,
                                     const char *format, ...) ASSAY_PRINTF(4, 5);

/* Add the way to mend it to an error already filled. Returns err->code; for NULL, where the code
 * is not known, ASSAY_DOMAIN: what ends in `return assay_hint(...)` has failed in any case. */
ASSAY_PUBLIC assay_status assay_hint(assay_err *err, const char *format, ...) ASSAY_PRINTF(2, 3);

#ifdef __cplusplus
}
#endif
#endif
