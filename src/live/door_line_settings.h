/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The settings of a line door. */
#ifndef LIVE_DOOR_LINE_SETTINGS_H
#define LIVE_DOOR_LINE_SETTINGS_H

#include "live/settings.h"

#include "read/feed.h"

typedef struct {
    char host[256], port[256]; /* host "unix": port is a path */
    feed_format format;
    const char *precision, *prefix;
    const char *certificate, *key, *ca; /* NULL: plain; who is trusted as a client */
    const json_t *ignore;               /* list of tag names, or NULL */
    uint32_t max_connections, max_characteristics;
    uint64_t idle_ms; /* 0: never closed for silence */
    bool answers;
} line_settings;

/* Texts are those of `json` and live as long. */
ASSAY_MUST_USE assay_status line_settings_read(const json_t *json, line_settings *out,
                                               assay_err *err);

#endif
