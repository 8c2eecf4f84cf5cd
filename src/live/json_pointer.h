/* SPDX-License-Identifier: GPL-3.0-or-later */
/* JSON pointers (RFC 6901) into a text, without a tree. */
#ifndef LIVE_JSON_POINTER_H
#define LIVE_JSON_POINTER_H

#include "live/mapping_rule.h"
#include "read/ndjson_scan.h"

/* The value the pointer leads to within a document that json_scan_value has passed. False: there is
 * none. A decoded string lives until the next use of `s`. */
bool json_pointer_find(json_scan *s, const json_pointer *p, json_piece document, json_piece *out);

#endif
