/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the engine says on the bus. A point that signals is said at once; of the others as many as
 * somebody could look at: beyond POINTS_PER_SECOND the newest point of each chart, a little later. */
#include "live/engine_inner.h"

#include <math.h>
#include <string.h>

enum { POINTS_PER_SECOND = 20000 };

static void add_text(buf *out, const char *key, const char *text)
{
    buf_addf(out, "\"%s\":\"", key);
    for (const char *p = text; *p; p++) {
        if (*p == '"' || *p == '\\')
            buf_add_char(out, '\\');
        buf_add_char(out, *p);
    }
    buf_add_text(out, "\",");
}

static void add_real(buf *out, const char *key, double x)
{
    char text[32];
    double_format(x, text, sizeof text);
    buf_addf(out, "\"%s\":%s,", key, isfinite(x) ? text : "null");
}

static void add_time(buf *out, const char *key, int64_t time)
{
    char text[40];
    if (time == TIME_NONE) {
        buf_addf(out, "\"%s\":null,", key);
        return;
    }
    time_format(time, TIME_OFFSET_NONE, text, sizeof text);
    add_text(out, key, text);
}

static void add_rules(buf *out, const live_chart *c)
{
    bool is_first = true;
    buf_add_text(out, "\"rules\":[");
    for (uint32_t rest = c->s.last_rules; rest; rest &= rest - 1, is_first = false) {
        bool is_ewma = c->step.options.type == ASSAY_CHART_EWMA;
        buf_addf(out, "%s\"%s\"", is_first ? "" : ",",
                 is_ewma ? "ewma" : c->plan->rules.rule[__builtin_ctz(rest)].name);
    }
    if (c->s.is_cusum_signal)
        buf_addf(out, "%s\"cusum\"", is_first ? "" : ",");
    is_first &= !c->s.is_cusum_signal;
    if (c->s.is_spread_signal)
        buf_addf(out, "%s\"spread\"", is_first ? "" : ",");
    buf_add_text(out, "],");
}

/* c's last point. Paths have no control characters (catalog_place). */
static void write_point(engine *e, const live_chart *c)
{
    buf *out = &e->line;
    char id[33];
    alarm_id_text(&c->id, id);
    buf_clear(out);
    buf_addf(out, "{\"characteristic\":%u,", c->characteristic);
    add_text(out, "path", engine_path(e, c->characteristic));
    add_text(out, "chart", id);
    add_text(out, "type", assay_chart_type_name(c->step.options.type));
    add_text(out, "state", chart_state_name(c->state));
    add_time(out, "time", c->s.point_time);
    add_real(out, "value", c->s.mean);
    add_real(out, "lcl", c->s.lcl);
    add_real(out, "center", c->s.center);
    add_real(out, "ucl", c->s.ucl);
    add_rules(out, c);
    buf_addf(out, "\"subgroups\":%llu,\"commit\":%llu}", (unsigned long long)c->s.subgroups,
             (unsigned long long)e->commit);
}

void engine_publish_point(engine *e, live_chart *c)
{
    if (!e->bus)
        return;
    write_point(e, c);
    if (!e->line.failed)
        bus_publish(e->bus, EVENT_POINT, c->characteristic, e->line.data, e->line.length);
    e->tokens -= 1;
}

void engine_add_news(engine *e, live_chart *c)
{
    if (c->has_news || !e->bus ||
        !engine_grow(&e->news, sizeof(live_chart *), e->news_count, &e->news_room))
        return;
    e->news[e->news_count++] = c;
    c->has_news = true;
}

static void refill(engine *e)
{
    int64_t now = engine_clock_ns();
    double more = (double)(now - e->tokens_at) * 1e-9 * POINTS_PER_SECOND;
    e->tokens = fmin(e->tokens + more, POINTS_PER_SECOND);
    e->tokens_at = now;
}

void engine_publish_news(engine *e)
{
    size_t kept = 0;
    refill(e);
    for (size_t i = 0; i < e->news_count; i++) {
        live_chart *c = e->news[i];
        if (e->tokens < 1) {
            e->news[kept++] = c;
            continue;
        }
        c->has_news = false;
        if (c->s.subgroups)
            engine_publish_point(e, c);
    }
    e->news_count = kept;
}

/* -- alarms -------------------------------------------------------------------------------- */

static bool write_alarm(const alarm_view *a, void *context)
{
    engine *e = context;
    buf_clear(&e->line);
    alarm_write(a, engine_path(e, a->characteristic), &e->line);
    if (!e->line.failed)
        bus_publish(e->bus, EVENT_ALARM, a->characteristic, e->line.data, e->line.length);
    return true;
}

void engine_publish_alarm(engine *e, const object_id *id)
{
    assay_err err; /* it is there: it was just changed */
    if (e->bus && alarm_show(e->book, id, write_alarm, e, &err) != ASSAY_OK)
        buf_clear(&e->line);
}
