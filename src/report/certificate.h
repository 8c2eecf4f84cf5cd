/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A credential for eyes: a certificate on paper, and the picture of a badge.
 *
 * Both carry the credential itself: the PDF as an attachment (credential.json), the pictures baked
 * in as Open Badges has it. The certificate's QR code leads to the issuer's page for checking. */
#ifndef REPORT_CERTIFICATE_H
#define REPORT_CERTIFICATE_H

#include "base/buf.h"

#include <assay/err.h>

/* `text`: an Open Badge as JSON. language "en", "ko" or "zh"; NULL: that of the environment. A4,
 * landscape. */
ASSAY_MUST_USE assay_status certificate_pdf(const char *text, size_t length, const char *language,
                                            buf *out, assay_err *err);
/* A round badge, 512 x 512, that carries `text`. */
ASSAY_MUST_USE assay_status certificate_badge(const char *text, size_t length, const char *language,
                                              bool is_svg, buf *out, assay_err *err);

#endif
