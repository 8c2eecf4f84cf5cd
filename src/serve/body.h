/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Members of a JSON body. A fault is told as a problem with a JSON pointer, the first one counts:
 * read all members, then look at body_is_fine. */
#ifndef SERVE_BODY_H
#define SERVE_BODY_H

#include "base/buf.h"
#include "serve/request.h"

/* The body is one JSON object with no other members than `names` (blanks between; NULL: any).
 * An empty body is an empty object. False after refusing. */
bool body_read(request *r, const char *names);
bool body_is_fine(const request *r);
void body_free(struct body *b);

bool body_has(const request *r, const char *name);
/* NULL where it is absent and may be; texts live as long as the request. */
const char *body_text(request *r, const char *name, bool is_needed);
/* Leave *value alone where it is absent. */
void body_count(request *r, const char *name, uint64_t least, uint64_t most, uint64_t *value);
void body_flag(request *r, const char *name, bool *value);
/* The decimal as it was written, from a number or a text. */
void body_decimal(request *r, const char *name, decimal *value, bool *is_given, bool *is_null);
/* A list of whole numbers; NULL: absent. */
const size_t *body_counts(request *r, const char *name, size_t *n);
/* Take the member "secret" out of the body: it is stored apart. NULL: it was not given. */
const char *body_secret(request *r);
/* The whole body, or a member, as JSON again. */
bool body_dump(const request *r, const char *name, buf *out);
void body_fault(request *r, const char *name, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
