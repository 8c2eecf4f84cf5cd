/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "live/mqtt_address.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

bool mqtt_address_read(const char *text, mqtt_address *out)
{
    bool is_tls = strncmp(text, "mqtts://", 8) == 0;
    if (!is_tls && strncmp(text, "mqtt://", 7) != 0)
        return false;
    const char *host = text + (is_tls ? 8 : 7);
    bool is_v6 = *host == '[';
    const char *end = is_v6 ? strchr(host, ']') : host + strcspn(host, ":/");
    if (!end)
        return false;
    host += is_v6;
    size_t length = (size_t)(end - host);
    const char *port = end + is_v6;
    bool has_port = *port == ':';
    if (length == 0 || length >= sizeof out->host || (*port && !has_port) ||
        (has_port && !text_is_port(port + 1)))
        return false;
    *out = (mqtt_address){.is_tls = is_tls};
    memcpy(out->host, host, length);
    snprintf(out->port, sizeof out->port, "%s", has_port ? port + 1 : is_tls ? "8883" : "1883");
    return true;
}
