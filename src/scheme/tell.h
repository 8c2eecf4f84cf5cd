/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Words of a command line to what is said, and an answer as lines for people. */
#ifndef SCHEME_TELL_H
#define SCHEME_TELL_H

#include "base/buf.h"

#include <assay/err.h>

#include <stddef.h>

/* {"a": "1", "values": {"b": true}} from a=1 values.b=true, or one JSON object as it is. A value that
 * is an object, a list, true, false or null in JSON is that, everything else is text. */
ASSAY_MUST_USE assay_status tell_said(char *const *words, size_t n, buf *out, assay_err *err);
/* Add a member to an object of JSON. */
ASSAY_MUST_USE assay_status tell_add(buf *said, const char *name, const char *text, assay_err *err);
/* Add values.FIELD: a badge as case_badge.c takes it. */
ASSAY_MUST_USE assay_status tell_badge(buf *said, const char *field, const char *name,
                                       const char *credential, const char *const *documents,
                                       size_t n, assay_err *err);
/* A text member of an answer into out[room]; "" for none. */
void tell_member(const char *json, const char *name, char *out, size_t room);

/* An answer of the engine: members as lines, lists of objects as tables; names in the reader's
 * language. */
void tell_answer(const char *json, buf *out);

#endif
