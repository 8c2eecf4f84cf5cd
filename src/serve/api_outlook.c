/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The whole plant at once, as columns: a row would say its names ten thousand times. */
#include "report/answer.h"
#include "serve/gate.h"
#include "serve/glance.h"
#include "serve/outlook.h"
#include "serve/reply.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    glance_list all;
    outlook_item *item;
    store *store;
} view;

/* -- variation: does the last point say that something special happened, and for better or worse? --- */

static double aim_of(const characteristic *c)
{
    double target = quantity_value(&c->target), nominal = quantity_value(&c->nominal);
    double middle = (quantity_value(&c->lower) + quantity_value(&c->upper)) / 2;
    return !isnan(target) ? target : !isnan(nominal) ? nominal : middle;
}

static const char *variation_of(store *s, const engine_row *row)
{
    stored_characteristic c;
    if (isnan(row->lcl) && isnan(row->ucl))
        return NULL;
    if (!row->last_rules)
        return "common";
    if (store_characteristic_at(s, row->characteristic, &c, NULL) != ASSAY_OK)
        return "special";
    double aim = aim_of(&c.definition);
    if (isnan(aim) || isnan(row->last_value) || isnan(row->center))
        return "special";
    return fabs(row->last_value - aim) < fabs(row->center - aim) ? "better" : "worse";
}

/* -- columns ------------------------------------------------------------------------------------------ */

static void texts(json *j, const view *v, const char *key, const char *(*of)(const view *, size_t))
{
    json_key(j, key);
    json_flat_array(j);
    for (size_t i = 0; i < v->all.count; i++)
        json_text(j, of(v, i));
    json_end(j);
}

static void reals(json *j, const view *v, const char *key, double (*of)(const view *, size_t))
{
    json_key(j, key);
    json_flat_array(j);
    for (size_t i = 0; i < v->all.count; i++)
        json_real(j, of(v, i));
    json_end(j);
}

static void counts(json *j, const view *v, const char *key, uint64_t (*of)(const view *, size_t))
{
    json_key(j, key);
    json_flat_array(j);
    for (size_t i = 0; i < v->all.count; i++)
        json_unsigned(j, of(v, i));
    json_end(j);
}

static const char *path(const view *v, size_t i) { return v->all.item[i].path; }
static const char *unit(const view *v, size_t i) { return *v->all.item[i].unit ? v->all.item[i].unit : NULL; }
static const char *urgency(const view *v, size_t i) { return glance_word(v->all.item[i].state); }
static const char *state(const view *v, size_t i) { return chart_state_name(v->all.item[i].row.state); }
static const char *variation(const view *v, size_t i) { return variation_of(v->store, &v->all.item[i].row); }
static uint64_t number(const view *v, size_t i) { return v->all.item[i].row.characteristic; }
static uint64_t measurements(const view *v, size_t i) { return v->all.item[i].row.measurements; }
static uint64_t alarms(const view *v, size_t i) { return v->all.item[i].row.open_alarms; }
static double value(const view *v, size_t i) { return v->all.item[i].row.last_value; }
static double known(const view *v, size_t i, double x) { return v->item[i].is_known ? x : NAN; }
static double cpk(const view *v, size_t i) { return known(v, i, v->item[i].cpk); }
static double cpk_low(const view *v, size_t i) { return known(v, i, v->item[i].cpk_low); }
static double ppk(const view *v, size_t i) { return known(v, i, v->item[i].ppk); }
static double ppk_low(const view *v, size_t i) { return known(v, i, v->item[i].ppk_low); }
static double ppk_high(const view *v, size_t i) { return known(v, i, v->item[i].ppk_high); }

static void write_times(json *j, const view *v)
{
    char text[40];
    json_key(j, "time");
    json_flat_array(j);
    for (size_t i = 0; i < v->all.count; i++) {
        int64_t at = v->all.item[i].row.last_time;
        if (at != TIME_NONE)
            time_format(at, TIME_OFFSET_NONE, text, sizeof text);
        json_text(j, at != TIME_NONE ? text : NULL);
    }
    json_end(j);
}

static void write_stable(json *j, const view *v)
{
    json_key(j, "stable");
    json_flat_array(j);
    for (size_t i = 0; i < v->all.count; i++)
        if (v->item[i].is_known && v->item[i].verdict >= 0)
            json_bool(j, v->item[i].verdict);
        else
            json_null(j);
    json_end(j);
}

static void write_view(request *r, const view *v)
{
    uint64_t pending = 0;
    for (size_t i = 0; i < v->all.count; i++)
        pending += !v->item[i].is_fresh && v->all.item[i].row.measurements > 0;
    json *j = reply_json(r, 200);
    json_object(j);
    json_member_unsigned(j, "total", v->all.count);
    json_member_unsigned(j, "pending", pending);
    counts(j, v, "number", number);
    texts(j, v, "path", path);
    texts(j, v, "unit", unit);
    texts(j, v, "urgency", urgency);
    texts(j, v, "state", state);
    counts(j, v, "measurements", measurements);
    counts(j, v, "alarms", alarms);
    reals(j, v, "value", value);
    write_times(j, v);
    texts(j, v, "variation", variation);
    write_stable(j, v);
    reals(j, v, "cpk", cpk);
    reals(j, v, "cpk_low", cpk_low);
    reals(j, v, "ppk", ppk);
    reals(j, v, "ppk_low", ppk_low);
    reals(j, v, "ppk_high", ppk_high);
    json_end(j);
    reply_end(r, j);
}

static bool look(request *r, view *v)
{
    engine_row *rows = malloc((v->all.count + 1) * sizeof *rows);
    v->item = malloc((v->all.count + 1) * sizeof *v->item);
    v->store = reader_here(r->server, NULL);
    bool is_fine = rows && v->item && v->store;
    for (size_t i = 0; is_fine && i < v->all.count; i++)
        rows[i] = v->all.item[i].row;
    if (is_fine)
        outlook_take(r->server->outlook, r->server, v->store, rows, v->all.count, v->item);
    free(rows);
    return is_fine;
}

void api_outlook(request *r)
{
    view v = {0};
    if (glance_all(r, request_query(r, "search"), GLANCE_BY_NUMBER, &v.all) && look(r, &v))
        write_view(r, &v);
    else
        reply_problem(r, 503, NULL, "out of memory", NULL);
    free(v.item);
    glance_done(&v.all);
}

/* -- sparks: of the rows in sight --------------------------------------------------------------------- */

enum { SPARKS_MOST = 200 };

static void write_spark(request *r, json *j, uint32_t wanted)
{
    engine_row row;
    const catalog *c = r->server->catalog;
    const char *of = catalog_path(c, catalog_of_number(c, wanted));
    if (!*of || !gate_may(r, of) || engine_show(r->server->engine, wanted, &row, NULL) != ASSAY_OK)
        return;
    json_flat_object(j);
    json_member_unsigned(j, "number", wanted);
    json_key(j, "live");
    live_write(j, &row);
    json_end(j);
}

void api_sparks(request *r)
{
    const char *text = request_query(r, "numbers");
    unsigned told = 0;
    if (!text || strspn(text, "0123456789,") != strlen(text)) {
        reply_bad_query(r, "numbers", text ? text : "", "numbers of characteristics with commas between");
        return;
    }
    json *j = reply_json(r, 200);
    json_object(j);
    json_key(j, "sparks");
    json_array(j);
    for (const char *p = text; *p && told < SPARKS_MOST; told++) {
        char *end;
        write_spark(r, j, (uint32_t)strtoul(p, &end, 10));
        p = end + (*end == ',');
        if (*p == ',')
            p++;
    }
    json_end(j);
    json_end(j);
    reply_end(r, j);
}
