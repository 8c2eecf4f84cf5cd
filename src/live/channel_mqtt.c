/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One message to one broker, at QoS 1: delivered when the broker has answered. A connection a
 * message, as with mail: alarms are rare, and a channel that stands idle holds nothing open. */
#include "live/channel_inner.h"
#include "live/mqtt_address.h"
#include "live/mqtt_client.h"

#include "base/i18n.h"

#include <stdio.h>
#include <string.h>

enum { WHOLE_MS = 15000, LOOK_MS = 200 };

typedef struct {
    const channel_settings *settings;
    const buf *body;
    const volatile bool *stop;
    char *trouble;
    loop *loop;
    loop_timer *timer;
    mqtt_client *client;
    uint64_t end_ms;
    bool is_sent, is_over, is_told;
} delivery;

static void closed(void *context)
{
    loop_stop(((delivery *)context)->loop);
}

static void finish(void *context)
{
    delivery *d = context;
    mqtt_client *c = d->client;
    d->client = NULL;
    mqtt_client_close(c, closed, d);
}

/* The client is not freed from within its own call. */
static void end(delivery *d, bool is_sent, const char *why)
{
    if (d->is_over)
        return;
    d->is_over = true;
    d->is_sent = is_sent;
    snprintf(d->trouble, CHANNEL_TROUBLE, "%.190s", why);
    if (!loop_post(d->loop, finish, d))
        loop_stop(d->loop);
}

static void published(void *context, bool is_delivered)
{
    end(context, is_delivered,
        is_delivered ? "" : N_("the connection was lost before the broker answered"));
}

static void connected(void *context, bool has_session)
{
    delivery *d = context;
    assay_err err;
    (void)has_session;
    d->is_told = !d->is_over;
    if (!d->is_over && mqtt_client_publish(d->client, d->settings->topic, d->body->data,
                                           d->body->length, 1, false, published, d, &err) != ASSAY_OK)
        end(d, false, err.message);
}

static void lost(void *context, const char *why)
{
    end(context, false, why);
}

static bool refuse(void *context, const mqtt_message *m)
{
    (void)context, (void)m;
    return true; /* nothing is subscribed */
}

static void look(void *context)
{
    delivery *d = context;
    if (*d->stop || loop_now_ms(d->loop) >= d->end_ms)
        end(d, false, *d->stop ? N_("the program ends") : N_("the broker does not answer"));
    else
        loop_timer_set(d->timer, LOOK_MS);
}

static assay_status run(delivery *d, const mqtt_address *broker, stream_tls *tls,
                        const char *password, assay_err *err)
{
    const char *user = d->settings->user;
    mqtt_client_options o = {.host = broker->host,
                             .port = broker->port,
                             .tls = tls,
                             .client = "",
                             .user = *user ? user : NULL,
                             .password = *user ? password : NULL,
                             .is_clean = true};
    mqtt_client_events e = {
        .message = refuse, .connected = connected, .lost = lost, .context = d};
    assay_status status = loop_timer_new(d->loop, look, d, &d->timer, err);
    if (status == ASSAY_OK)
        status = mqtt_client_open(d->loop, &o, &e, &d->client, err);
    if (status != ASSAY_OK)
        return status;
    d->end_ms = loop_now_ms(d->loop) + WHOLE_MS;
    loop_timer_set(d->timer, LOOK_MS);
    loop_run(d->loop);
    return ASSAY_OK;
}

bool channel_send_mqtt(const channel_settings *s, const char *secret, const buf *body,
                       const volatile bool *stop, long *answer, char trouble[CHANNEL_TROUBLE])
{
    delivery d = {.settings = s, .body = body, .stop = stop, .trouble = trouble};
    stream_tls_options with = {.ca = s->ca};
    stream_tls *tls = NULL;
    mqtt_address broker;
    assay_err err;
    if (!mqtt_address_read(s->url, &broker)) { /* the settings were checked */
        snprintf(trouble, CHANNEL_TROUBLE, N_("%.150s is no broker"), s->url);
        return false;
    }
    assay_status status = loop_open(&d.loop, &err);
    if (status == ASSAY_OK && broker.is_tls)
        status = stream_tls_new(&with, &tls, &err);
    if (status == ASSAY_OK)
        status = run(&d, &broker, tls, secret, &err);
    if (status != ASSAY_OK)
        snprintf(trouble, CHANNEL_TROUBLE, "%.190s", err.message);
    loop_timer_free(d.timer);
    loop_close(d.loop);
    stream_tls_free(tls);
    *answer = d.is_told ? -1 : 0;
    return d.is_sent;
}
