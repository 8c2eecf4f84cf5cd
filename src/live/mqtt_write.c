/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writing MQTT packets: the length is known before the first byte, so each goes out in one pass. */
#include "live/mqtt_packet.h"

#include <string.h>

static void add_byte(buf *out, unsigned value)
{
    buf_add_char(out, (char)value);
}

static void add_short(buf *out, unsigned value)
{
    uint8_t bytes[2] = {(uint8_t)(value >> 8), (uint8_t)value};
    buf_add(out, bytes, 2);
}

static void add_varint(buf *out, uint32_t value)
{
    for (; value >= 128; value >>= 7)
        add_byte(out, (value & 127) | 128);
    add_byte(out, value);
}

static void add_slice(buf *out, mqtt_slice s)
{
    add_short(out, s.length);
    buf_add(out, s.text, s.length);
}

static uint32_t varint_size(uint32_t value)
{
    return value < 128 ? 1 : value < 16384 ? 2 : value < 2097152 ? 3 : 4;
}

/* -- properties ------------------------------------------------------------------------ */

void mqtt_add_byte(buf *properties, mqtt_property id, uint8_t value)
{
    add_byte(properties, id);
    add_byte(properties, value);
}

void mqtt_add_short(buf *properties, mqtt_property id, uint16_t value)
{
    add_byte(properties, id);
    add_short(properties, value);
}

void mqtt_add_long(buf *properties, mqtt_property id, uint32_t value)
{
    add_byte(properties, id);
    add_short(properties, value >> 16);
    add_short(properties, value & 0xffff);
}

void mqtt_add_text(buf *properties, mqtt_property id, const char *text, size_t length)
{
    add_byte(properties, id);
    add_slice(properties, (mqtt_slice){text, (uint32_t)length});
}

static uint32_t list_size(mqtt_version v, const buf *properties)
{
    uint32_t length = properties ? (uint32_t)properties->length : 0;
    return v == MQTT_5 ? varint_size(length) + length : 0;
}

static void add_list(buf *out, mqtt_version v, const buf *properties)
{
    if (v != MQTT_5)
        return;
    add_varint(out, properties ? (uint32_t)properties->length : 0);
    if (properties)
        buf_add(out, properties->data, properties->length);
}

/* -- packets ------------------------------------------------------------------------------------
 */

static void begin(buf *out, mqtt_type type, unsigned flags, uint32_t length)
{
    add_byte(out, (unsigned)type << 4 | flags);
    add_varint(out, length);
}

static uint32_t will_size(const mqtt_connect *c)
{
    if (!c->has_will)
        return 0;
    uint32_t list = c->will.properties.length;
    return (c->version == MQTT_5 ? varint_size(list) + list : 0) + 2 + c->will.topic.length + 2 +
           c->will.payload.length;
}

static void add_will(buf *out, const mqtt_connect *c)
{
    if (c->version == MQTT_5) {
        add_varint(out, c->will.properties.length);
        buf_add(out, c->will.properties.text, c->will.properties.length);
    }
    add_slice(out, c->will.topic);
    add_slice(out, c->will.payload);
}

static unsigned connect_flags(const mqtt_connect *c)
{
    unsigned flags = (c->user.text ? 0x80u : 0) | (c->password.text ? 0x40u : 0);
    if (c->has_will)
        flags |= 4u | (unsigned)c->will.qos << 3 | (c->will.is_retained ? 0x20u : 0);
    return flags | (c->is_clean ? 2u : 0);
}

void mqtt_write_connect(buf *out, const mqtt_connect *c, const buf *properties)
{
    uint32_t length = 10 + list_size(c->version, properties) + 2 + c->client.length + will_size(c);
    length += c->user.text ? 2 + c->user.length : 0;
    length += c->password.text ? 2 + c->password.length : 0;
    begin(out, MQTT_CONNECT, 0, length);
    add_slice(out, mqtt_slice_of("MQTT"));
    add_byte(out, c->version);
    add_byte(out, connect_flags(c));
    add_short(out, c->keep_alive_s);
    add_list(out, c->version, properties);
    add_slice(out, c->client);
    if (c->has_will)
        add_will(out, c);
    if (c->user.text)
        add_slice(out, c->user);
    if (c->password.text)
        add_slice(out, c->password);
}

void mqtt_write_connack(buf *out, mqtt_version v, bool has_session, uint8_t reason,
                        const buf *properties)
{
    begin(out, MQTT_CONNACK, 0, 2 + list_size(v, properties));
    add_byte(out, has_session);
    add_byte(out, reason);
    add_list(out, v, properties);
}

bool mqtt_write_publish(buf *out, mqtt_version v, const mqtt_publish *p, uint16_t id,
                        const buf *properties)
{
    size_t length = 2 + (size_t)p->topic.length + (p->qos ? 2 : 0) + list_size(v, properties) +
                    p->payload.length;
    if (p->topic.length > 65535 || length > MQTT_PACKET_MAX - 5)
        return false;
    unsigned flags = (p->is_duplicate ? 8u : 0) | (unsigned)p->qos << 1 | (p->is_retained ? 1u : 0);
    begin(out, MQTT_PUBLISH, flags, (uint32_t)length);
    add_slice(out, p->topic);
    if (p->qos)
        add_short(out, id);
    add_list(out, v, properties);
    buf_add(out, p->payload.text, p->payload.length);
    return true;
}

void mqtt_write_ack(buf *out, mqtt_version v, mqtt_type type, uint16_t id, uint8_t reason)
{
    bool has_reason = v == MQTT_5 && reason;
    uint8_t bytes[5] = {(uint8_t)(type << 4 | (type == MQTT_PUBREL ? 2 : 0)), has_reason ? 3 : 2,
                        (uint8_t)(id >> 8), (uint8_t)id, reason};
    buf_add(out, bytes, has_reason ? 5 : 4);
}

void mqtt_write_subscribe(buf *out, mqtt_version v, uint16_t id, const mqtt_slice *filters,
                          const uint8_t *options, size_t count)
{
    uint32_t length = 2 + list_size(v, NULL);
    for (size_t i = 0; i < count; i++)
        length += 2 + filters[i].length + (options ? 1 : 0);
    begin(out, options ? MQTT_SUBSCRIBE : MQTT_UNSUBSCRIBE, 2, length);
    add_short(out, id);
    add_list(out, v, NULL);
    for (size_t i = 0; i < count; i++) {
        add_slice(out, filters[i]);
        if (options)
            add_byte(out, options[i]);
    }
}

void mqtt_write_suback(buf *out, mqtt_version v, mqtt_type type, uint16_t id, uint8_t reason,
                       size_t count)
{
    if (v == MQTT_311)
        count = type == MQTT_SUBACK ? count : 0;
    begin(out, type, 0, (uint32_t)(2 + list_size(v, NULL) + count));
    add_short(out, id);
    add_list(out, v, NULL);
    for (size_t i = 0; i < count; i++)
        add_byte(out, v == MQTT_311 && reason >= 0x80 ? 0x80 : reason);
}

void mqtt_write_short(buf *out, mqtt_version v, mqtt_type type, uint8_t reason)
{
    bool has_reason = v == MQTT_5 && type == MQTT_DISCONNECT && reason;
    begin(out, type, 0, has_reason ? 1 : 0);
    if (has_reason)
        add_byte(out, reason);
}
