/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Characteristics: what there is, and how it is doing at this moment. From memory alone. */
#include "base/decimal.h"
#include "report/answer.h"
#include "serve/figures.h"
#include "serve/gate.h"
#include "serve/glance.h"
#include "serve/reply.h"
#include "serve/row.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Which of the chart's rules the last point broke, by place in its set from 1 (Nelson's numbers). */
static void write_rules(json *j, const engine_row *e)
{
    json_key(j, "rules");
    json_flat_array(j);
    for (int i = 0; i < 32; i++)
        if (e->last_rules >> i & 1)
            json_integer(j, i + 1);
    json_end(j);
}

static void write_spark(json *j, const engine_row *e)
{
    json_key(j, "spark");
    json_flat_array(j);
    for (int i = 0; i < e->spark_count; i++) {
        decimal d;
        if (decimal_from_float(e->spark[i], &d) == DECIMAL_OK)
            json_decimal(j, d.mantissa, d.exponent, 0);
        else
            json_null(j);
    }
    json_end(j);
    json_key(j, "spark_signals");
    json_flat_array(j);
    for (int i = 0; i < e->spark_count; i++)
        if (e->spark_rules >> i & 1)
            json_integer(j, i);
    json_end(j);
}

void live_write(json *j, const engine_row *e)
{
    json_flat_object(j);
    json_member_text(j, "state", chart_state_name(e->state));
    json_member_text(j, "chart", assay_chart_type_name(e->type));
    json_member_unsigned(j, "measurements", e->measurements);
    json_member_unsigned(j, "subgroups", e->subgroups);
    json_member_unsigned(j, "signals", e->signals);
    json_key(j, "time");
    char time[40];
    if (e->last_time != TIME_NONE)
        time_format(e->last_time, TIME_OFFSET_NONE, time, sizeof time);
    json_text(j, e->last_time != TIME_NONE ? time : NULL);
    const struct {
        const char *key;
        double value;
    } reals[] = {{"value", e->last_value}, {"lcl", e->lcl},   {"center", e->center},
                 {"ucl", e->ucl},          {"mean", e->mean}, {"sigma", e->sigma}};
    for (size_t i = 0; i < sizeof reals / sizeof *reals; i++) {
        json_key(j, reals[i].key);
        json_real(j, reals[i].value);
    }
    write_rules(j, e);
    json_member_unsigned(j, "open_alarms", e->open_alarms);
    json_member_unsigned(j, "stop_alarms", e->stop_alarms);
    json_member_unsigned(j, "silent_alarms", e->silent_alarms);
    json_member_bool(j, "stale", e->is_stale);
    write_spark(j, e);
    json_end(j);
}

static void write_row(json *j, const glance *g, const object_id *id)
{
    char hex[33];
    json_flat_object(j);
    json_member_unsigned(j, "number", g->row.characteristic);
    if (id)
        object_hex(id, hex);
    json_member_text(j, "id", id ? hex : NULL);
    json_member_text(j, "path", g->path);
    json_member_text(j, "unit", *g->unit ? g->unit : NULL);
    json_member_text(j, "urgency", glance_word(g->state));
    json_key(j, "live");
    live_write(j, &g->row);
    json_end(j);
}

/* -- pages ------------------------------------------------------------------------------------------ */

static void write_page(request *r, const glance_list *l, uint64_t from, uint64_t limit)
{
    char next[24];
    stored_characteristic c;
    store *s = reader_here(r->server, NULL);
    json *j = reply_json(r, 200);
    json_object(j);
    json_member_unsigned(j, "total", l->count);
    json_key(j, "characteristics");
    json_array(j);
    uint64_t i = from;
    for (; i < l->count && i - from < limit; i++) {
        bool is_there = s && store_characteristic_at(s, l->item[i].row.characteristic, &c, NULL) == ASSAY_OK;
        write_row(j, &l->item[i], is_there ? &c.id : NULL);
    }
    json_end(j);
    snprintf(next, sizeof next, "%llu", (unsigned long long)i);
    json_member_text(j, "next", i < l->count ? next : NULL);
    json_end(j);
    reply_end(r, j);
}

static bool take_sort(request *r, glance_order *order)
{
    static const char *const names[] = {
        [GLANCE_BY_NUMBER] = "number", [GLANCE_BY_URGENCY] = "urgency", [GLANCE_BY_PATH] = "path"};
    const char *text = request_query(r, "sort");
    *order = GLANCE_BY_NUMBER;
    for (int i = 0; text && i < 3; i++)
        if (strcmp(names[i], text) == 0) {
            *order = (glance_order)i;
            return true;
        }
    if (text)
        reply_bad_query(r, "sort", text, "number, urgency or path");
    return !text;
}

void api_characteristics(request *r)
{
    uint64_t limit = 100, from = 0;
    glance_order order;
    glance_list all;
    if (!request_count(r, "limit", 1, 1000, &limit) ||
        !request_count(r, "cursor", 0, UINT32_MAX, &from) || !take_sort(r, &order))
        return;
    if (!glance_all(r, request_query(r, "search"), order, &all)) {
        reply_problem(r, 503, NULL, "out of memory", NULL);
        return;
    }
    write_page(r, &all, from, limit);
    glance_done(&all);
}

/* One, from memory: what a wall board or a gateway asks each second. */
void api_live(request *r)
{
    assay_err err;
    engine_row row;
    const char *name = request_part(r, 0);
    const catalog *c = r->server->catalog;
    uint32_t number = strspn(name, "0123456789") == strlen(name) && strlen(name) < 10
                          ? (uint32_t)atol(name)
                          : catalog_number(c, catalog_find(r->server->catalog, name, strlen(name)));
    const char *path = catalog_path(c, catalog_of_number(c, number));
    if (!*path || !gate_may(r, path)) {
        reply_problemf(r, 404, NULL, "there is no characteristic \"%.200s\"", name);
        return;
    }
    if (engine_show(r->server->engine, number, &row, &err) != ASSAY_OK) {
        reply_error(r, &err);
        return;
    }
    json *j = reply_json(r, 200);
    live_write(j, &row);
    reply_end(r, j);
}

/* What came of a budget of false alarms. */
static void write_seen(json *j, engine *e, uint32_t number)
{
    engine_seen seen;
    if (engine_seen_of(e, number, &seen, NULL) != ASSAY_OK)
        return;
    json_key(j, "seen");
    json_flat_object(j);
    json_member_unsigned(j, "points", seen.points);
    json_member_unsigned(j, "signals", seen.signals);
    json_member_unsigned(j, "alarms", seen.alarms);
    json_member_unsigned(j, "false_alarms", seen.false_alarms);
    json_member_real(j, "days", seen.days, NULL);
    json_end(j);
}

/* Every chart of one. */
void api_charts(request *r)
{
    enum { MOST = 64 };
    store *s;
    stored_characteristic found;
    engine_row rows[MOST];
    if (!characteristic_find(r, request_part(r, 0), &s, &found))
        return;
    size_t n = engine_charts(r->server->engine, found.number, rows, MOST);
    json *j = reply_json(r, 200);
    json_object(j);
    json_key(j, "charts");
    json_array(j);
    for (size_t i = 0; i < n; i++) {
        char hex[33];
        json_flat_object(j);
        object_hex(&rows[i].chart, hex);
        json_member_text(j, "chart", hex);
        json_key(j, "live");
        live_write(j, &rows[i]);
        json_end(j);
    }
    json_end(j);
    write_seen(j, r->server->engine, found.number);
    json_end(j);
    reply_end(r, j);
}
