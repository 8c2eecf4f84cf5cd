/* SPDX-License-Identifier: GPL-3.0-or-later */
/* MQTT 5.0, section 2.2.2: a table of the 27 properties, and a walk over them. A list is checked
 * once when its packet is parsed; a look-up walks it again, since packets that matter for speed
 * have none or one. */
#include "live/mqtt_property.h"

#include "base/text.h"

#include <string.h>

typedef enum { NONE, BYTE, FLAG, SHORT, LONG, VARINT, BINARY, TEXT, PAIR } value_type;

typedef struct {
    value_type type;
    uint32_t where;
    bool is_never_zero;
} property_rule;

#define IN(type)  (1u << (type))
#define WILL      IN(MQTT_IN_WILL)
#define CONNECT   IN(MQTT_CONNECT)
#define CONNACK   IN(MQTT_CONNACK)
#define PUBLISH   IN(MQTT_PUBLISH)
#define SUBSCRIBE IN(MQTT_SUBSCRIBE)
#define LEAVE     IN(MQTT_DISCONNECT)
#define AUTH      IN(MQTT_AUTH)
#define ANSWERS                                                                                    \
    (IN(MQTT_PUBACK) | IN(MQTT_PUBREC) | IN(MQTT_PUBREL) | IN(MQTT_PUBCOMP) | IN(MQTT_SUBACK) |    \
     IN(MQTT_UNSUBACK))

static const property_rule rules[43] = {
    [1] = {FLAG, PUBLISH | WILL, false},
    [MQTT_P_MESSAGE_EXPIRY] = {LONG, PUBLISH | WILL, false},
    [3] = {TEXT, PUBLISH | WILL, false},
    [8] = {TEXT, PUBLISH | WILL, false},
    [9] = {BINARY, PUBLISH | WILL, false},
    [11] = {VARINT, PUBLISH | SUBSCRIBE, true},
    [MQTT_P_SESSION_EXPIRY] = {LONG, CONNECT | CONNACK | LEAVE, false},
    [MQTT_P_ASSIGNED_CLIENT] = {TEXT, CONNACK, false},
    [MQTT_P_SERVER_KEEP_ALIVE] = {SHORT, CONNACK, false},
    [MQTT_P_AUTH_METHOD] = {TEXT, CONNECT | CONNACK | AUTH, false},
    [22] = {BINARY, CONNECT | CONNACK | AUTH, false},
    [23] = {FLAG, CONNECT, false},
    [24] = {LONG, WILL, false},
    [25] = {FLAG, CONNECT, false},
    [26] = {TEXT, CONNACK, false},
    [28] = {TEXT, CONNACK | LEAVE, false},
    [MQTT_P_REASON_TEXT] = {TEXT, CONNACK | ANSWERS | LEAVE | AUTH, false},
    [MQTT_P_RECEIVE_MAXIMUM] = {SHORT, CONNECT | CONNACK, true},
    [MQTT_P_ALIAS_MAXIMUM] = {SHORT, CONNECT | CONNACK, false},
    [MQTT_P_ALIAS] = {SHORT, PUBLISH, true},
    [MQTT_P_MAXIMUM_QOS] = {FLAG, CONNACK, false},
    [MQTT_P_RETAIN_AVAILABLE] = {FLAG, CONNACK, false},
    [38] = {PAIR, ~(uint32_t)(IN(MQTT_PINGREQ) | IN(MQTT_PINGRESP)), false},
    [MQTT_P_MAXIMUM_PACKET] = {LONG, CONNECT | CONNACK, true},
    [MQTT_P_WILDCARD_AVAILABLE] = {FLAG, CONNACK, false},
    [MQTT_P_SUBSCRIPTION_ID_AVAILABLE] = {FLAG, CONNACK, false},
    [MQTT_P_SHARED_AVAILABLE] = {FLAG, CONNACK, false},
};

/* -- primitive fields ------------------------------------------------------------------ */

bool mqtt_refuse(mqtt_reader *r, uint8_t reason, const char *text)
{
    if (!r->fault.text)
        r->fault = (mqtt_fault){reason, text};
    r->p = r->end;
    return false;
}

static bool has(mqtt_reader *r, size_t n)
{
    return (size_t)(r->end - r->p) >= n ||
           mqtt_refuse(r, MQTT_MALFORMED, "the packet ends inside a field");
}

bool mqtt_take_byte(mqtt_reader *r, uint8_t *out)
{
    if (!has(r, 1))
        return false;
    *out = *r->p++;
    return true;
}

bool mqtt_take_short(mqtt_reader *r, uint16_t *out)
{
    if (!has(r, 2))
        return false;
    *out = (uint16_t)(r->p[0] << 8 | r->p[1]);
    r->p += 2;
    return true;
}

bool mqtt_take_long(mqtt_reader *r, uint32_t *out)
{
    if (!has(r, 4))
        return false;
    *out = (uint32_t)r->p[0] << 24 | (uint32_t)r->p[1] << 16 | (uint32_t)r->p[2] << 8 | r->p[3];
    r->p += 4;
    return true;
}

bool mqtt_take_varint(mqtt_reader *r, uint32_t *out)
{
    uint32_t value = 0;
    for (unsigned shift = 0; shift < 28; shift += 7) {
        uint8_t byte = 0;
        if (!mqtt_take_byte(r, &byte))
            return false;
        value |= (uint32_t)(byte & 127) << shift;
        if (byte & 128)
            continue;
        if (byte == 0 && shift > 0)
            break;
        *out = value;
        return true;
    }
    return mqtt_refuse(r, MQTT_MALFORMED, "a variable byte integer is not in its shortest form");
}

bool mqtt_take_binary(mqtt_reader *r, mqtt_slice *out)
{
    uint16_t length = 0;
    if (!mqtt_take_short(r, &length) || !has(r, length))
        return false;
    *out = (mqtt_slice){(const char *)r->p, length};
    r->p += length;
    return true;
}

static bool is_text(const char *text, size_t n)
{
    unsigned high = 0;
    bool has_zero = false;
    for (size_t i = 0; i < n; i++) {
        high |= (unsigned char)text[i];
        has_zero |= text[i] == 0;
    }
    return !has_zero && (high < 0x80 || utf8_valid(text, n) == n);
}

bool mqtt_take_text(mqtt_reader *r, mqtt_slice *out)
{
    mqtt_slice found = {0};
    if (!mqtt_take_binary(r, &found))
        return false;
    if (!is_text(found.text, found.length))
        return mqtt_refuse(r, MQTT_MALFORMED, "a text is not UTF-8 or holds U+0000");
    *out = found;
    return true;
}

/* -- properties ------------------------------------------------------------------------ */

typedef struct {
    uint32_t id, number;
    mqtt_slice text;
} property_value;

static bool take_number(mqtt_reader *r, value_type type, uint32_t *out)
{
    uint8_t byte = 0;
    uint16_t two = 0;
    switch (type) {
    case SHORT:
        if (!mqtt_take_short(r, &two))
            return false;
        *out = two;
        return true;
    case LONG:
        return mqtt_take_long(r, out);
    case VARINT:
        return mqtt_take_varint(r, out);
    default:
        if (!mqtt_take_byte(r, &byte))
            return false;
        *out = byte;
        return true;
    }
}

static bool take_value(mqtt_reader *r, value_type type, property_value *v)
{
    mqtt_slice second = {0};
    switch (type) {
    case BINARY:
        return mqtt_take_binary(r, &v->text);
    case TEXT:
        return mqtt_take_text(r, &v->text);
    case PAIR:
        return mqtt_take_text(r, &v->text) && mqtt_take_text(r, &second);
    default:
        return take_number(r, type, &v->number);
    }
}

static bool take_property(mqtt_reader *r, property_value *v)
{
    if (!mqtt_take_varint(r, &v->id))
        return false;
    if (v->id >= sizeof rules / sizeof rules[0] || rules[v->id].type == NONE)
        return mqtt_refuse(r, MQTT_MALFORMED, "a property has an unknown identifier");
    return take_value(r, rules[v->id].type, v);
}

static bool may_repeat(uint32_t id, unsigned where, mqtt_sender sender)
{
    return id == 38 || (id == 11 && where == MQTT_PUBLISH && sender == MQTT_FROM_SERVER);
}

static bool check_property(mqtt_reader *r, const property_value *v, unsigned where,
                           mqtt_sender sender, uint64_t *seen)
{
    const property_rule *rule = &rules[v->id];
    if (!(rule->where >> where & 1))
        return mqtt_refuse(r, MQTT_PROTOCOL_ERROR, "a property does not belong to this packet");
    if (*seen >> v->id & 1 && !may_repeat(v->id, where, sender))
        return mqtt_refuse(r, MQTT_PROTOCOL_ERROR, "a property is given twice");
    *seen |= UINT64_C(1) << v->id;
    if (v->id == 11 && where == MQTT_PUBLISH && sender == MQTT_FROM_CLIENT)
        return mqtt_refuse(r, MQTT_PROTOCOL_ERROR, "a client sent a subscription identifier");
    if (rule->type == FLAG && v->number > 1)
        return mqtt_refuse(r, MQTT_PROTOCOL_ERROR, "a property of 0 or 1 has another value");
    if (rule->is_never_zero && v->number == 0)
        return mqtt_refuse(
            r, rule->type == SHORT && v->id == MQTT_P_ALIAS ? MQTT_BAD_ALIAS : MQTT_PROTOCOL_ERROR,
            "a property that must not be 0 is 0");
    return true;
}

bool mqtt_take_properties(mqtt_reader *r, unsigned where, mqtt_sender sender, mqtt_slice *out)
{
    uint32_t length = 0;
    if (!mqtt_take_varint(r, &length) || !has(r, length))
        return false;
    mqtt_slice found = {(const char *)r->p, length};
    mqtt_reader list = {r->p, r->p + length, {0}};
    uint64_t seen = 0;
    while (list.p < list.end) {
        property_value v = {0};
        if (take_property(&list, &v))
            check_property(&list, &v, where, sender, &seen);
    }
    if (list.fault.text)
        return mqtt_refuse(r, list.fault.reason, list.fault.text);
    if (seen >> 22 & 1 && !(seen >> MQTT_P_AUTH_METHOD & 1))
        return mqtt_refuse(r, MQTT_PROTOCOL_ERROR, "authentication data without its method");
    r->p += length;
    *out = found;
    return true;
}

static bool find(mqtt_slice properties, mqtt_property id, property_value *out)
{
    const uint8_t *p = (const uint8_t *)properties.text;
    mqtt_reader r = {p, p + properties.length, {0}};
    while (r.p < r.end) {
        property_value v = {0};
        if (take_property(&r, &v) && v.id == (uint32_t)id) {
            *out = v;
            return true;
        }
    }
    return false;
}

bool mqtt_property_number(mqtt_slice properties, mqtt_property id, uint32_t *out)
{
    property_value v;
    if (!properties.length || !find(properties, id, &v))
        return false;
    *out = v.number;
    return true;
}

bool mqtt_property_text(mqtt_slice properties, mqtt_property id, mqtt_slice *out)
{
    property_value v;
    if (!properties.length || !find(properties, id, &v))
        return false;
    *out = v.text;
    return true;
}
