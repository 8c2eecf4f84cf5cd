/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Small questions to a verifiable credential (W3C VC data model 2.0) as JSON. */
#ifndef LEDGER_VC_H
#define LEDGER_VC_H

#include <assay/err.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct json_t json_t; /* of jansson, whose header is not for all */

#define VC_DATA_MODEL "https://www.w3.org/ns/credentials/v2"
enum { VC_MAX = 4 << 20 }; /* bytes of a credential that is read */

/* The text of a member, "" when it is none. */
const char *vc_text(const json_t *object, const char *key);
/* issuer, or issuer.id; "" when there is none. */
const char *vc_issuer(const json_t *credential);
/* Is `type` this text, or a list with it? */
bool vc_has_type(const json_t *object, const char *type);
/* XML dateTime with a zone: YYYY-MM-DDThh:mm:ss[.fff](Z|+hh:mm|-hh:mm). */
bool vc_time(const char *text, int64_t *ns);

#endif
