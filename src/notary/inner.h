/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef NOTARY_INNER_H
#define NOTARY_INNER_H

#include "notary/notary.h"

#include "ledger/checkpoint.h"
#include "ledger/log.h"
#include "ledger/policy.h"

#include <limits.h>

enum { NOTARY_KEYS = 2 + SIGNER_RETIRED_MAX + POLICY_LOGS };

/* The log's keys as the settings have them. */
ASSAY_MUST_USE assay_status settings_keys(const notary_settings *set, note_key *out, size_t room,
                                          size_t *count, assay_err *err);
/* The settings' policy with these keys as its logs. */
ASSAY_MUST_USE assay_status settings_policy(const notary_settings *set, const note_key *keys,
                                            size_t count, policy *out, assay_err *err);

/* May a receipt show this member to anybody? (plain.c) */
bool payload_member_is_plain(const char *name, const struct json_t *value);

/* -- over HTTP (web.c) --------------------------------------------------------------------------- */

enum { WEB_ANSWER_MAX = 1 << 18 };
/* POST `body`, or GET when it is NULL. *status: 0 when nobody answered (err says why). */
void web_ask(const char *url, const buf *body, long *status, buf *answer, assay_err *err);

/* GET what somebody else named: https alone, redirects too, and only of addresses of the whole
 * world's, unless `with_private`. `ca`: a file of certificates that count instead of the system's, or
 * NULL. Errors: ASSAY_NOT_FOUND with the reason in words; ASSAY_MEMORY. */
ASSAY_MUST_USE assay_status web_fetch(const char *url, const char *ca, bool with_private,
                                      buf *answer, assay_err *err);
struct sockaddr;
bool web_is_public(const struct sockaddr *a);

/* What a witness has of this log. ASSAY_OK: seen->size 0: nothing yet. ASSAY_IO: no answer. */
ASSAY_MUST_USE assay_status witness_has(const policy_witness *w, const char *origin,
                                        const note_key *keys, size_t count, signer_seen *seen,
                                        assay_err *err);

#endif
