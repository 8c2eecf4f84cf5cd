/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "live/mqtt_outbox.h"

#include "base/i18n.h"

#include <stdlib.h>

struct outgoing {
    outgoing *next;
    buf bytes; /* the packet */
    uint16_t id;
    mqtt_published *done;
    void *context;
};

static bool is_used(const mqtt_outbox *o, uint16_t id)
{
    for (const outgoing *m = o->first; m; m = m->next)
        if (m->id == id)
            return true;
    return false;
}

uint16_t mqtt_outbox_id(mqtt_outbox *o)
{
    do
        o->last_id = (uint16_t)(o->last_id == 65535 ? 1 : o->last_id + 1);
    while (is_used(o, o->last_id));
    return o->last_id;
}

static void outgoing_free(outgoing *m)
{
    buf_done(&m->bytes);
    free(m);
}

static void finish(outgoing *m, bool is_delivered)
{
    if (m->done)
        m->done(m->context, is_delivered);
    outgoing_free(m);
}

assay_status mqtt_outbox_add(mqtt_outbox *o, mqtt_version v, const mqtt_publish *message,
                             mqtt_published *done, void *context, assay_err *err)
{
    if (o->count >= OUTBOX_MESSAGES || o->bytes + message->payload.length > OUTBOX_BYTES)
        return assay_fail(err, ASSAY_BUSY, 0,
                          _("%zu messages of %zu bytes wait for the broker already"), o->count,
                          o->bytes);
    outgoing *m = calloc(1, sizeof *m);
    if (!m)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for a message");
    *m = (outgoing){.id = mqtt_outbox_id(o), .done = done, .context = context};
    bool is_written = mqtt_write_publish(&m->bytes, v, message, m->id, NULL);
    if (!is_written || m->bytes.failed) {
        outgoing_free(m);
        return is_written
                   ? assay_fail(err, ASSAY_MEMORY, 0, "no memory for a message")
                   : assay_fail(err, ASSAY_LIMIT, 0, _("a message is larger than MQTT allows"));
    }
    *(o->last ? &o->last->next : &o->first) = m;
    o->last = m;
    if (!o->unsent)
        o->unsent = m;
    o->count++;
    o->bytes += m->bytes.length;
    return ASSAY_OK;
}

void mqtt_outbox_send(mqtt_outbox *o, uint32_t window, buf *out)
{
    for (; o->unsent && o->under_way < window; o->unsent = o->unsent->next, o->under_way++)
        buf_add(out, o->unsent->bytes.data, o->unsent->bytes.length);
}

void mqtt_outbox_acknowledge(mqtt_outbox *o, uint16_t id)
{
    outgoing *before = NULL, *m = o->first;
    for (; m != o->unsent && m->id != id; m = m->next)
        before = m;
    if (!m || m == o->unsent)
        return;
    *(before ? &before->next : &o->first) = m->next;
    if (o->last == m)
        o->last = before;
    o->count--;
    o->under_way--;
    o->bytes -= m->bytes.length;
    finish(m, true);
}

void mqtt_outbox_rewind(mqtt_outbox *o, bool has_session)
{
    const char again = 8;
    for (outgoing *m = o->first; m && m != o->unsent; m = m->next)
        m->bytes.data[0] =
            (char)(has_session ? m->bytes.data[0] | again : m->bytes.data[0] & ~again);
    o->unsent = o->first;
    o->under_way = 0;
}

void mqtt_outbox_fail(mqtt_outbox *o)
{
    outgoing *m = o->first;
    *o = (mqtt_outbox){.last_id = o->last_id};
    while (m) {
        outgoing *next = m->next;
        finish(m, false);
        m = next;
    }
}
