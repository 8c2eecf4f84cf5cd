/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A dry run: what would become of a recorded session, with the settings of a source. Nothing is
 * stored and nothing connected. For Sparkplug sources.
 *
 * A capture is one JSON object a line: {"topic", "payload_hex", "t_ms"?, "retain"?}. */
#ifndef LIVE_SOURCE_TRY_H
#define LIVE_SOURCE_TRY_H

#include <assay/err.h>

#include <jansson.h>

/* {"messages", "values", "repeated", "historical", "rebirths_asked",
 *  "characteristics": [{"path", "unit", "count", "first": {"value", "time", "serial" ...}}],
 *  "left_out": ["group/node/device: metric"], "refused": [{"reason", "count", "example", "remedy"}]}
 * At most 1000 characteristics and left out metrics are listed. ASSAY_IO, ASSAY_FORMAT (err->line),
 * ASSAY_UNSUPPORTED for sources of other types. */
ASSAY_MUST_USE assay_status source_try(const json_t *settings, const char *capture, json_t **out,
                                       assay_err *err);

#endif
