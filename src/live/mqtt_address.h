/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where a broker is: mqtt://host[:port] or mqtts://host[:port]; an IPv6 address in brackets. */
#ifndef LIVE_MQTT_ADDRESS_H
#define LIVE_MQTT_ADDRESS_H

#include <stdbool.h>

typedef struct {
    char host[256], port[8];
    bool is_tls;
} mqtt_address;

bool mqtt_address_read(const char *text, mqtt_address *out); /* false: it is none */

#endif
