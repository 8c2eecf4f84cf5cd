/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lines over TCP (plain or TLS) and Unix sockets: line protocol or NDJSON (docs/how-to/lines.md).
 *
 * All connections of a source fill the same parcel; whatever a read brought is sent to the intake
 * at once while none is there, else it waits for company: so a quiet source is prompt and
 * a busy one has large groups. With all parcels under way nobody is read from: the senders feel it.
 *
 * Answers are cumulative: "ok 1200" says that the first 1200 lines of this connection are durable
 * or refused, so that a sender may resend from there after a break. An answer that a sender does
 * not read is left out; a later one holds it.
 */
#include "live/door.h"
#include "live/door_line_settings.h"
#include "live/lane.h"
#include "live/pour.h"
#include "live/stream.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LOOK_MS = 1000, ANSWERS_UNREAD = 64 * 1024, MARKS = 4 };

typedef struct connection connection;
typedef struct {
    door_setup setup;
    line_settings settings;
    lane *lane;
    pour *pour;
    stream_tls *tls;
    stream_listener *listener;
    loop_timer *look; /* for those who are silent */
    connection *first;
    uint32_t count, message;
    uint64_t connections, turned_away, sent; /* since it was opened; parcels sent */
    uint64_t stored;                         /* parcels that came back */
    loop_work *closed;
    void *closed_context;
} line_door;

struct connection {
    line_door *door;
    stream *stream; /* NULL: ended, its last line waits for room */
    feed *feed;
    bool is_waiting, is_dirty; /* for room; has lines in the parcel being filled */
    uint64_t last_ms, last_line;
    struct {
        uint64_t parcel, lines; /* lines of this connection up to this parcel */
    } marks[MARKS];
    size_t mark_count;
    connection *next, **at;
};

/* -- parcels ------------------------------------------------------------------------------- */

/* Lines that a parcel completes are answered for when it has come back. */
static void mark(connection *c)
{
    c->is_dirty = false;
    if (c->mark_count == MARKS)
        c->mark_count--;
    c->marks[c->mark_count].parcel = c->door->sent;
    c->marks[c->mark_count++].lines = feed_lines(c->feed);
}

static void send_parcel(line_door *d)
{
    const parcel *p = lane_parcel(d->lane);
    if (!p || parcel_is_empty(p))
        return;
    d->sent++;
    d->message = 0;
    for (connection *c = d->settings.answers ? d->first : NULL; c; c = c->next)
        if (c->is_dirty)
            mark(c);
    lane_send(d->lane);
}

static parcel *parcel_to_fill(line_door *d)
{
    parcel *p = lane_parcel(d->lane);
    if (p && parcel_is_full(p)) {
        send_parcel(d);
        p = lane_parcel(d->lane);
    }
    return p;
}

/* -- what a feed says ---------------------------------------------------------------------- */

static bool on_row(void *context, const feed_row *row)
{
    connection *c = context;
    line_door *d = c->door;
    parcel *p = parcel_to_fill(d);
    if (!p)
        return false;
    if (!p->arrived)
        p->arrived = time_now();
    d->message += row->line != c->last_line;
    c->last_line = row->line;
    c->is_dirty = true;
    if (pour_row(d->pour, p, row, d->message))
        return true;
    send_parcel(d); /* its texts made it full */
    p = lane_parcel(d->lane);
    return p && pour_row(d->pour, p, row, d->message);
}

static void answer_error(connection *c, uint64_t line, const char *reason, const char *expected)
{
    if (!c->stream || stream_unsent(c->stream) > ANSWERS_UNREAD)
        return;
    buf_addf(stream_out(c->stream), "error %llu %s: expected %s\n", (unsigned long long)line,
             reason, expected);
    stream_flush_soon(c->stream);
}

static bool on_refuse(void *context, uint64_t line, const char *reason, const char *expected,
                      const char *found, size_t length)
{
    connection *c = context;
    parcel *p = parcel_to_fill(c->door);
    if (!p)
        return false;
    c->is_dirty = true;
    pour_refuse(p, reason, expected, found, length);
    if (c->door->settings.answers)
        answer_error(c, line, reason, expected);
    return true;
}

/* -- connections --------------------------------------------------------------------------- */

static void connection_free(connection *c)
{
    *c->at = c->next;
    if (c->next)
        c->next->at = c->at;
    c->door->count--;
    stream_free(c->stream);
    feed_free(c->feed);
    free(c);
}

static void send_if_free(line_door *d)
{
    if (lane_is_free(d->lane))
        send_parcel(d);
}

/* Another connection's lines may stand between two of this one's. */
static void new_turn(connection *c)
{
    c->last_line = 0;
    c->last_ms = loop_now_ms(c->door->setup.loop);
}

static size_t on_data(void *context, const uint8_t *bytes, size_t n)
{
    connection *c = context;
    new_turn(c);
    size_t used = feed_take(c->feed, (const char *)bytes, n);
    c->is_waiting = used < n;
    if (c->is_waiting)
        stream_pause(c->stream, true);
    send_if_free(c->door);
    return used;
}

/* The last line may lack its newline; where there is no room for it the connection waits. */
static void end_lines(connection *c)
{
    line_door *d = c->door;
    new_turn(c);
    c->is_waiting = !feed_end(c->feed);
    if (!c->is_waiting)
        connection_free(c);
    send_if_free(d);
}

static void on_closed(void *context, const char *why)
{
    (void)why;
    connection *c = context;
    stream_free(c->stream);
    c->stream = NULL;
    end_lines(c);
}

static assay_status feed_open(connection *c, assay_err *err)
{
    const line_settings *s = &c->door->settings;
    feed_sink sink = {on_row, on_refuse, c};
    const json_t *tag;
    size_t i;
    assay_status status = feed_new(s->format, s->precision, &sink, &c->feed, err);
    json_array_foreach(s->ignore, i, tag)
    {
        if (status == ASSAY_OK)
            status = feed_ignore(c->feed, json_string_value(tag), err);
    }
    return status;
}

static assay_status connection_open(line_door *d, int fd, assay_err *err)
{
    connection *c = calloc(1, sizeof *c);
    if (!c)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for a connection");
    c->door = d;
    stream_events events = {NULL, on_data, on_closed, c};
    assay_status status = feed_open(c, err);
    if (status == ASSAY_OK)
        status = stream_adopt(d->setup.loop, fd, d->tls, &events, &c->stream, err);
    if (status != ASSAY_OK) {
        feed_free(c->feed);
        free(c);
        return status;
    }
    new_turn(c);
    c->next = d->first;
    c->at = &d->first;
    if (d->first)
        d->first->at = &c->next;
    d->first = c;
    d->count++;
    d->connections++;
    return ASSAY_OK;
}

static void on_accepted(void *context, int fd, const char *peer)
{
    line_door *d = context;
    assay_err err;
    if (d->count >= d->settings.max_connections) {
        d->turned_away++;
        close(fd);
        return;
    }
    if (connection_open(d, fd, &err) == ASSAY_OK)
        return;
    close(fd);
    d->setup.log("warning", d->setup.source, peer);
    d->setup.log("warning", d->setup.source, err.message);
}

/* -- what the lane says -------------------------------------------------------------------- */

static void answer_stored(connection *c)
{
    uint64_t lines = 0;
    size_t gone = 0;
    while (gone < c->mark_count && c->marks[gone].parcel <= c->door->stored)
        lines = c->marks[gone++].lines;
    if (!gone)
        return;
    if (!c->stream || stream_unsent(c->stream) > ANSWERS_UNREAD) {
        if (gone == c->mark_count)
            gone--; /* said with the next one */
    } else {
        buf_addf(stream_out(c->stream), "ok %llu\n", (unsigned long long)lines);
        stream_flush(c->stream);
    }
    c->mark_count -= gone;
    memmove(c->marks, c->marks + gone, c->mark_count * sizeof *c->marks);
}

static void on_stored(void *context, const parcel *p)
{
    (void)p;
    line_door *d = context;
    d->stored++;
    for (connection *c = d->settings.answers ? d->first : NULL; c; c = c->next)
        answer_stored(c);
    send_parcel(d);
}

static void on_room(void *context)
{
    line_door *d = context;
    for (connection *c = d->first, *next; c; c = next) {
        next = c->next;
        if (!c->is_waiting)
            continue;
        c->is_waiting = false;
        if (c->stream)
            stream_pause(c->stream, false);
        else
            end_lines(c);
    }
}

static void close_silent(void *context)
{
    line_door *d = context;
    uint64_t now = loop_now_ms(d->setup.loop);
    for (connection *c = d->first, *next; c; c = next) {
        next = c->next;
        if (c->stream && !c->is_waiting && now - c->last_ms > d->settings.idle_ms)
            on_closed(c, "silent");
    }
    loop_timer_set(d->look, LOOK_MS);
}

/* -- life ---------------------------------------------------------------------------------- */

static void door_free(line_door *d)
{
    pour_close(d->pour);
    stream_tls_free(d->tls);
    loop_timer_free(d->look);
    free(d);
}

static void lane_is_closed(void *context)
{
    line_door *d = context;
    loop_work *closed = d->closed;
    void *closed_context = d->closed_context;
    door_free(d);
    closed(closed_context);
}

static void line_close(void *door, loop_work *closed, void *context)
{
    line_door *d = door;
    stream_listener_close(d->listener);
    d->closed = closed;
    d->closed_context = context;
    while (d->first)
        connection_free(d->first);
    lane_close(d->lane, lane_is_closed, d);
}

static assay_status open_tls(line_door *d, assay_err *err)
{
    const line_settings *s = &d->settings;
    stream_tls_options o = {
        .is_server = true, .ca = s->ca, .certificate = s->certificate, .key = s->key};
    return s->certificate ? stream_tls_new(&o, &d->tls, err) : ASSAY_OK;
}

static assay_status open_parts(line_door *d, assay_err *err)
{
    const line_settings *s = &d->settings;
    pour_options pouring = {d->setup.catalog, s->prefix, s->max_characteristics};
    lane_events events = {on_stored, on_room, d};
    assay_status status = pour_open(&pouring, &d->pour, err);
    if (status == ASSAY_OK)
        status = open_tls(d, err);
    if (status == ASSAY_OK)
        status = loop_timer_new(d->setup.loop, close_silent, d, &d->look, err);
    if (status == ASSAY_OK)
        status = stream_listen(d->setup.loop, s->host, s->port, on_accepted, d, &d->listener, err);
    if (status == ASSAY_OK)
        status = lane_open(&d->setup, 0, &events, &d->lane, err);
    if (status == ASSAY_OK && s->idle_ms)
        loop_timer_set(d->look, LOOK_MS);
    return status;
}

static assay_status line_open(const door_setup *setup, void **out, assay_err *err)
{
    line_door *d = calloc(1, sizeof *d);
    if (!d)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for a source");
    d->setup = *setup;
    assay_status status = line_settings_read(setup->settings, &d->settings, err);
    if (status == ASSAY_OK)
        status = open_parts(d, err);
    if (status != ASSAY_OK) {
        stream_listener_close(d->listener);
        door_free(d);
        return status;
    }
    *out = d;
    return ASSAY_OK;
}

static assay_status line_check(const json_t *settings, assay_err *err)
{
    line_settings ignored;
    return line_settings_read(settings, &ignored, err);
}

static void line_describe(void *door, json_t *into)
{
    const line_door *d = door;
    bool is_unix = strcmp(d->settings.host, "unix") == 0;
    json_object_set_new(into, "state", json_string("listening"));
    if (!is_unix)
        json_object_set_new(into, "port", json_integer(stream_listener_port(d->listener)));
    json_object_set_new(into, "connections", json_integer(d->count));
    json_object_set_new(into, "connections_total", json_integer((json_int_t)d->connections));
    json_object_set_new(into, "turned_away", json_integer((json_int_t)d->turned_away));
    lane_describe(d->lane, into);
}

const door_type door_line = {
    .name = "line",
    .summary = "line protocol or NDJSON over TCP or a Unix socket",
    .example = "{\"door\": \"line\", \"listen\": \"127.0.0.1:8094\", \"format\": \"line\", \"precision\": \"ns\"}",
    .check = line_check,
    .open = line_open,
    .close = line_close,
    .describe = line_describe,
};
