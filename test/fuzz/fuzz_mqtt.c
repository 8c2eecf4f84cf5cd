/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bytes from a socket, as either side sees them: first byte picks sender and version. Whatever is
 * accepted must lie within the input; a PUBLISH is written again and must read the same. */
#include "live/mqtt_packet.h"
#include "live/mqtt_topic.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(bool holds)
{
    if (!holds)
        abort();
}

static void check_filters(const mqtt_packet *p)
{
    uint32_t at = 0;
    mqtt_slice filter;
    uint8_t options;
    while (mqtt_next_filter(p, &at, &filter, &options))
        expect(mqtt_filter_is_valid(filter.text, filter.length));
    expect(at == p->filters.length);
}

static void check_publish(const mqtt_packet *p, mqtt_version v, mqtt_sender sender)
{
    buf out = BUF_INIT;
    buf list = {(char *)(uintptr_t)p->properties.text, p->properties.length, 0, false};
    expect(mqtt_write_publish(&out, v, &p->publish, p->id, list.length ? &list : NULL));
    mqtt_packet again;
    mqtt_fault fault;
    expect(mqtt_parse(sender, v, 1 << 16, (const uint8_t *)out.data, out.length, &again, &fault) ==
           (ssize_t)out.length);
    expect(again.publish.topic.length == p->publish.topic.length && again.id == p->id &&
           again.publish.payload.length == p->publish.payload.length);
    mqtt_slice filter = mqtt_slice_of("+/#");
    mqtt_slice captures[MQTT_CAPTURES];
    size_t count = 0;
    if (mqtt_filter_matches(filter, p->publish.topic, captures, &count))
        expect(count >= 1 && count <= 2);
    buf_done(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1)
        return 0;
    mqtt_sender sender = data[0] & 1 ? MQTT_FROM_SERVER : MQTT_FROM_CLIENT;
    mqtt_version v = data[0] & 2 ? MQTT_5 : MQTT_311;
    for (size_t at = 1; at < size;) {
        mqtt_packet p;
        mqtt_fault fault = {0};
        ssize_t used = mqtt_parse(sender, v, 1 << 16, data + at, size - at, &p, &fault);
        expect((used < 0) == (fault.text != NULL) && used <= (ssize_t)(size - at));
        if (used <= 0)
            break;
        if (p.type == MQTT_SUBSCRIBE || p.type == MQTT_UNSUBSCRIBE)
            check_filters(&p);
        if (p.type == MQTT_PUBLISH)
            check_publish(&p, v, sender);
        uint32_t number;
        mqtt_slice text;
        mqtt_property_number(p.properties, MQTT_P_ALIAS, &number);
        mqtt_property_text(p.properties, MQTT_P_REASON_TEXT, &text);
        at += (size_t)used;
    }
    return 0;
}
