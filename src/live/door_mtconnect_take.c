/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "live/door_mtconnect.h"

#include "base/i18n.h"
#include "base/time.h"
#include "live/settings.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* -- items ------------------------------------------------------------------------------------ */

static mt_item *item_of(const mt_door *d, const char *id)
{
    uint32_t code = dictionary_find(d->ids, id, strlen(id));
    return code ? &d->items[code - 1] : NULL;
}

static assay_status add_item(mt_door *d, const char *id, mt_item **out, assay_err *err)
{
    uint32_t code = dictionary_code(d->ids, id, strlen(id));
    if (code != d->item_count + 1)
        return assay_fail(err, ASSAY_USAGE, 0, _("\"%.60s\" is an item and a companion"), id);
    *out = &d->items[d->item_count++];
    **out = (mt_item){.id = id, .place = CATALOG_NONE};
    return ASSAY_OK;
}

static assay_status add_measured(mt_door *d, const char *id, const json_t *value, assay_err *err)
{
    const char *path = json_is_string(value) ? json_string_value(value)
                                             : setting_text(value, "characteristic", "");
    mt_item *item;
    assay_status status = add_item(d, id, &item, err);
    if (status != ASSAY_OK)
        return status;
    item->unit = setting_text(value, "unit", NULL);
    characteristic c = {.path = path, .unit = item->unit, .decimals = -1};
    item->place = catalog_place(d->setup.catalog, &c);
    return item->place != CATALOG_NONE
               ? ASSAY_OK
               : assay_fail(err, ASSAY_USAGE, 0,
                            _("\"%.100s\" cannot be the path of a characteristic"), path);
}

assay_status mt_take_settings(mt_door *d, assay_err *err)
{
    json_t *items = json_object_get(d->setup.settings, "items");
    json_t *companions = json_object_get(d->setup.settings, "companions"), *value;
    const char *id;
    assay_status status = dictionary_new(&d->ids, err);
    d->items = calloc(json_object_size(items) + json_object_size(companions) + 1, sizeof *d->items);
    if (status == ASSAY_OK && !d->items)
        status = assay_fail(err, ASSAY_MEMORY, 0, "no memory for data items");
    json_object_foreach(items, id, value) {
        if (status == ASSAY_OK)
            status = add_measured(d, id, value, err);
    }
    json_object_foreach(companions, id, value) {
        mt_item *item;
        if (status == ASSAY_OK && (status = add_item(d, id, &item, err)) == ASSAY_OK)
            (void)context_from_name(json_string_value(value), &item->companion);
    }
    return status;
}

void mt_items_free(mt_door *d)
{
    dictionary_free(d->ids);
    free(d->items);
    free(d->seen);
    buf_done(&d->texts);
}

/* -- the cursor ------------------------------------------------------------------------------- */

assay_status mt_recall(mt_door *d, assay_err *err)
{
    buf text = BUF_INIT;
    assay_status status = store_recall(d->setup.reader, d->setup.source, "cursor", &text, err);
    json_t *all = status == ASSAY_OK && text.length ? json_loads(buf_text(&text), 0, NULL) : NULL;
    const char *id;
    json_t *value;
    d->instance = strtoull(setting_text(all, "instance", "0"), NULL, 10);
    d->next = strtoull(setting_text(all, "next", "0"), NULL, 10);
    d->gaps = (uint64_t)setting_integer(all, "gaps", 0);
    json_object_foreach(json_object_get(all, "companions"), id, value) {
        mt_item *item = item_of(d, id);
        if (item && json_is_string(value))
            snprintf(item->value, sizeof item->value, "%s", json_string_value(value));
    }
    json_decref(all);
    buf_done(&text);
    return status;
}

static json_t *number_text(uint64_t n)
{
    char text[24];
    snprintf(text, sizeof text, "%" PRIu64, n);
    return json_string(text);
}

static void remember_cursor(mt_door *d, parcel *p)
{
    json_t *companions = json_object();
    for (size_t i = 0; i < d->item_count; i++)
        if (d->items[i].place == CATALOG_NONE && d->items[i].value[0])
            json_object_set_new(companions, d->items[i].id, json_string(d->items[i].value));
    json_t *all = json_object();
    json_object_set_new(all, "instance", number_text(d->instance));
    json_object_set_new(all, "next", number_text(d->next));
    json_object_set_new(all, "gaps", json_integer((json_int_t)d->gaps));
    json_object_set_new(all, "companions", companions);
    char *text = json_dumps(all, JSON_COMPACT);
    if (text)
        parcel_remember(p, "cursor", text, strlen(text));
    free(text);
    json_decref(all);
}

void mt_move_cursor(mt_door *d, uint64_t instance, uint64_t first)
{
    bool is_new = d->instance == 0, is_restart = !is_new && d->instance != instance;
    bool is_gap = !is_new && !is_restart && d->next < first;
    char key[48], now[40];
    if (is_restart || is_gap) {
        time_format(time_now(), 0, now, sizeof now);
        if (is_restart)
            snprintf(d->last_gap, sizeof d->last_gap, "%s: the agent was started anew; what it had "
                     "from sequence %" PRIu64 " on is not known", now, d->next);
        else
            snprintf(d->last_gap, sizeof d->last_gap, "%s: sequences %" PRIu64 " to %" PRIu64
                     " had left the agent's buffer before they were read", now, d->next, first - 1);
        d->gaps++;
        d->setup.log("warning", d->setup.source, d->last_gap);
    }
    if (is_new || is_restart || is_gap)
        d->next = first;
    d->instance = instance;
    parcel *p = is_restart || is_gap ? lane_parcel(d->lane) : NULL;
    if (!p)
        return;
    snprintf(key, sizeof key, "gap:%06" PRIu64, d->gaps);
    parcel_remember(p, key, d->last_gap, strlen(d->last_gap));
    remember_cursor(d, p);
    lane_send(d->lane);
}

/* -- a document ------------------------------------------------------------------------------- */

static void on_header(void *context, const mtconnect_header *h)
{
    ((mt_door *)context)->header = *h;
}

static void on_observation(void *context, const mtconnect_observation *o)
{
    mt_door *d = context;
    mt_item *item = item_of(d, o->item);
    if (!item)
        return;
    if (d->seen_count == d->seen_room) {
        size_t room = d->seen_room ? d->seen_room * 2 : 256;
        mt_seen *grown = realloc(d->seen, room * sizeof *grown);
        if (!grown) {
            d->texts.failed = true;
            return;
        }
        d->seen = grown;
        d->seen_room = room;
    }
    d->seen[d->seen_count++] = (mt_seen){item, o->sequence, o->line, o->time, o->is_available,
                                         o->is_series, (uint32_t)d->texts.length};
    buf_add(&d->texts, o->value, strlen(o->value) + 1);
}

static void on_item(void *context, const char *id, const char *units)
{
    mt_item *item = item_of(context, id);
    if (item)
        snprintf(item->units, sizeof item->units, "%s", units);
}

static void on_error(void *context, const char *code, const char *text)
{
    mt_door *d = context;
    snprintf(d->error_code, sizeof d->error_code, "%s", code);
    snprintf(d->error_text, sizeof d->error_text, "%s", text);
}

static int by_sequence(const void *a, const void *b)
{
    const mt_seen *x = a, *y = b;
    if (x->sequence != y->sequence)
        return x->sequence < y->sequence ? -1 : 1;
    return (x->line > y->line) - (x->line < y->line);
}

assay_status mt_read(mt_door *d, const char *document, size_t length, assay_err *err)
{
    mtconnect_events events = {on_header, on_observation, on_item, on_error, d};
    d->seen_count = 0;
    buf_clear(&d->texts);
    d->header = (mtconnect_header){0};
    d->error_code[0] = 0;
    assay_status status = mtconnect_read("the agent's document", document, length, &events, err);
    if (status == ASSAY_OK && d->texts.failed)
        status = assay_fail(err, ASSAY_MEMORY, 0, "no memory for a document");
    if (d->seen_count)
        qsort(d->seen, d->seen_count, sizeof *d->seen, by_sequence);
    return status;
}

/* -- rows ------------------------------------------------------------------------------------- */

static const char *const remedy_unit = N_("name the unit the agent states in the source's settings; "
                                       "nothing is converted");
static const char *const remedy_number = N_("map only data items whose values are numbers");
static const char *const remedy_series = N_("map data items with single values: a series of values has "
                                         "no times of its own");

static void keep_companion(const mt_door *d, const mt_seen *s)
{
    const char *text = d->texts.data + s->text;
    snprintf(s->item->value, sizeof s->item->value, "%s", s->is_available ? text : "");
}

void mt_take_companions(mt_door *d)
{
    for (size_t i = 0; i < d->seen_count; i++)
        if (d->seen[i].item->place == CATALOG_NONE && d->seen[i].sequence < d->next)
            keep_companion(d, &d->seen[i]);
}

/* Agents write units out; people write their signs. */
static const char *sign_of(const char *units)
{
    static const struct {
        const char *units, *sign;
    } names[] = {{"MILLIMETER", "mm"}, {"MICRON", "um"}, {"INCH", "in"}, {"DEGREE", "deg"},
                 {"CELSIUS", "\u00b0C"}, {"NEWTON", "N"}, {"NEWTON_METER", "Nm"}, {"PASCAL", "Pa"},
                 {"GRAM", "g"}, {"KILOGRAM", "kg"}, {"SECOND", "s"}, {"HERTZ", "Hz"}, {"VOLT", "V"},
                 {"AMPERE", "A"}, {"WATT", "W"}, {"PERCENT", "%"}, {"LITER", "l"},
                 {"MILLIMETER/SECOND", "mm/s"}, {"REVOLUTION/MINUTE", "1/min"}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i].units, units) == 0)
            return names[i].sign;
    return units;
}

static bool is_other_unit(const mt_item *item)
{
    return item->unit && item->units[0] && strcasecmp(item->unit, item->units) != 0 &&
           strcmp(item->unit, sign_of(item->units)) != 0;
}

/* False: the parcel is full. */
static bool put_row(const mt_door *d, parcel *p, const mt_seen *s)
{
    const char *text = d->texts.data + s->text;
    parcel_row row = {.place = s->item->place, .time = s->time, .offset = 0, .record = s->sequence};
    decimal_kind kind = decimal_parse(text, strlen(text), '.', &row.value, &row.raw);
    if (!s->is_available || strcmp(text, "NaN") == 0) {
        row.status = STATUS_NO_VALUE;
        row.value = (decimal){0};
    } else if (s->is_series || kind == DECIMAL_NONE) {
        parcel_refuse(p, s->is_series ? "time-series" : "not-a-number",
                      s->is_series ? remedy_series : remedy_number, 1, text, strlen(text));
        return true;
    } else if (is_other_unit(s->item)) {
        parcel_refuse(p, "other-unit", remedy_unit, 1, s->item->units, strlen(s->item->units));
        return true;
    } else if (kind == DECIMAL_RAW) {
        row.status = STATUS_RAW;
    }
    for (size_t i = 0; i < d->item_count; i++) {
        const mt_item *c = &d->items[i];
        if (c->place == CATALOG_NONE && c->value[0])
            row.context[c->companion] = parcel_text(p, c->companion, c->value, strlen(c->value));
    }
    return parcel_add(p, &row);
}

bool mt_take_rows(mt_door *d)
{
    parcel *p = lane_parcel(d->lane);
    for (size_t i = 0; i < d->seen_count; i++) {
        const mt_seen *s = &d->seen[i];
        if (s->sequence < d->next)
            continue;
        if (s->item->place == CATALOG_NONE) {
            keep_companion(d, s);
            continue;
        }
        while (p && !put_row(d, p, s)) { /* full: what is in it has no cursor, it comes again */
            lane_send(d->lane);
            p = lane_parcel(d->lane);
        }
        if (!p)
            return false;
        d->values++;
    }
    bool has_moved = d->header.next > d->next;
    if (has_moved)
        d->next = d->header.next;
    if (has_moved && p)
        remember_cursor(d, p);
    return p != NULL;
}
