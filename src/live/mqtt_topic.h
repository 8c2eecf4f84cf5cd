/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Topic names and topic filters of MQTT. Texts are not NUL-terminated. */
#ifndef LIVE_MQTT_TOPIC_H
#define LIVE_MQTT_TOPIC_H

#include "live/mqtt_packet.h"

enum { MQTT_CAPTURES = 16 };

/* UTF-8 without U+0000, 1 to 65535 bytes; a name holds no wildcard, in a filter '+' and '#' stand
 * alone in their level and '#' last. "$share/group/filter" is a filter. */
bool mqtt_name_is_valid(const char *text, size_t length);
bool mqtt_filter_is_valid(const char *text, size_t length);

/* Does the topic match? captures[0..] receive what each '+', then '#', stood for (as many as there
 * is room for); *count how many. Both may be NULL. A wildcard in the first level does not match a
 * topic that begins with '$'. */
bool mqtt_filter_matches(mqtt_slice filter, mqtt_slice topic, mqtt_slice captures[MQTT_CAPTURES],
                         size_t *count);

#endif
