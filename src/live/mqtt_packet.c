/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One packet at a time, in place. A reader walks the variable header and the payload; the checks
 * that belong to a field stand where the field is read. */
#include "live/mqtt_packet.h"

#include "live/mqtt_property.h"
#include "live/mqtt_topic.h"

#include <string.h>

mqtt_slice mqtt_slice_of(const char *text)
{
    return (mqtt_slice){text, text ? (uint32_t)strlen(text) : 0};
}

typedef struct {
    mqtt_reader r;
    mqtt_sender sender;
    mqtt_version version;
    uint8_t flags;
    mqtt_packet packet;
} parser;

static bool malformed(parser *p, const char *text)
{
    return mqtt_refuse(&p->r, MQTT_MALFORMED, text);
}

static bool properties(parser *p, unsigned where, mqtt_slice *out)
{
    return p->version != MQTT_5 || mqtt_take_properties(&p->r, where, p->sender, out);
}

static bool own_properties(parser *p)
{
    return properties(p, p->packet.type, &p->packet.properties);
}

static bool packet_id(parser *p)
{
    if (!mqtt_take_short(&p->r, &p->packet.id))
        return false;
    return p->packet.id != 0 || mqtt_refuse(&p->r, MQTT_PROTOCOL_ERROR, "a packet identifier is 0");
}

static bool at_end(const parser *p)
{
    return p->r.p == p->r.end;
}

/* What is left is one byte or more of payload. */
static bool take_rest(parser *p, mqtt_slice *out)
{
    *out = (mqtt_slice){(const char *)p->r.p, (uint32_t)(p->r.end - p->r.p)};
    p->r.p = p->r.end;
    return true;
}

/* -- CONNECT --------------------------------------------------------------------------- */

static bool connect_protocol(parser *p, mqtt_connect *c)
{
    mqtt_slice name = {0};
    uint8_t level = 0;
    if (!mqtt_take_text(&p->r, &name) || !mqtt_take_byte(&p->r, &level))
        return false;
    bool is_known = name.length == 4 && memcmp(name.text, "MQTT", 4) == 0 &&
                    (level == MQTT_311 || level == MQTT_5);
    if (!is_known)
        return mqtt_refuse(&p->r, MQTT_BAD_VERSION, "the protocol is neither MQTT 3.1.1 nor 5");
    p->version = c->version = (mqtt_version)level;
    return true;
}

static bool connect_will(parser *p, mqtt_will *will, uint8_t flags)
{
    will->qos = flags >> 3 & 3;
    will->is_retained = flags >> 5 & 1;
    if (!(flags & 4))
        return (will->qos == 0 && !will->is_retained) || malformed(p, "will flags without a will");
    if (will->qos == 3)
        return malformed(p, "the will has QoS 3");
    if (!properties(p, MQTT_IN_WILL, &will->properties) || !mqtt_take_text(&p->r, &will->topic) ||
        !mqtt_take_binary(&p->r, &will->payload))
        return false;
    return mqtt_name_is_valid(will->topic.text, will->topic.length) ||
           malformed(p, "the will's topic is no topic name");
}

static bool parse_connect(parser *p)
{
    mqtt_connect *c = &p->packet.connect;
    uint8_t flags = 0;
    if (!connect_protocol(p, c) || !mqtt_take_byte(&p->r, &flags) ||
        !mqtt_take_short(&p->r, &c->keep_alive_s))
        return false;
    if (flags & 1)
        return malformed(p, "a reserved flag of CONNECT is set");
    if (c->version == MQTT_311 && (flags & 0xc0) == 0x40)
        return malformed(p, "a password without a user name");
    c->is_clean = flags >> 1 & 1;
    c->has_will = flags >> 2 & 1;
    if (!own_properties(p) || !mqtt_take_text(&p->r, &c->client) ||
        !connect_will(p, &c->will, flags))
        return false;
    if (flags & 0x80 && !mqtt_take_text(&p->r, &c->user))
        return false;
    return !(flags & 0x40) || mqtt_take_binary(&p->r, &c->password);
}

static bool parse_connack(parser *p)
{
    uint8_t flags = 0;
    if (!mqtt_take_byte(&p->r, &flags) || !mqtt_take_byte(&p->r, &p->packet.reason))
        return false;
    if (flags > 1)
        return malformed(p, "a reserved flag of CONNACK is set");
    p->packet.has_session = flags & 1;
    return own_properties(p);
}

/* -- PUBLISH and its answers ----------------------------------------------------------- */

/* A topic is needed, but for MQTT 5 with an alias. */
static bool check_topic(parser *p, const mqtt_publish *m)
{
    uint32_t alias;
    if (m->topic.length == 0 && p->version == MQTT_5)
        return mqtt_property_number(p->packet.properties, MQTT_P_ALIAS, &alias) ||
               mqtt_refuse(&p->r, MQTT_PROTOCOL_ERROR, "a message has neither topic nor alias");
    return mqtt_name_is_valid(m->topic.text, m->topic.length) ||
           malformed(p, "a message's topic is no topic name");
}

static bool parse_publish(parser *p)
{
    mqtt_publish *m = &p->packet.publish;
    m->is_retained = p->flags & 1;
    m->qos = p->flags >> 1 & 3;
    m->is_duplicate = p->flags >> 3 & 1;
    if (m->qos == 3)
        return malformed(p, "a message has QoS 3");
    if (m->qos == 0 && m->is_duplicate)
        return malformed(p, "a message of QoS 0 is marked as sent again");
    if (!mqtt_take_binary(&p->r, &m->topic) || (m->qos && !packet_id(p)) || !own_properties(p))
        return false;
    return check_topic(p, m) && take_rest(p, &m->payload);
}

static bool parse_ack(parser *p)
{
    if (!packet_id(p) || at_end(p))
        return p->r.fault.text == NULL;
    if (p->version == MQTT_311)
        return malformed(p, "an acknowledgement is too long");
    return mqtt_take_byte(&p->r, &p->packet.reason) && (at_end(p) || own_properties(p));
}

/* -- SUBSCRIBE, UNSUBSCRIBE ------------------------------------------------------------ */

static bool options_are_valid(mqtt_version v, uint8_t options)
{
    if (v == MQTT_311)
        return options <= 2;
    return options < 0x40 && (options & 3) != 3 && (options >> 4 & 3) != 3;
}

static bool check_filter(parser *p, bool has_options)
{
    mqtt_slice filter = {0};
    uint8_t options = 0;
    if (!mqtt_take_text(&p->r, &filter) || (has_options && !mqtt_take_byte(&p->r, &options)))
        return false;
    if (!mqtt_filter_is_valid(filter.text, filter.length))
        return malformed(p, "a topic filter is not valid");
    return options_are_valid(p->version, options) ||
           malformed(p, "reserved bits of a subscription are set");
}

static bool parse_filters(parser *p)
{
    if (!packet_id(p) || !own_properties(p))
        return false;
    if (at_end(p))
        return mqtt_refuse(&p->r, MQTT_PROTOCOL_ERROR, "no topic filter is given");
    const uint8_t *from = p->r.p;
    while (!at_end(p))
        if (!check_filter(p, p->packet.type == MQTT_SUBSCRIBE))
            return false;
    p->packet.filters = (mqtt_slice){(const char *)from, (uint32_t)(p->r.end - from)};
    return true;
}

bool mqtt_next_filter(const mqtt_packet *p, uint32_t *at, mqtt_slice *filter, uint8_t *options)
{
    if (*at >= p->filters.length)
        return false;
    const uint8_t *b = (const uint8_t *)p->filters.text + *at;
    uint32_t length = (uint32_t)(b[0] << 8 | b[1]);
    *filter = (mqtt_slice){(const char *)b + 2, length};
    *options = p->type == MQTT_SUBSCRIBE ? b[2 + length] : 0;
    *at += 2 + length + (p->type == MQTT_SUBSCRIBE);
    return true;
}

static bool parse_suback(parser *p)
{
    if (!packet_id(p) || !own_properties(p))
        return false;
    bool has_reasons = p->packet.type == MQTT_SUBACK || p->version == MQTT_5;
    if (has_reasons == at_end(p))
        return malformed(p, "the number of return codes is wrong");
    return take_rest(p, &p->packet.reasons);
}

/* -- the others ---------------------------------------------------------------------------------
 */

static bool parse_empty(parser *p)
{
    return at_end(p) || malformed(p, "a packet without content has some");
}

static bool parse_disconnect(parser *p)
{
    if (at_end(p))
        return true;
    if (p->version == MQTT_311)
        return parse_empty(p);
    return mqtt_take_byte(&p->r, &p->packet.reason) && (at_end(p) || own_properties(p));
}

static bool parse_auth(parser *p)
{
    if (p->version == MQTT_311)
        return mqtt_refuse(&p->r, MQTT_PROTOCOL_ERROR, "AUTH does not exist in MQTT 3.1.1");
    return parse_disconnect(p);
}

enum { BY_CLIENT = 1, BY_SERVER = 2, BY_BOTH = 3 };
typedef struct {
    bool (*parse)(parser *p);
    uint8_t senders, flags; /* flags: as they must be, but of PUBLISH */
} packet_rule;

static const packet_rule rules[16] = {
    [MQTT_CONNECT] = {parse_connect, BY_CLIENT, 0},
    [MQTT_CONNACK] = {parse_connack, BY_SERVER, 0},
    [MQTT_PUBLISH] = {parse_publish, BY_BOTH, 0},
    [MQTT_PUBACK] = {parse_ack, BY_BOTH, 0},
    [MQTT_PUBREC] = {parse_ack, BY_BOTH, 0},
    [MQTT_PUBREL] = {parse_ack, BY_BOTH, 2},
    [MQTT_PUBCOMP] = {parse_ack, BY_BOTH, 0},
    [MQTT_SUBSCRIBE] = {parse_filters, BY_CLIENT, 2},
    [MQTT_SUBACK] = {parse_suback, BY_SERVER, 0},
    [MQTT_UNSUBSCRIBE] = {parse_filters, BY_CLIENT, 2},
    [MQTT_UNSUBACK] = {parse_suback, BY_SERVER, 0},
    [MQTT_PINGREQ] = {parse_empty, BY_CLIENT, 0},
    [MQTT_PINGRESP] = {parse_empty, BY_SERVER, 0},
    [MQTT_DISCONNECT] = {parse_disconnect, BY_BOTH, 0},
    [MQTT_AUTH] = {parse_auth, BY_BOTH, 0},
};

/* The first byte alone tells whether the packet may come at all. */
static bool check_first(parser *p, uint8_t byte)
{
    const packet_rule *rule = &rules[byte >> 4];
    bool is_due = rule->senders & (p->sender == MQTT_FROM_CLIENT ? BY_CLIENT : BY_SERVER);
    if (byte >> 4 == MQTT_DISCONNECT && p->sender == MQTT_FROM_SERVER && p->version == MQTT_311)
        is_due = false;
    if (!is_due)
        return mqtt_refuse(&p->r, MQTT_PROTOCOL_ERROR, "this side does not send such a packet");
    if (byte >> 4 != MQTT_PUBLISH && (byte & 15) != rule->flags)
        return malformed(p, "reserved flags are set");
    return true;
}

/* Bytes of the fixed header, with the remaining length in *length; 0: more is needed; -1: bad. */
static ssize_t fixed_header(parser *p, const uint8_t *bytes, size_t n, uint32_t *length)
{
    *length = 0;
    for (size_t i = 1; i < 5; i++) {
        if (i == n)
            return 0;
        *length |= (uint32_t)(bytes[i] & 127) << (7 * (i - 1));
        if (bytes[i] == 0 && i > 1)
            break;
        if (!(bytes[i] & 128))
            return (ssize_t)i + 1;
    }
    malformed(p, "the remaining length is not well formed");
    return -1;
}

ssize_t mqtt_parse(mqtt_sender sender, mqtt_version version, size_t limit, const uint8_t *bytes,
                   size_t n, mqtt_packet *out, mqtt_fault *fault)
{
    if (n == 0)
        return 0;
    parser p = {.sender = sender, .version = version, .flags = bytes[0] & 15};
    uint32_t length = 0;
    ssize_t head = check_first(&p, bytes[0]) ? fixed_header(&p, bytes, n, &length) : -1;
    if (head > 0 && (size_t)head + length > limit) {
        mqtt_refuse(&p.r, MQTT_TOO_LARGE, "the packet is larger than the limit");
        head = -1;
    }
    if (head == 0 || (head > 0 && n - (size_t)head < length))
        return 0;
    if (head > 0) {
        p.r = (mqtt_reader){bytes + head, bytes + head + length, {0}};
        p.packet.type = (mqtt_type)(bytes[0] >> 4);
        if (rules[p.packet.type].parse(&p) && !at_end(&p))
            malformed(&p, "the packet is longer than its content");
    }
    if (p.r.fault.text) {
        *fault = p.r.fault;
        return -1;
    }
    *out = p.packet;
    return head + (ssize_t)length;
}
