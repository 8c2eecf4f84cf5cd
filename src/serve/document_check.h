/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Documents that the server itself acts on, looked into before they are stored.
 *
 *   station  {"name", "site", "items": [{"characteristic": path, "gauge", "low", "high", "instruction"}
 *            ..], "scans": [{"kind": "part" | "lot" | "serial" | "gauge" | "badge" | "cause", "prefix"}
 *            ..], "reasons": [text ..]}: what is measured there in which order; what a scan means;
 *            why a value may be missing. "low" and "high" are the plausible range.
 *   gauge    {"name", "site", "serial", "unit", "resolution", "place", "state": "in use" | "blocked" |
 *            "retired", "calibrated": date, "due": date, "studies": [{"date", "kind", "grr_percent",
 *            "ndc", "verdict", "by"} ..]} */
#ifndef SERVE_DOCUMENT_CHECK_H
#define SERVE_DOCUMENT_CHECK_H

#include "base/buf.h"

#include <assay/err.h>

#include <stdbool.h>
#include <stddef.h>

ASSAY_MUST_USE assay_status station_check(const char *json, assay_err *err);
ASSAY_MUST_USE assay_status gauge_check(const char *json, assay_err *err);

/* A text member of the outermost object; false: it has none. */
bool document_text(const char *json, const char *key, char *out, size_t room);
/* The object without one of its members. False: it is no object, or memory is short. */
bool document_without(const char *json, const char *key, buf *out);
/* The characteristics of a station that name this gauge. */
typedef void station_item_visitor(const char *path, void *context);
void station_items(const char *json, const char *gauge, station_item_visitor *visit, void *context);

#endif
