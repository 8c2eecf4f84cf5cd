/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Answers: JSON, text, and problems (RFC 9457). */
#ifndef SERVE_REPLY_H
#define SERVE_REPLY_H

#include "base/json.h"
#include "serve/request.h"

/* An answer as JSON: write with the result, then reply_end. NULL never comes back. */
json *reply_json(request *r, unsigned status);
void reply_end(request *r, json *j);
/* `body` is taken over and emptied. */
void reply_bytes(request *r, unsigned status, const char *type, buf *body);
void reply_text(request *r, unsigned status, const char *type, const char *text);
void reply_none(request *r, unsigned status); /* no body: 204, 304 */
void reply_header(request *r, const char *name, const char *value); /* value is copied */

/* A problem: what was found and what was expected, with a place in the body or query. */
void reply_problem(request *r, unsigned status, const char *pointer, const char *detail,
                   const char *hint);
void reply_problemf(request *r, unsigned status, const char *pointer, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void reply_bad_query(request *r, const char *name, const char *found, const char *expected, ...)
    __attribute__((format(printf, 4, 5)));
/* An error of the lower floors with the status that fits it. */
void reply_error(request *r, const assay_err *err);
unsigned reply_status_of(assay_status code);
const char *reply_title(unsigned status); /* "not found" */

/* Entity tags are versions: "7". */
void reply_version(request *r, uint64_t version);
/* Answers 304 and returns true when the client has this one. */
bool reply_is_known(request *r, uint64_t version);
/* The version that If-Match names. False after refusing: 428 without one, 412 when it is not a
 * version (it cannot match then). */
bool request_expected(request *r, uint64_t *version);

/* Hand the answer to libmicrohttpd. */
enum MHD_Result reply_send(request *r);

#endif
