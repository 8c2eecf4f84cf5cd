/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "live/sparkplug_rows.h"

#include "live/sparkplug_feed.h"

#include <stdlib.h>
#include <string.h>

enum { described_metrics = 10000 };

typedef struct {
    uint64_t number, token;
    void *session;
} owed;

struct sparkplug_rows {
    mqtt_rows_events events;
    sparkplug_feed *feed;
    sparkplug_link *link;
    owed *owed; /* a ring, in the order of their numbers */
    size_t first, count, room;
    uint64_t messages;
    loop_work *closed;
    void *closed_context;
};

/* -- answers -------------------------------------------------------------------------------------
 */

static bool ring_room(sparkplug_rows *r)
{
    if (r->count < r->room)
        return true;
    size_t room = r->room ? r->room * 2 : 1024;
    owed *wider = malloc(room * sizeof *wider);
    if (!wider)
        return false;
    for (size_t i = 0; i < r->count; i++)
        wider[i] = r->owed[(r->first + i) % r->room];
    free(r->owed);
    r->owed = wider;
    r->first = 0;
    r->room = room;
    return true;
}

static void pay(void *context)
{
    sparkplug_rows *r = context;
    uint64_t durable = sparkplug_feed_durable(r->feed);
    bool is_paid = r->count && r->owed[r->first].number <= durable;
    while (r->count && r->owed[r->first].number <= durable) {
        owed o = r->owed[r->first];
        r->first = (r->first + 1) % r->room;
        r->count--;
        r->events.acknowledge(r->events.context, o.session, o.token, MQTT_SUCCESS);
    }
    if (is_paid && r->events.acknowledged)
        r->events.acknowledged(r->events.context);
}

/* Messages that made no row (births) are answered with the next that is stored, or at once where
 * nothing is being stored. */
bool sparkplug_rows_message(sparkplug_rows *r, const mqtt_from *from, const mqtt_message *m)
{
    if (m->token && !ring_room(r))
        return false;
    sparkplug_feed_allow(r->feed, from->may, from->may_context);
    uint64_t number = sparkplug_link_take(r->link, m->topic.text, m->topic.length, m->payload.text,
                                          m->payload.length, m->is_retained);
    sparkplug_feed_allow(r->feed, NULL, NULL);
    if (!number)
        return false;
    r->messages++;
    if (m->token)
        r->owed[(r->first + r->count++) % r->room] = (owed){number, m->token, from->session};
    if (m->token)
        sparkplug_feed_answer_soon(r->feed);
    return true;
}

static void room_again(void *context)
{
    sparkplug_rows *r = context;
    r->events.room(r->events.context);
}

/* -- life
 * ------------------------------------------------------------------------------------------ */

static void no_command(void *context, const char *topic, const void *payload, size_t length)
{
    (void)context, (void)topic, (void)payload, (void)length;
}

static void rows_free(sparkplug_rows *r)
{
    free(r->owed);
    free(r);
}

static void feed_closed(void *context)
{
    sparkplug_rows *r = context;
    loop_work *closed = r->closed;
    void *to = r->closed_context;
    rows_free(r);
    closed(to);
}

assay_status sparkplug_rows_open(const door_setup *setup, const mqtt_rows_events *events,
                                 sparkplug_rows **out, assay_err *err)
{
    sparkplug_rows *r = calloc(1, sizeof *r);
    if (!r)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for a source");
    r->events = *events;
    sparkplug_feed_events e = {.room = room_again, .stored = pay, .is_direct = true, .context = r};
    assay_status status = sparkplug_feed_open(setup, &e, &r->feed, err);
    if (status == ASSAY_OK)
        status = sparkplug_link_new(r->feed, &(sparkplug_link_events){.command = no_command},
                                    &r->link, err);
    if (status != ASSAY_OK) {
        free(r);
        return status;
    }
    *out = r;
    return ASSAY_OK;
}

void sparkplug_rows_close(sparkplug_rows *r, loop_work *closed, void *context)
{
    if (!r) {
        closed(context);
        return;
    }
    r->closed = closed;
    r->closed_context = context;
    sparkplug_feed_close(r->feed, feed_closed, r);
}

void sparkplug_rows_gone(sparkplug_rows *r, const char *will_topic)
{
    sparkplug_link_gone(r->link, will_topic);
}

void sparkplug_rows_describe(const sparkplug_rows *r, json_t *into)
{
    sparkplug_describe(sparkplug_link_host(r->link), into, described_metrics);
    sparkplug_feed_describe(r->feed, into);
    json_object_set_new(into, "messages", json_integer((json_int_t)r->messages));
}
