/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Minutes of a meeting on paper. */
#ifndef REPORT_MINUTES_H
#define REPORT_MINUTES_H

#include "base/buf.h"

#include "scheme/meeting.h"

/* `shown`: what meeting_show told; `program` and `role`: their names for people. A4 upright, in the
 * language in force, times as clocks of this machine show them; who confirmed them,
 * and room to sign until chair and keeper have. */
ASSAY_MUST_USE assay_status minutes_pdf(const char *shown, const char *program, const char *role,
                                        buf *out, assay_err *err);
/* Of a stored meeting as the viewer may see it, in `language` ("en", "ko", "zh"). */
ASSAY_MUST_USE assay_status minutes_of(desk *d, const object_id *id, const viewer *who,
                                       const char *language, buf *out, assay_err *err);

#endif
