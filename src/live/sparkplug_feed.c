/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Values of the present and of history go different ways (lanes), because history raises no live
 * alarm. A parcel leaves at the end of the round in which it got its first row, unless two are
 * being stored already: then it grows meanwhile, so that a full plant makes large commits. */
#include "live/sparkplug_feed.h"

#include "base/i18n.h"

#include "live/lane.h"
#include "live/settings.h"
#include "live/sparkplug_command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    LIVE,
    HISTORY,
    LANES,
    storing_most = 2,
    own_rows_least = 8 /* bytes of a metric, at least */
};

typedef struct {
    const parcel *parcel;
    uint64_t first; /* number of its first message */
} sent;

typedef struct {
    sparkplug_feed *feed;
    lane *lane;
    const parcel *filling; /* the parcel of `base` and `first` */
    uint64_t base, first;
    sent *sent; /* being stored, in the order they left */
    size_t sent_count, sent_room;
    bool is_open;
} path;

struct sparkplug_link {
    sparkplug_feed *feed;
    sparkplug_link_events events;
    sparkplug_host *host;
    loop_timer *timer;
    uint64_t due;
    struct sparkplug_link *next;
};

struct sparkplug_feed {
    door_setup setup;
    sparkplug_feed_events events;
    sparkplug_settings settings;
    mapping_metric *mapping;
    path paths[LANES];
    sparkplug_link *links;
    uint64_t taken;
    bool is_posted, is_wanted, is_closing;
    size_t open_paths;
    uint64_t lost_rows; /* memory */
    bool is_answer_due;
    bool (*may)(const void *context, const char *path);
    const void *may_context;
    loop_work *closed;
    void *closed_context;
};

/* -- settings ------------------------------------------------------------------------------------
 */

assay_status sparkplug_feed_check(const json_t *settings, assay_err *err)
{
    const char *id = setting_text(settings, "host_id", "assay");
    if (strlen(id) > SPARKPLUG_ID_MAX || strpbrk(id, "+/#"))
        return assay_fail(err, ASSAY_USAGE, 0,
                          _("\"host_id\" is \"%.60s\", expected at most %d bytes without + / #"),
                          id, SPARKPLUG_ID_MAX);
    return mapping_metric_check(settings, err);
}

static sparkplug_settings settings_of(const json_t *settings)
{
    sparkplug_settings s = {
        .reorder_ms = (uint32_t)setting_integer(settings, "reorder_ms", 2000),
        .asks_rebirth = setting_bool(settings, "rebirth", true),
        .rebirth_ms = (uint32_t)setting_integer(settings, "rebirth_ms", 10000),
        .spread_ms = (uint32_t)setting_integer(settings, "rebirth_spread_ms", 1000),
    };
    snprintf(s.id, sizeof s.id, "%s", setting_text(settings, "host_id", "assay"));
    return s;
}

/* -- parcels -------------------------------------------------------------------------------------
 */

static void path_send(path *p)
{
    parcel *full = lane_parcel(p->lane);
    if (!full || parcel_is_empty(full))
        return;
    if (p->sent_count == p->sent_room) {
        size_t room = p->sent_room ? p->sent_room * 2 : 8;
        sent *grown = realloc(p->sent, room * sizeof *grown);
        if (!grown)
            return; /* it goes with the next chance */
        p->sent = grown;
        p->sent_room = room;
    }
    p->sent[p->sent_count++] = (sent){full, p->filling == full ? p->first : p->feed->taken};
    p->filling = NULL;
    lane_send(p->lane);
}

static void path_stored(void *context, const parcel *stored)
{
    path *p = context;
    size_t i = 0;
    while (i < p->sent_count && p->sent[i].parcel != stored)
        i++;
    if (i < p->sent_count)
        memmove(&p->sent[i], &p->sent[i + 1], (--p->sent_count - i) * sizeof *p->sent);
    if (p->sent_count < storing_most)
        path_send(p);
    if (p->feed->events.stored)
        p->feed->events.stored(p->feed->events.context);
}

static void path_room(void *context)
{
    sparkplug_feed *f = ((path *)context)->feed;
    if (f->is_wanted && !f->is_closing) {
        f->is_wanted = false;
        f->events.room(f->events.context);
    }
}

static void end_of_round(void *context)
{
    sparkplug_feed *f = context;
    f->is_posted = false;
    for (int i = 0; i < LANES; i++) {
        if (f->paths[i].is_open && f->paths[i].sent_count < storing_most)
            path_send(&f->paths[i]);
    }
    if (f->is_answer_due && !f->is_closing && f->events.stored)
        f->events.stored(f->events.context);
    f->is_answer_due = false;
}

static void send_soon(sparkplug_feed *f)
{
    if (!f->is_posted && !f->is_closing)
        f->is_posted = loop_post(f->setup.loop, end_of_round, f);
}

void sparkplug_feed_answer_soon(sparkplug_feed *f)
{
    f->is_answer_due = true;
    send_soon(f);
}

void sparkplug_feed_allow(sparkplug_feed *f, bool (*may)(const void *context, const char *path),
                          const void *context)
{
    f->may = may;
    f->may_context = context;
}

/* The parcel to write to now; one more than usual where there is none left. */
static parcel *path_parcel(path *p)
{
    parcel *to = lane_extra(p->lane);
    if (to && to != p->filling) {
        p->filling = to;
        p->base = p->first = p->feed->taken;
    }
    return to;
}

static parcel *path_next(path *p)
{
    path_send(p);
    return path_parcel(p);
}

/* -- what the mapping says
 * -------------------------------------------------------------------------- */

static void row_texts(parcel *to, const metric_value *v, parcel_row *row)
{
    for (int k = 0; k < CONTEXT_COUNT; k++)
        row->context[k] = v->texts[k].text ? parcel_text(to, (context_kind)k, v->texts[k].text,
                                                         v->texts[k].length)
                                           : 0;
}

static bool row_add(path *p, parcel *to, const metric_value *v, parcel_row *row)
{
    if (!to)
        return false;
    if (v->has_texts)
        row_texts(to, v, row);
    row->message = (uint32_t)(p->feed->taken - p->base);
    return parcel_add(to, row);
}

static void on_refuse(void *context, const char *reason, const char *remedy, uint64_t count,
                      const char *example, size_t length)
{
    sparkplug_feed *f = context;
    parcel *to = path_parcel(&f->paths[LIVE]);
    if (to)
        parcel_refuse(to, reason, remedy, count, example, length);
    send_soon(f);
}

static bool is_allowed(sparkplug_feed *f, const metric_value *v)
{
    const char *name = f->may ? catalog_path(f->setup.catalog, v->place) : "";
    if (!f->may || f->may(f->may_context, name))
        return true;
    on_refuse(f, "not-allowed", N_("let the account measure at this site"), 1, name, strlen(name));
    return false;
}

static void on_row(void *context, const metric_value *v)
{
    sparkplug_feed *f = context;
    if (!is_allowed(f, v))
        return;
    path *p = &f->paths[v->is_historical ? HISTORY : LIVE];
    parcel_row row = {.place = v->place,
                      .time = v->time,
                      .value = v->value,
                      .raw = v->raw,
                      .status = v->status,
                      .size = v->size,
                      .record = f->taken};
    parcel *to = path_parcel(p);
    if (to)
        to->is_historical = v->is_historical;
    if (!row_add(p, to, v, &row)) {
        to = path_next(p);
        if (to)
            to->is_historical = v->is_historical;
        if (!row_add(p, to, v, &row) && f->lost_rows++ == 0)
            f->setup.log("warning", f->setup.source, "a value was lost: no memory");
    }
    send_soon(f);
}

static void on_repeat(void *context, uint64_t values)
{
    sparkplug_feed *f = context;
    parcel *to = path_parcel(&f->paths[LIVE]);
    if (to)
        to->duplicates += values;
    send_soon(f);
}

/* -- what a host says
 * ---------------------------------------------------------------------------------- */

static void host_data(void *context, const sparkplug_message *m)
{
    mapping_metric_take(((sparkplug_link *)context)->feed->mapping, m);
}

static void host_gap(void *context, sparkplug_node *n)
{
    sparkplug_feed *f = ((sparkplug_link *)context)->feed;
    char text[700];
    const sparkplug_gap *g = &n->gap[(n->gap_count - 1) % SPARKPLUG_GAPS];
    mapping_metric_gap(f->mapping, n);
    snprintf(text, sizeof text, "%s/%s: messages are missing (%s, seq %d to %d)", n->group, n->name,
             g->why, g->first, g->last);
    f->setup.log("warning", f->setup.source, text);
}

static void host_refuse(void *context, const char *reason, const char *remedy, uint64_t count,
                        const char *example, size_t length)
{
    on_refuse(((sparkplug_link *)context)->feed, reason, remedy, count, example, length);
}

static void host_forget(void *context, sparkplug_device *d)
{
    mapping_metric_forget(((sparkplug_link *)context)->feed->mapping, d);
}

static void host_rebirth(void *context, sparkplug_node *n)
{
    sparkplug_link *l = context;
    char topic[SPARKPLUG_TOPIC_MAX];
    buf payload = BUF_INIT;
    sparkplug_rebirth_write(n->group, n->name, topic, &payload);
    if (!payload.failed)
        l->events.command(l->events.context, topic, payload.data, payload.length);
    buf_done(&payload);
}

static void host_contradicted(void *context)
{
    sparkplug_link *l = context;
    if (l->events.contradicted)
        l->events.contradicted(l->events.context);
}

/* -- links
 * ------------------------------------------------------------------------------------------------
 */

static sparkplug_clock clock_of(const sparkplug_feed *f)
{
    return (sparkplug_clock){loop_now_ms(f->setup.loop), time_now()};
}

static void timer_plan(sparkplug_link *l)
{
    uint64_t due = sparkplug_host_due(l->host), now = loop_now_ms(l->feed->setup.loop);
    if (due == l->due)
        return;
    l->due = due;
    if (due == UINT64_MAX)
        loop_timer_clear(l->timer);
    else
        loop_timer_set(l->timer, due > now ? due - now : 0);
}

static void on_timer(void *context)
{
    sparkplug_link *l = context;
    l->due = 0; /* unlike any other: it is planned anew */
    sparkplug_host_tick(l->host, clock_of(l->feed));
    timer_plan(l);
}

assay_status sparkplug_link_new(sparkplug_feed *f, const sparkplug_link_events *events,
                                sparkplug_link **out, assay_err *err)
{
    sparkplug_sink sink = {.data = host_data,
                           .gap = host_gap,
                           .refuse = host_refuse,
                           .rebirth = host_rebirth,
                           .contradicted = host_contradicted,
                           .forget = host_forget};
    sparkplug_link *l = calloc(1, sizeof *l);
    if (!l)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for a connection");
    l->feed = f;
    l->events = *events;
    l->due = UINT64_MAX;
    sink.context = l;
    assay_status status = loop_timer_new(f->setup.loop, on_timer, l, &l->timer, err);
    if (status == ASSAY_OK)
        status = sparkplug_host_new(&f->settings, &sink, &l->host, err);
    if (status != ASSAY_OK) {
        loop_timer_free(l->timer);
        free(l);
        return status;
    }
    l->next = f->links;
    f->links = l;
    *out = l;
    return ASSAY_OK;
}

/* Room for the usual message; what an unusual one needs beyond is made when it comes. */
static bool has_room(sparkplug_feed *f, size_t length)
{
    parcel *to = lane_parcel(f->paths[LIVE].lane);
    if (to && to->rows->n && to->rows->n + length / own_rows_least > PARCEL_ROWS) {
        path_send(&f->paths[LIVE]);
        to = lane_parcel(f->paths[LIVE].lane);
    }
    if (to && lane_parcel(f->paths[HISTORY].lane))
        return true;
    f->is_wanted = true;
    return false;
}

uint64_t sparkplug_link_take(sparkplug_link *l, const char *topic, size_t topic_length,
                             const void *payload, size_t length, bool is_retained)
{
    sparkplug_feed *f = l->feed;
    if (!has_room(f, length))
        return 0;
    sparkplug_host_number(l->host, ++f->taken);
    sparkplug_host_take(l->host, clock_of(f), topic, topic_length, payload, length, is_retained);
    timer_plan(l);
    return f->taken;
}

void sparkplug_link_lost(sparkplug_link *l)
{
    sparkplug_host_lost(l->host, clock_of(l->feed));
    timer_plan(l);
}

void sparkplug_link_back(sparkplug_link *l)
{
    sparkplug_host_back(l->host, clock_of(l->feed));
    timer_plan(l);
}

void sparkplug_link_gone(sparkplug_link *l, const char *will_topic)
{
    sparkplug_topic t;
    char group[SPARKPLUG_ID_MAX + 1], name[SPARKPLUG_ID_MAX + 1];
    if (!sparkplug_topic_read(will_topic, strlen(will_topic), &t) || t.verb != SPARKPLUG_NDEATH)
        return;
    snprintf(group, sizeof group, "%.*s", (int)t.group.length, t.group.text);
    snprintf(name, sizeof name, "%.*s", (int)t.node.length, t.node.text);
    sparkplug_node *n = sparkplug_host_find(l->host, group, name);
    if (n)
        sparkplug_host_gone(l->host, clock_of(l->feed), n);
}

const sparkplug_host *sparkplug_link_host(const sparkplug_link *l)
{
    return l->host;
}

assay_status sparkplug_link_command(sparkplug_link *l, const json_t *command, assay_err *err)
{
    char topic[SPARKPLUG_TOPIC_MAX];
    buf payload = BUF_INIT;
    assay_status status = sparkplug_command_write(command, topic, &payload, err);
    if (status == ASSAY_OK)
        l->events.command(l->events.context, topic, payload.data, payload.length);
    buf_done(&payload);
    return status;
}

/* -- life
 * ---------------------------------------------------------------------------------------------------
 */

static uint64_t path_oldest(const path *p, uint64_t oldest)
{
    for (size_t i = 0; i < p->sent_count; i++)
        oldest = p->sent[i].first < oldest ? p->sent[i].first : oldest;
    if (p->filling && !parcel_is_empty(p->filling) && p->first < oldest)
        oldest = p->first;
    return oldest;
}

uint64_t sparkplug_feed_durable(const sparkplug_feed *f)
{
    uint64_t oldest = f->taken + 1;
    for (int i = 0; i < LANES; i++)
        oldest = path_oldest(&f->paths[i], oldest);
    for (const sparkplug_link *l = f->links; l; l = l->next) {
        uint64_t held = sparkplug_host_oldest_held(l->host);
        oldest = held < oldest ? held : oldest;
    }
    return oldest - 1;
}

static void links_free(sparkplug_feed *f)
{
    while (f->links) {
        sparkplug_link *l = f->links;
        f->links = l->next;
        sparkplug_host_free(l->host);
        loop_timer_free(l->timer);
        free(l);
    }
}

static void feed_free(void *context)
{
    sparkplug_feed *f = context;
    links_free(f);
    mapping_metric_free(f->mapping);
    for (int i = 0; i < LANES; i++)
        free(f->paths[i].sent);
    free(f);
}

static void feed_end(void *context)
{
    sparkplug_feed *f = context;
    loop_work *closed = f->closed;
    void *to = f->closed_context;
    feed_free(f);
    closed(to);
}

/* An end_of_round may still wait in the loop: the feed ends behind it. */
static void path_closed(void *context)
{
    path *p = context;
    p->is_open = false;
    if (--p->feed->open_paths == 0 && !loop_post(p->feed->setup.loop, feed_end, p->feed))
        feed_end(p->feed);
}

static void feed_closed_early(void *context)
{
    (void)context;
}

assay_status sparkplug_feed_open(const door_setup *setup, const sparkplug_feed_events *events,
                                 sparkplug_feed **out, assay_err *err)
{
    sparkplug_feed *f = calloc(1, sizeof *f);
    if (!f)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for a source");
    f->setup = *setup;
    f->events = *events;
    f->settings = settings_of(setup->settings);
    if (events->is_direct) {
        f->settings.reorder_ms = 0;
        f->settings.asks_rebirth = false;
    }
    metric_sink sink = {on_row, on_refuse, on_repeat, f};
    assay_status status =
        mapping_metric_new((json_t *)setup->settings, setup->catalog, &sink, &f->mapping, err);
    for (int i = 0; i < LANES && status == ASSAY_OK; i++) {
        path *p = &f->paths[i];
        p->feed = f;
        lane_events lane_says = {path_stored, path_room, p};
        status = lane_open(setup, mapping_metric_contexts(f->mapping), &lane_says, &p->lane, err);
        p->is_open = status == ASSAY_OK;
        f->open_paths += p->is_open;
    }
    if (status != ASSAY_OK) {
        if (f->paths[LIVE].is_open)
            lane_close(f->paths[LIVE].lane, feed_closed_early, NULL); /* nothing is in it */
        feed_free(f);
        return status;
    }
    *out = f;
    return ASSAY_OK;
}

void sparkplug_feed_close(sparkplug_feed *f, loop_work *closed, void *context)
{
    if (!f) {
        closed(context);
        return;
    }
    f->is_closing = true;
    f->closed = closed;
    f->closed_context = context;
    for (sparkplug_link *l = f->links; l; l = l->next) {
        sparkplug_host_lost(l->host, clock_of(f)); /* what waits for its order goes out */
        loop_timer_clear(l->timer);
    }
    for (int i = 0; i < LANES; i++)
        lane_close(f->paths[i].lane, path_closed, &f->paths[i]);
}

void sparkplug_feed_describe(const sparkplug_feed *f, json_t *into)
{
    lane_describe(f->paths[LIVE].lane, into);
}
