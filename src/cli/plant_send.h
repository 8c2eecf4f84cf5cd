/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Text from several sources to one place: standard output, a TCP address, or a server by HTTP.
 *
 * Each source has its own connection and its own text that waits. What could not be sent stays and
 * goes with the next flush.
 */
#ifndef CLI_PLANT_SEND_H
#define CLI_PLANT_SEND_H

#include "base/buf.h"

#include <assay/err.h>

#include <stdbool.h>

enum { SENDER_SOURCES = 8 };

typedef struct sender sender;

/* "-", "host:port" or "http(s)://host[:port][/path]". `token`: of the API, may be NULL. `type`: the
 * media type of the text. ASSAY_USAGE for what is no address. */
ASSAY_MUST_USE assay_status sender_open(const char *address, const char *token, const char *type,
                                        sender **out, assay_err *err);
void sender_close(sender *s); /* accepts NULL */
/* Where the text of a source is added: whole lines. `name` lives as long as the sender. */
buf *sender_text(sender *s, int source, const char *name);
/* Send what waits. ASSAY_IO: not reachable now, try again later. Any other error is final: what
 * the far side refuses will be refused again. */
ASSAY_MUST_USE assay_status sender_flush(sender *s, assay_err *err);

#endif
