/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sparkplug payloads on the ingest endpoint ("payload": "sparkplug"): edge nodes publish to Assay
 * itself, with no broker between. What differs from a broker: messages of one connection come in
 * their order, so nothing waits for it; there is nothing to subscribe, so a rebirth cannot be asked
 * for and an unknown node or alias stays refused until the node's next birth; an edge node that
 * goes without a word is dead at once. The other side of mqtt_rows. */
#ifndef LIVE_SPARKPLUG_ROWS_H
#define LIVE_SPARKPLUG_ROWS_H

#include "live/mqtt_rows.h"

typedef struct sparkplug_rows sparkplug_rows;
ASSAY_MUST_USE assay_status sparkplug_rows_open(const door_setup *setup,
                                                const mqtt_rows_events *events,
                                                sparkplug_rows **out, assay_err *err);
void sparkplug_rows_close(sparkplug_rows *r, loop_work *closed, void *context); /* accepts NULL */
bool sparkplug_rows_message(sparkplug_rows *r, const mqtt_from *from, const mqtt_message *m);
void sparkplug_rows_gone(sparkplug_rows *r, const char *will_topic);
void sparkplug_rows_describe(const sparkplug_rows *r, json_t *into);

#endif
