/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A client of MTConnect agents (docs/how-to/mtconnect.md).
 *
 *     probe (what units the items have) -> current (where the agent's buffer begins) -> sample
 *
 * The cursor is instanceId and sequence. Where the agent has forgotten what was not yet read, or
 * was started anew, the gap is recorded and reading goes on where the agent's buffer begins. An
 * agent that does not stream is asked again and again. */
#include "live/door_mtconnect.h"

#include "base/i18n.h"

#include "live/settings.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { first_wait_ms = 500, longest_wait_ms = 30000, silence_s = 20 };

typedef enum { STEP_PROBE, STEP_CURRENT, STEP_SAMPLE } mt_step;

typedef struct {
    mt_door d;
    fetch *fetch;
    loop_timer *next_step;
    mt_step step;
    mtconnect_parts *parts; /* of a stream; NULL: the answer is one document */
    buf document;
    bool is_refused;        /* the answer is not one of 200 */
    bool begins_again;      /* the answer said so: back to STEP_CURRENT */
    uint64_t wait_ms;
    char why[400];          /* why the transfer that runs is given up; "": it is not */
    char state[16], detail[300];
    loop_work *closed;
    void *closed_context;
} mtconnect_door;

/* -- settings --------------------------------------------------------------------------------- */

static const setting_rule rules[] = {
    {.name = "url", .kind = SETTING_TEXT, .is_needed = true},
    {.name = "items", .kind = SETTING_OBJECT, .is_needed = true},
    {.name = "companions", .kind = SETTING_OBJECT},
    {.name = "interval_ms", .kind = SETTING_INTEGER, .least = 1, .most = 3600000},
    {.name = "heartbeat_ms", .kind = SETTING_INTEGER, .least = 100, .most = 600000},
    {.name = "count", .kind = SETTING_INTEGER, .least = 1, .most = 10000},
    {0},
};

static assay_status check_items(const json_t *settings, assay_err *err)
{
    json_t *items = json_object_get(settings, "items"), *value;
    json_t *companions = json_object_get(settings, "companions");
    const char *id;
    context_kind kind;
    if (!json_object_size(items) || json_object_size(items) + json_object_size(companions) > MT_ITEMS_MAX)
        return assay_fail(err, ASSAY_USAGE, 0,
                          _("\"items\" and \"companions\" have 1 .. %d members"), MT_ITEMS_MAX);
    json_object_foreach(items, id, value) {
        const char *path = json_is_string(value) ? json_string_value(value)
                                                 : setting_text(value, "characteristic", "");
        if (!*path)
            return assay_fail(err, ASSAY_USAGE, 0, _("item \"%.60s\" has no characteristic"), id);
    }
    json_object_foreach(companions, id, value) {
        if (!json_is_string(value) || !context_from_name(json_string_value(value), &kind))
            return assay_fail(err, ASSAY_USAGE, 0,
                              _("companion \"%.60s\" is not one of serial, batch, "
                                "order, operator, ..."),
                              id);
    }
    return ASSAY_OK;
}

static assay_status mtconnect_check(const json_t *settings, assay_err *err)
{
    assay_status status = settings_check(settings, rules, err);
    const char *url = setting_text(settings, "url", "");
    if (status == ASSAY_OK && strncmp(url, "http://", 7) != 0 && strncmp(url, "https://", 8) != 0)
        status = assay_fail(err, ASSAY_USAGE, 0,
                            _("\"url\" is \"%.100s\", expected http://... or "
                              "https://..."),
                            url);
    if (status == ASSAY_OK && strlen(url) > 1000)
        status = assay_fail(err, ASSAY_USAGE, 0, _("\"url\" has more than 1000 bytes"));
    return status == ASSAY_OK ? check_items(settings, err) : status;
}

/* -- steps ------------------------------------------------------------------------------------ */

static void say_state(mtconnect_door *m, const char *state, const char *detail)
{
    bool is_new = strcmp(m->state, state) != 0 || strcmp(m->detail, detail) != 0;
    snprintf(m->state, sizeof m->state, "%s", state);
    snprintf(m->detail, sizeof m->detail, "%s", detail);
    if (is_new)
        m->d.setup.log(strcmp(state, "connected") == 0 ? "info" : "warning", m->d.setup.source,
                       detail);
}

static void step_in(mtconnect_door *m, mt_step step, uint64_t ms)
{
    m->step = step;
    loop_timer_set(m->next_step, ms);
}

static void fail(mtconnect_door *m, const char *why)
{
    say_state(m, "waiting", why);
    m->wait_ms = m->wait_ms ? m->wait_ms * 2 : first_wait_ms;
    if (m->wait_ms > longest_wait_ms)
        m->wait_ms = longest_wait_ms;
    step_in(m, m->step == STEP_PROBE ? STEP_PROBE : STEP_CURRENT, m->wait_ms);
}

static void make_url(const mtconnect_door *m, char *out, size_t room)
{
    const json_t *s = m->d.setup.settings;
    const char *url = setting_text(s, "url", "");
    int base = (int)strlen(url);
    while (base && url[base - 1] == '/')
        base--;
    if (m->step != STEP_SAMPLE)
        snprintf(out, room, "%.*s/%s", base, url, m->step == STEP_PROBE ? "probe" : "current");
    else
        snprintf(out, room, "%.*s/sample?from=%" PRIu64 "&interval=%d&heartbeat=%d&count=%d", base,
                 url, m->d.next, (int)setting_integer(s, "interval_ms", 100),
                 (int)setting_integer(s, "heartbeat_ms", 10000), (int)setting_integer(s, "count", 1000));
}

static void take_step(void *context)
{
    mtconnect_door *m = context;
    char url[1200];
    assay_err err;
    long silence = (long)setting_integer(m->d.setup.settings, "heartbeat_ms", 10000) / 500 + silence_s;
    make_url(m, url, sizeof url);
    mtconnect_parts_free(m->parts);
    m->parts = NULL;
    buf_clear(&m->document);
    m->is_refused = m->begins_again = false;
    m->why[0] = 0;
    if (fetch_get(m->fetch, url, m->step == STEP_SAMPLE ? silence : silence_s, &err) != ASSAY_OK)
        fail(m, err.message);
}

/* -- answers ---------------------------------------------------------------------------------- */

static void give_up(mtconnect_door *m, const char *why)
{
    snprintf(m->why, sizeof m->why, "%s", why);
}

/* A document of a sample. False: the stream must be begun again. */
static bool take_sample(mtconnect_door *m, const char *document, size_t length)
{
    assay_err err = {0};
    mt_door *d = &m->d;
    if (mt_read(d, document, length, &err) != ASSAY_OK) {
        give_up(m, err.message);
        return false;
    }
    bool is_other = d->header.instance && d->header.instance != d->instance;
    m->begins_again = is_other || d->error_code[0];
    if (d->error_code[0])
        say_state(m, "waiting", d->error_text);
    if (m->begins_again)
        return false;
    m->wait_ms = 0;
    m->begins_again = !mt_take_rows(d);
    return !m->begins_again;
}

static bool on_part(void *context, const char *part, size_t length)
{
    return take_sample(context, part, length);
}

static bool on_begin(void *context, long status, const char *content_type)
{
    mtconnect_door *m = context;
    assay_err err;
    /* Agents tell of errors with a document, whatever the status; its text says more. */
    m->is_refused = status >= 400;
    bool is_stream = strncasecmp(content_type, "multipart/", 10) == 0;
    if (m->step != STEP_SAMPLE || !is_stream || m->is_refused)
        return true;
    if (mtconnect_parts_new(content_type, on_part, m, &m->parts, &err) != ASSAY_OK) {
        give_up(m, err.message);
        return false;
    }
    say_state(m, "connected", "streaming");
    return true;
}

static enum fetch_verdict on_data(void *context, const char *bytes, size_t length)
{
    mtconnect_door *m = context;
    assay_err err = {0};
    if (!m->parts) {
        buf_add(&m->document, bytes, length);
        return m->document.failed || m->document.length > MTCONNECT_DOCUMENT_MAX ? FETCH_STOP
                                                                                : FETCH_TAKEN;
    }
    if (!lane_parcel(m->d.lane))
        return FETCH_LATER;
    assay_status status = mtconnect_parts_take(m->parts, bytes, length, &err);
    lane_send(m->d.lane);
    if (status != ASSAY_OK && status != ASSAY_STOPPED)
        give_up(m, err.message);
    return status == ASSAY_OK ? FETCH_TAKEN : FETCH_STOP;
}

static void on_room(void *context)
{
    fetch_go_on(((mtconnect_door *)context)->fetch);
}

static void end_probe(mtconnect_door *m)
{
    assay_err err = {0};
    if (m->is_refused || mt_read(&m->d, buf_text(&m->document), m->document.length, &err) != ASSAY_OK)
        m->d.setup.log("warning", m->d.setup.source, "the agent does not say its items' units; they "
                       "are taken for those of the settings");
    step_in(m, STEP_CURRENT, 0);
}

static void end_current(mtconnect_door *m)
{
    assay_err err = {0};
    mt_door *d = &m->d;
    if (mt_read(d, buf_text(&m->document), m->document.length, &err) != ASSAY_OK) {
        fail(m, err.message);
    } else if (d->error_code[0] || !d->header.instance || !d->header.next) {
        fail(m, d->error_code[0] ? d->error_text
                                 : N_("the agent's answer has no instanceId and sequence"));
    } else {
        mt_move_cursor(d, d->header.instance, d->header.first ? d->header.first : d->header.next);
        mt_take_companions(d);
        m->wait_ms = 0;
        step_in(m, STEP_SAMPLE, 0);
    }
}

/* One document instead of a stream: the next one after a while. */
static void end_document(mtconnect_door *m)
{
    uint64_t before = m->d.next;
    if (!take_sample(m, buf_text(&m->document), m->document.length)) {
        lane_send(m->d.lane);
        if (m->begins_again)
            step_in(m, STEP_CURRENT, first_wait_ms);
        else
            fail(m, m->why);
        return;
    }
    lane_send(m->d.lane);
    say_state(m, "connected", "polling: the agent does not stream");
    uint64_t interval = (uint64_t)setting_integer(m->d.setup.settings, "interval_ms", 100);
    step_in(m, STEP_SAMPLE, m->d.next > before ? 0 : interval < 200 ? 200 : interval);
}

static void on_end(void *context, const char *trouble)
{
    mtconnect_door *m = context;
    if (m->begins_again)
        step_in(m, STEP_CURRENT, first_wait_ms);
    else if (m->why[0] || trouble)
        fail(m, m->why[0] ? m->why : trouble);
    else if (m->step == STEP_PROBE)
        end_probe(m);
    else if (m->step == STEP_CURRENT)
        end_current(m);
    else if (m->parts)
        fail(m, N_("the agent has ended the stream"));
    else
        end_document(m);
}

/* -- life ------------------------------------------------------------------------------------- */

static void mtconnect_free(mtconnect_door *m)
{
    fetch_close(m->fetch);
    loop_timer_free(m->next_step);
    mtconnect_parts_free(m->parts);
    buf_done(&m->document);
    mt_items_free(&m->d);
    free(m);
}

static uint32_t contexts_of(const mt_door *d)
{
    uint32_t contexts = 0;
    for (size_t i = 0; i < d->item_count; i++)
        if (d->items[i].place == CATALOG_NONE)
            contexts |= 1u << d->items[i].companion;
    return contexts;
}

static assay_status mtconnect_open(const door_setup *setup, void **out, assay_err *err)
{
    mtconnect_door *m = calloc(1, sizeof *m);
    if (!m)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for a door");
    m->d.setup = *setup;
    fetch_events events = {on_begin, on_data, on_end, m};
    assay_status status = mt_take_settings(&m->d, err);
    if (status == ASSAY_OK)
        status = mt_recall(&m->d, err);
    if (status == ASSAY_OK)
        status = fetch_open(setup->loop, &events, &m->fetch, err);
    if (status == ASSAY_OK)
        status = loop_timer_new(setup->loop, take_step, m, &m->next_step, err);
    if (status == ASSAY_OK)
        status = lane_open(setup, contexts_of(&m->d), &(lane_events){.room = on_room, .context = m},
                           &m->d.lane, err);
    if (status != ASSAY_OK) {
        mtconnect_free(m);
        return status;
    }
    snprintf(m->state, sizeof m->state, "waiting");
    step_in(m, STEP_PROBE, 0);
    *out = m;
    return ASSAY_OK;
}

static void close_end(void *context)
{
    mtconnect_door *m = context;
    loop_work *closed = m->closed;
    void *closed_context = m->closed_context;
    mtconnect_free(m);
    closed(closed_context);
}

static void mtconnect_close(void *door, loop_work *closed, void *context)
{
    mtconnect_door *m = door;
    fetch_stop(m->fetch);
    loop_timer_clear(m->next_step);
    m->closed = closed;
    m->closed_context = context;
    lane_close(m->d.lane, close_end, m);
}

static void mtconnect_describe(void *door, json_t *into)
{
    const mtconnect_door *m = door;
    char place[60];
    snprintf(place, sizeof place, "%" PRIu64 "/%" PRIu64, m->d.instance, m->d.next);
    json_object_set_new(into, "state", json_string(m->state));
    json_object_set_new(into, "detail", json_string(m->detail));
    json_object_set_new(into, "cursor", json_string(place));
    json_object_set_new(into, "gaps", json_integer((json_int_t)m->d.gaps));
    if (m->d.last_gap[0])
        json_object_set_new(into, "last_gap", json_string(m->d.last_gap));
    lane_describe(m->d.lane, into);
}

const door_type door_mtconnect = {
    .name = "mtconnect",
    .summary = "data items of an MTConnect agent",
    .example = "{\"door\": \"mtconnect\", \"url\": \"http://agent:5000/Gauge7\", "
               "\"items\": {\"thk\": {\"characteristic\": \"Line 1/Thickness\", \"unit\": \"MICRON\"}}, "
               "\"companions\": {\"pc\": \"order\"}}",
    .check = mtconnect_check,
    .open = mtconnect_open,
    .close = mtconnect_close,
    .describe = mtconnect_describe,
};
