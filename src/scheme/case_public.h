/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What people without an account may open, and how they hear of it again. */
#ifndef SCHEME_CASE_PUBLIC_H
#define SCHEME_CASE_PUBLIC_H

#include "scheme/case.h"

/* Does its first stage belong to a role that `may: [public]`? */
bool scheme_is_for_everybody(const scheme *s);
/* {scheme, name?, values, key?} opens a case of such a scheme and hands its first form in. The answer is that of
 * case_act and {receipt}: told this once.
 *
 * `key`, made by chance by who asks (22 to 64 letters and digits), makes it happen once: the same key again opens
 * no case, and the answer is the receipt of the first with "again": true. Who knows the key knows the receipt.
 * A photo in `values` is {name?, bytes: base64}, at most PUBLIC_PHOTOS_MOST in all; what it tells beside the
 * picture is taken out (photo.h). */
enum { PUBLIC_PHOTOS_MOST = 5 };
ASSAY_MUST_USE assay_status case_open_public(desk *d, store_tx *tx, const char *said,
                                             const viewer *who, buf *answer, assay_err *err);
/* Whose receipt it is, and the case that was opened with it. ASSAY_NOT_FOUND. */
ASSAY_MUST_USE assay_status case_of_receipt(desk *d, const char *receipt, viewer *who,
                                            object_id *out, assay_err *err);

#endif
