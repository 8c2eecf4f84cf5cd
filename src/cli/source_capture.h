/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The report of a dry run for people. */
#ifndef CLI_SOURCE_CAPTURE_H
#define CLI_SOURCE_CAPTURE_H

#include "cli/source_words.h"

/* What would become of the recorded session in `capture`; as JSON, or in words. */
ASSAY_MUST_USE assay_status source_capture(store *db, const source_words *w, const char *capture,
                                           bool as_json, buf *out, assay_err *err);

#endif
