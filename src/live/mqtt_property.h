/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The properties of MQTT 5, and the primitive fields of all packets. Private to the codec. */
#ifndef LIVE_MQTT_PROPERTY_H
#define LIVE_MQTT_PROPERTY_H

#include "live/mqtt_packet.h"

/* A place in a packet. Every reader fails at the end and then stays there with `text` set. */
typedef struct {
    const uint8_t *p, *end;
    mqtt_fault fault; /* text NULL while all is well */
} mqtt_reader;

bool mqtt_refuse(mqtt_reader *r, uint8_t reason, const char *text); /* always false */
bool mqtt_take_byte(mqtt_reader *r, uint8_t *out);
bool mqtt_take_short(mqtt_reader *r, uint16_t *out);
bool mqtt_take_long(mqtt_reader *r, uint32_t *out);
bool mqtt_take_varint(mqtt_reader *r, uint32_t *out); /* shortest form only */
bool mqtt_take_binary(mqtt_reader *r, mqtt_slice *out);
bool mqtt_take_text(mqtt_reader *r, mqtt_slice *out); /* UTF-8 without U+0000 */

/* Where a property may stand: a bit for each packet type, bit 0 for a Will. */
enum { MQTT_IN_WILL = 0 };

/* The property list at the reader, with its length before it, of packet type `where` (or
 * MQTT_IN_WILL). */
bool mqtt_take_properties(mqtt_reader *r, unsigned where, mqtt_sender sender, mqtt_slice *out);

#endif
