/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reason codes in words (MQTT 5.0 table 2-6) and the return codes of 3.1.1 (table 3.1). */
#include "live/mqtt_packet.h"

#include "base/i18n.h"

#include <stddef.h>

static const struct {
    uint8_t code;
    const char *text;
} texts[] = {
    {MQTT_SUCCESS, N_("no error")},
    {MQTT_UNSPECIFIED, N_("unspecified error")},
    {MQTT_MALFORMED, N_("malformed packet")},
    {MQTT_PROTOCOL_ERROR, N_("protocol error")},
    {MQTT_IMPLEMENTATION, N_("not supported here")},
    {MQTT_BAD_VERSION, N_("this version of MQTT is not supported")},
    {MQTT_BAD_CLIENT_ID, N_("the client identifier is not accepted")},
    {MQTT_BAD_LOGIN, N_("bad user name or password")},
    {MQTT_NOT_AUTHORIZED, N_("not authorized")},
    {MQTT_UNAVAILABLE, N_("the server is not available")},
    {0x89, N_("the server is busy")},
    {0x8a, N_("banned")},
    {MQTT_SHUTTING_DOWN, N_("the server is shutting down")},
    {MQTT_KEEP_ALIVE_PASSED, N_("nothing came within the keep-alive time")},
    {MQTT_TAKEN_OVER, N_("the session was taken over by another connection")},
    {0x8f, N_("the topic filter is not valid")},
    {MQTT_BAD_TOPIC, N_("the topic is not accepted")},
    {0x91, N_("the packet identifier is in use")},
    {MQTT_NO_SUCH_PACKET, N_("the packet identifier is not known")},
    {MQTT_RECEIVE_EXCEEDED, N_("more messages under way than agreed")},
    {MQTT_BAD_ALIAS, N_("the topic alias is not valid")},
    {MQTT_TOO_LARGE, N_("the packet is too large")},
    {0x96, N_("messages come too fast")},
    {MQTT_QUOTA, N_("a quota is exceeded")},
    {0x98, N_("ended by an administrator")},
    {MQTT_PAYLOAD_INVALID, N_("the payload is not what was announced")},
    {0x9b, N_("the quality of service is not supported")},
    {0x9c, N_("use another server")},
    {0x9d, N_("the server has moved")},
    {0x9e, N_("shared subscriptions are not supported")},
    {0xa1, N_("subscription identifiers are not supported")},
    {0xa2, N_("wildcard subscriptions are not supported")},
};

const char *mqtt_reason_text(uint8_t reason)
{
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (texts[i].code == reason)
            return texts[i].text;
    return N_("an unknown reason");
}

static const uint8_t return_codes[] = {MQTT_SUCCESS,     MQTT_BAD_VERSION, MQTT_BAD_CLIENT_ID,
                                       MQTT_UNAVAILABLE, MQTT_BAD_LOGIN,   MQTT_NOT_AUTHORIZED};

uint8_t mqtt_reason_of_return_code(uint8_t code)
{
    return code < sizeof return_codes ? return_codes[code] : MQTT_UNSPECIFIED;
}

uint8_t mqtt_return_code_of_reason(uint8_t reason)
{
    for (uint8_t i = 0; i < sizeof return_codes; i++)
        if (return_codes[i] == reason)
            return i;
    return 3;
}
