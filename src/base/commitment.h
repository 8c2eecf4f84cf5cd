/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the ledger holds of a payload: 32 bytes that bind it and say nothing about it.
 *
 * Form 2, of a JSON object in canonical form (RFC 8785), lets each member be shown or withheld by
 * itself. With `salt` 32 random bytes that never leave the database and || joining bytes,
 *
 *     salt of a member     SHA-256("assay/salt/v2\n" || salt || name, as the payload writes it)
 *     digest of a member   SHA-256("assay/member/v2\n" || its salt || its value)
 *     salt of the whole    SHA-256("assay/salt/v2\n" || salt)
 *     commitment           SHA-256("assay/commit/v2\n" || salt of the whole
 *                                  || canonical {name: base64url of its digest, ...})
 *
 * Who gets the salts of some members and the digests of the others can check both, and can guess
 * nothing of what is withheld. Form 1, of earlier records, is all or nothing:
 * SHA-256("assay/commit/v1\n" || salt || payload), the very first SHA-256(16 bytes || payload). */
#ifndef BASE_COMMITMENT_H
#define BASE_COMMITMENT_H

#include "base/hash.h"

#include <stdbool.h>

struct json_t; /* of jansson */

enum { COMMIT_WHOLE = 1, COMMIT_MEMBERS = 2, COMMIT_SALT = 32, COMMIT_SALT_OLD = 16 };

/* `payload` is canonical. ASSAY_FORMAT: a salt of another length; form 2 and no object. */
ASSAY_MUST_USE assay_status commitment_of(int form, const void *salt, size_t salt_length,
                                          const char *payload, size_t length, sha256 *out,
                                          assay_err *err);

typedef bool commitment_chooser(const char *name, const struct json_t *value);

/* Form 2 in parts, members of the object `parts`:
 *
 *     payload    canonical text of the members shown
 *     salt       of the whole, base64url
 *     salts      {name: salt, base64url} of those shown
 *     withheld   {name: digest, base64url} of the others */
ASSAY_MUST_USE assay_status commitment_show(const void *salt, const char *payload, size_t length,
                                            commitment_chooser *is_shown, struct json_t *parts,
                                            assay_err *err);
/* The commitment that such parts give. ASSAY_FORMAT: they are malformed. */
ASSAY_MUST_USE assay_status commitment_of_parts(const struct json_t *parts, sha256 *out,
                                                assay_err *err);

#endif
