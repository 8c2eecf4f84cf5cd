/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Commands to edge nodes and devices: NCMD and DCMD with one metric, by name, without seq. */
#ifndef LIVE_SPARKPLUG_COMMAND_H
#define LIVE_SPARKPLUG_COMMAND_H

#include "base/buf.h"

#include <assay/err.h>

#include <jansson.h>

enum { SPARKPLUG_TOPIC_MAX = 1024 };

/* Node Control/Rebirth = true. */
void sparkplug_rebirth_write(const char *group, const char *node,
                             char topic[static SPARKPLUG_TOPIC_MAX], buf *payload);
/* {"group", "node", "device"?, "metric", "type": "Int32", "value"}; the error names the member. */
ASSAY_MUST_USE assay_status sparkplug_command_write(const json_t *command,
                                                    char topic[static SPARKPLUG_TOPIC_MAX],
                                                    buf *payload, assay_err *err);

#endif
