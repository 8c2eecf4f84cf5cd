/* SPDX-License-Identifier: GPL-3.0-or-later */
/* MQTT packets as bytes: 3.1.1 (OASIS 2014) and 5.0 (OASIS 2019), both directions.
 *
 * mqtt_parse looks at a buffer in place: what it returns points into the bytes and lives as long as
 * they do. Nothing is allocated. All that the standards call malformed is refused: UTF-8 that is
 * none, lengths that do not add up, reserved flags, properties that do not belong to the packet,
 * come twice, or have no allowed value. The writers append to a buf; check `failed` once at the
 * end.
 */
#ifndef LIVE_MQTT_PACKET_H
#define LIVE_MQTT_PACKET_H

#include "base/buf.h"

#include <stdint.h>
#include <sys/types.h>

typedef enum { MQTT_311 = 4, MQTT_5 = 5 } mqtt_version;
typedef enum { MQTT_FROM_CLIENT, MQTT_FROM_SERVER } mqtt_sender;
typedef enum {
    MQTT_CONNECT = 1,
    MQTT_CONNACK,
    MQTT_PUBLISH,
    MQTT_PUBACK,
    MQTT_PUBREC,
    MQTT_PUBREL,
    MQTT_PUBCOMP,
    MQTT_SUBSCRIBE,
    MQTT_SUBACK,
    MQTT_UNSUBSCRIBE,
    MQTT_UNSUBACK,
    MQTT_PINGREQ,
    MQTT_PINGRESP,
    MQTT_DISCONNECT,
    MQTT_AUTH
} mqtt_type;

/* Reason codes of MQTT 5 that we send or act upon. */
enum {
    MQTT_SUCCESS = 0,
    MQTT_UNSPECIFIED = 0x80,
    MQTT_MALFORMED = 0x81,
    MQTT_PROTOCOL_ERROR = 0x82,
    MQTT_IMPLEMENTATION = 0x83,
    MQTT_BAD_VERSION = 0x84,
    MQTT_BAD_CLIENT_ID = 0x85,
    MQTT_BAD_LOGIN = 0x86,
    MQTT_NOT_AUTHORIZED = 0x87,
    MQTT_UNAVAILABLE = 0x88,
    MQTT_SHUTTING_DOWN = 0x8b,
    MQTT_KEEP_ALIVE_PASSED = 0x8d,
    MQTT_TAKEN_OVER = 0x8e,
    MQTT_BAD_TOPIC = 0x90,
    MQTT_NO_SUCH_PACKET = 0x92,
    MQTT_RECEIVE_EXCEEDED = 0x93,
    MQTT_BAD_ALIAS = 0x94,
    MQTT_TOO_LARGE = 0x95,
    MQTT_QUOTA = 0x97,
    MQTT_PAYLOAD_INVALID = 0x99
};

/* In words: "bad user name or password". Return codes of a CONNACK of 3.1.1 become reasons first.
 */
const char *mqtt_reason_text(uint8_t reason);
uint8_t mqtt_reason_of_return_code(uint8_t code);
uint8_t mqtt_return_code_of_reason(uint8_t reason);

/* Identifiers of the properties that are looked up; the parser knows all 27. */
typedef enum {
    MQTT_P_MESSAGE_EXPIRY = 2,
    MQTT_P_SESSION_EXPIRY = 17,
    MQTT_P_ASSIGNED_CLIENT = 18,
    MQTT_P_SERVER_KEEP_ALIVE = 19,
    MQTT_P_AUTH_METHOD = 21,
    MQTT_P_REASON_TEXT = 31,
    MQTT_P_RECEIVE_MAXIMUM = 33,
    MQTT_P_ALIAS_MAXIMUM = 34,
    MQTT_P_ALIAS = 35,
    MQTT_P_MAXIMUM_QOS = 36,
    MQTT_P_RETAIN_AVAILABLE = 37,
    MQTT_P_MAXIMUM_PACKET = 39,
    MQTT_P_WILDCARD_AVAILABLE = 40,
    MQTT_P_SUBSCRIPTION_ID_AVAILABLE = 41,
    MQTT_P_SHARED_AVAILABLE = 42
} mqtt_property;

enum { MQTT_PACKET_MAX = 268435455 + 5 };

/* Not NUL-terminated. text is NULL when the field is not there. */
typedef struct {
    const char *text;
    uint32_t length;
} mqtt_slice;
mqtt_slice mqtt_slice_of(const char *text); /* of a C string; NULL is not there */

typedef struct {
    mqtt_slice topic, payload;
    mqtt_slice properties;
    uint8_t qos;
    bool is_retained;
} mqtt_will;

typedef struct {
    mqtt_version version;
    bool is_clean; /* clean session; in 5: clean start */
    bool has_will;
    uint16_t keep_alive_s;
    mqtt_slice client, user, password;
    mqtt_will will;
} mqtt_connect;

typedef struct {
    mqtt_slice topic, payload;
    uint8_t qos;
    bool is_duplicate, is_retained;
} mqtt_publish;

typedef struct {
    mqtt_type type;
    uint16_t id;      /* packet identifier, 0: none */
    uint8_t reason;   /* of acknowledgements and DISCONNECT; CONNACK of 3.1.1: its return code */
    bool has_session; /* CONNACK: session present */
    mqtt_slice properties; /* checked; "" in 3.1.1 */
    union {
        mqtt_connect connect;
        mqtt_publish publish;
        mqtt_slice filters; /* SUBSCRIBE, UNSUBSCRIBE: walk with mqtt_next_filter */
        mqtt_slice reasons; /* SUBACK, UNSUBACK of 5: one byte each */
    };
} mqtt_packet;

typedef struct {
    uint8_t reason;   /* MQTT_MALFORMED, MQTT_PROTOCOL_ERROR, MQTT_TOO_LARGE, MQTT_BAD_VERSION */
    const char *text; /* static, lower case */
} mqtt_fault;

/* The packet at bytes[0..n), at most `limit` bytes long. Returns its length; 0: not all of it is
 * there yet; -1: it is refused and the connection is lost, *fault says why (then *out is
 * untouched). `version` counts for all but CONNECT, which names its own. Cost: O(length). */
ssize_t mqtt_parse(mqtt_sender sender, mqtt_version version, size_t limit, const uint8_t *bytes,
                   size_t n, mqtt_packet *out, mqtt_fault *fault);

/* Look a property up in a checked list. False: not there. */
bool mqtt_property_number(mqtt_slice properties, mqtt_property id, uint32_t *out);
bool mqtt_property_text(mqtt_slice properties, mqtt_property id, mqtt_slice *out);

/* Walk the filters of a parsed packet: begin with *at = 0. False at the end. `options` is 0 for
 * UNSUBSCRIBE; its lowest two bits are the QoS. */
bool mqtt_next_filter(const mqtt_packet *p, uint32_t *at, mqtt_slice *filter, uint8_t *options);

/* -- writers --------------------------------------------------------------------------- */

/* Properties are written by these into a buf of their own, then handed over (NULL: none). */
void mqtt_add_byte(buf *properties, mqtt_property id, uint8_t value);
void mqtt_add_short(buf *properties, mqtt_property id, uint16_t value);
void mqtt_add_long(buf *properties, mqtt_property id, uint32_t value);
void mqtt_add_text(buf *properties, mqtt_property id, const char *text, size_t length);

void mqtt_write_connect(buf *out, const mqtt_connect *c, const buf *properties);
void mqtt_write_connack(buf *out, mqtt_version v, bool has_session, uint8_t reason,
                        const buf *properties);
/* `id` counts for QoS 1 and 2. False: longer than a packet may be, nothing written. */
bool mqtt_write_publish(buf *out, mqtt_version v, const mqtt_publish *p, uint16_t id,
                        const buf *properties);
/* PUBACK, PUBREC, PUBREL, PUBCOMP. The reason is written in 5 when it is not 0. */
void mqtt_write_ack(buf *out, mqtt_version v, mqtt_type type, uint16_t id, uint8_t reason);
/* `options`: one byte each; NULL writes UNSUBSCRIBE. */
void mqtt_write_subscribe(buf *out, mqtt_version v, uint16_t id, const mqtt_slice *filters,
                          const uint8_t *options, size_t count);
/* SUBACK or UNSUBACK with `count` times the reason (3.1.1: UNSUBACK has none, SUBACK 0x80). */
void mqtt_write_suback(buf *out, mqtt_version v, mqtt_type type, uint16_t id, uint8_t reason,
                       size_t count);
/* PINGREQ, PINGRESP, DISCONNECT (with its reason in 5). */
void mqtt_write_short(buf *out, mqtt_version v, mqtt_type type, uint8_t reason);

#endif
