/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Topics of the Sparkplug namespace, and the STATE message of a host.
 *
 *     spBv1.0/<group>/NBIRTH|NDEATH|NDATA|NCMD/<node>
 *     spBv1.0/<group>/DBIRTH|DDEATH|DDATA|DCMD/<node>/<device>
 *     spBv1.0/STATE/<host> */
#ifndef LIVE_SPARKPLUG_TOPIC_H
#define LIVE_SPARKPLUG_TOPIC_H

#include "base/buf.h"

#include <stdint.h>

enum { SPARKPLUG_ID_MAX = 255, SPARKPLUG_STATE_MAX = 1024 };

typedef enum {
    SPARKPLUG_NBIRTH,
    SPARKPLUG_NDEATH,
    SPARKPLUG_NDATA,
    SPARKPLUG_NCMD,
    SPARKPLUG_DBIRTH,
    SPARKPLUG_DDEATH,
    SPARKPLUG_DDATA,
    SPARKPLUG_DCMD,
    SPARKPLUG_STATE,
} sparkplug_verb;

typedef struct {
    const char *text; /* into the topic, not NUL-terminated */
    size_t length;
} sparkplug_word;

typedef struct {
    sparkplug_verb verb;
    sparkplug_word group;  /* empty for STATE */
    sparkplug_word node;   /* of STATE: the host */
    sparkplug_word device; /* empty for N messages */
} sparkplug_topic;

/* False: not such a topic (levels, verb, an id that is empty, too long, no UTF-8, or has + or #).
 */
bool sparkplug_topic_read(const char *topic, size_t length, sparkplug_topic *out);

/* {"online":true,"timestamp":1767597600000}; false: not such a JSON object. */
bool sparkplug_state_read(const char *payload, size_t length, bool *is_online, int64_t *timestamp);
void sparkplug_state_write(buf *out, bool is_online, int64_t timestamp_ms);

#endif
